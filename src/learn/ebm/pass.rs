//! The arithmetic over the rows of a bag: apply one step, build the next histogram, sum the loss.
//!
//! No exponential is taken per row. A row keeps odds e = exp(-score); a step adds one of few
//! constants to the score, so it multiplies e by one of few factors. Sums run in the order of the
//! rows, so a bag gives the same bits wherever it runs. Never allocates.

use super::split::{Change, Kind};
use crate::math;

/// Per bin: weighted sums of p and of p (1 - p).
pub(crate) type Cell = [f64; 2];

/// A histogram has room for every byte, so an index never needs a check.
pub(crate) type Hist = [Cell; 256];

pub(crate) const EMPTY: Hist = [[0.0; 2]; 256];

/// Rows per block: the scratch values of a block stay in the first-level cache.
const BLOCK: usize = 512;

/// Odds are held in these bounds (scores within about -+69), so nothing overflows or sticks at 0.
const ODDS_MIN: f32 = 1e-30;
const ODDS_MAX: f32 = 1e30;

/// Factors of one step for the bins of its term.
enum Factors<T> {
    Cut { cut: u8, missing: T, left: T, right: T },
    Table([T; 256]),
}

/// The rows a bag trains on.
#[derive(Debug)]
pub(crate) struct Train {
    pub(crate) index: Vec<Vec<u8>>,
    /// Rows with target 1 come first.
    pub(crate) events: usize,
    pub(crate) weight: Option<Vec<f32>>,
    odds: Vec<f32>,
}

struct Scratch {
    p: [f32; BLOCK],
    h: [f32; BLOCK],
}

impl Train {
    pub(crate) fn new(index: Vec<Vec<u8>>, events: usize, weight: &[f64], intercept: f64) -> Self {
        let odds = vec![math::exp(-intercept) as f32; weight.len()];
        let plain = weight.iter().all(|it| *it == 1.0);
        let weight = (!plain).then(|| weight.iter().map(|it| *it as f32).collect());
        Self { index, events, weight, odds }
    }

    /// Applies a change and returns the histogram of term `next` after it.
    pub(crate) fn step(&mut self, change: &Change, next: usize, hist: &mut Hist) {
        let factors = factors(change, -1.0, |it| it as f32);
        let (mut even, mut odd) = (EMPTY, EMPTY);
        let mut scratch = Scratch { p: [0.0; BLOCK], h: [0.0; BLOCK] };
        let (moved, watched) = (&self.index[change.term], &self.index[next]);
        let blocks =
            self.odds.chunks_mut(BLOCK).zip(moved.chunks(BLOCK)).zip(watched.chunks(BLOCK));
        for (block, ((odds, bins), next_bins)) in blocks.enumerate() {
            match &factors {
                Factors::Cut { cut, missing, left, right } => {
                    multiply_cut(odds, bins, *cut, [*missing, *left, *right]);
                }
                Factors::Table(table) => multiply_table(odds, bins, table),
            }
            let weight = self.weight.as_ref().map(|it| &it[block * BLOCK..]);
            derive(odds, weight, &mut scratch);
            accumulate(next_bins, &scratch, &mut even, &mut odd);
        }
        merge(&even, &odd, hist);
    }

    /// Histograms of several terms at the present scores, in one walk over the rows.
    pub(crate) fn histograms(&self, terms: &[usize], hists: &mut [Hist]) {
        hists.fill(EMPTY);
        let mut scratch = Scratch { p: [0.0; BLOCK], h: [0.0; BLOCK] };
        for (block, odds) in self.odds.chunks(BLOCK).enumerate() {
            let start = block * BLOCK;
            let weight = self.weight.as_ref().map(|it| &it[start..]);
            derive(odds, weight, &mut scratch);
            for (term, hist) in terms.iter().zip(hists.iter_mut()) {
                let bins = &self.index[*term][start..start + odds.len()];
                accumulate_one(bins, &scratch, hist);
            }
        }
    }

    /// Mean log loss, for the listener only.
    pub(crate) fn loss(&self) -> f64 {
        let (mut sum, mut all) = (0.0, 0.0);
        for (row, e) in self.odds.iter().enumerate() {
            let weight = self.weight.as_ref().map_or(1.0, |it| f64::from(it[row]));
            let odds = f64::from(*e);
            let odds = if row < self.events { odds } else { 1.0 / odds };
            sum += weight * ln_from_one(1.0 + odds);
            all += weight;
        }
        sum / all
    }
}

/// The rows a bag holds back. `odds` are against the row's own target: exp(-margin).
#[derive(Debug)]
pub(crate) struct Check {
    pub(crate) index: Vec<Vec<u8>>,
    pub(crate) events: usize,
    weight: Option<Vec<f64>>,
    total: f64,
    odds: Vec<f64>,
}

impl Check {
    pub(crate) fn new(
        index: Vec<Vec<u8>>,
        events: usize,
        weight: Vec<f64>,
        intercept: f64,
    ) -> Self {
        let of = |row: usize| math::exp(if row < events { -intercept } else { intercept });
        let odds = (0..weight.len()).map(of).collect();
        let total = weight.iter().sum();
        let plain = weight.iter().all(|it| *it == 1.0);
        Self { index, events, weight: (!plain).then_some(weight), total, odds }
    }

    /// Applies a change.
    pub(crate) fn step(&mut self, change: &Change) {
        let (hits, misses) = self.odds.split_at_mut(self.events);
        let (hit_bins, miss_bins) = self.index[change.term].split_at(self.events);
        for (odds, bins, sign) in [(hits, hit_bins, -1.0), (misses, miss_bins, 1.0)] {
            match factors(change, sign, |it| it) {
                Factors::Cut { cut, missing, left, right } => {
                    for (e, bin) in odds.iter_mut().zip(bins) {
                        let side = if *bin <= cut { left } else { right };
                        *e = (*e * if *bin == 0 { missing } else { side }).min(1e30);
                    }
                }
                Factors::Table(table) => {
                    for (e, bin) in odds.iter_mut().zip(bins) {
                        *e = (*e * table[*bin as usize]).min(1e30);
                    }
                }
            }
        }
    }

    /// Weighted mean of ln(1 + exp(-margin)).
    pub(crate) fn loss(&self) -> f64 {
        total_loss(&self.odds, self.weight.as_deref()) / self.total
    }
}

/// Weighted sum of ln(1 + odds), odds from 0 to 1e30.
///
/// Without weights the logarithm of products is taken, 32 rows at a time in four lanes: a lane
/// holds at most eight factors of 1e30, which a double can.
pub(crate) fn total_loss(odds: &[f64], weight: Option<&[f64]>) -> f64 {
    if let Some(weight) = weight {
        return odds.iter().zip(weight).map(|(e, w)| w * ln_from_one(1.0 + e)).sum();
    }
    let mut sum = 0.0;
    for rows in odds.chunks(32) {
        let mut lanes = [1.0; 4];
        let mut quads = rows.chunks_exact(4);
        for quad in &mut quads {
            for (lane, e) in lanes.iter_mut().zip(quad) {
                *lane *= 1.0 + e;
            }
        }
        for (lane, e) in lanes.iter_mut().zip(quads.remainder()) {
            *lane *= 1.0 + e;
        }
        let product = (lanes[0] * lanes[1]) * (lanes[2] * lanes[3]);
        sum += if product.is_finite() {
            math::ln(product)
        } else {
            lanes.iter().map(|it| math::ln(*it)).sum::<f64>()
        };
    }
    sum
}

fn factors<T: Copy>(change: &Change, sign: f64, narrow: impl Fn(f64) -> T) -> Factors<T> {
    let factor = |delta: f64| narrow(math::exp(sign * delta));
    match &change.kind {
        Kind::Cut { cut, missing, left, right } => Factors::Cut {
            cut: *cut,
            missing: factor(*missing),
            left: factor(*left),
            right: factor(*right),
        },
        Kind::Sets { left, right, .. } => {
            let (low, high, same) = (factor(left.delta), factor(right.delta), factor(0.0));
            let of = |bin| match (left.holds(bin), right.holds(bin)) {
                (true, _) => low,
                (_, true) => high,
                _ => same,
            };
            Factors::Table(std::array::from_fn(of))
        }
    }
}

fn multiply_cut(odds: &mut [f32], bins: &[u8], cut: u8, [missing, left, right]: [f32; 3]) {
    for (e, bin) in odds.iter_mut().zip(bins) {
        let side = if *bin <= cut { left } else { right };
        let factor = if *bin == 0 { missing } else { side };
        *e = clamp(*e * factor);
    }
}

fn multiply_table(odds: &mut [f32], bins: &[u8], table: &[f32; 256]) {
    for (e, bin) in odds.iter_mut().zip(bins) {
        *e = clamp(*e * table[*bin as usize]);
    }
}

fn clamp(odds: f32) -> f32 {
    let floored = if odds > ODDS_MIN { odds } else { ODDS_MIN };
    if floored < ODDS_MAX { floored } else { ODDS_MAX }
}

/// p = 1 / (1 + e) and h = p (1 - p), times the weight.
fn derive(odds: &[f32], weight: Option<&[f32]>, scratch: &mut Scratch) {
    let out = scratch.p.iter_mut().zip(scratch.h.iter_mut());
    for (e, (p, h)) in odds.iter().zip(out) {
        *p = 1.0 / (1.0 + *e);
        *h = *p * (*e * *p);
    }
    if let Some(weight) = weight {
        let out = scratch.p.iter_mut().zip(scratch.h.iter_mut());
        for ((p, h), w) in out.zip(&weight[..odds.len()]) {
            *p *= *w;
            *h *= *w;
        }
    }
}

/// Two tables, for even and odd rows: neighbours often fall in one bin and would wait for each other.
fn accumulate(bins: &[u8], scratch: &Scratch, even: &mut Hist, odd: &mut Hist) {
    let pairs = bins.len() / 2;
    let halves = scratch.p.chunks_exact(2).zip(scratch.h.chunks_exact(2));
    for (bin, (p, h)) in bins.chunks_exact(2).zip(halves) {
        add(&mut even[bin[0] as usize], p[0], h[0]);
        add(&mut odd[bin[1] as usize], p[1], h[1]);
    }
    if bins.len() % 2 == 1 {
        let last = 2 * pairs;
        add(&mut even[bins[last] as usize], scratch.p[last], scratch.h[last]);
    }
}

fn accumulate_one(bins: &[u8], scratch: &Scratch, hist: &mut Hist) {
    for (bin, (p, h)) in bins.iter().zip(scratch.p.iter().zip(&scratch.h)) {
        add(&mut hist[*bin as usize], *p, *h);
    }
}

fn add(cell: &mut Cell, p: f32, h: f32) {
    cell[0] += f64::from(p);
    cell[1] += f64::from(h);
}

fn merge(even: &Hist, odd: &Hist, hist: &mut Hist) {
    for (cell, (a, b)) in hist.iter_mut().zip(even.iter().zip(odd)) {
        *cell = [a[0] + b[0], a[1] + b[1]];
    }
}

/// ln(x) for x from 1 to 1e300, within 1e-10: exponent apart, atanh series of the mantissa.
pub(crate) fn ln_from_one(x: f64) -> f64 {
    let bits = x.to_bits() + (0x3ff0_0000_0000_0000 - 0x3fe6_a09e_667f_3bcd);
    let exponent = (bits >> 52) as i64 - 1023;
    let mantissa = f64::from_bits((bits & 0x000f_ffff_ffff_ffff) + 0x3fe6_a09e_667f_3bcd);
    let s = (mantissa - 1.0) / (mantissa + 1.0);
    let q = s * s;
    let series = 1.0
        + q * (1.0 / 3.0
            + q * (1.0 / 5.0 + q * (1.0 / 7.0 + q * (1.0 / 9.0 + q * (1.0 / 11.0 + q / 13.0)))));
    exponent as f64 * std::f64::consts::LN_2 + 2.0 * s * series
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_logarithm_is_close_enough_to_stop_by() {
        for x in [1.0, 1.0 + 1e-12, 1.3, 1.414_3, 2.0, 3.7, 1e5, 1e30, 1e299] {
            let error = (ln_from_one(x) - libm::log(x)).abs();
            assert!(error < 1e-10 * (1.0 + libm::log(x)), "{x}: {error}");
        }
    }

    #[test]
    fn the_loss_of_products_is_the_loss_of_rows() {
        let rows = 77;
        let weight = vec![1.0; rows];
        let mut check = Check::new(vec![vec![1; rows]], 30, weight, -2.0);
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
        let rows = 1001;
        let bins: Vec<u8> = (0..rows).map(|i| (i % 7) as u8).collect();
        let weight: Vec<f64> = (0..rows).map(|i| 1.0 + f64::from(i % 3)).collect();
        let mut train = Train::new(vec![bins.clone()], 10, &weight, -1.5);
        let kind = Kind::Cut { cut: 3, missing: 0.25, left: -0.5, right: 0.125 };
        let (mut hist, mut all) = (EMPTY, vec![EMPTY]);
        train.step(&Change { term: 0, kind }, 0, &mut hist);
        train.histograms(&[0], &mut all);
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
            for have in [&hist, &all[0]] {
                assert!((have[bin as usize][0] - w * p).abs() < 1e-4);
                assert!((have[bin as usize][1] - w * p * (1.0 - p)).abs() < 1e-4);
            }
        }
    }
}
