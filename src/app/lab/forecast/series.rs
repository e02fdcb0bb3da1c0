//! The rows of a table as one value a period: sorted, without holes in the calendar, each doubt told.
//!
//! A doubt that a person must settle is refused with its row and column. Never here: a value made up
//! for a missing one, two rows added into one, a row passed by in silence.

use std::path::Path;

use learn::series::{Choice, Kind, Past, Step};

use super::super::super::{Error, Result};
use super::super::table;
use super::Request;
use super::invalid;
use super::periods::{self, Naming};
use crate::domain::calendar::Day;
use crate::domain::count::{counted, grouped};
use crate::domain::dates::Form;
use crate::domain::told::Kind as Sort;
use crate::sync::{cell, text};

/// Bytes of a file at most.
const BYTES_MAX: u64 = 64 << 20;
/// Periods from the first to the last at most: more than 50 years of days.
const PERIODS_MAX: usize = 20_000;
/// Known values at least.
const KNOWN_MIN: usize = 3;
/// Values beyond this lose their sums' digits.
const VALUE_MAX: f64 = 1e15;
/// Whole numbers from 0 with a mean below this are counts.
const COUNT_MEAN: f64 = 10.0;

/// A series, and what the reader should know of how the file was taken.
#[derive(Debug)]
pub(super) struct Series {
    /// The series.
    pub(super) past: Past,
    /// How its periods are named.
    pub(super) naming: Naming,
    /// Sentences.
    pub(super) notes: Vec<String>,
}

/// The two columns as text; rows count from 1, the header not counted.
struct Cells {
    rows: Vec<u64>,
    times: Vec<String>,
    values: Vec<String>,
}

/// A row once its date is settled.
#[derive(Clone, Copy)]
struct Row {
    number: u64,
    period: Day,
    value: f64,
}

/// Reads the series a request asks for.
pub(super) fn read(request: &Request) -> Result<Series> {
    let file = request.data.as_path();
    let bytes = bytes(file)?;
    of_bytes(request, &bytes)
}

/// The series of a file's bytes.
pub(super) fn of_bytes(request: &Request, bytes: &[u8]) -> Result<Series> {
    let (file, mut notes) = (request.data.as_path(), Vec::new());
    let cells = cells(request, bytes)?;
    let values = numbers(request, &cells)?;
    let (step, days) = dates(request, &cells, &mut notes)?;
    let calendar = periods::calendar(step, &days);
    notes.extend(calendar.notes);
    let mut rows: Vec<Row> = (cells.rows.iter().zip(&calendar.periods).zip(&values))
        .map(|((row, period), value)| Row { number: *row, period: *period, value: *value })
        .collect();
    if let Some(at) = rows.windows(2).position(|it| it[1].period < it[0].period) {
        notes.push(format!(
            "The rows are not in order of time (row {} goes back): they were sorted.",
            rows[at + 1].number
        ));
    }
    rows.sort_by_key(|it| (it.period, it.number));
    let name = |it: Day| calendar.naming.time(it);
    check_twice(file, step, &rows, &name)?;
    let rows = known_span(step, &rows, &name, &mut notes);
    if rows.is_empty() {
        return Err(too_few(file, step, 0));
    }
    let kind = kind_of(request, rows)?;
    let values = by_period(file, step, rows, &name, &mut notes)?;
    let past = Past::new(step, rows[0].period.0, values, kind)
        .map_err(|error| Error::broken("put a series together", error))?;
    Ok(Series { past, naming: calendar.naming, notes })
}

fn bytes(file: &Path) -> Result<Vec<u8>> {
    let found = std::fs::metadata(file).map_err(|it| table::unreadable(file, &it))?;
    if !found.is_file() {
        return Err(invalid(
            format!("{} is not an ordinary file.", file.display()),
            "Give the path of a CSV file.",
        ));
    }
    if found.len() > BYTES_MAX {
        return Err(invalid(
            format!("{} has more than 64 MB, which is no single series.", file.display()),
            "Keep one row a period, and the columns of time and value.",
        ));
    }
    std::fs::read(file).map_err(|it| table::unreadable(file, &it))
}

fn cells(request: &Request, bytes: &[u8]) -> Result<Cells> {
    let file = request.data.as_path();
    let shown = file.display().to_string();
    let text = text::read(&shown, bytes).map_err(|it| Error::Told(it.into()))?;
    let mut reader =
        csv::ReaderBuilder::new().delimiter(text.delimiter).from_reader(text.text.as_bytes());
    let names = table::header(file, &mut reader)?;
    let (time, value) =
        (table::find(file, &names, &request.time)?, table::find(file, &names, &request.value)?);
    if time == value {
        return Err(invalid(
            format!("`--time` and `--value` are both {}.", request.time),
            "Name the column of dates and the column of values.",
        ));
    }
    let mut cells = Cells { rows: Vec::new(), times: Vec::new(), values: Vec::new() };
    let rows = table::each(file, &mut reader, |row, record| {
        let cell = |at: usize| record.get(at).unwrap_or_default().trim().to_owned();
        let (time, value) = (cell(time), cell(value));
        if !(time.is_empty() && value.is_empty()) {
            cells.rows.push(row);
            cells.times.push(time);
            cells.values.push(value);
        }
    })?;
    if rows == 0 || cells.rows.is_empty() {
        return Err(table::no_rows(file));
    }
    Ok(cells)
}

/// A place in the file, for a message.
fn place(file: &Path, row: u64, column: &str, cell: &str) -> String {
    let cell: String = cell.chars().take(40).collect();
    format!("{}, row {row}, column {column}: \u{201c}{cell}\u{201d}", file.display())
}

/// The values; NaN where a cell says that nothing is known.
fn numbers(request: &Request, cells: &Cells) -> Result<Vec<f64>> {
    let bad = |row: u64, cell: &str, what: &str, hint: &str| {
        invalid(format!("{} {what}.", place(&request.data, row, &request.value, cell)), hint)
    };
    let number = |(row, cell): (&u64, &String)| {
        if cell.is_empty() || cell::means_null(cell) {
            return Ok(f64::NAN);
        }
        let hint = "Mend the cell, or leave it empty when the value is not known. Numbers are \
                    written 1234.5, without thousands separators or signs of currency.";
        match cell.parse::<f64>() {
            Ok(it) if it.is_nan() => Ok(it),
            Ok(it) if it.is_infinite() => Err(bad(*row, cell, "is not finite", hint)),
            Ok(it) if it.abs() > VALUE_MAX => {
                Err(bad(*row, cell, "is too large", "Choose a larger unit, such as thousands."))
            }
            Ok(it) => Ok(it + 0.0),
            Err(_) => Err(bad(*row, cell, "is no number", hint)),
        }
    };
    cells.rows.iter().zip(&cells.values).map(number).collect()
}

/// The step and the day of each row. Of the forms that read every date the one that leaves the
/// fewest periods without a row is meant.
fn dates(request: &Request, cells: &Cells, notes: &mut Vec<String>) -> Result<(Step, Vec<Day>)> {
    let mut best: Option<(f64, Form, Vec<Day>)> = None;
    let mut others = 0;
    for form in Form::ALL {
        let days: Option<Vec<Day>> = cells.times.iter().map(|it| form.read(it)).collect();
        let Some(days) = days else { continue };
        others += 1;
        let share = covered(request.step, form, &days);
        if best.as_ref().is_none_or(|it| share > it.0) {
            best = Some((share, form, days));
        }
    }
    let Some((_, form, days)) = best else { return Err(no_form(request, cells)) };
    if others > 1 || form == Form::DayFirst {
        notes.push(format!("Dates are read as {}.", form.words()));
    }
    let gap = periods::usual_gap(&days);
    let apart = |gap: Option<i32>| counted(gap.unwrap_or(0).unsigned_abs().into(), "day");
    let found = periods::step_of(form, gap);
    let step = match (request.step, found) {
        (Some(step), _) if periods::fits(step, form, gap) => step,
        (Some(step), found) => {
            let message = if form.is_month() {
                format!("{} names months, not {}s.", request.time, step.word())
            } else {
                format!(
                    "`--freq {}` does not fit {}: its rows are usually {} apart.",
                    step.word(),
                    request.data.display(),
                    apart(gap)
                )
            };
            let hint = found.map_or_else(
                || format!("Give one row a {}.", step.word()),
                |it| format!("Say `--freq {}`, or add the rows up first.", it.word()),
            );
            return Err(invalid(message, hint));
        }
        (None, Some(step)) => step,
        (None, None) if gap.is_none() => Step::Day,
        (None, None) => {
            return Err(invalid(
                format!(
                    "The rows of {} are usually {} apart: no series of days, weeks or months.",
                    request.data.display(),
                    apart(gap)
                ),
                "Say `--freq` when many rows are missing. Quarters and years are not forecast here.",
            ));
        }
    };
    Ok((step, days))
}

/// The share of periods between the first and the last that dates would give a value; below 0 when
/// they do not fit the step.
fn covered(step: Option<Step>, form: Form, days: &[Day]) -> f64 {
    let gap = periods::usual_gap(days);
    let Some(step) = step.or_else(|| periods::step_of(form, gap)) else { return -1.0 };
    let (Some(first), Some(last)) = (days.iter().min(), days.iter().max()) else { return -1.0 };
    if !periods::fits(step, form, gap) {
        return -1.0;
    }
    let span = match step {
        Step::Day => last.0 - first.0,
        Step::Week => (last.0 - first.0) / 7,
        Step::Month => last.month().0 - first.month().0,
    };
    days.len() as f64 / (f64::from(span) + 1.0)
}

/// Why no form reads every date: the first cell that the likeliest form cannot read.
fn no_form(request: &Request, cells: &Cells) -> Error {
    let unread = |form: &Form| cells.times.iter().filter(|it| form.read(it).is_none()).count();
    let form = Form::ALL.into_iter().min_by_key(unread).unwrap_or(Form::Iso);
    let first = cells.times.iter().position(|it| form.read(it).is_none()).unwrap_or(0);
    let (row, cell) = (cells.rows[first], &cells.times[first]);
    let place = place(&request.data, row, &request.time, cell);
    if cell.is_empty() {
        return invalid(format!("{place}: the row has no date."), "Fill it, or take the row out.");
    }
    if unread(&form) == cells.times.len() {
        let message = format!("{place} is no date.");
        let hint = "Dates are written 2026-03-31 or 3/31/2026, months 2026-03; years have four \
                    digits.";
        return invalid(message, hint);
    }
    let message = format!("{place} is no date as the others are ({}).", form.words());
    invalid(message, "Write all dates in one way, such as 2026-03-31.")
}

fn check_twice(file: &Path, step: Step, rows: &[Row], name: &dyn Fn(Day) -> String) -> Result<()> {
    let twice: Vec<&[Row]> = rows.windows(2).filter(|it| it[0].period == it[1].period).collect();
    let Some([one, other]) = twice.first() else { return Ok(()) };
    let value = |it: &Row| if it.value.is_nan() { "nothing".into() } else { it.value.to_string() };
    let more = match twice.len() {
        1 => String::new(),
        2 => " 1 more row is like that.".to_owned(),
        many => format!(" {} more rows are like that.", grouped(many as u64 - 1)),
    };
    Err(invalid(
        format!(
            "{}, rows {} and {}: both are of the {} {} (they hold {} and {}).{more}",
            file.display(),
            one.number,
            other.number,
            step.word(),
            name(one.period),
            value(one),
            value(other)
        ),
        format!(
            "Give one row a {}: add them up or take one out. Of a file with several series keep one.",
            step.word()
        ),
    ))
}

/// The rows from the first to the last that has a value.
fn known_span<'a>(
    step: Step,
    rows: &'a [Row],
    name: &dyn Fn(Day) -> String,
    notes: &mut Vec<String>,
) -> &'a [Row] {
    let is_known = |it: &Row| !it.value.is_nan();
    let Some(first) = rows.iter().position(is_known) else { return &[] };
    let last = rows.iter().rposition(is_known).unwrap_or(first);
    let count = |it: usize| counted(it as u64, step.word());
    if first > 0 {
        notes.push(format!(
            "The first {} without a value: the series begins with {}.",
            has(&count(first), first),
            name(rows[first].period)
        ));
    }
    let after = rows.len() - 1 - last;
    if after > 0 {
        notes.push(format!(
            "The last {} without a value: the forecast begins after {}.",
            has(&count(after), after),
            name(rows[last].period)
        ));
    }
    &rows[first..=last]
}

fn has(counted: &str, count: usize) -> String {
    format!("{counted} {}", if count == 1 { "is" } else { "are" })
}

/// One value a period; NaN for those without a row or value.
fn by_period(
    file: &Path,
    step: Step,
    rows: &[Row],
    name: &dyn Fn(Day) -> String,
    notes: &mut Vec<String>,
) -> Result<Vec<f64>> {
    let (first, last) = (rows[0].period, rows[rows.len() - 1].period);
    let at = |it: Day| match step {
        Step::Day => (it.0 - first.0) as usize,
        Step::Week => ((it.0 - first.0) / 7) as usize,
        Step::Month => (it.month().0 - first.month().0) as usize,
    };
    let periods = at(last) + 1;
    let known = rows.iter().filter(|it| !it.value.is_nan()).count();
    if known < KNOWN_MIN {
        return Err(too_few(file, step, known));
    }
    let said = |it: usize| counted(it as u64, step.word());
    if 2 * known < periods {
        return Err(Error::told(
            Sort::NotEnough,
            format!(
                "Only {} of the {} from {} to {} have a value: not enough data.",
                grouped(known as u64),
                said(periods),
                name(first),
                name(last)
            ),
            "At least every second period needs one. Look for a mistyped year, or take a longer \
             step.",
        ));
    }
    if periods > PERIODS_MAX {
        return Err(invalid(
            format!("{} spans {}.", file.display(), said(periods)),
            format!("At most {} are read: keep the latest.", grouped(PERIODS_MAX as u64)),
        ));
    }
    let mut values = vec![f64::NAN; periods];
    for it in rows {
        values[at(it.period)] = it.value;
    }
    if let Some(hole) = values.iter().position(|it| it.is_nan()) {
        let missing = periods - known;
        notes.push(format!(
            "{} of {} {} missing (the first is {}): filled for methods that cannot bear it.",
            grouped(missing as u64),
            said(periods),
            if missing == 1 { "is" } else { "are" },
            name(Day(step.after(first.0, hole as i32)))
        ));
    }
    tell_odd(step, rows, notes);
    Ok(values)
}

/// Tells of working days without weekends, and of a series that never moves.
fn tell_odd(step: Step, rows: &[Row], notes: &mut Vec<String>) {
    if step == Step::Day && rows.len() >= 10 && !rows.iter().any(|it| it.period.is_weekend()) {
        notes.push(
            "No row is of a Saturday or Sunday: they are forecast as if they were working days."
                .to_owned(),
        );
    }
    let known = || rows.iter().map(|it| it.value).filter(|it| !it.is_nan());
    let (least, most) = (known().fold(f64::MAX, f64::min), known().fold(f64::MIN, f64::max));
    if least >= most {
        notes.push(format!(
            "Every value is {least}: the forecast repeats it, and its bounds cannot tell more."
        ));
    }
}

fn too_few(file: &Path, step: Step, known: usize) -> Error {
    Error::told(
        Sort::NotEnough,
        format!(
            "Not enough data: {} has {} with a value; a forecast needs {KNOWN_MIN} at least.",
            file.display(),
            counted(known as u64, step.word())
        ),
        format!("Give more {}s. Below 12 a forecast is little more than a mean.", step.word()),
    )
}

/// What the values are: as asked for, or by their looks.
fn kind_of(request: &Request, rows: &[Row]) -> Result<Kind> {
    let known = || rows.iter().filter(|it| !it.value.is_nan());
    let negative = known().find(|it| it.value < 0.0);
    let broken = known().find(|it| it.value.fract() != 0.0);
    let refuse = |it: &Row, flag: &str, must: &str| {
        let place = place(&request.data, it.number, &request.value, &it.value.to_string());
        Err(invalid(
            format!("{place} cannot be forecast with `{flag}`: {must}."),
            "Mend the cell, or leave the flag out.",
        ))
    };
    let flag = if request.choice == Choice::Counts { "--model counts" } else { "--kind count" };
    let asks_counts = request.choice == Choice::Counts || request.kind == Some(Kind::Count);
    match (negative, broken) {
        (Some(it), _) if asks_counts => refuse(it, flag, "counts are never negative"),
        (_, Some(it)) if asks_counts => refuse(it, flag, "counts are whole numbers"),
        _ if asks_counts => Ok(Kind::Count),
        (Some(it), _) if request.kind == Some(Kind::Amount) => {
            refuse(it, "--kind amount", "amounts are never negative")
        }
        (Some(_), _) => Ok(Kind::Real),
        (None, broken) => {
            let sum: f64 = known().map(|it| it.value).sum();
            let is_small = broken.is_none() && sum < COUNT_MEAN * known().count() as f64;
            Ok(request.kind.unwrap_or(if is_small { Kind::Count } else { Kind::Amount }))
        }
    }
}
