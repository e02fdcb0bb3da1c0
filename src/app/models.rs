//! The model in use as people may look into it: what it learned, how well it did, what it may read.
//!
//! Never here: fitting, drawing.

mod lines;
mod pairs;
mod used;
mod words;

use std::collections::HashMap;

use learn::ebm::Ebm;
use serde::Serialize;

use super::card::Card;
use super::material::{Material, material};
use super::runs::Uid;
use super::second::{self, SegmentsSaid, TreeSaid};
use super::{Cx, Result, gates, registry, score};
use crate::domain::calendar::Day;
use crate::feature::{self, FEATURES, Group};
use crate::store::models;

pub use pairs::{Pair, PairCell, Span};
pub use used::{Before, Used, used};
pub use words::{Verdict, evidence_words, verdict};

/// Where an office stands with models.
#[derive(Clone, Debug)]
pub enum Standing {
    /// No data to learn from.
    NoData,
    /// Data, but no model.
    NoModel(Material),
    /// A model.
    Trained(Box<Model>),
}

/// A model with its card, its lines and its seal.
#[derive(Clone, Debug, Serialize)]
pub struct Model {
    /// What was trained on what.
    pub seal: Seal,
    /// Log-odds where every line is 0.
    pub intercept: f64,
    /// Everything measured at the training.
    pub card: Card,
    /// One line a feature, what moves scores most first.
    pub lines: Vec<Line>,
    /// Terms of two features, what moves scores most first.
    pub pairs: Vec<Pair>,
    /// How much each group of lines moves scores, most first.
    pub groups: Vec<GroupWeight>,
    /// Second opinion: a small tree; none in models of before.
    pub tree: Option<TreeSaid>,
    /// Second opinion: kinds of situations; none in models of before.
    pub segments: Option<SegmentsSaid>,
}

/// Lines of one group taken together.
#[derive(Clone, Debug, Serialize)]
pub struct GroupWeight {
    /// `Travel`.
    pub group: &'static str,
    /// Sum of its lines' importances: mean absolute points, at most what the group moves a score.
    pub importance: f64,
    /// Its share of all importances, 0 to 1.
    pub share: f64,
    /// Its lines, what moves scores most first.
    pub lines: Vec<&'static str>,
}

/// What makes two trainings the same: same data, seed and program give the same model.
#[derive(Clone, Debug, Serialize)]
pub struct Seal {
    /// Counts up from 1.
    pub version: u32,
    /// Days ahead it speaks of.
    pub horizon_days: i32,
    /// When it was kept, UTC seconds since 1970.
    pub trained_at: i64,
    /// When it was taken into use, UTC seconds since 1970.
    pub in_use_since: Option<i64>,
    /// Gates that hold it although it is in use.
    pub held_by: Vec<String>,
    /// Last day of the data it learned from, ISO.
    pub data_to: String,
    /// SHA-256 of the training table.
    pub data_hash: String,
    /// SHA-256 of the model as kept.
    pub model_hash: String,
    /// Seed of every random choice.
    pub seed: u64,
    /// Version of the program.
    pub code_version: String,
}

/// What one feature adds to a score.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// Feature id.
    pub id: &'static str,
    /// Its name on pages.
    pub title: &'static str,
    /// What it is, in one sentence.
    pub what: &'static str,
    /// Where a receipt lists it.
    pub group: &'static str,
    /// Whether someone in the office could change it.
    pub actionable: bool,
    /// Mean absolute points over the rows learned from.
    pub importance: f64,
    /// Half of its 90% interval.
    pub importance_half: f64,
    /// What the shape says, in one sentence.
    pub finding: String,
    /// The same with its name and its rows, to stand alone.
    pub sentence: String,
    /// Median over the rows learned from, and as text.
    pub median: Option<(f64, String)>,
    /// Steps from low values to high ones.
    pub steps: Vec<Step>,
    /// The step of missing values.
    pub missing: Option<Step>,
}

/// One constant step of a shape.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Step {
    /// `12% to 15%`.
    pub label: String,
    /// Lowest value as text.
    pub begins: String,
    /// Lowest value.
    pub from: f64,
    /// Highest value.
    pub to: f64,
    /// Points: log-odds added.
    pub points: f64,
    /// Lower end of the 90% band.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Rows learned from.
    pub rows: u64,
}

/// A person's place on a shape.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// Who.
    pub name: String,
    /// Value of each feature that is known, and as text.
    pub values: HashMap<String, (f64, String)>,
}

/// Reads where the office stands.
pub fn standing(cx: &Cx<'_>) -> Result<Standing> {
    if let Some(model) = in_use(cx)? {
        return Ok(Standing::Trained(Box::new(model)));
    }
    Ok(material(cx)?.map_or(Standing::NoData, Standing::NoModel))
}

/// The model in use, if there is one.
pub fn in_use(cx: &Cx<'_>) -> Result<Option<Model>> {
    let Some(row) = models::in_use(cx.read)? else { return Ok(None) };
    let loaded = score::load(cx)?;
    let entry = registry::in_use(cx)?;
    let gates = entry.as_ref().map(|it| gates::held_by(&it.gates)).unwrap_or_default();
    let seal = Seal {
        in_use_since: entry.as_ref().and_then(|it| it.record.promoted_at),
        held_by: gates.into_iter().map(str::to_owned).collect(),
        version: row.version,
        horizon_days: row.horizon_days,
        trained_at: row.created_at,
        data_to: row.as_of.to_string(),
        data_hash: row.data_hash,
        model_hash: row.artifact_hash,
        seed: row.seed,
        code_version: row.code_version,
    };
    let (lines, pairs) = said(&loaded.model, &loaded.card);
    let (tree, segments) = (second::tree(&loaded.card), second::segments(&loaded.card));
    Ok(Some(Model {
        seal,
        intercept: loaded.model.intercept,
        groups: groups(&lines),
        card: loaded.card,
        lines,
        pairs,
        tree,
        segments,
    }))
}

/// The terms as lines and as pairs, what moves scores most first. Terms are known by their features,
/// never by their place.
fn said(model: &Ebm, card: &Card) -> (Vec<Line>, Vec<Pair>) {
    let terms = 0..model.terms.len();
    let line = |at: usize| {
        let [one] = model.terms[at].features[..] else { return None };
        lines::line(model, at, feature::by_id(&model.bins.get(one)?.name)?, card)
    };
    let mut lines: Vec<Line> = terms.clone().filter_map(line).collect();
    let mut pairs: Vec<Pair> = terms.filter_map(|at| pairs::pair(model, at)).collect();
    lines.sort_by(|a, b| b.importance.total_cmp(&a.importance));
    pairs.sort_by(|a, b| b.importance.total_cmp(&a.importance));
    (lines, pairs)
}

fn groups(lines: &[Line]) -> Vec<GroupWeight> {
    let all: f64 = lines.iter().map(|it| it.importance).sum();
    let of = |group: Group| {
        let own = || lines.iter().filter(|it| it.group == group.title());
        let importance = own().map(|it| it.importance).sum();
        GroupWeight {
            group: group.title(),
            importance,
            share: if all > 0.0 { importance / all } else { 0.0 },
            lines: own().map(|it| it.id).collect(),
        }
    };
    let mut groups: Vec<GroupWeight> = Group::ALL.into_iter().map(of).collect();
    groups.sort_by(|a, b| b.importance.total_cmp(&a.importance));
    groups
}

/// Where a person stood when last scored; `None` for someone unknown or without a score.
pub fn mark(cx: &Cx<'_>, uid: Uid) -> Result<Option<Mark>> {
    let people = score::latest(cx)?.people;
    let Some(person) = people.into_iter().find(|it| it.uid == uid) else { return Ok(None) };
    let score::Verdict::Scored { reasons, .. } = person.verdict else { return Ok(None) };
    let known = reasons.terms.iter().filter_map(|term| {
        let feature = feature::by_id(&term.feature)?;
        Some((term.feature.clone(), (term.value?, feature.show(term.value?))))
    });
    Ok(Some(Mark { name: person.name, values: known.collect() }))
}

/// Id and name of a feature.
pub type Named = (&'static str, &'static str);

/// What a model may read, in the groups of the receipt.
pub fn read_features() -> Vec<(&'static str, Vec<Named>)> {
    let of = |group: Group| {
        let inside = FEATURES.iter().filter(move |it| it.group == group);
        (group.title(), inside.map(|it| (it.id, it.title)).collect())
    };
    Group::ALL.into_iter().map(of).collect()
}

impl Seal {
    /// Last day of the data.
    pub fn data_day(&self) -> Day {
        Day::parse(&self.data_to).unwrap_or_default()
    }
}
