//! What the EBM is held against, on the same rows: one list that the test, the card and the pages
//! follow.
//!
//! Never here: the EBM itself, tuning a contender to these data.

use learn::baseline::{BaseRate, Logistic};
use learn::forest::{Forest, ForestOptions};
use learn::frame::{Column, Frame};
use learn::tree::{Tree, TreeOptions};

use crate::app::card::{BASE, LOGISTIC};

/// Strength of the logistic regression's ridge, scikit-learn's default.
const RIDGE: f64 = 1.0;
/// Trees of the forest: more make it steadier, not better, and a training is to end in seconds.
const TREES: usize = 20;
/// Least rows of its leaves: a month's chance is near one in fifty, and a leaf of five rows can only
/// call that 0.
const LEAF_ROWS: usize = 50;

/// Monthly hazard of each row of some columns, 0 to 1.
pub(super) type Hazards = Box<dyn Fn(&[Column]) -> learn::Result<Vec<f64>>>;

/// Another way of predicting.
pub(super) struct Contending {
    /// Its id in cards.
    pub(super) id: &'static str,
    /// Its name on pages.
    pub(super) name: &'static str,
    /// Learns from person-months; the number is a seed.
    pub(super) fit: fn(&Frame, u64) -> learn::Result<Hazards>,
}

/// Everyone the EBM is held against, in the order shown.
pub(super) const CONTENDERS: &[Contending] = &[
    Contending {
        id: LOGISTIC,
        name: "Logistic regression",
        fit: |frame, _| {
            let model = Logistic::fit(frame, RIDGE)?;
            Ok(Box::new(move |columns| model.probabilities(columns)))
        },
    },
    Contending {
        id: "tree",
        name: "Classification tree",
        fit: |frame, _| {
            let model = Tree::fit(frame, &TreeOptions::default())?;
            Ok(Box::new(move |columns| model.probabilities(columns)))
        },
    },
    Contending {
        id: "forest",
        name: "Random forest",
        fit: |frame, seed| {
            let threads = std::thread::available_parallelism().map_or(1, usize::from);
            let options = ForestOptions {
                trees: TREES,
                min_leaf: LEAF_ROWS,
                ..ForestOptions::new(seed, threads)
            };
            let model = Forest::fit(frame, &options)?;
            // Leaves without an exit are no proof that there can be none: half an exit in all rows.
            let least = 0.5 / frame.rows() as f64;
            Ok(Box::new(move |columns| {
                let mut said = model.probabilities(columns)?;
                for it in &mut said {
                    *it = it.max(least);
                }
                Ok(said)
            }))
        },
    },
    Contending {
        id: BASE,
        name: "Base rate for everyone",
        fit: |frame, _| {
            let model = BaseRate::fit(frame)?;
            Ok(Box::new(move |columns| {
                Ok(model.probabilities(columns.first().map_or(0, Column::len)))
            }))
        },
    },
];
