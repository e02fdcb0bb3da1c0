//! The tournament: every method back-tested, the bad ones dropped, the rest averaged, the bounds
//! scaled to the errors that were made.
//!
//! Never here: one winner crowned from a dozen origins.

use super::backtest::{Ground, Score, usable};
use super::clean::{self, Ready};
use super::conformal;
use super::judge::{self, Entry, Outcome};
use super::outlook::{Candidate, Outlook, Point};
use super::past::{Kind, Past};
use super::path::{Method, Path};
use super::rough::Rough;
use super::thin::Thin;
use super::{Counts, Ets, Mstl, Naive, Prophet, Theta, combine, marks, words};
use crate::error::{Error, Result};
use crate::progress::Flow;

/// Which method answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Choice {
    /// The average of those that survive the back-test.
    #[default]
    Auto,
    /// Prophet alone.
    Prophet,
    /// Exponential smoothing alone.
    Ets,
    /// Theta alone.
    Theta,
    /// Seasonal and trend decomposition with exponential smoothing.
    Mstl,
    /// Seasonal naive alone.
    Naive,
    /// The count model alone.
    Counts,
}

/// How to forecast.
#[derive(Clone, Debug)]
pub struct Options {
    /// Periods ahead, at least 1.
    pub ahead: usize,
    /// Which method.
    pub choice: Choice,
    /// Named days with an effect of their own, past and future, for methods that use them.
    pub holidays: Vec<Holiday>,
    /// The one source of randomness.
    pub seed: u64,
}

/// A named day, or days around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holiday {
    /// Its name; all days of one name share one effect.
    pub name: String,
    /// The days, days since 1970-01-01; past and future.
    pub days: Vec<i32>,
}

/// Forecasts a series. `told` hears `(done, of)` fits and may stop the work.
///
/// # Errors
/// No known value, no period ahead, a chosen method that cannot be fitted, or [`Error::Cancelled`].
pub fn forecast(
    past: &Past,
    options: &Options,
    told: &dyn Fn(usize, usize) -> Flow,
) -> Result<Outlook> {
    if options.ahead == 0 {
        return Err(Error::Option { name: "ahead", must: "be at least 1" });
    }
    let rough = Rough::of(past);
    let shifts = marks::shifts(past, &rough);
    let ready = clean::ready(past, &shifts)?;
    let mut outlook = if ready.known < clean::THIN && options.choice == Choice::Auto {
        thin(past, &ready, options.ahead)?
    } else {
        let ground = ground(&ready, options.ahead + ready.after);
        let pool = pool(&ready, options, ground.as_ref());
        contest(past, &ready, &pool, ground.as_ref(), options.ahead, told)?
    };
    outlook.marks = marks::marks(past, &rough, &shifts);
    Ok(outlook)
}

/// Periods of the season a series is long enough to show; 1 when there is none.
fn season(ready: &Ready) -> usize {
    let season = ready.past.step.season();
    if ready.past.len() >= clean::SEASON.max(2 * season) { season } else { 1 }
}

/// The methods that may take part: those asked for, or those the length and kind of the series allow.
fn pool(ready: &Ready, options: &Options, ground: Option<&Ground>) -> Vec<Box<dyn Method>> {
    let naive = Box::new(Naive(season(ready)));
    // What is tested is what answers: the settings are those of the whole past at every origin.
    let settings = Prophet::fitting(&ready.past, &options.holidays);
    match options.choice {
        Choice::Naive => return vec![naive],
        Choice::Prophet => return vec![Box::new(settings)],
        Choice::Ets => return vec![Box::new(Ets)],
        Choice::Theta => return vec![Box::new(Theta)],
        Choice::Mstl => return vec![Box::new(Mstl)],
        Choice::Counts => return vec![Box::new(Counts::default())],
        Choice::Auto => {}
    }
    let mut pool: Vec<Box<dyn Method>> = vec![naive, Box::new(Ets), Box::new(Theta)];
    // On two seasons alone, untested, Prophet has missed by five times the scale.
    if ready.known >= clean::SEASON && ground.is_some_and(|it| it.fair) {
        pool.push(Box::new(settings));
    }
    if season(ready) > 1 {
        pool.push(Box::new(Mstl));
    }
    if ready.past.kind == Kind::Count {
        pool.push(Box::new(Counts::default()));
    }
    pool
}

/// The answer for a handful of values.
fn thin(given: &Past, ready: &Ready, ahead: usize) -> Result<Outlook> {
    let path = Thin.forecast(&ready.past, ahead + ready.after)?;
    let why = "Too little data for any other method: one level with wide bounds.".to_owned();
    let name = Thin.name().to_owned();
    let candidate = Candidate { name: name.clone(), kept: true, mase: None, coverage80: None, why };
    let path = conformal::bounded(&path, [1.0; 3], ready.past.kind);
    Ok(Outlook {
        model: name,
        step: given.step,
        points: points(given, ready, &path),
        backtest: None,
        candidates: vec![candidate],
        parts: Vec::new(),
        marks: Vec::new(),
        notes: ready.notes.clone(),
        n: ready.known,
    })
}

/// Runs a pool and makes the answer of its survivors.
fn contest(
    given: &Past,
    ready: &Ready,
    pool: &[Box<dyn Method>],
    ground: Option<&Ground>,
    ahead: usize,
    told: &dyn Fn(usize, usize) -> Flow,
) -> Result<Outlook> {
    let ahead = ahead + ready.after;
    let benchmark = Naive(season(ready));
    let rounds = ground.map_or(0, |it| it.origins.len()) + 1;
    let mut done = 0;
    let mut tick = || {
        done += 1;
        match told(done - 1, rounds * pool.len()) {
            Flow::Stop => Err(Error::Cancelled),
            Flow::Continue => Ok(()),
        }
    };
    let mut entries = Vec::new();
    let mut refusal = Error::Empty;
    for method in pool {
        let trials = match ground {
            Some(it) => it.run(&**method, &ready.past, ahead, &mut tick)?,
            None => Vec::new(),
        };
        tick()?;
        let now = match method.forecast(&ready.past, ahead) {
            Ok(path) => Some(path).filter(|it| usable(it, ahead)),
            Err(error) => {
                refusal = error;
                None
            }
        };
        entries.push(Entry { method: &**method, trials, now });
    }
    if entries.iter().all(|it| it.now.is_none()) {
        return Err(refusal);
    }
    let naive = match ground {
        Some(it) => it.run(&benchmark, &ready.past, ahead, || Ok(()))?,
        None => Vec::new(),
    };
    let outcome = judge::judge(ready, &entries, &naive, ground);
    Ok(answer(given, ready, &entries, outcome))
}

/// Origins of the back-test: with two seasons behind each where the series is long enough; else the
/// methods that need them cannot be judged.
fn ground(ready: &Ready, ahead: usize) -> Option<Ground> {
    let (n, season) = (ready.past.len(), season(ready));
    let two = clean::SEASON.max(2 * season);
    let enough = n >= two + ahead.min(n / 4) + 3;
    let least = if season > 1 && enough { two } else { clean::THIN.max(season + 1) };
    let mut ground = Ground::of(&ready.past, ahead, least)?;
    ground.fair = season == 1 || enough;
    (ready.known >= clean::THIN).then_some(ground)
}

/// Puts the outlook together.
fn answer(given: &Past, ready: &Ready, entries: &[Entry<'_>], outcome: Outcome) -> Outlook {
    let paths: Vec<&Path> = entries
        .iter()
        .zip(&outcome.kept)
        .filter(|it| *it.1)
        .filter_map(|it| it.0.now.as_ref())
        .collect();
    let names: Vec<&str> =
        entries.iter().zip(&outcome.kept).filter(|it| *it.1).map(|it| it.0.method.name()).collect();
    let path = conformal::bounded(&combine::average(&paths), outcome.factors, ready.past.kind);
    let mut parts = combine::parts(&paths, &ready.past.values, &path.mean);
    let known = &given.values[..ready.before];
    for part in &mut parts {
        let early = known.iter().map(|it| match part.name.as_str() {
            "rest" if !it.is_nan() => *it,
            _ => 0.0,
        });
        part.values.splice(0..0, early.collect::<Vec<_>>());
    }
    let mut notes = ready.notes.clone();
    let mut known = ready.past.values.iter().filter(|it| !it.is_nan());
    let first = known.next();
    if known.all(|it| Some(it) == first) {
        notes.push("Every known value is the same.".to_owned());
    }
    if !outcome.calibrated && ready.known >= clean::SEASON {
        notes.push("The bounds are not calibrated.".to_owned());
    }
    if let Some(backtest) = &outcome.backtest
        && outcome.fair
        && backtest.mase > 0.95 * backtest.naive_mase
    {
        notes.push(words::no_better(ready.past.step, season(ready)));
    }
    let found: Vec<words::Judged> = entries
        .iter()
        .zip(&outcome.kept)
        .zip(&outcome.scores)
        .map(|((entry, kept), score)| words::Judged {
            name: entry.method.name(),
            kept: *kept,
            fits: entry.now.is_some(),
            mase: score.as_ref().map(Score::mase),
            coverage80: score.as_ref().map(Score::coverage),
        })
        .collect();
    let naive = outcome.backtest.as_ref().map(|it| it.naive_mase);
    Outlook {
        model: names.join(" + "),
        step: given.step,
        points: points(given, ready, &path),
        backtest: outcome.backtest,
        candidates: words::candidates(&found, naive),
        parts,
        marks: Vec::new(),
        notes,
        n: ready.known,
    }
}

/// The points after the given series; a path begins after the last known period.
fn points(given: &Past, ready: &Ready, path: &Path) -> Vec<Point> {
    let [a, b, c] = &path.levels;
    (ready.after..path.mean.len())
        .map(|k| Point {
            day: given.day(given.len() + k - ready.after),
            yhat: path.mean[k],
            lo50: a.low[k],
            hi50: a.high[k],
            lo80: b.low[k],
            hi80: b.high[k],
            lo95: c.low[k],
            hi95: c.high[k],
        })
        .collect()
}

#[cfg(test)]
mod tests;
