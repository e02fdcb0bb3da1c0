//! The step of a series: days, weeks or months, with their calendar.
//!
//! A period is named by its first day, as days since 1970-01-01. Never here: time zones, today.

use jiff::ToSpan;
use jiff::civil::{Date, date};
use serde::{Deserialize, Serialize};

/// How far apart two neighbouring periods are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Step {
    /// A day.
    Day,
    /// Seven days.
    Week,
    /// A calendar month, named by its first day.
    Month,
}

impl Step {
    /// Periods in the usual season: 7 days, 52 weeks, 12 months.
    pub fn season(self) -> usize {
        match self {
            Self::Day => 7,
            Self::Week => 52,
            Self::Month => 12,
        }
    }

    /// Periods in a year: 365.25, 52.18 or 12.
    pub fn a_year(self) -> f64 {
        match self {
            Self::Day => 365.25,
            Self::Week => 365.25 / 7.0,
            Self::Month => 12.0,
        }
    }

    /// The first day of the period `count` steps after (or before) the one that begins on `day`.
    ///
    /// Months keep the day of the month where it exists, else its last day (31 January, 28
    /// February). Days outside the years -9999 to 9999 stay at the edge.
    pub fn after(self, day: i32, count: i32) -> i32 {
        match self {
            Self::Day => day.saturating_add(count),
            Self::Week => day.saturating_add(count.saturating_mul(7)),
            Self::Month => days(civil(day).saturating_add(i64::from(count).months())),
        }
    }

    /// Its name in words: `day`, `week`, `month`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }
}

/// A day since 1970-01-01 as a date of the proleptic Gregorian calendar.
pub(crate) fn civil(day: i32) -> Date {
    date(1970, 1, 1).saturating_add(i64::from(day).clamp(-4_371_000, 2_932_000).days())
}

/// A date as days since 1970-01-01.
pub(crate) fn days(of: Date) -> i32 {
    date(1970, 1, 1).until(of).map_or(0, |span| span.get_days())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_follow_the_calendar() {
        let january = days(date(2024, 1, 31));
        assert_eq!(civil(Step::Month.after(january, 1)), date(2024, 2, 29));
        assert_eq!(civil(Step::Month.after(january, 13)), date(2025, 2, 28));
        let march = days(date(2026, 3, 1));
        assert_eq!(civil(Step::Month.after(march, -3)), date(2025, 12, 1));
    }

    #[test]
    fn weeks_and_days_are_sevens_and_ones() {
        assert_eq!(Step::Week.after(10, 3), 31);
        assert_eq!(Step::Day.after(10, -11), -1);
        assert_eq!(civil(0), date(1970, 1, 1));
        assert_eq!(days(civil(20_000)), 20_000);
    }
}
