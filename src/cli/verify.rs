//! `crewkeep verify`: whether models, folders, predictions and forecasts are what they were.

use std::process::ExitCode;

use clap::Args;

use super::progress::Line;
use super::{Global, out};
use crate::app::verify::{self, Report};
use crate::app::{Error, Result};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Print what was found as JSON
    #[arg(long)]
    json: bool,
}

/// Exit code when something does not match.
const MISMATCH: u8 = 2;

pub(super) fn run(global: &Global, arguments: &Arguments) -> Result<ExitCode> {
    let office = global.attach()?;
    let line = Line::start();
    let report = verify::verify(&office, &line);
    line.clear();
    let report = report?;
    if arguments.json {
        let json = serde_json::to_string(&report);
        out(&json.map_err(|error| Error::broken("write JSON", error))?);
    } else {
        print(&report);
    }
    Ok(if report.is_sound() { ExitCode::SUCCESS } else { ExitCode::from(MISMATCH) })
}

fn print(report: &Report) {
    out(&report.words());
    if report.unsealed > 0 {
        out(&format!(
            "{} predictions are older than seals: they were computed again, but a change of who or \
             when would not be seen.",
            report.unsealed
        ));
    }
    if report.forecasts > 0 {
        out(&report.forecast_words());
    }
    for folder in &report.repaired {
        out(&format!("Written again, it was missing: {folder}"));
    }
    for it in &report.faults {
        out(&format!("{}\n  {}\n  {}", it.at, it.found, it.remedy));
    }
    let more = report.fault_count.saturating_sub(report.faults.len() as u64);
    if more > 0 {
        out(&format!("And {more} more."));
    }
}
