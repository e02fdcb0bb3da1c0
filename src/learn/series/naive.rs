//! The seasonal naive method: the same period of the last season again.
//!
//! Every other method must beat it. Never here: a fit.

use super::past::Past;
use super::path::{Method, Path};
use crate::error::{Error, Result};

/// Seasonal naive of a season of `0` periods; a season of 1 repeats the last value.
#[derive(Clone, Copy, Debug)]
pub struct Naive(pub usize);

impl Method for Naive {
    fn name(&self) -> &'static str {
        "naive"
    }

    /// The bounds are those of a random walk of seasons: `sd * sqrt(seasons ahead)`, with `sd` from
    /// the season's own differences (Hyndman and Athanasopoulos, Forecasting, section 5.5).
    fn forecast(&self, past: &Past, ahead: usize) -> Result<Path> {
        let (values, n) = (&past.values, past.len());
        let season = if n > self.0 { self.0.max(1) } else { 1 };
        if n == 0 || values.iter().all(|it| it.is_nan()) {
            return Err(Error::Empty);
        }
        let known = |at: usize| -> f64 {
            let same = (0..=at / season).map(|back| values[at - back * season]);
            let any = (0..n).rev().map(|at| values[at]);
            same.chain(any).find(|it| !it.is_nan()).unwrap_or(0.0)
        };
        let errors: Vec<f64> = (season..n)
            .map(|at| values[at] - values[at - season])
            .filter(|it| !it.is_nan())
            .collect();
        let square = errors.iter().map(|it| it * it).sum::<f64>() / errors.len().max(1) as f64;
        let mean = (0..ahead).map(|k| known(n - season + k % season)).collect();
        let spread: Vec<f64> =
            (0..ahead).map(|k| (square * (k / season + 1) as f64).sqrt()).collect();
        Ok(Path::normal(mean, &spread))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Kind, Step};
    use super::*;

    #[test]
    fn the_last_season_comes_again() {
        let values = vec![1.0, 2.0, 3.0, 4.0, 2.0, f64::NAN, 4.0, 5.0];
        let past = Past::new(Step::Month, 0, values, Kind::Real).expect("valid");
        let path = Naive(4).forecast(&past, 6).expect("fits");
        assert_eq!(path.mean, vec![2.0, 2.0, 4.0, 5.0, 2.0, 2.0]);
        let wider = path.levels[1].high[4] - path.mean[4];
        assert!((wider / (path.levels[1].high[0] - path.mean[0]) - 2f64.sqrt()).abs() < 1e-12);
    }
}
