//! `crewkeep models`: the registry on a terminal.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{Global, out};
use crate::app::card::{EditCard, Origin, Ranged};
use crate::app::exchange::{self, Entered, Form, Given, Way};
use crate::app::gates::{self, Outcome};
use crate::app::progress::Silent;
use crate::app::registry::{self, Comparison, Entry, Moved, State};
use crate::app::{Error, Office, Result, score};
use crate::domain::calendar::{Day, second_text};
use crate::domain::count::grouped;
use crate::domain::told::Kind;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List every model: state, data, figures, gates
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show one model: what it was made from, its gates in words
    Show {
        /// Such as 3 or v3
        #[arg(value_name = "VERSION")]
        model: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Put two models side by side
    Compare {
        /// First version
        #[arg(value_name = "A")]
        a: String,
        /// Second version
        #[arg(value_name = "B")]
        b: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Take a model into use and score everyone with it
    Promote {
        /// Such as 3 or v3
        #[arg(value_name = "VERSION")]
        model: String,
        /// Why; needed when a gate holds the model
        #[arg(long, default_value = "", hide_default_value = true)]
        reason: String,
    },
    /// Return to the model that was in use before
    Rollback {
        /// Why
        #[arg(long, default_value = "", hide_default_value = true)]
        reason: String,
    },
    /// Set a candidate aside
    Retire {
        /// Such as 3 or v3
        #[arg(value_name = "VERSION")]
        model: String,
        /// Why
        #[arg(long, default_value = "", hide_default_value = true)]
        reason: String,
    },
    /// Write a model to a place of your own
    Export {
        /// Such as 3 or v3
        #[arg(value_name = "VERSION")]
        model: String,
        /// Folder that is empty or not there yet; for interpret and csv a new file, or a folder
        #[arg(long, value_name = "DIR|FILE")]
        to: PathBuf,
        /// crewkeep (its whole folder), interpret (JSON of InterpretML) or csv (lookup table)
        #[arg(long = "as", value_name = "FORM", default_value = "crewkeep")]
        form: String,
    },
    /// Enter a model from elsewhere as a candidate
    Import {
        /// model.json of another office, or the JSON of InterpretML
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// crewkeep or interpret [default: what the file looks like]
        #[arg(long = "as", value_name = "FORM")]
        form: Option<String>,
        /// Its chance is of leaving within the month; asked of files that do not say
        #[arg(long)]
        monthly: bool,
    },
    /// Merge a model with those of other offices, whose rows stay where they are
    Merge {
        /// Such as 3 or v3
        #[arg(value_name = "VERSION")]
        model: String,
        /// Files of the others
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
        /// Their chances are of leaving within the month; asked of files that do not say
        #[arg(long)]
        monthly: bool,
    },
    /// Make the line of a feature go one way, as a new candidate
    Edit {
        /// Such as 3 or v3
        #[arg(value_name = "VERSION")]
        model: String,
        /// Id of the feature, such as `drive_min_per_job`
        #[arg(long, value_name = "FEATURE")]
        feature: String,
        /// rising or falling
        #[arg(long, value_name = "WAY")]
        monotone: String,
        /// Why; kept in the model
        #[arg(long)]
        reason: String,
    },
}

pub(super) fn run(global: &Global, arguments: &Arguments) -> Result<()> {
    let office = global.attach()?;
    match &arguments.command {
        Command::List { json } => list(&office, *json),
        Command::Show { model, json } => show(&office, number(model)?, *json),
        Command::Compare { a, b, json } => compare(&office, number(a)?, number(b)?, *json),
        Command::Promote { model, reason } => {
            moved(&office, registry::promote(&office, number(model)?, reason)?)
        }
        Command::Rollback { reason } => moved(&office, registry::roll_back(&office, reason)?),
        Command::Retire { model, reason } => {
            let version = number(model)?;
            registry::retire(&office, version, reason)?;
            out(&format!("Model v{version} is set aside."));
            Ok(())
        }
        Command::Export { model, to, form } => {
            for path in exchange::export(&office, number(model)?, Form::parse(form)?, to)? {
                out(&path.display().to_string());
            }
            Ok(())
        }
        Command::Import { file, form, monthly } => {
            let form = form.as_deref().map(Form::parse).transpose()?;
            entered(&exchange::bring(&office, &Given::open(file, form, *monthly)?)?);
            Ok(())
        }
        Command::Merge { model, files, monthly } => {
            let given = files.iter().map(|it| Given::open(it, None, *monthly));
            let given = given.collect::<Result<Vec<_>>>()?;
            entered(&exchange::merge(&office, number(model)?, &given)?);
            Ok(())
        }
        Command::Edit { model, feature, monotone, reason } => {
            let way = Way::parse(monotone)?;
            entered(&exchange::edit(&office, number(model)?, feature, way, reason)?);
            Ok(())
        }
    }
}

fn entered(it: &Entered) {
    out(&it.words());
}

fn number(text: &str) -> Result<u32> {
    text.trim_start_matches('v').parse().map_err(|_not_a_number| {
        Error::told(
            Kind::Invalid,
            format!("`{text}` is no version of a model."),
            "Versions count up from 1: `crewkeep models list` shows them.",
        )
    })
}

fn list(office: &Office, json: bool) -> Result<()> {
    let (entries, today) = office.look(|cx| Ok((registry::list(cx)?, cx.today)))?;
    let days = office.config().model_expires_days;
    if json {
        let rows: Vec<Value> = entries.iter().map(|it| entry_json(it, days, today)).collect();
        out(&Value::from(rows).to_string());
        return Ok(());
    }
    if entries.is_empty() {
        out("No model has been trained yet. Train one with `crewkeep train`.");
        return Ok(());
    }
    out("      state      data to     exits  AUC                   gates passed");
    for it in &entries {
        let auc = it
            .card
            .validation
            .as_ref()
            .map_or("not tested".to_owned(), |test| ranged(&test.ebm.auc, 3));
        out(&format!(
            "v{:<4} {:<10} {:<10}  {:>5}  {auc:<20}  {}",
            it.record.version,
            it.record.state.title(),
            it.record.as_of,
            grouped(it.card.exits),
            gates::passed_words(&it.gates)
        ));
    }
    for it in entries.iter().filter(|it| it.record.state == State::InUse) {
        out(&format!("Train again from {}.", it.train_again_on(days)));
        if let Some(words) = it.expired_words(today, days) {
            out(&words);
        }
    }
    Ok(())
}

fn show(office: &Office, version: u32, json: bool) -> Result<()> {
    let (it, today) = office.look(move |cx| Ok((registry::find(cx, version)?, cx.today)))?;
    let days = office.config().model_expires_days;
    if json {
        let mut value = entry_json(&it, days, today);
        value["card"] =
            serde_json::to_value(&it.card).map_err(|error| Error::broken("write JSON", error))?;
        out(&value.to_string());
        return Ok(());
    }
    let record = &it.record;
    out(&format!("Model v{version}, {}", record.state.title().to_lowercase()));
    for (name, value) in [
        ("Trained", format!("{} UTC", second_text(record.created_at))),
        ("Data to", record.as_of.to_string()),
        ("Expires", it.expires_on(days).to_string()),
        (
            "Learned from",
            format!(
                "{} person-months of {} people, {} exits",
                grouped(it.card.rows),
                grouped(it.card.people),
                grouped(it.card.exits)
            ),
        ),
        ("Seed", record.seed.to_string()),
        ("Program", record.code_version.clone()),
        ("Data", record.data_hash.clone()),
        ("Model", record.artifact_hash.clone()),
        ("Folder", registry::dir(office, record).display().to_string()),
    ] {
        out(&format!("  {name:<16}{value}"));
    }
    if let (Some(at), Some(by)) = (record.promoted_at, &record.promoted_by) {
        let why = record.reason.as_deref().unwrap_or_default();
        out(&format!("  {:<16}{} UTC by {by}. {why}", "Taken into use", second_text(at)));
    }
    let origin = it.card.origin.as_ref().map(Origin::sentences).unwrap_or_default();
    let edits = it.card.edits.iter().map(EditCard::words);
    origin.into_iter().chain(edits).for_each(|words| out(&format!("  {words}")));
    out(&format!("Gates passed: {}", gates::passed_words(&it.gates)));
    for gate in &it.gates {
        let outcome = match gate.outcome {
            Outcome::Pass => "passed",
            Outcome::Fail => "FAILED",
            Outcome::NotChecked => "not checked",
        };
        out(&format!("  {outcome:<12} {}: {} Found: {}.", gate.title, gate.words, gate.have));
    }
    if let Some(words) = it.expired_words(today, days) {
        out(&words);
    }
    Ok(())
}

fn compare(office: &Office, a: u32, b: u32, json: bool) -> Result<()> {
    let it = office.look(move |cx| registry::compare(cx, a, b))?;
    if json {
        out(&comparison_json(&it).to_string());
        return Ok(());
    }
    out(&format!("{:<46} v{a:<23} v{b}", ""));
    for figure in &it.figures {
        let (a, b) = (ranged(&figure.a, figure.places), ranged(&figure.b, figure.places));
        out(&format!("{:<46} {a:<24} {b}", figure.name));
    }
    for (name, a, b) in &it.made {
        out(&format!("{name:<46} {:<24} {}", short(a), short(b)));
    }
    out("Mean size of each line, log-odds, ± 90%:");
    for pair in &it.lines {
        let size = |it: Option<(f64, f64)>| {
            it.map_or("absent".to_owned(), |it| format!("{:.3} ± {:.3}", it.0, it.1))
        };
        out(&format!("  {:<44} {:<24} {}", pair.title, size(pair.a), size(pair.b)));
    }
    let Some(scores) = &it.scores else {
        out("They never scored people as of the same day.");
        return Ok(());
    };
    out(&format!(
        "As of {}: {} people scored by both, {} with another level ({} higher by v{b}){}.",
        scores.as_of,
        scores.people,
        scores.changed,
        scores.higher,
        scores.correlation.map_or(String::new(), |it| format!("; rank correlation {it:.3}"))
    ));
    for it in &scores.changes {
        out(&format!(
            "  {:<10} {:<24} {:>5.1}% {:<6} {:>5.1}% {}",
            it.employee_no,
            it.name,
            100.0 * it.a.0,
            it.a.1.word(),
            100.0 * it.b.0,
            it.b.1.word()
        ));
    }
    Ok(())
}

/// Scores with the model that is in use now, so that pages and lists agree with it.
fn moved(office: &Office, moved: Moved) -> Result<()> {
    let scored = score::score(office, &Silent)?;
    let before = moved.before.map_or(String::new(), |it| format!(" in the place of v{it}"));
    out(&format!("Model v{} is in use{before}. {}", moved.version, scored.words()));
    Ok(())
}

fn entry_json(it: &Entry, expires_days: i32, today: Day) -> Value {
    let record = &it.record;
    json!({
        "version": record.version,
        "kind": record.kind,
        "state": record.state.word(),
        "horizon_days": record.horizon_days,
        "trained_at": record.created_at,
        "data_to": record.as_of.to_string(),
        "data_hash": record.data_hash,
        "model_hash": record.artifact_hash,
        "card_hash": record.card_hash,
        "seed": record.seed,
        "code_version": record.code_version,
        "parameters": record.parameters,
        "promoted_at": record.promoted_at,
        "promoted_by": record.promoted_by,
        "reason": record.reason,
        "expires_on": it.expires_on(expires_days).to_string(),
        "expired": today >= it.expires_on(expires_days),
        "on_probation": it.on_probation(),
        "gates": it.gates,
    })
}

fn comparison_json(it: &Comparison) -> Value {
    let figures: Vec<Value> =
        it.figures.iter().map(|it| json!({ "name": it.name, "a": it.a, "b": it.b })).collect();
    let lines: Vec<Value> =
        it.lines.iter().map(|it| json!({ "title": it.title, "a": it.a, "b": it.b })).collect();
    let scores = it.scores.as_ref().map(|it| {
        let changes: Vec<Value> = it
            .changes
            .iter()
            .map(|it| {
                json!({
                    "employee_no": it.employee_no,
                    "a": { "probability": it.a.0, "level": it.a.1.word() },
                    "b": { "probability": it.b.0, "level": it.b.1.word() },
                })
            })
            .collect();
        json!({
            "as_of": it.as_of.to_string(), "people": it.people, "changed": it.changed,
            "higher": it.higher, "rank_correlation": it.correlation, "changes": changes,
        })
    });
    json!({
        "a": it.a.record.version, "b": it.b.record.version, "figures": figures, "lines": lines,
        "made": it.made, "scores": scores,
    })
}

fn ranged(it: &Ranged, places: usize) -> String {
    match (it.value, it.low, it.high) {
        (Some(value), Some(low), Some(high)) => {
            format!("{value:.places$} ({low:.places$} to {high:.places$})")
        }
        (Some(value), _, _) => format!("{value:.places$}"),
        _ => "-".to_owned(),
    }
}

/// A hash by its first letters.
fn short(text: &str) -> &str {
    if text.len() == 64 { text.get(..12).unwrap_or(text) } else { text }
}
