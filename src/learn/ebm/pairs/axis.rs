//! The bins that pairs read: bins of the mains, joined until they are few.
//!
//! Never cuts where a main effect has no cut: a correction moved from a pair to a main is then exact.

use super::Pair;
use crate::bins::{BinKind, Bins, Categories};
use crate::ebm::options::{Direction, EbmOptions};
use crate::ebm::prepare::Data;

/// One feature as pairs see it.
#[derive(Clone, Debug)]
pub(crate) struct Axis {
    pub(crate) bins: Bins,
    /// Bin of the pair for each bin of the main effect.
    joined: Vec<u8>,
    /// Bins that training rows occupy, missing among them, in an order that names do not touch:
    /// continuous bins ascending, missing first; categories by rows, then events.
    pub(crate) slots: Vec<u8>,
    /// Whether the order of the slots means something.
    pub(crate) ordered: bool,
    /// 1 where scores may only rise from slot to slot, -1 where they may only fall, else 0. A value
    /// that is missing counts as the lowest here.
    pub(crate) way: f64,
}

/// The axes of all features that may be in a pair.
#[derive(Clone, Debug)]
pub(crate) struct Axes(Vec<Option<Axis>>);

impl Axes {
    /// Features with one occupied bin have no axis.
    pub(crate) fn new(data: &Data, options: &EbmOptions) -> Self {
        let of = |feature: usize| {
            let way = match options.direction(feature) {
                None => 0.0,
                Some(Direction::Rising) => 1.0,
                Some(Direction::Falling) => -1.0,
            };
            let axis = Axis { way, ..Axis::new(data, feature, options.pair_bins_max) };
            (axis.slots.len() > 1).then_some(axis)
        };
        Self((0..data.bins.len()).map(of).collect())
    }

    /// All pairs, by their features.
    pub(crate) fn pairs(&self) -> Vec<Pair> {
        let able: Vec<usize> = (0..self.0.len()).filter(|it| self.0[*it].is_some()).collect();
        let from = |(place, left): (usize, &usize)| {
            let left = *left;
            able[place + 1..].iter().map(move |right| Pair { left, right: *right })
        };
        able.iter().enumerate().flat_map(from).collect()
    }

    /// Both axes of a pair. Pairs are made of features with an axis only.
    pub(crate) fn of(&self, pair: Pair) -> [&Axis; 2] {
        [pair.left, pair.right].map(|it| self.get(it))
    }

    pub(crate) fn get(&self, feature: usize) -> &Axis {
        match &self.0[feature] {
            Some(axis) => axis,
            None => unreachable!("feature {feature} is in no pair"),
        }
    }

    /// Cell of a row in a pair's table, the right feature running fastest.
    pub(crate) fn cell(&self, data: &Data, pair: Pair, row: usize) -> usize {
        let [left, right] = self.of(pair);
        let (a, b) = (data.index[pair.left][row], data.index[pair.right][row]);
        left.bin(a) as usize * right.bins.len() + right.bin(b) as usize
    }

    /// Weight of all rows in each cell of a pair's table.
    pub(crate) fn weights(&self, data: &Data, pair: Pair) -> Vec<f64> {
        let [left, right] = self.of(pair);
        let mut sums = vec![0.0; left.bins.len() * right.bins.len()];
        for (row, weight) in data.weight.iter().enumerate() {
            sums[self.cell(data, pair, row)] += weight;
        }
        sums
    }

    /// The bins, by feature, of those features that `used` names.
    pub(crate) fn into_bins(self, used: &[usize]) -> Vec<Option<Bins>> {
        let axes = self.0.into_iter().enumerate();
        axes.map(|(i, it)| it.filter(|_| used.contains(&i)).map(|it| it.bins)).collect()
    }
}

impl Axis {
    fn new(data: &Data, feature: usize, bins_max: usize) -> Self {
        let main = &data.bins[feature];
        let real = match &main.kind {
            BinKind::Cuts(_) => by_weight(&data.bin_weight[feature][1..=main.real()], bins_max - 2),
            BinKind::Categories(_) => by_rows(&main.counts[1..=main.real()], bins_max - 2),
        };
        let last = real.iter().max().map_or(0, |it| it + 1);
        let joined: Vec<u8> = [0].into_iter().chain(real).chain([last]).collect();
        let bins = join(main, &joined);
        let (mut rows, mut events) = (vec![0_u64; bins.len()], vec![0_u64; bins.len()]);
        for (row, bin) in data.index[feature].iter().enumerate() {
            let bin = joined[*bin as usize] as usize;
            rows[bin] += u64::from(data.count[row]);
            events[bin] += if row < data.events { u64::from(data.count[row]) } else { 0 };
        }
        let mut slots: Vec<u8> =
            (0..bins.len() as u8).filter(|it| rows[*it as usize] > 0).collect();
        let ordered = bins.is_continuous();
        if !ordered {
            slots.sort_by_key(|it| (rows[*it as usize], events[*it as usize], *it));
        }
        Self { bins, joined, slots, ordered, way: 0.0 }
    }

    /// The pair's bin of a main effect's bin.
    pub(crate) fn bin(&self, main: u8) -> u8 {
        self.joined[main as usize]
    }

    /// The slot of each row; `index` holds bins of the main effect, all of them occupied.
    pub(crate) fn slots_of(&self, index: &[u8]) -> Vec<u8> {
        let slot = |bin: &u8| self.slots.iter().position(|it| it == bin).unwrap_or(0) as u8;
        let of: Vec<u8> = self.joined.iter().map(slot).collect();
        index.iter().map(|it| of[*it as usize]).collect()
    }

    /// Adds a value per bin of the pair to the scores of the main effect.
    pub(crate) fn push(&self, values: &[f64], main: &mut [f64]) {
        for (score, bin) in main.iter_mut().zip(&self.joined) {
            *score += values[*bin as usize];
        }
    }
}

/// Neighbours joined to at most `most` bins of about equal weight; numbered from 1.
fn by_weight(weight: &[f64], most: usize) -> Vec<u8> {
    if weight.len() <= most {
        return (1..=weight.len() as u8).collect();
    }
    let (mut left, mut inside): (f64, f64) = (weight.iter().sum(), 0.0);
    let mut bin = 1;
    let close = |w: &f64| {
        let bins_left = (most + 1 - bin) as f64;
        let share = left / bins_left;
        // Close the bin before a weight that would overshoot by more than stopping undershoots.
        if inside > 0.0 && inside + w - share > share - inside && bin < most {
            left -= inside;
            bin += 1;
            inside = 0.0;
        }
        inside += w;
        bin as u8
    };
    weight.iter().map(close).collect()
}

/// Categories with the fewest rows share the last bin when there are more than `most`; numbered from
/// 1. Equally many rows are treated alike, so names never matter.
fn by_rows(rows: &[u64], most: usize) -> Vec<u8> {
    if rows.len() <= most {
        return (1..=rows.len() as u8).collect();
    }
    let mut sorted = rows.to_vec();
    sorted.sort_unstable_by(|a, b| b.cmp(a));
    let few = sorted[most - 1];
    let apart = rows.iter().filter(|it| **it > few).count() as u8;
    let mut bin = 0;
    let number = |it: &u64| {
        bin += u8::from(*it > few);
        if *it > few { bin } else { apart + 1 }
    };
    rows.iter().map(number).collect()
}

/// The bins that `joined` makes of main bins.
fn join(main: &Bins, joined: &[u8]) -> Bins {
    let kind = match &main.kind {
        BinKind::Cuts(cuts) => {
            // Cut c lies between the real bins c + 1 and c + 2.
            let ends = |it: &(usize, &f64)| joined[it.0 + 1] != joined[it.0 + 2];
            BinKind::Cuts(cuts.iter().enumerate().filter(ends).map(|it| *it.1).collect())
        }
        BinKind::Categories(it) => {
            let bin = |(label, bin): (&str, usize)| (label.to_owned(), joined[bin] as usize);
            let shared = Categories::shared(it.pairs().map(bin).collect());
            BinKind::Categories(shared.unwrap_or_else(|| it.clone()))
        }
    };
    let mut bins = Bins { kind, counts: Vec::new(), ..main.clone() };
    bins.counts = vec![0; bins.len()];
    for (bin, count) in joined.iter().zip(&main.counts) {
        bins.counts[*bin as usize] += count;
    }
    bins
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::{Column, Value};

    #[test]
    fn joined_bins_hold_what_the_fine_bins_held() {
        let values: Vec<f64> = (0..1000).map(|i| f64::from(i % 100)).collect();
        let column = Column::continuous("x", values.clone());
        let main = Bins::fit(&column, |_| 1.0, 256).unwrap();
        let real = by_weight(&vec![10.0; 100], 30);
        assert_eq!(real.iter().max(), Some(&30));
        let joined: Vec<u8> = [0].into_iter().chain(real).chain([31]).collect();
        let bins = join(&main, &joined);
        assert_eq!(bins.len(), 32);
        for x in values {
            let fine = main.bin(Value::Number(x));
            assert_eq!(bins.bin(Value::Number(x)), joined[fine] as usize);
        }
        assert!(bins.counts[1..=30].iter().all(|it| (30..=40).contains(it)));
    }

    #[test]
    fn rare_categories_share_the_last_bin() {
        assert_eq!(by_rows(&[5, 9, 1, 7, 1], 3), [3, 1, 3, 2, 3]);
        assert_eq!(by_rows(&[5, 5, 5, 5], 3), [1, 1, 1, 1]);
        assert_eq!(by_rows(&[5, 4], 3), [1, 2]);
    }
}
