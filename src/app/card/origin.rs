//! Where a model comes from that was not trained here as it is: a file, several models, an edit.
//!
//! Never here: reading files, testing.

use serde::{Deserialize, Serialize};

use super::{Ranged, month_words};
use crate::domain::count::{counted, grouped};
use crate::feature;

/// Where it comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Origin {
    /// How it came to be.
    pub how: How,
    /// What it is made of; of a merge the office's own model first.
    pub parts: Vec<Part>,
    /// Features whose line goes against the direction that is known of them.
    #[serde(default)]
    pub against: Vec<String>,
    /// How it does on this office's last months; absent when they allow no test.
    #[serde(default)]
    pub here: Option<HereTest>,
}

/// How a model came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// Read from a file.
    Import,
    /// Put together from models that learned apart.
    Merge,
    /// Changed by a person.
    Edit,
}

/// One of the models it is made of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// `v3`, or the name of the file.
    pub name: String,
    /// `registry`, or the form of the file: `crewkeep`, `interpret`.
    pub form: String,
    /// SHA-256 of the artifact or the file.
    pub sha256: String,
    /// Rows it learned from (a person's month).
    pub rows: u64,
    /// Exits among them.
    pub exits: u64,
    /// Whether it is known to have learned from this office's rows.
    pub from_here: bool,
}

/// A model on this office's last months.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HereTest {
    /// First and last month, ISO.
    pub months: (String, String),
    /// Rows.
    pub rows: u64,
    /// Rows followed by an exit within the horizon.
    pub events: u64,
    /// People among them.
    pub people: u64,
    /// Area under the ROC curve, 95% by person.
    pub auc: Ranged,
    /// Mean log loss, nats, 95% by person.
    pub log_loss: Ranged,
    /// Log loss of giving everyone the share of these rows.
    pub base_log_loss: f64,
    /// Whether it, or a part of it, learned from these rows.
    pub has_seen: bool,
}

/// A change of a line by a person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EditCard {
    /// Name of the line: a feature, or two joined by ` x `.
    pub term: String,
    /// Steps that were changed.
    pub steps: u64,
    /// Why.
    pub reason: String,
    /// Who.
    pub by: String,
    /// When.
    pub at: String,
}

impl Origin {
    /// Why there is no test, in sentences.
    pub fn untested_words(&self) -> String {
        let why = match self.how {
            How::Import => "It was made elsewhere and not tested here.",
            How::Merge => "It was put together from finished models and not tested as a whole.",
            How::Edit => "A line was changed after its test, which therefore says nothing of it.",
        };
        let here = self.here.as_ref().map_or_else(String::new, |it| format!(" {}", it.words()));
        format!("{why}{here}")
    }

    /// Everything there is to say of it, a sentence each.
    pub fn sentences(&self) -> Vec<String> {
        let head = match self.how {
            How::Import => "It was brought here from elsewhere.",
            How::Merge => "It was put together from models that learned apart.",
            How::Edit => "It is another model with a line changed by a person.",
        };
        let mut said = vec![head.to_owned()];
        said.extend(self.parts.iter().map(Part::words));
        said.extend(self.here.as_ref().map(HereTest::words));
        if !self.against.is_empty() {
            let titles: Vec<&str> = self.against.iter().map(|it| title(it)).collect();
            said.push(format!(
                "Against what is known of them go the lines of: {}.",
                titles.join(", ")
            ));
        }
        said
    }
}

impl Part {
    fn words(&self) -> String {
        let form = match self.form.as_str() {
            "registry" => "",
            "interpret" => ", a file of InterpretML",
            _ => ", a file of Crewkeep",
        };
        format!(
            "{}{form}: {}, {}; SHA-256 {}.",
            self.name,
            counted(self.rows, "row"),
            counted(self.exits, "exit"),
            self.sha256
        )
    }
}

impl HereTest {
    /// In two sentences.
    pub fn words(&self) -> String {
        let seen = if self.has_seen {
            "parts of which it has seen, so the figures flatter it"
        } else {
            "which it has not seen"
        };
        format!(
            "Tested on this office's rows, {seen}: AUC {}, log loss {} ({:.4} for giving everyone \
             the same chance). {} person-months of {} people, {} before an exit, {} to {}.",
            ranged(&self.auc, 3),
            ranged(&self.log_loss, 4),
            self.base_log_loss,
            grouped(self.rows),
            grouped(self.people),
            grouped(self.events),
            month_words(&self.months.0),
            month_words(&self.months.1)
        )
    }
}

impl EditCard {
    /// In one sentence.
    pub fn words(&self) -> String {
        format!(
            "{}: {} changed, {} by {}: {}",
            title(&self.term),
            counted(self.steps, "step"),
            self.at,
            self.by,
            self.reason
        )
    }
}

/// Name of a feature on pages; of others what they are called.
fn title(id: &str) -> &str {
    feature::by_id(id).map_or(id, |it| it.title)
}

fn ranged(it: &Ranged, places: usize) -> String {
    match (it.value, it.low, it.high) {
        (Some(value), Some(low), Some(high)) => {
            format!("{value:.places$} ({low:.places$} to {high:.places$})")
        }
        (Some(value), _, _) => format!("{value:.places$}"),
        _ => "that cannot be told".to_owned(),
    }
}
