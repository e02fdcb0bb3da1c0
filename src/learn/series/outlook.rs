//! The answer of the tournament: points with bounds, what was tried, and how far it held before.
//!
//! Never here: the tournament itself. What is stored and shown is exactly this.

use serde::{Deserialize, Serialize};

use super::path::LEVELS;
use super::step::Step;

/// One forecast with everything needed to judge it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outlook {
    /// The methods whose average it is, joined by ` + `; or the one asked for.
    pub model: String,
    /// The step of the series.
    pub step: Step,
    /// One a period ahead.
    pub points: Vec<Point>,
    /// How the same procedure did on periods it had not seen; none when the series is too short.
    pub backtest: Option<Backtest>,
    /// Every method that was tried, best first.
    pub candidates: Vec<Candidate>,
    /// Additive parts of `yhat` over the known periods and the periods ahead; empty when no
    /// surviving method has parts.
    pub parts: Vec<Part>,
    /// Level shifts and odd periods in the past.
    pub marks: Vec<Mark>,
    /// What a reader must know, in plain sentences: too little data, not calibrated, a level shift,
    /// no better than last year's same month.
    pub notes: Vec<String>,
    /// Known periods it was made from.
    pub n: usize,
}

/// One period ahead.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// First day of the period, days since 1970-01-01.
    pub day: i32,
    /// The middle.
    pub yhat: f64,
    /// Bounds that should hold half of the outcomes.
    pub lo50: f64,
    /// See `lo50`.
    pub hi50: f64,
    /// Bounds that should hold 80% of the outcomes.
    pub lo80: f64,
    /// See `lo80`.
    pub hi80: f64,
    /// Bounds that should hold 95% of the outcomes.
    pub lo95: f64,
    /// See `lo95`.
    pub hi95: f64,
}

/// Scores over rolling origins, of forecasts made only from what was known at each origin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Backtest {
    /// Mean absolute scaled error (Hyndman and Koehler 2006), scaled by the seasonal naive method's
    /// in-sample error.
    pub mase: f64,
    /// Symmetric mean absolute percentage error, 0 to 200.
    pub smape: f64,
    /// Share of outcomes inside the 80% bounds.
    pub coverage80: f64,
    /// Mean interval score of the 80% bounds (Gneiting and Raftery 2007), over the MASE scale.
    pub interval_score: f64,
    /// Mean of forecast minus outcome, over the MASE scale.
    pub bias: f64,
    /// MASE of the seasonal naive method on the same periods.
    pub naive_mase: f64,
    /// Origins tried.
    pub origins: usize,
    /// Coverage by how far ahead: near, middle, far.
    pub held: Vec<Held>,
}

/// Outcomes inside the 80% bounds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Held {
    /// First period ahead, from 1.
    pub from: usize,
    /// Last period ahead.
    pub to: usize,
    /// Outcomes inside.
    pub inside: usize,
    /// Outcomes.
    pub of: usize,
}

/// A method that was tried.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// Its name.
    pub name: String,
    /// Whether it is part of the answer.
    pub kept: bool,
    /// Its back-test score; none when it could not be fitted.
    pub mase: Option<f64>,
    /// Coverage of its own, unscaled 80% bounds.
    pub coverage80: Option<f64>,
    /// Why it was kept or dropped, a plain sentence.
    pub why: String,
}

/// A named part of the middle.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// `trend`, `yearly`, `weekly`, `holidays`, the name of a regressor, or `rest`.
    pub name: String,
    /// One value a known period, then one a period ahead; NaN (null in JSON) where not known.
    #[serde(deserialize_with = "super::past::nulls")]
    pub values: Vec<f64>,
}

/// What is odd about a known period.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mark {
    /// First day of the period.
    pub day: i32,
    /// What it is.
    pub kind: MarkKind,
    /// How far the value (or, for a shift, the level after it) lies from what was expected.
    pub by: f64,
    /// A plain sentence without a date: `The level fell by about 120 and stayed there.`
    pub words: String,
}

/// Kinds of mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MarkKind {
    /// The level changed and stayed.
    Shift,
    /// One period far from what was expected.
    Odd,
}

impl Point {
    /// Bounds of a level of [`LEVELS`], by its place.
    pub fn bounds(&self, level: usize) -> (f64, f64) {
        match level.min(LEVELS.len() - 1) {
            0 => (self.lo50, self.hi50),
            1 => (self.lo80, self.hi80),
            _ => (self.lo95, self.hi95),
        }
    }
}
