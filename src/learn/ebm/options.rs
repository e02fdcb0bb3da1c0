//! What can be set for a fit, with the defaults and their reasons.
//!
//! Never read inside the loops over rows: the loops get plain numbers.

use super::Objective;
use crate::bins::BINS_MAX;
use crate::error::{Error, Result};
use crate::frame::{ColumnKind, Frame};

/// A direction the owner of the data states for a feature: higher values may only raise, or only
/// lower, the score. Holds from bin to bin, exactly; the missing bin is free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Scores never fall as the value grows.
    Rising,
    /// Scores never rise as the value grows.
    Falling,
}

/// Options of [`crate::ebm::fit`]. Start from [`EbmOptions::new`] and change fields.
#[derive(Clone, Debug, PartialEq)]
pub struct EbmOptions {
    /// What is learned, by which loss. Default: log-odds by log loss.
    pub objective: Objective,
    /// Seed of every random choice.
    pub seed: u64,
    /// Threads, at least 1. Never changes the result.
    pub threads: usize,
    /// Bags, 2 to 200. Default 14.
    pub bags: usize,
    /// Bags inside each bag, 0 to 100, of its training persons drawn with replacement: a step on a
    /// main effect is the mean of their steps. A fit of mains takes 1 + this many times the time.
    /// Default 0: none.
    pub inner_bags: usize,
    /// Share of persons each bag holds back to know when to stop, in (0, 0.5]. Default 0.15.
    pub validation_share: f64,
    /// Most bins per feature, missing and unseen included, 4 to 256. Default 256.
    pub bins_max: usize,
    /// Share of each Newton step that is taken, in (0, 1]. Default 0.015.
    pub learning_rate: f64,
    /// Rounds of random cuts at the start, for smooth shapes. Default 100: a lower loss on small sets
    /// than `InterpretML`'s 75. 150 lower it further, but bands of features without effect then
    /// hold 0 in fewer bins (0.87 of them in one of three simulated offices, 0.93 at 100).
    pub smoothing_rounds: usize,
    /// Greedy steps per term between two looks at all terms; 0 boosts in turn only. Default 10.
    pub greedy_ratio: f64,
    /// Rounds of one step per term at most, at least 1. Default 50 000: early stopping ends a fit.
    pub rounds_max: usize,
    /// Rounds without improvement before a bag stops, at least 1. Default 100.
    pub early_stopping_rounds: usize,
    /// Share of the loss that counts as improvement, at least 0. Default 1e-5.
    pub early_stopping_tolerance: f64,
    /// Of all held-back rows of a bag, and one more, this many count as the other outcome while the
    /// bag decides when to stop, 0 to 10; 0 trusts the rows as they are. Keeps bags whose held-back
    /// rows happen to be told apart without an error from learning on for ever. Default 0.25.
    pub doubt: f64,
    /// Least rows on either side of a cut. Default 4.
    pub min_samples_leaf: u32,
    /// Least sum of weighted p (1 - p) on either side of a cut, above 0. Default 1e-4.
    pub min_hessian: f64,
    /// Categories with fewer rows in a bag are pooled while cutting. Default 10.
    pub min_category_rows: u32,
    /// Added to the hessian of a category when categories are ordered. Default 10.
    pub category_smoothing: f64,
    /// Factor on the gain of nominal features. Default 5, as `InterpretML` has it.
    pub nominal_gain_scale: f64,
    /// Most pairs of features, 0 to 1000; 0 fits main effects only. A pair is kept only if it pays on
    /// held-back rows, so a model often has fewer. Features with a direction are in no pair: a
    /// pair could break the direction. Default 10.
    pub pairs: usize,
    /// Most bins per feature in pairs, missing and unseen included, 4 to 64. Bins of pairs are
    /// joined bins of mains. Default 32.
    pub pair_bins_max: usize,
    /// Rounds of random cuts at the start of fitting pairs. Default 75.
    pub pair_smoothing_rounds: usize,
    /// A pair stays when leaving it out raises the loss on held-back rows by more than this many
    /// standard errors, -1000 to 1000. Default 2: in simulation (8 samples each of 1 500 and 6 000
    /// rows, 153 possible pairs) a model kept 0.25 false pairs without a true interaction and the
    /// true one in 23 of 24 samples; 1 let 2 false pairs in, 3 lost a weak true one in 5 of 8. -1000
    /// keeps whatever was found.
    pub pair_errors: f64,
    /// Per column a direction or none; empty means none at all. Continuous columns only.
    pub monotone: Vec<Option<Direction>>,
}

impl EbmOptions {
    /// The defaults with a seed and a number of threads.
    pub fn new(seed: u64, threads: usize) -> Self {
        Self {
            objective: Objective::LogLoss,
            seed,
            threads,
            bags: 14,
            inner_bags: 0,
            validation_share: 0.15,
            bins_max: BINS_MAX,
            learning_rate: 0.015,
            smoothing_rounds: 100,
            greedy_ratio: 10.0,
            rounds_max: 50_000,
            early_stopping_rounds: 100,
            early_stopping_tolerance: 1e-5,
            doubt: 0.25,
            min_samples_leaf: 4,
            min_hessian: 1e-4,
            min_category_rows: 10,
            category_smoothing: 10.0,
            nominal_gain_scale: 5.0,
            pairs: 10,
            pair_bins_max: 32,
            pair_smoothing_rounds: 75,
            pair_errors: 2.0,
            monotone: Vec::new(),
        }
    }

    /// The direction of a column.
    pub(crate) fn direction(&self, column: usize) -> Option<Direction> {
        self.monotone.get(column).copied().flatten()
    }

    pub(crate) fn check(&self, frame: &Frame) -> Result<()> {
        let rules: [(&'static str, bool, &'static str); 20] = [
            (
                "objective",
                self.objective == Objective::Squared || !frame.is_numeric(),
                "squared for a target of numbers",
            ),
            ("threads", (1..=1024).contains(&self.threads), "from 1 to 1024"),
            ("inner_bags", self.inner_bags <= 100, "at most 100"),
            ("bags", (2..=200).contains(&self.bags), "from 2 to 200"),
            (
                "validation_share",
                self.validation_share > 0.0 && self.validation_share <= 0.5,
                "above 0, at most 0.5",
            ),
            ("bins_max", (4..=BINS_MAX).contains(&self.bins_max), "from 4 to 256"),
            (
                "learning_rate",
                self.learning_rate > 0.0 && self.learning_rate <= 1.0,
                "above 0, at most 1",
            ),
            ("greedy_ratio", (0.0..=1000.0).contains(&self.greedy_ratio), "from 0 to 1000"),
            ("smoothing_rounds", self.smoothing_rounds <= 100_000, "at most 100000"),
            ("rounds_max", (1..=1_000_000).contains(&self.rounds_max), "from 1 to 1000000"),
            (
                "early_stopping_rounds",
                (1..=100_000).contains(&self.early_stopping_rounds),
                "from 1 to 100000",
            ),
            (
                "early_stopping_tolerance",
                (0.0..1.0).contains(&self.early_stopping_tolerance),
                "from 0 to below 1",
            ),
            ("doubt", (0.0..=10.0).contains(&self.doubt), "from 0 to 10"),
            ("pairs", self.pairs <= 1000, "at most 1000"),
            ("pair_bins_max", (4..=64).contains(&self.pair_bins_max), "from 4 to 64"),
            ("pair_smoothing_rounds", self.pair_smoothing_rounds <= 100_000, "at most 100000"),
            ("pair_errors", (-1e3..=1e3).contains(&self.pair_errors), "from -1000 to 1000"),
            ("min_hessian", self.min_hessian > 0.0 && self.min_hessian.is_finite(), "above 0"),
            (
                "category_smoothing",
                self.category_smoothing >= 0.0 && self.category_smoothing.is_finite(),
                "at least 0",
            ),
            (
                "nominal_gain_scale",
                self.nominal_gain_scale > 0.0 && self.nominal_gain_scale.is_finite(),
                "above 0",
            ),
        ];
        if let Some((name, _, must)) = rules.iter().find(|it| !it.1) {
            return Err(Error::Option { name, must });
        }
        self.check_monotone(frame)
    }

    fn check_monotone(&self, frame: &Frame) -> Result<()> {
        let columns = frame.columns();
        let fits = self.monotone.is_empty() || self.monotone.len() == columns.len();
        let nominal = columns.iter().enumerate().any(|(i, it)| {
            self.direction(i).is_some() && matches!(it.kind, ColumnKind::Nominal { .. })
        });
        match (fits, nominal) {
            (false, _) => Err(Error::Option { name: "monotone", must: "empty or one per column" }),
            (_, true) => Err(Error::Option { name: "monotone", must: "none for nominal columns" }),
            _ => Ok(()),
        }
    }
}
