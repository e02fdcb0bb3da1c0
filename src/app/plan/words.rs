//! A plan in one sentence.
//!
//! Never here: a number the plan does not have.

use super::shape::Plan;
use crate::domain::count::counted;

/// What a manager reads first: from when somebody is likely short, and by how many in 13 weeks.
pub fn sentence(plan: &Plan) -> String {
    let year = plan.as_of.year();
    let week = plan.zone_weeks.min(plan.weeks.len());
    let short = week.checked_sub(1).map(|it| plan.weeks[it].short).unwrap_or_default();
    let from = match plan.short_from {
        Some(it) => format!("likely short from the week of {}", it.mid.words(year)),
        None => "not likely short within the half year".to_owned(),
    };
    let (low, high) = (short.low.round(), short.high.round());
    let by = if high <= 0.0 {
        "nobody short".to_owned()
    } else {
        format!("short by {:.0} to {}", low.max(0.0), counted(high as u64, "technician"))
    };
    format!(
        "{}: with nobody hired beyond open positions, {from}; in {week} weeks {by} (80%).",
        plan.place
    )
}
