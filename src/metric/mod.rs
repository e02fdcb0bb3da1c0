//! The dictionary: every number the office agrees on, defined once.
//!
//! A metric is a constant in one of the files here: its words, unit, direction, minimum and one
//! SELECT, plus one line in `METRICS`. Pages, exports, the command line and the chat all ask
//! `compute`. Numbers about work read the monthly roll-ups, numbers about people the employment
//! facts. Never here: writes, HTML, who may see what.

mod compute;
mod curve;
mod funnel;
mod hired;
mod hiring;
mod identity;
mod leaving;
mod money;
mod openings;
mod people;
mod quality;
mod ramp;
pub mod series;
mod show;
mod sql;
mod stages;
mod stays;
mod turnover;
mod work;

#[cfg(test)]
mod tests;

use std::fmt;

use crate::domain::calendar::Day;
use crate::domain::near;
use crate::domain::rate::TooFew;
use crate::domain::told::{Kind, Told};
use crate::store;

pub use compute::{compute, default_period, first_day, months_before, year_before};
pub use hired::{Hire, hires_of};
pub use identity::{Identity, identity, identity_by};
pub use show::{format, interval, needed};
pub use stays::{ExitCount, Ninety, Stay, Where, exits_of, last_day, ninety_of, stays_of};

/// Every metric, in the order people read them.
pub const METRICS: &[&Metric] = &[
    &people::HEADCOUNT,
    &people::AVERAGE_HEADCOUNT,
    &people::HIRES,
    &people::EXITS,
    &turnover::TURNOVER,
    &turnover::TURNOVER_START,
    &turnover::TURNOVER_END,
    &turnover::VOLUNTARY,
    &turnover::INVOLUNTARY,
    &turnover::REGRETTED,
    &turnover::FIRST_YEAR,
    &leaving::FIRST_90_DAYS,
    &leaving::COHORT_RETENTION,
    &leaving::SURVIVAL_180D,
    &leaving::SOURCE_QUALITY,
    &openings::OPEN_POSITIONS,
    &hiring::TIME_TO_FILL,
    &stages::FILL_P80,
    &hiring::TIME_TO_HIRE,
    &hiring::TIME_TO_START,
    &stages::FIND,
    &stages::SCREEN,
    &stages::INTERVIEW,
    &stages::OFFER,
    &stages::ACCEPT,
    &stages::FIRST_DAY,
    &stages::DECLINE,
    &hiring::OFFER_ACCEPTANCE,
    &funnel::SCREENED,
    &funnel::INTERVIEWED,
    &funnel::OFFERED,
    &funnel::ACCEPTED,
    &funnel::STARTED,
    &funnel::HIRED,
    &ramp::RAMP_WEEKS,
    &work::JOBS_PER_DAY,
    &work::UTILISATION,
    &work::BOOKING_BALANCE,
    &work::OVERTIME_SHARE,
    &work::DRIVE_MINUTES,
    &work::LONG_DRIVE_SHARE,
    &work::WEEKEND_SHARE,
    &work::ON_CALL_NIGHTS,
    &quality::FIRST_TIME_FIX,
    &quality::RECALL_RATE,
    &quality::CSAT,
    &money::REVENUE_PER_JOB,
    &money::CONVERSION,
];

/// One number people agree on.
#[derive(Debug)]
pub struct Metric {
    /// Its name in addresses, exports and questions: `snake_case`.
    pub id: &'static str,
    /// Its name on pages.
    pub title: &'static str,
    /// What it is, in one or two plain sentences.
    pub sentence: &'static str,
    /// How it is computed, in words.
    pub formula: &'static str,
    /// What its values count.
    pub unit: Unit,
    /// Whether more is good.
    pub direction: Direction,
    /// The smallest `n` for which a value is shown.
    pub minimum: u32,
    /// How its interval is found, in words.
    pub interval: &'static str,
    /// The part of the business it speaks of.
    pub family: Family,
    /// By what it may be broken down.
    pub by: &'static [By],
    pub(crate) how: How,
}

/// What a value counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A share or a yearly rate, 1.0 shown as 100.0%.
    Percent,
    /// People, a whole number.
    People,
    /// Positions to be filled, a whole number.
    Positions,
    /// People, an average with one decimal.
    PeopleMean,
    /// Whole days.
    Days,
    /// Weeks with one decimal.
    Weeks,
    /// Whole minutes.
    Minutes,
    /// Jobs a day.
    JobsPerDay,
    /// Nights in four weeks.
    Nights,
    /// Points of 5.
    Points,
    /// US cents, shown as whole dollars.
    Cents,
}

/// Whether more is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// More is good.
    Good,
    /// More is bad.
    Bad,
    /// Neither, or both ends are bad.
    Neither,
}

/// The part of the business a metric speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Who is here.
    People,
    /// Who leaves.
    Leaving,
    /// Who comes.
    Recruiting,
    /// How the work is spread.
    Work,
    /// How well it is done.
    Quality,
    /// What it earns.
    Money,
}

/// By what a number is broken down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// One number.
    None,
    /// Each dispatch zone.
    Zone,
    /// Each technician.
    Technician,
    /// Each calendar month.
    Month,
    /// Each office.
    Office,
    /// Each source that hires came from.
    Source,
}

/// A question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ask {
    /// First day.
    pub from: Day,
    /// First day after.
    pub to: Day,
    /// Broken down by what.
    pub by: By,
    /// Only this zone.
    pub zone: Option<i64>,
    /// Only this office.
    pub office: Option<i64>,
    /// Only this technician.
    pub technician: Option<i64>,
}

/// A number with what it rests on.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// The days it covers: `2026-03` for a whole month, else `2025-11-24 to 2026-11-23` (both
    /// inside). Shorter than what was asked when the data begin later or end earlier, longer when
    /// the metric counts whole months: then all that the question touches.
    pub period: String,
    /// Name of the zone or office, number of the technician, month or source; empty for all.
    pub group: String,
    /// Key of the zone, office or technician; the month's number; none for sources and all.
    pub group_id: Option<i64>,
    /// The value in the metric's unit; none when there is too little to say.
    pub value: Option<f64>,
    /// What it rests on: people, hires, jobs, answers (the metric's formula says which).
    pub n: u64,
    /// Lower end of the 95% interval.
    pub low: Option<f64>,
    /// Upper end of the 95% interval.
    pub high: Option<f64>,
    /// Set when `value` is not.
    pub too_few: Option<TooFew>,
    /// Last day with data.
    pub as_of: Day,
}

/// Why a metric could not be computed.
#[derive(Debug)]
pub enum Error {
    /// The question makes no sense.
    Told(Told),
    /// The store failed.
    Store(store::Error),
}

/// Result of a computation.
pub type Result<T> = std::result::Result<T, Error>;

/// Where a metric's rows come from and what is made of them.
#[derive(Debug)]
pub(crate) struct How {
    pub(crate) sql: &'static str,
    pub(crate) estimate: Estimate,
    /// Whether it counts whole months (roll-ups) or exact days (facts).
    pub(crate) grain: Grain,
}

/// The smallest step of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Grain {
    Day,
    Month,
}

/// What the columns after the group hold, and what is made of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Estimate {
    /// value, n. No interval: counted, not estimated.
    Count,
    /// hits, n. Wilson.
    Share,
    /// events, exposure, n. Exact Poisson, times this.
    Rate(f64),
    /// events, exposure, n. Exact Poisson, scaled to twelve months.
    YearlyRate,
    /// n, sum, sum of squares. Student's t.
    Mean,
    /// n, units, y, x, yy, xy, xx. Linearised ratio.
    Ratio,
    /// One row an observation: value. Order statistics.
    Median,
    /// As `Median`, of this quantile.
    Quantile(f64),
    /// One row a person: time, 1 when the end was seen, 1 when followed long enough.
    /// Kaplan-Meier share still here at this time.
    Survival(f64),
    /// One row a person: time, 1 when the end was seen. Kaplan-Meier median time.
    MedianTime,
}

/// The metric of an id.
///
/// # Errors
/// `NotFound` with the nearest known name, if any is near.
pub fn find(id: &str) -> std::result::Result<&'static Metric, Told> {
    if let Some(metric) = METRICS.iter().find(|it| it.id == id) {
        return Ok(metric);
    }
    let nearest = near::nearest(id, METRICS.iter().map(|it| it.id));
    let hint = nearest.map_or_else(
        || "`crewkeep metric` lists them all.".to_owned(),
        |it| format!("Did you mean `{it}`?"),
    );
    Err(Told::new(Kind::NotFound, format!("There is no metric `{id}`."), hint))
}

/// The statement behind a metric, as shown to people.
pub fn sql(metric: &Metric) -> &'static str {
    metric.how.sql
}

impl By {
    /// Every way to break a number down.
    pub const ALL: &[Self] =
        &[Self::None, Self::Zone, Self::Technician, Self::Month, Self::Office, Self::Source];

    /// Its name in addresses, questions and SQL.
    pub fn id(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Zone => "zone",
            Self::Technician => "technician",
            Self::Month => "month",
            Self::Office => "office",
            Self::Source => "source",
        }
    }

    /// The way of a name.
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|it| it.id() == id)
    }
}

impl Ask {
    /// One number over everyone.
    pub fn whole(from: Day, to: Day) -> Self {
        Self { from, to, by: By::None, zone: None, office: None, technician: None }
    }
}

impl Direction {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Good => "more is good",
            Self::Bad => "more is bad",
            Self::Neither => "neither more nor less is good",
        }
    }
}

impl Family {
    /// Every family, in reading order.
    pub const ALL: &[Self] =
        &[Self::People, Self::Leaving, Self::Recruiting, Self::Work, Self::Quality, Self::Money];

    /// Its heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::People => "People",
            Self::Leaving => "Leaving",
            Self::Recruiting => "Recruiting",
            Self::Work => "Work",
            Self::Quality => "Quality",
            Self::Money => "Money",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Told(told) => told.fmt(f),
            Self::Store(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Told(_) => None,
            Self::Store(error) => Some(error),
        }
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        Self::Store(error)
    }
}

impl From<Told> for Error {
    fn from(told: Told) -> Self {
        Self::Told(told)
    }
}
