//! What waits to be filled, and when it will be.
//!
//! The date ahead of a position is that of past positions that were open as long: a Kaplan-Meier
//! curve of the days from the approval to the yes, where what is still open or was closed without
//! counts for as long as it was watched, seen from the day the position has reached. The band is
//! that of 80 in 100; how often it held is measured on the past and shown beside it.

use learn::survival::{KaplanMeier, Subject};

use crate::app::scope::Scope;
use crate::app::{Cx, Error, Result};
use crate::domain::calendar::Day;
use crate::domain::rate::TooFew;
use crate::metric;
use crate::store::hiring::{self, Opening, Position};

/// Positions taken in the past below which no date is given.
pub const FILLS_MIN: usize = 17;
/// Positions taken in an office from which its own curve is used instead of that of all.
const OWN_MIN: usize = 30;
/// Past positions taken later than one has waited, below which nothing is said of it.
const LATER_MIN: usize = 5;
/// Months of requisitions a curve is made of.
const MONTHS: i32 = 24;
/// Days between two looks back when the band is held against what came.
const STEP_DAYS: i32 = 56;
/// Looks back.
const LOOKS: i32 = 13;

/// What waits.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Openings {
    /// The longest open first.
    pub rows: Vec<Open>,
    /// Positions to fill, over all of them.
    pub positions: u64,
    /// Positions taken that the curves are made of, over all offices.
    pub fills: usize,
    /// Months of requisitions they come from.
    pub months: i32,
    /// How often the band held in the past, of how many; none before any has come true.
    pub held: Option<(usize, usize)>,
}

/// A requisition with positions to fill.
#[derive(Clone, Debug, PartialEq)]
pub struct Open {
    /// The requisition.
    pub it: Opening,
    /// The zone that tells it apart, or its office.
    pub place: String,
    /// Days it has been open.
    pub days: i32,
    /// Whether it is open longer than 4 of 5 past ones were; none when too little is known.
    pub late: Option<bool>,
    /// When a position of it will be taken.
    pub expected: Expected,
}

/// A date ahead, or why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// One in ten is taken before `low`, half before `middle`, one in ten after `high`; an end that
    /// the past does not reach is open.
    Band {
        /// Day.
        low: Day,
        /// Day.
        middle: Option<Day>,
        /// Day.
        high: Option<Day>,
    },
    /// Open longer than nearly all of the past: how many of how many were taken sooner.
    Beyond(usize, usize),
    /// Too few positions were ever taken.
    TooFew(TooFew),
}

/// Reads what is open and looks ahead.
pub(super) fn read(cx: &Cx<'_>, scope: &Scope, as_of: Day) -> Result<Openings> {
    let at = scope.at();
    let open = hiring::open(cx.read, as_of, at.office, at.zone)?;
    let to = as_of.plus(1);
    let all = hiring::positions(cx.read, metric::months_before(to, 2 * MONTHS), as_of)?;
    let known = Known::on(&all, as_of)?;
    let rows = open.into_iter().map(|it| {
        let days = as_of.0 - it.since.0;
        let curve = known.of(it.office_id);
        Open {
            place: it.zone_id.and_then(|id| scope.zone_name(id)).unwrap_or(it.office.clone()),
            days,
            late: curve.late(days),
            expected: curve.ahead(it.since, days),
            it,
        }
    });
    let rows: Vec<_> = rows.collect();
    Ok(Openings {
        positions: rows.iter().map(|it| it.it.positions.saturating_sub(it.it.taken)).sum(),
        rows,
        fills: known.all.taken.len(),
        months: MONTHS,
        held: held(&all, as_of)?,
    })
}

/// How long positions take, as known on a day.
struct Known {
    all: Curve,
    own: Vec<(i64, Curve)>,
}

/// The curve of some positions. Time is days plus one: a position taken on its first day lasted one.
struct Curve {
    curve: Option<KaplanMeier>,
    /// Days to the yes, ascending.
    taken: Vec<i32>,
}

impl Known {
    fn on(all: &[Position], day: Day) -> Result<Self> {
        let from = metric::months_before(day.plus(1), MONTHS);
        let seen: Vec<Position> =
            all.iter().copied().filter(|it| it.opened_on >= from && it.since <= day).collect();
        let mut offices: Vec<i64> = seen.iter().map(|it| it.office_id).collect();
        offices.sort_unstable();
        offices.dedup();
        let own = offices.into_iter().map(|id| {
            let curve = Curve::of(seen.iter().filter(|it| it.office_id == id), day)?;
            Ok((id, curve))
        });
        Ok(Self { all: Curve::of(seen.iter(), day)?, own: own.collect::<Result<_>>()? })
    }

    fn of(&self, office: i64) -> &Curve {
        let own = self.own.iter().find(|it| it.0 == office && it.1.taken.len() >= OWN_MIN);
        own.map_or(&self.all, |it| &it.1)
    }
}

impl Curve {
    fn of<'a>(positions: impl Iterator<Item = &'a Position>, day: Day) -> Result<Self> {
        let mut subjects = Vec::new();
        let mut taken = Vec::new();
        for it in positions {
            let ended = it.ended_on.filter(|end| *end <= day);
            let days = (ended.unwrap_or(day).0 - it.since.0).max(0);
            let event = it.taken && ended.is_some();
            subjects.push(Subject { entry: 0.0, exit: f64::from(days) + 1.0, event });
            if event {
                taken.push(days);
            }
        }
        taken.sort_unstable();
        let curve = if taken.len() < FILLS_MIN {
            None
        } else {
            let broken = |error| Error::broken("estimate how long positions are open", error);
            Some(KaplanMeier::fit(&subjects).map_err(broken)?)
        };
        Ok(Self { curve, taken })
    }

    fn late(&self, days: i32) -> Option<bool> {
        let left = self.curve.as_ref()?.at(f64::from(days) + 1.0).survival;
        Some(left <= 0.2 + 1e-12)
    }

    /// When a position open for so many days since a day will be taken.
    fn ahead(&self, since: Day, days: i32) -> Expected {
        let Some(curve) = &self.curve else {
            let (have, need) = (self.taken.len() as u64, FILLS_MIN as u64);
            return Expected::TooFew(TooFew { have, need });
        };
        let now = f64::from(days) + 1.0;
        let left = curve.at(now).survival;
        let sooner = self.taken.partition_point(|it| *it <= days);
        if self.taken.len() - sooner < LATER_MIN {
            return Expected::Beyond(sooner, self.taken.len());
        }
        let reaches = |share: f64| {
            let least = share * left + 1e-12;
            let later = curve.points().iter().filter(|it| it.time > now);
            let point = later.into_iter().find(|it| it.survival <= least)?;
            Some(since.plus(point.time as i32 - 1))
        };
        match reaches(0.9) {
            Some(low) => Expected::Band { low, middle: reaches(0.5), high: reaches(0.1) },
            None => Expected::Beyond(sooner, self.taken.len()),
        }
    }
}

/// Every eight weeks of the past two years: what would have been said of each position then open, and
/// whether it came true. Only what was known that day is looked at.
fn held(all: &[Position], as_of: Day) -> Result<Option<(usize, usize)>> {
    let (mut hits, mut n) = (0, 0);
    for back in 1..=LOOKS {
        let day = as_of.plus(-back * STEP_DAYS);
        let known = Known::on(all, day)?;
        let open = all.iter().filter(|it| {
            it.since <= day && it.opened_on <= day && it.ended_on.is_none_or(|end| end > day)
        });
        for it in open {
            let (days, end) = (day.0 - it.since.0, it.ended_on.filter(|_| it.taken));
            let Expected::Band { low, high, .. } = known.of(it.office_id).ahead(it.since, days)
            else {
                continue;
            };
            // What was closed without, or is still open inside the band, says nothing yet.
            let inside = match end {
                Some(end) => low <= end && high.is_none_or(|high| end <= high),
                None if it.ended_on.is_none() && high.is_some_and(|high| as_of > high) => false,
                None => continue,
            };
            hits += usize::from(inside);
            n += 1;
        }
    }
    Ok((n > 0).then_some((hits, n)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(days: impl Iterator<Item = i32>) -> Vec<Position> {
        let since = Day(20_000);
        let one = |days: i32| Position {
            office_id: 1,
            opened_on: since,
            since,
            ended_on: Some(since.plus(days)),
            taken: true,
        };
        days.map(one).collect()
    }

    #[test]
    fn the_longer_it_waited_the_later_it_comes() {
        let known = Known::on(&taken(1..=40), Day(20_100)).unwrap();
        let since = Day(20_090);
        let on = |days: i32| since.plus(days);
        let curve = known.of(1);
        // Of forty, one a day: the 4th, 20th and 36th.
        let fresh = curve.ahead(since, 0);
        let band = |low, middle, high| Expected::Band {
            low: on(low),
            middle: Some(on(middle)),
            high: Some(on(high)),
        };
        assert_eq!(fresh, band(4, 20, 36));
        // Ten days open, thirty left: the 13th, 25th and 37th.
        assert_eq!(curve.ahead(since, 10), band(13, 25, 37));
        assert_eq!((curve.late(31), curve.late(32)), (Some(false), Some(true)));
        assert_eq!(curve.ahead(since, 38), Expected::Beyond(38, 40));
        let few = Known::on(&taken(1..=16), Day(20_100)).unwrap();
        assert_eq!(few.of(1).ahead(since, 0), Expected::TooFew(TooFew { have: 16, need: 17 }));
        assert_eq!(few.of(1).late(5), None);
    }

    #[test]
    fn what_is_still_open_is_not_taken_for_fast() {
        let mut all = taken(1..=20);
        let waiting = Position { ended_on: None, taken: false, ..all[0] };
        all.extend(std::iter::repeat_n(waiting, 20));
        let known = Known::on(&all, Day(20_100)).unwrap();
        // Half of all are still open after a hundred days: the upper end is not reached.
        let Expected::Band { middle, high, .. } = known.of(1).ahead(Day(20_100), 0) else {
            panic!("no band");
        };
        assert_eq!((middle, high), (Some(Day(20_120)), None));
    }

    #[test]
    fn the_band_holds_as_often_as_it_says() {
        // Four years of openings every three days, each taken after 15 to 60 days, most in between.
        let mut rng = learn::rng::Rng::new(7);
        let mut die = |sides: usize| rng.below(sides) as i32;
        let position = |at: i32, days: i32| {
            let since = Day(20_000 + 3 * at);
            Position {
                opened_on: since,
                since,
                ended_on: Some(since.plus(days)),
                ..taken(1..=1)[0]
            }
        };
        let all: Vec<_> = (0..480).map(|at| position(at, 15 + die(23) + die(24))).collect();
        let (hits, n) = held(&all, Day(20_000 + 3 * 480)).unwrap().unwrap();
        let share = hits as f64 / n as f64;
        assert!(n > 120 && (0.74..=0.88).contains(&share), "held {hits} of {n}");
    }

    #[test]
    fn nothing_is_known_before_its_day() {
        let all = taken(1..=40);
        let early = Known::on(&all, Day(20_020)).unwrap();
        assert_eq!(early.all.taken.len(), 20, "the others come later");
    }
}
