//! Which pairs pay: does the loss on held-back rows rise without them?
//!
//! Never asks the rows a bag trained on. What is tested is the pure part of a pair; its share in
//! the main effects stays with them either way.

use super::terms::{Rows, held_odds};
use crate::ebm::boost::Shape;
use crate::ebm::pass::ln_from_one;
use crate::ebm::spread;
use crate::math;

/// A pair is kept when its mean gain over the bags is above this many standard errors.
const ERRORS: f64 = 1.0;

/// The rows a bag holds back, with what each pair does to them.
#[derive(Debug)]
pub(crate) struct Held {
    /// Odds against the own target without any pair.
    alone: Vec<f64>,
    /// Per pair the factor on the odds.
    factors: Vec<Vec<f32>>,
    weight: Vec<f64>,
}

impl Held {
    /// `rows` with the log-odds of the mains of `shape`; `cells` per pair the cell of each row.
    pub(crate) fn new(rows: Rows, shape: &Shape, cells: &[Vec<usize>]) -> Self {
        let factor = |(cells, table): (&Vec<usize>, &Vec<f64>)| -> Vec<f32> {
            let of = |(row, cell): (usize, &usize)| {
                let score = table[*cell];
                math::exp(if row < rows.events { -score } else { score }) as f32
            };
            cells.iter().enumerate().map(of).collect()
        };
        let factors = cells.iter().zip(&shape.pairs).map(factor).collect();
        Self { alone: held_odds(&rows), factors, weight: rows.weight }
    }

    /// Per pair of `kept` the rise of the mean loss when it alone is left out.
    pub(crate) fn gains(&self, kept: &[usize]) -> Vec<f64> {
        let mut odds = self.alone.clone();
        for pair in kept {
            odds.iter_mut().zip(&self.factors[*pair]).for_each(|(e, f)| *e *= f64::from(*f));
        }
        let gain = |pair: &usize| {
            let rows = odds.iter().zip(&self.factors[*pair]).zip(&self.weight);
            let rise = |((e, f), w): ((&f64, &f32), &f64)| {
                let without = (e / f64::from(*f)).min(1e30);
                w * (ln_from_one(1.0 + without) - ln_from_one(1.0 + e.min(1e30)))
            };
            rows.map(rise).sum::<f64>() / self.weight.iter().sum::<f64>()
        };
        kept.iter().map(gain).collect()
    }
}

/// The pairs that pay. The one that pays least is left out and the others are asked again, until
/// all that are left pay: of two pairs that say the same, one stays. `gains` gives, for the pairs
/// still in, the gains of every bag.
pub(crate) fn kept<E>(
    pairs: usize,
    mut gains: impl FnMut(&[usize]) -> Result<Vec<Vec<f64>>, E>,
) -> Result<Vec<usize>, E> {
    let mut kept: Vec<usize> = (0..pairs).collect();
    while !kept.is_empty() {
        let bags = gains(&kept)?;
        let surplus = |place: usize| {
            let values: Vec<f64> = bags.iter().map(|it| it[place]).collect();
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            let error = spread(&values) / libm::sqrt(values.len() as f64);
            mean - ERRORS * error
        };
        let surplus: Vec<f64> = (0..kept.len()).map(surplus).collect();
        let mut worst = 0;
        for place in 1..kept.len() {
            worst = if surplus[place] < surplus[worst] { place } else { worst };
        }
        if surplus[worst] > 0.0 {
            break;
        }
        kept.remove(worst);
    }
    Ok(kept)
}
