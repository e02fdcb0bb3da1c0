//! Turnover: exits over heads, by kind of exit and by denominator.
//!
//! The average-headcount denominator is the office's definition; start and end are offered because
//! other firms use them. Scaled to twelve months by the calendar months of the period, so a whole
//! year needs no scaling. Never here: shares of a cohort (see `leaving`).

use super::sql::over_stays;
use super::{By, Direction, Estimate, Family, Grain, How, Metric, Unit};

const BY: &[By] = &[By::None, By::Zone, By::Office, By::Month];
const POISSON: &str = "Exact Poisson limits (Garwood) of the number of exits, over the headcount.";

/// How a yearly rate is computed, and when it is not.
macro_rules! yearly_words {
    ($how:literal) => {
        concat!($how, " A period under 28 days has no yearly rate, except a month among months.")
    };
}

/// Exits of the period that also satisfy a condition.
macro_rules! exits {
    ($kind:literal) => {
        concat!(
            "  SUM(
    s.until_on = s.exited_on + 1 AND s.exited_on >= p.from_on AND s.exited_on < p.to_on",
            $kind,
            "
  ) AS events"
        )
    };
}

/// Exits of one kind over average headcount.
macro_rules! over_average {
    ($kind:literal) => {
        over_stays!(
            concat!(
                exits!($kind),
                ",
  SUM(MIN(s.until_on, p.to_on) - MAX(s.in_on, p.from_on)) * 1.0
    / (p.to_on - p.from_on) AS exposure,
  ROUND(
    SUM(MIN(s.until_on, p.to_on) - MAX(s.in_on, p.from_on)) * 1.0 / (p.to_on - p.from_on)
  ) AS n"
            ),
            "exposure > 0"
        )
    };
}

const fn yearly(sql: &'static str) -> How {
    How { sql, estimate: Estimate::YearlyRate, grain: Grain::Day }
}

const fn of_average(
    id: &'static str,
    title: &'static str,
    sentence: &'static str,
    formula: &'static str,
    sql: &'static str,
) -> Metric {
    Metric {
        id,
        title,
        sentence,
        formula,
        unit: Unit::Percent,
        direction: Direction::Bad,
        minimum: 10,
        interval: POISSON,
        family: Family::Leaving,
        by: BY,
        how: yearly(sql),
    }
}

/// The office's turnover.
pub(super) const TURNOVER: Metric = of_average(
    "turnover",
    "Turnover",
    "Exits in twelve months for every hundred people employed on average.",
    yearly_words!(
        "Exits divided by average headcount (mean of the daily headcount), times 12 over the \
         months of the period. n is the average headcount, rounded."
    ),
    over_average!(""),
);

/// Over the heads at the start.
pub(super) const TURNOVER_START: Metric = of_average(
    "turnover_start",
    "Turnover on starting headcount",
    "Exits in twelve months for every hundred people who were there when the period began.",
    yearly_words!(
        "Exits divided by the people employed before the first day who had not left by then, \
         times 12 over the months of the period. n is that headcount."
    ),
    over_stays!(
        concat!(
            exits!(""),
            ",
  SUM(
    s.in_on < p.from_on AND COALESCE(s.exited_on, 1000000) >= p.from_on
  ) AS exposure,
  SUM(
    s.in_on < p.from_on AND COALESCE(s.exited_on, 1000000) >= p.from_on
  ) AS n"
        ),
        "exposure > 0"
    ),
);

/// Over the heads at the end.
pub(super) const TURNOVER_END: Metric = of_average(
    "turnover_end",
    "Turnover on ending headcount",
    "Exits in twelve months for every hundred people who are still there when the period ends.",
    yearly_words!(
        "Exits divided by the people employed on the last day and beyond it, times 12 over the \
         months of the period. n is that headcount."
    ),
    over_stays!(
        concat!(
            exits!(""),
            ",
  SUM(
    s.in_on < p.to_on AND s.until_on >= p.to_on AND COALESCE(s.exited_on, 1000000) >= p.to_on
  ) AS exposure,
  SUM(
    s.in_on < p.to_on AND s.until_on >= p.to_on AND COALESCE(s.exited_on, 1000000) >= p.to_on
  ) AS n"
        ),
        "exposure > 0"
    ),
);

/// Who chose to leave.
pub(super) const VOLUNTARY: Metric = of_average(
    "voluntary_turnover",
    "Voluntary turnover",
    "Exits that the technician chose, in twelve months, for every hundred people employed.",
    yearly_words!(
        "Exits of type voluntary divided by average headcount, times 12 over the months of the \
         period. Exits without a type are not counted. n is the average headcount, rounded."
    ),
    over_average!(
        "
      AND s.exit_type = 'voluntary'"
    ),
);

/// Who was made to leave.
pub(super) const INVOLUNTARY: Metric = of_average(
    "involuntary_turnover",
    "Involuntary turnover",
    "Exits that the office chose, in twelve months, for every hundred people employed.",
    yearly_words!(
        "Exits of type involuntary divided by average headcount, times 12 over the months of \
         the period. Exits without a type are not counted. n is the average headcount, rounded."
    ),
    over_average!(
        "
      AND s.exit_type = 'involuntary'"
    ),
);

/// Who should have stayed.
pub(super) const REGRETTED: Metric = of_average(
    "regretted_turnover",
    "Regretted turnover",
    "Voluntary exits that the office regrets, in twelve months, for every hundred people employed.",
    yearly_words!(
        "Exits of type voluntary marked as regretted at the exit, divided by average headcount, \
         times 12 over the months of the period. n is the average headcount, rounded."
    ),
    over_average!(
        "
      AND s.exit_type = 'voluntary' AND s.regretted = 1"
    ),
);

/// Leaving within the first year.
pub(super) const FIRST_YEAR: Metric = of_average(
    "first_year_turnover",
    "First-year turnover",
    "Exits within a year of the hire, in twelve months, for every hundred people in their first \
     year.",
    yearly_words!(
        "Exits before day 365 of the spell, divided by the average headcount of people before \
         day 365, times 12 over the months of the period. n is that headcount, rounded."
    ),
    over_stays!(
        concat!(
            exits!(
                "
      AND s.exited_on < s.hired_on + 365"
            ),
            ",
  SUM(
    MAX(0, MIN(s.until_on, p.to_on, s.hired_on + 365) - MAX(s.in_on, p.from_on))
  ) * 1.0 / (p.to_on - p.from_on) AS exposure,
  ROUND(
    SUM(MAX(0, MIN(s.until_on, p.to_on, s.hired_on + 365) - MAX(s.in_on, p.from_on)))
    * 1.0 / (p.to_on - p.from_on)
  ) AS n"
        ),
        "exposure > 0"
    ),
);
