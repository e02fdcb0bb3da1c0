//! Who is here: heads, hires, exits.
//!
//! Never here: rates of leaving (see `turnover`).

use super::sql::over_stays;
use super::{By, Direction, Estimate, Family, Grain, How, Metric, Unit};

const BY: &[By] = &[By::None, By::Zone, By::Office, By::Month];
const COUNTED: &str = "None: it is counted, not estimated.";

/// Heads on the last day.
pub(super) const HEADCOUNT: Metric = Metric {
    id: "headcount",
    title: "Headcount",
    sentence: "Technicians employed on the last day of the period.",
    formula: "Spells of employment hired on or before the last day and not ended before it; the \
              last day employed counts. A technician counts in the zone assigned that day. n is \
              the headcount.",
    unit: Unit::People,
    direction: Direction::Neither,
    minimum: 5,
    interval: COUNTED,
    family: Family::People,
    by: BY,
    how: How {
        sql: over_stays!(
            "  SUM(s.in_on < p.to_on AND s.until_on >= p.to_on) AS value,
  SUM(s.in_on < p.to_on AND s.until_on >= p.to_on) AS n",
            "n > 0"
        ),
        estimate: Estimate::Count,
        grain: Grain::Day,
    },
};

/// Mean daily heads.
pub(super) const AVERAGE_HEADCOUNT: Metric = Metric {
    id: "average_headcount",
    title: "Average headcount",
    sentence: "Technicians employed on an average day of the period.",
    formula: "Mean of the daily headcount: days employed, summed over everyone, divided by the \
              days of the period. n is the average, rounded.",
    unit: Unit::PeopleMean,
    direction: Direction::Neither,
    minimum: 5,
    interval: COUNTED,
    family: Family::People,
    by: BY,
    how: How {
        sql: over_stays!(
            "  SUM(MIN(s.until_on, p.to_on) - MAX(s.in_on, p.from_on)) * 1.0
    / (p.to_on - p.from_on) AS value,
  ROUND(
    SUM(MIN(s.until_on, p.to_on) - MAX(s.in_on, p.from_on)) * 1.0 / (p.to_on - p.from_on)
  ) AS n",
            "value > 0"
        ),
        estimate: Estimate::Count,
        grain: Grain::Day,
    },
};

/// People who joined.
pub(super) const HIRES: Metric = Metric {
    id: "hires",
    title: "Hires",
    sentence: "Spells of employment that began in the period; a rehire counts again.",
    formula: "Spells whose first day lies in the period, in the zone of that day. n is the number \
              of people employed at some time in the period.",
    unit: Unit::People,
    direction: Direction::Neither,
    minimum: 5,
    interval: COUNTED,
    family: Family::People,
    by: BY,
    how: How {
        sql: over_stays!(
            "  SUM(s.in_on = s.hired_on AND s.hired_on >= p.from_on) AS value,
  COUNT(DISTINCT CASE WHEN s.until_on > p.from_on THEN s.employment_id END) AS n",
            "n > 0"
        ),
        estimate: Estimate::Count,
        grain: Grain::Day,
    },
};

/// People who left.
pub(super) const EXITS: Metric = Metric {
    id: "exits",
    title: "Exits",
    sentence: "Spells of employment that ended in the period, for whatever reason.",
    formula: "Spells whose last day employed lies in the period, in the zone of that day. n is \
              the number of people employed at some time in the period.",
    unit: Unit::People,
    direction: Direction::Bad,
    minimum: 5,
    interval: COUNTED,
    family: Family::People,
    by: BY,
    how: How {
        sql: over_stays!(
            "  SUM(
    s.until_on = s.exited_on + 1 AND s.exited_on >= p.from_on AND s.exited_on < p.to_on
  ) AS value,
  COUNT(DISTINCT CASE WHEN s.until_on > p.from_on THEN s.employment_id END) AS n",
            "n > 0"
        ),
        estimate: Estimate::Count,
        grain: Grain::Day,
    },
};
