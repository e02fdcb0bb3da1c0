//! Who is here, who comes and goes, and how long filling takes.
//!
//! From the same stays in zones as the metrics: a mover counts where he works. Never here: work.

use super::{Fold, Series, Step, Values};
use crate::metric::sql::stays;

const STEPS: &[Step] = &[Step::Month, Step::Week];

/// Exits of a kind, one row each.
macro_rules! exits {
    ($kind:literal) => {
        concat!(
            stays!(),
            "SELECT
  s.exited_on AS day,
  1 AS value
FROM stay s
WHERE s.until_on = s.exited_on + 1 AND s.exited_on BETWEEN :from AND :to",
            $kind,
            "
ORDER BY day
LIMIT :limit"
        )
    };
}

/// Heads.
pub(super) const HEADCOUNT: Series = Series {
    id: "headcount",
    title: "Headcount",
    sentence: "Technicians employed on the last day of the period, in the zone each was assigned \
               to that day.",
    unit: "technicians",
    values: Values::Amount,
    steps: STEPS,
    metric: "headcount",
    by_appliance: false,
    fold: Fold::Level,
    sql: concat!(
        stays!(),
        "SELECT
  s.in_on AS day,
  1 AS value
FROM stay s
WHERE s.in_on <= :to
UNION ALL
SELECT
  s.until_on,
  -1
FROM stay s
WHERE s.until_on <= :to
ORDER BY day
LIMIT :limit"
    ),
};

/// Everyone who left.
pub(super) const EXITS: Series = Series {
    id: "exits",
    title: "Exits",
    sentence: "Spells of employment that ended, for whatever reason, in the zone of the last day.",
    unit: "exits",
    values: Values::Count,
    steps: STEPS,
    metric: "exits",
    by_appliance: false,
    fold: Fold::Events,
    sql: exits!(""),
};

/// Who chose to leave.
pub(super) const EXITS_VOLUNTARY: Series = Series {
    id: "exits_voluntary",
    title: "Voluntary exits",
    sentence: "Exits that the technician chose, in the zone of the last day; exits without a type \
               are not counted.",
    unit: "exits",
    values: Values::Count,
    steps: STEPS,
    metric: "voluntary_turnover",
    by_appliance: false,
    fold: Fold::Events,
    sql: exits!("\n  AND s.exit_type = 'voluntary'"),
};

/// Who came.
pub(super) const HIRES: Series = Series {
    id: "hires",
    title: "Hires",
    sentence: "Spells of employment that began, in the zone of the first day; a rehire counts \
               again.",
    unit: "hires",
    values: Values::Count,
    steps: STEPS,
    metric: "hires",
    by_appliance: false,
    fold: Fold::Events,
    sql: concat!(
        stays!(),
        "SELECT
  s.hired_on AS day,
  1 AS value
FROM stay s
WHERE s.in_on = s.hired_on AND s.hired_on BETWEEN :from AND :to
ORDER BY day
LIMIT :limit"
    ),
};

/// How long filling takes.
pub(super) const TIME_TO_FILL: Series = Series {
    id: "time_to_fill",
    title: "Time to fill",
    sentence: "Days from the approval of an opening to an accepted offer, for the middle hire of \
               the month, in the requisition's zone; a month without one is not known.",
    unit: "days",
    values: Values::Amount,
    steps: &[Step::Month],
    metric: "time_to_fill",
    by_appliance: false,
    fold: Fold::Median,
    sql: "SELECT
  c.accepted_on AS day,
  c.accepted_on - COALESCE(r.approved_on, r.opened_on) AS value
FROM candidate c
JOIN requisition r ON r.id = c.requisition_id
WHERE c.accepted_on BETWEEN :from AND :to
  AND c.accepted_on >= COALESCE(r.approved_on, r.opened_on)
  AND (:zone IS NULL OR r.zone_id = :zone)
  AND (:office IS NULL OR r.office_id = :office)
ORDER BY day, value
LIMIT :limit",
};
