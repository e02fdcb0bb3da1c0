//! The hiring plan: the hours that will be asked for, the people who will be here, and when to post.
//!
//! Hours ahead come from the forecast of booked hours; people ahead from each person's own chance
//! of leaving and from hires already agreed; the difference, in technicians, says where somebody is
//! short and from which week. Everything is drawn together from a seed, so that bands of sums are
//! bands of sums. `docs/plan.md` has every definition. Never here: HTML, a sum of medians, a fact
//! dated after the plan's day.

mod facts;
mod openings;
mod people;
mod ready;
pub mod scenarios;
pub mod shape;
mod show;
#[cfg(test)]
mod tests;
mod words;
mod work;

pub use scenarios::{Compared, Saved, compare, delete, list, save};
pub use shape::{
    Ask, Band, ExitsAhead, Giving, MonthAhead, NeedDate, Opening, Plan, Scenario, Week, ZonePlan,
};
pub use words::sentence;

use super::{Cx, Office, Result};
use crate::domain::calendar::Day;
use crate::store::office;
use ready::Ready;

/// Weeks ahead.
pub const WEEKS: usize = 26;
/// Weeks ahead at which zones are compared.
pub const ZONE_WEEKS: usize = 13;
/// Somebody is short when at least this part of a technician is missing.
pub const SHORT: f64 = 0.5;

/// The plan of a place as of the end of the data. Worked out once for a revision of the data.
///
/// # Errors
/// `NotFound` for a place that is not there, `NotEnough` with under 26 whole weeks of work.
pub fn plan(cx: &Cx<'_>, ask: &Ask) -> Result<Plan> {
    plan_as_of(cx, ask, last(cx)?)
}

/// Works the usual plan out ahead of the first page that shows it. What keeps it from being made is
/// told there.
pub fn warm(office: &Office) {
    let made = office.look(|cx| plan(cx, &Ask::default()).map(|_| ()));
    if let Err(error) = made {
        tracing::debug!(%error, "no plan was made ahead");
    }
}

/// The plan as it would have been made at the end of a day: nothing dated later is read.
///
/// # Errors
/// As [`plan`].
pub fn plan_as_of(cx: &Cx<'_>, ask: &Ask, last: Day) -> Result<Plan> {
    let which = people::Said::which(cx, last)?;
    cx.once(format!("plan {last} {which:?} {ask:?}"), || show::plan(Ready::new(cx, ask, last)?))
}

/// For each week ahead the chance that a lasting shortage begins in it; what is missing to 1 is the
/// chance that none begins within the horizon. [`Plan::short_from`] is read off these.
///
/// # Errors
/// As [`plan`].
pub fn chances_of_need(cx: &Cx<'_>, ask: &Ask, last: Day) -> Result<Vec<f64>> {
    let ready = Ready::new(cx, ask, last)?;
    let mut chances = vec![0.0; WEEKS];
    for week in openings::begins(&ready.drawn, None, SHORT).into_iter().flatten() {
        chances[week] += 1.0 / ready.drawn.draws as f64;
    }
    Ok(chances)
}

fn last(cx: &Cx<'_>) -> Result<Day> {
    office::span(cx.read)?.map(|it| it.1).ok_or_else(|| facts::too_few(0))
}
