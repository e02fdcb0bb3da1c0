//! Days of zones: jobs and revenue where the job was, working time where the technician was that day.
//!
//! A day knows nothing of later days: whoever moves next week works here today. Never here: sums
//! over weeks or months (see `metric::series`), rates.

use super::super::{Result, Tx, named_params};
use crate::domain::calendar::Day;

/// Where each technician was from which day on: the home zone, until an assignment names another.
macro_rules! with_span {
    ($insert:literal, $select:expr) => {
        concat!(
            $insert,
            "
WITH place AS (
  SELECT id AS technician_id, zone_id, -1000000 AS from_on, 0 AS id
  FROM technician
  UNION ALL
  SELECT technician_id, zone_id, from_on, id
  FROM assignment
  WHERE zone_id IS NOT NULL
),
span AS MATERIALIZED (
  SELECT
    technician_id,
    zone_id,
    from_on,
    LEAD(from_on, 1, 1000000) OVER (PARTITION BY technician_id ORDER BY from_on, id) AS until_on
  FROM place
)
",
            $select
        )
    };
}

macro_rules! jobs {
    ($from:expr) => {
        with_span!(
            "INSERT INTO roll_zone_day (appliance, day, zone_id, jobs, revenue_cents)",
            concat!(
                "SELECT
  j.appliance,
  j.started_at / 1440 AS on_day,
  COALESCE(j.zone_id, s.zone_id) AS zone,
  COUNT(*),
  COALESCE(SUM(j.revenue_cents), 0)
FROM ",
                $from,
                "
GROUP BY j.appliance, on_day, zone"
            )
        )
    };
}

macro_rules! workdays {
    ($from:expr) => {
        with_span!(
            "INSERT INTO roll_zone_day (appliance, day, zone_id, workdays, available_min, booked_min)",
            concat!(
                "SELECT
  '',
  w.on_day,
  s.zone_id,
  COUNT(*),
  SUM(w.available_min),
  SUM(w.booked_min)
FROM ",
                $from,
                "
GROUP BY w.on_day, s.zone_id
ON CONFLICT (appliance, day, zone_id) DO UPDATE SET
  workdays = excluded.workdays,
  available_min = excluded.available_min,
  booked_min = excluded.booked_min"
            )
        )
    };
}

/// Over everything, in the order the rows lie in.
const JOBS_ALL: &str = jobs!(
    "job j
CROSS JOIN span s
  ON s.technician_id = j.technician_id
  AND j.started_at >= s.from_on * 1440 AND j.started_at < s.until_on * 1440"
);
/// From a day on, through each technician's index.
const JOBS_SINCE: &str = jobs!(
    "span s
CROSS JOIN job j
  ON j.technician_id = s.technician_id
  AND j.started_at >= MAX(s.from_on, :day) * 1440 AND j.started_at < s.until_on * 1440"
);
const WORKDAYS_ALL: &str = workdays!(
    "workday w
CROSS JOIN span s
  ON s.technician_id = w.technician_id AND w.on_day >= s.from_on AND w.on_day < s.until_on"
);
const WORKDAYS_SINCE: &str = workdays!(
    "span s
CROSS JOIN workday w
  ON w.technician_id = s.technician_id
  AND w.on_day >= MAX(s.from_on, :day) AND w.on_day < s.until_on"
);
const TOGETHER: &str = "
INSERT INTO roll_zone_day (appliance, day, zone_id, jobs, revenue_cents)
SELECT '', day, zone_id, SUM(jobs), SUM(revenue_cents)
FROM roll_zone_day
WHERE appliance <> '' AND day >= :day
GROUP BY day, zone_id";

/// Fills `roll_zone_day` from a day on; with none, all of it.
pub(super) fn rebuild(tx: &Tx<'_>, from: Option<Day>) -> Result<()> {
    let since = from.map_or(i32::MIN, |it| it.0);
    tx.run("DELETE FROM roll_zone_day WHERE day >= :day", named_params! { ":day": since })?;
    match from {
        None => tx.run(JOBS_ALL, [])?,
        Some(day) => tx.run(JOBS_SINCE, named_params! { ":day": day.0 })?,
    };
    tx.run(TOGETHER, named_params! { ":day": since })?;
    match from {
        None => tx.run(WORKDAYS_ALL, [])?,
        Some(day) => tx.run(WORKDAYS_SINCE, named_params! { ":day": day.0 })?,
    };
    Ok(())
}
