//! The arithmetic over rows of pairs: apply one step, build the next histogram.
//!
//! As in the mains, a row keeps odds e = exp(-score) and a step multiplies them by one of few
//! factors: no exponential per row. Sums run in the order of the rows. Never allocates in a step.

use super::search::{Cross, Size, WIDTH_MAX};
use crate::math;

/// Per cell: weighted sums of p and of p (1 - p).
pub(crate) type Cell = [f64; 2];

/// Room for the largest table, so an index never needs a check.
pub(crate) type Hist = [Cell; CELLS];

const CELLS: usize = WIDTH_MAX * WIDTH_MAX;

/// A histogram of zeros, made on the heap.
pub(crate) fn empty() -> Box<Hist> {
    match vec![[0.0; 2]; CELLS].into_boxed_slice().try_into() {
        Ok(hist) => hist,
        Err(_) => unreachable!("as many cells as a histogram has"),
    }
}

/// Rows per block: the scratch values of a block stay in the first-level cache.
const BLOCK: usize = 512;

/// Odds are held in these bounds (scores within about -+69), so nothing overflows or sticks at 0.
const ODDS_MIN: f32 = 1e-30;
const ODDS_MAX: f32 = 1e30;

/// The rows a bag trains on.
#[derive(Debug)]
pub(crate) struct Train {
    /// Per pair, per row, the cell in the pair's table.
    pub(crate) cells: Vec<Vec<u16>>,
    pub(crate) sizes: Vec<Size>,
    weight: Option<Vec<f32>>,
    odds: Vec<f32>,
}

struct Scratch {
    p: [f32; BLOCK],
    h: [f32; BLOCK],
}

impl Train {
    /// `score` is the log-odds of each row at the start.
    pub(crate) fn new(
        cells: Vec<Vec<u16>>,
        sizes: Vec<Size>,
        weight: &[f64],
        score: &[f64],
    ) -> Self {
        let odds = score.iter().map(|it| clamp(math::exp(-it) as f32)).collect();
        let plain = weight.iter().all(|it| *it == 1.0);
        let weight = (!plain).then(|| weight.iter().map(|it| *it as f32).collect());
        Self { cells, sizes, weight, odds }
    }

    /// Applies a change, if any, and takes the histogram of pair `next` after it.
    pub(crate) fn step(&mut self, change: Option<&Cross>, next: usize, hist: &mut Hist) {
        hist[..self.sizes[next].cells()].fill([0.0; 2]);
        let factors = change.map(|it| it.deltas.map(|delta| math::exp(-delta) as f32));
        let mut scratch = Scratch { p: [0.0; BLOCK], h: [0.0; BLOCK] };
        for (block, odds) in self.odds.chunks_mut(BLOCK).enumerate() {
            let start = block * BLOCK;
            let rows = start..start + odds.len();
            if let (Some(change), Some(factors)) = (change, factors) {
                let cut = Cut::new(change, self.sizes[change.pair]);
                multiply(odds, &self.cells[change.pair][rows.clone()], cut, factors);
            }
            derive(odds, self.weight.as_ref().map(|it| &it[rows.clone()]), &mut scratch);
            accumulate(&self.cells[next][rows], &scratch, hist);
        }
    }

    /// Mean log loss, for the listener only. `events` rows come first.
    pub(crate) fn loss(&self, events: usize) -> f64 {
        let (mut sum, mut all) = (0.0, 0.0);
        for (row, e) in self.odds.iter().enumerate() {
            let weight = self.weight.as_ref().map_or(1.0, |it| f64::from(it[row]));
            let odds = if row < events { f64::from(*e) } else { 1.0 / f64::from(*e) };
            sum += weight * crate::ebm::pass::ln_from_one(1.0 + odds);
            all += weight;
        }
        sum / all
    }
}

/// Held-back rows, events first, with their odds against their own target.
pub(crate) struct Held<'a> {
    pub(crate) odds: &'a mut [f64],
    pub(crate) events: usize,
    pub(crate) weight: Option<&'a [f64]>,
}

/// Applies a step to held-back rows; what it adds to the weighted sum of their margins.
pub(crate) fn step_held(held: Held<'_>, cells: &[u16], change: &Cross, size: Size) -> f64 {
    let Held { odds, events, weight } = held;
    let (cut, mut moved) = (Cut::new(change, size), 0.0);
    let (hits, misses) = odds.split_at_mut(events);
    let (hit_cells, miss_cells) = cells.split_at(events);
    for (start, odds, cells, sign) in
        [(0, hits, hit_cells, -1.0), (events, misses, miss_cells, 1.0)]
    {
        let deltas = change.deltas.map(|delta| -sign * delta);
        let factors = change.deltas.map(|delta| math::exp(sign * delta));
        for (row, (e, cell)) in odds.iter_mut().zip(cells).enumerate() {
            *e = (*e * cut.pick(*cell, factors)).min(1e30);
            moved += weight.map_or(1.0, |it| it[start + row]) * cut.pick(*cell, deltas);
        }
    }
    moved
}

/// Both cuts as comparisons of a cell's number.
#[derive(Clone, Copy)]
struct Cut {
    /// First cell of the high rows.
    high: u16,
    mask: u16,
    col: u16,
}

impl Cut {
    fn new(change: &Cross, size: Size) -> Self {
        let high = (u16::from(change.row) + 1) * size.width as u16;
        Self { high, mask: size.width as u16 - 1, col: u16::from(change.col) }
    }

    #[inline]
    fn pick<T: Copy>(self, cell: u16, factors: [T; 4]) -> T {
        let low_col = cell & self.mask <= self.col;
        let low = if low_col { factors[0] } else { factors[1] };
        let high = if low_col { factors[2] } else { factors[3] };
        if cell < self.high { low } else { high }
    }
}

fn multiply(odds: &mut [f32], cells: &[u16], cut: Cut, factors: [f32; 4]) {
    for (e, cell) in odds.iter_mut().zip(cells) {
        *e = clamp(*e * cut.pick(*cell, factors));
    }
}

fn clamp(odds: f32) -> f32 {
    let floored = if odds > ODDS_MIN { odds } else { ODDS_MIN };
    if floored < ODDS_MAX { floored } else { ODDS_MAX }
}

/// p = 1 / (1 + e) and h = p (1 - p), times the weight.
fn derive(odds: &[f32], weight: Option<&[f32]>, scratch: &mut Scratch) {
    for (e, (p, h)) in odds.iter().zip(scratch.p.iter_mut().zip(&mut scratch.h)) {
        *p = 1.0 / (1.0 + *e);
        *h = *p * (*e * *p);
    }
    if let Some(weight) = weight {
        for (w, (p, h)) in weight.iter().zip(scratch.p.iter_mut().zip(&mut scratch.h)) {
            *p *= *w;
            *h *= *w;
        }
    }
}

/// Neighbours seldom fall in one cell of a thousand, so one table does.
fn accumulate(cells: &[u16], scratch: &Scratch, hist: &mut Hist) {
    for (cell, (p, h)) in cells.iter().zip(scratch.p.iter().zip(&scratch.h)) {
        let it = &mut hist[*cell as usize & (CELLS - 1)];
        it[0] += f64::from(*p);
        it[1] += f64::from(*h);
    }
}
