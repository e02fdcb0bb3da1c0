//! What is odd about a file that was read, for the person who decides whether to load it.
//!
//! Pure: numbers in, findings out. Never here: a row, or a decision.

use super::cell::{Sort, Unit};
use super::mapping::Mapping;
use super::tally::{ColumnTally, Tally};
use crate::domain::fact::Kind;

/// From this share of rows refused on, the file is not worth loading as it is.
const REFUSED_STOP: f64 = 0.2;
/// From this share of rows refused on, someone should look.
const REFUSED_LOOK: f64 = 0.02;
/// From this share of cells left empty on, it is worth a word.
const EMPTY_NOTE: f64 = 0.05;
/// Fewer numbers than this say nothing about their unit.
const NUMBERS_MIN: u64 = 20;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Loading the file would make figures wrong or leave most of it out.
    Stop,
    /// Someone should look before loading.
    Look,
    /// Good to know.
    Note,
}

/// Something odd about a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// What was found, as a short sentence without a full stop.
    pub title: String,
    /// Numbers and what to do, in full sentences.
    pub detail: String,
    /// The fact's column it is about, if it is about one.
    pub column: Option<&'static str>,
}

/// Everything odd, the gravest first. `mapping` is the one the file was read with.
pub fn findings(tally: &Tally, mapping: &Mapping) -> Vec<Finding> {
    let mut found = Vec::new();
    found.extend(refused(tally));
    found.extend(counted(tally));
    for column in &tally.columns {
        let feed = mapping.feeds().iter().find(|it| it.column.name == column.column.name);
        let unit = feed.map_or(Unit::Plain, |it| it.unit);
        found.extend(dates(column));
        found.extend(text_among_numbers(column));
        found.extend(odd_unit(tally.fact.table, column, unit));
        found.extend(future(tally, column));
        found.extend(empty(tally, column));
    }
    found.extend(not_given(tally));
    found.sort_by_key(|it| it.severity);
    found
}

fn finding(severity: Severity, title: String, detail: String) -> Finding {
    Finding { severity, title, detail, column: None }
}

fn of(column: &ColumnTally, severity: Severity, title: String, detail: String) -> Finding {
    Finding { severity, title, detail, column: Some(column.column.name) }
}

fn share(part: u64, whole: u64) -> f64 {
    part as f64 / whole.max(1) as f64
}

fn percent(part: u64, whole: u64) -> String {
    format!("{:.0}%", share(part, whole) * 100.0)
}

fn rows(count: u64) -> String {
    if count == 1 { "1 row".to_owned() } else { format!("{count} rows") }
}

fn refused(tally: &Tally) -> Option<Finding> {
    let (rejected, all) = (tally.rejected, tally.rows);
    if rejected == 0 {
        return None;
    }
    let severity = match share(rejected, all) {
        it if it >= REFUSED_STOP => Severity::Stop,
        it if it >= REFUSED_LOOK => Severity::Look,
        _ => Severity::Note,
    };
    let worst = tally.columns.iter().max_by_key(|it| it.bad.iter().map(|bad| bad.1).sum::<u64>());
    let worst = worst.filter(|it| !it.bad.is_empty()).map_or(String::new(), |it| {
        let count: u64 = it.bad.iter().map(|bad| bad.1).sum();
        format!(" {count} of them because of {}.", it.column.name)
    });
    Some(finding(
        severity,
        format!("{rejected} of {all} rows cannot be read"),
        format!(
            "{} of the rows stay in quarantine, each with its reason.{worst} Correct them in the \
             file and load it again: rows that are in already do not change.",
            percent(rejected, all)
        ),
    ))
}

/// Counts that concern whole rows.
fn counted(tally: &Tally) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut tell = |count: u64, severity, title: &str, detail: &str| {
        if count > 0 {
            let detail = format!("{}. {detail}", rows(count));
            found.push(finding(severity, title.to_owned(), detail));
        }
    };
    tell(
        tally.garbled,
        Severity::Look,
        "Some letters cannot be decoded",
        "They were read with a replacement mark. Save the file as UTF-8.",
    );
    tell(
        tally.short,
        Severity::Note,
        "Some rows end before the header does",
        "The cells that lack count as empty. Check that the file was exported to its end.",
    );
    tell(
        tally.duplicates,
        Severity::Note,
        "Some rows repeat an earlier one",
        "What says exactly the same is counted once.",
    );
    if tally.accepted == 0 && tally.rows > 0 {
        let detail = "Check the mapping first: a wrong column makes every row wrong.".to_owned();
        found.push(finding(Severity::Stop, "No row can be read".to_owned(), detail));
    }
    found
}

fn dates(column: &ColumnTally) -> Vec<Finding> {
    let name = column.column.name;
    let mut found = Vec::new();
    let day_first = column.bad(Sort::DayFirst);
    if day_first > 0 {
        found.push(of(
            column,
            Severity::Stop,
            format!("{name} seems to have the day before the month"),
            format!(
                "{} with days such as 31/12/2026. The other rows are then read with day and month \
                 swapped, and nobody would notice. Write days as 2026-12-31.",
                rows(day_first)
            ),
        ));
    }
    let serial = column.bad(Sort::Serial);
    if serial > 0 {
        found.push(of(
            column,
            Severity::Look,
            format!("{name} holds a spreadsheet's count of days"),
            format!(
                "{}. Format the column as a date in the spreadsheet and save again.",
                rows(serial)
            ),
        ));
    }
    found
}

fn text_among_numbers(column: &ColumnTally) -> Option<Finding> {
    let count = column.bad(Sort::NotNumber);
    let name = column.column.name;
    (count > 0).then(|| {
        of(
            column,
            Severity::Look,
            format!("{name} holds text where numbers belong"),
            format!("{}. Check that the right column was chosen for it.", rows(count)),
        )
    })
}

/// Medians that no office has, and the unit that would explain them.
fn odd_unit(table: &str, column: &ColumnTally, unit: Unit) -> Option<Finding> {
    if column.numbers.count() < NUMBERS_MIN {
        return None;
    }
    let median = column.numbers.median()?;
    let maybe = match (column.column.kind, table, column.column.name) {
        (Kind::Minutes, "job", _) if median > 300 => "seconds, not minutes",
        (Kind::Minutes, "workday", "available_min" | "paid_min") if (1..=24).contains(&median) => {
            "hours, not minutes"
        }
        (Kind::Hours, ..) if median > 40 * 60 => "minutes, not hours",
        (Kind::Cents, "pay", _) if median > 50_000 && unit == Unit::Currency => {
            "cents or a yearly salary, not an amount per hour"
        }
        (Kind::Cents, "pay", _) if median > 50_000 => "a yearly salary, not cents per hour",
        (Kind::Cents, "pay", _) if median < 500 && unit == Unit::Cents => "dollars, not cents",
        (Kind::Cents, "job", _) if (1..=1000).contains(&median) && unit == Unit::Cents => {
            "dollars, not cents"
        }
        (Kind::Cents, "job", _) if median > 500_000 && unit == Unit::Currency => {
            "cents, not dollars"
        }
        _ => return None,
    };
    let shown = match column.column.kind {
        Kind::Cents => format!("{}.{:02}", median / 100, median.abs() % 100),
        Kind::Hours => format!("{} hours", median / 60),
        _ => format!("{median} minutes"),
    };
    Some(of(
        column,
        Severity::Stop,
        format!("{} may be {maybe}", column.column.name),
        format!("Half of its values are above {shown}. Check the unit before you load the file."),
    ))
}

fn future(tally: &Tally, column: &ColumnTally) -> Option<Finding> {
    (column.future > 0).then(|| {
        of(
            column,
            Severity::Note,
            format!("{} lies ahead of today in some rows", column.column.name),
            format!(
                "{}, {} of those read. They are kept as planned days. Check them if the file should hold \
                 only what has happened.",
                rows(column.future),
                percent(column.future, tally.accepted)
            ),
        )
    })
}

fn empty(tally: &Tally, column: &ColumnTally) -> Option<Finding> {
    let empty = share(column.empty, tally.accepted);
    let name = column.column.name;
    (column.header.is_some() && !column.column.required && empty >= EMPTY_NOTE).then(|| {
        of(
            column,
            Severity::Note,
            format!("{name} is empty in {} of the rows", percent(column.empty, tally.accepted)),
            format!("{} of {} rows. {}", column.empty, tally.accepted, column.column.help),
        )
    })
}

fn not_given(tally: &Tally) -> Option<Finding> {
    let absent = tally.columns.iter().filter(|it| it.header.is_none());
    let names: Vec<_> = absent.map(|it| it.column.name).collect();
    (!names.is_empty()).then(|| {
        finding(
            Severity::Note,
            format!("The file has no {}", names.join(", ")),
            "They may stay away; what is counted from them is then not shown.".to_owned(),
        )
    })
}
