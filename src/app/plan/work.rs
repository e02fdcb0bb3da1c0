//! What a technician gives, how fast newcomers get there, what a drive cap saves, and the demand.
//!
//! Never here: people's chances, draws.

use std::collections::BTreeMap;

use learn::math;
use learn::series::{Outlook, Past, Point, Step};
use learn::staffing::{Bands, Pace, Sway};

use super::facts::{Facts, WEEKS_MIN, Work};
use super::shape::Band;
use crate::app::runs::Uid;
use crate::app::{Cx, Result, outlook};
use crate::domain::calendar::Day;
use crate::store::staffing::{self, MonthWork, SpellRow};

/// Weeks behind the usual load and hours.
pub(super) const YEAR: usize = 52;
/// Weeks of a newcomer that are looked at.
const RAMP_DAYS: i32 = 26 * 7;
/// Newcomers needed before their own pace is believed.
const NEWCOMERS_MIN: u64 = 5;
/// Days after which somebody works at the usual pace.
const SETTLED_DAYS: i32 = 365;
/// Pace of the first day and weeks to the usual pace when the data cannot tell.
pub(super) const RAMP_DEFAULT: (f64, usize) = (0.5, 12);
/// Seed of every forecast and draw of a plan.
pub(super) const SEED: u64 = 5;

/// What a technician at the usual pace gives in a week.
#[derive(Clone, Copy, Debug)]
pub(super) struct Given {
    /// Hours available in a week.
    pub(super) available: Band,
    /// Share of them that is booked in the middle week.
    pub(super) load: f64,
    /// Technician-weeks behind both.
    pub(super) n: u64,
}

impl Given {
    /// Hours of work a technician at the usual pace gives in a week.
    pub(super) fn hours(&self) -> f64 {
        self.available.mid * self.load
    }
}

/// From the last 52 whole weeks of some zones; none when nobody worked in them.
pub(super) fn given(facts: &Facts, zones: &[usize]) -> Option<Given> {
    let weeks = facts.weeks();
    let sums: Vec<Work> = (weeks.saturating_sub(YEAR)..weeks)
        .map(|week| together(facts, zones, week))
        .filter(|it| it.available_hours > 0.0 && it.paced > 0.0)
        .collect();
    let n = sums.len() as f64;
    let mut loads: Vec<f64> = sums.iter().map(|it| it.booked_hours / it.available_hours).collect();
    let load = learn::staffing::quantile(&mut loads, 0.5);
    let hours: f64 = sums.iter().map(|it| it.available_hours).sum();
    let paced: f64 = sums.iter().map(|it| it.paced).sum();
    if paced <= 0.0 || load.is_nan() || load <= 0.0 {
        return None;
    }
    let mid = hours / paced;
    let square = |it: &Work| {
        let away = it.available_hours / it.paced - mid;
        away * away
    };
    let sd = (sums.iter().map(square).sum::<f64>() / (n - 1.0).max(1.0)).sqrt();
    let half = math::t_quantile(0.9, n - 1.0) * sd / n.sqrt();
    let heads = sums.iter().map(|it| it.heads).sum::<f64>();
    let available = Band { low: mid - half, mid, high: mid + half };
    Some(Given { available, load, n: heads as u64 })
}

/// A week of several zones together.
pub(super) fn together(facts: &Facts, zones: &[usize], week: usize) -> Work {
    zones.iter().fold(Work::default(), |sum, at| {
        let it = facts.zones[*at].weeks[week];
        Work {
            available_hours: sum.available_hours + it.available_hours,
            booked_hours: sum.booked_hours + it.booked_hours,
            heads: sum.heads + it.heads,
            paced: sum.paced + it.paced,
        }
    })
}

/// Jobs of newcomers per day worked, week by week, beside those of people over a year in, in the
/// same months. With too few newcomers: the stated default, and 0 newcomers.
pub(super) fn pace(cx: &Cx<'_>, spells: &[SpellRow], first: Day, last: Day) -> Result<(Pace, u64)> {
    let newcomers = spells.iter().filter(|it| it.hired_on >= first && it.hired_on.0 + 28 <= last.0);
    let n = newcomers.count() as u64;
    let months = staffing::months(cx.read, first.month(), last.plus(1).month().plus(-1))?;
    let rates = settled(&months, spells);
    let (start, steps) = RAMP_DEFAULT;
    let (Some(fallback), true) = (rates.values().last().copied(), n >= NEWCOMERS_MIN) else {
        return Ok((Pace::straight(start, steps), 0));
    };
    let mut weeks = vec![(0.0, 0.0); (RAMP_DAYS / 7) as usize];
    let at = |week: i64| usize::try_from(week).ok();
    for row in staffing::newcomer_days(cx.read, first, last, RAMP_DAYS)? {
        let rate = rates.get(&row.month.0).copied().unwrap_or(fallback);
        if let Some(week) = at(row.week).and_then(|it| weeks.get_mut(it)) {
            week.1 += row.count as f64 * rate;
        }
    }
    for row in staffing::newcomer_jobs(cx.read, first, last, RAMP_DAYS)? {
        if let Some(week) = at(row.week).and_then(|it| weeks.get_mut(it)) {
            week.0 += row.count as f64;
        }
    }
    Ok((Pace::fit(&weeks), n))
}

/// Jobs per day worked by people over a year in, by month.
fn settled(months: &[MonthWork], spells: &[SpellRow]) -> BTreeMap<i32, f64> {
    let mut hired: BTreeMap<i64, Vec<Day>> = BTreeMap::new();
    for spell in spells {
        hired.entry(spell.technician_id).or_default().push(spell.hired_on);
    }
    let mut sums: BTreeMap<i32, (i64, i64)> = BTreeMap::new();
    for it in months {
        let first = it.month.first_day();
        let spell = hired
            .get(&it.technician_id)
            .and_then(|days| days.iter().rev().find(|day| **day <= first));
        if spell.is_some_and(|day| first.0 - day.0 >= SETTLED_DAYS) {
            let sum = sums.entry(it.month.0).or_default();
            *sum = (sum.0 + it.completed, sum.1 + it.days_worked);
        }
    }
    let worked = sums.into_iter().filter(|it| it.1.1 > 0);
    worked.map(|(month, (jobs, days))| (month, jobs as f64 / days as f64)).collect()
}

/// Share of a zone's booked hours that no drive above `cap` minutes would save: the part of each
/// drive beyond it. Each technician's month is taken as log-normal with its mean and variance.
pub(super) fn saved(year: &[MonthWork], zone: i64, cap: f64) -> f64 {
    let (mut saved, mut booked) = (0.0, 0.0);
    for it in year.iter().filter(|it| it.zone_id == zone) {
        booked += it.booked_min as f64;
        let (n, sum, square) = (it.drive.0 as f64, it.drive.1 as f64, it.drive.2 as f64);
        if n > 0.0 && sum > 0.0 {
            let mean = sum / n;
            saved += n * beyond(mean, (square / n - mean * mean).max(0.0), cap.max(1.0));
        }
    }
    if booked > 0.0 { (saved / booked).clamp(0.0, 1.0) } else { 0.0 }
}

/// Mean of what lies beyond `cap` under a log-normal distribution.
fn beyond(mean: f64, variance: f64, cap: f64) -> f64 {
    let wide = math::ln(1.0 + variance / (mean * mean));
    if wide < 1e-9 {
        return (mean - cap).max(0.0);
    }
    let sd = wide.sqrt();
    let upper = (math::ln(mean / cap) + 0.5 * wide) / sd;
    mean * math::normal_cdf(upper) - cap * math::normal_cdf(upper - sd)
}

/// Demand of a place: what is known, its forecast, and how deviations last.
#[derive(Clone, Debug)]
pub(super) struct Demand {
    /// Booked hours by whole week, the series everybody sees.
    pub(super) past: Past,
    pub(super) outlook: Outlook,
    pub(super) bands: Vec<Bands>,
    pub(super) sway: Sway,
}

/// The forecast of a place's booked hours for the weeks after the known ones; none when there are
/// too few weeks of them.
pub(super) fn demand(
    cx: &Cx<'_>,
    facts: &Facts,
    place: Option<Uid>,
    ahead: usize,
) -> Result<Option<Demand>> {
    let ask =
        outlook::Ask { step: Some(Step::Week), place, ahead, ..outlook::Ask::of("booked_hours") };
    let past = outlook::past_by(cx, &ask, facts.last)?;
    // A zone that was opened later has no work before.
    let Some(begun) = past.values.iter().position(|it| *it > 0.0) else { return Ok(None) };
    let mut known = past.values[begun..].to_vec();
    let recent = known.iter().rev().take(WEEKS_MIN / 2).any(|it| *it > 0.0);
    if known.len() < WEEKS_MIN || !recent {
        return Ok(None);
    }
    // The plan's first week may lie further on than the series' own.
    let first = facts.monday.plus(7 * facts.weeks() as i32);
    let late = usize::try_from((first.0 - past.day(past.len())) / 7).unwrap_or(0);
    let ask = outlook::Ask { ahead: ahead + late, ..ask };
    let Some(mut outlook) = outlook::known_by(cx, &ask, facts.last)? else { return Ok(None) };
    outlook.points.retain(|it| it.day >= first.0);
    for week in 1..known.len() {
        if known[week].is_nan() {
            known[week] = known[week - 1];
        }
    }
    let sway = Sway::of(&known, Step::Week.season());
    let bands = outlook.points.iter().map(bands).collect();
    Ok(Some(Demand { past, outlook, bands, sway }))
}

fn bands(it: &Point) -> Bands {
    Bands { mid: it.yhat, bounds: [(it.lo50, it.hi50), (it.lo80, it.hi80), (it.lo95, it.hi95)] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::Month;

    #[test]
    fn a_cap_saves_the_part_beyond_it() {
        let near = |have: f64, want: f64| assert!((have - want).abs() < 1e-9, "{have}");
        near(beyond(40.0, 0.0, 30.0), 10.0);
        near(beyond(40.0, 0.0, 50.0), 0.0);
        // Any spread lets some drives pass the cap, and none of them saves more than all.
        let some = beyond(40.0, 100.0, 50.0);
        assert!(some > 0.0 && some < 2.0, "{some}");
        assert!((beyond(40.0, 100.0, 1e-6) - 40.0).abs() < 1e-3);
        let month = MonthWork {
            technician_id: 1,
            month: Month(0),
            zone_id: 7,
            completed: 10,
            days_worked: 5,
            booked_min: 2000,
            drive: (10, 400, 16_000),
        };
        near(saved(&[month], 7, 30.0), 0.05);
        near(saved(&[month], 8, 30.0), 0.0);
    }
}
