//! The tournament: every method back-tested, the bad ones dropped, the rest averaged, the bounds
//! scaled to the errors that were made.
//!
//! Figures of the back-test are those of the whole procedure with one origin left out: which methods
//! survive and how wide bounds are is decided from the other origins. Neighbouring origins share
//! outcomes, so on short series the figures are still a little kind. Never here: one winner crowned
//! from a dozen origins.

use super::backtest::{Ground, Score, usable};
use super::clean::{self, Ready};
use super::conformal::{self, Factors};
use super::outlook::{Backtest, Candidate, Outlook, Point};
use super::past::Past;
use super::path::{Method, Path};
use super::rough::Rough;
use super::thin::Thin;
use super::{Ets, Naive, Prophet, Theta, combine, marks, words};
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
    let methods = pool(&ready, options);
    let mut outlook = if ready.known < clean::THIN && options.choice == Choice::Auto {
        thin(past, &ready, options.ahead)?
    } else {
        contest(past, &ready, &methods, options.ahead, told)?
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
fn pool(ready: &Ready, options: &Options) -> Vec<Box<dyn Method>> {
    let naive = Box::new(Naive(season(ready)));
    let prophet = Box::new(Fitting(options.holidays.clone()));
    match options.choice {
        Choice::Naive => return vec![naive],
        Choice::Prophet => return vec![prophet],
        Choice::Ets => return vec![Box::new(Ets)],
        Choice::Theta => return vec![Box::new(Theta)],
        // Not every method is here yet.
        Choice::Mstl | Choice::Counts | Choice::Auto => {}
    }
    let mut pool: Vec<Box<dyn Method>> = vec![naive, Box::new(Ets), Box::new(Theta)];
    if ready.known >= clean::SEASON {
        pool.push(prophet);
    }
    pool
}

/// Prophet with the settings that fit what is known at each origin, and these holidays.
struct Fitting(Vec<Holiday>);

impl Method for Fitting {
    fn name(&self) -> &'static str {
        "prophet"
    }

    fn forecast(&self, past: &Past, ahead: usize) -> Result<Path> {
        Prophet::fitting(past, &self.0).forecast(past, ahead)
    }
}

/// The answer for a handful of values.
fn thin(given: &Past, ready: &Ready, ahead: usize) -> Result<Outlook> {
    let path = Thin.forecast(&ready.past, ahead + ready.after)?;
    let why = "Too little data for any other method.".to_owned();
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

/// A method with what it said from every origin and says now.
struct Entry<'a> {
    method: &'a dyn Method,
    trials: Vec<Option<Path>>,
    now: Option<Path>,
}

/// Runs a pool and makes the answer of its survivors.
fn contest(
    given: &Past,
    ready: &Ready,
    pool: &[Box<dyn Method>],
    ahead: usize,
    told: &dyn Fn(usize, usize) -> Flow,
) -> Result<Outlook> {
    let ahead = ahead + ready.after;
    let benchmark = Naive(season(ready));
    let ground = ground(ready, ahead);
    let rounds = ground.as_ref().map_or(0, |it| it.origins.len()) + 1;
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
        let trials = match &ground {
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
    let naive = match &ground {
        Some(it) => it.run(&benchmark, &ready.past, ahead, || Ok(()))?,
        None => Vec::new(),
    };
    let outcome = judge(ready, &entries, &naive, ground.as_ref());
    Ok(answer(given, ready, &entries, outcome))
}

/// Origins of the back-test: with two seasons behind each where the series is long enough.
fn ground(ready: &Ready, ahead: usize) -> Option<Ground> {
    let (n, season) = (ready.past.len(), season(ready));
    let two = clean::SEASON.max(2 * season);
    let enough = season > 1 && n >= two + ahead.min(n / 4) + 3;
    let least = if enough { two } else { clean::THIN.max(season + 1) };
    (ready.known >= clean::THIN).then(|| Ground::of(&ready.past, ahead, least)).flatten()
}

/// What the back-test says.
struct Outcome {
    /// One an entry; none where it could not be scored.
    scores: Vec<Option<Score>>,
    kept: Vec<bool>,
    factors: Factors,
    calibrated: bool,
    backtest: Option<Backtest>,
}

/// Decides who stays, how wide bounds are, and how all this did with one origin left out.
fn judge(
    ready: &Ready,
    entries: &[Entry<'_>],
    naive: &[Option<Path>],
    ground: Option<&Ground>,
) -> Outcome {
    let alive: Vec<bool> = entries.iter().map(|it| it.now.is_some()).collect();
    let Some(ground) = ground else {
        let (scores, factors) = (vec![None; entries.len()], [1.0; 3]);
        return Outcome { scores, kept: alive, factors, calibrated: false, backtest: None };
    };
    let origins = ground.origins.len();
    let kind = ready.past.kind;
    // Scores and survivors, all origins or all but one.
    let scores = |without: Option<usize>| -> Vec<Option<Score>> {
        let of = |entry: &Entry<'_>| {
            let met = entry.trials.iter().enumerate();
            let paths = met.filter(|it| Some(it.0) != without);
            let score = ground.score(paths.filter_map(|(at, it)| Some((at, it.as_ref()?))));
            let most = 3 * entry.trials.iter().flatten().count() >= 2 * origins;
            (entry.now.is_some() && most && score.of() > 0).then_some(score)
        };
        entries.iter().map(of).collect()
    };
    let plain = |without: Option<usize>| {
        let kept = naive.iter().enumerate().filter(|it| Some(it.0) != without);
        ground.score(kept.filter_map(|(at, it)| Some((at, it.as_ref()?))))
    };
    let kept = |without: Option<usize>| {
        let errors: Vec<_> =
            scores(without).iter().map(|it| it.as_ref().map(Score::mase)).collect();
        combine::survivors(&errors, plain(without).mase())
    };
    let all = kept(None);
    let kept_now = if all.contains(&true) { all } else { alive };
    let averages: Vec<Option<Path>> = (0..origins)
        .map(|at| {
            let kept = kept(Some(at));
            let paths: Vec<&Path> = entries
                .iter()
                .zip(&kept)
                .filter(|it| *it.1)
                .filter_map(|it| it.0.trials[at].as_ref())
                .collect();
            (!paths.is_empty()).then(|| combine::average(&paths))
        })
        .collect();
    let calibrated = ready.known >= clean::SEASON;
    let ratios: Vec<_> = averages
        .iter()
        .zip(&ground.outcomes)
        .map(|(path, came)| path.as_ref().map(|it| conformal::ratios(it, came, kind)))
        .collect();
    let factors = |without: Option<usize>| -> Factors {
        let others = ratios.iter().enumerate().filter(|it| Some(it.0) != without);
        if calibrated {
            conformal::factors(others.filter_map(|it| it.1.as_ref()))
        } else {
            [1.0; 3]
        }
    };
    let shown: Vec<(usize, Path)> = averages
        .iter()
        .enumerate()
        .filter_map(|(at, it)| {
            Some((at, conformal::bounded(it.as_ref()?, factors(Some(at)), kind)))
        })
        .collect();
    let score = ground.score(shown.iter().map(|it| (it.0, &it.1)));
    let backtest = (score.of() > 0).then(|| score.figures(&plain(None), shown.len()));
    Outcome { scores: scores(None), kept: kept_now, factors: factors(None), calibrated, backtest }
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
    let one = ready.past.values.iter().filter(|it| !it.is_nan()).all(|it| *it == path.mean[0]);
    if one {
        notes.push("Every known value is the same.".to_owned());
    }
    if !outcome.calibrated && ready.known >= clean::SEASON {
        notes.push("The bounds are not calibrated.".to_owned());
    }
    if let Some(backtest) = &outcome.backtest
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
