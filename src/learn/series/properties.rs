//! Properties of every method, over random, short, constant, holed and huge series.

use proptest::prelude::*;

use super::*;
use crate::Result;

fn methods() -> Vec<Box<dyn Method>> {
    vec![
        Box::new(Naive(12)),
        Box::new(Ets),
        Box::new(Theta),
        Box::new(Mstl),
        Box::new(Counts::default()),
    ]
}

/// A series of some size, with holes, repeats, zeros and sudden giants.
fn values() -> impl Strategy<Value = Vec<f64>> {
    let value = prop_oneof![
        6 => -50.0..200.0_f64,
        3 => (0u8..12).prop_map(f64::from),
        2 => Just(f64::NAN),
        2 => Just(0.0),
        1 => prop_oneof![Just(1e300), Just(-1e300), Just(1e-300), Just(1e15), Just(f64::MAX)],
    ];
    let mixed = proptest::collection::vec(value, 0..60);
    let tame = proptest::collection::vec(1.0..9.0_f64, 8..120);
    let counts = proptest::collection::vec((0u8..5).prop_map(f64::from), 0..60);
    let constant = (0..40usize, -3.0..1e6_f64).prop_map(|(n, it)| vec![it; n]);
    prop_oneof![mixed, tame, counts, constant]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![Just(Step::Day), Just(Step::Week), Just(Step::Month)]
}

/// Finite numbers, ordered bounds around the middle, parts that add up.
fn sound(path: &Path, ahead: usize, n: usize) -> std::result::Result<(), TestCaseError> {
    prop_assert_eq!(path.mean.len(), ahead);
    for k in 0..ahead {
        let mut inner = (path.mean[k], path.mean[k]);
        for level in &path.levels {
            let (low, high) = (level.low[k], level.high[k]);
            prop_assert!(low.is_finite() && high.is_finite());
            prop_assert!(low <= inner.0 && inner.1 <= high, "{} {inner:?} {}", low, high);
            inner = (low, high);
        }
    }
    if let Some(parts) = &path.parts {
        for (name, part) in &parts.named {
            prop_assert_eq!(part.len(), n + ahead, "{}", name);
        }
        for k in 0..ahead {
            let sum: f64 = parts.named.iter().map(|it| it.1[n + k]).sum();
            let size = parts.named.iter().map(|it| it.1[n + k].abs()).fold(1e-300, f64::max);
            prop_assert!((sum - path.mean[k]).abs() <= 1e-9 * size, "{} {}", sum, path.mean[k]);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..Default::default() })]

    #[test]
    fn methods_answer_soundly_or_refuse(values in values(), step in step(), ahead in 0..30usize) {
        let past = Past::new(step, 0, values, Kind::Real).expect("no infinity");
        for method in methods() {
            let one: Result<Path> = method.forecast(&past, ahead);
            let again = method.forecast(&past, ahead);
            prop_assert_eq!(&one, &again, "{} is not deterministic", method.name());
            if let Ok(path) = one {
                sound(&path, ahead, past.len())
                    .map_err(|it| TestCaseError::fail(format!("{}: {it}", method.name())))?;
            }
        }
    }
}

#[test]
fn ordinary_series_are_answered_by_all() {
    let values: Vec<f64> = (0..40).map(|at| f64::from(5 + at % 12 + at / 9)).collect();
    let past = Past::new(Step::Month, 0, values, Kind::Count).expect("valid");
    for method in methods() {
        let path = method.forecast(&past, 6).expect("an ordinary series");
        assert!(path.mean.iter().all(|it| (3.0..25.0).contains(it)), "{}: {path:?}", method.name());
    }
}

#[test]
fn a_constant_goes_on_without_doubt() {
    let past = Past::new(Step::Month, 0, vec![7.0; 30], Kind::Real).expect("valid");
    for method in methods().into_iter().filter(|it| it.name() != "counts") {
        let path = method.forecast(&past, 3).expect("an ordinary series");
        assert!(path.mean.iter().all(|it| (it - 7.0).abs() < 1e-9), "{}", method.name());
    }
}
