//! What is asked of the office: jobs, booked hours, revenue.
//!
//! From the days of zones, so that weeks and months are sums of days. Never here: who works here.

use super::{Fold, Recorded, Series, Step, Values};

const STEPS: &[Step] = &[Step::Month, Step::Week, Step::Day];

/// Days of a place, with something recorded, up to a day.
macro_rules! over_days {
    ($column:literal, $recorded:literal) => {
        concat!(
            "SELECT
  day,
  SUM(",
            $column,
            ") AS value
FROM roll_zone_day
WHERE appliance = COALESCE(:appliance, '')
  AND day <= :to
  AND ",
            $recorded,
            " > 0
  AND (:zone IS NULL OR zone_id = :zone)
  AND (:office IS NULL OR zone_id IN (SELECT id FROM zone WHERE office_id = :office))
GROUP BY day
ORDER BY day
LIMIT :limit"
        )
    };
}

/// Demand.
pub(super) const JOBS: Series = Series {
    id: "jobs",
    title: "Jobs",
    sentence: "Jobs begun, in the zone of the job; a job without one counts where its technician \
               was assigned that day.",
    unit: "jobs",
    values: Values::Amount,
    steps: STEPS,
    metric: "jobs_per_day",
    by_appliance: true,
    fold: Fold::Work { per: 1, of: Recorded::Jobs },
    sql: over_days!("jobs", "jobs"),
};

/// Demand in hours.
pub(super) const BOOKED_HOURS: Series = Series {
    id: "booked_hours",
    title: "Booked hours",
    sentence: "Hours booked on technicians' days, in the zone each was assigned to that day.",
    unit: "hours",
    values: Values::Amount,
    steps: STEPS,
    metric: "booking_balance",
    by_appliance: false,
    fold: Fold::Work { per: 60, of: Recorded::Workdays },
    sql: over_days!("booked_min", "workdays"),
};

/// What it earns.
pub(super) const REVENUE: Series = Series {
    id: "revenue",
    title: "Revenue",
    sentence: "What the jobs begun brought in, in the zone of the job; a job without a recorded \
               amount counts as nothing.",
    unit: "dollars",
    values: Values::Amount,
    steps: STEPS,
    metric: "revenue_per_job",
    by_appliance: true,
    fold: Fold::Work { per: 100, of: Recorded::Jobs },
    sql: over_days!("revenue_cents", "jobs"),
};
