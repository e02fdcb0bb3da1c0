//! How long a hire takes to work at the office's pace.
//!
//! Counted in whole calendar months, because that is what the roll-ups hold: a hire who reaches the
//! pace in mid-month counts from the end of that month, so the number is late by up to a month and
//! never early. Never here: reading single jobs.

use super::sql::over_hires;
use super::{By, Direction, Estimate, Family, Grain, How, Metric, Unit};

/// Weeks to 80% of the median pace.
pub(super) const RAMP_WEEKS: Metric = Metric {
    id: "ramp_weeks",
    title: "Ramp weeks",
    sentence: "Weeks until half of the hires work at 80% of the office's pace.",
    formula: "For each hire of the period: from the first day to the end of the first whole \
              calendar month whose jobs per day reach 80% of the median technician of the same \
              office and month. Kaplan-Meier median; hires who left or have not got there count \
              for as long as they were followed. Months with under 5 days worked are left out. \
              n is the hires.",
    unit: Unit::Weeks,
    direction: Direction::Bad,
    minimum: 10,
    interval: "Where the Kaplan-Meier band crosses one half (Brookmeyer-Crowley).",
    family: Family::Recruiting,
    by: &[By::None, By::Office, By::Source],
    how: How {
        sql: over_hires!(
            ",
pace AS (
  SELECT
    office_id,
    month_no,
    1.0 * completed / days_worked AS per_day,
    ROW_NUMBER() OVER (
      PARTITION BY office_id, month_no ORDER BY 1.0 * completed / days_worked
    ) AS place,
    COUNT(*) OVER (PARTITION BY office_id, month_no) AS heads
  FROM roll_technician_month
  WHERE days_worked >= 5
),
middle AS (
  SELECT office_id, month_no, AVG(per_day) AS per_day
  FROM pace
  WHERE place IN ((heads + 1) / 2, (heads + 2) / 2)
  GROUP BY office_id, month_no
),
month AS (
  SELECT month_no, MIN(day) AS first_on, MAX(day) AS last_on
  FROM calendar
  WHERE day >= :from - 31 AND day <= :as_of + 31
  GROUP BY month_no
),
own AS (
  SELECT r.technician_id, n.first_on, n.last_on
  FROM roll_technician_month r
  JOIN middle m ON m.office_id = r.office_id AND m.month_no = r.month_no
  JOIN month n ON n.month_no = r.month_no
  WHERE r.days_worked >= 5 AND r.completed >= 0.8 * m.per_day * r.days_worked
),
reach AS (
  SELECT s.employment_id, MIN(o.last_on) AS last_on
  FROM stay s
  JOIN own o ON o.technician_id = s.technician_id
    AND o.first_on >= s.hired_on
    AND o.last_on <= MIN(COALESCE(s.exited_on, :as_of), :as_of)
  WHERE s.in_on = s.hired_on
  GROUP BY s.employment_id
)
",
            "  (
    COALESCE(x.last_on + 1, MIN(COALESCE(s.exited_on, :as_of), :as_of)) - s.hired_on
  ) / 7.0 AS weeks,
  x.last_on IS NOT NULL AS reached",
            "LEFT JOIN reach x ON x.employment_id = s.employment_id
WHERE s.hired_on <= :as_of"
        ),
        estimate: Estimate::MedianTime,
        grain: Grain::Day,
    },
};
