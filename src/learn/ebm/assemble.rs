//! From the shapes of the bags to one model: centred terms, mean, standard errors, exact intercept.
//!
//! Never looks at the order in which bags were finished.

use super::bags::Split;
use super::boost::Shape;
use super::options::EbmOptions;
use super::prepare::Data;
use super::{Ebm, Objective, Term, Trained, spread};
use crate::math;

/// Bagged scores are multiples of this, 2^-12 log-odds: far finer than any band, and small to store.
const GRAIN: f64 = 1.0 / 4096.0;

/// Scores are multiples of this, 2^-30 log-odds: finer than any tolerance, and small to store.
const SCORE_GRAIN: f64 = 1.0 / 1_073_741_824.0;

/// The multiple of 2^-30 nearest to a score.
pub(crate) fn settle(score: f64) -> f64 {
    libm::round(score / SCORE_GRAIN) * SCORE_GRAIN
}

/// The multiple of 2^-12 nearest to a bagged score.
pub(crate) fn quantise(score: f64) -> f64 {
    libm::round(score / GRAIN) * GRAIN
}

/// Multiples of 2^-12 near the bagged scores of a pair, rows `width` long.
///
/// Where the true step of steps between four neighbours is 0, so is the rounded one, as long as no
/// score is off by a grain: rounding each score alone would leave noise in every cell of the stored
/// differences. Use it where [`quantise`] serves a main effect.
pub(crate) fn quantise_table(scores: &[f64], width: usize) -> Vec<f64> {
    let mut rounded: Vec<f64> = Vec::with_capacity(scores.len());
    for (at, score) in scores.iter().enumerate() {
        let (left, above) = (!at.is_multiple_of(width), at >= width);
        let of = |holds: bool, back: usize| if holds { rounded[at - back] } else { 0.0 };
        let likely = of(left, 1) + of(above, width) - of(left && above, width + 1);
        let near = (score - likely).abs() < GRAIN;
        rounded.push(if near { likely } else { quantise(*score) });
    }
    rounded
}

/// Bagged scores on a grid: a pair's as a table of `width`. Where scores are no log-odds, the grain
/// is 2^-16 of the largest or finer.
pub(crate) fn on_grid(
    mut bagged: Vec<Vec<f64>>,
    width: Option<usize>,
    objective: Objective,
) -> Vec<Vec<f64>> {
    let largest = bagged.iter().flatten().fold(0.0_f64, |most, it| most.max(it.abs()));
    let log_odds = objective == Objective::LogLoss;
    let power = if log_odds || largest == 0.0 { 0 } else { libm::ilogb(largest) - 4 };
    for bag in &mut bagged {
        bag.iter_mut().for_each(|it| *it = libm::ldexp(*it, -power));
        *bag = match width {
            Some(width) => quantise_table(bag, width),
            None => bag.iter().map(|it| quantise(*it)).collect(),
        };
        bag.iter_mut().for_each(|it| *it = libm::ldexp(*it, power));
    }
    bagged
}

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

pub(crate) fn model(data: Data, options: &EbmOptions, splits: &[Split], shapes: &[Shape]) -> Ebm {
    // Bags differ in whom they hold back, never in how many.
    let band_scale = splits.first().map_or(1.0, Split::band_scale);
    let terms = (0..data.bins.len()).map(|it| term(&data, it, shapes, band_scale)).collect();
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
        objective: Objective::LogLoss,
        bins: Vec::new(),
        pair_bins: vec![None; data.bins.len()],
        terms,
        intercept: mean,
        bagged_intercept: vec![],
        band_scale,
        trained,
        edits: Vec::new(),
    };
    let shift = shift_to_base_rate(&data, &ebm);
    ebm.intercept += shift;
    ebm.bagged_intercept = shapes.iter().map(|it| quantise(it.intercept + shift)).collect();
    ebm.bins = data.bins;
    ebm
}

fn term(data: &Data, feature: usize, shapes: &[Shape], band_scale: f64) -> Term {
    let of = |shape: &Shape| shape.scores[feature].iter().map(|it| quantise(*it)).collect();
    let bagged: Vec<Vec<f64>> = shapes.iter().map(of).collect();
    let weight = data.bin_weight[feature].clone();
    let mut scores = mean_of_bags(&bagged);
    let total: f64 = weight.iter().sum();
    let mean = scores.iter().zip(&weight).map(|(it, w)| it * w).sum::<f64>() / total;
    for (score, w) in scores.iter_mut().zip(&weight) {
        *score = if *w > 0.0 { settle(*score - mean) } else { 0.0 };
    }
    let sd = standard_errors(&bagged, band_scale);
    Term { features: vec![feature], scores, sd, weight, bagged }
}

/// Mean of the rounded scores of the bags, cell by cell. A stored model need not hold it again:
/// scores are this, less what centring (for a pair: purifying) takes away.
pub(crate) fn mean_of_bags(bagged: &[Vec<f64>]) -> Vec<f64> {
    let cells = bagged.first().map_or(0, Vec::len);
    let of = |cell: usize| bagged.iter().map(|it| it[cell]).sum::<f64>() / bagged.len() as f64;
    (0..cells).map(of).collect()
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
fn shift_to_base_rate(data: &Data, ebm: &Ebm) -> f64 {
    let mut log_odds = vec![ebm.intercept; data.rows()];
    for (feature, term) in ebm.terms.iter().enumerate() {
        for (z, bin) in log_odds.iter_mut().zip(&data.index[feature]) {
            *z += term.scores[*bin as usize];
        }
    }
    let total: f64 = data.weight.iter().sum();
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
