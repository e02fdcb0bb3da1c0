//! Format 1, read only: log-odds of main effects, written until terms could have two features.
//!
//! Scores are doubles with all digits; bagged scores are multiples of 2^-16, stored as whole numbers,
//! each as the difference to the bin before. Never changes.

use super::{ensure, refuse};
use crate::bins::{BINS_MAX, BinKind, Bins, Categories};
use crate::ebm::{Ebm, Objective, Term, Trained, standard_errors};
use crate::error::{Error, Result};
use serde::Deserialize;

/// Bagged scores are whole numbers of this part of a log-odds.
const GRAINS: f64 = 65_536.0;

/// No score or intercept is beyond this, so that no sum of a damaged file overflows.
const LOG_ODDS_MAX: f64 = 1000.0;

/// A stored model, format 1.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredEbmV1 {
    /// Always 1.
    pub format: u32,
    /// Features in column order.
    pub features: Vec<StoredFeatureV1>,
    /// Terms in model order.
    pub terms: Vec<StoredTermV1>,
    /// Intercept in log-odds.
    pub intercept: f64,
    /// Intercept per bag in 2^-16 log-odds.
    pub bagged_intercept: Vec<i64>,
    /// Factor from the spread of the bags to a standard error.
    pub band_scale: f64,
    /// Rows, persons, events it was fitted on.
    pub rows: u64,
    /// Persons.
    pub groups: u64,
    /// Rows with target 1.
    pub events: u64,
    /// Weighted share of target 1.
    pub base_rate: f64,
    /// Seed of the fit.
    pub seed: u64,
    /// Steps kept per bag.
    pub steps: Vec<u64>,
}

/// A stored feature, format 1: either `cuts` or `labels`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredFeatureV1 {
    /// Name.
    pub name: String,
    /// Cuts of a continuous feature.
    #[serde(default)]
    pub cuts: Option<Vec<f64>>,
    /// Labels of a nominal feature.
    #[serde(default)]
    pub labels: Option<Vec<String>>,
    /// Training rows per bin, missing first, unseen last.
    pub counts: Vec<u64>,
    /// Smallest and largest value seen, if any.
    #[serde(default)]
    pub range: Option<(f64, f64)>,
}

/// A stored term, format 1.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredTermV1 {
    /// Positions of its features.
    pub features: Vec<usize>,
    /// Score per bin in log-odds.
    pub scores: Vec<f64>,
    /// Weight of training rows per bin.
    pub weight: Vec<f64>,
    /// Per bag, score per bin in 2^-16 log-odds, each less the one before.
    pub bagged: Vec<Vec<i64>>,
}

impl TryFrom<StoredEbmV1> for Ebm {
    type Error = Error;

    fn try_from(stored: StoredEbmV1) -> Result<Self> {
        ensure(stored.format == 1, || format!("format {} is not 1", stored.format))?;
        let bags = stored.bagged_intercept.len();
        ensure((2..=200).contains(&bags), || format!("{bags} bags"))?;
        ensure(stored.steps.len() == bags, || "steps of another number of bags".to_owned())?;
        let scale = stored.band_scale;
        ensure(scale.is_finite() && scale > 0.0, || "band scale is not positive".to_owned())?;
        let intercept = stored.intercept.abs() <= LOG_ODDS_MAX;
        ensure(intercept, || "intercept is out of range".to_owned())?;
        let rate = stored.base_rate;
        ensure(rate > 0.0 && rate < 1.0, || "base rate is not between 0 and 1".to_owned())?;
        ensure(!stored.features.is_empty(), || "no features".to_owned())?;
        let bins: Vec<Bins> =
            stored.features.into_iter().map(load_feature).collect::<Result<_>>()?;
        let terms = stored.terms.into_iter().map(|it| load_term(it, &bins, bags, scale));
        let trained = Trained {
            rows: stored.rows,
            groups: stored.groups,
            events: stored.events,
            base_rate: rate,
            seed: stored.seed,
            steps: stored.steps,
        };
        Ok(Self {
            objective: Objective::LogLoss,
            terms: terms.collect::<Result<_>>()?,
            pair_bins: vec![None; bins.len()],
            bins,
            intercept: stored.intercept,
            bagged_intercept: stored.bagged_intercept.iter().map(|it| ungrain(*it)).collect(),
            band_scale: scale,
            trained,
            edits: Vec::new(),
        })
    }
}

fn ungrain(grains: i64) -> f64 {
    grains as f64 / GRAINS
}

fn load_feature(stored: StoredFeatureV1) -> Result<Bins> {
    let StoredFeatureV1 { name, cuts, labels, counts, range } = stored;
    let kind = match (cuts, labels) {
        (Some(cuts), None) => {
            let ascending = cuts.windows(2).all(|it| it[0] < it[1]);
            let finite = cuts.iter().all(|it| it.is_finite());
            ensure(ascending && finite, || format!("cuts of {name} do not ascend"))?;
            BinKind::Cuts(cuts)
        }
        (None, Some(labels)) => {
            let ascending = labels.windows(2).all(|it| it[0] < it[1]);
            ensure(ascending, || format!("labels of {name} do not ascend"))?;
            BinKind::Categories(Categories::apart(labels))
        }
        _ => return refuse(format!("{name} needs cuts or labels")),
    };
    let (min, max) = range.unwrap_or((f64::NAN, f64::NAN));
    let bins = Bins { name, kind, counts, min, max };
    let fits = bins.len() == bins.counts.len() && bins.len() <= BINS_MAX;
    ensure(fits, || format!("counts of {} do not match its bins", bins.name))?;
    Ok(bins)
}

fn load_term(stored: StoredTermV1, bins: &[Bins], bags: usize, scale: f64) -> Result<Term> {
    let StoredTermV1 { features, scores, weight, bagged } = stored;
    let cells = match features[..] {
        [feature] if feature < bins.len() => bins[feature].len(),
        _ => return refuse(format!("a term of features {features:?}")),
    };
    let lengths = scores.len() == cells
        && weight.len() == cells
        && bagged.len() == bags
        && bagged.iter().all(|it| it.len() == cells);
    ensure(lengths, || format!("term {features:?} does not match its bins"))?;
    let finite = scores.iter().all(|it| it.abs() <= LOG_ODDS_MAX)
        && scores.last() == Some(&0.0)
        && weight.iter().all(|it| it.is_finite() && *it >= 0.0)
        && weight.iter().sum::<f64>() > 0.0;
    let grains = LOG_ODDS_MAX * GRAINS;
    let bounded = bagged.iter().flatten().all(|it| (*it as f64).abs() <= 2.0 * grains);
    ensure(finite && bounded, || format!("term {features:?} holds numbers out of range"))?;
    let mut restored = Vec::with_capacity(bags);
    for differences in bagged {
        let mut sum = 0_i64;
        let mut scores = Vec::with_capacity(cells);
        for it in differences {
            sum = sum.saturating_add(it);
            scores.push(ungrain(sum));
        }
        restored.push(scores);
    }
    let sd = standard_errors(&restored, scale);
    Ok(Term { features, scores, sd, weight, bagged: restored })
}
