//! Small counts: a rate that ages, with whole bounds that are never below 0.
//!
//! A discounted gamma-Poisson level (West and Harrison 1997, section 10.8; Harvey and Fernandes 1989):
//! what a period taught counts half after 18 months. The next count is negative binomial, widened by
//! how far past counts scattered more than Poisson's law allows.
//!
//! Never here: a trend, a season learned from a dozen exits a year (hand one in), a normal bound.

use super::past::Past;
use super::path::{LEVELS, Level, Method, Path};
use crate::error::{Error, Result};
use crate::math::{exp, ln, normal_quantile};

/// Months after which a period's weight has halved.
const HALF_LIFE: f64 = 18.0;

/// Events that the prior is worth; its rate is that of the whole past.
const PRIOR: f64 = 0.5;

/// Fewest known periods.
const LEAST: usize = 3;

/// Largest count that bounds are summed up to one by one; above it the gamma law takes over.
const SUMMED: f64 = 2000.0;

/// The count model. The default has no exposure and no season.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    /// What could have had an event in each known period, such as the headcount; 0 or more. Empty:
    /// 1 each. May be longer than the past, which then is the past of an earlier day.
    pub exposure: Vec<f64>,
    /// The same for the periods ahead, when the past is the whole of `exposure`. Where it ends, and
    /// for the past of an earlier day, the last known exposure goes on.
    pub ahead: Vec<f64>,
    /// Factors of a season on the rate, above 0, the first for the past's first period; they repeat.
    /// Empty: none.
    pub season: Vec<f64>,
}

impl Method for Counts {
    fn name(&self) -> &'static str {
        "counts"
    }

    /// The middle is the expected count. Bounds are quantiles, the lower never above the whole number
    /// below the middle, the upper never below the whole number above it.
    ///
    /// # Errors
    /// Fewer than three known periods, a value that is no whole number from 0, exposures that are too
    /// few, negative or all 0, factors that are not above 0.
    fn forecast(&self, past: &Past, ahead: usize) -> Result<Path> {
        self.check(past)?;
        let rate = Rate::of(past, |at| self.exposed(past, at))?;
        let mut mean = Vec::with_capacity(ahead);
        let mut levels: [Level; 3] = Default::default();
        for k in 0..ahead {
            let exposed = self.exposed(past, past.len() + k);
            let (expected, variance) = rate.next(exposed, k + 1);
            if !expected.is_finite() || !variance.is_finite() {
                return Err(Error::NotConverged { what: "the count model" });
            }
            mean.push(expected);
            for (place, (low, high)) in bounds(expected, variance).into_iter().enumerate() {
                levels[place].low.push(low.min(expected.floor()));
                levels[place].high.push(high.max(expected.ceil()));
            }
        }
        Ok(Path { mean, levels, parts: None })
    }
}

impl Counts {
    /// Refuses what is no count, and exposures and factors out of their range.
    fn check(&self, past: &Past) -> Result<()> {
        let known = past.values.iter().filter(|it| !it.is_nan()).count();
        if known == 0 {
            return Err(Error::Empty);
        }
        if known < LEAST {
            let why = format!("{known} known {}s, at least {LEAST} are needed", past.step.word());
            return Err(Error::Series { why });
        }
        let whole = |it: &f64| it.is_nan() || (*it >= 0.0 && it.fract() == 0.0);
        if let Some(row) = past.values.iter().position(|it| !whole(it)) {
            let why = format!("row {row} is no count: {}", past.values[row]);
            return Err(Error::Series { why });
        }
        if !self.exposure.is_empty() && self.exposure.len() < past.len() {
            let (have, need) = (self.exposure.len(), past.len());
            return Err(Error::Length { what: "exposure".to_owned(), have, need });
        }
        let bad = |it: &f64| !it.is_finite() || *it < 0.0;
        if let Some(row) = self.exposure.iter().chain(&self.ahead).position(bad) {
            return Err(Error::Value { what: "exposure", row });
        }
        if let Some(row) = self.season.iter().position(|it| bad(it) || *it == 0.0) {
            return Err(Error::Value { what: "factor of the season", row });
        }
        Ok(())
    }

    /// Exposure times the season's factor at a place of the past or after it.
    fn exposed(&self, past: &Past, at: usize) -> f64 {
        let factor = if self.season.is_empty() { 1.0 } else { self.season[at % self.season.len()] };
        let n = past.len();
        let exposure = if self.exposure.is_empty() {
            1.0
        } else if at < n {
            self.exposure[at]
        } else {
            let last = self.exposure[n - 1];
            match self.ahead.get(at - n).or(self.ahead.last()) {
                Some(ahead) if n == self.exposure.len() => *ahead,
                _ => last,
            }
        };
        exposure * factor
    }
}

/// What the past says of events by exposure: a gamma law, before the prior is added.
struct Rate {
    /// Discounted events.
    events: f64,
    /// Discounted exposure.
    exposure: f64,
    /// Exposure that the prior is worth.
    prior: f64,
    /// What a step leaves of the weight.
    keeps: f64,
    /// Variance over Poisson's, at least 1.
    scatter: f64,
}

impl Rate {
    /// Walks through the past, forecasting each known period before it is taken in.
    fn of(past: &Past, exposed: impl Fn(usize) -> f64) -> Result<Self> {
        let known =
            || past.values.iter().enumerate().filter(|it| !it.1.is_nan()).map(|it| (it.0, *it.1));
        let total: f64 = known().map(|it| it.1).sum();
        let whole: f64 = known().map(|it| exposed(it.0)).sum();
        if whole <= 0.0 {
            return Err(Error::Series { why: "the exposure is 0 in every period".to_owned() });
        }
        let keeps = exp(-ln(2.0) * 12.0 / (HALF_LIFE * past.step.a_year()));
        let prior = PRIOR * whole / (total + PRIOR);
        let mut rate = Self { events: 0.0, exposure: 0.0, prior, keeps, scatter: 1.0 };
        let (mut sum, mut number) = (0.0, 0.0);
        for (at, value) in past.values.iter().enumerate() {
            let (expected, variance) = rate.next(exposed(at), 1);
            rate.events *= keeps;
            rate.exposure *= keeps;
            if value.is_nan() {
                continue;
            }
            if variance > 0.0 {
                sum += (value - expected) * (value - expected) / variance;
                number += 1.0;
            }
            rate.events += value;
            rate.exposure += exposed(at);
        }
        rate.scatter = if number > 1.0 { (sum / (number - 1.0)).max(1.0) } else { 1.0 };
        Ok(rate)
    }

    /// Mean and variance of the count `steps` ahead: the weight of the past shrinks until then.
    fn next(&self, exposed: f64, steps: usize) -> (f64, f64) {
        let keeps = libm::pow(self.keeps, steps as f64);
        let shape = PRIOR + self.events * keeps;
        let mean = exposed * shape / (self.prior + self.exposure * keeps);
        (mean, self.scatter * mean + mean * mean / shape)
    }
}

/// Bounds of every level for a negative binomial count of a mean and a larger variance: the smallest
/// counts whose distribution function reaches `(1 - level) / 2` and `(1 + level) / 2`.
///
/// Summed exactly while mean plus eight standard deviations stay below 2,000; above, quantiles of the
/// gamma law with the same moments (Wilson and Hilferty 1931), rounded outward.
fn bounds(mean: f64, variance: f64) -> [(f64, f64); 3] {
    if mean <= 0.0 {
        return [(0.0, 0.0); 3];
    }
    if mean + 8.0 * variance.sqrt() > SUMMED {
        let shape = mean * mean / variance;
        let at = |p: f64| {
            let root = 1.0 - 1.0 / (9.0 * shape) + normal_quantile(p) / (3.0 * shape.sqrt());
            mean * root.max(0.0) * root.max(0.0) * root.max(0.0)
        };
        return LEVELS.map(|it| (at(0.5 - it / 2.0).floor(), at(0.5 + it / 2.0).ceil()));
    }
    let size = mean * mean / (variance - mean);
    let odds = mean / (size + mean);
    let mut log = -size * libm::log1p(mean / size);
    let mut below = exp(log);
    let mut count = 0.0;
    let mut at = |p: f64| {
        while below < p && count < 2.0 * SUMMED {
            log += ln((count + size) / (count + 1.0) * odds);
            count += 1.0;
            below += exp(log);
        }
        count
    };
    let mut out = [(0.0, 0.0); 3];
    for place in [2, 1, 0] {
        out[place].0 = at(0.5 - LEVELS[place] / 2.0);
    }
    for place in [0, 1, 2] {
        out[place].1 = at(0.5 + LEVELS[place] / 2.0);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::{Kind, Step};
    use super::*;

    fn monthly(values: &[f64]) -> Past {
        Past::new(Step::Month, 0, values.to_vec(), Kind::Count).expect("valid")
    }

    /// By hand: d = 0.5^(1/18) = 0.962224, d^2 = 0.925875. Events 2 d^2 + 0 d + 4 = 5.851750,
    /// exposure d^2 + d + 1 = 2.888099. The prior is 0.5 events over 0.5 / (6.5 / 3) = 0.230769
    /// months. A month later: (0.5 + 5.630693) / (0.230769 + 2.778998) = 2.036933.
    #[test]
    fn three_months_by_hand() {
        let path = Counts::default().forecast(&monthly(&[2.0, 0.0, 4.0]), 1).expect("fits");
        assert!((path.mean[0] - 2.036_933).abs() < 1e-5, "{}", path.mean[0]);
    }

    /// Mean 2, variance 4 is size 2, odds 1/2: probabilities (k + 1) / 2^(k + 2), so the sums are
    /// 0.25, 0.5, 0.6875, 0.8125, 0.890625, 0.9375, 0.96484, 0.98047.
    #[test]
    fn quantiles_of_a_known_law() {
        assert_eq!(bounds(2.0, 4.0), [(0.0, 3.0), (0.0, 5.0), (0.0, 7.0)]);
        assert_eq!(bounds(0.0, 0.0), [(0.0, 0.0); 3]);
    }

    #[test]
    fn the_two_ways_to_bounds_meet() {
        let (mean, sd) = (900.0, 137.0_f64);
        let summed = bounds(mean, sd * sd);
        let gamma = bounds(mean + 10.0, (sd + 1.0) * (sd + 1.0));
        for (a, b) in summed.iter().zip(gamma) {
            assert!((a.0 - b.0).abs() < 14.0 && (a.1 - b.1).abs() < 14.0, "{summed:?} {gamma:?}");
        }
    }

    #[test]
    fn bounds_are_whole_hold_the_middle_and_grow() {
        let values: Vec<f64> = (0..48).map(|at| f64::from(at * 7 % 4)).collect();
        let path = Counts::default().forecast(&monthly(&values), 12).expect("fits");
        for level in &path.levels {
            for k in 0..12 {
                let (low, high) = (level.low[k], level.high[k]);
                assert!(low.fract() == 0.0 && high.fract() == 0.0 && low >= 0.0);
                assert!(low <= path.mean[k] && path.mean[k] <= high);
            }
        }
        let never = Counts::default().forecast(&monthly(&[0.0; 30]), 3).expect("fits");
        assert!(never.mean[0] < 0.05 && never.levels[2].high[0] == 1.0, "{never:?}");
    }

    #[test]
    fn twice_the_exposure_is_twice_the_count() {
        let values = [1.0, 2.0, 0.0, 3.0, 1.0, 2.0];
        let counts = Counts { exposure: vec![50.0; 6], ahead: vec![50.0, 100.0], season: vec![] };
        let path = counts.forecast(&monthly(&values), 3).expect("fits");
        assert!((path.mean[1] / path.mean[0] - 2.0).abs() < 0.01, "{:?}", path.mean);
        assert_eq!(path.mean[2].round(), path.mean[1].round(), "the last one goes on");
        let earlier = counts.forecast(&monthly(&values[..5]), 2).expect("fits");
        assert!((earlier.mean[1] - earlier.mean[0]).abs() < 0.1, "no look at later exposure");
    }

    #[test]
    fn a_season_from_outside_is_used() {
        let values: Vec<f64> = (0..24).map(|at| f64::from(at % 2 * 4)).collect();
        let counts = Counts { season: vec![0.1, 1.9], ..Counts::default() };
        let path = counts.forecast(&monthly(&values), 2).expect("fits");
        assert!(path.mean[1] > 15.0 * path.mean[0]);
    }

    #[test]
    fn what_is_no_count_is_refused_with_its_row() {
        let refused = |values: &[f64], counts: Counts| {
            let past = Past::new(Step::Month, 0, values.to_vec(), Kind::Real).expect("valid");
            counts.forecast(&past, 1).expect_err("refused").to_string()
        };
        let plain = Counts::default();
        assert_eq!(refused(&[1.0, 2.5, 1.0], plain.clone()), "no forecast: row 1 is no count: 2.5");
        assert_eq!(refused(&[1.0, 1.0, -1.0], plain.clone()), "no forecast: row 2 is no count: -1");
        assert!(refused(&[1.0, 1.0], plain).contains("at least 3"));
        let none = Counts { exposure: vec![0.0; 3], ..Counts::default() };
        assert!(refused(&[0.0; 3], none).contains("exposure is 0"));
        let few = Counts { exposure: vec![9.0; 2], ..Counts::default() };
        assert_eq!(refused(&[0.0; 3], few), "exposure has 2 entries, 3 needed");
    }
}
