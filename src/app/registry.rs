//! Which model is used, and how that changes: candidates, gates, promotion, roll-back, expiry.
//!
//! The row is the store of record; the folder of a model is written from it. Every change is on record
//! with its reason. Never here: fitting, scoring, drawing.

mod compare;
mod folder;
mod seal;
mod sheet;
#[cfg(test)]
mod tests;

use super::audit::{self, Act};
use super::card::Card;
use super::gates::{self, Gate};
use super::{Cx, Error, Office, Result, alike};
use crate::domain::calendar::Day;
use crate::domain::told::Kind;
use crate::feature::{self, FEATURES};
use crate::store::models::PredictionRow;
use crate::store::{Tx, months, registry, situations};

pub use crate::store::registry::{Record, State};
pub use compare::{Change, Comparison, Figure, Pair, Scores, compare};
pub use folder::{CARD_JSON, CARD_TEXT, File, MANIFEST, MODEL, dir, export, files, forget};
pub(super) use folder::{check as check_folder, write as write_folder};
pub(super) use seal::{hash, seal};

/// Who takes models into use when no person does.
const GATES: &str = "the gates";
/// Who does when the gates would not, for want of any other model.
const PROGRAM: &str = "the program";
/// Letters of a reason.
pub const REASON_MAX: usize = 500;

/// A model of the registry with its card and gates.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The row.
    pub record: Record,
    /// Everything measured at the training.
    pub card: Card,
    /// A candidate's gates against the model in use now; others' as they stood when they were decided.
    pub gates: Vec<Gate>,
}

/// What became of a model after its training.
#[derive(Clone, Debug)]
pub struct Settled {
    /// Version of the model.
    pub version: u32,
    /// Whether it is in use.
    pub in_use: bool,
    /// Version of the model in use before.
    pub before: Option<u32>,
    /// What the gates said.
    pub gates: Vec<Gate>,
}

/// A change of the model in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved {
    /// In use now.
    pub version: u32,
    /// In use before.
    pub before: Option<u32>,
}

impl Entry {
    /// Whether it is in use although a gate holds it.
    pub fn on_probation(&self) -> bool {
        self.record.state == State::InUse && !gates::all_passed(&self.gates)
    }

    /// Whether taking it into use asks for a reason in words.
    pub fn needs_reason(&self) -> bool {
        !gates::all_passed(&self.gates)
    }

    /// First day it is too old to be relied on.
    pub fn expires_on(&self, expires_days: i32) -> Day {
        self.record.expires_on.unwrap_or(self.record.as_of.plus(expires_days))
    }

    /// When a new training is advised: half way to the expiry, so that the next model has time to
    /// pass its gates.
    pub fn train_again_on(&self, expires_days: i32) -> Day {
        let (from, to) = (self.record.as_of, self.expires_on(expires_days));
        from.plus((to.0 - from.0) / 2)
    }

    /// What to say of a model past its expiry; none before.
    pub fn expired_words(&self, cx_today: Day, expires_days: i32) -> Option<String> {
        expired_words(
            self.record.version,
            self.record.as_of,
            self.expires_on(expires_days),
            cx_today,
        )
    }
}

/// What to say of a model on a day; none before its expiry.
pub fn expired_words(version: u32, as_of: Day, expires_on: Day, today: Day) -> Option<String> {
    (today >= expires_on).then(|| {
        format!(
            "Model v{version} expired on {}: it knows nothing after {}. Its scores are still \
             shown; train a new model before acting on them.",
            expires_on.words(0),
            as_of.words(0)
        )
    })
}

impl Settled {
    /// In one sentence.
    pub fn words(&self) -> String {
        let passed = gates::passed_words(&self.gates);
        let held = gates::held_by(&self.gates).join(", ");
        match (self.in_use, held.is_empty(), self.before) {
            (true, true, _) => format!("It is in use: gates passed: {passed}."),
            (true, false, _) => format!("It is in use on probation, being the first: {held}."),
            (false, _, Some(before)) => format!(
                "It is a candidate, v{before} stays in use: held by {}.",
                if held.is_empty() { "a person's choice".to_owned() } else { held }
            ),
            (false, _, None) => "It is a candidate.".to_owned(),
        }
    }
}

/// Every model, newest first.
pub fn list(cx: &Cx<'_>) -> Result<Vec<Entry>> {
    let records = registry::list(cx.read)?;
    let used = records.iter().find(|it| it.state == State::InUse).map(card_of).transpose()?;
    records.into_iter().map(|it| entry(it, used.as_ref())).collect()
}

/// One model.
///
/// # Errors
/// `NotFound` when there is no such version.
pub fn find(cx: &Cx<'_>, version: u32) -> Result<Entry> {
    let record = registry::by_version(cx.read, version)?.ok_or_else(|| no_version(version))?;
    let used = registry::in_use(cx.read)?.as_ref().map(card_of).transpose()?;
    entry(record, used.as_ref())
}

/// The model in use.
pub fn in_use(cx: &Cx<'_>) -> Result<Option<Entry>> {
    registry::in_use(cx.read)?.map(|it| entry(it, None)).transpose()
}

/// The model that was in use before this one.
pub fn before(cx: &Cx<'_>, record: &Record) -> Result<Option<Entry>> {
    let Some(id) = record.replaces else { return Ok(None) };
    registry::by_id(cx.read, id)?.map(|it| entry(it, None)).transpose()
}

/// Enters a model that was just kept: the hash of its card, the day it expires.
pub(super) fn enter(tx: &Tx<'_>, id: i64, card: &str, as_of: Day, expires_days: i32) -> Result<()> {
    Ok(registry::enter(tx, id, &hash(card.as_bytes()), as_of.plus(expires_days))?)
}

/// After a training: asks the gates, takes the model into use when all pass or when there is no
/// other, and writes its folder.
pub(super) fn settle(office: &Office, id: i64) -> Result<Settled> {
    let settled = office.store.write(move |tx| -> Result<Settled> {
        let record = registry::by_id(tx, id)?.ok_or_else(|| no_version(0))?;
        let before = registry::in_use(tx)?.filter(|it| it.id != record.id);
        let gates = checked(&record, before.as_ref())?;
        registry::note_gates(tx, id, &gates_json(&gates)?)?;
        let passed = gates::all_passed(&gates);
        if passed || before.is_none() {
            let held = gates::held_by(&gates).join(", ");
            let (by, reason) = if passed {
                (GATES, format!("Gates passed: {}.", gates::passed_words(&gates)))
            } else {
                (PROGRAM, format!("The first model, on probation: {held}."))
            };
            let replaces = before.as_ref().map(|it| it.id);
            registry::take_into_use(tx, &record, by, &reason, replaces)?;
            audit::note(tx, by, Act::ModelTakenIntoUse(record.version, reason))?;
        }
        Ok(Settled {
            version: record.version,
            in_use: passed || before.is_none(),
            before: before.map(|it| it.version),
            gates,
        })
    })?;
    if settled.in_use {
        situate(office)?;
    }
    written(office, settled.version);
    Ok(settled)
}

/// Takes a model into use by a person's choice.
///
/// # Errors
/// `NotFound`; `Conflict` when it is in use already; `Invalid` when a gate holds it and no reason is
/// given, or the reason is too long.
pub fn promote(office: &Office, version: u32, reason: &str) -> Result<Moved> {
    let reason = reason_of(reason)?;
    let moved = office.store.write(move |tx| -> Result<Moved> {
        let record = registry::by_version(tx, version)?.ok_or_else(|| no_version(version))?;
        let before = registry::in_use(tx)?;
        if record.state == State::InUse {
            return Err(Error::told(
                Kind::Conflict,
                format!("Model v{version} is in use already."),
                "Nothing was changed.",
            ));
        }
        let gates = checked(&record, before.as_ref())?;
        if !gates::all_passed(&gates) && reason.is_empty() {
            return Err(Error::told(
                Kind::Invalid,
                format!(
                    "Model v{version} is held by {}: say why it should be used all the same.",
                    gates::held_by(&gates).join(", ")
                ),
                "Nothing was changed. The reason is kept with the model.",
            ));
        }
        registry::note_gates(tx, record.id, &gates_json(&gates)?)?;
        let replaces = before.as_ref().map(|it| it.id);
        registry::take_into_use(tx, &record, audit::ACTOR, &reason, replaces)?;
        audit::note(tx, audit::ACTOR, Act::ModelTakenIntoUse(version, reason))?;
        Ok(Moved { version, before: before.map(|it| it.version) })
    })?;
    situate(office)?;
    written(office, version);
    Ok(moved)
}

/// Returns to the model that was in use before.
///
/// # Errors
/// `Conflict` when there is none.
pub fn roll_back(office: &Office, reason: &str) -> Result<Moved> {
    let reason = reason_of(reason)?;
    let moved = office.store.write(move |tx| -> Result<Moved> {
        let now = registry::in_use(tx)?;
        let to = now.as_ref().and_then(|it| it.replaces);
        let to = to.map(|id| registry::by_id(tx, id)).transpose()?.flatten();
        let (Some(now), Some(to)) = (now, to) else {
            return Err(Error::told(
                Kind::Conflict,
                "No model was in use before this one.",
                "Nothing was changed. Any other model can be taken into use by itself.",
            ));
        };
        let reason = if reason.is_empty() {
            format!("Rolled back from v{}.", now.version)
        } else {
            reason.clone()
        };
        registry::take_into_use(tx, &to, audit::ACTOR, &reason, None)?;
        audit::note(tx, audit::ACTOR, Act::ModelRolledBack(now.version, to.version, reason))?;
        Ok(Moved { version: to.version, before: Some(now.version) })
    })?;
    situate(office)?;
    written(office, moved.version);
    Ok(moved)
}

/// Sets a candidate aside. It stays in the registry and can still be taken into use.
///
/// # Errors
/// `NotFound`; `Conflict` when it is in use or set aside already.
pub fn retire(office: &Office, version: u32, reason: &str) -> Result<()> {
    let reason = reason_of(reason)?;
    office.store.write(move |tx| -> Result<()> {
        let record = registry::by_version(tx, version)?.ok_or_else(|| no_version(version))?;
        let (what, todo) = match record.state {
            State::Candidate => {
                registry::retire(tx, record.id)?;
                return audit::note(tx, audit::ACTOR, Act::ModelRetired(version, reason));
            }
            State::InUse => ("is in use", "Take another one into use first, or roll back."),
            State::Retired => ("is retired already", "Nothing was changed."),
        };
        Err(Error::told(Kind::Conflict, format!("Model v{version} {what}."), todo))
    })
}

/// Seals of what a model said, in their order.
pub(super) fn seals(office: &Office, id: i64, said: &[PredictionRow]) -> Result<Vec<String>> {
    let record = office.look(move |cx| Ok(registry::by_id(cx.read, id)?))?;
    let record = record.ok_or_else(|| no_version(0))?;
    Ok(said.iter().map(|it| seal(&record.artifact_hash, it)).collect())
}

/// Past situations as the model in use measures them: its card holds the scale.
fn situate(office: &Office) -> Result<()> {
    let points = office.look(|cx| {
        let Some(used) = in_use(cx)? else { return Ok(Vec::new()) };
        let Some(span) = months::data_span(cx.read)? else { return Ok(Vec::new()) };
        let kept = months::frame_rows(cx.read)?;
        let Ok(known) = feature::frame(&kept, FEATURES, span.to) else { return Ok(Vec::new()) };
        let rows = known.rows.iter().map(|at| &kept[*at]);
        Ok(alike::points(rows, &used.card))
    })?;
    Ok(office.store.write(move |tx| situations::replace(tx, &points))?)
}

/// The model is safe in the store by now: a folder that cannot be written fails nothing.
pub(super) fn written(office: &Office, version: u32) {
    if let Err(error) = write_folder(office, version) {
        tracing::warn!(%error, version, "a model's folder was not written; verify writes it again");
    }
}

fn checked(record: &Record, in_use: Option<&Record>) -> Result<Vec<Gate>> {
    let used = in_use.map(card_of).transpose()?;
    Ok(gates::check(&card_of(record)?, used.as_ref()))
}

fn entry(record: Record, in_use: Option<&Card>) -> Result<Entry> {
    let card = card_of(&record)?;
    let kept: Vec<Gate> = serde_json::from_str(&record.gates).unwrap_or_default();
    let gates = if record.state == State::Candidate || kept.is_empty() {
        let other = in_use.filter(|_| record.state == State::Candidate);
        gates::check(&card, other)
    } else {
        kept
    };
    Ok(Entry { record, card, gates })
}

fn card_of(record: &Record) -> Result<Card> {
    serde_json::from_str(&record.card).map_err(|error| {
        Error::broken(format!("read the card of model v{}", record.version), error)
    })
}

fn gates_json(gates: &[Gate]) -> Result<String> {
    serde_json::to_string(gates).map_err(|error| Error::broken("write down gates", error))
}

pub(super) fn reason_of(reason: &str) -> Result<String> {
    let reason = reason.trim();
    if reason.chars().count() <= REASON_MAX {
        return Ok(reason.to_owned());
    }
    Err(Error::told(
        Kind::Invalid,
        format!("The reason is longer than {REASON_MAX} letters."),
        "Say it shorter; nothing was changed.",
    ))
}

fn no_version(version: u32) -> Error {
    Error::told(
        Kind::NotFound,
        format!("There is no model v{version}."),
        "The Registry page and `crewkeep models list` show the models there are.",
    )
}

/// Makes a model a candidate whose log loss lies above the base rate's, for tests.
#[cfg(test)]
pub(crate) fn fail_quality_for_tests(tx: &Tx<'_>, version: u32) -> Result<()> {
    let record = registry::by_version(tx, version)?.ok_or_else(|| no_version(version))?;
    let mut card = card_of(&record)?;
    card.validation = Some(crate::app::card::Validation {
        contenders: [crate::app::card::LOGISTIC, crate::app::card::BASE]
            .map(|id| crate::app::card::Contender {
                id: id.to_owned(),
                against: crate::app::card::Difference { value: 0.1, se: 0.01 },
                ..Default::default()
            })
            .to_vec(),
        ..card.validation.unwrap_or_default()
    });
    let card = serde_json::to_string(&card).map_err(|it| Error::broken("write a card", it))?;
    registry::recard(tx, record.id, &card)?;
    Ok(())
}

/// Leaves in a model's card what a card of format 1 held, for tests.
#[cfg(test)]
pub(crate) fn age_card_for_tests(tx: &Tx<'_>, version: u32) -> Result<()> {
    let record = registry::by_version(tx, version)?.ok_or_else(|| no_version(version))?;
    let mut card: serde_json::Value = serde_json::from_str(&record.card).unwrap_or_default();
    for name in ["tree", "no_tree", "segments", "no_segments", "calibrated", "stability"] {
        card.as_object_mut().map(|it| it.remove(name));
    }
    if let Some(test) = card["validation"].as_object_mut() {
        for name in ["contenders", "horizons", "groups", "size_curve"] {
            test.remove(name);
        }
    }
    registry::recard(tx, record.id, &card.to_string())?;
    Ok(())
}
