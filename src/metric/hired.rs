//! Hires one by one, for cohorts and for comparing sources.
//!
//! The same hires as those of every number by cohort: a stay that begins with the first day. Never
//! here: rates, tests, which of them to show.

use super::Result;
use super::compute::as_of;
use super::sql::stays;
use super::stays::Where;
use crate::domain::calendar::Day;
use crate::domain::told::{Kind, Told};
use crate::store::{Read, named_params};

/// Rows read at most; beyond it the question is refused, never cut.
const ROWS_MAX: usize = 200_000;

/// A hire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hire {
    /// The technician's identity outside.
    pub uid: [u8; 16],
    /// Number the office knows the person by.
    pub employee_no: String,
    /// Name shown.
    pub name: String,
    /// The zone of the first day.
    pub zone_id: i64,
    /// Where the person came from.
    pub hire_source: String,
    /// First day.
    pub hired_on: Day,
    /// Last day, when it lies within the data.
    pub exited_on: Option<Day>,
}

const HIRES: &str = concat!(
    stays!(),
    "SELECT
  t.uid,
  t.source_key,
  t.display_name,
  s.zone_id,
  s.hire_source,
  s.hired_on,
  CASE WHEN s.exited_on <= :as_of THEN s.exited_on END AS exited_on
FROM period p
CROSS JOIN stay s ON s.in_on = s.hired_on AND s.hired_on >= p.from_on AND s.hired_on < p.to_on
JOIN technician t ON t.id = s.technician_id
ORDER BY s.hired_on, s.employment_id
LIMIT :limit"
);

/// The hires of `[from, to)` up to the last day with data, the first first.
///
/// # Errors
/// `Told` when there are more than can be read.
pub fn hires_of(read: &Read<'_>, from: Day, to: Day, at: Where) -> Result<Vec<Hire>> {
    let none: Option<i64> = None;
    let params = named_params! {
        ":from": from.0,
        ":to": to.0,
        ":as_of": as_of(*read)?.unwrap_or(to.plus(-1)).0,
        ":by": "none",
        ":zone": at.zone,
        ":office": at.office,
        ":technician": none,
        ":limit": ROWS_MAX as i64 + 1,
    };
    let hires = read.rows(HIRES, params, |row| {
        Ok(Hire {
            uid: row.get(0)?,
            employee_no: row.get(1)?,
            name: row.get(2)?,
            zone_id: row.get(3)?,
            hire_source: row.get(4)?,
            hired_on: Day(row.get(5)?),
            exited_on: row.get::<_, Option<i32>>(6)?.map(Day),
        })
    })?;
    if hires.len() > ROWS_MAX {
        return Err(Told::new(
            Kind::Invalid,
            format!("There are more than {ROWS_MAX} hires in this period."),
            "Choose a shorter period or a single office.",
        )
        .into());
    }
    Ok(hires)
}
