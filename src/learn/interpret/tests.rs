//! Against what `InterpretML` said of the same rows, and there and back again.

use super::*;
use crate::artifact;
use crate::bins::BinKind;
use crate::ebm::{Ebm, Objective};
use crate::error::Error;
use crate::frame::{Column, Frame, Value};
use crate::rng::Rng;
use crate::sample;

/// Model, rows to try, what was said of them.
struct Golden {
    json: &'static str,
    probe: &'static str,
    expected: &'static str,
}

macro_rules! golden {
    ($name:literal) => {
        Golden {
            json: include_str!(concat!("../fixtures/interpret/", $name, ".json")),
            probe: include_str!(concat!("../fixtures/interpret/", $name, "_probe.csv")),
            expected: include_str!(concat!("../fixtures/interpret/", $name, "_expected.csv")),
        }
    };
}

fn all() -> [Golden; 3] {
    [golden!("binary"), golden!("regression"), golden!("wide")]
}

/// Cells of a CSV text; quotes may hold commas.
pub(crate) fn table(text: &str) -> Vec<Vec<String>> {
    let cells = |line: &str| {
        let (mut out, mut quoted) = (vec![String::new()], false);
        let mut chars = line.chars().peekable();
        while let Some(it) = chars.next() {
            match it {
                '"' if quoted && chars.peek() == Some(&'"') => {
                    chars.next();
                    out.last_mut().unwrap().push('"');
                }
                '"' => quoted = !quoted,
                ',' if !quoted => out.push(String::new()),
                it => out.last_mut().unwrap().push(it),
            }
        }
        out
    };
    text.lines().map(cells).collect()
}

fn columns(ebm: &Ebm, probe: &str) -> Vec<Column> {
    let cells = table(probe);
    let of = |bins: &crate::bins::Bins| {
        let at = cells[0].iter().position(|it| *it == bins.name).unwrap();
        let column = cells[1..].iter().map(|it| it[at].as_str());
        if bins.is_continuous() {
            let number = |it: &str| if it.is_empty() { f64::NAN } else { it.parse().unwrap() };
            Column::continuous(bins.name.clone(), column.map(number).collect())
        } else {
            let labels: Vec<Option<&str>> =
                column.map(|it| Some(it).filter(|it| !it.is_empty())).collect();
            Column::nominal(bins.name.clone(), &labels)
        }
    };
    ebm.bins.iter().map(of).collect()
}

/// Largest difference to what was expected, in scores and in every term.
fn apart(ebm: &Ebm, golden: &Golden) -> f64 {
    let columns = columns(ebm, golden.probe);
    let expected = table(golden.expected);
    let whole = ebm.predict(&columns).unwrap();
    let fast = ebm.log_odds(&columns).unwrap();
    let mut worst = 0.0_f64;
    for (row, want) in expected[1..].iter().enumerate() {
        let want = |name: &str| -> f64 {
            let at = expected[0].iter().position(|it| it == name);
            want[at.unwrap_or_else(|| panic!("no column {name}"))].parse().unwrap()
        };
        let values: Vec<Value<'_>> = columns.iter().map(|it| it.value(row)).collect();
        let it = ebm.explain(&values).unwrap();
        worst = worst.max((it.log_odds - want("score")).abs());
        worst = worst.max((whole[row].log_odds - want("score")).abs());
        worst = worst.max((fast[row] - want("score")).abs());
        if ebm.objective == Objective::LogLoss {
            worst = worst.max((it.probability - want("prediction")).abs());
        }
        for (term, score) in it.terms.iter().enumerate() {
            let name = ebm.term_name(term).replace(" x ", " & ");
            worst = worst.max((score - want(&name)).abs());
        }
    }
    assert!(expected.len() > 50 && whole.len() + 1 == expected.len());
    worst
}

#[test]
fn models_from_elsewhere_predict_as_they_did_there() {
    for golden in &all() {
        let Imported { model, .. } = from_json(golden.json).unwrap();
        assert!(apart(&model, golden) < 1e-9);
        let stored = artifact::from_json(&artifact::to_json(&model).unwrap()).unwrap();
        assert_eq!(stored.terms, model.terms);
        assert!(apart(&stored, golden) < 1e-9);
    }
}

#[test]
fn out_and_in_again_changes_no_prediction() {
    for golden in &all() {
        let Imported { model, classes } = from_json(golden.json).unwrap();
        let names: Vec<&str> = classes.iter().map(String::as_str).collect();
        let names = names.try_into().unwrap_or(["no", "yes"]);
        let again = from_json(&to_json(&model, names)).unwrap();
        assert_eq!(again.classes, classes);
        assert_eq!(again.model.terms, model.terms);
        assert_eq!(again.model.intercept.to_bits(), model.intercept.to_bits());
        assert!((again.model.band_scale - model.band_scale).abs() < 1e-12);
        assert_eq!(apart(&again.model, golden), apart(&model, golden));
    }
}

#[test]
fn what_the_file_tells_of_the_fit_is_kept() {
    let Imported { model, classes } = from_json(golden!("binary").json).unwrap();
    assert_eq!(classes, ["left", "stays"]);
    assert_eq!((model.trained.rows, model.trained.seed), (1500, 1));
    assert_eq!(model.trained.steps, [1161 + 718, 1666 + 1257, 2400 + 701]);
    assert!((model.band_scale - (1275.0_f64 / 225.0).sqrt()).abs() < 1e-12);
    // Their spread has the divisor n, ours n - 1 and the scale; bags are rounded to 2^-12.
    let document: serde_json::Value = serde_json::from_str(golden!("binary").json).unwrap();
    for (term, stored) in model.terms.iter().zip(document["ebm"]["terms"].as_array().unwrap()) {
        let first = &stored["standard_deviations"][1];
        let theirs = first.as_f64().or_else(|| first[1].as_f64()).unwrap();
        let cell = if term.features.len() == 2 { model.pair_len(term.features[1]) + 1 } else { 1 };
        let ours = term.sd[cell] / model.band_scale * (2.0_f64 / 3.0).sqrt();
        assert!((ours - theirs).abs() < 4e-4, "{ours} and {theirs}");
    }
    let wide = from_json(golden!("wide").json).unwrap().model;
    assert_eq!((wide.bins[0].len(), wide.bins[1].real()), (1024, 300));
    let regression = from_json(golden!("regression").json).unwrap();
    assert_eq!(regression.model.objective, Objective::Squared);
    assert!(regression.classes.is_empty());
    assert!(regression.model.main("on_call").is_none(), "it is in a pair only");
    assert!(regression.model.bins.iter().any(|it| it.name == "idle"));
}

#[test]
fn labels_that_share_a_bin_and_features_in_the_other_order_are_read() {
    let mut document: serde_json::Value = serde_json::from_str(golden!("binary").json).unwrap();
    let plain = from_json(golden!("binary").json).unwrap().model;
    let trades = &mut document["ebm"]["features"][1]["categories"][0];
    trades[0] = serde_json::json!(["drains", "sewers"]);
    let pair = &mut document["ebm"]["terms"][9];
    assert_eq!(pair["term_features"], serde_json::json!(["pay", "drive"]));
    pair["term_features"] = serde_json::json!(["drive", "pay"]);
    let turn = |table: &serde_json::Value| -> serde_json::Value {
        let rows = table.as_array().unwrap();
        (0..rows[0].as_array().unwrap().len())
            .map(|j| rows.iter().map(|it| it[j].clone()).collect::<serde_json::Value>())
            .collect()
    };
    for key in ["scores", "bin_weights"] {
        pair[key] = turn(&pair[key]);
    }
    let bags: Vec<_> = pair["bagged_scores"].as_array().unwrap().iter().map(turn).collect();
    pair["bagged_scores"] = bags.into();
    let model = from_json(&document.to_string()).unwrap().model;
    assert_eq!(model.terms[9], plain.terms[9]);
    assert!(apart(&model, &golden!("binary")) < 1e-9);
    let row = |trade| {
        let mut row = vec![Value::Missing; 6];
        row[1] = Value::Label(trade);
        model.predict_row(&row).unwrap()
    };
    assert_eq!(row("drains"), row("sewers"));
    assert_ne!(row("drains"), row("never met"));
    let again = from_json(&to_json(&model, ["left", "stays"])).unwrap().model;
    assert_eq!(again.bins[1].kind, model.bins[1].kind);
}

#[test]
fn what_cannot_be_held_is_refused_with_the_reason() {
    let text = golden!("binary").json;
    let why = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        match from_json(&text.replacen(from, to, 1)) {
            Err(Error::Artifact { why }) => why,
            other => panic!("{other:?}"),
        }
    };
    assert!(why("\"logit\"", "\"mlogit\"").contains("only two classes"));
    assert!(why("\"logit\"", "\"log\"").contains("link log"));
    assert!(why("\"1.0\"", "\"2.0\"").contains("version 2.0"));
    assert!(
        why("[\"trade\", \"pay\"], \"scores\"", "[\"trade\", \"pay\", \"drive\"], \"scores\"")
            .contains("3 features")
    );
    assert!(
        why("[\"trade\", \"pay\"], \"scores\"", "[\"trade\", \"pal\"], \"scores\"")
            .contains("names no features")
    );
    assert!(why("[6.5, 9.5", "[9.5, 6.5").contains("cuts of tenure"));
    assert!(why("\"scores\": [", "\"scores\": [0.0, ").contains("shape"));
    assert!(why("\"intercept\": [", "\"intercept\": [\"nan\", ").contains("shape"));
    let minimal = from_json(include_str!("../fixtures/interpret/binary_minimal.json"));
    assert!(minimal.unwrap_err().to_string().contains("detail=\"all\""));
    assert!(from_json("{}").unwrap_err().to_string().contains("no export of InterpretML"));
}

#[test]
fn damaged_exports_are_refused_never_a_panic() {
    let mut rng = Rng::new(3);
    let bytes = golden!("binary").json.as_bytes();
    for _ in 0..200 {
        let mut damaged = bytes.to_vec();
        for _ in 0..=rng.below(3) {
            let at = rng.below(damaged.len());
            match rng.below(3) {
                0 => damaged[at] = b"0123456789-eE.\"[]{},:"[rng.below(21)],
                1 => drop(damaged.remove(at)),
                _ => damaged.truncate(at.max(1)),
            }
        }
        match from_json(&String::from_utf8_lossy(&damaged)) {
            Err(Error::Artifact { .. }) => {}
            Err(it) => panic!("{it}"),
            Ok(it) => {
                let row = vec![Value::Missing; it.model.bins.len()];
                assert!(it.model.explain(&row).unwrap().log_odds.is_finite());
            }
        }
    }
}

#[test]
fn our_own_models_come_back_from_their_format() {
    let frame: Frame = sample::people(600, 3, 4);
    let ebm = sample::fitted(&frame, 4, 32);
    let ebm = sample::with_pairs(&ebm, &frame, &[(0, 2), (1, 3)], 8);
    let Imported { model, classes } = from_json(&to_json(&ebm, ["stays", "leaves"])).unwrap();
    assert_eq!(classes, ["stays", "leaves"]);
    assert_eq!(model.terms.len(), ebm.terms.len());
    for (one, other) in model.terms.iter().zip(&ebm.terms) {
        assert_eq!(
            (&one.scores, &one.weight, &one.features),
            (&other.scores, &other.weight, &other.features)
        );
    }
    assert!(matches!(model.bins[3].kind, BinKind::Categories(_)));
    assert_eq!(model.log_odds(frame.columns()), ebm.log_odds(frame.columns()));
    assert_eq!(model.bins[0].counts, ebm.bins[0].counts);
}
