//! How scores are rounded: fine enough for every tolerance, coarse enough to be stored small.
//!
//! Bags are rounded to 2^-12 and the scores of the model are their mean, centred (a pair: purified)
//! and rounded to 2^-30, so that a stored model need hold only one of both. Never changes a score by
//! more than a fraction of a grain of its bags.

use super::Objective;
use super::pairs::Purifier;

/// Bagged scores are multiples of this, 2^-12 log-odds: far finer than any band.
pub(crate) const GRAIN: f64 = 1.0 / 4096.0;

/// Scores are multiples of this, 2^-30 log-odds.
const SCORE_GRAIN: f64 = 1.0 / 1_073_741_824.0;

/// The multiple of 2^-30 nearest to a score.
pub(crate) fn settle(score: f64) -> f64 {
    libm::round(score / SCORE_GRAIN) * SCORE_GRAIN
}

/// The multiple of 2^-12 nearest to a bagged score.
pub(crate) fn quantise(score: f64) -> f64 {
    libm::round(score / GRAIN) * GRAIN
}

/// How a pair's table lies.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lie {
    /// Cells in a row.
    pub(crate) width: usize,
    /// Whether both features have an order. Where one has none, nothing may depend on neighbours:
    /// names of categories decide who they are.
    pub(crate) ordered: bool,
}

/// Multiples of 2^-12 near the bagged scores of a pair with an order, rows `width` long.
///
/// Where the true step of steps between four neighbours is 0, so is the rounded one, as long as no
/// score is off by a grain: rounding each score alone would leave noise in every cell of the stored
/// differences. Use it where [`quantise`] serves a main effect.
fn quantise_table(scores: &[f64], width: usize) -> Vec<f64> {
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

/// Bagged scores of a main effect, or of a pair, on a grid. Where scores are no log-odds, the grain
/// is 2^-16 of the largest or finer.
pub(crate) fn on_grid(
    mut bagged: Vec<Vec<f64>>,
    lie: Option<Lie>,
    objective: Objective,
) -> Vec<Vec<f64>> {
    let largest = bagged.iter().flatten().fold(0.0_f64, |most, it| most.max(it.abs()));
    let log_odds = objective == Objective::LogLoss;
    let power = if log_odds || largest == 0.0 { 0 } else { libm::ilogb(largest) - 4 };
    for bag in &mut bagged {
        for it in bag.iter_mut() {
            *it = libm::ldexp(*it, -power);
        }
        *bag = match lie {
            Some(Lie { width, ordered: true }) => quantise_table(bag, width),
            _ => bag.iter().map(|it| quantise(*it)).collect(),
        };
        for it in bag.iter_mut() {
            *it = libm::ldexp(*it, power);
        }
    }
    bagged
}

/// Scores and bagged scores of a term, rounded.
///
/// `exact` are the scores before: centred, or a pair's pure table. What rounding the bags
/// does to their mean is kept, but for its own mean (rows and columns of a pair), so that the result
/// is as centred or pure as before.
pub(crate) fn rounded(
    exact: &[f64],
    bagged: Vec<Vec<f64>>,
    weight: &[f64],
    lie: Option<Lie>,
    objective: Objective,
) -> (Vec<f64>, Vec<Vec<f64>>) {
    let bagged = on_grid(bagged, lie, objective);
    let means = mean_of_bags(&bagged);
    let mut off: Vec<f64> = means.iter().zip(exact).map(|(it, exact)| it - exact).collect();
    if let Some(Lie { width, .. }) = lie {
        Purifier::new(weight.to_vec(), width).purify(&mut off);
    } else {
        let total: f64 = weight.iter().sum();
        let mean = off.iter().zip(weight).map(|(it, w)| it * w).sum::<f64>() / total;
        for ((off, exact), w) in off.iter_mut().zip(exact).zip(weight) {
            // A bin that nothing is known of stays 0.
            *off = if *w > 0.0 || *exact != 0.0 { *off - mean } else { 0.0 };
        }
    }
    let scores = exact.iter().zip(&off).map(|(exact, off)| exact + off);
    let scores = match objective {
        Objective::LogLoss => scores.map(settle).collect(),
        Objective::Squared => scores.collect(),
    };
    (scores, bagged)
}

/// Mean of the bags, cell by cell.
pub(crate) fn mean_of_bags(bagged: &[Vec<f64>]) -> Vec<f64> {
    let cells = bagged.first().map_or(0, Vec::len);
    let of = |cell: usize| bagged.iter().map(|it| it[cell]).sum::<f64>() / bagged.len() as f64;
    (0..cells).map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    #[test]
    fn rounding_keeps_centres_and_stays_near() {
        let mut rng = Rng::new(1);
        let weight: Vec<f64> = (0..30).map(|it| f64::from(it % 7)).collect();
        for width in [None, Some(6)] {
            let mut bagged: Vec<Vec<f64>> =
                (0..5).map(|_| (0..30).map(|_| rng.normal()).collect()).collect();
            if let Some(width) = width {
                let purifier = Purifier::new(weight.clone(), width);
                for it in &mut bagged {
                    purifier.purify(it);
                }
            }
            let exact = mean_of_bags(&bagged);
            let mean = |it: &[f64]| it.iter().zip(&weight).map(|(it, w)| it * w).sum::<f64>();
            let lie = width.map(|width| Lie { width, ordered: true });
            let (scores, rounded) =
                rounded(&exact, bagged.clone(), &weight, lie, Objective::LogLoss);
            assert!((mean(&scores) - mean(&exact)).abs() < 1e-7);
            assert!(scores.iter().zip(&exact).all(|(a, b)| (a - b).abs() < 2.0 * GRAIN));
            for (one, other) in rounded.iter().flatten().zip(bagged.iter().flatten()) {
                assert!((one - other).abs() <= GRAIN && quantise(*one) == *one);
            }
        }
    }

    #[test]
    fn the_grain_follows_the_size_of_a_number() {
        let of = |factor: f64| on_grid(vec![vec![factor, factor / 3.0]], None, Objective::Squared);
        for factor in [1e-9, 1.0, 3e7] {
            let it = &of(factor)[0];
            assert!((it[1] - factor / 3.0).abs() < factor * 2e-5, "{it:?}");
        }
        assert_eq!(on_grid(vec![vec![0.0]], None, Objective::Squared), [[0.0]]);
    }
}
