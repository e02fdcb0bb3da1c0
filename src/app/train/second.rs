//! Second opinions, fitted beside the model: a small tree and kinds of situations.
//!
//! Both see every row whose horizon has closed, labelled by whether the person left by choice within
//! it, so that what they say can be read beside a score. Never here: scoring anyone with them.

use std::collections::{BTreeMap, BTreeSet};

use learn::ebm::Ebm;
use learn::frame::Frame;
use learn::segments::{Segments, segments};
use learn::tree::{self, Tree, TreeOptions};
use learn::{hazard, math};

use super::table::Table;
use super::{ends, learn_error};
use crate::app::Result;
use crate::app::card::{Agreement, Card, RuleCard, Seen, SegmentCard, SegmentsCard, TreeCard};
use crate::app::second;
use crate::domain::risk::Rule;
use crate::feature::frame::clock;

/// Tests on the way to a leaf at most: eight rules can be read at a glance, sixteen cannot.
const DEPTH: usize = 3;
/// A leaf holds at least one row in so many.
const LEAF_SHARE: usize = 50;
/// And at least so many rows.
const LEAF_ROWS_MIN: usize = 40;

/// The card with both, or with the reason why not. Data that allow neither are no error.
pub(super) fn opinions(
    table: &Table,
    model: &Ebm,
    rule: Rule,
    seed: u64,
    card: Card,
) -> Result<Card> {
    let frame = match closed(table) {
        Ok(frame) => frame,
        Err(learn::Error::Empty) => {
            let why = "No window of the horizon has closed in the data.".to_owned();
            return Ok(Card { no_tree: Some(why.clone()), no_segments: Some(why), ..card });
        }
        Err(error) => return Err(learn_error(error)),
    };
    let min_leaf = Some((frame.rows() / LEAF_SHARE).max(LEAF_ROWS_MIN));
    let options = TreeOptions { depth: DEPTH, min_leaf, ..TreeOptions::default() };
    let (tree, no_tree) = either(Tree::fit(&frame, &options))?;
    let tree = tree.map(|it| tree_card(table, &frame, model, rule, &it)).transpose()?;
    let (found, no_segments) = either(segments(&frame, seed))?;
    let segments = found.map(|it| segments_card(&frame, it));
    Ok(Card { tree, no_tree, segments, no_segments, ..card })
}

/// What was fitted, or why the data do not allow it; other errors are the program's.
fn either<T>(fitted: learn::Result<T>) -> Result<(Option<T>, Option<String>)> {
    match fitted {
        Ok(it) => Ok((Some(it), None)),
        Err(
            it @ (learn::Error::OneClass
            | learn::Error::AllConstant
            | learn::Error::TooFewGroups { .. }
            | learn::Error::NotConverged { .. }),
        ) => Ok((None, Some(format!("The data allow none: {it}.")))),
        Err(error) => Err(learn_error(error)),
    }
}

/// The rows whose horizon has closed, labelled by it.
fn closed(table: &Table) -> learn::Result<Frame> {
    let frame = &table.labelled.frame;
    let (mut rows, mut target) = (Vec::new(), Vec::new());
    for row in 0..frame.rows() {
        let Some(left) = table.leaves(row, table.horizon_days) else { continue };
        rows.push(row);
        target.push(f64::from(u8::from(left)));
    }
    let part = frame.take(&rows)?;
    let (group, time) = (part.group().to_vec(), part.time().to_vec());
    Frame::new(part.columns().to_vec(), target, None, group, time)
}

fn tree_card(
    table: &Table,
    frame: &Frame,
    model: &Ebm,
    rule: Rule,
    tree: &Tree,
) -> Result<TreeCard> {
    let mut inside: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for row in 0..frame.rows() {
        let leaf = tree.leaf(&frame.row(row)).map_err(learn_error)?;
        inside.entry(leaf).or_default().push(row);
    }
    let rule_of = |it: tree::Rule| RuleCard {
        node: it.node as u32,
        seen: seen(frame, inside.get(&it.node).map_or(&[], Vec::as_slice)),
        tests: it.tests,
    };
    let mut rules: Vec<RuleCard> = tree.rules(second::words).into_iter().map(rule_of).collect();
    rules.sort_by(|a, b| b.seen.share.total_cmp(&a.seen.share).then(a.node.cmp(&b.node)));
    Ok(TreeCard {
        depth: DEPTH as u32,
        rows: frame.rows() as u64,
        people: frame.groups().len() as u64,
        events: frame.events() as u64,
        rules,
        agreement: agreement(table, model, rule, tree).map_err(learn_error)?,
        artifact: tree::to_json(tree).map_err(learn_error)?,
    })
}

/// Levels of those at risk in the last month learned from, office by office, by model and by tree.
fn agreement(
    table: &Table,
    model: &Ebm,
    rule: Rule,
    tree: &Tree,
) -> learn::Result<Option<Agreement>> {
    let frame = &table.labelled.frame;
    let last = ends(frame).1;
    let mut offices: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for row in (0..frame.rows()).filter(|row| frame.time()[*row] == last) {
        offices.entry(table.office(row)).or_default().push(row);
    }
    let days = [f64::from(table.horizon_days)];
    let mut it = Agreement::default();
    for rows in offices.values() {
        let part = frame.take(rows)?;
        let hazards = |columns: &[learn::frame::Column]| model.probabilities(columns);
        let of_model = hazard::chances(part.columns(), clock(), &days, hazards)?.swap_remove(0);
        let levels = rule.bands(&of_model).into_iter();
        let others = rule.bands(&tree.probabilities(part.columns())?);
        it.people += rows.len() as u64;
        it.same += levels.zip(others).filter(|(a, b)| a == b).count() as u64;
    }
    Ok((it.people > 0).then_some(it))
}

fn segments_card(frame: &Frame, found: Segments) -> SegmentsCard {
    let rows_of = |at: usize| -> Vec<usize> {
        (0..frame.rows()).filter(|row| found.of_row[*row] == at).collect()
    };
    let segment = |(at, it): (usize, &learn::segments::Segment)| SegmentCard {
        seen: seen(frame, &rows_of(at)),
        centre: it.centre.clone(),
        means: it.units.iter().map(|mean| mean.is_finite().then_some(*mean)).collect(),
    };
    SegmentsCard {
        segments: found.segments.iter().enumerate().map(segment).collect(),
        silhouette: found.silhouette,
        rows: frame.rows() as u64,
        features: found.features,
    }
}

/// Rows and what followed; the interval is over people.
fn seen(frame: &Frame, rows: &[usize]) -> Seen {
    let people: BTreeSet<u32> = rows.iter().map(|row| frame.group()[*row]).collect();
    let events = rows.iter().filter(|row| frame.target()[**row] > 0.5).count();
    let share = events as f64 / rows.len().max(1) as f64;
    let n = people.len() as f64;
    let (low, high) = math::wilson(share * n, n, math::normal_quantile(0.975));
    Seen {
        rows: rows.len() as u64,
        people: people.len() as u64,
        events: events as u64,
        share,
        low,
        high,
    }
}
