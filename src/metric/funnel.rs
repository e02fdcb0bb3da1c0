//! The funnel: how many applications reach each step, and in the end a first day.
//!
//! All steps count the same applications, so they multiply: those of the period whose day 90 lies
//! within the data. A younger one may still go on; to count it would call every new source a bad
//! one. A step counts as reached when it or a later one has a day. Never here: how long steps take
//! (see `stages`).

use super::sql::over_candidates;
use super::{By, Direction, Estimate, Family, Grain, How, Metric, Unit};

const BY: &[By] = &[By::None, By::Zone, By::Office, By::Month, By::Source];

/// The first day on which a candidate was known to be at a step or beyond.
macro_rules! reached {
    (applied) => {
        "c.applied_on"
    };
    (screened) => {
        "COALESCE(c.screened_on, c.interviewed_on, c.offered_on, c.declined_on, c.accepted_on, \
         c.started_on)"
    };
    (interviewed) => {
        "COALESCE(c.interviewed_on, c.offered_on, c.declined_on, c.accepted_on, c.started_on)"
    };
    (offered) => {
        "COALESCE(c.offered_on, c.declined_on, c.accepted_on, c.started_on)"
    };
    (accepted) => {
        "COALESCE(c.accepted_on, c.started_on)"
    };
    (started) => {
        "c.started_on"
    };
}

/// A step of the funnel: of those who reached `$from`, the share who reached `$to`.
macro_rules! step {
    ($id:expr, $title:expr, $sentence:expr, $formula:expr, $from:ident to $to:ident) => {
        Metric {
            id: $id,
            title: $title,
            sentence: $sentence,
            formula: concat!(
                $formula,
                " Applications of the last 90 days are left out, they may still go on; a step \
                 counts when it or a later one has a day."
            ),
            unit: Unit::Percent,
            direction: Direction::Good,
            minimum: 10,
            interval: "Wilson's interval for a share.",
            family: Family::Recruiting,
            by: BY,
            how: How {
                sql: over_candidates!(
                    "c.applied_on",
                    concat!(
                        "  SUM(COALESCE(",
                        reached!($to),
                        " <= :as_of, 0)) AS hits,
  COUNT(*) AS n"
                    ),
                    concat!(
                        "c.applied_on + 90 <= :as_of
  AND ",
                        reached!($from),
                        " <= :as_of"
                    ),
                    "GROUP BY grp"
                ),
                estimate: Estimate::Share,
                grain: Grain::Day,
            },
        }
    };
}

/// A first talk.
pub(super) const SCREENED: Metric = step!(
    "funnel_screened",
    "Applications screened",
    "Share of applications that led to a first talk.",
    "Applications of the period with a first talk, divided by all of them. n is the applications.",
    applied to screened
);
/// An interview.
pub(super) const INTERVIEWED: Metric = step!(
    "funnel_interviewed",
    "Screened and interviewed",
    "Share of the screened who were interviewed.",
    "Applications of the period that reached an interview, divided by those screened. n is the \
     screened.",
    screened to interviewed
);
/// An offer.
pub(super) const OFFERED: Metric = step!(
    "funnel_offered",
    "Interviewed and offered",
    "Share of the interviewed who got an offer.",
    "Applications of the period that got an offer, divided by those interviewed. n is the \
     interviewed.",
    interviewed to offered
);
/// A yes.
pub(super) const ACCEPTED: Metric = step!(
    "funnel_accepted",
    "Offered and accepted",
    "Share of the offered who said yes, counted by the day of the application so that the steps of \
     the funnel multiply; 'Offer acceptance' counts by the day of the offer.",
    "Applications of the period whose offer was accepted, divided by those with an offer. n is \
     the offered.",
    offered to accepted
);
/// A first day.
pub(super) const STARTED: Metric = step!(
    "funnel_started",
    "Accepted and started",
    "Share of those who said yes who came to a first day.",
    "Applications of the period with a first day of work, divided by those accepted. n is the \
     accepted.",
    accepted to started
);
/// The whole way.
pub(super) const HIRED: Metric = step!(
    "funnel_hired",
    "Applications that end in a first day",
    "Share of applications that end in a first day of work: all steps of the funnel together.",
    "Applications of the period with a first day of work, divided by all of them. n is the \
     applications.",
    applied to started
);
