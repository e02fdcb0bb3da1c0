//! What a merged model owes to the models it was made of.

use super::*;
use crate::ebm::{Change, EbmOptions, Note, fit};
use crate::frame::{Column, Frame};
use crate::interpret;
use crate::math;
use crate::progress::Quiet;
use crate::rng::Rng;
use crate::sample;
use crate::validate::Scored;

fn halves(frame: &Frame) -> (Frame, Frame) {
    let of = |odd: u32| {
        let rows: Vec<usize> =
            (0..frame.rows()).filter(|it| frame.group()[*it] % 2 == odd).collect();
        frame.take(&rows).unwrap()
    };
    (of(0), of(1))
}

fn auc(ebm: &Ebm, frame: &Frame) -> f64 {
    let p = ebm.probabilities(frame.columns()).unwrap();
    Scored::new(frame.target(), &p, None, frame.group()).unwrap().auc()
}

#[test]
fn two_halves_rank_as_well_as_the_whole() {
    let (train, test) = (sample::people(3600, 6, 31), sample::people(6000, 6, 32));
    let (one, other) = halves(&train);
    let of = |frame: &Frame| sample::fitted(frame, 6, 64);
    let (joint, one, other) = (of(&train), of(&one), of(&other));
    let merged = merge(&[&one, &other]).unwrap();
    let (have, want) = (auc(&merged, &test), auc(&joint, &test));
    assert!((have - want).abs() < 0.01 && want > 0.65, "{have} and {want}");
    let p = merged.probabilities(train.columns()).unwrap();
    let mean = p.iter().sum::<f64>() / p.len() as f64;
    assert!((mean - train.base_rate()).abs() < 0.01, "{mean} and {}", train.base_rate());
    assert_eq!(merged.trained.rows, 3600);
    assert_eq!(merged.trained.events as usize, train.events());
    assert!((merged.trained.base_rate - train.base_rate()).abs() < 1e-12);
    for (term, bins) in merged.terms.iter().zip(&merged.bins) {
        let sum: f64 = term.scores.iter().zip(&term.weight).map(|(s, w)| s * w).sum();
        assert!((sum / 3600.0).abs() < 1e-9);
        assert_eq!(term.scores.last(), Some(&0.0));
        assert_eq!(bins.counts.iter().sum::<u64>(), 3600);
        assert!((term.weight.iter().sum::<f64>() - 3600.0).abs() < 1e-6);
    }
    let row = merged.explain(&train.row(5)).unwrap();
    assert!(row.low < row.probability && row.probability < row.high);
    let stored = crate::artifact::from_json(&crate::artifact::to_json(&merged).unwrap()).unwrap();
    assert_eq!(stored.terms, merged.terms);
}

#[test]
fn bands_are_those_of_a_weighted_mean() {
    let (one, other) = halves(&sample::people(1200, 3, 33));
    let of = |frame: &Frame, bags| sample::fitted(frame, bags, 16);
    let (a, b) = (of(&one, 5), of(&other, 9));
    let merged = merge(&[&a, &b]).unwrap();
    assert_eq!(merged.bagged_intercept.len(), 14);
    for (place, term) in merged.terms.iter().enumerate() {
        let bins = &merged.bins[place];
        for bin in 1..bins.unseen() {
            let at = |it: &Ebm| {
                let label = bins.label(bin);
                let own = match (bins.edges(bin), &label) {
                    (Some((low, _)), _) => it.bins[place].bin(Value::Number(low)),
                    (_, Some(label)) => it.bins[place].bin(Value::Label(label)),
                    _ => panic!("bin {bin} is none"),
                };
                it.terms[place].sd[own]
            };
            // Told again from the merged weights: each half has about half of the rows in a bin.
            let (low, high) = (at(&a).min(at(&b)), at(&a).hypot(at(&b)));
            let sd = term.sd[bin];
            assert!(sd >= 0.5 * low - 1e-3 && sd <= high + 1e-3, "{sd} from {low} to {high}");
        }
    }
    let twice = merge(&[&a, &a]).unwrap();
    for (term, own) in twice.terms.iter().zip(&a.terms) {
        for cell in 0..own.scores.len() {
            assert!((term.scores[cell] - own.scores[cell]).abs() < 2e-3);
            assert!((term.sd[cell] - own.sd[cell] / 2.0_f64.sqrt()).abs() < 2e-3);
        }
    }
    assert!((twice.intercept - a.intercept).abs() < 1e-4, "{} {}", twice.intercept, a.intercept);
    let one = twice.predict_row(&one.row(3)).unwrap().sd;
    let own = a.predict_row(&halves(&sample::people(1200, 3, 33)).0.row(3)).unwrap().sd;
    assert!((one - own / 2.0_f64.sqrt()).abs() < 5e-3, "{one} and {own}");
}

/// One feature, offices with people of other ages: b x throughout.
fn office(from: f64, to: f64, labels: [&str; 2], seed: u64) -> Frame {
    let mut rng = Rng::new(seed);
    let rows = 3000;
    let x: Vec<f64> =
        (0..rows).map(|_| ((from + (to - from) * rng.unit()) * 100.0).round() / 100.0).collect();
    let trade: Vec<Option<&str>> = (0..rows).map(|_| Some(labels[rng.below(2)])).collect();
    let lift = |it: Option<&str>| if it == Some("gas") { 1.0 } else { 0.0 };
    let draw = |(x, it): (&f64, Option<&str>)| {
        f64::from(u8::from(rng.unit() < math::sigmoid(-1.0 + x + lift(it))))
    };
    let target: Vec<f64> = x.iter().zip(trade.iter().copied()).map(draw).collect();
    let columns = vec![Column::continuous("x", x), Column::nominal("trade", &trade)];
    Frame::new(columns, target, None, (0..rows as u32).collect(), vec![0; rows]).unwrap()
}

#[test]
fn curves_of_offices_with_other_people_are_joined_not_flattened() {
    let (young, old) =
        (office(-2.0, 0.5, ["gas", "roof"], 1), office(-0.5, 2.0, ["gas", "drains"], 2));
    let of = |frame: &Frame| {
        fit(frame, &EbmOptions { bags: 4, pairs: 0, ..EbmOptions::new(1, 2) }, &Quiet).unwrap()
    };
    let merged = merge(&[&of(&young), &of(&old)]).unwrap();
    let z = |x: f64, trade| {
        merged.predict_row(&[Value::Number(x), Value::Label(trade)]).unwrap().log_odds
    };
    let rise = z(1.8, "gas") - z(-1.8, "gas");
    assert!((rise - 3.6).abs() < 0.8, "the truth is 3.6: {rise}");
    assert!((z(0.0, "gas") - 0.0).abs() < 0.5, "the truth is 0: {}", z(0.0, "gas"));
    // Each office knows one trade that the other has never met.
    for other in ["roof", "drains"] {
        let lift = z(0.0, "gas") - z(0.0, other);
        assert!((lift - 1.0).abs() < 0.4, "the truth is 1: {lift}");
    }
    let rate = |frame: &Frame| {
        let p = merged.probabilities(frame.columns()).unwrap();
        (p.iter().sum::<f64>() / p.len() as f64, frame.base_rate())
    };
    let ((a, a_true), (b, b_true)) = (rate(&young), rate(&old));
    assert!((a + b - a_true - b_true).abs() < 0.02, "{a} {a_true} {b} {b_true}");
    assert!((a - a_true).abs() < 0.04 && (b - b_true).abs() < 0.04, "{a} {a_true} {b} {b_true}");
}

#[test]
fn pairs_are_joined_purified_and_taken_from_whoever_has_them() {
    let frame = sample::people(1200, 4, 35);
    let (one, other) = halves(&frame);
    let a = sample::with_pairs(&sample::fitted(&one, 3, 16), &one, &[(0, 1), (2, 4)], 8);
    let b = sample::with_pairs(&sample::fitted(&other, 4, 16), &other, &[(0, 1)], 6);
    let merged = merge(&[&a, &b]).unwrap();
    let features: Vec<&[usize]> = merged.terms.iter().map(|it| &it.features[..]).collect();
    assert_eq!(features[4..], [&[4][..], &[0, 1], &[2, 4]]);
    for term in &merged.terms[5..] {
        let width = merged.pair_len(term.features[1]);
        let left = Purifier::new(term.weight.clone(), width).purify(&mut term.scores.clone());
        assert!(left.left.iter().chain(&left.right).all(|it| it.abs() < 1e-8), "{left:?}");
    }
    // The second pair is that of the first model, up to what was moved to the mains.
    let row = |x: f64, trade| {
        let mut row = vec![Value::Number(0.1); 5];
        (row[2], row[4]) = (Value::Number(x), Value::Label(trade));
        row
    };
    for (x, trade) in [(-1.0, "gas"), (0.3, "drains"), (1.2, "\"roof\"")] {
        let (have, want) =
            (merged.explain(&row(x, trade)).unwrap(), a.explain(&row(x, trade)).unwrap());
        assert!(
            (have.terms[6] - want.terms[6]).abs() < 0.03,
            "{} {}",
            have.terms[6],
            want.terms[6]
        );
    }
    let z = merged.log_odds(frame.columns()).unwrap();
    let halves: Vec<Vec<f64>> = [&a, &b].map(|it| it.log_odds(frame.columns()).unwrap()).into();
    let off =
        z.iter().enumerate().map(|(i, z)| (z - f64::midpoint(halves[0][i], halves[1][i])).abs());
    assert!(off.sum::<f64>() / (z.len() as f64) < 0.25, "a mean of both");
}

#[test]
fn features_are_matched_by_name_in_any_order() {
    let frame = sample::people(900, 3, 36);
    let (one, other) = halves(&frame);
    let turned = {
        let columns: Vec<Column> = other.columns().iter().rev().cloned().collect();
        let (target, group, time) = (other.target(), other.group(), other.time());
        Frame::new(columns, target.to_vec(), None, group.to_vec(), time.to_vec()).unwrap()
    };
    let a = sample::with_pairs(&sample::fitted(&one, 3, 16), &one, &[(0, 1)], 8);
    let straight = sample::with_pairs(&sample::fitted(&other, 3, 16), &other, &[(0, 1)], 8);
    // The same model with its features, terms and pair turned round.
    let mut b = straight.clone();
    b.bins.reverse();
    b.pair_bins.reverse();
    for term in &mut b.terms {
        term.features = term.features.iter().rev().map(|it| 3 - it).collect();
        if term.features.len() == 2 {
            let (rows, width) = (straight.pair_len(0), straight.pair_len(1));
            let turn = |table: &[f64]| -> Vec<f64> {
                (0..table.len()).map(|it| table[it % rows * width + it / rows]).collect()
            };
            (term.scores, term.sd, term.weight) =
                (turn(&term.scores), turn(&term.sd), turn(&term.weight));
            term.bagged.iter_mut().for_each(|it| *it = turn(it));
        }
    }
    assert_eq!(b.log_odds(turned.columns()).unwrap().len(), turned.rows());
    let (have, want) = (merge(&[&a, &b]).unwrap(), merge(&[&a, &straight]).unwrap());
    assert_eq!(have.terms, want.terms);
    assert_eq!(have.intercept, want.intercept);
}

#[test]
fn numbers_are_merged_exactly() {
    let json = include_str!("../../fixtures/interpret/regression.json");
    let model = interpret::from_json(json).unwrap().model;
    let mut shifted = model.clone();
    shifted.intercept += 10.0;
    shifted.trained.base_rate += 10.0;
    let merged = merge(&[&model, &shifted]).unwrap();
    assert!((merged.intercept - model.intercept - 5.0).abs() < 1e-9, "{}", merged.intercept);
    assert_eq!(merged.terms.len(), model.terms.len());
}

#[test]
fn what_cannot_be_merged_is_named() {
    let frame = sample::people(400, 2, 37);
    let ebm = sample::fitted(&frame, 2, 8);
    let why = |models: &[&Ebm]| merge(models).unwrap_err().to_string();
    assert!(why(&[&ebm]).contains("two models"));
    assert!(
        why(&[&ebm, &Ebm { objective: Objective::Squared, ..ebm.clone() }])
            .contains("model 2 predicts")
    );
    let mut other = ebm.clone();
    other.bins[0].name = "age".into();
    assert!(why(&[&ebm, &other]).contains("model 2 has no feature x0"));
    let wider = sample::fitted(&sample::people(400, 3, 37), 2, 8);
    assert!(why(&[&ebm, &wider]).contains("x2 that model 1 has not"));
    assert!(why(&[&wider, &ebm]).contains("no feature x2"));
    let mut edited = ebm.clone();
    let note = Note { reason: "r".into(), by: "b".into(), at: String::new() };
    edited.edit(Change { term: 0, cells: vec![(1, 0.5)], keep_mean: false, note }).unwrap();
    assert!(why(&[&ebm, &edited]).contains("holds edits"));
}
