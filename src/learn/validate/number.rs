//! How far predicted numbers are from the true ones.
//!
//! Never here: probabilities, a number that is not finite.

use crate::error::{Error, Result};

/// Measures of predicted numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Misses {
    /// Root of the mean squared difference, in units of the target.
    pub rmse: f64,
    /// Mean absolute difference, in units of the target.
    pub mae: f64,
    /// Share of the variance of these targets that is explained: 1 less the sum of squared
    /// differences over that to the mean of these targets. Below 0 where that mean does better.
    pub r2: f64,
}

impl Misses {
    /// Measures. [`Error::Length`] for lists of different length, [`Error::Value`] for a number that
    /// is not finite, [`Error::OneClass`] for targets that are all equal, or fewer than two.
    pub fn new(target: &[f64], predicted: &[f64]) -> Result<Self> {
        if target.len() != predicted.len() {
            let (have, need) = (predicted.len(), target.len());
            return Err(Error::Length { what: "predictions".to_owned(), have, need });
        }
        for (what, numbers) in [("target", target), ("prediction", predicted)] {
            if let Some(row) = numbers.iter().position(|it| !it.is_finite()) {
                return Err(Error::Value { what, row });
            }
        }
        if target.windows(2).all(|it| it[0] == it[1]) {
            return Err(Error::OneClass);
        }
        let rows = target.len() as f64;
        let mean = target.iter().sum::<f64>() / rows;
        let (mut squares, mut sizes, mut spread) = (0.0, 0.0, 0.0);
        for (y, p) in target.iter().zip(predicted) {
            squares += (p - y) * (p - y);
            sizes += (p - y).abs();
            spread += (y - mean) * (y - mean);
        }
        let rmse = libm::sqrt(squares / rows);
        Ok(Self { rmse, mae: sizes / rows, r2: 1.0 - squares / spread })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misses_are_those_of_the_formulas() {
        let it = Misses::new(&[1.0, 2.0, 3.0, 6.0], &[1.0, 3.0, 3.0, 3.0]).unwrap();
        assert!((it.rmse - libm::sqrt(2.5)).abs() < 1e-15);
        assert!((it.mae - 1.0).abs() < 1e-15 && (it.r2 - (1.0 - 10.0 / 14.0)).abs() < 1e-15);
        assert_eq!(Misses::new(&[2.0, 4.0], &[3.0, 3.0]).unwrap().r2, 0.0);
        assert_eq!(Misses::new(&[2.0, 2.0], &[3.0, 3.0]), Err(Error::OneClass));
        assert!(Misses::new(&[], &[]).is_err() && Misses::new(&[1.0, 2.0], &[1.0]).is_err());
        assert!(Misses::new(&[1.0, 2.0], &[1.0, f64::NAN]).is_err());
    }
}
