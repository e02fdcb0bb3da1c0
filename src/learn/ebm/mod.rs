//! The Explainable Boosting Machine: log-odds as a sum of one shape function per feature.
//!
//! Files in reading order: [`options`] what can be set; `prepare` rows to bins; `bags` who trains and
//! who checks; `run` bags on threads, `keep` finished ones handed out; `boost` the order of steps,
//! `doubt` when a loss is too good;
//! `mains` the main effects of a bag, `split` one step of them, `scan` its best cut, `pass` its walk
//! over rows, `state` what rows keep and lose, `kernel` the loops of all; `pairs` interactions,
//! found, fitted, tested and purified; `table` how scores are rounded, `ways` directions in spite of
//! it; `assemble` bags to one model; `explain` one row as a sum, `resample` the same row in each bag;
//! `grid` a pair to draw; `edit` scores changed by people; `merge` models trained apart.
//!
//! Source: `InterpretML`'s `ExplainableBoostingClassifier` (Nori et al. 2019), rebuilt from its
//! description; it differs where persons matter: bags are drawn by person, and bands are scaled to
//! the uncertainty of a sample of persons. Never holds a term that is not a table of bins, never
//! lets the order of categories, of rows or of threads change a model.

mod arrange;
mod assemble;
mod bags;
mod boost;
mod doubt;
mod edit;
mod explain;
mod grid;
pub mod keep;
mod kernel;
mod mains;
mod merge;
pub mod options;
pub(crate) mod pairs;
mod pass;
mod prepare;
mod resample;
mod run;
mod scan;
mod split;
mod state;
pub(crate) mod table;
mod ways;

#[cfg(test)]
mod tests;

pub(crate) use assemble::standard_errors;
pub use edit::{CellEdit, Change, Edit, Note};
pub use explain::{Cells, Explanation, Place, Prediction, ShapePoint};
pub use grid::{Grid, GridCell};
pub use keep::{Keep, Nothing};
pub use merge::merge;
pub use options::{Direction, EbmOptions};
pub use resample::{Agreement, Resampled};
pub(crate) use table::{Lie, mean_of_bags, on_grid, quantise, settle};

use crate::bins::Bins;
use crate::error::{Error, Result};
use crate::frame::Frame;
use crate::math;
use crate::progress::Progress;

/// Two-sided level of every band and interval of a model.
pub const BAND_LEVEL: f64 = 0.90;

/// A fitted model. Read freely; build only by [`fit`], [`crate::artifact`] or [`crate::calibrate`].
#[derive(Clone, Debug, PartialEq)]
pub struct Ebm {
    /// What it predicts.
    pub objective: Objective,
    /// Bins per feature, in the order of the columns it was fitted on.
    pub bins: Vec<Bins>,
    /// Coarser bins per feature, which pairs read; `None` for a feature in no pair.
    pub pair_bins: Vec<Option<Bins>>,
    /// The additive parts: mains in the order of their features, then pairs.
    pub terms: Vec<Term>,
    /// Log-odds (for [`Objective::Squared`]: the value) where every term is 0. Makes the mean
    /// predicted probability (value) of the training rows equal their weighted base rate (mean).
    pub intercept: f64,
    /// The intercept of each bag, on the same footing.
    pub bagged_intercept: Vec<f64>,
    /// Standard error of a statistic = its standard deviation across bags times this:
    /// sqrt(m / (g - m)) when each bag trains on m of g persons. See [`Term::sd`].
    pub band_scale: f64,
    /// What the model was fitted on.
    pub trained: Trained,
    /// Changes by people since the fit, oldest first; made by [`Ebm::edit`].
    pub edits: Vec<Edit>,
}

/// What a model predicts, and by which loss it learns.
///
/// Where this crate says log-odds or probability of a model by [`Objective::Squared`], it is the
/// predicted value: scores, bands and intervals are then in units of the target.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Objective {
    /// The log-odds of target 1, by log loss.
    #[default]
    LogLoss,
    /// A number, by squared error.
    Squared,
}

impl Objective {
    /// What is predicted from a score: its probability, or the score itself.
    pub fn mean(self, score: f64) -> f64 {
        match self {
            Self::LogLoss => math::sigmoid(score),
            Self::Squared => score,
        }
    }
}

/// What a model was fitted on, for its card.
#[derive(Clone, Debug, PartialEq)]
pub struct Trained {
    /// Rows.
    pub rows: u64,
    /// Distinct persons.
    pub groups: u64,
    /// Rows with target 1.
    pub events: u64,
    /// Weighted share of target 1; of a target of numbers its weighted mean.
    pub base_rate: f64,
    /// Seed of the fit.
    pub seed: u64,
    /// Steps kept in each bag (one step changes one term).
    pub steps: Vec<u64>,
}

/// One additive part of the log-odds: a table of scores over the bins of its features.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    /// Positions of its features: one for a main effect, two ascending for a pair.
    pub features: Vec<usize>,
    /// Score in log-odds per cell. A main effect has a cell per bin of [`Ebm::bins`]; a pair has
    /// one per pair of bins of [`Ebm::pair_bins`], the second feature running fastest. Bin 0 is
    /// missing, the last unseen (0 in a fit). The mean over training rows is 0; a pair is
    /// purified: its mean over each row and each column is 0 too.
    pub scores: Vec<f64>,
    /// Standard error per cell: the standard deviation across bags (divisor bags - 1) times
    /// [`Ebm::band_scale`].
    ///
    /// Each bag trains on m of g persons, drawn without replacement. Subsamples overlap, so their
    /// spread understates the variance of a fit on all g; the delete-d jackknife says by how much:
    /// var = m / (g - m) x spread (Shao and Wu 1989, d = g - m). At 85 % the factor on the standard
    /// deviation is sqrt(0.85 / 0.15) = 2.38. It covers the sampling of persons and the randomness
    /// of fitting, not the bias of early stopping, which pulls scores towards 0.
    ///
    /// Simulated (24 samples of 400 persons x 15 months, test `coverage_report`): these errors are 1.4
    /// to 1.6 times the spread over fresh samples, so on the safe side; 90 % bands covered the truth
    /// for 99 % of features without effect, 91 % of weak ones, 83 % of strong ones (the pull towards
    /// 0); 90 % intervals of rows covered 85 %.
    pub sd: Vec<f64>,
    /// Weight of the training rows per cell.
    pub weight: Vec<f64>,
    /// Scores per bag, then per cell, rounded to multiples of 2^-12. Used for bands only.
    pub bagged: Vec<Vec<f64>>,
}

/// How much a feature moves the score.
#[derive(Clone, Debug, PartialEq)]
pub struct Importance {
    /// Position of the term.
    pub term: usize,
    /// Mean absolute score over the training rows, in log-odds.
    pub mean: f64,
    /// Standard error, from the bags, scaled like [`Term::sd`].
    pub sd: f64,
}

/// Fits a model.
///
/// Same frame, options and seed give the same bytes for any `threads`, and for any order of the
/// rows. Errors: [`Error::OneClass`], [`Error::AllConstant`], [`Error::TooFewGroups`] with fewer
/// than two persons with an event or fewer than four persons, [`Error::Option`],
/// [`Error::Cancelled`]. A constant column is no error: its term is 0.
pub fn fit(frame: &Frame, options: &EbmOptions, progress: &dyn Progress) -> Result<Ebm> {
    fit_kept(frame, options, progress, &Nothing)
}

/// Fits a model, handing every finished bag to `keep` and taking from it what is there already.
///
/// A fit that was cut off and is begun again with what it kept gives the same bytes as one that was
/// not, for any `threads` in either. Errors: as [`fit`].
pub fn fit_kept(
    frame: &Frame,
    options: &EbmOptions,
    progress: &dyn Progress,
    keep: &dyn Keep,
) -> Result<Ebm> {
    options.check(frame)?;
    match options.objective {
        Objective::LogLoss => frame.check_two_classes()?,
        Objective::Squared => frame.check_target_varies()?,
    }
    frame.check_some_column_varies()?;
    let data = prepare::Data::new(frame, options)?;
    let splits = bags::draw(&data, options)?;
    let run = run::Run::new(&data, options, &splits, progress, keep);
    let mains = run.mains()?;
    let (chosen, shapes) = pairs::fit(&run, mains)?;
    Ok(assemble::model(data, options, &splits, chosen, &shapes))
}

impl Ebm {
    /// The term of a feature by name.
    pub fn main(&self, name: &str) -> Option<&Term> {
        let feature = self.bins.iter().position(|it| it.name == name)?;
        self.terms.iter().find(|it| it.features == [feature])
    }

    /// The term of a pair of features by name, in either order.
    pub fn pair(&self, left: &str, right: &str) -> Option<&Term> {
        let at = |name: &str| self.bins.iter().position(|it| it.name == name);
        let (left, right) = (at(left)?, at(right)?);
        let features = [left.min(right), left.max(right)];
        self.terms.iter().find(|it| it.features == features)
    }

    /// Name of a term: its features joined by " x ".
    pub fn term_name(&self, term: usize) -> String {
        let names = self.terms[term].features.iter().map(|i| self.bins[*i].name.as_str());
        names.collect::<Vec<_>>().join(" x ")
    }

    /// Student's t for a two-sided 90 % band with this number of bags.
    pub fn band_quantile(&self) -> f64 {
        band_quantile(self.bagged_intercept.len())
    }

    /// The 90 % band of a bin of a term, in log-odds: score -+ t x standard error.
    pub fn band(&self, term: usize, bin: usize) -> (f64, f64) {
        let half = self.band_quantile() * self.terms[term].sd[bin];
        (self.terms[term].scores[bin] - half, self.terms[term].scores[bin] + half)
    }

    /// Importance of every term, in term order.
    pub fn importances(&self) -> Vec<Importance> {
        let of = |(term, it): (usize, &Term)| {
            let bagged: Vec<f64> =
                it.bagged.iter().map(|scores| mean_absolute(scores, &it.weight)).collect();
            let sd = spread(&bagged) * self.band_scale;
            Importance { term, mean: mean_absolute(&it.scores, &it.weight), sd }
        };
        self.terms.iter().enumerate().map(of).collect()
    }

    /// Whether the columns are the model's features by name, order and kind.
    pub fn check_columns(&self, columns: &[crate::frame::Column]) -> Result<()> {
        if columns.len() != self.bins.len() {
            let expected = format!("{} columns", self.bins.len());
            return Err(Error::ColumnMismatch { expected, found: columns.len().to_string() });
        }
        self.bins.iter().zip(columns).try_for_each(|(bins, it)| bins.check(it))
    }
}

pub(crate) fn band_quantile(bags: usize) -> f64 {
    math::t_quantile(0.5 + BAND_LEVEL / 2.0, bags.saturating_sub(1) as f64)
}

/// Standard deviation with divisor n - 1; 0 for fewer than two values.
pub(crate) fn spread(values: &[f64]) -> f64 {
    if values.len() < 2 {
        return 0.0;
    }
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let square: f64 = values.iter().map(|it| (it - mean) * (it - mean)).sum();
    libm::sqrt(square / (values.len() - 1) as f64)
}

fn mean_absolute(scores: &[f64], weight: &[f64]) -> f64 {
    let sum: f64 = scores.iter().zip(weight).map(|(score, w)| score.abs() * w).sum();
    sum / weight.iter().sum::<f64>()
}
