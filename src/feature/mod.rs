//! What a model may read about a technician, as of a day.
//!
//! `FEATURES` is the one list: the columns of `technician_month`, the receipt's words, the model's
//! columns and `docs/features.md` follow from it. A feature is one constant in one file. Every
//! feature looks only backwards from the month's first day; `label` alone looks forwards.
//!
//! Never here: a fact dated on or after `as_of` inside a feature, a feature that names a protected
//! attribute or where a person lives, the clock, HTML, writing.

pub mod around;
pub mod frame;
pub mod history;
pub mod label;
pub mod page;
pub mod rows;

mod booking;
mod drive;
mod load;
mod pay;
mod quality;
mod schedule;
mod team;
mod tenure;
mod training;
mod words;

#[cfg(test)]
mod tests;

use crate::domain::calendar::Day;
pub use crate::domain::calendar::MONTH_DAYS;
use crate::store::months::FEATURE_COUNT;
use around::Around;
use history::History;

pub use frame::{Labelled, frame};
pub use rows::{months_for, months_with};

/// One number a model reads.
#[derive(Debug)]
pub struct Feature {
    /// Column of `technician_month` and name of the model's column.
    pub id: &'static str,
    /// Its name on pages.
    pub title: &'static str,
    /// What it is, in one sentence.
    pub sentence: &'static str,
    /// What its number counts.
    pub unit: Unit,
    /// Where a receipt lists it.
    pub group: Group,
    /// Whether someone in the office could change it.
    pub actionable: bool,
    /// The way it is known to push leaving, where it is known.
    pub direction: Option<Direction>,
    /// Decimals of the number as shown.
    pub decimals: usize,
    /// Its value on the morning of a day from facts dated before it; `None` when there is too
    /// little to say.
    pub compute: fn(&History<'_>, &Around, Day) -> Option<f64>,
    /// A value in words for a receipt: `over 50 minutes on 34% of jobs`.
    pub phrase: fn(f64) -> String,
    /// What a missing value means, in words for a receipt.
    pub missing: &'static str,
}

/// What a feature's number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Months, from 0.
    Months,
    /// A ratio around 1.
    Ratio,
    /// Jobs a day, from 0.
    JobsPerDay,
    /// Minutes, from 0.
    Minutes,
    /// A share from 0 to 1, shown in percent.
    Share,
    /// Nights in four weeks, 0 to 28.
    NightsPerFourWeeks,
    /// Customers' answers, 1 to 5.
    Score,
    /// Hours, from 0.
    Hours,
    /// Managers, from 0.
    Changes,
    /// People, from 0.
    People,
    /// Times a week, from 0.
    PerWeek,
}

/// Where a receipt lists a feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// What the person earns.
    Pay,
    /// How much work, and when.
    Load,
    /// The way to the work.
    Travel,
    /// Learning, and how the work turns out.
    Growth,
    /// The people around.
    Team,
    /// How long the person has been here.
    Time,
}

/// The way a feature is known to push leaving.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The more, the likelier to leave.
    Raises,
    /// The more, the likelier to stay.
    Lowers,
}

/// Every feature, in the order of the columns of `technician_month`.
pub const FEATURES: &[&Feature; FEATURE_COUNT] = &[
    &tenure::TENURE_MONTHS,
    &pay::MONTHS_SINCE_RAISE,
    &pay::PAY_VS_ZONE_MEDIAN,
    &load::JOBS_PER_DAY,
    &drive::DRIVE_MIN_PER_JOB,
    &drive::LONG_DRIVE_SHARE,
    &schedule::WEEKEND_SHARE,
    &schedule::ON_CALL_NIGHTS,
    &load::OVERTIME_SHARE,
    &booking::BOOKING_BALANCE,
    &booking::BOOKING_SHIFT,
    &quality::FIRST_TIME_FIX_90D,
    &quality::RECALL_RATE_90D,
    &quality::CSAT_90D,
    &training::TRAINING_HOURS_180D,
    &team::MANAGER_CHANGES_365D,
    &team::CREW_EXITS_90D,
    &schedule::SCHEDULE_CHANGES_PER_WEEK,
];

/// The feature of this id.
pub fn by_id(id: &str) -> Option<&'static Feature> {
    FEATURES.iter().copied().find(|it| it.id == id)
}

/// Every feature on the morning of a day, in the order of `FEATURES`.
pub fn values(of: &History<'_>, around: &Around, as_of: Day) -> [Option<f64>; FEATURE_COUNT] {
    let mut values = [None; FEATURE_COUNT];
    for (value, feature) in values.iter_mut().zip(FEATURES) {
        *value = (feature.compute)(of, around, as_of);
        debug_assert!(value.is_none_or(f64::is_finite), "{} is {value:?}", feature.id);
    }
    values
}

impl Feature {
    /// A value with its unit, as short as it is still clear: `34%`, `14 months`.
    pub fn show(&self, value: f64) -> String {
        let number = words::number(value, self.decimals);
        match self.unit {
            Unit::Share => words::percent(value),
            Unit::Ratio | Unit::Score => number,
            unit => format!("{number} {}", unit.word(&number)),
        }
    }

    /// A value, or its absence, in words for a receipt, beside what is usual in the office:
    /// `over 50 minutes on 34% of jobs; office median 12%`.
    pub fn say(&self, value: Option<f64>, office_median: Option<f64>) -> String {
        let said = value.map_or_else(|| self.missing.to_owned(), self.phrase);
        match office_median {
            // A bare ratio or count says too little; its phrase says it all.
            Some(median) if matches!(self.unit, Unit::Ratio | Unit::People | Unit::Changes) => {
                format!("{said}; usual here: {}", (self.phrase)(median))
            }
            Some(median) => format!("{said}; office median {}", self.show(median)),
            None => said,
        }
    }
}

impl Unit {
    /// The word behind a number as shown (`1` takes the singular); empty for shares and ratios.
    pub fn word(self, number: &str) -> &'static str {
        let (one, many) = match self {
            Self::Months => ("month", "months"),
            Self::JobsPerDay => ("job a day", "jobs a day"),
            Self::Minutes => ("minute", "minutes"),
            Self::NightsPerFourWeeks => ("night in 4 weeks", "nights in 4 weeks"),
            Self::Hours => ("hour", "hours"),
            Self::Changes => ("change", "changes"),
            Self::People => ("person", "people"),
            Self::PerWeek => ("a week", "a week"),
            Self::Share | Self::Ratio | Self::Score => ("", ""),
        };
        if number == "1" { one } else { many }
    }

    /// What the number counts, for the table of features.
    pub fn name(self) -> &'static str {
        match self {
            Self::Share => "share, 0 to 1",
            Self::Ratio => "ratio",
            Self::Score => "score, 1 to 5",
            Self::PerWeek => "times a week",
            unit => unit.word(""),
        }
    }
}

impl Group {
    /// Every group, in the order a receipt lists them.
    pub const ALL: [Self; 6] =
        [Self::Load, Self::Travel, Self::Pay, Self::Growth, Self::Time, Self::Team];

    /// Its name on pages.
    pub fn title(self) -> &'static str {
        match self {
            Self::Pay => "Pay",
            Self::Load => "Load",
            Self::Travel => "Travel",
            Self::Growth => "Growth",
            Self::Team => "Team",
            Self::Time => "Time",
        }
    }
}
