//! Targets that are numbers: squared error through the same steps.

use super::*;
use crate::{artifact, interpret};

/// `load_diabetes` of scikit-learn (BSD; Efron et al. 2004), unscaled, with the test folds of
/// `KFold(5, shuffle=True, random_state=42)`.
const DATA: &str = include_str!("../../fixtures/diabetes.csv");

fn options(seed: u64) -> EbmOptions {
    EbmOptions { objective: Objective::Squared, pairs: 0, ..EbmOptions::new(seed, 2) }
}

fn diabetes() -> (Frame, Vec<usize>) {
    let mut lines = DATA.lines();
    let names: Vec<&str> = lines.next().unwrap().split(',').collect();
    let rows: Vec<Vec<f64>> =
        lines.map(|line| line.split(',').map(|it| it.parse().unwrap()).collect()).collect();
    let column = |i: usize| rows.iter().map(|row| row[i]).collect::<Vec<f64>>();
    let columns = (0..10).map(|i| Column::continuous(names[i], column(i))).collect();
    (numeric(columns, column(10)), column(11).iter().map(|it| *it as usize).collect())
}

fn numeric(columns: Vec<Column>, target: Vec<f64>) -> Frame {
    let rows = target.len();
    Frame::numeric(columns, target, None, (0..rows as u32).collect(), vec![0; rows]).unwrap()
}

/// 5 folds against `InterpretML` 0.7.8 with the same bags and no pairs.
#[test]
fn diabetes_is_told_as_well_as_interpretml_does() {
    let (frame, folds) = diabetes();
    let mut rmse = 0.0;
    for fold in 0..5 {
        let (test, train): (Vec<usize>, Vec<usize>) =
            (0..frame.rows()).partition(|row| folds[*row] == fold);
        let (train, test) = (frame.take(&train).unwrap(), frame.take(&test).unwrap());
        let ebm = fitted(&train, &options(42));
        let predicted = ebm.values(test.columns()).unwrap();
        let squares = predicted.iter().zip(test.target()).map(|(p, y)| (p - y) * (p - y));
        rmse += libm::sqrt(squares.sum::<f64>() / test.rows() as f64) / 5.0;
    }
    // InterpretML: RMSE 54.562, R2 0.486. Within 1 %.
    assert!(rmse <= 54.562 * 1.01, "RMSE {rmse:.3}");
}

#[test]
fn a_model_of_numbers_keeps_the_laws() {
    let (frame, _) = diabetes();
    let mut options = EbmOptions { bags: 4, ..options(3) };
    options.monotone = vec![None; 10];
    options.monotone[2] = Some(Direction::Rising);
    let ebm = fitted(&frame, &options);
    let mut sum = 0.0;
    for row in 0..frame.rows() {
        let it = ebm.explain(&frame.row(row)).unwrap();
        let whole = it.intercept + it.terms.iter().sum::<f64>();
        assert!((whole - it.log_odds).abs() < 1e-9);
        assert_eq!(it.log_odds, it.probability);
        assert!(it.low < it.probability && it.probability < it.high);
        sum += it.probability;
    }
    let mean = frame.target().iter().sum::<f64>() / frame.rows() as f64;
    assert!((sum / frame.rows() as f64 - mean).abs() < 1e-9);
    assert!((ebm.trained.base_rate - mean).abs() < 1e-9 && ebm.trained.events == 0);
    let bmi = &ebm.terms[2].scores;
    assert!(bmi[1..bmi.len() - 1].windows(2).all(|it| it[0] <= it[1] + 1e-12));
    assert!(bmi[1] < -20.0 && bmi[bmi.len() - 2] > 20.0, "{bmi:?}");
    for term in &ebm.terms {
        let sum: f64 = term.scores.iter().zip(&term.weight).map(|(s, w)| s * w).sum();
        assert!((sum / term.weight.iter().sum::<f64>()).abs() < 1e-6);
    }
    let one = EbmOptions { threads: 1, ..options };
    assert!(fitted(&frame, &one) == ebm, "threads");
}

#[test]
fn the_scale_of_a_target_is_only_a_scale() {
    let (frame, _) = diabetes();
    let options = EbmOptions { bags: 4, ..options(3) };
    let ebm = fitted(&frame, &options);
    for factor in [1.0 / 4096.0, 65_536.0] {
        let target = frame.target().iter().map(|it| it * factor).collect();
        let scaled = fitted(&numeric(frame.columns().to_vec(), target), &options);
        for (a, b) in ebm.terms.iter().zip(&scaled.terms) {
            assert!(a.scores.iter().zip(&b.scores).all(|(a, b)| a * factor == *b));
            assert!(a.bagged.concat().iter().zip(b.bagged.concat()).all(|(a, b)| a * factor == b));
        }
    }
}

#[test]
fn weights_of_two_are_doubled_rows_of_numbers() {
    let (frame, _) = diabetes();
    let (rows, people): (Vec<usize>, u32) =
        ((0..frame.rows()).chain(0..frame.rows()).collect(), frame.rows() as u32);
    let weighted = Frame::numeric(
        frame.columns().to_vec(),
        frame.target().to_vec(),
        Some(vec![2.0; frame.rows()]),
        (0..people).collect(),
        vec![0; frame.rows()],
    );
    let options = EbmOptions { bags: 2, min_samples_leaf: 0, ..options(1) };
    let heavy = fitted(&weighted.unwrap(), &options);
    let twice = fitted(&frame.take(&rows).unwrap(), &options);
    assert_eq!(heavy.terms, twice.terms);
}

#[test]
fn targets_and_losses_must_agree() {
    let (frame, _) = diabetes();
    let wrong = fit(&frame, &quick(1), &Quiet).unwrap_err();
    assert!(matches!(wrong, Error::Option { name: "objective", .. }));
    let constant = numeric(frame.columns().to_vec(), vec![3.5; frame.rows()]);
    assert_eq!(fit(&constant, &options(1), &Quiet).unwrap_err(), Error::OneClass);
    let binary = small(300, 1);
    let ebm = fitted(&binary, &EbmOptions { bags: 2, ..options(1) });
    assert!(ebm.values(binary.columns()).unwrap().iter().all(|it| it.abs() < 3.0));
    let nan = Frame::numeric(
        frame.columns().to_vec(),
        vec![f64::NAN; 442],
        None,
        vec![0; 442],
        vec![0; 442],
    );
    assert_eq!(nan, Err(Error::Target { row: 0 }));
}

/// Numbers of any size: `scale` times a sum of mains, a product of a and b (or of a and a zone), and
/// noise. `c` has holes; d to f mean nothing.
fn product(rows: usize, strength: f64, zoned: bool, scale: f64, seed: u64) -> Frame {
    let mut rng = Rng::new(seed);
    let mut numbers = vec![Vec::new(); 6];
    let (mut zone, mut target) = (vec![], vec![]);
    for _ in 0..rows {
        let x: [f64; 6] = std::array::from_fn(|_| (rng.normal() * 100.0).round() / 100.0);
        let place = rng.below(5);
        let other = if zoned { [1.0, -1.0, 1.0, -1.0, -1.0][place] } else { x[1] };
        let sum = 1.5 * x[0] - x[1] + 0.5 * x[2] + [0.0, 0.5, -0.4, 0.2, 0.1][place];
        target.push(scale * (sum + strength * x[0] * other + rng.normal()));
        numbers.iter_mut().zip(x).for_each(|(column, x)| column.push(x));
        if rng.unit() < 0.1 {
            *numbers[2].last_mut().unwrap() = f64::NAN;
        }
        zone.push(Some(["east", "north", "south", "west", "centre"][place]));
    }
    let names = ["a", "b", "c", "d", "e", "f"].into_iter().zip(numbers);
    let mut columns: Vec<Column> = names.map(|(name, it)| Column::continuous(name, it)).collect();
    columns.push(Column::nominal("zone", &zone));
    numeric(columns, target)
}

fn paired(seed: u64) -> EbmOptions {
    EbmOptions { objective: Objective::Squared, ..EbmOptions::new(seed, 2) }
}

fn kept(ebm: &Ebm) -> Vec<String> {
    let wide = (0..ebm.terms.len()).filter(|it| ebm.terms[*it].features.len() == 2);
    wide.map(|it| ebm.term_name(it)).collect()
}

fn rmse(ebm: &Ebm, frame: &Frame) -> f64 {
    let predicted = ebm.values(frame.columns()).unwrap();
    let squares = predicted.iter().zip(frame.target()).map(|(p, y)| (p - y) * (p - y));
    libm::sqrt(squares.sum::<f64>() / frame.rows() as f64)
}

#[test]
fn a_product_is_found_kept_and_pays() {
    for (seed, zoned, truth) in [(1, false, "a x b"), (2, true, "a x zone")] {
        let (frame, fresh) =
            (product(1500, 0.8, zoned, 300.0, seed), product(3000, 0.8, zoned, 300.0, seed + 9));
        let ebm = fitted(&frame, &paired(seed));
        let importances = ebm.importances();
        let mut found: Vec<usize> = (7..ebm.terms.len()).collect();
        found.sort_by(|a, b| importances[*b].mean.total_cmp(&importances[*a].mean));
        let first = found.first().map(|it| ebm.term_name(*it));
        assert_eq!(first.as_deref(), Some(truth), "{:?}", kept(&ebm));
        assert!(found.len() <= 3, "{:?}", kept(&ebm));
        let mains = fitted(&frame, &EbmOptions { pairs: 0, ..paired(seed) });
        let (with, without) = (rmse(&ebm, &fresh), rmse(&mains, &fresh));
        // The noise is 300; the product adds as much as the square root of its variance.
        assert!(with < 0.93 * without && with < 300.0 * 1.15, "{with:.1} against {without:.1}");
    }
}

#[test]
fn without_a_product_nearly_no_pair_is_kept() {
    let of = |seed| kept(&fitted(&product(1000, 0.0, false, 1.0, 50 + seed), &paired(seed))).len();
    let kept: usize = (0..5).map(of).sum();
    assert!(kept <= 3, "{kept} pairs in 5 models");
}

#[test]
fn pairs_of_numbers_keep_the_laws() {
    let frame = product(700, 0.6, true, 3e5, 3);
    let options = EbmOptions { bags: 4, pairs: 4, pair_errors: -1000.0, ..paired(3) };
    let ebm = fitted(&frame, &options);
    assert_eq!(kept(&ebm).len(), 4);
    let fast = ebm.values(frame.columns()).unwrap();
    let mut sum = 0.0;
    for (row, fast) in fast.iter().enumerate() {
        let it = ebm.explain(&frame.row(row)).unwrap();
        assert!((it.intercept + it.terms.iter().sum::<f64>() - it.log_odds).abs() < 1e-9);
        assert_eq!((it.log_odds, it.probability), (*fast, *fast));
        sum += fast;
    }
    let mean = frame.target().iter().sum::<f64>() / frame.rows() as f64;
    assert!((sum / frame.rows() as f64 - mean).abs() < 3e5 * 1e-9);
    for term in &ebm.terms[7..] {
        let (width, total) = (ebm.pair_len(term.features[1]), frame.rows() as f64);
        let (mut rows, mut cols) = (vec![0.0; ebm.pair_len(term.features[0])], vec![0.0; width]);
        for (cell, (score, weight)) in term.scores.iter().zip(&term.weight).enumerate() {
            rows[cell / width] += score * weight / total;
            cols[cell % width] += score * weight / total;
        }
        assert!(rows.iter().chain(&cols).all(|it| it.abs() < 3e5 * 1e-9), "{rows:?} {cols:?}");
    }
    assert!(fitted(&frame, &EbmOptions { threads: 1, ..options.clone() }).terms == ebm.terms);
    let mut order: Vec<usize> = (0..frame.rows()).collect();
    Rng::new(1).shuffle(&mut order);
    assert!(fitted(&frame.take(&order).unwrap(), &options).terms == ebm.terms);
    let weighted = Frame::numeric(
        frame.columns().to_vec(),
        frame.target().to_vec(),
        Some(vec![2.0; frame.rows()]),
        frame.group().to_vec(),
        frame.time().to_vec(),
    );
    let free = EbmOptions { min_samples_leaf: 0, min_category_rows: 0, ..options };
    let rows: Vec<usize> = (0..frame.rows()).chain(0..frame.rows()).collect();
    let heavy = fitted(&weighted.unwrap(), &free);
    assert!(heavy.terms == fitted(&frame.take(&rows).unwrap(), &free).terms);
}

#[test]
fn a_model_of_numbers_with_pairs_is_kept_and_goes_to_its_peer_and_back() {
    for scale in [1e-9, 1.0, 3e7] {
        let frame = product(500, 0.8, true, scale, 4);
        let options = EbmOptions { bags: 3, pairs: 3, pair_errors: -1000.0, ..paired(4) };
        let ebm = fitted(&frame, &options);
        let json = artifact::to_json(&ebm).unwrap();
        let back = artifact::from_json(&json).unwrap();
        assert!(back.terms == ebm.terms && back.objective == Objective::Squared);
        assert_eq!(json, artifact::to_json(&back).unwrap());
        let (one, other) = (ebm.predict(frame.columns()), back.predict(frame.columns()));
        for (a, b) in one.unwrap().iter().zip(&other.unwrap()) {
            assert_eq!(a.log_odds.to_bits(), b.log_odds.to_bits());
            assert_eq!((a.low.to_bits(), a.high.to_bits()), (b.low.to_bits(), b.high.to_bits()));
        }
        let peer = interpret::from_json(&interpret::to_json(&ebm, ["no", "yes"])).unwrap();
        assert!(peer.classes.is_empty() && peer.model.terms.len() == ebm.terms.len());
        assert_eq!(peer.model.values(frame.columns()), ebm.values(frame.columns()));
    }
}
