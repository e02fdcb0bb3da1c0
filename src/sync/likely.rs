//! How likely one column of a file is one of ours: by its name, by what it holds, by both.
//!
//! Never here: a choice between columns (see `propose`).

use super::cell::{self, Unit};
use super::name;
use super::propose::Known;
use crate::domain::fact::{Column, Kind};

/// Letters a short form must have: `VOL` for `voluntary`.
const SHORT_LETTERS_MIN: usize = 3;
/// Letters a name must have before likeness counts.
const LIKE_LETTERS_MIN: usize = 5;
/// Likeness below which two names have nothing in common.
const LIKE_MIN: f64 = 0.8;

/// A header, folded in both ways.
pub(super) struct Name {
    folded: String,
    long: Vec<String>,
}

/// How a header means a column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Named {
    Exactly,
    Alias,
    Abbreviated,
    Like(&'static str, f64),
    Contains(&'static str),
}

impl Name {
    pub(super) fn of(header: &str) -> Self {
        Self { folded: name::folded(header), long: name::long_words(header) }
    }

    pub(super) fn means(&self, column: &'static Column) -> Option<Named> {
        if self.folded.is_empty() {
            return None;
        }
        if self.folded == column.name {
            return Some(Named::Exactly);
        }
        if column.aliases.contains(&self.folded.as_str()) {
            return Some(Named::Alias);
        }
        let names = || std::iter::once(column.name).chain(column.aliases.iter().copied());
        if names().any(|it| name::long_words(it) == self.long) {
            return Some(Named::Abbreviated);
        }
        let alike = names()
            .filter(|it| it.len() >= LIKE_LETTERS_MIN && self.folded.len() >= LIKE_LETTERS_MIN)
            .map(|it| (it, name::likeness(&self.folded, it)))
            .max_by(|one, other| one.1.total_cmp(&other.1));
        if let Some((it, like)) = alike
            && like >= LIKE_MIN
        {
            return Some(Named::Like(it, like));
        }
        let inside = |it: &&str| it.len() >= 4 && self.long.iter().any(|word| word == it);
        names().find(inside).map(Named::Contains)
    }
}

/// How a sample of cells reads as a column.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Content {
    /// Cells that hold something.
    filled: usize,
    /// Those that can be read.
    read: usize,
    /// Those that are a word of the list or a key that is known.
    telling: usize,
}

impl Content {
    /// Whether there are cells, and every one can be read.
    pub(super) fn all(&self) -> bool {
        self.filled > 0 && self.read == self.filled
    }

    fn share(self, part: usize) -> f64 {
        part as f64 / self.filled.max(1) as f64
    }
}

/// Tries a sample of cells as a column.
pub(super) fn content<'a>(
    column: &Column,
    unit: Unit,
    values: impl Iterator<Item = &'a str>,
    known: Known<'_>,
) -> Content {
    let mut content = Content::default();
    for value in values {
        if value.is_empty() || cell::means_null(value) {
            continue;
        }
        content.filled += 1;
        let read = cell::parse(column.kind, false, unit, value).is_ok();
        let telling = match column.kind {
            Kind::OneOf(options) => read || short_for(value, options).is_some(),
            Kind::Ref(table) => known(table, value),
            _ => false,
        };
        content.read += usize::from(read || (telling && matches!(column.kind, Kind::OneOf(_))));
        content.telling += usize::from(telling);
    }
    content
}

/// Confidence and reason, from the name and from the cells.
pub(super) fn judge(
    column: &Column,
    named: Option<Named>,
    content: &Content,
) -> Option<(f64, String)> {
    let read = content.share(content.read);
    let fits = content.filled == 0 || read >= 0.5;
    let confirms = content.filled > 0 && read >= 0.9;
    let (confidence, reason) = match named {
        Some(Named::Exactly) => (if fits { 1.0 } else { 0.7 }, "It has the column's name".into()),
        Some(Named::Alias) if fits => (0.95, format!("It is another name for {}", column.name)),
        Some(Named::Abbreviated) if fits => (0.9, format!("It is short for {}", column.name)),
        Some(Named::Like(it, like)) if confirms => {
            (0.5 + (like - LIKE_MIN), format!("It is spelled much like {it}"))
        }
        Some(Named::Contains(word)) if confirms => {
            (0.55, format!("Its name holds \u{201c}{word}\u{201d}"))
        }
        _ => return by_content(column, content),
    };
    Some((confidence, format!("{reason}{}", in_words(content))))
}

fn by_content(column: &Column, content: &Content) -> Option<(f64, String)> {
    let share = content.share(content.telling);
    if content.telling < 2 || share < 0.9 {
        return None;
    }
    let (telling, filled) = (content.telling, content.filled);
    let what = match column.kind {
        Kind::Ref(table) => format!("are the key of a known {table}"),
        _ => format!("are words that {} may be", column.name),
    };
    Some((0.5 + (share - 0.9), format!("{telling} of {filled} values looked at {what}.")))
}

fn in_words(content: &Content) -> String {
    match (content.filled, content.read) {
        (0, _) => ", and holds nothing in the rows looked at.".to_owned(),
        (filled, read) if filled == read => ", and every value looked at fits.".to_owned(),
        (filled, read) => {
            format!(", but {} of {filled} values looked at do not fit.", filled - read)
        }
    }
}

/// The one word of a list that a value begins, or that begins the value: `VOL` for `voluntary`,
/// `installation` for `install`.
pub(super) fn short_for(value: &str, options: &[&'static str]) -> Option<&'static str> {
    let value = name::folded(value);
    if value.len() < SHORT_LETTERS_MIN {
        return None;
    }
    let begins = |it: &&&str| it.starts_with(&value) || value.starts_with(**it);
    let mut found = options.iter().filter(begins);
    match (found.next(), found.next()) {
        (Some(word), None) => Some(word),
        _ => None,
    }
}
