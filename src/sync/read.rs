//! A file's lines as typed rows, one after the other; each line that is no row with its reason.
//!
//! Never here: two rows in memory. What is kept of a row is a hash of its key and of its content.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, DefaultHasher, Hash, Hasher};

use super::cell::Bad;
use super::cut;
use super::failure::Failure;
use super::mapping::Mapping;
use super::plan::{Breach, Plan};
use super::source::{Records, Source};
use super::tally::{ColumnTally, Numbers, Tally};
use crate::domain::calendar::Day;
use crate::domain::fact::{Cell, Kind, Row};

/// Lines a row may span before a missing quotation mark is suspected.
const LINES_SUSPECT: u64 = 20;

/// A line that is no row: where it stands and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// Its line in the file; 1 is the header.
    pub row: u64,
    /// The fact's column at fault, when one is.
    pub column: Option<&'static str>,
    /// What that cell holds, at most `QUOTED_CHARS` characters.
    pub value: String,
    /// What is wrong, to be read after column and value: `is not a whole number`.
    pub reason: String,
}

/// Reads a file row by row.
///
/// Identical rows after the first are counted and skipped. After the last item, `finish` tells
/// whether the file was read to its end.
#[derive(Debug)]
pub struct Reader {
    records: Records,
    plan: Plan,
    seen: Seen,
    tally: Tally,
    line: u64,
    done: bool,
    failure: Option<Failure>,
}

impl Reader {
    /// Begins to read. Rows dated after `today` are rejected.
    pub fn new(source: &Source, mapping: &Mapping, today: Day) -> Result<Self, Failure> {
        let plan = Plan::new(source, mapping, today)?;
        let column = |slot: &super::plan::Slot| ColumnTally {
            column: slot.column,
            header: slot.header.clone(),
            empty: 0,
            future: 0,
            bad: Vec::new(),
            numbers: Numbers::new(),
        };
        let tally = Tally {
            fact: plan.fact,
            rows: 0,
            accepted: 0,
            rejected: 0,
            duplicates: 0,
            short: 0,
            garbled: 0,
            days: None,
            columns: plan.slots.iter().map(column).collect(),
        };
        let records = source.records()?;
        let seen = Seen::default();
        Ok(Self { records, plan, seen, tally, line: 1, done: false, failure: None })
    }

    /// The line of the row read last, for showing progress.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// What the rows so far came to.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// What all rows came to; a failure when the file could not be read to its end.
    pub fn finish(self) -> Result<Tally, Failure> {
        match self.failure {
            Some(failure) => Err(failure),
            None => Ok(self.tally),
        }
    }

    /// Makes a row of the record; `None` when it repeats an earlier one.
    fn row(&mut self) -> Result<Option<Row>, Rejected> {
        self.tally.rows += 1;
        self.shape()?;
        let cells = self.cells()?;
        if let Some(Breach { slot, reason }) = self.plan.breach(&cells) {
            return Err(self.reject(Some(slot), reason));
        }
        let key = self.plan.key(&cells);
        match self.seen.take(&key, &cells, self.line) {
            Before::Never => {}
            Before::Same => {
                self.tally.duplicates += 1;
                return Ok(None);
            }
            Before::Other(row) => {
                let column = self.plan.fact.key.first().copied();
                let slot = self.plan.slots.iter().position(|it| Some(it.column.name) == column);
                let mut rejected =
                    self.reject(slot, format!("same key as row {row}, and other contents"));
                rejected.value = cut(&key);
                return Err(rejected);
            }
        }
        self.accept(&cells);
        Ok(Some(Row { key, cells }))
    }

    /// Refuses lines that are not cut into the header's cells.
    fn shape(&mut self) -> Result<(), Rejected> {
        if self.records.never_closed() {
            let lines = self.records.spans();
            let reason = format!(
                "a quotation mark is opened here and never closed: {lines} lines up to the end of \
                 the file could not be told apart"
            );
            return Err(self.reject(None, reason));
        }
        if let Some(reason) = self.plan.too_long(&self.records.record) {
            return Err(self.reject(None, reason));
        }
        self.tally.short += u64::from(self.records.record.len() < self.plan.width);
        if !self.records.record.as_slice().is_ascii()
            && self.records.record.as_slice().contains('\u{fffd}')
        {
            self.tally.garbled += 1;
        }
        Ok(())
    }

    /// Reads every cell, so that the counts are complete; the first that is wrong decides.
    fn cells(&mut self) -> Result<Vec<Cell>, Rejected> {
        let mut cells = Vec::with_capacity(self.plan.slots.len());
        let mut first: Option<(usize, Bad)> = None;
        for slot in 0..self.plan.slots.len() {
            match self.plan.cell(slot, &self.records.record) {
                Ok(cell) => cells.push(cell),
                Err(bad) => {
                    let column = &mut self.tally.columns[slot];
                    column.count_bad(bad.sort);
                    if let Some(number) = bad.number {
                        column.numbers.take(number);
                    }
                    cells.push(Cell::Null);
                    first = first.or(Some((slot, bad)));
                }
            }
        }
        match first {
            None => Ok(cells),
            Some((slot, bad)) => Err(self.reject(Some(slot), bad.reason)),
        }
    }

    fn accept(&mut self, cells: &[Cell]) {
        self.tally.accepted += 1;
        for (slot, (cell, column)) in cells.iter().zip(&mut self.tally.columns).enumerate() {
            match cell {
                Cell::Null => column.empty += 1,
                Cell::Text(_) => {}
                Cell::Int(number) => match column.column.kind {
                    Kind::Day | Kind::Minute => {
                        let future = self.plan.day_of(slot, cell);
                        let future = future.is_some_and(|it| self.plan.is_future(it));
                        column.future += u64::from(future);
                    }
                    Kind::Bool => {}
                    _ => column.numbers.take(*number),
                },
            }
        }
        if let Some(day) = self.plan.dated.and_then(|it| self.plan.day_of(it, &cells[it])) {
            let (first, last) = self.tally.days.unwrap_or((day, day));
            self.tally.days = Some((first.min(day), last.max(day)));
        }
    }

    fn reject(&mut self, slot: Option<usize>, mut reason: String) -> Rejected {
        self.tally.rejected += 1;
        let lines = self.records.spans();
        if lines > LINES_SUSPECT && slot.is_some() {
            reason =
                format!("{reason} (the row spans {lines} lines: is a quotation mark missing?)");
        }
        Rejected {
            row: self.line,
            column: slot.map(|it| self.plan.slots[it].column.name),
            value: slot
                .map(|it| cut(self.plan.raw(it, &self.records.record).trim()))
                .unwrap_or_default(),
            reason,
        }
    }

    fn stop(&mut self, failure: Failure) -> Rejected {
        self.done = true;
        let row = failure.row.unwrap_or(self.line + 1);
        let reason = format!("nothing from here on was read: {failure}");
        self.failure = Some(failure);
        Rejected { row, column: None, value: String::new(), reason }
    }
}

impl Iterator for Reader {
    type Item = Result<Row, Rejected>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.done {
            match self.records.read() {
                Err(failure) => return Some(Err(self.stop(failure))),
                Ok(None) => self.done = true,
                Ok(Some(_)) if self.records.is_blank() => {}
                Ok(Some(line)) => {
                    self.line = line;
                    if let Some(row) = self.row().transpose() {
                        return Some(row);
                    }
                }
            }
        }
        None
    }
}

/// The keys seen so far, eight bytes each, with row and content beside them.
#[derive(Debug, Default)]
struct Seen(HashMap<u64, (u32, u32), BuildHasherDefault<Ready>>);

enum Before {
    Never,
    Same,
    Other(u32),
}

impl Seen {
    fn take(&mut self, key: &str, cells: &[Cell], line: u64) -> Before {
        let mut hash = DefaultHasher::new();
        key.hash(&mut hash);
        let content = content(cells);
        let line = u32::try_from(line).unwrap_or(u32::MAX);
        match self.0.entry(hash.finish()) {
            std::collections::hash_map::Entry::Vacant(free) => {
                free.insert((line, content));
                Before::Never
            }
            std::collections::hash_map::Entry::Occupied(kept) => {
                let (row, before) = *kept.get();
                if before == content { Before::Same } else { Before::Other(row) }
            }
        }
    }
}

fn content(cells: &[Cell]) -> u32 {
    let mut hash = DefaultHasher::new();
    for cell in cells {
        match cell {
            Cell::Null => hash.write_u8(0),
            Cell::Int(number) => hash.write_i64(*number),
            Cell::Text(text) => text.hash(&mut hash),
        }
    }
    hash.finish() as u32
}

/// A hasher for what is a hash already.
#[derive(Debug, Default)]
struct Ready(u64);

impl Hasher for Ready {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}
