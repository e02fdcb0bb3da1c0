//! How full the days are, and how far from what this person is used to.

use super::history::History;
use super::{Direction, Feature, Group, Unit, words};
use crate::domain::calendar::Day;

const BALANCE_DAYS: i32 = 28;
const USUAL_DAYS: i32 = 56;

/// Minutes booked a minute available.
pub(super) const BOOKING_BALANCE: Feature = Feature {
    id: "booking_balance",
    title: "Booking balance",
    sentence: "Minutes booked divided by minutes open for booking, over 28 days; both under- and \
               overbooking may matter.",
    unit: Unit::Ratio,
    group: Group::Load,
    actionable: true,
    direction: None,
    decimals: 2,
    compute: |of, _, as_of| balance(of, as_of),
    phrase: |ratio| format!("booked for {} of open time", words::percent(ratio)),
    missing: "no open time in 28 days",
};

/// Distance of the booking balance from the person's own median.
pub(super) const BOOKING_SHIFT: Feature = Feature {
    id: "booking_shift",
    title: "Booking shift",
    sentence: "Distance, up or down, of the 28-day booking balance from the person's own median \
               day of the last 8 weeks.",
    unit: Unit::Ratio,
    group: Group::Load,
    actionable: true,
    direction: Some(Direction::Raises),
    decimals: 2,
    compute: |of, _, as_of| Some((balance(of, as_of)? - usual(of, as_of)?).abs()),
    phrase: |shift| {
        let points = words::count(shift * 100.0, 0, "point", "points");
        format!("{points} away from the person's usual booking")
    },
    missing: "no open time in 28 days",
};

fn balance(of: &History<'_>, as_of: Day) -> Option<f64> {
    let days = of.workdays_between(as_of.plus(-BALANCE_DAYS), as_of);
    let available: i64 = days.iter().map(|it| i64::from(it.available_min)).sum();
    let booked: i64 = days.iter().map(|it| i64::from(it.booked_min)).sum();
    (available > 0).then(|| booked as f64 / available as f64)
}

/// Median over days of booked / available.
fn usual(of: &History<'_>, as_of: Day) -> Option<f64> {
    let days = of.workdays_between(as_of.plus(-USUAL_DAYS), as_of);
    let open = days.iter().filter(|it| it.available_min > 0);
    let ratios = open.map(|it| f64::from(it.booked_min) / f64::from(it.available_min));
    super::around::median(ratios.collect())
}
