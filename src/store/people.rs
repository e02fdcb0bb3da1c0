//! One technician's facts, for the page about them.
//!
//! Never here: jobs and workdays (they are summed up elsewhere), what follows from the facts.

use super::{Read, Result};
use crate::domain::calendar::Day;

/// Who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    /// Key.
    pub id: i64,
    /// Number the office knows the person by.
    pub employee_no: String,
    /// Name shown.
    pub name: String,
    /// Zone's name.
    pub zone: String,
    /// Office's name.
    pub office: String,
    /// Trade.
    pub trade: String,
}

/// A spell of employment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spell {
    /// First day.
    pub hired_on: Day,
    /// Last day; none while employed.
    pub exited_on: Option<Day>,
    /// `voluntary`, `involuntary` or another word; none when not recorded.
    pub exit_type: Option<String>,
    /// Where the hire came from.
    pub hire_source: Option<String>,
}

/// Pay from a day on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pay {
    /// From this day.
    pub on: Day,
    /// Cents an hour.
    pub hourly_cents: i64,
}

/// A place in the office from a day on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    /// From this day.
    pub on: Day,
    /// The manager's number.
    pub manager_no: Option<String>,
    /// Zone's name.
    pub zone: Option<String>,
}

/// A finished course.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Course {
    /// On this day.
    pub on: Day,
    /// Its name.
    pub name: String,
    /// Minutes.
    pub minutes: i64,
}

/// Most rows read of each kind of fact.
const FACTS_MAX: i64 = 500;

/// The technician of an identity.
pub fn find(read: &Read<'_>, uid: [u8; 16]) -> Result<Option<Who>> {
    read.first(
        "SELECT t.id, t.source_key, t.display_name, coalesce(z.name, ''), coalesce(o.name, ''),
                t.trade
           FROM technician t
           LEFT JOIN zone z ON z.id = t.zone_id
           LEFT JOIN office o ON o.id = t.office_id
          WHERE t.uid = ?1",
        [uid],
        |row| {
            Ok(Who {
                id: row.get(0)?,
                employee_no: row.get(1)?,
                name: row.get(2)?,
                zone: row.get(3)?,
                office: row.get(4)?,
                trade: row.get(5)?,
            })
        },
    )
}

/// Spells, the first first.
pub fn spells(read: &Read<'_>, technician_id: i64) -> Result<Vec<Spell>> {
    read.rows(
        "SELECT hired_on, exited_on, exit_type, hire_source
           FROM employment WHERE technician_id = ?1 ORDER BY hired_on LIMIT ?2",
        (technician_id, FACTS_MAX),
        |row| {
            Ok(Spell {
                hired_on: Day(row.get(0)?),
                exited_on: row.get::<_, Option<i32>>(1)?.map(Day),
                exit_type: row.get(2)?,
                hire_source: row.get(3)?,
            })
        },
    )
}

/// Pay, the first first.
pub fn pay(read: &Read<'_>, technician_id: i64) -> Result<Vec<Pay>> {
    read.rows(
        "SELECT effective_on, hourly_cents
           FROM pay WHERE technician_id = ?1 ORDER BY effective_on LIMIT ?2",
        (technician_id, FACTS_MAX),
        |row| Ok(Pay { on: Day(row.get(0)?), hourly_cents: row.get(1)? }),
    )
}

/// Assignments, the first first.
pub fn posts(read: &Read<'_>, technician_id: i64) -> Result<Vec<Post>> {
    read.rows(
        "SELECT a.from_on, a.manager_no, z.name
           FROM assignment a LEFT JOIN zone z ON z.id = a.zone_id
          WHERE a.technician_id = ?1 ORDER BY a.from_on LIMIT ?2",
        (technician_id, FACTS_MAX),
        |row| Ok(Post { on: Day(row.get(0)?), manager_no: row.get(1)?, zone: row.get(2)? }),
    )
}

/// Finished courses, the first first.
pub fn courses(read: &Read<'_>, technician_id: i64) -> Result<Vec<Course>> {
    read.rows(
        "SELECT completed_on, course, training_min
           FROM training WHERE technician_id = ?1 ORDER BY completed_on LIMIT ?2",
        (technician_id, FACTS_MAX),
        |row| Ok(Course { on: Day(row.get(0)?), name: row.get(1)?, minutes: row.get(2)? }),
    )
}

/// Spells that ended by the person's own will, up to a day.
pub fn voluntary_exits(read: &Read<'_>, to: Day) -> Result<u64> {
    let count = read.first(
        "SELECT count(*) FROM employment WHERE exit_type = 'voluntary' AND exited_on <= ?1",
        [to.0],
        |row| row.get::<_, i64>(0),
    )?;
    Ok(count.unwrap_or(0) as u64)
}
