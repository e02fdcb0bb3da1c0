//! Seasonal and trend decomposition by loess, with exponential smoothing of what is left without the
//! seasons.
//!
//! STL (Cleveland et al. 1990) in turns for several seasons (MSTL, Bandara, Hyndman and Bergmeir
//! 2021). The last cycle of every season comes again. Seasons multiply the level when that explains
//! the past better (see [`decompose`]), else they are added.
//!
//! Never here: a forecast without two full cycles of a season; single precision.

use augurs::mstl::stlrs::MstlParams;

use super::ets::{Smoothed, smooth};
use super::fill::Grid;
use super::past::Past;
use super::path::{Method, Parts, Path};
use super::season::Join;
use super::step::Step;
use crate::error::{Error, Result};
use crate::math::{exp, ln};

/// Decomposition, then exponential smoothing; the seasons are those of [`seasons`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Mstl;

/// Seasons of a step that fit twice into `n` periods, with the names of their parts: months of the
/// year, weeks of the year, days of the week and (from two years on) of the year.
pub(crate) fn seasons(step: Step, n: usize) -> Vec<(usize, &'static str)> {
    let all: &[(usize, &str)] = match step {
        Step::Month => &[(12, "yearly")],
        Step::Week => &[(52, "yearly")],
        Step::Day => &[(7, "weekly"), (365, "yearly")],
    };
    all.iter().filter(|it| n >= 2 * it.0).copied().collect()
}

impl Method for Mstl {
    fn name(&self) -> &'static str {
        "mstl"
    }

    /// Parts: `trend`, then a part a season; over the known periods they add up to the smooth fit.
    fn forecast(&self, past: &Past, ahead: usize) -> Result<Path> {
        let n = past.len();
        let found = seasons(past.step, n);
        if found.is_empty() {
            let (have, word) = (n, past.step.word());
            let need = 2 * past.step.season();
            let why = format!("{have} {word}s, two full seasons are {need}");
            return Err(Error::Series { why });
        }
        let grid = Grid::of(past, past.step.season(), 2 * found[0].0)?;
        let lengths: Vec<usize> = found.iter().map(|it| it.0).collect();
        let made = fit(&grid.values, &lengths, ahead)?;
        let names = std::iter::once("trend").chain(found.iter().map(|it| it.1));
        let named = names.map(str::to_owned).zip(made.parts).collect();
        let mut path = Path::normal(made.mean, &made.spread);
        path.parts = Some(Parts { named });
        grid.finish(path, "the decomposition")
    }
}

/// What a fit says.
pub(crate) struct Made {
    /// Middle of the periods ahead.
    pub(crate) mean: Vec<f64>,
    /// Standard deviation of the periods ahead.
    pub(crate) spread: Vec<f64>,
    /// Trend, then one a season: known periods, then those ahead.
    parts: Vec<Vec<f64>>,
}

/// A series taken apart: `values = join(trend + remainder, seasons)`.
struct Apart {
    join: Join,
    /// One a season; what is added, or the logarithm of what multiplies.
    seasons: Vec<Vec<f64>>,
    /// In the size of the series.
    trend: Vec<f64>,
    /// Of the values (a sum) or of their logarithms (a product).
    remainder: Vec<f64>,
}

/// Fits values without holes that hold two cycles of every season.
///
/// # Errors
/// What the decomposition or the smoothing refuses.
pub(crate) fn fit(values: &[f64], lengths: &[usize], ahead: usize) -> Result<Made> {
    let n = values.len();
    let apart = decompose(values, lengths)?;
    // The last cycle of a season comes again.
    let figure = |season: usize, at: usize| -> f64 {
        let (figures, length) = (&apart.seasons[season], lengths[season]);
        if at < n { figures[at] } else { figures[n - length + (at - n) % length] }
    };
    let all = |at: usize| -> f64 { (0..lengths.len()).map(|it| figure(it, at)).sum() };
    let adjusted: Vec<f64> = match apart.join {
        Join::Sum => (0..n).map(|at| values[at] - all(at)).collect(),
        Join::Product => (0..n).map(|at| values[at] / exp(all(at))).collect(),
    };
    let Smoothed { mean, spread } = smooth(&adjusted, ahead)?;
    let trend: Vec<f64> = apart.trend.iter().chain(&mean).copied().collect();
    let parts = parts(apart.join, trend, lengths.len(), figure);
    let mean = (n..n + ahead).map(|at| parts.iter().map(|part| part[at]).sum()).collect();
    let doubt = doubt(&apart, lengths, ahead);
    let spread = (0..ahead)
        .map(|k| {
            let (own, level) = match apart.join {
                Join::Sum => (spread[k], 1.0),
                Join::Product => (spread[k] * exp(all(n + k)), parts[0][n + k] * exp(all(n + k))),
            };
            (own * own + doubt[k] * level * level).sqrt()
        })
        .collect();
    Ok(Made { mean, spread, parts })
}

/// Trend and what every season adds to it; seasons that multiply add what they change one after the
/// other, so that the parts add up.
fn parts(
    join: Join,
    trend: Vec<f64>,
    seasons: usize,
    figure: impl Fn(usize, usize) -> f64,
) -> Vec<Vec<f64>> {
    let mut so_far = trend.clone();
    let mut parts = vec![trend];
    for season in 0..seasons {
        let part = so_far
            .iter_mut()
            .enumerate()
            .map(|(at, sum)| {
                let adds = match join {
                    Join::Sum => figure(season, at),
                    Join::Product => *sum * (exp(figure(season, at)) - 1.0),
                };
                *sum += adds;
                adds
            })
            .collect();
        parts.push(part);
    }
    parts
}

/// Takes a series apart, as a sum or as a product.
///
/// Both are tried when all values are positive. The product is kept when its remainder is smaller in
/// the size of the series: standard deviation of the logarithms' remainder times the geometric mean,
/// against that of the sum's remainder (the likelihood of Box and Cox 1964 at its two usual points).
/// On 366 monthly series of tourism that lowers the mean error from 1.353 to 1.290 of the MASE scale,
/// on 476 of the M3 competition from 0.773 to 0.768. Only the seasons multiply: a level smoothed in
/// logarithms would grow without bound.
fn decompose(values: &[f64], lengths: &[usize]) -> Result<Apart> {
    let split = |values: &[f64]| {
        MstlParams::new().fit(values, lengths).map_err(|it| Error::Series { why: it.to_string() })
    };
    let sum = split(values)?;
    let join = |join, it: augurs::mstl::stlrs::MstlResult<f64>, trend| Apart {
        join,
        seasons: it.seasonal().to_vec(),
        trend,
        remainder: it.remainder().to_vec(),
    };
    if values.iter().all(|it| *it > 0.0) {
        let logs: Vec<f64> = values.iter().map(|it| ln(*it)).collect();
        let middle = exp(logs.iter().sum::<f64>() / logs.len() as f64);
        let product = split(&logs)?;
        if deviation(product.remainder()) * middle < deviation(sum.remainder()) {
            let trend = product.trend().iter().map(|it| exp(*it)).collect();
            return Ok(join(Join::Product, product, trend));
        }
    }
    let trend = sum.trend().to_vec();
    Ok(join(Join::Sum, sum, trend))
}

/// Standard deviation.
fn deviation(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (values.iter().map(|it| (it - mean) * (it - mean)).sum::<f64>() / n).sqrt()
}

/// Variance that the seasons add to every period ahead.
///
/// A figure of a season is a mean over few cycles, so it carries a share of the remainder's variance;
/// and it moves on by as much a cycle as it moved from the last but one cycle to the last.
fn doubt(apart: &Apart, lengths: &[usize], ahead: usize) -> Vec<f64> {
    let n = apart.trend.len();
    let noise = apart.remainder.iter().map(|it| it * it).sum::<f64>() / n as f64;
    (0..ahead)
        .map(|k| {
            let season = |(figures, length): (&Vec<f64>, &usize)| {
                let last = &figures[n - length..];
                let before = &figures[n - 2 * length..n - length];
                let moved: f64 = last.iter().zip(before).map(|(a, b)| (a - b) * (a - b)).sum();
                let cycles = (k / length + 1) as f64;
                noise * SHARE + cycles * moved / *length as f64
            };
            apart.seasons.iter().zip(lengths).map(season).sum()
        })
        .collect()
}

/// Share of the remainder's variance in a figure of a season: the last point of a loess over eleven
/// cycles is worth about three of them.
const SHARE: f64 = 0.33;
