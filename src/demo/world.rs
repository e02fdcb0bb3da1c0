//! The whole of the demo while it is made: places, people, files, and the counters between them.

use std::collections::BinaryHeap;
use std::path::Path;

use crate::domain::calendar::Day;
use crate::domain::fact::TRADES;
use crate::domain::told::Told;

use super::Spec;
use super::draw::{Streams, between, chance, pick, uniform, waiting, weighted};
use super::hiring::Hiring;
use super::names::{self, SOURCES, Source};
use super::person::{Person, Seat, Traits};
use super::place::Places;
use super::sheet::Sheet;
use super::window::Ledger;
use super::work::{Pace, Pool};

/// Seats are vacant about this share of the time, so there are that many more of them.
const VACANT: f64 = 0.055;

/// How the trades share the seats of a zone: laundry, refrigeration, cooking, hvac.
const TRADE_OF_SEAT: [usize; 10] = [0, 1, 3, 2, 0, 1, 0, 3, 1, 2];

const TRADE_PAY_CENTS: [f64; 4] = [2650.0, 3000.0, 2750.0, 3150.0];

/// The files, by fact.
#[derive(Debug)]
pub(super) struct Sheets {
    pub(super) office: Sheet,
    pub(super) zone: Sheet,
    pub(super) technician: Sheet,
    pub(super) employment: Sheet,
    pub(super) assignment: Sheet,
    pub(super) pay: Sheet,
    pub(super) workday: Sheet,
    pub(super) job: Sheet,
    pub(super) training: Sheet,
    pub(super) requisition: Sheet,
    pub(super) candidate: Sheet,
    pub(super) note: Sheet,
}

impl Sheets {
    fn new(dir: &Path) -> Result<Self, Told> {
        let open = |table| Sheet::of_fact(dir, table);
        Ok(Self {
            office: open("office")?,
            zone: open("zone")?,
            technician: open("technician")?,
            employment: open("employment")?,
            assignment: open("assignment")?,
            pay: open("pay")?,
            workday: open("workday")?,
            job: open("job")?,
            training: open("training")?,
            requisition: open("requisition")?,
            candidate: open("candidate")?,
            note: open("note")?,
        })
    }

    pub(super) fn all(&mut self) -> [&mut Sheet; 12] {
        [
            &mut self.office,
            &mut self.zone,
            &mut self.technician,
            &mut self.employment,
            &mut self.assignment,
            &mut self.pay,
            &mut self.workday,
            &mut self.job,
            &mut self.training,
            &mut self.requisition,
            &mut self.candidate,
            &mut self.note,
        ]
    }
}

#[derive(Debug)]
pub(super) struct World {
    pub(super) streams: Streams,
    pub(super) start: Day,
    pub(super) end: Day,
    pub(super) places: Places,
    pub(super) people: Vec<Person>,
    /// Who is employed, by place in `people`, ascending.
    pub(super) active: Vec<usize>,
    pub(super) hiring: Hiring,
    pub(super) sheets: Sheets,
    /// Jobs that will come back, by zone and trade.
    pub(super) pools: Vec<Pool>,
    pub(super) pace: Pace,
    pub(super) next_job: u64,
    pub(super) next_note: u64,
    pub(super) hires: u64,
    pub(super) exits: u64,
    pub(super) voluntary_exits: u64,
    pub(super) employed_days: u64,
    name_offset: usize,
}

impl World {
    /// The offices and their people on the first morning.
    pub(super) fn new(spec: &Spec, dir: &Path) -> Result<Self, Told> {
        let mut streams = Streams::new(spec.seed);
        let start = spec.first_day();
        let seats = office_seats(spec, &mut streams);
        let places = Places::new(&seats, start, &mut streams);
        let pools = (0..places.zones.len() * TRADES.len()).map(|_| BinaryHeap::new()).collect();
        let name_offset = streams.people.below(9600);
        let mut world = Self {
            streams,
            start,
            end: spec.end,
            places,
            people: Vec::new(),
            active: Vec::new(),
            hiring: Hiring::default(),
            sheets: Sheets::new(dir)?,
            pools,
            pace: Pace::new(spec.jobs_per_technician_year),
            next_job: 1_000_001,
            next_note: 100_001,
            hires: 0,
            exits: 0,
            voluntary_exits: 0,
            employed_days: 0,
            name_offset,
        };
        world.fill_seats(spec, &seats);
        Ok(world)
    }

    /// A new person in a seat, not yet employed.
    pub(super) fn add_person(&mut self, seat: Seat, source: &Source, level: i64) -> usize {
        let number = self.people.len() as u32 + 1;
        let traits = Traits::new(source, &mut self.streams.people);
        self.people.push(Person {
            number,
            name: names::person(number as usize, self.name_offset),
            seat,
            crew: 0,
            level,
            rehire_eligible: true,
            rehire_reserved: false,
            traits,
            hired: self.start,
            last_raise: self.start,
            hourly_cents: 0,
            leaving: None,
            spells: Vec::new(),
            assignments: Vec::new(),
            pays: Vec::new(),
            trainings: Vec::new(),
            ledger: Ledger::default(),
            owed_off: 0,
        });
        self.people.len() - 1
    }

    /// What the office pays such a person on a day, in cents.
    pub(super) fn starting_cents(&mut self, person: usize, on: Day) -> i64 {
        let person = &self.people[person];
        let years = f64::from(on.0 - self.start.0) / 365.25;
        let scale =
            TRADE_PAY_CENTS[person.seat.trade] * self.places.offices[person.seat.office].pay;
        let level = 1.0 + 0.05 * (person.level - 2) as f64;
        let cents = scale * level * person.traits.pay * (1.0 + 0.025 * years).max(0.7);
        (cents / 5.0).round() as i64 * 5
    }

    fn fill_seats(&mut self, spec: &Spec, seats: &[usize]) {
        let mut all = Vec::new();
        for (office, count) in seats.iter().enumerate() {
            for at in 0..*count {
                let zones = &self.places.offices[office].zones;
                let trade = TRADE_OF_SEAT[(at / zones.len()) % TRADE_OF_SEAT.len()];
                all.push(Seat { office, zone: zones[at % zones.len()], trade });
            }
        }
        self.streams.people.shuffle(&mut all);
        let vacant = all.len() - (spec.technicians as usize).min(all.len());
        for seat in all.drain(..vacant) {
            let opened = self.start.plus(-between(&mut self.streams.hiring, 0, 40));
            self.open_requisition(seat, opened);
        }
        for seat in all {
            self.add_veteran(seat);
        }
    }

    /// Somebody who was there before the data begin.
    fn add_veteran(&mut self, seat: Seat) {
        let rng = &mut self.streams.people;
        let tenure_days = (10.0 + waiting(rng, 1150.0)).min(6500.0) as i32;
        let source = &SOURCES[weighted(rng, &SOURCES.map(|it| it.share + 0.1 * it.quality))];
        let level = 1 + (tenure_days / 700).min(3) + i32::from(chance(rng, 0.3));
        let hired = self.start.plus(-tenure_days);
        let hired = hired.plus(-hired.weekday());
        let at = self.add_person(seat, source, i64::from(level));
        let crew = self.places.smallest_crew(seat.zone);
        let before = self.places.crews[crew].before;
        let manager = self.places.crews[crew].manager;
        let first = before.filter(|it| hired < it.1).map_or(manager, |it| it.0);
        self.places.crews[crew].size += 1;
        let cents = self.starting_cents(at, hired);
        self.people[at].start(hired, source.name, crew, first);
        self.people[at].hired_at(cents);
        if let Some((_, day)) = before.filter(|it| hired < it.1) {
            self.people[at].reassign(day, seat.zone, crew, manager);
        }
        self.past_raises(at);
        self.active.push(at);
    }

    fn past_raises(&mut self, at: usize) {
        let person = &mut self.people[at];
        let rng = &mut self.streams.people;
        let raise_month = self.places.offices[person.seat.office].raise_month;
        let mut month = person.hired.month().plus(6);
        while month < self.start.month() {
            if month.0.rem_euclid(12) == raise_month && chance(rng, person.traits.raise) {
                person.raise(month.first_day(), uniform(rng, 0.02, 0.045));
            }
            month = month.plus(1);
        }
    }
}

/// Seats of each office: unequal offices, at least one seat each.
fn office_seats(spec: &Spec, streams: &mut Streams) -> Vec<usize> {
    let total = (f64::from(spec.technicians) * (1.0 + VACANT)).round() as usize;
    let sizes = [1.25, 1.0, 0.75];
    let count = spec.offices as usize;
    let weights: Vec<f64> = (0..count)
        .map(|at| pick(&mut streams.place, &[0.95, 1.0, 1.05]) * sizes[at % sizes.len()])
        .collect();
    let whole: f64 = weights.iter().sum();
    let mut seats: Vec<usize> =
        weights.iter().map(|it| ((total as f64 * it / whole) as usize).max(1)).collect();
    let mut at = 0;
    while seats.iter().sum::<usize>() < total {
        seats[at % count] += 1;
        at += 1;
    }
    seats
}
