//! The folder of a model, `models/{kind}/{version}/` in the data directory: what people take along.
//!
//! Written from the row, never read back into it. Each file appears whole or not at all, and the
//! manifest comes last: a folder that has one is complete. Never here: the state of a model, which
//! changes while the folder does not.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Entry, Record, entry, hash, no_version, sheet};
use crate::app::{Cx, Error, Office, Result};
use crate::domain::calendar::second_text;
use crate::domain::told::Kind;
use crate::store::registry;

/// The artifact.
pub const MODEL: &str = "model.json";
/// The card for programs.
pub const CARD_JSON: &str = "card.json";
/// The card for people.
pub const CARD_TEXT: &str = "card.md";
/// What the folder holds, with a hash of each file.
pub const MANIFEST: &str = "manifest.json";

/// Version of the manifest's shape.
const FORMAT: u32 = 1;

/// Name and bytes of a file of the folder.
pub type File = (&'static str, Vec<u8>);

/// What a folder holds.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Manifest {
    format: u32,
    kind: String,
    version: u32,
    code_version: String,
    horizon_days: i32,
    data_to: String,
    data_hash: String,
    seed: u64,
    parameters: String,
    trained_at: String,
    files: BTreeMap<String, String>,
}

/// What stands between a folder and its row.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::app) struct Difference {
    /// Path of the file.
    pub(in crate::app) file: String,
    /// What is wrong with it.
    pub(in crate::app) found: String,
}

/// The folder of a model.
pub fn dir(office: &Office, record: &Record) -> PathBuf {
    root(office).join(&record.kind).join(record.version.to_string())
}

/// The files of a model as they are written, the manifest last.
///
/// # Errors
/// `NotFound` when there is no such version.
pub fn files(cx: &Cx<'_>, version: u32) -> Result<(Entry, Vec<File>)> {
    let record = registry::by_version(cx.read, version)?.ok_or_else(|| no_version(version))?;
    let artifact = registry::artifact(cx.read, record.id)?;
    let entry = entry(record, None)?;
    let record = &entry.record;
    let mut files = vec![
        (MODEL, artifact),
        (CARD_JSON, record.card.clone().into_bytes()),
        (CARD_TEXT, sheet::text(&entry).into_bytes()),
    ];
    let manifest = manifest(record, files.iter().map(|it| (it.0.to_owned(), hash(&it.1))));
    let json = serde_json::to_string_pretty(&manifest)
        .map_err(|error| Error::broken("write down a manifest", error))?;
    files.push((MANIFEST, format!("{json}\n").into_bytes()));
    Ok((entry, files))
}

/// Writes the folder of a model, in the place of what is there.
pub(in crate::app) fn write(office: &Office, version: u32) -> Result<()> {
    let (entry, files) = office.look(move |cx| files(cx, version))?;
    put(&dir(office, &entry.record), &files)
}

/// Puts files into a folder, each whole or not at all.
fn put(dir: &Path, files: &[File]) -> Result<()> {
    std::fs::create_dir_all(dir)?;
    for (name, bytes) in files {
        let half = dir.join(format!(".{name}.part"));
        let mut file = std::fs::File::create(&half)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&half, dir.join(name))?;
    }
    Ok(())
}

/// Compares a folder with its row: differences, or `None` when there is no folder to compare.
/// The second number is how many files were read.
pub(in crate::app) fn check(
    office: &Office,
    record: &Record,
) -> Result<(Option<Vec<Difference>>, u64)> {
    let dir = dir(office, record);
    let shown = |name: &str| format!("models/{}/{}/{name}", record.kind, record.version);
    let Some(bytes) = read(&dir.join(MANIFEST))? else { return Ok((None, 0)) };
    let differs =
        |name: &str, found: &str| Difference { file: shown(name), found: found.to_owned() };
    let Ok(kept) = serde_json::from_slice::<Manifest>(&bytes) else {
        return Ok((Some(vec![differs(MANIFEST, "It cannot be read as a manifest.")]), 1));
    };
    let mut differences = Vec::new();
    if manifest(record, kept.files.clone()) != kept {
        differences.push(differs(MANIFEST, "It does not say what the store says of the model."));
    }
    let known = [
        (MODEL, Some(&record.artifact_hash)),
        (CARD_JSON, record.card_hash.as_ref()),
        (CARD_TEXT, None),
    ];
    for (name, row_hash) in known {
        let found = read(&dir.join(name))?.map(|it| hash(&it));
        let words = match (found, kept.files.get(name)) {
            (None, _) => "It is not there.",
            (Some(_), None) => "The manifest does not name it.",
            (Some(found), Some(kept)) if found != *kept => {
                "It is not what the manifest says: its SHA-256 differs."
            }
            (Some(found), Some(_)) if row_hash.is_some_and(|it| *it != found) => {
                "It is not what the store holds: its SHA-256 differs."
            }
            _ => continue,
        };
        differences.push(differs(name, words));
    }
    Ok((Some(differences), 1 + known.len() as u64))
}

/// Writes the folder of a model to a place of one's own.
///
/// # Errors
/// `NotFound` when there is no such version, `Conflict` when something lies there already.
pub fn export(office: &Office, version: u32, to: &Path) -> Result<Vec<PathBuf>> {
    let (_, files) = office.look(move |cx| files(cx, version))?;
    if std::fs::read_dir(to).is_ok_and(|mut it| it.next().is_some()) {
        return Err(Error::told(
            Kind::Conflict,
            format!("{} is not empty.", to.display()),
            "Nothing was written. Name a folder that is empty or not there yet.",
        ));
    }
    put(to, &files)?;
    Ok(files.iter().map(|it| to.join(it.0)).collect())
}

/// Removes the folders of all models: their rows are gone.
pub fn forget(office: &Office) -> Result<()> {
    match std::fs::remove_dir_all(root(office)) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

fn root(office: &Office) -> PathBuf {
    office.place().dir().join("models")
}

fn read(path: &Path) -> Result<Option<Vec<u8>>> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn manifest(record: &Record, files: impl IntoIterator<Item = (String, String)>) -> Manifest {
    Manifest {
        format: FORMAT,
        kind: record.kind.clone(),
        version: record.version,
        code_version: record.code_version.clone(),
        horizon_days: record.horizon_days,
        data_to: record.as_of.to_string(),
        data_hash: record.data_hash.clone(),
        seed: record.seed,
        parameters: record.parameters.clone(),
        trained_at: format!("{} UTC", second_text(record.created_at)),
        files: files.into_iter().collect(),
    }
}
