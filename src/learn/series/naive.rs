//! The seasonal naive method: the same period of the last season again.
//!
//! Every other method must beat it. Never here: a fit.

use super::fill::Grid;
use super::past::Past;
use super::path::{Method, Path};
use crate::error::Result;

/// Differences of a season below which those of neighbours help to tell how wide the bounds are.
const FEW: usize = 4;

/// Seasonal naive of a season of so many periods. A season of 0 or 1, or one that the past does not
/// exceed, repeats the last value.
#[derive(Clone, Copy, Debug)]
pub struct Naive(pub usize);

impl Method for Naive {
    fn name(&self) -> &'static str {
        "naive"
    }

    /// Where the last season has a hole the one before answers, and at last the last known value.
    ///
    /// The bounds are those of a random walk of seasons: `sd * sqrt(seasons ahead)`, with `sd` from
    /// the season's own differences (Hyndman and Athanasopoulos, Forecasting, section 5.5). Fewer
    /// than four of these are pooled with the differences of neighbours; a single known value is
    /// given half its size.
    fn forecast(&self, past: &Past, ahead: usize) -> Result<Path> {
        let grid = Grid::holed(past)?;
        let (values, n) = (&grid.values, past.len());
        let season = if n > self.0 { self.0.max(1) } else { 1 };
        let last = values.iter().rev().find(|it| !it.is_nan()).map_or(0.0, |it| *it);
        let known = |at: usize| -> f64 {
            let mut same = (0..=at / season).map(|back| values[at - back * season]);
            same.find(|it| !it.is_nan()).unwrap_or(last)
        };
        let mean = (0..ahead).map(|k| known(n - season + k % season)).collect();
        let sd = scatter(values, season).unwrap_or(last.abs() / 2.0);
        let spread: Vec<f64> = (0..ahead).map(|k| sd * ((k / season + 1) as f64).sqrt()).collect();
        grid.finish(Path::normal(mean, &spread), "the naive method")
    }
}

/// Root mean square of the differences that tell of the spread; none when there is no difference.
fn scatter(values: &[f64], season: usize) -> Option<f64> {
    let apart = |values: &[f64], lag: usize| -> Vec<f64> {
        let pairs = values.iter().zip(values.iter().skip(lag));
        pairs.map(|(before, after)| after - before).filter(|it| !it.is_nan()).collect()
    };
    let mut found = apart(values, season);
    if found.len() < FEW {
        let known: Vec<f64> = values.iter().copied().filter(|it| !it.is_nan()).collect();
        found.extend(apart(&known, 1));
    }
    let square = found.iter().map(|it| it * it).sum::<f64>();
    (!found.is_empty()).then(|| (square / found.len() as f64).sqrt())
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

    #[test]
    fn a_short_past_repeats_its_last_value_with_honest_bounds() {
        let path = |values: &[f64]| {
            let past = Past::new(Step::Month, 0, values.to_vec(), Kind::Real).expect("valid");
            Naive(12).forecast(&past, 2).expect("fits")
        };
        let one = path(&[f64::NAN, 8.0, f64::NAN]);
        assert_eq!(one.mean, vec![8.0, 8.0]);
        assert!((one.levels[2].high[0] - 8.0 - 1.96 * 4.0).abs() < 0.01, "half of the size");
        let five = path(&[5.0, 7.0, 5.0, 7.0, 5.0]);
        assert_eq!(five.mean, vec![5.0, 5.0]);
        assert!((five.levels[1].high[0] - 5.0 - 1.2816 * 2.0).abs() < 0.01);
        let mut year: Vec<f64> = (0..13).map(f64::from).collect();
        year[12] = 0.0;
        assert!(path(&year).levels[1].high[0] > 2.0, "one equal pair is no certainty");
    }
}
