//! Derived tables brought up to their facts: roll-ups and months at risk.
//!
//! Only what a load made stale is computed anew. Never here: what a feature or a roll-up is.

use super::progress::{Tell, go_on, stopped};
use super::{Cx, Error, Office, Result};
use crate::clock::Stopwatch;
use crate::feature::months_with;
use crate::store::{self, months, rollups};

/// What was brought up to date.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Refreshed {
    /// Rows of `technician_month` computed.
    pub months: u64,
    /// Seconds for the roll-ups.
    pub rollup_seconds: f64,
    /// Seconds for the features.
    pub feature_seconds: f64,
}

/// Whether facts are newer than what was computed from them: a load was cut off in between.
pub fn is_stale(cx: &Cx<'_>) -> Result<bool> {
    Ok(!months::read_stale(cx.read)?.is_empty())
}

/// Brings derived tables up to their facts. Nothing stale: nothing done.
pub fn refresh(office: &Office, tell: &dyn Tell) -> Result<Refreshed> {
    go_on(tell, 0, 100, "Adding up months.")?;
    let clock = Stopwatch::start();
    let want = office.store.read_long(months::read_stale)?;
    if want.is_empty() {
        return Ok(Refreshed::default());
    }
    let stale = want.clone();
    office.store.write(move |tx| -> store::Result<()> {
        let whom = months::technicians_of(tx, &stale)?;
        rollups::rebuild(tx, whom.as_deref())
    })?;
    let rollup_seconds = clock.elapsed().as_secs_f64();
    let clock = Stopwatch::start();
    let rows = months_with(&office.store, &want, &mut |done, of| {
        tell.say(done as u64, of as u64, &format!("Features of {done} of {of} technicians."))
    });
    let rows = match rows {
        Err(store::Error::Cancelled) => return Err(stopped()),
        other => other.map_err(Error::from)?,
    };
    let count = rows.len() as u64;
    office.store.write(move |tx| -> store::Result<()> {
        months::replace(tx, &rows, &want)?;
        months::clear_stale(tx, &want)
    })?;
    office.store.settle()?;
    let feature_seconds = clock.elapsed().as_secs_f64();
    Ok(Refreshed { months: count, rollup_seconds, feature_seconds })
}
