//! Dates as tables of any kind write them. One column is read by one form.
//!
//! Never here: which form a column has, two-digit years (1924 or 2024?), times of day.

use super::calendar::{Day, Month};

/// A way to write a day or a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `2024-01-31`, `2024/1/31`; a time of day after a blank or `T` is ignored.
    Iso,
    /// `20240131`.
    Compact,
    /// `1/31/2024`.
    MonthFirst,
    /// `31/1/2024`, `31.1.2024`.
    DayFirst,
    /// `31 Jan 2024`, `31-Jan-2024`, `Jan 31, 2024`.
    Named,
    /// `2024-01`, `2024/01`, `2024M01`, `202401`, `01/2024`.
    YearMonth,
    /// `Jan 2024`, `January 2024`, `Jan-2024`.
    NamedMonth,
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

impl Form {
    /// All of them; where two fit, the one before is meant.
    pub const ALL: [Self; 7] = [
        Self::Iso,
        Self::Compact,
        Self::MonthFirst,
        Self::DayFirst,
        Self::Named,
        Self::YearMonth,
        Self::NamedMonth,
    ];

    /// Whether it names months, not days; such a month is read as its first day.
    pub fn is_month(self) -> bool {
        matches!(self, Self::YearMonth | Self::NamedMonth)
    }

    /// How it is called: `day/month/year`.
    pub fn words(self) -> &'static str {
        match self {
            Self::Iso => "year-month-day",
            Self::Compact => "yearmonthday",
            Self::MonthFirst => "month/day/year",
            Self::DayFirst => "day/month/year",
            Self::Named => "a day with the name of its month",
            Self::YearMonth => "a month with its year",
            Self::NamedMonth => "the name of a month with its year",
        }
    }

    /// The day; `None` when the text is written otherwise or there is no such day.
    pub fn read(self, text: &str) -> Option<Day> {
        let text = text.trim();
        if text.len() > 40 || !text.is_ascii() {
            return None;
        }
        match self {
            Self::Iso => {
                let [year, month, day] = three(without_clock(text), &['-', '/'])?;
                ymd(year, month, day)
            }
            Self::Compact => {
                let digits = without_clock(text);
                let day = digits.len() == 8 && digits.bytes().all(|it| it.is_ascii_digit());
                day.then(|| ymd(&digits[..4], &digits[4..6], &digits[6..])).flatten()
            }
            Self::MonthFirst => {
                let [month, day, year] = three(without_clock(text), &['/', '-'])?;
                ymd(year, month, day)
            }
            Self::DayFirst => {
                let [day, month, year] = three(without_clock(text), &['/', '.', '-'])?;
                ymd(year, month, day)
            }
            Self::Named => named_day(text),
            Self::YearMonth => year_month(text),
            Self::NamedMonth => {
                let mut parts = text.split([' ', '-', '/', ',']).filter(|it| !it.is_empty());
                let (month, year) = (parts.next()?, parts.next()?);
                let month = month_named(month)?;
                parts.next().is_none().then(|| first(year, month)).flatten()
            }
        }
    }
}

fn year_month(text: &str) -> Option<Day> {
    if text.len() == 6 && text.bytes().all(|it| it.is_ascii_digit()) {
        return first(&text[..4], small(&text[4..])?);
    }
    let (one, other) = text.split_once(['-', '/', 'M', '.'])?;
    if one.len() == 4 { first(one, small(other)?) } else { first(other, small(one)?) }
}

fn named_day(text: &str) -> Option<Day> {
    let mut parts = text.split([' ', '-', ',', '/']).filter(|it| !it.is_empty());
    let (one, two, year) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let (day, month) = match (month_named(one), month_named(two)) {
        (Some(month), None) => (two, month),
        (None, Some(month)) => (one, month),
        _ => return None,
    };
    Day::from_ymd(four(year)?, month, small(day)?)
}

/// A month by its name or the first three or four letters of it.
fn month_named(text: &str) -> Option<i8> {
    let text = text.trim_end_matches('.').to_ascii_lowercase();
    let fits = |it: &&str| *it == text || ((3..=4).contains(&text.len()) && it.starts_with(&text));
    MONTHS.iter().position(fits).map(|at| at as i8 + 1)
}

fn without_clock(text: &str) -> &str {
    text.split([' ', 'T']).next().unwrap_or(text)
}

/// Three parts with the same sign between them.
fn three<'a>(text: &'a str, signs: &[char]) -> Option<[&'a str; 3]> {
    let sign = *signs.iter().find(|it| text.contains(**it))?;
    let mut parts = text.split(sign);
    let found = [parts.next()?, parts.next()?, parts.next()?];
    parts.next().is_none().then_some(found)
}

fn ymd(year: &str, month: &str, day: &str) -> Option<Day> {
    Day::from_ymd(four(year)?, small(month)?, small(day)?)
}

fn first(year: &str, month: i8) -> Option<Day> {
    Month::of(four(year)?, month).map(Month::first_day)
}

fn four(text: &str) -> Option<i16> {
    (text.len() == 4 && text.bytes().all(|it| it.is_ascii_digit())).then(|| text.parse().ok())?
}

fn small(text: &str) -> Option<i8> {
    let is_small = (1..=2).contains(&text.len()) && text.bytes().all(|it| it.is_ascii_digit());
    is_small.then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, form: Form, expected: &str) {
        let found = Form::ALL.into_iter().find_map(|it| Some((it, it.read(text)?)));
        assert_eq!(
            found.map(|it| (it.0, it.1.to_string())),
            Some((form, expected.into())),
            "{text}"
        );
    }

    #[test]
    fn each_way_of_writing_is_read() {
        check("2024-01-31", Form::Iso, "2024-01-31");
        check("2024/1/5", Form::Iso, "2024-01-05");
        check("2024-01-31T00:00:00Z", Form::Iso, "2024-01-31");
        check("2024-01-31 00:00:00", Form::Iso, "2024-01-31");
        check("20240131", Form::Compact, "2024-01-31");
        check("1/31/2024", Form::MonthFirst, "2024-01-31");
        check("31/1/2024", Form::DayFirst, "2024-01-31");
        check("31.01.2024", Form::DayFirst, "2024-01-31");
        check("31 Jan 2024", Form::Named, "2024-01-31");
        check("31-January-2024", Form::Named, "2024-01-31");
        check("Sept. 5, 2024", Form::Named, "2024-09-05");
        for text in ["2024-01", "2024/1", "2024M01", "202401", "01/2024"] {
            check(text, Form::YearMonth, "2024-01-01");
        }
        check("May 2024", Form::NamedMonth, "2024-05-01");
        check("Jan-2024", Form::NamedMonth, "2024-01-01");
    }

    #[test]
    fn what_is_no_date_is_none() {
        let odd = [
            "",
            "2024",
            "2024-02-30",
            "1/5/24",
            "Jan 24",
            "ma 2024",
            "2024-13",
            "0x24-01-01",
            "+124-01-01",
            "2024-+1-01",
            "2024W05",
            "12 13 2024",
            "Jan Feb 2024",
            "\u{663}",
            "--",
            "//",
        ];
        for text in odd {
            assert!(Form::ALL.iter().all(|it| it.read(text).is_none()), "{text}");
        }
    }
}
