//! One row as a sum: intercept plus one number per term is the log-odds.
//!
//! Never returns parts that do not add up: [`Explanation::new`] checks it. Never clips or rescales.

use super::table::Lie;
use super::{Ebm, Term, spread};
use crate::bins::Bins;
use crate::error::{Error, Result};
use crate::frame::{Column, Value};

/// Tolerance of the sum, in log-odds.
const SUM_TOLERANCE: f64 = 1e-9;

/// A row taken apart. Of a model by [`super::Objective::Squared`] all numbers are in units of the
/// target; both `log_odds` and `probability` are the predicted value.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// Log-odds where every term is 0.
    pub intercept: f64,
    /// Contribution of each term in log-odds, in the order of [`Ebm::terms`].
    pub terms: Vec<f64>,
    /// Standard error of each contribution in log-odds.
    pub sd: Vec<f64>,
    /// Where the row lies.
    pub cells: Cells,
    /// Intercept plus all contributions.
    pub log_odds: f64,
    /// Probability of the log-odds.
    pub probability: f64,
    /// Lower end of the 90 % interval of the probability.
    pub low: f64,
    /// Upper end of the 90 % interval of the probability.
    pub high: f64,
}

/// Where a row lies in every table of a model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cells {
    /// Bin of each feature, in the order of [`Ebm::bins`]; 0 missing, last unseen.
    pub bins: Vec<usize>,
    /// Cell of each term, in the order of [`Ebm::terms`].
    pub terms: Vec<usize>,
}

/// A row's prediction without its parts. Of a model by [`super::Objective::Squared`] both
/// `log_odds` and `probability` are the predicted value, and its interval is on the same scale.
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
    fn new(intercept: f64, terms: Vec<f64>, sd: Vec<f64>, cells: Cells, whole: Prediction) -> Self {
        let sum = intercept + terms.iter().sum::<f64>();
        let Prediction { log_odds, probability, low, high, .. } = whole;
        assert!((sum - log_odds).abs() < SUM_TOLERANCE, "terms sum to {sum}, score is {log_odds}");
        Self { intercept, terms, sd, cells, log_odds, probability, low, high }
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
    /// was missing. Empty for a pair and for a term past the end.
    pub fn shape(&self, term: usize) -> Vec<ShapePoint> {
        let Some(it) = self.terms.get(term).filter(|it| it.features.len() == 1) else {
            return Vec::new();
        };
        let bins = &self.bins[it.features[0]];
        let point = |bin: usize| {
            let place = match (bin, bins.edges(bin)) {
                (0, _) => Place::Missing,
                (_, Some((low, high))) => Place::Range { low, high },
                _ => Place::Label(bins.label(bin).unwrap_or_default()),
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
        let cells = self.cells(row)?;
        let of = |at: fn(&Term) -> &[f64]| -> Vec<f64> {
            self.terms.iter().zip(&cells.terms).map(|(it, cell)| at(it)[*cell]).collect()
        };
        let (terms, sd) = (of(|it| &it.scores), of(|it| &it.sd));
        let whole = self.predict_cells(&cells.terms);
        Ok(Explanation::new(self.intercept, terms, sd, cells, whole))
    }

    /// Prediction of one row.
    pub fn predict_row(&self, row: &[Value<'_>]) -> Result<Prediction> {
        Ok(self.predict_cells(&self.cells(row)?.terms))
    }

    /// Predictions of all rows of columns that match the model's features.
    pub fn predict(&self, columns: &[Column]) -> Result<Vec<Prediction>> {
        let index = self.index(columns)?;
        let rows = columns.first().map_or(0, Column::len);
        let mut cells = vec![0; self.terms.len()];
        let mut of = |row: usize| {
            cells.iter_mut().zip(&index).for_each(|(cell, it)| *cell = it.cell(row));
            self.predict_cells(&cells)
        };
        Ok((0..rows).map(&mut of).collect())
    }

    /// Log-odds of all rows: the same numbers as [`Ebm::predict`], without intervals, faster.
    pub fn log_odds(&self, columns: &[Column]) -> Result<Vec<f64>> {
        let index = self.index(columns)?;
        let mut sums = vec![self.intercept; columns.first().map_or(0, Column::len)];
        for (term, it) in self.terms.iter().zip(&index) {
            it.add(&term.scores, &mut sums);
        }
        Ok(sums)
    }

    /// What the model predicts of all rows, on the scale of the target: probabilities, or for
    /// [`super::Objective::Squared`] numbers.
    pub fn values(&self, columns: &[Column]) -> Result<Vec<f64>> {
        Ok(self.log_odds(columns)?.into_iter().map(|it| self.objective.mean(it)).collect())
    }

    /// Probabilities of all rows: [`Ebm::values`] under the name that fits log loss. Of a model by
    /// [`super::Objective::Squared`] these are no probabilities but the predicted numbers.
    pub fn probabilities(&self, columns: &[Column]) -> Result<Vec<f64>> {
        self.values(columns)
    }

    /// Where a row lies. [`Error::ColumnMismatch`] for another number of values.
    pub fn cells(&self, row: &[Value<'_>]) -> Result<Cells> {
        if row.len() != self.bins.len() {
            let expected = format!("{} values", self.bins.len());
            return Err(Error::ColumnMismatch { expected, found: row.len().to_string() });
        }
        let bins: Vec<usize> =
            self.bins.iter().zip(row).map(|(it, value)| it.bin(*value)).collect();
        let cell = |term: &Term| match term.features[..] {
            [left, right] => {
                let bin = |at: usize| self.pair_bins[at].as_ref().map_or(0, |it| it.bin(row[at]));
                bin(left) * self.pair_len(right) + bin(right)
            }
            _ => bins[term.features[0]],
        };
        let terms = self.terms.iter().map(cell).collect();
        Ok(Cells { bins, terms })
    }

    /// Bins of a feature in pairs; 0 if it is in none.
    pub fn pair_len(&self, feature: usize) -> usize {
        self.pair_bins[feature].as_ref().map_or(0, Bins::len)
    }

    /// How the table of a term lies, if it is a pair.
    pub(crate) fn lie(&self, term: &Term) -> Option<Lie> {
        let [left, right] = term.features[..] else { return None };
        let ordered = self.bins[left].is_continuous() && self.bins[right].is_continuous();
        Some(Lie { width: self.pair_len(right), ordered })
    }

    /// The cells of all rows, a table per term.
    fn index(&self, columns: &[Column]) -> Result<Vec<Index>> {
        if columns.len() != self.bins.len() {
            let expected = format!("{} columns", self.bins.len());
            return Err(Error::ColumnMismatch { expected, found: columns.len().to_string() });
        }
        let rows = columns.first().map_or(0, Column::len);
        if let Some(odd) = columns.iter().find(|it| it.len() != rows) {
            return Err(Error::Length { what: odd.name.clone(), have: odd.len(), need: rows });
        }
        self.bins.iter().zip(columns).try_for_each(|(bins, it)| bins.check(it))?;
        let pairs: Vec<Vec<u16>> = self
            .pair_bins
            .iter()
            .zip(columns)
            .map(|(bins, it)| bins.as_ref().map_or(Ok(Vec::new()), |bins| bins.index(it)))
            .collect::<Result<_>>()?;
        let of = |term: &Term| match term.features[..] {
            [left, right] => {
                let width = self.pair_len(right);
                let cells = pairs[left].iter().zip(&pairs[right]);
                let cell = |(a, b): (&u16, &u16)| (*a as usize * width + *b as usize) as u32;
                Ok(Index::Pair(cells.map(cell).collect()))
            }
            _ => Ok(Index::Main(self.bins[term.features[0]].index(&columns[term.features[0]])?)),
        };
        self.terms.iter().map(of).collect()
    }

    fn predict_cells(&self, cells: &[usize]) -> Prediction {
        let mut log_odds = self.intercept;
        let mut bagged = self.bagged_intercept.clone();
        for (term, cell) in self.terms.iter().zip(cells) {
            log_odds += term.scores[*cell];
            bagged.iter_mut().zip(&term.bagged).for_each(|(sum, it)| *sum += it[*cell]);
        }
        let sd = spread(&bagged) * self.band_scale;
        let half = self.band_quantile() * sd;
        Prediction {
            log_odds,
            probability: self.objective.mean(log_odds),
            sd,
            low: self.objective.mean(log_odds - half),
            high: self.objective.mean(log_odds + half),
        }
    }
}

/// Cell of each row in one term.
enum Index {
    Main(Vec<u16>),
    Pair(Vec<u32>),
}

impl Index {
    fn cell(&self, row: usize) -> usize {
        match self {
            Self::Main(it) => it[row] as usize,
            Self::Pair(it) => it[row] as usize,
        }
    }

    fn add(&self, scores: &[f64], sums: &mut [f64]) {
        match self {
            Self::Main(it) => {
                sums.iter_mut().zip(it).for_each(|(sum, cell)| *sum += scores[*cell as usize]);
            }
            Self::Pair(it) => {
                sums.iter_mut().zip(it).for_each(|(sum, cell)| *sum += scores[*cell as usize]);
            }
        }
    }
}
