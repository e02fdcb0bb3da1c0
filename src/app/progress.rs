//! How long work tells how far it is, and learns that nobody wants it any more.
//!
//! Never here: threads, channels, pages.

use super::{Error, Result};
use crate::store;

/// A listener to long work.
pub trait Tell: Sync {
    /// `done` of `of` is finished, and in words what is happening. `false`: stop now.
    fn say(&self, done: u64, of: u64, what: &str) -> bool;

    /// Figures to draw while a model is trained.
    fn show(&self, _live: Live) {}
}

/// Figures of a training that is under way.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Live {
    /// Bags of the present fit whose main effects are finished.
    pub bags_done: u32,
    /// Bags of the present fit.
    pub bags: u32,
    /// What the present fit does: `main effects, bag 3 of 14`.
    pub part: String,
    /// What is known of pairs, in a sentence; empty before any were looked for.
    pub pairs: String,
    /// Where it went on after a training that was cut off, in a sentence; else empty.
    pub went_on: String,
    /// Seconds the work may still take; none while that cannot be told.
    pub left: Option<f64>,
    /// Seconds at which the steps so far began.
    pub begins: Vec<f64>,
    /// The bag watched, from 0.
    pub watched: Option<usize>,
    /// Of the bag watched: round, loss on the rows it learns from, loss on the rows held back.
    pub losses: Vec<(f64, f64, f64)>,
    /// Shapes as far as they are known, the largest first.
    pub shapes: Vec<LiveShape>,
}

/// A shape as far as it is known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LiveShape {
    /// Feature id.
    pub feature: String,
    /// Its name on pages.
    pub title: String,
    /// Score of each bin that holds values, from low to high, log-odds.
    pub scores: Vec<f64>,
    /// Lower end of the 90% band.
    pub low: Vec<f64>,
    /// Upper end of the 90% band.
    pub high: Vec<f64>,
}

/// Nobody listens; the work is never stopped.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Tell for Silent {
    fn say(&self, _done: u64, _of: u64, _what: &str) -> bool {
        true
    }
}

/// Says something and turns a wish to stop into the error that unwinds the work.
pub fn go_on(tell: &dyn Tell, done: u64, of: u64, what: &str) -> Result<()> {
    if tell.say(done, of, what) { Ok(()) } else { Err(stopped()) }
}

/// The error of work that was stopped by whoever asked for it.
pub fn stopped() -> Error {
    store::Error::Cancelled.into()
}
