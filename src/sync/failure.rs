//! Why a whole file cannot be read: what happened, where, and what to do.
//!
//! A row that cannot be read is not a failure but a `read::Rejected`. Never here: a cause without
//! a remedy.

use std::fmt;

use crate::domain::told::{Kind, Told};

/// A file that cannot be read, or not to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Name of the file or folder.
    pub file: String,
    /// Line in the file, 1 being the first, when the trouble has a place.
    pub row: Option<u64>,
    /// What happened.
    pub what: What,
}

/// What happened to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// There is no such file or folder.
    NotFound,
    /// The machine would not let us read it; the words are its own.
    Unreadable(String),
    /// Nothing in it.
    Empty,
    /// A header and no rows.
    HeaderOnly,
    /// Not a text file: what it is instead and what to do.
    NotText(&'static str, &'static str),
    /// The first line holds values, not names; these columns were expected.
    NoHeader(Vec<&'static str>),
    /// A name stands twice in the header; the places count from 1.
    DuplicateHeader(String, usize, usize),
    /// This many columns.
    TooManyColumns(usize),
    /// One line, or one quoted cell, has more than `LINE_BYTES_MAX` bytes.
    LineTooLong,
    /// More than `ROWS_MAX` rows.
    TooManyRows,
    /// The folder has more entries than any export.
    TooManyFiles,
    /// Neither its name nor its columns tell what its rows are.
    UnknownFact,
    /// Nothing feeds these required columns of this table.
    MissingColumns(&'static str, Vec<&'static str>),
    /// The mapping was made for other headers: these are gone, these are new.
    OtherHeaders(Vec<String>, Vec<String>),
    /// A saved mapping cannot be used; why, as a full sentence.
    BadMapping(String),
}

impl Failure {
    pub(crate) fn new(file: &str, what: What) -> Self {
        Self { file: file.to_owned(), row: None, what }
    }

    pub(crate) fn at(file: &str, row: u64, what: What) -> Self {
        Self { file: file.to_owned(), row: Some(row), what }
    }

    pub(crate) fn io(file: &str, error: &std::io::Error) -> Self {
        let what = match error.kind() {
            std::io::ErrorKind::NotFound => What::NotFound,
            _ => What::Unreadable(error.to_string()),
        };
        Self::new(file, what)
    }

    /// What happened, without the file's name.
    fn happened(&self) -> String {
        match &self.what {
            What::NotFound => "is not there".to_owned(),
            What::Unreadable(cause) => format!("cannot be read: {cause}"),
            What::Empty => "is empty".to_owned(),
            What::HeaderOnly => "has a header row and no other rows".to_owned(),
            What::NotText(found, _) => format!("is not a CSV file: {found}"),
            What::NoHeader(_) => "has no header row: its first line holds values".to_owned(),
            What::DuplicateHeader(name, first, second) => {
                format!("names two columns \u{201c}{name}\u{201d} (columns {first} and {second})")
            }
            What::TooManyColumns(count) => {
                format!("has {count} columns; at most {} are read", super::COLUMNS_MAX)
            }
            What::LineTooLong => "has a line of more than 1 MB".to_owned(),
            What::TooManyRows => {
                format!("has more than {} rows", super::ROWS_MAX)
            }
            What::TooManyFiles => {
                format!("holds more than {} files", super::dir::ENTRIES_MAX)
            }
            What::UnknownFact => "does not look like any file Crewkeep reads".to_owned(),
            What::MissingColumns(table, names) => {
                format!("has no column for {} (needed for every {table})", names.join(", "))
            }
            What::OtherHeaders(gone, new) => {
                let mut parts = Vec::new();
                if !gone.is_empty() {
                    parts.push(format!("without {}", gone.join(", ")));
                }
                if !new.is_empty() {
                    parts.push(format!("with {}", new.join(", ")));
                }
                format!("has other columns than its saved mapping: {}", parts.join("; "))
            }
            What::BadMapping(why) => format!("has a saved mapping that cannot be used: {why}"),
        }
    }

    fn hint(&self) -> String {
        match &self.what {
            What::NotFound => "Check the name and the folder.".to_owned(),
            What::Unreadable(_) => "Check that it is a file, and that you may read it.".to_owned(),
            What::Empty => "Export it again, and look at its size before you send it.".to_owned(),
            What::HeaderOnly => {
                "Export it again with its rows, or leave the file out if there are none.".to_owned()
            }
            What::NotText(_, hint) => (*hint).to_owned(),
            What::NoHeader(expected) if expected.is_empty() => {
                "Add a first line that names the columns; docs/files.md lists the names.".to_owned()
            }
            What::NoHeader(expected) => {
                format!("Add a first line that names the columns, such as {}.", expected.join(","))
            }
            What::DuplicateHeader(..) => "Rename or remove one of them.".to_owned(),
            What::TooManyColumns(_) => {
                "Export only the columns docs/files.md lists for this file.".to_owned()
            }
            What::LineTooLong => {
                "A quotation mark is probably opened on this line and never closed.".to_owned()
            }
            What::TooManyRows => "Split it, for example by year.".to_owned(),
            What::TooManyFiles => "Put the exports into a folder of their own.".to_owned(),
            What::UnknownFact => {
                "Name it after what it holds, such as jobs.csv; docs/files.md lists the names."
                    .to_owned()
            }
            What::MissingColumns(..) => {
                "Choose which column holds it, or export it with that column.".to_owned()
            }
            What::OtherHeaders(..) | What::BadMapping(_) => {
                "Map its columns again on the import page.".to_owned()
            }
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Told::from(self.clone()))
    }
}

impl std::error::Error for Failure {}

impl From<Failure> for Told {
    fn from(failure: Failure) -> Self {
        let kind = match failure.what {
            What::NotFound => Kind::NotFound,
            What::Unreadable(_) => Kind::Machine,
            _ => Kind::Invalid,
        };
        let place = failure.row.map(|row| format!(" row {row}")).unwrap_or_default();
        let message = format!("{}{place} {}.", failure.file, failure.happened());
        Self::new(kind, message, failure.hint())
    }
}
