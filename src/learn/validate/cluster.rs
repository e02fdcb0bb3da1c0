//! The bootstrap by person: draw persons with replacement, measure again, read the percentiles.
//!
//! Never draws rows: rows of one person share their luck.

use super::measure::Estimate;
use crate::rng::Rng;

/// Level of the intervals.
const LEVEL: f64 = 0.95;

/// Percentile intervals of several measures at once. `measures` maps how often each person was drawn
/// to values; a value that is NaN in a draw (one class only) leaves that draw out of its interval.
pub(crate) fn intervals<const N: usize>(
    persons: usize,
    draws: usize,
    seed: u64,
    measures: impl Fn(&[f64]) -> [f64; N],
) -> [Estimate; N] {
    let whole = measures(&vec![1.0; persons]);
    let seeds = Rng::new(seed);
    let mut drawn: [Vec<f64>; N] = std::array::from_fn(|_| Vec::with_capacity(draws));
    let mut times = vec![0.0; persons];
    for draw in 0..draws {
        let mut rng = seeds.fork(draw as u64);
        times.fill(0.0);
        (0..persons).for_each(|_| times[rng.below(persons)] += 1.0);
        for (all, value) in drawn.iter_mut().zip(measures(&times)) {
            all.extend(value.is_finite().then_some(value));
        }
    }
    std::array::from_fn(|i| {
        drawn[i].sort_unstable_by(f64::total_cmp);
        let low = percentile(&drawn[i], (1.0 - LEVEL) / 2.0);
        let high = percentile(&drawn[i], f64::midpoint(1.0, LEVEL));
        Estimate { value: whole[i], low, high }
    })
}

/// Percentile by linear interpolation; NaN without values.
fn percentile(sorted: &[f64], share: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let place = share * last as f64;
    let below = place as usize;
    let above = (below + 1).min(last);
    sorted[below] + (place - below as f64) * (sorted[above] - sorted[below])
}
