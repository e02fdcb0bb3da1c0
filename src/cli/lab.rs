//! `crewkeep lab`: the same models on any table, for analysts.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::progress::Line;
use super::{Global, lab_forecast as forecast, out};
use crate::app::exchange::Form;
use crate::app::lab::{self, Ask, Explain, Explained, Model, Outcome, Request, Rule, Save, Term};
use crate::app::{Error, Result};
use crate::domain::count::{counted, grouped};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Test a model on a table by folds, and explain it
    Fit(Fit),
    /// Apply a saved model, or one of InterpretML, to a table
    Predict(Predict),
    /// Forecast one column of a table, with intervals and how far they held before
    Forecast(forecast::Forecast),
}

#[derive(Debug, Args)]
struct Predict {
    /// CSV file with a header row and the model's columns, in any order
    #[arg(long, value_name = "FILE")]
    data: PathBuf,
    /// Model saved by `lab fit --save`, or JSON of InterpretML
    #[arg(long, value_name = "FILE")]
    model_file: PathBuf,
    /// Explain one row instead of listing all (1 is the first below the header)
    #[arg(long, value_name = "ROW")]
    explain: Option<u64>,
    /// Print JSON instead of CSV
    #[arg(long)]
    json: bool,
}

/// `--set KEY=VALUE` sets an option of the model here; an unknown key lists them all.
#[derive(Debug, Args)]
struct Fit {
    /// CSV file with a header row
    #[arg(long, value_name = "FILE")]
    data: PathBuf,
    /// Column to predict
    #[arg(long, value_name = "COLUMN")]
    target: String,
    /// Value of the target that counts as 1 [default: 1, true or yes; other numbers are predicted as
    /// numbers]
    #[arg(long, value_name = "VALUE")]
    positive: Option<String>,
    /// ebm, tree, logistic or forest
    #[arg(long, value_name = "MODEL", default_value = "ebm")]
    model: String,
    /// CSV file whose column `fold` names the fold that tests each row [default: five stratified]
    #[arg(long, value_name = "FILE")]
    folds: Option<PathBuf>,
    /// Seed of the folds and of the fit
    #[arg(long, value_name = "N", default_value_t = 42)]
    seed: u64,
    /// Explain a row of the file (1 is the first below the header) or the model: global
    #[arg(long, value_name = "ROW|global")]
    explain: Option<String>,
    /// Save the model of a fit on all rows in a new file
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    /// Form of the saved model: crewkeep, interpret or csv (ebm); crewkeep (tree)
    #[arg(long = "as", value_name = "FORM", default_value = "crewkeep", requires = "save")]
    form: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(global: &Global, arguments: Arguments) -> Result<()> {
    match arguments.command {
        Command::Fit(it) => fit(global, it),
        Command::Predict(it) => predict(it),
        Command::Forecast(it) => forecast::run(it),
    }
}

fn predict(arguments: Predict) -> Result<()> {
    let Predict { data, model_file, explain, json } = arguments;
    let answer = lab::predict(&Ask { data, model: model_file, explain })?;
    if json {
        let json = serde_json::to_string(&answer);
        out(&json.map_err(|error| Error::broken("write JSON", error))?);
        return Ok(());
    }
    if let Some(it) = &answer.explained {
        for line in explained(it, !answer.is_number, "") {
            out(&line);
        }
        return Ok(());
    }
    out(if answer.is_number { "row,value,low,high" } else { "row,probability,log_odds,low,high" });
    for it in &answer.predictions {
        let said = match (it.probability, it.log_odds, it.value) {
            (Some(probability), Some(log_odds), _) => format!("{probability},{log_odds}"),
            (_, _, value) => value.map_or_else(String::new, |it| it.to_string()),
        };
        out(&format!("{},{said},{},{}", it.row, it.low, it.high));
    }
    Ok(())
}

fn fit(global: &Global, arguments: Fit) -> Result<()> {
    let form = Form::parse(&arguments.form)?;
    let request = Request {
        data: arguments.data,
        target: arguments.target,
        positive: arguments.positive,
        model: Model::parse(&arguments.model)?,
        folds: arguments.folds,
        set: global.set.clone(),
        seed: arguments.seed,
        explain: arguments.explain.as_deref().map(Explain::parse).transpose()?,
        save: arguments.save.map(|path| Save { path, form }),
    };
    let line = Line::drawing();
    let outcome = lab::fit(&request, &line);
    line.clear();
    let outcome = outcome?;
    if arguments.json {
        let json = serde_json::to_string(&outcome);
        out(&json.map_err(|error| Error::broken("write JSON", error))?);
    } else {
        out(&text(&request, &outcome));
    }
    Ok(())
}

fn text(request: &Request, outcome: &Outcome) -> String {
    let target = match (outcome.events, &outcome.positive) {
        (Some(events), Some(positive)) => format!(
            "{} with {} = {positive} ({:.1}%)",
            grouped(events),
            outcome.target,
            100.0 * events as f64 / outcome.rows as f64
        ),
        _ => format!("to predict {}", outcome.target),
    };
    let mut lines = vec![format!(
        "{}: {}, {}, {target}.",
        request.data.display(),
        counted(outcome.rows, "row"),
        counted(outcome.columns, "column"),
    )];
    lines.extend(outcome.notes.iter().cloned());
    lines.push(format!("{}, seed {}:", outcome.model.words(), outcome.seed));
    let width = outcome.folds.iter().map(|it| it.fold.chars().count()).max().unwrap_or(0).max(4);
    let [a, b, c] = outcome.mean.measures.named().map(|it| it.0);
    lines.push(format!(
        "{:<width$} {:>9} {:>8} {a:>10} {b:>10} {c:>8} {:>8}",
        "fold",
        "rows",
        if outcome.events.is_some() { "events" } else { "" },
        "fit s"
    ));
    let measures = |name: &str, rows: &str, events: Option<u64>, it: &lab::Score| {
        let events = events.map_or_else(String::new, grouped);
        let [a, b, c] = it.measures.named().map(|it| it.1);
        let seconds = it.fit_seconds;
        format!("{name:<width$} {rows:>9} {events:>8} {a:>10.4} {b:>10.4} {c:>8.4} {seconds:>8.2}")
    };
    for it in &outcome.folds {
        lines.push(measures(&it.fold, &grouped(it.rows), it.events, &it.score));
    }
    lines.push(measures("mean", "", None, &outcome.mean));
    if let Some(it) = &outcome.explained {
        lines.push(String::new());
        lines.extend(explained(it, outcome.events.is_some(), ", by a fit on all rows"));
    }
    lines.join("\n")
}

/// `by` ends the name of the row: by which fit it is explained.
fn explained(it: &Explained, classes: bool, by: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let scale = if classes { "log-odds" } else { "number" };
    match (it.row, it.log_odds, it.probability) {
        (Some(row), Some(log_odds), Some(probability)) => {
            let interval = it.interval.map_or_else(String::new, |(low, high)| {
                format!(" (90% interval {:.1}% to {:.1}%)", 100.0 * low, 100.0 * high)
            });
            lines.push(format!(
                "Row {row}{by}: log-odds {log_odds:.4}, probability {:.1}%{interval}.",
                100.0 * probability
            ));
        }
        (Some(row), ..) if it.prediction.is_some() => {
            let (value, (low, high)) =
                (it.prediction.unwrap_or_default(), it.interval.unwrap_or_default());
            lines.push(format!("Row {row}{by}: {value:.4} (90% interval {low:.4} to {high:.4})."));
        }
        _ if it.terms.is_empty() => lines.push("By a fit on all rows:".to_owned()),
        _ => lines.push(format!("By a fit on all rows, what moves the {scale} most first:")),
    }
    let width = it.terms.iter().map(|it| it.name.chars().count()).max().unwrap_or(0).max(9);
    if let Some(intercept) = it.intercept {
        lines.push(format!("{:<width$} {scale:>9} {:>20}", "term", "90% interval"));
        lines.push(format!("{:<width$} {intercept:>9.4}", "intercept"));
    }
    lines.extend(it.terms.iter().map(|it| term(it, width)));
    lines.extend(it.rules.iter().map(rule));
    lines
}

fn term(it: &Term, width: usize) -> String {
    let interval = format!("{:.4} to {:.4}", it.low, it.high);
    let value = it.value.as_ref().map_or_else(String::new, |it| {
        if it.is_empty() { "  not known".to_owned() } else { format!("  {it}") }
    });
    format!("{:<width$} {:>9.4} {interval:>20}{value}", it.name, it.score)
}

fn rule(it: &Rule) -> String {
    let path = if it.path.is_empty() { "all rows".to_owned() } else { it.path.join(", ") };
    format!(
        "{path}: {} of {} ({:.1}% to {:.1}%), predicts {:.1}%",
        grouped(it.events),
        counted(it.rows, "row"),
        100.0 * it.low,
        100.0 * it.high,
        100.0 * it.probability
    )
}
