//! The tournament on series worked out by hand, broken series, and hundreds of drawn ones.

use super::super::{Kind, Step};
use super::*;
use crate::rng::Rng;

fn auto(ahead: usize) -> Options {
    Options { ahead, choice: Choice::Auto, holidays: Vec::new(), seed: 1 }
}

fn monthly(values: Vec<f64>, kind: Kind) -> Past {
    Past::new(Step::Month, 0, values, kind).expect("valid")
}

fn go(past: &Past, ahead: usize) -> Outlook {
    forecast(past, &auto(ahead), &|_, _| Flow::Continue).expect("known values")
}

/// The last value and the mean step again.
struct Drift;

impl Method for Drift {
    fn name(&self) -> &'static str {
        "drift"
    }

    fn forecast(&self, past: &Past, ahead: usize) -> Result<Path> {
        let (first, last) = (past.values[0], past.values[past.len() - 1]);
        let step = (last - first) / (past.len() - 1) as f64;
        let mean = (0..ahead).map(|k| last + step * (k + 1) as f64).collect();
        Ok(Path::normal(mean, &vec![1.0; ahead]))
    }
}

#[test]
fn the_better_method_stays_and_the_worse_goes() {
    let past = monthly((0..60).map(f64::from).collect(), Kind::Amount);
    let ready = clean::ready(&past, &[]).expect("known");
    let pool: Vec<Box<dyn Method>> = vec![Box::new(Naive(12)), Box::new(Drift)];
    let ground = ground(&ready, 3);
    let told = |_, _| Flow::Continue;
    let out = contest(&past, &ready, &pool, ground.as_ref(), 3, &told).expect("fits");
    assert_eq!(out.model, "drift");
    assert!((out.points[2].yhat - 62.0).abs() < 1e-9);
    let backtest = out.backtest.expect("long enough");
    assert!(backtest.mase < 1e-9 && (backtest.naive_mase - 1.0).abs() < 1e-9);
    assert_eq!(out.candidates[1].name, "naive");
    assert!(
        !out.candidates[1].kept && out.candidates[1].why.starts_with("Dropped: missed by 1.00")
    );
    assert!(!out.notes.iter().any(|it| it.starts_with("No better")), "{:?}", out.notes);
}

#[test]
fn two_points_a_constant_and_nothing() {
    let two = go(&monthly(vec![3.0, 5.0], Kind::Count), 4);
    assert_eq!((two.points.len(), two.n, two.backtest), (4, 2, None));
    assert!(two.points.iter().all(|it| it.lo95 >= 0.0 && it.hi95 > it.hi50));
    assert!(two.notes[0].starts_with("Too little data: 2 known months"), "{:?}", two.notes);
    let constant = go(&monthly(vec![7.0; 60], Kind::Count), 6);
    assert!(constant.points.iter().all(|it| (it.yhat - 7.0).abs() < 0.5), "{:?}", constant.points);
    assert!(constant.notes.iter().any(|it| it.contains("the same")), "{:?}", constant.notes);
    let nothing = monthly(vec![f64::NAN; 40], Kind::Real);
    assert_eq!(forecast(&nothing, &auto(3), &|_, _| Flow::Continue), Err(Error::Empty));
    let none = forecast(&monthly(vec![1.0; 40], Kind::Real), &auto(0), &|_, _| Flow::Continue);
    assert!(none.is_err());
}

#[test]
fn short_series_say_that_bounds_are_not_calibrated() {
    let mut rng = Rng::new(3);
    let past = monthly((0..18).map(|_| 50.0 + 10.0 * rng.unit()).collect(), Kind::Amount);
    let out = go(&past, 6);
    assert!(out.notes.iter().any(|it| it.contains("not calibrated")), "{:?}", out.notes);
    assert!(out.points.iter().all(|it| (45.0..65.0).contains(&it.yhat)));
}

#[test]
fn unknown_last_periods_are_forecast_too_and_days_go_on() {
    let mut values: Vec<f64> = (0..48).map(|it| 20.0 + f64::from(it % 12)).collect();
    values[47] = f64::NAN;
    let past = monthly(values, Kind::Amount);
    let out = go(&past, 5);
    let days: Vec<i32> = out.points.iter().map(|it| it.day).collect();
    assert_eq!(days, (48..53).map(|it| past.day(it)).collect::<Vec<_>>());
    assert!(
        out.points
            .iter()
            .zip(48..)
            .all(|(it, at)| { (it.yhat - 20.0 - f64::from(at % 12)).abs() < 0.5 })
    );
    assert!(out.notes.iter().any(|it| it == "The last 1 months are unknown."), "{:?}", out.notes);
}

#[test]
fn after_a_break_only_what_came_since_counts() {
    let mut rng = Rng::new(8);
    let level = |at: usize| if at < 60 { 100.0 } else { 40.0 };
    let past = monthly((0..108).map(|at| level(at) + 6.0 * rng.unit()).collect(), Kind::Amount);
    let out = go(&past, 6);
    assert!(out.notes.iter().any(|it| it.contains("since then are used")), "{:?}", out.notes);
    assert!(out.marks.iter().any(|it| it.words.starts_with("The level fell by about 6")));
    assert!((47..=49).contains(&out.n), "{}", out.n);
    assert!(out.points.iter().all(|it| (38.0..48.0).contains(&it.yhat)), "{:?}", out.points);
}

#[test]
fn the_listener_can_stop_it() {
    let past = monthly((0..60).map(f64::from).collect(), Kind::Amount);
    let stop = |done: usize, _: usize| if done == 3 { Flow::Stop } else { Flow::Continue };
    assert_eq!(forecast(&past, &auto(3), &stop), Err(Error::Cancelled));
}

#[test]
fn twice_gives_the_same_bytes_and_bounds_nest() {
    let mut rng = Rng::new(12);
    let draw =
        |at: usize| (30.0 + 8.0 * f64::from(u8::from(at % 12 < 4)) + 6.0 * rng.normal()).round();
    let past = monthly((0..72).map(draw).map(|it| it.max(0.0)).collect(), Kind::Count);
    let (one, two) = (go(&past, 12), go(&past, 12));
    assert_eq!(
        serde_json::to_string(&one).expect("plain"),
        serde_json::to_string(&two).expect("plain")
    );
    for it in &one.points {
        assert!(it.lo95 <= it.lo80 && it.lo80 <= it.lo50 && it.lo50 <= it.yhat);
        assert!(it.yhat <= it.hi50 && it.hi50 <= it.hi80 && it.hi80 <= it.hi95);
        assert!(it.lo95 >= 0.0 && it.lo95.fract() == 0.0 && it.hi50.fract() == 0.0);
    }
    for at in 0..72 + 12 {
        let sum: f64 = one.parts.iter().map(|it| it.values[at]).sum();
        let whole = if at < 72 { past.values[at] } else { one.points[at - 72].yhat };
        assert!(one.parts.is_empty() || (sum - whole).abs() <= 1e-9 * whole.abs().max(1.0));
    }
}

/// Monthly values with a season, a slow drift and errors that remember the last one.
fn drawn(seed: u64, n: usize) -> Vec<f64> {
    let mut rng = Rng::new(seed);
    let phase = rng.below(12);
    let (swing, memory) = (10.0 * rng.unit(), 0.6 * rng.unit());
    let drift = 0.4 * (rng.unit() - 0.5);
    let mut error = 0.0;
    (0..n)
        .map(|at| {
            error = memory * error + 5.0 * rng.normal();
            let place = std::f64::consts::TAU * (at + phase) as f64 / 12.0;
            200.0 + drift * at as f64 + swing * libm::sin(place) + error
        })
        .collect()
}

#[test]
fn bounds_hold_what_they_claim_over_200_drawn_series() {
    let (known, ahead) = (60, 6);
    let (mut inside, mut of, mut claimed) = ([0usize; 3], 0, 0.0);
    for seed in 0..200 {
        let all = drawn(seed, known + ahead);
        let out = go(&monthly(all[..known].to_vec(), Kind::Amount), ahead);
        for (point, came) in out.points.iter().zip(&all[known..]) {
            for (level, inside) in inside.iter_mut().enumerate() {
                let (low, high) = point.bounds(level);
                *inside += usize::from((low..=high).contains(came));
            }
            of += 1;
        }
        claimed += out.backtest.expect("long enough").coverage80 / 200.0;
    }
    let share = inside.map(|it| it as f64 / f64::from(of));
    assert!((0.75..=0.87).contains(&share[1]), "{share:?}");
    assert!((0.43..=0.60).contains(&share[0]) && share[2] >= 0.88, "{share:?}");
    // What the back-test says of itself is near what comes.
    assert!((claimed - share[1]).abs() < 0.06, "{claimed} {share:?}");
}

#[test]
fn two_years_are_averaged_unjudged_and_one_method_can_be_asked_for() {
    let past = monthly(drawn(4, 26), Kind::Amount);
    let out = go(&past, 12);
    assert_eq!(out.model, "naive + ets + theta + mstl");
    assert!(out.candidates.iter().all(|it| it.kept && it.mase.is_none()), "{:?}", out.candidates);
    assert!(out.backtest.is_some());
    let past = monthly(drawn(4, 60), Kind::Amount);
    for (choice, name) in [(Choice::Theta, "theta"), (Choice::Prophet, "prophet")] {
        let options = Options { choice, ..auto(12) };
        let out = forecast(&past, &options, &|_, _| Flow::Continue).expect("fits");
        assert_eq!((out.model.as_str(), out.candidates.len()), (name, 1));
        let backtest = out.backtest.expect("long enough");
        assert!(backtest.origins == 5 && backtest.naive_mase > 0.0);
        assert_eq!(backtest.held.iter().map(|it| it.of).sum::<usize>(), 60);
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(60))]

    #[test]
    fn whatever_comes_bounds_nest_and_days_go_on(
        step in proptest::sample::select(vec![Step::Day, Step::Week, Step::Month]),
        kind in proptest::sample::select(vec![Kind::Count, Kind::Amount, Kind::Real]),
        n in 1usize..70,
        ahead in 1usize..20,
        size in proptest::sample::select(vec![1e-9, 1.0, 30.0, 1e9]),
        holes in 0u64..4,
        seed in 0u64..1000,
    ) {
        let mut rng = Rng::new(seed);
        let values: Vec<f64> = (0..n)
            .map(|_| {
                let it = size * rng.normal() * rng.unit() * rng.unit();
                let it = if kind == Kind::Count { it.abs().min(1e6).round() } else { it };
                let it = if kind == Kind::Amount { it.abs() } else { it };
                if (rng.below(10) as u64) < holes { f64::NAN } else { it }
            })
            .collect();
        let past = Past::new(step, 19_000, values, kind).expect("valid");
        match forecast(&past, &auto(ahead), &|_, _| Flow::Continue) {
            Err(error) => assert_eq!(error, Error::Empty),
            Ok(out) => {
                assert_eq!(out.points.len(), ahead);
                for (k, it) in out.points.iter().enumerate() {
                    assert_eq!(it.day, past.day(n + k));
                    let order =
                        [it.lo95, it.lo80, it.lo50, it.yhat, it.hi50, it.hi80, it.hi95];
                    assert!(order.is_sorted() && order.iter().all(|it| it.is_finite()), "{order:?}");
                    assert!(kind == Kind::Real || it.lo95 >= 0.0);
                }
                let numbers = out.parts.iter().flat_map(|it| &it.values);
                assert!(numbers.into_iter().all(|it| it.is_finite()));
                assert!(out.parts.iter().all(|it| it.values.len() == n + ahead));
                if let Some(it) = out.backtest {
                    assert!(it.mase.is_finite() && it.naive_mase.is_finite() && it.smape <= 200.0);
                }
            }
        }
    }
}
