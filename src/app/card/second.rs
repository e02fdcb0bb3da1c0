//! Second opinions as kept with a model: a small tree and kinds of situations.
//!
//! The stored shape, apart from the types of the numeric crate. Never here: computing, and anything
//! that scores a person.

use serde::{Deserialize, Serialize};

/// A classification tree fitted on every row whose horizon has closed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TreeCard {
    /// Tests on the way to a leaf at most.
    pub depth: u32,
    /// Rows it was fitted on.
    pub rows: u64,
    /// People among them.
    pub people: u64,
    /// Rows followed by a voluntary exit within the horizon.
    pub events: u64,
    /// Its leaves as rules, the likeliest to leave first.
    pub rules: Vec<RuleCard>,
    /// On how many people it gives the model's level; absent when nobody could be compared.
    pub agreement: Option<Agreement>,
    /// The tree itself, in the stored form of `learn::tree`: where a person ends is told from it.
    pub artifact: String,
}

/// A leaf as a rule.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RuleCard {
    /// Position of the leaf in the tree.
    pub node: u32,
    /// Its tests in words, from the root; empty for a tree of one leaf.
    pub tests: Vec<String>,
    /// Who is behind it.
    pub seen: Seen,
}

/// Rows alike and what followed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// Rows.
    pub rows: u64,
    /// People among them.
    pub people: u64,
    /// Rows followed by a voluntary exit within the horizon.
    pub events: u64,
    /// Their share of the rows.
    pub share: f64,
    /// Lower end of its 95% interval: Wilson's over people, because months of one person are no
    /// independent evidence.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// People to whom tree and model give the same level, among those at risk in the last month.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreement {
    /// People compared.
    pub people: u64,
    /// Of them those with the same level.
    pub same: u64,
}

/// Kinds of situations, found without looking at who left.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SegmentsCard {
    /// Ids of the features grouped by.
    pub features: Vec<String>,
    /// How far apart the kinds are, -1 to 1 (simplified silhouette).
    pub silhouette: f64,
    /// Rows grouped.
    pub rows: u64,
    /// The kinds, the likeliest to leave first.
    pub segments: Vec<SegmentCard>,
}

/// One kind of situation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SegmentCard {
    /// Who is in it.
    pub seen: Seen,
    /// Mean of each feature in standard deviations from the mean of all rows.
    pub centre: Vec<f64>,
    /// Mean of each feature in its own unit; absent where none is known.
    pub means: Vec<Option<f64>>,
}

impl Agreement {
    /// Share of people with the same level, 0 to 1.
    pub fn share(&self) -> f64 {
        self.same as f64 / self.people.max(1) as f64
    }
}
