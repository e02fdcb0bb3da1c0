//! What a pair says of its two features alone is moved to their main effects.
//!
//! The functional ANOVA decomposition with the weights of the training rows (Lengerich et al. 2020):
//! afterwards the weighted mean of the pair is 0 over each row and each column. Found by solving
//! the normal equations, not by sweeping rows and columns in turn: those need thousands of rounds
//! when two features are nearly one. Never changes a prediction.

/// Ridge of the normal equations, relative to the weight: picks the smallest of equal solutions
/// where rows and columns cannot be told apart. Rounds of refinement take its trace away.
const RIDGE: f64 = 1e-9;
const ROUNDS: usize = 60;

/// The weights of a pair's cells, ready to purify many tables.
#[derive(Debug)]
pub(crate) struct Purifier {
    rows: usize,
    cols: usize,
    weight: Vec<f64>,
    row_weight: Vec<f64>,
    col_weight: Vec<f64>,
    /// Cholesky factor of the equations of the columns, lower triangle, row by row.
    factor: Vec<f64>,
}

/// What is moved to the main effects, per bin of the left and of the right feature.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Moved {
    pub(crate) left: Vec<f64>,
    pub(crate) right: Vec<f64>,
}

impl Purifier {
    /// `weight` has `cols` cells per row of the table, not all of them 0.
    pub(crate) fn new(weight: Vec<f64>, cols: usize) -> Self {
        let rows = weight.len() / cols;
        let line = |row: usize| &weight[row * cols..(row + 1) * cols];
        let row_weight: Vec<f64> = (0..rows).map(|row| line(row).iter().sum()).collect();
        let mut col_weight = vec![0.0; cols];
        (0..rows).for_each(|row| col_weight.iter_mut().zip(line(row)).for_each(|(s, w)| *s += w));
        // D_col - W' D_row^-1 W: what is left of the columns when the rows are solved for.
        let mut matrix = vec![0.0; cols * cols];
        for row in (0..rows).filter(|it| row_weight[*it] > 0.0) {
            let line = line(row);
            for (i, a) in line.iter().enumerate().filter(|it| *it.1 > 0.0) {
                let share = a / row_weight[row];
                let out = &mut matrix[i * cols..=i * cols + i];
                out.iter_mut().zip(line).for_each(|(m, b)| *m -= share * b);
            }
        }
        let total: f64 = col_weight.iter().sum();
        for (i, weight) in col_weight.iter().enumerate() {
            // A column without rows is left alone.
            matrix[i * cols + i] += if *weight > 0.0 { weight + RIDGE * total } else { 1.0 };
        }
        factorise(&mut matrix, cols);
        Self { rows, cols, weight, row_weight, col_weight, factor: matrix }
    }

    /// Makes a table pure and returns what was taken from it. Cells of a row or column without any
    /// weight become 0: there the pair knows nothing.
    pub(crate) fn purify(&self, table: &mut [f64]) -> Moved {
        let mut moved = Moved { left: vec![0.0; self.rows], right: vec![0.0; self.cols] };
        let size = table.iter().fold(0.0_f64, |it, score| it.max(score.abs()));
        for _ in 0..ROUNDS {
            let [left, right] = self.means(table);
            if left.iter().chain(&right).all(|it| it.abs() <= 1e-13 * size) {
                break;
            }
            let step = self.solve(&left, &right);
            for (line, left) in table.chunks_exact_mut(self.cols).zip(&step.left) {
                line.iter_mut().zip(&step.right).for_each(|(cell, right)| *cell -= left + right);
            }
            add(&mut moved.left, &step.left);
            add(&mut moved.right, &step.right);
        }
        for (row, line) in table.chunks_exact_mut(self.cols).enumerate() {
            for (cell, weight) in line.iter_mut().zip(&self.col_weight) {
                if self.row_weight[row] <= 0.0 || *weight <= 0.0 {
                    *cell = 0.0;
                }
            }
        }
        moved
    }

    /// Weighted mean over each row and over each column.
    fn means(&self, table: &[f64]) -> [Vec<f64>; 2] {
        let (mut left, mut right) = (vec![0.0; self.rows], vec![0.0; self.cols]);
        let lines = table.chunks_exact(self.cols).zip(self.weight.chunks_exact(self.cols));
        for ((line, weight), left) in lines.zip(&mut left) {
            for ((cell, weight), right) in line.iter().zip(weight).zip(&mut right) {
                *left += cell * weight;
                *right += cell * weight;
            }
        }
        divide(&mut left, &self.row_weight);
        divide(&mut right, &self.col_weight);
        [left, right]
    }

    /// The additive part of a table with these means.
    fn solve(&self, left: &[f64], right: &[f64]) -> Moved {
        let mut right: Vec<f64> = right.iter().zip(&self.col_weight).map(|(m, w)| m * w).collect();
        for (line, left) in self.weight.chunks_exact(self.cols).zip(left) {
            right.iter_mut().zip(line).for_each(|(sum, w)| *sum -= w * left);
        }
        substitute(&self.factor, self.cols, &mut right);
        let mut out = Vec::with_capacity(self.rows);
        for ((line, left), all) in
            self.weight.chunks_exact(self.cols).zip(left).zip(&self.row_weight)
        {
            let shares: f64 = line.iter().zip(&right).map(|(w, r)| w * r).sum();
            out.push(if *all > 0.0 { left - shares / all } else { 0.0 });
        }
        Moved { left: out, right }
    }
}

fn add(sums: &mut [f64], values: &[f64]) {
    sums.iter_mut().zip(values).for_each(|(sum, it)| *sum += it);
}

fn divide(sums: &mut [f64], weight: &[f64]) {
    for (sum, weight) in sums.iter_mut().zip(weight) {
        *sum = if *weight > 0.0 { *sum / weight } else { 0.0 };
    }
}

/// Cholesky's factor of a positive definite matrix in place, lower triangle.
fn factorise(matrix: &mut [f64], n: usize) {
    for i in 0..n {
        for j in 0..=i {
            let (a, b) = (&matrix[i * n..i * n + j], &matrix[j * n..j * n + j]);
            let dot: f64 = a.iter().zip(b).map(|(x, y)| x * y).sum();
            let rest = matrix[i * n + j] - dot;
            matrix[i * n + j] = if i == j {
                libm::sqrt(rest.max(f64::MIN_POSITIVE))
            } else {
                rest / matrix[j * n + j]
            };
        }
    }
}

/// Solves L L' x = b in place.
fn substitute(factor: &[f64], n: usize, x: &mut [f64]) {
    for i in 0..n {
        let dot: f64 = factor[i * n..i * n + i].iter().zip(&*x).map(|(l, v)| l * v).sum();
        x[i] = (x[i] - dot) / factor[i * n + i];
    }
    for i in (0..n).rev() {
        let dot: f64 = (i + 1..n).map(|j| factor[j * n + i] * x[j]).sum();
        x[i] = (x[i] - dot) / factor[i * n + i];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    fn check(weight: &[f64], cols: usize, seed: u64) {
        let mut rng = Rng::new(seed);
        let purifier = Purifier::new(weight.to_vec(), cols);
        let before: Vec<f64> = weight.iter().map(|_| rng.normal()).collect();
        let mut table = before.clone();
        let moved = purifier.purify(&mut table);
        let [left, right] = purifier.means(&table);
        let most = left.iter().chain(&right).fold(0.0_f64, |it, m| it.max(m.abs()));
        assert!(most < 1e-10, "a mean of {most}");
        for (cell, weight) in weight.iter().enumerate().filter(|it| *it.1 > 0.0) {
            let sum = table[cell] + moved.left[cell / cols] + moved.right[cell % cols];
            assert!((sum - before[cell]).abs() < 1e-10, "weight {weight}");
        }
        let largest = moved.left.iter().chain(&moved.right).fold(0.0_f64, |it, m| it.max(m.abs()));
        assert!(largest < 100.0, "moved {largest}");
    }

    #[test]
    fn rows_and_columns_have_mean_zero_and_nothing_is_lost() {
        let mut rng = Rng::new(1);
        let dense: Vec<f64> = (0..30).map(|_| rng.unit()).collect();
        check(&dense, 5, 2);
        // Two features that are nearly one, with cells and bins that nobody occupies.
        let mut narrow = vec![0.0; 32 * 32];
        for i in 1..31_usize {
            (i.saturating_sub(1).max(1)..(i + 2).min(31)).for_each(|j| narrow[i * 32 + j] = 1.0);
            narrow[i * 32 + i] = 50.0;
        }
        check(&narrow, 32, 3);
        // Two features that are one: nothing of the pair is left.
        let diagonal: Vec<f64> = (0..36).map(|i| f64::from(u8::from(i % 7 == 0))).collect();
        check(&diagonal, 6, 4);
    }

    #[test]
    fn an_additive_table_is_moved_whole() {
        let weight = vec![1.0, 2.0, 3.0, 1.0, 5.0, 1.0];
        let mut table = vec![1.0, 2.0, 4.0, 2.0, 3.0, 5.0];
        Purifier::new(weight, 3).purify(&mut table);
        assert!(table.iter().all(|it| it.abs() < 1e-12), "{table:?}");
    }
}
