//! The walk over the rows of pairs: apply one step, build the next histogram.
//!
//! What a row keeps, and the loss, is in `ebm::state`, as for the mains. Never allocates in a step.
#![expect(clippy::inline_always, reason = "a loop is compiled for an instruction set by inlining")]

use super::search::{Cross, Size};
pub(crate) use crate::ebm::kernel::Cell;
use crate::ebm::kernel::{self, Aligned, BLOCK, CELLS, Machine, Quadrants, STRIP, Wide};
use crate::ebm::state::{self, Held, Start, Trained, Weights};
use pulp::NullaryFnOnce;

/// Room for the largest table, so an index never needs a check.
pub(crate) type Hist = [Cell; CELLS];

/// A table of zeros, made on the heap.
#[expect(clippy::unnecessary_box_returns, reason = "32 to 64 KB")]
fn zeros<T: Copy>(zero: T) -> Box<[T; CELLS]> {
    match vec![zero; CELLS].into_boxed_slice().try_into() {
        Ok(table) => table,
        Err(_) => unreachable!("as many cells as a table has"),
    }
}

/// A histogram of zeros.
pub(crate) fn empty() -> Box<Hist> {
    zeros([0.0; 2])
}

/// The rows a bag trains on.
#[derive(Debug)]
pub(crate) struct Train {
    /// Per pair, per row, the cell in the pair's table.
    cells: Vec<Vec<u16>>,
    sizes: Vec<Size>,
    state: Trained,
    table: Box<Wide>,
    machine: Machine,
}

impl Train {
    /// `score` is the score of each row at the start.
    pub(crate) fn new(
        start: Start<'_>,
        cells: Vec<Vec<u16>>,
        sizes: Vec<Size>,
        score: &[f64],
    ) -> Self {
        let state = Trained::new(start, score.iter().copied());
        Self { cells, sizes, state, table: zeros(0), machine: Machine::new() }
    }

    /// Applies a change, if any, and takes the histogram of pair `next` after it.
    pub(crate) fn step(&mut self, change: Option<&Cross>, next: usize, hist: &mut Hist) {
        let objective = self.state.objective;
        let factor = |delta: f64| objective.factor(delta) as f32;
        let moved = change.map(|it| (it.pair, quadrants(it, self.sizes[it.pair], factor)));
        let machine = self.machine;
        machine.run(Step { train: self, moved, next, hist });
    }

    /// Mean loss, for the listener only.
    pub(crate) fn loss(&self) -> f64 {
        self.state.loss(self.machine)
    }
}

/// Applies a step to held-back rows; `moved` is what it adds to the weighted sum of their margins.
pub(crate) fn step_held(held: &mut Held, cells: &[u16], change: &Cross, size: Size, moved: f64) {
    let objective = held.objective;
    let factors = [true, false]
        .map(|event| quadrants(change, size, |delta| objective.held_factor(event, delta)));
    held.step(Machine::new(), cells, &factors, moved);
}

fn quadrants<T>(change: &Cross, size: Size, factor: impl Fn(f64) -> T) -> Quadrants<T> {
    let high = (u16::from(change.row) + 1) * size.width as u16;
    let (mask, col) = (size.width as u16 - 1, u16::from(change.col));
    Quadrants { high, mask, col, parts: change.deltas.map(factor) }
}

struct Step<'a> {
    train: &'a mut Train,
    moved: Option<(usize, Quadrants<f32>)>,
    next: usize,
    hist: &'a mut Hist,
}

impl NullaryFnOnce for Step<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { train, moved, next, hist } = self;
        let Train { cells, sizes, state, table, .. } = train;
        let Trained { objective, weights, rows, reach, .. } = state;
        let Weights { rows: weight, unit } = weights;
        let (watched, len) = (&cells[next], sizes[next].cells());
        let (all, mut words) = (rows.len(), Aligned([0; STRIP]));
        for (strip, (rows, watched)) in
            rows.chunks_mut(STRIP).zip(watched.chunks(STRIP)).enumerate()
        {
            let start = strip * STRIP;
            let done = start + rows.len();
            let words = &mut words.0[..rows.len()];
            if let Some((pair, factors)) = &moved {
                state::change(*objective, rows, &cells[*pair][start..done], factors);
            }
            let weight = weight.as_ref().map(|it| &it[start..done]);
            state::derive(*objective, rows, weight, *reach, words);
            kernel::scatter_wide(watched, words, table);
            if done.is_multiple_of(BLOCK) || done == all {
                let fresh = done <= BLOCK;
                kernel::collect_wide(&mut table[..len], *unit, fresh, &mut hist[..len]);
            }
        }
        state::finish(*objective, *reach, &mut hist[..len]);
    }
}
