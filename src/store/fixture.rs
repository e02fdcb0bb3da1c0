//! A small office in a scratch folder, for tests: real SQLite, real loader.
//!
//! Never outside tests.

use super::facts::{Counts, Loader, Put};
use super::{Error, Store};
use crate::clock::Clock;
use crate::domain::calendar::Day;
use crate::domain::fact::{Cell, Row, by_table};

/// A store in a folder that goes away with it.
pub(crate) struct Scratch {
    /// The store.
    pub(crate) store: Store,
    dir: tempfile::TempDir,
}

/// Something a cell can be made from.
pub(crate) trait IntoCell {
    fn cell(&self) -> Cell;
}

impl IntoCell for i64 {
    fn cell(&self) -> Cell {
        Cell::Int(*self)
    }
}
impl IntoCell for i32 {
    fn cell(&self) -> Cell {
        Cell::Int(i64::from(*self))
    }
}
impl IntoCell for Day {
    fn cell(&self) -> Cell {
        Cell::Int(i64::from(self.0))
    }
}
impl IntoCell for &str {
    fn cell(&self) -> Cell {
        Cell::Text((*self).to_owned())
    }
}
impl IntoCell for String {
    fn cell(&self) -> Cell {
        Cell::Text(self.clone())
    }
}

/// The day of an ISO date.
#[track_caller]
pub(crate) fn day(text: &str) -> Day {
    Day::parse(text).expect("an ISO date")
}

impl Scratch {
    /// An empty store, the clock standing at 2026-11-24.
    pub(crate) fn empty() -> Self {
        let dir = tempfile::tempdir().expect("a scratch folder");
        let noon = i64::from(day("2026-11-24").0) * 86_400 + 43_200;
        let store = Store::open(dir.path(), Clock::Fixed(noon)).expect("a store");
        Self { store, dir }
    }

    /// The folder of the store, for opening it a second time.
    pub(crate) fn path(&self) -> &std::path::Path {
        self.dir.path()
    }

    /// Office `O1` with zones `Z1` and `Z2`.
    pub(crate) fn office() -> Self {
        let it = Self::empty();
        it.put("office", &[("code", &"O1"), ("name", &"Northgate")]);
        for (code, name) in [("Z1", "North"), ("Z2", "Lakes")] {
            it.put("zone", &[("code", &code), ("office", &"O1"), ("name", &name)]);
        }
        it
    }

    /// A laundry technician of `O1`, employed from a day on.
    pub(crate) fn hire(&self, employee_no: &str, zone: &str, hired_on: &str) {
        self.put(
            "technician",
            &[
                ("employee_no", &employee_no),
                ("display_name", &employee_no),
                ("office", &"O1"),
                ("zone", &zone),
                ("trade", &"laundry"),
            ],
        );
        self.put("employment", &[("employee_no", &employee_no), ("hired_on", &day(hired_on))]);
    }

    /// Puts one row; columns not named are empty.
    #[track_caller]
    pub(crate) fn put(&self, table: &str, values: &[(&str, &dyn IntoCell)]) -> Put {
        let fact = by_table(table).expect("a fact");
        for (name, _) in values {
            assert!(fact.columns.iter().any(|it| it.name == *name), "{table} has no {name}");
        }
        let cell =
            |name: &str| values.iter().find(|it| it.0 == name).map_or(Cell::Null, |it| it.1.cell());
        let key: Vec<String> = fact
            .key
            .iter()
            .map(|name| match cell(name) {
                Cell::Null => String::new(),
                Cell::Int(number) => number.to_string(),
                Cell::Text(text) => text,
            })
            .collect();
        let cells = fact.columns.iter().map(|it| cell(it.name)).collect();
        let row = Row { key: key.join("|"), cells };
        let (put, _) = self.load(table, vec![row]);
        put.into_iter().next().expect("one row")
    }

    /// Puts rows in one transaction.
    pub(crate) fn load(&self, table: &str, rows: Vec<Row>) -> (Vec<Put>, Counts) {
        let fact = by_table(table).expect("a fact");
        self.store
            .write(move |tx| -> Result<_, Error> {
                let mut loader = Loader::new(tx, fact, "test")?;
                let put = rows.iter().map(|it| loader.put(it)).collect::<Result<_, _>>()?;
                Ok((put, loader.finish()?.0))
            })
            .expect("the rows are put")
    }
}
