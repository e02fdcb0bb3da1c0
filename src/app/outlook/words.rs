//! A forecast in plain sentences.
//!
//! Never here: HTML, a number without its band.

use super::material::Material;
use super::{Day, MarkKind, Outlook, Past, Step, View, format};
use crate::domain::count::counted;

/// A level shift or an odd period, with its date.
#[derive(Clone, Debug, PartialEq)]
pub struct Dated {
    /// First day of the period.
    pub day: Day,
    /// The period in words: `Nov 2026`.
    pub period: String,
    /// What it is.
    pub kind: MarkKind,
    /// A plain sentence with the date.
    pub words: String,
}

/// A period in words: `Nov 2026`, `week of 23 Nov 2026`, `23 Nov 2026`.
pub fn period(step: Step, day: Day) -> String {
    // A year that no calendar has: the day is then said with its own.
    let day_words = day.words(i16::MIN);
    match step {
        Step::Month => day.month().words(),
        Step::Week => format!("week of {day_words}"),
        Step::Day => day_words,
    }
}

pub(super) fn view(it: &Material, outlook: Outlook, fit_ms: f64, uid: Option<[u8; 16]>) -> View {
    View {
        series: it.series,
        step: it.step,
        place: it.place.clone(),
        place_uid: it.place_uid,
        appliance: Some(it.question.appliance.clone()).filter(|it| !it.is_empty()),
        sentence: sentence(it, &outlook),
        held: held(&outlook),
        marks: marks(it.step, &outlook),
        past: it.past.clone(),
        outlook,
        as_of: it.as_of,
        data_hash: it.data_hash.clone(),
        code_version: super::keep::CODE_VERSION.to_owned(),
        fit_ms,
        uid,
    }
}

/// The next period that is not over, with its band and the same period of the year before.
fn sentence(it: &Material, outlook: &Outlook) -> String {
    let Some(point) = outlook.points.first() else { return String::new() };
    let what = match it.question.appliance.as_str() {
        "" => it.series.title.to_owned(),
        appliance => format!("{} ({appliance})", it.series.title),
    };
    let number = |value: f64| format(it.series, value);
    let mut words = format!(
        "{what} at {}, {}: about {}, with 80% confidence between {} and {}.",
        it.place,
        period(it.step, Day(point.day)),
        number(point.yhat),
        number(point.lo80),
        number(point.hi80)
    );
    if let Some((day, value)) = year_before(&it.past, it.step, point.day) {
        let then = period(it.step, day);
        let before = match it.step {
            Step::Month => "In",
            Step::Week => "In the",
            Step::Day => "On",
        };
        words.push_str(&format!(" {before} {then} it was {}.", number(value)));
    }
    words
}

/// The period a year earlier (52 weeks for weeks) and its value, when it is known.
fn year_before(past: &Past, step: Step, day: i32) -> Option<(Day, f64)> {
    let back = match step {
        Step::Month => -12,
        Step::Week => -52,
        Step::Day => -364,
    };
    let then = step.after(day, back);
    let at = (0..past.len()).find(|at| past.day(*at) == then)?;
    past.values.get(at).copied().filter(|it| !it.is_nan()).map(|it| (Day(then), it))
}

/// `On periods it had not seen, the 80% band held 41 of 52 times.`
fn held(outlook: &Outlook) -> Option<String> {
    let test = outlook.backtest.as_ref()?;
    let (inside, of) = test.held.iter().fold((0, 0), |sum, it| (sum.0 + it.inside, sum.1 + it.of));
    (of > 0).then(|| {
        format!(
            "On periods it had not seen, the 80% band held {inside} of {}.",
            counted(of as u64, "time")
        )
    })
}

pub(super) fn marks(step: Step, outlook: &Outlook) -> Vec<Dated> {
    let mut marks: Vec<Dated> = outlook
        .marks
        .iter()
        .map(|it| {
            let (day, when) = (Day(it.day), period(step, Day(it.day)));
            let date = match it.kind {
                MarkKind::Shift => format!("From {when} on"),
                MarkKind::Odd => capital(&when),
            };
            let words = format!("{date}: {}", it.words);
            Dated { day, period: when, kind: it.kind, words }
        })
        .collect();
    marks.sort_by_key(|it| it.day);
    marks
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |it| it.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::fixture::day;

    #[test]
    fn periods_are_named_as_people_do() {
        assert_eq!(period(Step::Month, day("2026-11-01")), "Nov 2026");
        assert_eq!(period(Step::Week, day("2026-11-23")), "week of 23 Nov 2026");
        assert_eq!(period(Step::Day, day("2024-02-29")), "29 Feb 2024");
        assert_eq!(capital("week of"), "Week of");
    }
}
