//! The usual forecasts, made ahead of anyone asking.
//!
//! What is kept of the same data is not made again, so a run that was cut off goes on where it was.
//! Never here: a forecast of one question (see [`super::answer`]).

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::material::Material;
use super::{Ask, Cx, Error, Office, Result, SERIES, Step, Tell, flow, forecasts, go_on, places};
use crate::app::Error as AppError;
use crate::app::runs::Uid;
use crate::clock::Stopwatch;
use crate::domain::count::counted;
use crate::domain::told::Kind as Sort;
use crate::store::office;

/// What a run made.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Made {
    /// Forecasts made.
    pub made: u64,
    /// Forecasts that were kept already.
    pub kept: u64,
    /// Series too short for one.
    pub short: u64,
    /// Seconds it took.
    pub seconds: f64,
}

impl Made {
    /// In one sentence.
    pub fn words(&self) -> String {
        let mut words = format!("{} made", counted(self.made, "forecast"));
        if self.kept > 0 {
            words.push_str(&format!(", {} still good", self.kept));
        }
        if self.short > 0 {
            words.push_str(&format!(", {} not for lack of data", self.short));
        }
        format!("{words}, in {:.1} s.", self.seconds)
    }
}

/// The series, step and kind of place that pages show unasked: everything for everyone and each
/// office, for zones what is planned by zone.
const FOR_ZONES: &[(&str, Step)] = &[
    ("booked_hours", Step::Week),
    ("jobs", Step::Month),
    ("headcount", Step::Month),
    ("exits", Step::Month),
];
const WEEKLY: &[&str] = &["jobs", "booked_hours", "headcount"];

/// Whether the first or the last of the usual forecasts is missing or older than its data: what a
/// start of the program has time for.
pub fn is_behind(cx: &Cx<'_>) -> Result<bool> {
    let asks = every(cx)?;
    for ask in asks.first().into_iter().chain(asks.last()) {
        let material = Material::read(cx, ask)?;
        if material.enough().is_ok() && material.kept(cx)?.is_none() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Makes and keeps every usual forecast that is missing; when the data change meanwhile, once more.
///
/// # Errors
/// Stopped when `tell` says so; what was made until then is kept.
pub fn refresh(office: &Office, tell: &dyn Tell) -> Result<Made> {
    let clock = Stopwatch::start();
    let mut all = Made::default();
    loop {
        let before = office.look(|cx| Ok(office::revision(cx.read)?))?;
        let made = pass(office, tell)?;
        all = Made { made: all.made + made.made, ..made };
        if office.look(|cx| Ok(office::revision(cx.read)?))? == before {
            break;
        }
    }
    all.seconds = clock.elapsed().as_secs_f64();
    Ok(all)
}

fn pass(office: &Office, tell: &dyn Tell) -> Result<Made> {
    go_on(tell, 0, 100, "Reading the series.")?;
    let asks = office.look(every)?;
    let count = asks.len();
    let (next, done, stop) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicBool::new(false));
    let sum = Mutex::new(Made::default());
    let work = || -> Result<()> {
        while let Some(ask) = asks.get(next.fetch_add(1, Ordering::Relaxed)) {
            if stop.load(Ordering::Relaxed) {
                return Ok(());
            }
            let one = one(office, ask, &stop)?;
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            let words = format!("Forecast {done} of {count}.");
            if !tell.say(done as u64, count as u64, &words) {
                stop.store(true, Ordering::Relaxed);
            }
            let mut sum = sum.lock().unwrap_or_else(PoisonError::into_inner);
            sum.made += one.made;
            sum.kept += one.kept;
            sum.short += one.short;
        }
        Ok(())
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(count.max(1));
    std::thread::scope(|scope| -> Result<()> {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        for worker in workers {
            let panicked = |_| Error::broken("make forecasts", "a thread panicked");
            let ended = worker.join().map_err(panicked)?;
            if ended.is_err() {
                stop.store(true, Ordering::Relaxed);
            }
            ended?;
        }
        Ok(())
    })?;
    if stop.load(Ordering::Relaxed) {
        return Err(super::stopped());
    }
    Ok(sum.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// Makes one forecast unless it is kept or cannot be made.
fn one(office: &Office, ask: &Ask, stop: &AtomicBool) -> Result<Made> {
    let asked = ask.clone();
    let (material, row) = office.look(move |cx| {
        let material = Material::read(cx, &asked)?;
        let row = material.kept(cx)?;
        Ok((material, row))
    })?;
    if row.is_some() {
        return Ok(Made { kept: 1, ..Made::default() });
    }
    let short = |error| match error {
        AppError::Told(told) if told.kind == Sort::NotEnough => {
            Ok(Made { short: 1, ..Made::default() })
        }
        error => Err(error),
    };
    if let Err(error) = material.enough() {
        return short(error);
    }
    let view = match material.compute(&|_, _| flow(!stop.load(Ordering::Relaxed))) {
        Ok(view) => view,
        Err(error) => return short(error),
    };
    let row = material.row(&view)?;
    office.store.write(move |tx| forecasts::keep(tx, &row))?;
    Ok(Made { made: 1, ..Made::default() })
}

/// Every usual question: everyone's first, then place by place.
fn every(cx: &Cx<'_>) -> Result<Vec<Ask>> {
    let mut asks = usual(None, false);
    for row in places::list(cx.read)? {
        asks.extend(usual(Some(row.uid), row.zone_id.is_some()));
    }
    Ok(asks)
}

fn usual(place: Option<Uid>, zone: bool) -> Vec<Ask> {
    let mut asks = Vec::new();
    for series in SERIES {
        for step in series.steps.iter().filter(|it| **it != Step::Day) {
            let wanted = if zone {
                FOR_ZONES.contains(&(series.id, *step))
            } else {
                *step == Step::Month || WEEKLY.contains(&series.id)
            };
            if wanted {
                asks.push(Ask { step: Some(*step), place, ..Ask::of(series.id) });
            }
        }
    }
    asks
}
