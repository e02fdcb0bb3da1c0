//! One level with wide bounds: all that fewer than a dozen values allow.
//!
//! Never here: a trend or a season.

use super::past::{Kind, Past};
use super::path::{LEVELS, Level, Method, Path};
use crate::error::{Error, Result};
use crate::math;

/// The last value or the mean, whichever would have missed by less so far.
#[derive(Clone, Copy, Debug)]
pub(super) struct Thin;

impl Method for Thin {
    fn name(&self) -> &'static str {
        "level"
    }

    /// Bounds are those of Student's t with one degree of freedom less than there are values, around
    /// a random walk (last value) or a new draw (mean). The spread is never below a twentieth of
    /// the level, nor for counts below that of a Poisson law; of one value it is half of it.
    fn forecast(&self, past: &Past, ahead: usize) -> Result<Path> {
        let known: Vec<f64> = past.values.iter().copied().filter(|it| !it.is_nan()).collect();
        let n = known.len();
        let last = *known.last().ok_or(Error::Empty)?;
        let mean = known.iter().sum::<f64>() / n as f64;
        let (mut walk, mut flat, mut sum) = (0.0, 0.0, known[0]);
        for at in 1..n {
            walk += (known[at] - known[at - 1]).abs();
            flat += (known[at] - sum / at as f64).abs();
            sum += known[at];
        }
        let moves = walk < flat;
        let level = if moves { last } else { mean };
        let squares: f64 = if moves {
            known.windows(2).map(|it| (it[1] - it[0]) * (it[1] - it[0])).sum()
        } else {
            known.iter().map(|it| (it - mean) * (it - mean)).sum()
        };
        let least = if n == 1 { level.abs() / 2.0 } else { level.abs() / 20.0 };
        let least = if past.kind == Kind::Count { least.max(level.max(1.0).sqrt()) } else { least };
        let spread = (squares / (n.max(2) - 1) as f64).sqrt().max(least);
        let width = |k: usize| {
            spread * if moves { ((k + 1) as f64).sqrt() } else { (1.0 + 1.0 / n as f64).sqrt() }
        };
        let levels = LEVELS.map(|share| {
            let t = math::t_quantile(0.5 + share / 2.0, (n.max(3) - 1) as f64);
            let bound = |sign: f64| (0..ahead).map(|k| level + sign * t * width(k)).collect();
            Level { low: bound(-1.0), high: bound(1.0) }
        });
        Ok(Path { mean: vec![level; ahead], levels, parts: None })
    }
}

#[cfg(test)]
mod tests {
    use super::super::Step;
    use super::*;

    fn of(values: &[f64]) -> Path {
        let past = Past::new(Step::Month, 0, values.to_vec(), Kind::Amount).expect("valid");
        Thin.forecast(&past, 3).expect("known")
    }

    #[test]
    fn a_climb_keeps_its_last_value_and_noise_its_mean() {
        assert_eq!(of(&[1.0, 2.0, 3.0, 4.0, 5.0]).mean, vec![5.0; 3]);
        assert_eq!(of(&[4.0, 6.0, 4.0, 6.0, 5.0]).mean, vec![5.0; 3]);
    }

    #[test]
    fn one_or_equal_values_still_have_width() {
        let (one, equal) = (of(&[40.0]), of(&[40.0; 5]));
        assert!(one.levels[1].high[0] - 40.0 > equal.levels[1].high[0] - 40.0);
        assert!(equal.levels[1].high[0] > 42.0);
        assert!(of(&[10.0, 30.0]).levels[2].high[0] > 60.0);
    }
}
