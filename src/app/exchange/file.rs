//! Files of models: read strictly, so that nothing comes in that does not read what is read here.
//!
//! Never here: the registry, and never a guess at what a model's chance is of.

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use learn::ebm::{Ebm, Objective};
use learn::{artifact, interpret};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{invalid, upper};
use crate::app::card::Part;
use crate::app::registry::{Entry, hash};
use crate::app::{Error, Result, refuse};
use crate::domain::told::Kind;
use crate::feature::FEATURES;

/// Bytes of a file at most; a model of ours has under 200 kB, one of InterpretML a few MB.
pub const BYTES_MAX: u64 = 32 << 20;
/// Names listed in a message.
const LISTED: usize = 8;

/// The form of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Our own artifact.
    Crewkeep,
    /// `InterpretML`'s JSON.
    Interpret,
    /// The lookup table: out only.
    Csv,
}

/// A file that was handed over.
#[derive(Clone, Debug)]
pub struct Given {
    /// Its name, without folders.
    pub name: String,
    /// What it holds.
    pub bytes: Vec<u8>,
    /// The form it is said to have; else it is recognised.
    pub form: Option<Form>,
    /// Whether a person says that its chance is of leaving within the month.
    pub monthly: bool,
}

/// A model that was read, with this office's features in their order.
#[derive(Debug)]
pub(super) struct Brought {
    pub(super) model: Ebm,
    pub(super) form: Form,
    pub(super) name: String,
    pub(super) sha256: String,
}

/// What tells the forms apart; whatever else a file holds is passed by.
#[derive(Deserialize)]
struct Head {
    format: Option<u64>,
    version: Option<IgnoredAny>,
    ebm: Option<IgnoredAny>,
}

impl Form {
    /// Every form with its name.
    pub const ALL: [(&str, Self); 3] =
        [("crewkeep", Self::Crewkeep), ("interpret", Self::Interpret), ("csv", Self::Csv)];

    /// The form of a name.
    pub fn parse(name: &str) -> Result<Self> {
        let found = Self::ALL.iter().find(|it| it.0 == name).map(|it| it.1);
        found.ok_or_else(|| {
            invalid(format!("There is no form `{name}`."), "Forms: crewkeep, interpret, csv.")
        })
    }

    /// Its name in sentences.
    pub fn words(self) -> &'static str {
        match self {
            Self::Crewkeep => "Crewkeep's model",
            Self::Interpret => "InterpretML's JSON",
            Self::Csv => "lookup table",
        }
    }

    /// Name of a file of it.
    pub fn file(self) -> &'static str {
        match self {
            Self::Crewkeep => "model.json",
            Self::Interpret => "interpret.json",
            Self::Csv => "lookup.csv",
        }
    }

    fn word(self) -> &'static str {
        Self::ALL.iter().find(|it| it.1 == self).map_or("", |it| it.0)
    }
}

impl Given {
    /// A file on this machine.
    ///
    /// # Errors
    /// `NotFound`; `Invalid` when it is no file or larger than `BYTES_MAX`.
    pub fn open(path: &Path, form: Option<Form>, monthly: bool) -> Result<Self> {
        let about = std::fs::metadata(path).map_err(|error| unreadable(path, &error))?;
        if !about.is_file() {
            return Err(invalid(
                format!("{} is not an ordinary file.", path.display()),
                "Name the file of the model, such as model.json in an exported folder.",
            ));
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        check_size(&name, about.len())?;
        let bytes = std::fs::read(path).map_err(|error| unreadable(path, &error))?;
        Ok(Self { name, bytes, form, monthly })
    }
}

/// Refuses what is too large to be a model.
pub(super) fn check_size(name: &str, bytes: u64) -> Result<()> {
    if bytes <= BYTES_MAX {
        return Ok(());
    }
    Err(invalid(
        format!("{name} has more than {} MB: that is no model.", BYTES_MAX >> 20),
        "Nothing was kept.",
    ))
}

/// Reads a file and holds it against what is read here.
pub(super) fn read(given: &Given) -> Result<Brought> {
    let name = &given.name;
    check_size(name, given.bytes.len() as u64)?;
    let text = std::str::from_utf8(&given.bytes).map_err(|error| damaged(name, &error))?;
    let head: Head = serde_json::from_str(text).map_err(|error| damaged(name, &error))?;
    let form = match (given.form, &head) {
        (Some(Form::Csv), _) => {
            return Err(invalid(
                format!("{name}: a lookup table cannot be read back."),
                "Bring the model itself: crewkeep or interpret.",
            ));
        }
        (Some(form), _) => form,
        (None, Head { format: Some(_), .. }) => Form::Crewkeep,
        (None, Head { version: Some(_), ebm: Some(_), .. }) => Form::Interpret,
        _ => {
            return Err(invalid(
                format!("{name} is neither a model of Crewkeep nor an export of InterpretML."),
                "A model of Crewkeep is model.json of its folder; InterpretML writes one with \
                 `to_json(FILE, detail=\"all\")`.",
            ));
        }
    };
    let model = match form {
        Form::Interpret => interpret::from_json(text).map(|it| it.model),
        _ => artifact::from_json(text),
    };
    let model = model.map_err(|error| refused(name, &error))?;
    let model = ours(name, &model)?;
    check_month(given, form, head.format)?;
    let sha256 = hash(&given.bytes);
    Ok(Brought { model, form, name: name.clone(), sha256 })
}

/// The model with this office's features in their order; refused unless it reads exactly these.
fn ours(name: &str, model: &Ebm) -> Result<Ebm> {
    refuse::check_columns(model.bins.iter().map(|it| it.name.as_str()))?;
    if model.objective != Objective::LogLoss {
        return Err(invalid(
            format!("{name} predicts a number, not whether someone leaves."),
            "Bring a model of two classes, the second being leaving.",
        ));
    }
    let has = |id: &str| model.bins.iter().any(|it| it.name == id);
    let known = |name: &str| FEATURES.iter().any(|it| it.id == name);
    let lacks: Vec<&str> = FEATURES.iter().map(|it| it.id).filter(|it| !has(it)).collect();
    let names = model.bins.iter().map(|it| it.name.as_str());
    let foreign: Vec<&str> = names.filter(|it| !known(it)).collect();
    let labels = model.bins.iter().filter(|it| known(&it.name) && !it.is_continuous());
    let labels: Vec<&str> = labels.map(|it| it.name.as_str()).collect();
    let mut differences = Vec::new();
    for (list, words) in [
        (lacks, "it lacks"),
        (foreign, "it reads what is not known here:"),
        (labels, "it takes for categories what are numbers here:"),
    ] {
        if !list.is_empty() {
            differences.push(format!("{words} {}", listed(&list)));
        }
    }
    if !differences.is_empty() {
        return Err(invalid(
            format!("{name} does not read what is read here: {}.", differences.join("; ")),
            "The features and their names are in docs/features.md and on the Help page. Nothing was \
             kept.",
        ));
    }
    let ids: Vec<&str> = FEATURES.iter().map(|it| it.id).collect();
    model.arranged(&ids).map_err(|error| refused(name, &error))
}

/// Refuses a model unless it is known that its chance is of the month ahead.
fn check_month(given: &Given, form: Form, format: Option<u64>) -> Result<()> {
    let name = &given.name;
    let does_not_say = match form {
        Form::Interpret => "an export of InterpretML does not say",
        // Models of that format spoke of a month or of the whole horizon; the file does not tell.
        _ if format == Some(1) => "a model of format 1 does not say",
        _ => return Ok(()),
    };
    if given.monthly {
        return Ok(());
    }
    Err(invalid(
        format!("{name}: {does_not_say} within what time its chance is of leaving."),
        "Models here give the chance of leaving within the month ahead; longer times follow from it. \
         If it was fitted on person-months, with the exit in that month as its target, say so: \
         `--monthly`, or the box on the page. If not, its scores would mean something else.",
    ))
}

/// The model as a part of another. One that lies in the registry is known to be from here.
pub(super) fn part(it: &Brought, ours: &[Entry]) -> Part {
    let text = artifact::to_json(&it.model).map(|it| hash(it.as_bytes())).unwrap_or_default();
    let same = |entry: &&Entry| {
        let kept = &entry.record.artifact_hash;
        *kept == it.sha256 || *kept == text
    };
    let own = ours.iter().find(same);
    let name = own.map_or_else(String::new, |it| format!(" (v{} here)", it.record.version));
    Part {
        name: format!("{}{name}", it.name),
        form: it.form.word().to_owned(),
        sha256: own.map_or_else(|| it.sha256.clone(), |it| it.record.artifact_hash.clone()),
        rows: it.model.trained.rows,
        exits: it.model.trained.events,
        from_here: own.is_some(),
    }
}

/// Writes a file that is not there yet, whole or not at all.
pub(in crate::app) fn write_new(path: &Path, bytes: &[u8]) -> Result<()> {
    if path.exists() {
        return Err(Error::told(
            Kind::Conflict,
            format!("{} is there already.", path.display()),
            "Nothing was written. Name a file that is not there yet.",
        ));
    }
    let half: PathBuf = path.with_extension("part");
    let put = || -> std::io::Result<()> {
        let mut file = std::fs::File::create(&half)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&half, path)
    };
    put().map_err(|error| {
        invalid(format!("{} cannot be written: {error}.", path.display()), "Name another place.")
    })
}

fn listed(names: &[&str]) -> String {
    let shown = names.iter().take(LISTED).copied().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(LISTED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

fn damaged(name: &str, error: &dyn std::fmt::Display) -> Error {
    invalid(
        format!("{name} cannot be read as JSON: {error}."),
        "It is damaged or something else. Nothing was kept; export the model again.",
    )
}

fn refused(name: &str, error: &learn::Error) -> Error {
    invalid(format!("{name}: {}.", upper(error)), "Nothing was kept; export the model again.")
}

fn unreadable(path: &Path, error: &std::io::Error) -> Error {
    let (kind, words) = match error.kind() {
        ErrorKind::NotFound => (Kind::NotFound, format!("There is no file {}.", path.display())),
        _ => (Kind::Invalid, format!("{} cannot be read: {error}.", path.display())),
    };
    Error::told(kind, words, "Give the path of a model's file.")
}
