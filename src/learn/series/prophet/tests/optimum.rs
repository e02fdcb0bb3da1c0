//! That what is found is the maximum, and the same one every time.

use super::super::problem::{Problem, State, Term};
use super::super::sign::dot;
use super::*;

/// The largest breach of the conditions of the maximum: the slope of the log posterior in units of
/// its own curvature for the free variables, of its penalty for the changes.
fn breach(prophet: &Prophet, known: &Past) -> f64 {
    let fitted = prophet.fit(known).expect("fits");
    let (cap, floor) = fitted.growth.limits();
    let kept = exact::kept(known);
    let t: Vec<f64> =
        kept.iter().map(|at| f64::from(known.day(*at) - fitted.first) / fitted.days).collect();
    let y: Vec<f64> = kept.iter().map(|at| (known.values[*at] - floor) / fitted.scale).collect();
    let columns = prophet.columns(known, 0).expect("valid");
    let terms: Vec<Term> = columns
        .iter()
        .map(|it| Term {
            values: kept.iter().map(|at| it.values[*at]).collect(),
            multiplicative: it.multiplicative,
            prior: it.prior,
        })
        .collect();
    let changes: Vec<f64> = fitted.changepoints.iter().map(|it| it.at).collect();
    let problem = Problem {
        growth: fitted.growth.indicator(),
        t: &t,
        y: &y,
        cap: &vec![(cap - floor) / fitted.scale; t.len()],
        changes: &changes,
        tau: prophet.changepoint_prior,
        terms: &terms,
    };
    let mut theta = vec![fitted.k, fitted.m];
    theta.extend(fitted.effects.iter().map(|it| it.beta));
    theta.extend(fitted.changepoints.iter().map(|it| it.change));
    let state = problem.state(theta);
    assert!((state.cost + fitted.log_posterior).abs() < 1e-6, "{known:?}");
    largest(&problem, &state)
}

fn largest(problem: &Problem<'_>, at: &State) -> f64 {
    let jac = problem.jacobian(at);
    let variance = at.sigma * at.sigma;
    let ridge: Vec<f64> = problem.ridge().collect();
    let mut worst = 0.0_f64;
    for (j, column) in jac.chunks_exact(problem.t.len()).enumerate() {
        let pull = dot(column, &at.residual) / variance;
        let breach = match ridge.get(j) {
            Some(ridge) => {
                let curvature = dot(column, column) / variance + ridge;
                (pull - ridge * at.theta[j]).abs() / curvature.sqrt()
            }
            None if at.theta[j] == 0.0 => (pull.abs() * problem.tau - 1.0).max(0.0),
            None => (pull * problem.tau - at.theta[j].signum()).abs(),
        };
        worst = worst.max(breach);
    }
    worst
}

#[test]
fn the_conditions_of_the_maximum_hold() {
    let (air, van) = (air(), van());
    let yearly = Prophet { yearly: Some(10), ..Prophet::default() };
    let cases = [
        (yearly.clone(), &air),
        (Prophet { multiplicative: true, ..yearly.clone() }, &air),
        (yearly.clone(), &van),
        (Prophet { growth: Growth::Flat, ..yearly.clone() }, &van),
        (Prophet { growth: Growth::Logistic { cap: 900.0, floor: 50.0 }, ..yearly.clone() }, &air),
        (
            Prophet {
                growth: Growth::Logistic { cap: 30.0, floor: 0.0 },
                multiplicative: true,
                ..yearly.clone()
            },
            &van,
        ),
        (Prophet { changepoint_prior: 0.5, yearly: Some(3), ..yearly.clone() }, &van),
        (Prophet { weekly: Some(3), ..yearly }, &peyton()),
    ];
    for (at, (prophet, known)) in cases.iter().enumerate() {
        let breach = breach(prophet, known);
        assert!(breach < 1e-6, "case {at}: {breach}");
    }
}

#[test]
fn the_usual_series_take_few_steps() {
    for (known, most) in [(air(), 40), (van(), 20), (peyton(), 20)] {
        let fitted = Prophet::fitting(&known, &[]).fit(&known).expect("fits");
        assert!(fitted.steps <= most, "{}", fitted.steps);
    }
}

#[test]
fn two_fits_give_the_same_bits() {
    let known = peyton().until(1500);
    let holidays: Vec<Holiday> = (0..6)
        .map(|at| Holiday {
            name: format!("day {at}"),
            days: (0..5).map(|year| known.first + 20 * at + 365 * year).collect(),
        })
        .collect();
    let prophet = Prophet { multiplicative: true, ..Prophet::fitting(&known, &holidays) };
    let once = prophet.forecast(&known, 14).expect("fits");
    let bits = |path: &Path| -> Vec<u64> {
        let parts = path.parts.iter().flat_map(|it| it.named.iter().flat_map(|it| &it.1));
        let bounds = path.levels.iter().flat_map(|it| it.low.iter().chain(&it.high));
        path.mean.iter().chain(bounds).chain(parts).map(|it| it.to_bits()).collect()
    };
    // Every map of augurs hashes with another seed.
    for _ in 0..3 {
        assert_eq!(bits(&prophet.forecast(&known, 14).expect("fits")), bits(&once));
    }
}

#[test]
fn a_logistic_trend_passes_through_slope_zero() {
    // Rises, rests, falls: the slope of the exponent changes its sign.
    let value = |at: i32| 50.0 + 40.0 * (f64::from(at) / 60.0 * std::f64::consts::PI).sin();
    let known = past(Step::Month, (0..60).map(value).collect());
    let growth = Growth::Logistic { cap: 120.0, floor: 0.0 };
    let prophet = Prophet { growth, changepoint_prior: 0.5, ..Prophet::default() };
    let fitted = prophet.fit(&known).expect("fits");
    let slopes: Vec<f64> = fitted.changepoints.iter().map(|it| it.slope).collect();
    assert!(fitted.k > 0.0 && slopes.iter().any(|it| *it < 0.0), "{slopes:?}");
    assert!(fitted.sigma * fitted.scale < 3.0, "{}", fitted.sigma);
    let path = prophet.forecast(&known, 36).expect("fits");
    assert!(path.mean.iter().all(|it| (0.0..120.0).contains(it)), "{:?}", path.mean);
}
