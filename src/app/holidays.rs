//! Holidays for a forecast: those of the United States, or any country's from a file.
//!
//! Never here: what a holiday does to a series (see `learn::series`), rules (see `domain::holidays`).

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use learn::series::{Holiday, Past, Step};

use super::{Error, Result};
use crate::domain::calendar::Day;
use crate::domain::dates::Form;
use crate::domain::holidays::{self, Occasion, YEARS};
use crate::domain::told::Kind;
use crate::sync::text;

/// Bytes of a file of holidays at most.
const BYTES_MAX: u64 = 4 << 20;
/// Days a window may reach.
const WINDOW_MAX: i32 = 30;
const COLUMNS: [&str; 4] = ["date", "name", "lower", "upper"];

/// Where holidays come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The rules of the United States.
    Us,
    /// A CSV file `date,name[,lower,upper]`.
    File(PathBuf),
}

impl Source {
    /// `US`, or the path of a file.
    pub fn parse(text: &str) -> Self {
        if text.eq_ignore_ascii_case("US") { Self::Us } else { Self::File(text.into()) }
    }

    /// The holidays from one day to another, both inside, oldest first; and what is to be known.
    pub fn occasions(&self, from: Day, to: Day) -> Result<(Vec<Occasion>, Vec<String>)> {
        match self {
            Self::Us => {
                let outside = !YEARS.contains(&from.year()) || !YEARS.contains(&to.year());
                let note = format!(
                    "US holidays are known from {} to {}; other years have none.",
                    YEARS.start(),
                    YEARS.end()
                );
                Ok((holidays::us(from, to), outside.then_some(note).into_iter().collect()))
            }
            Self::File(path) => {
                let mut found = read(path)?;
                let last = found.last().map(|it| it.day);
                found.retain(|it| from <= it.day && it.day <= to);
                let none =
                    "No holiday of the file falls into the series or its forecast.".to_owned();
                let short = last.filter(|it| *it < to && !found.is_empty()).map(|it| {
                    format!("The file of holidays ends on {it}; the forecast goes on to {to}.")
                });
                let note = if found.is_empty() { Some(none) } else { short };
                Ok((found, note.into_iter().collect()))
            }
        }
    }

    /// The holidays on the known periods of a series and those ahead; and what is to be known.
    ///
    /// A week or month counts as a holiday when one falls into it; a holiday that is in the same
    /// month every year is part of the season of months already and is left out.
    pub fn over(&self, past: &Past, ahead: usize) -> Result<(Vec<Holiday>, Vec<String>)> {
        let (first, future, end) = (past.first, past.day(past.len()), past.day(past.len() + ahead));
        let (from, to) = (Day(first).plus(-WINDOW_MAX), Day(end).plus(WINDOW_MAX));
        let (occasions, mut notes) = self.occasions(from, to)?;
        let found = match past.step {
            Step::Day => named(&occasions),
            step => {
                let (found, are_left) = by_period(step, first, &occasions);
                if are_left {
                    notes.push(
                        "Holidays in the same month every year are left out: the season has them."
                            .to_owned(),
                    );
                }
                found
            }
        };
        // What never was within the known periods has no effect to learn.
        let within = |mut it: Holiday| {
            it.days.retain(|day| (first..end).contains(day));
            it.days.first().is_some_and(|day| *day < future).then_some(it)
        };
        Ok((found.into_iter().filter_map(within).collect(), notes))
    }
}

/// Holidays as a forecast of days takes them: each day of a window is a name of its own, as Prophet
/// has it: `Christmas Day`, `Christmas Day -1`.
fn named(occasions: &[Occasion]) -> Vec<Holiday> {
    let mut days: BTreeMap<String, Vec<i32>> = BTreeMap::new();
    for it in occasions {
        for away in it.lower..=it.upper {
            let name = if away == 0 { it.name.clone() } else { format!("{} {away:+}", it.name) };
            days.entry(name).or_default().push(it.day.plus(away).0);
        }
    }
    listed(days)
}

/// Holidays by the first days of weeks or months; and whether months had some that never move.
fn by_period(step: Step, first: i32, occasions: &[Occasion]) -> (Vec<Holiday>, bool) {
    let mut periods: BTreeMap<String, Vec<i32>> = BTreeMap::new();
    let mut months: BTreeMap<&str, BTreeSet<i32>> = BTreeMap::new();
    for it in occasions {
        let period = match step {
            Step::Month => it.day.month().first_day().0,
            _ => it.day.0 - (it.day.0 - first).rem_euclid(7),
        };
        months.entry(&it.name).or_default().insert(it.day.month().0.rem_euclid(12));
        periods.entry(it.name.clone()).or_default().push(period);
    }
    let before = periods.len();
    if step == Step::Month {
        periods.retain(|name, _| months.get(name.as_str()).is_some_and(|it| it.len() > 1));
    }
    let are_left = periods.len() < before;
    (listed(periods), are_left)
}

/// Names with their days in order, each day once.
fn listed(days: BTreeMap<String, Vec<i32>>) -> Vec<Holiday> {
    days.into_iter()
        .map(|(name, mut days)| {
            days.sort_unstable();
            days.dedup();
            Holiday { name, days }
        })
        .collect()
}

/// Reads a file of holidays, oldest first.
fn read(path: &Path) -> Result<Vec<Occasion>> {
    let shown = path.display().to_string();
    let size = std::fs::metadata(path).map_err(|it| unreadable(&shown, &it))?;
    if !size.is_file() || size.len() > BYTES_MAX {
        return Err(invalid(
            format!("{shown} is no file of holidays: no ordinary file, or above 4 MB."),
            HINT,
        ));
    }
    let bytes = std::fs::read(path).map_err(|it| unreadable(&shown, &it))?;
    parse(&shown, &bytes)
}

const HINT: &str = "Give `US`, or a CSV file with the columns date,name and, if days around count \
                    too, lower,upper (such as -1,1).";

fn parse(shown: &str, bytes: &[u8]) -> Result<Vec<Occasion>> {
    let table = text::read(shown, bytes).map_err(|it| Error::Told(it.into()))?;
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(table.delimiter)
        .flexible(true)
        .from_reader(table.text.as_bytes());
    let broken = |error: csv::Error| invalid(format!("{shown}: {error}."), HINT);
    let header = reader.headers().map_err(broken)?.clone();
    let place = |name: &str| header.iter().position(|it| it.trim().eq_ignore_ascii_case(name));
    let [date, name, lower, upper] = COLUMNS.map(place);
    let (Some(date), Some(name)) = (date, name) else {
        let missing = if date.is_none() { "date" } else { "name" };
        return Err(invalid(format!("{shown} has no column {missing}."), HINT));
    };
    let mut found = Vec::new();
    for (at, record) in reader.records().enumerate() {
        let record = record.map_err(broken)?;
        let cell = |place: usize| record.get(place).unwrap_or_default().trim();
        let bad = |column: &str, must: &str, value: &str| {
            let value: String = value.chars().take(40).collect();
            let message =
                format!("{shown}, row {}, column {column}: \u{201c}{value}\u{201d}.", at + 1);
            invalid(message, format!("Write {must} there."))
        };
        let day = Form::ALL.iter().filter(|it| !it.is_month()).find_map(|it| it.read(cell(date)));
        let day = day.ok_or_else(|| bad("date", "a date such as 2026-12-25", cell(date)))?;
        if cell(name).is_empty() || cell(name).len() > 100 {
            return Err(bad("name", "the name of the holiday", cell(name)));
        }
        let window = |place: Option<usize>, column: &str, from: i32, to: i32| {
            let value = place.map_or("", cell);
            if value.is_empty() {
                return Ok(0);
            }
            let days: Option<i32> = value.parse().ok().filter(|it| (from..=to).contains(it));
            let must = format!("whole days from {from} to {to}");
            days.ok_or_else(|| bad(column, &must, value))
        };
        let lower = window(lower, "lower", -WINDOW_MAX, 0)?;
        let upper = window(upper, "upper", 0, WINDOW_MAX)?;
        found.push(Occasion { day, name: cell(name).to_owned(), lower, upper });
    }
    if found.is_empty() {
        return Err(invalid(format!("{shown} lists no holiday."), HINT));
    }
    found.sort();
    Ok(found)
}

fn invalid(message: impl Into<String>, hint: impl Into<String>) -> Error {
    Error::told(Kind::Invalid, message, hint)
}

fn unreadable(shown: &str, error: &std::io::Error) -> Error {
    match error.kind() {
        std::io::ErrorKind::NotFound => {
            Error::told(Kind::NotFound, format!("There is no file of holidays {shown}."), HINT)
        }
        _ => Error::told(Kind::Machine, format!("{shown} cannot be read: {error}."), HINT),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    #[track_caller]
    fn refused(text: &str, said: &str) {
        let error = parse("h.csv", text.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
    }

    #[test]
    fn every_day_of_a_window_has_a_name_of_its_own() {
        let (found, notes) = Source::Us.occasions(day("2024-11-01"), day("2024-12-31")).unwrap();
        assert!(notes.is_empty());
        let names: Vec<String> = named(&found)
            .into_iter()
            .map(|it| format!("{} {}", it.name, Day(it.days[0])))
            .collect();
        assert_eq!(
            names,
            [
                "Christmas Day 2024-12-25",
                "Christmas Day +1 2024-12-26",
                "Christmas Day -1 2024-12-24",
                "Thanksgiving Day 2024-11-28",
                "Thanksgiving Day +1 2024-11-29",
                "Veterans Day 2024-11-11",
            ]
        );
        let (_, notes) = Source::Us.occasions(day("1980-01-01"), day("2024-12-31")).unwrap();
        assert_eq!(notes, ["US holidays are known from 1990 to 2035; other years have none."]);
    }

    #[test]
    fn a_file_adds_any_country() {
        let text = "name,date,upper,lower\nEaster,2024-03-31,1,-2\n\"Easter\",20/04/2025,,\n";
        let found = named(&parse("h.csv", text.as_bytes()).unwrap());
        let names: Vec<&str> = found.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names, ["Easter", "Easter +1", "Easter -1", "Easter -2"]);
        assert_eq!(found[0].days, [day("2024-03-31").0, day("2025-04-20").0]);
        assert_eq!(found[3].days, [day("2024-03-29").0]);
    }

    #[test]
    fn a_bad_file_names_row_and_column() {
        refused("day,name\n", "no column date");
        refused("date,title\n2024-01-01,x\n", "no column name");
        refused("date,name\n", "lists no holiday");
        refused("date,name\n2024-01-01,x\nsoon,y\n", "row 2, column date: \u{201c}soon\u{201d}");
        refused("date,name\n2024-01-01,\n", "row 1, column name");
        refused("date,name,lower\n2024-01-01,x,1\n", "row 1, column lower: \u{201c}1\u{201d}");
        refused("date,name,upper\n2024-01-01,x,many\n", "whole days from 0 to 30");
        refused("%PDF", "is a PDF");
        let gone = Source::parse("/there/is/none.csv").occasions(Day(0), Day(1)).unwrap_err();
        assert!(gone.to_string().contains("no file of holidays /there/is/none.csv"));
    }
}
