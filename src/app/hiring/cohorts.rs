//! Monthly cohorts of hires at 30, 60 and 90 days, and who is in the first 90 days now.
//!
//! Gone by day N is as in 'First-90-day attrition': the last day employed is before day N, day 0 is
//! the first day. A cohort is told once day N of its last possible hire lies within the data. The
//! usual range is what hires of the two years before would lead to in 99 of 100 cohorts of this size,
//! so that one bad month is not an alarm.

use crate::app::runs::Uid;
use crate::app::scope::Scope;
use crate::app::{Cx, Result};
use crate::domain::calendar::{Day, Month};
use crate::domain::rate;
use crate::metric::{self, Hire};

/// Days on which a cohort is looked at and a person talked to.
pub const CHECK_DAYS: [i32; 3] = [30, 60, 90];
/// Months shown.
const MONTHS: i32 = 12;
/// Months of hires before a cohort that its usual range comes from.
const PAST_MONTHS: i32 = 24;
/// Hires a usual range needs.
const PAST_MIN: u64 = 30;

/// How the newest hires do.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cohorts {
    /// By month of hire, the newest first.
    pub months: Vec<Cohort>,
    /// Hired within the last 90 days and here, the next check-in first.
    pub starters: Vec<Starter>,
}

/// The hires of a month.
#[derive(Clone, Debug, PartialEq)]
pub struct Cohort {
    /// The month.
    pub month: Month,
    /// Hires.
    pub hires: u64,
    /// At 30, 60 and 90 days.
    pub marks: [Mark; 3],
}

/// A cohort on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Not everyone's day has come; it will have by then.
    Young(Day),
    /// Gone by then, and how many usually are, when enough is known.
    Told {
        /// Gone before that day.
        left: u64,
        /// Lowest and highest count that is usual.
        usual: Option<(u64, u64)>,
    },
}

/// Somebody in the first 90 days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Starter {
    /// Identity in addresses.
    pub uid: Uid,
    /// Number the office knows the person by.
    pub employee_no: String,
    /// Name.
    pub name: String,
    /// Zone.
    pub zone: String,
    /// Where the person came from.
    pub source: String,
    /// First day.
    pub hired_on: Day,
    /// Days since.
    pub days: i32,
    /// The next check-in, and its day.
    pub next: (i32, Day),
}

impl Mark {
    /// Whether more left than is usual.
    pub fn unusual(self) -> bool {
        matches!(self, Self::Told { left, usual: Some((_, high)) } if left > high)
    }
}

/// Reads the hires of three years and counts them.
pub(super) fn read(cx: &Cx<'_>, scope: &Scope, as_of: Day) -> Result<Cohorts> {
    let running = as_of.month();
    let first = running.plus(-MONTHS - PAST_MONTHS).first_day();
    let from = metric::first_day(cx.read)?.map_or(first, |it| it.max(first));
    let hires = metric::hires_of(cx.read, from, as_of.plus(1), scope.at())?;
    let months = (1..=MONTHS).map(|back| cohort(&hires, running.plus(-back), as_of));
    Ok(Cohorts {
        months: months.filter(|it| it.hires > 0).collect(),
        starters: starters(&hires, scope, as_of),
    })
}

fn cohort(hires: &[Hire], month: Month, as_of: Day) -> Cohort {
    let period = month.period();
    let own = || hires.iter().filter(|it| it.hired_on >= period.from && it.hired_on < period.to);
    let begin = month.plus(-PAST_MONTHS).first_day();
    let past = || hires.iter().filter(|it| it.hired_on >= begin && it.hired_on < period.from);
    let n = own().count() as u64;
    let marks = CHECK_DAYS.map(|day| {
        let due = period.to.plus(day - 1);
        if due > as_of {
            return Mark::Young(due);
        }
        let gone = |it: &&Hire| it.exited_on.is_some_and(|on| on < it.hired_on.plus(day));
        let (left, seen) = (past().filter(gone).count() as u64, past().count() as u64);
        let usual = (seen >= PAST_MIN).then(|| rate::usual_count(left, seen, n));
        Mark::Told { left: own().filter(gone).count() as u64, usual }
    });
    Cohort { month, hires: n, marks }
}

fn starters(hires: &[Hire], scope: &Scope, as_of: Day) -> Vec<Starter> {
    let here = hires.iter().filter(|it| it.exited_on.is_none());
    let mut all: Vec<Starter> = here
        .filter_map(|it| {
            let days = as_of.0 - it.hired_on.0;
            let next = CHECK_DAYS.into_iter().find(|day| days < *day)?;
            Some(Starter {
                uid: it.uid,
                employee_no: it.employee_no.clone(),
                name: it.name.clone(),
                zone: scope.zone_name(it.zone_id).unwrap_or_default(),
                source: it.hire_source.clone(),
                hired_on: it.hired_on,
                days,
                next: (next, it.hired_on.plus(next)),
            })
        })
        .collect();
    all.sort_by(|a, b| {
        (a.next.1, &a.name, &a.employee_no).cmp(&(b.next.1, &b.name, &b.employee_no))
    });
    all
}
