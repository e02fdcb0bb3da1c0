//! The pairs of one bag, as the loop of `boost` wants them: mains frozen, pairs on top.
//!
//! Never changes a main effect. What a pair learns of its two features alone is moved to the mains
//! afterwards (`purify`).

use super::Pair;
use super::axis::Axes;
use super::order;
use super::pass::{Cell, Hist, Train, empty, step_held};
use super::search::{Cross, Limits, Prefix, Size, WIDTH_MAX};
use crate::ebm::Objective;
use crate::ebm::bags::Split;
use crate::ebm::boost::{Shape, Terms};
use crate::ebm::options::EbmOptions;
use crate::ebm::prepare::Data;
use crate::ebm::state::{Held, Start};
use crate::rng::Rng;

/// Some rows of a fit with the score that the mains give them.
#[derive(Debug)]
pub(crate) struct Rows {
    objective: Objective,
    /// Which rows, ascending.
    pub(crate) places: Vec<usize>,
    /// For log loss rows with target 1 come first; for squared error 0.
    pub(crate) events: usize,
    target: Vec<f64>,
    weight: Vec<f64>,
    pub(crate) score: Vec<f64>,
    count: Vec<u32>,
}

impl Rows {
    pub(crate) fn new(data: &Data, objective: Objective, shape: &Shape, rows: Vec<usize>) -> Self {
        let events = rows.partition_point(|row| *row < data.events);
        let mut score = vec![shape.intercept; rows.len()];
        for (scores, index) in shape.scores.iter().zip(&data.index) {
            for (z, row) in score.iter_mut().zip(&rows) {
                *z += scores[index[*row] as usize];
            }
        }
        let target = rows.iter().map(|it| data.target[*it]).collect();
        let weight = rows.iter().map(|it| data.weight[*it]).collect();
        let count = rows.iter().map(|it| data.count[*it]).collect();
        Self { objective, places: rows, events, target, weight, score, count }
    }

    fn start(&self) -> Start<'_> {
        let Self { objective, events, target, weight, .. } = self;
        Start { objective: *objective, events: *events, target, weight }
    }

    /// The rows as a bag holds them back.
    pub(crate) fn held(&self) -> Held {
        Held::new(self.start(), self.score.iter().copied())
    }

    /// Weighted gradient and hessian of each row.
    pub(crate) fn gradients(&self) -> Vec<Cell> {
        let of = |((z, y), w): ((&f64, &f64), &f64)| {
            let mean = self.objective.mean(*z);
            let hessian = match self.objective {
                Objective::LogLoss => w * mean * (1.0 - mean),
                Objective::Squared => *w,
            };
            [w * (mean - y), hessian]
        };
        self.score.iter().zip(&self.target).zip(&self.weight).map(of).collect()
    }

    /// Slot of each row on a feature's axis.
    pub(crate) fn slots(&self, data: &Data, axes: &Axes, feature: usize) -> Vec<u8> {
        let index: Vec<u8> = self.places.iter().map(|it| data.index[feature][*it]).collect();
        axes.get(feature).slots_of(&index)
    }
}

/// The table of a pair in a bag at the mains: gradients, rows, and the order of its slots.
#[derive(Debug)]
pub(crate) struct Square {
    pub(crate) size: Size,
    pub(crate) hist: Box<Hist>,
    pub(crate) count: Vec<u32>,
    /// Per place in the table the slot of the left and of the right feature.
    pub(crate) orders: [Vec<u8>; 2],
    ways: [f64; 2],
}

impl Square {
    pub(crate) fn new() -> Self {
        let hist = empty();
        let count = vec![0; WIDTH_MAX * WIDTH_MAX];
        Self { size: Size::new(1, 1), hist, count, orders: Default::default(), ways: [0.0; 2] }
    }

    /// Fills the table from the slots of the rows and brings categories into their learned order.
    pub(crate) fn fill(
        &mut self,
        axes: &Axes,
        pair: Pair,
        slots: [&[u8]; 2],
        rows: &Rows,
        gradients: &[Cell],
        options: &EbmOptions,
    ) {
        let [left, right] = axes.of(pair);
        self.size = Size::new(left.slots.len(), right.slots.len());
        self.ways = [left.way, right.way];
        let cells = self.size.cells();
        self.hist[..cells].fill([0.0; 2]);
        self.count[..cells].fill(0);
        let places = slots[0].iter().zip(slots[1]);
        for ((a, b), (it, count)) in places.zip(gradients.iter().zip(&rows.count)) {
            let cell = *a as usize * self.size.width + *b as usize;
            self.hist[cell][0] += it[0];
            self.hist[cell][1] += it[1];
            self.count[cell] += count;
        }
        let ordered = [left.ordered, right.ordered];
        self.orders = order::learned(&*self.hist, self.size, ordered, options.category_smoothing);
        if ordered != [true, true] {
            let (hist, count) = (self.hist[..cells].to_vec(), self.count[..cells].to_vec());
            for (row, from_row) in self.orders[0].iter().enumerate() {
                for (col, from_col) in self.orders[1].iter().enumerate() {
                    let to = row * self.size.width + col;
                    let from = *from_row as usize * self.size.width + *from_col as usize;
                    (self.hist[to], self.count[to]) = (hist[from], count[from]);
                }
            }
        }
    }

    pub(crate) fn limits(&self, options: &EbmOptions) -> Limits {
        let count = &self.count[..self.size.cells()];
        Limits::new(count, self.size, options.min_samples_leaf, self.ways)
    }

    /// Cell of each row in the learned order.
    fn cells(&self, slots: [&[u8]; 2]) -> Vec<u16> {
        let place = |order: &[u8]| {
            let mut place = vec![0_u16; order.len()];
            order.iter().enumerate().for_each(|(at, slot)| place[*slot as usize] = at as u16);
            place
        };
        let (rows, cols) = (place(&self.orders[0]), place(&self.orders[1]));
        let width = self.size.width as u16;
        let cell = |(a, b): (&u8, &u8)| rows[*a as usize] * width + cols[*b as usize];
        slots[0].iter().zip(slots[1]).map(cell).collect()
    }
}

/// What is fixed about a pair in a bag.
#[derive(Debug)]
struct Fixed {
    size: Size,
    limits: Limits,
    /// Weight of events per cell.
    events: Vec<f64>,
    orders: [Vec<u8>; 2],
    /// Cell of each held-back row.
    held: Vec<u16>,
    /// What a step of 1 on all cells up to a row and a column adds to the sum of margins of the
    /// held-back rows.
    pull: Vec<f64>,
}

impl Fixed {
    /// What a step adds to the sum of margins.
    fn pulled(&self, change: &Cross) -> f64 {
        let Size { rows, cols, width } = self.size;
        let at = |row: usize, col: usize| self.pull[row * width + col];
        let (row, col) = (change.row as usize, change.col as usize);
        let (low, left) = (at(row, col), at(row, cols - 1));
        let (top, all) = (at(rows - 1, col), at(rows - 1, cols - 1));
        let sums = [low, left - low, top - low, all - left - top + low];
        sums.iter().zip(change.deltas).map(|(sum, delta)| sum * delta).sum()
    }
}

fn pull(cells: &[u16], weight: &[f64], events: usize, size: Size) -> Vec<f64> {
    let mut pull = vec![0.0; size.cells()];
    for (row, (cell, weight)) in cells.iter().zip(weight).enumerate() {
        pull[*cell as usize] += if row < events { *weight } else { -weight };
    }
    for row in 0..size.rows {
        for col in 0..size.width {
            let at = row * size.width + col;
            let of = |holds: bool, back: usize| if holds { pull[at - back] } else { 0.0 };
            let both = row > 0 && col > 0;
            pull[at] += of(col > 0, 1) + of(row > 0, size.width) - of(both, size.width + 1);
        }
    }
    pull
}

/// Pairs and their rows.
pub(crate) struct Pairs<'a> {
    options: &'a EbmOptions,
    train: Train,
    held: Held,
    fixed: Vec<Fixed>,
    hist: Box<Hist>,
    prefix: Prefix,
    /// Per pair the kept scores in the order of its table.
    scores: Vec<Vec<f64>>,
}

impl<'a> Pairs<'a> {
    pub(crate) fn new(
        data: &Data,
        options: &'a EbmOptions,
        split: &Split,
        shape: &Shape,
        axes: &Axes,
        pairs: &[Pair],
    ) -> Self {
        let (trained, held) = split.rows(data);
        let rows = |it| Rows::new(data, options.objective, shape, it);
        let (train, held) = (rows(trained), rows(held));
        let gradients = train.gradients();
        let mut square = Square::new();
        let (mut fixed, mut cells) = (Vec::new(), Vec::new());
        for pair in pairs {
            let of = |rows: &Rows, feature| rows.slots(data, axes, feature);
            let (left, right) = (of(&train, pair.left), of(&train, pair.right));
            square.fill(axes, *pair, [&left, &right], &train, &gradients, options);
            let trained = square.cells([&left, &right]);
            let checked = square.cells([&of(&held, pair.left), &of(&held, pair.right)]);
            let pull = pull(&checked, &held.weight, held.events, square.size);
            let mut events = vec![0.0; square.size.cells()];
            for (cell, weight) in trained[..train.events].iter().zip(&train.weight) {
                events[*cell as usize] += weight;
            }
            let (size, orders) = (square.size, square.orders.clone());
            fixed.push(Fixed {
                size,
                limits: square.limits(options),
                events,
                orders,
                held: checked,
                pull,
            });
            cells.push(trained);
        }
        let sizes: Vec<Size> = fixed.iter().map(|it| it.size).collect();
        let scores = sizes.iter().map(|it| vec![0.0; it.cells()]).collect();
        Self {
            options,
            train: Train::new(train.start(), cells, sizes, &train.score),
            held: held.held().doubting(options.doubt),
            fixed,
            hist: square.hist,
            prefix: Prefix::new(),
            scores,
        }
    }

    /// Scores per pair and cell of its bins; cells that no training row can occupy hold 0.
    pub(crate) fn into_tables(self, axes: &Axes, pairs: &[Pair]) -> Vec<Vec<f64>> {
        let table = |((pair, fixed), scores): ((&Pair, &Fixed), &Vec<f64>)| {
            let [left, right] = axes.of(*pair);
            let width = right.bins.len();
            let mut table = vec![0.0; left.bins.len() * width];
            for (row, a) in fixed.orders[0].iter().enumerate() {
                for (col, b) in fixed.orders[1].iter().enumerate() {
                    let (a, b) = (left.slots[*a as usize], right.slots[*b as usize]);
                    table[a as usize * width + b as usize] = scores[row * fixed.size.width + col];
                }
            }
            table
        };
        pairs.iter().zip(&self.fixed).zip(&self.scores).map(table).collect()
    }

    fn sum_up(&mut self, pair: usize) {
        let fixed = &self.fixed[pair];
        self.prefix.fill(&*self.hist, &fixed.events, fixed.size);
    }
}

impl Terms for Pairs<'_> {
    type Change = Cross;

    fn count(&self) -> usize {
        self.fixed.len()
    }

    fn look(&mut self, term: usize) {
        self.train.step(None, term, &mut self.hist);
    }

    fn best(&mut self, term: usize, rng: &mut Rng) -> (f64, Cross) {
        self.sum_up(term);
        self.prefix.best(term, &self.fixed[term].limits, self.options, rng)
    }

    fn random(&mut self, term: usize, rng: &mut Rng) -> Cross {
        self.sum_up(term);
        self.prefix.random(term, &self.fixed[term].limits, self.options, rng)
    }

    fn survey(&mut self, rng: &mut Rng) -> Vec<(f64, Cross)> {
        let mut found = Vec::with_capacity(self.fixed.len());
        for term in 0..self.fixed.len() {
            self.look(term);
            found.push(self.best(term, rng));
        }
        found
    }

    fn step(&mut self, change: &Cross, next: usize) {
        self.train.step(Some(change), next, &mut self.hist);
        let fixed = &self.fixed[change.pair];
        let moved = fixed.pulled(change);
        step_held(&mut self.held, &fixed.held, change, fixed.size, moved);
    }

    fn keep(&mut self, change: &Cross) {
        change.apply(self.fixed[change.pair].size, &mut self.scores[change.pair]);
    }

    fn train_loss(&self) -> f64 {
        self.train.loss()
    }

    fn held_loss(&self) -> f64 {
        self.held.loss()
    }
}
