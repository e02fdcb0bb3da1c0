//! Stays and exits one by one, for curves and tables that no single number holds.
//!
//! The same cut into stays as everywhere: a mover counts where he works. Never here: curves, tests,
//! rates.

use super::Result;
use super::compute::as_of;
use super::sql::stays;
use crate::domain::calendar::Day;
use crate::domain::told::{Kind, Told};
use crate::store::{self, Read, Row, named_params};

/// Rows read at most; beyond it the question is refused, never cut.
const ROWS_MAX: usize = 200_000;

/// Where to look: everywhere, one office or one zone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Where {
    /// Only this office.
    pub office: Option<i64>,
    /// Only this zone.
    pub zone: Option<i64>,
}

/// A technician's time in one zone within one spell of employment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stay {
    /// The spell of employment.
    pub employment_id: i64,
    /// The zone.
    pub zone_id: i64,
    /// Where the hire came from.
    pub hire_source: String,
    /// First day of the spell.
    pub hired_on: Day,
    /// First day in the zone.
    pub in_on: Day,
    /// First day no longer there; far away when nothing has ended yet.
    pub until_on: Day,
    /// Whether it ended with an exit, not with a move.
    pub left: bool,
    /// Whether that exit was the technician's choice.
    pub voluntary: bool,
}

/// Exits of one type for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExitCount {
    /// `voluntary`, `involuntary`, `other` or nothing.
    pub exit_type: Option<String>,
    /// As recorded.
    pub reason: Option<String>,
    /// Exits.
    pub n: u64,
    /// Of those, regretted.
    pub regretted: u64,
    /// Of those, before day 90 of the spell.
    pub early: u64,
}

/// Hires of a period and their first 90 days, counted in both ways.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ninety {
    /// All hires.
    pub hires: u64,
    /// Of those, gone before day 90 by the end of the data.
    pub left: u64,
    /// Hires whose day 90 lies within the data.
    pub matured: u64,
    /// Of the matured, gone before day 90.
    pub matured_left: u64,
}

const STAYS: &str = concat!(
    stays!(),
    "SELECT
  s.employment_id,
  s.zone_id,
  s.hire_source,
  s.hired_on,
  s.in_on,
  s.until_on,
  COALESCE(s.until_on = s.exited_on + 1, 0) AS gone,
  COALESCE(s.until_on = s.exited_on + 1 AND s.exit_type = 'voluntary', 0) AS chosen
FROM stay s
WHERE s.in_on < :to AND s.in_on < s.until_on
ORDER BY s.employment_id, s.in_on
LIMIT :limit"
);

const EXITS: &str = concat!(
    stays!(),
    "SELECT
  s.exit_type,
  e.exit_reason,
  COUNT(*) AS n,
  SUM(COALESCE(s.exit_type = 'voluntary' AND s.regretted = 1, 0)) AS regretted,
  SUM(s.exited_on < s.hired_on + 90) AS early
FROM period p
JOIN stay s ON s.exited_on >= p.from_on AND s.exited_on < p.to_on
  AND s.until_on = s.exited_on + 1
JOIN employment e ON e.id = s.employment_id
GROUP BY s.exit_type, e.exit_reason
ORDER BY n DESC, s.exit_type, e.exit_reason
LIMIT :limit"
);

const NINETY: &str = concat!(
    stays!(),
    "SELECT
  COUNT(*) AS hires,
  COALESCE(SUM(s.exited_on < s.hired_on + 90 AND s.exited_on <= :as_of), 0) AS gone,
  COALESCE(SUM(s.hired_on + 90 <= :as_of), 0) AS matured,
  COALESCE(SUM(s.hired_on + 90 <= :as_of AND s.exited_on < s.hired_on + 90), 0) AS matured_gone
FROM period p
JOIN stay s ON s.in_on = s.hired_on AND s.hired_on >= p.from_on AND s.hired_on < p.to_on
LIMIT :limit"
);

/// Last day with data: of jobs and workdays, or of employment when there are none.
pub fn last_day(read: &Read<'_>) -> Result<Option<Day>> {
    as_of(*read)
}

/// Every stay begun before the end of the data.
///
/// # Errors
/// `Told` when there are more than can be drawn.
pub fn stays_of(read: &Read<'_>, at: Where) -> Result<Vec<Stay>> {
    let to = as_of(*read)?.unwrap_or_default().plus(1);
    let stays = rows(*read, STAYS, (Day(0), to), at, |row| {
        Ok(Stay {
            employment_id: row.get(0)?,
            zone_id: row.get(1)?,
            hire_source: row.get(2)?,
            hired_on: Day(row.get(3)?),
            in_on: Day(row.get(4)?),
            until_on: Day(row.get(5)?),
            left: row.get(6)?,
            voluntary: row.get(7)?,
        })
    })?;
    if stays.len() > ROWS_MAX {
        return Err(Told::new(
            Kind::Invalid,
            format!("This curve has more than {ROWS_MAX} stays."),
            "Choose a single office.",
        )
        .into());
    }
    Ok(stays)
}

/// Exits of `[from, to)` by type and reason, most frequent first.
pub fn exits_of(read: &Read<'_>, from: Day, to: Day, at: Where) -> Result<Vec<ExitCount>> {
    rows(*read, EXITS, (from, to), at, |row| {
        Ok(ExitCount {
            exit_type: row.get(0)?,
            reason: row.get(1)?,
            n: row.get::<_, i64>(2)? as u64,
            regretted: row.get::<_, i64>(3)? as u64,
            early: row.get::<_, i64>(4)? as u64,
        })
    })
}

/// The hires of `[from, to)` and their first 90 days.
pub fn ninety_of(read: &Read<'_>, from: Day, to: Day, at: Where) -> Result<Ninety> {
    let rows = rows(*read, NINETY, (from, to), at, |row| {
        let count = |at: usize| row.get::<_, i64>(at).map(|it| it as u64);
        Ok(Ninety {
            hires: count(0)?,
            left: count(1)?,
            matured: count(2)?,
            matured_left: count(3)?,
        })
    })?;
    Ok(rows.first().copied().unwrap_or_default())
}

fn rows<T>(
    read: Read<'_>,
    sql: &str,
    (from, to): (Day, Day),
    at: Where,
    map: impl FnMut(&Row<'_>) -> store::Mapped<T>,
) -> Result<Vec<T>> {
    let as_of = as_of(read)?.unwrap_or(to.plus(-1));
    let none: Option<i64> = None;
    let params = named_params! {
        ":from": from.0,
        ":to": to.0,
        ":as_of": as_of.0,
        ":by": "none",
        ":zone": at.zone,
        ":office": at.office,
        ":technician": none,
        ":limit": ROWS_MAX as i64 + 1,
    };
    Ok(read.rows(sql, params, map)?)
}
