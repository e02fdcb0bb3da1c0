//! `crewkeep demo`: a generated office, loaded through the same door as everybody's data.

use std::path::PathBuf;

use clap::Args;

use super::progress::Line;
use super::{Global, out};
use crate::app::demo::{self, Spec};
use crate::app::{Error, Result};
use crate::domain::calendar::Day;
use crate::domain::count::grouped;
use crate::domain::told::Kind;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// People employed on an average day
    #[arg(long, value_name = "N")]
    technicians: Option<u32>,
    /// Years of data
    #[arg(long, value_name = "Y")]
    years: Option<u32>,
    /// Offices
    #[arg(long, value_name = "K")]
    offices: Option<u32>,
    /// Completed jobs of a technician in a year
    #[arg(long, value_name = "J")]
    jobs_per_technician_year: Option<u32>,
    /// The same seed and end make the same office
    #[arg(long, value_name = "S")]
    seed: Option<u64>,
    /// Last day of the data, such as 2026-11-23 [default: yesterday]
    #[arg(long, value_name = "DAY")]
    end: Option<String>,
    /// Also write what only the generator knows, for checking models against it
    #[arg(long, value_name = "FILE.csv")]
    truth: Option<PathBuf>,
    /// Remove the demo that is loaded, and all that was made of it
    #[arg(long, conflicts_with_all = ["technicians", "years", "offices", "seed", "end", "truth"])]
    remove: bool,
}

pub(super) fn run(global: &Global, arguments: &Arguments) -> Result<()> {
    let office = global.open(&[])?;
    if arguments.remove {
        demo::remove(&office)?;
        out("The demo and all that was made of it is removed.");
        return Ok(());
    }
    let spec = spec(arguments, office.clock().today())?;
    let line = Line::start();
    let report = demo::load(&office, &spec, arguments.truth.as_deref(), &line);
    line.clear();
    office.close();
    let report = report?;
    out(&format!("write: {:.1} s, {} rows", report.write_seconds, grouped(report.rows)));
    let files = &report.import.files;
    let load: f64 = files.iter().map(|it| it.seconds).sum();
    out(&format!("import: {load:.1} s, {} rows", grouped(report.rows)));
    if let Some(jobs) = files.iter().find(|it| it.fact == "job") {
        out(&format!("  jobs: {:.1} s, {} rows", jobs.seconds, grouped(jobs.rows)));
    }
    let refreshed = report.import.refreshed;
    out(&format!("roll-ups: {:.1} s", refreshed.rollup_seconds));
    out(&format!(
        "features: {:.1} s, {} rows",
        refreshed.feature_seconds,
        grouped(refreshed.months)
    ));
    out(&format!(
        "The demo is loaded: {} rows in quarantine, as meant, and {} exits. Next: crewkeep train",
        report.quarantined, report.exits
    ));
    Ok(())
}

fn spec(arguments: &Arguments, today: Day) -> Result<Spec> {
    let mut spec = demo::default_spec(today);
    spec.technicians = arguments.technicians.unwrap_or(spec.technicians);
    spec.years = arguments.years.unwrap_or(spec.years);
    spec.offices = arguments.offices.unwrap_or(spec.offices.min(spec.technicians));
    spec.jobs_per_technician_year =
        arguments.jobs_per_technician_year.unwrap_or(spec.jobs_per_technician_year);
    spec.seed = arguments.seed.unwrap_or(spec.seed);
    if let Some(text) = &arguments.end {
        spec.end = Day::parse(text).ok_or_else(|| {
            Error::told(Kind::Invalid, format!("{text} is not a day."), "Write --end 2026-11-23.")
        })?;
    }
    if spec.end > today {
        return Err(Error::told(
            Kind::Invalid,
            format!("The demo cannot end on {}, a day to come.", spec.end),
            "Choose a day that has passed.",
        ));
    }
    Ok(spec)
}
