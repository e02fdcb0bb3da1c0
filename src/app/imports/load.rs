//! One file into its table, in one transaction: all of it or nothing.
//!
//! A thread reads rows ahead while the store's writer puts them, so that both cores work. Never
//! here: what a file holds (see `choose`).

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use super::choose::{self, Candidate, Decided};
use super::{BAD_KEPT_MAX, BadRow, FileReport, Finding, Load, NOTE, Order};
use crate::app::progress::{Tell, stopped};
use crate::app::{Error, Office};
use crate::clock::Stopwatch;
use crate::domain::calendar::second_text;
use crate::domain::count::{counted, grouped};
use crate::domain::fact::{Fact, Kind as Holds, Row};
use crate::domain::told::{Kind, Told};
use crate::store::facts::{Counts, Loader, Put};
use crate::store::{self, Tx, imports};
use crate::sync::failure::Failure;
use crate::sync::mapping::Mapping;
use crate::sync::quality::{self, Severity};
use crate::sync::read::{Reader, Rejected};
use crate::sync::tally::Tally;

/// Rows handed to the writer at a time, and batches that may wait for it.
const BATCH_ROWS: usize = 1024;
const BATCHES_MAX: usize = 8;
/// Refused rows shown with a report.
const SHOWN_MAX: usize = 5;
/// Different reasons told apart.
const REASONS_MAX: usize = 1000;

/// How far the order as a whole is.
pub(super) struct Progress<'t> {
    /// The listener.
    pub(super) tell: &'t dyn Tell,
    /// Rows of the files before this one.
    pub(super) done: u64,
    /// Rows of all files, about.
    pub(super) of: u64,
}

/// What the reading thread hands over.
enum Piece {
    Rows(Vec<Line>),
    End(Box<Tally>),
    Broken(Failure),
    Stopped,
}

enum Line {
    Row(u64, Row),
    Bad(Rejected),
}

/// Why a file was not saved: a fault of the file, or one that ends the order.
enum Stop {
    File(Told),
    All(Error),
}

/// Rows refused so far.
#[derive(Default)]
struct Bad {
    count: u64,
    unknown: u64,
    kept: Vec<BadRow>,
    reasons: HashMap<String, (u64, String)>,
}

/// What the writer needs besides the rows.
struct Job {
    source: String,
    fact: &'static Fact,
    mapping: Mapping,
    keep: bool,
    force: bool,
    first_of_fact: bool,
    load: Load,
}

struct Saved {
    load: [u8; 16],
    counts: Counts,
    tally: Box<Tally>,
    bad: Bad,
    findings: Vec<Finding>,
}

/// Loads one file. Its own faults are told in the report; an error ends the order.
pub(super) fn file(
    office: &Office,
    order: &Order,
    file: Candidate,
    first_of_fact: bool,
    progress: &Progress<'_>,
) -> crate::app::Result<FileReport> {
    let clock = Stopwatch::start();
    let mut report = FileReport { file: file.source.name().to_owned(), ..FileReport::default() };
    report.fact = file.fact.table;
    let wanted = order.clone();
    let looked = office.look(move |cx| {
        let decided = match choose::decide(cx, &wanted, file)? {
            Ok(decided) => decided,
            Err(told) => return Ok(Err(told)),
        };
        let load = choose::record(&wanted, &decided.source, &decided.mapping);
        let before = if wanted.force { None } else { loaded_before(cx.read, &load, decided.fact)? };
        let reader = Reader::new(&decided.source, &decided.mapping, cx.today);
        Ok(reader.map(|it| (decided, load, before, it)).map_err(Told::from))
    })?;
    let (decided, load, before, reader) = match looked {
        Ok(looked) => looked,
        Err(told) => {
            report.failed = Some(told.to_string());
            return Ok(report);
        }
    };
    describe(&mut report, &decided);
    if before.is_some() {
        report.skipped = before;
        return Ok(report);
    }
    let job = Job {
        source: order.source.clone(),
        fact: decided.fact,
        mapping: decided.mapping,
        keep: decided.keep,
        force: order.force,
        first_of_fact,
        load,
    };
    match run(office, job, reader, progress) {
        Ok(saved) => fill(&mut report, saved),
        Err(Stop::File(told)) => report.failed = Some(told.to_string()),
        Err(Stop::All(error)) => return Err(error),
    }
    report.seconds = clock.elapsed().as_secs_f64();
    Ok(report)
}

/// Reads on one thread, writes on the store's.
fn run(office: &Office, job: Job, reader: Reader, progress: &Progress<'_>) -> Result<Saved, Stop> {
    let (out, pieces) = sync_channel(BATCHES_MAX);
    let name = job.load.file.clone();
    std::thread::scope(|scope| {
        let reading = std::thread::Builder::new()
            .name("import-reader".to_owned())
            .spawn_scoped(scope, move || read_on(reader, &name, progress, &out));
        match reading {
            Ok(_) => office.store.write(move |tx| write(tx, job, &pieces)),
            Err(error) => Err(Stop::All(Error::broken("start a thread that reads a file", error))),
        }
    })
}

/// Reads to the end, or until nobody takes the rows or wants them.
fn read_on(mut reader: Reader, name: &str, progress: &Progress<'_>, out: &SyncSender<Piece>) {
    loop {
        let mut rows = Vec::with_capacity(BATCH_ROWS);
        while rows.len() < BATCH_ROWS {
            match reader.next() {
                Some(Ok(row)) => rows.push(Line::Row(reader.line(), row)),
                Some(Err(rejected)) => rows.push(Line::Bad(rejected)),
                None => break,
            }
        }
        let last = rows.len() < BATCH_ROWS;
        if out.send(Piece::Rows(rows)).is_err() {
            return;
        }
        let line = reader.line().saturating_sub(1);
        let what = format!("Loading {name}, {}.", counted(line, "row"));
        let done = (progress.done + line).min(progress.of);
        if !progress.tell.say(done, progress.of, &what) {
            // A writer that gave up needs no word.
            let _gone = out.send(Piece::Stopped);
            return;
        }
        if last {
            let end = match reader.finish() {
                Ok(tally) => Piece::End(Box::new(tally)),
                Err(failure) => Piece::Broken(failure),
            };
            let _gone = out.send(end);
            return;
        }
    }
}

fn write(tx: &Tx<'_>, job: Job, pieces: &Receiver<Piece>) -> Result<Saved, Stop> {
    let mut loader = Loader::new(tx, job.fact, &job.source)?;
    let mut bad = Bad::default();
    let tally = loop {
        match pieces.recv() {
            Ok(Piece::Rows(rows)) => put(&mut loader, &mut bad, rows)?,
            Ok(Piece::End(tally)) => break tally,
            Ok(Piece::Broken(failure)) => return Err(Stop::File(failure.into())),
            Ok(Piece::Stopped) => return Err(Stop::All(stopped())),
            Err(_) => return Err(Stop::All(Error::broken("read a file", "the reader is gone"))),
        }
    };
    if bad.count * 2 > tally.rows && !job.force {
        return Err(Stop::File(bad.refusal(&job.load.file, tally.rows)));
    }
    let (counts, loose) = loader.finish()?;
    let load = Load {
        rows_read: tally.rows,
        inserted: counts.inserted,
        updated: counts.updated,
        unchanged: counts.unchanged,
        quarantined: bad.count,
        ..job.load
    };
    let uid = imports::insert(tx, &load, &bad.kept)?;
    if job.keep {
        imports::keep_mapping(tx, job.fact.table, &key(job.mapping.headers()), &load.mapping)?;
    }
    let findings = findings(&tally, &job.mapping, &bad, loose);
    if job.first_of_fact {
        imports::clear_findings(tx, job.fact.table)?;
    }
    for finding in &findings {
        imports::add_finding(tx, finding)?;
    }
    Ok(Saved { load: uid, counts, tally, bad, findings })
}

fn put(loader: &mut Loader<'_, '_>, bad: &mut Bad, rows: Vec<Line>) -> Result<(), Stop> {
    for line in rows {
        match line {
            Line::Row(at, row) => {
                if let Put::Unknown { column, value, table } = loader.put(&row)? {
                    bad.unknown += 1;
                    let reason = format!("names no {table} that was loaded");
                    bad.take(BadRow { row: at, column: column.to_owned(), value, reason });
                }
            }
            Line::Bad(it) => bad.take(BadRow {
                row: it.row,
                column: it.column.unwrap_or_default().to_owned(),
                value: it.value,
                reason: it.reason,
            }),
        }
    }
    Ok(())
}

impl Bad {
    fn take(&mut self, row: BadRow) {
        self.count += 1;
        let like: String = row.reason.chars().filter(|it| !it.is_ascii_digit()).collect();
        let like = format!("{} {like}", row.column);
        if self.reasons.len() < REASONS_MAX || self.reasons.contains_key(&like) {
            let words = || format!("{} {}", row.column, row.reason).trim().to_owned();
            self.reasons.entry(like).or_insert_with(|| (0, words())).0 += 1;
        }
        if self.kept.len() < BAD_KEPT_MAX {
            self.kept.push(row);
        }
    }

    /// Why a file is not worth loading, with the three commonest reasons.
    fn refusal(&self, file: &str, rows: u64) -> Told {
        let mut reasons: Vec<_> = self.reasons.values().collect();
        reasons.sort_by(|one, other| other.0.cmp(&one.0).then(one.1.cmp(&other.1)));
        let told = reasons.iter().take(3).map(|it| format!("{}: {}", grouped(it.0), it.1));
        Told::new(
            Kind::Invalid,
            format!(
                "{file} was not loaded: {} of its {} cannot be used. {}.",
                grouped(self.count),
                counted(rows, "row"),
                told.collect::<Vec<_>>().join("; ")
            ),
            "Check that each column was taken for the right one, and that the files it refers to \
             were loaded. A load by force (--force, or the box on the import page) takes the \
             rest of the rows.",
        )
    }
}

/// When and how a file with this content was loaded, if loading it again would change nothing.
///
/// It might change something when a later file of the same kind changed rows, or when rows were
/// refused and a kind of row they may refer to has grown since.
pub(super) fn loaded_before(
    read: &store::Read<'_>,
    load: &Load,
    fact: &Fact,
) -> crate::app::Result<Option<String>> {
    let Some(before) = imports::same(read, load)? else { return Ok(None) };
    let refers = |table: &str| {
        fact.columns.iter().any(|it| matches!(it.kind, Holds::Ref(to) if to == table))
    };
    let touched = imports::later(read, &before)?.iter().any(|(table, inserted, updated)| {
        (*table == load.fact && *updated > 0)
            || (before.quarantined > 0 && *inserted > 0 && refers(table))
    });
    Ok((!touched).then(|| {
        format!("already loaded on {} UTC, nothing changed", second_text(before.created_at))
    }))
}

fn describe(report: &mut FileReport, decided: &Decided) {
    report.fact = decided.fact.table;
    report.refused_columns = choose::refused(decided.source.header());
    report.left_out = choose::left_out(&decided.mapping, decided.source.header());
    report.guesses.clone_from(&decided.guesses);
}

fn fill(report: &mut FileReport, saved: Saved) {
    report.load = Some(saved.load);
    report.rows = saved.tally.rows;
    report.inserted = saved.counts.inserted;
    report.updated = saved.counts.updated;
    report.unchanged = saved.counts.unchanged;
    report.duplicates = saved.tally.duplicates;
    report.quarantined = saved.bad.count;
    report.first_bad = saved.bad.kept.into_iter().take(SHOWN_MAX).collect();
    report.findings = saved.findings;
}

fn findings(tally: &Tally, mapping: &Mapping, bad: &Bad, loose: u64) -> Vec<Finding> {
    let finding = |severity, title: String, detail: String| Finding {
        fact: tally.fact.table.to_owned(),
        severity: severity_id(severity).to_owned(),
        title,
        detail,
        n: tally.rows,
    };
    let mut all: Vec<_> = quality::findings(tally, mapping)
        .into_iter()
        .map(|it| finding(it.severity, it.title, it.detail))
        .collect();
    if bad.unknown > 0 {
        let title = format!("{} to rows that were not loaded", refer(bad.unknown));
        let detail = "They are in quarantine. Load the files they refer to, then this one again.";
        all.insert(0, finding(Severity::Look, title, detail.to_owned()));
    }
    if loose > 0 {
        let title = format!("{} a job that is not there", names(loose));
        let detail = "They count as recalls, and no earlier visit is charged with them.";
        all.push(finding(Severity::Note, title, detail.to_owned()));
    }
    all
}

fn refer(count: u64) -> String {
    let verb = if count == 1 { "refers" } else { "refer" };
    format!("{} {verb}", counted(count, "row"))
}

fn names(count: u64) -> String {
    let verb = if count == 1 { "names" } else { "name" };
    format!("{} {verb}", counted(count, "recall"))
}

/// A severity as kept.
pub(super) fn severity_id(severity: Severity) -> &'static str {
    match severity {
        Severity::Stop => "stop",
        Severity::Look => "look",
        Severity::Note => NOTE,
    }
}

/// Headers in a form in which order and case do not matter.
fn key(headers: &[String]) -> String {
    let mut headers: Vec<_> = headers.iter().map(|it| it.to_lowercase()).collect();
    headers.sort();
    serde_json::to_string(&headers).unwrap_or_default()
}

impl From<store::Error> for Stop {
    fn from(error: store::Error) -> Self {
        Self::All(error.into())
    }
}
