//! The files of a folder that can be read, in the order they must be loaded.
//!
//! Never here: subfolders, and a file left out without a reason.

use std::path::{Path, PathBuf};

use super::failure::{Failure, What};
use super::propose::{self, Known};
use super::source::{self, Source};
use crate::domain::fact::{self, FACTS, Fact};

/// Endings of files that may hold rows.
const ENDINGS: &[&str] = &["csv", "tsv", "txt"];
/// Endings of files that people believe hold rows, and what to do about it.
const NEARLY: &[(&str, &str)] = &[
    ("xlsx", "It is an Excel workbook: save each sheet as CSV."),
    ("xls", "It is an Excel workbook: save each sheet as CSV."),
    ("ods", "It is a spreadsheet: save each sheet as CSV."),
    ("numbers", "It is a spreadsheet: export each sheet as CSV."),
    ("zip", "It is an archive: unpack it first."),
    ("gz", "It is compressed: unpack it first."),
    ("json", "JSON is not read: export it as CSV."),
    ("parquet", "Parquet is not read: export it as CSV."),
];
/// Entries a folder of exports may have.
pub(super) const ENTRIES_MAX: usize = 10_000;

/// What a folder holds.
#[derive(Debug)]
pub struct Listing {
    /// What can be read, in load order: what is referred to comes first, then by name.
    pub files: Vec<Found>,
    /// What was left out, and why.
    pub ignored: Vec<Ignored>,
    /// What looks like a file of rows and cannot be read.
    pub failed: Vec<Failure>,
}

/// A file that can be read.
#[derive(Debug)]
pub struct Found {
    /// Where it lies.
    pub path: PathBuf,
    /// The file, opened and sniffed.
    pub source: Source,
    /// What its rows are.
    pub fact: &'static Fact,
}

/// A file that was left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ignored {
    /// Its name.
    pub name: String,
    /// Why, as a full sentence.
    pub reason: String,
}

/// Lists the files of a folder. Each is opened, since its columns may say more than its name;
/// several files of one fact are all listed.
pub fn list(dir: &Path, known: Known<'_>) -> Result<Listing, Failure> {
    let name = dir.to_string_lossy();
    let entries = std::fs::read_dir(dir).map_err(|it| Failure::io(&name, &it))?;
    let mut paths = Vec::new();
    for entry in entries {
        paths.push(entry.map_err(|it| Failure::io(&name, &it))?.path());
        if paths.len() > ENTRIES_MAX {
            return Err(Failure::new(&name, What::TooManyFiles));
        }
    }
    paths.sort();
    let mut listing = Listing { files: Vec::new(), ignored: Vec::new(), failed: Vec::new() };
    for path in paths {
        sort_in(&mut listing, path, known);
    }
    listing.files.sort_by_key(|it| FACTS.iter().position(|fact| fact.table == it.fact.table));
    Ok(listing)
}

fn sort_in(listing: &mut Listing, path: PathBuf, known: Known<'_>) {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if let Some(reason) = no_file_of_rows(&path, &name) {
        listing.ignored.push(Ignored { name, reason });
        return;
    }
    let named = fact::by_file(source::stem(&name));
    let source = match Source::open(&path) {
        Ok(source) => source,
        Err(failure) if named.is_some() => return listing.failed.push(failure),
        Err(failure) => {
            return listing.ignored.push(Ignored { name, reason: failure.to_string() });
        }
    };
    match propose::propose(&source, known) {
        Ok(it) if named.is_some() || it.is_complete() => {
            listing.files.push(Found { path, source, fact: it.fact });
        }
        Ok(_) => {
            let reason = Failure::new(&name, What::UnknownFact).to_string();
            listing.ignored.push(Ignored { name, reason });
        }
        Err(failure) => listing.ignored.push(Ignored { name, reason: failure.to_string() }),
    }
}

/// Why an entry is not even opened.
fn no_file_of_rows(path: &Path, name: &str) -> Option<String> {
    if name.starts_with('.') || name.starts_with("~$") {
        return Some("It is a hidden or temporary file.".to_owned());
    }
    if path.is_dir() {
        return Some("It is a folder; only files directly inside are read.".to_owned());
    }
    if !path.is_file() {
        return Some("It is not an ordinary file.".to_owned());
    }
    let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    if let Some((_, hint)) = NEARLY.iter().find(|it| it.0 == ending) {
        return Some((*hint).to_owned());
    }
    (!ENDINGS.contains(&ending.as_str()))
        .then(|| format!("Only files ending in .{} are read.", ENDINGS.join(", .")))
}
