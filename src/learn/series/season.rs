//! Classical decomposition and the test for a season, shared by the methods of smoothing.
//!
//! Never here: a hole. Callers fill them first.

use crate::math::normal_quantile;

/// How a season joins the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Join {
    /// Added to the level.
    Sum,
    /// Multiplied with the level.
    Product,
}

/// Whether the autocorrelation at lag `season` is more than chance (one-sided 95%), as in the Theta
/// method of Fiorucci et al. 2016. Needs two full seasons of at least four periods.
pub(crate) fn is_seasonal(values: &[f64], season: usize) -> bool {
    let n = values.len();
    if season < 4 || n < 2 * season {
        return false;
    }
    let mean = values.iter().sum::<f64>() / n as f64;
    let centred: Vec<f64> = values.iter().map(|it| it - mean).collect();
    let at = |lag: usize| -> f64 {
        centred.iter().zip(&centred[lag..]).map(|(a, b)| a * b).sum::<f64>()
    };
    let all = at(0);
    if all <= 0.0 {
        return false;
    }
    let below: f64 = (1..season).map(|lag| (at(lag) / all).powi(2)).sum();
    let limit = ((1.0 + 2.0 * below) / n as f64).sqrt();
    (at(season) / all).abs() / limit > normal_quantile(0.95)
}

/// Mean of a whole season around every place; none within half a season of the ends. An even season
/// counts its two outermost periods half.
pub(crate) fn moving_average(values: &[f64], season: usize) -> Vec<Option<f64>> {
    let half = season / 2;
    let edge = if season.is_multiple_of(2) { 0.5 } else { 1.0 };
    (0..values.len())
        .map(|at| {
            let window = values.get(at.checked_sub(half)?..=at + half)?;
            let inner: f64 = window[1..window.len() - 1].iter().sum();
            let ends = edge * (window[0] + window[window.len() - 1]);
            Some((inner + ends) / season as f64)
        })
        .collect()
}

/// The season's pattern: one figure a place in the season, the first for the first value.
///
/// Mean over the cycles of the distance to (or the quotient by) [`moving_average`], then centred on
/// 0 (or 1). Only places with `counts` are used. None when a place has no figure. Needs a season of
/// at least 2.
pub(crate) fn pattern(
    values: &[f64],
    season: usize,
    join: Join,
    counts: impl Fn(usize) -> bool,
) -> Option<Vec<f64>> {
    let mut sums = vec![(0.0, 0.0); season];
    for (at, around) in moving_average(values, season).into_iter().enumerate() {
        let Some(around) = around.filter(|_| counts(at)) else { continue };
        let figure = match join {
            Join::Sum => values[at] - around,
            Join::Product => values[at] / around,
        };
        let (sum, number) = &mut sums[at % season];
        *sum += figure;
        *number += 1.0;
    }
    if sums.iter().any(|it| it.1 == 0.0) {
        return None;
    }
    let means: Vec<f64> = sums.iter().map(|(sum, number)| sum / number).collect();
    let middle = means.iter().sum::<f64>() / season as f64;
    Some(match join {
        Join::Sum => means.iter().map(|it| it - middle).collect(),
        Join::Product => means.iter().map(|it| it / middle).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_on_a_line_is_found_again() {
        let figures = [3.0, -1.0, -4.0, 2.0];
        let values: Vec<f64> =
            (0..24).map(|at| 50.0 + 2.0 * f64::from(at) + figures[at as usize % 4]).collect();
        let found = pattern(&values, 4, Join::Sum, |_| true).expect("six cycles");
        assert!(found.iter().zip(figures).all(|(a, b)| (a - b).abs() < 1e-12), "{found:?}");
        assert!(!is_seasonal(&values[..7], 4), "less than two seasons");
        let flat: Vec<f64> = (0..24).map(|at| figures[at % 4]).collect();
        assert!(is_seasonal(&flat, 4));
        assert!(!is_seasonal(&[5.0; 24], 4));
    }

    #[test]
    fn factors_have_a_mean_of_one() {
        let values: Vec<f64> =
            (0..36).map(|at| (100.0 + f64::from(at)) * [0.8, 1.0, 1.2][at as usize % 3]).collect();
        let found = pattern(&values, 3, Join::Product, |_| true).expect("twelve cycles");
        assert!((found.iter().sum::<f64>() - 3.0).abs() < 1e-12);
        assert!((found[2] - 1.2).abs() < 0.01, "{found:?}");
    }
}
