//! A rough, robust picture of a series: running medians for the level, medians by phase for the season.
//!
//! It finds level shifts and odd periods. Never here: a forecast; the methods fit their
//! own levels and seasons.

use super::past::Past;
use crate::math;

/// Level and season of every period, on logarithms where the series multiplies.
pub(super) struct Rough {
    /// Running median of the values without their season.
    level: Vec<f64>,
    /// What the phase of the season adds; 0 where no season can be told.
    season: Vec<f64>,
    /// Whether level and season are those of logarithms.
    log: bool,
}

impl Rough {
    /// The picture of a series with at least one known value.
    pub(super) fn of(past: &Past) -> Self {
        let n = past.len();
        let season = if n >= 2 * past.step.season() { past.step.season() } else { 1 };
        let plain = running(&past.values, season.max(5) | 1);
        // A series whose level grows by half has swings that grow with it, more often than not.
        let (low, high) = ends(&plain);
        let log = past.values.iter().all(|it| it.is_nan() || *it > 0.0) && high > 1.5 * low;
        let values: Vec<f64> =
            past.values.iter().map(|it| if log { math::ln(*it) } else { *it }).collect();
        let mut level = running(&values, season.max(5) | 1);
        let mut phases = vec![0.0; season];
        if season > 1 {
            for _ in 0..2 {
                phases = by_phase(&values, &level, season);
                let rest: Vec<f64> =
                    values.iter().enumerate().map(|(at, it)| it - phases[at % season]).collect();
                level = running(&rest, season | 1);
            }
        }
        Self { level, season: (0..n).map(|at| phases[at % season]).collect(), log }
    }

    /// What the picture expects of a period, in units of the series.
    pub(super) fn expected(&self, at: usize) -> f64 {
        self.back(self.level[at] + self.season[at])
    }

    /// The values without their season, on the scale of the picture; a hole is at its level.
    pub(super) fn without_season(&self, values: &[f64]) -> Vec<f64> {
        (0..values.len())
            .map(|at| {
                if values[at].is_nan() {
                    self.level[at]
                } else {
                    self.on(values[at]) - self.season[at]
                }
            })
            .collect()
    }

    /// A value's distance from what was expected, on the scale of the picture; NaN in a hole.
    pub(super) fn residual(&self, at: usize, value: f64) -> f64 {
        self.on(value) - self.level[at] - self.season[at]
    }

    /// From the scale of the picture to that of the series.
    pub(super) fn back(&self, value: f64) -> f64 {
        if self.log { math::exp(value) } else { value }
    }

    /// From the scale of the series to that of the picture.
    fn on(&self, value: f64) -> f64 {
        if self.log { math::ln(value) } else { value }
    }
}

/// The middle of known values; NaN of none. The values are put in order.
pub(super) fn median(values: &mut [f64]) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    match values.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => values[n / 2],
        n => f64::midpoint(values[n / 2 - 1], values[n / 2]),
    }
}

/// Spread of values around their median: 1.4826 times the median distance, a normal law's standard
/// deviation (Hampel 1974).
pub(super) fn spread(values: &[f64]) -> f64 {
    let mut known: Vec<f64> = values.iter().copied().filter(|it| !it.is_nan()).collect();
    let middle = median(&mut known);
    let mut off: Vec<f64> = known.iter().map(|it| (it - middle).abs()).collect();
    1.4826 * median(&mut off)
}

/// Medians of `width` (odd) values around each; towards the ends the level goes on with the slope of
/// the nearest half window.
fn running(values: &[f64], width: usize) -> Vec<f64> {
    let (n, half) = (values.len(), width / 2);
    let around = |at: usize| {
        let (from, to) = (at.saturating_sub(half), (at + half + 1).min(n));
        let mut window: Vec<f64> =
            values[from..to].iter().copied().filter(|it| !it.is_nan()).collect();
        median(&mut window)
    };
    let mut level: Vec<f64> = (0..n).map(around).collect();
    let first = level.iter().copied().find(|it| !it.is_nan()).unwrap_or(0.0);
    let mut last = first;
    for it in &mut level {
        if it.is_nan() {
            *it = last;
        }
        last = *it;
    }
    if half > 0 && n > 4 * half {
        let slope = |a: usize, b: usize| (level[b] - level[a]) / (b - a) as f64;
        let (left, right) = (slope(half, 2 * half), slope(n - 1 - 2 * half, n - 1 - half));
        for k in 1..=half {
            level[half - k] = level[half] - left * k as f64;
            level[n - 1 - half + k] = level[n - 1 - half] + right * k as f64;
        }
    }
    level
}

/// Median distance from the level of each phase, centred on 0.
fn by_phase(values: &[f64], level: &[f64], season: usize) -> Vec<f64> {
    let mut phases: Vec<f64> = (0..season)
        .map(|phase| {
            let mut off: Vec<f64> = (phase..values.len())
                .step_by(season)
                .map(|at| values[at] - level[at])
                .filter(|it| !it.is_nan())
                .collect();
            let middle = median(&mut off);
            if middle.is_nan() { 0.0 } else { middle }
        })
        .collect();
    let mean = phases.iter().sum::<f64>() / season as f64;
    for it in &mut phases {
        *it -= mean;
    }
    phases
}

/// Least and greatest of known values.
fn ends(values: &[f64]) -> (f64, f64) {
    values
        .iter()
        .filter(|it| !it.is_nan())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), it| (a.min(*it), b.max(*it)))
}

#[cfg(test)]
mod tests {
    use super::super::{Kind, Step};
    use super::*;

    #[test]
    fn a_season_on_a_slope_is_found_and_a_hole_expects_it() {
        let shape = [0.0, 5.0, 10.0, 5.0, 0.0, -5.0, -10.0, -5.0, 0.0, 2.0, -2.0, 0.0];
        let truth = |at: usize| 100.0 + 0.1 * at as f64 + shape[at % 12];
        let mut values: Vec<f64> = (0..72).map(truth).collect();
        values[40] = f64::NAN;
        let past = Past::new(Step::Month, 0, values, Kind::Real).expect("valid");
        let rough = Rough::of(&past);
        assert!((rough.expected(40) - truth(40)).abs() < 1.0);
        assert!((rough.expected(71) - truth(71)).abs() < 1.0);
        assert!(rough.residual(40, past.values[40]).is_nan());
    }

    #[test]
    fn medians_and_spreads_by_hand() {
        assert_eq!(median(&mut [3.0, 1.0, 2.0, 10.0]), 2.5);
        assert!((spread(&[1.0, 2.0, 3.0, f64::NAN, 100.0]) - 1.4826).abs() < 1e-12);
        assert!(median(&mut []).is_nan());
    }
}
