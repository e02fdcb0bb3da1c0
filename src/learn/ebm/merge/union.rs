//! The bins of several models laid over each other.
//!
//! A bin of the union lies in one bin of each model, or in none where a model never met the label.
//! Never looks at scores.

use crate::bins::{BINS_LIMIT, BinKind, Bins, Categories};
use crate::error::{Error, Result};
use std::collections::{BTreeMap, BTreeSet};

/// Common bins, and where they lie in each model.
#[derive(Debug)]
pub(super) struct Union {
    /// The common bins.
    pub(super) bins: Bins,
    /// Per model; `None` for a model without these bins.
    pub(super) parts: Vec<Option<Part>>,
}

/// Where the common bins lie in one model.
#[derive(Clone, Debug)]
pub(super) struct Part {
    /// Per common bin the model's bin; `None` for labels it never met.
    pub(super) bin: Vec<Option<usize>>,
    /// Per common bin, which part of the weight of the model's bin falls into it, 0 to 1.
    pub(super) share: Vec<f64>,
}

impl Union {
    /// Lays bins of one kind over each other; the common bins also respect the borders of `finer`.
    pub(super) fn new(levels: &[Option<&Bins>], finer: &[&Bins]) -> Result<Self> {
        let known: Vec<&Bins> = levels.iter().flatten().copied().collect();
        let all: Vec<&Bins> = known.iter().copied().chain(finer.iter().copied()).collect();
        let Some(first) = all.first() else { return Err(Error::Empty) };
        let kind = if first.is_continuous() { cuts(&all) } else { labels(&all) };
        let end = |of: fn(&Bins) -> f64, pick: fn(f64, f64) -> f64| {
            all.iter().map(|it| of(it)).filter(|it| !it.is_nan()).reduce(pick).unwrap_or(f64::NAN)
        };
        let (min, max) = (end(|it| it.min, f64::min), end(|it| it.max, f64::max));
        let mut bins = Bins { name: first.name.clone(), kind, counts: Vec::new(), min, max };
        if bins.real() > BINS_LIMIT - 3 {
            return Err(Error::Merge { why: format!("{} would have too many bins", bins.name) });
        }
        let parts: Vec<Option<Part>> =
            levels.iter().map(|it| it.map(|it| Part::new(&bins, it))).collect();
        bins.counts = counts(&bins, &parts, levels);
        Ok(Self { bins, parts })
    }
}

impl Part {
    fn new(union: &Bins, own: &Bins) -> Self {
        let mut bin = vec![Some(0); union.len()];
        let mut share = vec![1.0; union.len()];
        bin[union.unseen()] = Some(own.unseen());
        let mut total = vec![0.0; own.len()];
        for at in 1..union.unseen() {
            bin[at] = place(union, own, at);
            share[at] = bin[at].map_or(0.0, |it| extent(union, own, at, it));
            if let Some(it) = bin[at] {
                total[it] += share[at];
            }
        }
        let mut met = vec![false; own.len()];
        for at in 1..union.unseen() {
            let Some(it) = bin[at] else { continue };
            let first = !std::mem::replace(&mut met[it], true);
            // A bin without any width stays whole, where it begins.
            let whole = f64::from(u8::from(first));
            share[at] = if total[it] > 0.0 { share[at] / total[it] } else { whole };
        }
        Self { bin, share }
    }
}

/// The model's bin that holds a common real bin.
fn place(union: &Bins, own: &Bins, at: usize) -> Option<usize> {
    match (&union.kind, &own.kind) {
        (BinKind::Cuts(cuts), BinKind::Cuts(own)) => {
            let low = at.checked_sub(2).map_or(f64::NEG_INFINITY, |it| cuts[it]);
            Some(1 + own.partition_point(|cut| *cut <= low))
        }
        (BinKind::Categories(it), BinKind::Categories(own)) => {
            let mut labels = it.pairs().filter(|it| it.1 == at).map(|it| it.0);
            labels.find_map(|label| own.pairs().find(|it| it.0 == label)).map(|it| it.1)
        }
        _ => None,
    }
}

/// How much of the model's bin lies in a common one: width within the range seen, or labels.
fn extent(union: &Bins, own: &Bins, at: usize, bin: usize) -> f64 {
    match (&union.kind, own.edges(bin)) {
        (BinKind::Cuts(cuts), Some((low, high))) => {
            let from = at.checked_sub(2).map_or(f64::NEG_INFINITY, |it| cuts[it]);
            let to = cuts.get(at - 1).copied().unwrap_or(f64::INFINITY);
            let width = high.min(to) - low.max(from);
            // Where nothing was seen there is no width; one value alone counts where it lies.
            if low.is_nan() || high.is_nan() {
                return 0.0;
            }
            if low == high && from <= low && low < to { 1.0 } else { width.max(0.0) }
        }
        (BinKind::Categories(it), _) => {
            let BinKind::Categories(own) = &own.kind else { return 0.0 };
            let known: BTreeSet<&str> =
                own.pairs().filter(|it| it.1 == bin).map(|it| it.0).collect();
            it.pairs().filter(|it| it.1 == at && known.contains(it.0)).count() as f64
        }
        _ => 0.0,
    }
}

fn cuts(all: &[&Bins]) -> BinKind {
    let of = |it: &&Bins| match &it.kind {
        BinKind::Cuts(cuts) => cuts.clone(),
        BinKind::Categories(_) => Vec::new(),
    };
    let mut cuts: Vec<f64> = all.iter().flat_map(of).collect();
    cuts.sort_unstable_by(f64::total_cmp);
    cuts.dedup();
    BinKind::Cuts(cuts)
}

/// Labels share a common bin if they share one in every model that knows them.
fn labels(all: &[&Bins]) -> BinKind {
    let mut places: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (model, it) in all.iter().enumerate() {
        let BinKind::Categories(it) = &it.kind else { continue };
        for (label, bin) in it.pairs() {
            places.entry(label).or_insert_with(|| vec![0; all.len()])[model] = bin;
        }
    }
    let mut numbers: BTreeMap<&[usize], usize> = BTreeMap::new();
    let mut pairs = Vec::new();
    for (label, place) in &places {
        let next = numbers.len() + 1;
        pairs.push(((*label).to_owned(), *numbers.entry(place).or_insert(next)));
    }
    let apart = places.keys().map(|it| (*it).to_owned()).collect();
    BinKind::Categories(Categories::shared(pairs).unwrap_or_else(|| Categories::apart(apart)))
}

/// Training rows per common bin. Parts of rows are carried to the next bin, so the sum stays.
fn counts(union: &Bins, parts: &[Option<Part>], levels: &[Option<&Bins>]) -> Vec<u64> {
    let (mut sum, mut given) = (0.0, 0);
    let mut of = |at: usize| {
        for (part, own) in parts.iter().zip(levels) {
            if let (Some(part), Some(own)) = (part, own) {
                let rows = part.bin[at].and_then(|it| own.counts.get(it)).copied().unwrap_or(0);
                sum += rows as f64 * part.share[at];
            }
        }
        let whole = (libm::round(sum) as u64).saturating_sub(given);
        given += whole;
        whole
    };
    (0..union.len()).map(&mut of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(cuts: &[f64], min: f64, max: f64, counts: &[u64]) -> Bins {
        let kind = BinKind::Cuts(cuts.to_vec());
        Bins { name: "x".into(), kind, counts: counts.to_vec(), min, max }
    }

    #[test]
    fn split_bins_share_by_width_within_what_was_seen() {
        let one = numbers(&[10.0], 0.0, 20.0, &[1, 100, 40, 0]);
        let two = numbers(&[5.0, 15.0], 4.0, 30.0, &[0, 10, 20, 60, 0]);
        let union = Union::new(&[Some(&one), Some(&two)], &[]).unwrap();
        assert_eq!(union.bins.kind, BinKind::Cuts(vec![5.0, 10.0, 15.0]));
        assert_eq!((union.bins.min, union.bins.max), (0.0, 30.0));
        let part = union.parts[0].as_ref().unwrap();
        assert_eq!(part.bin, [0, 1, 1, 2, 2, 3].map(Some));
        assert_eq!(part.share, [1.0, 0.5, 0.5, 0.5, 0.5, 1.0]);
        assert_eq!(union.parts[1].as_ref().unwrap().share, [1.0, 1.0, 0.5, 0.5, 1.0, 1.0]);
        assert_eq!(union.bins.counts, [1, 60, 60, 30, 80, 0]);
    }

    #[test]
    fn a_bin_of_one_value_and_a_bin_of_none_stay_whole() {
        let one = numbers(&[], 7.0, 7.0, &[0, 9, 0]);
        let two = numbers(&[5.0, 15.0], 0.0, 30.0, &[0, 1, 1, 1, 0]);
        let none = numbers(&[], f64::NAN, f64::NAN, &[4, 0, 0]);
        let union = Union::new(&[Some(&one), Some(&two), Some(&none), None], &[]).unwrap();
        assert_eq!(union.parts[0].as_ref().unwrap().share, [1.0, 0.0, 1.0, 0.0, 1.0]);
        assert_eq!(union.bins.counts, [4, 1, 10, 1, 0]);
        assert!(union.parts[3].is_none());
    }

    #[test]
    fn labels_share_a_bin_only_if_they_do_so_everywhere() {
        let of = |pairs: &[(&str, usize)]| {
            let pairs = pairs.iter().map(|it| (it.0.to_owned(), it.1)).collect();
            let kind = BinKind::Categories(Categories::shared(pairs).unwrap());
            let mut it =
                Bins { name: "c".into(), kind, counts: vec![], min: f64::NAN, max: f64::NAN };
            it.counts = (0..it.len())
                .map(|at| if at == 0 || at + 1 == it.len() { 0 } else { 12 })
                .collect();
            it
        };
        let one = of(&[("a", 1), ("b", 2), ("c", 2), ("d", 2)]);
        let two = of(&[("b", 1), ("c", 1), ("d", 2), ("e", 3)]);
        let union = Union::new(&[Some(&one), Some(&two)], &[]).unwrap();
        let BinKind::Categories(it) = &union.bins.kind else { panic!() };
        let pairs: Vec<_> = it.pairs().collect();
        assert_eq!(pairs, [("a", 1), ("b", 2), ("c", 2), ("d", 3), ("e", 4)]);
        let part = union.parts[0].as_ref().unwrap();
        assert_eq!(part.bin, [Some(0), Some(1), Some(2), Some(2), None, Some(3)]);
        assert_eq!(part.share[1..5], [1.0, 2.0 / 3.0, 1.0 / 3.0, 0.0]);
        assert_eq!(union.bins.counts, [0, 12, 20, 16, 12, 0]);
    }
}
