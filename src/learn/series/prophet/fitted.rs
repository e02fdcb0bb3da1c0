//! What a fit found, as it is stored and shown, and what follows from it.
//!
//! Never here: a fit, a draw.

use augurs::prophet::TrendIndicator;
use serde::{Deserialize, Serialize};

use super::columns::Column;
use super::problem::{bend, exponent};
use super::{Growth, Prophet};
use crate::error::{Error, Result};
use crate::series::{Parts, Past, Path};

/// The parameters of a fitted Prophet model, on the scale the fit works on: time from 0 (the first
/// known period) to 1 (the last), values over their largest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fitted {
    /// The growth it was fitted with.
    pub growth: Growth,
    /// First day of the first known period, days since 1970-01-01.
    pub first: i32,
    /// Days from time 0 to time 1.
    pub days: f64,
    /// Value of 1 on the fitted scale.
    pub scale: f64,
    /// Slope before the first changepoint.
    pub k: f64,
    /// Level at time 0 (linear, flat), or the time at which half the capacity is reached (logistic).
    pub m: f64,
    /// Where the slope may change, oldest first.
    pub changepoints: Vec<Changepoint>,
    /// Effects of the columns, in the order of the parts.
    pub effects: Vec<Effect>,
    /// Standard deviation of the noise.
    pub sigma: f64,
    /// Log posterior, without the constants Stan drops too.
    pub log_posterior: f64,
    /// Known periods it was fitted on.
    pub n: usize,
    /// Steps of the search.
    pub steps: usize,
}

/// A day on which the slope may change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Changepoint {
    /// The day, days since 1970-01-01.
    pub day: i32,
    /// The same on the fitted scale of time.
    pub at: f64,
    /// By how much the slope changes, on the fitted scale; often exactly 0.
    pub change: f64,
    /// The slope after it: values a day (linear, flat), log-odds of the capacity a day (logistic).
    pub slope: f64,
}

/// The effect of one column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Effect {
    /// The part of the forecast it belongs to.
    pub part: String,
    /// The column.
    pub name: String,
    /// Whether it multiplies the trend; then `beta` is a share of the trend.
    pub multiplicative: bool,
    /// The effect, on the fitted scale.
    pub beta: f64,
}

impl Growth {
    pub(super) fn indicator(self) -> TrendIndicator {
        match self {
            Self::Linear => TrendIndicator::Linear,
            Self::Logistic { .. } => TrendIndicator::Logistic,
            Self::Flat => TrendIndicator::Flat,
        }
    }

    /// Capacity and floor; 0 where the growth has none.
    pub(super) fn limits(self) -> (f64, f64) {
        match self {
            Self::Logistic { cap, floor } => (cap, floor),
            Self::Linear | Self::Flat => (0.0, 0.0),
        }
    }
}

impl Fitted {
    /// The forecast of `ahead` periods after the past it was fitted on.
    ///
    /// # Errors
    /// Settings or a past whose columns are not those of the fit.
    pub fn forecast(&self, prophet: &Prophet, past: &Past, ahead: usize) -> Result<Path> {
        self.path(&prophet.columns(past, ahead)?, past, ahead)
    }

    pub(super) fn path(&self, columns: &[Column], past: &Past, ahead: usize) -> Result<Path> {
        let same = columns.iter().map(|it| &it.name).eq(self.effects.iter().map(|it| &it.name));
        if !same {
            let why = "its columns are not those of the settings".to_owned();
            return Err(Error::Artifact { why });
        }
        let t = self.times(past, ahead);
        let (changes, delta): (Vec<f64>, Vec<f64>) =
            self.changepoints.iter().map(|it| (it.at, it.change)).unzip();
        let (cap, floor) = self.growth.limits();
        let cap = vec![(cap - floor) / self.scale; t.len()];
        let growth = self.growth.indicator();
        let trend = bend(growth, exponent(growth, self.k, self.m, (&changes, &delta), &t), &cap);
        let mut named: Vec<(String, Vec<f64>)> =
            vec![("trend".to_owned(), trend.iter().map(|it| it * self.scale + floor).collect())];
        let mut factor = vec![1.0; t.len()];
        for (column, effect) in columns.iter().zip(&self.effects) {
            if named.last().is_none_or(|it| it.0 != column.part) {
                named.push((column.part.clone(), vec![0.0; t.len()]));
            }
            let Some((_, part)) = named.last_mut() else { continue };
            for (at, x) in column.values.iter().enumerate() {
                let share = x * effect.beta;
                if column.multiplicative {
                    factor[at] += share;
                    part[at] += share * trend[at] * self.scale;
                } else {
                    part[at] += share * self.scale;
                }
            }
        }
        let first = past.len();
        // The middle is the sum of the parts by definition, added in their order.
        let mean = (first..t.len()).map(|at| named.iter().map(|it| it.1[at]).sum()).collect();
        let spread: Vec<f64> =
            (first..t.len()).map(|at| self.spread(t[at], trend[at], cap[at], factor[at])).collect();
        let path = Path { parts: Some(Parts { named }), ..Path::normal(mean, &spread) };
        let levels = path.levels.iter().flat_map(|it| [&it.low, &it.high]);
        let parts = path.parts.iter().flat_map(|it| it.named.iter().map(|it| &it.1));
        if levels.chain(parts).flatten().any(|it| !it.is_finite()) {
            return Err(Error::NotConverged { what: "prophet" });
        }
        Ok(path)
    }

    /// Times of all periods on the fitted scale.
    fn times(&self, past: &Past, ahead: usize) -> Vec<f64> {
        let since = |at: usize| f64::from(past.day(at)) - f64::from(self.first);
        (0..past.len() + ahead).map(|at| since(at) / self.days).collect()
    }

    /// Standard deviation of the outcome at time `t` after the last known period.
    ///
    /// Noise, widened for the parameters spent on the fit, and a trend whose slope goes on changing
    /// as often and as far as it did. Prophet draws those changes (a Poisson number, Laplace sizes,
    /// uniform times) a thousand times; `h` after the end of the data their sum has variance
    /// `count * h * 2 size^2 * h^2 / 3`, which needs no draw. Under a logistic trend that is the
    /// variance of the log-odds, taken to the trend by its derivative.
    fn spread(&self, t: f64, trend: f64, cap: f64, factor: f64) -> f64 {
        let changed = self.changepoints.iter().filter(|it| it.change != 0.0).count();
        let n = self.n as f64;
        let spent = (2 + changed + self.effects.len()) as f64;
        let widen = (n / (n - spent).max(n / 4.0)).sqrt();
        let noise = self.sigma * widen;
        let count = self.changepoints.len() as f64;
        let size = self.changepoints.iter().map(|it| it.change.abs()).sum::<f64>() / count.max(1.0);
        let h = (t - 1.0).max(0.0);
        let wander = (2.0 / 3.0 * count * h * h * h).sqrt() * size;
        let wander = match self.growth {
            Growth::Linear => wander,
            Growth::Logistic { .. } => wander * trend * (1.0 - trend / cap),
            Growth::Flat => 0.0,
        };
        let wander = wander * factor;
        (noise * noise + wander * wander).sqrt() * self.scale
    }
}
