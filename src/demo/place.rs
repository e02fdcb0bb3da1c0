//! Offices, zones and crews: where the lasting differences between people come from.

use learn::rng::Rng;

use crate::domain::calendar::Day;

use super::draw::{Streams, between, chance, normal_in, uniform, waiting};
use super::names::{self, OFFICES, ZONES};

#[derive(Debug)]
pub(super) struct Office {
    pub(super) code: String,
    pub(super) name: String,
    pub(super) region: &'static str,
    pub(super) timezone: &'static str,
    /// Pay against the other offices.
    pub(super) pay: f64,
    /// Month of the yearly raise, 0 to 11.
    pub(super) raise_month: i32,
    pub(super) zones: Vec<usize>,
}

#[derive(Debug)]
pub(super) struct Zone {
    pub(super) code: String,
    pub(super) office: usize,
    pub(super) name: &'static str,
    /// Mean minutes driven to a job.
    pub(super) drive: f64,
    /// Where its booking comes back to.
    pub(super) usual_booking: f64,
    /// Booked over available minutes this month.
    pub(super) booking: f64,
    pub(super) crews: Vec<usize>,
}

#[derive(Debug)]
pub(super) struct Crew {
    pub(super) code: String,
    pub(super) manager: u32,
    /// The manager before and the day of the change, when it was in the year before the data.
    pub(super) before: Option<(u32, Day)>,
    /// Chance of a new manager in a month.
    pub(super) churn: f64,
    /// Short-notice changes of the start time in a week.
    pub(super) changes: f64,
    pub(super) size: u32,
    /// Exits from this crew, with the person.
    pub(super) exits: Vec<(Day, u32)>,
}

/// Everything that stands still, more or less.
#[derive(Debug, Default)]
pub(super) struct Places {
    pub(super) offices: Vec<Office>,
    pub(super) zones: Vec<Zone>,
    pub(super) crews: Vec<Crew>,
    pub(super) managers: u32,
}

impl Places {
    /// Offices for these many seats each.
    pub(super) fn new(seats: &[usize], start: Day, streams: &mut Streams) -> Self {
        let mut places = Self::default();
        for (number, seats) in seats.iter().enumerate() {
            places.add_office(number, *seats, start, &mut streams.place);
        }
        places
    }

    /// A month passes: booking moves, now and then a zone is redrawn.
    pub(super) fn drift(&mut self, rng: &mut Rng) {
        for zone in &mut self.zones {
            let jump = if chance(rng, 0.05) { uniform(rng, -0.28, 0.28) } else { 0.0 };
            let pull = 0.82 * (zone.booking - zone.usual_booking) + 0.035 * rng.normal() + jump;
            zone.booking = (zone.usual_booking + pull).clamp(0.40, 1.25);
            if chance(rng, 1.0 / 36.0) {
                let by = if chance(rng, 0.5) { 1.0 } else { -1.0 } * uniform(rng, 5.0, 12.0);
                zone.drive = (zone.drive + by).clamp(20.0, 54.0);
            }
        }
    }

    /// The smallest crew of a zone.
    pub(super) fn smallest_crew(&self, zone: usize) -> usize {
        let crews = &self.zones[zone].crews;
        crews.iter().copied().min_by_key(|it| self.crews[*it].size).unwrap_or_default()
    }

    fn add_office(&mut self, number: usize, seats: usize, start: Day, rng: &mut Rng) {
        let (code, name) = names::office(number);
        let (_, _, region, timezone) = OFFICES[number % OFFICES.len()];
        let count = (seats as f64 / 18.0).round().clamp(1.0, ZONES.len() as f64) as usize;
        let office = self.offices.len();
        let mut zones = Vec::new();
        for at in 0..count {
            let remote = count > 1 && at == count - 1;
            zones.push(self.zones.len());
            let seats = seats / count + usize::from(at < seats % count);
            self.add_zone(office, &code, at, remote, rng);
            self.add_crews(seats, start, rng);
        }
        let raise_month = between(rng, 0, 11);
        let pay = uniform(rng, 0.95, 1.05);
        self.offices.push(Office { code, name, region, timezone, pay, raise_month, zones });
    }

    fn add_zone(&mut self, office: usize, code: &str, at: usize, remote: bool, rng: &mut Rng) {
        let name = if remote { ZONES[6 + office % 2] } else { ZONES[at] };
        let mean = if remote { 44.0 } else { 33.0 };
        let usual_booking = normal_in(rng, 0.81, 0.11, 0.52, 1.12);
        self.zones.push(Zone {
            code: format!("{code}-{}", at + 1),
            office,
            name,
            drive: normal_in(rng, mean, 6.5, 20.0, 54.0),
            usual_booking,
            booking: usual_booking,
            crews: Vec::new(),
        });
    }

    /// Crews of 5 to 8 for the newest zone.
    fn add_crews(&mut self, seats: usize, start: Day, rng: &mut Rng) {
        let count = (seats as f64 / 6.5).round().max(1.0) as usize;
        let Some(zone) = self.zones.last_mut() else { return };
        for at in 0..count {
            zone.crews.push(self.crews.len());
            let churn = 0.012 + waiting(rng, 0.022).min(0.08);
            let mut manager = || {
                self.managers += 1;
                self.managers
            };
            let changed = chance(rng, (churn * 12.0).min(0.9));
            let before = changed.then(|| (manager(), start.plus(-between(rng, 5, 360))));
            self.crews.push(Crew {
                code: format!("{}{}", zone.code, char::from(b'A' + (at % 26) as u8)),
                manager: manager(),
                before,
                churn,
                changes: 0.1 + waiting(rng, 0.45).min(1.7),
                size: 0,
                exits: Vec::new(),
            });
        }
    }
}
