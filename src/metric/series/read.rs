//! From rows by day to whole periods: which are over, which are empty, which are not known.
//!
//! Nothing dated after the day asked for is read, and a period counts only when the data reach its
//! last day. Never here: a series' own rules.

use super::{Fold, Past, Recorded, Series, Step};
use crate::domain::calendar::Day;
use crate::domain::told::{Kind, Told};
use crate::metric::sql::stays;
use crate::metric::{Error, Result, Where};
use crate::store::{Read, Row, named_params};

/// Days without a record anywhere from which on they are missing, not quiet.
const SILENT_DAYS: i32 = 7;
/// Rows a statement may return: 90 years of days, or as many events.
const ROWS_MAX: i64 = 200_000;

/// Days with anything recorded, up to a day: what says where the data begin and end.
const RECORDED: &str = "SELECT
  day,
  SUM(jobs) > 0 AS any_job,
  SUM(workdays) > 0 AS any_workday
FROM roll_zone_day
WHERE appliance = '' AND day <= :to
GROUP BY day
ORDER BY day
LIMIT :limit";

const EMPLOYED: &str = "SELECT
  MIN(hired_on),
  MAX(MAX(hired_on), COALESCE(MAX(CASE WHEN exited_on <= :to THEN exited_on END), 0))
FROM employment
WHERE hired_on <= :to
LIMIT :limit";

const FIRST_STAY: &str = concat!(
    stays!(),
    "SELECT MIN(s.in_on)
FROM stay s
WHERE s.in_on <= :to
LIMIT :limit"
);

/// What is known of a series at a place, of one appliance family or of all, as of a day: every whole
/// period from the first with data to the last that was over. Empty when there is none.
///
/// A period without an event is 0; one in which nothing was recorded anywhere for a week or longer,
/// or without a value to take the median of, is NaN; one before the data is not there.
///
/// # Errors
/// `Told` when the series has no such step or is not kept by appliance.
pub fn past(
    read: &Read<'_>,
    series: &Series,
    step: Step,
    at: Where,
    appliance: Option<&str>,
    as_of: Day,
) -> Result<Past> {
    check(series, step, appliance)?;
    let recorded = recorded(*read, as_of)?;
    let asked = Asked { at, appliance, from: Day(0), to: as_of };
    let (first, last) = match (recorded.first(), recorded.last()) {
        (Some(first), Some(last)) => (first.day, last.day),
        _ => match employed(*read, as_of)? {
            Some(ends) => ends,
            None => return empty(series, step),
        },
    };
    let found = match series.fold {
        Fold::Work { per, of } => {
            let rows = rows(*read, series, &asked)?;
            let days: Vec<Day> = recorded.iter().filter(|it| it.has(of)).map(|it| it.day).collect();
            let (Some(begun), Some(ended)) = (rows.first(), days.last()) else {
                return empty(series, step);
            };
            let last = if last.0 - ended.0 >= SILENT_DAYS { *ended } else { last };
            let grid = Grid::of(step, begun.0, last);
            let mut values = grid.sums(&rows);
            for value in &mut values {
                *value /= f64::from(per);
            }
            grid.forget(&mut values, &days);
            (grid, values)
        }
        Fold::Events | Fold::Level | Fold::Median => {
            let Some(begun) = first_stay(*read, &asked)? else { return empty(series, step) };
            let asked = Asked { from: first, to: last, ..asked };
            let grid = Grid::of(step, begun.max(first), last);
            let rows = rows(*read, series, &asked)?;
            let values = match series.fold {
                Fold::Level => grid.levels(&rows),
                Fold::Median => grid.medians(&rows),
                _ => grid.sums(&rows),
            };
            (grid, values)
        }
    };
    whole(series, step, found)
}

/// First and last day that the series as of a day may speak of: of jobs and workdays, else of
/// employment; none without data.
pub fn ends(read: &Read<'_>, as_of: Day) -> Result<Option<(Day, Day)>> {
    let recorded = recorded(*read, as_of)?;
    match (recorded.first(), recorded.last()) {
        (Some(first), Some(last)) => Ok(Some((first.day, last.day))),
        _ => employed(*read, as_of),
    }
}

/// Whole periods, the first `first`, by its first day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Grid {
    pub(super) step: Step,
    pub(super) first: Day,
    pub(super) count: usize,
}

struct Asked<'a> {
    at: Where,
    appliance: Option<&'a str>,
    from: Day,
    to: Day,
}

struct Seen {
    day: Day,
    jobs: bool,
    workdays: bool,
}

impl Seen {
    fn has(&self, of: Recorded) -> bool {
        match of {
            Recorded::Jobs => self.jobs,
            Recorded::Workdays => self.workdays,
        }
    }
}

impl Grid {
    /// The periods that lie wholly within `first..=last`.
    pub(super) fn of(step: Step, first: Day, last: Day) -> Self {
        let to = last.plus(1);
        let (first, count) = match step {
            Step::Day => (first, to.0 - first.0),
            Step::Week => {
                let monday = first.plus((7 - first.weekday()) % 7);
                (monday, (to.0 - monday.0).div_euclid(7))
            }
            Step::Month => {
                let month = first.plus(-1).month().plus(1);
                (month.first_day(), to.month().0 - month.0)
            }
        };
        Self { step, first, count: usize::try_from(count).unwrap_or(0) }
    }

    /// The place of the period of a day; none before the first, perhaps past the last.
    fn at(&self, day: Day) -> Option<usize> {
        let periods = match self.step {
            Step::Day => day.0 - self.first.0,
            Step::Week => (day.0 - self.first.0).div_euclid(7),
            Step::Month => day.month().0 - self.first.month().0,
        };
        usize::try_from(periods).ok()
    }

    fn sums(&self, rows: &[(Day, f64)]) -> Vec<f64> {
        let mut values = vec![0.0; self.count];
        for (day, value) in rows {
            if let Some(sum) = self.at(*day).and_then(|it| values.get_mut(it)) {
                *sum += value;
            }
        }
        values
    }

    /// What all rows up to the last day of each period add up to.
    fn levels(&self, rows: &[(Day, f64)]) -> Vec<f64> {
        let before: f64 = rows.iter().filter(|it| it.0 < self.first).map(|it| it.1).sum();
        let changes = self.sums(rows);
        let levels = changes.iter().scan(before, |level, change| {
            *level += change;
            Some(*level)
        });
        levels.collect()
    }

    /// The middle row of each period, the mean of two when their number is even; NaN without any.
    fn medians(&self, rows: &[(Day, f64)]) -> Vec<f64> {
        let mut kept = vec![Vec::new(); self.count];
        for (day, value) in rows {
            if let Some(values) = self.at(*day).and_then(|it| kept.get_mut(it)) {
                values.push(*value);
            }
        }
        kept.into_iter().map(median).collect()
    }

    /// Takes away the values of periods that touch a stretch in which nothing was recorded.
    fn forget(&self, values: &mut [f64], days: &[Day]) {
        for pair in days.windows(2) {
            if pair[1].0 - pair[0].0 > SILENT_DAYS {
                let from = self.at(pair[0].plus(1)).unwrap_or(0);
                let to = self.at(pair[1].plus(-1)).map_or(0, |it| it + 1).min(values.len());
                if from < to {
                    values[from..to].fill(f64::NAN);
                }
            }
        }
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    match values.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => values[half],
        _ => f64::midpoint(values[half - 1], values[half]),
    }
}

/// Leading periods of which nothing is known are left out.
fn whole(series: &Series, step: Step, (grid, values): (Grid, Vec<f64>)) -> Result<Past> {
    let skipped = values.iter().take_while(|it| it.is_nan()).count();
    let values = values[skipped..].to_vec();
    let ahead = i32::try_from(skipped).unwrap_or(0);
    made(series, step, step.after(grid.first.0, ahead), values)
}

fn empty(series: &Series, step: Step) -> Result<Past> {
    made(series, step, 0, Vec::new())
}

fn made(series: &Series, step: Step, first: i32, values: Vec<f64>) -> Result<Past> {
    let below = values.iter().position(|it| *it < 0.0).unwrap_or(0);
    Past::new(step, first, values, series.values).map_err(|_| {
        let day = Day(step.after(first, i32::try_from(below).unwrap_or(0)));
        Error::Told(Told::new(
            Kind::Invalid,
            format!("{} of the {} from {day} on is below zero.", series.title, step.word()),
            "Check the amounts of that time in the files, load them again, then ask again.",
        ))
    })
}

fn check(series: &Series, step: Step, appliance: Option<&str>) -> Result<()> {
    if !series.steps.contains(&step) {
        let steps: Vec<&str> = series.steps.iter().map(|it| it.word()).collect();
        return Err(Error::Told(Told::new(
            Kind::Invalid,
            format!("{} is not counted by {}.", series.title, step.word()),
            format!("It is counted by: {}.", steps.join(", ")),
        )));
    }
    if appliance.is_some() && !series.by_appliance {
        let kept: Vec<&str> =
            super::SERIES.iter().filter(|it| it.by_appliance).map(|it| it.id).collect();
        return Err(Error::Told(Told::new(
            Kind::Invalid,
            format!("{} is not kept by appliance.", series.title),
            format!("These are: {}.", kept.join(", ")),
        )));
    }
    Ok(())
}

fn recorded(read: Read<'_>, as_of: Day) -> Result<Vec<Seen>> {
    let params = named_params! { ":to": as_of.0, ":limit": ROWS_MAX };
    Ok(read.rows(RECORDED, params, |row| {
        Ok(Seen { day: Day(row.get(0)?), jobs: row.get(1)?, workdays: row.get(2)? })
    })?)
}

fn employed(read: Read<'_>, as_of: Day) -> Result<Option<(Day, Day)>> {
    let params = named_params! { ":to": as_of.0, ":limit": 1 };
    let found = read.first(EMPLOYED, params, |row| {
        Ok((row.get::<_, Option<i32>>(0)?, row.get::<_, Option<i32>>(1)?))
    })?;
    Ok(found.and_then(|(first, last)| Some((Day(first?), Day(last?)))))
}

fn first_stay(read: Read<'_>, asked: &Asked<'_>) -> Result<Option<Day>> {
    let found = stays(read, FIRST_STAY, asked, |row| row.get::<_, Option<i32>>(0))?;
    Ok(found.first().copied().flatten().map(Day))
}

fn rows(read: Read<'_>, series: &Series, asked: &Asked<'_>) -> Result<Vec<(Day, f64)>> {
    let map = |row: &Row<'_>| Ok((Day(row.get(0)?), row.get::<_, f64>(1)?));
    let (zone, office) = (asked.at.zone, asked.at.office);
    match series.fold {
        Fold::Work { .. } => {
            let params = named_params! {
                ":appliance": asked.appliance,
                ":to": asked.to.0,
                ":zone": zone,
                ":office": office,
                ":limit": ROWS_MAX,
            };
            Ok(read.rows(series.sql, params, map)?)
        }
        Fold::Median => {
            let params = named_params! {
                ":from": asked.from.0,
                ":to": asked.to.0,
                ":zone": zone,
                ":office": office,
                ":limit": ROWS_MAX,
            };
            Ok(read.rows(series.sql, params, map)?)
        }
        Fold::Events | Fold::Level => stays(read, series.sql, asked, map),
    }
}

/// Runs a statement over stays.
fn stays<T>(
    read: Read<'_>,
    sql: &str,
    asked: &Asked<'_>,
    map: impl FnMut(&Row<'_>) -> crate::store::Mapped<T>,
) -> Result<Vec<T>> {
    let none: Option<i64> = None;
    let params = named_params! {
        ":from": asked.from.0,
        ":to": asked.to.0,
        ":as_of": asked.to.0,
        ":by": "none",
        ":zone": asked.at.zone,
        ":office": asked.at.office,
        ":technician": none,
        ":limit": ROWS_MAX,
    };
    Ok(read.rows(sql, params, map)?)
}
