//! Where rows stand between two steps: odds or residuals, weights, loss. The same for mains and pairs.
//!
//! No exponential is taken per row. A row keeps odds e = exp(-score); a step adds one of few
//! constants to the score, so it multiplies e by one of few factors. For squared error a row keeps
//! its residual, to which a step adds. Never knows of terms; never allocates after the start.
#![expect(clippy::inline_always, reason = "a loop is compiled for an instruction set by inlining")]

use super::Objective;
use super::doubt::Doubt;
use super::kernel::{self, Machine, Pick, Product, ln_from_one};
use crate::math;
use pulp::NullaryFnOnce;

/// Rows before the first step.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Start<'a> {
    pub(crate) objective: Objective,
    /// For log loss: rows with target 1 come first.
    pub(crate) events: usize,
    /// For squared error.
    pub(crate) target: &'a [f64],
    pub(crate) weight: &'a [f64],
}

/// What a step does to what a row keeps, and what leaves it as it is.
impl Objective {
    /// For rows trained on.
    pub(crate) fn factor(self, delta: f64) -> f64 {
        match self {
            Self::LogLoss => math::exp(-delta),
            Self::Squared => delta,
        }
    }

    /// For rows held back with target 1, or without.
    pub(crate) fn held_factor(self, event: bool, delta: f64) -> f64 {
        match self {
            Self::LogLoss => math::exp(if event { -delta } else { delta }),
            Self::Squared => delta,
        }
    }

    /// What a held-back row keeps when its score changes by the delta of a factor.
    pub(crate) fn with(self, row: f64, factor: f64) -> f64 {
        match self {
            Self::LogLoss => row * factor,
            Self::Squared => row + factor,
        }
    }

    /// Undoes [`Objective::with`].
    pub(crate) fn without(self, row: f64, factor: f64) -> f64 {
        match self {
            Self::LogLoss => row / factor,
            Self::Squared => row - factor,
        }
    }

    /// Loss of a held-back row by what it keeps.
    pub(crate) fn held_loss(self, row: f64) -> f64 {
        match self {
            Self::LogLoss => ln_from_one(1.0 + kernel::least(row)),
            Self::Squared => row * row,
        }
    }

    /// The factor of a step of 0.
    pub(crate) fn neutral(self) -> f64 {
        match self {
            Self::LogLoss => 1.0,
            Self::Squared => 0.0,
        }
    }
}

/// Weights of rows in units.
#[derive(Debug)]
pub(crate) struct Weights {
    /// `None` if all are 1.
    pub(crate) rows: Option<Vec<f32>>,
    /// The weight that counts as 1: a power of two not below any weight.
    pub(crate) unit: f64,
}

impl Weights {
    pub(crate) fn new(weight: &[f64]) -> Self {
        if weight.iter().all(|it| *it == 1.0) {
            return Self { rows: None, unit: 1.0 };
        }
        let unit = power_above(weight.iter().copied().fold(0.0, f64::max));
        Self { rows: Some(weight.iter().map(|it| (*it / unit) as f32).collect()), unit }
    }
}

/// Rows trained on.
#[derive(Debug)]
pub(crate) struct Trained {
    pub(crate) objective: Objective,
    pub(crate) weights: Weights,
    /// Log loss: odds exp(-score). Squared error: residuals, score less target.
    pub(crate) rows: Vec<f32>,
    /// Squared error: a power of two at least twice any residual at the start.
    pub(crate) reach: f64,
    events: usize,
}

impl Trained {
    /// `score` has the score of each row.
    pub(crate) fn new(start: Start<'_>, score: impl Iterator<Item = f64>) -> Self {
        let Start { objective, events, target, weight } = start;
        let rows: Vec<f32> = match objective {
            Objective::LogLoss => score.map(|it| kernel::clamp(math::exp(-it) as f32)).collect(),
            Objective::Squared => score.zip(target).map(|(it, y)| (it - y) as f32).collect(),
        };
        let largest = rows.iter().fold(0.0_f32, |most, it| most.max(it.abs()));
        let reach = power_above(2.0 * f64::from(largest).max(1e-30));
        Self { objective, weights: Weights::new(weight), rows, reach, events }
    }

    /// Mean loss, for the listener only.
    pub(crate) fn loss(&self, machine: Machine) -> f64 {
        machine.run(Loss(self))
    }
}

/// Applies a step to some rows.
#[inline(always)]
pub(crate) fn change<Place>(
    objective: Objective,
    rows: &mut [f32],
    places: &[Place],
    factors: &impl Pick<Place, f32>,
) {
    match objective {
        Objective::LogLoss => factors.each(rows, places, kernel::times),
        Objective::Squared => factors.each(rows, places, |r, delta| r + delta),
    }
}

/// The words of some rows; see [`kernel::derive`] and [`kernel::derive_squared`].
#[inline(always)]
pub(crate) fn derive(
    objective: Objective,
    rows: &[f32],
    weight: Option<&[f32]>,
    reach: f64,
    words: &mut [u64],
) {
    match objective {
        Objective::LogLoss => kernel::derive(rows, weight, words),
        Objective::Squared => kernel::derive_squared(rows, weight, reach as f32, words),
    }
}

/// From sums of words to sums of gradients and hessians; for log loss the events are yet to be
/// taken away.
#[inline(always)]
pub(crate) fn finish(objective: Objective, reach: f64, hist: &mut [kernel::Cell]) {
    if objective == Objective::Squared {
        kernel::squared_sums(reach, hist);
    }
}

struct Loss<'a>(&'a Trained);

impl NullaryFnOnce for Loss<'_> {
    type Output = f64;

    #[inline(always)]
    fn call(self) -> f64 {
        let Trained { objective, weights, rows, events, .. } = self.0;
        let weight = &weights.rows;
        let (mut sum, mut all) = (0.0, 0.0);
        for (row, it) in rows.iter().enumerate() {
            let weight = weight.as_ref().map_or(1.0, |it| f64::from(it[row]));
            let it = f64::from(*it);
            let loss = match objective {
                Objective::LogLoss if row < *events => ln_from_one(1.0 + it),
                Objective::LogLoss => ln_from_one(1.0 + 1.0 / it),
                Objective::Squared => it * it,
            };
            sum += weight * loss;
            all += weight;
        }
        sum / all
    }
}

/// The least power of two not below a positive number.
fn power_above(x: f64) -> f64 {
    let (fraction, exponent) = libm::frexp(x);
    libm::ldexp(1.0, if fraction == 0.5 { exponent - 1 } else { exponent })
}

/// Rows held back.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) objective: Objective,
    /// Log loss: odds against the row's own target, exp(-margin). Squared error: residuals.
    pub(crate) rows: Vec<f64>,
    events: usize,
    weight: Option<Vec<f64>>,
    total: f64,
    loss: f64,
    /// Log loss only.
    doubt: Option<Doubt>,
}

impl Held {
    /// `score` has the score of each row.
    pub(crate) fn new(start: Start<'_>, score: impl Iterator<Item = f64>) -> Self {
        let Start { objective, events, target, weight } = start;
        let margin = |(row, it): (usize, f64)| if row < events { it } else { -it };
        let rows = match objective {
            Objective::LogLoss => {
                let odds = score.enumerate().map(margin).map(|it| math::exp(-it));
                odds.map(kernel::least).collect()
            }
            Objective::Squared => score.zip(target).map(|(it, y)| it - y).collect(),
        };
        let total = weight.iter().sum();
        let plain = weight.iter().all(|it| *it == 1.0);
        let weight = (!plain).then(|| weight.to_vec());
        let mut held = Self { objective, rows, events, weight, total, loss: 0.0, doubt: None };
        held.loss = Machine::new().run(HeldLoss(&held)) / total;
        held
    }

    /// The same rows with a loss that doubts; `outcomes` as in [`Doubt::new`]. Squared error has no
    /// other outcome to count.
    pub(crate) fn doubting(mut self, outcomes: f64) -> Self {
        if self.objective == Objective::LogLoss {
            let margins = self.mean(|row| -math::ln(self.rows[row])) * self.total;
            let doubt = Doubt::new(outcomes, self.rows.len(), self.total, margins);
            self.loss = doubt.mean(self.loss * self.total);
            self.doubt = Some(doubt);
        }
        self
    }

    /// Applies a step: the factors of rows with target 1, and of the others. `moved` is what it adds
    /// to the weighted sum of margins.
    pub(crate) fn step<Place, P>(
        &mut self,
        machine: Machine,
        places: &[Place],
        factors: &[P; 2],
        moved: f64,
    ) where
        P: Pick<Place, f64>,
    {
        let sum = machine.run(HeldStep { held: self, places, factors });
        self.loss = match &mut self.doubt {
            Some(doubt) => {
                doubt.shift(moved);
                doubt.mean(sum)
            }
            None => sum / self.total,
        };
    }

    /// Weighted mean of a number of each row.
    pub(crate) fn mean(&self, of: impl Fn(usize) -> f64) -> f64 {
        let weight = |row: usize| self.weight.as_ref().map_or(1.0, |it| it[row]);
        (0..self.rows.len()).map(|row| weight(row) * of(row)).sum::<f64>() / self.total
    }

    /// Weighted mean of ln(1 + exp(-margin)), with doubt where asked for, or of squared residuals.
    pub(crate) fn loss(&self) -> f64 {
        self.loss
    }
}

struct HeldStep<'a, Place, P> {
    held: &'a mut Held,
    places: &'a [Place],
    factors: &'a [P; 2],
}

impl<Place, P: Pick<Place, f64>> NullaryFnOnce for HeldStep<'_, Place, P> {
    type Output = f64;

    #[inline(always)]
    fn call(self) -> f64 {
        let Self { held, places, factors: [hit, miss] } = self;
        let Held { objective, rows, events, weight, .. } = held;
        if *objective == Objective::Squared {
            kernel::change_held(rows, places, hit, |r, delta| r + delta, |_| ());
            return weighted_squares(rows, weight.as_deref());
        }
        let (hits, misses) = rows.split_at_mut(*events);
        let (hit_places, miss_places) = places.split_at(*events);
        let mut product = Product::EMPTY;
        for (odds, places, factors) in [(hits, hit_places, hit), (misses, miss_places, miss)] {
            kernel::change_held(odds, places, factors, kernel::times_held, |it| product.absorb(it));
        }
        match weight {
            Some(weight) => weighted_loss(rows, weight),
            None => product.ln(),
        }
    }
}

struct HeldLoss<'a>(&'a Held);

impl NullaryFnOnce for HeldLoss<'_> {
    type Output = f64;

    #[inline(always)]
    fn call(self) -> f64 {
        let Held { objective, rows, events, weight, .. } = self.0;
        match (objective, weight) {
            (Objective::Squared, weight) => weighted_squares(rows, weight.as_deref()),
            (_, Some(weight)) => weighted_loss(rows, weight),
            (_, None) => {
                let (hits, misses) = rows.split_at(*events);
                let mut product = Product::EMPTY;
                product.absorb(hits);
                product.absorb(misses);
                product.ln()
            }
        }
    }
}

#[inline(always)]
fn weighted_loss(odds: &[f64], weight: &[f64]) -> f64 {
    sum_in_lanes(odds, |row, e| weight[row] * ln_from_one(1.0 + e))
}

#[inline(always)]
fn weighted_squares(residuals: &[f64], weight: Option<&[f64]>) -> f64 {
    match weight {
        Some(weight) => sum_in_lanes(residuals, |row, r| weight[row] * (r * r)),
        None => sum_in_lanes(residuals, |_, r| r * r),
    }
}

/// A sum over rows in eight lanes, for sums of floats depend on their order.
#[inline(always)]
fn sum_in_lanes(rows: &[f64], of: impl Fn(usize, f64) -> f64) -> f64 {
    let mut lanes = [0.0; 8];
    for (eight, rows) in rows.chunks(8).enumerate() {
        for (lane, row) in rows.iter().enumerate() {
            lanes[lane] += of(8 * eight + lane, *row);
        }
    }
    let [a, b, c, d, e, f, g, h] = lanes;
    ((a + b) + (c + d)) + ((e + f) + (g + h))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_powers_of_two() {
        assert_eq!([0.7, 1.0, 1.5, 4.0].map(power_above), [1.0, 1.0, 2.0, 4.0]);
    }
}
