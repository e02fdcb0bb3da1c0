//! `crewkeep import`: files into the store, or a look at them, or the rows that were refused.

use std::path::{Path, PathBuf};

use clap::Args;

use super::progress::Line;
use super::{Global, out, say};
use crate::app::imports::{
    self, Chosen, FileLook, FileReport, Look, Order, Preview, PreviewCell, Report, StoredMapping,
    Use,
};
use crate::app::{Error, Result};
use crate::domain::count::{counted, grouped};
use crate::domain::told::Kind;

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command")]
pub(super) struct Arguments {
    /// Folders and CSV files to load
    #[arg(value_name = "DIR|FILE")]
    paths: Vec<PathBuf>,
    /// Short name of the system the rows come from
    #[arg(long, value_name = "NAME", default_value = imports::CSV)]
    source: String,
    /// Mapping of a file's columns, as JSON, for files with its headers
    #[arg(long, value_name = "FILE.json")]
    mapping: Option<PathBuf>,
    /// Load what was loaded before, and files that are mostly refused
    #[arg(long)]
    force: bool,
    /// Show what the files hold and their first rows; save nothing
    #[arg(long, conflicts_with = "force")]
    dry_run: bool,
    /// Print the refused rows of the last load that had any, as CSV
    #[arg(long, conflicts_with_all = ["paths", "dry_run", "force", "mapping", "json"])]
    quarantine: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(global: &Global, arguments: &Arguments) -> Result<()> {
    if arguments.quarantine {
        return quarantine(global);
    }
    let order = order(arguments)?;
    if arguments.dry_run {
        return dry_run(global, order, arguments.json);
    }
    let office = global.open(&[])?;
    let line = Line::start();
    let report = imports::import(&office, &order, &line);
    line.clear();
    office.close();
    let report = report?;
    if arguments.json {
        out(&json(&report).to_string());
    } else {
        report.files.iter().for_each(print);
        for (name, reason) in &report.ignored {
            out(&format!("{name}: left out. {reason}"));
        }
        for it in &report.findings {
            out(&format!("{}: {}", it.title, it.detail));
        }
        out(&format!("{} {:.1} s.", report.summary(), report.seconds));
    }
    match report.failure() {
        Some(file) => Err(Error::told(
            Kind::Invalid,
            format!("{} was not loaded.", file.file),
            "The lines above say why. Nothing of it was saved.",
        )),
        None => Ok(()),
    }
}

fn quarantine(global: &Global) -> Result<()> {
    let office = global.attach()?;
    let csv = office.look(|cx| match imports::last_with_bad(cx)? {
        Some(load) => Ok(Some(imports::bad_csv(cx, load.uid)?)),
        None => Ok(None),
    })?;
    match csv {
        Some((load, csv)) => {
            out(csv.trim_end());
            say(&format!("{}: {}", load.file, counted(load.quarantined, "refused row")));
        }
        None => say("No load refused a row."),
    }
    Ok(())
}

fn dry_run(global: &Global, order: Order, json: bool) -> Result<()> {
    // Without data there is nothing to look beside, and a folder for them is made.
    let office = global.attach().or_else(|_| global.open(&[]))?;
    let look = office.look(move |cx| imports::look(cx, &order, None))?;
    if json {
        out(&look_json(&look).to_string());
        return Ok(());
    }
    look.files.iter().for_each(print_look);
    for (name, reason) in &look.ignored {
        out(&format!("{name}: left out. {reason}"));
    }
    out("Nothing was saved.");
    Ok(())
}

fn print_look(it: &FileLook) {
    if let Some(told) = &it.failed {
        return out(&told.to_string());
    }
    let fact = it.fact.map_or("unknown rows", |it| it.file);
    out(&format!(
        "{}: about {} of {fact} ({}). {}",
        it.name,
        counted(it.rows, "row"),
        it.written,
        it.reason
    ));
    for column in &it.columns {
        let becomes = match &column.becomes {
            Use::Feeds { choice, reason, .. } => format!("{choice}. {reason}"),
            Use::Refused { what, why } => format!("never read ({what}), {why}"),
            Use::LeftOut { reason } => format!("not used. {reason}"),
        };
        out(&format!("  {} -> {becomes}", column.header));
    }
    for (name, nearest) in &it.missing {
        let near = if nearest.is_empty() {
            String::new()
        } else {
            format!(" Nearest: {}.", nearest.join(", "))
        };
        out(&format!("  missing: {name}, which every row needs.{near}"));
    }
    if let Some(before) = &it.before {
        out(&format!("  {before}"));
    }
    if let Some(preview) = &it.preview {
        print_preview(preview);
    }
}

fn print_preview(preview: &Preview) {
    for row in &preview.rows {
        let cell = |it: &PreviewCell| match &it.problem {
            Some(problem) => format!("[{} {problem}]", it.raw),
            None => it.read.clone(),
        };
        let cells: Vec<_> = row.cells.iter().map(cell).collect();
        let problem = row.problem.as_deref().unwrap_or_default();
        out(format!("  row {}: {} {problem}", row.row, cells.join(", ")).trim_end());
    }
}

fn look_json(look: &Look) -> serde_json::Value {
    let files: Vec<_> = look
        .files
        .iter()
        .map(|it| {
            serde_json::json!({
                "file": it.name, "rows": it.rows, "written": it.written,
                "fact": it.fact.map(|it| it.table), "reason": it.reason,
                "mapping": it.mapping, "settled": it.settled,
                "missing": it.missing.iter().map(|it| it.0).collect::<Vec<_>>(),
                "before": it.before, "failed": it.failed.as_ref().map(ToString::to_string),
            })
        })
        .collect();
    serde_json::json!({ "files": files })
}

fn order(arguments: &Arguments) -> Result<Order> {
    let mappings = match &arguments.mapping {
        Some(path) => vec![Chosen { file: None, mapping: Some(mapping(path)?) }],
        None => Vec::new(),
    };
    Ok(Order {
        paths: arguments.paths.clone(),
        source: arguments.source.clone(),
        mappings,
        force: arguments.force,
    })
}

fn mapping(path: &Path) -> Result<StoredMapping> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        Error::told(
            Kind::NotFound,
            format!("The mapping {} cannot be read: {error}.", path.display()),
            "Check its name.",
        )
    })?;
    serde_json::from_str(&text).map_err(|error| {
        Error::told(
            Kind::Invalid,
            format!("{} is no mapping: {error}.", path.display()),
            "crewkeep import DIR --dry-run --json prints the mapping of each file.",
        )
    })
}

fn print(it: &FileReport) {
    if let Some(why) = &it.failed {
        // A failure begins with the file's name.
        return out(why);
    }
    if let Some(why) = &it.skipped {
        return out(&format!("{}: {why}", it.file));
    }
    let mut text = format!(
        "{}: {} as {}: {} new, {} changed, {} as before",
        it.file,
        counted(it.rows, "row"),
        it.fact,
        grouped(it.inserted),
        grouped(it.updated),
        grouped(it.unchanged),
    );
    if it.duplicates > 0 {
        text += &format!(", {} twice in the file", grouped(it.duplicates));
    }
    if it.quarantined > 0 {
        text += &format!(", {} in quarantine", grouped(it.quarantined));
    }
    out(&format!("{text}. {:.1} s", it.seconds));
    for column in &it.refused_columns {
        out(&format!("  never read: {} ({}), {}", column.header, column.what, column.why));
    }
    if !it.left_out.is_empty() {
        out(&format!("  not used: {}", it.left_out.join(", ")));
    }
    for guess in &it.guesses {
        out(&format!("  guessed: {} is {}. {}", guess.header, guess.column, guess.reason));
    }
    for row in &it.first_bad {
        let value = if row.value.is_empty() { String::new() } else { format!(" {}", row.value) };
        let cell = format!("{}{value}", row.column);
        out(&format!("  row {}: {} {}", row.row, cell.trim(), row.reason));
    }
    if it.quarantined > it.first_bad.len() as u64 {
        out("  The rest: crewkeep import --quarantine, or the Data page.");
    }
    let (notes, grave): (Vec<_>, Vec<_>) =
        it.findings.iter().partition(|it| it.severity == imports::NOTE);
    for finding in grave {
        out(&format!("  look: {}. {}", finding.title, finding.detail));
    }
    if !notes.is_empty() {
        out(&format!("  {} on the Data page", counted(notes.len() as u64, "note")));
    }
}

fn json(report: &Report) -> serde_json::Value {
    let files: Vec<_> = report.files.iter().map(file_json).collect();
    let ignored: Vec<_> = report
        .ignored
        .iter()
        .map(|it| serde_json::json!({ "file": it.0, "reason": it.1 }))
        .collect();
    let findings: Vec<_> = report
        .findings
        .iter()
        .map(|it| serde_json::json!({ "title": it.title, "detail": it.detail }))
        .collect();
    serde_json::json!({
        "summary": report.summary(),
        "seconds": (report.seconds * 10.0).round() / 10.0,
        "files": files,
        "ignored": ignored,
        "findings": findings,
    })
}

fn file_json(it: &FileReport) -> serde_json::Value {
    let bad: Vec<_> = it
        .first_bad
        .iter()
        .map(|it| {
            serde_json::json!({
                "row": it.row, "column": it.column, "value": it.value, "reason": it.reason,
            })
        })
        .collect();
    let refused: Vec<_> = it
        .refused_columns
        .iter()
        .map(|it| serde_json::json!({ "header": it.header, "what": it.what, "why": it.why }))
        .collect();
    let guesses: Vec<_> = it
        .guesses
        .iter()
        .map(|it| {
            serde_json::json!({
                "header": it.header, "column": it.column, "reason": it.reason, "unread": it.unread,
            })
        })
        .collect();
    let findings: Vec<_> = it
        .findings
        .iter()
        .map(|it| {
            serde_json::json!({
                "severity": it.severity, "title": it.title, "detail": it.detail,
            })
        })
        .collect();
    serde_json::json!({
        "file": it.file, "fact": it.fact, "rows": it.rows, "inserted": it.inserted,
        "updated": it.updated, "unchanged": it.unchanged, "duplicates": it.duplicates,
        "quarantined": it.quarantined, "first_quarantined": bad, "refused_columns": refused,
        "left_out": it.left_out, "guesses": guesses, "findings": findings,
        "skipped": it.skipped, "failed": it.failed,
        "seconds": (it.seconds * 10.0).round() / 10.0,
    })
}
