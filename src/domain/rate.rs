//! How sure a number is: intervals for shares, rates, means, ratios and medians.
//!
//! All intervals are two-sided at 95%. A function returns `None` when its input holds nothing to
//! speak of, never a NaN. Never here: which minimum a metric asks for (that is the dictionary's).

use std::fmt;

use statrs::distribution::{ChiSquared, ContinuousCDF, Gamma, StudentsT};
use statrs::function::gamma::ln_gamma;

/// The 97.5% point of the standard normal.
pub const Z95: f64 = 1.959_963_984_540_054;
/// Probability left out on each side.
const TAIL: f64 = 0.025;

/// An estimate and how far off it may be, with what it rests on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The estimate.
    pub value: f64,
    /// Lower end of the 95% interval.
    pub low: f64,
    /// Upper end of the 95% interval; infinite when the data cannot bound it.
    pub high: f64,
    /// How many observations it rests on.
    pub n: u64,
}

/// Too little data to show a number: an answer, not a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooFew {
    /// Observations there are.
    pub have: u64,
    /// Observations it takes.
    pub need: u64,
}

impl fmt::Display for TooFew {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "too few to say: {} of {} needed", self.have, self.need)
    }
}

/// Sums over independent units (technicians, say) from which a ratio and its spread follow.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RatioSums {
    /// Units.
    pub units: f64,
    /// Sum of numerators.
    pub y: f64,
    /// Sum of denominators.
    pub x: f64,
    /// Sum of squared numerators.
    pub yy: f64,
    /// Sum of products.
    pub xy: f64,
    /// Sum of squared denominators.
    pub xx: f64,
}

/// A share, 0 to 1: Wilson's score interval, which never leaves 0 to 1 (Wilson 1927).
pub fn wilson(hits: u64, n: u64) -> Option<Interval> {
    (n > 0 && hits <= n).then(|| {
        let share = hits as f64 / n as f64;
        let (low, high) = wilson_ends(share, n as f64);
        Interval { value: share, low, high, n }
    })
}

/// Wilson's ends for a share seen in an effective number of people, which need not be whole: an
/// estimate with another variance (Kaplan-Meier) enters as `share * (1 - share) / variance`.
pub fn wilson_ends(share: f64, n: f64) -> (f64, f64) {
    let z2 = Z95 * Z95;
    let middle = (share + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let spread = share * (1.0 - share) / n + z2 / (4.0 * n * n);
    let half = Z95 * spread.max(0.0).sqrt() / (1.0 + z2 / n);
    ((middle - half).max(0.0).min(share), (middle + half).min(1.0).max(share))
}

/// Events per unit of exposure: the exact Poisson interval (Garwood 1936).
pub fn poisson(events: u64, exposure: f64) -> Option<Interval> {
    if !(exposure > 0.0 && exposure.is_finite()) {
        return None;
    }
    let low = if events == 0 { 0.0 } else { gamma_point(events as f64, TAIL)? };
    let high = gamma_point(events as f64 + 1.0, 1.0 - TAIL)?;
    let per = |count: f64| count / exposure;
    Some(Interval { value: per(events as f64), low: per(low), high: per(high), n: events })
}

/// A mean from its count, sum and sum of squares: Student's t interval. Needs two values.
pub fn mean(n: u64, sum: f64, squares: f64) -> Option<Interval> {
    if n < 2 {
        return None;
    }
    let count = n as f64;
    let mean = sum / count;
    let variance = ((squares - sum * mean) / (count - 1.0)).max(0.0);
    let half = t_point(count - 1.0)? * (variance / count).sqrt();
    Some(Interval { value: mean, low: mean - half, high: mean + half, n })
}

/// A ratio of two sums over units: linearised (delta method), Student's t on units less one.
/// Units, not single jobs, are taken as independent, so one busy technician does not make the
/// interval too narrow. Needs two units; never below zero when neither sum is.
pub fn ratio(sums: &RatioSums) -> Option<Interval> {
    let RatioSums { units, y, x, yy, xy, xx } = *sums;
    if units < 2.0 || x <= 0.0 {
        return None;
    }
    let value = y / x;
    let squares = (yy - 2.0 * value * xy + value * value * xx).max(0.0);
    let variance = squares * units / (units - 1.0) / (x * x);
    let half = t_point(units - 1.0)? * variance.sqrt();
    let floor = if y >= 0.0 { 0.0 } else { f64::NEG_INFINITY };
    Some(Interval { value, low: (value - half).max(floor), high: value + half, n: units as u64 })
}

/// A median with the interval between two order statistics, which assumes no distribution. Below
/// six values no pair of them covers 95%: then `None`. Sorts `values`.
pub fn median(values: &mut [f64]) -> Option<Interval> {
    let n = values.len();
    if n < 6 || values.iter().any(|it| !it.is_finite()) {
        return None;
    }
    values.sort_unstable_by(f64::total_cmp);
    let value = f64::midpoint(values[(n - 1) / 2], values[n / 2]);
    let outside = order_below(n);
    Some(Interval { value, low: values[outside], high: values[n - 1 - outside], n: n as u64 })
}

/// A quantile (0 to 1, both excluded) with the interval between two order statistics, which assumes
/// no distribution. The value is the smallest that at least this share does not exceed. An end the
/// values cannot bound is the lowest value or infinite. Sorts `values`.
pub fn quantile(values: &mut [f64], share: f64) -> Option<Interval> {
    let n = values.len();
    let inside = share > 0.0 && share < 1.0;
    if n == 0 || !inside || values.iter().any(|it| !it.is_finite()) {
        return None;
    }
    values.sort_unstable_by(f64::total_cmp);
    let value = values[((n as f64 * share).ceil() as usize).clamp(1, n) - 1];
    // The number of values below the true quantile is binomial.
    let (mut below, mut low, mut high) = (0.0, 0, n);
    for count in 0..=n {
        below += binomial(n, count, share);
        if below <= TAIL {
            low = count;
        }
        if below >= 1.0 - TAIL {
            high = count;
            break;
        }
    }
    let high = values.get(high).copied().unwrap_or(f64::INFINITY);
    Some(Interval { value, low: values[low].min(value), high: high.max(value), n: n as u64 })
}

fn binomial(n: usize, count: usize, share: f64) -> f64 {
    let (n, k) = (n as f64, count as f64);
    let ways = ln_gamma(n + 1.0) - ln_gamma(k + 1.0) - ln_gamma(n - k + 1.0);
    (ways + k * share.ln() + (n - k) * (1.0 - share).ln()).exp()
}

/// How likely shares `(hits, n)` at least as far apart are when all groups are alike: Pearson's
/// chi-squared test. `None` for fewer than two groups, or when one would expect under five of either
/// outcome, where the test does not hold.
pub fn alike(groups: &[(u64, u64)]) -> Option<f64> {
    let (hits, n) = groups.iter().fold((0, 0), |sum, it| (sum.0 + it.0, sum.1 + it.1));
    let share = hits as f64 / n as f64;
    let enough = |n: u64| (n as f64 * share).min(n as f64 * (1.0 - share)) >= 5.0;
    if groups.len() < 2 || n == 0 || groups.iter().any(|it| it.0 > it.1 || !enough(it.1)) {
        return None;
    }
    let part = |it: &(u64, u64)| {
        let (hits, n) = (it.0 as f64, it.1 as f64);
        (hits - n * share).powi(2) / (n * share * (1.0 - share))
    };
    let squares = groups.iter().map(part).sum();
    let curve = ChiSquared::new((groups.len() - 1) as f64).ok()?;
    Some((1.0 - curve.cdf(squares)).clamp(0.0, 1.0))
}

/// The counts that 99 of 100 groups of `n` would show, after `hits` of `seen` in the past, when
/// nothing has changed: the beta-binomial with Jeffreys' prior, whose width also holds what is not
/// known of the past.
pub fn usual_count(hits: u64, seen: u64, n: u64) -> (u64, u64) {
    let (a, b) = (hits as f64 + 0.5, seen.saturating_sub(hits) as f64 + 0.5);
    let beta = |a: f64, b: f64| ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b);
    let chance = |k: u64| {
        let (k, n) = (k as f64, n as f64);
        let ways = ln_gamma(n + 1.0) - ln_gamma(k + 1.0) - ln_gamma(n - k + 1.0);
        (ways + beta(a + k, b + n - k) - beta(a, b)).exp()
    };
    let (mut below, mut low) = (0.0, None);
    for k in 0..=n {
        below += chance(k);
        if low.is_none() && below > 0.005 {
            low = Some(k);
        }
        if below >= 0.995 {
            return (low.unwrap_or(k), k);
        }
    }
    (low.unwrap_or(0), n)
}

/// How many of the smallest values lie below the interval: the most for which a fair coin thrown
/// `n` times shows at most that many heads with a chance of 2.5% or less.
fn order_below(n: usize) -> usize {
    let count = n as f64;
    let whole = ln_gamma(count + 1.0) - count * std::f64::consts::LN_2;
    let mut chance = 0.0;
    for heads in 0..n {
        let k = heads as f64;
        chance += (whole - ln_gamma(k + 1.0) - ln_gamma(count - k + 1.0)).exp();
        if chance > TAIL {
            return heads.saturating_sub(1);
        }
    }
    0
}

fn gamma_point(shape: f64, share: f64) -> Option<f64> {
    let gamma = Gamma::new(shape, 1.0).ok()?;
    Some(gamma.inverse_cdf(share)).filter(|it| it.is_finite())
}

fn t_point(freedom: f64) -> Option<f64> {
    // Beyond this the t is the normal to four digits, and the inversion is slow.
    if freedom > 10_000.0 {
        return Some(Z95);
    }
    let t = StudentsT::new(0.0, 1.0, freedom).ok()?;
    Some(t.inverse_cdf(1.0 - TAIL)).filter(|it| it.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(found: Option<Interval>, value: f64, low: f64, high: f64, within: f64) {
        let found = found.unwrap();
        for (found, wanted) in [(found.value, value), (found.low, low), (found.high, high)] {
            assert!((found - wanted).abs() <= within, "{found} is not {wanted}");
        }
    }

    #[test]
    fn shares_of_the_dictionary() {
        // 30 of 40 first-time fixes: 75%, 60 to 86%.
        check(wilson(30, 40), 0.75, 0.598, 0.858, 5e-4);
        // The matured cohort, 5 of 11: 45%, 21 to 72%.
        check(wilson(5, 11), 0.4545, 0.213, 0.720, 5e-4);
        check(wilson(0, 10), 0.0, 0.0, 0.278, 5e-4);
        check(wilson(10, 10), 1.0, 0.722, 1.0, 5e-4);
        assert_eq!(wilson(0, 0), None);
        assert_eq!(wilson(3, 2), None);
    }

    #[test]
    fn turnover_of_the_dictionary() {
        // 80 to 72 heads with 26 exits: the exact limits of a count of 26 are 16.98 and 38.10.
        check(poisson(26, 76.0), 0.342, 0.2235, 0.5013, 5e-4);
        check(poisson(26, 80.0), 0.325, 0.2123, 0.4762, 5e-4);
        check(poisson(26, 72.0), 0.361, 0.2359, 0.5291, 5e-4);
        check(poisson(0, 1.0), 0.0, 0.0, 3.6889, 5e-4);
        check(poisson(1, 1.0), 1.0, 0.0253, 5.5716, 5e-4);
        check(poisson(1000, 1.0), 1000.0, 938.97, 1063.95, 0.01);
        assert_eq!(poisson(1, 0.0), None);
        assert_eq!(poisson(1, f64::NAN), None);
    }

    #[test]
    fn means_by_t() {
        // 1 to 5: mean 3, deviation 1.5811, t(4) 2.7764.
        check(mean(5, 15.0, 55.0), 3.0, 1.0367, 4.9633, 5e-4);
        check(mean(3, 6.0, 12.0), 2.0, 2.0, 2.0, 1e-9);
        assert_eq!(mean(1, 2.0, 4.0), None);
        check(mean(1_000_000, 0.0, 1e6), 0.0, -0.00196, 0.00196, 1e-5);
    }

    #[test]
    fn ratios_by_units() {
        // Three technicians with 8/2, 10/2, 12/2: residuals -2, 0, 2 about 5 per unit.
        let sums = RatioSums { units: 3.0, y: 30.0, x: 6.0, yy: 308.0, xy: 60.0, xx: 12.0 };
        let half = 4.302_65 * (8.0_f64 * 1.5 / 36.0).sqrt();
        check(ratio(&sums), 5.0, 5.0 - half, 5.0 + half, 5e-4);
        assert_eq!(ratio(&RatioSums::default()), None);
    }

    #[test]
    fn medians_by_order() {
        // Known table: n = 6 takes the extremes, n = 10 the 2nd and 9th, n = 25 the 8th and 18th.
        let numbers = |n: i32| (1..=n).rev().map(f64::from).collect::<Vec<_>>();
        check(median(&mut numbers(6)), 3.5, 1.0, 6.0, 0.0);
        check(median(&mut numbers(10)), 5.5, 2.0, 9.0, 0.0);
        check(median(&mut numbers(25)), 13.0, 8.0, 18.0, 0.0);
        check(median(&mut numbers(5000)), 2500.5, 2431.0, 2570.0, 0.0);
        assert_eq!(median(&mut numbers(5)), None);
    }

    #[test]
    fn quantiles_by_order() {
        let numbers = |n: i32| (1..=n).rev().map(f64::from).collect::<Vec<_>>();
        // Of 17 the binomial (17, 0.8) has 2.1% at or below 9 and 2.25% at 17: 10th and 17th.
        check(quantile(&mut numbers(17), 0.8), 14.0, 10.0, 17.0, 0.0);
        let open = quantile(&mut numbers(16), 0.8).unwrap();
        assert!((open.value - 13.0).abs() < 1e-9 && open.high.is_infinite(), "{open:?}");
        // The median's own interval, where both are exact.
        let (mut a, mut b) = (numbers(25), numbers(25));
        let (middle, half) = (median(&mut a).unwrap(), quantile(&mut b, 0.5).unwrap());
        assert_eq!((middle.value, middle.low, middle.high), (half.value, half.low, half.high));
        assert_eq!(quantile(&mut [], 0.8), None);
        assert_eq!(quantile(&mut [f64::NAN], 0.8), None);
        assert_eq!(quantile(&mut [1.0], 1.0), None);
    }

    #[test]
    fn shares_that_are_alike() {
        // 30 of 40 against 20 of 40: chi-squared 5.333 with one degree of freedom, p 0.0209.
        assert!((alike(&[(30, 40), (20, 40)]).unwrap() - 0.020_92).abs() < 1e-4);
        assert!((alike(&[(10, 20), (15, 30), (20, 40)]).unwrap() - 1.0).abs() < 1e-12);
        assert_eq!(alike(&[(1, 4), (20, 40)]), None);
        assert_eq!(alike(&[(10, 20)]), None);
        assert_eq!(alike(&[(0, 0), (0, 0)]), None);
        assert_eq!(alike(&[(0, 20), (0, 20)]), None);
    }

    #[test]
    fn one_bad_month_is_no_alarm() {
        // Two of ten in the long run: of ten new ones, up to six are nothing out of the ordinary.
        assert_eq!(usual_count(200, 1000, 10), (0, 6));
        // Little is known after ten: the range is wider.
        assert_eq!(usual_count(2, 10, 10), (0, 8));
        assert_eq!(usual_count(0, 0, 0), (0, 0));
        assert_eq!(usual_count(0, 1000, 10), (0, 0));
        assert_eq!(usual_count(1000, 1000, 10), (10, 10));
    }
}
