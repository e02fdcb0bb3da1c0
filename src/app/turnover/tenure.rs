//! How long people stay: Kaplan-Meier curves of tenure, by group, and whether they differ.
//!
//! An exit by choice is the event; every other end, a move to another zone and the end of the data
//! stop the watching. Who was hired before the data begin is watched from the tenure of that day
//! on, otherwise only those who stayed long enough to be seen would count. Time is the number of
//! days from the hire to the first day gone, so the curve at 90 is the share here on day 90.

use std::collections::BTreeMap;

use learn::survival::{KaplanMeier, Point, Subject, log_rank};

use super::Split;
use crate::app::scope::Scope;
use crate::app::{Cx, Error, Result};
use crate::domain::calendar::Day;
use crate::metric::{self, Stay};

/// Exits by choice a curve needs.
pub const EVENTS_MIN: u64 = 5;
/// People watched from their first day a curve needs.
pub const HIRES_MIN: u64 = 10;
/// Curves shown at most.
const GROUPS_MAX: usize = 4;
/// People at risk below which one exit moves a curve too far to be drawn.
const RISK_MIN: usize = 5;
/// Days of the table of numbers at risk; a curve ends on one of them.
const DAYS: &[u32] = &[0, 90, 180, 365, 730, 1095];

/// The curves and what goes with them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tenure {
    /// At most four, largest first; empty when there is too little for any.
    pub groups: Vec<Group>,
    /// Names of groups too small to draw, with what they have: `Lakes (2 exits)`.
    pub left_out: Vec<String>,
    /// Last day drawn.
    pub horizon: u32,
    /// Days of the table of numbers at risk.
    pub at_days: Vec<u32>,
    /// Whether the curves differ; none for a single one.
    pub test: Option<Test>,
    /// Spells of employment watched.
    pub watched: u64,
    /// Exits by choice among them.
    pub events: u64,
    /// Spells watched from their first day.
    pub hires: u64,
}

/// One curve.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// `Lakes`, `referral`, `Everyone`.
    pub name: String,
    /// Spells of employment watched.
    pub watched: u64,
    /// Exits by choice among them.
    pub events: u64,
    /// Points of the curve up to the horizon.
    pub points: Vec<Point>,
    /// Still watched on each of `at_days`.
    pub at_risk: Vec<u32>,
    /// Day at which half have left by choice.
    pub median: Option<f64>,
    /// The curve on the first day of `at_days` from 365 on, or the last.
    pub year: Point,
}

/// Log-rank test that all curves are one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Test {
    /// P value.
    pub p: f64,
    /// Degrees of freedom.
    pub degrees: usize,
}

/// A group before it is drawn.
struct Part {
    name: String,
    subjects: Vec<Subject>,
    spells: Vec<i64>,
}

/// Reads stays and draws what can be drawn.
pub(super) fn read(cx: &Cx<'_>, split: Split, scope: &Scope, data: (Day, Day)) -> Result<Tenure> {
    let stays = metric::stays_of(cx.read, scope.at())?;
    let mut parts: BTreeMap<String, Part> = BTreeMap::new();
    for stay in &stays {
        let Some(subject) = subject(stay, data) else { continue };
        let name = match split {
            Split::All => "Everyone".to_owned(),
            Split::Zone => scope.zone_name(stay.zone_id).unwrap_or_default(),
            Split::Source => stay.hire_source.clone(),
        };
        let part = parts.entry(name.clone()).or_insert_with(|| Part::named(name));
        part.subjects.push(subject);
        part.spells.push(stay.employment_id);
    }
    drawn(parts.into_values().collect())
}

/// A stay as it was watched; none outside the data.
fn subject(stay: &Stay, (first, last): (Day, Day)) -> Option<Subject> {
    let end = stay.until_on.min(last.plus(1));
    let entry = stay.in_on.max(first).0 - stay.hired_on.0;
    let exit = end.0 - stay.hired_on.0;
    let seen = stay.until_on <= last.plus(1);
    (exit > entry).then(|| Subject {
        entry: f64::from(entry),
        exit: f64::from(exit),
        event: seen && stay.left && stay.voluntary,
    })
}

fn drawn(parts: Vec<Part>) -> Result<Tenure> {
    let whole = merged("", &parts);
    let mut tenure = Tenure {
        watched: whole.watched(),
        events: whole.events(),
        hires: whole.hires(),
        ..Tenure::default()
    };
    let (kept, left_out) = chosen(parts);
    tenure.left_out = left_out.iter().map(Part::words).collect();
    if kept.is_empty() {
        return Ok(tenure);
    }
    let broken = |error| Error::broken("estimate survival", error);
    let fits = kept.iter().map(|it| KaplanMeier::fit(&it.subjects));
    let fits = fits.collect::<learn::Result<Vec<_>>>().map_err(broken)?;
    let risky = |day: &u32| fits.iter().all(|fit| fit.at_risk(f64::from(*day)) >= RISK_MIN);
    tenure.horizon = DAYS.iter().copied().filter(risky).max().unwrap_or(0);
    tenure.at_days = DAYS.iter().copied().filter(|it| *it <= tenure.horizon).collect();
    if tenure.horizon == 0 {
        tenure.left_out.extend(kept.iter().map(Part::words));
        return Ok(tenure);
    }
    if kept.len() > 1 {
        let subjects: Vec<_> = kept.iter().map(|it| it.subjects.clone()).collect();
        // Groups never watched at the same time cannot be compared; then nothing is said.
        tenure.test = log_rank(&subjects).ok().map(|it| Test { p: it.p, degrees: it.degrees });
    }
    tenure.groups = kept.iter().zip(&fits).map(|(part, fit)| part.group(fit, &tenure)).collect();
    Ok(tenure)
}

/// The parts with enough in them, largest first, and those left out. More than four become three
/// and all others together; small ones join the others when that makes a curve.
fn chosen(mut parts: Vec<Part>) -> (Vec<Part>, Vec<Part>) {
    parts.sort_by_key(|it| (std::cmp::Reverse(it.watched()), it.name.clone()));
    let (mut kept, mut rest): (Vec<_>, Vec<_>) = parts.into_iter().partition(Part::holds);
    if kept.len() > GROUPS_MAX {
        rest.extend(kept.split_off(GROUPS_MAX - 1));
    }
    if kept.is_empty() || kept.len() == GROUPS_MAX || rest.len() < 2 {
        return (kept, rest);
    }
    let others = merged(&format!("{} others", rest.len()), &rest);
    if others.holds() {
        kept.push(others);
        rest.clear();
    }
    (kept, rest)
}

fn merged(name: &str, parts: &[Part]) -> Part {
    Part {
        name: name.to_owned(),
        subjects: parts.iter().flat_map(|it| it.subjects.iter().copied()).collect(),
        spells: parts.iter().flat_map(|it| it.spells.iter().copied()).collect(),
    }
}

impl Part {
    fn named(name: String) -> Self {
        Self { name, subjects: Vec::new(), spells: Vec::new() }
    }

    /// Spells, not stays: a mover is one person.
    fn watched(&self) -> u64 {
        let mut spells = self.spells.clone();
        spells.sort_unstable();
        spells.dedup();
        spells.len() as u64
    }

    fn events(&self) -> u64 {
        self.subjects.iter().filter(|it| it.event).count() as u64
    }

    fn hires(&self) -> u64 {
        self.subjects.iter().filter(|it| it.entry <= 0.0).count() as u64
    }

    /// Enough to draw: people, exits, and nobody leaving out of a handful at the start.
    fn holds(&self) -> bool {
        let at_risk = |time: f64| {
            self.subjects.iter().filter(|it| it.entry < time && time <= it.exit).count()
        };
        let early = f64::from(DAYS[1]);
        let events = self.subjects.iter().filter(|it| it.event && it.exit <= early);
        self.events() >= EVENTS_MIN
            && self.hires() >= HIRES_MIN
            && events.into_iter().all(|it| at_risk(it.exit) >= RISK_MIN)
    }

    fn words(&self) -> String {
        let (exits, hires) = (self.events(), self.hires());
        let plural = |n: u64, one: &str| format!("{n} {one}{}", if n == 1 { "" } else { "s" });
        format!(
            "{} ({} by choice, {} watched from the first day)",
            self.name,
            plural(exits, "exit"),
            plural(hires, "hire"),
        )
    }

    fn group(&self, fit: &KaplanMeier, tenure: &Tenure) -> Group {
        let horizon = f64::from(tenure.horizon);
        let year = tenure.horizon.min(365);
        Group {
            name: self.name.clone(),
            watched: self.watched(),
            events: self.events(),
            points: fit.points().iter().copied().filter(|it| it.time <= horizon).collect(),
            at_risk: tenure.at_days.iter().map(|it| fit.at_risk(f64::from(*it)) as u32).collect(),
            median: fit.median().time.filter(|it| *it <= horizon),
            year: fit.at(f64::from(year)),
        }
    }
}
