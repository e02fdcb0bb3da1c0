//! Made-up hazard data with a known truth: persons by month, about 5 % events, 13 features that
//! matter and 5 that do not.

use super::*;

const FEATURES: usize = 18;
const NULL: usize = 5;

fn shape(feature: usize, x: f64) -> f64 {
    match feature {
        0 => 0.7 * x,
        1 => 0.8 * (1.5 * x).sin(),
        2 => {
            if x > 0.3 {
                0.9
            } else {
                -0.3
            }
        }
        3 => 0.45 * x * x,
        4 => -0.6 * x,
        it if it < FEATURES - NULL => 0.1 * x,
        _ => 0.0,
    }
}

/// Traits that stay with a person make up most of each value, as pay or distance do.
fn hazard(persons: usize, months: usize, seed: u64) -> Frame {
    let mut rng = Rng::new(seed);
    let mut columns = vec![Vec::new(); FEATURES];
    let (mut target, mut group, mut time) = (Vec::new(), Vec::new(), Vec::new());
    for person in 0..persons {
        let traits: Vec<f64> = (0..FEATURES).map(|_| rng.normal()).collect();
        let luck = 0.5 * rng.normal();
        for month in 0..months {
            let mut z = -3.9 + luck;
            for (feature, column) in columns.iter_mut().enumerate() {
                let x = 0.9 * traits[feature] + 0.44 * rng.normal();
                z += shape(feature, x);
                column.push((x * 100.0).round() / 100.0);
            }
            target.push(f64::from(u8::from(rng.unit() < math::sigmoid(z))));
            group.push(person as u32);
            time.push(month as i32);
        }
    }
    let columns = columns.into_iter().enumerate();
    let columns = columns.map(|(i, it)| Column::continuous(format!("x{i}"), it)).collect();
    Frame::new(columns, target, None, group, time).unwrap()
}

/// Weighted correlation of the scores of a term with the truth over its real bins.
fn likeness(ebm: &Ebm, feature: usize) -> f64 {
    let (term, bins) = (&ebm.terms[feature], &ebm.bins[feature]);
    let (mut sums, mut all) = ([0.0; 5], 0.0);
    for bin in 1..bins.unseen() {
        let (low, high) = bins.edges(bin).unwrap();
        let (a, b) = (term.scores[bin], shape(feature, f64::midpoint(low, high)));
        let w = term.weight[bin];
        [a, b, a * a, b * b, a * b].iter().zip(&mut sums).for_each(|(x, sum)| *sum += w * x);
        all += w;
    }
    let [a, b, aa, bb, ab] = sums.map(|it| it / all);
    (ab - a * b) / libm::sqrt((aa - a * a) * (bb - b * b))
}

/// Share of the weight of a term whose band covers the truth, the truth centred like the term.
fn coverage(ebm: &Ebm, feature: usize) -> f64 {
    let (term, bins) = (&ebm.terms[feature], &ebm.bins[feature]);
    let truth = |bin: usize| {
        let (low, high) = bins.edges(bin).unwrap();
        shape(feature, f64::midpoint(low, high))
    };
    let real = || 1..bins.unseen();
    let all: f64 = real().map(|bin| term.weight[bin]).sum();
    let mean = real().map(|bin| term.weight[bin] * truth(bin)).sum::<f64>() / all;
    let inside = |bin: &usize| {
        let (low, high) = ebm.band(feature, *bin);
        (low..=high).contains(&(truth(*bin) - mean))
    };
    real().filter(inside).map(|bin| term.weight[bin]).sum::<f64>() / all
}

#[test]
fn strong_shapes_are_found_and_null_bands_cover_zero() {
    let frame = hazard(600, 20, 1);
    let rate = frame.base_rate();
    assert!((0.03..0.12).contains(&rate), "{rate}");
    let ebm = fitted(&frame, &EbmOptions::new(3, 2));
    for feature in 0..5 {
        let found = likeness(&ebm, feature);
        assert!(found >= 0.9, "feature {feature}: {found}");
    }
    let null = FEATURES - NULL..FEATURES;
    let covered = null.clone().map(|it| coverage(&ebm, it)).sum::<f64>() / NULL as f64;
    assert!(covered >= 0.9, "{covered}");
    let importances = ebm.importances();
    let strongest_null = null.map(|it| importances[it].mean).fold(0.0, f64::max);
    assert!((0..5).all(|it| importances[it].mean > 2.0 * strongest_null));
    assert!(importances.iter().all(|it| it.sd.is_finite()));
}

/// Prints coverage over several samples, of bins and of rows, and how the standard errors compare
/// with the spread over samples: `cargo test -p learn coverage_report -- --ignored --nocapture`.
#[test]
#[ignore = "a simulation of some seconds, to read"]
#[expect(clippy::print_stdout, reason = "a report to read")]
fn coverage_report() {
    let samples = 24;
    let spots = [-1.2, -0.4, 0.4, 1.2];
    let mut sums = [0.0; FEATURES];
    let mut found = vec![(Vec::new(), 0.0); FEATURES * spots.len()];
    let mut rows_covered = 0.0;
    for seed in 0..samples {
        let frame = hazard(400, 15, 100 + seed);
        let ebm = fitted(&frame, &EbmOptions::new(seed, 2));
        sums.iter_mut().enumerate().for_each(|(i, it)| *it += coverage(&ebm, i));
        for (place, (scores, sd)) in found.iter_mut().enumerate() {
            let (feature, spot) = (place / spots.len(), spots[place % spots.len()]);
            let bin = ebm.bins[feature].bin(Value::Number(spot));
            scores.push(ebm.terms[feature].scores[bin]);
            *sd += ebm.terms[feature].sd[bin] / samples as f64;
        }
        let fresh = hazard(40, 5, 900 + seed);
        let predicted = ebm.predict(fresh.columns()).unwrap();
        for (row, it) in predicted.iter().enumerate() {
            let truth = -3.9
                + (0..FEATURES)
                    .map(|f| match fresh.row(row)[f] {
                        Value::Number(x) => shape(f, x),
                        _ => 0.0,
                    })
                    .sum::<f64>();
            let inside = (it.low..=it.high).contains(&math::sigmoid(truth));
            rows_covered += f64::from(u8::from(inside)) / predicted.len() as f64 / samples as f64;
        }
    }
    let share = |range: std::ops::Range<usize>| {
        let count = range.len() as f64;
        range.map(|i| sums[i]).sum::<f64>() / count / samples as f64
    };
    let ratio = |range: std::ops::Range<usize>| {
        let cells = &found[range.start * spots.len()..range.end * spots.len()];
        let (said, seen) =
            cells.iter().fold((0.0, 0.0), |it, (scores, sd)| (it.0 + sd, it.1 + spread(scores)));
        said / seen
    };
    println!(
        "covered: strong {:.3}, weak {:.3}, null {:.3}, rows {rows_covered:.3}",
        share(0..5),
        share(5..13),
        share(13..18)
    );
    println!(
        "said / seen: strong {:.3}, weak {:.3}, null {:.3}",
        ratio(0..5),
        ratio(5..13),
        ratio(13..18)
    );
}
