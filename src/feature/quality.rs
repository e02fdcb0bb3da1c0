//! How the work turns out.

use super::load::share;
use super::{Feature, Group, Unit, words};

const QUALITY_DAYS: i32 = 90;
/// Days after which a job without a recall counts as fixed the first time.
pub(super) const FIX_DAYS: i32 = 30;
/// Fewer jobs or answers than this say nothing about a person.
pub(super) const QUALITY_MIN: usize = 10;

/// Share of jobs with no recall within 30 days.
pub(super) const FIRST_TIME_FIX_90D: Feature = Feature {
    id: "first_time_fix_90d",
    title: "First-time fix",
    sentence: "Share of completed jobs without a recall within 30 days, among the jobs begun 90 to \
               31 days ago; missing under 10 jobs.",
    unit: Unit::Share,
    group: Group::Growth,
    actionable: false,
    direction: None,
    decimals: 2,
    compute: |of, _, as_of| {
        // A job of 31 days ago is the latest whose recalls within 30 days are all dated before now.
        let jobs = of.jobs_between(as_of.plus(-QUALITY_DAYS), as_of.plus(-FIX_DAYS));
        let done = || jobs.iter().filter(|it| it.is_done_before(as_of));
        let fixed =
            done().filter(|it| it.recalled_on.is_none_or(|day| day > it.on_day.plus(FIX_DAYS)));
        let due = done().count();
        share(fixed.count(), due).filter(|_| due >= QUALITY_MIN)
    },
    phrase: |share| format!("{} of jobs fixed the first time", words::percent(share)),
    missing: "fewer than 10 jobs whose 30 days have closed",
};

/// Share of own completed jobs that came back.
pub(super) const RECALL_RATE_90D: Feature = Feature {
    id: "recall_rate_90d",
    title: "Recall rate",
    sentence: "Share of own completed jobs of 90 days that were recalled so far, whoever went; \
               missing under 10 jobs.",
    unit: Unit::Share,
    group: Group::Growth,
    actionable: false,
    direction: None,
    decimals: 3,
    compute: |of, _, as_of| {
        let jobs = of.jobs_between(as_of.plus(-QUALITY_DAYS), as_of);
        let done = || jobs.iter().filter(|it| it.is_done_before(as_of));
        let recalled = done().filter(|it| it.recalled_on.is_some_and(|day| day < as_of)).count();
        let n = done().count();
        share(recalled, n).filter(|_| n >= QUALITY_MIN)
    },
    phrase: |share| format!("{} of jobs came back", words::percent(share)),
    missing: "fewer than 10 completed jobs in 90 days",
};

/// Mean of customers' answers.
pub(super) const CSAT_90D: Feature = Feature {
    id: "csat_90d",
    title: "Customer score",
    sentence: "Mean of customers' answers, 1 to 5, to jobs completed in 90 days; missing under 10 \
               answers.",
    unit: Unit::Score,
    group: Group::Growth,
    actionable: false,
    direction: None,
    decimals: 1,
    compute: |of, _, as_of| {
        let answers = of.answers_between(as_of.plus(-QUALITY_DAYS), as_of);
        let sum: i64 = answers.iter().map(|it| i64::from(it.csat)).sum();
        (answers.len() >= QUALITY_MIN).then(|| sum as f64 / answers.len() as f64)
    },
    phrase: |score| format!("customers' mean score {}", words::number(score, 1)),
    missing: "fewer than 10 answers in 90 days",
};
