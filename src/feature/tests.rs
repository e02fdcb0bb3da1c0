//! Features against cases computed by hand, and the laws of the rows.

mod cases;
mod laws;
mod random;
mod speed;

use super::around::Around;
use super::{months_for, rows};
use crate::domain::calendar::{Day, Month};
use crate::domain::fact::{Cell, Row, by_table};
use crate::store::months::{self, MonthRow, Want};
use crate::store::{Result, Store};

/// A row of a fact; columns not named are empty.
#[track_caller]
fn fact(table: &str, values: &[(&str, Cell)]) -> Row {
    let fact = by_table(table).expect("a fact");
    let mut cells = vec![Cell::Null; fact.columns.len()];
    for (name, cell) in values {
        let at = fact.columns.iter().position(|it| it.name == *name);
        cells[at.unwrap_or_else(|| panic!("{table} has no {name}"))] = cell.clone();
    }
    let key: Vec<String> = fact
        .key
        .iter()
        .map(|name| match values.iter().find(|it| it.0 == *name).map(|it| &it.1) {
            None | Some(Cell::Null) => String::new(),
            Some(Cell::Int(number)) => number.to_string(),
            Some(Cell::Text(text)) => text.clone(),
        })
        .collect();
    Row { key: key.join("|"), cells }
}

fn text(it: impl Into<String>) -> Cell {
    Cell::Text(it.into())
}

fn on(it: Day) -> Cell {
    Cell::Int(i64::from(it.0))
}

/// Minutes since 1970 of a day at eight.
fn at_eight(it: Day) -> i64 {
    i64::from(it.0) * 1440 + 480
}

/// Everyone's rows of one month, whatever the data's span, from the facts as they are.
fn rows_of_month(store: &Store, month: Month) -> Vec<MonthRow> {
    let rows = store.read_long(move |read| -> Result<_> {
        let around = Around::load(read)?;
        let mut all = Vec::new();
        for who in around.people() {
            all.append(&mut rows::months_of(read, &around, who, &[month])?);
        }
        Ok(all)
    });
    rows.expect("the rows are computed")
}

/// Computes what is wanted and keeps it, as the program does.
fn refresh(store: &Store, want: Option<Want>) -> usize {
    let done = store.write(move |tx| -> Result<_> {
        let want = match want {
            Some(want) => want,
            None => months::read_stale(tx)?,
        };
        let rows = months_for(tx, &want, &mut |_, _| true)?;
        months::replace(tx, &rows, &want)?;
        months::clear_stale(tx, &want)?;
        Ok(rows.len())
    });
    done.expect("the rows are kept")
}
