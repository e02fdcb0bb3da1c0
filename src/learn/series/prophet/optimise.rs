//! The exact maximum of Prophet's posterior, without Stan.
//!
//! The noise has a closed form. For a fixed noise, a linear trend with additive columns is a ridge
//! problem with absolute-value penalties, solved exactly; multiplicative columns and logistic growth
//! take Gauss-Newton steps with the same solver and a halving search on the true posterior. Stan's
//! L-BFGS stalls at the kinks of the Laplace prior; this does not. Never here: a random start.

use augurs::prophet::TrendIndicator;

use super::problem::{Problem, State};
use super::sign::{Quadratic, dot};

/// Where the posterior is largest.
#[derive(Clone, Debug)]
pub(super) struct Solution {
    /// Slope before the first change.
    pub(super) k: f64,
    /// Level at time 0 (linear, flat) or time of half the capacity (logistic).
    pub(super) m: f64,
    /// Effects of the columns.
    pub(super) beta: Vec<f64>,
    /// Changes of the slope.
    pub(super) delta: Vec<f64>,
    /// Standard deviation of the noise.
    pub(super) sigma: f64,
    /// The trend, one entry a row.
    pub(super) trend: Vec<f64>,
    /// Log posterior, without the constants Stan drops too.
    pub(super) log_posterior: f64,
    /// Steps taken.
    pub(super) steps: usize,
}

/// Most steps; 5 to 30 are usual.
const STEPS: usize = 300;
/// A step this short (in standard deviations of the posterior, squared) ends the search.
const SHORT: f64 = 1e-16;

/// Maximises the posterior from slope `k` and level `m`, everything else 0.
pub(super) fn solve(problem: &Problem<'_>, k: f64, m: f64) -> Solution {
    let mut theta = vec![0.0; problem.free() + problem.changes.len()];
    (theta[0], theta[1]) = (k, m);
    let mut at = problem.state(theta);
    let mut slope = Slope::of(problem, &at);
    let mut steps = 0;
    while steps < STEPS {
        steps += 1;
        let Some((next, length)) = step(problem, &at, &slope) else { break };
        let quiet = (next.sigma / at.sigma - 1.0).abs() < 1e-10;
        at = next;
        if length < SHORT && quiet {
            break;
        }
        if problem.is_linear() {
            slope.project(&at);
        } else {
            slope = Slope::of(problem, &at);
        }
    }
    let free = problem.free();
    let mut solution = Solution {
        k: at.theta[0],
        m: at.theta[1],
        beta: at.theta[2..free].to_vec(),
        delta: at.theta[free..].to_vec(),
        sigma: at.sigma,
        trend: at.trend,
        log_posterior: -at.cost,
        steps,
    };
    if problem.growth == TrendIndicator::Flat {
        // No data speak of them.
        solution.k = 0.0;
        solution.delta.fill(0.0);
    }
    solution
}

/// Derivatives of the mean at a point, and their products.
struct Slope {
    columns: Vec<f64>,
    gram: Vec<f64>,
    /// Derivatives times residual.
    pull: Vec<f64>,
}

impl Slope {
    fn of(problem: &Problem<'_>, at: &State) -> Self {
        let columns = problem.jacobian(at);
        let gram = gram(&columns, problem.t.len(), at.theta.len());
        let mut slope = Self { columns, gram, pull: Vec::new() };
        slope.project(at);
        slope
    }

    fn project(&mut self, at: &State) {
        let columns = self.columns.chunks_exact(at.residual.len());
        self.pull = columns.map(|column| dot(column, &at.residual)).collect();
    }
}

/// The next point and the squared length of the way there; none when nothing better is near.
fn step(problem: &Problem<'_>, at: &State, slope: &Slope) -> Option<(State, f64)> {
    let size = at.theta.len();
    let variance = at.sigma * at.sigma;
    let mut form = slope.gram.clone();
    problem.ridge().enumerate().for_each(|(j, ridge)| form[j * size + j] += variance * ridge);
    let rows = slope.gram.chunks_exact(size).zip(&slope.pull);
    let linear = rows.map(|(row, pull)| pull + dot(row, &at.theta)).collect();
    let quadratic =
        Quadratic { form, linear, free: problem.free(), penalty: variance / problem.tau };
    let aim = quadratic.minimise(&at.theta)?;
    let way: Vec<f64> = aim.iter().zip(&at.theta).map(|(aim, at)| aim - at).collect();
    let rows = quadratic.form.chunks_exact(size).zip(&way);
    let length = rows.map(|(row, part)| part * dot(row, &way)).sum::<f64>() / variance;
    let mut share = 1.0;
    for _ in 0..40 {
        // The whole way ends exactly where the solver stopped: zeros stay zeros.
        let theta = if share == 1.0 {
            aim.clone()
        } else {
            at.theta.iter().zip(&way).map(|(at, way)| at + share * way).collect()
        };
        let next = problem.state(theta);
        // Near the maximum a step is lost in the rounding of the cost.
        if next.cost.is_finite() && next.cost <= at.cost + 1e-14 * at.cost.abs() {
            return Some((next, length));
        }
        share *= 0.5;
    }
    None
}

/// Products of all pairs of columns of `n` rows.
fn gram(columns: &[f64], n: usize, size: usize) -> Vec<f64> {
    let column = |j: usize| &columns[j * n..][..n];
    let mut form = vec![0.0; size * size];
    for i in 0..size {
        for j in i..size {
            let value = dot(column(i), column(j));
            form[i * size + j] = value;
            form[j * size + i] = value;
        }
    }
    form
}
