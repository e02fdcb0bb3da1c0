//! From `InterpretML`'s JSON to a model.
//!
//! What the file knows and a model here does not hold: the weights of single bags (bands take all
//! bags alike), the density of raw values, whether a nominal feature has an order. What a model here
//! holds and the file does not know is filled as [`Imported`] says. Never changes a score.

use super::VERSION;
use crate::artifact::{BAGS_MAX, VALUES_MAX, ensure, refuse, score_max};
use crate::bins::{BINS_LIMIT, BinKind, Bins, Categories};
use crate::ebm::{Ebm, Lie, Objective, Term, Trained, on_grid, standard_errors};
use crate::error::{Error, Result};
use crate::math;
use serde::Deserialize;
use serde_json::Value as Json;

/// A model trained elsewhere.
///
/// Facts of the fit that the file lacks: rows and persons are the total weight, rounded; counts of
/// bins likewise; the base rate is what the model says of a row where every term is 0; the events
/// follow from both. [`Ebm::band_scale`] follows from the share of weight each bag trained on; that
/// share was drawn by row, so bands are too narrow where a person has several rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Imported {
    /// The model.
    pub model: Ebm,
    /// The two classes, the second being the one whose log-odds are predicted; empty for a
    /// regression.
    pub classes: Vec<String>,
}

#[derive(Deserialize)]
struct Document {
    version: String,
    ebm: Model,
}

#[derive(Deserialize)]
struct Model {
    outputs: Vec<Output>,
    intercept: Json,
    bagged_intercept: Option<Json>,
    bag_weights: Option<Vec<Number>>,
    best_iteration: Option<Vec<Vec<u64>>>,
    implementation_params: Option<Json>,
    features: Vec<Feature>,
    terms: Vec<StoredTerm>,
}

#[derive(Deserialize)]
struct Output {
    link: String,
    classes: Option<Vec<Json>>,
}

#[derive(Deserialize)]
struct Feature {
    name: String,
    #[serde(rename = "type")]
    kind: String,
    cuts: Option<Vec<Vec<Number>>>,
    categories: Option<Vec<Vec<Label>>>,
    min: Option<Number>,
    max: Option<Number>,
}

#[derive(Deserialize)]
struct StoredTerm {
    term_features: Vec<String>,
    scores: Json,
    bin_weights: Option<Json>,
    bagged_scores: Option<Vec<Json>>,
}

/// A label, or labels that share a bin.
#[derive(Deserialize)]
#[serde(untagged)]
enum Label {
    One(String),
    Shared(Vec<String>),
}

/// A number, or what JSON has no number for.
#[derive(Clone, Copy, Deserialize)]
#[serde(try_from = "Json")]
struct Number(f64);

impl TryFrom<Json> for Number {
    type Error = String;

    fn try_from(value: Json) -> std::result::Result<Self, String> {
        number(&value).map(Self).ok_or_else(|| format!("{value} is no number"))
    }
}

fn number(value: &Json) -> Option<f64> {
    match value {
        Json::Number(it) => it.as_f64(),
        Json::String(it) => match it.as_str() {
            "nan" => Some(f64::NAN),
            "+inf" => Some(f64::INFINITY),
            "-inf" => Some(f64::NEG_INFINITY),
            _ => None,
        },
        _ => None,
    }
}

/// The model of a JSON export, detail `all` (or `mergeable`). [`Error::Artifact`] says what is
/// damaged, or what this crate cannot hold.
pub fn from_json(json: &str) -> Result<Imported> {
    let document: Document = serde_json::from_str(json)
        .map_err(|it| Error::Artifact { why: format!("no export of InterpretML: {it}") })?;
    ensure(document.version.split('.').next() == VERSION.split('.').next(), || {
        format!("version {} of the export is not known; {VERSION} is", document.version)
    })?;
    let model = document.ebm;
    let (objective, classes) = load_output(&model.outputs)?;
    let limit = score_max(objective);
    let (bins, pair_bins) = load_features(&model)?;
    let intercept = match flat(&model.intercept, &[1])?[..] {
        [it] if it.abs() <= limit => it,
        _ => return refuse("the intercept is not one number in range"),
    };
    let bags = count_bags(&model)?;
    let mut it = Loader { objective, bins, pair_bins, bags, limit, band_scale: 1.0 };
    it.band_scale = it.scale(&model)?;
    let mut terms = Vec::with_capacity(model.terms.len());
    for stored in &model.terms {
        let term = it.term(stored)?;
        let twice = terms.iter().any(|it: &Term| it.features == term.features);
        ensure(!twice, || format!("term {:?} comes twice", stored.term_features))?;
        terms.push(term);
    }
    let bagged_intercept = match &model.bagged_intercept {
        Some(stored) => {
            let values = it.within(flat(stored, &[bags])?, "bagged_intercept")?;
            on_grid(vec![values], None, objective).remove(0)
        }
        None => vec![intercept; bags],
    };
    let trained = facts(&model, objective, intercept, &terms, bags);
    let (mut bins, mut pair_bins) = (it.bins, it.pair_bins);
    fill_counts(&mut bins, &mut pair_bins, &terms);
    let model = Ebm {
        objective,
        bins,
        pair_bins,
        terms,
        intercept,
        bagged_intercept,
        band_scale: it.band_scale,
        trained,
        edits: Vec::new(),
    };
    Ok(Imported { model, classes })
}

fn load_output(outputs: &[Output]) -> Result<(Objective, Vec<String>)> {
    let [output] = outputs else { return refuse("a model of several outputs cannot be held") };
    let classes: Vec<String> = output.classes.iter().flatten().map(spelt).collect();
    match (output.link.as_str(), classes.len()) {
        ("logit", 2) => Ok((Objective::LogLoss, classes)),
        ("identity", 0) => Ok((Objective::Squared, classes)),
        ("mlogit" | "vlogit", n) => {
            refuse(format!("a model of {n} classes cannot be held: only two classes, or a number"))
        }
        (link, n) => refuse(format!(
            "a model with link {link} and {n} classes cannot be held: only logit of two classes, or identity"
        )),
    }
}

fn spelt(label: &Json) -> String {
    label.as_str().map_or_else(|| label.to_string(), str::to_owned)
}

/// Bins for mains (the first level) and for pairs (the second, or the only one).
fn load_features(model: &Model) -> Result<(Vec<Bins>, Vec<Option<Bins>>)> {
    let mut names = std::collections::BTreeSet::new();
    let (mut bins, mut pair_bins) = (Vec::new(), Vec::new());
    ensure(!model.features.is_empty(), || "no features".to_owned())?;
    for it in &model.features {
        let name = &it.name;
        ensure(names.insert(name), || format!("feature {name} comes twice"))?;
        let kind = |level: usize| load_kind(it, level);
        let end = |it: Option<Number>| it.map_or(f64::NAN, |it| it.0);
        let (mut min, mut max) = (end(it.min), end(it.max));
        if !(min.is_finite() && max.is_finite() && min <= max) {
            (min, max) = (f64::NAN, f64::NAN);
        }
        let of = |kind| Bins { name: name.clone(), kind, counts: Vec::new(), min, max };
        let paired = model
            .terms
            .iter()
            .any(|term| term.term_features.len() == 2 && term.term_features.contains(name));
        bins.push(of(kind(0)?));
        pair_bins.push(if paired { Some(of(kind(1)?)) } else { None });
    }
    Ok((bins, pair_bins))
}

/// The bins of a level, or of the last one before it.
fn load_kind(feature: &Feature, level: usize) -> Result<BinKind> {
    let name = &feature.name;
    let too_many = || format!("feature {name} has too many bins");
    match (feature.kind.as_str(), &feature.cuts, &feature.categories) {
        ("continuous", Some(levels), None) => {
            let cuts: Vec<f64> = levels
                .get(level.min(levels.len().saturating_sub(1)))
                .map_or(Vec::new(), |it| it.iter().map(|it| it.0).collect());
            let ascending = cuts.windows(2).all(|it| it[0] < it[1]);
            let finite = cuts.iter().all(|it| it.is_finite());
            ensure(ascending && finite, || format!("cuts of {name} do not ascend"))?;
            ensure(cuts.len() < BINS_LIMIT - 3, too_many)?;
            Ok(BinKind::Cuts(cuts))
        }
        ("nominal" | "ordinal", None, Some(levels)) => {
            let none = Vec::new();
            let labels = levels.get(level.min(levels.len().saturating_sub(1))).unwrap_or(&none);
            ensure(labels.len() < BINS_LIMIT - 2, too_many)?;
            let mut pairs = Vec::new();
            for (at, label) in labels.iter().enumerate() {
                match label {
                    Label::One(it) => pairs.push((it.clone(), at + 1)),
                    Label::Shared(it) => pairs.extend(it.iter().map(|it| (it.clone(), at + 1))),
                }
            }
            match Categories::shared(pairs).filter(|it| it.bins() == labels.len()) {
                Some(it) => Ok(BinKind::Categories(it)),
                None => refuse(format!("a label of {name} comes twice, or a bin has none")),
            }
        }
        (kind, ..) => refuse(format!("feature {name} of type {kind} has no bins of that type")),
    }
}

fn count_bags(model: &Model) -> Result<usize> {
    let of = |it: &StoredTerm| it.bagged_scores.as_ref().map(Vec::len);
    let first = model.terms.first().map(of);
    let bags = match first {
        None => return refuse("a model without terms predicts nothing but its intercept"),
        Some(None) => 0,
        Some(Some(bags)) => bags,
    };
    ensure(model.terms.iter().all(|it| it.bagged_scores.is_some()), || {
        "scores of single bags are missing: bands need them. Export with detail=\"all\"; a term that \
         was edited or made monotone there has lost them"
            .to_owned()
    })?;
    ensure((2..=BAGS_MAX).contains(&bags), || {
        format!("{bags} bags; bands need 2 to {BAGS_MAX}. Train with outer_bags of 2 or more")
    })?;
    Ok(bags)
}

/// What loading a term needs.
struct Loader {
    objective: Objective,
    bins: Vec<Bins>,
    pair_bins: Vec<Option<Bins>>,
    bags: usize,
    limit: f64,
    band_scale: f64,
}

impl Loader {
    /// sqrt(m / (g - m)) when each bag trained on m of the weight g; 1 where that cannot be told.
    fn scale(&self, model: &Model) -> Result<f64> {
        let (Some(weights), Some(term)) = (&model.bag_weights, model.terms.first()) else {
            return Ok(1.0);
        };
        ensure(weights.len() == self.bags, || "bag_weights of another number of bags".to_owned())?;
        let total: f64 = weight_of(term, &self.shape(term)?.1)?.iter().sum();
        let share = weights.iter().map(|it| it.0).sum::<f64>() / weights.len() as f64 / total;
        let sensible = share > 0.01 && share < 0.99;
        Ok(if sensible { libm::sqrt(share / (1.0 - share)) } else { 1.0 })
    }

    /// Features in the order of the file, and the length of each axis.
    fn shape(&self, term: &StoredTerm) -> Result<(Vec<usize>, Vec<usize>)> {
        let place = |name: &String| self.bins.iter().position(|it| it.name == *name);
        let found: Option<Vec<usize>> = term.term_features.iter().map(place).collect();
        match found.as_deref() {
            Some([one]) => Ok((vec![*one], vec![self.bins[*one].len()])),
            Some([a, b]) if a != b => {
                let len = |at: usize| self.pair_bins[at].as_ref().map_or(0, Bins::len);
                let shape = vec![len(*a), len(*b)];
                let most = || format!("term {:?} has too many cells", term.term_features);
                ensure(shape[0].saturating_mul(shape[1]) <= VALUES_MAX, most)?;
                Ok((vec![*a, *b], shape))
            }
            Some(many) if many.len() > 2 => refuse(format!(
                "term {:?} has {} features; one or two can be held",
                term.term_features,
                many.len()
            )),
            _ => refuse(format!("term {:?} names no features of the model", term.term_features)),
        }
    }

    fn term(&self, stored: &StoredTerm) -> Result<Term> {
        let (mut features, shape) = self.shape(stored)?;
        let name = format!("term {:?}", stored.term_features);
        let mut scores = self.within(flat(&stored.scores, &shape)?, &name)?;
        let mut weight = weight_of(stored, &shape)?;
        let stored = stored.bagged_scores.as_deref().unwrap_or_default();
        ensure(stored.len() == self.bags, || format!("{name} has {} bags", stored.len()))?;
        let bag = |it| self.within(flat(it, &shape)?, &name);
        let mut bagged: Vec<Vec<f64>> = stored.iter().map(bag).collect::<Result<_>>()?;
        if let [first, second] = features[..]
            && first > second
        {
            for it in bagged.iter_mut().chain([&mut scores, &mut weight]) {
                *it = transposed(it, shape[1]);
            }
            features.reverse();
        }
        let lie = match features[..] {
            [first, second] => self.pair_bins[second].as_ref().map(|it| Lie {
                width: it.len(),
                ordered: it.is_continuous() && self.bins[first].is_continuous(),
            }),
            _ => None,
        };
        let bagged = on_grid(bagged, lie, self.objective);
        let sd = standard_errors(&bagged, self.band_scale);
        Ok(Term { features, scores, sd, weight, bagged })
    }

    fn within(&self, values: Vec<f64>, what: &str) -> Result<Vec<f64>> {
        match values.iter().position(|it| it.is_nan() || it.abs() > self.limit) {
            None => Ok(values),
            Some(at) => refuse(format!("{what}: {} in cell {at} is out of range", values[at])),
        }
    }
}

fn weight_of(term: &StoredTerm, shape: &[usize]) -> Result<Vec<f64>> {
    let Some(stored) = &term.bin_weights else {
        return refuse("weights of bins are missing; export with detail=\"all\"");
    };
    let weight = flat(stored, shape)?;
    let right =
        weight.iter().all(|it| (0.0..1e18).contains(it)) && weight.iter().any(|it| *it > 0.0);
    ensure(right, || format!("bin_weights of {:?} are out of range", term.term_features))?;
    Ok(weight)
}

/// The numbers of nested lists of a shape, the last axis running fastest.
fn flat(value: &Json, shape: &[usize]) -> Result<Vec<f64>> {
    fn walk(value: &Json, shape: &[usize], out: &mut Vec<f64>) -> Option<()> {
        let Some((length, inner)) = shape.split_first() else {
            out.push(number(value)?);
            return Some(());
        };
        let list = value.as_array().filter(|it| it.len() == *length)?;
        list.iter().try_for_each(|it| walk(it, inner, out))
    }
    let mut out = Vec::new();
    match walk(value, shape, &mut out) {
        Some(()) => Ok(out),
        None => refuse(format!("a table is not of the shape {shape:?} that its bins ask for")),
    }
}

fn transposed(table: &[f64], width: usize) -> Vec<f64> {
    let rows = table.len() / width;
    (0..table.len()).map(|at| table[at % rows * width + at / rows]).collect()
}

fn facts(
    model: &Model,
    objective: Objective,
    intercept: f64,
    terms: &[Term],
    bags: usize,
) -> Trained {
    let total: f64 = terms.first().map_or(0.0, |it| it.weight.iter().sum());
    let rows = libm::round(total) as u64;
    let base_rate = match objective {
        Objective::LogLoss => math::sigmoid(intercept).clamp(1e-9, 1.0 - 1e-9),
        Objective::Squared => intercept,
    };
    let events = match objective {
        Objective::LogLoss => libm::round(total * base_rate) as u64,
        Objective::Squared => 0,
    };
    let stages = model.best_iteration.iter().flatten();
    let steps = stages.filter(|it| it.len() == bags).fold(vec![0_u64; bags], |mut sum, stage| {
        sum.iter_mut().zip(stage).for_each(|(sum, it)| *sum = sum.saturating_add(*it));
        sum
    });
    let seed = model.implementation_params.as_ref().and_then(|it| it["random_state"].as_u64());
    Trained { rows, groups: rows, events, base_rate, seed: seed.unwrap_or(0), steps }
}

/// Counts of bins: the weights of a main effect, or else the sums of a pair over its other side.
fn fill_counts(bins: &mut [Bins], pair_bins: &mut [Option<Bins>], terms: &[Term]) {
    let counted = |sums: &[f64]| sums.iter().map(|it| libm::round(*it) as u64).collect();
    let levels = bins.iter_mut().chain(pair_bins.iter_mut().flatten());
    levels.for_each(|it| it.counts = vec![0; it.len()]);
    for term in terms {
        let [first, second] = term.features[..] else { continue };
        let width = pair_bins[second].as_ref().map_or(1, Bins::len);
        let mut sums = [vec![0.0; term.weight.len() / width], vec![0.0; width]];
        for (at, w) in term.weight.iter().enumerate() {
            sums[0][at / width] += w;
            sums[1][at % width] += w;
        }
        for (at, sums) in [first, second].into_iter().zip(&sums) {
            let Some(pair) = &mut pair_bins[at] else { continue };
            pair.counts = counted(sums);
            if bins[at].kind == pair.kind {
                bins[at].counts.clone_from(&pair.counts);
            }
        }
    }
    for term in terms.iter().filter(|it| it.features.len() == 1) {
        bins[term.features[0]].counts = counted(&term.weight);
    }
}
