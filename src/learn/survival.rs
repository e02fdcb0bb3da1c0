//! How long until an event: Kaplan-Meier curves and the log-rank test.
//!
//! Subjects may enter late (left truncation: hired before the records begin) and leave without an
//! event (right censoring). Never models covariates, never reads a calendar: times are durations in
//! any one unit.

use crate::error::{Error, Result};
use crate::math;

/// One subject: at risk in `(entry, exit]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Subject {
    /// Duration at which it came under observation; 0 if watched from the start.
    pub entry: f64,
    /// Duration at which observation ended; above `entry`.
    pub exit: f64,
    /// Whether it ended with the event; otherwise it is censored.
    pub event: bool,
}

/// The curve at one event time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Duration.
    pub time: f64,
    /// Subjects at risk just before.
    pub at_risk: usize,
    /// Events at this time.
    pub events: usize,
    /// Probability of surviving beyond this time.
    pub survival: f64,
    /// Lower end of the 95 % interval.
    pub low: f64,
    /// Upper end of the 95 % interval.
    pub high: f64,
}

/// A value with its 95 % interval; `None` where the curve does not reach it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Median {
    /// First time at which survival is at most one half.
    pub time: Option<f64>,
    /// First time at which the lower band is at most one half.
    pub low: Option<f64>,
    /// First time at which the upper band is at most one half.
    pub high: Option<f64>,
}

/// Mean duration up to a limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RestrictedMean {
    /// Area under the curve from 0 to the limit.
    pub mean: f64,
    /// Its standard error.
    pub sd: f64,
}

/// A Kaplan-Meier curve.
#[derive(Clone, Debug, PartialEq)]
pub struct KaplanMeier {
    points: Vec<Point>,
    subjects: Vec<Subject>,
}

impl KaplanMeier {
    /// Product-limit estimate (Kaplan and Meier 1958) with Greenwood's variance on the scale of
    /// log(-log S) (Kalbfleisch and Prentice), so bands stay within 0 and 1.
    ///
    /// With late entry the first risk sets can be tiny, and one event in them sends the curve to 0:
    /// see `at_risk`. Errors: [`Error::Empty`], [`Error::Value`] for a time that is not finite,
    /// negative, or an exit not above its entry.
    pub fn fit(subjects: &[Subject]) -> Result<Self> {
        check(subjects)?;
        let (mut points, mut survival, mut greenwood, mut high) = (Vec::new(), 1.0, 0.0, 1.0);
        for (time, events) in event_times(subjects) {
            let at_risk = at_risk(subjects, time);
            let (n, d) = (at_risk as f64, events as f64);
            survival *= 1.0 - d / n;
            greenwood += d / (n * (n - d));
            let mut low = 0.0;
            if survival > 0.0 {
                (low, high) = log_log(survival, greenwood);
            }
            points.push(Point { time, at_risk, events, survival, low, high });
        }
        Ok(Self { points, subjects: subjects.to_vec() })
    }

    /// The curve at its event times, ascending; empty without events.
    pub fn points(&self) -> &[Point] {
        &self.points
    }

    /// The curve at any time: the last point at or before it; survival 1 before the first.
    pub fn at(&self, time: f64) -> Point {
        let place = self.points.partition_point(|it| it.time <= time);
        let start = Point { time, at_risk: 0, events: 0, survival: 1.0, low: 1.0, high: 1.0 };
        let before = place.checked_sub(1).map_or(start, |i| self.points[i]);
        Point { time, at_risk: self.at_risk(time), ..before }
    }

    /// Subjects under observation at a time: entered before it, not gone before it.
    pub fn at_risk(&self, time: f64) -> usize {
        if time <= 0.0 {
            return self.subjects.iter().filter(|it| it.entry <= 0.0).count();
        }
        at_risk(&self.subjects, time)
    }

    /// The median duration with its interval (Brookmeyer and Crowley).
    pub fn median(&self) -> Median {
        let first = |value: fn(&Point) -> f64| {
            // The tolerance keeps a product such as 0.5000000000000001 from missing one half.
            self.points.iter().find(|it| value(it) <= 0.5 + 1e-12).map(|it| it.time)
        };
        Median { time: first(|it| it.survival), low: first(|it| it.low), high: first(|it| it.high) }
    }

    /// Mean duration up to `limit`, with Greenwood-type variance (Klein and Moeschberger 4.5).
    /// Past the last observation the curve is carried on flat.
    pub fn restricted_mean(&self, limit: f64) -> Result<RestrictedMean> {
        if !(limit > 0.0 && limit.is_finite()) {
            return Err(Error::Option { name: "limit", must: "above 0 and finite" });
        }
        let inside: Vec<&Point> = self.points.iter().take_while(|it| it.time < limit).collect();
        // From the right: area beyond each event time.
        let (mut area, mut variance, mut end) = (0.0, 0.0, limit);
        for point in inside.iter().rev() {
            area += point.survival * (end - point.time);
            let (n, d) = (point.at_risk as f64, point.events as f64);
            if n > d {
                variance += area * area * d / (n * (n - d));
            }
            end = point.time;
        }
        Ok(RestrictedMean { mean: area + end, sd: libm::sqrt(variance) })
    }
}

/// Result of a log-rank test.
#[derive(Clone, Debug, PartialEq)]
pub struct LogRank {
    /// Chi-square statistic.
    pub statistic: f64,
    /// Degrees of freedom: groups less one.
    pub degrees: usize,
    /// P value.
    pub p: f64,
    /// Events per group.
    pub observed: Vec<f64>,
    /// Events expected per group if all had the same hazard.
    pub expected: Vec<f64>,
}

/// Log-rank test (Mantel 1966, hypergeometric variance) that k groups share one hazard.
///
/// Errors: as [`KaplanMeier::fit`] per group; [`Error::TooFewGroups`] below two groups;
/// [`Error::NotConverged`] if the groups are never at risk together, so nothing can be compared.
pub fn log_rank(groups: &[Vec<Subject>]) -> Result<LogRank> {
    if groups.len() < 2 {
        return Err(Error::TooFewGroups { have: groups.len(), need: 2 });
    }
    groups.iter().try_for_each(|it| check(it))?;
    let (k, all) = (groups.len(), groups.concat());
    let (mut observed, mut expected) = (vec![0.0; k], vec![0.0; k]);
    let free = k - 1;
    let mut covariance = vec![0.0; free * free];
    for (time, events) in event_times(&all) {
        let at: Vec<f64> = groups.iter().map(|it| at_risk(it, time) as f64).collect();
        let (n, d) = (at.iter().sum::<f64>(), events as f64);
        for (group, it) in groups.iter().enumerate() {
            observed[group] += it.iter().filter(|it| it.event && it.exit == time).count() as f64;
            expected[group] += d * at[group] / n;
        }
        if n > 1.0 {
            let factor = d * (n - d) / (n - 1.0) / (n * n);
            for i in 0..free {
                for j in 0..free {
                    let own = if i == j { n * at[i] } else { 0.0 };
                    covariance[i * free + j] += factor * (own - at[i] * at[j]);
                }
            }
        }
    }
    let gap: Vec<f64> = (0..free).map(|i| observed[i] - expected[i]).collect();
    let (solved, _) = math::solve_positive(&covariance, &gap)
        .ok_or(Error::NotConverged { what: "log-rank test" })?;
    let statistic: f64 = gap.iter().zip(&solved).map(|(a, b)| a * b).sum();
    let p = math::chi_square_p(statistic, free as f64);
    Ok(LogRank { statistic, degrees: free, p, observed, expected })
}

fn check(subjects: &[Subject]) -> Result<()> {
    if subjects.is_empty() {
        return Err(Error::Empty);
    }
    let bad = |it: &Subject| {
        !it.entry.is_finite() || !it.exit.is_finite() || it.entry < 0.0 || it.exit <= it.entry
    };
    match subjects.iter().position(bad) {
        Some(row) => Err(Error::Value { what: "entry or exit time", row }),
        None => Ok(()),
    }
}

/// Distinct event times, ascending, with the number of events at each.
fn event_times(subjects: &[Subject]) -> Vec<(f64, usize)> {
    let mut times: Vec<f64> = subjects.iter().filter(|it| it.event).map(|it| it.exit).collect();
    times.sort_unstable_by(f64::total_cmp);
    let mut counted: Vec<(f64, usize)> = Vec::new();
    for time in times {
        match counted.last_mut() {
            Some(last) if last.0 == time => last.1 += 1,
            _ => counted.push((time, 1)),
        }
    }
    counted
}

fn at_risk(subjects: &[Subject], time: f64) -> usize {
    subjects.iter().filter(|it| it.entry < time && time <= it.exit).count()
}

fn log_log(survival: f64, greenwood: f64) -> (f64, f64) {
    if survival >= 1.0 {
        return (1.0, 1.0);
    }
    let log = math::ln(survival);
    let half = math::normal_quantile(0.975) * libm::sqrt(greenwood) / log.abs();
    (math::exp(log * math::exp(half)), math::exp(log * math::exp(-half)))
}

#[cfg(test)]
mod tests;
