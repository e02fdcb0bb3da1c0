//! One person: the score taken apart, its past, people like them, the facts, what it rests on.
//!
//! The receipt is the one kept when the score was made. Never here: HTML, notes.

#[cfg(test)]
mod tests;

use std::collections::HashSet;

use serde_json::Value;

use super::card::Card;
use super::people::card;
use super::score::{self, EARLIER_DAYS, Loaded, Person, Reasons, Scores, Term, Verdict};
use super::{Cx, Error, Result, export};
use crate::domain::calendar::{Day, Month};
use crate::domain::rate::{Interval, wilson};
use crate::domain::risk::Rule;
use crate::domain::told::Kind;
use crate::feature::{self, FEATURES, Feature, Group};
use crate::store::models::{self, ModelHead};
use crate::store::situations::{self, Near};
use crate::store::{months, office, people};

pub use crate::store::people::Who;

/// Past situations looked through for people alike.
const NEAREST: u32 = 200;
/// People alike who are counted.
const ALIKE_MAX: usize = 25;
/// Fewer are not a group: no share is said of them.
pub const ALIKE_MIN: usize = 10;
/// Of those, the ones shown.
const SHOWN: usize = 5;
/// Reasons of the person that past situations are shown by.
const SHOWN_REASONS: usize = 3;
/// Months of past scores.
const PAST_MONTHS: i32 = 12;
/// Half of a 90% range in standard errors.
const HALF_90: f64 = 1.645;

/// All there is to say of a person.
#[derive(Debug)]
pub struct Sheet {
    /// Who.
    pub who: Who,
    /// Days since the hire of the present or last spell.
    pub tenure_days: Option<i32>,
    /// The score, or why there is none.
    pub standing: Standing,
    /// Dated facts, newest first.
    pub events: Vec<Event>,
    /// Last day with data.
    pub data_to: Option<Day>,
}

/// Whether there is a score.
#[derive(Debug)]
pub enum Standing {
    /// Gone: last day, and the kind of exit.
    Left(Day, Option<String>),
    /// No model has been trained.
    NoModel,
    /// This person could not be scored, and why.
    NotScored(String, Box<Evidence>),
    /// Scored.
    Scored(Box<Scored>),
}

/// What a score rests on.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// Version of the model.
    pub version: u32,
    /// SHA-256 of the model.
    pub model_hash: String,
    /// SHA-256 of what it learned from.
    pub data_hash: String,
    /// When it was kept, UTC seconds.
    pub created_at: i64,
    /// Last day of the data it learned from.
    pub learned_to: Day,
    /// Facts before this day were used for the score.
    pub as_of: Day,
    /// The model's card.
    pub card: Card,
}

/// A score with everything behind it.
#[derive(Debug)]
pub struct Scored {
    /// The chance, its 90% interval and the level.
    pub person: Person,
    /// The reasons, checked.
    pub reasons: Reasons,
    /// The receipt's groups, in order.
    pub groups: Vec<Lines>,
    /// How chances become levels.
    pub rule: Rule,
    /// Days ahead.
    pub horizon_days: i32,
    /// The chance four weeks earlier.
    pub before: Option<f64>,
    /// The same model over the past months, oldest first.
    pub past: Vec<Past>,
    /// People alike in past data.
    pub alike: Alike,
    /// What is not known of this person, in words.
    pub unknown: Vec<String>,
    /// What it rests on.
    pub evidence: Evidence,
}

/// Lines under one heading.
#[derive(Debug)]
pub struct Lines {
    /// `Load and travel`.
    pub title: String,
    /// The lines, in the features' order.
    pub lines: Vec<Line>,
}

/// One line of a receipt.
#[derive(Debug)]
pub struct Line {
    /// Feature id.
    pub id: &'static str,
    /// `Long drives`.
    pub title: &'static str,
    /// The person's value beside the office.
    pub words: String,
    /// Log-odds.
    pub points: f64,
    /// Half of its 90% range.
    pub half: f64,
}

/// What today's model says of a month gone by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Past {
    /// Its first day.
    pub on: Day,
    /// The chance.
    pub chance: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// People alike in past data.
#[derive(Debug)]
pub enum Alike {
    /// Too few to speak of.
    TooFew(usize),
    /// Enough.
    Group(Like),
}

/// A group of people alike.
#[derive(Debug)]
pub struct Like {
    /// People, one situation each.
    pub people: u64,
    /// Those who left within the horizon.
    pub left: u64,
    /// Their share, Wilson 95%.
    pub share: Interval,
    /// The most alike.
    pub nearest: Vec<Neighbour>,
}

/// A past situation of somebody else.
#[derive(Debug)]
pub struct Neighbour {
    /// 1 for the same in everything; 0.5 when one standard deviation apart on average.
    pub alike: f64,
    /// The situation by this person's main reasons.
    pub words: String,
    /// On which day the person left, counted from the situation; none when still there.
    pub left_after: Option<i32>,
}

/// A dated fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub on: Day,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// Hired, from which source.
    Hired(Option<String>),
    /// Left, and the kind of exit.
    Left(Option<String>),
    /// Pay changed by these cents an hour.
    Pay(i64),
    /// Another manager.
    Manager,
    /// Another zone.
    Zone(String),
    /// A course of so many minutes.
    Course(String, i64),
}

/// Everything about a person.
///
/// # Errors
/// `NotFound` when nobody has this identity.
pub fn read(cx: &Cx<'_>, uid: [u8; 16]) -> Result<Sheet> {
    let who = find(cx, uid)?;
    let data_to = office::span(cx.read)?.map(|it| it.1);
    let spells = people::spells(cx.read, who.id)?;
    let gone = left(&spells, data_to);
    let standing = match (gone, models::in_use_head(cx.read)?) {
        (Some((on, kind)), _) => Standing::Left(on, kind),
        (None, None) => Standing::NoModel,
        (None, Some(head)) => scored(cx, &head, &who)?,
    };
    let until = match &standing {
        Standing::Left(on, _) => Some(on.plus(1)),
        _ => data_to.map(|it| it.plus(1)),
    };
    Ok(Sheet {
        tenure_days: spells.last().zip(until).map(|(spell, to)| to.0 - spell.hired_on.0),
        events: events(cx, who.id, &spells)?,
        standing,
        who,
        data_to,
    })
}

/// The receipt for programs, and the person's number.
///
/// # Errors
/// `NotFound` when nobody has this identity, `NotEnough` when there is no model.
pub fn receipt(cx: &Cx<'_>, uid: [u8; 16]) -> Result<(Value, String)> {
    let who = find(cx, uid)?;
    let head = models::in_use_head(cx.read)?.ok_or_else(score::no_model)?;
    let as_of = models::latest_as_of(cx.read, head.id)?.ok_or_else(score::no_model)?;
    let data_to = office::span(cx.read)?.map(|it| it.1);
    let gone = left(&people::spells(cx.read, who.id)?, data_to);
    let said = match gone {
        Some(_) => None,
        None => models::prediction_of(cx.read, head.id, as_of, who.id)?,
    };
    let person = match (said, gone) {
        (Some(said), _) => score::person(said)?,
        (None, Some((on, _))) => unscored(uid, &who, format!("Left on {on}.")),
        (None, None) => unscored(uid, &who, not_in(as_of)),
    };
    let horizon_days = head.horizon_days;
    let of = Scores { as_of, version: head.version, horizon_days, people: Vec::new() };
    Ok((export::receipt(&of, &person), who.employee_no))
}

fn find(cx: &Cx<'_>, uid: [u8; 16]) -> Result<Who> {
    people::find(cx.read, uid)?.ok_or_else(|| {
        Error::told(
            Kind::NotFound,
            "There is no such person.",
            "The data may have been removed since. People lists everyone there is.",
        )
    })
}

/// Last day and kind of exit of someone who is gone by the end of the data.
fn left(spells: &[people::Spell], data_to: Option<Day>) -> Option<(Day, Option<String>)> {
    let spell = spells.last()?;
    let on = spell.exited_on?;
    (data_to.is_none_or(|to| on <= to)).then(|| (on, spell.exit_type.clone()))
}

fn unscored(uid: [u8; 16], who: &Who, why: String) -> Person {
    Person {
        uid,
        technician_id: who.id,
        employee_no: who.employee_no.clone(),
        name: who.name.clone(),
        zone: who.zone.clone(),
        office: who.office.clone(),
        trade: who.trade.clone(),
        hired_on: None,
        verdict: Verdict::NotScored(why),
    }
}

fn not_in(as_of: Day) -> String {
    format!("Was not employed yet when everyone was scored, on data to {}.", as_of.plus(-1))
}

fn scored(cx: &Cx<'_>, head: &ModelHead, who: &Who) -> Result<Standing> {
    let Some(as_of) = models::latest_as_of(cx.read, head.id)? else {
        return Ok(Standing::NoModel);
    };
    let evidence = Evidence {
        version: head.version,
        model_hash: head.artifact_hash.clone(),
        data_hash: head.data_hash.clone(),
        created_at: head.created_at,
        learned_to: head.as_of,
        as_of,
        card: card(head)?,
    };
    let Some(said) = models::prediction_of(cx.read, head.id, as_of, who.id)? else {
        return Ok(Standing::NotScored(not_in(as_of), Box::new(evidence)));
    };
    let person = score::person(said)?;
    let reasons = match &person.verdict {
        Verdict::Scored { reasons, .. } => reasons.clone(),
        Verdict::NotScored(why) => {
            return Ok(Standing::NotScored(why.clone(), Box::new(evidence)));
        }
    };
    let earlier = models::prediction_of(cx.read, head.id, as_of.plus(-EARLIER_DAYS), who.id)?;
    let unknown = reasons
        .terms
        .iter()
        .filter(|it| it.value.is_none())
        .filter_map(|it| feature::by_id(&it.feature))
        .map(|it| format!("{}: {}", it.title, it.missing));
    Ok(Standing::Scored(Box::new(Scored {
        groups: groups(&reasons, &evidence.card),
        rule: score::rule(cx, &evidence.card),
        horizon_days: head.horizon_days,
        before: earlier.and_then(|it| Some(it.said.chance?.0)),
        past: past(cx, &score::load(cx)?, who.id, as_of)?,
        alike: alike(cx, &reasons, &evidence.card, who.id, head.horizon_days)?,
        unknown: unknown.collect(),
        person,
        reasons,
        evidence,
    })))
}

/// The receipt's headings: two neighbouring groups each.
fn groups(reasons: &Reasons, card: &Card) -> Vec<Lines> {
    let line = |term: &Term| {
        let feature = feature::by_id(&term.feature)?;
        let known = card.features.iter().find(|it| it.id == term.feature);
        let line = Line {
            id: feature.id,
            title: feature.title,
            words: feature.say(term.value, known.and_then(|it| it.median)),
            points: term.score,
            half: HALF_90 * term.sd,
        };
        Some((feature.group, line))
    };
    let heading = |pair: &[Group]| {
        let titles: Vec<String> = pair.iter().map(|it| it.title().to_lowercase()).collect();
        let lines = reasons.terms.iter().filter_map(line).filter(|it| pair.contains(&it.0));
        Lines { title: sentence_case(&titles.join(" and ")), lines: lines.map(|it| it.1).collect() }
    };
    Group::ALL.chunks(2).map(heading).filter(|it| !it.lines.is_empty()).collect()
}

fn sentence_case(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |it| it.to_uppercase().chain(letters).collect())
}

/// What the model says of the person's months before the score.
fn past(cx: &Cx<'_>, loaded: &Loaded, technician_id: i64, as_of: Day) -> Result<Vec<Past>> {
    let last = as_of.plus(-1).month();
    let rows = months::of(cx.read, technician_id, last.plus(1 - PAST_MONTHS), last)?;
    let scored = rows.iter().filter(|it| score::not_scored(cx, &it.row).is_none());
    scored
        .map(|it| {
            let (_, (chance, low, high)) = score::explain(loaded, &it.row)?;
            Ok(Past { on: it.row.as_of, chance, low, high })
        })
        .collect()
}

/// Past situations of other people nearest to this one; each person counts once.
fn alike(
    cx: &Cx<'_>,
    reasons: &Reasons,
    card: &Card,
    own: i64,
    horizon_days: i32,
) -> Result<Alike> {
    let near = nearest_people(cx, reasons, card, own)?;
    let left_after = |it: &Near| {
        let days = it.exited_on? - it.as_of;
        (it.voluntary && (0..horizon_days).contains(&days)).then_some(days)
    };
    let (people, left) = (near.len(), near.iter().filter_map(left_after).count() as u64);
    let share = wilson(left, people as u64).filter(|_| people >= ALIKE_MIN);
    let Some(share) = share else { return Ok(Alike::TooFew(people)) };
    let shown = main_features(reasons);
    let nearest = near.iter().take(SHOWN).map(|it| {
        Ok(Neighbour {
            alike: 1.0 / (1.0 + it.distance / (FEATURES.len() as f64).sqrt()),
            words: situation(cx, it, &shown)?,
            left_after: left_after(it),
        })
    });
    Ok(Alike::Group(Like {
        people: people as u64,
        left,
        share,
        nearest: nearest.collect::<Result<_>>()?,
    }))
}

/// The nearest situation of each other person, nearest first.
fn nearest_people(cx: &Cx<'_>, reasons: &Reasons, card: &Card, own: i64) -> Result<Vec<Near>> {
    let value = |it: &&Feature| {
        reasons.terms.iter().find(|term| term.feature == it.id).and_then(|term| term.value)
    };
    let values: Vec<Option<f64>> = FEATURES.iter().map(value).collect();
    let mut seen = HashSet::from([own]);
    let mut near = situations::nearest(cx.read, &score::point(&values, card), NEAREST)?;
    near.retain(|it| seen.insert(it.technician_id));
    near.truncate(ALIKE_MAX);
    Ok(near)
}

/// Places of the features that move this person's score most.
fn main_features(reasons: &Reasons) -> Vec<usize> {
    let mut terms: Vec<_> = reasons.terms.iter().collect();
    terms.sort_by(|a, b| b.score.abs().total_cmp(&a.score.abs()));
    let place = |id: &str| FEATURES.iter().position(|it| it.id == id);
    terms.iter().take(SHOWN_REASONS).filter_map(|it| place(&it.feature)).collect()
}

fn situation(cx: &Cx<'_>, it: &Near, shown: &[usize]) -> Result<String> {
    let month = Month(it.month_no);
    let rows = months::of(cx.read, it.technician_id, month, month)?;
    let Some(kept) = rows.first() else { return Ok(String::new()) };
    let words = shown.iter().map(|at| FEATURES[*at].say(kept.row.values[*at], None));
    Ok(words.collect::<Vec<_>>().join("; "))
}

fn events(cx: &Cx<'_>, id: i64, spells: &[people::Spell]) -> Result<Vec<Event>> {
    let mut events = Vec::new();
    for spell in spells {
        events.push(Event { on: spell.hired_on, what: What::Hired(spell.hire_source.clone()) });
        if let Some(on) = spell.exited_on {
            events.push(Event { on, what: What::Left(spell.exit_type.clone()) });
        }
    }
    for pair in people::pay(cx.read, id)?.windows(2) {
        let change = pair[1].hourly_cents - pair[0].hourly_cents;
        if change != 0 {
            events.push(Event { on: pair[1].on, what: What::Pay(change) });
        }
    }
    for pair in people::posts(cx.read, id)?.windows(2) {
        if pair[0].manager_no != pair[1].manager_no {
            events.push(Event { on: pair[1].on, what: What::Manager });
        }
        if let Some(zone) = &pair[1].zone
            && pair[0].zone.as_ref() != Some(zone)
        {
            events.push(Event { on: pair[1].on, what: What::Zone(zone.clone()) });
        }
    }
    for it in people::courses(cx.read, id)? {
        events.push(Event { on: it.on, what: What::Course(it.name, it.minutes) });
    }
    events.sort_by_key(|it| std::cmp::Reverse(it.on));
    Ok(events)
}

/// Somebody who is here, or has left, for tests.
#[cfg(test)]
pub(crate) fn someone_for_tests(cx: &Cx<'_>, gone: bool) -> Result<[u8; 16]> {
    people::someone(cx.read, gone)?.ok_or_else(score::no_model)
}
