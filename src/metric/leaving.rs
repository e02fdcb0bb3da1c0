//! What becomes of a cohort: the first 90 days, half a year, those here at the start.
//!
//! A hire counts as still here on day N when the last day employed is day N or later; day 0 is the
//! first day. Shares over hires count only cohorts whose day has passed (matured): the others would
//! look like stayers. Never here: rates over headcount (see `turnover`).

use super::sql::{over_hires, over_stays};
use super::{By, Direction, Estimate, Family, Grain, How, Metric, Unit};

/// Leaving at once.
pub(super) const FIRST_90_DAYS: Metric = Metric {
    id: "first_90_day_attrition",
    title: "First-90-day attrition",
    sentence: "Share of hires who left before their day 90, among hires whose day 90 has passed.",
    formula: "Hires of the period whose last day employed is before day 90, divided by hires of \
              the period whose day 90 lies within the data. Hires of the last 90 days are left \
              out. n is the matured hires.",
    unit: Unit::Percent,
    direction: Direction::Bad,
    minimum: 10,
    interval: "Wilson's interval for a share.",
    family: Family::Leaving,
    by: &[By::None, By::Zone, By::Office, By::Month, By::Source],
    how: How {
        sql: over_hires!(
            "",
            "  COALESCE(SUM(s.exited_on < s.hired_on + 90), 0) AS hits,
  COUNT(*) AS n",
            "WHERE s.hired_on + 90 <= :as_of
GROUP BY grp"
        ),
        estimate: Estimate::Share,
        grain: Grain::Day,
    },
};

/// Who stayed, of those here.
pub(super) const COHORT_RETENTION: Metric = Metric {
    id: "cohort_retention",
    title: "Cohort retention",
    sentence: "Share of the people here when the period began who are still here when it ends.",
    formula: "Of the people employed before the first day who had not left by then, those not \
              gone by the last day. A technician counts in the zone of the day before the period. \
              n is the people at the start.",
    unit: Unit::Percent,
    direction: Direction::Good,
    minimum: 10,
    interval: "Wilson's interval for a share.",
    family: Family::Leaving,
    by: &[By::None, By::Zone, By::Office, By::Month],
    how: How {
        sql: over_stays!(
            "  SUM(
    s.in_on < p.from_on AND COALESCE(s.exited_on, 1000000) >= p.to_on
  ) AS hits,
  SUM(
    s.in_on < p.from_on AND COALESCE(s.exited_on, 1000000) >= p.from_on
  ) AS n",
            "n > 0"
        ),
        estimate: Estimate::Share,
        grain: Grain::Day,
    },
};

/// One row a hire: days followed, gone or not, followed 180 days or not.
macro_rules! survival {
    () => {
        over_hires!(
            "",
            "  MIN(COALESCE(s.exited_on, :as_of), :as_of) - s.hired_on AS days,
  COALESCE(s.exited_on <= :as_of, 0) AS gone,
  s.hired_on + 180 <= :as_of AS due",
            "WHERE s.hired_on <= :as_of"
        )
    };
}

/// Half a year.
pub(super) const SURVIVAL_180D: Metric = Metric {
    id: "survival_180d",
    title: "Still here after 180 days",
    sentence: "Share of hires still employed on day 180, estimated from how long each was followed.",
    formula: "Kaplan-Meier over the hires of the period; a hire whose day 180 has not come counts \
              for as long as it was followed. n is the hires whose day 180 lies within the data.",
    unit: Unit::Percent,
    direction: Direction::Good,
    minimum: 10,
    interval: "Wilson's interval for the number of people that Greenwood's variance is worth.",
    family: Family::Leaving,
    by: &[By::None, By::Zone, By::Office, By::Month],
    how: How { sql: survival!(), estimate: Estimate::Survival(180.0), grain: Grain::Day },
};

/// Half a year, by where the hire came from.
pub(super) const SOURCE_QUALITY: Metric = Metric {
    id: "source_quality",
    title: "Source quality",
    sentence: "Share of the hires from a source who are still employed on day 180.",
    formula: "Kaplan-Meier over the hires of the period from each source, as for 'Still here \
              after 180 days'. n is the hires whose day 180 lies within the data.",
    unit: Unit::Percent,
    direction: Direction::Good,
    minimum: 10,
    interval: "Wilson's interval for the number of people that Greenwood's variance is worth.",
    family: Family::Recruiting,
    by: &[By::None, By::Source],
    how: How { sql: survival!(), estimate: Estimate::Survival(180.0), grain: Grain::Day },
};
