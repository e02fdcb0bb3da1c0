//! What a method says of the periods to come: a middle, bounds at three levels, perhaps its parts.
//!
//! Never here: a bound that crosses the middle or a wider level.

use super::past::Past;
use crate::error::Result;

/// Shares of outcomes that each pair of bounds should hold, narrowest first.
pub const LEVELS: [f64; 3] = [0.5, 0.8, 0.95];

/// Bounds of one level, one entry a period ahead.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Level {
    /// Lower bounds.
    pub low: Vec<f64>,
    /// Upper bounds.
    pub high: Vec<f64>,
}

/// Named additive parts of a forecast: trend, seasons, holidays, regressors.
///
/// For every period the parts add up to the fitted or forecast value within 1e-9 of its size.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parts {
    /// Name, then one value a known period followed by one value a period ahead.
    pub named: Vec<(String, Vec<f64>)>,
}

/// A forecast of one method.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Path {
    /// The middle, one entry a period ahead.
    pub mean: Vec<f64>,
    /// Its own bounds, one entry a level of [`LEVELS`]; calibrated by the tournament, not here.
    pub levels: [Level; 3],
    /// What it consists of, where the method can tell.
    pub parts: Option<Parts>,
}

/// A way to forecast. Deterministic: the same past gives the same bytes.
pub trait Method {
    /// Its name: `prophet`, `ets`, `theta`, `mstl`, `naive`, `counts`.
    fn name(&self) -> &'static str;

    /// Fits the past and looks `ahead` periods further.
    ///
    /// # Errors
    /// What keeps it from answering: too few periods, holes it cannot bear, a degenerate series.
    fn forecast(&self, past: &Past, ahead: usize) -> Result<Path>;
}

impl Path {
    /// A path with normal bounds around a middle: `spread` is the standard deviation a period ahead.
    pub fn normal(mean: Vec<f64>, spread: &[f64]) -> Self {
        let levels = LEVELS.map(|level| {
            let z = crate::math::normal_quantile(0.5 + level / 2.0);
            let bound = |sign: f64| {
                mean.iter().zip(spread).map(|(mean, sd)| mean + sign * z * sd).collect()
            };
            Level { low: bound(-1.0), high: bound(1.0) }
        });
        Self { mean, levels, parts: None }
    }
}
