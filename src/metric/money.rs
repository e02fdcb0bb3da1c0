//! What the work earns: revenue of a job, what could be sold and was.
//!
//! All from the monthly roll-ups; money is cents until it is shown. Never here: costs of an exit.

use super::sql::over_months;
use super::{By, Direction, Estimate, Family, Grain, How, Metric, Unit};

const BY: &[By] = &[By::None, By::Zone, By::Office, By::Technician, By::Month];

/// The ticket.
pub(super) const REVENUE_PER_JOB: Metric = Metric {
    id: "revenue_per_job",
    title: "Revenue per job",
    sentence: "What a job brings in, on average.",
    formula: "Mean revenue over jobs that record it; jobs recorded with nothing count as nothing. \
              n is those jobs.",
    unit: Unit::Cents,
    direction: Direction::Good,
    minimum: 20,
    interval: "Student's t for a mean over jobs.",
    family: Family::Money,
    by: BY,
    how: How {
        sql: over_months!(
            "  SUM(revenue_n) AS n,
  SUM(revenue_cents) AS sum,
  SUM(revenue_sq) AS squares"
        ),
        estimate: Estimate::Mean,
        grain: Grain::Month,
    },
};

/// What could be sold and was.
pub(super) const CONVERSION: Metric = Metric {
    id: "conversion",
    title: "Conversion",
    sentence: "Share of the jobs that could have been sold which were sold.",
    formula: "Converted jobs divided by convertible jobs. n is the convertible jobs.",
    unit: Unit::Percent,
    direction: Direction::Good,
    minimum: 10,
    interval: "Wilson's interval for a share.",
    family: Family::Money,
    by: BY,
    how: How {
        sql: over_months!(
            "  SUM(converted) AS hits,
  SUM(convertible) AS n"
        ),
        estimate: Estimate::Share,
        grain: Grain::Month,
    },
};
