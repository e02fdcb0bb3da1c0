//! Paths of demand that keep the bands of a forecast in every week and tie its weeks together.
//!
//! A week's value is the forecast's quantile of a standard normal score. Scores are partly one
//! lasting deviation (an autoregression that starts when the forecast does) and partly the week's
//! own, so each week keeps its band and neighbours go the same way.
//!
//! Never here: how the forecast was made.

use crate::rng::Rng;

/// Standard normal scores of the bounds of 50, 80 and 95%.
const SCORES: [f64; 3] = [0.674_489_750_196_081_7, 1.281_551_565_544_600_5, 1.959_963_984_540_054];

/// One period of a forecast: the middle, then the bounds of 50, 80 and 95%, each from low to high.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bands {
    /// The middle.
    pub mid: f64,
    /// Bounds, narrowest first.
    pub bounds: [(f64, f64); 3],
}

impl Bands {
    /// A value known for certain.
    pub fn certain(value: f64) -> Self {
        Self { mid: value, bounds: [(value, value); 3] }
    }

    /// The quantile of a standard normal score: straight between the bounds, and past the widest as
    /// steep as before it; never below 0.
    pub fn value(&self, score: f64) -> f64 {
        let side = |it: &(f64, f64)| if score < 0.0 { it.0 } else { it.1 };
        let (mut from, mut value) = (0.0, self.mid);
        let mut slope = 0.0;
        for (to, bound) in SCORES.iter().zip(&self.bounds) {
            slope = (side(bound) - value) / (to - from);
            if score.abs() <= *to {
                break;
            }
            (from, value) = (*to, side(bound));
        }
        (value + slope * (score.abs() - from)).max(0.0)
    }
}

/// How deviations from a forecast last.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sway {
    /// Share of the variance that lasts, 0 to 1; the rest is each week's own.
    pub lasting: f64,
    /// How much of a lasting deviation is left a week later, 0 to below 1.
    pub kept: f64,
}

/// What is assumed when a series is too short to tell: most of it lasts for about a quarter.
const USUAL: Sway = Sway { lasting: 0.7, kept: 0.92 };

/// Lags of the autocorrelation that are looked at, in weeks.
const LAGS: usize = 12;

impl Sway {
    /// From the autocorrelation of a weekly series' differences over `season` periods (over its
    /// mean when it is shorter than a season and a half): least squares of
    /// `lasting * kept^lag` over lags 1 to 12, weighted towards the usual as far as the series is short.
    pub fn of(values: &[f64], season: usize) -> Self {
        let away = away(values, season);
        let n = away.len();
        if n < 2 * LAGS {
            return USUAL;
        }
        let square: f64 = away.iter().map(|it| it * it).sum();
        if square <= 0.0 {
            return USUAL;
        }
        let together = |lag: usize| {
            let sum: f64 = away.iter().zip(&away[lag..]).map(|(a, b)| a * b).sum();
            // A sample's own mean pulls every correlation down by about 1 / n.
            sum / square * n as f64 / (n - lag) as f64
        };
        let seen: Vec<f64> = (1..=LAGS).map(together).collect();
        let mut best = (f64::INFINITY, USUAL);
        for a in 0..=10 {
            for b in 0..=12 {
                let it = Self { lasting: f64::from(a) * 0.1, kept: 0.5 + f64::from(b) * 0.04 };
                let lack = it.lack(&seen);
                if lack < best.0 {
                    best = (lack, it);
                }
            }
        }
        let trust = n as f64 / (n as f64 + 26.0);
        let mix = |own: f64, usual: f64| trust * own + (1.0 - trust) * usual;
        Self { lasting: mix(best.1.lasting, USUAL.lasting), kept: mix(best.1.kept, USUAL.kept) }
    }

    fn lack(&self, seen: &[f64]) -> f64 {
        let mut expected = self.lasting;
        let mut sum = 0.0;
        for it in seen {
            expected *= self.kept;
            sum += (it - expected) * (it - expected);
        }
        sum
    }

    /// Writes one path of scores, each standard normal by itself.
    pub fn scores(&self, rng: &mut Rng, path: &mut [f64]) {
        let (weight, own) = (libm::sqrt(self.lasting), libm::sqrt(1.0 - self.lasting));
        let (mut level, mut spread) = (0.0, 0.0);
        for it in path {
            level = self.kept * level + rng.normal();
            spread = self.kept * self.kept * spread + 1.0;
            *it = weight * level / libm::sqrt(spread) + own * rng.normal();
        }
    }
}

/// Deviations: from the same period a season ago, or from the mean; periods not known are left out.
fn away(values: &[f64], season: usize) -> Vec<f64> {
    let differences: Vec<f64> = if values.len() >= season + season / 2 {
        values.iter().zip(&values[season..]).map(|(a, b)| b - a).collect()
    } else {
        values.to_vec()
    };
    let known = differences.iter().filter(|it| it.is_finite()).count();
    let mean = differences.iter().filter(|it| it.is_finite()).sum::<f64>() / known.max(1) as f64;
    differences.into_iter().filter(|it| it.is_finite()).map(|it| it - mean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bands() -> Bands {
        Bands { mid: 100.0, bounds: [(95.0, 110.0), (90.0, 125.0), (80.0, 140.0)] }
    }

    #[test]
    fn scores_of_the_bounds_give_the_bounds() {
        let it = bands();
        assert_eq!(it.value(0.0), 100.0);
        for (score, (low, high)) in SCORES.iter().zip(it.bounds) {
            assert!((it.value(-score) - low).abs() < 1e-9);
            assert!((it.value(*score) - high).abs() < 1e-9);
        }
        assert!(it.value(3.0) > 140.0 && it.value(-30.0) == 0.0);
        assert_eq!(Bands::certain(7.0).value(2.5), 7.0);
    }

    #[test]
    fn paths_keep_their_bands_and_their_ties() {
        let sway = Sway { lasting: 0.8, kept: 0.9 };
        let (mut rng, mut path) = (Rng::new(4), vec![0.0; 26]);
        let (mut inside, mut square, mut near, mut far) = ([0.0; 26], 0.0, 0.0, 0.0);
        let draws = 8000;
        for _ in 0..draws {
            sway.scores(&mut rng, &mut path);
            for (count, score) in inside.iter_mut().zip(&path) {
                let value = bands().value(*score);
                *count += f64::from(u8::from((90.0..=125.0).contains(&value)));
            }
            square += path[20] * path[20];
            near += path[20] * path[21];
            far += path[5] * path[25];
        }
        let n = f64::from(draws);
        assert!(inside.iter().all(|it| (it / n - 0.8).abs() < 0.02), "{inside:?}");
        assert!((square / n - 1.0).abs() < 0.05);
        assert!((near / n - 0.72).abs() < 0.05, "{}", near / n);
        assert!(far / n < 0.2, "{}", far / n);
    }

    #[test]
    fn a_series_tells_how_its_deviations_last() {
        let mut rng = Rng::new(9);
        let (mut level, mut values) = (0.0, Vec::new());
        for _ in 0..600 {
            level = 0.9 * level + rng.normal();
            values.push(100.0 + level);
        }
        let lasting = Sway::of(&values, 52);
        assert!(lasting.kept > 0.8 && lasting.lasting > 0.75, "{lasting:?}");
        let own: Vec<f64> = (0..600).map(|_| rng.normal()).collect();
        let sway = Sway::of(&own, 52);
        assert!(sway.lasting < 0.3, "{sway:?}");
        assert_eq!(Sway::of(&own[..10], 52), USUAL);
        assert_eq!(Sway::of(&[5.0; 200], 52), USUAL);
    }
}
