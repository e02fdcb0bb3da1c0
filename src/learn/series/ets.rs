//! Exponential smoothing without a season: the best of the additive and multiplicative error models
//! with no, plain or damped trend, chosen by `AICc` (Hyndman et al. 2002), fitted by `augurs`.
//!
//! Never here: a season (see the decomposition), a trend that multiplies.

use augurs::ets::AutoETS;
use augurs::{Fit as _, Predict as _};

use super::fill::Grid;
use super::past::Past;
use super::path::{Method, Path};
use crate::error::{Error, Result};
use crate::math::normal_quantile;

/// Known periods below which the largest of the models has no degree of freedom left.
const LEAST: usize = 8;

/// Automatic exponential smoothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ets;

/// A fit and what it says: one figure a period.
pub(crate) struct Smoothed {
    /// Middle of the periods ahead.
    pub(crate) mean: Vec<f64>,
    /// Standard deviation of the periods ahead.
    pub(crate) spread: Vec<f64>,
}

impl Method for Ets {
    fn name(&self) -> &'static str {
        "ets"
    }

    /// Bounds are normal, with the variance of the fitted model (Hyndman et al. 2008, chapter 6).
    fn forecast(&self, past: &Past, ahead: usize) -> Result<Path> {
        let grid = Grid::of(past, past.step.season(), LEAST)?;
        let Smoothed { mean, spread } = smooth(&grid.values, ahead)?;
        grid.finish(Path::normal(mean, &spread), "exponential smoothing")
    }
}

/// Fits values without holes; a constant goes on as it is, without any spread.
///
/// # Errors
/// Fewer than 8 values, or no model that can be fitted.
pub(crate) fn smooth(values: &[f64], ahead: usize) -> Result<Smoothed> {
    if values.len() < LEAST {
        let why = format!("{} values, at least {LEAST} are needed", values.len());
        return Err(Error::Series { why });
    }
    if values.iter().all(|it| *it == values[0]) {
        return Ok(Smoothed { mean: vec![values[0]; ahead], spread: vec![0.0; ahead] });
    }
    if ahead == 0 {
        return Ok(Smoothed { mean: Vec::new(), spread: Vec::new() });
    }
    let failed = || Error::NotConverged { what: "exponential smoothing" };
    let fitted = AutoETS::non_seasonal().fit(values).map_err(|_| failed())?;
    let level = 0.8;
    let said = fitted.predict(ahead, level).map_err(|_| failed())?;
    let bounds = said.intervals.ok_or_else(failed)?;
    let z = normal_quantile(0.5 + level / 2.0);
    let mut last = 0.0;
    let spread = bounds.upper.iter().zip(&said.point).map(|(high, middle)| {
        // Rounding can take the variance of a near-perfect fit below 0: the last one stands then.
        let sd = (high - middle) / z;
        last = if sd >= 0.0 { sd } else { last };
        last
    });
    let spread = spread.collect();
    Ok(Smoothed { mean: said.point, spread })
}
