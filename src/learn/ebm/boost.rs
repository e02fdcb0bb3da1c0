//! The order of steps in one bag: smoothing rounds, then greedy rounds, until the held-back persons
//! say stop.
//!
//! Source: `InterpretML` `glassbox/_ebm/_boost.py` (non-progress round, then lazy greedy steps from
//! the gains it found). Steps since the best model are kept in a journal and added to the scores
//! when a better model is found; the model is never copied. Never looks at other bags.

use super::bags::Split;
use super::options::EbmOptions;
use super::pass::{Check, EMPTY, Hist, Train};
use super::prepare::Data;
use super::scan::Scan;
use super::split::{Change, Fixed};
use crate::math;
use crate::progress::Step;
use crate::rng::Rng;
use std::collections::VecDeque;

/// Rounds between two reports.
const REPORT_ROUNDS: usize = 10;

/// What a bag learned.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    pub(crate) intercept: f64,
    /// Per feature, per bin.
    pub(crate) scores: Vec<Vec<f64>>,
    pub(crate) steps: u64,
}

/// One bag at work.
pub(crate) struct Boost<'a> {
    options: &'a EbmOptions,
    bag: usize,
    train: Train,
    check: Check,
    fixed: Vec<Fixed>,
    /// Terms that can be split in this bag.
    active: Vec<usize>,
    rng: Rng,
    hist: Box<Hist>,
    /// Room for the histograms of all active terms.
    look: Vec<Hist>,
    shape: Shape,
    journal: Vec<Change>,
    watch: Watch,
    steps: u64,
}

impl<'a> Boost<'a> {
    pub(crate) fn new(data: &Data, options: &'a EbmOptions, split: &Split, bag: usize) -> Self {
        let held = |row: &usize| split.held[data.group[*row] as usize];
        let (checked, trained): (Vec<usize>, Vec<usize>) = (0..data.rows()).partition(held);
        let events = |rows: &[usize]| rows.partition_point(|row| *row < data.events);
        let weight = |rows: &[usize]| rows.iter().map(|i| data.weight[*i]).collect::<Vec<f64>>();
        let gather = |rows: &[usize]| -> Vec<Vec<u8>> {
            data.index.iter().map(|it| rows.iter().map(|i| it[*i]).collect()).collect()
        };
        let (train_weight, train_events) = (weight(&trained), events(&trained));
        let hits: f64 = train_weight[..train_events].iter().sum();
        let rate = hits / train_weight.iter().sum::<f64>();
        // A bag whose training persons show one class only gets a finite start.
        let intercept = math::logit(rate.clamp(1e-6, 1.0 - 1e-6));
        let train = Train::new(gather(&trained), train_events, &train_weight, intercept);
        let check = Check::new(gather(&checked), events(&checked), weight(&checked), intercept);
        let fixed: Vec<Fixed> = (0..data.bins.len())
            .map(|term| fixed(data, options, term, &trained, train_events))
            .collect();
        let active = (0..fixed.len()).filter(|i| fixed[*i].is_splittable()).collect::<Vec<_>>();
        let watch = Watch::new(check.loss(), options, active.len());
        let scores = data.bins.iter().map(|it| vec![0.0; it.len()]).collect();
        let shape = Shape { intercept, scores, steps: 0 };
        let rng = Rng::new(options.seed).fork(1 << 32 | bag as u64);
        let (hist, journal) = (Box::new(EMPTY), Vec::with_capacity(watch.window + 1));
        Self {
            options,
            bag,
            train,
            check,
            fixed,
            active,
            rng,
            hist,
            look: Vec::new(),
            shape,
            journal,
            watch,
            steps: 0,
        }
    }

    /// The shape at the best held-back loss; `None` if `tell` answered stop.
    pub(crate) fn run(mut self, tell: &dyn Fn(&Step) -> bool) -> Option<Shape> {
        if self.active.is_empty() {
            return Some(self.shape);
        }
        for _ in 0..self.options.smoothing_rounds {
            if self.turn(true, tell) == After::Cancelled {
                return None;
            }
        }
        self.watch.may_stop = true;
        loop {
            let after = if self.options.greedy_ratio > 0.0 {
                self.greedy(tell)
            } else {
                self.turn(false, tell)
            };
            match after {
                After::Going => {}
                After::Finished => return Some(self.shape),
                After::Cancelled => return None,
            }
        }
    }

    /// One step for every term, in a fresh random order.
    fn turn(&mut self, random: bool, tell: &dyn Fn(&Step) -> bool) -> After {
        let mut order = std::mem::take(&mut self.active);
        self.rng.shuffle(&mut order);
        self.train.histograms(&order[..1], std::slice::from_mut(&mut *self.hist));
        let mut after = After::Going;
        for (i, term) in order.iter().enumerate() {
            let fixed = &self.fixed[*term];
            let change = if random {
                fixed.random(&self.hist, self.options, &mut self.rng)
            } else {
                fixed.best(&self.hist, self.options, &mut self.rng).1
            };
            after = self.apply(change, order[(i + 1) % order.len()], tell);
            if after != After::Going {
                break;
            }
        }
        order.sort_unstable();
        self.active = order;
        after
    }

    /// Looks at all terms, then takes steps where the known gain is highest. Known gains of terms
    /// not visited are not refreshed until the next look: lazy greedy.
    fn greedy(&mut self, tell: &dyn Fn(&Step) -> bool) -> After {
        let mut hists = std::mem::take(&mut self.look);
        hists.resize(self.active.len(), EMPTY);
        self.train.histograms(&self.active, &mut hists);
        let mut gains = Vec::with_capacity(self.active.len());
        let mut first: Option<(usize, Change)> = None;
        for (place, term) in self.active.iter().enumerate() {
            let (gain, change) = self.fixed[*term].best(&hists[place], self.options, &mut self.rng);
            if gains.iter().all(|it| gain > *it) {
                first = Some((place, change));
            }
            gains.push(gain);
        }
        self.look = hists;
        let steps = libm::ceil(self.options.greedy_ratio * self.active.len() as f64) as usize;
        let Some((mut place, mut change)) = first else { return After::Finished };
        for step in 0..steps {
            if step > 0 {
                let fixed = &self.fixed[self.active[place]];
                (gains[place], change) = fixed.best(&self.hist, self.options, &mut self.rng);
            }
            let next = highest(&gains);
            let after = self.apply(change.clone(), self.active[next], tell);
            if after != After::Going {
                return after;
            }
            place = next;
        }
        After::Going
    }

    /// Applies a step, leaves the histogram of term `next` in `self.hist`, decides whether to go on.
    fn apply(&mut self, change: Change, next: usize, tell: &dyn Fn(&Step) -> bool) -> After {
        self.train.step(&change, next, &mut self.hist);
        self.check.step(&change);
        self.journal.push(change);
        self.steps += 1;
        let loss = self.check.loss();
        if self.watch.see(loss) {
            for change in self.journal.drain(..) {
                change.apply(&mut self.shape.scores[change.term]);
            }
            self.shape.steps = self.steps;
        }
        let terms = self.fixed.len() as u64;
        if self.steps.is_multiple_of(terms * REPORT_ROUNDS as u64) {
            let round = (self.steps / terms) as usize;
            let (train_loss, validation_loss) = (self.train.loss(), loss);
            if !tell(&Step::Round { bag: self.bag, round, train_loss, validation_loss }) {
                return After::Cancelled;
            }
        }
        let spent = self.steps >= self.options.rounds_max as u64 * terms;
        if spent || self.watch.is_over() { After::Finished } else { After::Going }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum After {
    Going,
    Finished,
    Cancelled,
}

/// Position of the highest gain; the first of equals.
fn highest(gains: &[f64]) -> usize {
    let mut best = 0;
    for (place, gain) in gains.iter().enumerate() {
        if *gain > gains[best] {
            best = place;
        }
    }
    best
}

fn fixed(data: &Data, options: &EbmOptions, term: usize, rows: &[usize], events: usize) -> Fixed {
    let bins = &data.bins[term];
    let mut count = vec![0; bins.len()];
    let mut event_weight = vec![0.0; bins.len()];
    for (place, row) in rows.iter().enumerate() {
        let bin = data.index[term][*row] as usize;
        count[bin] += data.count[*row];
        if place < events {
            event_weight[bin] += data.weight[*row];
        }
    }
    let (real, direction) = (bins.real(), options.direction(term));
    Fixed {
        term,
        continuous: bins.is_continuous(),
        direction,
        scan: Scan::new(&count, real, options.min_samples_leaf, direction),
        real,
        count,
        events: event_weight,
    }
}

/// Early stopping: the best loss older than the window, less a tolerance, is not above the best
/// inside the window.
#[derive(Debug)]
struct Watch {
    window: usize,
    tolerance: f64,
    best: f64,
    best_before: f64,
    seen: usize,
    recent: VecDeque<f64>,
    /// Losses that may yet become the least of the window, ascending, with their step.
    least: VecDeque<(usize, f64)>,
    may_stop: bool,
}

impl Watch {
    fn new(start: f64, options: &EbmOptions, terms: usize) -> Self {
        let window = options.early_stopping_rounds * terms.max(1);
        Self {
            window,
            tolerance: options.early_stopping_tolerance,
            best: start,
            best_before: start,
            seen: 0,
            recent: VecDeque::with_capacity(window + 1),
            least: VecDeque::new(),
            may_stop: false,
        }
    }

    /// Takes the next loss; true if it is the best so far (the later of equals).
    fn see(&mut self, loss: f64) -> bool {
        self.seen += 1;
        self.recent.push_back(loss);
        while self.least.back().is_some_and(|it| it.1 >= loss) {
            self.least.pop_back();
        }
        self.least.push_back((self.seen, loss));
        if self.recent.len() > self.window {
            if let Some(old) = self.recent.pop_front() {
                self.best_before = self.best_before.min(old);
            }
            while self.least.front().is_some_and(|it| it.0 + self.window <= self.seen) {
                self.least.pop_front();
            }
        }
        let is_best = loss <= self.best;
        self.best = self.best.min(loss);
        is_best
    }

    fn is_over(&self) -> bool {
        let inside = self.least.front().map_or(f64::INFINITY, |it| it.1);
        let tolerance = self.tolerance * self.best.abs().min(self.best_before.abs());
        self.may_stop && self.recent.len() >= self.window && self.best_before - tolerance <= inside
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_watch_ends_when_a_window_brings_nothing() {
        let options = EbmOptions { early_stopping_rounds: 5, ..EbmOptions::new(1, 1) };
        let mut watch = Watch::new(1.0, &options, 1);
        watch.may_stop = true;
        let losses = [0.9, 0.8, 0.85, 0.85, 0.85, 0.85, 0.85, 0.85];
        let over: Vec<bool> = losses
            .iter()
            .map(|it| {
                watch.see(*it);
                watch.is_over()
            })
            .collect();
        assert_eq!(over, [false, false, false, false, false, false, true, true]);
        assert_eq!(watch.best, 0.8);
    }

    #[test]
    fn equal_losses_count_as_better_so_the_later_model_is_kept() {
        let mut watch = Watch::new(1.0, &EbmOptions::new(1, 1), 1);
        assert!(watch.see(1.0) && watch.see(0.5) && watch.see(0.5) && !watch.see(0.6));
    }
}
