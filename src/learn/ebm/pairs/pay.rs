//! Which pairs pay: does the loss on held-back rows rise without them?
//!
//! Never asks the rows a bag trained on. What is tested is the pure part of a pair; its share in
//! the main effects stays with them either way.

use super::Pair;
use super::axis::Axes;
use super::terms::{Rows, held_odds};
use crate::ebm::boost::Shape;
use crate::ebm::pass::ln_from_one;
use crate::ebm::prepare::Data;
use crate::ebm::spread;
use crate::math;

/// A pair is kept when its mean gain over the bags is above this many standard errors.
static ERRORS_: std::sync::LazyLock<f64> =
    std::sync::LazyLock::new(|| std::env::var("ERR").map_or(1.0, |it| it.parse().unwrap()));

/// The rows a bag holds back, with what each pair does to them.
#[derive(Debug)]
pub(crate) struct Held {
    /// Odds against the own target without any pair.
    alone: Vec<f64>,
    /// Per pair the factor on the odds; none for a pair that this bag did not look at.
    factors: Vec<Option<Vec<f32>>>,
    weight: Vec<f64>,
}

impl Held {
    /// `rows` with the log-odds of the mains of `shape`; `list` are the pairs in `shape`, among all
    /// that were `found`.
    pub(crate) fn new(
        data: &Data,
        axes: &Axes,
        rows: Rows,
        found: &[Pair],
        list: &[Pair],
        shape: &Shape,
    ) -> Self {
        let factor = |pair: &Pair| -> Option<Vec<f32>> {
            let table = &shape.pairs[list.iter().position(|it| it == pair)?];
            let of = |(at, row): (usize, &usize)| {
                let score = table[axes.cell(data, *pair, *row)];
                math::exp(if at < rows.events { -score } else { score }) as f32
            };
            Some(rows.rows.iter().enumerate().map(of).collect())
        };
        let factors = found.iter().map(factor).collect();
        Self { alone: held_odds(&rows), factors, weight: rows.weight }
    }

    /// Per pair of `kept` the rise of the mean loss when it alone is left out; 0 for a pair that
    /// this bag did not look at.
    pub(crate) fn gains(&self, kept: &[usize]) -> Vec<f64> {
        let mut odds = self.alone.clone();
        for factors in kept.iter().filter_map(|it| self.factors[*it].as_ref()) {
            odds.iter_mut().zip(factors).for_each(|(e, f)| *e *= f64::from(*f));
        }
        let loss = |e: f64| ln_from_one(1.0 + e.min(1e30));
        let losses: Vec<f64> = odds.iter().map(|e| loss(*e)).collect();
        let total: f64 = self.weight.iter().sum();
        let gain = |pair: &usize| {
            let Some(factors) = &self.factors[*pair] else { return 0.0 };
            let mut sum = 0.0;
            for (row, factor) in factors.iter().enumerate() {
                sum += self.weight[row] * (loss(odds[row] / f64::from(*factor)) - losses[row]);
            }
            sum / total
        };
        kept.iter().map(gain).collect()
    }
}

/// Positions of the pairs that pay, at most `most`. The one that pays least is left out and the
/// others are asked again, until all that are left pay: of two pairs that say the same, one stays.
/// `gains` gives, for the pairs still in, the gains of every bag; `share` of the persons is held
/// back in each.
pub(crate) fn kept<E>(
    pairs: usize,
    most: usize,
    share: f64,
    mut gains: impl FnMut(&[usize]) -> Result<Vec<Vec<f64>>, E>,
) -> Result<Vec<usize>, E> {
    let mut kept: Vec<usize> = (0..pairs).collect();
    while !kept.is_empty() {
        let bags = gains(&kept)?;
        if std::env::var("DBG").is_ok() {
            for p in 0..kept.len() {
                let m: f64 = bags.iter().map(|it| it[p]).sum::<f64>() / bags.len() as f64;
                let s = bags.iter().filter(|it| it[p] != 0.0).count();
                let e = m - surplus(bags.iter().map(|it| it[p]), share);
                if m > 0.5 * e {
                    eprintln!("{} of {}: {} {:.6} se {:.6} bags {s}", p, kept.len(), kept[p], m, e);
                }
            }
        }
        let surplus: Vec<f64> =
            (0..kept.len()).map(|place| surplus(bags.iter().map(|it| it[place]), share)).collect();
        let mut worst = 0;
        for place in 1..kept.len() {
            worst = if surplus[place] < surplus[worst] { place } else { worst };
        }
        if surplus[worst] > 0.0 && kept.len() <= most {
            break;
        }
        kept.remove(worst);
    }
    Ok(kept)
}

/// Mean gain less its standard error. Bags share rows, so their gains are not independent; the
/// error is widened for that as Nadeau and Bengio (2003) propose: sd x sqrt(1 / bags + held /
/// trained).
fn surplus(gains: impl Iterator<Item = f64>, share: f64) -> f64 {
    let gains: Vec<f64> = gains.collect();
    let bags = gains.len() as f64;
    let error = spread(&gains) * libm::sqrt(1.0 / bags + share / (1.0 - share));
    gains.iter().sum::<f64>() / bags - *ERRORS_ * error
}
