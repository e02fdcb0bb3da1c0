//! Models in and out: a file becomes a candidate, offices' models are merged, a line is changed by a
//! person, a model is taken along in other forms.
//!
//! What comes in is read strictly and is never taken into use by itself: its test is missing here, so
//! the gates hold it until a person says why. Never here: a row of anyone, in or out.

mod file;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use learn::ebm::{self, Direction, Ebm, Note};
use learn::{artifact, interpret, lookup};

use super::audit::{self, ACTOR, Act};
use super::card::{Card, How, Origin, Part};
use super::registry::{self, Entry, hash};
use super::{Cx, Error, Office, Result, score, train};
use crate::domain::calendar::second_text;
use crate::domain::near::nearest;
use crate::domain::told::Kind;
use crate::feature::{self, FEATURES};
use crate::store::models::{self, ModelRow};

pub(super) use file::write_new;
pub use file::{BYTES_MAX, Form, Given};

/// Names of the two classes in a file for others.
const CLASSES: [&str; 2] = ["stays", "leaves"];
/// Form of a part that is a model of this registry.
const REGISTRY: &str = "registry";

/// A candidate that was entered.
#[derive(Clone, Debug)]
pub struct Entered {
    /// Its version.
    pub version: u32,
    /// Its card.
    pub card: Card,
    /// People scored with it.
    pub scored: score::Counts,
}

impl Entered {
    /// In a few sentences.
    pub fn words(&self) -> String {
        let said = self.card.origin.as_ref().map_or_else(Vec::new, Origin::sentences);
        format!(
            "Model v{} is a candidate. {} {} It is used when a person takes it into use and says \
             why.",
            self.version,
            said.join(" "),
            self.scored.words()
        )
    }
}

/// Which way a line is made to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Never down.
    Rising,
    /// Never up.
    Falling,
}

impl Way {
    /// `rising` or `falling`.
    pub fn parse(text: &str) -> Result<Self> {
        match text {
            "rising" => Ok(Self::Rising),
            "falling" => Ok(Self::Falling),
            other => Err(invalid(
                format!("A line cannot be made `{other}`."),
                "Say `rising` or `falling`.",
            )),
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Rising => "rising",
            Self::Falling => "falling",
        }
    }
}

/// A model on its way into the registry.
struct Made {
    model: Ebm,
    origin: Origin,
    data_hash: String,
    parameters: String,
    act: fn(u32, String) -> Act,
    /// What the record says beside the version.
    why: String,
    /// First and last month learned from, where known.
    months: Option<(String, String)>,
}

/// Enters the model of a file as a candidate.
///
/// # Errors
/// `Invalid` for a file that is damaged, of another form, or whose model does not read what is read
/// here; `NotEnough` without data.
pub fn bring(office: &Office, given: &Given) -> Result<Entered> {
    let brought = file::read(given)?;
    let ours = office.look(registry::list)?;
    let part = file::part(&brought, &ours);
    let parameters =
        format!("Read from {}, {}, SHA-256 {}", part.name, brought.form.words(), part.sha256);
    let made = Made {
        data_hash: format!("not known, in file {}", part.sha256),
        why: format!("{}, SHA-256 {}", part.name, part.sha256),
        model: brought.model,
        origin: Origin { how: How::Import, parts: vec![part], against: Vec::new(), here: None },
        parameters,
        act: Act::ModelImported,
        months: None,
    };
    enter(office, made)
}

/// Merges a model of ours with those of files into a candidate. No row is needed.
///
/// # Errors
/// As [`bring`]; `Invalid` when one of them was edited or speaks of another time.
pub fn merge(office: &Office, version: u32, given: &[Given]) -> Result<Entered> {
    let (entry, own) = office.look(move |cx| ours(cx, version))?;
    if !entry.card.is_monthly() {
        return Err(invalid(
            format!("Model v{version} speaks of its horizon at once, newer ones of each month."),
            "Train a new model, then merge that one.",
        ));
    }
    if given.is_empty() {
        return Err(invalid("Nothing to merge with.", "Name the files of other offices."));
    }
    let brought = given.iter().map(file::read).collect::<Result<Vec<_>>>()?;
    let listed = office.look(registry::list)?;
    let mut parts = vec![registry_part(&entry, &own)];
    for it in &brought {
        let part = file::part(it, &listed);
        if parts.iter().any(|other| other.sha256 == part.sha256) {
            return Err(invalid(
                format!("{} is a model that is among these already.", part.name),
                "A model counted twice would weigh twice. Name it once.",
            ));
        }
        parts.push(part);
    }
    let models: Vec<&Ebm> =
        std::iter::once(&own).chain(brought.iter().map(|it| &it.model)).collect();
    let model = ebm::merge(&models).map_err(|error| invalid(format!("{}.", upper(&error)), ""))?;
    let names: Vec<&str> = parts.iter().map(|it| it.name.as_str()).collect();
    let hashes: Vec<&str> = parts.iter().map(|it| it.sha256.as_str()).collect();
    let made = Made {
        model,
        data_hash: hash(hashes.concat().as_bytes()),
        parameters: format!("Merged from {}; SHA-256 {}", names.join(", "), hashes.join(", ")),
        why: names.join(", "),
        origin: Origin { how: How::Merge, parts, against: Vec::new(), here: None },
        act: Act::ModelMerged,
        months: None,
    };
    enter(office, made)
}

/// Makes the line of a feature go one way, which makes a new candidate; the change is kept in it with
/// its reason.
///
/// # Errors
/// `NotFound` for an unknown model or feature; `Invalid` without a reason; `Conflict` when the line
/// goes that way already.
pub fn edit(office: &Office, version: u32, id: &str, way: Way, reason: &str) -> Result<Entered> {
    let reason = registry::reason_of(reason)?;
    if reason.is_empty() {
        return Err(invalid(
            "A change of a model needs a reason.",
            "Say it with `--reason`. It is kept in the model, with who and when.",
        ));
    }
    let (entry, mut model) = office.look(move |cx| ours(cx, version))?;
    let term = FEATURES.iter().position(|it| it.id == id);
    let term = term.and_then(|at| model.terms.iter().position(|it| it.features == [at]));
    let Some(term) = term else {
        let near = nearest(id, FEATURES.iter().map(|it| it.id));
        return Err(Error::told(
            Kind::NotFound,
            format!("Model v{version} has no line of `{id}`."),
            near.map_or_else(String::new, |it| format!("Did you mean `{it}`?")),
        ));
    };
    let part = registry_part(&entry, &model);
    let direction = match way {
        Way::Rising => Direction::Rising,
        Way::Falling => Direction::Falling,
    };
    let at = format!("{} UTC", second_text(office.clock().seconds()));
    let note = Note { reason: reason.clone(), by: ACTOR.to_owned(), at };
    let changed = model.monotonize(term, direction, note).map_err(train::learn_error)?;
    let title = feature::by_id(id).map_or(id, |it| it.title);
    if changed == 0 {
        return Err(Error::told(
            Kind::Conflict,
            format!("The line of {title} is {} already.", way.word()),
            "Nothing was changed.",
        ));
    }
    let made = Made {
        model,
        data_hash: entry.record.data_hash.clone(),
        parameters: format!(
            "v{version} with {id} made {}; before: {}",
            way.word(),
            entry.record.parameters
        ),
        why: format!("from v{version}, {id} made {}: {reason}", way.word()),
        origin: Origin { how: How::Edit, parts: vec![part], against: Vec::new(), here: None },
        act: Act::ModelEdited,
        months: Some(entry.card.months.clone()),
    };
    enter(office, made)
}

/// A model in a form for others: the name of the file and its bytes.
///
/// # Errors
/// `NotFound` when there is no such version.
pub fn written(cx: &Cx<'_>, version: u32, form: Form) -> Result<(String, Vec<u8>)> {
    let (_, model) = ours(cx, version)?;
    let text = match form {
        Form::Crewkeep => artifact::to_json(&model).map_err(train::learn_error)?,
        Form::Interpret => interpret::to_json(&model, CLASSES),
        Form::Csv => lookup::to_csv(&model),
    };
    Ok((form.file().to_owned(), text.into_bytes()))
}

/// Writes a model to a place of one's own: its whole folder, or a file in another form. `to` is a
/// folder that is empty or not there yet; for the other forms a file that is not there yet, or a
/// folder.
///
/// # Errors
/// `NotFound` when there is no such version, `Conflict` when something lies there already.
pub fn export(office: &Office, version: u32, form: Form, to: &Path) -> Result<Vec<PathBuf>> {
    let paths = if form == Form::Crewkeep {
        registry::export(office, version, to)?
    } else {
        let (name, bytes) = office.look(move |cx| written(cx, version, form))?;
        let path = if to.is_dir() {
            to.join(format!("crewkeep-v{version}-{name}"))
        } else {
            to.to_owned()
        };
        file::write_new(&path, &bytes)?;
        vec![path]
    };
    let act = Act::ModelExported(version, form.words().to_owned());
    office.store.write(move |tx| audit::note(tx, ACTOR, act))?;
    Ok(paths)
}

/// A model of ours with its entry.
fn ours(cx: &Cx<'_>, version: u32) -> Result<(Entry, Ebm)> {
    let entry = registry::find(cx, version)?;
    let id = entry.record.id;
    let row = models::by_id(cx.read, id)?.ok_or_else(score::no_model)?;
    Ok((entry, score::loaded(&row)?.model))
}

fn registry_part(entry: &Entry, model: &Ebm) -> Part {
    Part {
        name: format!("v{}", entry.record.version),
        form: REGISTRY.to_owned(),
        sha256: entry.record.artifact_hash.clone(),
        rows: model.trained.rows,
        exits: model.trained.events,
        from_here: entry
            .card
            .origin
            .as_ref()
            .is_none_or(|it| it.parts.iter().any(|it| it.from_here)),
    }
}

/// Keeps a model as a candidate, scores everyone beside the model in use, writes its folder.
fn enter(office: &Office, made: Made) -> Result<Entered> {
    let Made { model, origin, data_hash, parameters, act, why, months } = made;
    let (mut card, data_to) = train::card_elsewhere(office, &model, origin)?;
    if let Some(months) = months {
        card.months = months;
    }
    let text = artifact::to_json(&model).map_err(train::learn_error)?;
    let row = ModelRow {
        id: 0,
        version: 0,
        horizon_days: card.horizon_days,
        as_of: data_to,
        data_hash,
        code_version: env!("CARGO_PKG_VERSION").to_owned(),
        seed: model.trained.seed,
        parameters,
        card: serde_json::to_string(&card)
            .map_err(|error| Error::broken("write down a model's card", error))?,
        artifact_hash: hash(text.as_bytes()),
        artifact: text,
        created_at: 0,
    };
    let expires_days = office.config().model_expires_days;
    let (id, version) = office.store.write(move |tx| -> Result<(i64, u32)> {
        let (id, version) = models::insert(tx, &row)?;
        registry::enter(tx, id, &row.card, row.as_of, expires_days)?;
        audit::note(tx, ACTOR, act(version, why))?;
        Ok((id, version))
    })?;
    let scored =
        score::score_with(office, &score::Loaded { id, version, model, card: card.clone() })?;
    registry::written(office, version);
    Ok(Entered { version, card, scored })
}

fn invalid(message: impl Into<String>, hint: impl Into<String>) -> Error {
    Error::told(Kind::Invalid, message, hint)
}

/// What the numeric crate says, as the beginning of a sentence.
fn upper(error: &learn::Error) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |it| it.to_uppercase().chain(letters).collect())
}
