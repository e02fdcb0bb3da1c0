//! Random frames, most of them absurd: a fit gives an error or a model that keeps its laws.

use super::*;
use proptest::prelude::*;

/// Few distinct values, ties, missing values, huge and tiny numbers.
fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => (-3_i32..4).prop_map(f64::from),
        4 => -1.0..1.0_f64,
        1 => Just(f64::NAN),
        1 => prop_oneof![Just(0.0), Just(-0.0), Just(1e-300), Just(f64::MAX), Just(f64::MIN)],
    ]
}

fn frame() -> impl Strategy<Value = Frame> {
    (1_usize..60, 1_usize..5).prop_flat_map(|(rows, numbers)| {
        let columns = prop::collection::vec(prop::collection::vec(number(), rows), numbers);
        let labels = prop::collection::vec(prop::option::of("[a-d]"), rows);
        let target = prop::collection::vec(prop::bool::weighted(0.3), rows);
        let weight = prop::option::of(prop::collection::vec(0.1..3.0_f64, rows));
        let group = prop::collection::vec(0_u32..20, rows);
        (columns, labels, target, weight, group).prop_map(
            |(columns, labels, target, weight, group)| {
                let numbers = columns.into_iter().enumerate();
                let mut columns: Vec<Column> =
                    numbers.map(|(i, it)| Column::continuous(format!("x{i}"), it)).collect();
                columns.push(Column::nominal("label", &labels));
                let time = vec![0; target.len()];
                let target = target.into_iter().map(|it| f64::from(u8::from(it))).collect();
                Frame::new(columns, target, weight, group, time).unwrap()
            },
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_fit_is_an_error_or_a_lawful_model(frame in frame(), rising: bool, pairs in 0..3_usize) {
        let mut options = EbmOptions { bags: 2, rounds_max: 200, ..EbmOptions::new(1, 1) };
        (options.pairs, options.pair_errors, options.min_samples_leaf) = (pairs, -1000.0, 1);
        options.monotone = vec![None; frame.columns().len()];
        options.monotone[0] = rising.then_some(Direction::Rising);
        let Ok(ebm) = fit(&frame, &options, &Quiet) else { return Ok(()) };
        let (mut mean, mut all) = (0.0, 0.0);
        for row in 0..frame.rows() {
            let it = ebm.explain(&frame.row(row)).unwrap();
            prop_assert!(it.low <= it.probability && it.probability <= it.high);
            mean += frame.weight_of(row) * it.probability;
            all += frame.weight_of(row);
        }
        prop_assert!((mean / all - frame.base_rate()).abs() < 1e-9);
        if rising {
            let real = &ebm.terms[0].scores[1..ebm.bins[0].unseen()];
            prop_assert!(real.windows(2).all(|it| it[0] <= it[1] + 1e-12));
        }
        prop_assert!(ebm.terms.len() <= frame.columns().len() + pairs);
        for term in ebm.terms.iter().filter(|it| it.features.len() == 2) {
            let total: f64 = term.weight.iter().sum();
            let width = ebm.pair_len(term.features[1]);
            for line in term.scores.chunks(width).zip(term.weight.chunks(width)) {
                let sum: f64 = line.0.iter().zip(line.1).map(|(s, w)| s * w).sum();
                prop_assert!((sum / total).abs() < 1e-9, "{sum}");
            }
        }
        if pairs == 0 {
            let json = artifact::to_json(&ebm).unwrap();
            let back = artifact::from_json(&json).unwrap();
            prop_assert_eq!(back.terms, ebm.terms);
        }
    }

    #[test]
    fn the_baseline_is_an_error_or_finite(frame in frame()) {
        let Ok(model) = crate::baseline::Logistic::fit(&frame, 1.0) else { return Ok(()) };
        let p = model.probabilities(frame.columns()).unwrap();
        prop_assert!(p.iter().all(|it| (0.0..=1.0).contains(it)));
    }
}
