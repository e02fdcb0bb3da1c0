//! Format 2: any objective, pairs, labels that share a bin, edits; under 200 kB for 30 features.
//!
//! What people read is plain JSON: names, labels, terms, facts of the fit, edits. The numbers of all
//! tables lie in blocks (`pack` says how to read one): `cuts` per feature, each cut less the one
//! before; then over the whole model, term after term in cell order, `weight`, `scores`, `bagged`
//! (bag after bag inside a term); `counts`, feature after feature, each with its pair bins behind it.
//! Bagged scores are differences as in `pack::differ`, within each bag. Scores are what remains after
//! the mean of the bags, rounded down to the unit of the scores, where that is a power of two; of
//! these again differences.
//! Never changes.

use super::pack::{self, Unit};
use super::{BAGS_MAX, VALUES_MAX, ensure, refuse, score_max};
use crate::bins::{BINS_LIMIT, BinKind, Bins, Categories};
use crate::ebm::{CellEdit, Ebm, Edit, Objective, Term, Trained, standard_errors};
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// Number of this format.
pub const FORMAT: u32 = 2;

/// A stored model, format 2.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredEbmV2 {
    /// Always 2.
    pub format: u32,
    /// What it predicts.
    pub objective: StoredObjectiveV2,
    /// Features in column order.
    pub features: Vec<StoredFeatureV2>,
    /// Positions of the features of each term, in model order.
    pub terms: Vec<Vec<usize>>,
    /// Intercept.
    pub intercept: f64,
    /// Block: intercept per bag.
    pub bagged_intercept: String,
    /// Bags.
    pub bags: usize,
    /// Factor from the spread of the bags to a standard error.
    pub band_scale: f64,
    /// Rows it was fitted on.
    pub rows: u64,
    /// Persons.
    pub groups: u64,
    /// Rows with target 1.
    pub events: u64,
    /// Weighted share of target 1, or mean of the target.
    pub base_rate: f64,
    /// Seed of the fit.
    pub seed: u64,
    /// Steps kept per bag.
    pub steps: Vec<u64>,
    /// Block: training rows per bin of each feature, then per pair bin.
    pub counts: String,
    /// Block: weight of training rows per cell of each term.
    pub weight: String,
    /// Block: score per cell of each term, less the mean of the bags.
    pub scores: String,
    /// Block: per term, per bag, score per cell as differences.
    pub bagged: String,
    /// Changes by people, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub edits: Vec<StoredEditV2>,
}

/// What a stored model predicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StoredObjectiveV2 {
    /// Log-odds of target 1.
    LogLoss,
    /// A number.
    Squared,
}

/// A stored feature: either `cuts` or `labels`; if pairs read it, `pair` likewise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredFeatureV2 {
    /// Name.
    pub name: String,
    /// Bins of the main effect.
    pub bins: StoredBinsV2,
    /// Coarser bins, which pairs read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pair: Option<StoredBinsV2>,
    /// Smallest and largest value seen, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<(f64, f64)>,
}

/// The real bins of a feature.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum StoredBinsV2 {
    /// Block: cuts, each less the one before.
    Cuts(String),
    /// Labels of each bin.
    Labels(Vec<Vec<String>>),
}

/// A stored edit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredEditV2 {
    /// Position of the term.
    pub term: usize,
    /// Cell, score before, score after.
    pub cells: Vec<(usize, f64, f64)>,
    /// Intercept before and after.
    pub intercept: (f64, f64),
    /// Why.
    pub reason: String,
    /// Who.
    pub by: String,
    /// When.
    pub at: String,
}

impl From<&Ebm> for StoredEbmV2 {
    fn from(ebm: &Ebm) -> Self {
        let it = &ebm.trained;
        let levels = ebm.bins.iter().zip(&ebm.pair_bins);
        let counts: Vec<i64> = levels
            .flat_map(|(bins, pair)| std::iter::once(bins).chain(pair))
            .flat_map(|it| it.counts.iter().map(|it| *it as i64))
            .collect();
        let weight: Vec<f64> = ebm.terms.iter().flat_map(|it| it.weight.iter().copied()).collect();
        Self {
            format: FORMAT,
            objective: match ebm.objective {
                Objective::LogLoss => StoredObjectiveV2::LogLoss,
                Objective::Squared => StoredObjectiveV2::Squared,
            },
            features: (0..ebm.bins.len()).map(|it| store_feature(ebm, it)).collect(),
            terms: ebm.terms.iter().map(|it| it.features.clone()).collect(),
            intercept: ebm.intercept,
            bagged_intercept: pack::pack_with(&ebm.bagged_intercept, |_, _| ()),
            bags: ebm.bagged_intercept.len(),
            band_scale: ebm.band_scale,
            rows: it.rows,
            groups: it.groups,
            events: it.events,
            base_rate: it.base_rate,
            seed: it.seed,
            steps: it.steps.clone(),
            counts: pack::pack(&counts),
            weight: pack::pack_with(&weight, |_, _| ()),
            scores: store_scores(ebm),
            bagged: store_bagged(ebm),
            edits: ebm.edits.iter().map(store_edit).collect(),
        }
    }
}

impl TryFrom<StoredEbmV2> for Ebm {
    type Error = Error;

    fn try_from(stored: StoredEbmV2) -> Result<Self> {
        check_facts(&stored)?;
        let objective = match stored.objective {
            StoredObjectiveV2::LogLoss => Objective::LogLoss,
            StoredObjectiveV2::Squared => Objective::Squared,
        };
        let (bins, pair_bins) = load_features(&stored)?;
        let widths = load_shapes(&stored.terms, &bins, &pair_bins)?;
        let cells: usize = widths.iter().map(|it| it.0).sum();
        let most = || format!("{cells} cells in {} bags are too many", stored.bags);
        ensure(cells.saturating_mul(stored.bags) <= VALUES_MAX, most)?;
        let limit = score_max(objective);
        let bagged_intercept = within(
            limit,
            plain(&stored.bagged_intercept, stored.bags, "bagged_intercept")?,
            "bagged_intercept",
        )?;
        let bound = |it: f64, what: &str| within(limit, vec![it], what);
        bound(stored.intercept, "intercept")?;
        let bags = load_bagged(&stored, &widths, limit)?;
        let scores =
            within(limit, load_scores(&stored.scores, &bags, &widths, stored.bags)?, "scores")?;
        let weight = plain(&stored.weight, cells, "weight")?;
        let positive = |it: &f64| it.is_finite() && (0.0..=1e18).contains(it);
        ensure(weight.iter().all(positive), || "weight holds numbers out of range".to_owned())?;
        let mut terms = Vec::with_capacity(stored.terms.len());
        let mut at = 0;
        for ((features, (cells, _)), bagged) in
            stored.terms.into_iter().zip(&widths).zip(bags.scores)
        {
            let (scores, weight) =
                (scores[at..at + cells].to_vec(), weight[at..at + cells].to_vec());
            ensure(weight.iter().sum::<f64>() > 0.0, || {
                format!("term {features:?} has no weight")
            })?;
            let sd = standard_errors(&bagged, stored.band_scale);
            terms.push(Term { features, scores, sd, weight, bagged });
            at += cells;
        }
        let trained = Trained {
            rows: stored.rows,
            groups: stored.groups,
            events: stored.events,
            base_rate: stored.base_rate,
            seed: stored.seed,
            steps: stored.steps,
        };
        let edits = stored.edits.into_iter().map(load_edit).collect();
        let ebm = Self {
            objective,
            bins,
            pair_bins,
            terms,
            intercept: stored.intercept,
            bagged_intercept,
            band_scale: stored.band_scale,
            trained,
            edits,
        };
        ebm.check_edits()?;
        Ok(ebm)
    }
}

fn check_facts(stored: &StoredEbmV2) -> Result<()> {
    let bags = stored.bags;
    ensure(stored.format == FORMAT, || format!("format {} is not {FORMAT}", stored.format))?;
    ensure((2..=BAGS_MAX).contains(&bags), || format!("{bags} bags"))?;
    ensure(stored.steps.len() == bags, || "steps of another number of bags".to_owned())?;
    let scale = stored.band_scale;
    ensure(scale > 0.0 && scale <= 1e6, || "band_scale is out of range".to_owned())?;
    let rate = stored.base_rate;
    let fits = match stored.objective {
        StoredObjectiveV2::LogLoss => rate > 0.0 && rate < 1.0,
        StoredObjectiveV2::Squared => rate.is_finite(),
    };
    ensure(fits, || format!("base_rate {rate} is out of range"))?;
    ensure(!stored.features.is_empty(), || "no features".to_owned())
}

fn within(limit: f64, values: Vec<f64>, what: &str) -> Result<Vec<f64>> {
    match values.iter().position(|it| it.is_nan() || it.abs() > limit) {
        None => Ok(values),
        Some(at) => refuse(format!("{what}: {} at place {at} is out of range", values[at])),
    }
}

/// The values of a block without differences.
fn plain(text: &str, count: usize, what: &str) -> Result<Vec<f64>> {
    let (unit, block) = pack::unit_of(text, what)?;
    Ok(pack::unpack(block, count, true, what)?.into_iter().map(|it| unit.value(it)).collect())
}

fn store_feature(ebm: &Ebm, at: usize) -> StoredFeatureV2 {
    let bins = &ebm.bins[at];
    StoredFeatureV2 {
        name: bins.name.clone(),
        bins: store_bins(&bins.kind),
        pair: ebm.pair_bins[at].as_ref().map(|it| store_bins(&it.kind)),
        range: (!bins.min.is_nan()).then_some((bins.min, bins.max)),
    }
}

fn store_bins(kind: &BinKind) -> StoredBinsV2 {
    match kind {
        BinKind::Cuts(cuts) => {
            let width = cuts.len().max(1);
            StoredBinsV2::Cuts(pack::pack_with(cuts, |it, _| pack::differ(it, width)))
        }
        BinKind::Categories(it) => {
            let mut labels = vec![Vec::new(); it.bins()];
            it.pairs().for_each(|(label, bin)| labels[bin - 1].push(label.to_owned()));
            StoredBinsV2::Labels(labels)
        }
    }
}

fn load_features(stored: &StoredEbmV2) -> Result<(Vec<Bins>, Vec<Option<Bins>>)> {
    let (mut bins, mut pair_bins) = (Vec::new(), Vec::new());
    let mut names = std::collections::BTreeSet::new();
    for feature in &stored.features {
        let name = &feature.name;
        ensure(names.insert(name), || format!("feature {name} comes twice"))?;
        let (min, max) = feature.range.unwrap_or((f64::NAN, f64::NAN));
        let ordered = feature.range.is_none() || (min <= max && min.is_finite() && max.is_finite());
        ensure(ordered, || format!("range of {name} is not in order"))?;
        let of = |it: &StoredBinsV2| -> Result<Bins> {
            Ok(Bins { name: name.clone(), kind: load_bins(it, name)?, counts: vec![], min, max })
        };
        let (main, pair) = (of(&feature.bins)?, feature.pair.as_ref().map(of).transpose()?);
        let kinds = pair.as_ref().is_none_or(|it| it.is_continuous() == main.is_continuous());
        ensure(kinds, || format!("{name} has bins of two kinds"))?;
        bins.push(main);
        pair_bins.push(pair);
    }
    let lengths = bins.iter().chain(pair_bins.iter().flatten()).map(Bins::len);
    let count = lengths.sum();
    ensure(count <= VALUES_MAX, || format!("{count} bins are too many"))?;
    let mut counts = pack::unpack(&stored.counts, count, true, "counts")?.into_iter();
    for (main, pair) in bins.iter_mut().zip(&mut pair_bins) {
        for it in std::iter::once(main).chain(pair) {
            let part: Vec<i64> = counts.by_ref().take(it.len()).collect();
            ensure(part.iter().all(|n| *n >= 0), || format!("counts of {} below 0", it.name))?;
            it.counts = part.into_iter().map(|n| n as u64).collect();
        }
    }
    Ok((bins, pair_bins))
}

fn load_bins(stored: &StoredBinsV2, name: &str) -> Result<BinKind> {
    match stored {
        StoredBinsV2::Cuts(text) => {
            let what = format!("cuts of {name}");
            let (unit, block) = pack::unit_of(text, &what)?;
            let mut whole = pack::unpack(block, BINS_LIMIT - 3, false, &what)?;
            let width = whole.len().max(1);
            pack::gather(&mut whole, width);
            let cuts: Vec<f64> = whole.into_iter().map(|it| unit.value(it)).collect();
            let ascending = cuts.windows(2).all(|it| it[0] < it[1]);
            let finite = cuts.iter().all(|it| it.is_finite());
            ensure(ascending && finite, || format!("{what} do not ascend"))?;
            Ok(BinKind::Cuts(cuts))
        }
        StoredBinsV2::Labels(labels) => {
            let bins = labels.iter().enumerate();
            let pairs = bins.flat_map(|(at, it)| it.iter().map(move |it| (it.clone(), at + 1)));
            let filled = labels.len() < BINS_LIMIT - 2 && labels.iter().all(|it| !it.is_empty());
            match Categories::shared(pairs.collect()).filter(|_| filled) {
                Some(it) => Ok(BinKind::Categories(it)),
                None => refuse(format!("a label of {name} comes twice, or a bin has none")),
            }
        }
    }
}

/// Cells and width of each term.
fn load_shapes(
    terms: &[Vec<usize>],
    bins: &[Bins],
    pair_bins: &[Option<Bins>],
) -> Result<Vec<(usize, usize)>> {
    let mut seen = std::collections::BTreeSet::new();
    let pair = |at: usize| pair_bins.get(at).and_then(Option::as_ref).map(Bins::len);
    let of = |features: &Vec<usize>| {
        let shape = match features[..] {
            [one] => bins.get(one).map(|it| (it.len(), it.len())),
            [a, b] if a < b => pair(a).zip(pair(b)).map(|(a, b)| (a.saturating_mul(b), b)),
            _ => None,
        };
        match shape.filter(|it| it.0 <= VALUES_MAX && seen.insert(features.clone())) {
            Some(shape) => Ok(shape),
            None => refuse(format!("there can be no term of the features {features:?}")),
        }
    };
    terms.iter().map(of).collect()
}

fn width(ebm: &Ebm, term: &Term) -> usize {
    match term.features[..] {
        [_, second] => ebm.pair_len(second).max(1),
        _ => term.scores.len().max(1),
    }
}

/// Unit of all bagged scores together.
fn bagged_unit(ebm: &Ebm) -> Unit {
    Unit::of(&ebm.terms.iter().flat_map(|it| it.bagged.iter().flatten()))
}

fn store_bagged(ebm: &Ebm) -> String {
    let unit = bagged_unit(ebm);
    let mut all = Vec::new();
    for term in &ebm.terms {
        let width = width(ebm, term);
        for bag in &term.bagged {
            let mut whole: Vec<i64> = bag.iter().map(|it| unit.whole(*it)).collect();
            pack::differ(&mut whole, width);
            all.append(&mut whole);
        }
    }
    format!("{unit}:{}", pack::pack(&all))
}

/// Bagged scores, and the sum over bags of the whole numbers that stand for them.
struct Bagged {
    unit: Unit,
    sums: Vec<i64>,
    scores: Vec<Vec<Vec<f64>>>,
}

fn load_bagged(stored: &StoredEbmV2, widths: &[(usize, usize)], limit: f64) -> Result<Bagged> {
    let what = "bagged";
    let (unit, block) = pack::unit_of(&stored.bagged, what)?;
    let cells: usize = widths.iter().map(|it| it.0).sum();
    let mut whole = pack::unpack(block, cells * stored.bags, true, what)?;
    let (mut sums, mut scores) = (Vec::with_capacity(cells), Vec::with_capacity(widths.len()));
    let mut rest = &mut whole[..];
    for (cells, width) in widths {
        let start = sums.len();
        sums.resize(start + cells, 0_i64);
        let mut term = Vec::with_capacity(stored.bags);
        for _ in 0..stored.bags {
            let (bag, after) = rest.split_at_mut(*cells);
            rest = after;
            pack::gather(bag, *width);
            for (sum, it) in sums[start..].iter_mut().zip(bag.iter()) {
                *sum = sum.wrapping_add(*it);
            }
            let values = bag.iter().map(|it| unit.value(*it)).collect();
            term.push(within(2.0 * limit, values, what)?);
        }
        scores.push(term);
    }
    Ok(Bagged { unit, sums, scores })
}

/// The mean of the bags in the unit of the scores, rounded down; 0 where units do not divide.
fn mean_of_bags(sum: i64, bags: usize, from: Unit, to: Unit) -> i64 {
    let (Unit::Two(from), Unit::Two(to)) = (from, to) else { return 0 };
    let shift = from - to;
    if !(0..=60).contains(&shift) {
        return 0;
    }
    let mean = (i128::from(sum) << shift).div_euclid(bags as i128);
    i64::try_from(mean).unwrap_or(0)
}

fn store_scores(ebm: &Ebm) -> String {
    let from = bagged_unit(ebm);
    let values: Vec<f64> = ebm.terms.iter().flat_map(|it| it.scores.iter().copied()).collect();
    let bags = ebm.bagged_intercept.len();
    pack::pack_with(&values, |whole, to| {
        let cells = ebm.terms.iter().flat_map(|it| (0..it.scores.len()).map(move |at| (it, at)));
        for (it, (term, at)) in whole.iter_mut().zip(cells) {
            let bagged = term.bagged.iter().map(|bag| from.whole(bag[at]));
            let sum = bagged.fold(0_i64, i64::wrapping_add);
            *it = it.wrapping_sub(mean_of_bags(sum, bags, from, to));
        }
        let mut rest = whole;
        for term in &ebm.terms {
            let (part, after) = rest.split_at_mut(term.scores.len());
            pack::differ(part, width(ebm, term));
            rest = after;
        }
    })
}

fn load_scores(
    text: &str,
    bagged: &Bagged,
    widths: &[(usize, usize)],
    bags: usize,
) -> Result<Vec<f64>> {
    let cells = widths.iter().map(|it| it.0).sum();
    let (unit, block) = pack::unit_of(text, "scores")?;
    let mut whole = pack::unpack(block, cells, true, "scores")?;
    let mut rest = &mut whole[..];
    for (cells, width) in widths {
        let (part, after) = rest.split_at_mut(*cells);
        pack::gather(part, *width);
        rest = after;
    }
    let of = |(it, sum): (i64, &i64)| {
        unit.value(it.wrapping_add(mean_of_bags(*sum, bags, bagged.unit, unit)))
    };
    Ok(whole.into_iter().zip(&bagged.sums).map(of).collect())
}

fn store_edit(it: &Edit) -> StoredEditV2 {
    StoredEditV2 {
        term: it.term,
        cells: it.cells.iter().map(|it| (it.cell, it.before, it.after)).collect(),
        intercept: it.intercept,
        reason: it.reason.clone(),
        by: it.by.clone(),
        at: it.at.clone(),
    }
}

fn load_edit(it: StoredEditV2) -> Edit {
    let cells = it.cells.into_iter();
    Edit {
        term: it.term,
        cells: cells.map(|(cell, before, after)| CellEdit { cell, before, after }).collect(),
        intercept: it.intercept,
        reason: it.reason,
        by: it.by,
        at: it.at,
    }
}
