//! A technician as the generator knows one: lasting habits, spells, assignments, pay.

use learn::rng::Rng;

use crate::domain::calendar::Day;

use super::draw::{chance, uniform};
use super::names::Source;
use super::window::Ledger;

/// What stays with a person and makes people differ for good.
#[derive(Clone, Debug)]
pub(super) struct Traits {
    /// Minutes of drive above the zone's mean.
    pub(super) drive: f64,
    /// Booking above the zone's.
    pub(super) booking: f64,
    pub(super) saturday: f64,
    pub(super) sunday: f64,
    /// Chances on a worked day.
    pub(super) on_call: f64,
    pub(super) overtime: f64,
    /// Pay against the office's scale.
    pub(super) pay: f64,
    /// Chance of the yearly raise.
    pub(super) raise: f64,
    /// About -1 to 1; sets recalls, answers of customers, sales, early dismissals.
    pub(super) skill: f64,
    pub(super) pace: f64,
    /// Short-notice changes against the crew's.
    pub(super) schedule: f64,
}

impl Traits {
    pub(super) fn new(source: &Source, rng: &mut Rng) -> Self {
        let quality = source.quality;
        let weekends = rng.unit() + 0.08 * quality;
        let (saturday, sunday, on_call_often) = match weekends {
            low if low < 0.24 => (0.92, uniform(rng, 0.5, 0.9), 0.62),
            some if some < 0.52 => (uniform(rng, 0.3, 0.7), 0.12, 0.3),
            _ => (0.08, 0.02, 0.2),
        };
        let nights = if chance(rng, on_call_often) {
            uniform(rng, 3.0, 8.0)
        } else {
            uniform(rng, 0.0, 2.0)
        };
        let overtime = match rng.unit() {
            low if low < 0.5 => 0.06,
            middle if middle < 0.78 => 0.28,
            _ => 0.66,
        };
        Self {
            drive: 5.0 * rng.normal() - 2.5 * quality,
            booking: 0.07 * rng.normal(),
            saturday,
            sunday,
            on_call: nights / 20.0,
            overtime,
            pay: 1.0 + 0.075 * rng.normal().clamp(-2.5, 2.5) + 0.035 * quality,
            raise: uniform(rng, 0.35, 0.95),
            skill: (0.6 * rng.normal() + 0.5 * quality).clamp(-1.5, 1.5),
            pace: 1.0 + 0.08 * rng.normal().clamp(-2.5, 2.5),
            schedule: uniform(rng, 0.3, 1.7),
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Leaving {
    pub(super) on: Day,
    pub(super) kind: &'static str,
    pub(super) reason: Option<&'static str>,
    pub(super) regretted: Option<bool>,
}

#[derive(Debug)]
pub(super) struct Spell {
    pub(super) hired: Day,
    pub(super) left: Option<Leaving>,
    pub(super) source: &'static str,
}

#[derive(Debug)]
pub(super) struct Assignment {
    pub(super) from: Day,
    pub(super) to: Option<Day>,
    pub(super) manager: u32,
    pub(super) zone: usize,
    pub(super) crew: usize,
}

#[derive(Debug)]
pub(super) struct Pay {
    pub(super) from: Day,
    pub(super) cents: i64,
    pub(super) plan: &'static str,
}

/// Where somebody works.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seat {
    pub(super) office: usize,
    pub(super) zone: usize,
    pub(super) trade: usize,
}

#[derive(Debug)]
pub(super) struct Person {
    /// `T0007` is number 7.
    pub(super) number: u32,
    pub(super) name: String,
    pub(super) seat: Seat,
    pub(super) crew: usize,
    pub(super) level: i64,
    pub(super) rehire_eligible: bool,
    pub(super) rehire_reserved: bool,
    pub(super) traits: Traits,
    pub(super) hired: Day,
    pub(super) last_raise: Day,
    pub(super) hourly_cents: i64,
    /// Drawn at the month's start, carried out on its day.
    pub(super) leaving: Option<Leaving>,
    pub(super) spells: Vec<Spell>,
    pub(super) assignments: Vec<Assignment>,
    pub(super) pays: Vec<Pay>,
    /// Day and minutes of finished courses.
    pub(super) trainings: Vec<(Day, u32)>,
    pub(super) ledger: Ledger,
    /// Days off owed for worked weekends.
    pub(super) owed_off: u8,
}

impl Person {
    /// Starts a spell in a crew.
    pub(super) fn start(&mut self, on: Day, source: &'static str, crew: usize, manager: u32) {
        self.hired = on;
        self.last_raise = on;
        self.crew = crew;
        self.leaving = None;
        self.owed_off = 0;
        self.spells.push(Spell { hired: on, left: None, source });
        let zone = self.seat.zone;
        self.assignments.push(Assignment { from: on, to: None, manager, zone, crew });
    }

    /// The first rate of a spell.
    pub(super) fn hired_at(&mut self, cents: i64) {
        self.hourly_cents = cents;
        self.pays.push(Pay { from: self.hired, cents, plan: plan(self.level) });
    }

    /// A higher rate from a day on.
    pub(super) fn raise(&mut self, on: Day, by: f64) {
        let cents = ((self.hourly_cents as f64 * (1.0 + by)) / 5.0).round() as i64 * 5;
        if cents <= self.hourly_cents || self.pays.last().is_some_and(|it| it.from >= on) {
            return;
        }
        self.hourly_cents = cents;
        self.last_raise = on;
        self.pays.push(Pay { from: on, cents, plan: plan(self.level) });
    }

    /// Works for somebody or somewhere else from a day on.
    pub(super) fn reassign(&mut self, on: Day, zone: usize, crew: usize, manager: u32) {
        self.seat.zone = zone;
        self.crew = crew;
        let Some(last) = self.assignments.last_mut() else { return };
        if last.from >= on {
            (last.manager, last.zone, last.crew) = (manager, zone, crew);
        } else {
            last.to = Some(on.plus(-1));
            self.assignments.push(Assignment { from: on, to: None, manager, zone, crew });
        }
    }

    /// The drawn exit takes place.
    pub(super) fn leave(&mut self) -> Option<Leaving> {
        let leaving = self.leaving.take()?;
        if let Some(spell) = self.spells.last_mut() {
            spell.left = Some(leaving.clone());
        }
        if let Some(last) = self.assignments.last_mut() {
            last.to = Some(leaving.on);
        }
        self.rehire_eligible = leaving.kind != "involuntary";
        self.ledger.forget();
        Some(leaving)
    }
}

fn plan(level: i64) -> &'static str {
    if level >= 4 { "hourly plus lead bonus" } else { "hourly plus spiff" }
}
