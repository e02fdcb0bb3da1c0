//! The main effects of one bag, as the loop of `boost` wants them.
//!
//! Never knows of pairs: those are fitted on what the mains left over.

use super::Objective;
use super::bags::Split;
use super::boost::{Shape, Terms};
use super::options::EbmOptions;
use super::pass::{Check, EMPTY, Hist, Start, Train, Weights};
use super::prepare::Data;
use super::scan::Scan;
use super::split::{Change, Fixed, Kind};
use crate::math;
use crate::rng::Rng;

/// Streams of random numbers of inner bags.
const INNER: u64 = 4;

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
    inner: Vec<Inner>,
    shape: Shape,
}

/// An inner bag: the training persons drawn with replacement, so each row counts some times.
struct Inner {
    weights: Weights,
    fixed: Vec<Fixed>,
    hist: Box<Hist>,
}

impl Inner {
    fn new(
        data: &Data,
        options: &EbmOptions,
        rows: &[usize],
        events: usize,
        rng: &mut Rng,
    ) -> Self {
        let mut persons: Vec<u32> = rows.iter().map(|row| data.group[*row]).collect();
        persons.sort_unstable();
        persons.dedup();
        let mut times = vec![0; data.groups];
        for _ in 0..persons.len() {
            times[persons[rng.below(persons.len())] as usize] += 1;
        }
        let times: Vec<u32> = rows.iter().map(|row| times[data.group[*row] as usize]).collect();
        let weight = |(row, times): (&usize, &u32)| data.weight[*row] * f64::from(*times);
        let weights: Vec<f64> = rows.iter().zip(&times).map(weight).collect();
        let fixed = (0..data.bins.len())
            .map(|term| fixed(data, options, term, rows, events, |place| times[place]))
            .collect();
        Self { weights: Weights::new(&weights), fixed, hist: Box::new(EMPTY) }
    }
}

impl<'a> Mains<'a> {
    pub(crate) fn new(data: &Data, options: &'a EbmOptions, split: &Split, bag: usize) -> Self {
        let (trained, checked) = split.rows(data);
        let events = |rows: &[usize]| rows.partition_point(|row| *row < data.events);
        let weight = |rows: &[usize]| rows.iter().map(|i| data.weight[*i]).collect::<Vec<f64>>();
        let gather = |rows: &[usize]| -> Vec<Vec<u8>> {
            data.index.iter().map(|it| rows.iter().map(|i| it[*i]).collect()).collect()
        };
        let target = |rows: &[usize]| rows.iter().map(|i| data.target[*i]).collect::<Vec<f64>>();
        let (train_weight, train_events) = (weight(&trained), events(&trained));
        let train_target = target(&trained);
        let sum: f64 = train_weight.iter().zip(&train_target).map(|(w, y)| w * y).sum();
        let mean = sum / train_weight.iter().sum::<f64>();
        let objective = options.objective;
        let intercept = match objective {
            // A bag whose training persons show one class only gets a finite start.
            Objective::LogLoss => math::logit(mean.clamp(1e-6, 1.0 - 1e-6)),
            Objective::Squared => mean,
        };
        let start = |rows: &[usize], target, weight| Start {
            objective,
            events: events(rows),
            target,
            weight,
        };
        let began = start(&trained, &train_target, &train_weight);
        let train = Train::new(began, gather(&trained), intercept);
        let (check_target, check_weight) = (target(&checked), weight(&checked));
        let began = start(&checked, &check_target, &check_weight);
        let check = Check::new(began, gather(&checked), intercept, options.doubt);
        let fixed: Vec<Fixed> = (0..data.bins.len())
            .map(|term| fixed(data, options, term, &trained, train_events, |_| 1))
            .collect();
        let active = (0..fixed.len()).filter(|i| fixed[*i].is_splittable()).collect::<Vec<_>>();
        let scores = data.bins.iter().map(|it| vec![0.0; it.len()]).collect();
        let shape = Shape { intercept, scores, pairs: Vec::new(), steps: 0 };
        let hists = vec![EMPTY; active.len()];
        let seeds = Rng::new(options.seed).fork(INNER << 32 | bag as u64);
        let inner = |it| Inner::new(data, options, &trained, train_events, &mut seeds.fork(it));
        let inner = (0..options.inner_bags as u64).map(inner).collect();
        Self { options, train, check, fixed, active, hist: Box::new(EMPTY), hists, inner, shape }
    }

    fn look_inside(&mut self, feature: usize) {
        for inner in &mut self.inner {
            let hist = std::slice::from_mut(&mut *inner.hist);
            self.train.histograms_of(&inner.weights, &[feature], hist);
        }
    }

    /// The mean over inner bags of their gains and of their steps on a feature.
    fn mean(&self, feature: usize, mut step: impl FnMut(&Inner) -> (f64, Change)) -> (f64, Change) {
        let (mut gain, mut deltas) = (0.0, vec![0.0; self.shape.scores[feature].len()]);
        for inner in &self.inner {
            let (more, change) = step(inner);
            change.apply(&mut deltas);
            gain += more;
        }
        let bags = self.inner.len() as f64;
        for it in &mut deltas {
            *it /= bags;
        }
        (gain / bags, Change { term: feature, kind: Kind::Table(deltas.into()) })
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
        self.look_inside(self.active[term]);
    }

    fn best(&mut self, term: usize, rng: &mut Rng) -> (f64, Change) {
        let feature = self.active[term];
        if self.inner.is_empty() {
            return self.fixed[feature].best(&self.hist, self.options, rng);
        }
        self.mean(feature, |it| it.fixed[feature].best(&it.hist, self.options, rng))
    }

    fn random(&mut self, term: usize, rng: &mut Rng) -> Change {
        let feature = self.active[term];
        if self.inner.is_empty() {
            return self.fixed[feature].random(&self.hist, self.options, rng);
        }
        let step = |it: &Inner| (0.0, it.fixed[feature].random(&it.hist, self.options, rng));
        self.mean(feature, step).1
    }

    fn survey(&mut self, rng: &mut Rng) -> Vec<(f64, Change)> {
        if self.inner.is_empty() {
            self.train.histograms(&self.active, &mut self.hists);
            let found = self.active.iter().zip(&self.hists);
            return found
                .map(|(feature, it)| self.fixed[*feature].best(it, self.options, rng))
                .collect();
        }
        let mut found = Vec::with_capacity(self.active.len());
        for term in 0..self.active.len() {
            self.look_inside(self.active[term]);
            found.push(self.best(term, rng));
        }
        found
    }

    fn step(&mut self, change: &Change, next: usize) {
        self.train.step(change, self.active[next], &mut self.hist);
        self.check.step(change);
        self.look_inside(self.active[next]);
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

/// `times` is how often the row at a place counts.
fn fixed(
    data: &Data,
    options: &EbmOptions,
    term: usize,
    rows: &[usize],
    events: usize,
    times: impl Fn(usize) -> u32,
) -> Fixed {
    let bins = &data.bins[term];
    let mut count = vec![0; bins.len()];
    let mut event_weight = vec![0.0; bins.len()];
    let mut order = Vec::new();
    for (place, row) in rows.iter().enumerate() {
        let bin = data.index[term][*row] as usize;
        if !bins.is_continuous() && count[bin] == 0 && times(place) > 0 {
            order.push(bin);
        }
        count[bin] += data.count[*row] * times(place);
        if place < events {
            event_weight[bin] += data.weight[*row] * f64::from(times(place));
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
        order,
        events: event_weight,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ebm::bags;
    use crate::frame::{Column, Frame};

    fn frame() -> Frame {
        let mut rng = Rng::new(5);
        let x: Vec<f64> = (0..300).map(|_| (rng.normal() * 50.0).round() / 50.0).collect();
        let event = |x: &f64| f64::from(u8::from(rng.unit() < math::sigmoid(2.0 * x)));
        let target = x.iter().map(event).collect();
        let group = (0..300).map(|row| row / 3).collect();
        Frame::new(vec![Column::continuous("x", x)], target, None, group, vec![0; 300]).unwrap()
    }

    #[test]
    fn a_step_is_the_mean_of_the_steps_of_inner_bags() {
        let options = EbmOptions { inner_bags: 5, ..EbmOptions::new(3, 1) };
        let data = Data::new(&frame(), &options).unwrap();
        let splits = bags::draw(&data, &options).unwrap();
        let mut mains = Mains::new(&data, &options, &splits[0], 0);
        mains.look(0);
        let (gain, change) = mains.best(0, &mut Rng::new(1));
        let (mut want, mut gains, mut rng) = (vec![0.0; data.bins[0].len()], 0.0, Rng::new(1));
        for inner in &mains.inner {
            let (more, change) = inner.fixed[0].best(&inner.hist, &options, &mut rng);
            change.apply(&mut want);
            gains += more;
        }
        let mut have = vec![0.0; want.len()];
        change.apply(&mut have);
        assert!(have.iter().zip(&want).all(|(a, b)| (a - b / 5.0).abs() < 1e-15));
        assert!((gain - gains / 5.0).abs() < 1e-12 && gain > 0.0);
        let distinct = have.windows(2).filter(|it| it[0] != it[1]).count();
        assert!(distinct > 2, "five bags cut in several places");
        // A person counts the same number of times in all rows; about 1/e of them never.
        let rows = splits[0].rows(&data).0;
        let total: u32 = mains.inner[0].fixed[0].count.iter().sum();
        assert!(total.abs_diff(rows.len() as u32) < 60, "{total}");
        // The histogram of an inner bag is that of its weights.
        let h: f64 = mains.inner[0].hist.iter().map(|it| it[1]).sum();
        let rate = math::sigmoid(mains.shape.intercept);
        assert!((h / f64::from(total) - rate * (1.0 - rate)).abs() < 1e-5);
        mains.step(&change, 0);
        assert!(mains.held_loss() < f64::INFINITY && mains.best(0, &mut rng).0 < gain);
    }
}
