//! An office's files into the store: which file holds what, one transaction a file, and a report
//! a person can act on.
//!
//! A file is loaded whole or not at all; rows that cannot be used are kept aside with their reason.
//! Never here: reading cells (see `crate::sync`), SQL, HTML.

mod check;
mod choose;
mod kept;
mod load;
mod look;
pub mod stage;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::progress::{Tell, go_on};
use super::runs::Uid;
use super::{Error, Office, Result, demo, derive, score};
use crate::clock::Stopwatch;
use crate::domain::count::{counted, grouped};
use crate::domain::told::{Kind, Told};

pub use crate::store::imports::{BadRow, FindingRow as Finding, LoadRow as Load};
pub use crate::sync::mapping::StoredMapping;
pub use crate::sync::preview::{Preview, PreviewCell, PreviewRow};
pub use crate::sync::quality::Severity;
pub use choose::{Guess, Refused};
pub use kept::{
    BAD_PAGE, FactHeld, Overview, bad_csv, bad_page, find, last_with_bad, overview, refused_of,
};
pub use look::{
    ChoiceProblem, ColumnLook, ColumnOption, FileLook, Look, Take, Use, choose_columns, fact_of,
    look, options, words,
};

/// Rows kept of those a file had refused; the count is exact beyond it.
pub const BAD_KEPT_MAX: usize = 1000;
/// The name of the source of files that come without one.
pub const CSV: &str = "csv";
/// Severity of a finding that is only good to know.
pub const NOTE: &str = "note";
/// The fact under which findings about heads are kept.
pub const HEADCOUNT: &str = "headcount";

/// What to load.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Files, and folders of files.
    pub paths: Vec<PathBuf>,
    /// Short name of the system the rows come from.
    pub source: String,
    /// Mappings a person settled; for other files the kept one is used, else the best guess.
    pub mappings: Vec<Chosen>,
    /// Loads what was loaded before, and what is mostly refused.
    pub force: bool,
}

/// A mapping a person settled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chosen {
    /// Name of the file it is for; none for every file with its headers.
    pub file: Option<String>,
    /// The mapping; none leaves the file out.
    pub mapping: Option<StoredMapping>,
}

/// What a load came to.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// In the order they were loaded.
    pub files: Vec<FileReport>,
    /// Files left out of a folder, and why.
    pub ignored: Vec<(String, String)>,
    /// What the facts as a whole say: where heads do not add up.
    pub findings: Vec<Finding>,
    /// What was computed from the facts afterwards.
    pub refreshed: derive::Refreshed,
    /// How long it took.
    pub seconds: f64,
}

/// What one file came to.
#[derive(Clone, Debug, Default)]
pub struct FileReport {
    /// Its name.
    pub file: String,
    /// Table of the fact; empty when it is not known.
    pub fact: &'static str,
    /// Identity of the load; none when nothing was loaded.
    pub load: Option<Uid>,
    /// Rows that held anything.
    pub rows: u64,
    /// New rows.
    pub inserted: u64,
    /// Rows that changed.
    pub updated: u64,
    /// Rows that were there already.
    pub unchanged: u64,
    /// Rows that repeat an earlier one of the file.
    pub duplicates: u64,
    /// Rows kept aside.
    pub quarantined: u64,
    /// The first of them.
    pub first_bad: Vec<BadRow>,
    /// Columns that are never read.
    pub refused_columns: Vec<Refused>,
    /// Columns that nothing of ours is like.
    pub left_out: Vec<String>,
    /// Columns whose meaning was guessed, not told by their name.
    pub guesses: Vec<Guess>,
    /// What looked odd.
    pub findings: Vec<Finding>,
    /// Why nothing was done, when the file was loaded before.
    pub skipped: Option<String>,
    /// Why nothing of it was saved.
    pub failed: Option<String>,
    /// How long it took.
    pub seconds: f64,
}

impl Order {
    /// Everything under a path, from plain CSV files.
    pub fn of(path: impl Into<PathBuf>) -> Self {
        Self { paths: vec![path.into()], source: CSV.to_owned(), ..Self::default() }
    }

    fn check(&self) -> Result<()> {
        let plain = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || b"-_".contains(&it);
        if self.source.is_empty() || self.source.len() > 40 || !self.source.bytes().all(plain) {
            return Err(Error::told(
                Kind::Invalid,
                format!("\u{201c}{}\u{201d} cannot be the name of a source.", self.source),
                "Use up to 40 small letters, digits, - and _, such as csv or payroll.",
            ));
        }
        if self.paths.is_empty() {
            return Err(Error::told(
                Kind::Invalid,
                "There is nothing to import.",
                "Name a folder or a file.",
            ));
        }
        Ok(())
    }
}

impl Report {
    /// What came out, in one sentence or two.
    pub fn summary(&self) -> String {
        let sum = |of: fn(&FileReport) -> u64| self.files.iter().map(of).sum::<u64>();
        let count = |of: fn(&FileReport) -> bool| self.files.iter().filter(|it| of(it)).count();
        let failed = count(|it| it.failed.is_some()) as u64;
        let skipped = count(|it| it.skipped.is_some()) as u64;
        let mut text = format!(
            "{} loaded: {} new, {} changed, {} as before, {} in quarantine.",
            counted(self.loaded(), "file"),
            counted(sum(|it| it.inserted), "row"),
            grouped(sum(|it| it.updated)),
            grouped(sum(|it| it.unchanged)),
            grouped(sum(|it| it.quarantined)),
        );
        if skipped > 0 {
            text += &format!(" {} loaded before and changed nothing.", counted(skipped, "file"));
        }
        if failed > 0 {
            text += &format!(" {} could not be loaded.", counted(failed, "file"));
        }
        text
    }

    /// How many files were loaded.
    pub fn loaded(&self) -> u64 {
        self.files.iter().filter(|it| it.load.is_some()).count() as u64
    }

    /// The first file that could not be loaded.
    pub fn failure(&self) -> Option<&FileReport> {
        self.files.iter().find(|it| it.failed.is_some())
    }
}

/// Loads files, one transaction each, in the order facts refer to each other.
///
/// A file that cannot be loaded is told in the report and the others go on; a machine that refuses
/// to write, or a wish to stop, ends the load, and what was loaded before stays.
pub fn import(office: &Office, order: &Order, tell: &dyn Tell) -> Result<Report> {
    order.check()?;
    if order.source != demo::SOURCE && office.look(demo::is_loaded)? {
        return Err(Error::told(
            Kind::Conflict,
            "This office is the demo; your data would mix with it.",
            "Remove the demo first: on the Train page, or with `crewkeep demo --remove`.",
        ));
    }
    let clock = Stopwatch::start();
    go_on(tell, 0, 0, "Looking at the files.")?;
    let wanted = order.clone();
    let found = office.look(move |cx| Ok(choose::list(cx, &wanted)))?;
    let mut report = Report { ignored: found.ignored, ..Report::default() };
    report.files.extend(found.failed.into_iter().map(|(file, told)| FileReport {
        file,
        failed: Some(told.to_string()),
        ..FileReport::default()
    }));
    if found.files.is_empty() && report.files.is_empty() {
        return Err(nothing_found(&report.ignored).into());
    }
    let of = found.files.iter().map(|it| it.source.rows_estimate()).sum();
    let mut progress = load::Progress { tell, done: 0, of };
    let mut facts = Vec::new();
    for file in found.files {
        let rows = file.source.rows_estimate();
        let first_of_fact = !facts.contains(&file.fact.table);
        let loaded = load::file(office, order, file, first_of_fact, &progress)
            .map_err(|error| with_context(error, &report))?;
        if loaded.load.is_some() {
            facts.push(loaded.fact);
        }
        progress.done += rows;
        report.files.push(loaded);
    }
    if !facts.is_empty() {
        report.findings = check::headcount(office)?;
    }
    if !facts.is_empty() || office.look(derive::is_stale)? {
        report.refreshed = after(office, tell)?;
        office.store.settle()?;
    }
    report.seconds = clock.elapsed().as_secs_f64();
    Ok(report)
}

/// What follows every load: tables computed from facts are brought up to date.
fn after(office: &Office, tell: &dyn Tell) -> Result<derive::Refreshed> {
    let refreshed = derive::refresh(office, tell)?;
    if office.look(score::exists)? {
        score::score(office, tell)?;
    }
    Ok(refreshed)
}

fn nothing_found(ignored: &[(String, String)]) -> Told {
    let why = ignored.first().map(|it| format!(" {}: {}", it.0, it.1)).unwrap_or_default();
    Told::new(
        Kind::NotFound,
        format!("There is no file to load here.{why}"),
        "Give a folder with CSV files such as technicians.csv and jobs.csv; docs/files.md says \
         what they hold.",
    )
}

/// A load that ends early tells what is in the store already.
fn with_context(error: Error, report: &Report) -> Error {
    let loaded: Vec<_> =
        report.files.iter().filter(|it| it.load.is_some()).map(|it| it.file.as_str()).collect();
    match error {
        Error::Told(told) if !loaded.is_empty() => Error::told(
            told.kind,
            told.message,
            format!("{} Loaded before it and kept: {}.", told.hint, loaded.join(", ")),
        ),
        error => error,
    }
}
