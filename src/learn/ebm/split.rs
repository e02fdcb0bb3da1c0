//! One step: from the histogram of a term to a cut and its two values.
//!
//! Never sees rows. Gains and leaves are Newton's: gain G^2 / H, leaf -G / H, where G sums
//! w (p - y) and H sums w p (1 - p) (`InterpretML` `PartitionOneDimensionalBoosting`).

use super::options::{Direction, EbmOptions};
use super::pass::Hist;
use super::scan::Scan;
use crate::rng::Rng;

/// What a step does to the scores of one term.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Change {
    pub(crate) term: usize,
    pub(crate) kind: Kind,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    /// Bin 0 gets `missing`, bins up to `cut` get `left`, the rest `right`.
    Cut { cut: u8, missing: f64, left: f64, right: f64 },
    /// Bins in neither set stay as they are.
    Sets { left: Set, right: Set },
    /// Every bin gets its own: the mean of steps.
    Table(Box<[f64]>),
}

/// Some bins and what they get.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Set {
    bits: [u64; 4],
    pub(crate) delta: f64,
}

impl Set {
    pub(crate) fn holds(&self, bin: usize) -> bool {
        self.bits[bin / 64] >> (bin % 64) & 1 == 1
    }

    fn put(&mut self, bin: usize) {
        self.bits[bin / 64] |= 1 << (bin % 64);
    }
}

impl Change {
    /// Adds the step to the scores of its term.
    pub(crate) fn apply(&self, scores: &mut [f64]) {
        match &self.kind {
            Kind::Cut { cut, missing, left, right } => {
                let (low, high) = scores.split_at_mut(*cut as usize + 1);
                low[0] += missing;
                low[1..].iter_mut().for_each(|it| *it += left);
                for score in high {
                    *score += right;
                }
            }
            Kind::Table(deltas) => {
                scores.iter_mut().zip(deltas).for_each(|(score, delta)| *score += delta);
            }
            Kind::Sets { left, right } => {
                for (bin, score) in scores.iter_mut().enumerate() {
                    if left.holds(bin) {
                        *score += left.delta;
                    } else if right.holds(bin) {
                        *score += right.delta;
                    }
                }
            }
        }
    }
}

/// What is fixed about a term in a bag.
#[derive(Debug)]
pub(crate) struct Fixed {
    pub(crate) term: usize,
    pub(crate) continuous: bool,
    pub(crate) direction: Option<Direction>,
    pub(crate) scan: Scan,
    /// Real bins: 1..=real.
    pub(crate) real: usize,
    /// Per bin, training rows of the bag.
    pub(crate) count: Vec<u32>,
    /// Of a nominal feature the bins with rows, in the order of their first rows: names of
    /// categories have no say in it.
    pub(crate) order: Vec<usize>,
    /// Per bin, weight of training rows with target 1.
    pub(crate) events: Vec<f64>,
}

/// Sums over some bins.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    g: f64,
    h: f64,
    n: u64,
}

impl Sums {
    fn add(&mut self, other: Self) {
        self.g += other.g;
        self.h += other.h;
        self.n += other.n;
    }

    fn without(self, other: Self) -> Self {
        Self { g: self.g - other.g, h: self.h - other.h, n: self.n.saturating_sub(other.n) }
    }

    fn gain(self, least: f64) -> f64 {
        if self.h >= least { self.g * self.g / self.h } else { 0.0 }
    }

    fn leaf(self, options: &EbmOptions) -> f64 {
        if self.h >= options.min_hessian { -self.g / self.h * options.learning_rate } else { 0.0 }
    }

    fn enough(self, options: &EbmOptions) -> bool {
        self.n >= u64::from(options.min_samples_leaf) && self.h >= options.min_hessian
    }
}

impl Fixed {
    /// Whether any step could tell two of its bins apart in this bag.
    pub(crate) fn is_splittable(&self) -> bool {
        self.count.iter().filter(|it| **it > 0).count() > 1
    }

    fn sums(&self, hist: &Hist, bin: usize) -> Sums {
        let [p, h] = hist[bin];
        Sums { g: p - self.events[bin], h, n: u64::from(self.count[bin]) }
    }

    fn total(&self, hist: &Hist) -> Sums {
        let mut total = Sums::default();
        (1..=self.real).for_each(|bin| total.add(self.sums(hist, bin)));
        total
    }

    /// The step of highest gain, and the gain. Without a legal cut one value for all real bins.
    pub(crate) fn best(&self, hist: &Hist, options: &EbmOptions, rng: &mut Rng) -> (f64, Change) {
        if self.continuous {
            self.best_cut(hist, options, rng)
        } else {
            self.best_sets(hist, options)
        }
    }

    /// The step of a smoothing round: a cut drawn evenly over the edges of bins; of a nominal
    /// feature over its categories in random order.
    ///
    /// Missing goes at random to either end, so that a few rows without a value move as slowly
    /// as a few rows of any bin do. Alone it would take a whole step every round.
    pub(crate) fn random(&self, hist: &Hist, options: &EbmOptions, rng: &mut Rng) -> Change {
        if !self.continuous {
            return self.random_sets(hist, options, rng);
        }
        if self.count[0] > 0 {
            return self.random_cut_with_missing(hist, options, rng);
        }
        let total = self.total(hist);
        if self.real < 2 {
            return self.cut(hist, options, None, total);
        }
        let cut = 1 + rng.below(self.real - 1);
        let mut left = Sums::default();
        (1..=cut).for_each(|bin| left.add(self.sums(hist, bin)));
        let right = total.without(left);
        let legal = left.h >= options.min_hessian
            && right.h >= options.min_hessian
            && self.is_legal(left, right);
        self.cut(hist, options, legal.then_some((cut, left)), total)
    }

    fn random_cut_with_missing(&self, hist: &Hist, options: &EbmOptions, rng: &mut Rng) -> Change {
        let (low, cut) = (rng.below(2) == 0, rng.below(self.real));
        let (missing, total) = (self.sums(hist, 0), self.total(hist));
        if cut == 0 {
            return self.cut(hist, options, None, total);
        }
        let mut left = Sums::default();
        (1..=cut).for_each(|bin| left.add(self.sums(hist, bin)));
        let mut right = total.without(left);
        let end = if low { &mut left } else { &mut right };
        end.add(missing);
        let enough = left.h >= options.min_hessian && right.h >= options.min_hessian;
        let [left, right] = if enough && self.is_legal(left, right) {
            [left.leaf(options), right.leaf(options)]
        } else {
            left.add(right);
            [left.leaf(options); 2]
        };
        let missing = if low { left } else { right };
        Change { term: self.term, kind: Kind::Cut { cut: cut as u8, missing, left, right } }
    }

    fn random_sets(&self, hist: &Hist, options: &EbmOptions, rng: &mut Rng) -> Change {
        let mut order = self.order.clone();
        rng.shuffle(&mut order);
        let place = if order.len() < 2 { order.len() } else { 1 + rng.below(order.len() - 1) };
        let set = |bins: &[usize]| {
            let (mut sums, mut set) = (Sums::default(), Set::default());
            for bin in bins {
                sums.add(self.sums(hist, *bin));
                set.put(*bin);
            }
            Set { delta: sums.leaf(options), ..set }
        };
        let (left, right) = (set(&order[..place]), set(&order[place..]));
        Change { term: self.term, kind: Kind::Sets { left, right } }
    }

    fn best_cut(&self, hist: &Hist, options: &EbmOptions, rng: &mut Rng) -> (f64, Change) {
        let sums = |[g, h]: [f64; 2]| Sums { g, h, n: 0 };
        let scanned = self.scan.run(hist, &self.events, options.min_hessian, rng);
        let (total, missing) = (sums(scanned.total), self.sums(hist, 0));
        let mut all = total;
        all.add(missing);
        let found = scanned.cut.map(|(cut, left)| (cut, sums(left)));
        let found = found.filter(|it| self.is_legal(it.1, total.without(it.1)));
        let inside = found.map_or(total.gain(options.min_hessian), |(_, left)| {
            left.gain(options.min_hessian) + total.without(left).gain(options.min_hessian)
        });
        let gain = inside + missing.gain(options.min_hessian) - all.gain(options.min_hessian);
        (gain.max(0.0), self.cut(hist, options, found, total))
    }

    fn is_legal(&self, left: Sums, right: Sums) -> bool {
        // Leaves are -g / h, both h above 0.
        match self.direction {
            None => true,
            Some(Direction::Rising) => left.g / left.h >= right.g / right.h,
            Some(Direction::Falling) => left.g / left.h <= right.g / right.h,
        }
    }

    fn cut(
        &self,
        hist: &Hist,
        options: &EbmOptions,
        found: Option<(usize, Sums)>,
        total: Sums,
    ) -> Change {
        let missing = self.sums(hist, 0).leaf(options);
        let kind = if let Some((cut, left)) = found {
            Kind::Cut {
                cut: cut as u8,
                missing,
                left: left.leaf(options),
                right: total.without(left).leaf(options),
            }
        } else {
            let leaf = total.leaf(options);
            Kind::Cut { cut: self.real as u8, missing, left: leaf, right: leaf }
        };
        Change { term: self.term, kind }
    }

    /// Categories ordered by G / (H + smoothing), then cut like an ordered feature. Missing is one
    /// more category; small categories move together.
    fn best_sets(&self, hist: &Hist, options: &EbmOptions) -> (f64, Change) {
        let (mut order, mut entries, mut small) = ([(0.0, 0_usize); 256], 0, Sums::default());
        let ratio = |it: Sums| it.g / (it.h + options.category_smoothing);
        let mut total = Sums::default();
        for bin in (0..=self.real).filter(|bin| self.count[*bin] > 0) {
            let sums = self.sums(hist, bin);
            total.add(sums);
            if self.count[bin] < options.min_category_rows {
                small.add(sums);
            } else {
                order[entries] = (ratio(sums), bin);
                entries += 1;
            }
        }
        if small.n > 0 {
            order[entries] = (ratio(small), POOL);
            entries += 1;
        }
        let order = &mut order[..entries];
        order.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let (mut best, mut place) = (f64::MIN_POSITIVE, None);
        let (mut left, mut left_best) = (Sums::default(), Sums::default());
        for (i, (_, bin)) in order.iter().enumerate().take(entries.saturating_sub(1)) {
            left.add(if *bin == POOL { small } else { self.sums(hist, *bin) });
            let right = total.without(left);
            let gain = left.gain(options.min_hessian) + right.gain(options.min_hessian)
                - total.gain(options.min_hessian);
            if left.enough(options) && right.enough(options) && gain > best {
                (best, place, left_best) = (gain, Some(i), left);
            }
        }
        let Some(place) = place else {
            let mut left = Set { bits: [0; 4], delta: total.leaf(options) };
            for (_, bin) in order.iter() {
                self.put(&mut left, *bin, options);
            }
            return (
                0.0,
                Change { term: self.term, kind: Kind::Sets { left, right: Set::default() } },
            );
        };
        let mut low = Set { bits: [0; 4], delta: left_best.leaf(options) };
        let mut high = Set { bits: [0; 4], delta: total.without(left_best).leaf(options) };
        order[..=place].iter().for_each(|it| self.put(&mut low, it.1, options));
        order[place + 1..].iter().for_each(|it| self.put(&mut high, it.1, options));
        let kind = Kind::Sets { left: low, right: high };
        (best * options.nominal_gain_scale, Change { term: self.term, kind })
    }

    fn put(&self, set: &mut Set, bin: usize, options: &EbmOptions) {
        if bin != POOL {
            return set.put(bin);
        }
        let small = |bin: &usize| (1..options.min_category_rows).contains(&self.count[*bin]);
        (0..=self.real).filter(small).for_each(|it| set.put(it));
    }
}

/// Stands for all small categories together.
const POOL: usize = usize::MAX;
