//! How good predictions are: discrimination, loss, calibration, lift, each with an interval.
//!
//! Never reports a point without its interval, and never an interval that takes rows of one person
//! as independent, except where the field says Wilson.

use super::cluster;
use crate::calibrate::{self, Platt, ReliabilityGroup};
use crate::error::{Error, Result};
use crate::math;
use std::collections::BTreeMap;

/// Probabilities are held this far from 0 and 1 before a logarithm is taken.
const EDGE: f64 = 1e-15;

/// A value with its 95 % interval from the bootstrap by person. Ends are NaN if no draw gave a value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The value on the rows as they are.
    pub value: f64,
    /// 2.5th percentile of the draws.
    pub low: f64,
    /// 97.5th percentile of the draws.
    pub high: f64,
}

/// Predictions for rows with known targets, checked and sorted.
#[derive(Clone, Debug, PartialEq)]
pub struct Scored {
    target: Vec<f64>,
    probability: Vec<f64>,
    weight: Vec<f64>,
    /// Dense number of the person of each row.
    person: Vec<usize>,
    persons: usize,
    /// Rows by descending probability.
    order: Vec<usize>,
}

/// The common measures at once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Report {
    /// Rows measured.
    pub rows: usize,
    /// Rows with target 1.
    pub events: usize,
    /// Distinct persons.
    pub groups: usize,
    /// Weighted share of target 1.
    pub base_rate: f64,
    /// Area under the ROC curve: 0.5 is chance, 1 perfect.
    pub auc: Estimate,
    /// Mean log loss in nats; lower is better.
    pub log_loss: Estimate,
    /// Log loss of predicting the base rate of these very rows for all of them.
    pub log_loss_of_base_rate: f64,
    /// Mean squared error of the probabilities; lower is better.
    pub brier: Estimate,
    /// Calibration slope; 1 is right, below 1 too extreme. NaN where it cannot be fitted.
    pub slope: Estimate,
    /// Calibration intercept of the same fit; 0 is right.
    pub intercept: Estimate,
    /// Mean predicted probability less base rate.
    pub bias: Estimate,
}

/// The measures that make sense of few rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Headline {
    /// Area under the ROC curve.
    pub auc: Estimate,
    /// Weighted share of target 1.
    pub observed: Estimate,
    /// Weighted mean probability.
    pub predicted: f64,
    /// Observed over predicted; 1 is right.
    pub ratio: Estimate,
}

/// What the highest scores hold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lift {
    /// Rows looked at.
    pub k: usize,
    /// Events among them; a fraction if a tie at the edge is shared.
    pub hits: f64,
    /// Events among them over `k`.
    pub rate: f64,
    /// Lower end of the 95 % Wilson interval of the rate, rows taken as independent.
    pub rate_low: f64,
    /// Upper end of that interval.
    pub rate_high: f64,
    /// Rate over the base rate, with the interval by person.
    pub lift: Estimate,
}

/// Two models on the same rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Comparison {
    /// Mean log loss of the first less that of the second: negative says the first is better.
    pub difference: f64,
    /// Standard error of the difference, clustered by person.
    pub se: f64,
    /// Difference over standard error; 0 if both are 0.
    pub z: f64,
    /// Distinct persons.
    pub groups: usize,
}

impl Comparison {
    /// Whether the first model is better by more than `errors` standard errors.
    pub fn first_is_better(&self, errors: f64) -> bool {
        self.difference < -errors * self.se
    }
}

impl Scored {
    /// Checks and sorts. One entry per row each; `probability` in 0 to 1; `group` numbers persons.
    /// Errors: [`Error::Empty`], [`Error::Length`], [`Error::Target`], [`Error::Weight`],
    /// [`Error::Value`], [`Error::OneClass`].
    pub fn new(
        target: &[f64],
        probability: &[f64],
        weight: Option<&[f64]>,
        group: &[u32],
    ) -> Result<Self> {
        calibrate::check_lengths(target.len(), target, weight)?;
        for (what, have) in [("probability", probability.len()), ("group", group.len())] {
            if have != target.len() {
                return Err(Error::Length { what: what.to_owned(), have, need: target.len() });
            }
        }
        if let Some(row) = probability.iter().position(|it| !(0.0..=1.0).contains(it)) {
            return Err(Error::Value { what: "probability", row });
        }
        calibrate::check_two_classes(target)?;
        let mut numbers: BTreeMap<u32, usize> = group.iter().map(|it| (*it, 0)).collect();
        numbers.values_mut().enumerate().for_each(|(i, it)| *it = i);
        let mut order: Vec<usize> = (0..target.len()).collect();
        order.sort_by(|a, b| probability[*b].total_cmp(&probability[*a]));
        Ok(Self {
            target: target.to_vec(),
            probability: probability.to_vec(),
            weight: weight.map_or_else(|| vec![1.0; target.len()], <[f64]>::to_vec),
            person: group.iter().map(|it| numbers[it]).collect(),
            persons: numbers.len(),
            order,
        })
    }

    /// Rows with target 1.
    pub fn events(&self) -> usize {
        self.target.iter().filter(|it| **it > 0.5).count()
    }

    /// All common measures, intervals from `draws` bootstrap draws (200 is plenty). Seeded.
    pub fn report(&self, draws: usize, seed: u64) -> Report {
        let log_odds: Vec<f64> =
            self.probability.iter().map(|p| math::logit(p.clamp(EDGE, 1.0 - EDGE))).collect();
        let measures = |times: &[f64]| {
            let weight: Vec<f64> =
                self.person.iter().zip(&self.weight).map(|(it, w)| times[*it] * w).collect();
            let [loss, brier, bias] = self.means(&weight);
            let [slope, intercept] = slope_and_intercept(&log_odds, &self.target, &weight);
            [self.auc_of(&weight), loss, brier, slope, intercept, bias]
        };
        let [auc, log_loss, brier, slope, intercept, bias] =
            cluster::intervals(self.persons, draws, seed, measures);
        let base_rate = self.base_rate(&self.weight);
        let entropy =
            base_rate * math::ln(base_rate) + (1.0 - base_rate) * math::ln(1.0 - base_rate);
        Report {
            rows: self.target.len(),
            events: self.events(),
            groups: self.persons,
            base_rate,
            auc,
            log_loss,
            log_loss_of_base_rate: -entropy,
            brier,
            slope,
            intercept,
            bias,
        }
    }

    /// The measures that need no fit, intervals as in [`Scored::report`].
    pub fn headline(&self, draws: usize, seed: u64) -> Headline {
        let measures = |times: &[f64]| {
            let weight: Vec<f64> =
                self.person.iter().zip(&self.weight).map(|(it, w)| times[*it] * w).collect();
            let observed = self.base_rate(&weight);
            [self.auc_of(&weight), observed, observed / (observed + self.means(&weight)[2])]
        };
        let [auc, observed, ratio] = cluster::intervals(self.persons, draws, seed, measures);
        let predicted = observed.value / ratio.value;
        Headline { auc, observed, predicted, ratio }
    }

    /// Rows.
    pub fn rows(&self) -> usize {
        self.target.len()
    }

    /// Distinct persons.
    pub fn persons(&self) -> usize {
        self.persons
    }

    /// Area under the ROC curve; equal probabilities count half.
    pub fn auc(&self) -> f64 {
        self.auc_of(&self.weight)
    }

    /// Weighted mean log loss in nats.
    pub fn log_loss(&self) -> f64 {
        self.means(&self.weight)[0]
    }

    /// Weighted mean squared error.
    pub fn brier(&self) -> f64 {
        self.means(&self.weight)[1]
    }

    /// Predicted against observed in `groups` groups of about equal size.
    pub fn reliability(&self, groups: usize) -> Vec<ReliabilityGroup> {
        calibrate::reliability(&self.probability, &self.target, Some(&self.weight), groups)
            .unwrap_or_default()
    }

    /// What the `k` highest probabilities hold. Counts rows, not weights. Ties at the edge are
    /// shared: as if drawn at random among the tied. [`Error::Option`] unless 1 <= k <= rows.
    pub fn lift(&self, k: usize, draws: usize, seed: u64) -> Result<Lift> {
        if k == 0 || k > self.target.len() {
            return Err(Error::Option { name: "k", must: "from 1 to the number of rows" });
        }
        let measures = |times: &[f64]| {
            let count: Vec<f64> = self.person.iter().map(|it| times[*it]).collect();
            let rows: f64 = count.iter().sum();
            // The same share of the rows, whatever their number in a draw.
            let wanted = k as f64 / self.target.len() as f64 * rows;
            [self.top_hits(&count, wanted) / wanted / self.base_rate(&count)]
        };
        let [lift] = cluster::intervals(self.persons, draws, seed, measures);
        let hits = self.top_hits(&vec![1.0; self.target.len()], k as f64);
        let rate = hits / k as f64;
        let (rate_low, rate_high) = math::wilson(hits, k as f64, math::normal_quantile(0.975));
        Ok(Lift { k, hits, rate, rate_low, rate_high, lift })
    }

    fn base_rate(&self, weight: &[f64]) -> f64 {
        let hits: f64 = self.target.iter().zip(weight).map(|(y, w)| y * w).sum();
        hits / weight.iter().sum::<f64>()
    }

    /// Log loss, Brier score, mean prediction less base rate.
    fn means(&self, weight: &[f64]) -> [f64; 3] {
        let (mut sums, mut all) = ([0.0; 3], 0.0);
        for ((y, p), w) in self.target.iter().zip(&self.probability).zip(weight) {
            let held = p.clamp(EDGE, 1.0 - EDGE);
            sums[0] -= w * math::ln(if *y > 0.5 { held } else { 1.0 - held });
            sums[1] += w * (p - y) * (p - y);
            sums[2] += w * (p - y);
            all += w;
        }
        sums.map(|it| it / all)
    }

    /// Runs of equal probability, highest first.
    fn ties(&self) -> impl Iterator<Item = &[usize]> {
        self.order.chunk_by(|a, b| self.probability[*a] == self.probability[*b])
    }

    fn auc_of(&self, weight: &[f64]) -> f64 {
        let (mut above, mut area, mut misses) = (0.0, 0.0, 0.0);
        for tied in self.ties() {
            let (mut hit, mut miss) = (0.0, 0.0);
            for row in tied {
                if self.target[*row] > 0.5 { hit += weight[*row] } else { miss += weight[*row] }
            }
            area += miss * (above + hit / 2.0);
            above += hit;
            misses += miss;
        }
        area / (above * misses)
    }

    fn top_hits(&self, count: &[f64], wanted: f64) -> f64 {
        let (mut left, mut hits) = (wanted, 0.0);
        for tied in self.ties() {
            let all: f64 = tied.iter().map(|row| count[*row]).sum();
            let hit: f64 = tied.iter().map(|row| count[*row] * self.target[*row]).sum();
            if all > 0.0 {
                hits += hit * (left / all).min(1.0);
            }
            left -= all;
            if left <= 0.0 {
                break;
            }
        }
        hits
    }
}

/// Compares two models on the same rows by their log loss, clustered by person.
///
/// The variance sums, per person, the deviations of the row differences from their mean (Liang and
/// Zeger 1986), times g / (g - 1). Errors: [`Error::ColumnMismatch`] if targets, weights or persons
/// differ; [`Error::TooFewGroups`] below two persons.
pub fn compare(first: &Scored, second: &Scored) -> Result<Comparison> {
    let same = first.target == second.target
        && first.weight == second.weight
        && first.person == second.person;
    if !same {
        let (expected, found) = ("the same rows".to_owned(), "other rows".to_owned());
        return Err(Error::ColumnMismatch { expected, found });
    }
    if first.persons < 2 {
        return Err(Error::TooFewGroups { have: first.persons, need: 2 });
    }
    let loss = |it: &Scored, row: usize| {
        let p = it.probability[row].clamp(EDGE, 1.0 - EDGE);
        -math::ln(if it.target[row] > 0.5 { p } else { 1.0 - p })
    };
    let rows = 0..first.target.len();
    let gaps: Vec<f64> = rows.map(|row| loss(first, row) - loss(second, row)).collect();
    let total: f64 = first.weight.iter().sum();
    let difference = gaps.iter().zip(&first.weight).map(|(d, w)| d * w).sum::<f64>() / total;
    let mut sums = vec![0.0; first.persons];
    for ((gap, w), person) in gaps.iter().zip(&first.weight).zip(&first.person) {
        sums[*person] += w * (gap - difference);
    }
    let g = first.persons as f64;
    let square: f64 = sums.iter().map(|it| it * it).sum();
    let se = libm::sqrt(g / (g - 1.0) * square) / total;
    let z = if se > 0.0 { difference / se } else { 0.0 };
    Ok(Comparison { difference, se, z, groups: first.persons })
}

fn slope_and_intercept(log_odds: &[f64], target: &[f64], weight: &[f64]) -> [f64; 2] {
    match Platt::newton(log_odds, target, |row| weight[row]) {
        Ok(it) => [it.slope, it.intercept],
        Err(_) => [f64::NAN; 2],
    }
}

#[cfg(test)]
mod tests;
