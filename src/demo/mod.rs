//! A made-up office: facts from a seed, with a law of leaving that is known.
//!
//! The files are those an office would export, dirty rows and all. Exits are drawn month by month
//! from `hazard`, which reads the same windows over the same facts as the features of the models do.
//! Because the law is known, tests can ask what no real data set allows: does a fitted shape follow
//! the true one, and how close does a model come to the truth? `docs/demo.md` tells it to people.
//!
//! Never here: the store, SQL, the clock, HTML. The truth goes to a file of its own, outside the
//! folder of the facts, and nothing but tests and benches may read it.

mod dirt;
mod draw;
mod hazard;
mod hiring;
mod names;
mod note;
mod person;
mod place;
mod risk;
mod sheet;
mod staff;
#[cfg(test)]
mod tests;
mod truth;
mod window;
mod words;
mod work;
mod world;

use std::fmt;
use std::path::Path;

use crate::domain::calendar::Day;
use crate::domain::fact::TRADES;
use crate::domain::told::{Kind, Told};

use sheet::Sheet;
use world::World;

pub use hazard::{MONTH_DAYS, Shape, TOGETHER_SPANS, shapes, together};
pub use truth::{HORIZONS, columns as truth_columns};

/// What to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spec {
    /// Average number of people employed, over all offices.
    pub technicians: u32,
    /// Years of data, the last one ending with `end`.
    pub years: u32,
    /// Offices.
    pub offices: u32,
    /// Completed jobs of a technician in a year.
    pub jobs_per_technician_year: u32,
    /// The same seed makes the same bytes.
    pub seed: u64,
    /// The last day that any fact may bear.
    pub end: Day,
}

/// How much was made of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Stem of the file: `jobs`.
    pub file: &'static str,
    /// Rows below the header, dirty ones included.
    pub rows: u64,
    /// Rows that an importer must quarantine.
    pub dirty_rows: u64,
}

/// What was made.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// One entry per file, in the order files are loaded.
    pub files: Vec<Written>,
    /// People who ever worked.
    pub technicians: u64,
    /// First days of work within the data, of people who came back too.
    pub hires: u64,
    /// Exits of every kind.
    pub exits: u64,
    /// Exits by choice.
    pub voluntary_exits: u64,
    /// Completed jobs, dirty rows not counted.
    pub completed_jobs: u64,
    /// People employed on an average day.
    pub average_headcount: f64,
    /// Length of the data.
    pub days: u32,
}

/// Why nothing complete was made. What is in the folder then is a part and should be thrown away.
#[derive(Debug)]
pub enum Error {
    /// The specification or the disk; the words are for people.
    Told(Told),
    /// The caller asked to stop.
    Stopped,
}

impl From<Told> for Error {
    fn from(told: Told) -> Self {
        Self::Told(told)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Told(told) => told.fmt(f),
            Self::Stopped => f.write_str("Stopped before the demo was complete."),
        }
    }
}

impl std::error::Error for Error {}

impl Spec {
    /// Three offices, 240 people, four years.
    pub fn default_ending(end: Day) -> Self {
        Self { technicians: 240, years: 4, offices: 3, jobs_per_technician_year: 300, seed: 1, end }
    }

    /// Refuses what cannot be made.
    pub fn check(&self) -> Result<(), Told> {
        let range = |what: &str, value: u32, low: u32, high: u32| {
            if (low..=high).contains(&value) {
                return Ok(());
            }
            let message = format!("The demo cannot have {value} {what}.");
            Err(Told::new(Kind::Invalid, message, format!("Choose {low} to {high}.")))
        };
        range("technicians", self.technicians, 1, 20_000)?;
        range("years", self.years, 1, 20)?;
        range("offices", self.offices, 1, self.technicians.min(100))?;
        range("jobs a technician and year", self.jobs_per_technician_year, 12, 4000)?;
        let years = (Day::from_ymd(1995, 1, 1), Day::from_ymd(2100, 1, 1));
        if let (Some(first), Some(last)) = years
            && (self.first_day() < first || self.end >= last)
        {
            let message = format!("The demo cannot run from {} to {}.", self.first_day(), self.end);
            return Err(Told::new(Kind::Invalid, message, "Stay between 1995 and 2099."));
        }
        Ok(())
    }

    /// The first day of the first month.
    pub fn first_day(&self) -> Day {
        self.end.month().plus(1 - 12 * self.years as i32).first_day()
    }
}

/// Writes the files of the facts into `dir` and, if asked, the truth to a path outside of it.
///
/// `tell` hears of every finished month and stops the work by answering `false`.
pub fn write(
    spec: &Spec,
    dir: &Path,
    truth: Option<&Path>,
    tell: &mut dyn FnMut(u64, u64) -> bool,
) -> Result<Summary, Error> {
    spec.check()?;
    std::fs::create_dir_all(dir).map_err(|cause| machine(dir, &cause))?;
    let mut truth = truth.map(|path| create_truth(path, dir)).transpose()?;
    let mut world = World::new(spec, dir)?;
    let months = u64::from(spec.years) * 12;
    let first = spec.first_day().month();
    for at in 0..months {
        let month = first.plus(at as i32);
        world.month(month, truth.as_mut());
        for sheet in world.sheets.all().into_iter().chain(truth.as_mut()) {
            sheet.check()?;
        }
        if !tell(at + 1, months) {
            return Err(Error::Stopped);
        }
    }
    world.write_places();
    world.write_people();
    world.write_hiring();
    world.add_dirt();
    for sheet in world.sheets.all().into_iter().chain(truth.as_mut()) {
        sheet.finish()?;
    }
    Ok(world.summary())
}

impl World {
    fn month(&mut self, month: crate::domain::calendar::Month, truth: Option<&mut Sheet>) {
        let as_of = month.first_day();
        let at_risk = self.at_risk(as_of);
        if let Some(sheet) = truth {
            self.tell_truth(&at_risk, as_of, sheet);
        }
        self.draw_exits(&at_risk, as_of);
        self.write_notes(&at_risk, month);
        self.places.drift(&mut self.streams.place);
        let mut changes = self.plan_changes(month).into_iter().peekable();
        let mut day = as_of;
        while day < month.period().to.min(self.end.plus(1)) {
            self.start_hires(day);
            while let Some((on, change)) = changes.next_if(|it| it.0 <= day) {
                self.carry_out(on, &change);
            }
            self.work(day);
            self.let_go(day);
            day = day.plus(1);
        }
        self.pace.correct();
    }

    fn write_places(&mut self) {
        for office in &self.places.offices {
            let sheet = &mut self.sheets.office;
            sheet.text(&office.code).text(&office.name).text(office.region);
            sheet.text(office.timezone).text("USD").end();
        }
        for zone in &self.places.zones {
            let sheet = &mut self.sheets.zone;
            sheet.text(&zone.code).text(&self.places.offices[zone.office].code).text(zone.name);
            sheet.end();
        }
    }

    fn write_people(&mut self) {
        let places = &self.places;
        for person in &self.people {
            let key = u64::from(person.number);
            let sheet = &mut self.sheets.technician;
            sheet.key("T", key, 4).text(&person.name);
            sheet.text(&places.offices[person.seat.office].code);
            sheet.text(&places.zones[person.seat.zone].code).text(TRADES[person.seat.trade]);
            sheet.int(person.level).flag(person.rehire_eligible).end();
            for spell in &person.spells {
                let left = spell.left.as_ref();
                let sheet = &mut self.sheets.employment;
                sheet.key("T", key, 4).day(spell.hired).day_or_blank(left.map(|it| it.on));
                sheet.text(left.map_or("", |it| it.kind));
                sheet.text(left.and_then(|it| it.reason).unwrap_or_default());
                match left.and_then(|it| it.regretted) {
                    Some(regretted) => sheet.flag(regretted),
                    None => sheet.blank(),
                };
                sheet.text(spell.source).end();
            }
            for it in &person.assignments {
                let sheet = &mut self.sheets.assignment;
                sheet.key("T", key, 4).day(it.from).day_or_blank(it.to);
                sheet.key("M", u64::from(it.manager), 3).text(&places.zones[it.zone].code);
                sheet.text(&places.crews[it.crew].code).end();
            }
            for it in &person.pays {
                let sheet = &mut self.sheets.pay;
                sheet.key("T", key, 4).day(it.from).int(it.cents).text(it.plan).end();
            }
        }
    }

    fn summary(&mut self) -> Summary {
        let days = (self.end.0 - self.start.0 + 1) as u32;
        let written = |sheet: &mut Sheet| Written {
            file: sheet.name(),
            rows: sheet.rows(),
            dirty_rows: sheet.dirty_rows(),
        };
        Summary {
            files: self.sheets.all().map(written).into(),
            technicians: self.people.len() as u64,
            hires: self.hires,
            exits: self.exits,
            voluntary_exits: self.voluntary_exits,
            completed_jobs: self.pace.completed,
            average_headcount: self.employed_days as f64 / f64::from(days),
            days,
        }
    }
}

fn create_truth(path: &Path, dir: &Path) -> Result<Sheet, Error> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    std::fs::create_dir_all(folder).map_err(|cause| machine(folder, &cause))?;
    let whole = |path: &Path| path.canonicalize().map_err(|cause| machine(path, &cause));
    if whole(folder)?.starts_with(whole(dir)?) {
        let message = format!("The truth may not lie in {}, beside the facts.", dir.display());
        return Err(Told::new(Kind::Invalid, message, "Choose a folder outside.").into());
    }
    Ok(truth::create(path)?)
}

fn machine(path: &Path, cause: &std::io::Error) -> Told {
    Told::new(
        Kind::Machine,
        format!("{} cannot be used: {cause}.", path.display()),
        "Check the folder and its permissions, then try again.",
    )
}
