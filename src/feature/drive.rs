//! The way to the job.

use super::load::{LATELY_DAYS, share};
use super::{Direction, Feature, Group, Unit, words};

/// Minutes above which a drive is long.
pub(super) const LONG_DRIVE_MIN: i32 = 50;

/// Mean minutes driven to a job.
pub(super) const DRIVE_MIN_PER_JOB: Feature = Feature {
    id: "drive_min_per_job",
    title: "Drive time",
    sentence: "Mean minutes driven to a job, over 60 days.",
    unit: Unit::Minutes,
    group: Group::Travel,
    actionable: true,
    direction: Some(Direction::Raises),
    decimals: 0,
    compute: |of, _, as_of| {
        let jobs = of.jobs_between(as_of.plus(-LATELY_DAYS), as_of);
        let drives = jobs.iter().filter_map(|it| it.drive_min);
        let (n, sum) = drives.fold((0_u32, 0_i64), |(n, sum), it| (n + 1, sum + i64::from(it)));
        (n > 0).then(|| sum as f64 / f64::from(n))
    },
    phrase: |minutes| format!("{} to a job", words::count(minutes, 0, "minute", "minutes")),
    missing: "no drives recorded in 60 days",
};

/// Share of jobs with a long drive.
pub(super) const LONG_DRIVE_SHARE: Feature = Feature {
    id: "long_drive_share",
    title: "Long drives",
    sentence: "Share of jobs with more than 50 minutes of driving among jobs with a known drive, \
               over 60 days.",
    unit: Unit::Share,
    group: Group::Travel,
    actionable: true,
    direction: Some(Direction::Raises),
    decimals: 2,
    compute: |of, _, as_of| {
        let jobs = of.jobs_between(as_of.plus(-LATELY_DAYS), as_of);
        let long = jobs.iter().filter(|it| it.drive_min > Some(LONG_DRIVE_MIN)).count();
        share(long, jobs.iter().filter(|it| it.drive_min.is_some()).count())
    },
    phrase: |share| format!("over 50 minutes on {} of jobs", words::percent(share)),
    missing: "no drives recorded in 60 days",
};
