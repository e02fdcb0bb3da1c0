//! What the model says of each person today, and why.
//!
//! Intercept plus terms is the log-odds within 1e-9, checked where it is made and again wherever it
//! is read. Never here: a score without its reasons.

use std::collections::HashMap;

use learn::ebm::Ebm;
use learn::frame::Value;
use learn::{artifact, hazard, math};
use serde::{Deserialize, Serialize};

use super::card::Card;
use super::progress::Tell;
use super::train::{capacity, learn_error};
use super::{Cx, Error, Office, Result, registry};
use crate::domain::calendar::Day;
use crate::domain::risk::{Band, NotScored, Rule};
use crate::domain::told::Kind;
use crate::feature::frame::clock;
use crate::feature::label::HORIZONS;
use crate::feature::rows::rows_on;
use crate::feature::{FEATURES, frame};
use crate::store::models::{self, ModelRow, PersonPrediction, PredictionRow};
use crate::store::months::{self, MonthRow};

/// Days between the score shown and the earlier one it is compared with, by the same model.
pub const EARLIER_DAYS: i32 = 28;

/// Months a look ahead goes through: those begun within the longest of `HORIZONS`.
pub const MONTHS: usize = 12;

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
    /// Feature id; of a pair both, with ` x ` between.
    pub feature: String,
    /// The person's value; absent when it is not known, and for a pair.
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

/// A chance within some days.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Within {
    /// Days.
    pub days: i32,
    /// Chance of leaving by choice within them, if nothing else ends the employment.
    pub probability: f64,
    /// Lower end of the 90% interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// In how many bags the reasons are those of the score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreed {
    /// Bags.
    pub bags: u32,
    /// Bags with the same top reason.
    pub top: u32,
    /// Bags with the same three reasons on top, in any order.
    pub three: u32,
}

/// From the log-odds of this month to chances, as stored and exported beside a score. Empty for
/// scores of before, whose log-odds spoke of the horizon at once.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Ahead {
    /// What tenure alone will have added to the log-odds in each of the `MONTHS`, the present one
    /// first (0).
    #[serde(default)]
    pub clock: Vec<f64>,
    /// The chance within each of `HORIZONS`.
    #[serde(default)]
    pub within: Vec<Within>,
    /// How stable the reasons are.
    #[serde(default)]
    pub agreed: Option<Agreed>,
}

impl Ahead {
    /// The chance within `days` of these log-odds, tenure advancing: what a receipt shows beside the
    /// sum of its lines so far.
    pub fn chance(&self, log_odds: f64, days: i32) -> f64 {
        if self.clock.is_empty() {
            return math::sigmoid(log_odds);
        }
        let months: Vec<f64> = self.clock.iter().map(|it| log_odds + it).collect();
        hazard::chance(&months, f64::from(days))
    }
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
        /// The months to come.
        ahead: Ahead,
    },
    /// Not scored.
    NotScored(String),
}

/// Everyone, as the model in use sees them.
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

/// Scores everyone employed with the model in use and keeps it.
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
        let seals = registry::seals(office, id, &said)?;
        office.store.write(move |tx| -> Result<()> {
            Ok(models::put_predictions(tx, id, day, &said, &seals)?)
        })?;
    }
    Ok(counts)
}

/// Whether there is a model.
pub fn exists(cx: &Cx<'_>) -> Result<bool> {
    Ok(models::in_use_key(cx.read)?.is_some())
}

/// The model in use, ready to be asked.
pub fn load(cx: &Cx<'_>) -> Result<Loaded> {
    loaded(&models::in_use(cx.read)?.ok_or_else(no_model)?)
}

/// A kept model, ready to be asked.
pub(super) fn loaded(row: &ModelRow) -> Result<Loaded> {
    let model = artifact::from_json(&row.artifact).map_err(learn_error)?;
    let card = serde_json::from_str(&row.card).map_err(|error| {
        Error::broken(format!("read the card of model v{}", row.version), error)
    })?;
    Ok(Loaded { id: row.id, version: row.version, model, card })
}

/// The rule behind the levels of the model in use.
pub fn rule(cx: &Cx<'_>, card: &Card) -> Rule {
    Rule { base_rate: card.base_rate, capacity: cx.config.score_interviews_per_week as usize * 4 }
}

/// What was last said of everyone.
///
/// # Errors
/// `NotEnough` when there is no model or nobody has been scored.
pub fn latest(cx: &Cx<'_>) -> Result<Scores> {
    let (id, version, horizon_days, _) = models::in_use_key(cx.read)?.ok_or_else(no_model)?;
    let as_of = models::latest_as_of(cx.read, id)?.ok_or_else(no_model)?;
    let people = models::predictions(cx.read, id, as_of)?;
    let people = people.into_iter().map(person).collect::<Result<_>>()?;
    Ok(Scores { as_of, version, horizon_days, people })
}

/// Takes one row apart with a model: the reasons, and the chance within the default horizon with its
/// 90% interval.
pub fn explain(loaded: &Loaded, row: &MonthRow) -> Result<(Reasons, (f64, f64, f64))> {
    let told = tell(loaded, row)?;
    Ok((told.reasons, told.chance))
}

/// Everything a model says of a row.
struct Told {
    reasons: Reasons,
    chance: (f64, f64, f64),
    ahead: Ahead,
}

fn tell(loaded: &Loaded, row: &MonthRow) -> Result<Told> {
    let cells = frame::cells(row, FEATURES);
    let told = loaded.model.explain(&cells).map_err(learn_error)?;
    let terms = loaded.model.terms.iter().enumerate().map(|(at, term)| Term {
        feature: loaded.model.term_name(at),
        value: match term.features[..] {
            [one] => FEATURES.get(one).and_then(|it| frame::value(row, it)),
            _ => None,
        },
        score: told.terms[at],
        sd: told.sd[at],
    });
    let reasons = Reasons::new(told.intercept, terms.collect(), told.log_odds)?;
    if !loaded.card.is_monthly() {
        let chance = (told.probability, told.low, told.high);
        return Ok(Told { reasons, chance, ahead: Ahead::default() });
    }
    let bagged = loaded.model.resample(&cells).map_err(learn_error)?;
    let agreed = bagged.agreement(&told);
    let months = Months::of(&loaded.model, cells)?;
    let default = months.within(loaded.card.horizon_days);
    let ahead = Ahead {
        clock: months.log_odds.iter().map(|it| it - told.log_odds).collect(),
        within: HORIZONS.map(|days| months.within(days)).into(),
        agreed: Some(Agreed {
            bags: agreed.bags as u32,
            top: agreed.top as u32,
            three: agreed.three as u32,
        }),
    };
    Ok(Told { reasons, chance: (default.probability, default.low, default.high), ahead })
}

/// The log-odds of a person's months to come: tenure advances, all else is as it is today.
struct Months {
    log_odds: Vec<f64>,
    /// The same of each bag.
    bagged: Vec<Vec<f64>>,
    /// Standard errors either side of a 90% interval, as a factor on the spread of the bags.
    half: f64,
}

impl Months {
    fn of(model: &Ebm, mut cells: Vec<Value<'static>>) -> Result<Self> {
        let half = model.band_quantile() * model.band_scale;
        let bags = model.bagged_intercept.len();
        let mut it = Self { log_odds: Vec::new(), bagged: vec![Vec::new(); bags], half };
        let today = cells[clock()];
        for month in 0..MONTHS {
            if let Value::Number(tenure) = today {
                cells[clock()] = Value::Number(tenure + month as f64);
            }
            it.log_odds.push(model.predict_row(&cells).map_err(learn_error)?.log_odds);
            let bagged = model.resample(&cells).map_err(learn_error)?.log_odds();
            it.bagged.iter_mut().zip(bagged).for_each(|(all, log_odds)| all.push(log_odds));
        }
        Ok(it)
    }

    fn within(&self, days: i32) -> Within {
        let it = hazard::chance_between(&self.log_odds, &self.bagged, f64::from(days), self.half);
        Within { days, probability: it.value, low: it.low, high: it.high }
    }
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

pub(super) fn prediction(
    loaded: &Loaded,
    row: &MonthRow,
    why: Option<&NotScored>,
) -> Result<PredictionRow> {
    let base = PredictionRow {
        technician_id: row.technician_id,
        as_of: row.as_of,
        chance: None,
        band: None,
        not_scored: why.map(ToString::to_string),
        intercept: None,
        log_odds: None,
        terms: "[]".to_owned(),
        ahead: "{}".to_owned(),
    };
    if why.is_some() {
        return Ok(base);
    }
    let told = tell(loaded, row)?;
    let json = |error| Error::broken("write down reasons", error);
    Ok(PredictionRow {
        chance: Some(told.chance),
        intercept: Some(told.reasons.intercept),
        log_odds: Some(told.reasons.log_odds),
        terms: serde_json::to_string(&told.reasons.terms).map_err(json)?,
        ahead: serde_json::to_string(&told.ahead).map_err(json)?,
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
            let json = |error| Error::broken("read kept reasons", error);
            let terms = serde_json::from_str(&said.terms).map_err(json)?;
            let ahead = serde_json::from_str(&said.ahead).map_err(json)?;
            let band = said.band.as_deref().and_then(Band::parse).unwrap_or(Band::Low);
            let reasons = Reasons::new(intercept, terms, log_odds)?;
            Verdict::Scored { probability, low, high, band, reasons, ahead }
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
