//! When the work falls.

use super::history::{History, Workday};
use super::load::{LATELY_DAYS, days_worked, share};
use super::{Direction, Feature, Group, Unit, words};
use crate::domain::calendar::Day;

/// Share of jobs on a Saturday or Sunday.
pub(super) const WEEKEND_SHARE: Feature = Feature {
    id: "weekend_share",
    title: "Weekend share",
    sentence: "Share of jobs that began on a Saturday or Sunday, over 60 days.",
    unit: Unit::Share,
    group: Group::Load,
    actionable: true,
    // It brings extra pay, so some ask for it: no way is known that holds for everyone.
    direction: None,
    decimals: 2,
    compute: |of, _, as_of| {
        let jobs = of.jobs_between(as_of.plus(-LATELY_DAYS), as_of);
        share(jobs.iter().filter(|it| it.on_day.is_weekend()).count(), jobs.len())
    },
    phrase: |share| format!("{} of jobs on weekends", words::percent(share)),
    missing: "no jobs in 60 days",
};

/// Nights on call in four weeks.
pub(super) const ON_CALL_NIGHTS: Feature = Feature {
    id: "on_call_nights",
    title: "On-call nights",
    sentence: "Nights on call in four weeks: those of 60 days, times 28 / 60.",
    unit: Unit::NightsPerFourWeeks,
    group: Group::Load,
    actionable: true,
    // It brings extra pay, so some ask for it: no way is known that holds for everyone.
    direction: None,
    decimals: 1,
    compute: |of, _, as_of| {
        let nights = flagged(of, as_of, |it| it.on_call)?;
        Some(f64::from(nights) / f64::from(LATELY_DAYS) * 28.0)
    },
    phrase: |nights| match words::number(nights, 1).as_str() {
        "0" => "no nights on call".to_owned(),
        _ => format!("{} on call in 4 weeks", words::count(nights, 1, "night", "nights")),
    },
    missing: "no days worked with on-call recorded in 60 days",
};

/// Starts changed at short notice, a week.
pub(super) const SCHEDULE_CHANGES_PER_WEEK: Feature = Feature {
    id: "schedule_changes_per_week",
    title: "Schedule changes",
    sentence: "Days whose start was changed at short notice, a week, over 60 days.",
    unit: Unit::PerWeek,
    group: Group::Load,
    actionable: true,
    direction: Some(Direction::Raises),
    decimals: 1,
    compute: |of, _, as_of| {
        let changed = flagged(of, as_of, |it| it.start_changed)?;
        Some(f64::from(changed) / (f64::from(LATELY_DAYS) / 7.0))
    },
    phrase: |changes| match words::number(changes, 1).as_str() {
        "0" => "no short-notice schedule changes".to_owned(),
        _ => format!(
            "{} at short notice a week",
            words::count(changes, 1, "schedule change", "schedule changes")
        ),
    },
    missing: "no days worked with start changes recorded in 60 days",
};

/// Days of the last 60 with a flag set; `None` when no day was worked or no day says.
fn flagged(of: &History<'_>, as_of: Day, flag: fn(&Workday) -> Option<bool>) -> Option<u32> {
    if days_worked(of, as_of) == 0 {
        return None;
    }
    let days = of.workdays_between(as_of.plus(-LATELY_DAYS), as_of);
    let said = days.iter().filter_map(flag);
    let (n, set) = said.fold((0, 0), |(n, set), it| (n + 1, set + u32::from(it)));
    (n > 0).then_some(set)
}
