//! Failures meant for people: what happened, and what to do.
//!
//! Never here: causes for the log (those stay in `app::Error::Broken`).

use std::fmt;

/// What sort of failure, for exit codes and HTTP statuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// There is no such thing.
    NotFound,
    /// What was given cannot be used.
    Invalid,
    /// Not allowed here.
    Forbidden,
    /// It clashes with what is there.
    Conflict,
    /// Something else is using it; later it may work.
    Busy,
    /// Too little data: a proud answer, not a fault.
    NotEnough,
    /// The machine said no: disk full, read-only folder, damaged file.
    Machine,
}

/// A failure as a person reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// What sort.
    pub kind: Kind,
    /// What happened, where. A full sentence.
    pub message: String,
    /// What to do. A full sentence, or empty.
    pub hint: String,
}

impl Told {
    /// A failure with its remedy.
    pub fn new(kind: Kind, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hint: hint.into() }
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if !self.hint.is_empty() {
            write!(f, " {}", self.hint)?;
        }
        Ok(())
    }
}

impl std::error::Error for Told {}
