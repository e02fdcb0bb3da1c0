//! How a tree is fitted: each column sorted once, each node a stretch of every order.
//!
//! Never lets the order of the rows count: they are put into an order of their contents first, so
//! that every sum is taken in the same sequence.

use super::{Node, Split, Test, TreeOptions};
use crate::bins::short_between;
use crate::frame::{Column, ColumnKind, Frame, MISSING};
use std::cmp::Ordering;

/// A gain below this share of a node's weight is rounding.
const GAIN_MIN: f64 = 1e-10;

/// Rows and weight of each class.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    rows: [u64; 2],
    weight: [f64; 2],
}

/// A column with its rows in canonical order; a label is its rank among all labels.
enum Values {
    Numbers(Vec<f64>),
    Labels { ranks: Vec<u32>, labels: Vec<String> },
}

/// The best test so far of a node.
struct Best {
    gain: f64,
    feature: usize,
    test: Test,
    missing: bool,
    missing_rows: u64,
}

struct Grower {
    values: Vec<Values>,
    target: Vec<u8>,
    weight: Vec<f64>,
    /// Per column the rows by value, missing last.
    sorted: Vec<Vec<u32>>,
    /// Per row the answer of the test being applied.
    answer: Vec<bool>,
    spare: Vec<u32>,
    total: f64,
    depth: usize,
    min_leaf: u64,
    min_category_rows: u64,
    nodes: Vec<Node>,
}

/// The nodes of a checked frame.
pub(super) fn grow(frame: &Frame, options: &TreeOptions) -> Vec<Node> {
    let columns: Vec<Values> = frame.columns().iter().map(Values::new).collect();
    let mut order: Vec<usize> = (0..frame.rows()).collect();
    let by_content = |a: &usize, b: &usize| {
        let mut columns = columns.iter().map(|it| it.compare(*a, *b));
        let column = columns.find(|it| it.is_ne()).unwrap_or(Ordering::Equal);
        let target = || frame.target()[*a].total_cmp(&frame.target()[*b]);
        let weight = || frame.weight_of(*a).total_cmp(&frame.weight_of(*b));
        column.then_with(target).then_with(weight)
    };
    order.sort_by(by_content);
    let values: Vec<Values> = columns.iter().map(|it| it.take(&order)).collect();
    let by_value = |it: &Values| {
        let mut rows: Vec<u32> = (0..order.len() as u32).collect();
        rows.sort_by(|a, b| it.compare(*a as usize, *b as usize));
        rows
    };
    let weight: Vec<f64> = order.iter().map(|row| frame.weight_of(*row)).collect();
    let default = usize::max(20, frame.rows() / 100);
    let mut grower = Grower {
        sorted: values.iter().map(by_value).collect(),
        values,
        target: order.iter().map(|row| u8::from(frame.target()[*row] > 0.5)).collect(),
        total: weight.iter().sum(),
        weight,
        answer: vec![false; order.len()],
        spare: Vec::with_capacity(order.len()),
        depth: options.depth,
        min_leaf: options.min_leaf.unwrap_or(default) as u64,
        min_category_rows: options.min_category_rows as u64,
        nodes: Vec::new(),
    };
    grower.node(None, 0, 0, order.len());
    grower.nodes
}

impl Values {
    fn new(column: &Column) -> Self {
        match &column.kind {
            // Adding zero turns -0.0 into 0.0.
            ColumnKind::Continuous(it) => Self::Numbers(it.iter().map(|x| x + 0.0).collect()),
            ColumnKind::Nominal { labels, index } => {
                let mut sorted = labels.clone();
                sorted.sort_unstable();
                let rank = |it: &String| sorted.binary_search(it).map_or(MISSING, |i| i as u32);
                let rank_of: Vec<u32> = labels.iter().map(rank).collect();
                let of = |i: &u32| rank_of.get(*i as usize).copied().unwrap_or(MISSING);
                Self::Labels { ranks: index.iter().map(of).collect(), labels: sorted }
            }
        }
    }

    fn take(&self, rows: &[usize]) -> Self {
        match self {
            Self::Numbers(it) => Self::Numbers(rows.iter().map(|row| it[*row]).collect()),
            Self::Labels { ranks, labels } => {
                let ranks = rows.iter().map(|row| ranks[*row]).collect();
                Self::Labels { ranks, labels: labels.clone() }
            }
        }
    }

    /// By value, missing last.
    fn compare(&self, a: usize, b: usize) -> Ordering {
        match self {
            Self::Numbers(it) => {
                let missing = it[a].is_nan().cmp(&it[b].is_nan());
                let both = it[a].is_nan() && it[b].is_nan();
                if both { Ordering::Equal } else { missing.then(it[a].total_cmp(&it[b])) }
            }
            Self::Labels { ranks, .. } => ranks[a].cmp(&ranks[b]),
        }
    }

    fn is_missing(&self, row: usize) -> bool {
        match self {
            Self::Numbers(it) => it[row].is_nan(),
            Self::Labels { ranks, .. } => ranks[row] == MISSING,
        }
    }
}

impl Sums {
    fn take(&mut self, class: u8, weight: f64) {
        self.rows[usize::from(class)] += 1;
        self.weight[usize::from(class)] += weight;
    }

    fn plus(mut self, other: Self) -> Self {
        for class in 0..2 {
            self.rows[class] += other.rows[class];
            self.weight[class] += other.weight[class];
        }
        self
    }

    fn minus(mut self, other: Self) -> Self {
        for class in 0..2 {
            self.rows[class] -= other.rows[class];
            self.weight[class] -= other.weight[class];
        }
        self
    }

    fn count(&self) -> u64 {
        self.rows[0] + self.rows[1]
    }

    fn mass(&self) -> f64 {
        self.weight[0] + self.weight[1]
    }

    /// Weight times (1 - Gini impurity): larger is purer, and parts sum to at least the whole.
    fn purity(&self) -> f64 {
        let [a, b] = self.weight;
        if self.count() == 0 { 0.0 } else { (a * a + b * b) / (a + b) }
    }
}

impl Grower {
    /// Adds the node of a stretch, then its children. Returns its position.
    fn node(&mut self, parent: Option<usize>, depth: usize, from: usize, to: usize) -> usize {
        let sums = self.sums(&self.sorted[0][from..to], 0..to - from);
        let place = self.nodes.len();
        let Sums { rows, weight } = sums;
        self.nodes.push(Node { parent, depth, rows, weight, split: None });
        let pure = rows.contains(&0);
        if depth == self.depth || pure || sums.count() < 2 * self.min_leaf {
            return place;
        }
        let mut best: Option<Best> = None;
        for feature in 0..self.values.len() {
            self.search(feature, &self.sorted[feature][from..to], sums, &mut best);
        }
        let Some(best) = best else { return place };
        let middle = self.part(&best, from, to);
        let yes = self.node(Some(place), depth + 1, from, middle);
        let no = self.node(Some(place), depth + 1, middle, to);
        let Best { gain, feature, test, missing, missing_rows } = best;
        let gain = gain / self.total;
        self.nodes[place].split =
            Some(Split { feature, test, missing, missing_rows, yes, no, gain });
        place
    }

    fn sums(&self, rows: &[u32], range: std::ops::Range<usize>) -> Sums {
        let mut sums = Sums::default();
        for row in &rows[range] {
            sums.take(self.target[*row as usize], self.weight[*row as usize]);
        }
        sums
    }

    /// Looks for a better test on a column; `rows` are the node's, by value.
    fn search(&self, feature: usize, rows: &[u32], all: Sums, best: &mut Option<Best>) {
        let values = &self.values[feature];
        let known = rows.partition_point(|row| !values.is_missing(*row as usize));
        let missing = self.sums(rows, known..rows.len());
        let mut scan = Scan { feature, all, missing, min_leaf: self.min_leaf, best };
        let whole = self.sums(rows, 0..known);
        match values {
            Values::Numbers(numbers) => {
                let mut left = Sums::default();
                for pair in rows[..known].windows(2) {
                    let (row, next) = (pair[0] as usize, pair[1] as usize);
                    left.take(self.target[row], self.weight[row]);
                    if numbers[row] < numbers[next] {
                        let test = || Test::Below(short_between(numbers[row], numbers[next]));
                        scan.cut(left, whole.minus(left), test);
                    }
                }
            }
            Values::Labels { ranks, labels } => {
                self.search_labels(&rows[..known], ranks, labels, &mut scan);
            }
        }
        if missing.count() > 0 {
            scan.alone(whole);
        }
    }

    fn search_labels(&self, rows: &[u32], ranks: &[u32], labels: &[String], scan: &mut Scan<'_>) {
        let mut groups: Vec<(Option<u32>, Sums)> = Vec::new();
        let mut rare = Sums::default();
        for run in rows.chunk_by(|a, b| ranks[*a as usize] == ranks[*b as usize]) {
            let sums = self.sums(run, 0..run.len());
            if sums.count() < self.min_category_rows {
                rare = rare.plus(sums);
            } else {
                groups.push((Some(ranks[run[0] as usize]), sums));
            }
        }
        if rare.count() > 0 {
            groups.push((None, rare));
        }
        let rate = |it: &Sums| it.weight[1] / it.mass();
        // Stable: equal rates stay in the order of the labels, the rare ones last.
        groups.sort_by(|a, b| rate(&a.1).total_cmp(&rate(&b.1)));
        let whole = groups.iter().fold(Sums::default(), |sum, it| sum.plus(it.1));
        let rare = groups.iter().position(|it| it.0.is_none());
        let mut below = Sums::default();
        for cut in 1..groups.len() {
            below = below.plus(groups[cut - 1].1);
            let above = whole.minus(below);
            // What is not listed goes where the rare ones are, else where most rows are.
            let lists_low = match rare {
                Some(place) => place >= cut,
                None => below.count() <= above.count(),
            };
            let listed = if lists_low { &groups[..cut] } else { &groups[cut..] };
            let (yes, no) = if lists_low { (below, above) } else { (above, below) };
            let test = || {
                let mut ranks: Vec<u32> = listed.iter().filter_map(|it| it.0).collect();
                ranks.sort_unstable();
                Test::OneOf(ranks.into_iter().map(|it| labels[it as usize].clone()).collect())
            };
            scan.cut(yes, no, test);
        }
    }

    /// Puts the rows that answer yes before the others in every order; returns where they part.
    fn part(&mut self, best: &Best, from: usize, to: usize) -> usize {
        let mut answers = std::mem::take(&mut self.answer);
        let values = &self.values[best.feature];
        let listed: Vec<bool> = match (values, &best.test) {
            (Values::Labels { labels, .. }, Test::OneOf(listed)) => {
                labels.iter().map(|it| listed.binary_search(it).is_ok()).collect()
            }
            _ => Vec::new(),
        };
        for row in &self.sorted[best.feature][from..to] {
            let row = *row as usize;
            answers[row] = match (&best.test, values) {
                (Test::Known, _) => !values.is_missing(row),
                _ if values.is_missing(row) => best.missing,
                (Test::Below(threshold), Values::Numbers(it)) => it[row] < *threshold,
                (_, Values::Labels { ranks, .. }) => listed[ranks[row] as usize],
                _ => false,
            };
        }
        let mut middle = from;
        for order in &mut self.sorted {
            self.spare.clear();
            middle = from;
            for at in from..to {
                let row = order[at];
                if answers[row as usize] {
                    order[middle] = row;
                    middle += 1;
                } else {
                    self.spare.push(row);
                }
            }
            order[middle..to].copy_from_slice(&self.spare);
        }
        self.answer = answers;
        middle
    }
}

/// A search through the cuts of one column.
struct Scan<'a> {
    feature: usize,
    all: Sums,
    missing: Sums,
    min_leaf: u64,
    best: &'a mut Option<Best>,
}

impl Scan<'_> {
    /// A cut of the known values, the missing ones on either side.
    fn cut(&mut self, yes: Sums, no: Sums, test: impl Fn() -> Test) {
        let heavier = yes.count() > no.count();
        let sides = if self.missing.count() == 0 { &[heavier][..] } else { &[heavier, !heavier] };
        for missing in sides {
            let (yes, no) =
                if *missing { (yes.plus(self.missing), no) } else { (yes, no.plus(self.missing)) };
            self.offer(yes, no, *missing, &test);
        }
    }

    /// The missing values on a side of their own.
    fn alone(&mut self, known: Sums) {
        self.offer(known, self.missing, false, &|| Test::Known);
    }

    fn offer(&mut self, yes: Sums, no: Sums, missing: bool, test: &dyn Fn() -> Test) {
        if yes.count() < self.min_leaf || no.count() < self.min_leaf {
            return;
        }
        let gain = yes.purity() + no.purity() - self.all.purity();
        let floor = GAIN_MIN * self.all.mass();
        // Beyond rounding, so that a tie stays with the first.
        let beaten = self.best.as_ref().map_or(floor, |it| it.gain + floor);
        if gain > beaten {
            let (feature, missing_rows) = (self.feature, self.missing.count());
            *self.best = Some(Best { gain, feature, test: test(), missing, missing_rows });
        }
    }
}
