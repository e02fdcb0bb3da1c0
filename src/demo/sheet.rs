//! One CSV file as it is written: cells in column order, buffered, late rows last.
//!
//! Headers come from `domain::fact::FACTS`. A failed write is remembered and told at the next
//! `check`, so that the loops that write millions of cells carry no error path.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::domain::calendar::Day;
use crate::domain::fact;
use crate::domain::told::{Kind, Told};

const BUFFER_BYTES: usize = 1 << 17;

/// A file being written.
#[derive(Debug)]
pub(super) struct Sheet {
    name: &'static str,
    path: PathBuf,
    file: File,
    ready: Vec<u8>,
    line: Vec<u8>,
    late: Vec<u8>,
    width: usize,
    cells: usize,
    rows: u64,
    dirty: u64,
    failure: Option<io::Error>,
}

impl Sheet {
    /// The file of a fact, with its header.
    pub(super) fn of_fact(dir: &Path, table: &str) -> Result<Self, Told> {
        let Some(fact) = fact::by_table(table) else {
            let message = format!("There is no fact table called {table}.");
            return Err(Told::new(Kind::NotFound, message, ""));
        };
        let path = dir.join(format!("{}.csv", fact.file));
        let header: Vec<&str> = fact.columns.iter().map(|it| it.name).collect();
        Self::create(path, fact.file, &header)
    }

    /// Any other file.
    pub(super) fn create(path: PathBuf, name: &'static str, header: &[&str]) -> Result<Self, Told> {
        let file = File::create(&path).map_err(|cause| unwritable(&path, &cause))?;
        let mut ready = Vec::with_capacity(BUFFER_BYTES + 4096);
        ready.extend_from_slice(header.join(",").as_bytes());
        ready.push(b'\n');
        Ok(Self {
            name,
            path,
            file,
            ready,
            line: Vec::with_capacity(512),
            late: Vec::new(),
            width: header.len(),
            cells: 0,
            rows: 0,
            dirty: 0,
            failure: None,
        })
    }

    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    pub(super) fn dirty_rows(&self) -> u64 {
        self.dirty
    }

    /// Text, quoted when it must be.
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        self.separate();
        if text.bytes().any(|it| matches!(it, b',' | b'"' | b'\n' | b'\r')) {
            self.line.push(b'"');
            self.line.extend_from_slice(text.replace('"', "\"\"").as_bytes());
            self.line.push(b'"');
        } else {
            self.line.extend_from_slice(text.as_bytes());
        }
        self
    }

    pub(super) fn int(&mut self, value: i64) -> &mut Self {
        self.separate();
        if value < 0 {
            self.line.push(b'-');
        }
        push_digits(&mut self.line, value.unsigned_abs(), 1);
        self
    }

    /// A prefix and a number: `J1000001`, `T0007`.
    pub(super) fn key(&mut self, prefix: &str, number: u64, width: usize) -> &mut Self {
        self.separate();
        self.line.extend_from_slice(prefix.as_bytes());
        push_digits(&mut self.line, number, width);
        self
    }

    pub(super) fn flag(&mut self, value: bool) -> &mut Self {
        self.text(if value { "yes" } else { "no" })
    }

    pub(super) fn day(&mut self, day: Day) -> &mut Self {
        self.separate();
        push_day(&mut self.line, day);
        self
    }

    pub(super) fn day_or_blank(&mut self, day: Option<Day>) -> &mut Self {
        match day {
            Some(day) => self.day(day),
            None => self.blank(),
        }
    }

    /// Minutes since 1970 as `2026-03-01 08:15`.
    pub(super) fn minute(&mut self, minute: i64) -> &mut Self {
        self.separate();
        push_day(&mut self.line, Day(minute.div_euclid(1440) as i32));
        let clock = minute.rem_euclid(1440) as u64;
        self.line.push(b' ');
        push_digits(&mut self.line, clock / 60, 2);
        self.line.push(b':');
        push_digits(&mut self.line, clock % 60, 2);
        self
    }

    pub(super) fn int_or_blank(&mut self, value: Option<i64>) -> &mut Self {
        match value {
            Some(value) => self.int(value),
            None => self.blank(),
        }
    }

    /// A decimal, as many digits as it needs; nothing when missing.
    pub(super) fn decimal(&mut self, value: Option<f64>) -> &mut Self {
        self.separate();
        if let Some(value) = value {
            // Writing into a Vec cannot fail.
            let _ = write!(self.line, "{value}");
        }
        self
    }

    pub(super) fn blank(&mut self) -> &mut Self {
        self.separate();
        self
    }

    /// Ends the row.
    pub(super) fn end(&mut self) {
        self.close_line();
        self.ready.append(&mut self.line);
        if self.ready.len() >= BUFFER_BYTES {
            self.flush();
        }
    }

    /// Ends the row and keeps it for the end of the file.
    pub(super) fn end_late(&mut self) {
        self.close_line();
        self.late.append(&mut self.line);
    }

    /// A row that no importer may accept.
    pub(super) fn dirty(&mut self, cells: &[&str]) {
        for cell in cells {
            self.text(cell);
        }
        self.dirty += 1;
        self.end();
    }

    /// The first failure since the last check.
    pub(super) fn check(&mut self) -> Result<(), Told> {
        match self.failure.take() {
            Some(cause) => Err(unwritable(&self.path, &cause)),
            None => Ok(()),
        }
    }

    /// Writes what is left, late rows last.
    pub(super) fn finish(&mut self) -> Result<(), Told> {
        self.ready.append(&mut self.late);
        self.flush();
        self.check()
    }

    fn flush(&mut self) {
        if let Err(cause) = self.file.write_all(&self.ready) {
            self.failure.get_or_insert(cause);
        }
        self.ready.clear();
    }

    fn separate(&mut self) {
        if self.cells > 0 {
            self.line.push(b',');
        }
        self.cells += 1;
    }

    fn close_line(&mut self) {
        debug_assert_eq!(self.cells, self.width, "cells of a row of {}", self.name);
        self.line.push(b'\n');
        self.cells = 0;
        self.rows += 1;
    }
}

fn unwritable(path: &Path, cause: &io::Error) -> Told {
    Told::new(
        Kind::Machine,
        format!("{} cannot be written: {cause}.", path.display()),
        "Check the folder and the free space, then try again.",
    )
}

fn push_digits(line: &mut Vec<u8>, value: u64, width: usize) {
    let mut digits = [b'0'; 20];
    let mut at = digits.len();
    let mut left = value;
    while left > 0 {
        at -= 1;
        digits[at] = b'0' + (left % 10) as u8;
        left /= 10;
    }
    at = at.min(digits.len() - width);
    line.extend_from_slice(&digits[at..]);
}

/// The same text as `Day`'s own, without a date library on the way: it is printed millions of times.
fn push_day(line: &mut Vec<u8>, day: Day) {
    let shifted = i64::from(day.0) + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let date = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    push_digits(line, year.unsigned_abs(), 4);
    line.push(b'-');
    push_digits(line, month as u64, 2);
    line.push(b'-');
    push_digits(line, date as u64, 2);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_print_as_they_do_elsewhere() {
        for number in (3000..40_000).step_by(13) {
            let mut line = Vec::new();
            push_day(&mut line, Day(number));
            assert_eq!(String::from_utf8_lossy(&line), Day(number).to_string());
        }
    }

    #[test]
    fn digits_are_padded_and_zero_is_one_digit() {
        let text = |value, width| {
            let mut line = Vec::new();
            push_digits(&mut line, value, width);
            String::from_utf8_lossy(&line).into_owned()
        };
        assert_eq!(
            (text(0, 1), text(7, 4), text(12_345, 4)),
            ("0".into(), "0007".into(), "12345".into())
        );
    }
}
