//! A mapping laid over a file: which cell of a line feeds which column, and what a row must obey.
//!
//! Never here: lines, or what becomes of a row.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::cell::{self, Bad, Unit};
use super::failure::Failure;
use super::mapping::Mapping;
use super::source::Source;
use crate::domain::calendar::{self, Day};
use crate::domain::fact::{Cell, Column, Fact, Kind};

/// A mapping laid over a file.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) fact: &'static Fact,
    pub(super) slots: Vec<Slot>,
    /// How many columns the file's header names.
    pub(super) width: usize,
    /// The slot of the day a row is about: the first day or time every row must have.
    pub(super) dated: Option<usize>,
    keys: Vec<usize>,
    orders: Vec<(usize, usize)>,
    today: Day,
}

/// One column of the fact and where its cell stands.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) column: &'static Column,
    pub(super) header: Option<String>,
    at: Option<usize>,
    unit: Unit,
    words: BTreeMap<String, &'static str>,
}

/// A rule that a row breaks, though each of its cells can be read.
#[derive(Debug)]
pub(super) struct Breach {
    pub(super) slot: usize,
    pub(super) reason: String,
}

impl Plan {
    pub(super) fn new(source: &Source, mapping: &Mapping, today: Day) -> Result<Self, Failure> {
        let fact = mapping.fact();
        let places = mapping.places(source.name(), source.header())?;
        let slot = |(column, place): (_, Option<(usize, &super::mapping::Feed)>)| Slot {
            column,
            header: place.map(|it| it.1.header.clone()),
            at: place.map(|it| it.0),
            unit: place.map_or(Unit::Plain, |it| it.1.unit),
            words: place.map(|it| lower(&it.1.words)).unwrap_or_default(),
        };
        let find = |name: &str| fact.columns.iter().position(|it| it.name == name);
        let timed = |it: &Column| it.required && matches!(it.kind, Kind::Day | Kind::Minute);
        let pairs = fact.order.iter().filter_map(|it| find(it.0).zip(find(it.1)));
        Ok(Self {
            fact,
            slots: fact.columns.iter().zip(places).map(slot).collect(),
            width: source.header().len(),
            dated: fact.columns.iter().position(timed),
            keys: fact.key.iter().filter_map(|it| find(it)).collect(),
            orders: pairs.collect(),
            today,
        })
    }

    /// The text of a slot's cell, empty where the line or the mapping has none.
    pub(super) fn raw<'a>(&self, slot: usize, record: &'a csv::StringRecord) -> &'a str {
        self.slots[slot].at.and_then(|it| record.get(it)).unwrap_or_default()
    }

    /// Reads a slot's cell.
    pub(super) fn cell(&self, slot: usize, record: &csv::StringRecord) -> Result<Cell, Bad> {
        let slot = &self.slots[slot];
        let Some(at) = slot.at else { return Ok(Cell::Null) };
        let raw = record.get(at).unwrap_or_default();
        let read = cell::parse(slot.column.kind, slot.column.required, slot.unit, raw);
        if read.is_err()
            && !slot.words.is_empty()
            && let Some(word) = slot.words.get(&raw.trim().to_lowercase())
        {
            return Ok(Cell::Text((*word).to_owned()));
        }
        read
    }

    /// Whether a line has more cells than the header, and one of those holds something.
    pub(super) fn too_long(&self, record: &csv::StringRecord) -> Option<String> {
        let extra = record.len() > self.width
            && record.iter().skip(self.width).any(|it| !it.trim().is_empty());
        extra.then(|| {
            format!(
                "the row has {} cells and the header {}: a cell that holds the delimiter needs \
                 quotation marks around it",
                record.len(),
                self.width
            )
        })
    }

    /// The first rule the row breaks.
    pub(super) fn breach(&self, cells: &[Cell]) -> Option<Breach> {
        for (earlier, later) in &self.orders {
            let (Cell::Int(first), Cell::Int(second)) = (&cells[*earlier], &cells[*later]) else {
                continue;
            };
            if self.precedes(*later, *second, *earlier, *first) {
                let name = self.slots[*earlier].column.name;
                let reason = format!("is before {name} ({})", self.words(*earlier, *first));
                return Some(Breach { slot: *later, reason });
            }
        }
        let slot = self.dated?;
        let Cell::Int(number) = cells[slot] else { return None };
        (self.day(slot, number) > self.today).then(|| Breach {
            slot,
            reason: format!("is after today ({}): load the row once it has happened", self.today),
        })
    }

    /// The day a number of this slot stands for, when it stands for one.
    pub(super) fn day_of(&self, slot: usize, cell: &Cell) -> Option<Day> {
        let timed = matches!(self.slots[slot].column.kind, Kind::Day | Kind::Minute);
        match cell {
            Cell::Int(number) if timed => Some(self.day(slot, *number)),
            _ => None,
        }
    }

    /// Whether a day lies beyond the day of reading.
    pub(super) fn is_future(&self, day: Day) -> bool {
        day > self.today
    }

    /// The natural key: the typed values joined by `|`, days as ISO text.
    pub(super) fn key(&self, cells: &[Cell]) -> String {
        let mut key = String::with_capacity(24);
        for (at, slot) in self.keys.iter().enumerate() {
            if at > 0 {
                key.push('|');
            }
            match &cells[*slot] {
                Cell::Null => {}
                Cell::Text(text) => key.push_str(text),
                Cell::Int(number) => self.write(&mut key, *slot, *number),
            }
        }
        key
    }

    /// A number of this slot as people write it.
    pub(super) fn words(&self, slot: usize, number: i64) -> String {
        let mut text = String::new();
        self.write(&mut text, slot, number);
        text
    }

    fn write(&self, text: &mut String, slot: usize, number: i64) {
        // Writing to a string cannot fail.
        let _ = match self.slots[slot].column.kind {
            Kind::Day => write!(text, "{}", Day(number as i32)),
            Kind::Minute => write!(text, "{}", calendar::minute_text(number)),
            _ => write!(text, "{number}"),
        };
    }

    fn day(&self, slot: usize, number: i64) -> Day {
        match self.slots[slot].column.kind {
            Kind::Minute => Day(number.div_euclid(1440) as i32),
            _ => Day(number as i32),
        }
    }

    /// Times are compared by the minute, unless one is a bare day (midnight).
    fn precedes(&self, slot: usize, number: i64, before: usize, first: i64) -> bool {
        let exact = [(slot, number), (before, first)].iter().all(|(slot, number)| {
            matches!(self.slots[*slot].column.kind, Kind::Minute) && number.rem_euclid(1440) != 0
        });
        if exact { number < first } else { self.day(slot, number) < self.day(before, first) }
    }
}

/// Case does not matter in an office's own words either.
fn lower(words: &BTreeMap<String, &'static str>) -> BTreeMap<String, &'static str> {
    words.iter().map(|it| (it.0.to_lowercase(), *it.1)).collect()
}
