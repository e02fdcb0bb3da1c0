//! The rows of a bag and what a step on a main effect does to them, term by term.
//!
//! What a row keeps, and the loss, is in `state`. A bag gives the same bits wherever it runs. Never
//! allocates while it steps, but for the factors of categories.
#![expect(clippy::inline_always, reason = "a loop is compiled for an instruction set by inlining")]

pub(crate) use super::kernel::Hist;
use super::kernel::{self, Aligned, BLOCK, Factors, Machine, STRIP, Tables};
use super::split::{Change, Kind};
use super::state::{self, Held, Trained};
pub(crate) use super::state::{Start, Weights};
use pulp::NullaryFnOnce;

pub(crate) const EMPTY: Hist = [[0.0; 2]; 256];

/// The rows a bag trains on.
#[derive(Debug)]
pub(crate) struct Train {
    /// Per term, per row.
    index: Vec<Vec<u8>>,
    /// Per term, bins up to the last one any row uses.
    len: Vec<usize>,
    state: Trained,
    tables: Box<Tables>,
    machine: Machine,
}

impl Train {
    /// `index` has the bin per term, per row; `intercept` is the score of every row.
    pub(crate) fn new(start: Start<'_>, index: Vec<Vec<u8>>, intercept: f64) -> Self {
        let state = Trained::new(start, start.weight.iter().map(|_| intercept));
        let len = index.iter().map(|it| it.iter().max().map_or(0, |bin| 1 + *bin as usize));
        let (len, tables) = (len.collect(), Box::new([[0; 256]; 4]));
        Self { index, len, state, tables, machine: Machine::new() }
    }

    /// Applies a change and leaves the histogram of term `next` after it in `hist`.
    pub(crate) fn step(&mut self, change: &Change, next: usize, hist: &mut Hist) {
        let objective = self.state.objective;
        let factors = factors(change, |delta| objective.factor(delta), objective.neutral());
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
        self.state.loss(self.machine)
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
        let Train { index, len, state, tables, .. } = train;
        let Trained { objective, weights, rows, reach, .. } = state;
        let Weights { rows: weight, unit } = weights;
        let (moved, watched, len) = (&index[moved], &index[next], len[next]);
        let (all, mut words) = (rows.len(), Aligned([0; STRIP]));
        let strips = rows.chunks_mut(STRIP).zip(moved.chunks(STRIP)).zip(watched.chunks(STRIP));
        for (strip, ((rows, moved), watched)) in strips.enumerate() {
            let weight = weight.as_ref().map(|it| &it[strip * STRIP..]);
            let words = &mut words.0[..rows.len()];
            state::change(*objective, rows, moved, &factors);
            state::derive(*objective, rows, weight, *reach, words);
            kernel::scatter(watched, words, tables);
            let done = strip * STRIP + rows.len();
            if done.is_multiple_of(BLOCK) || done == all {
                kernel::collect(tables, len, *unit, done <= BLOCK, hist);
            }
        }
        state::finish(*objective, *reach, &mut hist[..len]);
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
        let Train { index, len, state, tables, .. } = self.train;
        let Trained { objective, weights, rows, reach, .. } = state;
        let Weights { rows: weight, unit } = self.weights.unwrap_or(weights);
        #[expect(clippy::large_stack_arrays, reason = "32 KB, and a look never allocates")]
        let mut words = Aligned([0; BLOCK]);
        for (block, rows) in rows.chunks(BLOCK).enumerate() {
            let start = block * BLOCK;
            let weight = weight.as_ref().map(|it| &it[start..]);
            let words = &mut words.0[..rows.len()];
            state::derive(*objective, rows, weight, *reach, words);
            for (term, hist) in self.terms.iter().zip(self.hists.iter_mut()) {
                kernel::scatter(&index[*term][start..start + rows.len()], words, tables);
                kernel::collect(tables, len[*term], *unit, block == 0, hist);
            }
        }
        for (term, hist) in self.terms.iter().zip(self.hists.iter_mut()) {
            state::finish(*objective, *reach, &mut hist[..len[*term]]);
        }
    }
}

/// The rows a bag holds back.
#[derive(Debug)]
pub(crate) struct Check {
    index: Vec<Vec<u8>>,
    state: Held,
    /// Per term, what a step of 1 on all bins below adds to the sum of margins.
    pull: Vec<Pull>,
    machine: Machine,
}

/// Sums over bins below, from none to all.
type Pull = [f64; 257];

impl Check {
    /// As [`Train::new`]; `doubt` as in [`super::doubt::Doubt::new`].
    pub(crate) fn new(start: Start<'_>, index: Vec<Vec<u8>>, intercept: f64, doubt: f64) -> Self {
        let state = Held::new(start, start.weight.iter().map(|_| intercept)).doubting(doubt);
        let pull = index.iter().map(|it| pull(it, start.weight, start.events)).collect();
        Self { index, state, pull, machine: Machine::new() }
    }

    /// Applies a change.
    pub(crate) fn step(&mut self, change: &Change) {
        let objective = self.state.objective;
        let factors = [true, false].map(|event| {
            factors(change, |delta| objective.held_factor(event, delta), objective.neutral())
        });
        let moved = pulled(&self.pull[change.term], &change.kind);
        self.state.step(self.machine, &self.index[change.term], &factors, moved);
    }

    /// Mean loss.
    pub(crate) fn loss(&self) -> f64 {
        self.state.loss()
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
    use crate::ebm::Objective;
    use crate::math;

    #[test]
    fn the_loss_of_products_is_the_loss_of_rows() {
        let rows = 77;
        let weight = vec![1.0; rows];
        let start =
            Start { objective: Objective::LogLoss, events: 30, target: &[], weight: &weight };
        let mut check = Check::new(start, vec![vec![1; rows]], -2.0, 0.0);
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
        let start =
            Start { objective: Objective::LogLoss, events: 10, target: &[], weight: &weight };
        let mut train = Train::new(start, vec![bins.clone()], -1.5);
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
}
