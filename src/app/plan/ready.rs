//! A plan's draws and everything they were drawn from.
//!
//! Never here: how they are shown.

use std::collections::BTreeMap;
use std::sync::Arc;

use learn::staffing::{Bands, Drawn, Group, World, quantile};

use super::facts::{self, Facts, Zone};
use super::people::{self, Leaving, Said, Waits};
use super::shape::{Ask, Scenario};
use super::work::{self, Demand, Given, SEED};
use super::{WEEKS, ZONE_WEEKS};
use crate::app::scope::Scope;
use crate::app::{Cx, Result};
use crate::domain::calendar::{Day, Month};

/// Draws of a plan.
const DRAWS: usize = 2000;
/// Months ahead in which exits are counted.
pub(super) const MONTHS: i32 = 6;

/// What a plan is shown from.
#[derive(Debug)]
pub(super) struct Ready {
    pub(super) facts: Arc<Facts>,
    pub(super) place: String,
    pub(super) scenario: Scenario,
    /// Places in `facts.zones` of the zones that are planned: the groups of the draws.
    pub(super) zones: Vec<usize>,
    /// What a technician gives in each of them: the usual of its office.
    pub(super) given: Vec<Given>,
    /// The same over the whole place.
    pub(super) usual: Given,
    pub(super) demand: Demand,
    pub(super) waits: Waits,
    pub(super) leaving: Leaving,
    pub(super) from_people: bool,
    pub(super) drawn: Drawn,
    pub(super) notes: Vec<String>,
}

impl Ready {
    /// Reads, forecasts and draws.
    pub(super) fn new(cx: &Cx<'_>, ask: &Ask, last: Day) -> Result<Self> {
        let scope = Scope::read(cx, ask.place)?;
        let facts = facts::read(cx, last)?;
        let at = scope.at();
        let asked = |it: &Zone| {
            at.zone.is_none_or(|zone| it.id == zone)
                && at.office.is_none_or(|office| it.office == office)
        };
        let mut notes = Vec::new();
        let (mut zones, mut demands) = (Vec::new(), Vec::new());
        for place in (0..facts.zones.len()).filter(|it| asked(&facts.zones[*it])) {
            match work::demand(cx, &facts, Some(facts.zones[place].uid), WEEKS)? {
                Some(demand) => {
                    zones.push(place);
                    demands.push(demand);
                }
                None => left_out(&facts, place, &mut notes),
            }
        }
        let whole = match zones.len() {
            0 => None,
            1 => demands.first().cloned(),
            _ => work::demand(cx, &facts, ask.place, WEEKS)?,
        };
        let (Some(demand), Some(usual)) = (whole, work::given(&facts, &zones)) else {
            return Err(facts::too_few(0));
        };
        let place = scope.chosen.map_or_else(|| "All zones".to_owned(), |it| it.name);
        let said = Said::read(cx, last)?;
        let mut ready = Self {
            place,
            scenario: ask.scenario.clone(),
            given: givens(&facts, &zones, usual),
            usual,
            waits: Waits::of(&facts),
            leaving: Leaving::of(&facts),
            from_people: said.covers(&facts, &zones),
            drawn: nothing(),
            zones,
            demand,
            facts,
            notes,
        };
        ready.draw(&demands, &said);
        ready.add_notes(&said);
        Ok(ready)
    }

    /// The Monday of a week ahead, from 0.
    pub(super) fn monday(&self, week: usize) -> Day {
        self.facts.monday.plus(7 * (self.facts.weeks() + week) as i32)
    }

    /// First month ahead: the one of the day after the last known.
    pub(super) fn month(&self) -> Month {
        self.facts.last.plus(1).month()
    }

    fn draw(&mut self, demands: &[Demand], said: &Said) {
        let shared = self.scenario.hires.iter().any(|it| it.2.is_none() && it.1 > 0);
        let order = if shared {
            let bare = Scenario { hires: Vec::new(), ..self.scenario.clone() };
            self.neediest(&self.world(demands, said, &bare, &|_| 0).draw())
        } else {
            vec![0]
        };
        let need = |nth: u32| order[nth as usize % order.len()];
        let world = self.world(demands, said, &self.scenario, &need);
        self.drawn = world.draw();
    }

    fn world(
        &self,
        demands: &[Demand],
        said: &Said,
        scenario: &Scenario,
        need: &dyn Fn(u32) -> usize,
    ) -> World {
        let today = self.facts.last.plus(1);
        let days = |to: Day| f64::from(to.0 - today.0);
        let factor = if scenario.demand_factor > 0.0 { scenario.demand_factor } else { 1.0 };
        let left = |zone: usize| {
            let id = self.facts.zones[zone].id;
            scenario.drive_cap_min.map_or(1.0, |cap| 1.0 - work::saved(&self.facts.year, id, cap))
        };
        let lefts: Vec<f64> = self.zones.iter().map(|it| left(*it)).collect();
        let groups = demands.iter().zip(&lefts).zip(&self.given);
        let hours = |it: &Demand| it.bands.first().map_or(0.0, |it| it.mid);
        let all: f64 = demands.iter().map(hours).sum();
        let kept: f64 = demands.iter().zip(&lefts).map(|(it, left)| hours(it) * left).sum();
        let whole_left = if all > 0.0 { kept / all } else { 1.0 };
        World {
            middles: (0..WEEKS).map(|it| (days(self.monday(it)) + 3.5).max(0.01)).collect(),
            groups: groups
                .map(|((demand, left), given)| Group {
                    demand: scaled(&demand.bands, factor * left),
                    sway: demand.sway,
                    given: given.hours(),
                })
                .collect(),
            whole: (self.zones.len() > 1)
                .then(|| (scaled(&self.demand.bands, factor * whole_left), self.demand.sway)),
            members: people::members(
                &self.facts,
                &self.zones,
                (&self.leaving, said, &self.waits),
                scenario,
                need,
            ),
            pace: self.facts.pace.clone(),
            doubt: self.leaving.doubt,
            spans: (1..=MONTHS).map(|it| days(self.month().plus(it).first_day())).collect(),
            draws: DRAWS,
            seed: SEED,
        }
    }

    /// Groups in the order in which hires that name no zone go to them: each to the one that is
    /// shortest at 13 weeks after those before it have gone.
    fn neediest(&self, drawn: &Drawn) -> Vec<usize> {
        let middle = |group: usize| {
            let (need, have) = drawn.of(ZONE_WEEKS - 1, group);
            let mut short: Vec<f64> =
                need.iter().zip(have).map(|(need, have)| f64::from(need - have)).collect();
            quantile(&mut short, 0.5)
        };
        let mut short: Vec<f64> = (0..self.zones.len()).map(middle).collect();
        let count: u32 = self.scenario.hires.iter().map(|it| it.1).sum();
        (0..count)
            .filter_map(|_| {
                let most = (0..short.len()).max_by(|a, b| short[*a].total_cmp(&short[*b]))?;
                short[most] -= 1.0;
                Some(most)
            })
            .collect()
    }

    fn add_notes(&mut self, said: &Said) {
        let facts = &self.facts;
        let mut notes = Vec::new();
        if !self.from_people {
            let exits = self.leaving.all.exits;
            notes.push(if said.key.is_empty() {
                format!("No current model: chances of leaving go by tenure alone ({exits} exits).")
            } else {
                format!("Most people have no score: chances go by tenure alone ({exits} exits).")
            });
        }
        if self.waits.n == 0 {
            let all = people::WAITS_DEFAULT.0.iter().map(f64::to_string).collect::<Vec<_>>();
            notes.push(format!(
                "Fewer than {} hires with an opening are on record: filling is assumed to take {} \
                 days, each as likely.",
                people::FILLED_MIN,
                all.join(", ")
            ));
        }
        if facts.pace_n == 0 {
            notes.push(format!(
                "Too few newcomers to measure: half the usual pace at first, the usual one after \
                 {} weeks, is assumed.",
                work::RAMP_DEFAULT.1
            ));
        }
        if facts.open.iter().any(|it| it.zone_id.is_none()) {
            notes.push(
                "Openings without a zone are counted for the largest zone of their office."
                    .to_owned(),
            );
        }
        if self.scenario.drive_cap_min.is_some() {
            notes.push(
                "The drive cap saves hours; chances of leaving are left as they are.".to_owned(),
            );
        }
        notes.push("Open positions fill as past ones did; beyond them nobody is hired.".to_owned());
        self.notes.extend(notes);
    }
}

fn scaled(bands: &[Bands], by: f64) -> Vec<Bands> {
    bands
        .iter()
        .map(|it| Bands {
            mid: it.mid * by,
            bounds: it.bounds.map(|(low, high)| (low * by, high * by)),
        })
        .collect()
}

/// What a technician gives in each zone: the usual of its office, so that a zone that is always
/// busier than the others is short.
fn givens(facts: &Facts, zones: &[usize], usual: Given) -> Vec<Given> {
    let mut offices: BTreeMap<i64, Given> = BTreeMap::new();
    for zone in zones {
        let office = facts.zones[*zone].office;
        offices.entry(office).or_insert_with(|| {
            let all = (0..facts.zones.len()).filter(|it| facts.zones[*it].office == office);
            work::given(facts, &all.collect::<Vec<_>>()).unwrap_or(usual)
        });
    }
    zones.iter().map(|it| offices[&facts.zones[*it].office]).collect()
}

fn left_out(facts: &Facts, place: usize, notes: &mut Vec<String>) {
    let people = facts.present.iter().filter(|it| it.zone == place).count();
    if people > 0 {
        let name = &facts.zones[place].name;
        notes.push(format!(
            "{name} is left out with its {people} people: under {} weeks of work are known.",
            facts::WEEKS_MIN
        ));
    }
}

fn nothing() -> Drawn {
    World {
        middles: Vec::new(),
        groups: Vec::new(),
        whole: None,
        members: Vec::new(),
        pace: learn::staffing::Pace::straight(1.0, 0),
        doubt: 0.0,
        spans: Vec::new(),
        draws: 0,
        seed: SEED,
    }
    .draw()
}
