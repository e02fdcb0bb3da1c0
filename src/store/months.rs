//! `technician_month`: the rows models read, and which of them are older than their facts.
//!
//! Rows are computed by `feature` and kept here. A row keeps its key as long as its technician and
//! month remain. Never here: how a feature is computed, labels.

use std::collections::{BTreeMap, HashMap, HashSet};

use rusqlite::types::Value;
use rusqlite::{Row, params_from_iter};

use super::facts::EVERYONE;
use super::{Read, Result, Tx};
use crate::domain::calendar::{Day, Month};

/// How many features a row holds.
pub const FEATURE_COUNT: usize = 18;

/// The feature columns, in the order of a row's values.
pub const COLUMNS: [&str; FEATURE_COUNT] = [
    "tenure_months",
    "months_since_raise",
    "pay_vs_zone_median",
    "jobs_per_day",
    "drive_min_per_job",
    "long_drive_share",
    "weekend_share",
    "on_call_nights",
    "overtime_share",
    "booking_balance",
    "booking_shift",
    "first_time_fix_90d",
    "recall_rate_90d",
    "csat_90d",
    "training_hours_180d",
    "manager_changes_365d",
    "crew_exits_90d",
    "schedule_changes_per_week",
];

/// Days rows may speak of: those of the calendar table, 1990 to 2079.
const CALENDAR: (Day, Day) = (Day(7305), Day(40176));

/// A technician's month at risk.
#[derive(Clone, Debug, PartialEq)]
pub struct MonthRow {
    /// Whose.
    pub technician_id: i64,
    /// The spell at risk.
    pub employment_id: i64,
    /// The month, as `Month` counts.
    pub month_no: i32,
    /// Its first day: the features know nothing of it or later.
    pub as_of: Day,
    /// Zone worked in.
    pub zone_id: i64,
    /// Office of that zone.
    pub office_id: i64,
    /// One value for each of `COLUMNS`.
    pub values: [Option<f64>; FEATURE_COUNT],
}

/// A row as kept, with how its spell ended.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptRow {
    /// Key of the row.
    pub id: i64,
    /// The row.
    pub row: MonthRow,
    /// End of the spell, if it has ended: looks forwards, for labels only.
    pub exit: Option<(Day, ExitType)>,
}

/// A month at risk without its features.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AtRisk {
    /// Whose.
    pub technician_id: i64,
    /// The spell at risk.
    pub employment_id: i64,
    /// Its first day.
    pub as_of: Day,
    /// End of the spell, if it has ended.
    pub exit: Option<(Day, ExitType)>,
}

/// Kinds of leaving.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ExitType {
    /// Of the person's own will.
    Voluntary,
    /// The office's decision.
    Involuntary,
    /// Neither, or not recorded.
    Other,
}

/// First and last day with a job or workday.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// First.
    pub from: Day,
    /// Last: the as-of of every number.
    pub to: Day,
}

/// Which rows to compute anew: those whose `as_of` lies after the day of a mark of their technician
/// or of everyone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Want {
    marks: BTreeMap<i64, Mark>,
}

/// A note that rows are older than their facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mark {
    /// The earliest day of a fact that changed.
    from_day: Day,
    /// How often it had been noted when it was read; 0 for one that is not in the table.
    times: i64,
}

impl Want {
    /// Every row.
    pub fn all() -> Self {
        let mut want = Self::default();
        want.add(EVERYONE, Day(i32::MIN));
        want
    }

    /// The rows of a technician (or of `EVERYONE`) after a day, for each pair.
    pub fn since(marks: &[(i64, Day)]) -> Self {
        let mut want = Self::default();
        for (technician, day) in marks {
            want.add(*technician, *day);
        }
        want
    }

    /// Rows of this technician after this day are wanted; `None` when none are.
    pub fn from_day(&self, technician_id: i64) -> Option<Day> {
        let marks = [technician_id, EVERYONE].into_iter().filter_map(|it| self.marks.get(&it));
        marks.map(|it| it.from_day).min()
    }

    /// Whether nothing is wanted.
    pub fn is_empty(&self) -> bool {
        self.marks.is_empty()
    }

    fn add(&mut self, technician_id: i64, from_day: Day) {
        let mark = self.marks.entry(technician_id).or_insert(Mark { from_day, times: 0 });
        mark.from_day = mark.from_day.min(from_day);
    }
}

impl Span {
    /// The months rows are kept for: those that begin after the first day with data, up to the one
    /// that begins on the day after the last.
    pub fn months(self) -> impl Iterator<Item = Month> {
        let first = self.from.month().plus(1).0;
        let last = self.to.plus(1).month().0;
        (first..=last).map(Month)
    }
}

impl ExitType {
    pub(super) fn of(text: Option<&str>) -> Self {
        match text {
            Some("voluntary") => Self::Voluntary,
            Some("involuntary") => Self::Involuntary,
            _ => Self::Other,
        }
    }
}

/// First and last day with a job or workday; `None` when there is none. Days outside 1990 to 2079
/// are cut off.
pub fn data_span(read: &Read<'_>) -> Result<Option<Span>> {
    let found = read.first(DATA_SPAN, [], |row| {
        Ok((row.get::<_, Option<i32>>(0)?, row.get::<_, Option<i32>>(1)?))
    })?;
    let Some((Some(from), Some(to))) = found else { return Ok(None) };
    let cut = |day: i32| Day(day).clamp(CALENDAR.0, CALENDAR.1);
    Ok(Some(Span { from: cut(from), to: cut(to) }))
}

/// What is to be computed anew: what the loads noted, and the months that came with newer or older
/// data. Read it before the facts, and hand it to `replace` and `clear_stale`.
pub fn read_stale(read: &Read<'_>) -> Result<Want> {
    let marks = read.rows(STALE, [], |row| {
        Ok((row.get(0)?, Mark { from_day: Day(row.get(1)?), times: row.get(2)? }))
    })?;
    let mut want = Want { marks: marks.into_iter().collect() };
    let Some((first, last)) = months_at_risk(read)? else { return Ok(want) };
    match kept_months(read)? {
        Some((kept_first, _)) if first < kept_first => want.add(EVERYONE, Day(i32::MIN)),
        Some((_, kept_last)) if last > kept_last => want.add(EVERYONE, kept_last.first_day()),
        Some(_) => {}
        None => want.add(EVERYONE, Day(i32::MIN)),
    }
    Ok(want)
}

/// Puts the wanted rows and removes those of the want that are no more, also those of months
/// without data. Rows that remain keep their key. `rows` must be all rows of `want`.
pub fn replace(tx: &Tx<'_>, rows: &[MonthRow], want: &Want) -> Result<()> {
    let span = data_span(tx)?;
    let months: HashSet<i32> = span.into_iter().flat_map(Span::months).map(|it| it.0).collect();
    let new: HashSet<(i64, i32)> = rows.iter().map(|it| (it.technician_id, it.month_no)).collect();
    let kept = tx.rows(KEPT_KEYS, [], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, i32>(2)?))
    })?;
    for (id, technician, month) in kept {
        let as_of = Month(month).first_day();
        let wanted = want.from_day(technician).is_some_and(|from| as_of > from);
        let gone = wanted && !new.contains(&(technician, month));
        if gone || !months.contains(&month) {
            tx.run("DELETE FROM technician_month WHERE id = ?1", [id])?;
            tx.run("DELETE FROM situation_vec WHERE technician_month_id = ?1", [id])?;
        }
    }
    rows.iter().try_for_each(|it| put(tx, it))
}

/// Technicians whose roll-ups a want makes stale, each with its earliest day; `None` when that is
/// everyone from the beginning.
pub fn technicians_of(read: &Read<'_>, want: &Want) -> Result<Option<Vec<(i64, i32)>>> {
    if want.from_day(EVERYONE).is_some_and(|it| it.0 <= 0) {
        return Ok(None);
    }
    let ids: Vec<i64> = read.rows("SELECT id FROM technician ORDER BY id", [], |row| row.get(0))?;
    Ok(Some(ids.into_iter().filter_map(|id| Some((id, want.from_day(id)?.0))).collect()))
}

/// Forgets the marks of a want, except those noted again since it was read.
pub fn clear_stale(tx: &Tx<'_>, want: &Want) -> Result<()> {
    for (technician, mark) in &want.marks {
        tx.run(FORGET, (technician, mark.times))?;
    }
    Ok(())
}

/// Every row, for training: by month, then technician.
pub fn frame_rows(read: &Read<'_>) -> Result<Vec<KeptRow>> {
    read.rows(FRAME_ROWS, (i32::MIN, i32::MAX), kept_row)
}

/// Who was at risk when, and how the spell ended: what labels are made from, without features.
pub fn at_risk(read: &Read<'_>) -> Result<Vec<AtRisk>> {
    read.rows(AT_RISK, [], |row| {
        let exited_on: Option<i32> = row.get(3)?;
        let exit_type = ExitType::of(row.get::<_, Option<String>>(4)?.as_deref());
        Ok(AtRisk {
            technician_id: row.get(0)?,
            employment_id: row.get(1)?,
            as_of: Day(row.get(2)?),
            exit: exited_on.map(|it| (Day(it), exit_type)),
        })
    })
}

/// The number the office knows each technician by.
pub fn employee_numbers(read: &Read<'_>) -> Result<HashMap<i64, String>> {
    let sql = "SELECT id, source_key FROM technician";
    let pairs = read.rows(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(pairs.into_iter().collect())
}

/// The trade of each technician.
pub fn trades(read: &Read<'_>) -> Result<HashMap<i64, String>> {
    let pairs =
        read.rows("SELECT id, trade FROM technician", [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(pairs.into_iter().collect())
}

/// The rows of one month, for scoring, by technician.
pub fn latest(read: &Read<'_>, month: Month) -> Result<Vec<KeptRow>> {
    read.rows(FRAME_ROWS, (month.0, month.0), kept_row)
}

/// The rows of one technician in some months, the first first.
pub fn of(read: &Read<'_>, technician_id: i64, from: Month, to: Month) -> Result<Vec<KeptRow>> {
    read.rows(ROWS_OF, (from.0, to.0, technician_id), kept_row)
}

/// The months kept, first and last; `None` when there is no row.
pub fn kept_months(read: &Read<'_>) -> Result<Option<(Month, Month)>> {
    let found = read.first(KEPT_MONTHS, [], |row| {
        Ok(row.get::<_, Option<i32>>(0)?.zip(row.get::<_, Option<i32>>(1)?))
    })?;
    Ok(found.flatten().map(|(first, last)| (Month(first), Month(last))))
}

/// Whether a spell is at risk on the morning of a day: hired before it and not gone before it.
pub fn is_at_risk(hired_on: Day, exited_on: Option<Day>, as_of: Day) -> bool {
    hired_on < as_of && exited_on.is_none_or(|it| it >= as_of)
}

/// First and last month that should have a row.
fn months_at_risk(read: &Read<'_>) -> Result<Option<(Month, Month)>> {
    let Some(span) = data_span(read)? else { return Ok(None) };
    let spells = read.rows("SELECT hired_on, exited_on FROM employment", [], |row| {
        Ok((Day(row.get(0)?), row.get::<_, Option<i32>>(1)?.map(Day)))
    })?;
    let is_kept = |month: &Month| {
        let as_of = month.first_day();
        spells.iter().any(|(hired_on, exited_on)| is_at_risk(*hired_on, *exited_on, as_of))
    };
    let first = span.months().find(is_kept);
    Ok(first.zip(span.months().filter(is_kept).last()))
}

fn put(tx: &Tx<'_>, row: &MonthRow) -> Result<()> {
    let mut values = vec![
        Value::Integer(row.technician_id),
        Value::Integer(row.employment_id),
        Value::Integer(i64::from(row.month_no)),
        Value::Integer(i64::from(row.as_of.0)),
        Value::Integer(row.zone_id),
        Value::Integer(row.office_id),
    ];
    values.extend(row.values.iter().map(|it| it.map_or(Value::Null, Value::Real)));
    tx.run(PUT, params_from_iter(values))?;
    Ok(())
}

fn kept_row(row: &Row<'_>) -> rusqlite::Result<KeptRow> {
    let mut values = [None; FEATURE_COUNT];
    for (at, value) in values.iter_mut().enumerate() {
        *value = row.get(at + 9)?;
    }
    let exited_on: Option<i32> = row.get(7)?;
    let exit_type = ExitType::of(row.get::<_, Option<String>>(8)?.as_deref());
    Ok(KeptRow {
        id: row.get(0)?,
        row: MonthRow {
            technician_id: row.get(1)?,
            employment_id: row.get(2)?,
            month_no: row.get(3)?,
            as_of: Day(row.get(4)?),
            zone_id: row.get(5)?,
            office_id: row.get(6)?,
            values,
        },
        exit: exited_on.map(|it| (Day(it), exit_type)),
    })
}

const DATA_SPAN: &str = r"
WITH ends (first_day, last_day) AS (
  SELECT
    (SELECT MIN(j.started_at) FROM job j WHERE j.technician_id = t.id) / 1440,
    (SELECT MAX(j.started_at) FROM job j WHERE j.technician_id = t.id) / 1440
  FROM technician t
  UNION ALL
  SELECT
    (SELECT MIN(w.on_day) FROM workday w WHERE w.technician_id = t.id),
    (SELECT MAX(w.on_day) FROM workday w WHERE w.technician_id = t.id)
  FROM technician t
)
SELECT MIN(first_day), MAX(last_day)
FROM ends";

const STALE: &str = r"
SELECT technician_id, from_day, times
FROM stale
ORDER BY technician_id";

const FORGET: &str = r"
DELETE FROM stale
WHERE technician_id = ?1 AND times = ?2";

const KEPT_MONTHS: &str = r"
SELECT
  (SELECT MIN(month_no) FROM technician_month),
  (SELECT MAX(month_no) FROM technician_month)";

const KEPT_KEYS: &str = r"
SELECT id, technician_id, month_no
FROM technician_month";

const AT_RISK: &str = r"
SELECT
  m.technician_id,
  m.employment_id,
  m.as_of,
  e.exited_on,
  e.exit_type
FROM technician_month m
JOIN employment e ON e.id = m.employment_id
ORDER BY m.id";

/// The columns of a kept row.
macro_rules! frame_rows {
    ($more:literal) => {
        concat!(
            "
SELECT
  m.id,
  m.technician_id,
  m.employment_id,
  m.month_no,
  m.as_of,
  m.zone_id,
  m.office_id,
  e.exited_on,
  e.exit_type,
  m.tenure_months,
  m.months_since_raise,
  m.pay_vs_zone_median,
  m.jobs_per_day,
  m.drive_min_per_job,
  m.long_drive_share,
  m.weekend_share,
  m.on_call_nights,
  m.overtime_share,
  m.booking_balance,
  m.booking_shift,
  m.first_time_fix_90d,
  m.recall_rate_90d,
  m.csat_90d,
  m.training_hours_180d,
  m.manager_changes_365d,
  m.crew_exits_90d,
  m.schedule_changes_per_week
FROM technician_month m
JOIN employment e ON e.id = m.employment_id
WHERE m.month_no BETWEEN ?1 AND ?2",
            $more,
            "
ORDER BY m.month_no, m.technician_id"
        )
    };
}

const FRAME_ROWS: &str = frame_rows!("");

const ROWS_OF: &str = frame_rows!("\n  AND m.technician_id = ?3");

const PUT: &str = r"
INSERT INTO technician_month (
  technician_id,
  employment_id,
  month_no,
  as_of,
  zone_id,
  office_id,
  tenure_months,
  months_since_raise,
  pay_vs_zone_median,
  jobs_per_day,
  drive_min_per_job,
  long_drive_share,
  weekend_share,
  on_call_nights,
  overtime_share,
  booking_balance,
  booking_shift,
  first_time_fix_90d,
  recall_rate_90d,
  csat_90d,
  training_hours_180d,
  manager_changes_365d,
  crew_exits_90d,
  schedule_changes_per_week
)
VALUES (
  ?1, ?2, ?3, ?4, ?5, ?6,
  ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15,
  ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24
)
ON CONFLICT (technician_id, month_no) DO UPDATE SET
  employment_id = excluded.employment_id,
  as_of = excluded.as_of,
  zone_id = excluded.zone_id,
  office_id = excluded.office_id,
  tenure_months = excluded.tenure_months,
  months_since_raise = excluded.months_since_raise,
  pay_vs_zone_median = excluded.pay_vs_zone_median,
  jobs_per_day = excluded.jobs_per_day,
  drive_min_per_job = excluded.drive_min_per_job,
  long_drive_share = excluded.long_drive_share,
  weekend_share = excluded.weekend_share,
  on_call_nights = excluded.on_call_nights,
  overtime_share = excluded.overtime_share,
  booking_balance = excluded.booking_balance,
  booking_shift = excluded.booking_shift,
  first_time_fix_90d = excluded.first_time_fix_90d,
  recall_rate_90d = excluded.recall_rate_90d,
  csat_90d = excluded.csat_90d,
  training_hours_180d = excluded.training_hours_180d,
  manager_changes_365d = excluded.manager_changes_365d,
  crew_exits_90d = excluded.crew_exits_90d,
  schedule_changes_per_week = excluded.schedule_changes_per_week";
