//! Frames and models for the tests of several modules. Never part of the product.

use crate::bins::Bins;
use crate::ebm::pairs::Purifier;
use crate::ebm::table::{Lie, rounded};
use crate::ebm::{Ebm, EbmOptions, Objective, Term, fit, mean_of_bags, standard_errors};
use crate::frame::{Column, Frame};
use crate::math;
use crate::progress::Quiet;
use crate::rng::Rng;

/// Persons by month, `features` numbers rounded to thousandths, the last one with holes, and a trade.
pub(crate) fn people(rows: usize, features: usize, seed: u64) -> Frame {
    let mut rng = Rng::new(seed);
    let mut columns = vec![Vec::new(); features];
    let (mut trade, mut target, mut group, mut time) = (vec![], vec![], vec![], vec![]);
    let mut traits = vec![0.0; features];
    for row in 0..rows {
        if row % 6 == 0 {
            traits.fill_with(|| rng.normal());
        }
        let place = rng.below(4);
        let mut z = -1.5 + [0.0, 0.7, -0.6, 0.2][place];
        for (i, column) in columns.iter_mut().enumerate() {
            let x = ((0.8 * traits[i] + 0.6 * rng.normal()) * 1000.0).round() / 1000.0;
            let absent = i + 1 == features && rng.unit() < 0.1;
            column.push(if absent { f64::NAN } else { x });
            z += if i < 6 { 0.5 * (x * (1.0 + i as f64 / 3.0)).sin() } else { 0.0 };
        }
        trade.push(Some(["drains", "gas", "heat, air", "\"roof\""][place]));
        target.push(f64::from(u8::from(rng.unit() < math::sigmoid(z))));
        group.push((row / 6) as u32);
        time.push((row % 6) as i32);
    }
    let numbers = columns.into_iter().enumerate();
    let mut columns: Vec<Column> =
        numbers.map(|(i, it)| Column::continuous(format!("x{i}"), it)).collect();
    columns.push(Column::nominal("trade", &trade));
    Frame::new(columns, target, None, group, time).unwrap()
}

/// A quick fit of main effects.
pub(crate) fn fitted(frame: &Frame, bags: usize, bins_max: usize) -> Ebm {
    fit(frame, &EbmOptions { bags, bins_max, pairs: 0, ..EbmOptions::new(5, 2) }, &Quiet).unwrap()
}

/// The model with pairs of made-up steps, `bins_max` bins a side, purified over their rows.
pub(crate) fn with_pairs(
    ebm: &Ebm,
    frame: &Frame,
    pairs: &[(usize, usize)],
    bins_max: usize,
) -> Ebm {
    let mut ebm = ebm.clone();
    ebm.objective = Objective::LogLoss;
    let mut rng = Rng::new(9);
    for (a, b) in pairs {
        for at in [*a, *b] {
            let bins = Bins::fit(&frame.columns()[at], |_| 1.0, bins_max).unwrap();
            ebm.pair_bins[at] = Some(bins);
        }
    }
    for (a, b) in pairs {
        let (rows, width) = (ebm.pair_len(*a), ebm.pair_len(*b));
        let mut weight = vec![0.0; rows * width];
        let bin = |at: usize, row: usize| {
            ebm.pair_bins[at].as_ref().unwrap().bin(frame.columns()[at].value(row))
        };
        for row in 0..frame.rows() {
            weight[bin(*a, row) * width + bin(*b, row)] += 1.0;
        }
        let raw: Vec<Vec<f64>> = (0..ebm.bagged_intercept.len())
            .map(|_| steps(&mut rng, rows, width, &weight))
            .collect();
        let exact = mean_of_bags(&raw);
        let ordered = ebm.bins[*a].is_continuous() && ebm.bins[*b].is_continuous();
        let lie = Some(Lie { width, ordered });
        let (scores, bagged) = rounded(&exact, raw, &weight, lie, Objective::LogLoss);
        let sd = standard_errors(&bagged, ebm.band_scale);
        ebm.terms.push(Term { features: vec![*a, *b], scores, sd, weight, bagged });
    }
    ebm
}

/// Two hundred steps of a quarter of the table each, then row and column means taken out.
fn steps(rng: &mut Rng, rows: usize, width: usize, weight: &[f64]) -> Vec<f64> {
    let mut table = vec![0.0; rows * width];
    for _ in 0..200 {
        let (i, j, step) = (1 + rng.below(rows - 2), 1 + rng.below(width - 2), 0.01 * rng.normal());
        let (lower, left) = (rng.unit() < 0.5, rng.unit() < 0.5);
        for (cell, score) in table.iter_mut().enumerate() {
            let inside = (cell / width < i) == lower && (cell % width < j) == left;
            *score += if inside { step } else { 0.0 };
        }
    }
    Purifier::new(weight.to_vec(), width).purify(&mut table);
    table
}
