//! The models of the lab under one name: what to fit, and what was fitted.
//!
//! Never here: folds, files, words.

use learn::baseline::Logistic;
use learn::ebm::{self, Ebm, EbmOptions};
use learn::frame::{Column, Frame};
use learn::progress::{Flow, Progress, Step};
use serde::Serialize;

use super::super::Result;
use super::super::progress::Tell;
use super::options::{self, LogisticOptions};
use super::{Explain, invalid};
use crate::domain::near::nearest;

/// Which model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Model {
    /// Explainable Boosting Machine.
    Ebm,
    /// Ridge logistic regression.
    Logistic,
}

/// A model with its options, before any data.
pub(super) enum Recipe {
    Ebm(EbmOptions),
    Logistic(LogisticOptions),
}

/// A fitted model.
pub(super) enum Fitted {
    Ebm(Ebm),
    Logistic(Logistic),
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
    pub const ALL: [(&str, Self); 2] = [("ebm", Self::Ebm), ("logistic", Self::Logistic)];

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
            Self::Logistic => "Logistic regression",
        }
    }
}

impl Recipe {
    pub(super) fn new(model: Model, seed: u64, set: &[String]) -> Result<Self> {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        match model {
            Model::Ebm => {
                let mut it = EbmOptions::new(seed, threads);
                options::apply(&mut it, options::EBM, set)?;
                Ok(Self::Ebm(it))
            }
            Model::Logistic => {
                let mut it = LogisticOptions { alpha: 1.0 };
                options::apply(&mut it, options::LOGISTIC, set)?;
                Ok(Self::Logistic(it))
            }
        }
    }

    /// Whether the model can explain what is asked.
    pub(super) fn check_explains(&self, _explain: Option<Explain>) -> Result<()> {
        Ok(())
    }

    pub(super) fn fit(&self, frame: &Frame, ear: &Ear<'_>) -> learn::Result<Fitted> {
        Ok(match self {
            Self::Ebm(options) => Fitted::Ebm(ebm::fit(frame, options, ear)?),
            Self::Logistic(options) => Fitted::Logistic(Logistic::fit(frame, options.alpha)?),
        })
    }
}

impl Fitted {
    pub(super) fn probabilities(&self, columns: &[Column]) -> learn::Result<Vec<f64>> {
        match self {
            Self::Ebm(it) => it.probabilities(columns),
            Self::Logistic(it) => it.probabilities(columns),
        }
    }
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
