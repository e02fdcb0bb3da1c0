//! How long hiring takes and how offers end.
//!
//! Firms mix these clocks; each says where it starts and stops. A zone is the requisition's, and
//! openings without a zone are left out of a breakdown by zone. Never here: what becomes of hires
//! (see `leaving`).

use super::sql::over_candidates;
use super::{By, Direction, Estimate, Family, Grain, How, Metric, Unit};

const BY: &[By] = &[By::None, By::Zone, By::Office, By::Month, By::Source];
const MEDIAN: &str = "Between two of the observed values (order statistics), whatever their shape.";

/// From the approval to the yes.
pub(super) const TIME_TO_FILL: Metric = Metric {
    id: "time_to_fill",
    title: "Time to fill",
    sentence: "Days from the approval of an opening to an accepted offer, for the middle hire.",
    formula: "Median of accepted minus approved (opened, when no approval is recorded), over \
              offers accepted in the period. n is those offers.",
    unit: Unit::Days,
    direction: Direction::Bad,
    minimum: 6,
    interval: MEDIAN,
    family: Family::Recruiting,
    by: BY,
    how: How {
        sql: over_candidates!(
            "c.accepted_on",
            "  c.accepted_on - COALESCE(r.approved_on, r.opened_on) AS days",
            "c.accepted_on >= COALESCE(r.approved_on, r.opened_on)",
            ""
        ),
        estimate: Estimate::Median,
        grain: Grain::Day,
    },
};

/// From the application to the yes.
pub(super) const TIME_TO_HIRE: Metric = Metric {
    id: "time_to_hire",
    title: "Time to hire",
    sentence: "Days from the application to the accepted offer, for the middle hire.",
    formula: "Median of accepted minus applied, over offers accepted in the period. n is those \
              offers.",
    unit: Unit::Days,
    direction: Direction::Bad,
    minimum: 6,
    interval: MEDIAN,
    family: Family::Recruiting,
    by: BY,
    how: How {
        sql: over_candidates!(
            "c.accepted_on",
            "  c.accepted_on - c.applied_on AS days",
            "c.accepted_on >= c.applied_on",
            ""
        ),
        estimate: Estimate::Median,
        grain: Grain::Day,
    },
};

/// From the approval to the first day.
pub(super) const TIME_TO_START: Metric = Metric {
    id: "time_to_start",
    title: "Time to start",
    sentence: "Days from the approval of an opening to the first day of work, for the middle hire.",
    formula: "Median of started minus approved (opened, when no approval is recorded), over \
              candidates who started in the period. n is those candidates.",
    unit: Unit::Days,
    direction: Direction::Bad,
    minimum: 6,
    interval: MEDIAN,
    family: Family::Recruiting,
    by: BY,
    how: How {
        sql: over_candidates!(
            "c.started_on",
            "  c.started_on - COALESCE(r.approved_on, r.opened_on) AS days",
            "c.started_on >= COALESCE(r.approved_on, r.opened_on)",
            ""
        ),
        estimate: Estimate::Median,
        grain: Grain::Day,
    },
};

/// Yes or no.
pub(super) const OFFER_ACCEPTANCE: Metric = Metric {
    id: "offer_acceptance",
    title: "Offer acceptance",
    sentence: "Share of offers that were accepted, among offers answered or older than 30 days.",
    formula: "Offers extended in the period and accepted, divided by offers extended in the \
              period that were accepted, declined or left without an answer for 30 days. n is \
              those offers.",
    unit: Unit::Percent,
    direction: Direction::Good,
    minimum: 5,
    interval: "Wilson's interval for a share.",
    family: Family::Recruiting,
    by: BY,
    how: How {
        sql: over_candidates!(
            "c.offered_on",
            "  SUM(COALESCE(c.accepted_on <= :as_of, 0)) AS hits,
  COUNT(*) AS n",
            "(
    c.accepted_on <= :as_of
    OR c.declined_on <= :as_of
    OR c.offered_on + 30 <= :as_of
  )",
            "GROUP BY grp"
        ),
        estimate: Estimate::Share,
        grain: Grain::Day,
    },
};
