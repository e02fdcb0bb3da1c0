//! How much work.

use super::history::History;
use super::{Feature, Group, Unit, words};
use crate::domain::calendar::Day;

/// Days that "lately" means for load, travel and schedule.
pub(super) const LATELY_DAYS: i32 = 60;

/// Completed jobs a day worked.
pub(super) const JOBS_PER_DAY: Feature = Feature {
    id: "jobs_per_day",
    title: "Jobs a day",
    sentence: "Completed jobs divided by days worked (days with paid minutes), over 60 days.",
    unit: Unit::JobsPerDay,
    group: Group::Load,
    actionable: true,
    direction: None,
    decimals: 1,
    compute: |of, _, as_of| {
        let jobs = of.jobs_between(as_of.plus(-LATELY_DAYS), as_of);
        let completed = jobs.iter().filter(|it| it.is_done_before(as_of)).count();
        share(completed, days_worked(of, as_of))
    },
    phrase: |jobs| words::count(jobs, 1, "job a day worked", "jobs a day worked"),
    missing: "no days worked in 60 days",
};

/// Minutes of overtime a paid minute.
pub(super) const OVERTIME_SHARE: Feature = Feature {
    id: "overtime_share",
    title: "Overtime",
    sentence: "Minutes of overtime divided by paid minutes, over 60 days.",
    unit: Unit::Share,
    group: Group::Load,
    actionable: true,
    direction: None,
    decimals: 2,
    compute: |of, _, as_of| {
        let days = of.workdays_between(as_of.plus(-LATELY_DAYS), as_of);
        let paid: i64 = days.iter().map(|it| i64::from(it.paid_min)).sum();
        let overtime: i64 = days.iter().map(|it| i64::from(it.overtime_min)).sum();
        (paid > 0).then(|| overtime as f64 / paid as f64)
    },
    phrase: |share| format!("overtime in {} of paid time", words::percent(share)),
    missing: "no paid time in 60 days",
};

/// Days with paid minutes in the last 60.
pub(super) fn days_worked(of: &History<'_>, as_of: Day) -> usize {
    let days = of.workdays_between(as_of.plus(-LATELY_DAYS), as_of);
    days.iter().filter(|it| it.paid_min > 0).count()
}

/// Hits over exposure; `None` without exposure.
pub(super) fn share(hits: usize, of: usize) -> Option<f64> {
    (of > 0).then(|| hits as f64 / of as f64)
}
