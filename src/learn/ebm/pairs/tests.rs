//! What needs the inside: purification and cuts against a plain search.

use super::order::learned;
use super::search::{Cross, Limits, Size};
use super::*;
use crate::ebm::Nothing;
use crate::ebm::bags;
use crate::ebm::options::EbmOptions;
use crate::frame::{Column, Frame};
use crate::math;
use crate::progress::Quiet;
use crate::rng::Rng;

fn crossed(rows: usize) -> Frame {
    let mut rng = Rng::new(3);
    let mut columns = vec![Vec::new(); 3];
    let (mut zone, mut target) = (Vec::new(), Vec::new());
    for _ in 0..rows {
        let x = rng.normal();
        // Two features that are nearly one, so that a pair of them is mostly main effects.
        let near = x + 0.2 * rng.normal();
        let other = if rng.unit() < 0.2 { f64::NAN } else { rng.normal() };
        let place = rng.below(6);
        let z = -0.5 + 0.5 * x + if (x > 0.0) == (place < 2) { 0.8 } else { -0.4 };
        columns.iter_mut().zip([x, near, other]).for_each(|(column, x)| column.push(x));
        zone.push(Some(place.to_string()));
        target.push(f64::from(u8::from(rng.unit() < math::sigmoid(z))));
    }
    let names = ["x", "near", "holes"].into_iter().zip(columns);
    let mut columns: Vec<Column> = names.map(|(name, it)| Column::continuous(name, it)).collect();
    columns.push(Column::nominal("zone", &zone));
    Frame::new(columns, target, None, (0..rows as u32).collect(), vec![0; rows]).unwrap()
}

/// Log-odds of every row, straight from the tables.
fn scores(data: &Data, axes: &Axes, pairs: &[Pair], shape: &Shape) -> Vec<f64> {
    let of = |row: usize| {
        let mains = shape.scores.iter().zip(&data.index);
        let mains: f64 = mains.map(|(scores, index)| scores[index[row] as usize]).sum();
        let tables = pairs.iter().zip(&shape.pairs);
        let pairs: f64 = tables.map(|(pair, it)| it[axes.cell(data, *pair, row)]).sum();
        shape.intercept + mains + pairs
    };
    (0..data.rows()).map(of).collect()
}

#[test]
fn purification_changes_no_prediction() {
    let options = EbmOptions { bags: 2, pairs: 6, ..EbmOptions::new(1, 1) };
    let data = Data::new(&crossed(700), &options).unwrap();
    let splits = bags::draw(&data, &options).unwrap();
    let run = Run::new(&data, &options, &splits, &Quiet, &Nothing);
    let mains = run.mains().unwrap();
    let axes = Axes::new(&data, &options);
    let pairs = axes.pairs();
    assert_eq!(pairs.len(), 6);
    let lists = [&pairs[..], &pairs[..]];
    let pure = boost(&run, Part::Pairs, &axes, &lists, &mains).unwrap();
    let mut most = 0.0_f64;
    for bag in 0..2 {
        let terms = Pairs::new(&data, &options, &splits[bag], &mains[bag], &axes, &pairs);
        let task = Task { bag, part: Part::Pairs, smoothing_rounds: 75 };
        let (terms, _) = Boost::new(&options, task, terms).run(&|_| true).unwrap();
        let raw = Shape { pairs: terms.into_tables(&axes, &pairs), ..mains[bag].clone() };
        let (before, after) =
            (scores(&data, &axes, &pairs, &raw), scores(&data, &axes, &pairs, &pure[bag]));
        let moved = |a: &Vec<Vec<f64>>, b: &Vec<Vec<f64>>| {
            let cells = a.iter().flatten().zip(b.iter().flatten());
            cells.fold(0.0_f64, |it, (a, b)| it.max((a - b).abs()))
        };
        most = most.max(moved(&raw.pairs, &pure[bag].pairs));
        for (row, (a, b)) in before.iter().zip(&after).enumerate() {
            assert!((a - b).abs() < 1e-9, "row {row}: {a} {b}");
        }
    }
    assert!(most > 0.01, "there was something to move: {most}");
}

/// Sum of G^2 / H over the leaves that a cross makes, leaves of equal value taken as one.
fn gain(hist: &[[f64; 2]], size: Size, step: &Cross) -> f64 {
    let mut leaves: Vec<(f64, [f64; 2])> = Vec::new();
    for row in 0..size.rows {
        for col in 0..size.cols {
            let side =
                2 * usize::from(row > step.row as usize) + usize::from(col > step.col as usize);
            let (delta, it) = (step.deltas[side], hist[row * size.width + col]);
            match leaves.iter_mut().find(|leaf| leaf.0 == delta) {
                Some(leaf) => leaf.1 = [leaf.1[0] + it[0], leaf.1[1] + it[1]],
                None => leaves.push((delta, it)),
            }
        }
    }
    leaves.iter().map(|(_, it)| it[0] * it[0] / it[1]).sum()
}

/// Whether four quadrants go the ways of rows and columns.
fn keeps([ll, lh, hl, hh]: [f64; 4], [down, along]: [f64; 2]) -> bool {
    let goes = |way: f64, from: f64, to: f64| way * (to - from) >= 0.0;
    goes(down, ll, hl) && goes(down, lh, hh) && goes(along, ll, lh) && goes(along, hl, hh)
}

#[test]
fn the_best_tree_is_the_best_of_all() {
    let options = EbmOptions { learning_rate: 1.0, ..EbmOptions::new(1, 1) };
    let mut rng = Rng::new(5);
    let sizes = [(2, 2), (3, 7), (5, 9), (12, 20), (6, 40)];
    let directions = [[0.0, 0.0], [1.0, 0.0], [0.0, -1.0], [-1.0, 1.0]];
    for ((rows, cols), ways) in sizes.iter().flat_map(|it| directions.map(|way| (*it, way))) {
        let size = Size::new(rows, cols);
        let (mut hist, mut count) = (vec![[0.0; 2]; 4096], vec![0; size.cells()]);
        for cell in 0..rows * cols {
            let at = cell / cols * size.width + cell % cols;
            hist[at] = [rng.normal(), 0.1 + rng.unit()];
            count[at] = rng.below(4) as u32;
        }
        let mut prefix = Prefix::new();
        prefix.fill(&hist, &vec![0.0; 4096], size);
        let limits = Limits::new(&count, size, 4, ways);
        let (found, step) = prefix.best(0, &limits, &options, &mut rng);
        let total =
            (0..size.cells()).fold([0.0; 2], |it, i| [it[0] + hist[i][0], it[1] + hist[i][1]]);
        let parent = total[0] * total[0] / total[1];
        assert!((gain(&hist, size, &step) - parent - found).abs() < 1e-9);
        assert!(keeps(step.deltas, ways), "{step:?} goes against {ways:?}");
        let (mut best, mut cross) = (0.0_f64, f64::NEG_INFINITY);
        for (row, col) in (0..rows - 1).flat_map(|row| (0..cols - 1).map(move |col| (row, col))) {
            let sums = quadrants(&hist, &count, size, row, col);
            let half = |a: usize, b: usize| {
                (sums[a].0 + sums[b].0, sums[a].1 + sums[b].1, sums[a].2 + sums[b].2)
            };
            let of = |it: (f64, f64, u32)| {
                if it.2 >= 4 { it.0 * it.0 / it.1 } else { f64::NEG_INFINITY }
            };
            for (a, b, c, d) in [(0, 1, 2, 3), (2, 3, 0, 1), (0, 2, 1, 3), (1, 3, 0, 2)] {
                let leaf = |it: (f64, f64, u32)| -it.0 / it.1;
                let mut leaves = sums.map(leaf);
                (leaves[c], leaves[d]) = (leaf(half(c, d)), leaf(half(c, d)));
                if keeps(leaves, ways) {
                    best = best.max(of(sums[a]) + of(sums[b]) + of(half(c, d)) - parent);
                }
            }
            cross = cross.max(sums.iter().map(|it| of(*it)).sum::<f64>() - parent);
        }
        assert!((best - found).abs() < 1e-9, "{rows} x {cols}: {best} {found}");
        let strength = prefix.strength(&limits, &options);
        assert!(cross == strength || (cross - strength).abs() < 1e-9, "{cross} {strength}");
    }
}

fn quadrants(
    hist: &[[f64; 2]],
    count: &[u32],
    size: Size,
    row: usize,
    col: usize,
) -> [(f64, f64, u32); 4] {
    let mut sums = [(0.0, 0.0, 0); 4];
    for (i, j) in (0..size.rows).flat_map(|i| (0..size.cols).map(move |j| (i, j))) {
        let it = &mut sums[2 * usize::from(i > row) + usize::from(j > col)];
        let at = i * size.width + j;
        *it = (it.0 + hist[at][0], it.1 + hist[at][1], it.2 + count[at]);
    }
    sums
}

#[test]
fn two_nominal_features_are_ordered_together() {
    let size = Size::new(4, 4);
    let mut hist = vec![[0.0; 2]; size.cells()];
    let (rows, cols) = ([1.0, -1.0, 1.0, -1.0], [-1.0, 1.0, 1.0, -1.0]);
    for (i, a) in rows.iter().enumerate() {
        for (j, b) in cols.iter().enumerate() {
            hist[i * size.width + j] = [3.0 * a * b, 5.0];
        }
    }
    let apart = |order: &[u8], lean: [f64; 4]| {
        lean[order[0] as usize] == lean[order[1] as usize]
            && lean[order[2] as usize] == lean[order[3] as usize]
    };
    let [by_row, by_col] = learned(&hist, size, [false, false], 10.0);
    assert!(apart(&by_row, rows) && apart(&by_col, cols), "{by_row:?} {by_col:?}");
}
