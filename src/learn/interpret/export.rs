//! From a model to `InterpretML`'s JSON, detail `all`.
//!
//! What the format asks for and a model here does not hold: the histogram of raw values is one bin
//! wide; `num_unique_vals` is the number of bins; a regression's `min_target` and `max_target` are
//! the least and the greatest the model can say. Edits are in the scores; their reasons stay here.

use super::VERSION;
use crate::bins::{BinKind, Bins};
use crate::ebm::{Ebm, Objective, Term};
use serde_json::{Map, Value as Json, json};

/// The JSON of a model. `classes` names target 0 and target 1; for a regression it is passed by.
pub fn to_json(ebm: &Ebm, classes: [&str; 2]) -> String {
    let bags = ebm.bagged_intercept.len();
    let share = ebm.band_scale * ebm.band_scale / (1.0 + ebm.band_scale * ebm.band_scale);
    let total: f64 = ebm.terms.first().map_or(1.0, |it| it.weight.iter().sum());
    let mut iterations = vec![ebm.trained.steps.clone()];
    if ebm.terms.iter().any(|it| it.features.len() == 2) {
        iterations.push(vec![0; bags]);
    }
    let document = json!({
        "version": VERSION,
        "ebm": {
            "outputs": [output(ebm, classes)],
            "intercept": [ebm.intercept],
            "bagged_intercept": ebm.bagged_intercept,
            "bag_weights": vec![share * total; bags],
            "best_iteration": iterations,
            "implementation": "rust",
            "implementation_params": { "random_state": ebm.trained.seed },
            "features": (0..ebm.bins.len()).map(|it| feature(ebm, it)).collect::<Vec<_>>(),
            "terms": ebm.terms.iter().map(|it| term(ebm, it)).collect::<Vec<_>>(),
        }
    });
    document.to_string()
}

fn output(ebm: &Ebm, classes: [&str; 2]) -> Json {
    match ebm.objective {
        Objective::LogLoss => json!({
            "task": "classification", "classes": classes, "link": "logit", "link_param": "nan",
        }),
        Objective::Squared => {
            let ends = |pick: fn(f64, f64) -> f64| {
                let of = |it: &Term| it.scores.iter().copied().reduce(pick).unwrap_or(0.0);
                ebm.intercept + ebm.terms.iter().map(of).sum::<f64>()
            };
            json!({
                "task": "regression", "link": "identity", "link_param": "nan",
                "min_target": ends(f64::min), "max_target": ends(f64::max),
            })
        }
    }
}

fn feature(ebm: &Ebm, at: usize) -> Json {
    let bins = &ebm.bins[at];
    let levels: Vec<&Bins> = std::iter::once(bins).chain(&ebm.pair_bins[at]).collect();
    let mut out = Map::new();
    out.insert("name".into(), json!(bins.name));
    out.insert("num_unique_vals".into(), json!(bins.real()));
    if bins.is_continuous() {
        let cuts = |it: &&Bins| match &it.kind {
            BinKind::Cuts(cuts) => json!(cuts),
            BinKind::Categories(_) => json!([]),
        };
        let known: u64 = bins.counts.iter().skip(1).sum();
        let missing = bins.counts.first().copied().unwrap_or(0);
        let (min, max) = if bins.min.is_nan() { (0.0, 0.0) } else { (bins.min, bins.max) };
        out.insert("type".into(), json!("continuous"));
        out.insert("cuts".into(), levels.iter().map(cuts).collect());
        out.insert("min".into(), json!(min));
        out.insert("max".into(), json!(max));
        out.insert("histogram_weights".into(), json!([missing as f64, known as f64, 0.0]));
    } else {
        out.insert("type".into(), json!("nominal"));
        out.insert("categories".into(), levels.iter().map(|it| labels(it)).collect());
    }
    Json::Object(out)
}

/// A list with a label per bin, or a list of the labels that share it.
fn labels(bins: &Bins) -> Json {
    let BinKind::Categories(it) = &bins.kind else { return json!([]) };
    let mut per_bin = vec![Vec::new(); it.bins()];
    it.pairs().for_each(|(label, bin)| per_bin[bin - 1].push(label));
    let spelt = |labels: &Vec<&str>| match labels[..] {
        [one] => json!(one),
        _ => json!(labels),
    };
    per_bin.iter().map(spelt).collect()
}

fn term(ebm: &Ebm, term: &Term) -> Json {
    let width = match term.features[..] {
        [_, second] => Some(ebm.pair_len(second)),
        _ => None,
    };
    let nested = |table: &[f64]| match width {
        Some(width) => json!(table.chunks(width.max(1)).collect::<Vec<_>>()),
        None => json!(table),
    };
    let names: Vec<&str> = term.features.iter().map(|it| ebm.bins[*it].name.as_str()).collect();
    let bags = term.bagged.len() as f64;
    // There the spread is divided by the number of bags, here by one less, and then scaled.
    let factor = libm::sqrt((bags - 1.0) / bags) / ebm.band_scale;
    let spread: Vec<f64> = term.sd.iter().map(|it| it * factor).collect();
    json!({
        "term_features": names,
        "scores": nested(&term.scores),
        "standard_deviations": nested(&spread),
        "bagged_scores": term.bagged.iter().map(|it| nested(it)).collect::<Vec<_>>(),
        "bin_weights": nested(&term.weight),
    })
}
