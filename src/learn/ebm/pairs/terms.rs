//! The pairs of one bag, as the loop of `boost` wants them: mains frozen, pairs on top.
//!
//! Never changes a main effect. What a pair learns of its two features alone is moved to the mains
//! afterwards (`purify`).

use super::Pair;
use super::axis::Axes;
use super::order;
use super::pass::{Cell, Held, Hist, Train, empty, step_held};
use super::search::{Cross, Limits, Prefix, Size, WIDTH_MAX};
use crate::ebm::bags::Split;
use crate::ebm::boost::{Shape, Terms};
use crate::ebm::doubt::Doubt;
use crate::ebm::options::EbmOptions;
use crate::ebm::pass::total_loss;
use crate::ebm::prepare::Data;
use crate::math;
use crate::rng::Rng;

/// Some rows of a fit with the log-odds that the mains give them.
#[derive(Debug)]
pub(crate) struct Rows {
    /// Which rows, ascending.
    pub(crate) places: Vec<usize>,
    /// Rows with target 1 come first.
    pub(crate) events: usize,
    pub(crate) weight: Vec<f64>,
    pub(crate) score: Vec<f64>,
    count: Vec<u32>,
}

impl Rows {
    pub(crate) fn new(data: &Data, shape: &Shape, rows: Vec<usize>) -> Self {
        let events = rows.partition_point(|row| *row < data.events);
        let mut score = vec![shape.intercept; rows.len()];
        for (scores, index) in shape.scores.iter().zip(&data.index) {
            for (z, row) in score.iter_mut().zip(&rows) {
                *z += scores[index[*row] as usize];
            }
        }
        let weight = rows.iter().map(|it| data.weight[*it]).collect();
        let count = rows.iter().map(|it| data.count[*it]).collect();
        Self { places: rows, events, weight, score, count }
    }

    /// Weighted gradient and hessian of each row.
    pub(crate) fn gradients(&self) -> Vec<Cell> {
        let of = |(row, (z, w)): (usize, (&f64, &f64))| {
            let p = math::sigmoid(*z);
            let y = f64::from(u8::from(row < self.events));
            [w * (p - y), w * p * (1.0 - p)]
        };
        self.score.iter().zip(&self.weight).enumerate().map(of).collect()
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
}

impl Square {
    pub(crate) fn new() -> Self {
        let hist = empty();
        let count = vec![0; WIDTH_MAX * WIDTH_MAX];
        Self { size: Size::new(1, 1), hist, count, orders: Default::default() }
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
        Limits::new(&self.count[..self.size.cells()], self.size, options.min_samples_leaf)
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
}

/// Pairs and their rows.
pub(crate) struct Pairs<'a> {
    options: &'a EbmOptions,
    train: Train,
    train_events: usize,
    held_odds: Vec<f64>,
    held_events: usize,
    held_weight: Option<Vec<f64>>,
    doubt: Doubt,
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
        let (train, held) = (Rows::new(data, shape, trained), Rows::new(data, shape, held));
        let gradients = train.gradients();
        let mut square = Square::new();
        let (mut fixed, mut cells) = (Vec::new(), Vec::new());
        for pair in pairs {
            let of = |rows: &Rows, feature| rows.slots(data, axes, feature);
            let (left, right) = (of(&train, pair.left), of(&train, pair.right));
            square.fill(axes, *pair, [&left, &right], &train, &gradients, options);
            let trained = square.cells([&left, &right]);
            let held = square.cells([&of(&held, pair.left), &of(&held, pair.right)]);
            let mut events = vec![0.0; square.size.cells()];
            for (cell, weight) in trained[..train.events].iter().zip(&train.weight) {
                events[*cell as usize] += weight;
            }
            let (size, orders) = (square.size, square.orders.clone());
            fixed.push(Fixed { size, limits: square.limits(options), events, orders, held });
            cells.push(trained);
        }
        let sizes: Vec<Size> = fixed.iter().map(|it| it.size).collect();
        let scores = sizes.iter().map(|it| vec![0.0; it.cells()]).collect();
        let plain = held.weight.iter().all(|it| *it == 1.0);
        let total = held.weight.iter().sum();
        let doubt = Doubt::new(options.doubt, held.weight.len(), total, margins(&held));
        Self {
            options,
            train: Train::new(cells, sizes, &train.weight, &train.score),
            train_events: train.events,
            held_odds: held_odds(&held),
            held_events: held.events,
            doubt,
            held_weight: (!plain).then_some(held.weight),
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

/// Weighted sum of the margins of rows.
fn margins(rows: &Rows) -> f64 {
    let scores = rows.score.iter().zip(&rows.weight).enumerate();
    scores.map(|(row, (z, w))| if row < rows.events { w * z } else { -w * z }).sum()
}

/// Odds of rows against their own target: exp(-margin).
pub(crate) fn held_odds(rows: &Rows) -> Vec<f64> {
    let margin = |(row, z): (usize, &f64)| if row < rows.events { *z } else { -z };
    rows.score.iter().enumerate().map(margin).map(|it| math::exp(-it).min(1e30)).collect()
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
        self.prefix.random(term, self.options, rng)
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
        let held = Held {
            odds: &mut self.held_odds,
            events: self.held_events,
            weight: self.held_weight.as_deref(),
        };
        self.doubt.shift(step_held(held, &fixed.held, change, fixed.size));
    }

    fn keep(&mut self, change: &Cross) {
        change.apply(self.fixed[change.pair].size, &mut self.scores[change.pair]);
    }

    fn train_loss(&self) -> f64 {
        self.train.loss(self.train_events)
    }

    fn held_loss(&self) -> f64 {
        self.doubt.mean(total_loss(&self.held_odds, self.held_weight.as_deref()))
    }
}
