//! The rows of a bag and what a step does to them: new odds, the next histogram, the loss.
//!
//! No exponential is taken per row. A row keeps odds e = exp(-score); a step adds one of few
//! constants to the score, so it multiplies e by one of few factors. A bag gives the same bits
//! wherever it runs. Never allocates while it steps, but for the factors of categories.
#![expect(clippy::inline_always, reason = "a loop is compiled for an instruction set by inlining")]

use super::Objective;
use super::doubt::Doubt;
use super::kernel::{self, Aligned, BLOCK, Factors, Machine, Product, STRIP, Tables};
pub(crate) use super::kernel::{Hist, ln_from_one};
use super::split::{Change, Kind};
use crate::math;
use pulp::NullaryFnOnce;

pub(crate) const EMPTY: Hist = [[0.0; 2]; 256];

/// Rows to train on or to check with, before the first step.
#[derive(Debug)]
pub(crate) struct Start<'a> {
    pub(crate) objective: Objective,
    /// Per term, per row.
    pub(crate) index: Vec<Vec<u8>>,
    /// For log loss: rows with target 1 come first.
    pub(crate) events: usize,
    /// For squared error.
    pub(crate) target: &'a [f64],
    pub(crate) weight: &'a [f64],
    /// Score of every row.
    pub(crate) intercept: f64,
}

/// Weights of rows in units.
#[derive(Debug)]
pub(crate) struct Weights {
    /// `None` if all are 1.
    rows: Option<Vec<f32>>,
    /// The weight that counts as 1: a power of two not below any weight.
    unit: f64,
}

impl Weights {
    pub(crate) fn new(weight: &[f64]) -> Self {
        if weight.iter().all(|it| *it == 1.0) {
            return Self { rows: None, unit: 1.0 };
        }
        let unit = power_above(weight.iter().copied().fold(0.0, f64::max));
        Self { rows: Some(weight.iter().map(|it| (*it / unit) as f32).collect()), unit }
    }
}

/// The rows a bag trains on.
#[derive(Debug)]
pub(crate) struct Train {
    objective: Objective,
    index: Vec<Vec<u8>>,
    /// Per term, bins up to the last one any row uses.
    len: Vec<usize>,
    events: usize,
    weights: Weights,
    /// Log loss: odds exp(-score). Squared error: residuals, score less target.
    rows: Vec<f32>,
    /// Squared error: a power of two at least twice any residual at the start.
    reach: f64,
    tables: Box<Tables>,
    machine: Machine,
}

impl Train {
    pub(crate) fn new(start: Start<'_>) -> Self {
        let Start { objective, index, events, target, weight, intercept } = start;
        let rows: Vec<f32> = match objective {
            Objective::LogLoss => vec![math::exp(-intercept) as f32; weight.len()],
            Objective::Squared => target.iter().map(|it| (intercept - it) as f32).collect(),
        };
        let largest = rows.iter().fold(0.0_f32, |most, it| most.max(it.abs()));
        let reach = power_above(2.0 * f64::from(largest).max(1e-30));
        let len = index.iter().map(|it| it.iter().max().map_or(0, |bin| 1 + *bin as usize));
        let weights = Weights::new(weight);
        let (len, tables) = (len.collect(), Box::new([[0; 256]; 4]));
        let machine = Machine::new();
        Self { objective, index, len, events, weights, rows, reach, tables, machine }
    }

    /// Applies a change and leaves the histogram of term `next` after it in `hist`.
    pub(crate) fn step(&mut self, change: &Change, next: usize, hist: &mut Hist) {
        let factors = match self.objective {
            Objective::LogLoss => factors(change, |delta| math::exp(-delta), 1.0),
            Objective::Squared => factors(change, |delta| delta, 0.0),
        };
        let (machine, len) = (self.machine, self.len[next]);
        let factors = factors.narrow();
        machine.run(Step { train: self, factors, moved: change.term, next, hist });
        hist[len..].fill([0.0; 2]);
    }

    /// Histograms of several terms at the present scores, in one walk over the rows.
    pub(crate) fn histograms(&mut self, terms: &[usize], hists: &mut [Hist]) {
        self.look(None, terms, hists);
    }

    /// As [`Train::histograms`], with other weights of the rows.
    pub(crate) fn histograms_of(&mut self, weights: &Weights, terms: &[usize], hists: &mut [Hist]) {
        self.look(Some(weights), terms, hists);
    }

    fn look(&mut self, weights: Option<&Weights>, terms: &[usize], hists: &mut [Hist]) {
        let machine = self.machine;
        machine.run(Look { train: self, weights, terms, hists });
        terms.iter().zip(hists).for_each(|(term, hist)| hist[self.len[*term]..].fill([0.0; 2]));
    }

    /// Mean loss, for the listener only.
    pub(crate) fn loss(&self) -> f64 {
        self.machine.run(Loss(self))
    }
}

struct Step<'a> {
    train: &'a mut Train,
    factors: Factors<f32>,
    moved: usize,
    next: usize,
    hist: &'a mut Hist,
}

impl NullaryFnOnce for Step<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { train, factors, moved, next, hist } = self;
        let Train { objective, index, len, weights, rows, reach, tables, .. } = train;
        let Weights { rows: weight, unit } = weights;
        let (moved, watched, len) = (&index[moved], &index[next], len[next]);
        let (all, mut words) = (rows.len(), Aligned([0; STRIP]));
        let strips = rows.chunks_mut(STRIP).zip(moved.chunks(STRIP)).zip(watched.chunks(STRIP));
        for (strip, ((rows, moved), watched)) in strips.enumerate() {
            let weight = weight.as_ref().map(|it| &it[strip * STRIP..]);
            let words = &mut words.0[..rows.len()];
            match objective {
                Objective::LogLoss => {
                    kernel::change(rows, moved, &factors, kernel::times);
                    kernel::derive(rows, weight, words);
                }
                Objective::Squared => {
                    kernel::change(rows, moved, &factors, |r, delta| r + delta);
                    kernel::derive_squared(rows, weight, *reach as f32, words);
                }
            }
            kernel::scatter(watched, words, tables);
            let done = strip * STRIP + rows.len();
            if done.is_multiple_of(BLOCK) || done == all {
                kernel::collect(tables, len, *unit, done <= BLOCK, hist);
            }
        }
        if *objective == Objective::Squared {
            kernel::squared_sums(*reach, &mut hist[..len]);
        }
    }
}

struct Look<'a> {
    train: &'a mut Train,
    weights: Option<&'a Weights>,
    terms: &'a [usize],
    hists: &'a mut [Hist],
}

impl NullaryFnOnce for Look<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Train { objective, index, len, weights, rows, reach, tables, .. } = self.train;
        let Weights { rows: weight, unit } = self.weights.unwrap_or(weights);
        let mut words = Aligned([0; BLOCK]);
        for (block, rows) in rows.chunks(BLOCK).enumerate() {
            let start = block * BLOCK;
            let weight = weight.as_ref().map(|it| &it[start..]);
            let words = &mut words.0[..rows.len()];
            match objective {
                Objective::LogLoss => kernel::derive(rows, weight, words),
                Objective::Squared => kernel::derive_squared(rows, weight, *reach as f32, words),
            }
            for (term, hist) in self.terms.iter().zip(self.hists.iter_mut()) {
                kernel::scatter(&index[*term][start..start + rows.len()], words, tables);
                kernel::collect(tables, len[*term], *unit, block == 0, hist);
            }
        }
        if *objective == Objective::Squared {
            for (term, hist) in self.terms.iter().zip(self.hists.iter_mut()) {
                kernel::squared_sums(*reach, &mut hist[..len[*term]]);
            }
        }
    }
}

struct Loss<'a>(&'a Train);

impl NullaryFnOnce for Loss<'_> {
    type Output = f64;

    #[inline(always)]
    fn call(self) -> f64 {
        let Train { objective, weights, rows, events, .. } = self.0;
        let weight = &weights.rows;
        let (mut sum, mut all) = (0.0, 0.0);
        for (row, it) in rows.iter().enumerate() {
            let weight = weight.as_ref().map_or(1.0, |it| f64::from(it[row]));
            let it = f64::from(*it);
            let loss = match objective {
                Objective::LogLoss if row < *events => ln_from_one(1.0 + it),
                Objective::LogLoss => ln_from_one(1.0 + 1.0 / it),
                Objective::Squared => it * it,
            };
            sum += weight * loss;
            all += weight;
        }
        sum / all
    }
}

/// The least power of two not below a positive number.
fn power_above(x: f64) -> f64 {
    let (fraction, exponent) = libm::frexp(x);
    libm::ldexp(1.0, if fraction == 0.5 { exponent - 1 } else { exponent })
}

/// The rows a bag holds back.
#[derive(Debug)]
pub(crate) struct Check {
    objective: Objective,
    index: Vec<Vec<u8>>,
    events: usize,
    weight: Option<Vec<f64>>,
    total: f64,
    /// Log loss: odds against the row's own target, exp(-margin). Squared error: residuals.
    rows: Vec<f64>,
    loss: f64,
    /// Log loss only.
    doubt: Option<Doubt>,
    /// Per term, what a step of 1 on all bins below adds to the sum of margins.
    pull: Vec<Pull>,
    machine: Machine,
}

/// Sums over bins below, from none to all.
type Pull = [f64; 257];

impl Check {
    /// `outcomes` as in [`Doubt::new`].
    pub(crate) fn new(start: Start<'_>, outcomes: f64) -> Self {
        let Start { objective, index, events, target, weight, intercept } = start;
        let margin = |row: usize| if row < events { intercept } else { -intercept };
        let rows = match objective {
            Objective::LogLoss => (0..weight.len()).map(|row| math::exp(-margin(row))).collect(),
            Objective::Squared => target.iter().map(|it| intercept - it).collect(),
        };
        let total = weight.iter().sum();
        let (doubt, pull) = match objective {
            Objective::LogLoss => {
                let pull = |bins: &Vec<u8>| pull(bins, weight, events);
                let margins = (0..weight.len()).map(|row| weight[row] * margin(row)).sum();
                let doubt = Doubt::new(outcomes, weight.len(), total, margins);
                (Some(doubt), index.iter().map(pull).collect())
            }
            Objective::Squared => (None, Vec::new()),
        };
        let plain = weight.iter().all(|it| *it == 1.0);
        let weight = (!plain).then(|| weight.to_vec());
        let machine = Machine::new();
        let mut check =
            Self { objective, index, events, weight, total, rows, loss: 0.0, doubt, pull, machine };
        if !check.index.is_empty() {
            let kind = Kind::Cut { cut: 0, missing: 0.0, left: 0.0, right: 0.0 };
            check.step(&Change { term: 0, kind });
        }
        check
    }

    /// Applies a change.
    pub(crate) fn step(&mut self, change: &Change) {
        let factors = match self.objective {
            Objective::LogLoss => {
                [factors(change, |delta| math::exp(-delta), 1.0), factors(change, math::exp, 1.0)]
            }
            Objective::Squared => [0.0; 2].map(|same| factors(change, |delta| delta, same)),
        };
        let machine = self.machine;
        let sum = machine.run(CheckStep { check: self, factors, moved: change.term });
        self.loss = match &mut self.doubt {
            Some(doubt) => {
                doubt.shift(pulled(&self.pull[change.term], &change.kind));
                doubt.mean(sum)
            }
            None => sum / self.total,
        };
    }

    /// Weighted mean of ln(1 + exp(-margin)) with doubt, or of squared residuals.
    pub(crate) fn loss(&self) -> f64 {
        self.loss
    }
}

fn pull(bins: &[u8], weight: &[f64], events: usize) -> Pull {
    let mut pull = [0.0; 257];
    for (row, bin) in bins.iter().enumerate() {
        pull[*bin as usize + 1] += if row < events { weight[row] } else { -weight[row] };
    }
    for bin in 1..pull.len() {
        pull[bin] += pull[bin - 1];
    }
    pull
}

/// What a change adds to the sum of margins.
fn pulled(pull: &Pull, kind: &Kind) -> f64 {
    let of = |bin: usize| pull[bin + 1] - pull[bin];
    match kind {
        Kind::Cut { cut, missing, left, right } => {
            let (low, all) = (pull[*cut as usize + 1], pull[256]);
            missing * pull[1] + left * (low - pull[1]) + right * (all - low)
        }
        Kind::Sets { left, right } => {
            let (mut low, mut high) = (0.0, 0.0);
            for bin in 0..256 {
                low += if left.holds(bin) { of(bin) } else { 0.0 };
                high += if right.holds(bin) { of(bin) } else { 0.0 };
            }
            left.delta * low + right.delta * high
        }
        Kind::Table(deltas) => deltas.iter().enumerate().map(|(bin, it)| it * of(bin)).sum(),
    }
}

struct CheckStep<'a> {
    check: &'a mut Check,
    factors: [Factors<f64>; 2],
    moved: usize,
}

impl NullaryFnOnce for CheckStep<'_> {
    type Output = f64;

    #[inline(always)]
    fn call(self) -> f64 {
        let Check { objective, index, events, weight, rows, .. } = self.check;
        let (bins, [hit, miss]) = (&index[self.moved], &self.factors);
        if *objective == Objective::Squared {
            kernel::change_held(rows, bins, hit, |r, delta| r + delta, |_| ());
            return weighted_squares(rows, weight.as_deref());
        }
        let (hits, misses) = rows.split_at_mut(*events);
        let (hit_bins, miss_bins) = bins.split_at(*events);
        let mut product = Product::EMPTY;
        for (odds, bins, factors) in [(hits, hit_bins, hit), (misses, miss_bins, miss)] {
            kernel::change_held(odds, bins, factors, kernel::times_held, |it| product.absorb(it));
        }
        match weight {
            Some(weight) => weighted_loss(rows, weight),
            None => product.ln(),
        }
    }
}

/// Weighted sum of ln(1 + odds), odds from 0 to 1e30.
pub(crate) fn total_loss(odds: &[f64], weight: Option<&[f64]>) -> f64 {
    Machine::new().run(Total { odds, weight })
}

struct Total<'a> {
    odds: &'a [f64],
    weight: Option<&'a [f64]>,
}

impl NullaryFnOnce for Total<'_> {
    type Output = f64;

    #[inline(always)]
    fn call(self) -> f64 {
        let mut product = Product::EMPTY;
        if let Some(weight) = self.weight {
            return weighted_loss(self.odds, weight);
        }
        product.absorb(self.odds);
        product.ln()
    }
}

#[inline(always)]
fn weighted_loss(odds: &[f64], weight: &[f64]) -> f64 {
    sum_in_lanes(odds, |row, e| weight[row] * ln_from_one(1.0 + e))
}

#[inline(always)]
fn weighted_squares(residuals: &[f64], weight: Option<&[f64]>) -> f64 {
    match weight {
        Some(weight) => sum_in_lanes(residuals, |row, r| weight[row] * (r * r)),
        None => sum_in_lanes(residuals, |_, r| r * r),
    }
}

/// A sum over rows in eight lanes, for sums of floats depend on their order.
#[inline(always)]
fn sum_in_lanes(rows: &[f64], of: impl Fn(usize, f64) -> f64) -> f64 {
    let mut lanes = [0.0; 8];
    for (eight, rows) in rows.chunks(8).enumerate() {
        for (lane, row) in rows.iter().enumerate() {
            lanes[lane] += of(8 * eight + lane, *row);
        }
    }
    let [a, b, c, d, e, f, g, h] = lanes;
    ((a + b) + (c + d)) + ((e + f) + (g + h))
}

impl Factors<f64> {
    fn narrow(self) -> Factors<f32> {
        match self {
            Self::Cut { cut, missing, left, right } => Factors::Cut {
                cut,
                missing: missing as f32,
                left: left as f32,
                right: right as f32,
            },
            Self::Table(it) => Factors::Table(Box::new(it.map(|it| it as f32))),
        }
    }
}

/// What a change does to each bin: `of` what it adds to the score, `same` where it adds nothing.
fn factors(change: &Change, of: impl Fn(f64) -> f64, same: f64) -> Factors<f64> {
    let factor = |delta: f64| if delta == 0.0 { same } else { of(delta) };
    match &change.kind {
        Kind::Cut { cut, missing, left, right } => Factors::Cut {
            cut: *cut,
            missing: factor(*missing),
            left: factor(*left),
            right: factor(*right),
        },
        Kind::Table(deltas) => {
            let of = |bin: usize| deltas.get(bin).map_or(same, |delta| factor(*delta));
            Factors::Table(Box::new(std::array::from_fn(of)))
        }
        Kind::Sets { left, right, .. } => {
            let (low, high) = (factor(left.delta), factor(right.delta));
            let of = |bin| match (left.holds(bin), right.holds(bin)) {
                (true, _) => low,
                (_, true) => high,
                _ => same,
            };
            Factors::Table(Box::new(std::array::from_fn(of)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loss_of_products_is_the_loss_of_rows() {
        let rows = 77;
        let weight = vec![1.0; rows];
        let start = Start {
            objective: Objective::LogLoss,
            index: vec![vec![1; rows]],
            events: 30,
            target: &[],
            weight: &weight,
            intercept: -2.0,
        };
        let mut check = Check::new(start, 0.0);
        let kind = Kind::Cut { cut: 1, missing: 0.0, left: 70.0, right: 0.0 };
        for change in [None, Some(Change { term: 0, kind })] {
            let score = if change.is_some() { 68.0 } else { -2.0 };
            if let Some(change) = &change {
                check.step(change);
            }
            let hit = 30.0 * math::log_loss_of(1.0, score);
            let miss = 47.0 * math::log_loss_of(0.0, score);
            assert!((check.loss() - (hit + miss) / 77.0).abs() < 1e-9);
        }
    }

    #[test]
    fn a_step_moves_the_sums_as_the_formula_says() {
        let rows = 10_001;
        let bins: Vec<u8> = (0..rows).map(|i| (i % 7) as u8).collect();
        let weight: Vec<f64> = (0..rows).map(|i| 1.0 + f64::from(i % 3)).collect();
        let mut train = Train::new(Start {
            objective: Objective::LogLoss,
            index: vec![bins.clone()],
            events: 10,
            target: &[],
            weight: &weight,
            intercept: -1.5,
        });
        let kind = Kind::Cut { cut: 3, missing: 0.25, left: -0.5, right: 0.125 };
        let (mut hist, mut all) = (EMPTY, vec![EMPTY]);
        hist[200] = [1.0; 2];
        train.step(&Change { term: 0, kind }, 0, &mut hist);
        train.histograms(&[0], &mut all);
        assert_eq!(hist, all[0]);
        assert_eq!(hist[7..], EMPTY[7..]);
        for bin in 0..7_u8 {
            let delta = if bin == 0 {
                0.25
            } else if bin <= 3 {
                -0.5
            } else {
                0.125
            };
            let p = math::sigmoid(-1.5 + delta);
            let inside = bins.iter().zip(&weight).filter(|it| *it.0 == bin);
            let w: f64 = inside.map(|it| it.1).sum();
            assert!((hist[bin as usize][0] / w - p).abs() < 1e-6);
            assert!((hist[bin as usize][1] / w - p * (1.0 - p)).abs() < 1e-6);
        }
    }

    #[test]
    fn units_are_powers_of_two() {
        assert_eq!([0.7, 1.0, 1.5, 4.0].map(power_above), [1.0, 1.0, 2.0, 4.0]);
    }
}
