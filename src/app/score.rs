//! What the model says of each person today, and why.
//!
//! Intercept plus terms is the log-odds within 1e-9, checked where it is made and again wherever it
//! is read. Never here: a score without its reasons.

use std::collections::HashMap;

use learn::ebm::Ebm;
use learn::{artifact, math};
use serde::{Deserialize, Serialize};

use super::card::Card;
use super::progress::Tell;
use super::train::{capacity, learn_error};
use super::{Cx, Error, Office, Result};
use crate::domain::calendar::Day;
use crate::domain::risk::{Band, NotScored, Rule};
use crate::domain::told::Kind;
use crate::feature::rows::rows_on;
use crate::feature::{FEATURES, frame};
use crate::store::models::{self, PersonPrediction, PredictionRow};
use crate::store::months::{self, MonthRow};

/// Days between the score shown and the earlier one it is compared with, by the same model.
pub const EARLIER_DAYS: i32 = 28;

/// Tolerance of a sum of reasons, in log-odds.
pub const SUM_TOLERANCE: f64 = 1e-9;

/// A model ready to be asked.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// Key.
    pub id: i64,
    /// Version.
    pub version: u32,
    /// The model.
    pub model: Ebm,
    /// Its card.
    pub card: Card,
}

/// One additive reason, as stored and exported.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Term {
    /// Feature id.
    pub feature: String,
    /// The person's value; absent when it is not known.
    pub value: Option<f64>,
    /// What it adds to the log-odds.
    pub score: f64,
    /// Standard error of the score.
    pub sd: f64,
}

/// Reasons that add up.
#[derive(Clone, Debug, PartialEq)]
pub struct Reasons {
    /// Log-odds where every term is 0.
    pub intercept: f64,
    /// The terms, in the model's order.
    pub terms: Vec<Term>,
    /// Intercept plus terms.
    pub log_odds: f64,
}

/// What was said of a person.
#[derive(Clone, Debug)]
pub struct Person {
    /// Identity outside.
    pub uid: [u8; 16],
    /// Key inside; never leaves the process.
    pub(crate) technician_id: i64,
    /// Number the office knows the person by.
    pub employee_no: String,
    /// Name shown.
    pub name: String,
    /// Zone.
    pub zone: String,
    /// Office.
    pub office: String,
    /// Trade.
    pub trade: String,
    /// First day of the spell that was scored.
    pub hired_on: Option<Day>,
    /// The score, or why there is none.
    pub verdict: Verdict,
}

/// A score with its reasons, or a reason for none.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// Scored.
    Scored {
        /// Probability of leaving within the horizon.
        probability: f64,
        /// Lower end of the 90% interval.
        low: f64,
        /// Upper end.
        high: f64,
        /// Level.
        band: Band,
        /// Why.
        reasons: Reasons,
    },
    /// Not scored.
    NotScored(String),
}

/// Everyone, as the newest model sees them.
#[derive(Clone, Debug)]
pub struct Scores {
    /// Facts before this day were used.
    pub as_of: Day,
    /// Version of the model.
    pub version: u32,
    /// Days ahead.
    pub horizon_days: i32,
    /// Likeliest to leave first; not scored last.
    pub people: Vec<Person>,
}

/// How many were scored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// With a score.
    pub scored: u64,
    /// Without.
    pub not_scored: u64,
}

impl Counts {
    /// In one sentence.
    pub fn words(&self) -> String {
        format!("{} people scored, {} not.", self.scored, self.not_scored)
    }
}

/// Scores everyone employed with the newest model and keeps it.
pub fn score(office: &Office, tell: &dyn Tell) -> Result<Counts> {
    super::progress::go_on(tell, 0, 100, "Scoring everyone.")?;
    let loaded = office.look(load)?;
    score_with(office, &loaded)
}

/// Scores everyone with this model and keeps it: as of the end of the data, and as of
/// `EARLIER_DAYS` before, so that a change can be shown without computing it for each page.
pub(super) fn score_with(office: &Office, loaded: &Loaded) -> Result<Counts> {
    let rule = Rule { base_rate: loaded.card.base_rate, capacity: capacity(office) };
    let Some(span) = office.look(|cx| Ok(months::data_span(cx.read)?))? else {
        return Ok(Counts::default());
    };
    let as_of = span.to.plus(1);
    let earlier = as_of.plus(-EARLIER_DAYS);
    let days = if earlier > span.from { vec![earlier, as_of] } else { vec![as_of] };
    let mut counts = Counts::default();
    for day in days {
        let asked = loaded.clone();
        let said = office.look(move |cx| predict(cx, &asked, rule, day))?;
        let scored = said.iter().filter(|it| it.chance.is_some()).count() as u64;
        counts = Counts { scored, not_scored: said.len() as u64 - scored };
        let id = loaded.id;
        office
            .store
            .write(move |tx| -> Result<()> { Ok(models::put_predictions(tx, id, day, &said)?) })?;
    }
    Ok(counts)
}

/// Whether there is a model.
pub fn exists(cx: &Cx<'_>) -> Result<bool> {
    Ok(models::newest_key(cx.read)?.is_some())
}

/// The newest model, ready to be asked.
pub fn load(cx: &Cx<'_>) -> Result<Loaded> {
    let row = models::newest(cx.read)?.ok_or_else(no_model)?;
    let model = artifact::from_json(&row.artifact).map_err(learn_error)?;
    let card = serde_json::from_str(&row.card).map_err(|error| {
        Error::broken(format!("read the card of model v{}", row.version), error)
    })?;
    Ok(Loaded { id: row.id, version: row.version, model, card })
}

/// The rule behind the levels of the newest model.
pub fn rule(cx: &Cx<'_>, card: &Card) -> Rule {
    Rule { base_rate: card.base_rate, capacity: cx.config.score_interviews_per_week as usize * 4 }
}

/// What was last said of everyone.
///
/// # Errors
/// `NotEnough` when there is no model or nobody has been scored.
pub fn latest(cx: &Cx<'_>) -> Result<Scores> {
    let (id, version, horizon_days, _) = models::newest_key(cx.read)?.ok_or_else(no_model)?;
    let as_of = models::latest_as_of(cx.read, id)?.ok_or_else(no_model)?;
    let people = models::predictions(cx.read, id, as_of)?;
    let people = people.into_iter().map(person).collect::<Result<_>>()?;
    Ok(Scores { as_of, version, horizon_days, people })
}

/// Takes one row apart with a model.
pub fn explain(loaded: &Loaded, row: &MonthRow) -> Result<(Reasons, (f64, f64, f64))> {
    let told = loaded.model.explain(&frame::cells(row, FEATURES)).map_err(learn_error)?;
    let terms = FEATURES.iter().enumerate().map(|(at, feature)| Term {
        feature: feature.id.to_owned(),
        value: frame::value(row, feature),
        score: told.terms[at],
        sd: told.sd[at],
    });
    let reasons = Reasons::new(told.intercept, terms.collect(), told.log_odds)?;
    Ok((reasons, (told.probability, told.low, told.high)))
}

/// The chance of these log-odds: the one place where points become a chance.
pub fn chance_at(log_odds: f64) -> f64 {
    math::sigmoid(log_odds)
}

impl Reasons {
    /// Checks that the reasons add up to the log-odds within `SUM_TOLERANCE`.
    pub fn new(intercept: f64, terms: Vec<Term>, log_odds: f64) -> Result<Self> {
        let sum = intercept + terms.iter().map(|it| it.score).sum::<f64>();
        if (sum - log_odds).abs() < SUM_TOLERANCE {
            return Ok(Self { intercept, terms, log_odds });
        }
        Err(Error::broken("add up reasons", format!("they sum to {sum}, the score is {log_odds}")))
    }

    /// The term that moves the score most in one direction: up when `raises`.
    pub fn strongest(&self, raises: bool) -> Option<&Term> {
        let towards = |it: &&Term| (it.score > 0.0) == raises && it.score != 0.0;
        let by_size = |a: &&Term, b: &&Term| a.score.abs().total_cmp(&b.score.abs());
        self.terms.iter().filter(towards).max_by(by_size)
    }
}

fn predict(cx: &Cx<'_>, loaded: &Loaded, rule: Rule, as_of: Day) -> Result<Vec<PredictionRow>> {
    let rows = rows_on(cx.read, as_of, &mut |_, _| true)?;
    let mut predictions = Vec::with_capacity(rows.len());
    let mut by_office: HashMap<i64, Vec<usize>> = HashMap::new();
    for row in &rows {
        let why = not_scored(cx, row);
        if why.is_none() {
            by_office.entry(row.office_id).or_default().push(predictions.len());
        }
        predictions.push(prediction(loaded, row, why.as_ref())?);
    }
    for people in by_office.values() {
        let chances: Vec<f64> =
            people.iter().filter_map(|at| Some(predictions[*at].chance?.0)).collect();
        for (at, band) in people.iter().zip(rule.bands(&chances)) {
            predictions[*at].band = Some(band.word().to_owned());
        }
    }
    Ok(predictions)
}

fn prediction(loaded: &Loaded, row: &MonthRow, why: Option<&NotScored>) -> Result<PredictionRow> {
    let base = PredictionRow {
        technician_id: row.technician_id,
        as_of: row.as_of,
        chance: None,
        band: None,
        not_scored: why.map(ToString::to_string),
        intercept: None,
        log_odds: None,
        terms: "[]".to_owned(),
    };
    if why.is_some() {
        return Ok(base);
    }
    let (reasons, chance) = explain(loaded, row)?;
    let terms = serde_json::to_string(&reasons.terms)
        .map_err(|error| Error::broken("write down reasons", error))?;
    Ok(PredictionRow {
        chance: Some(chance),
        intercept: Some(reasons.intercept),
        log_odds: Some(reasons.log_odds),
        terms,
        ..base
    })
}

pub(super) fn not_scored(cx: &Cx<'_>, row: &MonthRow) -> Option<NotScored> {
    let value = |id: &str| FEATURES.iter().position(|it| it.id == id).and_then(|at| row.values[at]);
    let days = value("tenure_months").unwrap_or(0.0) * crate::feature::MONTH_DAYS;
    let (have, need) = (days.round() as i32, cx.config.score_days_min as i32);
    if have < need {
        return Some(NotScored::TenureUnder { have, need });
    }
    let idle = value("jobs_per_day").is_none() && value("overtime_share").is_none();
    idle.then_some(NotScored::NoWork)
}

pub(super) fn person(row: PersonPrediction) -> Result<Person> {
    let said = row.said;
    let verdict = match (said.chance, said.intercept, said.log_odds, said.not_scored) {
        (Some((probability, low, high)), Some(intercept), Some(log_odds), _) => {
            let terms = serde_json::from_str(&said.terms)
                .map_err(|error| Error::broken("read kept reasons", error))?;
            let band = said.band.as_deref().and_then(Band::parse).unwrap_or(Band::Low);
            let reasons = Reasons::new(intercept, terms, log_odds)?;
            Verdict::Scored { probability, low, high, band, reasons }
        }
        (_, _, _, why) => Verdict::NotScored(why.unwrap_or_default()),
    };
    Ok(Person {
        uid: row.uid,
        technician_id: said.technician_id,
        employee_no: row.employee_no,
        name: row.name,
        zone: row.zone,
        office: row.office,
        trade: row.trade,
        hired_on: row.hired_on,
        verdict,
    })
}

pub(super) fn no_model() -> Error {
    Error::told(
        Kind::NotEnough,
        "No model has been trained yet.",
        "Train one on the Train page or with `crewkeep train`.",
    )
}
