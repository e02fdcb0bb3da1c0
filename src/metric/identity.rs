//! The headcount identity: end = start + hires - exits + net transfers, for every office and zone.
//!
//! Start and end count people, the rest counts events; they disagree when spells of one person
//! overlap or end before they begin. Never here: repairs.

use super::compute::as_of;
use super::sql::{stay_group, stays};
use super::{By, Result};
use crate::domain::calendar::Day;
use crate::store::{Read, named_params};

/// Heads and their movements over a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Everyone, an office or a zone.
    pub by: By,
    /// Name of the office or zone; empty for everyone.
    pub group: String,
    /// Its key.
    pub group_id: Option<i64>,
    /// People here before the first day who had not left by then.
    pub start: i64,
    /// Spells begun in the period.
    pub hires: i64,
    /// Spells ended in the period (their last day lies in it).
    pub exits: i64,
    /// Moves in minus moves out.
    pub transfers_net: i64,
    /// People here on the last day and beyond it.
    pub end: i64,
    /// Whether `end = start + hires - exits + transfers_net`.
    pub holds: bool,
}

const COUNTS: &str = concat!(
    stays!(),
    "SELECT\n",
    stay_group!(),
    ",
  CASE :by
    WHEN 'zone' THEN (SELECT name FROM zone WHERE id = s.zone_id)
    WHEN 'office' THEN (SELECT name FROM office WHERE id = s.office_id)
    ELSE ''
  END AS name,
  COUNT(DISTINCT CASE
    WHEN s.in_on < p.from_on AND s.until_on >= p.from_on
      AND COALESCE(s.exited_on, 1000000) >= p.from_on
    THEN s.technician_id
  END) AS start,
  SUM(s.in_on = s.hired_on AND s.hired_on >= p.from_on AND s.hired_on < p.to_on) AS hires,
  COALESCE(SUM(
    s.until_on = s.exited_on + 1 AND s.exited_on >= p.from_on AND s.exited_on < p.to_on
  ), 0) AS exits,
  SUM(s.in_on > s.hired_on AND s.in_on >= p.from_on AND s.in_on < p.to_on)
  - SUM(
      s.until_on <= COALESCE(s.exited_on, 999999) AND s.until_on >= p.from_on
        AND s.until_on < p.to_on
    ) AS transfers_net,
  COUNT(DISTINCT CASE
    WHEN s.in_on < p.to_on AND s.until_on >= p.to_on
      AND COALESCE(s.exited_on, 1000000) >= p.to_on
    THEN s.technician_id
  END) AS heads_end
FROM period p
CROSS JOIN stay s ON s.in_on < p.to_on AND s.until_on >= p.from_on
GROUP BY grp
ORDER BY name
LIMIT 10000"
);

/// The identity over `[from, to)`: everyone first, then each office, then each zone. Empty when
/// nobody was employed.
pub fn identity(read: &Read<'_>, from: Day, to: Day) -> Result<Vec<Identity>> {
    let mut all = Vec::new();
    for by in [By::None, By::Office, By::Zone] {
        all.extend(identity_by(read, from, to, by)?);
    }
    Ok(all)
}

/// The identity over `[from, to)` of everyone, of each office or of each zone.
pub fn identity_by(read: &Read<'_>, from: Day, to: Day, by: By) -> Result<Vec<Identity>> {
    let as_of = as_of(*read)?.unwrap_or(to.plus(-1));
    let none: Option<i64> = None;
    let params = named_params! {
        ":from": from.0,
        ":to": to.0,
        ":as_of": as_of.0,
        ":by": by.id(),
        ":zone": none,
        ":office": none,
        ":technician": none,
    };
    let counted = read.rows(COUNTS, params, |row| {
        let (start, hires, exits) = (row.get(2)?, row.get(3)?, row.get(4)?);
        let (transfers_net, end) = (row.get(5)?, row.get(6)?);
        Ok(Identity {
            by,
            group: row.get(1)?,
            group_id: if by == By::None { None } else { Some(row.get(0)?) },
            start,
            hires,
            exits,
            transfers_net,
            end,
            holds: end == start + hires - exits + transfers_net,
        })
    })?;
    Ok(counted)
}
