//! Values as people read them.
//!
//! Never here: HTML, languages other than English.

use super::{Estimate, Figure, Metric, Unit};
use crate::domain::rate::TooFew;

/// A value of a metric with its unit: `34.2%`, `41 min`, `$123`.
pub fn format(metric: &Metric, value: f64) -> String {
    match metric.unit {
        Unit::Percent => format!("{:.1}%", value * 100.0),
        Unit::People | Unit::Positions => grouped(value),
        Unit::PeopleMean => format!("{value:.1}"),
        Unit::Days if grouped(value) == "1" => "1 day".to_owned(),
        Unit::Days => format!("{} days", grouped(value)),
        Unit::Weeks => format!("{value:.1} weeks"),
        Unit::Minutes => format!("{} min", grouped(value)),
        Unit::JobsPerDay => format!("{value:.1} jobs a day"),
        Unit::Nights => format!("{value:.1} nights"),
        Unit::Points => format!("{value:.1} of 5"),
        Unit::Cents if value < 0.0 => format!("-${}", grouped(-value / 100.0)),
        Unit::Cents => format!("${}", grouped(value / 100.0)),
    }
}

/// The interval of a figure in words: `between 22% and 41%`; none for counts and for too few.
pub fn interval(metric: &Metric, figure: &Figure) -> Option<String> {
    let low = figure.low?;
    match figure.high {
        Some(high) => Some(format!("between {} and {}", end(metric, low), end(metric, high))),
        None => Some(format!("at least {}", end(metric, low))),
    }
}

/// What a value without one lacks: `3 of 10 needed`, `6 of 28 days needed`.
pub fn needed(metric: &Metric, few: TooFew) -> String {
    let days = metric.how.estimate == Estimate::YearlyRate && few.need != u64::from(metric.minimum);
    format!("{} of {}{} needed", few.have, few.need, if days { " days" } else { "" })
}

/// One end of an interval: a share in whole percents (tenths below ten), a unit only where it is
/// short.
fn end(metric: &Metric, value: f64) -> String {
    match metric.unit {
        Unit::Percent if value > 0.0 && value < 0.1 => format!("{:.1}%", value * 100.0),
        Unit::Percent => format!("{:.0}%", value * 100.0),
        Unit::JobsPerDay | Unit::Points => format!("{value:.1}"),
        _ => format(metric, value),
    }
}

/// A whole number with commas: `1,234`.
fn grouped(value: f64) -> String {
    let digits = format!("{:.0}", value.abs());
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if value < 0.0 && digits != "0" { format!("-{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::find;

    #[track_caller]
    fn check(id: &str, value: f64, expected: &str) {
        assert_eq!(format(find(id).unwrap(), value), expected);
    }

    #[test]
    fn days_are_said_where_days_lack() {
        let turnover = find("turnover").unwrap();
        assert_eq!(needed(turnover, TooFew { have: 3, need: 10 }), "3 of 10 needed");
        assert_eq!(needed(turnover, TooFew { have: 6, need: 28 }), "6 of 28 days needed");
    }

    #[test]
    fn values_carry_their_unit() {
        check("turnover", 0.3421, "34.2%");
        check("drive_minutes", 41.2, "41 min");
        check("revenue_per_job", 12_345.0, "$123");
        check("revenue_per_job", 123_456_700.0, "$1,234,567");
        check("revenue_per_job", -12_345.0, "-$123");
        check("headcount", 1234.0, "1,234");
        check("average_headcount", 76.04, "76.0");
        check("time_to_fill", 38.5, "38 days");
        check("time_to_accept", 1.0, "1 day");
        check("ramp_weeks", 12.857, "12.9 weeks");
        check("csat", 4.56, "4.6 of 5");
    }
}
