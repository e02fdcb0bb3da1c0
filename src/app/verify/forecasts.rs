//! Kept forecasts against their hashes; the newest are made again from the values kept with them.
//!
//! Facts loaded since are no fault: the forecast was true to what was known. Never here: mending.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::Report;
use crate::app::outlook::{Replayed, has_changed, replay};
use crate::app::progress::{Tell, go_on};
use crate::app::{Error, Office, Result};
use crate::domain::count::{counted, grouped};
use crate::store::forecasts::{self, ForecastRow};

/// Forecasts made again, the newest first: each costs as much as it did the first time.
const REPLAYED_MAX: u64 = 24;
/// Rows read at once.
const CHUNK: u32 = 24;

const MAKE_AGAIN: &str = "Put a backup of the data file in its place, or load a file anew: forecasts are made again then.";

impl Report {
    /// What was checked of forecasts, in a sentence or two.
    pub fn forecast_words(&self) -> String {
        let mut words = format!(
            "{} checked, the newest {} made again.",
            counted(self.forecasts, "forecast"),
            grouped(self.replayed)
        );
        if self.moved_on > 0 {
            let them = if self.moved_on == 1 { "one" } else { "ones" };
            words.push_str(&format!(
                " The data have changed since {} {them}: made from the values kept with them.",
                grouped(self.moved_on)
            ));
        }
        words
    }
}

pub(super) fn check(office: &Office, report: &mut Report, tell: &dyn Tell) -> Result<()> {
    let all = office.look(|cx| Ok(forecasts::count(cx.read)?))?;
    let mut before = i64::MAX;
    loop {
        let words = format!("Making forecasts again, {} checked.", grouped(report.forecasts));
        go_on(tell, report.forecasts, all.max(1), &words)?;
        let rows = office.look(move |cx| Ok(forecasts::before(cx.read, before, CHUNK)?))?;
        let Some(last) = rows.last() else { return Ok(()) };
        before = last.id;
        let compute = report.replayed < REPLAYED_MAX;
        let found = replays(&rows, compute)?;
        for (row, replayed) in rows.into_iter().zip(found) {
            report.forecasts += 1;
            if let Some(found) = fault(replayed) {
                report.fault(name(&row), found, MAKE_AGAIN);
            } else if compute && replayed == Replayed::Same {
                report.replayed += 1;
                if office.look(move |cx| has_changed(cx, &row))? {
                    report.moved_on += 1;
                }
            }
        }
    }
}

fn fault(replayed: Replayed) -> Option<&'static str> {
    match replayed {
        Replayed::Same | Replayed::OtherVersion => None,
        Replayed::Changed => Some("Its SHA-256 is not the one kept."),
        Replayed::Differs => Some("Made again from its values it comes out differently."),
        Replayed::Unreadable => Some("It cannot be read."),
    }
}

fn name(row: &ForecastRow) -> String {
    let asked = &row.question;
    format!("The forecast of {} by {} as of {}", asked.series, asked.step, row.as_of)
}

/// Every row replayed, in the rows' order.
fn replays(rows: &[ForecastRow], compute: bool) -> Result<Vec<Replayed>> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut found = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(row) = rows.get(at) else { return found };
            found.push((at, replay(row, compute)));
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(rows.len());
    let mut found = std::thread::scope(|scope| -> Result<Vec<(usize, Replayed)>> {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let mut all = Vec::new();
        for worker in workers {
            let panicked = |_| Error::broken("make forecasts again", "a thread panicked");
            all.extend(worker.join().map_err(panicked)?);
        }
        Ok(all)
    })?;
    found.sort_unstable_by_key(|it| it.0);
    Ok(found.into_iter().map(|it| it.1).collect())
}
