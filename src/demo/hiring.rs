//! Openings, applications and first days: how an empty seat is filled again.
//!
//! A requisition is planned to its end when it is opened; what lies after the last day of data is
//! left out when it is written.

use std::collections::BTreeMap;

use crate::domain::calendar::Day;

use super::draw::{between, chance, pick, weighted};
use super::names::{REHIRE, SOURCES, Source};
use super::person::Seat;
use super::world::World;

#[derive(Debug)]
struct Requisition {
    opened: Day,
    approved: Day,
    closed: Day,
    positions: i64,
    seat: Seat,
}

#[derive(Debug)]
struct Candidate {
    requisition: usize,
    source: &'static str,
    applied: Day,
    screened: Option<Day>,
    interviewed: Option<Day>,
    offered: Option<Day>,
    accepted: Option<Day>,
    declined: Option<Day>,
    started: Option<Day>,
    person: Option<usize>,
}

/// Somebody with a first day.
#[derive(Debug)]
struct Coming {
    seat: Seat,
    source: &'static Source,
    candidate: usize,
    rehire: Option<usize>,
}

/// Every opening and application so far, and who starts when.
#[derive(Debug, Default)]
pub(super) struct Hiring {
    requisitions: Vec<Requisition>,
    candidates: Vec<Candidate>,
    coming: BTreeMap<Day, Vec<Coming>>,
    /// Who left by choice, by place in `people`, with the day.
    left: Vec<(usize, Day)>,
}

impl World {
    /// An empty seat becomes an opening, or one more position of a fresh one like it.
    pub(super) fn open_requisition(&mut self, seat: Seat, opened: Day) {
        let rng = &mut self.streams.hiring;
        let fill = between(rng, 8, 30) + between(rng, 7, 30);
        let alike = self.hiring.requisitions.iter().enumerate().rev().take(20).find(|(_, it)| {
            (it.seat.zone, it.seat.trade) == (seat.zone, seat.trade)
                && (opened.0 - it.opened.0).abs() <= 14
                && it.positions < 3
        });
        let (at, opened) = if let Some((at, like)) = alike {
            (at, like.opened.max(opened))
        } else {
            let approved = opened.plus(between(rng, 0, 5));
            let closed = opened;
            let positions = 0;
            let new = Requisition { opened, approved, closed, positions, seat };
            self.hiring.requisitions.push(new);
            (self.hiring.requisitions.len() - 1, opened)
        };
        let accepted = opened.plus(fill);
        let requisition = &mut self.hiring.requisitions[at];
        requisition.positions += 1;
        requisition.closed = requisition.closed.max(accepted);
        self.apply_in_vain(at, opened, accepted);
        self.plan_hire(at, seat, opened, accepted);
    }

    /// The first days of work on this day.
    pub(super) fn start_hires(&mut self, day: Day) {
        for coming in self.hiring.coming.remove(&day).unwrap_or_default() {
            let level = i64::from(between(&mut self.streams.hiring, 1, 2));
            let at = match coming.rehire {
                Some(at) => at,
                None => self.add_person(coming.seat, coming.source, level),
            };
            self.people[at].seat = coming.seat;
            self.people[at].rehire_reserved = false;
            let crew = self.places.smallest_crew(coming.seat.zone);
            self.places.crews[crew].size += 1;
            let manager = self.places.crews[crew].manager;
            let cents = self.starting_cents(at, day);
            self.people[at].start(day, coming.source.name, crew, manager);
            self.people[at].hired_at(cents);
            self.hiring.candidates[coming.candidate].person = Some(at);
            let place = self.active.partition_point(|it| *it < at);
            self.active.insert(place, at);
            self.hires += 1;
        }
    }

    /// Remembers who might come back.
    pub(super) fn may_return(&mut self, person: usize, left: Day) {
        self.hiring.left.push((person, left));
    }

    /// Writes both files as they stand on the last day.
    pub(super) fn write_hiring(&mut self) {
        let end = self.end;
        let seen = |day: Option<Day>| day.filter(|it| *it <= end);
        let Hiring { requisitions, candidates, .. } = &self.hiring;
        for (at, it) in requisitions.iter().enumerate().filter(|it| it.1.opened <= end) {
            let seat = it.seat;
            let sheet = &mut self.sheets.requisition;
            sheet.key("R", at as u64 + 1, 4).day(it.opened);
            sheet.day_or_blank(seen(Some(it.approved))).day_or_blank(seen(Some(it.closed)));
            sheet.int(it.positions).text(&self.places.offices[seat.office].code);
            sheet.text(&self.places.zones[seat.zone].code).end();
        }
        let written = candidates.iter().enumerate();
        for (at, it) in written.filter(|it| it.1.applied <= end) {
            let sheet = &mut self.sheets.candidate;
            sheet.key("C", at as u64 + 1, 5).key("R", it.requisition as u64 + 1, 4);
            sheet.text(it.source).day(it.applied);
            for day in
                [it.screened, it.interviewed, it.offered, it.accepted, it.declined, it.started]
            {
                sheet.day_or_blank(seen(day));
            }
            match it.person {
                Some(person) => sheet.key("T", u64::from(self.people[person].number), 4),
                None => sheet.blank(),
            };
            sheet.end();
        }
    }

    fn plan_hire(&mut self, requisition: usize, seat: Seat, opened: Day, accepted: Day) {
        let started = accepted.plus(between(&mut self.streams.hiring, 5, 16));
        let started = started.plus((7 - started.weekday()) % 7);
        let rehire = self.returning(seat, started);
        let rng = &mut self.streams.hiring;
        let source = match rehire {
            Some(_) => &REHIRE,
            None => &SOURCES[weighted(rng, &SOURCES.map(|it| it.share))],
        };
        let offered = accepted.plus(-between(rng, 0, 3)).max(opened);
        let interviewed = offered.plus(-between(rng, 2, 7)).max(opened);
        let screened = interviewed.plus(-between(rng, 1, 6)).max(opened);
        let applied = screened.plus(-between(rng, 0, 5)).max(opened);
        self.hiring.candidates.push(Candidate {
            requisition,
            source: source.name,
            applied,
            screened: Some(screened),
            interviewed: Some(interviewed),
            offered: Some(offered),
            accepted: Some(accepted),
            declined: None,
            started: Some(started),
            person: None,
        });
        let candidate = self.hiring.candidates.len() - 1;
        let coming = Coming { seat, source, candidate, rehire };
        self.hiring.coming.entry(started).or_default().push(coming);
    }

    /// Applications that end in a refusal on either side, or in nothing.
    fn apply_in_vain(&mut self, requisition: usize, opened: Day, accepted: Day) {
        let rng = &mut self.streams.hiring;
        for _ in 0..between(rng, 1, 5) {
            let source = &SOURCES[weighted(rng, &SOURCES.map(|it| it.share))];
            let applied = opened.plus(between(rng, 0, accepted.0 - opened.0));
            let reaches = 0.15 * source.quality;
            let screened = chance(rng, 0.7 + reaches).then(|| applied.plus(between(rng, 1, 6)));
            let interviewed = screened
                .filter(|_| chance(rng, 0.5 + reaches))
                .map(|day| day.plus(between(rng, 1, 7)));
            let offered = interviewed
                .filter(|day| *day < accepted && chance(rng, 0.30))
                .map(|day| day.plus(between(rng, 1, 4)));
            let declined = offered.map(|day| day.plus(between(rng, 1, 6)));
            self.hiring.candidates.push(Candidate {
                requisition,
                source: source.name,
                applied,
                screened,
                interviewed,
                offered,
                accepted: None,
                declined,
                started: None,
                person: None,
            });
        }
    }

    fn returning(&mut self, seat: Seat, started: Day) -> Option<usize> {
        let rng = &mut self.streams.hiring;
        if !chance(rng, 0.05) {
            return None;
        }
        let open: Vec<usize> = self
            .hiring
            .left
            .iter()
            .filter(|(_, left)| left.plus(150) < started)
            .map(|it| it.0)
            .filter(|at| {
                let it = &self.people[*at];
                let fits = (it.seat.office, it.seat.trade) == (seat.office, seat.trade);
                fits && it.rehire_eligible && !it.rehire_reserved && it.spells.len() == 1
            })
            .collect();
        if open.is_empty() {
            return None;
        }
        let at = *pick(rng, &open);
        self.people[at].rehire_reserved = true;
        Some(at)
    }
}
