//! One series of a table ahead: the same tournament that forecasts the office, for analysts.
//!
//! Files: `series` a table's rows as one value a period; `periods` which step they have. Never here:
//! the office's data, the store, how a forecast is made (see `learn::series`).

mod periods;
mod series;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

use learn::progress::Flow;
use learn::series::{Backtest, Candidate, Choice, Kind, MarkKind, Options, Part, Step};
use serde::Serialize;

use super::super::holidays::Source;
use super::super::progress::{Tell, go_on, stopped};
use super::super::{Error, Result};
use super::invalid;
use crate::clock::Stopwatch;
use crate::domain::calendar::Day;
use crate::domain::count::counted;
use crate::domain::near::nearest;
use crate::domain::told::Kind as Sort;

use series::Series;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Request {
    /// CSV file with a header row.
    pub data: PathBuf,
    /// Column of dates.
    pub time: String,
    /// Column of values.
    pub value: String,
    /// The step; none to find it out.
    pub step: Option<Step>,
    /// Periods ahead.
    pub horizon: u64,
    /// Which method.
    pub choice: Choice,
    /// Holidays, for methods that use them.
    pub holidays: Option<Source>,
    /// What the values are; none to find it out.
    pub kind: Option<Kind>,
    /// Seed of the forecast.
    pub seed: u64,
}

/// The answer, as it is printed with `--json`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Outcome {
    /// Counts up when a key changes its meaning.
    pub format: u32,
    /// The methods whose average it is, joined by ` + `; or the one asked for.
    pub model: String,
    /// The step of the series.
    pub freq: Step,
    /// What its values are.
    pub kind: Kind,
    /// Seed of the forecast.
    pub seed: u64,
    /// Periods with a value.
    pub n: usize,
    /// Periods between the first and the last, missing ones included.
    pub periods: usize,
    /// First period.
    pub from: String,
    /// Last period with a value.
    pub to: String,
    /// One a period ahead.
    pub points: Vec<Point>,
    /// How the same procedure did on periods it had not seen; none when the series is too short.
    pub backtest: Option<Backtest>,
    /// Every method that was tried, best first.
    pub candidates: Vec<Candidate>,
    /// Additive parts of `yhat`: one value a period of the series, then one a period ahead.
    pub parts: Vec<Part>,
    /// Level shifts and odd periods.
    pub marks: Vec<Mark>,
    /// What a reader must know, in sentences: first of the file, then of the forecast.
    pub notes: Vec<String>,
    /// Wall time of the whole forecast, back-tests included, milliseconds.
    pub fit_ms: f64,
}

/// A period ahead.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Point {
    /// Its day, written as the file writes its periods: ISO 8601.
    pub time: String,
    /// The middle.
    pub yhat: f64,
    /// Bounds that should hold half of the outcomes.
    pub lo50: f64,
    /// See `lo50`.
    pub hi50: f64,
    /// Bounds that should hold 80% of the outcomes.
    pub lo80: f64,
    /// See `lo80`.
    pub hi80: f64,
    /// Bounds that should hold 95% of the outcomes.
    pub lo95: f64,
    /// See `lo95`.
    pub hi95: f64,
}

/// What is odd about a period.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Mark {
    /// The period.
    pub time: String,
    /// What it is.
    pub kind: MarkKind,
    /// How far from what was expected.
    pub by: f64,
    /// A sentence.
    pub words: String,
}

/// Names of `--model`.
const CHOICES: [(&str, Choice); 7] = [
    ("auto", Choice::Auto),
    ("prophet", Choice::Prophet),
    ("ets", Choice::Ets),
    ("theta", Choice::Theta),
    ("mstl", Choice::Mstl),
    ("naive", Choice::Naive),
    ("counts", Choice::Counts),
];
const STEPS: [(&str, Step); 3] = [("day", Step::Day), ("week", Step::Week), ("month", Step::Month)];
const KINDS: [(&str, Kind); 3] =
    [("count", Kind::Count), ("amount", Kind::Amount), ("real", Kind::Real)];

/// The method of a name.
pub fn parse_choice(name: &str) -> Result<Choice> {
    one_of("model", name, &CHOICES)
}

/// The step of a name.
pub fn parse_step(name: &str) -> Result<Step> {
    one_of("freq", name, &STEPS)
}

/// The kind of a name.
pub fn parse_kind(name: &str) -> Result<Kind> {
    one_of("kind", name, &KINDS)
}

fn one_of<T: Copy>(flag: &str, name: &str, known: &[(&str, T)]) -> Result<T> {
    known.iter().find(|it| it.0.eq_ignore_ascii_case(name)).map(|it| it.1).ok_or_else(|| {
        let near = nearest(name, known.iter().map(|it| it.0));
        let near = near.map_or_else(String::new, |it| format!("Did you mean `{it}`? "));
        let names: Vec<&str> = known.iter().map(|it| it.0).collect();
        invalid(
            format!("`--{flag} {name}` is not known."),
            format!("{near}It is one of {}.", names.join(", ")),
        )
    })
}

/// Reads a series and forecasts it.
pub fn forecast(request: &Request, tell: &dyn Tell) -> Result<Outcome> {
    // Said before anything is read: a slip of the pen needs no data.
    if request.horizon == 0 {
        return Err(invalid("`--horizon 0` asks for nothing.", "Give 1 or more periods ahead."));
    }
    go_on(tell, 0, 1, "reading the series")?;
    let mut series = series::read(request)?;
    let ahead = check_horizon(request.horizon, &mut series)?;
    let holidays = match &request.holidays {
        Some(source) => {
            let (found, notes) = source.over(&series.past, ahead)?;
            series.notes.extend(notes);
            found
        }
        None => Vec::new(),
    };
    if request.holidays.is_some() && !matches!(request.choice, Choice::Auto | Choice::Prophet) {
        series.notes.push("Holidays are left out: only prophet uses them.".to_owned());
    }
    let options = Options { ahead, choice: request.choice, holidays, seed: request.seed };
    let told = |done: usize, of: usize| {
        let goes_on = tell.say(done as u64, of as u64, "forecasting");
        if goes_on { Flow::Continue } else { Flow::Stop }
    };
    let watch = Stopwatch::start();
    let found = learn::series::forecast(&series.past, &options, &told)
        .map_err(|error| refused(error, request.choice))?;
    let fit_ms = watch.elapsed().as_secs_f64() * 1000.0;
    outcome(request, series, found, fit_ms)
}

fn outcome(
    request: &Request,
    series: Series,
    found: learn::series::Outlook,
    fit_ms: f64,
) -> Result<Outcome> {
    let time = |day: i32| series.naming.time(Day(day));
    let points: Vec<Point> = found
        .points
        .iter()
        .map(|it| Point {
            time: time(it.day),
            yhat: it.yhat,
            lo50: it.lo50,
            hi50: it.hi50,
            lo80: it.lo80,
            hi80: it.hi80,
            lo95: it.lo95,
            hi95: it.hi95,
        })
        .collect();
    let is_whole = |it: &Point| {
        [it.yhat, it.lo50, it.hi50, it.lo80, it.hi80, it.lo95, it.hi95]
            .iter()
            .all(|it| it.is_finite())
    };
    if !points.iter().all(is_whole) {
        return Err(Error::broken("forecast", "a point is no finite number"));
    }
    let mark = |it: learn::series::Mark| Mark {
        time: time(it.day),
        kind: it.kind,
        by: it.by,
        words: it.words,
    };
    // The file's own notes tell of missing periods already, with the first of them.
    let missing = series.past.values.iter().filter(|it| it.is_nan()).count();
    let again = format!("{missing} of {} ", series.past.len());
    let told = found.notes.into_iter().filter(|it| missing == 0 || !it.starts_with(&again));
    Ok(Outcome {
        format: 1,
        model: found.model,
        freq: series.past.step,
        kind: series.past.kind,
        seed: request.seed,
        n: found.n,
        periods: series.past.len(),
        from: time(series.past.first),
        to: time(series.past.day(series.past.len().saturating_sub(1))),
        points,
        backtest: found.backtest,
        candidates: found.candidates,
        parts: found.parts,
        marks: found.marks.into_iter().map(mark).collect(),
        notes: series.notes.into_iter().chain(told).collect(),
        fit_ms,
    })
}

/// Ten years at most; a note when that is further than the series reaches back.
fn check_horizon(horizon: u64, series: &mut Series) -> Result<usize> {
    let step = series.past.step;
    let most = match step {
        Step::Day => 3653,
        Step::Week => 522,
        Step::Month => 120,
    };
    if horizon > most {
        return Err(invalid(
            format!("`--horizon {horizon}` is too far ahead."),
            format!(
                "At most {} (ten years) are forecast: further away the bounds say nothing.",
                counted(most, step.word())
            ),
        ));
    }
    if horizon > series.past.len() as u64 {
        series.notes.push(format!(
            "The forecast looks further ahead ({}) than the series reaches back ({}).",
            counted(horizon, step.word()),
            counted(series.past.len() as u64, step.word())
        ));
    }
    Ok(horizon as usize)
}

/// What the numeric crate refused: what a method lacks is too little data, never a fault.
fn refused(error: learn::Error, choice: Choice) -> Error {
    let name = CHOICES.iter().find(|it| it.1 == choice).map_or("auto", |it| it.0);
    let hint = if choice == Choice::Auto { "Give more periods." } else { "Try `--model auto`." };
    match error {
        learn::Error::Cancelled => stopped(),
        learn::Error::Option { .. } => invalid(format!("{error}."), ""),
        other => {
            let why = other.to_string();
            let why = why.trim_start_matches("no forecast: ");
            let message = format!("Not enough data: {name} cannot forecast this series: {why}.");
            Error::told(Sort::NotEnough, message, hint)
        }
    }
}
