//! One person: the score taken apart, its past, people like them, the facts, what it rests on.
//!
//! The receipt is the one kept when the score was made. Never here: HTML, notes.

#[cfg(test)]
mod tests;

use serde_json::Value;

use super::alike::{self, Alike};
use super::card::Card;
use super::people::card;
use super::score::{self, Ahead, EARLIER_DAYS, Loaded, Person, Reasons, Scores, Term, Verdict};
use super::second;
use super::sentences::{self, GroupSaid, HALF_90, features_of};
use super::whatif::{self, Idea};
use super::{Cx, Error, Result, export};
use crate::domain::calendar::Day;
use crate::domain::risk::Rule;
use crate::domain::told::Kind;
use crate::feature::{self, Group};
use crate::store::models::{self, ModelHead};
use crate::store::{months, office, people};

pub use crate::store::people::Who;

/// Months of past scores.
const PAST_MONTHS: i32 = 12;

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
    /// The same in sentences.
    pub sentences: Vec<GroupSaid>,
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
    /// What would most likely lower it, as far as past data go.
    pub lowering: Vec<Idea>,
    /// What is not known of this person, in words.
    pub unknown: Vec<String>,
    /// Where a small tree puts the person, in words; none for models kept without one.
    pub second: Option<String>,
    /// What it rests on.
    pub evidence: Evidence,
}

/// What was last said of someone, before anything that takes longer to read.
pub(super) enum Said {
    /// Gone: last day, and the kind of exit.
    Left(Day, Option<String>),
    /// No model has scored anyone.
    NoModel,
    /// This person could not be scored, and why.
    NotScored(String, Box<Evidence>),
    /// A score.
    Scored(Box<Basis>),
}

/// A score with the model's head.
pub(super) struct Basis {
    /// The model's.
    pub(super) head: ModelHead,
    /// The score.
    pub(super) person: Person,
    /// Its reasons, checked.
    pub(super) reasons: Reasons,
    /// What it rests on.
    pub(super) evidence: Evidence,
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
    /// The term: a feature's id, or two joined by ` x `.
    pub id: String,
    /// `Long drives`.
    pub title: String,
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
    let standing = standing(cx, &who)?;
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

/// The receipt for programs, and the person's number. `docs/explanations.md` lists its keys.
///
/// # Errors
/// `NotFound` when nobody has this identity, `NotEnough` when there is no model.
pub fn receipt(cx: &Cx<'_>, uid: [u8; 16]) -> Result<(Value, String)> {
    let who = find(cx, uid)?;
    let value = match said(cx, &who)? {
        Said::NoModel => return Err(score::no_model()),
        Said::Left(on, _) => {
            let head = models::in_use_head(cx.read)?.ok_or_else(score::no_model)?;
            let as_of = models::latest_as_of(cx.read, head.id)?.ok_or_else(score::no_model)?;
            let of = scores(&head, as_of);
            export::receipt(&of, &unscored(uid, &who, format!("Left on {on}.")), None)
        }
        Said::NotScored(why, it) => {
            let head = models::in_use_head(cx.read)?.ok_or_else(score::no_model)?;
            export::receipt(&scores(&head, it.as_of), &unscored(uid, &who, why), None)
        }
        Said::Scored(basis) => {
            let of = scores(&basis.head, basis.evidence.as_of);
            let scored = scored(cx, *basis)?;
            export::receipt(&of, &scored.person, Some(&scored))
        }
    };
    Ok((value, who.employee_no))
}

fn scores(head: &ModelHead, as_of: Day) -> Scores {
    let (version, horizon_days) = (head.version, head.horizon_days);
    Scores { as_of, version, horizon_days, people: Vec::new() }
}

pub(super) fn find(cx: &Cx<'_>, uid: [u8; 16]) -> Result<Who> {
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

/// What was last said of someone.
pub(super) fn said(cx: &Cx<'_>, who: &Who) -> Result<Said> {
    let data_to = office::span(cx.read)?.map(|it| it.1);
    if let Some((on, kind)) = left(&people::spells(cx.read, who.id)?, data_to) {
        return Ok(Said::Left(on, kind));
    }
    let Some(head) = models::in_use_head(cx.read)? else { return Ok(Said::NoModel) };
    let Some(as_of) = models::latest_as_of(cx.read, head.id)? else { return Ok(Said::NoModel) };
    let evidence = Evidence {
        version: head.version,
        model_hash: head.artifact_hash.clone(),
        data_hash: head.data_hash.clone(),
        created_at: head.created_at,
        learned_to: head.as_of,
        as_of,
        card: card(&head)?,
    };
    let Some(said) = models::prediction_of(cx.read, head.id, as_of, who.id)? else {
        return Ok(Said::NotScored(not_in(as_of), Box::new(evidence)));
    };
    let person = score::person(said)?;
    let reasons = match &person.verdict {
        Verdict::Scored { reasons, .. } => reasons.clone(),
        Verdict::NotScored(why) => return Ok(Said::NotScored(why.clone(), Box::new(evidence))),
    };
    Ok(Said::Scored(Box::new(Basis { head, person, reasons, evidence })))
}

fn standing(cx: &Cx<'_>, who: &Who) -> Result<Standing> {
    Ok(match said(cx, who)? {
        Said::Left(on, kind) => Standing::Left(on, kind),
        Said::NoModel => Standing::NoModel,
        Said::NotScored(why, evidence) => Standing::NotScored(why, evidence),
        Said::Scored(basis) => Standing::Scored(Box::new(scored(cx, *basis)?)),
    })
}

fn scored(cx: &Cx<'_>, basis: Basis) -> Result<Scored> {
    let loaded = score::load(cx)?;
    let lowering = whatif::lowering(cx, &basis, &loaded)?;
    let Basis { head, person, reasons, evidence } = basis;
    let (id, as_of) = (person.technician_id, evidence.as_of);
    let ahead = match &person.verdict {
        Verdict::Scored { ahead, .. } => ahead.clone(),
        Verdict::NotScored(_) => Ahead::default(),
    };
    let earlier = models::prediction_of(cx.read, head.id, as_of.plus(-EARLIER_DAYS), id)?;
    let unknown = reasons
        .terms
        .iter()
        .filter(|it| it.value.is_none())
        .filter_map(|it| feature::by_id(&it.feature))
        .map(|it| format!("{}: {}", it.title, it.missing));
    Ok(Scored {
        groups: groups(&reasons, &evidence.card),
        sentences: sentences::of_person(&reasons, &|it| ahead.chance(it, head.horizon_days)),
        rule: score::rule(cx, &evidence.card),
        horizon_days: head.horizon_days,
        before: earlier.and_then(|it| Some(it.said.chance?.0)),
        past: past(cx, &loaded, id, as_of)?,
        alike: alike::read(cx, &reasons, &evidence.card, id, head.horizon_days)?,
        lowering,
        unknown: unknown.collect(),
        second: second::of_person(&evidence.card, &reasons),
        person,
        reasons,
        evidence,
    })
}

/// The receipt's headings: two neighbouring groups each.
fn groups(reasons: &Reasons, card: &Card) -> Vec<Lines> {
    let line = |term: &Term| {
        let group = features_of(&term.feature).first()?.group;
        let line = Line {
            id: term.feature.clone(),
            title: sentences::title_of(&term.feature),
            words: sentences::values_of(term, reasons, Some(card)),
            points: term.score,
            half: HALF_90 * term.sd,
        };
        Some((group, line))
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
