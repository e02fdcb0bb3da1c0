//! Measures against brute force and hand cases.

use super::*;
use crate::rng::Rng;

fn noisy(rows: usize, seed: u64, sharpness: f64) -> Scored {
    let mut rng = Rng::new(seed);
    let (mut target, mut probability, mut group) = (Vec::new(), Vec::new(), Vec::new());
    for row in 0..rows {
        let z = -1.0 + rng.normal();
        target.push(f64::from(u8::from(rng.unit() < math::sigmoid(z))));
        // Rounded, so that ties occur.
        probability.push((math::sigmoid(sharpness * z) * 50.0).round().clamp(1.0, 49.0) / 50.0);
        group.push((row / 5) as u32);
    }
    Scored::new(&target, &probability, None, &group).unwrap()
}

#[track_caller]
fn near(have: f64, want: f64, tolerance: f64) {
    assert!((have - want).abs() < tolerance, "have {have}, want {want}");
}

#[test]
fn auc_equals_brute_force_with_ties_and_weights() {
    let mut scored = noisy(400, 3, 1.0);
    let mut rng = Rng::new(8);
    scored.weight.iter_mut().for_each(|w| *w = 0.5 + rng.unit());
    let (mut wins, mut pairs) = (0.0, 0.0);
    for hit in (0..400).filter(|i| scored.target[*i] > 0.5) {
        for miss in (0..400).filter(|i| scored.target[*i] < 0.5) {
            let w = scored.weight[hit] * scored.weight[miss];
            let gap = scored.probability[hit] - scored.probability[miss];
            wins += w * if gap > 0.0 {
                1.0
            } else if gap < 0.0 {
                0.0
            } else {
                0.5
            };
            pairs += w;
        }
    }
    near(scored.auc(), wins / pairs, 1e-12);
}

#[test]
fn losses_match_hand_cases() {
    let scored = Scored::new(&[1.0, 0.0], &[0.8, 0.4], Some(&[1.0, 3.0]), &[0, 1]).unwrap();
    near(scored.log_loss(), -(0.8_f64.ln() + 3.0 * 0.6_f64.ln()) / 4.0, 1e-12);
    near(scored.brier(), (0.04 + 3.0 * 0.16) / 4.0, 1e-12);
    let certain = Scored::new(&[1.0, 0.0], &[0.0, 0.0], None, &[0, 1]).unwrap();
    assert!(certain.log_loss().is_finite());
}

#[test]
fn a_calibrated_score_has_slope_one() {
    let report = noisy(20_000, 5, 1.0).report(100, 1);
    assert!(report.slope.low < 1.02 && report.slope.high > 0.98, "{report:?}");
    assert!(report.bias.value.abs() < 0.01);
    assert!(report.auc.low < report.auc.value && report.auc.value < report.auc.high);
    assert!(report.log_loss.value < report.log_loss_of_base_rate);
    let sharp = noisy(20_000, 5, 2.0).report(20, 1);
    near(sharp.slope.value, 0.5, 0.05);
    assert_eq!(noisy(500, 5, 1.0).report(50, 7), noisy(500, 5, 1.0).report(50, 7));
}

#[test]
fn headlines_are_those_of_the_report() {
    let scored = noisy(3000, 5, 1.0);
    let (head, report) = (scored.headline(60, 3), scored.report(60, 3));
    assert_eq!(head.auc, report.auc);
    near(head.observed.value, report.base_rate, 1e-12);
    near(head.predicted, report.bias.value + report.base_rate, 1e-12);
    near(head.ratio.value, head.observed.value / head.predicted, 1e-12);
    assert!(head.ratio.low < head.ratio.value && head.ratio.value < head.ratio.high);
}

#[test]
fn lift_counts_the_top_and_shares_ties() {
    let target = [1.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0];
    let probability = [0.9, 0.8, 0.7, 0.5, 0.5, 0.1, 0.1, 0.1];
    let scored = Scored::new(&target, &probability, None, &[0, 1, 2, 3, 4, 5, 6, 7]).unwrap();
    let top = scored.lift(2, 50, 1).unwrap();
    near(top.rate, 1.0, 1e-12);
    near(top.lift.value, 8.0 / 3.0, 1e-12);
    near(top.rate_low, math::wilson(2.0, 2.0, 1.959_964).0, 1e-6);
    near(scored.lift(4, 50, 1).unwrap().hits, 2.5, 1e-12);
    assert!(scored.lift(0, 1, 1).is_err() && scored.lift(9, 1, 1).is_err());
}

#[test]
fn clusters_widen_intervals() {
    let scored = noisy(2000, 6, 1.0);
    let mut alone = scored.clone();
    alone.person = (0..2000).collect();
    alone.persons = 2000;
    // Every row of a person twice over is no new evidence.
    let twice = |it: &Scored| {
        let rows: Vec<usize> = (0..2000).chain(0..2000).collect();
        let pick = |values: &[f64]| rows.iter().map(|i| values[*i]).collect::<Vec<f64>>();
        let group: Vec<u32> = rows.iter().map(|i| it.person[*i] as u32).collect();
        Scored::new(&pick(&it.target), &pick(&it.probability), None, &group).unwrap()
    };
    let width = |it: &Scored| {
        let auc = it.report(300, 2).auc;
        auc.high - auc.low
    };
    near(width(&twice(&alone)) / width(&alone), 1.0, 0.05);
}

#[test]
fn comparison_finds_the_better_model() {
    let (good, bad) = (noisy(4000, 9, 1.0), noisy(4000, 9, 0.2));
    let found = compare(&good, &bad).unwrap();
    assert!(found.first_is_better(2.0) && found.z < -2.0, "{found:?}");
    near(found.difference, good.log_loss() - bad.log_loss(), 1e-12);
    assert!(!compare(&good, &good).unwrap().first_is_better(0.0));
    assert!(compare(&good, &noisy(4000, 10, 1.0)).is_err());
}

#[test]
fn bad_input_is_refused() {
    assert_eq!(Scored::new(&[], &[], None, &[]), Err(Error::Empty));
    assert_eq!(Scored::new(&[1.0], &[0.5], None, &[0]), Err(Error::OneClass));
    let value = Error::Value { what: "probability", row: 1 };
    assert_eq!(Scored::new(&[1.0, 0.0], &[0.5, f64::NAN], None, &[0, 0]), Err(value));
    let length = Error::Length { what: "group".into(), have: 1, need: 2 };
    assert_eq!(Scored::new(&[1.0, 0.0], &[0.5, 0.5], None, &[0]), Err(length));
    let one_person = Scored::new(&[1.0, 0.0], &[0.5, 0.5], None, &[3, 3]).unwrap();
    assert!(compare(&one_person, &one_person).is_err());
    assert!(one_person.report(10, 1).slope.value.is_nan());
}
