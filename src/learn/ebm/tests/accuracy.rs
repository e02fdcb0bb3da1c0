//! Accuracy on a public data set, against `InterpretML` on the same folds (AUC .9962, loss .0809).

use super::*;
use crate::validate::Scored;

const DATA: &str = include_str!("../../fixtures/breast_cancer.csv");
const FOLDS: &str = include_str!("../../fixtures/breast_cancer_folds.csv");

#[test]
fn breast_cancer_is_told_as_well_as_interpretml_does() {
    let (frame, folds) = load();
    let (mut auc, mut loss) = (0.0, 0.0);
    for fold in 0..5 {
        let (test, train): (Vec<usize>, Vec<usize>) =
            (0..frame.rows()).partition(|row| folds[*row] == fold);
        let (train, test) = (frame.take(&train).unwrap(), frame.take(&test).unwrap());
        let ebm = fitted(&train, &EbmOptions::new(42, 2));
        let p = ebm.probabilities(test.columns()).unwrap();
        let scored = Scored::new(test.target(), &p, None, test.group()).unwrap();
        auc += scored.auc() / 5.0;
        loss += scored.log_loss() / 5.0;
    }
    assert!(auc >= 0.994 && loss <= 0.08, "AUC {auc:.4}, log loss {loss:.4}");
}

fn load() -> (Frame, Vec<usize>) {
    let mut lines = DATA.lines();
    let names: Vec<&str> = lines.next().unwrap().split(',').collect();
    let rows: Vec<Vec<f64>> =
        lines.map(|line| line.split(',').map(|it| it.parse().unwrap()).collect()).collect();
    let column = |i: usize| rows.iter().map(|row| row[i]).collect::<Vec<f64>>();
    let columns = (0..30).map(|i| Column::continuous(names[i], column(i))).collect();
    let group = (0..rows.len() as u32).collect();
    let frame = Frame::new(columns, column(30), None, group, vec![0; rows.len()]).unwrap();
    (frame, FOLDS.lines().skip(1).map(|it| it.parse().unwrap()).collect())
}
