//! How long each stage of hiring takes, and when the slow fifth begins.
//!
//! A stage is counted on the day it ends and over everyone who ended it, so a wait that is not over
//! does not count yet. Where a day before it is not recorded, the last one known stands for it.
//! Never here: the clocks over several stages (see `hiring`), but for the slow end of time to fill.

use super::sql::over_candidates;
use super::{By, Direction, Estimate, Family, Grain, How, Metric, Unit};

const BY: &[By] = &[By::None, By::Zone, By::Office, By::Month, By::Source];

/// A stage: days up to `$end`, over candidates for whom `$where` holds.
macro_rules! stage {
    ($id:expr, $title:expr, $sentence:expr, $formula:expr, $end:expr, $days:expr, $where:expr) => {
        Metric {
            id: $id,
            title: $title,
            sentence: $sentence,
            formula: $formula,
            unit: Unit::Days,
            direction: Direction::Bad,
            minimum: 6,
            interval: "Between two of the observed values (order statistics), whatever their shape.",
            family: Family::Recruiting,
            by: BY,
            how: How {
                sql: over_candidates!($end, concat!("  ", $days, " AS days"), $where, ""),
                estimate: Estimate::Median,
                grain: Grain::Day,
            },
        }
    };
}

/// Until the right one applies.
pub(super) const FIND: Metric = stage!(
    "time_to_find",
    "Time to find",
    "Days from the approval of an opening to the application of who said yes, for the middle hire.",
    "Median of applied minus approved (opened, when no approval is recorded; 0 when the \
     application was there before), over offers accepted in the period. n is those offers.",
    "c.accepted_on",
    "MAX(c.applied_on - COALESCE(r.approved_on, r.opened_on), 0)",
    "c.accepted_on <= :as_of"
);
/// Until somebody calls.
pub(super) const SCREEN: Metric = stage!(
    "time_to_screen",
    "Time to screen",
    "Days from the application to the first talk, for the middle candidate.",
    "Median of screened minus applied, over candidates screened in the period. n is those \
     candidates.",
    "c.screened_on",
    "c.screened_on - c.applied_on",
    "c.screened_on >= c.applied_on"
);
/// Until the interview.
pub(super) const INTERVIEW: Metric = stage!(
    "time_to_interview",
    "Time to interview",
    "Days from the first talk to the interview, for the middle candidate.",
    "Median of interviewed minus screened (applied, when no first talk is recorded), over \
     candidates interviewed in the period. n is those candidates.",
    "c.interviewed_on",
    "c.interviewed_on - COALESCE(c.screened_on, c.applied_on)",
    "c.interviewed_on >= COALESCE(c.screened_on, c.applied_on)"
);
/// Until the offer.
pub(super) const OFFER: Metric = stage!(
    "time_to_offer",
    "Time to offer",
    "Days from the interview to the offer, for the middle candidate.",
    "Median of offered minus interviewed (the last day known before it, when no interview is \
     recorded), over offers of the period. n is those offers.",
    "c.offered_on",
    "c.offered_on - COALESCE(c.interviewed_on, c.screened_on, c.applied_on)",
    "c.offered_on >= COALESCE(c.interviewed_on, c.screened_on, c.applied_on)"
);
/// Until the yes.
pub(super) const ACCEPT: Metric = stage!(
    "time_to_accept",
    "Time to accept",
    "Days from the offer to the yes, for the middle hire.",
    "Median of accepted minus offered, over offers accepted in the period. n is those offers.",
    "c.accepted_on",
    "c.accepted_on - c.offered_on",
    "c.accepted_on >= c.offered_on"
);
/// Until the first day.
pub(super) const FIRST_DAY: Metric = stage!(
    "time_to_first_day",
    "Time to the first day",
    "Days from the yes to the first day of work, for the middle hire.",
    "Median of started minus accepted, over candidates who started in the period. n is those \
     candidates.",
    "c.started_on",
    "c.started_on - c.accepted_on",
    "c.started_on >= c.accepted_on"
);
/// Until the no.
pub(super) const DECLINE: Metric = stage!(
    "time_to_decline",
    "Time to decline",
    "Days from the offer to the no, for the middle candidate who declined.",
    "Median of declined minus offered, over offers declined in the period. n is those offers.",
    "c.declined_on",
    "c.declined_on - c.offered_on",
    "c.declined_on >= c.offered_on"
);

/// The slow end of the clock that plans start from.
pub(super) const FILL_P80: Metric = Metric {
    id: "time_to_fill_p80",
    title: "Time to fill, the slow fifth",
    sentence: "Days from the approval of an opening to an accepted offer that 4 of 5 hires take at \
               most.",
    formula: "80th percentile of accepted minus approved (opened, when no approval is recorded), \
              over offers accepted in the period. n is those offers.",
    unit: Unit::Days,
    direction: Direction::Bad,
    minimum: 17,
    interval: "Between two of the observed values (order statistics), whatever their shape.",
    family: Family::Recruiting,
    by: BY,
    how: How {
        sql: super::hiring::TIME_TO_FILL.how.sql,
        estimate: Estimate::Quantile(0.8),
        grain: Grain::Day,
    },
};
