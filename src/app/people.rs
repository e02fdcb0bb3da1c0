//! Everyone with a score, or the reason for none; who moved in four weeks, filtered and sorted.
//!
//! Never here: computing a score (it was kept when it was made), HTML.

#[cfg(test)]
mod tests;

use std::cmp::Ordering;
use std::collections::HashMap;

use super::card::Card;
use super::score::{self, EARLIER_DAYS, Person, Reasons, Term, Verdict};
use super::{Cx, Error, Result, sentences};
use crate::domain::calendar::Day;
use crate::domain::risk::{Band, Rule};
use crate::feature::{self, Group};
use crate::store::models::{self, ModelHead};
use crate::store::{office, people};

/// How far an office has come towards scores.
#[derive(Clone, Debug)]
pub enum Standing {
    /// Nothing was loaded.
    NoData,
    /// Too few people left of their own will for a model.
    NotEnough(Shortage),
    /// Data enough, but no model yet.
    NoModel,
    /// Scored.
    Scored(Box<List>),
}

/// How much evidence is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shortage {
    /// Voluntary exits in the data.
    pub have: u64,
    /// Voluntary exits needed.
    pub need: u64,
    /// Months until there are enough, if they go on as they did; none when nobody has left.
    pub months: Option<u64>,
}

/// Everyone who was scored or could not be.
#[derive(Clone, Debug)]
pub struct List {
    /// Facts before this day were used.
    pub as_of: Day,
    /// The day of the scores compared with, when the data reach so far back.
    pub earlier: Option<Day>,
    /// Last day with data.
    pub data_to: Day,
    /// Version of the model.
    pub version: u32,
    /// Days ahead.
    pub horizon_days: i32,
    /// How chances become levels.
    pub rule: Rule,
    /// What the model was made from.
    pub card: Card,
    /// Likeliest to leave first; not scored last.
    pub rows: Vec<Row>,
    model_id: i64,
}

/// A person of the list.
#[derive(Clone, Debug)]
pub struct Row {
    /// The person and the score.
    pub person: Person,
    /// Days since the hire.
    pub tenure_days: Option<i32>,
    /// The chance and level four weeks earlier, by the same model and rule.
    pub before: Option<(f64, Band)>,
    /// What raises the score most.
    pub main: Option<Reason>,
    /// What raises it next.
    pub second: Option<Reason>,
}

/// One reason in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// `Long drives`.
    pub title: String,
    /// `over 50 minutes on 34% of jobs`.
    pub words: String,
    /// The same beside the office: `…; office median 12%`.
    pub beside: String,
    /// `Travel`.
    pub group: &'static str,
}

/// How many have each level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Levels {
    /// HIGH.
    pub high: u32,
    /// MEDIUM.
    pub medium: u32,
    /// LOW.
    pub low: u32,
    /// Not scored.
    pub none: u32,
}

/// Which people are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Part of a name or number.
    pub text: String,
    /// Name of an office.
    pub office: Option<String>,
    /// Name of a zone.
    pub zone: Option<String>,
    /// A trade.
    pub trade: Option<String>,
    /// Levels; `None` inside means not scored. Empty: all.
    pub levels: Vec<Option<Band>>,
    /// Group of the main reason.
    pub reason: Option<String>,
}

/// In which order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// Likeliest to leave first.
    #[default]
    Chance,
    /// Unlikeliest first.
    ChanceUp,
    /// By name.
    Name,
    /// By zone, then chance.
    Zone,
    /// Newest first.
    Tenure,
    /// Longest here first.
    TenureDown,
    /// Largest rise in four weeks first.
    Change,
}

/// Names of the groups reasons stand in, in the order of a receipt.
pub fn reason_groups() -> Vec<&'static str> {
    Group::ALL.iter().map(|it| it.title()).collect()
}

/// The list, or how far the office is from one.
pub fn read(cx: &Cx<'_>) -> Result<Standing> {
    let Some((from, to)) = office::span(cx.read)? else { return Ok(Standing::NoData) };
    let head = models::in_use_head(cx.read)?;
    let as_of = match &head {
        Some(head) => models::latest_as_of(cx.read, head.id)?,
        None => None,
    };
    if let (Some(head), Some(as_of)) = (head, as_of) {
        return Ok(Standing::Scored(Box::new(list(cx, &head, as_of, to)?)));
    }
    let have = people::voluntary_exits(cx.read, to)?;
    let need = u64::from(cx.config.score_exits_min);
    if have >= need {
        return Ok(Standing::NoModel);
    }
    let months = f64::from(to.0 - from.0 + 1) / feature::MONTH_DAYS;
    let pace = have as f64 / months.max(1.0);
    let months = (pace > 0.0).then(|| ((need - have) as f64 / pace).ceil() as u64);
    Ok(Standing::NotEnough(Shortage { have, need, months }))
}

fn list(cx: &Cx<'_>, head: &ModelHead, as_of: Day, data_to: Day) -> Result<List> {
    let card = card(head)?;
    let day = as_of.plus(-EARLIER_DAYS);
    let earlier: HashMap<i64, (f64, Band)> = models::earlier(cx.read, head.id, day)?
        .into_iter()
        .filter_map(|it| {
            Some((it.technician_id, (it.probability?, Band::parse(it.band.as_deref()?)?)))
        })
        .collect();
    let rows = models::predictions(cx.read, head.id, as_of)?
        .into_iter()
        .map(|it| Ok(row(score::person(it)?, as_of, &card, &earlier)))
        .collect::<Result<_>>()?;
    Ok(List {
        as_of,
        earlier: (!earlier.is_empty()).then_some(day),
        data_to,
        version: head.version,
        horizon_days: head.horizon_days,
        rule: score::rule(cx, &card),
        card,
        rows,
        model_id: head.id,
    })
}

fn row(person: Person, as_of: Day, card: &Card, earlier: &HashMap<i64, (f64, Band)>) -> Row {
    let (main, second) = match &person.verdict {
        Verdict::Scored { reasons, .. } => {
            let mut said = raising(reasons).into_iter().filter_map(|it| reason(it, reasons, card));
            (said.next(), said.next())
        }
        Verdict::NotScored(_) => (None, None),
    };
    Row {
        tenure_days: person.hired_on.map(|it| as_of.0 - it.0),
        before: earlier.get(&person.technician_id).copied(),
        main,
        second,
        person,
    }
}

/// The card of a model.
pub(super) fn card(head: &ModelHead) -> Result<Card> {
    serde_json::from_str(&head.card)
        .map_err(|error| Error::broken(format!("read the card of model v{}", head.version), error))
}

/// A term in words.
pub(super) fn reason(term: &Term, reasons: &Reasons, card: &Card) -> Option<Reason> {
    Some(Reason {
        title: sentences::title_of(&term.feature),
        words: sentences::values_of(term, reasons, None),
        beside: sentences::values_of(term, reasons, Some(card)),
        group: sentences::features_of(&term.feature).first()?.group.title(),
    })
}

/// Terms that raise the score, the largest first.
fn raising(reasons: &Reasons) -> Vec<&Term> {
    let mut terms: Vec<&Term> = reasons.terms.iter().filter(|it| it.score > 0.0).collect();
    terms.sort_by(|a, b| b.score.total_cmp(&a.score));
    terms.truncate(2);
    terms
}

impl Row {
    /// The level; none when not scored.
    pub fn band(&self) -> Option<Band> {
        match &self.person.verdict {
            Verdict::Scored { band, .. } => Some(*band),
            Verdict::NotScored(_) => None,
        }
    }

    /// The chance; none when not scored.
    pub fn chance(&self) -> Option<f64> {
        match &self.person.verdict {
            Verdict::Scored { probability, .. } => Some(*probability),
            Verdict::NotScored(_) => None,
        }
    }

    /// The change of the chance over four weeks.
    pub fn change(&self) -> Option<f64> {
        Some(self.chance()? - self.before?.0)
    }

    fn was_high(&self) -> bool {
        self.before.is_some_and(|it| it.1 == Band::High)
    }
}

impl List {
    /// How many have each level.
    pub fn levels(&self) -> Levels {
        self.rows.iter().fold(Levels::default(), |mut all, row| {
            match row.band() {
                Some(Band::High) => all.high += 1,
                Some(Band::Medium) => all.medium += 1,
                Some(Band::Low) => all.low += 1,
                None => all.none += 1,
            }
            all
        })
    }

    /// People who are HIGH and were not four weeks earlier, the likeliest to leave first.
    pub fn into_high(&self) -> Vec<&Row> {
        let is = |row: &&Row| row.band() == Some(Band::High) && !row.was_high();
        self.rows.iter().filter(is).filter(|_| self.earlier.is_some()).collect()
    }

    /// People who were HIGH four weeks earlier and are not, by chance.
    pub fn out_of_high(&self) -> Vec<&Row> {
        let is = |row: &&Row| row.was_high() && row.band().is_some_and(|it| it != Band::High);
        self.rows.iter().filter(is).collect()
    }

    /// The reason whose points changed most in the direction the chance moved, then and now; none
    /// when there was no score then.
    pub fn moved_by(&self, cx: &Cx<'_>, row: &Row) -> Result<Option<(Reason, Reason)>> {
        let (Verdict::Scored { reasons: now, .. }, Some(day)) = (&row.person.verdict, self.earlier)
        else {
            return Ok(None);
        };
        let id = row.person.technician_id;
        let Some(then) = models::prediction_of(cx.read, self.model_id, day, id)? else {
            return Ok(None);
        };
        let Verdict::Scored { reasons: then, .. } = score::person(then)?.verdict else {
            return Ok(None);
        };
        let say = |term: &Term, reasons: &Reasons| reason(term, reasons, &self.card);
        let sign = (now.log_odds - then.log_odds).signum();
        let moved = |(a, b): &(&Term, &Term)| (b.score - a.score) * sign;
        let most = then.terms.iter().zip(&now.terms).max_by(|a, b| moved(a).total_cmp(&moved(b)));
        let said = most
            .filter(|it| moved(it) > 0.0)
            .and_then(|(before, after)| Some((say(before, &then)?, say(after, now)?)));
        Ok(said)
    }

    /// The people a filter lets through, in an order.
    pub fn pick(&self, filter: &Filter, sort: Sort) -> Vec<&Row> {
        let mut rows: Vec<&Row> = self.rows.iter().filter(|it| filter.takes(it)).collect();
        rows.sort_by(|a, b| sort.order(a, b));
        rows
    }

    /// Names of offices, zones and trades there are, each in order.
    pub fn choices(&self) -> [Vec<String>; 3] {
        let of = |get: fn(&Person) -> &String| {
            let mut all: Vec<String> = self.rows.iter().map(|it| get(&it.person).clone()).collect();
            all.sort_unstable();
            all.dedup();
            all.retain(|it| !it.is_empty());
            all
        };
        [of(|it| &it.office), of(|it| &it.zone), of(|it| &it.trade)]
    }
}

impl Filter {
    fn takes(&self, row: &Row) -> bool {
        let it = &row.person;
        let is = |wanted: &Option<String>, own: &str| wanted.as_deref().is_none_or(|w| w == own);
        let text = self.text.to_lowercase();
        let group = row.main.as_ref().map_or("", |it| it.group);
        (it.name.to_lowercase().contains(&text) || it.employee_no.to_lowercase().contains(&text))
            && is(&self.office, &it.office)
            && is(&self.zone, &it.zone)
            && is(&self.trade, &it.trade)
            && (self.levels.is_empty() || self.levels.contains(&row.band()))
            && is(&self.reason, group)
    }
}

impl Sort {
    /// Every order.
    pub const ALL: [Self; 7] = [
        Self::Chance,
        Self::ChanceUp,
        Self::Name,
        Self::Zone,
        Self::Tenure,
        Self::TenureDown,
        Self::Change,
    ];

    /// Its name in addresses.
    pub fn id(self) -> &'static str {
        match self {
            Self::Chance => "-chance",
            Self::ChanceUp => "chance",
            Self::Name => "name",
            Self::Zone => "zone",
            Self::Tenure => "tenure",
            Self::TenureDown => "-tenure",
            Self::Change => "-change",
        }
    }

    /// The order of a name; the usual one for any other.
    pub fn parse(id: &str) -> Self {
        Self::ALL.into_iter().find(|it| it.id() == id).unwrap_or_default()
    }

    fn order(self, a: &Row, b: &Row) -> Ordering {
        let name = || a.person.name.cmp(&b.person.name);
        let down = || falling(a.chance(), b.chance()).then_with(name);
        match self {
            Self::Chance => down(),
            Self::ChanceUp => match (a.chance(), b.chance()) {
                (Some(a), Some(b)) => a.total_cmp(&b).then_with(name),
                _ => down(),
            },
            Self::Name => name(),
            Self::Zone => a
                .person
                .office
                .cmp(&b.person.office)
                .then_with(|| a.person.zone.cmp(&b.person.zone))
                .then_with(down),
            Self::Tenure => a.tenure_days.cmp(&b.tenure_days).then_with(name),
            Self::TenureDown => b.tenure_days.cmp(&a.tenure_days).then_with(name),
            Self::Change => falling(a.change(), b.change()).then_with(name),
        }
    }
}

/// The largest first, what is not known last.
fn falling(a: Option<f64>, b: Option<f64>) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => b.total_cmp(&a),
        (a, b) => b.is_some().cmp(&a.is_some()),
    }
}
