//! What a plan consists of: plain values that pages, commands and tools read.
//!
//! Never here: words about them, arithmetic.

use crate::app::outlook::Outlook;
use crate::app::runs::Uid;
use crate::domain::calendar::{Day, Month};

/// What to plan.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ask {
    /// Zone or office; none for everyone.
    pub place: Option<Uid>,
    /// What would be different.
    pub scenario: Scenario,
}

/// A change of the world to compare with doing nothing. The default changes nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scenario {
    /// Its name; empty for "as things are".
    pub name: String,
    /// More people starting: first day, how many, in which zone (none: shared by need).
    pub hires: Vec<(Day, u32, Option<Uid>)>,
    /// Demand times this, 1.05 for 5% more; 0 means unchanged.
    pub demand_factor: f64,
    /// No job with more drive minutes than this; none for no cap.
    pub drive_cap_min: Option<f64>,
}

/// A middle and the bounds that should hold 80% of outcomes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Band {
    /// One in ten lies below.
    pub low: f64,
    /// The median.
    pub mid: f64,
    /// One in ten lies above.
    pub high: f64,
}

/// The plan of a place.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The last day whose facts it knows.
    pub as_of: Day,
    /// Name of the place; `All zones` for everyone.
    pub place: String,
    /// What was changed.
    pub scenario: Scenario,
    /// Booked hours of the last 104 whole weeks, by the Monday each begins on.
    pub past: Vec<(Day, f64)>,
    /// Hours of people in the same weeks, as they were.
    pub past_have: Vec<f64>,
    /// The forecast of booked hours, 26 weeks.
    pub demand: Outlook,
    /// Week by week.
    pub weeks: Vec<Week>,
    /// What a technician gives, from the data.
    pub giving: Giving,
    /// One row a zone of the place, at `zone_weeks` weeks ahead.
    pub zones: Vec<ZonePlan>,
    /// How many weeks ahead `zones` looks: 13.
    pub zone_weeks: usize,
    /// By when to post, soonest first.
    pub openings: Vec<Opening>,
    /// Exits a month, behind and ahead.
    pub exits: ExitsAhead,
    /// First week in which somebody is more likely short than not, with its 80% band; none when
    /// there is no such week within the horizon.
    pub short_from: Option<NeedDate>,
    /// Headcount forecast by its own series minus the one by hires and exits, technicians at the
    /// end of the horizon; none when the series is too short.
    pub headcount_gap: Option<f64>,
    /// What a reader must know, in plain sentences.
    pub notes: Vec<String>,
}

/// When somebody is short, with the band of that date over all draws.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NeedDate {
    /// One draw in ten is short before this Monday.
    pub low: Day,
    /// Half of the draws are short from this Monday on.
    pub mid: Day,
    /// One draw in ten is not short by this Monday; none when that lies past the horizon.
    pub high: Option<Day>,
}

/// A week ahead.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Week {
    /// Its Monday.
    pub monday: Day,
    /// Hours asked for.
    pub need_hours: Band,
    /// Hours the people can give.
    pub have_hours: Band,
    /// Technicians needed.
    pub need: Band,
    /// Technicians there, a new hire counted by pace.
    pub have: Band,
    /// Technicians short; below zero is spare.
    pub short: Band,
    /// Share of draws in which anybody is short, 0 to 1.
    pub chance_short: f64,
}

/// What a technician gives in a week.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Giving {
    /// Hours available in a week, holidays and leave taken off, with its interval.
    pub available_hours: Band,
    /// Share of available hours that is booked when all is well: the office's own usual.
    pub planned_load: f64,
    /// Technician-weeks behind both.
    pub n: u64,
    /// Weeks until a new hire works at 80% of the usual pace.
    pub ramp_weeks: f64,
    /// New hires behind it; 0 when too few and a stated default is used.
    pub ramp_n: u64,
}

/// A zone's need against what it has.
#[derive(Clone, Debug, PartialEq)]
pub struct ZonePlan {
    /// The zone.
    pub uid: Uid,
    /// Its name.
    pub name: String,
    /// Technicians today.
    pub today: u64,
    /// Technicians expected, paced.
    pub have: Band,
    /// Technicians needed.
    pub need: Band,
    /// Short by.
    pub short: Band,
}

/// One line of the hire-by calendar.
#[derive(Clone, Debug, PartialEq)]
pub struct Opening {
    /// Where.
    pub zone: String,
    /// How many.
    pub count: u32,
    /// Post the ad on this day at the latest.
    pub post_by: Day,
    /// Whether that day is past.
    pub late: bool,
    /// The day the new hire starts when posted then and filled at p80.
    pub start: Day,
    /// The Monday from which they are needed at pace.
    pub need: NeedDate,
    /// Days from the opening to the first day of work, p80.
    pub fill_days: f64,
    /// Hires behind `fill_days`.
    pub fill_n: u64,
}

/// Exits a month.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExitsAhead {
    /// Months behind, with the exits there were.
    pub past: Vec<(Month, u64)>,
    /// Months ahead.
    pub ahead: Vec<MonthAhead>,
    /// All months ahead together.
    pub total: Band,
    /// Whether each person's own chance was used (else the office's usual rate).
    pub from_people: bool,
}

/// A month ahead.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MonthAhead {
    /// The month.
    pub month: Month,
    /// Exits.
    pub exits: Band,
}
