//! How the work is spread: pace, load, roads, weekends, nights.
//!
//! All from the monthly roll-ups, so periods are whole months. Never here: how well the work is
//! done (see `quality`).

use super::sql::{over_months, over_units};
use super::{By, Direction, Estimate, Family, Grain, How, Metric, Unit};

const BY: &[By] = &[By::None, By::Zone, By::Office, By::Technician, By::Month];
const RATIO: &str = "Linearised ratio with Student's t over technicians (over months for one \
                     technician), so that jobs of one person do not count as independent.";
const WILSON: &str = "Wilson's interval for a share.";

const fn of_units(sql: &'static str) -> How {
    How { sql, estimate: Estimate::Ratio, grain: Grain::Month }
}

/// Pace.
pub(super) const JOBS_PER_DAY: Metric = Metric {
    id: "jobs_per_day",
    title: "Jobs per day",
    sentence: "Completed jobs for each day a technician worked.",
    formula: "Completed jobs divided by technician-days worked. n is the days worked.",
    unit: Unit::JobsPerDay,
    direction: Direction::Good,
    minimum: 20,
    interval: RATIO,
    family: Family::Work,
    by: BY,
    how: of_units(over_units!("completed", "days_worked", "days_worked")),
};

/// What of the paid time is billed.
pub(super) const UTILISATION: Metric = Metric {
    id: "utilisation",
    title: "Utilisation",
    sentence: "Share of paid time that is billed to customers; above 85% quality and people \
               suffer.",
    formula: "Billable minutes divided by paid minutes. n is the days worked.",
    unit: Unit::Percent,
    direction: Direction::Neither,
    minimum: 20,
    interval: RATIO,
    family: Family::Work,
    by: BY,
    how: of_units(over_units!("billable_min", "paid_min", "days_worked")),
};

/// Load.
pub(super) const BOOKING_BALANCE: Metric = Metric {
    id: "booking_balance",
    title: "Booking balance",
    sentence: "Booked time over available time; both too little and too much drive people away.",
    formula: "Booked minutes divided by available minutes. n is the days worked.",
    unit: Unit::Percent,
    direction: Direction::Neither,
    minimum: 20,
    interval: RATIO,
    family: Family::Work,
    by: BY,
    how: of_units(over_units!("booked_min", "available_min", "days_worked")),
};

/// Long days.
pub(super) const OVERTIME_SHARE: Metric = Metric {
    id: "overtime_share",
    title: "Overtime share",
    sentence: "Share of paid time that is overtime.",
    formula: "Overtime minutes divided by paid minutes. n is the days worked.",
    unit: Unit::Percent,
    direction: Direction::Bad,
    minimum: 20,
    interval: RATIO,
    family: Family::Work,
    by: BY,
    how: of_units(over_units!("overtime_min", "paid_min", "days_worked")),
};

/// Roads.
pub(super) const DRIVE_MINUTES: Metric = Metric {
    id: "drive_minutes",
    title: "Drive minutes per job",
    sentence: "Minutes driven to a job, on average.",
    formula: "Mean of the drive minutes over jobs that record them. n is those jobs.",
    unit: Unit::Minutes,
    direction: Direction::Bad,
    minimum: 20,
    interval: "Student's t for a mean over jobs.",
    family: Family::Work,
    by: BY,
    how: How {
        sql: over_months!(
            "  SUM(drive_n) AS n,
  SUM(drive_min) AS sum,
  SUM(drive_sq) AS squares"
        ),
        estimate: Estimate::Mean,
        grain: Grain::Month,
    },
};

/// Long roads.
pub(super) const LONG_DRIVE_SHARE: Metric = Metric {
    id: "long_drive_share",
    title: "Long drives",
    sentence: "Share of jobs that took more than 50 minutes to drive to.",
    formula: "Jobs with more than 50 drive minutes divided by jobs that record them. n is those \
              jobs.",
    unit: Unit::Percent,
    direction: Direction::Bad,
    minimum: 20,
    interval: WILSON,
    family: Family::Work,
    by: BY,
    how: How {
        sql: over_months!(
            "  SUM(long_drives) AS hits,
  SUM(drive_n) AS n"
        ),
        estimate: Estimate::Share,
        grain: Grain::Month,
    },
};

/// Weekends.
pub(super) const WEEKEND_SHARE: Metric = Metric {
    id: "weekend_share",
    title: "Weekend share",
    sentence: "Share of jobs that began on a Saturday or Sunday.",
    formula: "Jobs begun on Saturday or Sunday divided by all jobs. n is the jobs.",
    unit: Unit::Percent,
    direction: Direction::Bad,
    minimum: 20,
    interval: WILSON,
    family: Family::Work,
    by: BY,
    how: How {
        sql: over_months!(
            "  SUM(weekend_jobs) AS hits,
  SUM(jobs) AS n"
        ),
        estimate: Estimate::Share,
        grain: Grain::Month,
    },
};

/// Nights.
pub(super) const ON_CALL_NIGHTS: Metric = Metric {
    id: "on_call_nights",
    title: "On-call nights",
    sentence: "Nights on call in four weeks, for each technician.",
    formula: "Nights on call divided by the calendar days of the months in which the technician \
              worked, times 28. n is the days worked.",
    unit: Unit::Nights,
    direction: Direction::Bad,
    minimum: 20,
    interval: "Exact Poisson limits (Garwood) of the number of nights, over those days.",
    family: Family::Work,
    by: BY,
    how: How {
        sql: over_months!(
            "  SUM(on_call_nights) AS events,
  SUM(
    (
      SELECT COUNT(*)
      FROM calendar c
      WHERE c.month_no = roll_technician_month.month_no AND c.day <= :as_of
    )
  ) AS exposure,
  SUM(days_worked) AS n"
        ),
        estimate: Estimate::Rate(28.0),
        grain: Grain::Month,
    },
};
