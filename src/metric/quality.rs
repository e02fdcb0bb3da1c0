//! How well the work is done: fixes that hold, recalls, what customers say.
//!
//! Recalls and fixes belong to the technician and month of the original job, never to whoever went
//! back. All from the monthly roll-ups. Never here: what it earns (see `money`).

use super::sql::over_months;
use super::{By, Direction, Estimate, Family, Grain, How, Metric, Unit};

const BY: &[By] = &[By::None, By::Zone, By::Office, By::Technician, By::Month];

/// Fixes that hold.
pub(super) const FIRST_TIME_FIX: Metric = Metric {
    id: "first_time_fix",
    title: "First-time fix",
    sentence: "Share of completed jobs that needed no recall within 30 days.",
    formula: "Completed jobs without a recall within 30 days divided by completed jobs whose 30 \
              days have passed. n is those jobs.",
    unit: Unit::Percent,
    direction: Direction::Good,
    minimum: 20,
    interval: "Wilson's interval for a share.",
    family: Family::Quality,
    by: BY,
    how: How {
        sql: over_months!(
            "  SUM(fixes) AS hits,
  SUM(fixes_due) AS n"
        ),
        estimate: Estimate::Share,
        grain: Grain::Month,
    },
};

/// Going back.
pub(super) const RECALL_RATE: Metric = Metric {
    id: "recall_rate",
    title: "Recall rate",
    sentence: "Recalls for every hundred completed jobs, charged to whoever did the original job.",
    formula: "Recalls of jobs of the period, however late they came, divided by completed jobs of \
              the period. The last month still grows as recalls come in. n is the completed jobs.",
    unit: Unit::Percent,
    direction: Direction::Bad,
    minimum: 20,
    interval: "Exact Poisson limits (Garwood) of the number of recalls, over the jobs.",
    family: Family::Quality,
    by: BY,
    how: How {
        sql: over_months!(
            "  SUM(recalls) AS events,
  SUM(completed) AS exposure,
  SUM(completed) AS n"
        ),
        estimate: Estimate::Rate(1.0),
        grain: Grain::Month,
    },
};

/// What customers say.
pub(super) const CSAT: Metric = Metric {
    id: "csat",
    title: "Customer satisfaction",
    sentence: "Mean of the customers' answers, 1 to 5.",
    formula: "Sum of the answers divided by their number. n is the answers.",
    unit: Unit::Points,
    direction: Direction::Good,
    minimum: 10,
    interval: "Student's t for a mean over answers, cut to the scale of 1 to 5.",
    family: Family::Quality,
    by: BY,
    how: How {
        sql: over_months!(
            "  SUM(csat_n) AS n,
  SUM(csat_sum) AS sum,
  SUM(csat_sq) AS squares"
        ),
        estimate: Estimate::Mean,
        grain: Grain::Month,
    },
};
