//! `crewkeep lab forecast`: any series of a table ahead.
//!
//! Never here: how a forecast is made, how a file is read.

use std::path::PathBuf;

use clap::Args;

use super::out;
use super::progress::Line;
use crate::app::holidays::Source;
use crate::app::lab::forecast::{self, Outcome, Request};
use crate::app::{Error, Result};
use crate::domain::count::{counted, grouped};

/// `crewkeep lab forecast`.
#[derive(Debug, Args)]
pub(super) struct Forecast {
    /// CSV file with a header row, one row a period
    #[arg(long, value_name = "FILE")]
    data: PathBuf,
    /// Column of dates, such as 2026-03-31, 3/31/2026 or 2026-03
    #[arg(long, value_name = "COLUMN")]
    time: String,
    /// Column of values; an empty cell is missing
    #[arg(long, value_name = "COLUMN")]
    value: String,
    /// day, week or month [default: what the dates say]
    #[arg(long, value_name = "STEP")]
    freq: Option<String>,
    /// Periods ahead
    #[arg(long, value_name = "N")]
    horizon: u64,
    /// auto (the average of those that survive a back-test), prophet, ets, theta, mstl, naive, counts
    #[arg(long, value_name = "MODEL", default_value = "auto")]
    model: String,
    /// US, or a CSV file date,name and perhaps lower,upper
    #[arg(long, value_name = "US|FILE")]
    holidays: Option<String>,
    /// count, amount (never below 0) or real [default: what the values say]
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,
    /// Seed of all that is drawn
    #[arg(long, value_name = "N", default_value_t = 42)]
    seed: u64,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: Forecast) -> Result<()> {
    let request = Request {
        choice: forecast::parse_choice(&arguments.model)?,
        step: arguments.freq.as_deref().map(forecast::parse_step).transpose()?,
        kind: arguments.kind.as_deref().map(forecast::parse_kind).transpose()?,
        holidays: arguments.holidays.as_deref().map(Source::parse),
        data: arguments.data,
        time: arguments.time,
        value: arguments.value,
        horizon: arguments.horizon,
        seed: arguments.seed,
    };
    let line = Line::drawing();
    let outcome = forecast::forecast(&request, &line);
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

fn text(request: &Request, it: &Outcome) -> String {
    let mut lines = vec![format!(
        "{}: {} by {}, {} from {} to {}.",
        request.data.display(),
        request.value,
        it.freq.word(),
        counted(it.n as u64, "value"),
        it.from,
        it.to
    )];
    lines.extend(it.notes.iter().cloned());
    lines.extend(it.marks.iter().map(|mark| format!("{}: {}", mark.time, mark.words)));
    lines.push(format!("Forecast by {}, seed {}, {:.0} ms:", it.model, it.seed, it.fit_ms));
    lines.extend(points(it));
    lines.push(match &it.backtest {
        None => "No back-test: how often these intervals hold is not known.".to_owned(),
        Some(test) => format!(
            "Back-test, {}: MASE {:.3} (seasonal naive {:.3}), sMAPE {:.1}, interval score {:.2}; \
             the 80% interval held {}.",
            counted(test.origins as u64, "origin"),
            test.mase,
            test.naive_mase,
            test.smape,
            test.interval_score,
            held(test)
        ),
    });
    let width = it.candidates.iter().map(|it| it.name.chars().count()).max().unwrap_or(0).max(6);
    if it.candidates.len() > 1 {
        lines.push(format!("{:<width$} {:>7} {:>7}", "method", "MASE", "80%"));
    }
    let score = |it: Option<f64>| it.map_or_else(|| "-".to_owned(), |it| format!("{it:.3}"));
    lines.extend(it.candidates.iter().map(|it| {
        let (mase, coverage) = (score(it.mase), score(it.coverage80));
        format!("{:<width$} {mase:>7} {coverage:>7}  {}", it.name, it.why)
    }));
    lines.join("\n")
}

/// `41 of 52 times`.
fn held(test: &crate::app::outlook::Backtest) -> String {
    let (inside, of) = test.held.iter().fold((0, 0), |sum, it| (sum.0 + it.inside, sum.1 + it.of));
    if of == 0 {
        return format!("{:.0}% of the time", 100.0 * test.coverage80);
    }
    format!("{} of {} times", grouped(inside as u64), grouped(of as u64))
}

fn points(it: &Outcome) -> Vec<String> {
    let largest =
        it.points.iter().fold(0_f64, |most, it| most.max(it.hi95.abs()).max(it.lo95.abs()));
    // About four digits that matter.
    let places = (3 - largest.max(1e-9).log10().floor() as i32).clamp(0, 6) as usize;
    let number = |value: f64| format!("{value:.places$}");
    let width = number(-largest).len().max(8);
    let span = 2 * width + 4;
    let mut lines =
        vec![format!("{:<10} {:>width$} {:>span$} {:>span$}", "time", "forecast", "80%", "95%")];
    lines.extend(it.points.iter().map(|it| {
        let range = |low, high| format!("{} to {}", number(low), number(high));
        format!(
            "{:<10} {:>width$} {:>span$} {:>span$}",
            it.time,
            number(it.yhat),
            range(it.lo80, it.hi80),
            range(it.lo95, it.hi95)
        )
    }));
    lines
}
