//! How far each curve must move so that curves agree where they overlap.
//!
//! Two-way least squares: score(model, bin) = level(bin) + shift(model), weighted by rows. Never
//! moves a curve by more than its overlap with the others can tell: what is common to few rows is
//! held back, as if [`HELD_ROWS`] rows said that there is no shift.

use crate::math;

/// Rows that speak for no shift.
const HELD_ROWS: f64 = 20.0;

/// What to add to the scores of each model. `weight` per model and cell; `per_row` the weight of a
/// row of each model. The shifts have the weighted mean 0 up to what is held back.
pub(super) fn shifts(
    weight: &[Vec<f64>],
    score: &impl Fn(usize, usize) -> f64,
    per_row: &[f64],
) -> Vec<f64> {
    let models = weight.len();
    let cells = weight.first().map_or(0, Vec::len);
    let mut matrix = vec![0.0; models * models];
    let mut right = vec![0.0; models];
    for at in 0..models {
        matrix[at * models + at] = HELD_ROWS * per_row[at];
    }
    for cell in 0..cells {
        let total: f64 = weight.iter().map(|it| it[cell]).sum();
        if total <= 0.0 {
            continue;
        }
        let sum: f64 = (0..models).map(|it| weight[it][cell] * score(it, cell)).sum();
        for a in 0..models {
            right[a] += weight[a][cell] * (sum / total - score(a, cell));
            matrix[a * models + a] += weight[a][cell];
            for b in 0..models {
                matrix[a * models + b] -= weight[a][cell] * weight[b][cell] / total;
            }
        }
    }
    // What is held back makes the matrix positive definite.
    math::solve_positive(&matrix, &right).map_or(vec![0.0; models], |it| it.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_meet_where_they_overlap_and_stay_where_they_do_not() {
        let truth = [0.0, 1.0, 2.0, 3.0];
        let weight = vec![vec![1e6, 1e6, 1e6, 0.0], vec![0.0, 1e6, 1e6, 1e6]];
        let centre = [1.0, 2.0];
        let score = |at: usize, cell: usize| truth[cell] - centre[at];
        let shift = shifts(&weight, &score, &[1.0, 1.0]);
        assert!((shift[1] - shift[0] - 1.0).abs() < 1e-4, "{shift:?}");
        assert!((shift[0] + shift[1]).abs() < 1e-9);
        let apart = vec![vec![1e6, 1e6, 0.0, 0.0], vec![0.0, 0.0, 1e6, 1e6]];
        assert_eq!(shifts(&apart, &score, &[1.0, 1.0]), [0.0, 0.0]);
        let few = vec![vec![1e6, 1e6, 1.0, 0.0], vec![0.0, 0.0, 1e6, 1e6]];
        let shift = shifts(&few, &score, &[1.0, 1.0]);
        assert!((shift[1] - shift[0]).abs() < 0.15, "one row in common says little: {shift:?}");
    }
}
