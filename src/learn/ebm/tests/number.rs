//! Targets that are numbers: squared error through the same steps.

use super::*;

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
        let predicted = ebm.probabilities(test.columns()).unwrap();
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
    assert!(ebm.probabilities(binary.columns()).unwrap().iter().all(|it| it.abs() < 3.0));
    let nan = Frame::numeric(
        frame.columns().to_vec(),
        vec![f64::NAN; 442],
        None,
        vec![0; 442],
        vec![0; 442],
    );
    assert_eq!(nan, Err(Error::Target { row: 0 }));
}
