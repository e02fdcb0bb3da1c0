//! Days and jobs: the bulk of the data, made one day after the other.
//!
//! A job is finished on the day it is begun. A job that will come back waits in the pool of its zone
//! and trade until somebody with a free slot takes it.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use learn::math;
use learn::rng::Rng;

use crate::domain::calendar::Day;
use crate::domain::fact::TRADES;

use super::dirt;
use super::draw::{between, chance, uniform, waiting};
use super::person::Person;
use super::place::{Crew, Places, Zone};
use super::sheet::Sheet;
use super::world::World;

/// A mean booking balance, to turn balances into numbers of jobs.
const USUAL_BALANCE: f64 = 0.82;
const RAMP_DAYS: f64 = 70.0;
const JOBS_A_DAY_MAX: usize = 40;

pub(super) type Pool = BinaryHeap<Reverse<Back>>;

/// A job that comes back, soonest first.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Back {
    due: Day,
    job: u64,
    person: usize,
    completed: Day,
    appliance: usize,
}

/// Keeps completed jobs a technician-year near what was asked, whatever days off and ramps cost.
#[derive(Debug)]
pub(super) struct Pace {
    asked_per_day: f64,
    /// Jobs on an average worked day.
    rate: f64,
    rated_days: f64,
    pub(super) completed: u64,
}

impl Pace {
    pub(super) fn new(jobs_per_technician_year: u32) -> Self {
        let asked_per_day = f64::from(jobs_per_technician_year) / 365.25;
        Self { asked_per_day, rate: asked_per_day / 0.62, rated_days: 0.0, completed: 0 }
    }

    /// A month has passed: the rate becomes what would have met the wish so far.
    pub(super) fn correct(&mut self) {
        if self.completed > 0 {
            self.rate = self.asked_per_day * self.rated_days / self.completed as f64;
        }
    }
}

/// What is the same for everybody on a day.
#[derive(Debug)]
struct Today {
    day: Day,
    weekend: bool,
    holiday: bool,
    season: [f64; 4],
}

impl World {
    /// One day of work for everybody employed.
    pub(super) fn work(&mut self, day: Day) {
        let (weekend, holiday) = (day.is_weekend(), is_holiday(day));
        let today = Today { day, weekend, holiday, season: season(day) };
        self.employed_days += self.active.len() as u64;
        self.pace.rated_days += self.pace.rate * self.active.len() as f64;
        let World { people, places, sheets, streams, pools, pace, next_job, active, .. } = self;
        let mut shop = Shop {
            places,
            job: &mut sheets.job,
            workday: &mut sheets.workday,
            rng: &mut streams.work,
            dirt: &mut streams.dirt,
            pools,
            pace,
            next_job,
            came_back: Vec::new(),
        };
        for at in active.iter().copied() {
            shop.day(at, &mut people[at], &today);
        }
        for back in shop.came_back {
            let soon = day.0 - back.completed.0 <= 30;
            people[back.person].ledger.recalled(back.completed, soon);
        }
    }
}

/// What is needed to write a day.
struct Shop<'a> {
    places: &'a Places,
    job: &'a mut Sheet,
    workday: &'a mut Sheet,
    rng: &'a mut Rng,
    dirt: &'a mut Rng,
    pools: &'a mut [Pool],
    pace: &'a mut Pace,
    next_job: &'a mut u64,
    came_back: Vec<Back>,
}

/// One job before it is written.
#[derive(Debug, Default)]
struct Job {
    kind: &'static str,
    appliance: usize,
    booked_at: i64,
    started_at: i64,
    labor_min: i64,
    drive_min: i64,
    completed: bool,
    recall_of: Option<u64>,
    csat: Option<i64>,
}

impl Shop<'_> {
    fn day(&mut self, at: usize, person: &mut Person, today: &Today) {
        if !works(person, today, self.rng) {
            return;
        }
        let zone = &self.places.zones[person.seat.zone];
        let crew = &self.places.crews[person.crew];
        let balance = booking(person, zone, today, self.rng);
        self.write_workday(person, crew, balance, today.day);
        let count = self.jobs_today(person, balance, today.day);
        let mut clock = i64::from(today.day.0) * 1440 + 450 + i64::from(between(self.rng, 0, 45));
        let booked = person.ledger.get(today.day).map_or(0, |it| i64::from(it.booked_min));
        for _ in 0..count {
            let share = booked / count as i64;
            clock = self.job(at, person, today.day, clock, share);
        }
    }

    fn write_workday(&mut self, person: &mut Person, crew: &Crew, balance: f64, day: Day) {
        let rng = &mut *self.rng;
        let available = 450 + 15 * between(rng, 0, 4);
        let booked = (f64::from(available) * balance / 5.0).round().clamp(0.0, 156.0) as i32 * 5;
        let over = (f64::from(booked - available) * 0.4).max(0.0) as i32;
        let extra = if chance(rng, person.traits.overtime) { between(rng, 4, 11) * 15 } else { 0 };
        let overtime = (over + extra).min(240);
        let changed = chance(rng, (crew.changes * person.traits.schedule / 5.0).min(0.6));
        let on_call = chance(rng, person.traits.on_call);
        let tally = person.ledger.open(day);
        tally.available_min = available as u16;
        tally.booked_min = booked as u16;
        tally.overtime_min = overtime as u16;
        tally.paid_min = (available + overtime) as u16;
        tally.on_call = on_call;
        tally.start_changed = changed;
        let sheet = &mut *self.workday;
        sheet.key("T", u64::from(person.number), 4).day(day);
        sheet.int(i64::from(available)).int(i64::from(booked));
        sheet.int(i64::from(available + overtime)).int(i64::from(overtime));
        sheet.flag(on_call).flag(changed).end();
        if chance(self.dirt, dirt::SHARE) {
            dirt::workday(sheet, day, self.dirt);
        }
    }

    fn jobs_today(&mut self, person: &Person, balance: f64, day: Day) -> usize {
        let ramp = 0.5 + 0.5 * (f64::from(day.0 - person.hired.0) / RAMP_DAYS).min(1.0);
        let wanted = self.pace.rate * ramp * person.traits.pace * (balance / USUAL_BALANCE).sqrt();
        let wanted = wanted * uniform(self.rng, 0.85, 1.15) + self.rng.unit();
        (wanted as usize).min(JOBS_A_DAY_MAX)
    }

    /// Writes one job and returns when the next may begin.
    fn job(&mut self, at: usize, person: &mut Person, day: Day, clock: i64, share: i64) -> i64 {
        let zone = &self.places.zones[person.seat.zone];
        let number = *self.next_job;
        *self.next_job += 1;
        let mut job = self.make_job(person, zone, day, clock, share);
        let came_back = self.take_back(person, &mut job, day);
        let missing_drive = chance(self.rng, 0.015);
        count(person, &job, day, missing_drive);
        let late = chance(self.rng, 1.0 / 1500.0);
        self.write_job(person, zone, number, &job, (missing_drive, late));
        if let Some(back) = came_back {
            self.came_back.push(back);
        }
        if job.completed {
            self.pace.completed += 1;
            // A late row stands after everything that could refer to it, so it never comes back.
            if !late {
                self.maybe_return(at, person, number, job.appliance, day);
            }
        }
        if chance(self.dirt, dirt::SHARE) {
            let number = *self.next_job;
            *self.next_job += 1;
            dirt::job(self.job, number, person.number, day, self.dirt);
        }
        job.started_at + job.labor_min + 10
    }

    fn make_job(&mut self, person: &Person, zone: &Zone, day: Day, clock: i64, share: i64) -> Job {
        let rng = &mut *self.rng;
        let mean_drive = (zone.drive + person.traits.drive).clamp(12.0, 70.0);
        // The spread keeps the mean: exp(0.38 z) has the mean exp(0.072).
        let drive = (mean_drive * math::exp(0.38 * rng.normal() - 0.072)).clamp(2.0, 170.0) as i64;
        let labor = ((share - drive - 10).clamp(20, 220) as f64 * uniform(rng, 0.75, 1.1)) as i64;
        let last = i64::from(day.0) * 1440 + 1439;
        let started_at = (clock + drive).min(last - 2);
        let labor_min = labor.min(last - started_at).max(1);
        let kind = match rng.below(100) {
            0..58 => "repair",
            58..68 => "install",
            68..88 => "maintenance",
            _ => "warranty",
        };
        let trade = person.seat.trade;
        let appliance = if chance(rng, 0.8) { trade } else { rng.below(TRADES.len()) };
        let days_ago = 1 + i64::from(waiting(rng, 3.5).min(21.0) as i32);
        let booked_at = (i64::from(day.0) - days_ago) * 1440 + 480 + rng.below(600) as i64;
        let completed = chance(rng, 0.975);
        let csat = (completed && chance(rng, 0.35)).then(|| answer(person, rng));
        Job {
            kind,
            appliance,
            booked_at,
            started_at,
            labor_min,
            drive_min: drive,
            completed,
            recall_of: None,
            csat,
        }
    }

    /// Turns the job into a recall when one is due here.
    fn take_back(&mut self, person: &Person, job: &mut Job, day: Day) -> Option<Back> {
        let pool = &mut self.pools[person.seat.zone * TRADES.len() + person.seat.trade];
        while pool.peek().is_some_and(|it| it.0.due <= day) {
            let Some(Reverse(back)) = pool.pop() else { break };
            if back.due.plus(25) < day {
                continue;
            }
            job.kind = "recall";
            job.appliance = back.appliance;
            job.recall_of = Some(back.job);
            job.booked_at = job.booked_at.max((i64::from(back.completed.0) + 1) * 1440 + 500);
            job.booked_at = job.booked_at.min(job.started_at - 30);
            return Some(back);
        }
        None
    }

    fn maybe_return(
        &mut self,
        at: usize,
        person: &Person,
        number: u64,
        appliance: usize,
        day: Day,
    ) {
        let rng = &mut *self.rng;
        if !chance(rng, (0.047 * math::exp(-0.4 * person.traits.skill)).clamp(0.015, 0.10)) {
            return;
        }
        let due = day.plus(2 + waiting(rng, 9.0).min(40.0) as i32);
        let pool = &mut self.pools[person.seat.zone * TRADES.len() + person.seat.trade];
        pool.push(Reverse(Back { due, job: number, person: at, completed: day, appliance }));
    }

    fn write_job(
        &mut self,
        person: &Person,
        zone: &Zone,
        number: u64,
        job: &Job,
        (missing_drive, late): (bool, bool),
    ) {
        let money = money(person, job, self.rng);
        let no_zone = chance(self.rng, 0.03);
        let sheet = &mut *self.job;
        sheet.key("J", number, 7).key("T", u64::from(person.number), 4);
        sheet.text(if no_zone { "" } else { &zone.code }).text(job.kind);
        sheet.text(TRADES[job.appliance]).minute(job.booked_at).minute(job.started_at);
        if job.completed {
            sheet.minute(job.started_at + job.labor_min);
        } else {
            sheet.blank();
        }
        sheet.int_or_blank((!missing_drive).then_some(job.drive_min)).int(job.labor_min);
        sheet.int(money.billable_min).int(money.revenue_cents);
        sheet.flag(money.convertible).flag(money.converted);
        match job.recall_of {
            Some(original) => sheet.key("J", original, 7),
            None => sheet.blank(),
        };
        sheet.int_or_blank(job.csat);
        if late { sheet.end_late() } else { sheet.end() }
    }
}

#[derive(Debug)]
struct Money {
    billable_min: i64,
    revenue_cents: i64,
    convertible: bool,
    converted: bool,
}

fn money(person: &Person, job: &Job, rng: &mut Rng) -> Money {
    let free = matches!(job.kind, "recall" | "warranty");
    let convertible = job.completed && !free && chance(rng, 0.45);
    let converted = convertible && chance(rng, 0.52 + 0.12 * person.traits.skill);
    let billable = if free || !job.completed { 0 } else { (job.labor_min + 14) / 15 * 15 };
    let parts = match (converted, billable > 0) {
        (true, _) => 9000 + rng.below(38_000) as i64,
        (false, true) => rng.below(9000) as i64,
        (false, false) => 0,
    };
    let call = if billable > 0 { 8900 } else { 0 };
    let revenue_cents = billable * 175 + call + parts;
    Money { billable_min: billable, revenue_cents, convertible, converted }
}

/// A customer's answer, 1 to 5.
fn answer(person: &Person, rng: &mut Rng) -> i64 {
    let wish = 4.35 + 0.3 * person.traits.skill + 0.95 * rng.normal();
    wish.round().clamp(1.0, 5.0) as i64
}

fn count(person: &mut Person, job: &Job, day: Day, missing_drive: bool) {
    let Some(tally) = person.ledger.get_mut(day) else { return };
    tally.jobs += 1;
    tally.completed += u8::from(job.completed);
    if !missing_drive {
        tally.drive_min += job.drive_min as u16;
        tally.drives += 1;
        tally.long_drives += u8::from(job.drive_min > 50);
    }
    if let Some(csat) = job.csat {
        tally.answers += 1;
        tally.answer_sum += csat as u8;
    }
}

/// Five days in seven, fewer on holidays, weekends by habit, days off in return.
fn works(person: &mut Person, today: &Today, rng: &mut Rng) -> bool {
    let weekday = today.day.weekday();
    if today.weekend {
        let habit = if weekday == 5 { person.traits.saturday } else { person.traits.sunday };
        let works = chance(rng, if today.holiday { habit * 0.3 } else { habit });
        person.owed_off = (person.owed_off + u8::from(works)).min(2);
        return works;
    }
    if chance(rng, if today.holiday { 0.85 } else { 0.04 }) {
        return false;
    }
    if person.owed_off > 0 && chance(rng, 0.42) {
        person.owed_off -= 1;
        return false;
    }
    true
}

/// Booked over available minutes of a day.
fn booking(person: &Person, zone: &Zone, today: &Today, rng: &mut Rng) -> f64 {
    let usual = zone.booking + person.traits.booking + today.season[person.seat.trade];
    let lighter = if today.holiday { 0.6 } else { 1.0 };
    ((usual + 0.13 * rng.normal()) * lighter).clamp(0.1, 1.5)
}

/// Refrigeration and air conditioning peak in July, ovens and dryers around the turn of the year.
fn season(day: Day) -> [f64; 4] {
    // The cycle of four years starts on 1 January 1970; day 196 is mid-July.
    let since_july = (f64::from(day.0 - 196)).rem_euclid(365.25);
    let away = since_july.min(365.25 - since_july) / 182.625;
    let straight = 1.0 - 2.0 * away;
    // Near enough to a cosine, and the same bits everywhere.
    let summer = straight * (1.5 - 0.5 * straight * straight);
    [-0.03 * summer, 0.09 * summer, -0.05 * summer, 0.13 * summer]
}

/// Days on which a US office runs an emergency crew only.
fn is_holiday(day: Day) -> bool {
    let first = day.month().first_day();
    let date = day.0 - first.0 + 1;
    match (day.month().0.rem_euclid(12) + 1, day.weekday()) {
        (1, _) => date == 1,
        (5, 0) => date > 24,
        (7, _) => date == 4,
        (9, 0) => date <= 7,
        (11, 3) => (22..=28).contains(&date),
        (12, _) => matches!(date, 24..=26 | 31),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holidays_fall_where_they_should() {
        let holiday = |y, m, d| Day::from_ymd(y, m, d).is_some_and(is_holiday);
        assert!(holiday(2026, 11, 26) && holiday(2026, 5, 25) && holiday(2026, 9, 7));
        assert!(holiday(2026, 7, 4) && !holiday(2026, 7, 5) && !holiday(2026, 11, 19));
    }

    #[test]
    fn cooling_peaks_in_summer() {
        let at = |month| Day::from_ymd(2026, month, 15).map(season).unwrap_or_default();
        assert!(at(7)[3] > 0.12 && at(1)[3] < -0.12 && at(1)[2] > 0.04);
    }
}
