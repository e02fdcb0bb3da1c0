//! The lab: the same models on any table, for analysts. Folds, measures, terms.
//!
//! Files: `table` a CSV file as columns; `folds` who tests; `options` what can be set; `model` the
//! four models under one name; `explain` a fit as terms; `saved` models on disk; `forecast` one
//! series ahead. Never here: the office's data, the store,
//! anything kept that was not asked for.

mod explain;
mod folds;
pub mod forecast;
mod model;
mod options;
mod saved;
mod table;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

use learn::frame::Frame;
use learn::validate::{Misses, Scored};
use serde::Serialize;

use super::progress::{Tell, go_on};
use super::{Error, Result};
use crate::clock::Stopwatch;
use crate::domain::told::Kind;

pub use explain::{Explained, Rule, Term};
pub use model::Model;
pub use saved::{Answer, Ask, Predicted, Save, predict};

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Request {
    /// CSV file with a header row.
    pub data: PathBuf,
    /// Column to predict.
    pub target: String,
    /// Value of the target that counts as 1; `None` for 0/1, false/true, no/yes, or numbers.
    pub positive: Option<String>,
    /// Which model.
    pub model: Model,
    /// CSV file whose column `fold` names the fold that tests each row; `None` deals five.
    pub folds: Option<PathBuf>,
    /// Options of the model as `key=value`.
    pub set: Vec<String>,
    /// Seed of the folds and of the fit.
    pub seed: u64,
    /// What to explain beside the folds.
    pub explain: Option<Explain>,
    /// Where to save the model of a fit on all rows.
    pub save: Option<Save>,
}

/// What to explain, by a fit on all rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Explain {
    /// The model as a whole.
    Global,
    /// A row of the file, 1 being the first below the header.
    Row(u64),
}

/// The answer, as it is printed with `--json`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Outcome {
    /// Counts up when a key changes its meaning.
    pub format: u32,
    /// Which model.
    pub model: Model,
    /// Column predicted.
    pub target: String,
    /// Value of the target that counts as 1; absent for a target of numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub positive: Option<String>,
    /// Rows.
    pub rows: u64,
    /// Columns learned from.
    pub columns: u64,
    /// Rows whose target counts as 1; absent for a target of numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub events: Option<u64>,
    /// Seed of the folds and of the fit.
    pub seed: u64,
    /// How the file was taken, in sentences.
    pub notes: Vec<String>,
    /// One for each fold, in order.
    pub folds: Vec<FoldScore>,
    /// Plain means over the folds.
    pub mean: Score,
    /// Of a fit on all rows, when asked for.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub explained: Option<Explained>,
}

/// How good a model is on rows it has not seen.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Score {
    /// By what is predicted.
    #[serde(flatten)]
    pub measures: Measures,
    /// Wall time of the fit alone, seconds.
    pub fit_seconds: f64,
}

/// Measures of two classes, or of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Measures {
    /// Of probabilities.
    Classes {
        /// Area under the ROC curve.
        auc: f64,
        /// Mean log loss, nats.
        log_loss: f64,
        /// Mean squared error of the probabilities.
        brier: f64,
    },
    /// Of numbers.
    Numbers {
        /// Root of the mean squared difference, in units of the target.
        rmse: f64,
        /// Mean absolute difference, in units of the target.
        mae: f64,
        /// Share of the variance explained.
        r2: f64,
    },
}

/// The measures of one fold.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FoldScore {
    /// Its name in the folds file, or its number.
    pub fold: String,
    /// Rows tested.
    pub rows: u64,
    /// Rows tested whose target counts as 1; absent for a target of numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub events: Option<u64>,
    /// The measures.
    #[serde(flatten)]
    pub score: Score,
}

impl Explain {
    /// `global`, or the number of a row.
    pub fn parse(text: &str) -> Result<Self> {
        if text.trim().eq_ignore_ascii_case("global") {
            return Ok(Self::Global);
        }
        let row = text.trim().parse().ok().filter(|it| *it > 0);
        row.map(Self::Row).ok_or_else(|| {
            invalid(
                format!("`--explain {text}` is neither `global` nor a row."),
                "Rows count from 1, the header not counted.",
            )
        })
    }
}

/// Reads, tests by fold, and explains if asked.
pub fn fit(request: &Request, tell: &dyn Tell) -> Result<Outcome> {
    // Said before anything is read: a slip of the pen needs no data.
    let recipe = model::Recipe::new(request.model, request.seed, &request.set)?;
    recipe.check_explains(request.explain)?;
    if let Some(it) = &request.save {
        it.check(request.model)?;
    }
    go_on(tell, 0, 1, "reading the table")?;
    let table = table::read(&request.data, &request.target, request.positive.as_deref())?;
    let rows = table.target.len();
    if let Some(Explain::Row(row)) = request.explain
        && row > rows as u64
    {
        return Err(Error::told(
            Kind::NotFound,
            format!("There is no row {row} to explain: the file has {rows}."),
            "Rows count from 1, the header not counted.",
        ));
    }
    let classes = table.positive.is_some();
    let recipe = if classes { recipe } else { recipe.of_numbers(&request.target)? };
    let frame = if classes { Frame::new } else { Frame::numeric };
    let group = (0..rows as u32).collect();
    let frame = frame(table.columns, table.target, None, group, vec![0; rows])
        .map_err(|error| refused(error, "the table"))?;
    let folds = folds_of(request, &frame)?;
    let fits_all = request.explain.is_some() || request.save.is_some();
    let work = folds.len() as u64 + u64::from(fits_all);
    let mut scores = Vec::with_capacity(folds.len());
    for (done, fold) in folds.iter().enumerate() {
        let ear = model::Ear { tell, done: done as u64, of: work, what: &fold.name };
        scores.push(test(&frame, fold, &recipe, &ear)?);
    }
    let ear = model::Ear { tell, done: work - 1, of: work, what: "all rows" };
    let whole = fits_all.then(|| recipe.fit(&frame, &ear)).transpose();
    let whole = whole.map_err(|error| refused(error, "all rows"))?;
    let explain = |it: &model::Fitted| {
        request.explain.map(|what| explain::explain(&frame, it, what)).transpose()
    };
    let explained = whole.as_ref().map(explain).transpose()?.flatten();
    let mut notes = table.notes;
    if let Some((save, fitted)) = request.save.as_ref().zip(whole.as_ref()) {
        notes.push(save.write(fitted, table.positive.as_deref().unwrap_or("1"))?);
    }
    Ok(Outcome {
        format: 1,
        model: request.model,
        target: request.target.clone(),
        positive: table.positive,
        rows: rows as u64,
        columns: frame.columns().len() as u64,
        events: classes.then_some(frame.events() as u64),
        seed: request.seed,
        notes,
        mean: mean(&scores),
        folds: scores,
        explained,
    })
}

fn folds_of(request: &Request, frame: &Frame) -> Result<Vec<folds::Fold>> {
    let folds = match &request.folds {
        Some(file) => folds::read(file, frame.rows())?,
        None if frame.is_numeric() => folds::deal_all(frame.rows(), request.seed),
        None => folds::deal(frame.target(), request.seed),
    };
    let check = if frame.is_numeric() { folds::check_numbers } else { folds::check };
    check(&folds, frame.target())?;
    Ok(folds)
}

fn test(
    frame: &Frame,
    fold: &folds::Fold,
    recipe: &model::Recipe,
    ear: &model::Ear<'_>,
) -> Result<FoldScore> {
    let place = format!("fold {}", fold.name);
    go_on(ear.tell, ear.done, ear.of, &place)?;
    let told = |error| refused(error, &place);
    let mut tested = vec![false; frame.rows()];
    fold.test.iter().for_each(|row| tested[*row] = true);
    let train: Vec<usize> = (0..frame.rows()).filter(|row| !tested[*row]).collect();
    let train = frame.take(&train).map_err(told)?;
    let test = frame.take(&fold.test).map_err(told)?;
    let watch = Stopwatch::start();
    let fitted = recipe.fit(&train, ear).map_err(told)?;
    let fit_seconds = watch.elapsed().as_secs_f64();
    let said = fitted.values(test.columns()).map_err(told)?;
    let measures = Measures::of(&test, &said).map_err(told)?;
    Ok(FoldScore {
        fold: fold.name.clone(),
        rows: test.rows() as u64,
        events: (!test.is_numeric()).then_some(test.events() as u64),
        score: Score { measures, fit_seconds },
    })
}

impl Measures {
    fn of(test: &Frame, said: &[f64]) -> learn::Result<Self> {
        if test.is_numeric() {
            let Misses { rmse, mae, r2 } = Misses::new(test.target(), said)?;
            return Ok(Self::Numbers { rmse, mae, r2 });
        }
        let it = Scored::new(test.target(), said, None, test.group())?;
        Ok(Self::Classes { auc: it.auc(), log_loss: it.log_loss(), brier: it.brier() })
    }

    /// The three numbers with their short names.
    pub fn named(&self) -> [(&'static str, f64); 3] {
        match *self {
            Self::Classes { auc, log_loss, brier } => {
                [("AUC", auc), ("log loss", log_loss), ("Brier", brier)]
            }
            Self::Numbers { rmse, mae, r2 } => [("RMSE", rmse), ("MAE", mae), ("R2", r2)],
        }
    }
}

/// Plain means over the folds, of which there is at least one.
fn mean(folds: &[FoldScore]) -> Score {
    let of = |get: &dyn Fn(&Score) -> f64| {
        folds.iter().map(|it| get(&it.score)).sum::<f64>() / folds.len() as f64
    };
    let [a, b, c] = [0, 1, 2].map(|at| of(&|it| it.measures.named()[at].1));
    let measures = match folds.first().map(|it| it.score.measures) {
        Some(Measures::Numbers { .. }) => Measures::Numbers { rmse: a, mae: b, r2: c },
        _ => Measures::Classes { auc: a, log_loss: b, brier: c },
    };
    Score { measures, fit_seconds: of(&|it| it.fit_seconds) }
}

fn invalid(message: impl Into<String>, hint: impl Into<String>) -> Error {
    Error::told(Kind::Invalid, message, hint)
}

/// What the numeric crate refused, with the place it happened in.
fn refused(error: learn::Error, place: &str) -> Error {
    use learn::Error as It;
    match error {
        It::Cancelled => super::progress::stopped(),
        It::OneClass | It::AllConstant | It::TooFewGroups { .. } | It::Empty => Error::told(
            Kind::NotEnough,
            format!("Not enough data in {place}: {error}."),
            "Give more rows, columns that vary, or fewer folds.",
        ),
        It::Option { .. } => invalid(format!("`--set`: {error}."), ""),
        It::NotConverged { .. } => invalid(
            format!("In {place} {error}."),
            "The columns separate the classes, or repeat each other: try a larger alpha.",
        ),
        other => Error::broken(format!("fit a model on {place}"), other),
    }
}
