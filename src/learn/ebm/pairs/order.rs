//! In which order categories lie along the axis of a pair.
//!
//! Never the order of their names: categories are sorted by what the pair's histogram says of them,
//! so that two cuts can part those that lean one way from those that lean the other.

use super::pass::Cell;
use super::search::Size;

/// Slots of both features in the order of a bag's table, for a histogram of gradients and hessians
/// in base order. A feature with an order of its own keeps it.
///
/// Categories are sorted by how their mean gradient differs across the best cut of the other
/// feature; `smoothing` is added to each hessian, so rare categories stay in the middle.
pub(crate) fn learned(
    hist: &[Cell],
    size: Size,
    ordered: [bool; 2],
    smoothing: f64,
) -> [Vec<u8>; 2] {
    let at = |row: usize, col: usize| hist[row * size.width + col];
    let straight = |slots: usize| (0..slots as u8).collect::<Vec<u8>>();
    let mut orders = [straight(size.rows), straight(size.cols)];
    if !ordered[1] {
        let cell = |category: usize, other: usize| at(other, category);
        orders[1] = by_contrast(cell, size.cols, &orders[0], ordered[0], smoothing);
    }
    if !ordered[0] {
        orders[0] = by_contrast(at, size.rows, &orders[1], true, smoothing);
    }
    orders
}

/// `other` lists the slots of the other feature; if they are not in order yet, each one against the
/// rest is a cut.
fn by_contrast(
    cell: impl Fn(usize, usize) -> Cell,
    categories: usize,
    other: &[u8],
    other_ordered: bool,
    smoothing: f64,
) -> Vec<u8> {
    let mut whole = vec![[0.0; 2]; categories];
    for (category, sum) in whole.iter_mut().enumerate() {
        other.iter().for_each(|it| add(sum, cell(category, *it as usize)));
    }
    let mut low = vec![[0.0; 2]; categories];
    let (mut best, mut keys) = (f64::NEG_INFINITY, vec![0.0; categories]);
    for cut in &other[..other.len().saturating_sub(1)] {
        if !other_ordered {
            low.fill([0.0; 2]);
        }
        let mut gain = 0.0;
        for (category, low) in low.iter_mut().enumerate() {
            add(low, cell(category, *cut as usize));
            let high = [whole[category][0] - low[0], whole[category][1] - low[1]];
            let ratio = |it: [f64; 2]| it[0] / (it[1] + smoothing);
            gain += ratio(*low) * low[0] + ratio(high) * high[0];
        }
        if gain > best {
            best = gain;
            let contrast = |(low, whole): (&Cell, &Cell)| {
                let high = [whole[0] - low[0], whole[1] - low[1]];
                low[0] / (low[1] + smoothing) - high[0] / (high[1] + smoothing)
            };
            keys = low.iter().zip(&whole).map(contrast).collect();
        }
    }
    let mut order: Vec<u8> = (0..categories as u8).collect();
    order.sort_by(|a, b| keys[*a as usize].total_cmp(&keys[*b as usize]).then(a.cmp(b)));
    order
}

fn add(sum: &mut Cell, it: Cell) {
    sum[0] += it[0];
    sum[1] += it[1];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn categories_are_sorted_by_their_lean() {
        // Two rows (ordered), four categories: 0 and 2 lean one way, 1 and 3 the other.
        let size = Size::new(2, 4);
        let mut hist = vec![[0.0; 2]; size.cells()];
        for (category, lean) in [3.0, -3.0, 2.0, -4.0].into_iter().enumerate() {
            hist[category] = [lean, 5.0];
            hist[size.width + category] = [-lean, 5.0];
        }
        let [rows, cols] = learned(&hist, size, [true, false], 10.0);
        assert_eq!((rows, cols), (vec![0, 1], vec![3, 1, 2, 0]));
        let [rows, cols] = learned(&hist, size, [true, true], 10.0);
        assert_eq!((rows, cols), (vec![0, 1], vec![0, 1, 2, 3]));
    }
}
