//! The file reader as a whole: each case is a file in, and what came of it out.
mod files;
mod folder;
mod guesses;
mod properties;
mod rows;

use super::mapping::Mapping;
use super::propose::propose;
use super::read::{Reader, Rejected};
use super::source::Source;
use super::tally::Tally;
use crate::domain::calendar::Day;
use crate::domain::fact::{Cell, Row};

/// The day these tests read files on.
fn today() -> Day {
    Day::parse("2026-11-24").expect("a day")
}

fn source(name: &str, text: &str) -> Source {
    Source::from_bytes(name, text.as_bytes()).expect("opens")
}

fn mapping(source: &Source) -> Mapping {
    propose(source, &|_, _| false).expect("known").mapping().expect("complete")
}

/// Everything a file holds.
struct Took {
    rows: Vec<Row>,
    rejected: Vec<Rejected>,
    tally: Tally,
}

fn take(source: &Source) -> Took {
    let mut reader = Reader::new(source, &mapping(source), today()).expect("reads");
    let (mut rows, mut rejected) = (Vec::new(), Vec::new());
    for row in &mut reader {
        match row {
            Ok(row) => rows.push(row),
            Err(it) => rejected.push(it),
        }
    }
    Took { rows, rejected, tally: reader.finish().expect("to its end") }
}

/// A row as one line: key, then cells, `~` for nothing.
fn line(row: &Row) -> String {
    let cell = |it: &Cell| match it {
        Cell::Null => "~".to_owned(),
        Cell::Int(it) => it.to_string(),
        Cell::Text(it) => it.clone(),
    };
    let cells: Vec<_> = row.cells.iter().map(cell).collect();
    format!("{}: {}", row.key, cells.join(" "))
}
