//! Pairs of features: found by FAST, fitted on frozen mains, kept if they pay, made pure.
//!
//! Files in reading order: `axis` the coarser bins; `order` of categories; `search` cuts in a table;
//! `pass` the walk over rows; `terms` the pairs of a bag; `purify` what belongs to the mains;
//! `pay` which pairs stay.
//!
//! Never keeps a pair because it fits: only because rows that its bag held back are predicted
//! better with it than without it. Never lets main effects and pairs together go against a
//! feature's direction.

mod axis;
mod order;
mod pass;
mod pay;
mod purify;
mod search;
mod terms;

use super::assemble;
use super::boost::{Boost, Shape, Task};
use super::prepare::Data;
use super::run::Run;
use crate::bins::Bins;
use crate::error::{Error, Result};
use crate::progress::{Part, Step};
pub(crate) use axis::Axes;
pub(crate) use purify::Purifier;
use search::Prefix;
use std::collections::BTreeMap;
use terms::{Pairs, Rows, Square};

/// Two features by position, `left` below `right`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Pair {
    pub(crate) left: usize,
    pub(crate) right: usize,
}

/// The pairs of a model, ascending, with their bins.
#[derive(Debug)]
pub(crate) struct Chosen {
    pub(crate) pairs: Vec<Pair>,
    pub(crate) axes: Axes,
}

impl Chosen {
    /// Bins of pairs per feature; none for a feature in no pair.
    pub(crate) fn into_bins(self) -> Vec<Option<Bins>> {
        let used: Vec<usize> = self.pairs.iter().flat_map(|it| [it.left, it.right]).collect();
        self.axes.into_bins(&used)
    }
}

/// The pairs worth having and the shapes of all bags with them.
///
/// Every bag first looks for pairs by itself and fits its own list: no held-back row has then had a
/// say in which pairs it is asked about. Were the lists of the bags averaged first, each row would
/// help to choose in the bags that train on it, and pairs of pure noise would seem to pay.
pub(crate) fn fit(run: &Run<'_>, mains: Vec<Shape>) -> Result<(Chosen, Vec<Shape>)> {
    let axes = Axes::new(run.data, run.options);
    let none = |axes| Chosen { pairs: Vec::new(), axes };
    if run.options.pairs == 0 {
        return Ok((none(axes), mains));
    }
    let lists = run.each(Part::Pairs, |bag| Some(find(run, bag, &mains[bag], &axes)))?;
    let mut found: Vec<Pair> = lists.iter().flatten().copied().collect();
    found.sort_unstable();
    found.dedup();
    hear(run, &Step::Found(names(run.data, &found)))?;
    let kept = if found.is_empty() {
        Vec::new()
    } else {
        let lists: Vec<&[Pair]> = lists.iter().map(|it| &it[..]).collect();
        let shapes = boost(run, Part::Pairs, &axes, &lists, &mains)?;
        paying(run, &axes, &found, &lists, &shapes)?
    };
    hear(run, &Step::Kept(names(run.data, &kept)))?;
    if kept.is_empty() {
        return Ok((none(axes), mains));
    }
    let lists = vec![&kept[..]; mains.len()];
    let shapes = boost(run, Part::Refit, &axes, &lists, &mains)?;
    Ok((Chosen { pairs: kept, axes }, shapes))
}

fn hear(run: &Run<'_>, step: &Step) -> Result<()> {
    if run.tell(step) { Ok(()) } else { Err(Error::Cancelled) }
}

fn names(data: &Data, pairs: &[Pair]) -> Vec<(String, String)> {
    let name = |feature: usize| data.bins[feature].name.clone();
    pairs.iter().map(|it| (name(it.left), name(it.right))).collect()
}

/// FAST: the strongest pairs on what the mains of a bag leave over, ascending by position. Equals by
/// position; a pair that cannot be cut is left out.
fn find(run: &Run<'_>, bag: usize, mains: &Shape, axes: &Axes) -> Vec<Pair> {
    let pairs = axes.pairs();
    let strengths = strengths(run, bag, mains, axes, &pairs);
    let mut order: Vec<usize> = (0..pairs.len()).filter(|it| strengths[*it] > 0.0).collect();
    order.sort_by(|a, b| strengths[*b].total_cmp(&strengths[*a]).then(a.cmp(b)));
    let mut found: Vec<Pair> =
        order.into_iter().take(run.options.pairs).map(|it| pairs[it]).collect();
    found.sort_unstable();
    found
}

fn strengths(run: &Run<'_>, bag: usize, mains: &Shape, axes: &Axes, pairs: &[Pair]) -> Vec<f64> {
    let trained = run.splits[bag].rows(run.data).0;
    let rows = Rows::new(run.data, run.options.objective, mains, trained);
    let gradients = rows.gradients();
    let mut slots = vec![Vec::new(); run.data.bins.len()];
    for feature in pairs.iter().flat_map(|it| [it.left, it.right]) {
        if slots[feature].is_empty() {
            slots[feature] = rows.slots(run.data, axes, feature);
        }
    }
    let (mut square, mut prefix) = (Square::new(), Prefix::new());
    let no_events = vec![0.0; search::WIDTH_MAX * search::WIDTH_MAX];
    let strength = |pair: &Pair| {
        let places = [&slots[pair.left][..], &slots[pair.right][..]];
        square.fill(axes, *pair, places, &rows, &gradients, run.options);
        prefix.fill(&*square.hist, &no_events, square.size);
        prefix.strength(&square.limits(run.options), run.options)
    };
    pairs.iter().map(strength).collect()
}

/// Fits in every bag the pairs of its list and makes them pure. The shapes are centred.
fn boost(
    run: &Run<'_>,
    part: Part,
    axes: &Axes,
    lists: &[&[Pair]],
    mains: &[Shape],
) -> Result<Vec<Shape>> {
    let mut all: Vec<Pair> = lists.iter().flat_map(|it| it.iter().copied()).collect();
    all.sort_unstable();
    all.dedup();
    let purifier = |pair: &Pair| {
        let cols = axes.of(*pair)[1].bins.len();
        (*pair, Purifier::new(axes.weights(run.data, *pair), cols))
    };
    let purifiers: BTreeMap<Pair, Purifier> = all.iter().map(purifier).collect();
    let tables = |bag: usize| {
        let cells = |it: &Pair| axes.of(*it).iter().map(|it| it.bins.len()).product();
        lists[bag].iter().map(cells).collect()
    };
    let one = |bag: usize| {
        let smoothing_rounds = run.options.pair_smoothing_rounds;
        let task = Task { bag, part, smoothing_rounds };
        let (split, pairs) = (&run.splits[bag], lists[bag]);
        let terms = Pairs::new(run.data, run.options, split, &mains[bag], axes, pairs);
        let (terms, steps) = Boost::new(run.options, task, terms).run(&|step| run.tell(step))?;
        let mut shape = mains[bag].clone();
        shape.steps += steps;
        shape.pairs = terms.into_tables(axes, pairs);
        for (pair, table) in pairs.iter().zip(&mut shape.pairs) {
            // What the pair says of single features goes to the mains.
            let moved = purifiers[pair].purify(table);
            let [left, right] = axes.of(*pair);
            left.push(&moved.left, &mut shape.scores[pair.left]);
            right.push(&moved.right, &mut shape.scores[pair.right]);
        }
        Some(assemble::centred(run.data, shape))
    };
    run.each_kept(part, tables, one, |_, _| {})
}

/// The pairs that pay on held-back rows, at most as many as are asked for, ascending by position.
fn paying(
    run: &Run<'_>,
    axes: &Axes,
    found: &[Pair],
    lists: &[&[Pair]],
    shapes: &[Shape],
) -> Result<Vec<Pair>> {
    let held = run.each(Part::Pairs, |bag| {
        let held = run.splits[bag].rows(run.data).1;
        let rows = Rows::new(run.data, run.options.objective, &shapes[bag], held);
        Some(pay::Held::new(run.data, axes, &rows, found, lists[bag], &shapes[bag]))
    })?;
    let rule = pay::Rule {
        most: run.options.pairs,
        share: run.options.validation_share,
        errors: run.options.pair_errors,
    };
    let kept = pay::kept(found.len(), rule, |kept| {
        run.each(Part::Pairs, |bag| Some(held[bag].gains(kept)))
    })?;
    Ok(kept.into_iter().map(|it| found[it]).collect())
}

#[cfg(test)]
mod tests;
