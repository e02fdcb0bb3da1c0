//! Pairs of features: found by FAST, fitted on frozen mains, kept if they pay, made pure.
//!
//! Files in reading order: `axis` the coarser bins; `order` of categories; `search` cuts in a table;
//! `pass` the arithmetic over rows; `terms` the pairs of a bag; `purify` what belongs to the mains;
//! `pay` which pairs stay.
//!
//! Never keeps a pair because it fits: only because rows that its bag held back are predicted
//! better with it than without it. Never puts a feature with a direction into a pair.

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
use axis::Axes;
use purify::Purifier;
use search::Prefix;
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
pub(crate) fn fit(run: &Run<'_>, mains: Vec<Shape>) -> Result<(Chosen, Vec<Shape>)> {
    let axes = Axes::new(run.data, run.options);
    let mut pairs = if run.options.pairs == 0 { Vec::new() } else { find(run, &axes, &mains)? };
    if pairs.is_empty() {
        return Ok((Chosen { pairs, axes }, mains));
    }
    hear(run, Step::Found(names(run.data, &pairs)))?;
    pairs.sort_unstable();
    let shapes = boost(run, Part::Pairs, &axes, &pairs, &mains)?;
    let kept = paying(run, &axes, &pairs, &shapes)?;
    let kept: Vec<Pair> = kept.into_iter().map(|it| pairs[it]).collect();
    hear(run, Step::Kept(names(run.data, &kept)))?;
    let shapes = match kept.len() {
        0 => mains,
        all if all == pairs.len() => shapes,
        _ => boost(run, Part::Refit, &axes, &kept, &mains)?,
    };
    Ok((Chosen { pairs: kept, axes }, shapes))
}

fn hear(run: &Run<'_>, step: Step) -> Result<()> {
    if run.tell(&step) { Ok(()) } else { Err(Error::Cancelled) }
}

fn names(data: &Data, pairs: &[Pair]) -> Vec<(String, String)> {
    let name = |feature: usize| data.bins[feature].name.clone();
    pairs.iter().map(|it| (name(it.left), name(it.right))).collect()
}

/// FAST: pairs by their rank, averaged over the bags, best first; equals by position. A pair that no
/// bag could cut is left out.
fn find(run: &Run<'_>, axes: &Axes, mains: &[Shape]) -> Result<Vec<Pair>> {
    let pairs = axes.pairs();
    let strengths = run.each(Part::Pairs, |bag| Some(strengths(run, bag, &mains[bag], axes, &pairs)))?;
    let mut ranks = vec![0_usize; pairs.len()];
    for bag in &strengths {
        let mut order: Vec<usize> = (0..pairs.len()).collect();
        order.sort_by(|a, b| bag[*b].total_cmp(&bag[*a]).then(a.cmp(b)));
        order.iter().enumerate().for_each(|(rank, pair)| ranks[*pair] += rank);
    }
    let cut = |pair: &usize| strengths.iter().any(|it| it[*pair] > 0.0);
    let mut order: Vec<usize> = (0..pairs.len()).filter(cut).collect();
    order.sort_by_key(|it| (ranks[*it], *it));
    Ok(order.into_iter().take(run.options.pairs).map(|it| pairs[it]).collect())
}

/// Strength of each pair on what the mains of a bag leave over.
fn strengths(run: &Run<'_>, bag: usize, mains: &Shape, axes: &Axes, pairs: &[Pair]) -> Vec<f64> {
    let rows = Rows::new(run.data, mains, run.splits[bag].rows(run.data).0);
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

/// Fits pairs in every bag and makes them pure. The shapes are centred.
fn boost(
    run: &Run<'_>,
    part: Part,
    axes: &Axes,
    pairs: &[Pair],
    mains: &[Shape],
) -> Result<Vec<Shape>> {
    let purifiers: Vec<Purifier> = pairs
        .iter()
        .map(|it| Purifier::new(axes.weights(run.data, *it), axes.of(*it)[1].bins.len()))
        .collect();
    run.each(part, |bag| {
        let smoothing_rounds = run.options.pair_smoothing_rounds;
        let task = Task { bag, part, smoothing_rounds };
        let split = &run.splits[bag];
        let terms = Pairs::new(run.data, run.options, split, &mains[bag], axes, pairs);
        let (terms, steps) = Boost::new(run.options, task, terms).run(&|step| run.tell(step))?;
        let mut shape = mains[bag].clone();
        shape.steps += steps;
        shape.pairs = terms.into_tables(axes, pairs);
        purify(&purifiers, axes, pairs, &mut shape);
        if part == Part::Pairs {
            run.done(1);
        }
        Some(assemble::centred(run.data, shape))
    })
}

/// Moves what pairs say of single features to the mains.
fn purify(purifiers: &[Purifier], axes: &Axes, pairs: &[Pair], shape: &mut Shape) {
    for ((purifier, pair), table) in purifiers.iter().zip(pairs).zip(&mut shape.pairs) {
        let moved = purifier.purify(table);
        let [left, right] = axes.of(*pair);
        left.push(&moved.left, &mut shape.scores[pair.left]);
        right.push(&moved.right, &mut shape.scores[pair.right]);
    }
}

/// Positions of the pairs that pay on held-back rows.
fn paying(run: &Run<'_>, axes: &Axes, pairs: &[Pair], shapes: &[Shape]) -> Result<Vec<usize>> {
    let cells: Vec<Vec<usize>> =
        pairs.iter().map(|it| axes.cells(run.data, *it).collect()).collect();
    let held = |(split, shape): (&super::bags::Split, &Shape)| {
        let rows = Rows::new(run.data, shape, split.rows(run.data).1);
        let of = |all: &Vec<usize>| rows.rows.iter().map(|it| all[*it]).collect();
        let cells: Vec<Vec<usize>> = cells.iter().map(of).collect();
        pay::Held::new(rows, shape, &cells)
    };
    let held: Vec<pay::Held> = run.splits.iter().zip(shapes).map(held).collect();
    pay::kept(pairs.len(), |kept| run.each(Part::Pairs, |bag| Some(held[bag].gains(kept))))
}
