//! Changes by people: checked, recorded, taken back to the last bit.

use crate::artifact;
use crate::ebm::{Change, Direction, Ebm, Note};
use crate::error::Error;
use crate::sample;

fn model() -> Ebm {
    let frame = sample::people(600, 3, 41);
    sample::with_pairs(&sample::fitted(&frame, 4, 24), &frame, &[(0, 1)], 6)
}

fn note() -> Note {
    Note { reason: "flat below 30 minutes".into(), by: "Ada".into(), at: "2026-05-04".into() }
}

fn change(term: usize, cells: Vec<(usize, f64)>, keep_mean: bool) -> Change {
    Change { term, cells, keep_mean, note: note() }
}

#[test]
fn an_edit_changes_what_it_names_and_nothing_else() {
    let (before, mut ebm) = (model(), model());
    let frame = sample::people(200, 3, 42);
    ebm.edit(change(0, vec![(3, 0.5), (4, -0.5)], false)).unwrap();
    assert!(ebm.is_edited() && !before.is_edited());
    assert_eq!(ebm.intercept, before.intercept);
    assert_eq!(ebm.terms[1..], before.terms[1..]);
    for row in 0..frame.rows() {
        let (one, other) =
            (before.explain(&frame.row(row)).unwrap(), ebm.explain(&frame.row(row)).unwrap());
        let cell = other.cells.terms[0];
        let moved = match cell {
            3 => 0.5 - before.terms[0].scores[3],
            4 => -0.5 - before.terms[0].scores[4],
            _ => 0.0,
        };
        assert!((other.log_odds - one.log_odds - moved).abs() < 1e-9);
        // Bands move along and keep their width.
        assert!((other.sd[0] - one.sd[0]).abs() < 1e-9);
        assert!(other.low < other.probability && other.probability < other.high);
    }
    let edit = &ebm.edits[0];
    assert_eq!((edit.reason.as_str(), edit.by.as_str()), ("flat below 30 minutes", "Ada"));
    assert_eq!(edit.cells[0].before, before.terms[0].scores[3]);
}

#[test]
fn the_intercept_moves_only_when_asked() {
    let frame = sample::people(600, 3, 41);
    let mean = |it: &Ebm| {
        let z = it.log_odds(frame.columns()).unwrap();
        z.iter().sum::<f64>() / z.len() as f64
    };
    let mut ebm = model();
    let before = mean(&ebm);
    ebm.edit(change(1, vec![(2, 1.0), (3, 1.0)], true)).unwrap();
    assert_ne!(ebm.edits[0].intercept.0, ebm.edits[0].intercept.1);
    assert!((mean(&ebm) - before).abs() < 1e-9);
    ebm.edit(change(1, vec![(2, 0.0)], false)).unwrap();
    assert!((mean(&ebm) - before).abs() > 1e-3);
}

#[test]
fn taking_back_restores_every_bit() {
    let (before, mut ebm) = (model(), model());
    let mut states = Vec::new();
    for (i, term) in [0, 1, 4, 0, 3].into_iter().enumerate() {
        states.push(ebm.clone());
        ebm.edit(change(term, vec![(1, 0.1 + i as f64 / 7.0), (2, -0.3)], i % 2 == 0)).unwrap();
    }
    let json = artifact::to_json(&ebm).unwrap();
    let mut back = artifact::from_json(&json).unwrap();
    assert_eq!(back.edits, ebm.edits);
    while let Some(state) = states.pop() {
        assert_eq!(back.undo(), ebm.undo());
        assert_eq!(ebm.terms, state.terms);
        assert_eq!(ebm.bagged_intercept, state.bagged_intercept);
        assert_eq!(artifact::to_json(&ebm).unwrap(), artifact::to_json(&state).unwrap());
        assert_eq!(artifact::to_json(&back).unwrap(), artifact::to_json(&state).unwrap());
    }
    assert_eq!(artifact::to_json(&ebm).unwrap(), artifact::to_json(&before).unwrap());
    assert!(ebm.undo().is_none());
}

#[test]
fn a_term_can_be_made_to_rise_or_fall() {
    for direction in [Direction::Rising, Direction::Falling] {
        let (before, mut ebm) = (model(), model());
        assert!(ebm.monotonize(1, direction, note()).unwrap() > 0);
        let (term, old) = (&ebm.terms[1], &before.terms[1]);
        let real = &term.scores[1..term.scores.len() - 1];
        assert!(real.windows(2).all(|it| match direction {
            Direction::Rising => it[0] <= it[1],
            Direction::Falling => it[0] >= it[1],
        }));
        let mean = |scores: &[f64]| -> f64 {
            scores.iter().zip(&old.weight).map(|(it, w)| it * w).sum::<f64>() / 600.0
        };
        assert!((mean(&term.scores) - mean(&old.scores)).abs() < 1e-8);
        assert_eq!(term.scores[0], old.scores[0], "missing is free");
        assert_eq!((ebm.edits.len(), ebm.edits[0].reason.as_str()), (1, "flat below 30 minutes"));
        assert_eq!(ebm.monotonize(1, direction, note()).unwrap(), 0, "it already goes that way");
        assert_eq!(ebm.edits.len(), 1);
        ebm.undo();
        assert_eq!(ebm.terms, before.terms);
    }
    assert!(matches!(model().monotonize(3, Direction::Rising, note()), Err(Error::Edit { .. })));
    assert!(matches!(model().monotonize(4, Direction::Rising, note()), Err(Error::Edit { .. })));
}

#[test]
fn isotonic_regression_is_the_one_worked_out_by_hand() {
    let mut ebm = model();
    let term = &mut ebm.terms[0];
    let cells = term.scores.len();
    term.scores = (0..cells).map(|it| it as f64).collect();
    term.weight = vec![1.0; cells];
    // 5 (weight 1) and 2 (weight 2) pool to 3; a bin without rows between keeps to its neighbours.
    (term.scores[2], term.scores[3], term.scores[4]) = (5.0, 9.0, 2.0);
    (term.weight[3], term.weight[4]) = (0.0, 2.0);
    assert_eq!(ebm.monotonize(0, Direction::Rising, note()).unwrap(), 3);
    assert_eq!(ebm.terms[0].scores[1..6], [1.0, 3.0, 3.0, 3.0, 5.0]);
}

#[test]
fn edits_without_sense_are_refused_and_change_nothing() {
    let (before, mut ebm) = (model(), model());
    let mut blank = change(0, vec![(1, 0.1)], false);
    blank.note.reason = "  ".into();
    for (it, word) in [
        (blank, "reason"),
        (change(9, vec![(1, 0.1)], false), "no term 9"),
        (change(0, vec![(999, 0.1)], false), "no cell 999"),
        (change(0, vec![(1, f64::NAN)], false), "not a score"),
        (change(0, vec![(1, 2000.0)], false), "not a score"),
        (change(0, vec![(1, 0.1), (1, 0.2)], false), "twice"),
        (change(0, vec![(1, ebm.terms[0].scores[1])], false), "nothing would change"),
        (change(0, vec![], false), "nothing would change"),
    ] {
        let error = ebm.edit(it).unwrap_err();
        assert!(error.to_string().contains(word), "{error}");
    }
    assert_eq!(ebm.terms, before.terms);
    assert!(!ebm.is_edited());
}
