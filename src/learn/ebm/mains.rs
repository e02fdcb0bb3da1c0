//! The main effects of one bag, as the loop of `boost` wants them.
//!
//! Never knows of pairs: those are fitted on what the mains left over.

use super::bags::Split;
use super::boost::{Shape, Terms};
use super::options::EbmOptions;
use super::pass::{Check, EMPTY, Hist, Train};
use super::prepare::Data;
use super::split::{Change, Fixed};
use crate::math;
use crate::rng::Rng;

/// Main effects and their rows.
pub(crate) struct Mains<'a> {
    options: &'a EbmOptions,
    train: Train,
    check: Check,
    fixed: Vec<Fixed>,
    /// Features that can be split in this bag; the loop numbers terms by place in here.
    active: Vec<usize>,
    hist: Box<Hist>,
    hists: Vec<Hist>,
    shape: Shape,
}

impl<'a> Mains<'a> {
    pub(crate) fn new(data: &Data, options: &'a EbmOptions, split: &Split) -> Self {
        let (trained, checked) = split.rows(data);
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
        let scores = data.bins.iter().map(|it| vec![0.0; it.len()]).collect();
        let shape = Shape { intercept, scores, pairs: Vec::new(), steps: 0 };
        let hists = vec![EMPTY; active.len()];
        Self { options, train, check, fixed, active, hist: Box::new(EMPTY), hists, shape }
    }

    pub(crate) fn into_shape(self, steps: u64) -> Shape {
        Shape { steps, ..self.shape }
    }
}

impl Terms for Mains<'_> {
    type Change = Change;

    fn count(&self) -> usize {
        self.active.len()
    }

    fn look(&mut self, term: usize) {
        let features = &self.active[term..=term];
        self.train.histograms(features, std::slice::from_mut(&mut *self.hist));
    }

    fn best(&mut self, term: usize, rng: &mut Rng) -> (f64, Change) {
        self.fixed[self.active[term]].best(&self.hist, self.options, rng)
    }

    fn random(&mut self, term: usize, rng: &mut Rng) -> Change {
        self.fixed[self.active[term]].random(&self.hist, self.options, rng)
    }

    fn survey(&mut self, rng: &mut Rng) -> Vec<(f64, Change)> {
        self.train.histograms(&self.active, &mut self.hists);
        let found = self.active.iter().zip(&self.hists);
        found.map(|(feature, it)| self.fixed[*feature].best(it, self.options, rng)).collect()
    }

    fn step(&mut self, change: &Change, next: usize) {
        self.train.step(change, self.active[next], &mut self.hist);
        self.check.step(change);
    }

    fn keep(&mut self, change: &Change) {
        change.apply(&mut self.shape.scores[change.term]);
    }

    fn train_loss(&self) -> f64 {
        self.train.loss()
    }

    fn held_loss(&self) -> f64 {
        self.check.loss()
    }
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
    Fixed {
        term,
        continuous: bins.is_continuous(),
        direction: options.direction(term),
        real: bins.real(),
        count,
        events: event_weight,
    }
}
