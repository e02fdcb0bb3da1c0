//! The laws of the tree: hand cases, a second implementation, order of rows, weights, damaged files.

use super::*;
use crate::rng::Rng;
use smartcore::linalg::basic::matrix::DenseMatrix;
use smartcore::tree::decision_tree_classifier::{
    DecisionTreeClassifier, DecisionTreeClassifierParameters,
};
use smartcore::tree::decision_tree_regressor::{
    DecisionTreeRegressor, DecisionTreeRegressorParameters,
};

const LOOSE: TreeOptions = TreeOptions { depth: 3, min_leaf: Some(1), min_category_rows: 1 };

fn frame(columns: Vec<Column>, target: Vec<f64>) -> Frame {
    let rows = target.len();
    Frame::new(columns, target, None, vec![0; rows], vec![0; rows]).unwrap()
}

/// Numbers with gaps, a category of six, noise; about a third events.
fn mixed(rows: usize, seed: u64, weight: Option<Vec<f64>>) -> Frame {
    let mut rng = Rng::new(seed);
    let (mut x, mut gaps, mut zone, mut target) = (vec![], vec![], vec![], vec![]);
    for _ in 0..rows {
        let (a, b, place) = (rng.normal(), rng.normal(), rng.below(6));
        let absent = rng.unit() < 0.2;
        let z = 1.2 * a + if absent { 1.0 } else { b } + [0.0, 1.5, -1.5, 0.0, 1.0, -1.0][place];
        x.push(a);
        gaps.push(if absent { f64::NAN } else { b });
        zone.push(Some(["a", "b", "c", "d", "e", "f"][place]));
        target.push(f64::from(u8::from(rng.unit() < math::sigmoid(z - 0.8))));
    }
    let columns = vec![
        Column::continuous("x", x),
        Column::continuous("gaps", gaps),
        Column::nominal("zone", &zone),
    ];
    Frame::new(columns, target, weight, vec![0; rows], vec![0; rows]).unwrap()
}

#[test]
fn a_hand_case_comes_out() {
    // Gini of 3 in 8 is 0.46875; cut between 3 and 5: 0 of 4 and 3 of 4 (0.375), gain 0.28125.
    let x = vec![1.0, 2.0, 3.0, 3.0, 5.0, 6.0, 7.0, 8.0];
    let y = vec![0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0];
    let options = TreeOptions { depth: 1, ..LOOSE };
    let tree = Tree::fit(&frame(vec![Column::continuous("x", x)], y), &options).unwrap();
    let root = &tree.nodes()[0];
    let split = root.split.as_ref().unwrap();
    assert_eq!(split.test, Test::Below(4.0));
    assert!((root.impurity() - 0.46875).abs() < 1e-12);
    assert!((split.gain - 2.0 * (0.46875 - 0.5 * 0.375) / 2.0).abs() < 1e-12, "{}", split.gain);
    let [yes, no] = [&tree.nodes()[1], &tree.nodes()[2]];
    assert_eq!((yes.rows, no.rows), ([4, 0], [1, 3]));
    assert!((yes.probability() - 1.0 / 6.0).abs() < 1e-12, "Laplace: never certain");
    assert!(no.interval().0 < 0.75 && no.interval().1 > 0.75);
    let rules = tree.rules(|it| it.words(it.feature));
    assert_eq!(rules[0].sentence, "x below 4: 0 of 4 rows (0%)");
    assert_eq!(rules[1].sentence, "x 4 or more: 3 of 4 rows (75%)");
}

/// On complete numbers two other trees part the rows alike: on targets of 0 and 1 the squared error
/// of a regression tree is half the Gini impurity. Random weights leave no ties.
#[test]
fn smartcore_finds_the_same_leaves() {
    for seed in 0..5 {
        let mut rng = Rng::new(seed);
        let rows: Vec<Vec<f64>> =
            (0..600).map(|_| (0..5).map(|_| rng.normal()).collect()).collect();
        let target: Vec<f64> = rows
            .iter()
            .map(|x| f64::from(u8::from(rng.unit() < math::sigmoid(1.5 * x[0] - x[1] * x[2]))))
            .collect();
        let column =
            |i: usize| Column::continuous(i.to_string(), rows.iter().map(|it| it[i]).collect());
        let columns: Vec<Column> = (0..5).map(column).collect();
        let weight: Vec<f64> = (0..600).map(|_| 0.5 + rng.unit()).collect();
        let plain = frame(columns.clone(), target.clone());
        let heavy = Some(weight.clone());
        let frame = Frame::new(columns, target.clone(), heavy, vec![0; 600], vec![0; 600]).unwrap();
        let options = TreeOptions { depth: 4, min_leaf: Some(20), ..LOOSE };
        let tree = Tree::fit(&frame, &options).unwrap();
        let matrix = DenseMatrix::from_2d_vec(&rows).unwrap();
        let parameters = DecisionTreeRegressorParameters {
            max_depth: Some(5),
            min_samples_leaf: 20,
            ..Default::default()
        };
        let other =
            DecisionTreeRegressor::fit_with_weights(&matrix, &target, &weight, parameters).unwrap();
        let theirs: Vec<f64> = other.predict(&matrix).unwrap();
        for (row, theirs) in theirs.iter().enumerate() {
            let share = tree.nodes()[tree.leaf(&frame.row(row)).unwrap()].share();
            assert!((share - theirs).abs() < 1e-12, "seed {seed}, row {row}: {share}");
        }
        // Its classifier cuts between rows of different class only, which is the same without a
        // least number of rows; it tells classes, not shares, and counts the root as a level.
        let tree = Tree::fit(&plain, &LOOSE).unwrap();
        let parameters =
            DecisionTreeClassifierParameters { max_depth: Some(4), ..Default::default() };
        let class: Vec<u32> = target.iter().map(|it| *it as u32).collect();
        let other = DecisionTreeClassifier::fit(&matrix, &class, parameters).unwrap();
        let theirs: Vec<u32> = other.predict(&matrix).unwrap();
        for (row, theirs) in theirs.iter().enumerate() {
            let share = tree.nodes()[tree.leaf(&frame.row(row)).unwrap()].share();
            let same = share == 0.5 || (share > 0.5) == (*theirs == 1);
            assert!(same, "seed {seed}, row {row}: {share}");
        }
    }
}

#[test]
fn counts_add_up_and_limits_hold() {
    let frame = mixed(3000, 1, None);
    let options = TreeOptions { depth: 4, ..TreeOptions::default() };
    let tree = Tree::fit(&frame, &options).unwrap();
    assert!(tree.nodes().len() > 7);
    for node in tree.nodes() {
        assert!(node.count() >= 30 && node.depth <= 4, "a hundredth of 3000 rows");
        if let Some(split) = &node.split {
            let [yes, no] = [&tree.nodes()[split.yes], &tree.nodes()[split.no]];
            assert_eq!(yes.rows[1] + no.rows[1], node.rows[1]);
            let parts = yes.count() as f64 * yes.impurity() + no.count() as f64 * no.impurity();
            let drop = (node.count() as f64 * node.impurity() - parts) / 3000.0;
            assert!((drop - split.gain).abs() < 1e-12 && drop > 0.0);
        }
    }
    let p = tree.probabilities(frame.columns()).unwrap();
    let mut reached = vec![0; tree.nodes().len()];
    for (row, p) in p.iter().enumerate() {
        let cells = frame.row(row);
        let (leaf, path) = (tree.leaf(&cells).unwrap(), tree.path(&cells).unwrap());
        reached[leaf] += 1;
        assert_eq!(path.len(), tree.nodes()[leaf].depth);
        assert_eq!(*p, tree.probability(&cells).unwrap());
    }
    assert!(tree.leaves().iter().all(|it| reached[*it] == tree.nodes()[*it].count()));
}

#[test]
fn the_order_of_rows_does_not_matter() {
    let mut rng = Rng::new(3);
    let weight = (0..800).map(|_| 0.1 + rng.unit()).collect();
    let frame = mixed(800, 2, Some(weight));
    let mut rows: Vec<usize> = (0..800).collect();
    rng.shuffle(&mut rows);
    let options = TreeOptions { depth: 6, min_leaf: Some(5), ..LOOSE };
    let tree = Tree::fit(&frame, &options).unwrap();
    let other = Tree::fit(&frame.take(&rows).unwrap(), &options).unwrap();
    assert_eq!(to_json(&tree).unwrap(), to_json(&other).unwrap());
}

#[test]
fn a_weight_of_two_is_a_row_twice() {
    let rows: Vec<usize> = (0..500).chain(0..250).collect();
    let twice = mixed(500, 4, None).take(&rows).unwrap();
    let heavy = (0..500).map(|i| if i < 250 { 2.0 } else { 1.0 }).collect();
    let heavy = mixed(500, 4, Some(heavy));
    let (a, b) = (Tree::fit(&twice, &LOOSE).unwrap(), Tree::fit(&heavy, &LOOSE).unwrap());
    assert_eq!(a.nodes().len(), b.nodes().len());
    for (a, b) in a.nodes().iter().zip(b.nodes()) {
        assert_eq!(a.weight, b.weight);
        let test = |it: &Node| it.split.as_ref().map(|it| (it.feature, it.test.clone()));
        assert_eq!(test(a), test(b));
    }
}

#[test]
fn categories_are_parted_by_their_rate() {
    // 30 rows each: a and c have many events, b and d few; e is rare.
    let (mut zone, mut y) = (Vec::new(), Vec::new());
    for (label, rows, events) in
        [("a", 30, 24), ("b", 30, 3), ("c", 30, 22), ("d", 31, 2), ("e", 3, 3)]
    {
        zone.extend(vec![Some(label); rows]);
        y.extend((0..rows).map(|i| f64::from(u8::from(i < events))));
    }
    zone.push(None);
    y.push(0.0);
    let options = TreeOptions { depth: 1, min_leaf: Some(5), min_category_rows: 10 };
    let tree = Tree::fit(&frame(vec![Column::nominal("zone", &zone)], y), &options).unwrap();
    let split = tree.nodes()[0].split.as_ref().unwrap();
    // The rare one has a high rate, so the other side is listed, and the missing row goes there too.
    assert_eq!(split.test, Test::OneOf(vec!["b".into(), "d".into()]));
    assert!(split.missing && split.missing_rows == 1);
    assert!(split.answer(Value::Missing) && !split.answer(Value::Label("never seen")));
    let path = tree.path(&[Value::Label("b")]).unwrap();
    assert_eq!(path[0].words("Zone"), "Zone is b or d, or not known");
    let path = tree.path(&[Value::Label("e")]).unwrap();
    assert_eq!(path[0].words("Zone"), "Zone is none of b and d");
}

#[test]
fn being_unknown_can_be_the_test() {
    let x = (0..100).map(|i| if i % 4 == 0 { f64::NAN } else { f64::from(i % 7) }).collect();
    let y = (0..100).map(|i| f64::from(u8::from(i % 4 == 0))).collect();
    let tree = Tree::fit(&frame(vec![Column::continuous("x", x)], y), &LOOSE).unwrap();
    assert_eq!(tree.nodes().len(), 3);
    assert_eq!(tree.nodes()[0].split.as_ref().map(|it| &it.test), Some(&Test::Known));
    assert_eq!(tree.rules(|it| it.words("x"))[1].sentence, "x is not known: 25 of 25 rows (100%)");
}

#[test]
fn a_covered_test_is_left_out_of_the_rule() {
    let x: Vec<f64> = (0..40).map(f64::from).collect();
    let y = (0..40).map(|i| f64::from(u8::from(i < 5 || (10..22).contains(&i)))).collect();
    let tree = Tree::fit(&frame(vec![Column::continuous("x", x)], y), &LOOSE).unwrap();
    let rules = tree.rules(|it| it.words("x"));
    assert!(rules.iter().any(|it| it.tests.len() < tree.nodes()[it.node].depth), "{rules:?}");
    let below = |it: &String| it.starts_with("x below");
    assert!(rules.iter().all(|it| it.tests.iter().filter(|it| below(it)).count() <= 1));
}

#[test]
fn bad_input_is_refused() {
    let good = mixed(200, 5, None);
    let refuse = |options: TreeOptions| Tree::fit(&good, &options).is_err();
    assert!(refuse(TreeOptions { depth: 9, ..LOOSE }) && refuse(TreeOptions { depth: 0, ..LOOSE }));
    assert!(refuse(TreeOptions { min_leaf: Some(0), ..LOOSE }));
    let x = || Column::continuous("x", vec![1.0, 2.0]);
    let one_class = frame(vec![x()], vec![1.0, 1.0]);
    assert_eq!(Tree::fit(&one_class, &LOOSE), Err(Error::OneClass));
    let flat = frame(vec![Column::continuous("x", vec![1.0, 1.0])], vec![0.0, 1.0]);
    assert_eq!(Tree::fit(&flat, &LOOSE), Err(Error::AllConstant));
    let small = Tree::fit(&frame(vec![x()], vec![0.0, 1.0]), &TreeOptions::default()).unwrap();
    assert_eq!(small.rules(|it| it.words("x"))[0].sentence, "all rows: 1 of 2 rows (50%)");
    assert!(small.path(&[]).is_err());
    assert!(small.probabilities(&[Column::continuous("z", vec![1.0])]).is_err());
}

#[test]
fn the_stored_form_comes_back_and_a_damaged_one_is_refused() {
    let frame = mixed(600, 6, None);
    let tree = Tree::fit(&frame, &TreeOptions::default()).unwrap();
    let json = to_json(&tree).unwrap();
    assert_eq!(from_json(&json).unwrap(), tree);
    for (from, to) in [
        ("\"format\":1", "\"format\":2"),
        ("\"yes\":1", "\"yes\":0"),
        ("\"parent\":0", "\"parent\":9999"),
        ("\"feature\":", "\"feature\":9"),
        ("\"rows\":[", "\"rows\":[7"),
        ("\"weight\":[", "\"weight\":[-"),
    ] {
        let damaged = json.replacen(from, to, 1);
        assert!(damaged != json && from_json(&damaged).is_err(), "{from}");
    }
    let mut rng = Rng::new(7);
    for _ in 0..300 {
        let mut bytes = json.clone().into_bytes();
        let at = rng.below(bytes.len());
        bytes[at] = b"0123456789,:[]{}\"ax"[rng.below(19)];
        // An error or a tree that can be asked, never a panic.
        if let Ok(tree) =
            String::from_utf8(bytes).map_err(|_| ()).and_then(|it| from_json(&it).map_err(|_| ()))
        {
            let _other_columns = tree.probabilities(frame.columns());
        }
    }
}
