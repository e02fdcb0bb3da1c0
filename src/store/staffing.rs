//! What a hiring plan reads of the facts up to a day: work by week, stays, openings, first days.
//!
//! Every question takes the last day it may know of; what is dated later is not there, an exit that
//! came later has not happened. Never here: rates, chances, what counts as short.

use super::{Read, Result};
use crate::domain::calendar::{Day, Month};

/// Most rows of one answer.
const ROWS_MAX: i64 = 4_000_000;

/// A technician's week of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WeekRow {
    /// Whose.
    pub technician_id: i64,
    /// The Monday.
    pub monday: Day,
    /// Minutes open for booking.
    pub available_min: i64,
    /// Minutes booked.
    pub booked_min: i64,
}

/// A spell of employment, as known on the last day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpellRow {
    /// Whose.
    pub technician_id: i64,
    /// Home zone.
    pub home_zone: i64,
    /// First day.
    pub hired_on: Day,
    /// Last day of the spell; none when it goes on.
    pub exited_on: Option<Day>,
    /// Whether it ended by the person's own choice.
    pub voluntary: bool,
}

/// A zone from a day on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PostRow {
    /// Whose.
    pub technician_id: i64,
    /// From this day.
    pub from_on: Day,
    /// Zone.
    pub zone_id: i64,
}

/// Positions of an opening that nobody has accepted yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenRow {
    /// Day it was opened.
    pub opened_on: Day,
    /// Office.
    pub office_id: i64,
    /// Zone, when one is named.
    pub zone_id: Option<i64>,
    /// Positions.
    pub positions: i64,
}

/// An accepted offer whose first day is still to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AcceptedRow {
    /// Day of the yes.
    pub accepted_on: Day,
    /// Office.
    pub office_id: i64,
    /// Zone, when one is named.
    pub zone_id: Option<i64>,
}

/// How long somebody who has started was waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FilledRow {
    /// Days from the opening to the first day of work.
    pub from_opening: i32,
    /// Days from the yes to the first day of work; none when no yes is recorded.
    pub from_yes: Option<i32>,
}

/// A technician's month in the roll-ups.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MonthWork {
    /// Whose.
    pub technician_id: i64,
    /// The month.
    pub month: Month,
    /// Zone on its last day.
    pub zone_id: i64,
    /// Completed jobs.
    pub completed: i64,
    /// Days worked.
    pub days_worked: i64,
    /// Minutes booked.
    pub booked_min: i64,
    /// Jobs with a known drive, their minutes and squares of minutes.
    pub drive: (i64, i64, i64),
}

/// Output of newcomers in a week since their first day and a calendar month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewcomerRow {
    /// Whole weeks since the first day.
    pub week: i64,
    /// Calendar month.
    pub month: Month,
    /// Days worked, or completed jobs.
    pub count: i64,
}

/// Work by technician and week, whole and broken weeks alike.
pub fn weeks(read: &Read<'_>, last: Day) -> Result<Vec<WeekRow>> {
    read.rows(
        "SELECT technician_id, (on_day + 3) / 7 * 7 - 3 AS monday,
                SUM(available_min), SUM(booked_min)
           FROM workday
          WHERE on_day <= ?1
          GROUP BY technician_id, monday
          LIMIT ?2",
        (last.0, ROWS_MAX),
        |row| {
            Ok(WeekRow {
                technician_id: row.get(0)?,
                monday: Day(row.get(1)?),
                available_min: row.get(2)?,
                booked_min: row.get(3)?,
            })
        },
    )
}

/// First day with work.
pub fn first_day(read: &Read<'_>) -> Result<Option<Day>> {
    Ok(super::office::span(read)?.map(|it| it.0))
}

/// Spells begun by the last day, by technician and first day.
pub fn spells(read: &Read<'_>, last: Day) -> Result<Vec<SpellRow>> {
    read.rows(
        "SELECT e.technician_id, t.zone_id, e.hired_on,
                CASE WHEN e.exited_on <= ?1 THEN e.exited_on END,
                coalesce(e.exited_on <= ?1 AND e.exit_type = 'voluntary', 0)
           FROM employment e JOIN technician t ON t.id = e.technician_id
          WHERE e.hired_on <= ?1 AND e.hired_on <= coalesce(e.exited_on, e.hired_on)
          ORDER BY e.technician_id, e.hired_on
          LIMIT ?2",
        (last.0, ROWS_MAX),
        |row| {
            Ok(SpellRow {
                technician_id: row.get(0)?,
                home_zone: row.get(1)?,
                hired_on: Day(row.get(2)?),
                exited_on: row.get::<_, Option<i32>>(3)?.map(Day),
                voluntary: row.get(4)?,
            })
        },
    )
}

/// Zones people worked in, by technician and day.
pub fn posts(read: &Read<'_>, last: Day) -> Result<Vec<PostRow>> {
    read.rows(
        "SELECT technician_id, from_on, zone_id
           FROM assignment
          WHERE from_on <= ?1 AND zone_id IS NOT NULL
          ORDER BY technician_id, from_on, id
          LIMIT ?2",
        (last.0, ROWS_MAX),
        |row| {
            Ok(PostRow {
                technician_id: row.get(0)?,
                from_on: Day(row.get(1)?),
                zone_id: row.get(2)?,
            })
        },
    )
}

/// Openings that are open on the last day, with the positions nobody has accepted by then.
pub fn open(read: &Read<'_>, last: Day) -> Result<Vec<OpenRow>> {
    read.rows(
        "SELECT r.opened_on, r.office_id, r.zone_id,
                r.positions - (SELECT COUNT(*) FROM candidate c
                                WHERE c.requisition_id = r.id AND c.accepted_on <= ?1) AS unfilled
           FROM requisition r
          WHERE r.opened_on <= ?1 AND (r.closed_on IS NULL OR r.closed_on > ?1)
            AND unfilled > 0
          ORDER BY r.opened_on, r.id
          LIMIT ?2",
        (last.0, ROWS_MAX),
        |row| {
            Ok(OpenRow {
                opened_on: Day(row.get(0)?),
                office_id: row.get(1)?,
                zone_id: row.get(2)?,
                positions: row.get(3)?,
            })
        },
    )
}

/// Offers accepted in the `within` days up to the last one whose first day is not known to have come.
pub fn accepted(read: &Read<'_>, last: Day, within: i32) -> Result<Vec<AcceptedRow>> {
    read.rows(
        "SELECT c.accepted_on, r.office_id, r.zone_id
           FROM candidate c JOIN requisition r ON r.id = c.requisition_id
          WHERE c.accepted_on <= ?1 AND c.accepted_on > ?1 - ?2
            AND (c.started_on IS NULL OR c.started_on > ?1)
          ORDER BY c.accepted_on, c.id
          LIMIT ?3",
        (last.0, within, ROWS_MAX),
        |row| {
            Ok(AcceptedRow {
                accepted_on: Day(row.get(0)?),
                office_id: row.get(1)?,
                zone_id: row.get(2)?,
            })
        },
    )
}

/// Waits of those who started on the last day or in the `within` days before it.
pub fn filled(read: &Read<'_>, last: Day, within: i32) -> Result<Vec<FilledRow>> {
    read.rows(
        "SELECT c.started_on - r.opened_on, c.started_on - c.accepted_on
           FROM candidate c JOIN requisition r ON r.id = c.requisition_id
          WHERE c.started_on <= ?1 AND c.started_on > ?1 - ?2 AND c.started_on >= r.opened_on
          ORDER BY c.started_on, c.id
          LIMIT ?3",
        (last.0, within, ROWS_MAX),
        |row| {
            let from_yes: Option<i32> = row.get(1)?;
            Ok(FilledRow { from_opening: row.get(0)?, from_yes: from_yes.filter(|it| *it >= 0) })
        },
    )
}

/// Roll-ups of the months from one to another, both included.
pub fn months(read: &Read<'_>, from: Month, to: Month) -> Result<Vec<MonthWork>> {
    read.rows(
        "SELECT technician_id, month_no, zone_id, completed, days_worked, booked_min,
                drive_n, drive_min, drive_sq
           FROM roll_technician_month
          WHERE month_no BETWEEN ?1 AND ?2
          LIMIT ?3",
        (from.0, to.0, ROWS_MAX),
        |row| {
            Ok(MonthWork {
                technician_id: row.get(0)?,
                month: Month(row.get(1)?),
                zone_id: row.get(2)?,
                completed: row.get(3)?,
                days_worked: row.get(4)?,
                booked_min: row.get(5)?,
                drive: (row.get(6)?, row.get(7)?, row.get(8)?),
            })
        },
    )
}

/// Days worked by people in their first `days` days, of those hired on `from` or later.
pub fn newcomer_days(read: &Read<'_>, from: Day, last: Day, days: i32) -> Result<Vec<NewcomerRow>> {
    read.rows(NEWCOMER_DAYS, (from.0, last.0, days, ROWS_MAX), newcomer)
}

/// Jobs completed by people in their first `days` days, of those hired on `from` or later.
pub fn newcomer_jobs(read: &Read<'_>, from: Day, last: Day, days: i32) -> Result<Vec<NewcomerRow>> {
    read.rows(NEWCOMER_JOBS, (from.0, last.0, days, ROWS_MAX), newcomer)
}

fn newcomer(row: &super::Row<'_>) -> super::Mapped<NewcomerRow> {
    Ok(NewcomerRow { week: row.get(0)?, month: Month(row.get(1)?), count: row.get(2)? })
}

/// Reached through each newcomer's own days.
const NEWCOMER_DAYS: &str = "
SELECT (w.on_day - e.hired_on) / 7, c.month_no, COUNT(*)
  FROM employment e
  CROSS JOIN workday w ON w.technician_id = e.technician_id
   AND w.on_day >= e.hired_on AND w.on_day < e.hired_on + ?3 AND w.on_day <= ?2
  CROSS JOIN calendar c ON c.day = w.on_day
 WHERE e.hired_on BETWEEN ?1 AND ?2 AND w.paid_min > 0
 GROUP BY 1, 2
 LIMIT ?4";

/// Reached through each newcomer's own jobs: the index holds everything that is asked.
const NEWCOMER_JOBS: &str = "
SELECT (j.started_at / 1440 - e.hired_on) / 7, c.month_no, COUNT(*)
  FROM employment e
  CROSS JOIN job j ON j.technician_id = e.technician_id
   AND j.started_at >= e.hired_on * 1440 AND j.started_at < (e.hired_on + ?3) * 1440
   AND j.started_at < (?2 + 1) * 1440
  CROSS JOIN calendar c ON c.day = j.started_at / 1440
 WHERE e.hired_on BETWEEN ?1 AND ?2 AND j.completed_at IS NOT NULL
 GROUP BY 1, 2
 LIMIT ?4";

/// The latest day, up to one, as of which a model spoke of people.
pub fn scored_on(read: &Read<'_>, model_id: i64, by: Day) -> Result<Option<Day>> {
    let found = read.first(
        "SELECT max(as_of) FROM prediction WHERE model_id = ?1 AND as_of <= ?2",
        (model_id, by.0),
        |row| row.get::<_, Option<i32>>(0),
    )?;
    Ok(found.flatten().map(Day))
}

/// Technician and first day of those who started after a day from openings opened by it, for tests
/// of what came true.
#[cfg(test)]
pub(crate) fn came(read: &Read<'_>, last: Day) -> Result<Vec<(i64, Day)>> {
    read.rows(
        "SELECT c.technician_id, c.started_on
           FROM candidate c JOIN requisition r ON r.id = c.requisition_id
          WHERE r.opened_on <= ?1 AND c.started_on > ?1 AND c.technician_id IS NOT NULL
          ORDER BY c.id LIMIT ?2",
        (last.0, ROWS_MAX),
        |row| Ok((row.get(0)?, Day(row.get(1)?))),
    )
}

/// Takes away what is dated after a day, for tests of plans of the past.
#[cfg(test)]
pub(crate) fn forget_after(tx: &super::Tx<'_>, last: Day) -> Result<()> {
    for gone in [
        "DELETE FROM prediction",
        "UPDATE job SET recall_of_id = NULL WHERE started_at >= (?1 + 1) * 1440",
        "DELETE FROM job WHERE started_at >= (?1 + 1) * 1440",
        "DELETE FROM workday WHERE on_day > ?1",
        "DELETE FROM assignment WHERE from_on > ?1",
        "DELETE FROM pay WHERE effective_on > ?1",
        "DELETE FROM employment WHERE hired_on > ?1",
        "UPDATE employment SET exited_on = NULL, exit_type = NULL WHERE exited_on > ?1",
        "DELETE FROM candidate WHERE applied_on > ?1",
        "UPDATE candidate SET accepted_on = NULL WHERE accepted_on > ?1",
        "UPDATE candidate SET started_on = NULL WHERE started_on > ?1",
        "DELETE FROM requisition WHERE opened_on > ?1",
        "UPDATE requisition SET closed_on = NULL WHERE closed_on > ?1",
    ] {
        if gone.contains("?1") {
            tx.run(gone, [last.0])?
        } else {
            tx.run(gone, [])?
        };
    }
    super::facts::mark(tx, super::facts::EVERYONE, 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixture::{Scratch, day};

    #[test]
    fn newcomers_are_reached_through_their_own_rows() {
        let scratch = Scratch::empty();
        let plans = scratch.store.read_long(|read| {
            let four = (1_i32, 2_i32, 3_i32, 4_i64);
            Ok::<_, super::super::Error>([
                read.plan(NEWCOMER_DAYS, four)?,
                read.plan(NEWCOMER_JOBS, four)?,
            ])
        });
        for plan in plans.unwrap() {
            let lines = plan.join("\n");
            assert!(!lines.contains("SCAN j") && !lines.contains("SCAN w"), "{lines}");
        }
    }

    #[test]
    fn what_came_later_has_not_happened() {
        let scratch = Scratch::office();
        scratch.hire("T1", "Z1", "2026-01-05");
        scratch.hire("T2", "Z1", "2026-06-01");
        let exit: &[(&str, &dyn crate::store::fixture::IntoCell)] = &[
            ("employee_no", &"T1"),
            ("hired_on", &day("2026-01-05")),
            ("exited_on", &day("2026-05-01")),
            ("exit_type", &"voluntary"),
        ];
        scratch.put("employment", exit);
        let known = |last: &str| {
            let last = day(last);
            scratch.store.read_long(move |read| spells(read, last)).unwrap()
        };
        let before = known("2026-04-30");
        assert_eq!(before.len(), 1);
        assert_eq!((before[0].exited_on, before[0].voluntary), (None, false));
        let after = known("2026-06-01");
        assert_eq!(after.len(), 2);
        assert_eq!((after[0].exited_on, after[0].voluntary), (Some(day("2026-05-01")), true));
    }

    #[test]
    fn positions_are_open_until_somebody_says_yes() {
        let scratch = Scratch::office();
        let opened = day("2026-03-01");
        scratch.put(
            "requisition",
            &[
                ("requisition_no", &"R1"),
                ("opened_on", &opened),
                ("positions", &2_i64),
                ("office", &"O1"),
                ("zone", &"Z1"),
            ],
        );
        scratch.put(
            "candidate",
            &[
                ("candidate_no", &"C1"),
                ("requisition_no", &"R1"),
                ("applied_on", &opened),
                ("accepted_on", &day("2026-03-20")),
                ("started_on", &day("2026-04-06")),
            ],
        );
        let at = |last: &str| {
            let last = day(last);
            scratch
                .store
                .read_long(move |read| {
                    let positions: i64 = open(read, last)?.iter().map(|it| it.positions).sum();
                    let (coming, came) = (accepted(read, last, 120)?, filled(read, last, 1000)?);
                    Ok::<_, super::super::Error>((positions, coming.len(), came))
                })
                .unwrap()
        };
        assert_eq!(at("2026-03-10"), (2, 0, vec![]));
        assert_eq!(at("2026-03-25"), (1, 1, vec![]));
        let came = FilledRow { from_opening: 36, from_yes: Some(17) };
        assert_eq!(at("2026-04-06"), (1, 0, vec![came]));
    }
}
