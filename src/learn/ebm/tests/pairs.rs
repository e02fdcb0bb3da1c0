//! The laws of pairs: found where they are, dropped where they are not, pure, exact, repeatable.

use super::*;
use crate::bins::BinKind;
use crate::progress::Step;
use std::sync::Mutex;

/// Eight numbers and two nominal columns. `strength` times a product of signs of a and b, or of a
/// and the zone where `zoned`.
fn crossed(rows: usize, strength: f64, zoned: bool, seed: u64) -> Frame {
    let mut rng = Rng::new(seed);
    let mut numbers = vec![Vec::new(); 8];
    let (mut zone, mut crew, mut target, mut group) = (vec![], vec![], vec![], vec![]);
    for row in 0..rows {
        let x: [f64; 8] = std::array::from_fn(|_| (rng.normal() * 100.0).round() / 100.0);
        let (place, team) = (rng.below(5), rng.below(3));
        let absent = rng.unit() < 0.1;
        let other = if zoned { [1.0, -1.0, 1.0, -1.0, -1.0][place] } else { x[1].signum() };
        let z = -0.7 + 0.8 * x[0] + 0.3 * x[1] - 0.5 * x[2]
            + [0.0, 0.5, -0.4, 0.2, 0.1][place]
            + strength * x[0].signum() * other;
        numbers.iter_mut().zip(x).for_each(|(column, x)| column.push(x));
        if absent {
            numbers[2][row] = f64::NAN;
        }
        zone.push(Some(["east", "north", "south", "west", "centre"][place]));
        crew.push(Some(["x", "y", "z"][team]));
        target.push(f64::from(u8::from(rng.unit() < math::sigmoid(z))));
        group.push((row / 2) as u32);
    }
    let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let mut columns: Vec<Column> =
        names.iter().zip(numbers).map(|(name, it)| Column::continuous(*name, it)).collect();
    columns.push(Column::nominal("zone", &zone));
    columns.push(Column::nominal("crew", &crew));
    Frame::new(columns, target, None, group, vec![0; rows]).unwrap()
}

/// Keeps whatever was found, so that the laws have something to hold for.
fn forced(seed: u64) -> EbmOptions {
    EbmOptions { bags: 4, pairs: 4, pair_errors: -1000.0, ..EbmOptions::new(seed, 2) }
}

fn pairs(ebm: &Ebm) -> Vec<String> {
    let wide = (0..ebm.terms.len()).filter(|it| ebm.terms[*it].features.len() == 2);
    wide.map(|it| ebm.term_name(it)).collect()
}

/// The same bytes but for the names of bins: everything that a prediction depends on.
fn same(one: &Ebm, other: &Ebm) -> bool {
    let labels = |it: &Ebm| format!("{:?}", it.pair_bins);
    one.terms == other.terms
        && one.intercept.to_bits() == other.intercept.to_bits()
        && one.bagged_intercept == other.bagged_intercept
        && labels(one) == labels(other)
}

#[test]
fn the_true_pair_is_kept_and_is_the_strongest() {
    for (seed, zoned) in [(1, false), (2, false), (3, true), (4, true)] {
        let frame = crossed(1500, 0.8, zoned, seed);
        let ebm = fitted(&frame, &EbmOptions::new(seed, 2));
        let importances = ebm.importances();
        let mut found: Vec<usize> = (10..ebm.terms.len()).collect();
        found.sort_by(|a, b| importances[*b].mean.total_cmp(&importances[*a].mean));
        let first = found.first().map(|it| ebm.term_name(*it));
        let truth = if zoned { "a x zone" } else { "a x b" };
        assert_eq!(first.as_deref(), Some(truth), "seed {seed}: {:?}", pairs(&ebm));
        assert!(found.len() <= 3, "seed {seed}: {:?}", pairs(&ebm));
    }
}

#[test]
fn without_interactions_nearly_no_pair_is_kept() {
    let kept: usize = (0..6)
        .map(|seed| {
            let frame = crossed(1200, 0.0, false, 100 + seed);
            pairs(&fitted(&frame, &EbmOptions::new(seed, 2))).len()
        })
        .sum();
    assert!(kept <= 3, "{kept} pairs in 6 models");
}

#[test]
fn pairs_add_what_mains_cannot_say() {
    let (frame, fresh) = (crossed(2500, 0.9, true, 5), crossed(4000, 0.9, true, 6));
    let loss = |pairs| {
        let ebm = fitted(&frame, &EbmOptions { pairs, ..EbmOptions::new(1, 2) });
        let p = ebm.probabilities(fresh.columns()).unwrap();
        crate::validate::Scored::new(fresh.target(), &p, None, fresh.group()).unwrap().log_loss()
    };
    let (with, without) = (loss(10), loss(0));
    assert!(with < without - 0.03, "{with} against {without}");
}

#[test]
fn a_model_with_pairs_is_an_exact_sum_with_the_base_rate_as_mean() {
    let frame = crossed(900, 0.8, false, 7);
    let ebm = fitted(&frame, &forced(1));
    assert_eq!(pairs(&ebm).len(), 4, "{:?}", pairs(&ebm));
    let fast = ebm.log_odds(frame.columns()).unwrap();
    let mut mean = 0.0;
    for (row, fast) in fast.iter().enumerate() {
        let it = ebm.explain(&frame.row(row)).unwrap();
        assert!((it.intercept + it.terms.iter().sum::<f64>() - it.log_odds).abs() < 1e-9);
        assert_eq!(it.log_odds, *fast);
        mean += it.probability / frame.rows() as f64;
    }
    assert!((mean - frame.base_rate()).abs() < 1e-9);
}

#[test]
fn pairs_are_pure_and_in_order() {
    let frame = crossed(900, 0.8, true, 8);
    let ebm = fitted(&frame, &forced(2));
    let features: Vec<&Vec<usize>> = ebm.terms.iter().map(|it| &it.features).collect();
    assert!(features[10..].windows(2).all(|it| it[0] < it[1]), "{features:?}");
    let total = frame.rows() as f64;
    for term in &ebm.terms[10..] {
        let width = ebm.pair_len(term.features[1]);
        let cell = |a: usize, b: usize| a * width + b;
        let height = ebm.pair_len(term.features[0]);
        let mean = |cells: &mut dyn Iterator<Item = usize>| {
            cells.map(|it| term.scores[it] * term.weight[it]).sum::<f64>() / total
        };
        assert!((0..height).all(|a| mean(&mut (0..width).map(|b| cell(a, b))).abs() < 1e-9));
        assert!((0..width).all(|b| mean(&mut (0..height).map(|a| cell(a, b))).abs() < 1e-9));
        assert!((0..height).all(|a| term.scores[cell(a, width - 1)] == 0.0), "unseen adds nothing");
        assert!((0..width).all(|b| term.scores[cell(height - 1, b)] == 0.0));
        assert!((term.weight.iter().sum::<f64>() - total).abs() < 1e-9);
    }
    let pair = ebm.terms[10].features.clone();
    let (left, right) = (&ebm.bins[pair[0]].name, &ebm.bins[pair[1]].name);
    assert_eq!(ebm.pair(right, left), Some(&ebm.terms[10]));
    assert_eq!(ebm.pair(right, right), None);
    for (feature, bins) in ebm.pair_bins.iter().enumerate() {
        assert_eq!(bins.is_some(), features[10..].iter().any(|it| it.contains(&feature)));
    }
}

#[test]
fn pairs_do_not_depend_on_threads_or_the_order_of_rows() {
    let frame = crossed(700, 0.7, true, 9);
    let one = fitted(&frame, &EbmOptions { threads: 1, ..forced(3) });
    assert!(!pairs(&one).is_empty());
    assert!(same(&one, &fitted(&frame, &EbmOptions { threads: 3, ..forced(3) })));
    let mut order: Vec<usize> = (0..frame.rows()).collect();
    Rng::new(1).shuffle(&mut order);
    assert!(same(&one, &fitted(&frame.take(&order).unwrap(), &forced(3))));
    assert!(!same(&one, &fitted(&frame, &forced(4))));
}

#[test]
fn the_names_of_categories_change_no_pair() {
    let frame = crossed(900, 0.8, true, 10);
    let mut columns = frame.columns().to_vec();
    let ColumnKind::Nominal { labels, .. } = &mut columns[8].kind else { panic!("zone") };
    *labels = ["z", "k", "a", "q", "b"].map(str::to_owned).to_vec();
    let (target, group) = (frame.target().to_vec(), frame.group().to_vec());
    let renamed = Frame::new(columns, target, None, group, frame.time().to_vec()).unwrap();
    let one = fitted(&frame, &forced(1));
    assert!(one.pair("a", "zone").is_some());
    let (one, other) = (
        one.log_odds(frame.columns()).unwrap(),
        fitted(&renamed, &forced(1)).log_odds(renamed.columns()).unwrap(),
    );
    assert!(one.iter().zip(&other).all(|(a, b)| (a - b).abs() < 1e-9));
}

#[test]
fn doubled_weights_are_doubled_rows_in_pairs_too() {
    let frame = crossed(500, 0.8, false, 11);
    let weighted = Frame::new(
        frame.columns().to_vec(),
        frame.target().to_vec(),
        Some(vec![2.0; frame.rows()]),
        frame.group().to_vec(),
        frame.time().to_vec(),
    );
    let rows: Vec<usize> = (0..frame.rows()).chain(0..frame.rows()).collect();
    let options = EbmOptions { min_samples_leaf: 0, min_category_rows: 0, ..forced(1) };
    let heavy = fitted(&weighted.unwrap(), &options);
    let twice = fitted(&frame.take(&rows).unwrap(), &options);
    assert!(!pairs(&heavy).is_empty());
    assert_eq!(heavy.terms, twice.terms);
    assert_eq!(heavy.intercept, twice.intercept);
}

/// Every row is asked at every cut of the feature: no pair of bins, whatever the other features say,
/// goes against its direction.
#[test]
fn a_direction_holds_for_the_sum_of_main_effects_and_pairs() {
    for (feature, direction, way) in [(0, Direction::Rising, 1.0), (1, Direction::Falling, -1.0)] {
        let frame = crossed(900, 0.9, false, 12);
        let mut options = forced(1);
        options.monotone = vec![None; 10];
        options.monotone[feature] = Some(direction);
        let ebm = fitted(&frame, &options);
        let inside = ebm.terms[10..].iter().filter(|it| it.features.contains(&feature));
        assert!(inside.count() > 0, "{:?}", pairs(&ebm));
        let BinKind::Cuts(cuts) = &ebm.bins[feature].kind else { panic!("numbers have cuts") };
        for row in (0..frame.rows()).step_by(7) {
            let mut cells = frame.row(row);
            let mut before = f64::NEG_INFINITY;
            for cut in [f64::MIN].iter().chain(cuts) {
                cells[feature] = Value::Number(*cut);
                let now = way * ebm.explain(&cells).unwrap().log_odds;
                assert!(now >= before - 1e-12, "row {row} at {cut}: {before} then {now}");
                before = now;
            }
        }
    }
}

#[test]
fn a_grid_shows_a_pair_and_a_coarse_one_its_means() {
    let frame = crossed(900, 0.9, true, 13);
    let ebm = fitted(&frame, &EbmOptions { pairs: 6, ..forced(1) });
    let at = |name: &str| (10..ebm.terms.len()).find(|it| ebm.term_name(*it) == name);
    let term = at("a x zone").unwrap();
    let grid = ebm.grid(term).unwrap();
    assert_eq!(grid.right.len(), 5);
    assert_eq!(grid.left.len(), ebm.pair_bins[0].as_ref().unwrap().real());
    assert_eq!(grid.cells.len(), grid.left.len() * grid.right.len());
    assert!(matches!(grid.left[0], Place::Range { low, high } if low < high));
    let width = ebm.pair_len(8);
    let cell = &grid.cells[2 * 5 + 1];
    assert!((cell.score - ebm.terms[term].scores[3 * width + 2]).abs() < 1e-12);
    assert_eq!(cell.weight, ebm.terms[term].weight[3 * width + 2]);
    assert!((cell.low - ebm.band(term, 3 * width + 2).0).abs() < 1e-9);
    let coarse = ebm.coarse_grid(term, 3).unwrap();
    assert_eq!((coarse.left.len(), coarse.right.len()), (3, 3));
    assert!(matches!(&coarse.right[2], Place::Label(it) if it.ends_with("and 1 more")));
    let sum = |grid: &Grid| grid.cells.iter().map(|it| it.weight).sum::<f64>();
    assert_eq!((sum(&grid), sum(&coarse)), (900.0, 900.0));
    let mean = |it: &Grid| it.cells.iter().map(|it| it.weight * it.score).sum::<f64>();
    assert!((mean(&coarse) - mean(&grid)).abs() < 1e-9);
    assert!(coarse.cells.iter().all(|it| it.weight > 150.0 / 3.0 && it.low < it.high));
    assert_eq!(ebm.grid(0), None);
    assert_eq!(ebm.grid(99), None);
}

#[test]
fn the_phases_of_pairs_are_told_and_can_be_stopped() {
    struct Listen(Mutex<Vec<(u64, u64, Step)>>);
    impl Progress for Listen {
        fn step(&self, done: u64, of: u64, what: &Step) -> Flow {
            self.0.lock().unwrap().push((done, of, what.clone()));
            Flow::Continue
        }
    }
    let frame = crossed(600, 0.8, false, 14);
    let listen = Listen(Mutex::new(Vec::new()));
    fit(&frame, &forced(1), &listen).unwrap();
    let heard = listen.0.into_inner().unwrap();
    assert!(heard.iter().all(|it| it.0 <= it.1 && it.1 == 8));
    let found = heard.iter().find_map(|it| match &it.2 {
        Step::Found(pairs) => Some(pairs.len()),
        _ => None,
    });
    assert!(found.unwrap() >= 4);
    let kept = heard.iter().any(|it| matches!(&it.2, Step::Kept(pairs) if pairs.len() == 4));
    let losses =
        |part| heard.iter().any(|it| matches!(it.2, Step::Round { part: of, .. } if of == part));
    assert!(kept && [Part::Mains, Part::Pairs, Part::Refit].into_iter().all(losses));
    let kinds: [fn(&Step) -> bool; 4] = [
        |it| matches!(it, Step::Found(_)),
        |it| matches!(it, Step::Kept(_)),
        |it| matches!(it, Step::Round { part: Part::Pairs, .. }),
        |it| matches!(it, Step::Bag { part: Part::Refit, .. }),
    ];
    for kind in kinds {
        assert_eq!(fit(&frame, &forced(1), &StopAt(kind)), Err(Error::Cancelled));
    }
}
