//! What is known of everyone: who was employed, where, under whom, at what rate.
//!
//! Read once and shared by every technician's features. Everything dated is asked for "before a
//! day": of two rows of one day the one loaded later counts. The end of an assignment is never
//! read, it is written down only when the next one begins.
//!
//! Never here: jobs and workdays (see `history`), writing.

use std::collections::HashMap;

use crate::domain::calendar::{Day, Month};
use crate::store::months::{self, Span};
use crate::store::{Read, Result};

/// Others of the trade that a zone needs before its median says anything.
pub const PAID_OTHERS_MIN: usize = 3;

/// Everyone, and what is computed once for all.
#[derive(Debug)]
pub struct Around {
    people: Vec<Person>,
    offices: HashMap<i64, i64>,
    span: Option<Span>,
    standings: HashMap<Day, Standing>,
    exits: HashMap<(i64, Name), Vec<Exit>>,
    recalls: Vec<(i64, Day)>,
}

/// A technician's dated rows, each list by its day.
#[derive(Debug)]
pub struct Person {
    /// Key of the technician.
    pub technician_id: i64,
    /// Zone of the master row.
    pub home_zone: i64,
    /// Trade, as a name of this `Around`.
    pub trade: Name,
    /// Spells of employment.
    pub spells: Vec<Spell>,
    /// Pay rates.
    pub pay: Vec<Pay>,
    /// Assignments.
    pub assignments: Vec<Assignment>,
}

/// A name as a number: equal within one `Around` when the names are.
pub type Name = u32;

/// A spell of employment.
#[derive(Clone, Copy, Debug)]
pub struct Spell {
    /// Key of the row.
    pub employment_id: i64,
    /// First day.
    pub hired_on: Day,
    /// Last day.
    pub exited_on: Option<Day>,
}

/// A rate from a day on.
#[derive(Clone, Copy, Debug)]
pub struct Pay {
    /// First day of the rate.
    pub effective_on: Day,
    /// Cents an hour.
    pub hourly_cents: i64,
}

/// Who someone works for and where, from a day on.
#[derive(Clone, Copy, Debug)]
pub struct Assignment {
    /// First day.
    pub from_on: Day,
    /// Zone, if it says.
    pub zone: Option<i64>,
    /// Manager, if it says.
    pub manager: Option<Name>,
    /// Crew, if it says.
    pub crew: Option<Name>,
}

/// Median rates on the morning of one day.
#[derive(Debug, Default)]
struct Standing {
    by_zone: HashMap<(i64, Name), Rates>,
    by_office: HashMap<(i64, Name), Rates>,
}

#[derive(Clone, Copy, Debug)]
struct Rates {
    people: usize,
    median: f64,
}

#[derive(Clone, Copy, Debug)]
struct Exit {
    on: Day,
    technician_id: i64,
}

impl Around {
    /// Reads everyone.
    pub fn load(read: &Read<'_>) -> Result<Self> {
        let mut names = Names::default();
        let people = read_people(read, &mut names)?;
        let offices = read.rows("SELECT id, office_id FROM zone", [], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))
        })?;
        let mut it = Self {
            people,
            offices: offices.into_iter().collect(),
            span: months::data_span(read)?,
            standings: HashMap::new(),
            exits: HashMap::new(),
            recalls: read_recalls(read)?,
        };
        it.exits = it.exits_by_crew();
        let months = it.span.into_iter().flat_map(Span::months);
        let days: Vec<Day> = months.map(Month::first_day).collect();
        it.standings = days.into_iter().map(|day| (day, it.standing(day))).collect();
        Ok(it)
    }

    /// Everyone, by key.
    pub fn people(&self) -> &[Person] {
        &self.people
    }

    /// First and last day with a job or workday; `None` before the first load.
    pub fn span(&self) -> Option<Span> {
        self.span
    }

    /// Works out once who is paid what on a day that is not the first of a month.
    pub fn stand_on(&mut self, as_of: Day) {
        let standing = self.standing(as_of);
        self.standings.insert(as_of, standing);
    }

    /// The office of a zone.
    pub fn office_of(&self, zone: i64) -> i64 {
        self.offices.get(&zone).copied().unwrap_or_default()
    }

    /// The median rate a person is measured against: of the trade in the zone when 3 others are
    /// paid there, else in the office, else `None`. The person is among the people of the median.
    pub fn rate_median(&self, who: &Person, as_of: Day) -> Option<f64> {
        let made;
        let standing = if let Some(it) = self.standings.get(&as_of) {
            it
        } else {
            made = self.standing(as_of);
            &made
        };
        let zone = who.zone_at(as_of);
        let near = standing.by_zone.get(&(zone, who.trade));
        let far = standing.by_office.get(&(self.office_of(zone), who.trade));
        let enough = |it: &&Rates| it.people > PAID_OTHERS_MIN;
        near.filter(enough).or(far.filter(enough)).map(|it| it.median)
    }

    /// People of the same crew and office who left in `[from, to)`, not counting the person;
    /// `None` when the crew at `to` is unknown.
    pub fn crew_exits(&self, who: &Person, from: Day, to: Day) -> Option<usize> {
        let crew = who.assignment_at(to)?.crew?;
        let office = self.office_of(who.zone_at(to));
        let exits = self.exits.get(&(office, crew)).map_or(&[][..], Vec::as_slice);
        let inside = between(exits, from, to, |it| it.on);
        Some(inside.iter().filter(|it| it.technician_id != who.technician_id).count())
    }

    /// The first recall of a job that is not dated before the job itself.
    pub fn first_recall(&self, job_id: i64, on_day: Day) -> Option<Day> {
        let at = self.recalls.partition_point(|it| *it < (job_id, on_day));
        self.recalls.get(at).filter(|it| it.0 == job_id).map(|it| it.1)
    }

    fn standing(&self, as_of: Day) -> Standing {
        let mut by_zone: HashMap<_, Vec<f64>> = HashMap::new();
        let mut by_office: HashMap<_, Vec<f64>> = HashMap::new();
        for who in self.people.iter().filter(|it| it.spell_at(as_of).is_some()) {
            let Some(rate) = who.rate_at(as_of) else { continue };
            let zone = who.zone_at(as_of);
            by_zone.entry((zone, who.trade)).or_default().push(rate as f64);
            by_office.entry((self.office_of(zone), who.trade)).or_default().push(rate as f64);
        }
        Standing { by_zone: medians(by_zone), by_office: medians(by_office) }
    }

    fn exits_by_crew(&self) -> HashMap<(i64, Name), Vec<Exit>> {
        let mut exits: HashMap<_, Vec<Exit>> = HashMap::new();
        for who in &self.people {
            for on in who.spells.iter().filter_map(|it| it.exited_on) {
                // An assignment that began on the last day counts for the exit.
                let next = on.plus(1);
                let Some(crew) = who.assignment_at(next).and_then(|it| it.crew) else { continue };
                let key = (self.office_of(who.zone_at(next)), crew);
                let exit = Exit { on, technician_id: who.technician_id };
                exits.entry(key).or_default().push(exit);
            }
        }
        for crew in exits.values_mut() {
            crew.sort_by_key(|it| (it.on, it.technician_id));
        }
        exits
    }
}

impl Person {
    /// The spell at risk on the morning of a day: hired before it, not left before it.
    pub fn spell_at(&self, as_of: Day) -> Option<&Spell> {
        let mut spells = self.spells.iter().rev();
        spells.find(|it| months::is_at_risk(it.hired_on, it.exited_on, as_of))
    }

    /// The latest assignment that began before a day.
    pub fn assignment_at(&self, as_of: Day) -> Option<&Assignment> {
        before(&self.assignments, as_of, |it| it.from_on).last()
    }

    /// The zone of that assignment, else the home zone.
    pub fn zone_at(&self, as_of: Day) -> i64 {
        self.assignment_at(as_of).and_then(|it| it.zone).unwrap_or(self.home_zone)
    }

    /// The latest rate effective before a day, in cents an hour.
    pub fn rate_at(&self, as_of: Day) -> Option<i64> {
        before(&self.pay, as_of, |it| it.effective_on).last().map(|it| it.hourly_cents)
    }

    /// The last day before a day on which the rate rose.
    pub fn last_raise(&self, as_of: Day) -> Option<Day> {
        let pay = before(&self.pay, as_of, |it| it.effective_on);
        let raise = pay.windows(2).rev().find(|it| it[1].hourly_cents > it[0].hourly_cents)?;
        Some(raise[1].effective_on)
    }
}

/// The middle value; the mean of the two middle ones of an even number. `None` of nothing.
pub fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    let upper = *values.get(half)?;
    Some(if values.len() % 2 == 1 { upper } else { f64::midpoint(values[half - 1], upper) })
}

/// The rows of a list sorted by day that are dated before a day.
pub(super) fn before<T>(rows: &[T], to: Day, day: impl Fn(&T) -> Day) -> &[T] {
    &rows[..rows.partition_point(|it| day(it) < to)]
}

/// The rows of a list sorted by day that are dated in `[from, to)`.
pub(super) fn between<T>(rows: &[T], from: Day, to: Day, day: impl Fn(&T) -> Day) -> &[T] {
    let rows = before(rows, to, &day);
    &rows[rows.partition_point(|it| day(it) < from)..]
}

fn medians(groups: HashMap<(i64, Name), Vec<f64>>) -> HashMap<(i64, Name), Rates> {
    let rated = groups.into_iter().filter_map(|(key, rates)| {
        let people = rates.len();
        Some((key, Rates { people, median: median(rates)? }))
    });
    rated.collect()
}

/// Names as numbers.
#[derive(Debug, Default)]
struct Names(HashMap<String, Name>);

impl Names {
    fn number(&mut self, name: String) -> Name {
        let next = self.0.len() as Name;
        *self.0.entry(name).or_insert(next)
    }
}

fn read_people(read: &Read<'_>, names: &mut Names) -> Result<Vec<Person>> {
    let mut people = read.rows(PEOPLE, [], |row| {
        Ok(Person {
            technician_id: row.get(0)?,
            home_zone: row.get(1)?,
            trade: names.number(row.get(2)?),
            spells: Vec::new(),
            pay: Vec::new(),
            assignments: Vec::new(),
        })
    })?;
    let place: HashMap<i64, usize> =
        people.iter().enumerate().map(|(at, it)| (it.technician_id, at)).collect();
    // A row of a technician added while this runs waits for the next time.
    let at = |technician: i64| place.get(&technician).copied();
    read.each(SPELLS, [], |row| {
        if let Some(at) = at(row.get(0)?) {
            let (employment_id, hired_on) = (row.get(1)?, Day(row.get(2)?));
            let exited_on = row.get::<_, Option<i32>>(3)?.map(Day);
            people[at].spells.push(Spell { employment_id, hired_on, exited_on });
        }
        Ok(())
    })?;
    read.each(PAY, [], |row| {
        if let Some(at) = at(row.get(0)?) {
            let (effective_on, hourly_cents) = (Day(row.get(1)?), row.get(2)?);
            people[at].pay.push(Pay { effective_on, hourly_cents });
        }
        Ok(())
    })?;
    read.each(ASSIGNMENTS, [], |row| {
        if let Some(at) = at(row.get(0)?) {
            let (from_on, zone) = (Day(row.get(1)?), row.get(2)?);
            let manager = row.get::<_, Option<String>>(3)?.map(|it| names.number(it));
            let crew = row.get::<_, Option<String>>(4)?.map(|it| names.number(it));
            people[at].assignments.push(Assignment { from_on, zone, manager, crew });
        }
        Ok(())
    })?;
    Ok(people)
}

fn read_recalls(read: &Read<'_>) -> Result<Vec<(i64, Day)>> {
    read.rows(RECALLS, [], |row| {
        let minute: i64 = row.get(1)?;
        Ok((row.get(0)?, Day(minute.div_euclid(1440) as i32)))
    })
}

const PEOPLE: &str = r"
SELECT
  id,
  zone_id,
  trade
FROM technician
ORDER BY id";

const SPELLS: &str = r"
SELECT
  technician_id,
  id,
  hired_on,
  exited_on
FROM employment
ORDER BY technician_id, hired_on, id";

const PAY: &str = r"
SELECT
  technician_id,
  effective_on,
  hourly_cents
FROM pay
ORDER BY technician_id, effective_on, id";

const ASSIGNMENTS: &str = r"
SELECT
  technician_id,
  from_on,
  zone_id,
  manager_no,
  crew
FROM assignment
ORDER BY technician_id, from_on, id";

const RECALLS: &str = r"
SELECT
  recall_of_id,
  started_at
FROM job
WHERE recall_of_id IS NOT NULL
ORDER BY recall_of_id, started_at";
