//! From shortages to dates: when each missing technician is needed, and when to post for them.
//!
//! Never here: a date made from means.

use learn::rng::Rng;
use learn::staffing::{Drawn, lasting, quantile};

use super::ready::Ready;
use super::shape::{NeedDate, Opening};
use super::work::SEED;
use super::{SHORT, WEEKS};
use crate::domain::calendar::Day;

/// A hire is useful from this share of the usual pace on.
pub(super) const USEFUL: f64 = 0.8;
/// Shortages that deepen within so many weeks are one opening.
const STEP_WEEKS: usize = 4;
/// Chance with which the hire is there in time.
const IN_TIME: f64 = 0.8;
/// Steps of shortage looked at in a zone.
const STEPS_MAX: usize = 40;

/// The week in which a lasting shortage of at least `level` begins, draw by draw; of one group or of
/// all together.
pub(super) fn begins(drawn: &Drawn, group: Option<usize>, level: f64) -> Vec<Option<usize>> {
    drawn.short(group).chunks(drawn.weeks.max(1)).map(|it| lasting(it, level)).collect()
}

/// The date of a shortage over all draws; none when at most half of them have one.
pub(super) fn need_date(
    weeks: &[Option<usize>],
    monday: &dyn Fn(usize) -> Day,
) -> Option<NeedDate> {
    let at = |share: f64| {
        let mut all: Vec<f64> =
            weeks.iter().map(|it| it.map_or(WEEKS as f64, |it| it as f64)).collect();
        let week = quantile(&mut all, share) as usize;
        (week < WEEKS).then(|| monday(week))
    };
    Some(NeedDate { low: at(0.1)?, mid: at(0.5)?, high: at(0.9) })
}

/// A step of shortage in a zone.
struct Step {
    group: usize,
    count: u32,
    weeks: Vec<Option<usize>>,
    need: NeedDate,
}

/// The hire-by calendar: one line a zone and step of shortage, soonest to post first. What is late in
/// a zone is one line: it is all to be posted today.
pub(super) fn openings(ready: &Ready) -> Vec<Opening> {
    let of_zone = |group| {
        let steps = steps(ready, group);
        together(steps.iter().map(|step| opening(ready, step)).collect())
    };
    let mut all: Vec<Opening> = (0..ready.zones.len()).flat_map(of_zone).collect();
    all.sort_by(|a, b| (a.post_by, &a.zone, a.need.mid).cmp(&(b.post_by, &b.zone, b.need.mid)));
    all
}

/// The late ones of a zone as one, with the dates of the first.
fn together(all: Vec<Opening>) -> Vec<Opening> {
    let (late, mut rest): (Vec<_>, Vec<_>) = all.into_iter().partition(|it| it.late);
    let count = late.iter().map(|it| it.count).sum();
    let first = late.into_iter().min_by_key(|it| (it.post_by, it.need.mid));
    rest.extend(first.map(|it| Opening { count, ..it }));
    rest
}

fn steps(ready: &Ready, group: usize) -> Vec<Step> {
    let short = ready.drawn.short(Some(group));
    let mut steps: Vec<Step> = Vec::new();
    for nth in 0..STEPS_MAX {
        let level = nth as f64 + SHORT;
        let begins = short.chunks(ready.drawn.weeks.max(1)).map(|it| lasting(it, level));
        let weeks: Vec<Option<usize>> = begins.collect();
        let Some(need) = need_date(&weeks, &|week| ready.monday(week)) else { break };
        match steps.last_mut() {
            Some(step) if need.mid.0 - step.need.mid.0 < 7 * STEP_WEEKS as i32 => step.count += 1,
            _ => steps.push(Step { group, count: 1, weeks, need }),
        }
    }
    steps
}

/// In each draw the hire is in time when posted by: the need, less a wait like one of those seen,
/// less the weeks to a useful pace. The day that holds in four draws of five is the day to post by.
fn opening(ready: &Ready, step: &Step) -> Opening {
    let waits = &ready.waits;
    let ramp = 7 * ready.facts.pace.weeks_to(USEFUL) as i32;
    let mut rng = Rng::new(SEED).fork(100 + step.group as u64);
    let mut latest: Vec<f64> = step
        .weeks
        .iter()
        .map(|week| {
            let wait = waits.fill[rng.below(waits.fill.len())];
            let need = week.map_or(f64::INFINITY, |it| f64::from(ready.monday(it).0));
            need - wait - f64::from(ramp)
        })
        .collect();
    let post_by = Day(quantile(&mut latest, 1.0 - IN_TIME).floor() as i32);
    let fill_days = waits.p80();
    Opening {
        zone: ready.facts.zones[ready.zones[step.group]].name.clone(),
        count: step.count,
        post_by,
        late: post_by <= ready.facts.last,
        start: post_by.plus(fill_days.ceil() as i32),
        need: step.need,
        fill_days,
        fill_n: waits.n,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_late_is_posted_at_once() {
        let need = NeedDate { low: Day(100), mid: Day(120), high: None };
        let one = |post_by: i32, count: u32| Opening {
            zone: "Lakes".to_owned(),
            count,
            post_by: Day(post_by),
            late: post_by <= 50,
            start: Day(post_by + 40),
            need,
            fill_days: 40.0,
            fill_n: 9,
        };
        let mut all = together(vec![one(40, 2), one(20, 1), one(70, 3)]);
        all.sort_by_key(|it| it.post_by);
        let seen: Vec<_> = all.iter().map(|it| (it.post_by, it.count, it.late)).collect();
        assert_eq!(seen, [(Day(20), 3, true), (Day(70), 3, false)]);
        assert_eq!(together(Vec::new()), []);
    }

    #[test]
    fn a_date_is_read_off_all_draws() {
        let monday = |week: usize| Day(7 * week as i32);
        let mut weeks: Vec<Option<usize>> = (0..8).map(Some).collect();
        weeks.extend([None, None]);
        let date = need_date(&weeks, &monday).unwrap();
        assert_eq!((date.low, date.mid, date.high), (Day(0), Day(28), None));
        let rare: Vec<Option<usize>> = (0..10).map(|it| (it < 4).then_some(it)).collect();
        assert_eq!(need_date(&rare, &monday), None);
    }
}
