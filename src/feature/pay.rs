//! When pay last rose, and where it stands.

use super::{Direction, Feature, Group, MONTH_DAYS, Unit, words};

/// Months since the last raise, or since the hire of this spell when that is later.
pub(super) const MONTHS_SINCE_RAISE: Feature = Feature {
    id: "months_since_raise",
    title: "Time since raise",
    sentence: "Months since the hourly rate last rose, or since this spell's hire when that is later.",
    unit: Unit::Months,
    group: Group::Pay,
    actionable: true,
    direction: Some(Direction::Raises),
    decimals: 0,
    compute: |of, _, as_of| {
        let hired = of.who.spell_at(as_of)?.hired_on;
        let from = of.who.last_raise(as_of).map_or(hired, |it| it.max(hired));
        Some(f64::from(as_of.0 - from.0) / MONTH_DAYS)
    },
    phrase: |months| match words::number(months, 0).as_str() {
        "0" => "raised within the last month".to_owned(),
        _ => format!("{} without a raise", words::count(months, 0, "month", "months")),
    },
    missing: "hire day unknown",
};

/// Own hourly rate over the median of the zone's technicians of the same trade.
pub(super) const PAY_VS_ZONE_MEDIAN: Feature = Feature {
    id: "pay_vs_zone_median",
    title: "Pay position",
    sentence: "Own hourly rate divided by the median rate of the technicians of the same trade \
               employed in the zone, or in the office when the zone has fewer than 3 others.",
    unit: Unit::Ratio,
    group: Group::Pay,
    actionable: true,
    direction: Some(Direction::Lowers),
    decimals: 2,
    compute: |of, around, as_of| {
        let own = of.who.rate_at(as_of)?;
        let median = around.rate_median(of.who, as_of)?;
        (median > 0.0).then(|| own as f64 / median)
    },
    phrase: |ratio| {
        let gap = ((ratio - 1.0).abs() * 100.0).round();
        match (gap as i64, ratio < 1.0) {
            (0, _) => "at the local median".to_owned(),
            (_, true) => format!("{gap}% under the local median"),
            (_, false) => format!("{gap}% over the local median"),
        }
    },
    missing: "no rate, or fewer than 3 others of the trade to compare with",
};
