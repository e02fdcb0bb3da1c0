//! Directions hold to the last bit: what rounding took from a step, the main effect gives back.
//!
//! Every step of the boosting goes the way of its features, so main effects and pairs together do.
//! Each table is rounded by itself, though, and their sum may then miss by a grain where two bins of
//! a pair meet. Never touches a pair: it stays pure.

use super::options::{Direction, EbmOptions};
use super::pairs::{Axes, Chosen};
use super::prepare::Data;
use super::table::{GRAIN, rounded};
use super::{Objective, Term, standard_errors};

/// Lifts the main effect of every feature that has a direction and is in a pair, by whole grains and
/// only where the sum would go against the direction. `terms` are mains by feature, then the pairs.
pub(crate) fn hold(
    data: &Data,
    options: &EbmOptions,
    chosen: &Chosen,
    band_scale: f64,
    terms: &mut [Term],
) {
    for feature in 0..data.bins.len() {
        let way = match options.direction(feature) {
            None => continue,
            Some(Direction::Rising) => 1.0,
            Some(Direction::Falling) => -1.0,
        };
        let lift = lift(data, chosen, terms, feature, way);
        if lift.iter().all(|it| *it == 0.0) {
            continue;
        }
        let main = &mut terms[feature];
        let add = |scores: &[f64]| scores.iter().zip(&lift).map(|(it, lift)| it + lift).collect();
        let bagged: Vec<Vec<f64>> = main.bagged.iter().map(|it| add(it)).collect();
        let mut exact: Vec<f64> = add(&main.scores);
        let sum: f64 = exact.iter().zip(&main.weight).map(|(it, w)| it * w).sum();
        let mean = sum / main.weight.iter().sum::<f64>();
        for (it, w) in exact.iter_mut().zip(&main.weight) {
            *it -= if *w > 0.0 { mean } else { 0.0 };
        }
        (main.scores, main.bagged) =
            rounded(&exact, bagged, &main.weight, None, Objective::LogLoss);
        main.sd = standard_errors(&main.bagged, band_scale);
    }
}

/// What each bin of a main effect lacks for its sum with the pairs to go one way.
fn lift(data: &Data, chosen: &Chosen, terms: &[Term], feature: usize, way: f64) -> Vec<f64> {
    let mut lift = vec![0.0; data.bins[feature].len()];
    let (main, pairs) = terms.split_at(data.bins.len());
    let inside: Vec<&Term> = pairs.iter().filter(|it| it.features.contains(&feature)).collect();
    let (mut sum, real) = (0.0, data.bins[feature].real());
    for (bin, lift) in lift.iter_mut().enumerate().take(real + 1).skip(2) {
        let step = way * (main[feature].scores[bin] - main[feature].scores[bin - 1]);
        let pair = |it: &&Term| least_step(&chosen.axes, it, feature, bin, way);
        let lack = -(step + inside.iter().map(pair).sum::<f64>());
        if lack > 0.0 {
            sum += way * libm::ceil(lack / GRAIN) * GRAIN;
        }
        *lift = sum;
    }
    lift
}

/// The smallest step of a pair from one bin of a main effect to the next, over all bins of the other
/// feature; 0 inside a bin of the pair.
fn least_step(axes: &Axes, term: &Term, feature: usize, bin: usize, way: f64) -> f64 {
    let axis = axes.get(feature);
    let (from, to) = (axis.bin(bin as u8 - 1) as usize, axis.bin(bin as u8) as usize);
    let other = term.features.iter().find(|it| **it != feature);
    let Some(others) = other.map(|it| axes.get(*it).bins.len()) else { return 0.0 };
    if from == to {
        return 0.0;
    }
    let is_left = term.features[0] == feature;
    let cell = |own: usize, other: usize| {
        if is_left { own * others + other } else { other * axis.bins.len() + own }
    };
    let step = |other| way * (term.scores[cell(to, other)] - term.scores[cell(from, other)]);
    (0..others).map(step).fold(0.0, f64::min)
}
