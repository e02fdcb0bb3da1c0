//! Prophet (Taylor and Letham 2018): a broken line, seasons, holidays and regressors, fitted exactly.
//!
//! In reading order: `columns` (what the seasons and holidays look like), `exact` (augurs prepares
//! the data and asks our optimiser), `problem` (the posterior), `optimise` and `sign` (its maximum),
//! `fitted` (parameters, parts and spread). Never here: Stan, a draw, an order that a hash map
//! decides.

mod columns;
mod exact;
mod fitted;
mod optimise;
mod problem;
mod sign;

pub use columns::windows;
pub use fitted::{Changepoint, Effect, Fitted};

use serde::{Deserialize, Serialize};

use super::{Holiday, Method, Past, Path, Step};
use crate::error::{Error, Result};

/// How the trend grows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Growth {
    /// A line whose slope changes at changepoints.
    #[default]
    Linear,
    /// Between a floor and a capacity.
    Logistic {
        /// What it cannot exceed; above the floor.
        cap: f64,
        /// What it cannot fall below.
        floor: f64,
    },
    /// A constant level.
    Flat,
}

/// Where the slope may change.
#[derive(Clone, Debug, PartialEq)]
pub enum Changepoints {
    /// Evenly over the first part of the known periods.
    Auto {
        /// How many; fewer when the series is short.
        count: usize,
        /// The part, above 0 and at most 1.
        range: f64,
    },
    /// On these days, since 1970-01-01; days outside the known periods are left out.
    At(Vec<i32>),
}

/// A number known for every period, past and future, that moves the series.
#[derive(Clone, Debug, PartialEq)]
pub struct Regressor {
    /// Its name, which its part of the forecast bears.
    pub name: String,
    /// One value a known period, then at least one a period ahead. It is standardised by the fit.
    pub values: Vec<f64>,
    /// Whether it multiplies the trend.
    pub multiplicative: bool,
    /// Standard deviation of the prior of its effect; Prophet's default is 10.
    pub prior: f64,
}

/// Settings of a Prophet model.
#[derive(Clone, Debug, PartialEq)]
pub struct Prophet {
    /// How the trend grows.
    pub growth: Growth,
    /// Where its slope may change.
    pub changepoints: Changepoints,
    /// Scale of the prior of the changes; larger bends more.
    pub changepoint_prior: f64,
    /// Fourier order of the yearly season, none for no season.
    pub yearly: Option<usize>,
    /// Fourier order of the weekly season, none for no season.
    pub weekly: Option<usize>,
    /// Whether seasons and holidays multiply the trend.
    pub multiplicative: bool,
    /// Scale of the prior of the seasons.
    pub season_prior: f64,
    /// Named days with effects of their own; those of one name share one.
    pub holidays: Vec<Holiday>,
    /// Scale of the prior of the holidays.
    pub holiday_prior: f64,
    /// Numbers that move the series.
    pub regressors: Vec<Regressor>,
}

impl Default for Prophet {
    /// Prophet's own defaults, without seasons.
    fn default() -> Self {
        Self {
            growth: Growth::Linear,
            changepoints: Changepoints::Auto { count: 25, range: 0.8 },
            changepoint_prior: 0.05,
            yearly: None,
            weekly: None,
            multiplicative: false,
            season_prior: 10.0,
            holidays: Vec::new(),
            holiday_prior: 10.0,
            regressors: Vec::new(),
        }
    }
}

impl Prophet {
    /// The settings that fit a series by its step and length.
    ///
    /// A yearly season from two full years on, a weekly one for days from two weeks on. Twelve months
    /// a year carry six harmonics (over 56 public series order 6 beat Prophet's 10: mean MASE 1.12
    /// against 1.16). Under five years of months the order is 3 and the slope may change more freely:
    /// on 120 short monthly series of the M3 competition that was better. Holidays count for days and
    /// weeks, from their second time on: one time alone would be learned by heart.
    pub fn fitting(past: &Past, holidays: &[Holiday]) -> Self {
        let known = exact::kept(past);
        let n = known.last().map_or(0, |last| last + 1 - known[0]);
        let young = past.step == Step::Month && n < 60;
        let (two_years, order) = match past.step {
            Step::Day => (730, 10),
            Step::Week => (104, 10),
            Step::Month => (24, if young { 3 } else { 6 }),
        };
        let inside = past.first..past.day(past.len());
        let seen = |it: &&Holiday| it.days.iter().filter(|it| inside.contains(it)).count() > 1;
        let holidays = holidays.iter().filter(|_| past.step != Step::Month).filter(seen);
        Self {
            changepoint_prior: if young { 0.5 } else { 0.05 },
            yearly: (n >= two_years).then_some(order),
            weekly: (past.step == Step::Day && n >= 14).then_some(3),
            multiplicative: swings_with_level(past),
            holidays: holidays.cloned().collect(),
            ..Self::default()
        }
    }

    /// Fits the known periods.
    ///
    /// # Errors
    /// Fewer than two known values, a setting out of its range, a regressor without a value.
    pub fn fit(&self, past: &Past) -> Result<Fitted> {
        self.fit_with(&self.columns(past, 0)?, past)
    }

    fn fit_with(&self, columns: &[columns::Column], past: &Past) -> Result<Fitted> {
        let kept = exact::kept(past);
        self.check(&kept)?;
        let exact = exact::Exact::new(columns, &kept);
        exact::run(self, past, (columns, &kept), &exact)?;
        let (found, changes) = exact.take().ok_or(Error::NotConverged { what: "prophet" })?;
        let (first, last) = (past.day(kept[0]), past.day(kept[kept.len() - 1]));
        let days = f64::from(last) - f64::from(first);
        let (_, floor) = self.growth.limits();
        let largest = kept.iter().map(|at| (past.values[*at] - floor).abs()).fold(0.0, f64::max);
        let scale = if largest == 0.0 { 1.0 } else { largest };
        let unit = if matches!(self.growth, Growth::Logistic { .. }) { 1.0 } else { scale };
        let mut slope = found.k;
        let changepoints = changes.iter().zip(&found.delta).map(|(at, change)| {
            slope += change;
            let day = first.saturating_add((at * days).round() as i32);
            Changepoint { day, at: *at, change: *change, slope: slope * unit / days }
        });
        let effects = columns.iter().zip(&found.beta).map(|(column, beta)| Effect {
            part: column.part.clone(),
            name: column.name.clone(),
            multiplicative: column.multiplicative,
            beta: *beta,
        });
        Ok(Fitted {
            growth: self.growth,
            first,
            days,
            scale,
            k: found.k,
            m: found.m,
            changepoints: changepoints.collect(),
            effects: effects.collect(),
            sigma: found.sigma,
            log_posterior: found.log_posterior,
            n: kept.len(),
            steps: found.steps,
        })
    }

    fn check(&self, kept: &[usize]) -> Result<()> {
        match kept.len() {
            0 => return Err(Error::Empty),
            1 => {
                let what = "known values".to_owned();
                return Err(Error::Length { what, have: 1, need: 2 });
            }
            _ => {}
        }
        if let Growth::Logistic { cap, floor } = self.growth
            && !(cap.is_finite() && floor.is_finite() && cap > floor)
        {
            return Err(Error::Option { name: "cap", must: "a number above the floor" });
        }
        let fixed = ["trend", "yearly", "weekly", "holidays"];
        let mut names: Vec<&str> = self.regressors.iter().map(|it| it.name.as_str()).collect();
        names.extend(fixed);
        names.sort_unstable();
        match names.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => Err(Error::Duplicate { name: pair[0].to_owned() }),
            None => Ok(()),
        }
    }
}

impl Method for Prophet {
    fn name(&self) -> &'static str {
        "prophet"
    }

    fn forecast(&self, past: &Past, ahead: usize) -> Result<Path> {
        let columns = self.columns(past, ahead)?;
        self.fit_with(&columns, past)?.path(&columns, past, ahead)
    }
}

/// Whether the season's swing grows with the level.
///
/// Each whole year (52 weeks of days) gives a mean and a standard deviation around its own straight
/// line. The answer is yes when all values are above 0, the means differ at least by half,
/// and mean and deviation correlate at 0.7 or more over at least four years.
fn swings_with_level(past: &Past) -> bool {
    let season = match past.step {
        Step::Day => 364,
        Step::Week | Step::Month => past.step.season(),
    };
    let points: Vec<(f64, f64)> = past.values.chunks_exact(season).filter_map(swing).collect();
    let positive = past.values.iter().all(|it| it.is_nan() || *it > 0.0);
    let least = points.iter().map(|it| it.0).fold(f64::INFINITY, f64::min);
    let most = points.iter().map(|it| it.0).fold(0.0, f64::max);
    positive && points.len() >= 4 && most >= 1.5 * least && correlation(&points) >= 0.7
}

/// Mean of a season and deviation around its straight line; none when a value is missing.
fn swing(values: &[f64]) -> Option<(f64, f64)> {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let middle = (n - 1.0) / 2.0;
    let (mut cross, mut square) = (0.0, 0.0);
    for (at, value) in values.iter().enumerate() {
        let x = at as f64 - middle;
        cross += x * (value - mean);
        square += x * x;
    }
    let slope = cross / square;
    let rest = values.iter().enumerate().map(|(at, it)| it - mean - slope * (at as f64 - middle));
    let variance = rest.map(|it| it * it).sum::<f64>() / n;
    mean.is_finite().then_some((mean, variance.sqrt()))
}

/// Pearson's correlation of pairs; 0 when one side is constant.
fn correlation(points: &[(f64, f64)]) -> f64 {
    let n = points.len() as f64;
    let (mut x, mut y) = (0.0, 0.0);
    for point in points {
        x += point.0 / n;
        y += point.1 / n;
    }
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for point in points {
        let (a, b) = (point.0 - x, point.1 - y);
        xx += a * a;
        yy += b * b;
        xy += a * b;
    }
    if xx > 0.0 && yy > 0.0 { xy / (xx * yy).sqrt() } else { 0.0 }
}

#[cfg(test)]
mod tests;
