//! Notes about the work: who writes one, when, and in which words.
//!
//! Words are fair to people: about routes, pay, hours and craft, never about a person's body,
//! family, belief or age, and never cruel.

use learn::rng::Rng;

use crate::domain::calendar::{Day, Month};

use super::draw::{between, chance};
use super::hazard::Place;
use super::risk::{AtRisk, Topic};
use super::words;
use super::world::World;

#[derive(Debug)]
struct Note {
    on: Day,
    person: u32,
    kind: &'static str,
    role: &'static str,
    text: String,
}

impl World {
    /// Writes the month's notes; nobody is written about after the last day of work.
    pub(super) fn write_notes(&mut self, at_risk: &[AtRisk], month: Month) {
        let period = month.period();
        let last = period.to.plus(-1).min(self.end);
        let mut notes = Vec::new();
        for it in at_risk {
            let person = &self.people[it.person];
            let until = person.leaving.as_ref().map_or(last, |left| left.on.min(last));
            let facts = Facts::new(it, self.places.zones[person.seat.zone].name);
            let rng = &mut self.streams.notes;
            let days = until.0 - period.from.0;
            let mut add = |kind, role, text, on| {
                notes.push(Note { on, person: person.number, kind, role, text });
            };
            let on = period.from.plus(between(rng, 0, days));
            if chance(rng, 0.09) {
                let role = one_of(rng, &words::STAY_ROLES);
                add("stay_interview", role, stay_interview(it, &facts, rng), on);
            } else if chance(rng, 0.11) {
                let role = one_of(rng, &words::COACH_ROLES);
                let template = one_of(rng, words::COACHING);
                add("coaching", role, facts.fill(template), on);
            } else if chance(rng, 0.14) {
                let role = one_of(rng, &words::JOB_ROLES);
                let template = one_of(rng, words::JOBS);
                add("job", role, facts.fill(template), on);
            }
            let chosen = person.leaving.as_ref().filter(|left| left.kind == "voluntary");
            if let Some(left) = chosen.filter(|_| chance(rng, 0.65)) {
                let on = left.on.plus(-between(rng, 0, 2)).max(period.from);
                add("exit_interview", "HR partner", exit_interview(it, &facts, rng), on);
            }
        }
        notes.sort_by_key(|it| (it.on, it.person));
        for note in notes {
            let sheet = &mut self.sheets.note;
            sheet.key("N", self.next_note, 6).key("T", u64::from(note.person), 4).day(note.on);
            sheet.text(note.kind).text(note.role).text(&note.text).end();
            self.next_note += 1;
        }
    }
}

/// Mostly about what weighs most, sometimes about nothing much: people do not always say.
fn stay_interview(it: &AtRisk, facts: &Facts, rng: &mut Rng) -> String {
    let topic = if chance(rng, 0.65) { it.topic() } else { Topic::Fine };
    let opening = one_of(rng, &words::OPENINGS);
    let middle = one_of(rng, words::about(topic));
    let closing = one_of(rng, &words::CLOSINGS);
    facts.fill(&[opening, middle, closing].join(" "))
}

fn exit_interview(it: &AtRisk, facts: &Facts, rng: &mut Rng) -> String {
    let opening = one_of(rng, &words::EXIT_OPENINGS);
    let middle = one_of(rng, words::about(it.topic()));
    let closing = one_of(rng, &words::EXIT_CLOSINGS);
    facts.fill(&[opening, middle, closing].join(" "))
}

fn one_of(rng: &mut Rng, words: &[&'static str]) -> &'static str {
    words[rng.below(words.len())]
}

/// The details that the templates may name.
#[derive(Debug)]
struct Facts {
    details: [(&'static str, String); 7],
}

impl Facts {
    fn new(it: &AtRisk, zone: &str) -> Self {
        let value = |place: Place, usual: f64| it.values[place as usize].unwrap_or(usual);
        let whole = |value: f64| format!("{}", value.round() as i64);
        let months = value(Place::TenureMonths, 1.0).max(1.0);
        let raise = value(Place::MonthsSinceRaise, 1.0).max(1.0);
        let details = [
            ("{zone}", zone.to_owned()),
            ("{drive}", whole(value(Place::DriveMinPerJob, 30.0))),
            ("{weekend}", whole(100.0 * value(Place::WeekendShare, 0.1))),
            ("{nights}", whole(value(Place::OnCallNights, 1.0).max(1.0))),
            ("{booked}", whole(100.0 * value(Place::BookingBalance, 0.8))),
            ("{months}", words::months(months)),
            ("{raise}", words::months(raise)),
        ];
        Self { details }
    }

    fn fill(&self, template: &str) -> String {
        let mut text = template.to_owned();
        for (name, value) in &self.details {
            text = text.replace(name, value);
        }
        text
    }
}
