//! The demo office: generated, then loaded through the same door as everybody's data.
//!
//! Never here: the truth the generator knows (only a file the person asks for gets it).

use std::path::{Path, PathBuf};

use super::imports::{self, Order};
use super::progress::{Silent, Tell, go_on, stopped};
use super::{Cx, Error, Office, Result, derive, registry};
use crate::clock::Stopwatch;
use crate::demo;
use crate::domain::calendar::Day;
use crate::domain::told::Kind;
use crate::store::{Store, office, wipe};

pub use crate::demo::Spec;

/// Source of the demo's rows.
pub const SOURCE: &str = "demo";
/// Folder of its files while they are loaded, inside the data folder.
const FOLDER: &str = "demo-files";

/// What was loaded, and how long each part took.
#[derive(Clone, Debug)]
pub struct Report {
    /// Rows written and loaded.
    pub rows: u64,
    /// Rows in quarantine.
    pub quarantined: u64,
    /// Exits of the demo, all kinds.
    pub exits: u64,
    /// Seconds to write the files.
    pub write_seconds: f64,
    /// The load with what follows from it.
    pub import: imports::Report,
}

/// Fact that is loaded last: once it is there, the demo is whole.
const LAST: &str = "note";

/// Generates and loads a demo; one that was cut off is removed first. `truth` names a file for what only the generator knows.
///
/// # Errors
/// `Conflict` when the office holds other data; `Invalid` for an impossible size.
pub fn load(office: &Office, spec: &Spec, truth: Option<&Path>, tell: &dyn Tell) -> Result<Report> {
    spec.check()?;
    if !office.look(is_welcome)? {
        return Err(Error::told(
            Kind::Conflict,
            "This office holds data already; the demo would mix with it.",
            "Choose an empty folder with --data-dir, or remove the demo that is loaded with \
             `crewkeep demo --remove`.",
        ));
    }
    if office.look(is_cut_off)? {
        remove(office)?;
    }
    let folder = Folder::make(office.place().dir().join(FOLDER))?;
    let clock = Stopwatch::start();
    go_on(tell, 0, 100, "Writing the demo's files.")?;
    let mut say =
        |done: u64, of: u64| tell.say(done * 20 / of.max(1), 100, "Writing the demo's files.");
    let written = demo::write(spec, &folder.0, truth, &mut say).map_err(|error| match error {
        demo::Error::Told(told) => Error::Told(told),
        demo::Error::Stopped => stopped(),
    })?;
    let write_seconds = clock.elapsed().as_secs_f64();
    let order = Order { source: SOURCE.to_owned(), ..Order::of(&folder.0) };
    let import = imports::import(office, &order, tell)?;
    if let Some(file) = import.failure() {
        return Err(Error::broken(
            format!("load the demo's {}", file.file),
            file.failed.clone().unwrap_or_default(),
        ));
    }
    Ok(Report {
        rows: written.files.iter().map(|it| it.rows).sum(),
        quarantined: import.files.iter().map(|it| it.quarantined).sum(),
        exits: written.exits,
        write_seconds,
        import,
    })
}

/// Whether the demo may be loaded: the office holds no data, or only a demo that was cut off.
pub fn is_welcome(cx: &Cx<'_>) -> Result<bool> {
    let sources = office::sources(cx.read)?;
    Ok(sources.is_empty() || (sources == [SOURCE] && is_cut_off(cx)?))
}

/// Whether a load of the demo was cut off before its last file.
fn is_cut_off(cx: &Cx<'_>) -> Result<bool> {
    let begun = office::was_loaded(cx.read, SOURCE, None)?;
    Ok(begun && !office::was_loaded(cx.read, SOURCE, Some(LAST))?)
}

/// Whether the office is the demo.
pub fn is_loaded(cx: &Cx<'_>) -> Result<bool> {
    Ok(office::sources(cx.read)?.iter().any(|it| it == SOURCE))
}

/// Removes the demo and all that was derived from or decided on it.
///
/// # Errors
/// `NotFound` when the office is not the demo: its models and scores are nobody's to remove.
pub fn remove(office: &Office) -> Result<()> {
    if !office.look(|cx| Ok(is_loaded(cx)? || is_cut_off(cx)?))? {
        return Err(Error::told(
            Kind::NotFound,
            "This office is not the demo.",
            "Nothing was changed.",
        ));
    }
    let store: &Store = &office.store;
    store.write(|tx| wipe::source(tx, SOURCE))?;
    registry::forget(office)?;
    derive::refresh(office, &Silent)?;
    Ok(store.settle()?)
}

/// The default demo, ending yesterday.
pub fn default_spec(today: Day) -> Spec {
    Spec::default_ending(today.plus(-1))
}

/// A folder that goes away with it.
struct Folder(PathBuf);

impl Folder {
    fn make(path: PathBuf) -> Result<Self> {
        if path.exists() {
            // Left behind by a program that was killed.
            std::fs::remove_dir_all(&path)?;
        }
        std::fs::create_dir_all(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::warn!(%error, "the demo's files could not be removed");
        }
    }
}
