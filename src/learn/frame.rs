//! The table a model learns from: columns, target, weights, persons, months.
//!
//! Checked once, in [`Frame::new`]; nothing behind it checks again. Never imputes, sorts or drops.

use crate::error::{Error, Result};
use std::collections::BTreeSet;

/// Index of a missing category in [`ColumnKind::Nominal`].
pub const MISSING: u32 = u32::MAX;

/// One named column.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Name, unique in a frame.
    pub name: String,
    /// Values.
    pub kind: ColumnKind,
}

/// The values of a column.
#[derive(Clone, Debug, PartialEq)]
pub enum ColumnKind {
    /// Numbers with an order; NaN is missing, infinities are refused.
    Continuous(Vec<f64>),
    /// Categories without an order.
    Nominal {
        /// Distinct labels.
        labels: Vec<String>,
        /// Per row the position of its label, or [`MISSING`].
        index: Vec<u32>,
    },
}

/// One cell, as given to a model for a single row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// A number; NaN is missing.
    Number(f64),
    /// A category.
    Label(&'a str),
    /// Nothing known.
    Missing,
}

impl Column {
    /// A column of numbers; NaN is missing.
    pub fn continuous(name: impl Into<String>, values: Vec<f64>) -> Self {
        Self { name: name.into(), kind: ColumnKind::Continuous(values) }
    }

    /// A column of categories, labels collected and sorted from the values; `None` is missing.
    pub fn nominal<S: AsRef<str>>(name: impl Into<String>, values: &[Option<S>]) -> Self {
        let distinct: BTreeSet<&str> = values.iter().flatten().map(AsRef::as_ref).collect();
        let labels: Vec<String> = distinct.into_iter().map(str::to_owned).collect();
        let place = |value: &Option<S>| {
            let label = value.as_ref()?.as_ref();
            labels.binary_search_by(|it| it.as_str().cmp(label)).ok()
        };
        let index = values.iter().map(|it| place(it).map_or(MISSING, |i| i as u32)).collect();
        Self { name: name.into(), kind: ColumnKind::Nominal { labels, index } }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        match &self.kind {
            ColumnKind::Continuous(values) => values.len(),
            ColumnKind::Nominal { index, .. } => index.len(),
        }
    }

    /// Whether it has no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The cell of a row; [`Value::Missing`] past the end.
    pub fn value(&self, row: usize) -> Value<'_> {
        match &self.kind {
            ColumnKind::Continuous(values) => match values.get(row) {
                Some(x) if !x.is_nan() => Value::Number(*x),
                _ => Value::Missing,
            },
            ColumnKind::Nominal { labels, index } => index
                .get(row)
                .and_then(|i| labels.get(*i as usize))
                .map_or(Value::Missing, |label| Value::Label(label)),
        }
    }

    /// Whether all rows hold the same value (missing counts as a value).
    pub fn is_constant(&self) -> bool {
        match &self.kind {
            ColumnKind::Continuous(values) => {
                values.windows(2).all(|it| it[0] == it[1] || (it[0].is_nan() && it[1].is_nan()))
            }
            ColumnKind::Nominal { index, .. } => index.windows(2).all(|it| it[0] == it[1]),
        }
    }

    /// The column of the given rows, in their order. Panics if a row is past the end.
    #[must_use]
    fn take(&self, rows: &[usize]) -> Self {
        let kind = match &self.kind {
            ColumnKind::Continuous(values) => {
                ColumnKind::Continuous(rows.iter().map(|i| values[*i]).collect())
            }
            ColumnKind::Nominal { labels, index } => ColumnKind::Nominal {
                labels: labels.clone(),
                index: rows.iter().map(|i| index[*i]).collect(),
            },
        };
        Self { name: self.name.clone(), kind }
    }

    fn check(&self, rows: usize) -> Result<()> {
        check_length(&self.name, self.len(), rows)?;
        match &self.kind {
            ColumnKind::Continuous(values) => match values.iter().position(|it| it.is_infinite()) {
                Some(row) => Err(Error::Infinite { column: self.name.clone(), row }),
                None => Ok(()),
            },
            ColumnKind::Nominal { labels, index } => {
                check_distinct(labels.iter())?;
                let past = |it: &u32| *it != MISSING && *it as usize >= labels.len();
                match index.iter().position(past) {
                    Some(row) => Err(Error::Category { column: self.name.clone(), row }),
                    None => Ok(()),
                }
            }
        }
    }
}

/// Columns of equal length with a 0/1 target, and whom and when each row is about.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    columns: Vec<Column>,
    target: Vec<f64>,
    weight: Option<Vec<f64>>,
    group: Vec<u32>,
    time: Vec<i32>,
    numeric: bool,
}

impl Frame {
    /// Checks and keeps. `target` is 0 or 1; `weight` positive and finite; `group` numbers the
    /// person of each row (any numbers); `time` is the month of each row on any scale of whole
    /// months. All have one entry per row.
    pub fn new(
        columns: Vec<Column>,
        target: Vec<f64>,
        weight: Option<Vec<f64>>,
        group: Vec<u32>,
        time: Vec<i32>,
    ) -> Result<Self> {
        if let Some(row) = target.iter().position(|it| *it != 0.0 && *it != 1.0) {
            return Err(Error::Target { row });
        }
        Ok(Self { numeric: false, ..Self::numeric(columns, target, weight, group, time)? })
    }

    /// As [`Frame::new`], but the target is any finite number: for
    /// [`crate::ebm::Objective::Squared`] only.
    pub fn numeric(
        columns: Vec<Column>,
        target: Vec<f64>,
        weight: Option<Vec<f64>>,
        group: Vec<u32>,
        time: Vec<i32>,
    ) -> Result<Self> {
        let rows = target.len();
        if rows == 0 || columns.is_empty() {
            return Err(Error::Empty);
        }
        check_distinct(columns.iter().map(|it| &it.name))?;
        columns.iter().try_for_each(|it| it.check(rows))?;
        if let Some(row) = target.iter().position(|it| !it.is_finite()) {
            return Err(Error::Target { row });
        }
        if let Some(weight) = &weight {
            check_length("weight", weight.len(), rows)?;
            if let Some(row) = weight.iter().position(|it| !it.is_finite() || *it <= 0.0) {
                return Err(Error::Weight { row });
            }
        }
        check_length("group", group.len(), rows)?;
        check_length("time", time.len(), rows)?;
        Ok(Self { columns, target, weight, group, time, numeric: true })
    }

    /// Number of rows, at least 1.
    pub fn rows(&self) -> usize {
        self.target.len()
    }

    /// Whether the target may be any number, not only 0 and 1.
    pub fn is_numeric(&self) -> bool {
        self.numeric
    }

    /// The columns.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The targets, each 0 or 1 unless the frame is numeric.
    pub fn target(&self) -> &[f64] {
        &self.target
    }

    /// The weights, if rows differ in weight.
    pub fn weight(&self) -> Option<&[f64]> {
        self.weight.as_deref()
    }

    /// Weight of a row: 1 if none were given.
    pub fn weight_of(&self, row: usize) -> f64 {
        self.weight.as_ref().map_or(1.0, |it| it[row])
    }

    /// The person of each row.
    pub fn group(&self) -> &[u32] {
        &self.group
    }

    /// The month of each row.
    pub fn time(&self) -> &[i32] {
        &self.time
    }

    /// Number of rows with target 1.
    pub fn events(&self) -> usize {
        self.target.iter().filter(|it| **it > 0.5).count()
    }

    /// Weighted share of target 1.
    pub fn base_rate(&self) -> f64 {
        let (mut hits, mut all) = (0.0, 0.0);
        for (row, y) in self.target.iter().enumerate() {
            hits += self.weight_of(row) * y;
            all += self.weight_of(row);
        }
        hits / all
    }

    /// [`Error::OneClass`] if all targets are equal.
    pub fn check_two_classes(&self) -> Result<()> {
        let events = self.events();
        if events == 0 || events == self.rows() { Err(Error::OneClass) } else { Ok(()) }
    }

    /// [`Error::OneClass`] if all targets are equal, whatever they are.
    pub fn check_target_varies(&self) -> Result<()> {
        let constant = self.target.windows(2).all(|it| it[0] == it[1]);
        if constant { Err(Error::OneClass) } else { Ok(()) }
    }

    /// [`Error::AllConstant`] if no column takes two values. A model may hold some constant columns:
    /// they get no effect; see [`Frame::constant_columns`] to tell the reader.
    pub fn check_some_column_varies(&self) -> Result<()> {
        if self.columns.iter().all(Column::is_constant) { Err(Error::AllConstant) } else { Ok(()) }
    }

    /// Names of columns that hold one value only.
    pub fn constant_columns(&self) -> Vec<&str> {
        self.columns.iter().filter(|it| it.is_constant()).map(|it| it.name.as_str()).collect()
    }

    /// Persons with at least one row, ascending.
    pub fn groups(&self) -> Vec<u32> {
        let distinct: BTreeSet<u32> = self.group.iter().copied().collect();
        distinct.into_iter().collect()
    }

    /// The cells of a row, in column order. All missing if the row is past the end.
    pub fn row(&self, row: usize) -> Vec<Value<'_>> {
        self.columns.iter().map(|it| it.value(row)).collect()
    }

    /// The frame of some rows, in their order; a row may repeat. [`Error::Empty`] without rows,
    /// [`Error::Value`] if one is past the end.
    pub fn take(&self, rows: &[usize]) -> Result<Self> {
        if rows.is_empty() {
            return Err(Error::Empty);
        }
        if let Some(row) = rows.iter().position(|it| *it >= self.rows()) {
            return Err(Error::Value { what: "row number", row });
        }
        Ok(Self {
            columns: self.columns.iter().map(|it| it.take(rows)).collect(),
            target: rows.iter().map(|i| self.target[*i]).collect(),
            weight: self.weight.as_ref().map(|it| rows.iter().map(|i| it[*i]).collect()),
            group: rows.iter().map(|i| self.group[*i]).collect(),
            time: rows.iter().map(|i| self.time[*i]).collect(),
            numeric: self.numeric,
        })
    }
}

fn check_length(what: &str, have: usize, need: usize) -> Result<()> {
    if have == need { Ok(()) } else { Err(Error::Length { what: what.to_owned(), have, need }) }
}

fn check_distinct<'a>(names: impl Iterator<Item = &'a String>) -> Result<()> {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name) {
            return Err(Error::Duplicate { name: name.clone() });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(values: Vec<f64>, target: Vec<f64>) -> Result<Frame> {
        let rows = target.len();
        let columns = vec![Column::continuous("x", values)];
        Frame::new(columns, target, None, (0..rows as u32).collect(), vec![0; rows])
    }

    #[test]
    fn bad_input_is_named() {
        assert_eq!(frame(vec![], vec![]), Err(Error::Empty));
        let infinite = Error::Infinite { column: "x".into(), row: 1 };
        assert_eq!(frame(vec![0.0, f64::INFINITY], vec![0.0, 1.0]), Err(infinite));
        let length = Error::Length { what: "x".into(), have: 1, need: 2 };
        assert_eq!(frame(vec![0.0], vec![0.0, 1.0]), Err(length));
        assert_eq!(frame(vec![0.0], vec![f64::NAN]), Err(Error::Target { row: 0 }));
        assert!(frame(vec![f64::NAN], vec![1.0]).is_ok(), "NaN is missing");
        let index = ColumnKind::Nominal { labels: vec!["a".into()], index: vec![0, 1] };
        let column = Column { name: "c".into(), kind: index };
        let bad = Frame::new(vec![column], vec![0.0, 1.0], None, vec![0, 1], vec![0, 0]);
        assert_eq!(bad, Err(Error::Category { column: "c".into(), row: 1 }));
        let x = || Column::continuous("x", vec![1.0]);
        let twice = Frame::new(vec![x(), x()], vec![0.0], None, vec![0], vec![0]);
        assert_eq!(twice, Err(Error::Duplicate { name: "x".into() }));
        let weight = Frame::new(vec![x()], vec![0.0], Some(vec![0.0]), vec![0], vec![0]);
        assert_eq!(weight, Err(Error::Weight { row: 0 }));
    }

    #[test]
    fn rows_are_taken_in_order() {
        let frame = frame(vec![1.0, 2.0, 3.0], vec![0.0, 1.0, 0.0]).unwrap();
        let part = frame.take(&[2, 0, 2]).unwrap();
        assert_eq!(part.row(0), [Value::Number(3.0)]);
        assert_eq!(part.group(), [2, 0, 2]);
        assert_eq!(frame.take(&[]), Err(Error::Empty));
        assert!(frame.take(&[3]).is_err());
    }

    #[test]
    fn labels_are_sorted_and_missing_is_kept() {
        let column = Column::nominal("c", &[Some("b"), None, Some("a")]);
        assert_eq!(column.value(0), Value::Label("b"));
        assert_eq!(column.value(1), Value::Missing);
        assert_eq!(column.value(2), Value::Label("a"));
    }
}
