//! The intercept of a merged model: the expected mean probability equals the joint base rate.
//!
//! Never reads rows: it knows of each office the weight of every bin, its base rate, its own model.

use super::Office;
use crate::ebm::{Objective, Term};
use crate::math;

/// Points of the integral over a normal law, on either side of its mean, up to five standard
/// deviations.
const POINTS: i32 = 25;

/// Bisections; enough for the last bit of a double.
const HALVINGS: usize = 80;

/// `weights`: per term, model and cell.
pub(super) fn of(
    offices: &[Office<'_>],
    terms: &[Term],
    weights: &[Vec<Vec<f64>>],
    objective: Objective,
) -> f64 {
    let total: f64 = offices.iter().map(|it| it.weight).sum();
    let moments: Vec<(f64, f64)> = (0..offices.len())
        .map(|at| {
            sum_moments(terms.iter().zip(weights).map(|(it, w)| (&it.scores[..], &w[at][..])))
        })
        .collect();
    let rate = |at: usize| offices[at].model.trained.base_rate * offices[at].weight / total;
    let wanted: f64 = (0..offices.len()).map(rate).sum();
    if objective == Objective::Squared {
        let means = offices.iter().zip(&moments).map(|(it, (mean, _))| it.weight / total * mean);
        return wanted - means.sum::<f64>();
    }
    let spreads: Vec<f64> =
        offices.iter().zip(&moments).map(|(it, (_, now))| spread(it, *now)).collect();
    let expected = |intercept: f64| -> f64 {
        let of = |(at, it): (usize, &Office<'_>)| {
            it.weight / total * mean_probability(intercept + moments[at].0, spreads[at])
        };
        offices.iter().enumerate().map(of).sum()
    };
    bisect(-60.0, 60.0, |it| expected(it) < wanted)
}

/// Standard deviation of the merged log-odds in an office whose terms have the variance `now` in
/// sum: that which explains its base rate under its own model, scaled by how the terms changed.
fn spread(office: &Office<'_>, now: f64) -> f64 {
    let model = office.model;
    let (mean, before) = sum_moments(model.terms.iter().map(|it| (&it.scores[..], &it.weight[..])));
    let (mean, rate) = (model.intercept + mean, model.trained.base_rate);
    // More spread pulls the mean probability towards a half.
    let own = if mean < 0.0 {
        bisect(0.0, 20.0, |it| mean_probability(mean, it) < rate)
    } else {
        bisect(0.0, 20.0, |it| mean_probability(mean, it) > rate)
    };
    if before > 0.0 { own * libm::sqrt(now / before) } else { own }
}

/// Sum of the means and of the variances of tables, each over its weights.
fn sum_moments<'a>(tables: impl Iterator<Item = (&'a [f64], &'a [f64])>) -> (f64, f64) {
    let of = |(scores, weight): (&[f64], &[f64])| {
        let total: f64 = weight.iter().sum();
        if total <= 0.0 {
            return (0.0, 0.0);
        }
        let mean = scores.iter().zip(weight).map(|(it, w)| it * w).sum::<f64>() / total;
        let square = |(it, w): (&f64, &f64)| (it - mean) * (it - mean) * w;
        (mean, scores.iter().zip(weight).map(square).sum::<f64>() / total)
    };
    tables.map(of).fold((0.0, 0.0), |sum, it| (sum.0 + it.0, sum.1 + it.1))
}

/// Mean probability of log-odds that are normal.
fn mean_probability(mean: f64, spread: f64) -> f64 {
    let (mut sum, mut weights) = (0.0, 0.0);
    for point in -POINTS..=POINTS {
        let z = 5.0 * f64::from(point) / f64::from(POINTS);
        let weight = math::exp(-z * z / 2.0);
        sum += weight * math::sigmoid(mean + spread * z);
        weights += weight;
    }
    sum / weights
}

/// Where `below` turns from true to false.
fn bisect(mut low: f64, mut high: f64, below: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..HALVINGS {
        let middle = low + (high - low) / 2.0;
        if below(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    low + (high - low) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_integral_over_a_normal_law_is_right() {
        assert!((mean_probability(-1.0, 0.0) - math::sigmoid(-1.0)).abs() < 1e-12);
        // Known to four digits from tables of the logistic-normal integral.
        assert!((mean_probability(0.0, 3.0) - 0.5).abs() < 1e-12);
        assert!((mean_probability(-2.0, 1.0) - 0.1559).abs() < 1e-3);
        assert!((bisect(0.0, 9.0, |it| it * it < 2.0) - 2.0_f64.sqrt()).abs() < 1e-12);
    }
}
