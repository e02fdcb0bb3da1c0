//! What a technician's past says on a day: the features, from daily tallies kept while work is made.
//!
//! Every window ends the day before `as_of`. Definitions are those of the features table; where it
//! leaves room, `docs/demo.md` says what is taken here. Never here: a fact dated on `as_of` or later.

use crate::domain::calendar::Day;

use super::hazard::{COUNT, MONTH_DAYS, Place, Values};
use super::person::Person;
use super::place::Crew;

const RING_DAYS: usize = 128;
/// Fewer jobs or answers than this say nothing about a person.
const QUALITY_LEAST: u32 = 10;

/// One technician's day, as the windows need it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    day: Day,
    pub(super) available_min: u16,
    pub(super) booked_min: u16,
    pub(super) paid_min: u16,
    pub(super) overtime_min: u16,
    pub(super) drive_min: u16,
    pub(super) drives: u8,
    pub(super) long_drives: u8,
    pub(super) jobs: u8,
    pub(super) completed: u8,
    /// Of the jobs completed this day: those that came back by now.
    pub(super) recalled: u8,
    /// Of those: the ones that came back within 30 days.
    pub(super) recalled_soon: u8,
    pub(super) answers: u8,
    pub(super) answer_sum: u8,
    pub(super) on_call: bool,
    pub(super) start_changed: bool,
}

/// The last 128 days.
#[derive(Clone, Debug, Default)]
pub(super) struct Ledger {
    ring: Vec<Tally>,
}

impl Ledger {
    /// Starts a day; one call per worked day.
    pub(super) fn open(&mut self, day: Day) -> &mut Tally {
        if self.ring.is_empty() {
            self.ring = vec![Tally { day: Day(i32::MIN), ..Tally::default() }; RING_DAYS];
        }
        let slot = &mut self.ring[slot(day)];
        *slot = Tally { day, ..Tally::default() };
        slot
    }

    /// The day's tally, if it was worked and is not too long ago.
    pub(super) fn get(&self, day: Day) -> Option<&Tally> {
        self.ring.get(slot(day)).filter(|it| it.day == day)
    }

    /// The same, to add to it.
    pub(super) fn get_mut(&mut self, day: Day) -> Option<&mut Tally> {
        self.ring.get_mut(slot(day)).filter(|it| it.day == day)
    }

    /// One of the jobs completed on `day` came back.
    pub(super) fn recalled(&mut self, day: Day, soon: bool) {
        if let Some(tally) = self.get_mut(day) {
            tally.recalled += 1;
            tally.recalled_soon += u8::from(soon);
        }
    }

    pub(super) fn forget(&mut self) {
        self.ring = Vec::new();
    }
}

/// The 18 features of a person at risk; `pay_median` is the median pay that counts, in cents.
pub(super) fn features(
    person: &Person,
    crews: &[Crew],
    pay_median: Option<f64>,
    as_of: Day,
) -> Values {
    let sums = Sums::new(&person.ledger, as_of);
    let crew = &crews[person.crew];
    let mut values = [None; COUNT];
    let mut set = |place: Place, value: Option<f64>| values[place as usize] = value;
    set(Place::TenureMonths, Some(months(person.hired, as_of)));
    set(Place::MonthsSinceRaise, Some(months(person.last_raise, as_of)));
    let pay = pay_median.map(|median| person.hourly_cents as f64 / median);
    set(Place::PayVsZoneMedian, pay);
    set(Place::JobsPerDay, ratio(sums.completed_60, sums.days_60));
    set(Place::DriveMinPerJob, ratio(sums.drive_min, sums.drives));
    set(Place::LongDriveShare, ratio(sums.long_drives, sums.drives));
    set(Place::WeekendShare, ratio(sums.weekend_jobs, sums.jobs));
    let worked = |count: u32| (sums.days_60 > 0).then_some(f64::from(count));
    set(Place::OnCallNights, worked(sums.on_call).map(|it| it * 28.0 / 60.0));
    set(Place::OvertimeShare, ratio(sums.overtime_min, sums.paid_min));
    let balance = ratio(sums.booked_28, sums.available_28);
    set(Place::BookingBalance, balance);
    let usual = median(&mut sums.daily_balances.clone());
    set(Place::BookingShift, balance.zip(usual).map(|(now, usual)| (now - usual).abs()));
    let fixed = sums.closed.saturating_sub(sums.closed_recalled);
    let enough = |part: u32, whole: u32| ratio(part, whole).filter(|_| whole >= QUALITY_LEAST);
    set(Place::FirstTimeFix, enough(fixed, sums.closed));
    set(Place::RecallRate, enough(sums.recalled_90, sums.completed_90));
    set(Place::Csat, enough(sums.answer_sum, sums.answers));
    let training_min = within(&person.trainings, as_of, 180).map(|it| it.1).sum::<u32>();
    set(Place::TrainingHours, Some(f64::from(training_min) / 60.0));
    set(Place::ManagerChanges, Some(manager_changes(person, as_of) as f64));
    let exits = within(&crew.exits, as_of, 90).filter(|it| it.1 != person.number).count();
    set(Place::CrewExits, Some(exits as f64));
    set(Place::ScheduleChanges, worked(sums.start_changed).map(|it| it * 7.0 / 60.0));
    values
}

/// The middle value, the mean of the two middle ones for an even count.
pub(super) fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    match values.len() {
        0 => None,
        odd if odd % 2 == 1 => Some(values[half]),
        _ => Some(f64::midpoint(values[half - 1], values[half])),
    }
}

#[derive(Debug, Default)]
struct Sums {
    days_60: u32,
    jobs: u32,
    completed_60: u32,
    weekend_jobs: u32,
    drive_min: u32,
    drives: u32,
    long_drives: u32,
    on_call: u32,
    start_changed: u32,
    overtime_min: u32,
    paid_min: u32,
    booked_28: u32,
    available_28: u32,
    daily_balances: Vec<f64>,
    completed_90: u32,
    recalled_90: u32,
    closed: u32,
    closed_recalled: u32,
    answers: u32,
    answer_sum: u32,
}

impl Sums {
    fn new(ledger: &Ledger, as_of: Day) -> Self {
        let mut sums = Self::default();
        for back in 1..=90 {
            let day = as_of.plus(-back);
            let Some(tally) = ledger.get(day) else { continue };
            sums.add_quarter(tally, back);
            if back <= 60 {
                sums.add_two_months(tally, day.is_weekend());
            }
            if back <= 56 && tally.available_min > 0 {
                let balance = f64::from(tally.booked_min) / f64::from(tally.available_min);
                sums.daily_balances.push(balance);
            }
            if back <= 28 {
                sums.booked_28 += u32::from(tally.booked_min);
                sums.available_28 += u32::from(tally.available_min);
            }
        }
        sums
    }

    fn add_quarter(&mut self, tally: &Tally, back: i32) {
        self.completed_90 += u32::from(tally.completed);
        self.recalled_90 += u32::from(tally.recalled);
        self.answers += u32::from(tally.answers);
        self.answer_sum += u32::from(tally.answer_sum);
        // Completed on day c: its 30 days are c+1 to c+30, all of them before `as_of`.
        if back > 30 {
            self.closed += u32::from(tally.completed);
            self.closed_recalled += u32::from(tally.recalled_soon);
        }
    }

    fn add_two_months(&mut self, tally: &Tally, weekend: bool) {
        self.days_60 += 1;
        self.jobs += u32::from(tally.jobs);
        self.completed_60 += u32::from(tally.completed);
        self.weekend_jobs += if weekend { u32::from(tally.jobs) } else { 0 };
        self.drive_min += u32::from(tally.drive_min);
        self.drives += u32::from(tally.drives);
        self.long_drives += u32::from(tally.long_drives);
        self.on_call += u32::from(tally.on_call);
        self.start_changed += u32::from(tally.start_changed);
        self.overtime_min += u32::from(tally.overtime_min);
        self.paid_min += u32::from(tally.paid_min);
    }
}

/// Times the manager changed from one assignment to the next within a year.
fn manager_changes(person: &Person, as_of: Day) -> usize {
    let pairs = person.assignments.windows(2);
    pairs.filter(|it| it[0].manager != it[1].manager && inside(it[1].from, as_of, 365)).count()
}

fn slot(day: Day) -> usize {
    day.0.rem_euclid(RING_DAYS as i32) as usize
}

fn months(from: Day, as_of: Day) -> f64 {
    f64::from(as_of.0 - from.0) / MONTH_DAYS
}

fn inside(day: Day, as_of: Day, days: i32) -> bool {
    as_of.plus(-days) <= day && day < as_of
}

fn within<T>(dated: &[(Day, T)], as_of: Day, days: i32) -> impl Iterator<Item = &(Day, T)> {
    dated.iter().filter(move |it| inside(it.0, as_of, days))
}

fn ratio(part: u32, whole: u32) -> Option<f64> {
    (whole > 0).then(|| f64::from(part) / f64::from(whole))
}
