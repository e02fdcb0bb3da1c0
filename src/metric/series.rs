//! The office's series: what is counted day by day and added up to days, weeks or months.
//!
//! A series is a constant in one of the files here: its words, unit and one SELECT, plus one line in
//! [`SERIES`]. It counts what its metric counts, in the same places. Forecasts, the hiring plan,
//! pages and the command line all ask [`past`]. Never here: writes, forecasts, a fact dated after
//! the day asked for.

mod read;
mod staff;
mod work;

#[cfg(test)]
mod tests;

pub use learn::series::{Kind as Values, Past, Step};
pub use read::{ends, past};

use crate::domain::near;
use crate::domain::told::{Kind, Told};

/// Every series, in the order people read them.
pub const SERIES: &[&Series] = &[
    &work::JOBS,
    &work::BOOKED_HOURS,
    &work::REVENUE,
    &staff::HEADCOUNT,
    &staff::EXITS,
    &staff::EXITS_VOLUNTARY,
    &staff::HIRES,
    &staff::TIME_TO_FILL,
];

/// One series of the office.
#[derive(Debug)]
pub struct Series {
    /// Its name in addresses, exports and questions: `snake_case`.
    pub id: &'static str,
    /// Its name on pages.
    pub title: &'static str,
    /// What it counts and where, in plain sentences.
    pub sentence: &'static str,
    /// What its values count: `jobs`, `hours`, `dollars`, `technicians`, `exits`, `hires`, `days`.
    pub unit: &'static str,
    /// What its values are, which decides what a forecast may not be.
    pub values: Values,
    /// The steps it may be asked for, the usual one first.
    pub steps: &'static [Step],
    /// Id of the metric that counts the same.
    pub metric: &'static str,
    /// Whether it can be narrowed to one appliance family.
    pub by_appliance: bool,
    pub(crate) fold: Fold,
    pub(crate) sql: &'static str,
}

impl Series {
    /// Whether it counts work done, which holidays change.
    pub fn is_work(&self) -> bool {
        matches!(self.fold, Fold::Work { .. })
    }
}

/// What becomes of the rows `(day, value)` of a period. None is 0 where 0 can be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fold {
    /// Their sum, divided by `per`. Not known where nothing at all was recorded for a week or longer.
    Work { per: u32, of: Recorded },
    /// Their sum.
    Events,
    /// All rows up to the period's last day added up: a level.
    Level,
    /// Their median; none is not known.
    Median,
}

/// Which facts say that there are data of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Recorded {
    /// Jobs.
    Jobs,
    /// Workdays.
    Workdays,
}

/// The series of an id.
///
/// # Errors
/// `NotFound` with the nearest known name, if any is near.
pub fn find(id: &str) -> Result<&'static Series, Told> {
    if let Some(series) = SERIES.iter().find(|it| it.id == id) {
        return Ok(series);
    }
    let hint = near::nearest(id, SERIES.iter().map(|it| it.id)).map_or_else(
        || "`crewkeep forecast` lists them all.".to_owned(),
        |it| format!("Did you mean `{it}`?"),
    );
    Err(Told::new(Kind::NotFound, format!("There is no series `{id}`."), hint))
}

/// The statement behind a series, as shown to people.
pub fn sql(series: &Series) -> &'static str {
    series.sql
}

/// A value with its unit: `1,234 jobs`, `$12,345`, `37 days`; a forecast of few with a tenth,
/// `1.4 exits`.
pub fn format(series: &Series, value: f64) -> String {
    let sign = if value <= -0.5 { "-" } else { "" };
    let whole = crate::domain::count::grouped(value.abs().round() as u64);
    if series.unit == "dollars" {
        return format!("{sign}${whole}");
    }
    let part = value.abs() < 20.0 && (value - value.round()).abs() >= 0.05;
    if series.values == Values::Count && part {
        return format!("{value:.1} {}", series.unit);
    }
    let unit = match series.unit.strip_suffix('s') {
        Some(one) if whole == "1" => one,
        _ => series.unit,
    };
    format!("{sign}{whole} {unit}")
}
