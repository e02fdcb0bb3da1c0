//! From draws to the values of a plan.
//!
//! Never here: drawing, words about the values.

use learn::progress::Flow;
use learn::series::{self, Kind, Options, Past, Step};
use learn::staffing::quantile;

use super::openings::{self, USEFUL};
use super::ready::{MONTHS, Ready};
use super::shape::{Band, ExitsAhead, Giving, MonthAhead, Plan, Week, ZonePlan};
use super::work::{self, SEED};
use super::{SHORT, WEEKS, ZONE_WEEKS};
use crate::app::Result;
use crate::app::train::learn_error;
use crate::domain::calendar::Day;

/// Whole weeks behind that are shown.
const PAST_WEEKS: usize = 104;
/// Months behind that exits are shown for.
const PAST_MONTHS: i32 = 6;
/// Months of headcount before it is forecast by itself.
const HEADCOUNT_MIN: usize = 24;

/// The plan of what was drawn.
pub(super) fn plan(ready: Ready) -> Result<Plan> {
    let weeks: Vec<Week> = (0..WEEKS).map(|it| week(&ready, it)).collect();
    let begins = openings::begins(&ready.drawn, None, SHORT);
    let have = weeks.last().map_or(0.0, |it| it.have.mid);
    let (past, past_have) = past(&ready);
    Ok(Plan {
        as_of: ready.facts.last,
        past,
        past_have,
        giving: Giving {
            available_hours: ready.usual.available,
            planned_load: ready.usual.load,
            n: ready.usual.n,
            ramp_weeks: ready.facts.pace.weeks_to(USEFUL) as f64,
            ramp_n: ready.facts.pace_n,
        },
        zones: (0..ready.zones.len()).map(|it| zone(&ready, it)).collect(),
        zone_weeks: ZONE_WEEKS,
        openings: openings::openings(&ready),
        exits: exits(&ready),
        short_from: openings::need_date(&begins, &|week| ready.monday(week)),
        headcount_gap: headcount(&ready)?.map(|it| it - have),
        weeks,
        place: ready.place,
        scenario: ready.scenario,
        demand: ready.demand.outlook,
        notes: ready.notes,
    })
}

/// The middle and the bounds of 80% of some draws.
pub(super) fn band(mut draws: Vec<f64>) -> Band {
    Band {
        low: quantile(&mut draws, 0.1),
        mid: quantile(&mut draws, 0.5),
        high: quantile(&mut draws, 0.9),
    }
}

fn week(ready: &Ready, week: usize) -> Week {
    let drawn = &ready.drawn;
    let (need, have) = drawn.whole(week);
    let (mut need_hours, mut have_hours) = (vec![0.0; drawn.draws], vec![0.0; drawn.draws]);
    for (group, given) in ready.given.iter().enumerate() {
        let (need, have) = drawn.of(week, group);
        let hours = given.hours();
        need_hours.iter_mut().zip(need).for_each(|(sum, it)| *sum += f64::from(*it) * hours);
        have_hours.iter_mut().zip(have).for_each(|(sum, it)| *sum += f64::from(*it) * hours);
    }
    let short: Vec<f64> = need.iter().zip(&have).map(|(need, have)| need - have).collect();
    let count = short.iter().filter(|it| **it >= SHORT).count();
    Week {
        monday: ready.monday(week),
        need_hours: band(need_hours),
        have_hours: band(have_hours),
        need: band(need),
        have: band(have),
        short: band(short),
        chance_short: count as f64 / drawn.draws.max(1) as f64,
    }
}

fn zone(ready: &Ready, group: usize) -> ZonePlan {
    let place = ready.zones[group];
    let zone = &ready.facts.zones[place];
    let (need, have) = ready.drawn.of(ZONE_WEEKS - 1, group);
    let wide = |draws: &[f32]| draws.iter().copied().map(f64::from).collect::<Vec<_>>();
    let (need, have) = (wide(need), wide(have));
    let short = need.iter().zip(&have).map(|(need, have)| need - have).collect();
    ZonePlan {
        uid: zone.uid,
        name: zone.name.clone(),
        today: ready.facts.present.iter().filter(|it| it.zone == place).count() as u64,
        have: band(have),
        need: band(need),
        short: band(short),
    }
}

/// Hours booked, and hours of the people there, by week. A week nothing is known of has none.
fn past(ready: &Ready) -> (Vec<(Day, f64)>, Vec<f64>) {
    let facts = &ready.facts;
    let from = facts.weeks().saturating_sub(PAST_WEEKS);
    let booked = |week: usize| {
        let monday = facts.monday.plus(7 * week as i32);
        let known = &ready.demand.past;
        let at = usize::try_from((monday.0 - known.first).div_euclid(7)).ok();
        let hours = at.and_then(|it| known.values.get(it).copied());
        (monday, hours.filter(|it| !it.is_nan()).unwrap_or(0.0))
    };
    let have = |week: usize| {
        let zones = ready.zones.iter().zip(&ready.given);
        zones.map(|(at, given)| facts.zones[*at].weeks[week].paced * given.hours()).sum()
    };
    ((from..facts.weeks()).map(booked).collect(), (from..facts.weeks()).map(have).collect())
}

fn exits(ready: &Ready) -> ExitsAhead {
    let (facts, drawn) = (&ready.facts, &ready.drawn);
    let first = ready.month();
    let known = |month: crate::domain::calendar::Month| {
        let ended = facts.spells.iter().zip(&facts.zone_of_spell).filter(|(spell, zone)| {
            spell.exited_on.is_some_and(|day| day.month() == month)
                && zone.is_some_and(|it| ready.zones.contains(&it))
        });
        ended.count() as u64
    };
    let mut total = vec![0.0; drawn.draws];
    let ahead = |at: i32| {
        let month = first.plus(at);
        // Those who have left this month already, and those who will.
        let so_far = known(month) as f64;
        let draws = drawn.exits(at as usize).iter().map(|it| f64::from(*it) + so_far).collect();
        MonthAhead { month, exits: band(draws) }
    };
    for month in 0..MONTHS as usize {
        total.iter_mut().zip(drawn.exits(month)).for_each(|(sum, it)| *sum += f64::from(*it));
    }
    ExitsAhead {
        past: (1..=PAST_MONTHS)
            .rev()
            .map(|back| first.plus(-back))
            .filter(|month| month.first_day() >= facts.first)
            .map(|month| (month, known(month)))
            .collect(),
        ahead: (0..MONTHS).map(ahead).collect(),
        total: band(total),
        from_people: ready.from_people,
    }
}

/// Headcount at the horizon by its own monthly series; none when that is too short.
fn headcount(ready: &Ready) -> Result<Option<f64>> {
    let facts = &ready.facts;
    let end = ready.monday(WEEKS - 1).month();
    let mut values = Vec::new();
    let mut month = facts.monday.plus(6).month().plus(1);
    let begun = month;
    while month < ready.month() {
        let week = ((month.first_day().0 - facts.monday.0) / 7) as usize;
        if week < facts.weeks() {
            values.push(work::together(facts, &ready.zones, week).heads);
        }
        month = month.plus(1);
    }
    let ahead = end.0 - begun.0 + 1 - values.len() as i32;
    if values.len() < HEADCOUNT_MIN || ahead < 1 {
        return Ok(None);
    }
    let past = Past::new(Step::Month, begun.first_day().0, values, Kind::Count);
    let options = Options {
        ahead: ahead as usize,
        choice: series::Choice::Auto,
        holidays: Vec::new(),
        seed: SEED,
    };
    let told = |_, _| Flow::Continue;
    let outlook = series::forecast(&past.map_err(learn_error)?, &options, &told);
    Ok(outlook.map_err(learn_error)?.points.last().map(|it| it.yhat))
}
