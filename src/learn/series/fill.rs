//! What every method on a regular grid does before its fit and after it: holes filled, extreme sizes
//! scaled, and nothing but finite, ordered numbers handed on.
//!
//! Never here: a method, or a value invented where most are unknown.

use super::past::{Kind, Past};
use super::path::Path;
use super::season::{Join, pattern};
use crate::error::{Error, Result};

/// A series without holes, in sizes that squares and sums can bear.
pub(crate) struct Grid {
    /// One value a period, finite or a hole.
    pub(crate) values: Vec<f64>,
    /// What to multiply results with: a power of two, so that scaling loses nothing; usually 1.
    pub(crate) scale: f64,
}

impl Grid {
    /// Fills the holes of a series and scales it.
    ///
    /// # Errors
    /// No known value, fewer than `least` known, or more than half unknown.
    pub(crate) fn of(past: &Past, season: usize, least: usize) -> Result<Self> {
        let holed = Self::holed(past)?;
        let known = past.values.iter().filter(|it| !it.is_nan()).count();
        if known < least {
            let why = format!("{known} known {}s, at least {least} are needed", past.step.word());
            return Err(Error::Series { why });
        }
        if 2 * known < past.len() {
            let why = format!("only {known} of {} {}s are known", past.len(), past.step.word());
            return Err(Error::Series { why });
        }
        let floor = past.kind != Kind::Real;
        Ok(Self { values: filled(&holed.values, season, floor), ..holed })
    }

    /// Keeps the holes; scales when the largest value is above 1e12 or below 1e-6.
    ///
    /// # Errors
    /// No known value.
    pub(crate) fn holed(past: &Past) -> Result<Self> {
        if past.values.iter().all(|it| it.is_nan()) {
            return Err(Error::Empty);
        }
        let size = past.values.iter().fold(0.0, |most: f64, it| most.max(it.abs()));
        let scale = if size == 0.0 || (1e-6..=1e12).contains(&size) {
            1.0
        } else {
            libm::ldexp(1.0, libm::ilogb(size).clamp(-1000, 1000))
        };
        Ok(Self { values: past.values.iter().map(|it| it / scale).collect(), scale })
    }

    /// A path in the sizes of the series, when it is made of finite numbers.
    ///
    /// # Errors
    /// A number that is not finite: the fit failed.
    pub(crate) fn finish(&self, mut path: Path, what: &'static str) -> Result<Path> {
        let scale = self.scale;
        for it in path.mean.iter_mut().chain(
            path.levels.iter_mut().flat_map(|level| level.low.iter_mut().chain(&mut level.high)),
        ) {
            *it *= scale;
        }
        for (_, part) in path.parts.iter_mut().flat_map(|it| &mut it.named) {
            for it in part {
                *it *= scale;
            }
        }
        let numbers = path
            .mean
            .iter()
            .chain(path.levels.iter().flat_map(|level| level.low.iter().chain(&level.high)));
        let parts = path.parts.iter().flat_map(|it| it.named.iter().flat_map(|part| &part.1));
        if numbers.chain(parts).all(|it| it.is_finite()) {
            Ok(path)
        } else {
            Err(Error::NotConverged { what })
        }
    }
}

/// Holes filled by straight lines between their neighbours, on the series without its season.
///
/// The season's additive pattern comes from the known values around a moving average; it is left out
/// when there are fewer than two seasons or a place of the season was never seen. Before the first
/// and after the last known value the level stays. With `floor`, nothing filled is below 0.
pub(crate) fn filled(values: &[f64], season: usize, floor: bool) -> Vec<f64> {
    if !values.iter().any(|it| it.is_nan()) {
        return values.to_vec();
    }
    let known = |at: usize| !values[at].is_nan();
    let straight = lines(values);
    let figures = if season > 1 && values.len() >= 2 * season {
        pattern(&straight, season, Join::Sum, known)
    } else {
        None
    };
    let Some(figures) = figures else { return straight };
    let figure = |at: usize| figures[at % season];
    let level: Vec<f64> = (0..values.len()).map(|at| values[at] - figure(at)).collect();
    let level = lines(&level);
    (0..values.len())
        .map(|at| {
            let there = level[at] + figure(at);
            match known(at) {
                true => values[at],
                false if floor => there.max(0.0),
                false => there,
            }
        })
        .collect()
}

/// Straight lines over the holes, level ends; zeros when nothing is known.
fn lines(values: &[f64]) -> Vec<f64> {
    let mut out = values.to_vec();
    let mut before: Option<usize> = None;
    for at in 0..=values.len() {
        if at < values.len() && values[at].is_nan() {
            continue;
        }
        let from = before.map_or(0, |it| it + 1);
        for (hole, it) in out.iter_mut().enumerate().take(at).skip(from) {
            *it = match (before, values.get(at)) {
                (Some(left), Some(right)) => {
                    let share = (hole - left) as f64 / (at - left) as f64;
                    values[left] + share * (right - values[left])
                }
                (Some(left), None) => values[left],
                (None, Some(right)) => *right,
                (None, None) => 0.0,
            };
        }
        before = Some(at);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::Step;
    use super::*;

    const NO: f64 = f64::NAN;

    #[test]
    fn lines_join_neighbours_and_keep_the_ends() {
        assert_eq!(filled(&[NO, 2.0, NO, NO, 8.0, NO], 1, false), [2.0, 2.0, 4.0, 6.0, 8.0, 8.0]);
        assert_eq!(filled(&[NO, NO], 1, false), [0.0, 0.0]);
    }

    #[test]
    fn a_hole_gets_its_season_back() {
        let whole: Vec<f64> =
            (0..20).map(|at| f64::from(at) + [5.0, 0.0, -5.0, 0.0][at as usize % 4]).collect();
        let mut holed = whole.clone();
        holed[9] = NO;
        holed[10] = NO;
        let back = filled(&holed, 4, false);
        assert!((back[10] - whole[10]).abs() < 1.5 && (back[9] - whole[9]).abs() < 1.5, "{back:?}");
        assert!(filled(&[1.0, 0.0, 9.0, NO, 0.0, 9.0, 1.0, 0.0, 9.0], 3, true)[3] >= 0.0);
    }

    #[test]
    fn too_little_is_said_and_extreme_sizes_are_scaled() {
        let past = |values: Vec<f64>| Past::new(Step::Month, 0, values, Kind::Real).expect("valid");
        let refused = Grid::of(&past(vec![1.0, NO, NO]), 12, 1).err().map(|it| it.to_string());
        assert_eq!(refused.as_deref(), Some("no forecast: only 1 of 3 months are known"));
        let refused = Grid::of(&past(vec![1.0, 2.0]), 12, 8).err().map(|it| it.to_string());
        assert_eq!(refused.as_deref(), Some("no forecast: 2 known months, at least 8 are needed"));
        assert_eq!(Grid::of(&past(vec![NO]), 12, 1).err(), Some(Error::Empty));
        let grid = Grid::of(&past(vec![3e300, 1e300]), 12, 1).expect("fits");
        assert!(grid.values[0] < 2.0 && grid.values[0] * grid.scale == 3e300);
    }
}
