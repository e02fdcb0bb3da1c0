//! The first morning of a month: every person's features, the rates they set, the exits drawn.

use std::collections::HashMap;

use learn::rng::Rng;

use crate::domain::calendar::Day;

use super::draw::{chance, pick, waiting, weighted};
use super::hazard::{self, MONTH_DAYS, Place, Rates, Terms, Values};
use super::person::{Leaving, Person, Seat};
use super::sheet::Sheet;
use super::truth;
use super::window;
use super::world::World;

/// Others of the trade that a zone or office needs before its median says anything.
const PAID_OTHERS_LEAST: usize = 3;

/// A person at risk on the first of a month.
#[derive(Debug)]
pub(super) struct AtRisk {
    pub(super) person: usize,
    pub(super) values: Values,
    pub(super) terms: Terms,
    pub(super) rates: Rates,
}

/// What weighs most on somebody, in the words of notes and exit reasons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Topic {
    Early,
    Drive,
    Pay,
    Weekend,
    Overbooked,
    Underbooked,
    Manager,
    Crew,
    Schedule,
    Overtime,
    Fine,
}

impl World {
    /// Everybody employed before `as_of`, with what the facts before it say.
    pub(super) fn at_risk(&self, as_of: Day) -> Vec<AtRisk> {
        let medians = self.pay_medians(as_of);
        let before = self.active.iter().filter(|it| self.people[**it].hired < as_of);
        before
            .map(|at| {
                let person = &self.people[*at];
                let median = medians.of(person.seat);
                let values = window::features(person, &self.places.crews, median, as_of);
                let terms = hazard::terms(&values);
                let tenure = values[Place::TenureMonths as usize].unwrap_or_default();
                let rates = Rates::new(terms.log_rate, tenure, person.traits.skill);
                AtRisk { person: *at, values, terms, rates }
            })
            .collect()
    }

    /// Draws when and how each leaves; whoever leaves within the month is marked.
    pub(super) fn draw_exits(&mut self, at_risk: &[AtRisk], as_of: Day) {
        let month_days = as_of.month().period().days();
        for it in at_risk {
            let rng = &mut self.streams.exits;
            let months = waiting(rng, 1.0 / it.rates.total());
            let kind = weighted(rng, &[it.rates.voluntary, it.rates.involuntary, it.rates.other]);
            let days = months * MONTH_DAYS;
            if days >= f64::from(month_days) {
                continue;
            }
            let on = as_of.plus(days as i32);
            if on > self.end {
                continue;
            }
            let leaving = leaving(&self.people[it.person], it, on, kind, rng);
            self.people[it.person].leaving = Some(leaving);
        }
    }

    /// One row each in the file of the truth.
    pub(super) fn tell_truth(&self, at_risk: &[AtRisk], as_of: Day, sheet: &mut Sheet) {
        for it in at_risk {
            truth::row(sheet, &self.people[it.person], it, as_of);
        }
    }

    /// Median pay by zone and trade and by office and trade, of everybody employed before a day.
    fn pay_medians(&self, as_of: Day) -> PayMedians {
        let mut by_zone: HashMap<_, Vec<f64>> = HashMap::new();
        let mut by_office: HashMap<_, Vec<f64>> = HashMap::new();
        for person in self.active.iter().map(|it| &self.people[*it]) {
            if person.hired < as_of {
                let (seat, cents) = (person.seat, person.hourly_cents as f64);
                by_zone.entry((seat.zone, seat.trade)).or_default().push(cents);
                by_office.entry((seat.office, seat.trade)).or_default().push(cents);
            }
        }
        PayMedians { by_zone: medians(by_zone), by_office: medians(by_office) }
    }
}

/// Keyed by zone or office, and trade. Groups of 3 or fewer are left out: they say nothing.
#[derive(Debug)]
struct PayMedians {
    by_zone: HashMap<(usize, usize), f64>,
    by_office: HashMap<(usize, usize), f64>,
}

impl PayMedians {
    /// The zone's, else the office's.
    fn of(&self, seat: Seat) -> Option<f64> {
        let near = self.by_zone.get(&(seat.zone, seat.trade));
        near.or(self.by_office.get(&(seat.office, seat.trade))).copied()
    }
}

fn medians(pays: HashMap<(usize, usize), Vec<f64>>) -> HashMap<(usize, usize), f64> {
    let told = pays.into_iter().filter(|it| it.1.len() > PAID_OTHERS_LEAST);
    told.filter_map(|(group, mut pays)| Some((group, window::median(&mut pays)?))).collect()
}

impl AtRisk {
    /// The effect that raises the rate most.
    pub(super) fn topic(&self) -> Topic {
        let effect = |place: Place| self.terms.effects[place as usize];
        let balance = self.values[Place::BookingBalance as usize].unwrap_or(0.8);
        let booking = effect(Place::BookingBalance);
        let weights = [
            (effect(Place::TenureMonths) - 0.35, Topic::Early),
            (effect(Place::DriveMinPerJob), Topic::Drive),
            (effect(Place::PayVsZoneMedian), Topic::Pay),
            (effect(Place::MonthsSinceRaise), Topic::Pay),
            (self.terms.together + effect(Place::WeekendShare), Topic::Weekend),
            (if balance > 0.8 { booking } else { 0.0 }, Topic::Overbooked),
            (if balance > 0.8 { 0.0 } else { booking }, Topic::Underbooked),
            (effect(Place::ManagerChanges), Topic::Manager),
            (effect(Place::CrewExits), Topic::Crew),
            (effect(Place::ScheduleChanges), Topic::Schedule),
            (effect(Place::OvertimeShare), Topic::Overtime),
            (0.25, Topic::Fine),
        ];
        weights.into_iter().max_by(|a, b| a.0.total_cmp(&b.0)).map_or(Topic::Fine, |it| it.1)
    }
}

fn leaving(person: &Person, it: &AtRisk, on: Day, kind: usize, rng: &mut Rng) -> Leaving {
    const OTHER: [&str; 3] = ["retirement", "relocation", "end of contract"];
    const INVOLUNTARY: [&str; 4] =
        ["attendance", "quality of work", "did not pass trial period", "policy violation"];
    let reason = match kind {
        0 if chance(rng, 0.3) => *pick(rng, &["better offer", "change of career", "own business"]),
        0 => voluntary_reason(it.topic()),
        1 => *pick(rng, &INVOLUNTARY),
        _ => *pick(rng, &OTHER),
    };
    let missing = chance(rng, 0.15);
    let regretted = person.traits.skill > -0.2 && chance(rng, 0.85);
    Leaving {
        on,
        kind: ["voluntary", "involuntary", "other"][kind],
        reason: (!missing).then_some(reason),
        regretted: (kind == 0 && !chance(rng, 0.04)).then_some(regretted),
    }
}

fn voluntary_reason(topic: Topic) -> &'static str {
    match topic {
        Topic::Early => "job not as expected",
        Topic::Drive => "long drives",
        Topic::Pay => "pay",
        Topic::Weekend => "weekends and on call",
        Topic::Overbooked => "workload",
        Topic::Underbooked => "too few hours booked",
        Topic::Manager => "management",
        Topic::Crew => "crew fell apart",
        Topic::Schedule => "unsteady schedule",
        Topic::Overtime => "overtime",
        Topic::Fine => "better offer",
    }
}
