//! One cell: text in, a typed value or the reason why not out.
//!
//! Never here: where the cell stands, or what other cells of its row hold.

use std::borrow::Cow;

use crate::domain::calendar::{self, Day};
use crate::domain::fact::{Cell, Kind};

/// How the amounts of a column are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// As the column's kind says.
    Plain,
    /// Money as whole cents: `3150`.
    Cents,
    /// Money as an amount: `31.50`, `$1,234.50`.
    Currency,
}

/// Why a cell cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bad {
    /// What sort of trouble, for counting.
    pub sort: Sort,
    /// What is wrong, to be read after the column's name and the value: `is not a whole number`.
    pub reason: String,
    /// The number it holds, when it is one outside the range.
    pub number: Option<i64>,
}

/// What sort of trouble a cell is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// Empty, and must not be.
    Missing,
    /// Text where a number belongs.
    NotNumber,
    /// A number outside its range.
    OutOfRange,
    /// Not a day or a time.
    NotDay,
    /// A date with the day before the month.
    DayFirst,
    /// A spreadsheet's own count of days.
    Serial,
    /// None of the words it may be.
    NotWord,
    /// Too many characters.
    TooLong,
}

/// Days before this one are typing errors.
const FIRST_DAY: i32 = -7305; // 1950-01-01
/// Days after this one are typing errors.
const LAST_DAY: i32 = 47_481; // 2099-12-31
/// Characters of the key of another row.
const KEY_CHARS: usize = 120;
/// Amounts beyond a hundred million are typing errors.
const CENTS_MAX: i64 = 10_000_000_000;
/// Hours beyond this are typing errors.
const HOURS_MAX: i64 = 2000;
/// Texts longer than this keep their line breaks.
const LINE_BREAKS_FROM: usize = 1000;

/// Reads one cell.
pub fn parse(kind: Kind, required: bool, unit: Unit, raw: &str) -> Result<Cell, Bad> {
    let text = raw.trim();
    if text.is_empty() || (!matches!(kind, Kind::Text(_)) && means_null(text)) {
        return if required {
            Err(bad(Sort::Missing, "is empty, and every row needs it"))
        } else {
            Ok(Cell::Null)
        };
    }
    match kind {
        Kind::Text(max) => words(text, max, required),
        Kind::Ref(_) => words(text, KEY_CHARS, required),
        Kind::OneOf(options) => one_of(text, options),
        Kind::Day => day(text).map(|it| Cell::Int(i64::from(it.0))),
        Kind::Minute => minute(text).map(Cell::Int),
        Kind::Minutes => number(text, 1, 0, 1440, "minutes").map(Cell::Int),
        Kind::Hours => hours(text).map(Cell::Int),
        Kind::Cents => {
            let factor = if unit == Unit::Cents { 1 } else { 100 };
            number(text, factor, -CENTS_MAX, CENTS_MAX, "cents").map(Cell::Int)
        }
        Kind::Int(from, to) => whole(text, from, to).map(Cell::Int),
        Kind::Bool => flag(text).map(Cell::Int),
    }
}

/// Whether a cell that is no text says that nothing is known.
pub fn means_null(text: &str) -> bool {
    const NULLS: &[&str] = &["null", "n/a", "-", "none", "na", "nan", "#n/a", "--"];
    text.len() <= 4 && NULLS.iter().any(|it| it.eq_ignore_ascii_case(text))
}

/// The word of a list that a cell means; case, blanks, hyphens and underscores do not matter.
pub fn word_of(text: &str, options: &[&'static str]) -> Option<&'static str> {
    options.iter().find(|it| same_word(text, it)).copied()
}

/// A text without control characters, invisible marks and outer blanks.
pub fn clean(text: &str, keeps_lines: bool) -> Cow<'_, str> {
    let text = text.trim();
    if text.bytes().all(|it| (0x20..0x7f).contains(&it)) {
        return Cow::Borrowed(text);
    }
    let kept = text.chars().filter_map(|it| match it {
        '\n' if keeps_lines => Some('\n'),
        '\n' | '\r' | '\t' | '\u{a0}' | '\u{2028}' | '\u{2029}' => Some(' '),
        it if it.is_control() => None,
        '\u{200b}'
        | '\u{feff}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}' => None,
        it => Some(it),
    });
    let kept: String = kept.collect();
    Cow::Owned(kept.trim().to_owned())
}

fn bad(sort: Sort, reason: impl Into<String>) -> Bad {
    Bad { sort, reason: reason.into(), number: None }
}

fn words(text: &str, max: usize, required: bool) -> Result<Cell, Bad> {
    let text = clean(text, max > LINE_BREAKS_FROM);
    if text.is_empty() {
        return if required {
            Err(bad(Sort::Missing, "holds nothing that can be read"))
        } else {
            Ok(Cell::Null)
        };
    }
    if text.len() > max {
        let count = text.chars().count();
        if count > max {
            return Err(bad(Sort::TooLong, format!("has {count} characters; at most {max} fit")));
        }
    }
    Ok(Cell::Text(text.into_owned()))
}

fn one_of(text: &str, options: &[&'static str]) -> Result<Cell, Bad> {
    match word_of(text, options) {
        Some(word) => Ok(Cell::Text(word.to_owned())),
        None => Err(bad(Sort::NotWord, format!("is none of {}", options.join(", ")))),
    }
}

fn same_word(text: &str, word: &str) -> bool {
    let parts = |it: &u8| !matches!(it, b' ' | b'-' | b'_');
    let text = text.bytes().filter(parts).map(|it| it.to_ascii_lowercase());
    text.eq(word.bytes().filter(parts))
}

fn flag(text: &str) -> Result<i64, Bad> {
    let is = |options: &[&str]| options.iter().any(|it| it.eq_ignore_ascii_case(text));
    if is(&["yes", "true", "1", "y"]) {
        Ok(1)
    } else if is(&["no", "false", "0", "n"]) {
        Ok(0)
    } else {
        Err(bad(Sort::NotWord, "is neither yes nor no"))
    }
}

fn day(text: &str) -> Result<Day, Bad> {
    let day = iso_day(text.as_bytes()).or_else(|| Day::parse(text)).ok_or_else(|| no_day(text))?;
    in_time(day)?;
    Ok(day)
}

fn minute(text: &str) -> Result<i64, Bad> {
    let minute = iso_minute(text.as_bytes())
        .or_else(|| calendar::parse_minute(text))
        .ok_or_else(|| no_day(text))?;
    in_time(Day(minute.div_euclid(1440) as i32))?;
    Ok(minute)
}

fn in_time(day: Day) -> Result<(), Bad> {
    if (FIRST_DAY..=LAST_DAY).contains(&day.0) {
        Ok(())
    } else {
        Err(bad(Sort::OutOfRange, "is outside 1950 to 2099"))
    }
}

fn no_day(text: &str) -> Bad {
    let serial = text.trim_end_matches(|it: char| it.is_ascii_digit());
    let serial = serial.strip_suffix('.').unwrap_or(text);
    if serial.len() == 5 && serial.bytes().all(|it| it.is_ascii_digit()) {
        return bad(
            Sort::Serial,
            "is a spreadsheet's count of days: format the column as a date, then save again",
        );
    }
    let mut parts = text.split(['/', ' ', '.', '-']).map(str::parse::<u32>);
    if let (Some(Ok(13..=31)), Some(Ok(1..=12)), Some(Ok(_))) =
        (parts.next(), parts.next(), parts.next())
    {
        return bad(Sort::DayFirst, "has the day before the month: write 2026-03-31 or 3/31/2026");
    }
    bad(Sort::NotDay, "is not a day such as 2026-03-31 or 3/31/2026")
}

/// `2026-03-31`, without the detour over a date library.
fn iso_day(text: &[u8]) -> Option<Day> {
    let date: &[u8; 10] = text.try_into().ok()?;
    if date[4] != b'-' || date[7] != b'-' {
        return None;
    }
    let year = two(date[0], date[1])? * 100 + two(date[2], date[3])?;
    let month = two(date[5], date[6])?;
    let day = two(date[8], date[9])?;
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + i32::from(leap),
        _ => 31,
    };
    if !(1..=12).contains(&month) || !(1..=length).contains(&day) || year < 1000 {
        return None;
    }
    // Years counted from March, so that the leap day comes last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = year * 365 + year / 4 - year / 100 + year / 400;
    Some(Day(days + (month * 153 + 2) / 5 + day - 1 - 719_468))
}

/// `2026-03-31 08:15`, also with `T` and with seconds.
fn iso_minute(text: &[u8]) -> Option<i64> {
    let (date, clock) = text.split_at_checked(10)?;
    let day = iso_day(date)?;
    let clock = match clock {
        [b' ' | b'T', rest @ ..] if matches!(rest.len(), 5 | 8) && rest[2] == b':' => rest,
        _ => return None,
    };
    if clock.len() == 8 && (clock[5] != b':' || two(clock[6], clock[7]).is_none()) {
        return None;
    }
    let (hour, minute) = (two(clock[0], clock[1])?, two(clock[3], clock[4])?);
    (hour < 24 && minute < 60).then(|| i64::from(day.0 * 1440 + hour * 60 + minute))
}

fn two(tens: u8, ones: u8) -> Option<i32> {
    (tens.is_ascii_digit() && ones.is_ascii_digit())
        .then(|| i32::from(tens - b'0') * 10 + i32::from(ones - b'0'))
}

fn whole(text: &str, from: i64, to: i64) -> Result<i64, Bad> {
    let Some(amount) = Amount::read(text) else {
        return Err(bad(Sort::NotNumber, "is not a whole number"));
    };
    match amount.times(1) {
        Some(number) if amount.is_whole() => within(number, from, to, ""),
        Some(number) => {
            let reason = "is not a whole number".to_owned();
            Err(Bad { sort: Sort::OutOfRange, reason, number: Some(number) })
        }
        None => Err(bad(Sort::OutOfRange, "is far too large")),
    }
}

fn number(text: &str, factor: i64, from: i64, to: i64, what: &str) -> Result<i64, Bad> {
    match Amount::read(text) {
        None => Err(bad(Sort::NotNumber, "is not a number")),
        Some(amount) => match amount.times(factor) {
            Some(number) => within(number, from, to, what),
            None => Err(bad(Sort::OutOfRange, "is far too large")),
        },
    }
}

fn hours(text: &str) -> Result<i64, Bad> {
    let clock = text.split_once(':').and_then(|(hours, minutes)| {
        let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
        (minutes < 60).then_some(i64::from(hours) * 60 + i64::from(minutes))
    });
    match clock {
        Some(minutes) => within(minutes, 0, HOURS_MAX * 60, "minutes"),
        None => number(text, 60, 0, HOURS_MAX * 60, "minutes"),
    }
}

fn within(number: i64, from: i64, to: i64, what: &str) -> Result<i64, Bad> {
    if (from..=to).contains(&number) {
        return Ok(number);
    }
    let blank = if what.is_empty() { "" } else { " " };
    let reason = format!("is outside {from} to {to}{blank}{what}");
    Err(Bad { sort: Sort::OutOfRange, reason, number: Some(number) })
}

/// A decimal number, exactly: `digits / 10^places`.
#[derive(Clone, Copy)]
struct Amount {
    digits: i64,
    places: u32,
}

impl Amount {
    /// Reads `1234.5`, `-3`, `$1,234.50`, `(12.50)`, `1.234,50`, `12,5` and `12.50 USD`.
    fn read(text: &str) -> Option<Self> {
        Self::plain(text.bytes()).or_else(|| Self::dressed(text))
    }

    fn plain(text: impl Iterator<Item = u8>) -> Option<Self> {
        let (mut digits, mut places, mut seen) = (0_i64, None, 0);
        let mut minus = false;
        for (at, byte) in text.enumerate() {
            match byte {
                b'-' | b'+' if at == 0 => minus = byte == b'-',
                b'.' if places.is_none() => places = Some(0),
                b'0'..=b'9' => {
                    seen += 1;
                    // Beyond six places nothing changes the nearest cent.
                    if places.is_none_or(|it| it < 6) {
                        digits = digits.checked_mul(10)?.checked_add(i64::from(byte - b'0'))?;
                        places = places.map(|it| it + 1);
                    }
                }
                _ => return None,
            }
        }
        let digits = if minus { -digits } else { digits };
        (seen > 0).then_some(Self { digits, places: places.unwrap_or(0) })
    }

    fn dressed(text: &str) -> Option<Self> {
        let (text, negative) = match text.strip_prefix('(').and_then(|it| it.strip_suffix(')')) {
            Some(inner) => (inner, true),
            None => (text, false),
        };
        let (text, minus) = match text.strip_prefix('-').or_else(|| text.strip_suffix('-')) {
            Some(rest) => (rest, true),
            None => (text, false),
        };
        let text = text.trim_matches(|it: char| "$€£¥ \u{a0}".contains(it) || it.is_alphabetic());
        let bare: String = text.chars().filter(|it| !"' \u{a0}\u{202f}".contains(*it)).collect();
        let mut amount = Self::plain(separated(&bare)?.bytes())?;
        if negative || minus {
            amount.digits = -amount.digits;
        }
        Some(amount)
    }

    fn is_whole(self) -> bool {
        self.digits % 10_i64.pow(self.places) == 0
    }

    /// The nearest whole number to this many times the amount, halves away from zero.
    fn times(self, factor: i64) -> Option<i64> {
        let unit = 10_i128.pow(self.places);
        let wide = i128::from(self.digits) * i128::from(factor);
        let half = if wide < 0 { -unit / 2 } else { unit / 2 };
        i64::try_from((wide + half) / unit).ok()
    }
}

/// The number with a dot for its decimals and nothing between its thousands.
fn separated(text: &str) -> Option<String> {
    let Some(comma) = text.rfind(',') else {
        let several = text.matches('.').count() > 1;
        return if several { in_thousands(text, '.') } else { Some(text.to_owned()) };
    };
    match text.rfind('.') {
        Some(dot) if dot > comma => {
            let (whole, rest) = text.split_at(dot);
            Some(in_thousands(whole, ',')? + rest)
        }
        Some(_) => {
            let (whole, rest) = text.split_at(comma);
            Some(in_thousands(whole, '.')? + "." + &rest[1..])
        }
        None => match in_thousands(text, ',') {
            Some(whole) => Some(whole),
            None if text.matches(',').count() == 1 => Some(text.replace(',', ".")),
            None => None,
        },
    }
}

/// Removes the marks between thousands; `None` when they part anything but threes.
fn in_thousands(text: &str, mark: char) -> Option<String> {
    let mut parts = text.split(mark);
    let first = parts.next()?;
    let right = (1..=3).contains(&first.len()) && text.split(mark).skip(1).all(|it| it.len() == 3);
    right.then(|| text.replace(mark, ""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(kind: Kind, unit: Unit, text: &str) -> String {
        match parse(kind, false, unit, text) {
            Ok(Cell::Null) => "null".to_owned(),
            Ok(Cell::Int(it)) => it.to_string(),
            Ok(Cell::Text(it)) => it,
            Err(it) => format!("{:?}", it.sort),
        }
    }

    #[track_caller]
    fn check(kind: Kind, cases: &[(&str, &str)]) {
        for (text, expected) in cases {
            assert_eq!(read(kind, Unit::Plain, text), *expected, "{text}");
        }
    }

    #[test]
    fn money() {
        let cases = [
            ("31.50", "3150"),
            ("$1,234.50", "123450"),
            ("(12.5)", "-1250"),
            ("-$12", "-1200"),
            ("12,5", "1250"),
            ("1.234,56 €", "123456"),
            ("1,234", "123400"),
            ("0.005", "1"),
            ("-0.005", "-1"),
            ("0.0049999", "0"),
            ("12 USD", "1200"),
            ("1,23,4", "NotNumber"),
            ("twelve", "NotNumber"),
            ("99999999999", "OutOfRange"),
            ("99999999999999999999999", "NotNumber"),
            ("1e5", "NotNumber"),
            (".", "NotNumber"),
            ("n/a", "null"),
        ];
        check(Kind::Cents, &cases);
        assert_eq!(read(Kind::Cents, Unit::Cents, "3150"), "3150");
        assert_eq!(read(Kind::Cents, Unit::Cents, "3150.5"), "3151");
    }

    #[test]
    fn numbers_and_durations() {
        check(
            Kind::Minutes,
            &[("45", "45"), ("45.5", "46"), ("1441", "OutOfRange"), ("-", "null")],
        );
        check(Kind::Hours, &[("2.5", "150"), ("1:30", "90"), ("0.01", "1"), ("-1", "OutOfRange")]);
        check(Kind::Int(1, 5), &[("4.0", "4"), ("4.5", "OutOfRange"), ("6", "OutOfRange")]);
        check(Kind::Bool, &[("Yes", "1"), ("FALSE", "0"), ("y", "1"), ("maybe", "NotWord")]);
    }

    #[test]
    fn days_and_times() {
        let cases = [
            ("1970-01-02", "1"),
            ("1/2/1970", "1"),
            ("19700102", "1"),
            ("1970-01-02 08:00", "1"),
            ("31/12/2025", "DayFirst"),
            ("31.12.2025", "DayFirst"),
            ("45321", "Serial"),
            ("45321.25", "Serial"),
            ("0026-01-01", "OutOfRange"),
            ("soon", "NotDay"),
        ];
        check(Kind::Day, &cases);
        check(Kind::Minute, &[("1970-01-01T00:05:59", "5"), ("1/1/1970 1:05 PM", "785")]);
        assert_eq!(Day::parse("1950-01-01"), Some(Day(FIRST_DAY)));
        assert_eq!(Day::parse("2099-12-31"), Some(Day(LAST_DAY)));
    }

    #[test]
    fn words_and_texts() {
        let kinds = Kind::OneOf(&["stay_interview", "job"]);
        check(kinds, &[("Stay Interview", "stay_interview"), ("stay-interview", "stay_interview")]);
        check(kinds, &[("JOB", "job"), ("jobs", "NotWord"), ("none", "null")]);
        check(Kind::Text(5), &[(" a\tb\u{7} ", "a b"), ("abcdef", "TooLong"), ("ééééé", "ééééé")]);
        check(Kind::Text(5), &[("none", "none"), ("\u{200b}", "null"), ("a\nb", "a b")]);
        check(Kind::Text(8000), &[("a\nb", "a\nb")]);
    }

    proptest! {
        #[test]
        fn nothing_panics(text in ".{0,30}") {
            for kind in [Kind::Text(4), Kind::Day, Kind::Minute, Kind::Minutes, Kind::Hours,
                Kind::Cents, Kind::Int(1, 9), Kind::Bool, Kind::Ref("job"), Kind::OneOf(&["a"])]
            {
                let _ = parse(kind, true, Unit::Plain, &text);
            }
        }

        #[test]
        fn number_like_text_never_panics(text in "[-+($0-9,. :/T)]{0,24}") {
            for kind in [Kind::Day, Kind::Minute, Kind::Hours, Kind::Cents, Kind::Int(1, 9)] {
                let _ = parse(kind, true, Unit::Currency, &text);
            }
        }

        #[test]
        fn the_short_way_agrees_with_the_calendar(year in 1000_i32..2200, month in 0..14, day in 0..33,
            hour in 0..25, minute in 0..61)
        {
            let date = format!("{year:04}-{month:02}-{day:02}");
            prop_assert_eq!(iso_day(date.as_bytes()), Day::parse(&date));
            let time = format!("{date} {hour:02}:{minute:02}");
            prop_assert_eq!(iso_minute(time.as_bytes()), calendar::parse_minute(&time));
        }
    }
}
