//! The first rows of a file as they would be read, with every problem in its cell.
//!
//! Never here: HTML, or the whole file.

use super::failure::Failure;
use super::mapping::Mapping;
use super::plan::Plan;
use super::source::Source;
use super::{PREVIEW_ROWS, cut};
use crate::domain::calendar::Day;
use crate::domain::fact::{Cell, Column, Kind};

/// The first rows of a file.
#[derive(Clone, Debug)]
pub struct Preview {
    /// The fact's columns that something feeds, in order.
    pub columns: Vec<&'static Column>,
    /// At most `PREVIEW_ROWS` rows.
    pub rows: Vec<PreviewRow>,
}

/// One row.
#[derive(Clone, Debug)]
pub struct PreviewRow {
    /// Its line in the file.
    pub row: u64,
    /// One cell for each column of the preview.
    pub cells: Vec<PreviewCell>,
    /// What is wrong with the row as a whole.
    pub problem: Option<String>,
}

/// One cell.
#[derive(Clone, Debug)]
pub struct PreviewCell {
    /// As the file has it, cut.
    pub raw: String,
    /// As it would be read: days as ISO text, money as `31.50`; empty when nothing is given.
    pub read: String,
    /// What is wrong with it, to be read after the value.
    pub problem: Option<String>,
}

/// Reads the first rows under a mapping.
pub fn preview(source: &Source, mapping: &Mapping, today: Day) -> Result<Preview, Failure> {
    let plan = Plan::new(source, mapping, today)?;
    let fed: Vec<usize> =
        (0..plan.slots.len()).filter(|it| plan.slots[*it].header.is_some()).collect();
    let columns = fed.iter().map(|it| plan.slots[*it].column).collect();
    let mut records = source.records()?;
    let mut rows = Vec::new();
    while rows.len() < PREVIEW_ROWS {
        let Some(row) = records.read()? else { break };
        if records.is_blank() {
            continue;
        }
        let problem = plan.too_long(&records.record);
        rows.push(PreviewRow { row, cells: cells(&plan, &fed, &records.record), problem });
    }
    Ok(Preview { columns, rows })
}

fn cells(plan: &Plan, fed: &[usize], record: &csv::StringRecord) -> Vec<PreviewCell> {
    let mut values = vec![Cell::Null; plan.slots.len()];
    let mut problems = vec![None; plan.slots.len()];
    for slot in 0..plan.slots.len() {
        match plan.cell(slot, record) {
            Ok(cell) => values[slot] = cell,
            Err(bad) => problems[slot] = Some(bad.reason),
        }
    }
    if let Some(breach) = plan.breach(&values) {
        problems[breach.slot].get_or_insert(breach.reason);
    }
    let cell = |slot: &usize| PreviewCell {
        raw: cut(plan.raw(*slot, record).trim()),
        read: cut(&words(plan, *slot, &values[*slot])),
        problem: problems[*slot].take(),
    };
    fed.iter().map(cell).collect()
}

fn words(plan: &Plan, slot: usize, cell: &Cell) -> String {
    match (cell, plan.slots[slot].column.kind) {
        (Cell::Null, _) => String::new(),
        (Cell::Text(text), _) => text.clone(),
        (Cell::Int(cents), Kind::Cents) => {
            let sign = if *cents < 0 { "-" } else { "" };
            format!("{sign}{}.{:02}", cents.unsigned_abs() / 100, cents.unsigned_abs() % 100)
        }
        (Cell::Int(flag), Kind::Bool) => if *flag == 1 { "yes" } else { "no" }.to_owned(),
        (Cell::Int(number), _) => plan.words(slot, *number),
    }
}
