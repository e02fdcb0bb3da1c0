//! Whether everything kept is still what it was: artifacts, cards, folders, predictions, forecasts.
//!
//! Every prediction is computed again from its model and its kept values and compared bit for bit.
//! A folder that is missing is written again; anything else is told, never mended. Never here: deciding
//! what a person should believe.

mod forecasts;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::progress::{Tell, go_on};
use super::registry::{Record, check_folder, hash, seal, write_folder};
use super::score::{self, Loaded, Term};
use super::{Cx, Error, Office, Result};
use crate::clock::Stopwatch;
use crate::domain::count::{counted, grouped};
use crate::feature::FEATURES;
use crate::store::models::{self, PredictionRow};
use crate::store::months::MonthRow;
use crate::store::registry::{self, Sealed};

/// What a check found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Models looked at.
    pub models: u64,
    /// Files looked at.
    pub files: u64,
    /// Predictions computed again.
    pub predictions: u64,
    /// Predictions older than seals: computed again, but under no seal.
    pub unsealed: u64,
    /// Forecasts whose hash was checked.
    #[serde(default)]
    pub forecasts: u64,
    /// Of those, made again from the values kept with them, the newest first.
    #[serde(default)]
    pub replayed: u64,
    /// Of those made again, the ones whose facts have changed since: no fault.
    #[serde(default)]
    pub moved_on: u64,
    /// Folders that were missing and were written again.
    pub repaired: Vec<String>,
    /// Things that do not match.
    pub fault_count: u64,
    /// The first of them.
    pub faults: Vec<Fault>,
    /// Seconds it took.
    pub seconds: f64,
}

/// One thing that does not match.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// Where: a file, a row.
    pub at: String,
    /// What was found there.
    pub found: String,
    /// What to do.
    pub remedy: String,
}

/// Faults kept and shown.
const FAULTS_MAX: usize = 50;
/// Predictions read at once.
const CHUNK: u32 = 4000;

const FROM_BACKUP: &str = "Put a backup of the data file in its place, or train a new model.";
const WRITE_AGAIN: &str = "Move the folder aside and run `crewkeep verify` again: it is written anew \
                           from the store. If you changed the file on purpose, keep your copy \
                           elsewhere.";
const SCORE_AGAIN: &str = "Run `crewkeep predict` if this model is in use: the row is replaced. \
                           Otherwise put a backup of the data file in its place.";

impl Report {
    /// Whether all matches.
    pub fn is_sound(&self) -> bool {
        self.fault_count == 0
    }

    /// In one sentence.
    pub fn words(&self) -> String {
        let what = format!(
            "{}, {}, {}, {}",
            counted(self.models, "model"),
            counted(self.files, "file"),
            counted(self.predictions, "prediction"),
            counted(self.forecasts, "forecast")
        );
        if self.is_sound() {
            format!("All match: {what} checked in {:.1} s.", self.seconds)
        } else {
            format!("Not all match: {}, in {what}.", counted(self.fault_count, "fault"))
        }
    }

    fn fault(&mut self, at: String, found: &str, remedy: &str) {
        self.fault_count += 1;
        if self.faults.len() < FAULTS_MAX {
            self.faults.push(Fault { at, found: found.to_owned(), remedy: remedy.to_owned() });
        }
    }
}

/// Checks everything and keeps what was found.
pub fn verify(office: &Office, tell: &dyn Tell) -> Result<Report> {
    let clock = Stopwatch::start();
    let mut report = Report::default();
    go_on(tell, 0, 100, "Checking models.")?;
    let records = office.look(|cx| Ok(registry::list(cx.read)?))?;
    let mut models = BTreeMap::new();
    for record in &records {
        report.models += 1;
        let loaded = check_model(office, record, &mut report)?;
        check_files(office, record, &mut report)?;
        models.insert(record.id, Known { record, loaded });
    }
    check_predictions(office, &models, &mut report, tell)?;
    forecasts::check(office, &mut report, tell)?;
    report.seconds = clock.elapsed().as_secs_f64();
    let json = serde_json::to_string(&report)
        .map_err(|error| Error::broken("write down what a check found", error))?;
    let faults = report.fault_count;
    office.store.write(move |tx| registry::note_verification(tx, faults, &json))?;
    Ok(report)
}

/// When the last check was, UTC seconds, and what it found.
pub fn last(cx: &Cx<'_>) -> Result<Option<(i64, Report)>> {
    let Some((at, json)) = registry::last_verification(cx.read)? else { return Ok(None) };
    let report = serde_json::from_str(&json)
        .map_err(|error| Error::broken("read what a check found", error))?;
    Ok(Some((at, report)))
}

/// A model and, when it could be loaded, itself.
struct Known<'a> {
    record: &'a Record,
    loaded: Option<Loaded>,
}

/// Hashes of a row, and whether its artifact can be loaded.
fn check_model(office: &Office, record: &Record, report: &mut Report) -> Result<Option<Loaded>> {
    let name = |what: &str| format!("{what} of model v{} in the data file", record.version);
    let id = record.id;
    let artifact = office.look(move |cx| Ok(registry::artifact(cx.read, id)?))?;
    if record.card_hash.as_ref().is_some_and(|it| *it != hash(record.card.as_bytes())) {
        report.fault(name("The card"), "Its SHA-256 is not the one kept.", FROM_BACKUP);
    }
    if hash(&artifact) != record.artifact_hash {
        let found = "Its SHA-256 is not the one kept; its predictions cannot be computed again.";
        report.fault(name("The artifact"), found, FROM_BACKUP);
        return Ok(None);
    }
    let row = office.look(move |cx| Ok(models::by_id(cx.read, id)?))?;
    match row.as_ref().map(score::loaded) {
        Some(Ok(loaded)) => Ok(Some(loaded)),
        Some(Err(error)) => {
            let found = format!("It cannot be loaded: {error}.");
            report.fault(name("The artifact"), &found, FROM_BACKUP);
            Ok(None)
        }
        None => Ok(None),
    }
}

fn check_files(office: &Office, record: &Record, report: &mut Report) -> Result<()> {
    let (differences, files) = check_folder(office, record)?;
    report.files += files;
    let Some(differences) = differences else {
        write_folder(office, record.version)?;
        report.repaired.push(format!("models/{}/{}", record.kind, record.version));
        return Ok(());
    };
    for it in differences {
        report.fault(it.file, &it.found, WRITE_AGAIN);
    }
    Ok(())
}

fn check_predictions(
    office: &Office,
    models: &BTreeMap<i64, Known<'_>>,
    report: &mut Report,
    tell: &dyn Tell,
) -> Result<()> {
    let all = office.look(|cx| Ok(registry::predictions(cx.read)?))?;
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut after = 0;
    loop {
        let rows = office.look(move |cx| Ok(registry::sealed(cx.read, after, CHUNK)?))?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = last.id;
        let part = rows.len().div_ceil(threads).max(1);
        let faults = std::thread::scope(|scope| -> Result<Vec<Wrong>> {
            let parts: Vec<_> = rows
                .chunks(part)
                .enumerate()
                .map(|(at, rows)| scope.spawn(move || wrong(rows, at * part, models)))
                .collect();
            let mut faults = Vec::new();
            for part in parts {
                let panicked = |_| Error::broken("compute predictions again", "a thread panicked");
                faults.extend(part.join().map_err(panicked)?);
            }
            Ok(faults)
        })?;
        report.predictions += rows.len() as u64;
        report.unsealed += rows.iter().filter(|it| it.seal.is_none()).count() as u64;
        for (at, found) in faults {
            let it = &rows[at];
            let version = models.get(&it.model_id).map_or(0, |it| it.record.version);
            let at =
                format!("What model v{version} said of {} as of {}", it.employee_no, it.said.as_of);
            report.fault(at, found, SCORE_AGAIN);
        }
        let words = format!("Computing predictions again, {} done.", grouped(report.predictions));
        go_on(tell, report.predictions, all.max(report.predictions), &words)?;
    }
}

/// Place of a row that does not match, and what is wrong with it.
type Wrong = (usize, &'static str);

fn wrong(rows: &[Sealed], from: usize, models: &BTreeMap<i64, Known<'_>>) -> Vec<Wrong> {
    let checked = rows.iter().enumerate().filter_map(|(at, row)| {
        let known = models.get(&row.model_id)?;
        Some((from + at, mismatch(row, known)?))
    });
    checked.collect()
}

fn mismatch(row: &Sealed, known: &Known<'_>) -> Option<&'static str> {
    let sealed =
        row.seal.as_ref().is_none_or(|it| *it == seal(&known.record.artifact_hash, &row.said));
    if !sealed {
        return Some("Its seal does not match: something of it was changed after it was said.");
    }
    if row.said.chance.is_none() {
        let silent = row.said.not_scored.is_some() && row.said.log_odds.is_none();
        return (!silent).then_some("It has neither a score nor a reason for none.");
    }
    let loaded = known.loaded.as_ref()?;
    // Equal seals are equal bits.
    let same = |it: &PredictionRow| seal("", it) == seal("", &row.said);
    match again(&row.said, loaded) {
        Some(said) if same(&said) => None,
        Some(_) => Some("Computed again from its model and its values it comes out differently."),
        None => Some("Its values cannot be read."),
    }
}

/// A prediction made again from the values kept in it.
fn again(said: &PredictionRow, loaded: &Loaded) -> Option<PredictionRow> {
    let terms: Vec<Term> = serde_json::from_str(&said.terms).ok()?;
    let mut row = MonthRow {
        technician_id: said.technician_id,
        employment_id: 0,
        month_no: said.as_of.month().0,
        as_of: said.as_of,
        zone_id: 0,
        office_id: 0,
        values: [None; FEATURES.len()],
    };
    for term in terms {
        let at = FEATURES.iter().position(|it| it.id == term.feature)?;
        row.values[at] = term.value;
    }
    let again = score::prediction(loaded, &row, None).ok()?;
    // Models of the horizon at once say nothing of the months to come, and once kept nothing.
    let ahead = if loaded.card.is_monthly() { again.ahead.clone() } else { said.ahead.clone() };
    Some(PredictionRow { band: said.band.clone(), ahead, ..again })
}
