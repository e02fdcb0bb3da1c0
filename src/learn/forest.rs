//! A random forest, the baseline for what interactions and steps could gain.
//!
//! smartcore's regression forest on targets of 0 and 1: the mean of its leaves is a probability,
//! which its classifier does not give. Never explains itself, never tuned.

use crate::design::Design;
use crate::error::{Error, Result};
use crate::frame::{Column, Frame};
use crate::rng::Rng;
use smartcore::ensemble::random_forest_regressor::{
    RandomForestRegressor, RandomForestRegressorParameters,
};
use smartcore::linalg::basic::matrix::DenseMatrix;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Trees grown from one draw of rows; draws are what threads share.
const TREES_PER_DRAW: usize = 10;

type Trees = RandomForestRegressor<f64, f64, DenseMatrix<f64>, Vec<f64>>;

/// Options of [`Forest::fit`]. Start from [`ForestOptions::new`] and change fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ForestOptions {
    /// Seed of every random choice.
    pub seed: u64,
    /// Threads, at least 1. Never changes the result.
    pub threads: usize,
    /// Trees, 1 to 10,000. Default 100.
    pub trees: usize,
    /// Least rows of a leaf, at least 1. Default 5.
    pub min_leaf: usize,
    /// Rows a tree draws from at most, at least 2; every tenth tree draws them anew, without
    /// replacement. Default 20,000, so that time and memory stay bounded.
    pub rows_max: usize,
}

impl ForestOptions {
    /// The defaults with a seed and a number of threads.
    pub fn new(seed: u64, threads: usize) -> Self {
        Self { seed, threads, trees: 100, min_leaf: 5, rows_max: 20_000 }
    }

    fn check(&self) -> Result<()> {
        let rules = [
            ("threads", (1..=1024).contains(&self.threads), "from 1 to 1024"),
            ("trees", (1..=10_000).contains(&self.trees), "from 1 to 10000"),
            ("min_leaf", self.min_leaf >= 1, "at least 1"),
            ("rows_max", self.rows_max >= 2, "at least 2"),
        ];
        match rules.iter().find(|it| !it.1) {
            Some((name, _, must)) => Err(Error::Option { name, must }),
            None => Ok(()),
        }
    }
}

/// A fitted forest.
#[derive(Debug)]
pub struct Forest {
    design: Design,
    /// Trees by draw, with their number.
    draws: Vec<(Trees, usize)>,
}

impl Forest {
    /// Fits a forest on the inputs of logistic regression: missing numbers filled with the mean and
    /// flagged, categories as indicators. Each tree grows on a bootstrap of its rows, in which a row
    /// comes up by its weight, and looks at the square root of the inputs at each node. Depends on
    /// the order of the rows. Errors: [`Error::OneClass`], [`Error::AllConstant`],
    /// [`Error::Option`], [`Error::NotConverged`] if smartcore refuses.
    pub fn fit(frame: &Frame, options: &ForestOptions) -> Result<Self> {
        options.check()?;
        frame.check_two_classes()?;
        let design = Design::fit(frame)?;
        let draws = options.trees.div_ceil(TREES_PER_DRAW);
        let (next, rng) = (AtomicUsize::new(0), Rng::new(options.seed));
        let done = Mutex::new(std::iter::repeat_with(|| None).take(draws).collect::<Vec<_>>());
        let work = || {
            loop {
                let draw = next.fetch_add(1, Ordering::Relaxed);
                if draw >= draws {
                    return;
                }
                let trees = TREES_PER_DRAW.min(options.trees - draw * TREES_PER_DRAW);
                let grown = grow(frame, &design, options, trees, rng.fork(draw as u64));
                let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
                done[draw] = Some(grown.map(|it| (it, trees)));
            }
        };
        std::thread::scope(|scope| {
            for _ in 1..options.threads.min(draws) {
                scope.spawn(work);
            }
            work();
        });
        let done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
        let draws = done.into_iter().flatten().collect::<Result<Vec<_>>>()?;
        Ok(Self { design, draws })
    }

    /// Probabilities of all rows of columns that match by name, order and kind, in 0 to 1.
    pub fn probabilities(&self, columns: &[Column]) -> Result<Vec<f64>> {
        let rows = self.design.check(columns)?;
        if rows == 0 {
            return Ok(Vec::new());
        }
        let x = matrix(&self.design, columns, rows)?;
        let (mut sums, mut all) = (vec![0.0; rows], 0.0);
        for (trees, count) in &self.draws {
            let found: Vec<f64> = trees.predict(&x).map_err(|_| refused())?;
            sums.iter_mut().zip(found).for_each(|(sum, it)| *sum += it * *count as f64);
            all += *count as f64;
        }
        Ok(sums.into_iter().map(|it| (it / all).clamp(0.0, 1.0)).collect())
    }
}

/// The trees of one draw.
fn grow(
    frame: &Frame,
    design: &Design,
    options: &ForestOptions,
    trees: usize,
    mut rng: Rng,
) -> Result<Trees> {
    let seed = rng.next_u64();
    let drawn;
    let frame = if frame.rows() > options.rows_max {
        let mut rows: Vec<usize> = (0..frame.rows()).collect();
        rng.shuffle(&mut rows);
        rows.truncate(options.rows_max);
        rows.sort_unstable();
        drawn = frame.take(&rows)?;
        &drawn
    } else {
        frame
    };
    let x = matrix(design, frame.columns(), frame.rows())?;
    let target = frame.target().to_vec();
    let parameters = RandomForestRegressorParameters::default()
        .with_n_trees(trees)
        .with_min_samples_leaf(options.min_leaf)
        .with_m(usize::max(1, design.len().isqrt()))
        .with_seed(seed);
    let grown = match frame.weight() {
        Some(weight) => Trees::fit_with_weights(&x, &target, weight, parameters),
        None => Trees::fit(&x, &target, parameters),
    };
    grown.map_err(|_| refused())
}

fn matrix(design: &Design, columns: &[Column], rows: usize) -> Result<DenseMatrix<f64>> {
    let x = design.matrix(columns, rows);
    DenseMatrix::new(rows, design.len(), x, false).map_err(|_| refused())
}

fn refused() -> Error {
    Error::NotConverged { what: "random forest" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::baseline::Logistic;
    use crate::math;
    use crate::validate::Scored;

    /// An interaction that no additive model sees, a gap that tells, a category.
    fn frame(rows: usize, seed: u64, weight: Option<Vec<f64>>) -> Frame {
        let mut rng = Rng::new(seed);
        let (mut a, mut b, mut zone, mut target) = (vec![], vec![], vec![], vec![]);
        for _ in 0..rows {
            let (x, y, north) = (rng.normal(), rng.normal(), rng.unit() < 0.5);
            let absent = rng.unit() < 0.1;
            let z = if x * y > 0.0 { 1.5 } else { -1.5 } + if north { 0.5 } else { -0.5 };
            a.push(x);
            b.push(if absent { f64::NAN } else { y });
            zone.push((rng.unit() < 0.95).then_some(if north { "north" } else { "south" }));
            target.push(f64::from(u8::from(rng.unit() < math::sigmoid(z))));
        }
        let columns = vec![
            Column::continuous("a", a),
            Column::continuous("b", b),
            Column::nominal("zone", &zone),
        ];
        Frame::new(columns, target, weight, (0..rows as u32).collect(), vec![0; rows]).unwrap()
    }

    fn auc(frame: &Frame, p: &[f64]) -> f64 {
        Scored::new(frame.target(), p, None, frame.group()).unwrap().auc()
    }

    #[test]
    fn an_interaction_is_found_on_new_rows() {
        let (train, test) = (frame(1500, 1, None), frame(1000, 2, None));
        let forest = Forest::fit(&train, &ForestOptions::new(3, 2)).unwrap();
        let p = forest.probabilities(test.columns()).unwrap();
        let additive = Logistic::fit(&train, 1.0).unwrap().probabilities(test.columns()).unwrap();
        let (found, additive) = (auc(&test, &p), auc(&test, &additive));
        assert!(found > 0.75 && additive < 0.65, "forest {found}, logistic {additive}");
        let mean = p.iter().sum::<f64>() / 1000.0;
        assert!((mean - test.base_rate()).abs() < 0.05, "{mean}");
    }

    #[test]
    fn threads_change_nothing_and_the_seed_does() {
        let frame = frame(400, 4, None);
        let of = |seed: u64, threads: usize| {
            let options =
                ForestOptions { trees: 25, rows_max: 300, ..ForestOptions::new(seed, threads) };
            Forest::fit(&frame, &options).unwrap().probabilities(frame.columns()).unwrap()
        };
        assert_eq!(of(1, 1), of(1, 3));
        assert_ne!(of(1, 1), of(2, 1));
    }

    #[test]
    fn weights_move_the_mean() {
        let plain = frame(600, 5, None);
        let weight = plain.target().iter().map(|y| if *y > 0.5 { 5.0 } else { 1.0 }).collect();
        let mean = |frame: &Frame| {
            let forest = Forest::fit(frame, &ForestOptions::new(1, 1)).unwrap();
            forest.probabilities(plain.columns()).unwrap().iter().sum::<f64>() / 600.0
        };
        let heavy = frame(600, 5, Some(weight));
        assert!(mean(&heavy) > mean(&plain) + 0.15);
    }

    #[test]
    fn bad_input_is_refused() {
        let frame = frame(50, 6, None);
        let bad = ForestOptions { trees: 0, ..ForestOptions::new(1, 1) };
        assert!(matches!(Forest::fit(&frame, &bad), Err(Error::Option { .. })));
        let forest = Forest::fit(&frame, &ForestOptions::new(1, 1)).unwrap();
        assert!(forest.probabilities(&frame.columns()[..2]).is_err());
        let rows: Vec<usize> = (0..50).filter(|row| frame.target()[*row] < 0.5).collect();
        let one = frame.take(&rows).unwrap();
        let found = Forest::fit(&one, &ForestOptions::new(1, 1)).err();
        assert_eq!(found, Some(Error::OneClass));
    }
}
