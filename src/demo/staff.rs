//! What happens to people besides work: raises, new managers, moves, courses, and leaving.

use crate::domain::calendar::{Day, Month};

use super::draw::{between, chance, pick, uniform};
use super::names::COURSES;
use super::world::World;

#[derive(Debug)]
pub(super) enum Change {
    Raise { person: usize, by: f64, promoted: bool },
    Move { person: usize, zone: usize },
    Manager { crew: usize },
    Course { person: usize },
}

impl World {
    /// The month's changes by day.
    pub(super) fn plan_changes(&mut self, month: Month) -> Vec<(Day, Change)> {
        let first = month.first_day();
        let days = month.period().days();
        let rng = &mut self.streams.staff;
        let mut changes = Vec::new();
        for (at, crew) in self.places.crews.iter().enumerate() {
            if chance(rng, crew.churn) {
                changes.push((first.plus(between(rng, 0, days - 1)), Change::Manager { crew: at }));
            }
        }
        for person in self.active.iter().copied() {
            let it = &self.people[person];
            let months = (first.0 - it.hired.0) / 30;
            let yearly = self.places.offices[it.seat.office].raise_month == month.0.rem_euclid(12);
            let day = first.plus(between(rng, 1, days - 1));
            if yearly && months >= 6 {
                if chance(rng, it.traits.raise) {
                    let by = uniform(rng, 0.02, 0.045);
                    changes.push((first, Change::Raise { person, by, promoted: false }));
                }
            } else if months >= 8 && it.level < 6 && chance(rng, 0.006) {
                changes.push((day, Change::Raise { person, by: 0.06, promoted: true }));
            } else if months >= 4 && chance(rng, 0.004) {
                let by = uniform(rng, 0.015, 0.05);
                changes.push((day, Change::Raise { person, by, promoted: false }));
            }
            let zones = &self.places.offices[it.seat.office].zones;
            if zones.len() > 1 && chance(rng, 0.004) {
                changes.push((day, Change::Move { person, zone: *pick(rng, zones) }));
            }
            if chance(rng, if months < 4 { 0.5 } else { 0.16 }) {
                changes.push((day, Change::Course { person }));
            }
        }
        changes.sort_by_key(|it| it.0);
        changes
    }

    /// One change takes place; whoever has left by then is passed over.
    pub(super) fn carry_out(&mut self, day: Day, change: &Change) {
        match *change {
            Change::Manager { crew } => self.new_manager(day, crew),
            Change::Raise { person, by, promoted } if self.employs(person) => {
                let person = &mut self.people[person];
                person.level += i64::from(promoted);
                person.raise(day, by);
            }
            Change::Move { person, zone } if self.employs(person) => {
                self.move_to(day, person, zone);
            }
            Change::Course { person } if self.employs(person) => self.finish_course(day, person),
            Change::Raise { .. } | Change::Move { .. } | Change::Course { .. } => {}
        }
    }

    /// The evening of a day: who leaves today, and what follows.
    pub(super) fn let_go(&mut self, day: Day) {
        let today =
            |it: &usize| self.people[*it].leaving.as_ref().is_some_and(|left| left.on == day);
        let leaving: Vec<usize> = self.active.iter().copied().filter(today).collect();
        for at in leaving {
            let Some(left) = self.people[at].leave() else { continue };
            self.active.retain(|it| *it != at);
            let person = &self.people[at];
            let (seat, number) = (person.seat, person.number);
            let crew = &mut self.places.crews[person.crew];
            crew.size = crew.size.saturating_sub(1);
            crew.exits.retain(|it| it.0.plus(120) > day);
            crew.exits.push((day, number));
            self.exits += 1;
            if left.kind == "voluntary" {
                self.voluntary_exits += 1;
                self.may_return(at, day);
            }
            let opened = day.plus(between(&mut self.streams.hiring, 0, 12));
            self.open_requisition(seat, opened);
        }
    }

    /// Whether the person is employed now.
    pub(super) fn employs(&self, person: usize) -> bool {
        self.active.binary_search(&person).is_ok()
    }

    fn new_manager(&mut self, day: Day, crew: usize) {
        self.places.managers += 1;
        let manager = self.places.managers;
        self.places.crews[crew].manager = manager;
        for at in &self.active {
            let person = &mut self.people[*at];
            if person.crew == crew {
                person.reassign(day, person.seat.zone, crew, manager);
            }
        }
    }

    fn move_to(&mut self, day: Day, person: usize, zone: usize) {
        if self.people[person].seat.zone == zone {
            return;
        }
        let crew = self.places.smallest_crew(zone);
        let old = &mut self.places.crews[self.people[person].crew];
        old.size = old.size.saturating_sub(1);
        self.places.crews[crew].size += 1;
        let manager = self.places.crews[crew].manager;
        self.people[person].reassign(day, zone, crew, manager);
    }

    fn finish_course(&mut self, day: Day, person: usize) {
        let rng = &mut self.streams.staff;
        let (course, least, most, certificate) = *pick(rng, &COURSES);
        let halves = between(rng, least, most) as u32;
        let person = &mut self.people[person];
        person.trainings.retain(|it| it.0.plus(200) > day);
        person.trainings.push((day, halves * 30));
        let sheet = &mut self.sheets.training;
        sheet.key("T", u64::from(person.number), 4).day(day).text(course);
        sheet.decimal(Some(f64::from(halves) / 2.0));
        sheet.text(certificate.unwrap_or_default()).end();
    }
}
