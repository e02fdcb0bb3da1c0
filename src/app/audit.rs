//! Who looked at whom by name, what was taken away, which model was used, on record.
//!
//! Never here: deciding who may.

use super::{Office, Result};
use crate::store::Tx;
use crate::store::audit::{self, Entry};

/// Who acts: there are no accounts yet, whoever opened the printed link does.
pub(super) const ACTOR: &str = "this machine";

/// What is put on record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// A person's page or receipt was opened: the person's number.
    Opened(String),
    /// The list of people was taken away: its filters, and how many people it held.
    Exported(String, usize),
    /// A model was taken into use: its version and why.
    ModelTakenIntoUse(u32, String),
    /// The model in use was rolled back: from which version to which, and why.
    ModelRolledBack(u32, u32, String),
    /// A candidate was set aside: its version and why.
    ModelRetired(u32, String),
    /// A model from elsewhere became a candidate: its version and the file.
    ModelImported(u32, String),
    /// Models were merged into a candidate: its version and what of.
    ModelMerged(u32, String),
    /// A line was changed, which made a candidate: its version and why.
    ModelEdited(u32, String),
    /// A model was taken away: its version and the form.
    ModelExported(u32, String),
    /// A scenario of the plan was kept: its name and what it holds.
    ScenarioSaved(String, String),
    /// A scenario was deleted: its name.
    ScenarioDeleted(String),
}

/// Puts an act on record.
pub async fn record(office: &Office, act: Act) -> Result<()> {
    let entry = entry(ACTOR, act);
    Ok(office.store.write_async(move |tx| audit::add(tx, &entry)).await?)
}

/// Puts an act on record together with the change it is about.
pub(super) fn note(tx: &Tx<'_>, actor: &str, act: Act) -> Result<()> {
    Ok(audit::add(tx, &entry(actor, act))?)
}

fn entry(actor: &str, act: Act) -> Entry {
    let (act, object, detail) = match act {
        Act::Opened(employee_no) => ("person.open", employee_no, String::new()),
        Act::Exported(filters, people) => ("people.export", format!("{people} people"), filters),
        Act::ModelTakenIntoUse(version, why) => ("model.use", format!("model v{version}"), why),
        Act::ModelRolledBack(from, to, why) => {
            ("model.rollback", format!("model v{from} to v{to}"), why)
        }
        Act::ModelRetired(version, why) => ("model.retire", format!("model v{version}"), why),
        Act::ModelImported(version, from) => ("model.import", format!("model v{version}"), from),
        Act::ModelMerged(version, from) => ("model.merge", format!("model v{version}"), from),
        Act::ModelEdited(version, why) => ("model.edit", format!("model v{version}"), why),
        Act::ModelExported(version, form) => ("model.export", format!("model v{version}"), form),
        Act::ScenarioSaved(name, body) => ("scenario.save", name, body),
        Act::ScenarioDeleted(name) => ("scenario.delete", name, String::new()),
    };
    Entry { actor: actor.to_owned(), act: act.to_owned(), object, detail }
}

/// The last acts in words, for tests.
#[cfg(test)]
pub(crate) fn last_for_tests(cx: &super::Cx<'_>) -> Result<Vec<String>> {
    let last = audit::last(cx.read, 50)?;
    Ok(last.iter().map(|it| format!("{} {} {}", it.act, it.object, it.detail)).collect())
}
