//! The stored form of a tree, apart from the type in use.
//!
//! A format is a promise to the past: `StoredTreeV1` never changes. Loading checks everything and
//! trusts nothing: every child after its parent, every count the sum of its parts.

use super::{DEPTH_MAX, Node, Split, Test, Tree};
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// Number of this format.
pub const FORMAT: u32 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredTreeV1 {
    format: u32,
    columns: Vec<StoredColumnV1>,
    nodes: Vec<StoredNodeV1>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredColumnV1 {
    name: String,
    is_number: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredNodeV1 {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    parent: Option<usize>,
    rows: [u64; 2],
    weight: [f64; 2],
    #[serde(default, skip_serializing_if = "Option::is_none")]
    split: Option<StoredSplitV1>,
}

/// Either `below`, or `one_of`, or neither: is there a value at all.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredSplitV1 {
    feature: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    below: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    one_of: Option<Vec<String>>,
    missing: bool,
    missing_rows: u64,
    yes: usize,
    no: usize,
    gain: f64,
}

/// The JSON of a tree. The same tree gives the same bytes.
pub fn to_json(tree: &Tree) -> Result<String> {
    let column = |(name, is_number): &(String, bool)| StoredColumnV1 {
        name: name.clone(),
        is_number: *is_number,
    };
    let stored = StoredTreeV1 {
        format: FORMAT,
        columns: tree.columns.iter().map(column).collect(),
        nodes: tree.nodes.iter().map(store_node).collect(),
    };
    serde_json::to_string(&stored).map_err(|it| refused(it.to_string()))
}

/// The tree of a JSON. [`Error::Artifact`] says what is wrong with it.
pub fn from_json(json: &str) -> Result<Tree> {
    let stored: StoredTreeV1 = serde_json::from_str(json).map_err(|it| refused(it.to_string()))?;
    if stored.format != FORMAT {
        return Err(refused(format!("format {} is not {FORMAT}", stored.format)));
    }
    if stored.nodes.is_empty() || stored.nodes.len() >= 1 << (DEPTH_MAX + 1) {
        return Err(refused(format!("{} nodes", stored.nodes.len())));
    }
    let columns: Vec<(String, bool)> =
        stored.columns.into_iter().map(|it| (it.name, it.is_number)).collect();
    let mut nodes: Vec<Node> = Vec::with_capacity(stored.nodes.len());
    for (place, it) in stored.nodes.into_iter().enumerate() {
        let depth = match it.parent {
            None if place == 0 => 0,
            Some(parent) if parent < place => nodes[parent].depth + 1,
            _ => return Err(refused(format!("node {place} has no parent before it"))),
        };
        let split = it.split.map(|it| load_split(it, place, &columns)).transpose()?;
        let weight = it.weight;
        let is_weight = |it: &f64| it.is_finite() && *it >= 0.0;
        let sum = weight[0] + weight[1];
        if !weight.iter().all(is_weight) || sum <= 0.0 || !sum.is_finite() || depth > DEPTH_MAX {
            return Err(refused(format!("node {place} holds numbers out of range")));
        }
        nodes.push(Node { parent: it.parent, depth, rows: it.rows, weight, split });
    }
    (0..nodes.len()).try_for_each(|place| check_node(&nodes, place))?;
    let splits = nodes.iter().filter(|it| it.split.is_some()).count();
    if nodes.len() != 1 + 2 * splits {
        return Err(refused("a node that no test leads to".to_owned()));
    }
    Ok(Tree { columns, nodes })
}

fn store_node(node: &Node) -> StoredNodeV1 {
    let split = node.split.as_ref().map(|it| {
        let (below, one_of) = match &it.test {
            Test::Below(threshold) => (Some(*threshold), None),
            Test::OneOf(labels) => (None, Some(labels.clone())),
            Test::Known => (None, None),
        };
        let Split { feature, missing, missing_rows, yes, no, gain, .. } = *it;
        StoredSplitV1 { feature, below, one_of, missing, missing_rows, yes, no, gain }
    });
    StoredNodeV1 { parent: node.parent, rows: node.rows, weight: node.weight, split }
}

fn load_split(it: StoredSplitV1, place: usize, columns: &[(String, bool)]) -> Result<Split> {
    let why = || refused(format!("the test of node {place} fits no column"));
    let (_, is_number) = columns.get(it.feature).ok_or_else(why)?;
    let test = match (it.below, it.one_of) {
        (Some(threshold), None) if *is_number && threshold.is_finite() => Test::Below(threshold),
        (None, Some(labels)) if !is_number && labels.is_sorted_by(|a, b| a < b) => {
            Test::OneOf(labels)
        }
        (None, None) => Test::Known,
        _ => return Err(why()),
    };
    let StoredSplitV1 { feature, missing, missing_rows, yes, no, gain, .. } = it;
    Ok(Split { feature, test, missing, missing_rows, yes, no, gain })
}

/// Children know their parent, and their rows add up to its own.
fn check_node(nodes: &[Node], place: usize) -> Result<()> {
    let node = &nodes[place];
    let why = || refused(format!("node {place} is not the sum of its children"));
    let Some(split) = &node.split else {
        return if node.rows[0].checked_add(node.rows[1]).is_some_and(|it| it > 0) {
            Ok(())
        } else {
            Err(refused(format!("leaf {place} has no rows")))
        };
    };
    let (yes, no) = (nodes.get(split.yes).ok_or_else(why)?, nodes.get(split.no).ok_or_else(why)?);
    let adds_up =
        |class: usize| yes.rows[class].checked_add(no.rows[class]) == Some(node.rows[class]);
    let own = |it: &Node| it.parent == Some(place);
    let fits = split.yes != split.no && own(yes) && own(no) && adds_up(0) && adds_up(1);
    if fits { Ok(()) } else { Err(why()) }
}

fn refused(why: String) -> Error {
    Error::Artifact { why }
}
