//! Holidays of the United States, by rule, with the days around them that people feel.
//!
//! Rules are right for the years [`YEARS`]; outside them there are none. Never here: files, other
//! countries (they come as a file), what a holiday does to a series.

use std::ops::RangeInclusive;

use super::calendar::{Day, Month};

/// Years for which the rules below are the law: from 1990, Juneteenth from 2021. They were last
/// compared with the calendar of the law on 2026-11-25; later years hold as long as the law does.
pub const YEARS: RangeInclusive<i16> = 1990..=2035;

/// A holiday in one year.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Occasion {
    /// Its day.
    pub day: Day,
    /// Its name; the same every year.
    pub name: String,
    /// Days around it that count too, each with an effect of its own: from this one, 0 or below.
    pub lower: i32,
    /// To this one, 0 or above.
    pub upper: i32,
}

/// When a holiday is.
#[derive(Clone, Copy, Debug)]
enum When {
    /// A month and day; on a Saturday it is observed the day before, on a Sunday the day after.
    Fixed(i8, i8),
    /// A month, a weekday (0 is Monday) and which of them, from 1.
    Nth(i8, i32, i32),
    /// The last of a weekday in a month.
    Last(i8, i32),
}

struct Rule {
    name: &'static str,
    when: When,
    from: i16,
    lower: i32,
    upper: i32,
}

const fn rule(name: &'static str, when: When, lower: i32, upper: i32) -> Rule {
    Rule { name, when, from: *YEARS.start(), lower, upper }
}

/// The federal holidays (5 U.S.C. 6103), as Python's `holidays` names them. Windows are trade's use.
const US: [Rule; 11] = [
    rule("New Year's Day", When::Fixed(1, 1), -1, 0),
    rule("Martin Luther King Jr. Day", When::Nth(1, 0, 3), 0, 0),
    rule("Washington's Birthday", When::Nth(2, 0, 3), 0, 0),
    rule("Memorial Day", When::Last(5, 0), 0, 0),
    Rule { from: 2021, ..rule("Juneteenth National Independence Day", When::Fixed(6, 19), 0, 0) },
    rule("Independence Day", When::Fixed(7, 4), 0, 0),
    rule("Labor Day", When::Nth(9, 0, 1), 0, 0),
    rule("Columbus Day", When::Nth(10, 0, 2), 0, 0),
    rule("Veterans Day", When::Fixed(11, 11), 0, 0),
    rule("Thanksgiving Day", When::Nth(11, 3, 4), 0, 1),
    rule("Christmas Day", When::Fixed(12, 25), -1, 1),
];

/// Holidays of the United States from one day to another, both inside, oldest first. A holiday on a
/// weekend comes twice: on its day, and as `… (observed)` on the Friday before or the Monday after.
pub fn us(from: Day, to: Day) -> Vec<Occasion> {
    // A year more on either side: what is observed may lie in the year before.
    let first = from.year().saturating_sub(1).max(*YEARS.start());
    let last = to.year().saturating_add(1).min(*YEARS.end());
    let mut found = Vec::new();
    for year in first..=last {
        for rule in US.iter().filter(|it| it.from <= year) {
            rule.in_year(year, &mut found);
        }
    }
    found.retain(|it| from <= it.day && it.day <= to);
    found.sort();
    found
}

impl Rule {
    fn in_year(&self, year: i16, found: &mut Vec<Occasion>) {
        let Some(day) = self.when.day(year) else { return };
        let name = self.name.to_owned();
        found.push(Occasion { day, name, lower: self.lower, upper: self.upper });
        let away = match (self.when, day.weekday()) {
            (When::Fixed(..), 5) => -1,
            (When::Fixed(..), 6) => 1,
            _ => return,
        };
        let name = format!("{} (observed)", self.name);
        found.push(Occasion { day: day.plus(away), name, lower: 0, upper: 0 });
    }
}

impl When {
    fn day(self, year: i16) -> Option<Day> {
        match self {
            Self::Fixed(month, day) => Day::from_ymd(year, month, day),
            Self::Nth(month, weekday, which) => {
                let first = Day::from_ymd(year, month, 1)?;
                let wait = (weekday - first.weekday()).rem_euclid(7);
                Some(first.plus(wait + 7 * (which - 1)))
            }
            Self::Last(month, weekday) => {
                let last = Month::of(year, month)?.plus(1).first_day().plus(-1);
                Some(last.plus(-(last.weekday() - weekday).rem_euclid(7)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made by `tests/peer/us_holidays.py` with Python's package `holidays`.
    const GOLDEN: &str = include_str!("../../tests/peer/us_holidays.csv");

    #[test]
    fn all_years_are_those_of_the_golden_list() {
        let day = |text: &str| Day::parse(text).unwrap();
        let ours: Vec<String> = us(day("1990-01-01"), day("2035-12-31"))
            .into_iter()
            .map(|it| format!("{},{}", it.day, it.name))
            .collect();
        let golden: Vec<&str> = GOLDEN.lines().skip(1).collect();
        assert_eq!(golden.len(), 533);
        assert_eq!(ours, golden);
    }

    #[test]
    fn a_range_is_cut_at_both_ends_and_at_the_years_of_the_rules() {
        let us = |from: &str, to: &str| us(Day::parse(from).unwrap(), Day::parse(to).unwrap());
        let found = us("2010-12-31", "2011-01-01");
        let names: Vec<&str> = found.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names, ["New Year's Day (observed)", "New Year's Day"]);
        assert_eq!((found[1].lower, found[1].upper), (-1, 0));
        assert!(us("1949-01-01", "1960-12-01").is_empty());
        assert!(us("2036-01-01", "2040-01-01").is_empty());
        assert!(us("2024-01-01", "2023-01-01").is_empty());
        assert!(!us("2020-01-01", "2020-12-31").iter().any(|it| it.name.starts_with("June")));
    }
}
