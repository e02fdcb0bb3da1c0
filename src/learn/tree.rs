//! A classification tree that can be read: few tests, each leaf with its counts.
//!
//! Files: this one the tree and how it is asked; `grow` how it is fitted; `stored` its JSON.
//! CART (Breiman et al. 1984) with Gini impurity: at each node the one test that lowers the weighted
//! impurity most. Never prunes by looking at test rows, never splits at random: the same rows in any
//! order give the same tree.

mod grow;
mod stored;
#[cfg(test)]
mod tests;

pub use stored::{FORMAT, from_json, to_json};

use crate::error::{Error, Result};
use crate::frame::{Column, ColumnKind, Frame, Value};
use crate::math;

/// Deepest tree allowed: deeper ones are no longer read.
pub const DEPTH_MAX: usize = 8;

/// Options of [`Tree::fit`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TreeOptions {
    /// Tests on the way to a leaf at most, 1 to 8. Default 4.
    pub depth: usize,
    /// Least rows of a leaf, at least 1; `None` takes a hundredth of the rows, at least 20.
    pub min_leaf: Option<usize>,
    /// Categories with fewer rows in a node are treated as one there. Default 10.
    pub min_category_rows: usize,
}

impl Default for TreeOptions {
    fn default() -> Self {
        Self { depth: 4, min_leaf: None, min_category_rows: 10 }
    }
}

/// A fitted tree.
#[derive(Clone, Debug, PartialEq)]
pub struct Tree {
    /// Name of each column it was fitted on, and whether it holds numbers.
    columns: Vec<(String, bool)>,
    /// The root first; the children of a node come after it, the yes side first.
    nodes: Vec<Node>,
}

/// A node with the training rows that reach it.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Position of its parent; `None` for the root.
    pub parent: Option<usize>,
    /// Tests on the way to it.
    pub depth: usize,
    /// Rows with target 0 and 1.
    pub rows: [u64; 2],
    /// Weight of the rows with target 0 and 1.
    pub weight: [f64; 2],
    /// Its test; `None` for a leaf.
    pub split: Option<Split>,
}

/// The test of a node.
#[derive(Clone, Debug, PartialEq)]
pub struct Split {
    /// Position of the column.
    pub feature: usize,
    /// What is asked.
    pub test: Test,
    /// The answer for a missing value: the side of larger gain; on a tie, or if none was missing in
    /// training, the side with more rows.
    pub missing: bool,
    /// Training rows of the node whose value is missing.
    pub missing_rows: u64,
    /// Position of the child for yes.
    pub yes: usize,
    /// Position of the child for no.
    pub no: usize,
    /// By how much the test lowers the Gini impurity, times the share of all weight in the node.
    pub gain: f64,
}

/// What is asked of a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// Is the number below this?
    Below(f64),
    /// Is the category one of these, ascending? A category not listed, or never seen: no.
    OneOf(Vec<String>),
    /// Is there a value at all?
    Known,
}

/// A test passed on the way of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step<'a> {
    /// Position of the node.
    pub node: usize,
    /// Name of the column.
    pub feature: &'a str,
    /// Its test.
    pub split: &'a Split,
    /// The answer.
    pub yes: bool,
}

/// A leaf as a sentence.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Position of the leaf.
    pub node: usize,
    /// The tests in words, from the root. Empty for a tree of one leaf. A test that a later one of
    /// the same column makes superfluous is left out.
    pub tests: Vec<String>,
    /// The tests joined, then the counts: `tenure below 12 and plan is A or B: 14 of 60 rows (23%)`.
    pub sentence: String,
}

impl Node {
    /// Rows in all.
    pub fn count(&self) -> u64 {
        self.rows[0] + self.rows[1]
    }

    /// Weighted share of target 1 as it is.
    pub fn share(&self) -> f64 {
        self.weight[1] / (self.weight[0] + self.weight[1])
    }

    /// Gini impurity: the chance that two rows drawn by weight differ in target, 0 to 0.5.
    pub fn impurity(&self) -> f64 {
        2.0 * self.share() * (1.0 - self.share())
    }

    /// What the node predicts: the share smoothed by Laplace's rule, (n p + 1) / (n + 2) with n rows
    /// and weighted share p, so that no leaf is ever certain.
    pub fn probability(&self) -> f64 {
        let n = self.count() as f64;
        (n * self.share() + 1.0) / (n + 2.0)
    }

    /// The 95 % Wilson interval of the share, rows taken as independent.
    pub fn interval(&self) -> (f64, f64) {
        let n = self.count() as f64;
        math::wilson(self.share() * n, n, math::normal_quantile(0.975))
    }
}

impl Split {
    /// The answer for a value. A value of the other kind counts as missing.
    pub fn answer(&self, value: Value<'_>) -> bool {
        match (&self.test, value) {
            (Test::Known, Value::Number(x)) => !x.is_nan(),
            (Test::Known, Value::Label(_)) => true,
            (Test::Known, Value::Missing) => false,
            (Test::Below(threshold), Value::Number(x)) if !x.is_nan() => x < *threshold,
            (Test::OneOf(labels), Value::Label(label)) => {
                labels.binary_search_by(|it| it.as_str().cmp(label)).is_ok()
            }
            _ => self.missing,
        }
    }
}

impl Step<'_> {
    /// The test and its answer in words, of a feature under a name of its own: `tenure below 12`,
    /// `tenure 12 or more, or not known`, `plan is A or B`, `plan is neither A nor B`.
    pub fn words(&self, feature: &str) -> String {
        let listed = |labels: &[String], joined: &str| match labels {
            [one] => one.clone(),
            [start @ .., last] => format!("{} {joined} {last}", start.join(", ")),
            [] => String::new(),
        };
        let text = match (&self.split.test, self.yes) {
            (Test::Known, true) => return format!("{feature} is known"),
            (Test::Known, false) => return format!("{feature} is not known"),
            (Test::Below(it), true) => format!("{feature} below {it}"),
            (Test::Below(it), false) => format!("{feature} {it} or more"),
            (Test::OneOf(labels), true) => format!("{feature} is {}", listed(labels, "or")),
            (Test::OneOf(labels), false) if labels.len() == 1 => {
                format!("{feature} is not {}", labels[0])
            }
            (Test::OneOf(labels), false) => {
                format!("{feature} is none of {}", listed(labels, "and"))
            }
        };
        let with_missing = self.split.missing_rows > 0 && self.split.missing == self.yes;
        if with_missing { format!("{text}, or not known") } else { text }
    }

    /// Whether a later test asks more of the same column in the same direction.
    fn is_covered_by(&self, later: &Step<'_>) -> bool {
        let both_below =
            matches!((&self.split.test, &later.split.test), (Test::Below(_), Test::Below(_)));
        self.split.feature == later.split.feature && self.yes == later.yes && both_below
    }
}

impl Tree {
    /// Fits a tree. The frame's weights count as repeated rows in every share and gain; leaves are
    /// held to a number of rows.
    ///
    /// Numbers are cut between neighbours, at the shortest decimal in the gap. Categories are ordered by
    /// their event rate in the node and cut in that order, which for two classes finds the best of
    /// all subsets (Breiman et al. 1984, theorem 4.5). Missing values are tried on either side, and
    /// on a side of their own. Ties go to the first column, then to the lowest cut. A node is a leaf
    /// if no test lowers the impurity. Errors: [`Error::OneClass`], [`Error::AllConstant`],
    /// [`Error::Option`]. A frame too small for two leaves gives a tree of one.
    pub fn fit(frame: &Frame, options: &TreeOptions) -> Result<Self> {
        if !(1..=DEPTH_MAX).contains(&options.depth) {
            return Err(Error::Option { name: "depth", must: "from 1 to 8" });
        }
        if options.min_leaf == Some(0) {
            return Err(Error::Option { name: "min_leaf", must: "at least 1" });
        }
        frame.check_two_classes()?;
        frame.check_some_column_varies()?;
        let is_number = |it: &Column| matches!(it.kind, ColumnKind::Continuous(_));
        let columns = frame.columns().iter().map(|it| (it.name.clone(), is_number(it))).collect();
        Ok(Self { columns, nodes: grow::grow(frame, options) })
    }

    /// The nodes; the root is the first.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Names of the columns it was fitted on, in order, and whether each holds numbers.
    pub fn columns(&self) -> &[(String, bool)] {
        &self.columns
    }

    /// Name of a column; empty past the end.
    pub fn feature(&self, column: usize) -> &str {
        self.columns.get(column).map_or("", |it| &it.0)
    }

    /// Positions of the leaves, in order from the yes side of the root to its no side.
    pub fn leaves(&self) -> Vec<usize> {
        (0..self.nodes.len()).filter(|it| self.nodes[*it].split.is_none()).collect()
    }

    /// The leaf a row ends in. One value per column, in the order of fitting.
    pub fn leaf(&self, row: &[Value<'_>]) -> Result<usize> {
        Ok(self.walk(row)?.0)
    }

    /// The tests a row passes, from the root.
    pub fn path(&self, row: &[Value<'_>]) -> Result<Vec<Step<'_>>> {
        Ok(self.walk(row)?.1)
    }

    /// What the tree predicts for a row.
    pub fn probability(&self, row: &[Value<'_>]) -> Result<f64> {
        Ok(self.nodes[self.leaf(row)?].probability())
    }

    /// Probabilities of all rows of columns that match by name, order and kind.
    pub fn probabilities(&self, columns: &[Column]) -> Result<Vec<f64>> {
        self.check(columns)?;
        let rows = columns.first().map_or(0, Column::len);
        let of = |row: usize| {
            let mut node = 0;
            while let Some(split) = &self.nodes[node].split {
                let yes = split.answer(columns[split.feature].value(row));
                node = if yes { split.yes } else { split.no };
            }
            self.nodes[node].probability()
        };
        Ok((0..rows).map(of).collect())
    }

    /// The leaves as rules. `words` puts a test and its answer into words; [`Step::words`] is there
    /// for it.
    pub fn rules(&self, words: impl Fn(&Step<'_>) -> String) -> Vec<Rule> {
        self.leaves().into_iter().map(|leaf| self.rule(leaf, &words)).collect()
    }

    /// The rule of one leaf.
    pub fn rule(&self, leaf: usize, words: impl Fn(&Step<'_>) -> String) -> Rule {
        let steps = self.steps(leaf);
        let covered = |at: usize| steps[at + 1..].iter().any(|it| steps[at].is_covered_by(it));
        let tests: Vec<String> =
            (0..steps.len()).filter(|at| !covered(*at)).map(|at| words(&steps[at])).collect();
        let node = &self.nodes[leaf];
        let all = if tests.is_empty() { "all rows".to_owned() } else { tests.join(" and ") };
        let percent = libm::round(100.0 * node.share());
        let sentence = format!("{all}: {} of {} rows ({percent}%)", node.rows[1], node.count());
        Rule { node: leaf, tests, sentence }
    }

    /// The tests from the root to a node.
    fn steps(&self, node: usize) -> Vec<Step<'_>> {
        let (mut at, mut steps) = (node, Vec::new());
        while let Some(parent) = self.nodes[at].parent {
            if let Some(split) = &self.nodes[parent].split {
                steps.push(self.step(parent, split, split.yes == at));
            }
            at = parent;
        }
        steps.reverse();
        steps
    }

    fn step<'a>(&'a self, node: usize, split: &'a Split, yes: bool) -> Step<'a> {
        Step { node, feature: self.feature(split.feature), split, yes }
    }

    fn walk(&self, row: &[Value<'_>]) -> Result<(usize, Vec<Step<'_>>)> {
        if row.len() != self.columns.len() {
            let expected = format!("{} values", self.columns.len());
            return Err(Error::ColumnMismatch { expected, found: row.len().to_string() });
        }
        let (mut node, mut steps) = (0, Vec::new());
        while let Some(split) = &self.nodes[node].split {
            let yes = split.answer(row[split.feature]);
            steps.push(self.step(node, split, yes));
            node = if yes { split.yes } else { split.no };
        }
        Ok((node, steps))
    }

    fn check(&self, columns: &[Column]) -> Result<()> {
        if columns.len() != self.columns.len() {
            let expected = format!("{} columns", self.columns.len());
            return Err(Error::ColumnMismatch { expected, found: columns.len().to_string() });
        }
        let rows = columns.first().map_or(0, Column::len);
        for ((name, is_number), it) in self.columns.iter().zip(columns) {
            if it.name != *name || matches!(it.kind, ColumnKind::Continuous(_)) != *is_number {
                let (expected, found) = (name.clone(), it.name.clone());
                return Err(Error::ColumnMismatch { expected, found });
            }
            if it.len() != rows {
                return Err(Error::Length { what: it.name.clone(), have: it.len(), need: rows });
            }
        }
        Ok(())
    }
}
