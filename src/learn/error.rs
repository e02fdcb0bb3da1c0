//! Every way the crate refuses input, as one enum that names the column and the row.
//!
//! Never holds another library's error type: callers match on these variants and on nothing else.

use std::fmt;

/// Result of everything fallible in this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// Why input was refused or a fit not finished. Rows count from 0.
#[derive(Clone, Debug, PartialEq)]
pub enum Error {
    /// No rows, or no columns.
    Empty,
    /// A vector has another length than the frame has rows.
    Length {
        /// Column name, or `target`, `weight`, `group`, `time`.
        what: String,
        /// Entries given.
        have: usize,
        /// Entries needed.
        need: usize,
    },
    /// A continuous value is plus or minus infinity (NaN means missing and is allowed).
    Infinite {
        /// Column name.
        column: String,
        /// Row of the value.
        row: usize,
    },
    /// A category index points past the labels.
    Category {
        /// Column name.
        column: String,
        /// Row of the index.
        row: usize,
    },
    /// Two columns share a name, or two categories of a column share a label.
    Duplicate {
        /// The name that occurs twice.
        name: String,
    },
    /// A target is not 0 or 1.
    Target {
        /// Row of the target.
        row: usize,
    },
    /// A weight is negative, zero, NaN or infinite.
    Weight {
        /// Row of the weight.
        row: usize,
    },
    /// A score, probability or time handed to a measure is NaN or out of its range.
    Value {
        /// What was out of range.
        what: &'static str,
        /// Position of the value.
        row: usize,
    },
    /// All targets are equal: nothing can be learned or measured.
    OneClass,
    /// No column takes two different values.
    AllConstant,
    /// Fewer groups (persons) than the procedure needs.
    TooFewGroups {
        /// Groups with what is needed.
        have: usize,
        /// Least number.
        need: usize,
    },
    /// A column of the input is not the column the model was fitted on.
    ColumnMismatch {
        /// Name the model expects at this place.
        expected: String,
        /// Name, kind or count found instead.
        found: String,
    },
    /// An option is out of its range.
    Option {
        /// Name of the option.
        name: &'static str,
        /// What it must be.
        must: &'static str,
    },
    /// An iteration did not settle; the data separate or are degenerate.
    NotConverged {
        /// The procedure.
        what: &'static str,
    },
    /// The caller's progress said stop.
    Cancelled,
    /// A change of a model's scores that cannot be made.
    Edit {
        /// What stands against it.
        why: String,
    },
    /// Models that cannot be put together.
    Merge {
        /// Which model, and what sets it apart.
        why: String,
    },
    /// A series that a method cannot forecast.
    Series {
        /// What it lacks.
        why: String,
    },
    /// A stored model breaks its own format.
    Artifact {
        /// What is wrong.
        why: String,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "no rows or no columns"),
            Self::Length { what, have, need } => {
                write!(f, "{what} has {have} entries, {need} needed")
            }
            Self::Infinite { column, row } => {
                write!(f, "column {column}, row {row}: infinite value")
            }
            Self::Category { column, row } => {
                write!(f, "column {column}, row {row}: category index past the labels")
            }
            Self::Duplicate { name } => write!(f, "{name} occurs twice"),
            Self::Target { row } => write!(
                f,
                "row {row}: target is neither 0 nor 1 (or no finite number where numbers are allowed)"
            ),
            Self::Weight { row } => write!(f, "row {row}: weight is not positive and finite"),
            Self::Value { what, row } => write!(f, "row {row}: {what} is out of range"),
            Self::OneClass => write!(f, "all targets are equal"),
            Self::AllConstant => write!(f, "no column takes two different values"),
            Self::TooFewGroups { have, need } => write!(f, "{have} groups, {need} needed"),
            Self::ColumnMismatch { expected, found } => {
                write!(f, "expected column {expected}, found {found}")
            }
            Self::Option { name, must } => write!(f, "option {name} must be {must}"),
            Self::NotConverged { what } => write!(f, "{what} did not converge"),
            Self::Cancelled => write!(f, "cancelled"),
            Self::Edit { why } => write!(f, "scores not changed: {why}"),
            Self::Merge { why } => write!(f, "models not merged: {why}"),
            Self::Series { why } => write!(f, "no forecast: {why}"),
            Self::Artifact { why } => write!(f, "stored model refused: {why}"),
        }
    }
}

impl std::error::Error for Error {}
