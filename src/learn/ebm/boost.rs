//! The order of steps in one bag: smoothing rounds, then greedy rounds, until the held-back persons
//! say stop. Mains and pairs go through the same loop: it knows terms by number only.
//!
//! Source: `InterpretML` `glassbox/_ebm/_boost.py` (non-progress round, then lazy greedy steps from
//! the gains it found). Steps since the best model are kept in a journal and added to the scores
//! when a better model is found; the model is never copied. Never looks at other bags.

use super::options::EbmOptions;
use crate::progress::{Part, Step};
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
    /// Per pair, per cell of pair bins; empty while only mains are fitted.
    pub(crate) pairs: Vec<Vec<f64>>,
    pub(crate) steps: u64,
}

/// Terms of a bag with the rows they are fitted on: all that the loop asks of mains or of pairs.
pub(crate) trait Terms {
    /// What a step does to one term.
    type Change: Clone;

    /// Terms that a step can change; they are numbered from 0.
    fn count(&self) -> usize;

    /// Takes the histogram of a term at the present scores.
    fn look(&mut self, term: usize);

    /// The step of highest gain on the term looked at last, which is `term`, and the gain.
    fn best(&mut self, term: usize, rng: &mut Rng) -> (f64, Self::Change);

    /// A step with random cuts on the term looked at last, which is `term`.
    fn random(&mut self, term: usize, rng: &mut Rng) -> Self::Change;

    /// The best step of every term at the present scores, in the order of their numbers.
    fn survey(&mut self, rng: &mut Rng) -> Vec<(f64, Self::Change)>;

    /// Applies a step to all rows, then looks at term `next`.
    fn step(&mut self, change: &Self::Change, next: usize);

    /// Adds a step to the scores that the bag will keep.
    fn keep(&mut self, change: &Self::Change);

    /// Mean loss on the rows trained on.
    fn train_loss(&self) -> f64;

    /// Mean loss on the rows held back.
    fn held_loss(&self) -> f64;
}

/// Which fit of which bag this is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Task {
    pub(crate) bag: usize,
    pub(crate) part: Part,
    /// Rounds of random cuts at the start.
    pub(crate) smoothing_rounds: usize,
}

impl Task {
    /// Every part of every bag has a stream of its own.
    fn rng(self, seed: u64) -> Rng {
        let part = match self.part {
            Part::Mains => 1,
            Part::Pairs => 2,
            Part::Refit => 3,
        };
        Rng::new(seed).fork(part << 32 | self.bag as u64)
    }
}

/// One bag at work.
pub(crate) struct Boost<'a, T: Terms> {
    options: &'a EbmOptions,
    task: Task,
    terms: T,
    rng: Rng,
    journal: Vec<T::Change>,
    watch: Watch,
    steps: u64,
    kept: u64,
}

impl<'a, T: Terms> Boost<'a, T> {
    pub(crate) fn new(options: &'a EbmOptions, task: Task, terms: T) -> Self {
        let watch = Watch::new(terms.held_loss(), options, terms.count());
        let journal = Vec::with_capacity(watch.window + 1);
        let rng = task.rng(options.seed);
        Self { options, task, terms, rng, journal, watch, steps: 0, kept: 0 }
    }

    /// The terms at the best held-back loss and the steps in them; `None` if `tell` answered stop.
    pub(crate) fn run(mut self, tell: &dyn Fn(&Step) -> bool) -> Option<(T, u64)> {
        if self.terms.count() == 0 {
            return Some((self.terms, 0));
        }
        let mut order: Vec<usize> = (0..self.terms.count()).collect();
        for _ in 0..self.task.smoothing_rounds {
            if self.turn(&mut order, true, tell) == After::Cancelled {
                return None;
            }
        }
        self.watch.may_stop = true;
        loop {
            let after = if self.options.greedy_ratio > 0.0 {
                self.greedy(tell)
            } else {
                self.turn(&mut order, false, tell)
            };
            match after {
                After::Going => {}
                After::Finished => return Some((self.terms, self.kept)),
                After::Cancelled => return None,
            }
        }
    }

    /// One step for every term, in a fresh random order. `order` holds the numbers, ascending.
    fn turn(&mut self, order: &mut [usize], random: bool, tell: &dyn Fn(&Step) -> bool) -> After {
        self.rng.shuffle(order);
        self.terms.look(order[0]);
        let mut after = After::Going;
        for (i, term) in order.iter().enumerate() {
            let change = if random {
                self.terms.random(*term, &mut self.rng)
            } else {
                self.terms.best(*term, &mut self.rng).1
            };
            after = self.apply(change, order[(i + 1) % order.len()], tell);
            if after != After::Going {
                break;
            }
        }
        order.sort_unstable();
        after
    }

    /// Looks at all terms, then takes steps where the known gain is highest. Known gains of terms
    /// not visited are not refreshed until the next look: lazy greedy.
    fn greedy(&mut self, tell: &dyn Fn(&Step) -> bool) -> After {
        let (mut gains, mut changes): (Vec<f64>, Vec<T::Change>) =
            self.terms.survey(&mut self.rng).into_iter().unzip();
        let steps = libm::ceil(self.options.greedy_ratio * gains.len() as f64) as usize;
        let mut term = highest(&gains);
        let mut change = changes.swap_remove(term);
        for step in 0..steps {
            if step > 0 {
                (gains[term], change) = self.terms.best(term, &mut self.rng);
            }
            let next = highest(&gains);
            let after = self.apply(change.clone(), next, tell);
            if after != After::Going {
                return after;
            }
            term = next;
        }
        After::Going
    }

    /// Applies a step, looks at term `next`, decides whether to go on.
    fn apply(&mut self, change: T::Change, next: usize, tell: &dyn Fn(&Step) -> bool) -> After {
        self.terms.step(&change, next);
        self.journal.push(change);
        self.steps += 1;
        let loss = self.terms.held_loss();
        if self.watch.see(loss) {
            for change in self.journal.drain(..) {
                self.terms.keep(&change);
            }
            self.kept = self.steps;
        }
        let terms = self.terms.count() as u64;
        if self.steps.is_multiple_of(terms * REPORT_ROUNDS as u64) {
            let round = (self.steps / terms) as usize;
            let (train_loss, validation_loss) = (self.terms.train_loss(), loss);
            let Task { bag, part, .. } = self.task;
            if !tell(&Step::Round { bag, part, round, train_loss, validation_loss }) {
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
