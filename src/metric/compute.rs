//! From a question to figures: cut the period, run the statement, estimate, name the groups.
//!
//! Invariants: nothing before the first or after the last day with data is counted, a figure below its minimum has no
//! value, no figure is NaN. Never here: a metric's own rules.

use std::collections::HashMap;

use super::{Ask, By, Error, Estimate, Figure, Grain, Metric, Result, Unit, curve};
use crate::domain::calendar::{Day, Month, Period};
use crate::domain::rate::{self, Interval, RatioSums, TooFew};
use crate::domain::told::{Kind, Told};
use crate::store::{Read, Value, named_params};

/// Rows a statement may return; beyond it the question is refused, never cut.
const ROWS_MAX: usize = 200_000;
/// Cells a row may hold after its group.
const CELLS_MAX: usize = 7;
/// Days below which a period is not scaled to a year, unless it is a month among months.
const YEARLY_DAYS: i32 = 28;
/// The days `calendar` knows: 1990-01-01 to 2079-12-31.
const KNOWN: Period = Period { from: Day(7305), to: Day(40_177) };

/// What a metric says to a question: one figure, or one for each group that has any exposure.
///
/// # Errors
/// `Told` when the metric cannot be broken down that way or the question is too large.
pub fn compute(read: &Read<'_>, metric: &Metric, ask: &Ask) -> Result<Vec<Figure>> {
    if !metric.by.contains(&ask.by) {
        let ways: Vec<&str> = metric.by.iter().map(|it| it.id()).collect();
        return Err(Error::Told(Told::new(
            Kind::Invalid,
            format!("{} cannot be shown by {}.", metric.title, ask.by.id()),
            format!("It can be shown by: {}.", ways.join(", ")),
        )));
    }
    let as_of = as_of(*read)?.unwrap_or(ask.to.plus(-1));
    let asked = Period { from: ask.from, to: ask.to };
    let known = Period { from: data_from(*read)?.unwrap_or(KNOWN.from), to: as_of.plus(1) };
    let Some(period) = cut(ask, known, metric.how.grain) else {
        return Ok(nothing(metric, ask.by, asked, as_of));
    };
    let rows = rows(*read, metric.how.sql, ask, period, as_of)?;
    let names = names(*read, ask.by)?;
    let mut figures = Vec::new();
    for rows in rows.chunk_by(|a, b| a.0 == b.0) {
        let key = &rows[0].0;
        let own = match (ask.by, key) {
            (By::Month, Value::Integer(number)) => part_of(Month(*number as i32), period),
            _ => period,
        };
        let cells: Vec<Cells> = rows.iter().map(|it| it.1).collect();
        let mut found = estimate(metric.how.estimate, &cells, own);
        let yearly = metric.how.estimate == Estimate::YearlyRate;
        if yearly && ask.by != By::Month && own.days() < YEARLY_DAYS {
            let (have, need) = (own.days() as u64, YEARLY_DAYS as u64);
            found = Found { value: None, ends: None, lacks: Some(TooFew { have, need }), ..found };
        }
        let (group, group_id) = name(ask.by, key, &names);
        figures.push(figure(metric, &found, &Place { period: own, group, group_id, as_of }));
    }
    if figures.is_empty() {
        return Ok(nothing(metric, ask.by, period, as_of));
    }
    if ask.by != By::Month {
        figures.sort_by(|a, b| a.group.cmp(&b.group));
    }
    Ok(figures)
}

/// The twelve months up to the last day with data, or what there is of them: first day, and first
/// day after.
pub fn default_period(read: &Read<'_>) -> Result<(Day, Day)> {
    let to = as_of(*read)?.unwrap_or_default().plus(1);
    let from = year_before(to);
    Ok((data_from(*read)?.map_or(from, |it| it.max(from)), to))
}

/// The first day of the twelve months that end before `to`.
pub fn year_before(to: Day) -> Day {
    months_before(to, 12)
}

/// The first day of the calendar months that end before `to`.
pub fn months_before(to: Day, months: i32) -> Day {
    months_later(to, -months)
}

/// First day with a job or workday; none when there are only facts of employment.
pub fn first_day(read: &Read<'_>) -> Result<Option<Day>> {
    data_from(*read)
}

/// Calendar months in a period, the last one in part: what a yearly rate is scaled by.
pub(super) fn months_in(period: Period) -> f64 {
    let mut months = 0;
    while months_later(period.from, months + 1) <= period.to {
        months += 1;
    }
    let (from, to) = (months_later(period.from, months), months_later(period.from, months + 1));
    f64::from(months) + f64::from(period.to.0 - from.0) / f64::from((to.0 - from.0).max(1))
}

/// The period a figure covers, in words.
pub(super) fn words(period: Period) -> String {
    let month = period.from.month();
    if month.period() == period {
        return month.to_string();
    }
    format!("{} to {}", period.from, period.to.plus(-1))
}

/// Last day with data: of jobs and workdays, or of employment when there are none.
pub(super) fn as_of(read: Read<'_>) -> Result<Option<Day>> {
    let sql = "SELECT COALESCE(
  data_to,
  (SELECT MAX(MAX(hired_on), COALESCE(MAX(exited_on), 0)) FROM employment)
)
FROM derived_state
WHERE id = 1
LIMIT 1";
    Ok(read.first(sql, [], |row| row.get::<_, Option<i32>>(0))?.flatten().map(Day))
}

fn data_from(read: Read<'_>) -> Result<Option<Day>> {
    let sql = "SELECT data_from FROM derived_state WHERE id = 1 LIMIT 1";
    Ok(read.first(sql, [], |row| row.get::<_, Option<i32>>(0))?.flatten().map(Day))
}

type Cells = [f64; CELLS_MAX];

struct Found {
    value: Option<f64>,
    ends: Option<(f64, f64)>,
    n: u64,
    /// What is missing, when `value` is and `n` is not the reason.
    lacks: Option<TooFew>,
}

struct Place {
    period: Period,
    group: String,
    group_id: Option<i64>,
    as_of: Day,
}

/// The days that count, all inside the data. What is counted in months covers every month that the
/// question touches; other numbers by month only the months that lie inside it, where the ends of
/// the data count as ends of months.
fn cut(ask: &Ask, known: Period, grain: Grain) -> Option<Period> {
    let known = Period { from: known.from.max(KNOWN.from), to: known.to.min(KNOWN.to) };
    let (from, to) = match (grain, ask.by) {
        _ if ask.from >= ask.to => return None,
        (Grain::Month, _) => (ask.from.month().first_day(), ask.to.plus(-1).month().period().to),
        (Grain::Day, By::Month) => (
            if ask.from <= known.from {
                known.from
            } else {
                ask.from.plus(-1).month().plus(1).first_day()
            },
            if ask.to >= known.to { known.to } else { ask.to.month().first_day() },
        ),
        (Grain::Day, _) => (ask.from, ask.to),
    };
    let period = Period { from: from.max(known.from), to: to.min(known.to) };
    (period.from < period.to).then_some(period)
}

fn part_of(month: Month, period: Period) -> Period {
    let whole = month.period();
    Period { from: whole.from.max(period.from), to: whole.to.min(period.to) }
}

fn months_later(day: Day, months: i32) -> Day {
    let month = day.month().plus(months);
    let at = day.0 - day.month().first_day().0;
    let period = month.period();
    period.from.plus(at.min(period.days() - 1))
}

fn rows(
    read: Read<'_>,
    sql: &str,
    ask: &Ask,
    period: Period,
    as_of: Day,
) -> Result<Vec<(Value, Cells)>> {
    let params = named_params! {
        ":from": period.from.0,
        ":to": period.to.0,
        ":as_of": as_of.0,
        ":by": ask.by.id(),
        ":zone": ask.zone,
        ":office": ask.office,
        ":technician": ask.technician,
        ":limit": ROWS_MAX as i64 + 1,
    };
    let rows = read.rows(sql, params, |row| {
        let mut cells = [0.0; CELLS_MAX];
        let count = row.as_ref().column_count() - 1;
        for (at, cell) in cells.iter_mut().enumerate().take(count) {
            *cell = row.get::<_, Option<f64>>(at + 1)?.unwrap_or(0.0);
        }
        Ok((row.get(0)?, cells))
    })?;
    if rows.len() > ROWS_MAX {
        return Err(Error::Told(Told::new(
            Kind::Invalid,
            format!("This question has more than {ROWS_MAX} rows."),
            "Choose a shorter period or a single office.",
        )));
    }
    Ok(rows)
}

fn estimate(how: Estimate, rows: &[Cells], period: Period) -> Found {
    let [first, second, third, ..] = rows[0];
    let found = |it: Option<Interval>, n: f64| Found {
        value: it.map(|it| it.value),
        ends: it.map(|it| (it.low, it.high)),
        n: n as u64,
        lacks: None,
    };
    match how {
        Estimate::Count => Found { value: Some(first), ends: None, n: second as u64, lacks: None },
        Estimate::Share => found(rate::wilson(first as u64, second as u64), second),
        Estimate::Rate(per) => found(rate::poisson(first as u64, second / per), third),
        Estimate::YearlyRate => {
            let years = months_in(period) / 12.0;
            found(rate::poisson(first as u64, second * years), third)
        }
        Estimate::Mean => found(rate::mean(first as u64, second, third), first),
        Estimate::Ratio => ratio(&rows[0]),
        Estimate::Median => {
            let mut values: Vec<f64> = rows.iter().map(|it| it[0]).collect();
            found(rate::median(&mut values), rows.len() as f64)
        }
        Estimate::Quantile(share) => {
            let mut values: Vec<f64> = rows.iter().map(|it| it[0]).collect();
            found(rate::quantile(&mut values, share), rows.len() as f64)
        }
        Estimate::Survival(at) => {
            let mut followed: Vec<_> = rows.iter().map(|it| (it[0], it[1] > 0.0)).collect();
            let due = rows.iter().filter(|it| it[2] > 0.0).count() as u64;
            let it = curve::survival(&mut followed, at);
            Found { value: it.map(|it| it.0), ends: it.map(|it| (it.1, it.2)), n: due, lacks: None }
        }
        Estimate::MedianTime => {
            let mut followed: Vec<_> = rows.iter().map(|it| (it[0], it[1] > 0.0)).collect();
            let reached = rows.iter().filter(|it| it[1] > 0.0).count() as u64;
            let n = rows.len() as u64;
            let it = curve::median_time(&mut followed);
            let lacks = it.is_none().then_some(TooFew { have: reached, need: n.div_ceil(2) });
            Found { value: it.map(|it| it.0), ends: it.map(|it| (it.1, it.2)), n, lacks }
        }
    }
}

fn ratio(cells: &Cells) -> Found {
    let [n, units, y, x, yy, xy, xx] = *cells;
    let it = rate::ratio(&RatioSums { units, y, x, yy, xy, xx });
    Found {
        value: (x > 0.0).then(|| y / x),
        ends: it.map(|it| (it.low, it.high)),
        n: n as u64,
        lacks: None,
    }
}

fn figure(metric: &Metric, found: &Found, place: &Place) -> Figure {
    let need = u64::from(metric.minimum);
    let value = found.value.filter(|it| it.is_finite() && found.n >= need);
    let too_few = if value.is_some() {
        None
    } else {
        let short = TooFew { have: found.n, need };
        Some(if found.n >= need { found.lacks.unwrap_or(short) } else { short })
    };
    let (floor, ceiling) = match metric.unit {
        Unit::Points => (1.0, 5.0),
        _ if found.value.is_some_and(|it| it >= 0.0) => (0.0, f64::INFINITY),
        _ => (f64::NEG_INFINITY, f64::INFINITY),
    };
    let ends = found.ends.filter(|_| value.is_some());
    let end = |it: f64| Some(it.clamp(floor, ceiling)).filter(|it| it.is_finite());
    Figure {
        period: words(place.period),
        group: place.group.clone(),
        group_id: place.group_id,
        value,
        n: found.n,
        low: ends.and_then(|it| end(it.0)),
        high: ends.and_then(|it| end(it.1)),
        too_few,
        as_of: place.as_of,
    }
}

/// Nothing to count: one figure that says so, or no group at all.
fn nothing(metric: &Metric, by: By, period: Period, as_of: Day) -> Vec<Figure> {
    if by != By::None {
        return Vec::new();
    }
    let place = Place { period, group: String::new(), group_id: None, as_of };
    vec![figure(metric, &Found { value: None, ends: None, n: 0, lacks: None }, &place)]
}

fn names(read: Read<'_>, by: By) -> Result<HashMap<i64, String>> {
    let sql = match by {
        By::Zone => "SELECT id, name FROM zone LIMIT 100000",
        By::Office => "SELECT id, name FROM office LIMIT 100000",
        By::Technician => "SELECT id, source_key FROM technician LIMIT 1000000",
        By::None | By::Month | By::Source => return Ok(HashMap::new()),
    };
    Ok(read.rows(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?.into_iter().collect())
}

fn name(by: By, key: &Value, names: &HashMap<i64, String>) -> (String, Option<i64>) {
    match (by, key) {
        (By::None, _) => (String::new(), None),
        (By::Month, Value::Integer(number)) => (Month(*number as i32).to_string(), Some(*number)),
        (_, Value::Integer(id)) => (names.get(id).cloned().unwrap_or_default(), Some(*id)),
        (_, Value::Text(text)) => (text.clone(), None),
        _ => (String::new(), None),
    }
}
