//! A fit on all rows as terms: the model as a whole, or one row as a sum.
//!
//! Never here: terms that do not add up, a model that has none (see `model::Recipe`).

use learn::baseline::{Logistic, Part};
use learn::ebm::{BAND_LEVEL, Ebm, Objective};
use learn::frame::{Frame, Value};
use learn::math;
use learn::tree::{Step, Tree};
use serde::Serialize;

use super::super::Result;
use super::model::Fitted;
use super::{Explain, refused};

/// What a fit on all rows says.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Explained {
    /// The row explained, 1 being the first below the header; absent for the model as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<u64>,
    /// Log-odds (of a target of numbers: the number) where every term is 0; absent for a model
    /// without terms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub intercept: Option<f64>,
    /// The terms, the largest first. Of a row they and the intercept add up to the log-odds, or to
    /// the predicted number.
    pub terms: Vec<Term>,
    /// What is predicted for the row, if the target is a number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prediction: Option<f64>,
    /// Log-odds of the row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_odds: Option<f64>,
    /// Probability of the row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    /// 90% interval of the probability or number, where the model gives one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<(f64, f64)>,
    /// What the row's target is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actual: Option<f64>,
    /// The leaves of a tree as rules; of a row, its one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Rule>,
}

/// One term.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Term {
    /// Column, columns joined by " x ", or column with the category that is told apart.
    pub name: String,
    /// Of a row, what it adds to the log-odds or number; of a model, the mean absolute of that.
    pub score: f64,
    /// Lower end of the 90% interval.
    pub low: f64,
    /// Upper end of the 90% interval.
    pub high: f64,
    /// The row's cell, empty if missing; absent for the model as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// One leaf of a tree.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rule {
    /// The tests that lead there, in words, from the root.
    pub path: Vec<String>,
    /// Rows of the table in it.
    pub rows: u64,
    /// Those of them whose target counts as 1.
    pub events: u64,
    /// The probability it predicts.
    pub probability: f64,
    /// Lower end of the 95% Wilson interval of its share.
    pub low: f64,
    /// Upper end of that interval.
    pub high: f64,
}

impl Explained {
    /// The largest terms first.
    pub(super) fn sorted(mut self) -> Self {
        self.terms.sort_by(|a, b| b.score.abs().total_cmp(&a.score.abs()));
        self
    }
}

/// Explains a fit on all rows.
pub(super) fn explain(frame: &Frame, fitted: &Fitted, what: Explain) -> Result<Explained> {
    let told = |error| refused(error, "all rows");
    let explained = match (fitted, what) {
        (Fitted::Ebm(it), Explain::Global) => Ok(ebm_whole(it)),
        (Fitted::Ebm(it), Explain::Row(row)) => ebm_row(it, frame, row as usize - 1),
        (Fitted::Tree(it), Explain::Global) => Ok(tree_whole(it)),
        (Fitted::Tree(it), Explain::Row(row)) => tree_row(it, frame, row as usize - 1),
        // Refused before anything was read.
        (Fitted::Forest(_), _) => Ok(Explained::default()),
        (Fitted::Logistic(it), Explain::Global) => logistic_whole(it, frame),
        (Fitted::Logistic(it), Explain::Row(row)) => logistic_row(it, frame, row as usize - 1),
    }
    .map_err(told)?;
    let mut explained = explained.sorted();
    if let Explain::Row(row) = what {
        explained.row = Some(row);
        explained.actual = Some(frame.target()[row as usize - 1]);
    }
    Ok(explained)
}

fn ebm_whole(ebm: &Ebm) -> Explained {
    let half = ebm.band_quantile();
    let term = |it: learn::ebm::Importance| {
        let name = ebm.term_name(it.term);
        term(name, it.mean, half * it.sd, true)
    };
    let terms = ebm.importances().into_iter().map(term).collect();
    Explained { intercept: Some(ebm.intercept), terms, ..Explained::default() }
}

pub(super) fn ebm_row(ebm: &Ebm, frame: &Frame, row: usize) -> learn::Result<Explained> {
    let cells = frame.row(row);
    let it = ebm.explain(&cells)?;
    let half = ebm.band_quantile();
    let of = |(place, (score, sd)): (usize, (&f64, &f64))| {
        let values: Vec<String> =
            ebm.terms[place].features.iter().map(|i| shown(cells[*i])).collect();
        let value = Some(values.join(" x "));
        Term { value, ..term(ebm.term_name(place), *score, half * sd, false) }
    };
    let number = ebm.objective == Objective::Squared;
    Ok(Explained {
        intercept: Some(it.intercept),
        terms: it.terms.iter().zip(&it.sd).enumerate().map(of).collect(),
        prediction: number.then_some(it.log_odds),
        log_odds: (!number).then_some(it.log_odds),
        probability: (!number).then_some(it.probability),
        interval: Some((it.low, it.high)),
        ..Explained::default()
    })
}

fn logistic_whole(logistic: &Logistic, frame: &Frame) -> learn::Result<Explained> {
    let half = math::normal_quantile(0.5 + BAND_LEVEL / 2.0);
    let of = |it: Part| term(it.name, it.score, half * it.sd, true);
    let terms = logistic.importances(frame.columns())?.into_iter().map(of).collect();
    Ok(Explained { intercept: Some(logistic.intercept), terms, ..Explained::default() })
}

fn logistic_row(logistic: &Logistic, frame: &Frame, row: usize) -> learn::Result<Explained> {
    let half = math::normal_quantile(0.5 + BAND_LEVEL / 2.0);
    let one = frame.take(&[row])?;
    let of = |it: Part| {
        let value = one.columns().iter().find(|column| it.name == column.name);
        let value = value.map(|column| shown(column.value(0)));
        Term { value, ..term(it.name, it.score, half * it.sd, false) }
    };
    let log_odds = logistic.log_odds(one.columns())?[0];
    Ok(Explained {
        intercept: Some(logistic.intercept),
        terms: logistic.parts(one.columns())?.into_iter().map(of).collect(),
        log_odds: Some(log_odds),
        probability: Some(math::sigmoid(log_odds)),
        ..Explained::default()
    })
}

fn tree_whole(tree: &Tree) -> Explained {
    let rules = tree.leaves().into_iter().map(|it| rule(tree, it)).collect();
    Explained { rules, ..Explained::default() }
}

pub(super) fn tree_row(tree: &Tree, frame: &Frame, row: usize) -> learn::Result<Explained> {
    let rule = rule(tree, tree.leaf(&frame.row(row))?);
    Ok(Explained {
        log_odds: Some(math::logit(rule.probability)),
        probability: Some(rule.probability),
        rules: vec![rule],
        ..Explained::default()
    })
}

fn rule(tree: &Tree, leaf: usize) -> Rule {
    let words = |it: &Step<'_>| it.words(it.feature);
    let node = &tree.nodes()[leaf];
    let (low, high) = node.interval();
    Rule {
        path: tree.rule(leaf, words).tests,
        rows: node.count(),
        events: node.rows[1],
        probability: node.probability(),
        low,
        high,
    }
}

/// An importance is a mean absolute: its interval ends at 0.
fn term(name: String, score: f64, half: f64, is_importance: bool) -> Term {
    let low = if is_importance { (score - half).max(0.0) } else { score - half };
    Term { name, score, low, high: score + half, value: None }
}

fn shown(value: Value<'_>) -> String {
    match value {
        Value::Number(x) => x.to_string(),
        Value::Label(label) => label.to_owned(),
        Value::Missing => String::new(),
    }
}
