//! From the shapes of the bags to one model: centred terms, mean, standard errors, exact intercept.
//!
//! Never looks at the order in which bags were finished.

use super::bags::Split;
use super::boost::Shape;
use super::options::EbmOptions;
use super::pairs::Chosen;
use super::prepare::Data;
use super::table::{Lie, mean_of_bags, quantise, rounded};
use super::{Ebm, Objective, Term, Trained, spread, ways};
use crate::math;

/// Each term shifted so that its mean over all training rows is 0; the shift goes to the intercept.
/// Bins without rows get 0.
pub(crate) fn centred(data: &Data, mut shape: Shape) -> Shape {
    for (scores, weight) in shape.scores.iter_mut().zip(&data.bin_weight) {
        let sum: f64 = scores.iter().zip(weight).map(|(score, w)| score * w).sum();
        let mean = sum / weight.iter().sum::<f64>();
        shape.intercept += mean;
        for (score, w) in scores.iter_mut().zip(weight) {
            *score = if *w > 0.0 { *score - mean } else { 0.0 };
        }
    }
    shape
}

pub(crate) fn model(
    data: Data,
    options: &EbmOptions,
    splits: &[Split],
    chosen: Chosen,
    shapes: &[Shape],
) -> Ebm {
    // Bags differ in whom they hold back, never in how many.
    let band_scale = splits.first().map_or(1.0, Split::band_scale);
    let mains = (0..data.bins.len()).map(|feature| {
        let bagged = shapes.iter().map(|it| it.scores[feature].clone()).collect();
        term(vec![feature], data.bin_weight[feature].clone(), None, bagged, band_scale)
    });
    let pairs = chosen.pairs.iter().enumerate().map(|(place, pair)| {
        let bagged = shapes.iter().map(|it| it.pairs[place].clone()).collect();
        let weight = chosen.axes.weights(&data, *pair);
        let [left, right] = chosen.axes.of(*pair).map(|it| &it.bins);
        let ordered = left.is_continuous() && right.is_continuous();
        let lie = Some(Lie { width: right.len(), ordered });
        term(vec![pair.left, pair.right], weight, lie, bagged, band_scale)
    });
    let mut terms: Vec<Term> = mains.chain(pairs).collect();
    ways::hold(&data, options, &chosen, band_scale, &mut terms);
    let mean = shapes.iter().map(|it| it.intercept).sum::<f64>() / shapes.len() as f64;
    let trained = Trained {
        rows: data.frame_rows as u64,
        groups: data.groups as u64,
        events: data.frame_events as u64,
        base_rate: data.base_rate,
        seed: options.seed,
        steps: shapes.iter().map(|it| it.steps).collect(),
    };
    let mut ebm = Ebm {
        objective: options.objective,
        bins: Vec::new(),
        pair_bins: Vec::new(),
        terms,
        intercept: mean,
        bagged_intercept: vec![],
        band_scale,
        trained,
        edits: Vec::new(),
    };
    let shift = shift_to_base_rate(&data, &chosen, &ebm);
    ebm.intercept += shift;
    ebm.bagged_intercept = shapes.iter().map(|it| quantise(it.intercept + shift)).collect();
    if data.unit != 1.0 {
        scale(&mut ebm, data.unit);
    }
    ebm.pair_bins = chosen.into_bins();
    ebm.bins = data.bins;
    ebm
}

/// From units of the target to the target: a power of two, so nothing is rounded.
fn scale(ebm: &mut Ebm, unit: f64) {
    ebm.intercept *= unit;
    ebm.trained.base_rate *= unit;
    ebm.bagged_intercept.iter_mut().for_each(|it| *it *= unit);
    for term in &mut ebm.terms {
        let bagged = term.bagged.iter_mut().flatten();
        term.scores.iter_mut().chain(&mut term.sd).chain(bagged).for_each(|it| *it *= unit);
    }
}

/// A term from its scores in each bag.
fn term(
    features: Vec<usize>,
    weight: Vec<f64>,
    lie: Option<Lie>,
    bagged: Vec<Vec<f64>>,
    band_scale: f64,
) -> Term {
    let exact = mean_of_bags(&bagged);
    let (scores, bagged) = rounded(&exact, bagged, &weight, lie, Objective::LogLoss);
    let sd = standard_errors(&bagged, band_scale);
    Term { features, scores, sd, weight, bagged }
}

/// Standard error per bin: spread of the bags times the scale. All bags have the same bins.
pub(crate) fn standard_errors(bagged: &[Vec<f64>], band_scale: f64) -> Vec<f64> {
    let bins = bagged.first().map_or(0, Vec::len);
    let of = |bin: usize| {
        let values: Vec<f64> = bagged.iter().map(|it| it[bin]).collect();
        spread(&values) * band_scale
    };
    (0..bins).map(of).collect()
}

/// The shift of the intercept at which the weighted mean probability equals the base rate: Newton,
/// kept inside a bracket that halves whenever Newton leaves it.
fn shift_to_base_rate(data: &Data, chosen: &Chosen, ebm: &Ebm) -> f64 {
    let mut log_odds = vec![ebm.intercept; data.rows()];
    let (mains, pairs) = ebm.terms.split_at(data.bins.len());
    for (term, index) in mains.iter().zip(&data.index) {
        for (z, bin) in log_odds.iter_mut().zip(index) {
            *z += term.scores[*bin as usize];
        }
    }
    for (term, pair) in pairs.iter().zip(&chosen.pairs) {
        for (row, z) in log_odds.iter_mut().enumerate() {
            *z += term.scores[chosen.axes.cell(data, *pair, row)];
        }
    }
    let total: f64 = data.weight.iter().sum();
    if ebm.objective == Objective::Squared {
        let sum: f64 = log_odds.iter().zip(&data.weight).map(|(z, w)| z * w).sum();
        return data.base_rate - sum / total;
    }
    let (mut low, mut high, mut shift) = (-50.0, 50.0, 0.0);
    for _ in 0..200 {
        let (mut excess, mut slope) = (-data.base_rate * total, 0.0);
        for (z, w) in log_odds.iter().zip(&data.weight) {
            let p = math::sigmoid(z + shift);
            excess += w * p;
            slope += w * p * (1.0 - p);
        }
        if excess > 0.0 {
            high = shift;
        } else {
            low = shift;
        }
        if excess.abs() <= 1e-13 * total {
            break;
        }
        let newton = shift - excess / slope;
        shift = if newton > low && newton < high { newton } else { low + (high - low) / 2.0 };
    }
    shift
}
