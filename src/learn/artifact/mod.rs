//! The stored form of a model, apart from the types in use.
//!
//! A format is a promise to the past: a stored type never changes; a new need makes the next one.
//! [`v2`] is written, [`v1`] still read. Loading checks everything and trusts nothing: a damaged text
//! is an [`Error::Artifact`] that says what and where, never a panic, and needs no more memory than
//! a model of [`VALUES_MAX`] numbers. A model that went through the text predicts bit for bit as before.

mod pack;
#[cfg(test)]
mod tests;
pub mod v1;
pub mod v2;

use crate::ebm::{Ebm, Objective};
use crate::error::{Error, Result};
use serde::Deserialize;

/// Number of the format that is written.
pub const FORMAT: u32 = v2::FORMAT;

/// Most numbers a model may hold: cells of all terms, times bags.
pub const VALUES_MAX: usize = 1 << 23;

/// Most bags of a model; a fit makes at most 200, a merge keeps those of all its parts.
pub const BAGS_MAX: usize = 2000;

/// Which format a text has; whatever else it holds is passed by.
#[derive(Deserialize)]
struct Head {
    format: u64,
}

/// The JSON of a model. The same model gives the same bytes.
pub fn to_json(ebm: &Ebm) -> Result<String> {
    serde_json::to_string(&v2::StoredEbmV2::from(ebm)).map_err(|it| unreadable(&it))
}

/// The model of a JSON of any format so far. [`Error::Artifact`] says what is wrong with it.
pub fn from_json(json: &str) -> Result<Ebm> {
    let head: Head = serde_json::from_str(json).map_err(|it| unreadable(&it))?;
    match head.format {
        1 => serde_json::from_str::<v1::StoredEbmV1>(json)
            .map_err(|it| unreadable(&it))
            .and_then(Ebm::try_from),
        2 => serde_json::from_str::<v2::StoredEbmV2>(json)
            .map_err(|it| unreadable(&it))
            .and_then(Ebm::try_from),
        newer if newer > u64::from(FORMAT) => refuse(format!(
            "format {newer} is newer than this program, which reads up to {FORMAT}; update the program"
        )),
        other => refuse(format!("there is no format {other}")),
    }
}

fn unreadable(error: &serde_json::Error) -> Error {
    Error::Artifact { why: error.to_string() }
}

pub(crate) fn refuse<T>(why: impl Into<String>) -> Result<T> {
    Err(Error::Artifact { why: why.into() })
}

pub(crate) fn ensure(holds: bool, why: impl FnOnce() -> String) -> Result<()> {
    if holds { Ok(()) } else { refuse(why()) }
}

/// No score or intercept is beyond this, so that no sum of a damaged text overflows.
pub(crate) fn score_max(objective: Objective) -> f64 {
    match objective {
        Objective::LogLoss => 1e3,
        Objective::Squared => 1e15,
    }
}
