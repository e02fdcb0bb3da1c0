//! One row as a sum: intercept plus one number per term is the log-odds.
//!
//! Never returns parts that do not add up: [`Explanation::new`] checks it. Never clips or rescales.

use super::{Ebm, spread};
use crate::error::{Error, Result};
use crate::frame::{Column, Value};
use crate::math;

/// Tolerance of the sum, in log-odds.
const SUM_TOLERANCE: f64 = 1e-9;

/// A row taken apart.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// Log-odds where every term is 0.
    pub intercept: f64,
    /// Contribution of each term in log-odds, in the order of [`Ebm::terms`].
    pub terms: Vec<f64>,
    /// Standard error of each contribution in log-odds.
    pub sd: Vec<f64>,
    /// Bin of each feature, in the order of [`Ebm::bins`]; 0 missing, last unseen.
    pub bins: Vec<usize>,
    /// Intercept plus all contributions.
    pub log_odds: f64,
    /// Probability of the log-odds.
    pub probability: f64,
    /// Lower end of the 90 % interval of the probability.
    pub low: f64,
    /// Upper end of the 90 % interval of the probability.
    pub high: f64,
}

/// A row's prediction without its parts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prediction {
    /// Log-odds.
    pub log_odds: f64,
    /// Probability of the log-odds.
    pub probability: f64,
    /// Standard error of the log-odds: spread across bags of this row's own log-odds, so that
    /// errors of terms that cancel in a row cancel here, times [`Ebm::band_scale`].
    pub sd: f64,
    /// Lower end of the 90 % interval of the probability.
    pub low: f64,
    /// Upper end of the 90 % interval of the probability.
    pub high: f64,
}

/// One bin of a shape, ready to draw.
#[derive(Clone, Debug, PartialEq)]
pub struct ShapePoint {
    /// What the bin holds.
    pub place: Place,
    /// Score in log-odds.
    pub score: f64,
    /// Lower end of the 90 % band.
    pub low: f64,
    /// Upper end of the 90 % band.
    pub high: f64,
    /// Training rows.
    pub rows: u64,
    /// Weight of the training rows.
    pub weight: f64,
}

/// What a bin holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Place {
    /// Rows without a value.
    Missing,
    /// Values from `low` (included) to `high` (excluded, but the last bin holds the largest value).
    Range {
        /// Smallest value of the bin, or the smallest seen.
        low: f64,
        /// First value past the bin, or the largest seen.
        high: f64,
    },
    /// Rows of one category.
    Label(String),
}

impl Explanation {
    /// Checks that the parts add up to the log-odds within 1e-9. Panics if not: that is a defect of
    /// this crate, never of the input.
    fn new(
        intercept: f64,
        terms: Vec<f64>,
        sd: Vec<f64>,
        bins: Vec<usize>,
        whole: Prediction,
    ) -> Self {
        let sum = intercept + terms.iter().sum::<f64>();
        let Prediction { log_odds, probability, low, high, .. } = whole;
        assert!((sum - log_odds).abs() < SUM_TOLERANCE, "terms sum to {sum}, score is {log_odds}");
        Self { intercept, terms, sd, bins, log_odds, probability, low, high }
    }

    /// Positions of the terms, largest absolute contribution first.
    pub fn ranked(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.terms.len()).collect();
        order.sort_by(|a, b| self.terms[*b].abs().total_cmp(&self.terms[*a].abs()).then(a.cmp(b)));
        order
    }
}

impl Ebm {
    /// The shape of a main effect: its real bins in order, then the missing bin if any training row
    /// was missing. Empty for a term past the end.
    pub fn shape(&self, term: usize) -> Vec<ShapePoint> {
        let Some(it) = self.terms.get(term) else { return Vec::new() };
        let bins = &self.bins[it.features[0]];
        let point = |bin: usize| {
            let place = match (bin, bins.edges(bin)) {
                (0, _) => Place::Missing,
                (_, Some((low, high))) => Place::Range { low, high },
                _ => Place::Label(bins.label(bin).unwrap_or_default().to_owned()),
            };
            let (low, high) = self.band(term, bin);
            let (score, rows, weight) = (it.scores[bin], bins.counts[bin], it.weight[bin]);
            ShapePoint { place, score, low, high, rows, weight }
        };
        let missing = (bins.counts[0] > 0).then_some(0);
        (1..bins.unseen()).chain(missing).map(point).collect()
    }

    /// Takes a row apart. `row` has one value per feature, in the model's order; a label or number
    /// where the other belongs counts as unseen. [`Error::ColumnMismatch`] for another length.
    pub fn explain(&self, row: &[Value<'_>]) -> Result<Explanation> {
        let bins = self.bins_of(row)?;
        let at = |term: &super::Term| bins[term.features[0]];
        let terms = self.terms.iter().map(|it| it.scores[at(it)]).collect();
        let sd = self.terms.iter().map(|it| it.sd[at(it)]).collect();
        let whole = self.predict_bins(&bins);
        Ok(Explanation::new(self.intercept, terms, sd, bins, whole))
    }

    /// Prediction of one row.
    pub fn predict_row(&self, row: &[Value<'_>]) -> Result<Prediction> {
        Ok(self.predict_bins(&self.bins_of(row)?))
    }

    /// Predictions of all rows of columns that match the model's features.
    pub fn predict(&self, columns: &[Column]) -> Result<Vec<Prediction>> {
        let index = self.index(columns)?;
        let rows = index.first().map_or(0, Vec::len);
        let mut bins = vec![0; index.len()];
        let mut of = |row: usize| {
            bins.iter_mut().zip(&index).for_each(|(bin, it)| *bin = it[row] as usize);
            self.predict_bins(&bins)
        };
        Ok((0..rows).map(&mut of).collect())
    }

    /// Log-odds of all rows: the same numbers as [`Ebm::predict`], without intervals, faster.
    pub fn log_odds(&self, columns: &[Column]) -> Result<Vec<f64>> {
        let index = self.index(columns)?;
        let mut sums = vec![self.intercept; index.first().map_or(0, Vec::len)];
        for term in &self.terms {
            for (sum, bin) in sums.iter_mut().zip(&index[term.features[0]]) {
                *sum += term.scores[*bin as usize];
            }
        }
        Ok(sums)
    }

    /// Probabilities of all rows.
    pub fn probabilities(&self, columns: &[Column]) -> Result<Vec<f64>> {
        Ok(self.log_odds(columns)?.into_iter().map(math::sigmoid).collect())
    }

    fn index(&self, columns: &[Column]) -> Result<Vec<Vec<u8>>> {
        if columns.len() != self.bins.len() {
            let expected = format!("{} columns", self.bins.len());
            return Err(Error::ColumnMismatch { expected, found: columns.len().to_string() });
        }
        let rows = columns.first().map_or(0, Column::len);
        if let Some(odd) = columns.iter().find(|it| it.len() != rows) {
            return Err(Error::Length { what: odd.name.clone(), have: odd.len(), need: rows });
        }
        self.bins.iter().zip(columns).map(|(bins, it)| bins.index(it)).collect()
    }

    fn bins_of(&self, row: &[Value<'_>]) -> Result<Vec<usize>> {
        if row.len() != self.bins.len() {
            let expected = format!("{} values", self.bins.len());
            return Err(Error::ColumnMismatch { expected, found: row.len().to_string() });
        }
        Ok(self.bins.iter().zip(row).map(|(bins, value)| bins.bin(*value)).collect())
    }

    /// Log-odds of one row in each bag. The spread of what two rows differ by, bag by bag, times
    /// [`Ebm::band_scale`] is the standard error of their difference.
    pub fn bagged_log_odds(&self, row: &[Value<'_>]) -> Result<Vec<f64>> {
        Ok(self.bagged_bins(&self.bins_of(row)?))
    }

    fn bagged_bins(&self, bins: &[usize]) -> Vec<f64> {
        let mut bagged = self.bagged_intercept.clone();
        for term in &self.terms {
            let bin = bins[term.features[0]];
            bagged.iter_mut().zip(&term.bagged).for_each(|(sum, it)| *sum += it[bin]);
        }
        bagged
    }

    fn predict_bins(&self, bins: &[usize]) -> Prediction {
        let mut log_odds = self.intercept;
        for term in &self.terms {
            log_odds += term.scores[bins[term.features[0]]];
        }
        let sd = spread(&self.bagged_bins(bins)) * self.band_scale;
        let half = self.band_quantile() * sd;
        Prediction {
            log_odds,
            probability: math::sigmoid(log_odds),
            sd,
            low: math::sigmoid(log_odds - half),
            high: math::sigmoid(log_odds + half),
        }
    }
}
