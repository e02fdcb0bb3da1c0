//! Which step a column of dates has, and which period each date means.
//!
//! Never here: values, files.

use learn::series::Step;

use crate::domain::calendar::{Day, Month};
use crate::domain::dates::Form;

/// How the days that name the periods are chosen, so that a forecast goes on as the file does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Naming {
    /// The period's first day.
    First,
    /// The last day of the month.
    MonthEnd,
    /// This many days after the first of the month.
    DayOfMonth(i32),
}

/// What the dates of a column are taken for.
#[derive(Clone, Debug)]
pub(super) struct Calendar {
    /// How periods are named.
    pub(super) naming: Naming,
    /// The first day of the period of each date.
    pub(super) periods: Vec<Day>,
    /// What the reader should know.
    pub(super) notes: Vec<String>,
}

impl Naming {
    /// The day of a period's first day, in ISO 8601.
    pub(super) fn time(self, first: Day) -> String {
        match self {
            Self::First => first,
            Self::MonthEnd => first.month().plus(1).first_day().plus(-1),
            Self::DayOfMonth(days) => first.plus(days),
        }
        .to_string()
    }
}

/// The usual distance of neighbours in days: the lower median of the gaps between different dates;
/// none with fewer than two.
pub(super) fn usual_gap(days: &[Day]) -> Option<i32> {
    let mut days = days.to_vec();
    days.sort_unstable();
    days.dedup();
    let mut gaps: Vec<i32> = days.windows(2).map(|it| it[1].0 - it[0].0).collect();
    gaps.sort_unstable();
    gaps.get(gaps.len().saturating_sub(1) / 2).copied()
}

/// The step that a usual distance speaks of.
pub(super) fn step_of(form: Form, gap: Option<i32>) -> Option<Step> {
    match gap {
        _ if form.is_month() => Some(Step::Month),
        Some(1..=3) => Some(Step::Day),
        Some(5..=9) => Some(Step::Week),
        Some(28..=31) => Some(Step::Month),
        _ => None,
    }
}

/// Whether rows that are usually so far apart can be a series of this step, with some missing.
pub(super) fn fits(step: Step, form: Form, gap: Option<i32>) -> bool {
    if form.is_month() {
        return step == Step::Month;
    }
    let Some(gap) = gap else { return true };
    match step {
        Step::Day => gap <= 3,
        Step::Week => (5..=16).contains(&gap),
        Step::Month => (26..=62).contains(&gap),
    }
}

/// The periods of dates whose step is settled.
pub(super) fn calendar(step: Step, days: &[Day]) -> Calendar {
    let mut notes = Vec::new();
    let (naming, periods) = match step {
        Step::Day => (Naming::First, days.to_vec()),
        Step::Week => {
            let same = days.iter().all(|it| it.weekday() == days[0].weekday());
            if same {
                (Naming::First, days.to_vec())
            } else {
                notes.push(
                    "The dates are of several weekdays: each stands for its week from Monday."
                        .to_owned(),
                );
                (Naming::First, days.iter().map(|it| it.plus(-it.weekday())).collect())
            }
        }
        Step::Month => (month_naming(days), days.iter().map(|it| it.month().first_day()).collect()),
    };
    Calendar { naming, periods, notes }
}

fn month_naming(days: &[Day]) -> Naming {
    let first = |it: &Day| it.month().first_day();
    let last = |month: Month| month.plus(1).first_day().plus(-1);
    let into = |it: &Day| it.0 - first(it).0;
    let all = |days: i32, of: &[Day]| of.iter().all(|it| into(it) == days);
    match days.first().map(into) {
        Some(0) if all(0, days) => Naming::First,
        _ if days.iter().all(|it| *it == last(it.month())) => Naming::MonthEnd,
        Some(away) if away < 28 && all(away, days) => Naming::DayOfMonth(away),
        _ => Naming::First,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(texts: &[&str]) -> Vec<Day> {
        texts.iter().map(|it| Day::parse(it).unwrap()).collect()
    }

    #[test]
    fn the_usual_gap_tells_the_step() {
        let gap = |texts: &[&str]| usual_gap(&days(texts));
        assert_eq!(gap(&["2024-03-01", "2024-01-01", "2024-02-01", "2024-02-01"]), Some(29));
        assert_eq!(gap(&["2024-03-01"]), None);
        assert_eq!(step_of(Form::Iso, Some(1)), Some(Step::Day));
        assert_eq!(step_of(Form::Iso, Some(7)), Some(Step::Week));
        assert_eq!(step_of(Form::Iso, Some(31)), Some(Step::Month));
        assert_eq!(step_of(Form::Iso, Some(91)), None);
        assert_eq!(step_of(Form::YearMonth, Some(91)), Some(Step::Month));
        assert!(!fits(Step::Day, Form::Iso, Some(7)) && !fits(Step::Week, Form::Iso, Some(1)));
        assert!(fits(Step::Month, Form::Iso, Some(30)) && !fits(Step::Day, Form::YearMonth, None));
    }

    #[test]
    fn a_forecast_is_named_as_the_file_names_its_periods() {
        let go_on = |texts: &[&str]| {
            let found = calendar(Step::Month, &days(texts));
            found.naming.time(found.periods.last().unwrap().month().plus(1).first_day())
        };
        assert_eq!(go_on(&["2023-12-01", "2024-01-01"]), "2024-02-01");
        assert_eq!(go_on(&["2023-12-31", "2024-01-31"]), "2024-02-29");
        assert_eq!(go_on(&["2023-12-15", "2024-01-15"]), "2024-02-15");
        assert_eq!(go_on(&["2023-12-15", "2024-01-31"]), "2024-02-01");
        let weeks = calendar(Step::Week, &days(&["2024-03-06", "2024-03-12"]));
        assert_eq!(weeks.periods, days(&["2024-03-04", "2024-03-11"]));
        assert_eq!(weeks.notes.len(), 1);
    }
}
