//! The laws of the model, on made-up frames; accuracy and truth are in the files below.

mod accuracy;
mod edit;
mod keep;
mod number;
mod pairs;
mod property;
mod truth;

use super::*;
use crate::artifact;
use crate::calibrate::Platt;
use crate::frame::{Column, ColumnKind, Frame, Value};
use crate::progress::{Flow, Part, Progress, Quiet, Step};
use crate::rng::Rng;
use std::sync::Mutex;

/// Six columns: two that matter, one with missing values, one category, one of noise, one flat.
fn small(rows: usize, seed: u64) -> Frame {
    let mut rng = Rng::new(seed);
    let mut numbers: [Vec<f64>; 5] = Default::default();
    let (mut zone, mut target, mut group, mut time) = (vec![], vec![], vec![], vec![]);
    for row in 0..rows {
        let x: [f64; 4] = std::array::from_fn(|_| (rng.normal() * 1e4).round() / 1e4);
        let place = rng.below(4);
        let absent = rng.unit() < 0.15;
        let z = -1.2 + 0.9 * x[0] - (x[1] * 2.0).sin()
            + if absent { 0.8 } else { 0.3 * x[2] }
            + [0.0, 0.7, -0.6, 0.2][place];
        numbers[0].push(x[0]);
        numbers[1].push(x[1]);
        numbers[2].push(if absent { f64::NAN } else { x[2] });
        numbers[3].push(x[3]);
        numbers[4].push(2.5);
        zone.push(Some(["east", "north", "south", "west"][place]));
        target.push(f64::from(u8::from(rng.unit() < math::sigmoid(z))));
        group.push((row / 4) as u32);
        time.push((row % 4) as i32);
    }
    let names = ["a", "b", "holes", "noise", "flat"];
    let mut columns: Vec<Column> =
        names.iter().zip(numbers).map(|(name, it)| Column::continuous(*name, it)).collect();
    columns.push(Column::nominal("zone", &zone));
    Frame::new(columns, target, None, group, time).unwrap()
}

/// Mains only; `pairs` tests the others.
fn quick(seed: u64) -> EbmOptions {
    EbmOptions { bags: 4, pairs: 0, ..EbmOptions::new(seed, 2) }
}

fn fitted(frame: &Frame, options: &EbmOptions) -> Ebm {
    fit(frame, options, &Quiet).unwrap()
}

#[test]
fn terms_sum_to_the_score_and_the_mean_is_the_base_rate() {
    let frame = small(1200, 1);
    let ebm = fitted(&frame, &quick(1));
    let whole = ebm.predict(frame.columns()).unwrap();
    let fast = ebm.log_odds(frame.columns()).unwrap();
    let mut mean = 0.0;
    for row in 0..frame.rows() {
        let it = ebm.explain(&frame.row(row)).unwrap();
        let sum = it.intercept + it.terms.iter().sum::<f64>();
        assert!((sum - it.log_odds).abs() < 1e-9);
        assert!(it.low < it.probability && it.probability < it.high);
        assert_eq!(it.log_odds, whole[row].log_odds);
        assert_eq!(it.log_odds, fast[row]);
        mean += it.probability / frame.rows() as f64;
    }
    assert!((mean - frame.base_rate()).abs() < 1e-9, "{mean}");
    assert!((ebm.trained.base_rate - frame.base_rate()).abs() < 1e-12);
}

#[test]
fn every_main_effect_is_centred_and_unseen_scores_nothing() {
    let ebm = fitted(&small(1200, 2), &quick(1));
    for (place, term) in ebm.terms.iter().enumerate() {
        let sum: f64 = term.scores.iter().zip(&term.weight).map(|(s, w)| s * w).sum();
        assert!((sum / term.weight.iter().sum::<f64>()).abs() < 1e-9);
        assert_eq!(*term.scores.last().unwrap(), 0.0, "{}", ebm.term_name(place));
        assert_eq!(*term.sd.last().unwrap(), 0.0);
    }
    let flat = ebm.main("flat").unwrap();
    assert!(flat.scores.iter().all(|it| *it == 0.0));
    let row = |zone| {
        [
            Value::Number(0.0),
            Value::Number(0.0),
            Value::Missing,
            Value::Missing,
            Value::Missing,
            zone,
        ]
    };
    let stranger = ebm.explain(&row(Value::Label("moon"))).unwrap();
    assert_eq!(stranger.terms[5], 0.0);
    assert!(ebm.explain(&row(Value::Label("north"))).unwrap().terms[5] > 0.2);
    assert!(ebm.explain(&row(Value::Missing)[..5]).is_err());
}

#[test]
fn missing_gets_a_score_of_its_own() {
    let ebm = fitted(&small(3000, 3), &quick(1));
    let holes = ebm.main("holes").unwrap();
    assert!(holes.scores[0] > 0.4, "truth is about 0.7: {}", holes.scores[0]);
    assert!(holes.scores[0] > holes.scores[holes.scores.len() / 2]);
    let shape = ebm.shape(2);
    assert_eq!(shape.last().unwrap().place, Place::Missing);
    assert_eq!(shape.last().unwrap().score, holes.scores[0]);
    assert_eq!(shape.len(), ebm.bins[2].real() + 1);
    assert_eq!(ebm.shape(5)[1].place, Place::Label("north".into()));
    assert!(matches!(ebm.shape(0)[0].place, Place::Range { low, high } if low < high));
    let noise = ebm.main("noise").unwrap();
    assert_eq!(noise.scores[0], 0.0, "nothing was missing");
}

#[test]
fn same_seed_same_bytes_for_any_number_of_threads() {
    let frame = small(800, 4);
    let of = |threads, seed| {
        let options = EbmOptions { threads, ..quick(seed) };
        artifact::to_json(&fitted(&frame, &options)).unwrap()
    };
    let one = of(1, 5);
    assert_eq!(one, of(2, 5));
    assert_eq!(one, of(3, 5));
    assert_ne!(one, of(3, 6));
}

#[test]
fn inner_bags_give_the_same_bytes_on_any_threads_and_keep_directions() {
    let frame = small(500, 4);
    let of = |threads, inner_bags| {
        let mut options = EbmOptions { threads, inner_bags, bags: 3, pairs: 0, ..quick(5) };
        options.monotone = vec![Some(Direction::Rising), None, None, None, None, None];
        fitted(&frame, &options)
    };
    let one = of(1, 4);
    assert!(one.terms == of(2, 4).terms, "threads");
    assert!(one.terms != of(2, 0).terms, "inner bags do something");
    let a = one.main("a").unwrap();
    assert!(a.scores[1..a.scores.len() - 1].windows(2).all(|it| it[0] <= it[1] + 1e-12));
    let probabilities = one.probabilities(frame.columns()).unwrap();
    let mean = probabilities.iter().sum::<f64>() / frame.rows() as f64;
    assert!((mean - frame.base_rate()).abs() < 1e-9);
}

#[test]
fn the_order_of_rows_changes_nothing() {
    let frame = small(800, 5);
    let mut order: Vec<usize> = (0..frame.rows()).collect();
    Rng::new(1).shuffle(&mut order);
    let one = fitted(&frame, &quick(1));
    let other = fitted(&frame.take(&order).unwrap(), &quick(1));
    assert_eq!(artifact::to_json(&one).unwrap(), artifact::to_json(&other).unwrap());
}

#[test]
fn the_names_of_categories_change_nothing() {
    let frame = small(800, 6);
    let mut columns = frame.columns().to_vec();
    let ColumnKind::Nominal { labels, .. } = &mut columns[5].kind else { panic!("zone") };
    *labels = ["z", "k", "a", "b"].map(str::to_owned).to_vec();
    let renamed = Frame::new(
        columns,
        frame.target().to_vec(),
        None,
        frame.group().to_vec(),
        frame.time().to_vec(),
    );
    let renamed = renamed.unwrap();
    let one = fitted(&frame, &quick(1)).log_odds(frame.columns()).unwrap();
    let other = fitted(&renamed, &quick(1)).log_odds(renamed.columns()).unwrap();
    assert!(one.iter().zip(&other).all(|(a, b)| (a - b).abs() < 1e-9));
}

#[test]
fn doubled_weights_are_doubled_rows() {
    let frame = small(600, 7);
    let weighted = Frame::new(
        frame.columns().to_vec(),
        frame.target().to_vec(),
        Some(vec![2.0; frame.rows()]),
        frame.group().to_vec(),
        frame.time().to_vec(),
    );
    let rows: Vec<usize> = (0..frame.rows()).chain(0..frame.rows()).collect();
    // Limits on rows and categories aside: they count rows, not weight.
    let options = EbmOptions { min_samples_leaf: 0, min_category_rows: 0, ..quick(1) };
    let heavy = fitted(&weighted.unwrap(), &options);
    let twice = fitted(&frame.take(&rows).unwrap(), &options);
    assert_eq!(heavy.terms, twice.terms);
    assert_eq!(heavy.intercept, twice.intercept);
    assert_eq!(twice.bins[0].counts[5], 2 * heavy.bins[0].counts[5]);
}

#[test]
fn monotone_terms_are_monotone_bin_by_bin() {
    let frame = small(1500, 8);
    let mut options = quick(1);
    options.monotone = vec![None; 6];
    options.monotone[0] = Some(Direction::Rising);
    options.monotone[1] = Some(Direction::Falling);
    options.monotone[3] = Some(Direction::Rising);
    let ebm = fitted(&frame, &options);
    let real = |name: &str| {
        let term = ebm.main(name).unwrap();
        term.scores[1..term.scores.len() - 1].to_vec()
    };
    assert!(real("a").windows(2).all(|it| it[0] <= it[1] + 1e-12));
    assert!(real("b").windows(2).all(|it| it[0] >= it[1] - 1e-12));
    assert!(real("noise").windows(2).all(|it| it[0] <= it[1] + 1e-12));
    let free = fitted(&frame, &quick(1));
    let bumpy = free.main("b").unwrap();
    assert!(bumpy.scores[1..].windows(2).any(|it| it[0] < it[1]), "truth is a sine");
    options.monotone[5] = Some(Direction::Rising);
    assert!(matches!(fit(&frame, &options, &Quiet), Err(Error::Option { name: "monotone", .. })));
}

#[test]
fn a_model_comes_back_from_json_bit_for_bit() {
    let frame = small(800, 9);
    let ebm = fitted(&frame, &quick(1));
    let json = artifact::to_json(&ebm).unwrap();
    let back = artifact::from_json(&json).unwrap();
    assert_eq!(ebm.terms, back.terms);
    assert_eq!(ebm.trained, back.trained);
    let (one, other) =
        (ebm.predict(frame.columns()).unwrap(), back.predict(frame.columns()).unwrap());
    for (a, b) in one.iter().zip(&other) {
        assert_eq!(a.log_odds.to_bits(), b.log_odds.to_bits());
        assert_eq!((a.low.to_bits(), a.high.to_bits()), (b.low.to_bits(), b.high.to_bits()));
    }
    assert_eq!(json, artifact::to_json(&back).unwrap());
    let damaged = [
        json.replacen("\"format\":2", "\"format\":1", 1),
        json.replacen("\"terms\":[[0]", "\"terms\":[[9]", 1),
        json.replacen("\"cuts\":\"", "\"cuts\":\"2", 1),
        json.replacen("\"band_scale\":", "\"band_scale\":-", 1),
        json[..json.len() / 2].to_owned(),
    ];
    for it in damaged {
        assert!(matches!(artifact::from_json(&it), Err(Error::Artifact { .. })));
    }
}

#[test]
fn a_calibrated_model_is_still_an_exact_sum() {
    let frame = small(800, 10);
    let ebm = fitted(&frame, &quick(1));
    let platt = Platt { slope: 0.7, intercept: -0.1, slope_sd: 0.0, intercept_sd: 0.0 };
    let corrected = platt.correct(&ebm).unwrap();
    let row = frame.row(17);
    let (before, after) = (ebm.explain(&row).unwrap(), corrected.explain(&row).unwrap());
    // Each of six scores is rounded to 2^-30.
    assert!((after.log_odds - platt.apply(before.log_odds)).abs() < 3e-9);
    assert!(after.high - after.low > 0.0);
    let back = artifact::from_json(&artifact::to_json(&corrected).unwrap()).unwrap();
    assert_eq!(back.terms, corrected.terms);
    assert!(Platt { slope: -1.0, ..platt }.correct(&ebm).is_err());
}

#[test]
fn bad_input_is_refused_by_name() {
    let build = |x: Vec<f64>, y: Vec<f64>| {
        let rows = y.len();
        let group = (0..rows as u32).collect();
        Frame::new(vec![Column::continuous("x", x)], y, None, group, vec![0; rows]).unwrap()
    };
    let run = |frame: &Frame| fit(frame, &quick(1), &Quiet).unwrap_err();
    assert_eq!(run(&build(vec![1.0], vec![1.0])), Error::OneClass);
    assert_eq!(run(&build(vec![1.0, 2.0], vec![0.0, 0.0])), Error::OneClass);
    assert_eq!(run(&build(vec![1.0, 1.0], vec![0.0, 1.0])), Error::AllConstant);
    let lone = build(vec![1.0, 2.0, 3.0, 4.0, 5.0], vec![0.0, 0.0, 1.0, 0.0, 0.0]);
    assert_eq!(run(&lone), Error::TooFewGroups { have: 1, need: 2 });
    let three = build(vec![1.0, 2.0, 3.0], vec![0.0, 1.0, 1.0]);
    assert_eq!(run(&three), Error::TooFewGroups { have: 3, need: 4 });
    let frame = small(100, 1);
    for options in [
        EbmOptions { bags: 1, ..quick(1) },
        EbmOptions { threads: 0, ..quick(1) },
        EbmOptions { learning_rate: f64::NAN, ..quick(1) },
        EbmOptions { monotone: vec![None], ..quick(1) },
    ] {
        assert!(matches!(fit(&frame, &options, &Quiet), Err(Error::Option { .. })));
    }
    let ebm = fitted(&frame, &quick(1));
    let wrong = ebm.log_odds(&frame.columns()[1..]).unwrap_err();
    assert!(matches!(wrong, Error::ColumnMismatch { .. }));
}

#[test]
fn tiny_and_separated_data_give_a_finite_model() {
    let x: Vec<f64> = (0..12).map(f64::from).collect();
    let y = (0..12).map(|i| f64::from(u8::from(i >= 6))).collect();
    let columns = (0..20).map(|i| {
        Column::continuous(format!("x{i}"), x.iter().map(|it| it * f64::from(i)).collect())
    });
    let frame = Frame::new(columns.collect(), y, None, (0..12).collect(), vec![0; 12]).unwrap();
    let ebm = fitted(&frame, &EbmOptions { rounds_max: 200, ..quick(1) });
    let p = ebm.probabilities(frame.columns()).unwrap();
    assert!(p.iter().all(|it| it.is_finite()) && p[0] < p[11]);
}

/// Stops at the first report of a kind.
struct StopAt(fn(&Step) -> bool);

impl Progress for StopAt {
    fn step(&self, _done: u64, _of: u64, what: &Step) -> Flow {
        if (self.0)(what) { Flow::Stop } else { Flow::Continue }
    }
}

#[test]
fn a_fit_stops_when_told() {
    let frame = small(800, 11);
    let kinds: [fn(&Step) -> bool; 3] = [
        |it| matches!(it, Step::Bag { bag: 1, .. }),
        |it| matches!(it, Step::Round { round: 100, .. }),
        |it| matches!(it, Step::Shapes(_)),
    ];
    for kind in kinds {
        assert_eq!(fit(&frame, &quick(1), &StopAt(kind)), Err(Error::Cancelled));
    }
}

#[test]
fn progress_shows_losses_and_shapes() {
    struct Listen(Mutex<Vec<(u64, Step)>>);
    impl Progress for Listen {
        fn step(&self, done: u64, of: u64, what: &Step) -> Flow {
            assert!(done <= of);
            self.0.lock().unwrap().push((done, what.clone()));
            Flow::Continue
        }
    }
    let listen = Listen(Mutex::new(Vec::new()));
    let frame = small(800, 12);
    fit(&frame, &quick(1), &listen).unwrap();
    let heard = listen.0.into_inner().unwrap();
    let last = heard.iter().rev().find_map(|it| match &it.1 {
        Step::Shapes(terms) if it.0 == 4 => Some(terms),
        _ => None,
    });
    let terms = last.unwrap();
    assert_eq!((terms.len(), terms[0].bags), (6, 4));
    assert!(terms[0].low.iter().zip(&terms[0].high).all(|(low, high)| low <= high));
    let losses = heard.iter().filter_map(|it| match it.1 {
        Step::Round { train_loss, validation_loss, .. } => Some((train_loss, validation_loss)),
        _ => None,
    });
    assert!(losses.into_iter().all(|(a, b)| (0.2..0.7).contains(&a) && (0.2..0.8).contains(&b)));
}
