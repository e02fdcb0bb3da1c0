//! Requisitions and what has become of their positions.
//!
//! An offer that was accepted takes a position; a requisition with none left, or closed, is not
//! open. Never here: when a position will be filled, shares, intervals.

use super::{Read, Result};
use crate::domain::calendar::Day;

/// Rows of one kind read at most.
const ROWS_MAX: i64 = 20_000;

/// A requisition with positions to fill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// Number the office knows it by.
    pub number: String,
    /// Key of its office.
    pub office_id: i64,
    /// Name of its office.
    pub office: String,
    /// Key of its zone; none when it is for the whole office.
    pub zone_id: Option<i64>,
    /// Day from which it counts: approved, else opened.
    pub since: Day,
    /// People wanted.
    pub positions: u64,
    /// Offers accepted.
    pub taken: u64,
    /// Candidates neither accepted nor declined, by the furthest step: applied, first talk,
    /// interview, offer.
    pub waiting: [u64; 4],
}

/// A position of a requisition: since when it was open and how that ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Key of the office.
    pub office_id: i64,
    /// Day its requisition was opened.
    pub opened_on: Day,
    /// Day from which it counts: approved, else opened.
    pub since: Day,
    /// Day of the yes, or on which the requisition was closed without one; none while open.
    pub ended_on: Option<Day>,
    /// Whether the end is a yes.
    pub taken: bool,
}

/// Whether there is any requisition at all.
pub fn any(read: &Read<'_>) -> Result<bool> {
    Ok(read.first("SELECT 1 FROM requisition LIMIT 1", [], |_| Ok(()))?.is_some())
}

/// Requisitions with positions to fill on a day, the longest open first.
pub fn open(
    read: &Read<'_>,
    on: Day,
    office: Option<i64>,
    zone: Option<i64>,
) -> Result<Vec<Opening>> {
    read.rows(
        "SELECT r.source_key, r.office_id, o.name, r.zone_id,
                coalesce(r.approved_on, r.opened_on) AS since, r.positions,
                sum(coalesce(c.accepted_on <= ?1, 0)) AS taken,
                sum(c.waits AND c.step = 0), sum(c.waits AND c.step = 1),
                sum(c.waits AND c.step = 2), sum(c.waits AND c.step = 3)
           FROM requisition r
           JOIN office o ON o.id = r.office_id
           LEFT JOIN (
                SELECT requisition_id, accepted_on,
                       applied_on <= ?1
                         AND coalesce(accepted_on > ?1, 1)
                         AND coalesce(declined_on > ?1, 1) AS waits,
                       CASE WHEN offered_on <= ?1 THEN 3 WHEN interviewed_on <= ?1 THEN 2
                            WHEN screened_on <= ?1 THEN 1 ELSE 0 END AS step
                  FROM candidate
                ) c ON c.requisition_id = r.id
          WHERE r.opened_on <= ?1 AND coalesce(r.closed_on > ?1, 1)
            AND (?2 IS NULL OR r.office_id = ?2) AND (?3 IS NULL OR r.zone_id = ?3)
          GROUP BY r.id
         HAVING taken < r.positions
          ORDER BY since, r.source_key
          LIMIT ?4",
        (on.0, office, zone, ROWS_MAX),
        |row| {
            let count =
                |at: usize| row.get::<_, Option<i64>>(at).map(|it| it.unwrap_or(0).max(0) as u64);
            Ok(Opening {
                number: row.get(0)?,
                office_id: row.get(1)?,
                office: row.get(2)?,
                zone_id: row.get(3)?,
                since: Day(row.get(4)?),
                positions: count(5)?,
                taken: count(6)?,
                waiting: [count(7)?, count(8)?, count(9)?, count(10)?],
            })
        },
    )
}

/// Positions to fill on a day, over everyone: what the navigation shows.
pub fn open_positions(read: &Read<'_>, on: Day) -> Result<u64> {
    let found = read.first(
        "SELECT sum(max(r.positions - (
                  SELECT count(*) FROM candidate c
                   WHERE c.requisition_id = r.id AND c.accepted_on <= ?1), 0))
           FROM requisition r
          WHERE r.opened_on <= ?1 AND coalesce(r.closed_on > ?1, 1)",
        [on.0],
        |row| row.get::<_, Option<i64>>(0),
    )?;
    Ok(found.flatten().unwrap_or(0).max(0) as u64)
}

/// The positions of requisitions opened from a day on, as they stand on another: one for each yes,
/// one for each that is left, of these at most a hundred a requisition.
pub fn positions(read: &Read<'_>, from: Day, on: Day) -> Result<Vec<Position>> {
    let map = |row: &super::Row<'_>| {
        Ok(Position {
            office_id: row.get(0)?,
            opened_on: Day(row.get(1)?),
            since: Day(row.get(2)?),
            ended_on: row.get::<_, Option<i32>>(3)?.map(Day),
            taken: row.get(4)?,
        })
    };
    let mut all = read.rows(
        "SELECT r.office_id, r.opened_on, coalesce(r.approved_on, r.opened_on), c.accepted_on, 1
           FROM requisition r
           JOIN candidate c ON c.requisition_id = r.id AND c.accepted_on <= ?2
          WHERE r.opened_on BETWEEN ?1 AND ?2
          ORDER BY r.id, c.id
          LIMIT ?3",
        (from.0, on.0, ROWS_MAX),
        map,
    )?;
    let waiting = read.rows(
        "SELECT r.office_id, r.opened_on, coalesce(r.approved_on, r.opened_on),
                CASE WHEN r.closed_on <= ?2 THEN r.closed_on END, 0,
                min(r.positions - (SELECT count(*) FROM candidate c
                                    WHERE c.requisition_id = r.id AND c.accepted_on <= ?2), 100)
                  AS free
           FROM requisition r
          WHERE r.opened_on BETWEEN ?1 AND ?2 AND free > 0
          ORDER BY r.id
          LIMIT ?3",
        (from.0, on.0, ROWS_MAX),
        |row| Ok((map(row)?, row.get::<_, i64>(5)?)),
    )?;
    for (position, free) in waiting {
        all.extend(std::iter::repeat_n(position, free.max(0) as usize));
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{IntoCell, Scratch, day};
    use super::super::{Error, Read};
    use super::*;

    fn read<T: Send + 'static>(
        it: &Scratch,
        work: impl FnOnce(&Read<'_>) -> Result<T> + Send + 'static,
    ) -> T {
        it.store.read_long(work).map_err(|it: Error| it).unwrap()
    }

    fn candidate(it: &Scratch, no: &str, days: &[(&'static str, &str)]) {
        let days: Vec<(&str, Day)> = days.iter().map(|(name, on)| (*name, day(on))).collect();
        let mut values: Vec<(&str, &dyn IntoCell)> =
            vec![("candidate_no", &no), ("requisition_no", &"R1")];
        values.extend(days.iter().map(|(name, on)| (*name, on as &dyn IntoCell)));
        it.put("candidate", &values);
    }

    #[test]
    fn a_position_waits_until_it_is_taken() {
        let it = Scratch::office();
        assert!(!read(&it, any));
        it.put(
            "requisition",
            &[
                ("requisition_no", &"R1"),
                ("opened_on", &day("2026-03-01")),
                ("approved_on", &day("2026-03-04")),
                ("positions", &2),
                ("office", &"O1"),
                ("zone", &"Z2"),
            ],
        );
        candidate(&it, "A", &[("applied_on", "2026-03-05"), ("accepted_on", "2026-03-20")]);
        candidate(&it, "B", &[("applied_on", "2026-03-06"), ("screened_on", "2026-03-08")]);
        candidate(&it, "C", &[("applied_on", "2026-03-06"), ("offered_on", "2026-03-09")]);
        candidate(&it, "D", &[("applied_on", "2026-03-06"), ("declined_on", "2026-03-09")]);
        assert!(read(&it, any));
        let on = |text: &'static str| read(&it, move |it| open(it, day(text), None, None));
        assert!(on("2026-02-28").is_empty(), "not opened yet");
        let early = on("2026-03-06");
        assert_eq!((early[0].taken, early[0].waiting), (0, [4, 0, 0, 0]));
        let late = on("2026-03-31");
        assert_eq!((late[0].taken, late[0].waiting), (1, [0, 1, 0, 1]));
        assert_eq!((late[0].since, late[0].zone_id), (day("2026-03-04"), Some(2)));
        assert!(read(&it, |it| open(it, day("2026-03-31"), None, Some(1))).is_empty());
        assert_eq!(read(&it, |it| open_positions(it, day("2026-03-31"))), 1);
        let all = read(&it, |it| positions(it, day("2026-01-01"), day("2026-03-31")));
        let ends: Vec<_> = all.iter().map(|it| (it.since, it.ended_on, it.taken)).collect();
        let since = day("2026-03-04");
        assert_eq!(ends, [(since, Some(day("2026-03-20")), true), (since, None, false)]);
        candidate(&it, "E", &[("applied_on", "2026-03-06"), ("accepted_on", "2026-03-25")]);
        assert!(on("2026-03-31").is_empty(), "both are taken");
        assert_eq!(read(&it, |it| open_positions(it, day("2026-03-31"))), 0);
    }
}
