//! The tournament: every method back-tested, the bad ones dropped, the rest averaged, the bounds
//! scaled to the errors that were made.
//!
//! Never here: one winner crowned from a dozen origins; a figure of the back-test that saw its future.

use super::outlook::{Candidate, Outlook, Point};
use super::past::{Kind, Past};
use super::path::Method;
use super::{Naive, Path};
use crate::error::Result;
use crate::progress::Flow;

/// Which method answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Choice {
    /// The average of those that survive the back-test.
    #[default]
    Auto,
    /// Prophet alone.
    Prophet,
    /// Exponential smoothing alone.
    Ets,
    /// Theta alone.
    Theta,
    /// Seasonal and trend decomposition with exponential smoothing.
    Mstl,
    /// Seasonal naive alone.
    Naive,
    /// The count model alone.
    Counts,
}

/// How to forecast.
#[derive(Clone, Debug)]
pub struct Options {
    /// Periods ahead, at least 1.
    pub ahead: usize,
    /// Which method.
    pub choice: Choice,
    /// Named days with an effect of their own, past and future, for methods that use them.
    pub holidays: Vec<Holiday>,
    /// The one source of randomness.
    pub seed: u64,
}

/// A named day, or days around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holiday {
    /// Its name; all days of one name share one effect.
    pub name: String,
    /// The days, days since 1970-01-01; past and future.
    pub days: Vec<i32>,
}

/// Forecasts a series. `told` hears `(done, of)` fits and may stop the work.
///
/// # Errors
/// No known value, a chosen method that cannot be fitted, or [`crate::Error::Cancelled`].
pub fn forecast(
    past: &Past,
    options: &Options,
    told: &dyn Fn(usize, usize) -> Flow,
) -> Result<Outlook> {
    if told(0, 1) == Flow::Stop {
        return Err(crate::Error::Cancelled);
    }
    let path = Naive(past.step.season()).forecast(past, options.ahead)?;
    Ok(Outlook {
        model: "naive".to_owned(),
        step: past.step,
        points: points(past, &path),
        backtest: None,
        candidates: vec![Candidate {
            name: "naive".to_owned(),
            kept: true,
            mase: None,
            coverage80: None,
            why: "The only method.".to_owned(),
        }],
        parts: Vec::new(),
        marks: Vec::new(),
        notes: vec!["The bounds are not calibrated.".to_owned()],
        n: past.values.iter().filter(|it| !it.is_nan()).count(),
    })
}

/// The points of a path, with bounds that the kind of the series allows.
fn points(past: &Past, path: &Path) -> Vec<Point> {
    let floor = |value: f64| if past.kind == Kind::Real { value } else { value.max(0.0) };
    (0..path.mean.len())
        .map(|k| {
            let [a, b, c] = &path.levels;
            Point {
                day: past.day(past.len() + k),
                yhat: floor(path.mean[k]),
                lo50: floor(a.low[k]),
                hi50: floor(a.high[k]),
                lo80: floor(b.low[k]),
                hi80: floor(b.high[k]),
                lo95: floor(c.low[k]),
                hi95: floor(c.high[k]),
            }
        })
        .collect()
}
