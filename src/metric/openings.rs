//! Positions that wait for somebody.
//!
//! Never here: who applied for them, when they will be filled.

use super::{By, Direction, Estimate, Family, Grain, How, Metric, Unit};

/// Wanted, not yet taken.
pub(super) const OPEN_POSITIONS: Metric = Metric {
    id: "open_positions",
    title: "Open positions",
    sentence: "Positions that are asked for and not yet taken on the last day of the period.",
    formula: "Positions of requisitions opened and not closed by the last day, less the offers \
              accepted for them by then. A requisition cannot have fewer than none. n is the \
              positions of all requisitions opened by then.",
    unit: Unit::Positions,
    direction: Direction::Neither,
    minimum: 5,
    interval: "None: it is counted, not estimated.",
    family: Family::Recruiting,
    by: &[By::None, By::Zone, By::Office, By::Month],
    how: How {
        sql: "WITH period AS MATERIALIZED (
  SELECT
    month_no,
    MIN(day) AS from_on,
    MAX(day) + 1 AS to_on
  FROM calendar
  WHERE day >= :from AND day < :to AND day <= :as_of
  GROUP BY CASE WHEN :by = 'month' THEN month_no END
),
state AS (
  SELECT
    p.month_no,
    r.zone_id,
    r.office_id,
    r.positions,
    COALESCE(r.closed_on >= p.to_on, 1) AS still,
    (
      SELECT COUNT(*)
      FROM candidate c
      WHERE c.requisition_id = r.id AND c.accepted_on < p.to_on
    ) AS taken
  FROM period p
  CROSS JOIN requisition r ON r.opened_on < p.to_on
  WHERE (:zone IS NULL OR r.zone_id = :zone)
    AND (:office IS NULL OR r.office_id = :office)
    AND :technician IS NULL
    AND (:by <> 'zone' OR r.zone_id IS NOT NULL)
)
SELECT
  CASE :by
    WHEN 'month' THEN month_no
    WHEN 'zone' THEN zone_id
    WHEN 'office' THEN office_id
    ELSE 0
  END AS grp,
  SUM(still * MAX(positions - taken, 0)) AS value,
  SUM(positions) AS n
FROM state
GROUP BY grp
HAVING n > 0
ORDER BY grp
LIMIT :limit",
        estimate: Estimate::Count,
        grain: Grain::Day,
    },
};
