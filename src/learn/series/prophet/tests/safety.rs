//! Series that are short, odd or broken.

use proptest::prelude::*;

use super::*;

/// Everything a path must be, whatever the series.
fn sound(path: &Path, known: &Past, ahead: usize) {
    assert_eq!(path.mean.len(), ahead);
    assert!(path.mean.iter().all(|it| it.is_finite()));
    for level in &path.levels {
        for k in 0..ahead {
            assert!(level.low[k] <= path.mean[k] && path.mean[k] <= level.high[k]);
            assert!(level.low[k].is_finite() && level.high[k].is_finite());
        }
    }
    let parts = &path.parts.as_ref().expect("has parts").named;
    for (k, mean) in path.mean.iter().enumerate() {
        let sum: f64 = parts.iter().map(|it| it.1[known.len() + k]).sum();
        assert!((sum - mean).abs() <= 1e-9 * mean.abs().max(1e-300), "{sum} {mean}");
    }
    assert!(parts.iter().all(|it| it.1.len() == known.len() + ahead));
}

#[test]
fn too_little_is_refused() {
    let fit = |values: Vec<f64>| Prophet::default().fit(&past(Step::Day, values));
    assert_eq!(fit(Vec::new()), Err(Error::Empty));
    assert_eq!(fit(vec![f64::NAN; 30]), Err(Error::Empty));
    let one = fit(vec![f64::NAN, 3.0]).expect_err("one value");
    assert_eq!(one.to_string(), "known values has 1 entries, 2 needed");
}

#[test]
fn settings_out_of_range_are_refused() {
    let known = past(Step::Day, (0..30).map(f64::from).collect());
    let base = Prophet::default;
    let regressor = |name: &str, n: usize| Regressor {
        name: name.to_owned(),
        values: vec![1.0; n],
        multiplicative: false,
        prior: 10.0,
    };
    for bad in [
        Prophet { changepoint_prior: 0.0, ..base() },
        Prophet { season_prior: f64::NAN, ..base() },
        Prophet { changepoints: Changepoints::Auto { count: 3, range: 1.5 }, ..base() },
        Prophet { growth: Growth::Logistic { cap: 1.0, floor: 1.0 }, ..base() },
        Prophet { regressors: vec![regressor("heat", 29)], ..base() },
        Prophet { regressors: vec![regressor("trend", 30)], ..base() },
        Prophet { regressors: vec![regressor("heat", 30), regressor("heat", 30)], ..base() },
        Prophet { regressors: vec![Regressor { prior: -1.0, ..regressor("heat", 30) }], ..base() },
    ] {
        assert!(bad.fit(&known).is_err(), "{bad:?}");
    }
    let heat = Prophet { regressors: vec![regressor("heat", 30)], ..base() };
    assert!(heat.fit(&known).is_ok());
    assert!(heat.forecast(&known, 1).is_err(), "no value ahead");
}

#[test]
fn a_constant_stays_and_its_noise_has_a_floor() {
    for value in [0.0, 7.0, -3e9, 1e-200, 1e200] {
        let known = past(Step::Month, vec![value; 40]);
        for prophet in
            [Prophet::fitting(&known, &[]), Prophet { growth: Growth::Flat, ..Prophet::default() }]
        {
            let path = prophet.forecast(&known, 12).expect("fits");
            sound(&path, &known, 12);
            assert!(path.mean.iter().all(|it| (it - value).abs() <= 1e-6 * value.abs()));
        }
    }
}

#[test]
fn more_columns_than_rows_stay_tame() {
    let known = past(Step::Month, (0..14).map(|at| 100.0 + f64::from(at * at % 11)).collect());
    for multiplicative in [false, true] {
        let prophet = Prophet { yearly: Some(10), multiplicative, ..Prophet::default() };
        let path = prophet.forecast(&known, 12).expect("fits");
        sound(&path, &known, 12);
        assert!(path.mean.iter().all(|it| it.abs() < 2000.0), "{:?}", path.mean);
    }
}

#[test]
fn two_points_make_a_line() {
    let known = past(Step::Week, vec![3.0, 5.0]);
    let path = Prophet::fitting(&known, &[]).forecast(&known, 3).expect("fits");
    sound(&path, &known, 3);
    assert!((path.mean[0] - 7.0).abs() < 0.2, "{:?}", path.mean);
}

#[test]
fn a_flat_trend_keeps_its_level() {
    let known = past(Step::Month, (0..40).map(|at| f64::from(10 + at % 3)).collect());
    let prophet = Prophet { growth: Growth::Flat, ..Prophet::fitting(&known, &[]) };
    let fitted = prophet.fit(&known).expect("fits");
    assert_eq!(fitted.k, 0.0);
    assert!(fitted.changepoints.iter().all(|it| it.change == 0.0 && it.slope == 0.0));
    let path = prophet.forecast(&known, 6).expect("fits");
    let trend = &path.parts.expect("has parts").named[0].1;
    assert!(trend.iter().all(|it| (it - 10.98).abs() < 0.2), "{}", trend[0]);
}

#[test]
fn the_scale_does_not_matter() {
    let known = van().until(100);
    let base = Prophet::fitting(&known, &[]).forecast(&known, 12).expect("fits");
    for by in [1e-150, 1e-9, 1e12, 1e150] {
        let scaled = past(Step::Month, known.values.iter().map(|it| it * by).collect());
        let scaled = Past { first: known.first, ..scaled };
        let path = Prophet::fitting(&scaled, &[]).forecast(&scaled, 12).expect("fits");
        for (a, b) in path.mean.iter().zip(&base.mean) {
            assert!((a / by - b).abs() < 1e-6 * b.abs(), "{by}: {a} {b}");
        }
    }
}

fn growth() -> impl Strategy<Value = Growth> {
    prop_oneof![
        3 => Just(Growth::Linear),
        1 => Just(Growth::Flat),
        1 => Just(Growth::Logistic { cap: 2e6, floor: -2e6 }),
    ]
}

fn value() -> impl Strategy<Value = f64> {
    prop_oneof![
        6 => -20.0..20.0f64,
        2 => Just(f64::NAN),
        2 => Just(4.0),
        1 => Just(0.0),
        1 => -1e6..1e6f64,
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_small_series_gives_a_sound_path_or_a_reason(
        values in prop_oneof![
            prop::collection::vec(value(), 0..7),
            prop::collection::vec(value(), 20..70),
            prop::collection::vec(Just(3.0), 2..40),
        ],
        step in prop::sample::select(vec![Step::Day, Step::Week, Step::Month]),
        growth in growth(),
        order in 0..12usize,
        multiplicative: bool,
    ) {
        let known = past(step, values);
        let holiday = Holiday { name: "day".to_owned(), days: (0..9).map(|at| known.first + at * 7).collect() };
        let fitting = Prophet::fitting(&known, std::slice::from_ref(&holiday));
        let forced = Prophet {
            growth, multiplicative, yearly: Some(order), weekly: Some(2), holidays: vec![holiday],
            ..Prophet::default()
        };
        let enough = known.values.iter().filter(|it| !it.is_nan()).count() >= 2;
        for prophet in [fitting, forced] {
            match prophet.forecast(&known, 5) {
                Ok(path) => sound(&path, &known, 5),
                Err(error) => prop_assert!(!enough, "{error}"),
            }
        }
    }
}
