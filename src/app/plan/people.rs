//! Everyone's chance of leaving, and who is still to come.
//!
//! Never here: demand, draws.

use std::collections::BTreeMap;
use std::sync::Arc;

use learn::staffing::{Curve, Hazards, Member, Stay, Wait};

use super::facts::Facts;
use super::shape::Scenario;
use crate::app::score::{self, Verdict};
use crate::app::{Cx, Result};
use crate::domain::calendar::Day;
use crate::store::{models, staffing};

/// Scores older than this are not those of today.
const SCORED_DAYS: i32 = 45;
/// Fewest hires before their waits are believed.
pub(super) const FILLED_MIN: usize = 6;
/// Days from the opening to the first day, and from the yes, when the data cannot tell.
pub(super) const WAITS_DEFAULT: (&[f64], &[f64]) = (&[45.0, 60.0, 90.0], &[10.0, 14.0, 21.0]);
/// Days of exits that speak for the future: older ones may be of another office.
const WATCHED_DAYS: i32 = 2 * 365;
/// Days of a block in which exits are compared with what was expected.
const BLOCK: i32 = 91;
/// Variance of the logarithm of the hazard's level that is taken for usual, and the blocks it is
/// worth.
const USUAL_DOUBT: (f64, f64) = (0.02, 8.0);

/// Waits that were seen.
#[derive(Clone, Debug)]
pub(super) struct Waits {
    /// Days from the opening to the first day of work.
    pub(super) fill: Arc<[f64]>,
    /// Days from the yes to the first day of work.
    pub(super) start: Arc<[f64]>,
    /// Hires behind `fill`; 0 when it is the stated default.
    pub(super) n: u64,
}

impl Waits {
    pub(super) fn of(facts: &Facts) -> Self {
        let fill: Vec<f64> = facts.filled.iter().map(|it| f64::from(it.from_opening)).collect();
        let yes = facts.filled.iter().filter_map(|it| it.from_yes);
        let start: Vec<f64> = yes.map(f64::from).collect();
        let enough = |seen: Vec<f64>, default: &[f64]| -> Arc<[f64]> {
            if seen.len() < FILLED_MIN { default.into() } else { seen.into() }
        };
        let n = if fill.len() < FILLED_MIN { 0 } else { fill.len() as u64 };
        Self { fill: enough(fill, WAITS_DEFAULT.0), start: enough(start, WAITS_DEFAULT.1), n }
    }

    /// Days that four hires in five take at most.
    pub(super) fn p80(&self) -> f64 {
        learn::staffing::quantile(&mut self.fill.to_vec(), 0.8)
    }
}

/// Hazards of all exits and of those that are not the person's own choice, by tenure, and what is
/// not known of their level.
#[derive(Clone, Debug)]
pub(super) struct Leaving {
    pub(super) all: Hazards,
    pub(super) not_own: Hazards,
    /// Standard deviation of the logarithm of the level.
    pub(super) doubt: f64,
}

impl Leaving {
    /// From the spells of everyone, over the days that were watched.
    pub(super) fn of(facts: &Facts) -> Self {
        let from = watched_from(facts);
        let stays = |own: bool| -> Vec<Stay> {
            let stay = |it: &staffing::SpellRow| {
                let exit = it.exited_on.unwrap_or(facts.last).0 + 1 - it.hired_on.0;
                Stay {
                    entry: f64::from((from - it.hired_on.0).max(0)),
                    exit: f64::from(exit),
                    left: it.exited_on.is_some_and(|day| day.0 >= from) && (own || !it.voluntary),
                }
            };
            facts.spells.iter().map(stay).collect()
        };
        let all = Hazards::fit(&stays(true));
        let doubt = doubt(facts, &all);
        Self { not_own: Hazards::fit(&stays(false)), all, doubt }
    }
}

fn watched_from(facts: &Facts) -> i32 {
    facts.first.0.max(facts.last.0 + 1 - WATCHED_DAYS)
}

/// Two things are not known: the level itself, counted from so many exits, and how much it moves
/// from quarter to quarter beyond chance (method of moments over blocks of 13 weeks).
fn doubt(facts: &Facts, all: &Hazards) -> f64 {
    let rate = (all.exits as f64).max(0.5) / all.days.max(1.0);
    let (mut beyond, mut square, mut blocks) = (0.0, 0.0, 0.0);
    let mut to = facts.last.0 + 1;
    while to - BLOCK >= watched_from(facts) {
        let from = to - BLOCK;
        let (mut days, mut exits) = (0.0, 0.0);
        for it in &facts.spells {
            let end = it.exited_on.map_or(to, |day| day.0 + 1);
            days += f64::from((end.min(to) - it.hired_on.0.max(from)).max(0));
            let here = it.exited_on.is_some_and(|day| (from..to).contains(&day.0));
            exits += f64::from(u8::from(here));
        }
        let expected: f64 = rate * days;
        beyond += (exits - expected) * (exits - expected) - expected;
        square += expected * expected;
        blocks += 1.0;
        to = from;
    }
    let moved = if square > 0.0 { (beyond / square).max(0.0) } else { 0.0 };
    let (usual, worth) = USUAL_DOUBT;
    let moved = (blocks * moved + worth * usual) / (blocks + worth);
    (moved + 1.0 / (all.exits as f64 + 3.0)).sqrt()
}

/// What the model in use said of each person by the last day, when it knew no later fact.
#[derive(Clone, Debug, Default)]
pub(super) struct Said {
    /// Names what was said, for the key of what is kept; empty without a model.
    pub(super) key: String,
    curves: BTreeMap<i64, Curve>,
}

impl Said {
    /// Which scores would be used: model and day.
    pub(super) fn which(cx: &Cx<'_>, last: Day) -> Result<Option<(i64, Day)>> {
        let Some((id, _, _, learnt_to)) = models::in_use_key(cx.read)? else { return Ok(None) };
        if learnt_to > last {
            return Ok(None);
        }
        let on = staffing::scored_on(cx.read, id, last.plus(1))?;
        Ok(on.filter(|on| on.0 + SCORED_DAYS > last.0).map(|on| (id, on)))
    }

    pub(super) fn read(cx: &Cx<'_>, last: Day) -> Result<Self> {
        let Some((id, on)) = Self::which(cx, last)? else { return Ok(Self::default()) };
        let mut said = Self { key: format!("model {id} {on}"), curves: BTreeMap::new() };
        for row in models::predictions(cx.read, id, on)? {
            let person = score::person(row)?;
            if let Verdict::Scored { ahead, .. } = &person.verdict
                && !ahead.within.is_empty()
            {
                let within = ahead.within.iter().map(|it| (f64::from(it.days), it.probability));
                let chances: Vec<(f64, f64)> = within.collect();
                said.curves.insert(person.technician_id, Curve::from_chances(&chances));
            }
        }
        Ok(said)
    }

    /// Whether most people have a chance of their own.
    pub(super) fn covers(&self, facts: &Facts, zones: &[usize]) -> bool {
        let here = || facts.present.iter().filter(|it| zones.contains(&it.zone));
        let own = here().filter(|it| self.curves.contains_key(&it.technician_id)).count();
        own > 0 && 2 * own >= here().count()
    }
}

/// Everyone of some zones: those who are there, those who said yes, open positions, and the
/// scenario's hires last. `need` gives the place, in `zones`, of the zone that is shortest.
pub(super) fn members(
    facts: &Facts,
    zones: &[usize],
    (leaving, said, waits): (&Leaving, &Said, &Waits),
    scenario: &Scenario,
    need: &dyn Fn(u32) -> usize,
) -> Vec<Member> {
    let today = facts.last.plus(1);
    let group = |zone: usize| zones.iter().position(|it| *it == zone);
    let mut members = Vec::new();
    for it in &facts.present {
        let Some(group) = group(it.zone) else { continue };
        let since = f64::from(today.0 - it.hired_on.0);
        // A model speaks of leaving by choice; the other ways of leaving go by tenure.
        let curve = match said.curves.get(&it.technician_id) {
            Some(own) => own.with(&leaving.not_own.curve(since)),
            None => leaving.all.curve(since),
        };
        members.push(Member { group, since, curve, wait: None });
    }
    let newcomer = leaving.all.curve(0.0);
    let mut come = |group: usize, wait: Wait| {
        members.push(Member { group, since: 0.0, curve: newcomer.clone(), wait: Some(wait) });
    };
    let waited = |from: Day| f64::from(today.0 - from.0);
    for it in &facts.accepted {
        if let Some(group) = home(facts, it.zone_id, it.office_id).and_then(group) {
            let seen = Arc::clone(&waits.start);
            come(group, Wait::Like { seen, waited: waited(it.accepted_on) });
        }
    }
    for it in &facts.open {
        let Some(group) = home(facts, it.zone_id, it.office_id).and_then(group) else { continue };
        for _ in 0..it.positions {
            let seen = Arc::clone(&waits.fill);
            come(group, Wait::Like { seen, waited: waited(it.opened_on) });
        }
    }
    let mut shared = 0;
    for (day, count, place) in &scenario.hires {
        for _ in 0..*count {
            let group = if let Some(uid) = place {
                facts.zones.iter().position(|it| it.uid == *uid).and_then(group)
            } else {
                shared += 1;
                Some(need(shared - 1))
            };
            if let Some(group) = group {
                come(group, Wait::Day(f64::from((day.0 - today.0).max(0))));
            }
        }
    }
    members
}

/// Zone of an opening; one that names no zone goes to the office's largest.
fn home(facts: &Facts, zone: Option<i64>, office: i64) -> Option<usize> {
    if let Some(at) = zone.and_then(|it| facts.zone(it)) {
        return Some(at);
    }
    let size = |at: &usize| facts.present.iter().filter(|it| it.zone == *at).count();
    let own = (0..facts.zones.len()).filter(|at| facts.zones[*at].office == office);
    own.max_by_key(|at| (size(at), usize::MAX - at))
}
