//! A row as each bag sees it, and in how many bags its reasons come out the same.
//!
//! Never a new prediction: bags are rounded for storage, so their mean is the model only nearly.

use super::{Ebm, Explanation};
use crate::error::Result;
use crate::frame::Value;

/// A row taken apart by every bag.
#[derive(Clone, Debug, PartialEq)]
pub struct Resampled {
    /// Intercept of each bag.
    pub intercept: Vec<f64>,
    /// Contribution of each term, then of each bag, in log-odds.
    pub terms: Vec<Vec<f64>>,
}

/// In how many bags the reasons are those of the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Agreement {
    /// Bags.
    pub bags: usize,
    /// Bags with the same term of the largest size.
    pub top: usize,
    /// Bags with the same three terms of the largest size, in any order.
    pub three: usize,
}

impl Ebm {
    /// Takes a row apart by every bag. `row` as for [`Ebm::explain`], with its errors.
    pub fn resample(&self, row: &[Value<'_>]) -> Result<Resampled> {
        let cells = self.cells(row)?.terms;
        let bags = |(it, cell): (&super::Term, &usize)| {
            it.bagged.iter().map(|scores| scores[*cell]).collect()
        };
        let terms = self.terms.iter().zip(&cells).map(bags).collect();
        Ok(Resampled { intercept: self.bagged_intercept.clone(), terms })
    }
}

impl Resampled {
    /// Log-odds of each bag.
    pub fn log_odds(&self) -> Vec<f64> {
        let mut sums = self.intercept.clone();
        for term in &self.terms {
            sums.iter_mut().zip(term).for_each(|(sum, it)| *sum += it);
        }
        sums
    }

    /// How many bags agree with the model on the reasons of the row.
    pub fn agreement(&self, of: &Explanation) -> Agreement {
        let (top, three) = first(&of.terms);
        let mut it = Agreement { bags: self.intercept.len(), top: 0, three: 0 };
        for bag in 0..it.bags {
            let own: Vec<f64> = self.terms.iter().map(|term| term[bag]).collect();
            let (own_top, own_three) = first(&own);
            it.top += usize::from(own_top == top);
            it.three += usize::from(own_three == three);
        }
        it
    }
}

/// The term of the largest size, and the three largest in ascending position.
fn first(terms: &[f64]) -> (Option<usize>, Vec<usize>) {
    let mut order: Vec<usize> = (0..terms.len()).collect();
    order.sort_by(|a, b| terms[*b].abs().total_cmp(&terms[*a].abs()).then(a.cmp(b)));
    let top = order.first().copied();
    order.truncate(3);
    order.sort_unstable();
    (top, order)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agreement_is_counted_by_hand() {
        let of = Explanation {
            intercept: 0.0,
            terms: vec![0.1, -0.9, 0.5, 0.3],
            sd: vec![0.0; 4],
            cells: super::super::Cells::default(),
            log_odds: 0.0,
            probability: 0.5,
            low: 0.5,
            high: 0.5,
        };
        // Bag by bag: the same; another top of the same three; the same top, another third.
        let terms = vec![
            vec![0.0, 0.0, 0.4],
            vec![-0.8, -0.5, -0.9],
            vec![0.5, 0.6, 0.5],
            vec![0.2, 0.3, 0.3],
        ];
        let it = Resampled { intercept: vec![-1.0, -1.1, -0.9], terms };
        assert_eq!(it.agreement(&of), Agreement { bags: 3, top: 2, three: 2 });
        let sums = it.log_odds();
        assert!((sums[0] + 1.1).abs() < 1e-12 && (sums[2] + 0.6).abs() < 1e-12);
    }
}
