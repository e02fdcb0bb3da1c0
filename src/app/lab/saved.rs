//! Models of the lab on disk: saved after a fit on all rows, read again to predict another table.
//!
//! Never here: a fit, and never a column guessed at that the model wants and the table lacks.

use std::path::{Path, PathBuf};

use learn::ebm::{Ebm, Objective, Prediction};
use learn::frame::{Column, Frame};
use learn::tree::{self, Tree};
use learn::{artifact, interpret, lookup, math};
use serde::Serialize;

use super::model::{Fitted, Model};
use super::{Explained, invalid, table};
use crate::app::exchange::{Form, Given, write_new};
use crate::app::{Error, Result};
use crate::domain::told::Kind;

/// Where a model is saved, and in which form.
#[derive(Clone, Debug)]
pub struct Save {
    /// A file that is not there yet.
    pub path: PathBuf,
    /// In which form.
    pub form: Form,
}

/// What is asked of a saved model.
#[derive(Clone, Debug)]
pub struct Ask {
    /// CSV file with a header row and the model's columns, in any order, beside others.
    pub data: PathBuf,
    /// The model: saved by the lab, or exported by `InterpretML`.
    pub model: PathBuf,
    /// The row to explain, 1 being the first below the header.
    pub explain: Option<u64>,
}

/// The answer, as it is printed with `--json`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Answer {
    /// Counts up when a key changes its meaning.
    pub format: u32,
    /// `ebm` or `tree`.
    pub model: Model,
    /// Whether it predicts a number, not a class.
    pub is_number: bool,
    /// Every row of the table, in its order.
    pub predictions: Vec<Predicted>,
    /// Of the row asked for.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub explained: Option<Explained>,
}

/// What a model says of a row.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Predicted {
    /// Number of the row, 1 being the first below the header.
    pub row: u64,
    /// Probability of the class that counts as 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    /// Log-odds of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_odds: Option<f64>,
    /// The number, of a model that predicts one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// Lower end of the interval of the probability or the number: 90% of an `ebm`; of a `tree` the
    /// 95% Wilson interval of the leaf's share.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

enum Stored {
    Ebm(Box<Ebm>),
    Tree(Tree),
}

impl Save {
    /// Said before anything is read.
    pub(super) fn check(&self, model: Model) -> Result<()> {
        let saves = match model {
            Model::Ebm => true,
            Model::Tree => self.form == Form::Crewkeep,
            Model::Logistic | Model::Forest => false,
        };
        if !saves {
            return Err(invalid(
                format!("A {} is not saved in that form.", model.words().to_lowercase()),
                "An ebm is saved as crewkeep, interpret or csv, a tree as crewkeep; others are not.",
            ));
        }
        if self.path.exists() {
            return Err(Error::told(
                Kind::Conflict,
                format!("{} is there already.", self.path.display()),
                "Nothing was fitted. Name a file that is not there yet.",
            ));
        }
        Ok(())
    }

    /// Writes the model; says so in a sentence. `positive` names the class that counts as 1.
    pub(super) fn write(&self, fitted: &Fitted, positive: &str) -> Result<String> {
        let other = format!("not {positive}");
        let text = match (fitted, self.form) {
            (Fitted::Ebm(it), Form::Crewkeep) => artifact::to_json(it),
            (Fitted::Ebm(it), Form::Interpret) => Ok(interpret::to_json(it, [&other, positive])),
            (Fitted::Ebm(it), Form::Csv) => Ok(lookup::to_csv(it)),
            (Fitted::Tree(it), _) => tree::to_json(it),
            // Refused before anything was read.
            _ => Ok(String::new()),
        };
        let text = text.map_err(|error| Error::broken("write down a model", error))?;
        write_new(&self.path, text.as_bytes())?;
        Ok(format!("The model of a fit on all rows is in {}.", self.path.display()))
    }
}

/// Applies a model to every row of a table.
///
/// # Errors
/// `NotFound` and `Invalid` for files that are not there or damaged, for columns that are missing and
/// for cells that are no numbers where the model wants some.
pub fn predict(ask: &Ask) -> Result<Answer> {
    let stored = read(&ask.model)?;
    let wanted: Vec<(String, bool)> = match &stored {
        Stored::Ebm(it) => it.bins.iter().map(|it| (it.name.clone(), it.is_continuous())).collect(),
        Stored::Tree(it) => it.columns().to_vec(),
    };
    let columns = table::wanted(&ask.data, &wanted)?;
    let rows = columns.first().map_or(0, Column::len);
    if let Some(row) = ask.explain
        && (row == 0 || row > rows as u64)
    {
        return Err(Error::told(
            Kind::NotFound,
            format!("There is no row {row} to explain: the file has {rows}."),
            "Rows count from 1, the header not counted.",
        ));
    }
    let told = |error| Error::broken("apply a model", error);
    let frame =
        Frame::numeric(columns, vec![0.0; rows], None, (0..rows as u32).collect(), vec![0; rows])
            .map_err(told)?;
    let place = ask.explain.map(|it| it as usize - 1);
    let (predictions, explained) = match &stored {
        Stored::Ebm(it) => ebm(it, &frame, place),
        Stored::Tree(it) => tree(it, &frame, place),
    }
    .map_err(told)?;
    let (model, is_number) = match &stored {
        Stored::Ebm(it) => (Model::Ebm, it.objective == Objective::Squared),
        Stored::Tree(_) => (Model::Tree, false),
    };
    let explained = explained.map(|it| Explained { row: ask.explain, ..it.sorted() });
    Ok(Answer { format: 1, model, is_number, predictions, explained })
}

type Said = (Vec<Predicted>, Option<Explained>);

fn ebm(ebm: &Ebm, frame: &Frame, place: Option<usize>) -> learn::Result<Said> {
    let is_number = ebm.objective == Objective::Squared;
    let of = |(at, it): (usize, Prediction)| Predicted {
        row: at as u64 + 1,
        probability: (!is_number).then_some(it.probability),
        log_odds: (!is_number).then_some(it.log_odds),
        value: is_number.then_some(it.log_odds),
        low: it.low,
        high: it.high,
    };
    let predictions = ebm.predict(frame.columns())?.into_iter().enumerate().map(of).collect();
    let explained = place.map(|at| super::explain::ebm_row(ebm, frame, at)).transpose()?;
    Ok((predictions, explained))
}

fn tree(tree: &Tree, frame: &Frame, place: Option<usize>) -> learn::Result<Said> {
    let of = |at: usize| {
        let node = &tree.nodes()[tree.leaf(&frame.row(at))?];
        let (low, high) = node.interval();
        let probability = node.probability();
        Ok(Predicted {
            row: at as u64 + 1,
            probability: Some(probability),
            log_odds: Some(math::logit(probability)),
            value: None,
            low,
            high,
        })
    };
    let predictions = (0..frame.rows()).map(of).collect::<learn::Result<_>>()?;
    let explained = place.map(|at| super::explain::tree_row(tree, frame, at)).transpose()?;
    Ok((predictions, explained))
}

/// Reads a model; its form is recognised by its keys.
fn read(path: &Path) -> Result<Stored> {
    let given = Given::open(path, None, false)?;
    let name = path.display();
    let json: serde_json::Value = serde_json::from_slice(&given.bytes).map_err(|error| {
        invalid(
            format!("{name} cannot be read as JSON: {error}."),
            "It is damaged or no model. Save the model again.",
        )
    })?;
    let text = String::from_utf8_lossy(&given.bytes);
    let has = |key: &str| json.get(key).is_some();
    let stored = if has("ebm") {
        interpret::from_json(&text).map(|it| Stored::Ebm(Box::new(it.model)))
    } else if has("nodes") {
        tree::from_json(&text).map(Stored::Tree)
    } else {
        artifact::from_json(&text).map(|it| Stored::Ebm(Box::new(it)))
    };
    stored.map_err(|error| {
        invalid(
            format!("{name}: {error}."),
            "Models are read that `lab fit --save`, `models export` or InterpretML wrote as JSON.",
        )
    })
}
