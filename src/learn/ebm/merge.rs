//! Models trained apart put together: offices learn from each other without moving a row.
//!
//! The tables of all models are laid over each other (`union`), then every cell is the mean of the
//! models that have rows there, weighted by these rows. Before that each curve is moved up or down
//! until the curves agree where they overlap: a curve is centred on its own office's people, and two
//! offices with other people have other zeros (`align`).
//!
//! *Intercept.* Without rows the mean probability can only be expected. For each office it is taken
//! over log-odds that are normal, with the mean that its bin weights give exactly and a variance that
//! reproduces the office's own base rate under its own model. The intercept makes the expected mean
//! over all offices equal the joint base rate; for [`Objective::Squared`] it is exact.
//!
//! *Bands.* A cell is a weighted mean of independent models, so its variance is the sum of
//! (weight x standard error)^2. The bags of all models are kept, each as the merged score plus what
//! that bag does to it, scaled so that [`Ebm::band_scale`] x spread is this standard error, for a
//! cell and for a row. Offices are taken to have no person in common. That curves were moved adds
//! uncertainty that is not in the bands.
//!
//! Source of the union: `merge_ebms` of `InterpretML`; it takes plain means of bags and does not
//! align. Never reads a row.

mod align;
mod intercept;
mod union;

#[cfg(test)]
mod tests;

use super::pairs::Purifier;
use super::table::{Lie, rounded};
use super::{Ebm, Objective, Term, Trained, mean_of_bags, on_grid, standard_errors};
use crate::artifact::{BAGS_MAX, VALUES_MAX};
use crate::bins::{BinKind, Bins};
use crate::error::{Error, Result};
use crate::frame::Value;
use std::collections::BTreeSet;
use union::{Part, Union};

/// One model of several with the same features, told by name; the order is that of the first.
///
/// [`Error::Merge`] if there are fewer than two, if their features or objectives differ, if one was
/// edited (take the edits back first: they are decisions about one office), or if the result would
/// be too large. A pair that only some models have is taken from these.
pub fn merge(models: &[&Ebm]) -> Result<Ebm> {
    let offices = offices(models)?;
    let bags: usize = models.iter().map(|it| it.bagged_intercept.len()).sum();
    let features = 0..models[0].bins.len();
    let unions: Vec<(Union, Option<Union>)> =
        features.map(|it| unions(&offices, it)).collect::<Result<_>>()?;
    let terms: Vec<Vec<usize>> = all_terms(&offices);
    let cells =
        |features: &Vec<usize>| axes(&unions, features).map(|it| it.bins.len()).product::<usize>();
    let values = bags.saturating_mul(terms.iter().map(cells).sum::<usize>());
    if bags > BAGS_MAX || values > VALUES_MAX {
        return refuse(format!("{bags} bags and {values} numbers are too large; merge fewer"));
    }
    let scale = models.iter().map(|it| it.band_scale).fold(0.0, f64::max);
    let factors: Vec<f64> = models
        .iter()
        .map(|it| {
            let own = (it.bagged_intercept.len() - 1) as f64;
            libm::sqrt((bags - 1) as f64 / own) * it.band_scale / scale
        })
        .collect();
    let mut mixed: Vec<Mixed> =
        terms.into_iter().map(|it| Mixed::new(&offices, &unions, it, &factors)).collect();
    move_to_mains(&mut mixed, &unions);
    let objective = models[0].objective;
    let (mut terms, mut weights) = (Vec::new(), Vec::new());
    for it in mixed {
        let (term, weight) = it.finish(objective, scale);
        terms.push(term);
        weights.push(weight);
    }
    let intercept = intercept::of(&offices, &terms, &weights, objective);
    let (bins, pair_bins) = unions.into_iter().map(|(a, b)| (a.bins, b.map(|it| it.bins))).unzip();
    Ok(Ebm {
        objective,
        bins,
        pair_bins,
        terms,
        intercept,
        bagged_intercept: bagged_intercept(&offices, intercept, &factors),
        band_scale: scale,
        trained: trained(&offices),
        edits: Vec::new(),
    })
}

/// A model with its features in the common order.
struct Office<'a> {
    model: &'a Ebm,
    /// Position of each common feature in the model.
    place: Vec<usize>,
    /// Weight of all its rows.
    weight: f64,
}

impl Office<'_> {
    fn term(&self, features: &[usize]) -> Option<&Term> {
        let mut own: Vec<usize> = features.iter().map(|it| self.place[*it]).collect();
        own.sort_unstable();
        self.model.terms.iter().find(|it| it.features == own)
    }

    /// Cell of a term from the bins of its features in common order.
    fn cell(&self, features: &[usize], bins: &[usize]) -> usize {
        match (features, bins) {
            ([a, b], [i, j]) if self.place[*a] < self.place[*b] => {
                i * self.model.pair_len(self.place[*b]) + j
            }
            ([a, _], [i, j]) => j * self.model.pair_len(self.place[*a]) + i,
            _ => bins[0],
        }
    }
}

fn offices<'a>(models: &[&'a Ebm]) -> Result<Vec<Office<'a>>> {
    let [first, _, ..] = models else { return refuse("it takes two models or more") };
    let of = |(number, model): (usize, &&'a Ebm)| {
        let which = format!("model {}", number + 1);
        if model.objective != first.objective {
            return refuse(format!("{which} predicts something else than model 1"));
        }
        if model.is_edited() {
            return refuse(format!("{which} holds edits; take them back before merging"));
        }
        if model.terms.is_empty() {
            return refuse(format!("{which} has no terms"));
        }
        let mut place = Vec::with_capacity(first.bins.len());
        for it in &first.bins {
            match model.bins.iter().position(|own| own.name == it.name) {
                Some(at) if model.bins[at].is_continuous() == it.is_continuous() => place.push(at),
                Some(_) => return refuse(format!("{which} has {} of another kind", it.name)),
                None => return refuse(format!("{which} has no feature {}", it.name)),
            }
        }
        if let Some(it) = model.bins.iter().find(|it| first.bins.iter().all(|a| a.name != it.name))
        {
            return refuse(format!("{which} has a feature {} that model 1 has not", it.name));
        }
        let weight = model.terms[0].weight.iter().sum();
        Ok(Office { model, place, weight })
    };
    models.iter().enumerate().map(of).collect()
}

fn refuse<T>(why: impl Into<String>) -> Result<T> {
    Err(Error::Merge { why: why.into() })
}

/// Common bins of a feature in mains and in pairs; a bin of the mains lies in one of the pairs.
fn unions(offices: &[Office<'_>], feature: usize) -> Result<(Union, Option<Union>)> {
    let pick = |of: fn(&Ebm, usize) -> Option<&Bins>| -> Vec<Option<&Bins>> {
        offices.iter().map(|it| of(it.model, it.place[feature])).collect()
    };
    let pairs = pick(|it, at| it.pair_bins[at].as_ref());
    let known: Vec<&Bins> = pairs.iter().flatten().copied().collect();
    let mains = Union::new(&pick(|it, at| Some(&it.bins[at])), &known)?;
    let pairs = if known.is_empty() { None } else { Some(Union::new(&pairs, &[])?) };
    Ok((mains, pairs))
}

/// The terms of all models, mains first.
fn all_terms(offices: &[Office<'_>]) -> Vec<Vec<usize>> {
    let common = |office: &Office<'_>, term: &Term| -> Vec<usize> {
        let back = |own: &usize| office.place.iter().position(|it| it == own).unwrap_or(0);
        let mut features: Vec<usize> = term.features.iter().map(back).collect();
        features.sort_unstable();
        features
    };
    let all = offices.iter().flat_map(|it| it.model.terms.iter().map(move |term| (it, term)));
    let all: BTreeSet<(usize, Vec<usize>)> =
        all.map(|(it, term)| common(it, term)).map(|it| (it.len(), it)).collect();
    all.into_iter().map(|it| it.1).collect()
}

fn axes<'a>(
    unions: &'a [(Union, Option<Union>)],
    features: &'a [usize],
) -> impl Iterator<Item = &'a Union> {
    let pair = features.len() == 2;
    features
        .iter()
        .filter_map(move |it| if pair { unions[*it].1.as_ref() } else { Some(&unions[*it].0) })
}

/// A term of all models, mixed.
struct Mixed {
    features: Vec<usize>,
    /// How a pair's table lies.
    lie: Option<Lie>,
    /// Weight per model and cell.
    weight: Vec<Vec<f64>>,
    scores: Vec<f64>,
    bagged: Vec<Vec<f64>>,
}

impl Mixed {
    fn new(
        offices: &[Office<'_>],
        unions: &[(Union, Option<Union>)],
        features: Vec<usize>,
        factors: &[f64],
    ) -> Self {
        let axes: Vec<&Union> = axes(unions, &features).collect();
        let width = axes.last().map_or(1, |it| it.bins.len());
        let cells: usize = axes.iter().map(|it| it.bins.len()).product();
        let laid: Vec<Option<Laid<'_>>> = (0..offices.len())
            .map(|it| Laid::new(&offices[it], it, &features, &axes, cells, width))
            .collect();
        let weight: Vec<Vec<f64>> = laid
            .iter()
            .map(|it| it.as_ref().map_or_else(|| vec![0.0; cells], |it| it.weight.clone()))
            .collect();
        let score = |at: usize, cell: usize| laid[at].as_ref().map_or(0.0, |it| it.score(cell));
        let rows = |it: &Office<'_>| it.weight / it.model.trained.rows.max(1) as f64;
        let per_row: Vec<f64> = offices.iter().map(rows).collect();
        let shift = match features.len() {
            1 => align::shifts(&weight, &score, &per_row),
            _ => vec![0.0; offices.len()],
        };
        let mix: Vec<Vec<f64>> = (0..cells).map(|it| mix(offices, &laid, it)).collect();
        let mean = |cell: usize| {
            let parts = mix[cell].iter().enumerate();
            parts.map(|(at, part)| part * (score(at, cell) + shift[at])).sum::<f64>()
        };
        let mut scores: Vec<f64> = (0..cells).map(mean).collect();
        if let [only] = axes[..] {
            // What nobody has met stays what it was, whatever the curves' shifts.
            for cell in [0, only.bins.unseen()] {
                if weight.iter().all(|it| it[cell] <= 0.0) {
                    scores[cell] =
                        (0..offices.len()).map(|at| mix[cell][at] * score(at, cell)).sum();
                }
            }
        }
        let mut bagged = Vec::new();
        for (at, office) in offices.iter().enumerate() {
            for bag in 0..office.model.bagged_intercept.len() {
                let of = |cell: usize| {
                    let off = laid[at].as_ref().map_or(0.0, |it| it.deviation(bag, cell));
                    scores[cell] + factors[at] * mix[cell][at] * off
                };
                bagged.push((0..cells).map(of).collect());
            }
        }
        let ordered = axes.iter().all(|it| it.bins.is_continuous());
        let lie = (axes.len() == 2).then_some(Lie { width, ordered });
        Self { features, lie, weight, scores, bagged }
    }

    fn total(&self) -> Vec<f64> {
        (0..self.scores.len()).map(|cell| self.weight.iter().map(|it| it[cell]).sum()).collect()
    }

    /// Adds to every cell, in scores and bags.
    fn add(&mut self, of: impl Fn(usize) -> f64) {
        for table in self.bagged.iter_mut().chain([&mut self.scores]) {
            table.iter_mut().enumerate().for_each(|(cell, it)| *it += of(cell));
        }
    }

    /// The term, and the weight of its cells per model.
    fn finish(self, objective: Objective, scale: f64) -> (Term, Vec<Vec<f64>>) {
        let weight = self.total();
        let mut exact = self.scores;
        if self.lie.is_none() {
            let total: f64 = weight.iter().sum();
            let mean = exact.iter().zip(&weight).map(|(it, w)| it * w).sum::<f64>() / total;
            exact.iter_mut().filter(|it| **it != 0.0).for_each(|it| *it -= mean);
        }
        let (scores, bagged) = rounded(&exact, self.bagged, &weight, self.lie, objective);
        let sd = standard_errors(&bagged, scale);
        (Term { features: self.features, scores, sd, weight, bagged }, self.weight)
    }
}

/// One model's term on the common cells.
struct Laid<'a> {
    term: &'a Term,
    /// The model's cell; `None` where it never met a label.
    cell: Vec<Option<usize>>,
    weight: Vec<f64>,
    means: Vec<f64>,
}

impl<'a> Laid<'a> {
    fn new(
        office: &'a Office<'a>,
        number: usize,
        features: &[usize],
        axes: &[&Union],
        cells: usize,
        width: usize,
    ) -> Option<Self> {
        let term = office.term(features)?;
        let parts: Vec<&Part> =
            axes.iter().map(|it| it.parts[number].as_ref()).collect::<Option<_>>()?;
        let (mut own, mut weight) = (Vec::with_capacity(cells), Vec::with_capacity(cells));
        for cell in 0..cells {
            let at = if parts.len() == 2 { vec![cell / width, cell % width] } else { vec![cell] };
            let bins: Option<Vec<usize>> =
                parts.iter().zip(&at).map(|(it, at)| it.bin[*at]).collect();
            let place = bins.map(|it| office.cell(features, &it));
            let share: f64 = parts.iter().zip(&at).map(|(it, at)| it.share[*at]).product();
            weight.push(place.map_or(0.0, |it| term.weight[it] * share));
            own.push(place);
        }
        Some(Self { term, cell: own, weight, means: mean_of_bags(&term.bagged) })
    }

    fn score(&self, cell: usize) -> f64 {
        self.cell[cell].map_or(0.0, |it| self.term.scores[it])
    }

    fn deviation(&self, bag: usize, cell: usize) -> f64 {
        self.cell[cell].map_or(0.0, |it| self.term.bagged[bag][it] - self.means[it])
    }
}

/// What each model has to say in a cell, in all 1: by its rows there; where nobody has any, by the
/// rows of all models that know the cell.
fn mix(offices: &[Office<'_>], laid: &[Option<Laid<'_>>], cell: usize) -> Vec<f64> {
    let here = |it: &Option<Laid<'_>>| it.as_ref().map_or(0.0, |it| it.weight[cell]);
    let mut parts: Vec<f64> = laid.iter().map(here).collect();
    if parts.iter().sum::<f64>() <= 0.0 {
        let knows = |it: &Option<Laid<'_>>| it.as_ref().is_some_and(|it| it.cell[cell].is_some());
        let all = |(office, it): (&Office<'_>, _)| if knows(it) { office.weight } else { 0.0 };
        parts = offices.iter().zip(laid).map(all).collect();
    }
    let sum: f64 = parts.iter().sum();
    for it in &mut parts {
        *it = if sum > 0.0 { *it / sum } else { 0.0 };
    }
    parts
}

/// What a pair says of its features alone belongs to their mains: mixing by cell leaves some behind.
/// A pair of which one feature has no main stays as it is.
fn move_to_mains(mixed: &mut [Mixed], unions: &[(Union, Option<Union>)]) {
    for at in 0..mixed.len() {
        let Some(lie) = mixed[at].lie else { continue };
        let features = mixed[at].features.clone();
        let main = |it: &usize| mixed.iter().position(|mixed| mixed.features == [*it]);
        let mains: Vec<usize> = features.iter().filter_map(main).collect();
        let [left, right] = mains[..] else { continue };
        let mut moved = mixed[at].scores.clone();
        let taken = Purifier::new(mixed[at].total(), lie.width).purify(&mut moved);
        moved.iter_mut().zip(&mixed[at].scores).for_each(|(it, before)| *it -= before);
        mixed[at].add(|cell| moved[cell]);
        for (main, means) in [(left, taken.left), (right, taken.right)] {
            let (union, pair) = &unions[mixed[main].features[0]];
            let Some(pair) = pair else { continue };
            let holder: Vec<usize> =
                (0..union.bins.len()).map(|it| holder(&union.bins, &pair.bins, it)).collect();
            mixed[main].add(|bin| means[holder[bin]]);
        }
    }
}

/// The bin for pairs that holds a bin of the main effect.
fn holder(main: &Bins, pair: &Bins, bin: usize) -> usize {
    match &main.kind {
        _ if bin == 0 => 0,
        _ if bin == main.unseen() => pair.unseen(),
        BinKind::Cuts(cuts) => {
            pair.bin(Value::Number(bin.checked_sub(2).map_or(f64::NEG_INFINITY, |it| cuts[it])))
        }
        BinKind::Categories(it) => {
            let label = it.pairs().find(|it| it.1 == bin);
            label.map_or(pair.unseen(), |it| pair.bin(Value::Label(it.0)))
        }
    }
}

fn bagged_intercept(offices: &[Office<'_>], intercept: f64, factors: &[f64]) -> Vec<f64> {
    let total: f64 = offices.iter().map(|it| it.weight).sum();
    let mut out = Vec::new();
    for (office, factor) in offices.iter().zip(factors) {
        let bags = &office.model.bagged_intercept;
        let mean = bags.iter().sum::<f64>() / bags.len() as f64;
        let part = factor * office.weight / total;
        out.extend(bags.iter().map(|it| intercept + part * (it - mean)));
    }
    on_grid(vec![out], None, offices[0].model.objective).remove(0)
}

fn trained(offices: &[Office<'_>]) -> Trained {
    let all = || offices.iter().map(|it| &it.model.trained);
    let total: f64 = offices.iter().map(|it| it.weight).sum();
    let rate = |it: &Office<'_>| it.model.trained.base_rate * it.weight / total;
    Trained {
        rows: all().map(|it| it.rows).sum(),
        groups: all().map(|it| it.groups).sum(),
        events: all().map(|it| it.events).sum(),
        base_rate: offices.iter().map(rate).sum(),
        seed: offices[0].model.trained.seed,
        steps: all().flat_map(|it| it.steps.iter().copied()).collect(),
    }
}
