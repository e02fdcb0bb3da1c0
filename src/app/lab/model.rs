//! The models of the lab under one name: what to fit, and what was fitted.
//!
//! Never here: folds, files, words.

use learn::baseline::Logistic;
use learn::ebm::{self, Ebm, EbmOptions, Objective};
use learn::forest::{Forest, ForestOptions};
use learn::frame::{Column, Frame};
use learn::progress::{Flow, Progress, Step};
use learn::tree::{Tree, TreeOptions};
use serde::Serialize;

use super::super::Result;
use super::super::progress::Tell;
use super::options::{self, Knob, LogisticOptions};
use super::{Explain, invalid};
use crate::domain::near::nearest;

/// Which model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Model {
    /// Explainable Boosting Machine.
    Ebm,
    /// Classification tree.
    Tree,
    /// Ridge logistic regression.
    Logistic,
    /// Random forest.
    Forest,
}

/// A model with its options, before any data.
pub(super) enum Recipe {
    Ebm(EbmOptions),
    Tree(TreeOptions),
    Logistic(LogisticOptions),
    Forest(ForestOptions),
}

/// A fitted model.
pub(super) enum Fitted {
    Ebm(Ebm),
    Tree(Tree),
    Logistic(Logistic),
    Forest(Forest),
}

/// Hands the steps of a fit on to whoever listens to the lab.
pub(super) struct Ear<'a> {
    pub(super) tell: &'a dyn Tell,
    /// Fits done before this one.
    pub(super) done: u64,
    /// Fits in all.
    pub(super) of: u64,
    pub(super) what: &'a str,
}

impl Model {
    /// Every model with its name.
    pub const ALL: [(&str, Self); 4] = [
        ("ebm", Self::Ebm),
        ("tree", Self::Tree),
        ("logistic", Self::Logistic),
        ("forest", Self::Forest),
    ];

    /// The model of a name.
    pub fn parse(name: &str) -> Result<Self> {
        Self::ALL.iter().find(|it| it.0 == name).map(|it| it.1).ok_or_else(|| {
            let names = Self::ALL.map(|it| it.0);
            let near = nearest(name, names.into_iter());
            let near = near.map_or_else(String::new, |it| format!("Did you mean `{it}`? "));
            let names = names.join(", ");
            invalid(format!("There is no model `{name}`."), format!("{near}Models: {names}."))
        })
    }

    /// Its name in sentences.
    pub fn words(self) -> &'static str {
        match self {
            Self::Ebm => "Explainable Boosting Machine",
            Self::Tree => "Classification tree",
            Self::Logistic => "Logistic regression",
            Self::Forest => "Random forest",
        }
    }
}

impl Recipe {
    pub(super) fn new(model: Model, seed: u64, set: &[String]) -> Result<Self> {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        Ok(match model {
            Model::Ebm => Self::Ebm(set_all(EbmOptions::new(seed, threads), options::EBM, set)?),
            Model::Tree => Self::Tree(set_all(TreeOptions::default(), options::TREE, set)?),
            Model::Logistic => {
                Self::Logistic(set_all(LogisticOptions { alpha: 1.0 }, options::LOGISTIC, set)?)
            }
            Model::Forest => {
                Self::Forest(set_all(ForestOptions::new(seed, threads), options::FOREST, set)?)
            }
        })
    }

    /// Whether the model can explain what is asked.
    pub(super) fn check_explains(&self, explain: Option<Explain>) -> Result<()> {
        match (self, explain) {
            (Self::Forest(_), Some(_)) => Err(invalid(
                "A random forest has no terms: it cannot explain a row or itself.",
                "Ask ebm, logistic or tree for that.",
            )),
            _ => Ok(()),
        }
    }

    /// The recipe for a target of numbers; `target` is its column.
    pub(super) fn of_numbers(self, target: &str) -> Result<Self> {
        let model = match self {
            Self::Ebm(options) => {
                return Ok(Self::Ebm(EbmOptions { objective: Objective::Squared, ..options }));
            }
            Self::Tree(_) => Model::Tree,
            Self::Logistic(_) => Model::Logistic,
            Self::Forest(_) => Model::Forest,
        };
        Err(invalid(
            format!(
                "The target {target} takes more than two values, all numbers: {} tells two classes \
                 apart.",
                model.words().to_lowercase()
            ),
            "Use `--model ebm`, which predicts numbers too, or say with `--positive VALUE` which value \
             counts as 1, all others as 0.",
        ))
    }

    pub(super) fn fit(&self, frame: &Frame, ear: &Ear<'_>) -> learn::Result<Fitted> {
        Ok(match self {
            Self::Ebm(options) => Fitted::Ebm(ebm::fit(frame, options, ear)?),
            Self::Tree(options) => Fitted::Tree(Tree::fit(frame, options)?),
            Self::Forest(options) => Fitted::Forest(Forest::fit(frame, options)?),
            Self::Logistic(options) => Fitted::Logistic(Logistic::fit(frame, options.alpha)?),
        })
    }
}

impl Fitted {
    /// Probabilities, or numbers.
    pub(super) fn values(&self, columns: &[Column]) -> learn::Result<Vec<f64>> {
        match self {
            Self::Ebm(it) => it.values(columns),
            Self::Tree(it) => it.probabilities(columns),
            Self::Logistic(it) => it.probabilities(columns),
            Self::Forest(it) => it.probabilities(columns),
        }
    }
}

fn set_all<O>(mut options: O, knobs: &[Knob<O>], set: &[String]) -> Result<O> {
    options::apply(&mut options, knobs, set)?;
    Ok(options)
}

impl Progress for Ear<'_> {
    fn step(&self, done: u64, of: u64, _what: &Step) -> Flow {
        let parts = of.max(1);
        let what = format!("fold {}", self.what);
        if self.tell.say(self.done * parts + done, self.of * parts, &what) {
            Flow::Continue
        } else {
            Flow::Stop
        }
    }
}
