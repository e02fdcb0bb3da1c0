//! Roll-ups: what pages read instead of single jobs and workdays. Months of technicians here, days
//! of zones in `zones`.
//!
//! Rebuilt whole, or for the technicians whose facts changed; both run the same statements, so the
//! rows are the same, bit for bit. Everything is a whole number. Never here: rates, shares,
//! anything that a metric defines.

mod zones;

use std::collections::BTreeMap;

use super::{Read, Result, Tx, named_params};
use crate::domain::calendar::{Day, Month};

/// Days within which a recall means that the first visit did not fix it.
pub const FIX_DAYS: i32 = 30;
/// Drives of more minutes than this are long.
pub const LONG_DRIVE_MIN: i32 = 50;
/// Months before a changed fact that may change with it.
const MONTHS_BACK: i32 = 2;

/// Fills `roll_technician_month` and `roll_zone_day` from jobs and workdays, and the data's span.
///
/// With `None` everything is computed anew. Otherwise the months of the given technicians are, each
/// from two months before its day on, and also those of the technicians whose jobs they went back
/// to; when the data now end on another day, so is everyone's last month of fixes that fell due.
pub fn rebuild(tx: &Tx<'_>, technicians: Option<&[(i64, i32)]>) -> Result<()> {
    set_span(tx)?;
    let (rolled_to, data_to) = ends(**tx)?;
    match technicians {
        None => {
            tx.run("DELETE FROM roll_technician_month", [])?;
            fill(tx, &Statements::EVERYONE, Scope::all())?;
            zones::rebuild(tx, None)?;
        }
        Some(technicians) => {
            let own = first_months(technicians);
            let zones_from = own.values().min().map(|it| it.first_day());
            for (id, from) in widened(**tx, &own, rolled_to, data_to)? {
                let scope = Scope { technician: id, month: from };
                tx.run(
                    "DELETE FROM roll_technician_month
                      WHERE technician_id = :technician AND month_no >= :month",
                    named_params! { ":technician": id, ":month": from.0 },
                )?;
                fill(tx, &Statements::ONE, scope)?;
            }
            if zones_from.is_some() {
                zones::rebuild(tx, zones_from)?;
            }
        }
    }
    tx.run("UPDATE derived_state SET rolled_to = data_to WHERE id = 1", [])?;
    Ok(())
}

/// Writes the first and last day with a job or workday into `derived_state`.
pub fn set_span(tx: &Tx<'_>) -> Result<()> {
    tx.run(SPAN, named_params! { ":now": tx.now() })?;
    Ok(())
}

/// By technician, so that both ends come from the indexes.
const SPAN: &str = "
WITH ends AS (
  SELECT
    (SELECT MIN(j.started_at) FROM job j WHERE j.technician_id = t.id) / 1440 AS job_from,
    (SELECT MAX(j.started_at) FROM job j WHERE j.technician_id = t.id) / 1440 AS job_to,
    (SELECT MIN(w.on_day) FROM workday w WHERE w.technician_id = t.id) AS day_from,
    (SELECT MAX(w.on_day) FROM workday w WHERE w.technician_id = t.id) AS day_to
  FROM technician t
)
UPDATE derived_state
   SET data_from = (SELECT MIN(MIN(COALESCE(job_from, day_from)), MIN(COALESCE(day_from, job_from)))
                      FROM ends),
       data_to = (SELECT MAX(MAX(COALESCE(job_to, day_to)), MAX(COALESCE(day_to, job_to)))
                    FROM ends),
       revision = revision + 1,
       updated_at = :now
 WHERE id = 1";

/// Whose months, from which on.
#[derive(Clone, Copy, Debug)]
struct Scope {
    technician: i64,
    month: Month,
}

impl Scope {
    fn all() -> Self {
        Self { technician: 0, month: Month(0) }
    }
}

/// The same statements over everyone's facts or over one technician's from a day on.
struct Statements {
    jobs: &'static str,
    recalls: &'static str,
    workdays: &'static str,
    zones: &'static str,
}

macro_rules! jobs {
    ($where:expr) => {
        concat!(
            "
INSERT INTO roll_technician_month (
  technician_id, month_no, zone_id, office_id,
  jobs, completed, fixes_due, fixes,
  drive_n, drive_min, drive_sq, long_drives, weekend_jobs,
  labor_min, billable_min, revenue_n, revenue_cents, revenue_sq,
  convertible, converted, csat_n, csat_sum, csat_sq
)
SELECT
  j.technician_id,
  c.month_no,
  0,
  0,
  COUNT(*),
  COUNT(j.completed_at),
  SUM(j.completed_at IS NOT NULL AND c.day + :fix_days <= s.data_to),
  SUM(
    j.completed_at IS NOT NULL AND c.day + :fix_days <= s.data_to
    AND NOT EXISTS (
      SELECT 1
      FROM job r
      WHERE r.recall_of_id = j.id
        AND r.started_at / 1440 BETWEEN c.day AND c.day + :fix_days
    )
  ),
  COUNT(j.drive_min),
  COALESCE(SUM(j.drive_min), 0),
  COALESCE(SUM(j.drive_min * j.drive_min), 0),
  COALESCE(SUM(j.drive_min > :long_drive_min), 0),
  SUM(c.weekday >= 5),
  COALESCE(SUM(j.labor_min), 0),
  COALESCE(SUM(j.billable_min), 0),
  COUNT(j.revenue_cents),
  COALESCE(SUM(j.revenue_cents), 0),
  COALESCE(SUM(j.revenue_cents * j.revenue_cents), 0),
  COALESCE(SUM(j.convertible = 1), 0),
  COALESCE(SUM(j.convertible = 1 AND j.converted = 1), 0),
  COUNT(j.csat),
  COALESCE(SUM(j.csat), 0),
  COALESCE(SUM(j.csat * j.csat), 0)
FROM derived_state s
CROSS JOIN job j
CROSS JOIN calendar c ON c.day = j.started_at / 1440
WHERE ",
            $where,
            "
GROUP BY j.technician_id, c.month_no"
        )
    };
}

macro_rules! recalls {
    ($from:expr) => {
        concat!(
            "
INSERT INTO roll_technician_month (technician_id, month_no, zone_id, office_id, recalls)
SELECT
  o.technician_id,
  c.month_no,
  0,
  0,
  COUNT(*)
FROM ",
            $from,
            "
CROSS JOIN calendar c ON c.day = o.started_at / 1440
WHERE o.completed_at IS NOT NULL
GROUP BY o.technician_id, c.month_no
ON CONFLICT (technician_id, month_no) DO UPDATE SET recalls = excluded.recalls"
        )
    };
}

macro_rules! workdays {
    ($where:expr) => {
        concat!(
            "
INSERT INTO roll_technician_month (
  technician_id, month_no, zone_id, office_id,
  days_worked, available_min, booked_min, paid_min, overtime_min, on_call_nights, starts_changed
)
SELECT
  w.technician_id,
  c.month_no,
  0,
  0,
  SUM(w.paid_min > 0),
  SUM(w.available_min),
  SUM(w.booked_min),
  SUM(w.paid_min),
  SUM(w.overtime_min),
  COALESCE(SUM(w.on_call = 1), 0),
  COALESCE(SUM(w.start_changed = 1), 0)
FROM workday w
CROSS JOIN calendar c ON c.day = w.on_day
WHERE ",
            $where,
            "
GROUP BY w.technician_id, c.month_no
ON CONFLICT (technician_id, month_no) DO UPDATE SET
  days_worked = excluded.days_worked,
  available_min = excluded.available_min,
  booked_min = excluded.booked_min,
  paid_min = excluded.paid_min,
  overtime_min = excluded.overtime_min,
  on_call_nights = excluded.on_call_nights,
  starts_changed = excluded.starts_changed"
        )
    };
}

/// The zone of the last assignment that began by the month's last day, else the home zone.
macro_rules! zones {
    ($where:expr) => {
        concat!(
            "
WITH last (technician_id, month_no, day) AS (
  SELECT
    r.technician_id,
    r.month_no,
    (SELECT MAX(c.day) FROM calendar c WHERE c.month_no = r.month_no)
  FROM roll_technician_month r
  WHERE ",
            $where,
            "
),
found (technician_id, month_no, zone_id) AS (
  SELECT
    l.technician_id,
    l.month_no,
    COALESCE(
      (
        SELECT a.zone_id
        FROM assignment a
        WHERE a.technician_id = l.technician_id
          AND a.from_on <= l.day
          AND a.zone_id IS NOT NULL
        ORDER BY a.from_on DESC, a.id DESC
        LIMIT 1
      ),
      t.zone_id
    )
  FROM last l
  JOIN technician t ON t.id = l.technician_id
)
UPDATE roll_technician_month AS m
   SET zone_id = f.zone_id,
       office_id = z.office_id
  FROM found f
  JOIN zone z ON z.id = f.zone_id
 WHERE m.technician_id = f.technician_id AND m.month_no = f.month_no"
        )
    };
}

impl Statements {
    const EVERYONE: Self = Self {
        jobs: jobs!("s.id = 1"),
        recalls: recalls!(
            "job r
CROSS JOIN job o ON r.recall_of_id IS NOT NULL AND o.id = r.recall_of_id"
        ),
        workdays: workdays!("true"),
        zones: zones!("true"),
    };
    const ONE: Self = Self {
        jobs: jobs!("s.id = 1 AND j.technician_id = :technician AND j.started_at >= :day * 1440"),
        recalls: recalls!(
            "job o
CROSS JOIN job r
  ON o.technician_id = :technician AND o.started_at >= :day * 1440 AND r.recall_of_id = o.id"
        ),
        workdays: workdays!("w.technician_id = :technician AND w.on_day >= :day"),
        zones: zones!("r.technician_id = :technician AND r.month_no >= :month"),
    };
}

fn fill(tx: &Tx<'_>, statements: &Statements, scope: Scope) -> Result<()> {
    let (id, day, month) = (scope.technician, scope.month.first_day().0, scope.month.0);
    if scope.technician == 0 {
        let fixes = named_params! { ":fix_days": FIX_DAYS, ":long_drive_min": LONG_DRIVE_MIN };
        tx.run(statements.jobs, fixes)?;
        tx.run(statements.recalls, [])?;
        tx.run(statements.workdays, [])?;
        tx.run(statements.zones, [])?;
        return Ok(());
    }
    let fixes = named_params! {
        ":fix_days": FIX_DAYS,
        ":long_drive_min": LONG_DRIVE_MIN,
        ":technician": id,
        ":day": day,
    };
    let since = named_params! { ":technician": id, ":day": day };
    tx.run(statements.jobs, fixes)?;
    tx.run(statements.recalls, since)?;
    tx.run(statements.workdays, since)?;
    tx.run(statements.zones, named_params! { ":technician": id, ":month": month })?;
    Ok(())
}

/// First month to compute, by technician.
fn first_months(technicians: &[(i64, i32)]) -> BTreeMap<i64, Month> {
    let mut months = BTreeMap::new();
    for (id, day) in technicians {
        sooner(&mut months, *id, Day(*day).month().plus(-MONTHS_BACK));
    }
    months
}

/// Adds what else those changes touch: originals of recalls, and fixes that fell due since.
fn widened(
    read: Read<'_>,
    own: &BTreeMap<i64, Month>,
    rolled_to: Option<Day>,
    data_to: Option<Day>,
) -> Result<BTreeMap<i64, Month>> {
    let mut months = own.clone();
    for (id, from) in own {
        let since = named_params! { ":technician": id, ":day": from.first_day().0 };
        for sql in [ORIGINALS_OF_MY_RECALLS, MY_RECALLED_ORIGINALS] {
            let found = read.rows(sql, since, |row| Ok((row.get(0)?, Day(row.get(1)?))))?;
            for (technician, day) in found {
                sooner(&mut months, technician, day.month());
            }
        }
    }
    if rolled_to != data_to
        && let Some(earliest) = rolled_to.min(data_to).or(data_to)
    {
        let month = earliest.plus(-FIX_DAYS).month();
        let sql = "SELECT id FROM technician LIMIT 1000000";
        for id in read.rows(sql, [], |row| row.get(0))? {
            sooner(&mut months, id, month);
        }
    }
    Ok(months)
}

const ORIGINALS_OF_MY_RECALLS: &str = "
SELECT o.technician_id, MIN(o.started_at) / 1440
  FROM job r
  CROSS JOIN job o ON o.id = r.recall_of_id
 WHERE r.technician_id = :technician AND r.started_at >= :day * 1440
 GROUP BY o.technician_id
 LIMIT 1000000";

const MY_RECALLED_ORIGINALS: &str = "
SELECT o.technician_id, MIN(o.started_at) / 1440
  FROM job o
  CROSS JOIN job r ON r.recall_of_id = o.id
 WHERE o.technician_id = :technician AND r.started_at >= :day * 1440
 GROUP BY o.technician_id
 LIMIT 1000000";

fn sooner(months: &mut BTreeMap<i64, Month>, id: i64, month: Month) {
    months.entry(id).and_modify(|it| *it = month.min(*it)).or_insert(month);
}

fn ends(read: Read<'_>) -> Result<(Option<Day>, Option<Day>)> {
    let sql = "SELECT rolled_to, data_to FROM derived_state WHERE id = 1 LIMIT 1";
    let found = read.first(sql, [], |row| {
        Ok((row.get::<_, Option<i32>>(0)?.map(Day), row.get::<_, Option<i32>>(1)?.map(Day)))
    })?;
    Ok(found.unwrap_or_default())
}

#[cfg(test)]
mod tests;
