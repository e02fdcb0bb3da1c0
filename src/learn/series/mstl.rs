//! Seasonal and trend decomposition by loess, with exponential smoothing of what is left without the
//! seasons.
//!
//! STL (Cleveland et al. 1990) in turns for several seasons (MSTL, Bandara, Hyndman and Bergmeir
//! 2021). The last cycle of every season comes again. Seasons multiply the level when that explains
//! the past better (see [`decompose`]), else they are added.
//!
//! Never here: a forecast without two full cycles of a season; single precision.

use augurs::mstl::stlrs::{MstlParams, MstlResult};

use super::ets::{Smoothed, smooth};
use super::fill::Grid;
use super::past::Past;
use super::path::{Method, Parts, Path};
use super::season::Join;
use super::step::Step;
use crate::error::{Error, Result};
use crate::math::{exp, ln};

/// Values at the end that the smoothing sees: it has long forgotten what was before.
const RECENT: usize = 500;

/// Share of the remainder's variance in a figure of a season: the last point of a loess over eleven
/// cycles is worth about three of them.
const SHARE: f64 = 0.33;

/// Decomposition, then exponential smoothing; the seasons are those of `seasons`.
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
    let Smoothed { mean, spread } = smooth(&adjusted[n.saturating_sub(RECENT)..], ahead)?;
    let trend: Vec<f64> = apart.trend.iter().chain(&mean).copied().collect();
    let parts = parts(apart.join, trend, lengths.len(), figure);
    let mean = (n..n + ahead).map(|at| parts.iter().map(|part| part[at]).sum()).collect();
    let (doubt, wider) = (doubt(&apart), wider(n, lengths[0]));
    let spread = (0..ahead)
        .map(|k| {
            let (times, size) = match apart.join {
                Join::Sum => (1.0, 1.0),
                Join::Product => (exp(all(n + k)), parts[0][n + k]),
            };
            times * ((spread[k] * spread[k] + doubt * size * size) * wider).sqrt()
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
    let join = |join, it: MstlResult<f64>, trend| Apart {
        join,
        seasons: it.seasonal().iter().zip(lengths).map(|it| calm(it.0, it.1 / 52)).collect(),
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

/// Means over `half` neighbours on either side, fewer at the ends.
///
/// A season of a year of weeks or days has few cycles for many figures, and the year is not quite 52
/// weeks: its figures are averaged over three weeks or a fortnight.
fn calm(figures: &[f64], half: usize) -> Vec<f64> {
    (0..figures.len())
        .map(|at| {
            let near = &figures[at.saturating_sub(half)..(at + half + 1).min(figures.len())];
            near.iter().sum::<f64>() / near.len() as f64
        })
        .collect()
}

/// Standard deviation.
fn deviation(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (values.iter().map(|it| (it - mean) * (it - mean)).sum::<f64>() / n).sqrt()
}

/// Variance that the seasons add to every period ahead: a figure of a season is a mean over few cycles,
/// so it carries a share of the remainder's variance.
fn doubt(apart: &Apart) -> f64 {
    let noise = apart.remainder.iter().map(|it| it * it).sum::<f64>();
    SHARE * apart.seasons.len() as f64 * noise / apart.remainder.len() as f64
}

/// What to multiply a variance with because the shortest season took degrees of freedom: one a place
/// for every five cycles, at least one. At most 4.
///
/// On 476 monthly series of the M3 competition cut to 48 months the 80% bounds then hold 73% instead
/// of 62%, on the whole series 79%, on 366 of tourism 87%; the back-test scales the rest.
fn wider(n: usize, length: usize) -> f64 {
    let (n, length) = (n as f64, length as f64);
    let used = (length - 1.0) * (n / length / 5.0).max(1.0);
    n / (n - used).max(n / 4.0)
}

#[cfg(test)]
mod tests {
    use super::super::Kind;
    use super::*;

    fn monthly(values: Vec<f64>) -> Past {
        Past::new(Step::Month, 0, values, Kind::Real).expect("valid")
    }

    /// Growth of two a month and a season of known figures, as a sum and as a product.
    fn made(product: bool, n: usize) -> Vec<f64> {
        let figures = [0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.2, 1.1, 1.0, 0.9, 0.8, 0.7];
        (0..n)
            .map(|at| {
                let level = 100.0 + 2.0 * at as f64;
                let figure = figures[at % 12];
                if product { level * figure } else { level + 40.0 * (figure - 1.0) }
            })
            .collect()
    }

    #[test]
    fn seasons_that_add_or_multiply_are_told_apart_and_go_on() {
        for (product, join) in [(false, Join::Sum), (true, Join::Product)] {
            let values = made(product, 72);
            assert!(decompose(&values[..60], &[12]).expect("fits").join == join);
            let path = Mstl.forecast(&monthly(values[..60].to_vec()), 12).expect("fits");
            for (said, came) in path.mean.iter().zip(&values[60..]) {
                assert!((said / came - 1.0).abs() < 0.02, "{product}: {said} {came}");
            }
        }
    }

    #[test]
    fn the_known_parts_are_trend_and_season() {
        let values = made(true, 60);
        let path = Mstl.forecast(&monthly(values.clone()), 3).expect("fits");
        let named = path.parts.expect("has parts").named;
        assert_eq!(named.iter().map(|it| it.0.as_str()).collect::<Vec<_>>(), ["trend", "yearly"]);
        for (at, value) in values.iter().enumerate().take(48).skip(12) {
            let sum = named[0].1[at] + named[1].1[at];
            assert!((sum / value - 1.0).abs() < 0.02, "{at}: {sum} {value}");
        }
    }

    #[test]
    fn tiny_and_huge_series_lose_no_precision() {
        let of = |size: f64| {
            let values = made(false, 60).iter().map(|it| 1e6 + it * size).collect();
            let path = Mstl.forecast(&monthly(values), 1).expect("fits");
            (path.mean[0] - 1e6) / size
        };
        assert!((of(1.0) / of(1e-4) - 1.0).abs() < 0.02, "single precision would round this away");
    }

    #[test]
    fn the_seasons_follow_the_length() {
        assert_eq!(seasons(Step::Day, 729), [(7, "weekly")]);
        assert_eq!(seasons(Step::Day, 730), [(7, "weekly"), (365, "yearly")]);
        assert_eq!(seasons(Step::Week, 103), []);
        let refused = Mstl.forecast(&monthly(vec![1.0; 23]), 1).expect_err("too short").to_string();
        assert_eq!(refused, "no forecast: 23 months, two full seasons are 24");
    }
}
