//! The posterior of the Prophet model, on the scale the fit works on.
//!
//! `k, m ~ N(0, 5)`, `delta ~ Laplace(0, tau)`, `beta ~ N(0, prior)`, `sigma ~ half-N(0, 0.5)`,
//! `y ~ N(trend * (1 + multiplicative columns) + additive columns, sigma)`: the model of Taylor and
//! Letham 2018, without Jacobian, as Stan's `optimize` sees it. Never here: calendar, names.

use augurs::prophet::TrendIndicator;

use super::sign::dot;
use crate::math;

/// Least noise, relative to the largest value: with as many columns as rows the posterior has no
/// maximum, since the noise can shrink for ever.
pub(super) const SIGMA_FLOOR: f64 = 1e-6;
/// Variance of the priors of slope and level.
const LEVEL_VARIANCE: f64 = 25.0;

/// One column of the design.
#[derive(Debug)]
pub(super) struct Term {
    /// One value a row.
    pub(super) values: Vec<f64>,
    /// Whether it multiplies the trend.
    pub(super) multiplicative: bool,
    /// Standard deviation of the prior of its effect.
    pub(super) prior: f64,
}

/// What is to be maximised.
#[derive(Debug)]
pub(super) struct Problem<'a> {
    pub(super) growth: TrendIndicator,
    /// Times of the rows, 0 to 1.
    pub(super) t: &'a [f64],
    /// Values of the rows.
    pub(super) y: &'a [f64],
    /// Capacities, read by logistic growth alone.
    pub(super) cap: &'a [f64],
    /// Times at which the slope may change.
    pub(super) changes: &'a [f64],
    /// Scale of the changes.
    pub(super) tau: f64,
    pub(super) terms: &'a [Term],
}

/// A point: `[k, m, beta.., delta..]`, and what follows from it.
#[derive(Clone, Debug)]
pub(super) struct State {
    pub(super) theta: Vec<f64>,
    /// The trend, one entry a row.
    pub(super) trend: Vec<f64>,
    /// 1 + the multiplicative columns.
    pub(super) factor: Vec<f64>,
    pub(super) residual: Vec<f64>,
    /// The best noise at this point.
    pub(super) sigma: f64,
    /// Minus the log posterior, up to a constant of the data's size and the priors.
    pub(super) cost: f64,
}

impl Problem<'_> {
    /// Variables without an absolute-value penalty: slope, level, effects of columns.
    pub(super) fn free(&self) -> usize {
        2 + self.terms.len()
    }

    /// Whether the mean is linear in the variables.
    pub(super) fn is_linear(&self) -> bool {
        self.growth != TrendIndicator::Logistic && self.terms.iter().all(|it| !it.multiplicative)
    }

    /// Slope and level to start from: `given`, or through first and last row of a logistic trend, by
    /// Prophet's rule; `given` then rests on the platform's logarithm.
    pub(super) fn start(&self, given: (f64, f64)) -> (f64, f64) {
        let last = self.t.len() - 1;
        let span = self.t[last] - self.t[0];
        if self.growth != TrendIndicator::Logistic || span.is_nan() || span <= 0.0 {
            return given;
        }
        let over = |at: usize| 1.0 / (self.y[at] / self.cap[at]).clamp(0.01, 0.99);
        let (mut first, last) = (over(0), over(last));
        if (first - last).abs() <= 0.01 {
            first *= 1.05;
        }
        let (first, last) = (math::ln(first - 1.0), math::ln(last - 1.0));
        ((first - last) / span, first * span / (first - last))
    }

    /// Everything that follows from a point.
    pub(super) fn state(&self, theta: Vec<f64>) -> State {
        let delta = &theta[self.free()..];
        let line = exponent(self.growth, theta[0], theta[1], (self.changes, delta), self.t);
        let trend = bend(self.growth, line, self.cap);
        let mut factor = vec![1.0; trend.len()];
        let mut added = vec![0.0; trend.len()];
        for (term, beta) in self.terms.iter().zip(&theta[2..]).filter(|it| *it.1 != 0.0) {
            let into = if term.multiplicative { &mut factor } else { &mut added };
            into.iter_mut().zip(&term.values).for_each(|(it, x)| *it += x * beta);
        }
        let residual: Vec<f64> =
            (0..trend.len()).map(|i| self.y[i] - (trend[i] * factor[i] + added[i])).collect();
        let squares = dot(&residual, &residual);
        let sigma = best_sigma(self.y.len() as f64, squares);
        let cost = self.cost(&theta, sigma, squares);
        State { theta, trend, factor, residual, sigma, cost }
    }

    /// Minus the log posterior of a point and a noise, without the constants Stan drops too.
    pub(super) fn cost(&self, theta: &[f64], sigma: f64, squares: f64) -> f64 {
        let n = self.y.len() as f64;
        let noise = n * math::ln(sigma) + squares / (2.0 * sigma * sigma) + 2.0 * sigma * sigma;
        let level = (theta[0] * theta[0] + theta[1] * theta[1]) / (2.0 * LEVEL_VARIANCE);
        let effects = self.terms.iter().zip(&theta[2..]);
        let effects = effects.map(|(it, beta)| beta * beta / (2.0 * it.prior * it.prior));
        let changes = theta[self.free()..].iter().map(|it| it.abs() / self.tau);
        noise + level + effects.sum::<f64>() + changes.sum::<f64>()
    }

    /// Inverse prior variances of the free variables.
    pub(super) fn ridge(&self) -> impl Iterator<Item = f64> {
        let effects = self.terms.iter().map(|it| 1.0 / (it.prior * it.prior));
        [1.0 / LEVEL_VARIANCE; 2].into_iter().chain(effects)
    }

    /// Derivatives of the mean by the variables, one column a variable, `n` rows each.
    pub(super) fn jacobian(&self, at: &State) -> Vec<f64> {
        let n = self.t.len();
        let mut jac = Vec::with_capacity(n * at.theta.len());
        // What a change of the straight line under the trend does to the mean.
        let mut weight = at.factor.clone();
        if self.growth == TrendIndicator::Logistic {
            for (i, it) in weight.iter_mut().enumerate() {
                *it *= at.trend[i] * (1.0 - at.trend[i] / self.cap[i]);
            }
        }
        match self.growth {
            TrendIndicator::Flat => {
                jac.resize(n, 0.0);
                jac.extend_from_slice(&at.factor);
            }
            TrendIndicator::Linear => {
                jac.extend(self.t.iter().zip(&weight).map(|(t, w)| t * w));
                jac.extend_from_slice(&weight);
            }
            TrendIndicator::Logistic => {
                let (k, m) = (at.theta[0], at.theta[1]);
                jac.extend(self.t.iter().zip(&weight).map(|(t, w)| (t - m) * w));
                jac.extend(weight.iter().map(|w| -k * w));
            }
        }
        for term in self.terms {
            if term.multiplicative {
                jac.extend(term.values.iter().zip(&at.trend).map(|(x, trend)| x * trend));
            } else {
                jac.extend_from_slice(&term.values);
            }
        }
        for &change in self.changes {
            if self.growth == TrendIndicator::Flat {
                jac.resize(jac.len() + n, 0.0);
            } else {
                jac.extend(self.t.iter().zip(&weight).map(|(t, w)| (t - change).max(0.0) * w));
            }
        }
        jac
    }
}

/// The continuous broken line under a trend: `k t + m` (or `k (t - m)` under a logistic one) plus
/// `delta_j (t - change_j)` after each change.
///
/// Prophet writes the logistic trend with offsets that divide by the slope; they only keep
/// `k (t - m)` continuous, so this is the same function and has no singularity at slope 0.
pub(super) fn exponent(
    growth: TrendIndicator,
    k: f64,
    m: f64,
    (changes, delta): (&[f64], &[f64]),
    t: &[f64],
) -> Vec<f64> {
    let mut line: Vec<f64> = match growth {
        TrendIndicator::Flat => return vec![m; t.len()],
        TrendIndicator::Linear => t.iter().map(|t| k * t + m).collect(),
        TrendIndicator::Logistic => t.iter().map(|t| k * (t - m)).collect(),
    };
    for (change, delta) in changes.iter().zip(delta).filter(|it| *it.1 != 0.0) {
        line.iter_mut().zip(t).for_each(|(it, t)| *it += delta * (t - change).max(0.0));
    }
    line
}

/// The trend of a broken line: itself, or between 0 and its capacity.
pub(super) fn bend(growth: TrendIndicator, mut line: Vec<f64>, cap: &[f64]) -> Vec<f64> {
    if growth == TrendIndicator::Logistic {
        line.iter_mut().zip(cap).for_each(|(it, cap)| *it = cap * math::sigmoid(*it));
    }
    line
}

/// The noise that maximises the posterior given the residuals: `4 u^2 + n u - squares = 0` for
/// `u = sigma^2`.
fn best_sigma(n: f64, squares: f64) -> f64 {
    let u = 2.0 * squares / (n + (n * n + 16.0 * squares).sqrt());
    u.sqrt().max(SIGMA_FLOOR)
}
