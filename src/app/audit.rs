//! Who looked at whom by name and what was taken away, on record.
//!
//! Never here: deciding who may.

use super::{Office, Result};
use crate::store::audit::{self, Entry};

/// Who acts: there are no accounts yet, whoever opened the printed link does.
const ACTOR: &str = "this machine";

/// What is put on record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// A person's page or receipt was opened: the person's number.
    Opened(String),
    /// The list of people was taken away: its filters, and how many people it held.
    Exported(String, usize),
}

/// Puts an act on record.
pub async fn record(office: &Office, act: Act) -> Result<()> {
    let entry = entry(act);
    Ok(office.store.write_async(move |tx| audit::add(tx, &entry)).await?)
}

fn entry(act: Act) -> Entry {
    let (act, object, detail) = match act {
        Act::Opened(employee_no) => ("person.open", employee_no, String::new()),
        Act::Exported(filters, people) => ("people.export", format!("{people} people"), filters),
    };
    Entry { actor: ACTOR.to_owned(), act: act.to_owned(), object, detail }
}
