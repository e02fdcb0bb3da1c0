//! Days and months as whole numbers: what the store keeps and what every window is counted in.
//!
//! Ranges are half-open, `[from, to)`. Never here: the clock (see `crate::clock`) and time zones: a
//! day is the office's own calendar day.

use std::fmt;

use jiff::civil::{Date, DateTime};

/// Days of an average month: what turns days into months.
pub const MONTH_DAYS: f64 = 30.4375;

/// Days since 1970-01-01, in the office's own calendar.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i32);

/// Months counted as `year * 12 + month - 1`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(pub i32);

/// A half-open range of days, `from` inside, `to` outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// First day inside.
    pub from: Day,
    /// First day after.
    pub to: Day,
}

const EPOCH: Date = Date::constant(1970, 1, 1);

/// Whole months that are over, as tenure is told everywhere: 3.9 months are 3.
pub fn months_over(months: f64) -> u32 {
    // Months come back from days and from the store: a hair under a whole one is that one.
    (months.max(0.0) + 1e-6).floor() as u32
}

impl Day {
    /// The day of a calendar date; `None` when there is no such date.
    pub fn from_ymd(year: i16, month: i8, day: i8) -> Option<Self> {
        Date::new(year, month, day).ok().map(Self::from_date)
    }

    /// Reads `2026-03-01`, also `03/01/2026` and `3/1/2026` (month first, as US offices write it)
    /// and `20260301`. Anything after a space or `T` is ignored.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = text.split([' ', 'T']).next().unwrap_or(text);
        if let Some((month, rest)) = text.split_once('/') {
            let (day, year) = rest.split_once('/')?;
            return Self::from_ymd(four_digits(year)?, month.parse().ok()?, day.parse().ok()?);
        }
        if text.len() == 8 && text.bytes().all(|it| it.is_ascii_digit()) {
            return Self::from_ymd(
                text[..4].parse().ok()?,
                text[4..6].parse().ok()?,
                text[6..].parse().ok()?,
            );
        }
        let mut parts = text.split('-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        Self::from_ymd(four_digits(year)?, month.parse().ok()?, day.parse().ok()?)
    }

    /// This many days later (earlier when negative); stays within the range of `i32`.
    #[must_use]
    pub fn plus(self, days: i32) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// The month this day lies in.
    pub fn month(self) -> Month {
        let date = self.date();
        Month(i32::from(date.year()) * 12 + i32::from(date.month()) - 1)
    }

    /// 0 is Monday, 6 is Sunday.
    pub fn weekday(self) -> i32 {
        (self.0 + 3).rem_euclid(7)
    }

    /// Saturday or Sunday.
    pub fn is_weekend(self) -> bool {
        self.weekday() >= 5
    }

    /// As people read it here: `Mon 23 Nov`, with the year when it is not `this_year`.
    pub fn words(self, this_year: i16) -> String {
        let date = self.date();
        let names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
        let name = names[self.weekday() as usize];
        let month = self.month().short_name();
        if date.year() == this_year {
            format!("{name} {} {month}", date.day())
        } else {
            format!("{} {month} {}", date.day(), date.year())
        }
    }

    /// The calendar year.
    pub fn year(self) -> i16 {
        self.date().year()
    }

    fn from_date(date: Date) -> Self {
        let span = date.since(EPOCH).map_or(0, |it| it.get_days());
        Self(span)
    }

    fn date(self) -> Date {
        let span = jiff::Span::new().try_days(i64::from(self.0)).unwrap_or_default();
        EPOCH.saturating_add(span)
    }
}

impl fmt::Display for Day {
    /// ISO 8601, `2026-03-01`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.date())
    }
}

impl Month {
    /// The month of a year, 1 to 12; `None` outside.
    pub fn of(year: i16, month: i8) -> Option<Self> {
        (1..=12).contains(&month).then(|| Self(i32::from(year) * 12 + i32::from(month) - 1))
    }

    /// Reads `2026-03`, also a whole date.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Some(day) = Day::parse(text) {
            return Some(day.month());
        }
        let (year, month) = text.split_once('-')?;
        Self::of(four_digits(year)?, month.parse().ok()?)
    }

    /// Its first day; beyond all calendars their first or last day.
    pub fn first_day(self) -> Day {
        let beyond = if self.0 < 0 { Date::MIN } else { Date::MAX };
        i16::try_from(self.0.div_euclid(12))
            .ok()
            .and_then(|year| Day::from_ymd(year, self.0.rem_euclid(12) as i8 + 1, 1))
            .unwrap_or_else(|| Day::from_date(beyond))
    }

    /// This many months later (earlier when negative).
    #[must_use]
    pub fn plus(self, months: i32) -> Self {
        Self(self.0.saturating_add(months))
    }

    /// The days of the month.
    pub fn period(self) -> Period {
        Period { from: self.first_day(), to: self.plus(1).first_day() }
    }

    /// `Jan` to `Dec`.
    pub fn short_name(self) -> &'static str {
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
            [self.0.rem_euclid(12) as usize]
    }

    /// `Nov 2026`.
    pub fn words(self) -> String {
        format!("{} {}", self.short_name(), self.0.div_euclid(12))
    }
}

impl fmt::Display for Month {
    /// `2026-03`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.0.div_euclid(12), self.0.rem_euclid(12) + 1)
    }
}

impl Period {
    /// Days in the range, never negative.
    pub fn days(self) -> i32 {
        (self.to.0 - self.from.0).max(0)
    }
}

/// Reads a wall-clock time as whole minutes since 1970-01-01 00:00 of the office's own clock:
/// `2026-03-01 08:15`, with `T`, with seconds, or US `3/1/2026 8:15 AM`. A bare date is midnight.
pub fn parse_minute(text: &str) -> Option<i64> {
    let text = text.trim();
    let day = Day::parse(text)?;
    let clock = match text.find([' ', 'T']) {
        Some(at) => parse_clock(&text[at + 1..])?,
        None => 0,
    };
    Some(i64::from(day.0) * 1440 + clock)
}

/// Prints whole minutes since 1970 as `2026-03-01 08:15`.
pub fn minute_text(minute: i64) -> String {
    let day = Day(minute.div_euclid(1440) as i32);
    let clock = minute.rem_euclid(1440);
    format!("{day} {:02}:{:02}", clock / 60, clock % 60)
}

/// Prints seconds since 1970 (UTC) as `2026-03-01 08:15`.
pub fn second_text(second: i64) -> String {
    DateTime::constant(1970, 1, 1, 0, 0, 0, 0)
        .saturating_add(jiff::Span::new().try_seconds(second).unwrap_or_default())
        .strftime("%Y-%m-%d %H:%M")
        .to_string()
}

/// The day (UTC) that seconds since 1970 lie in.
pub fn second_day(second: i64) -> Day {
    Day(second.div_euclid(86_400) as i32)
}

fn parse_clock(text: &str) -> Option<i64> {
    let text = text.trim();
    let upper = text.to_ascii_uppercase();
    let (digits, shift) = match (upper.strip_suffix("PM"), upper.strip_suffix("AM")) {
        (Some(rest), _) => (rest.trim().to_owned(), Some(12)),
        (_, Some(rest)) => (rest.trim().to_owned(), Some(0)),
        _ => (upper.trim_end_matches('Z').to_owned(), None),
    };
    let mut parts = digits.split(':');
    let hour: i64 = parts.next()?.parse().ok()?;
    let minute: i64 = parts.next()?.parse().ok()?;
    let hour = match shift {
        Some(add) if (1..=12).contains(&hour) => hour % 12 + add,
        Some(_) => return None,
        None => hour,
    };
    ((0..24).contains(&hour) && (0..60).contains(&minute)).then_some(hour * 60 + minute)
}

fn four_digits(text: &str) -> Option<i16> {
    (text.len() == 4).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(Day::parse(text).map(|it| it.to_string()).as_deref(), expected, "{text}");
    }

    #[test]
    fn days_are_read_as_offices_write_them() {
        check("2026-03-01", Some("2026-03-01"));
        check("3/1/2026", Some("2026-03-01"));
        check("20260301", Some("2026-03-01"));
        check("2026-03-01T08:15:00", Some("2026-03-01"));
        check("2026-02-30", None);
        check("26-02-03", None);
        check("", None);
        check("2026-3-1-4", None);
        check("\u{e9}\u{e9}\u{e9}\u{e9}", None);
    }

    #[test]
    fn months_and_days_agree() {
        for number in (-800..40_000).step_by(7) {
            let day = Day(number);
            let period = day.month().period();
            assert!(period.from <= day && day < period.to);
            assert_eq!(Day::parse(&day.to_string()), Some(day));
        }
        assert_eq!(Month::parse("2026-11").map(Month::words).as_deref(), Some("Nov 2026"));
        assert_eq!(
            Day::from_ymd(2026, 11, 23).map(|it| it.words(2026)).as_deref(),
            Some("Mon 23 Nov")
        );
    }

    #[test]
    fn clocks_are_read() {
        let at = |text| parse_minute(text).map(minute_text);
        assert_eq!(at("2026-03-01 08:15").as_deref(), Some("2026-03-01 08:15"));
        assert_eq!(at("3/1/2026 8:15 PM").as_deref(), Some("2026-03-01 20:15"));
        assert_eq!(at("3/1/2026 12:05 AM").as_deref(), Some("2026-03-01 00:05"));
        assert_eq!(at("2026-03-01 25:15"), None);
        assert_eq!(second_text(0), "1970-01-01 00:00");
    }
}
