//! Numbers in, models out.
//!
//! Modules in reading order:
//! - [`error`]: every way input can be refused, as one enum.
//! - [`math`], [`rng`], [`progress`]: exact functions, seeded numbers, a voice for long fits.
//! - [`frame`], [`bins`]: columns with missing values, and how a value becomes a bin.
//! - [`ebm`]: the Explainable Boosting Machine, the model this crate exists for.
//! - [`baseline`]: base rate and ridge logistic regression, which every model must beat; [`tree`],
//!   [`forest`]: second opinions; [`segments`]: kinds of situations.
//! - [`validate`]: splits by time and group, scores with intervals, comparison of two models.
//! - [`calibrate`], [`evidence`]: slope and intercept correction; how much data is enough.
//! - [`survival`]: Kaplan-Meier and log-rank.
//! - [`series`]: forecasts with intervals that say how often they held.
//! - [`staffing`]: paths of demand and of people drawn together: who is missing, and from when.
//! - [`whatif`]: what a change of a row does to its score, and the smallest one that lowers it.
//! - [`artifact`]: the stored form of a model, apart from the types in use; [`interpret`]: models
//!   from and for `InterpretML`; [`lookup`]: a model as a table anyone can apply.
//!
//! Invariants, stated as absences: no clock, no files, no database, no network, no async runtime,
//! no global state, no unseeded randomness, and no result that depends on the number of threads.
//! Bad input never panics: it returns [`Error`].

pub mod error;
pub mod math;
pub mod progress;
pub mod rng;

pub mod bins;
pub mod frame;
pub mod hazard;

pub mod ebm;

pub mod baseline;
mod design;
pub mod forest;
pub mod segments;
pub mod tree;
pub mod validate;

pub mod calibrate;
pub mod evidence;
pub mod survival;
pub mod whatif;

pub mod series;
pub mod staffing;

pub mod artifact;
pub mod interpret;
pub mod lookup;

#[cfg(test)]
mod sample;

pub use error::{Error, Result};
