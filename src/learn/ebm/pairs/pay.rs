//! Which pairs pay: does the loss on held-back rows rise without them?
//!
//! Never asks the rows a bag trained on. What is tested is the pure part of a pair; its share in
//! the main effects stays with them either way.

use super::Pair;
use super::axis::Axes;
use super::terms::Rows;
use crate::ebm::boost::Shape;
use crate::ebm::prepare::Data;
use crate::ebm::spread;
use crate::ebm::state::Held as State;

/// The rows a bag holds back, with what each pair does to them.
#[derive(Debug)]
pub(crate) struct Held {
    /// Without any pair.
    alone: State,
    /// Per pair what it does to each row; none for a pair that this bag did not look at.
    factors: Vec<Option<Vec<f32>>>,
}

impl Held {
    /// `rows` with the scores of the mains of `shape`; `list` are the pairs in `shape`, among all
    /// that were `found`.
    pub(crate) fn new(
        data: &Data,
        axes: &Axes,
        rows: &Rows,
        found: &[Pair],
        list: &[Pair],
        shape: &Shape,
    ) -> Self {
        let alone = rows.held();
        let factor = |pair: &Pair| -> Option<Vec<f32>> {
            let table = &shape.pairs[list.iter().position(|it| it == pair)?];
            let of = |(at, row): (usize, &usize)| {
                let score = table[axes.cell(data, *pair, *row)];
                alone.objective.held_factor(at < rows.events, score) as f32
            };
            Some(rows.places.iter().enumerate().map(of).collect())
        };
        let factors = found.iter().map(factor).collect();
        Self { alone, factors }
    }

    /// Per pair of `kept` the rise of the mean loss when it alone is left out; 0 for a pair that
    /// this bag did not look at.
    pub(crate) fn gains(&self, kept: &[usize]) -> Vec<f64> {
        let objective = self.alone.objective;
        let mut rows = self.alone.rows.clone();
        for factors in kept.iter().filter_map(|it| self.factors[*it].as_ref()) {
            for (row, factor) in rows.iter_mut().zip(factors) {
                *row = objective.with(*row, f64::from(*factor));
            }
        }
        let losses: Vec<f64> = rows.iter().map(|it| objective.held_loss(*it)).collect();
        let gain = |pair: &usize| {
            let Some(factors) = &self.factors[*pair] else { return 0.0 };
            let left_out = |row: usize| {
                let other = objective.without(rows[row], f64::from(factors[row]));
                objective.held_loss(other) - losses[row]
            };
            self.alone.mean(left_out)
        };
        kept.iter().map(gain).collect()
    }
}

/// When a pair pays.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rule {
    /// Most pairs to keep.
    pub(crate) most: usize,
    /// Share of the persons that a bag holds back.
    pub(crate) share: f64,
    /// Standard errors that the mean gain must exceed.
    pub(crate) errors: f64,
}

/// Positions of the pairs that pay. The one that pays least is left out and the
/// others are asked again, until all that are left pay: of two pairs that say the same, one stays.
/// `gains` gives, for the pairs still in, the gains of every bag.
pub(crate) fn kept<E>(
    pairs: usize,
    rule: Rule,
    mut gains: impl FnMut(&[usize]) -> Result<Vec<Vec<f64>>, E>,
) -> Result<Vec<usize>, E> {
    let mut kept: Vec<usize> = (0..pairs).collect();
    while !kept.is_empty() {
        let bags = gains(&kept)?;
        let surplus: Vec<f64> =
            (0..kept.len()).map(|place| surplus(bags.iter().map(|it| it[place]), rule)).collect();
        let mut worst = 0;
        for place in 1..kept.len() {
            worst = if surplus[place] < surplus[worst] { place } else { worst };
        }
        if surplus[worst] > 0.0 && kept.len() <= rule.most {
            break;
        }
        kept.remove(worst);
    }
    Ok(kept)
}

/// Mean gain less so many of its standard errors. Bags share rows, so their gains are not independent; the
/// error is widened for that as Nadeau and Bengio (2003) propose: sd x sqrt(1 / bags + held /
/// trained).
fn surplus(gains: impl Iterator<Item = f64>, rule: Rule) -> f64 {
    let Rule { share, errors, .. } = rule;
    let gains: Vec<f64> = gains.collect();
    let bags = gains.len() as f64;
    let error = spread(&gains) * libm::sqrt(1.0 / bags + share / (1.0 - share));
    gains.iter().sum::<f64>() / bags - errors * error
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_pairs_that_say_the_same_one_stays_and_noise_goes() {
        let rule = Rule { most: 10, share: 0.15, errors: 2.0 };
        let mut asked = Vec::new();
        let kept = kept(3, rule, |kept| {
            asked.push(kept.to_vec());
            let twins = kept.contains(&0) && kept.contains(&1);
            let gain = |pair: &usize, bag: usize| match pair {
                2 => [0.004, -0.004][bag % 2],
                _ if twins => [0.0002, -0.0001][bag % 2],
                _ => 0.01 + 0.0001 * bag as f64,
            };
            Ok::<_, ()>((0..14).map(|bag| kept.iter().map(|it| gain(it, bag)).collect()).collect())
        });
        assert_eq!(kept, Ok(vec![1]));
        assert_eq!(asked, [vec![0, 1, 2], vec![0, 1], vec![1]]);
    }

    #[test]
    fn no_more_pairs_than_asked_for() {
        let rule = Rule { most: 2, share: 0.15, errors: 2.0 };
        let gains = |kept: &[usize]| {
            let gain = |pair: &usize| 0.01 * (1 + pair % 3) as f64;
            Ok::<_, ()>(vec![kept.iter().map(gain).collect(); 5])
        };
        assert_eq!(kept(4, rule, gains), Ok(vec![1, 2]));
    }
}
