//! Which rows are tested together: a file says so, or rows are dealt, of classes by class.
//!
//! Never here: a fit, or a fold that differs between models.

use std::collections::BTreeMap;
use std::path::Path;

use learn::rng::Rng;

use super::super::{Error, Result};
use super::{invalid, table};
use crate::domain::count::{counted, grouped};
use crate::domain::told::Kind;

/// Folds without a file.
pub(super) const FOLDS: usize = 5;
/// Column of a folds file.
const COLUMN: &str = "fold";

/// The rows tested by one fold; all others train it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fold {
    /// Its name: what the file calls it, or its number.
    pub(super) name: String,
    /// Rows it tests, ascending, from 0.
    pub(super) test: Vec<usize>,
}

/// The folds of a file with one row for each row of the data, in order of their names.
pub(super) fn read(file: &Path, rows: usize) -> Result<Vec<Fold>> {
    let names = table::texts(file, COLUMN)?;
    if names.len() != rows {
        return Err(invalid(
            format!(
                "{} has {}, the data {}.",
                file.display(),
                counted(names.len() as u64, "row"),
                grouped(rows as u64)
            ),
            "A folds file has one row for each row of the data, in the same order.",
        ));
    }
    if let Some(row) = names.iter().position(|it| table::is_missing(it)) {
        return Err(invalid(
            format!("{}, row {}: no fold.", file.display(), row + 1),
            "Give every row the fold that tests it.",
        ));
    }
    let mut tests: BTreeMap<(u64, &str), Vec<usize>> = BTreeMap::new();
    for (row, name) in names.iter().enumerate() {
        // Numbers in their order, 2 before 10; other names after them.
        let order = name.parse().unwrap_or(u64::MAX);
        tests.entry((order, name)).or_default().push(row);
    }
    if tests.len() < 2 {
        return Err(invalid(
            format!("{} names one fold only.", file.display()),
            "At least two are needed: each is tested by what the others teach.",
        ));
    }
    Ok(tests.into_iter().map(|((_, name), test)| Fold { name: name.to_owned(), test }).collect())
}

/// Stratified folds: the rows of each class are shuffled and dealt in turn, the ones first; the
/// zeros go on where the ones ended. The same for every model of a seed.
pub(super) fn deal(target: &[f64], seed: u64) -> Vec<Fold> {
    let (mut ones, mut zeros): (Vec<usize>, Vec<usize>) =
        (0..target.len()).partition(|row| target[*row] > 0.5);
    let mut rng = Rng::new(seed);
    rng.shuffle(&mut ones);
    rng.shuffle(&mut zeros);
    dealt(ones.into_iter().chain(zeros))
}

/// Folds of rows shuffled and dealt in turn, for a target of numbers.
pub(super) fn deal_all(rows: usize, seed: u64) -> Vec<Fold> {
    let mut order: Vec<usize> = (0..rows).collect();
    Rng::new(seed).shuffle(&mut order);
    dealt(order.into_iter())
}

fn dealt(rows: impl Iterator<Item = usize>) -> Vec<Fold> {
    let fold = |it: usize| Fold { name: it.to_string(), test: Vec::new() };
    let mut folds: Vec<Fold> = (0..FOLDS).map(fold).collect();
    for (turn, row) in rows.enumerate() {
        folds[turn % FOLDS].test.push(row);
    }
    for fold in &mut folds {
        fold.test.sort_unstable();
    }
    folds
}

/// In every fold the numbers must vary, and among those left to learn from.
pub(super) fn check_numbers(folds: &[Fold], target: &[f64]) -> Result<()> {
    let mut place: Vec<usize> = vec![0; target.len()];
    for (at, fold) in folds.iter().enumerate() {
        fold.test.iter().for_each(|row| place[*row] = at);
    }
    for (at, fold) in folds.iter().enumerate() {
        let varies = |inside: bool| {
            let rows = (0..target.len()).filter(|row| (place[*row] == at) == inside);
            let mut numbers = rows.map(|row| target[row]);
            let first = numbers.next();
            numbers.any(|it| Some(it) != first)
        };
        let which = match (varies(true), varies(false)) {
            (true, true) => continue,
            (false, _) => "its rows have no two different targets",
            (_, false) => "the rows left to learn from have no two different targets",
        };
        return Err(Error::told(
            Kind::NotEnough,
            format!("Not enough data in fold {}: {which}.", fold.name),
            "Use fewer folds, or more rows.",
        ));
    }
    Ok(())
}

/// Every fold must hold both classes, and leave both to learn from.
pub(super) fn check(folds: &[Fold], target: &[f64]) -> Result<()> {
    let ones = |rows: &[usize]| rows.iter().filter(|row| target[**row] > 0.5).count();
    let all = target.iter().filter(|it| **it > 0.5).count();
    let one_class = |ones: usize, rows: usize| match ones {
        0 => Some(0),
        _ if ones == rows => Some(1),
        _ => None,
    };
    let tested = |it: &Fold| {
        let rows = counted(it.test.len() as u64, "row");
        one_class(ones(&it.test), it.test.len())
            .map(|class| format!("fold {}: all of its {rows} have target {class}", it.name))
    };
    let left = |it: &Fold| {
        one_class(all - ones(&it.test), target.len() - it.test.len()).map(|class| {
            format!("fold {}: all rows left to learn from have target {class}", it.name)
        })
    };
    match folds.iter().find_map(tested).or_else(|| folds.iter().find_map(left)) {
        None => Ok(()),
        Some(found) => Err(Error::told(
            Kind::NotEnough,
            format!("Not enough data in {found}."),
            "Both classes are needed in every fold: use fewer folds, or more rows.",
        )),
    }
}
