//! What if: one person's row asked again with other values, and the changes that would lower it.
//!
//! An association, not proof: the model says how people in such situations left, not what a change
//! would do. Only what someone in the office could change moves, only within what the model has
//! seen. Every answer is the whole row through `score::explain`. Never here: keeping anything.

#[cfg(test)]
mod tests;

use learn::bins::Bins;
use learn::ebm::Ebm;
use learn::frame::Value;
use learn::whatif::{Aim, Change, Effect, Lever as Reach, effect, lowering as search};

use super::card::Card;
use super::person::{self, Basis, Said, Who};
use super::score::{self, Loaded, Reasons, Verdict};
use super::sentences;
use super::{Cx, Error, Result};
use crate::domain::calendar::Day;
use crate::domain::count::counted;
use crate::domain::risk::{Band, Rule};
use crate::feature::{Direction, FEATURES, Feature, Unit, frame};
use crate::store::models;
use crate::store::months::{FEATURE_COUNT, MonthRow};

/// Steps with fewer rows are called rare, and no change leads there by itself.
const ROWS_MIN: u64 = 30;
/// Part of the rows at each end that is out of the usual.
const TAIL: f64 = 0.05;
/// A proposed change reaches this share of the most its features allow: the last bit costs most.
const SHARE: f64 = 0.8;
/// Changes of fewer points in a hundred are not worth a line.
const CHANCE_MIN: f64 = 0.01;
/// Changes of one feature shown; one of two features may follow.
const SINGLES_MAX: usize = 3;

/// What was asked of a person.
#[derive(Debug)]
pub struct Sheet {
    /// Who.
    pub who: Who,
    /// The answer, or why there is none.
    pub standing: Standing,
}

/// Whether there is a score to ask about.
#[derive(Debug)]
pub enum Standing {
    /// Gone since this day.
    Left(Day),
    /// No model has been trained.
    NoModel,
    /// This person could not be scored, and why.
    NotScored(String),
    /// Scored.
    Ready(Box<WhatIf>),
}

/// A score beside the same with other values.
#[derive(Debug)]
pub struct WhatIf {
    /// Days ahead.
    pub horizon_days: i32,
    /// Version of the model.
    pub version: u32,
    /// Facts before this day were used.
    pub as_of: Day,
    /// Rows the model learned from.
    pub rows: u64,
    /// People among them.
    pub people: u64,
    /// What may be moved.
    pub levers: Vec<Lever>,
    /// Entries that cannot be used, by lever: nothing is computed then.
    pub problems: Vec<(&'static str, String)>,
    /// As it is.
    pub before: Side,
    /// As asked.
    pub after: Side,
    /// What lies between, in log-odds.
    pub effect: Effect,
    /// Log-odds where every term is 0.
    pub intercept: f64,
    /// Every term, what moved most first, then by size.
    pub lines: Vec<Compared>,
    /// What would most likely lower it.
    pub lowering: Vec<Idea>,
}

/// One side of a comparison.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Side {
    /// Chance of leaving within the horizon.
    pub chance: f64,
    /// Lower end of its 90% interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Level among the people of the office as they are.
    pub band: Band,
}

/// A value that may be moved.
#[derive(Clone, Debug)]
pub struct Lever {
    /// What it is.
    pub feature: &'static Feature,
    /// As entered: the present value when nothing was; empty when that is not known.
    pub text: String,
    /// The present value as entered; empty when it is not known.
    pub now: String,
    /// Smallest and largest entry.
    pub ends: (String, String),
    /// The present value in words, beside the office's median.
    pub words: String,
    /// Whether another value than the present one is asked for.
    pub moved: bool,
    /// Why a moved value should be read with care.
    pub rare: Option<String>,
}

/// One term before and after.
#[derive(Clone, Debug)]
pub struct Compared {
    /// The term.
    pub term: String,
    /// `Long drives`.
    pub title: String,
    /// Its values before, and after when they moved.
    pub words: (String, Option<String>),
    /// Log-odds before.
    pub before: f64,
    /// Log-odds after.
    pub after: f64,
}

/// A change that the model goes with a lower chance.
#[derive(Clone, Debug)]
pub struct Idea {
    /// What moves.
    pub moves: Vec<Step>,
    /// As it is.
    pub before: Side,
    /// After the change.
    pub after: Side,
    /// What lies between, in log-odds.
    pub effect: Effect,
}

/// One feature of a change.
#[derive(Clone, Debug)]
pub struct Step {
    /// The feature.
    pub feature: &'static Feature,
    /// Value now.
    pub from: f64,
    /// Value after.
    pub to: f64,
    /// The same as an entry of the what-if page.
    pub text: String,
    /// Whether that is the office's median.
    pub is_median: bool,
}

/// Answers what was asked of a person: `asked` gives the entry of a feature, if there is one.
///
/// # Errors
/// `NotFound` when nobody has this identity.
pub fn read(cx: &Cx<'_>, uid: [u8; 16], asked: &dyn Fn(&str) -> Option<String>) -> Result<Sheet> {
    let who = person::find(cx, uid)?;
    let standing = match person::said(cx, &who)? {
        Said::Left(on, _) => Standing::Left(on),
        Said::NoModel => Standing::NoModel,
        Said::NotScored(why, _) => Standing::NotScored(why),
        Said::Scored(basis) => {
            let loaded = score::load(cx)?;
            Standing::Ready(Box::new(answer(cx, &basis, &loaded, asked)?))
        }
    };
    Ok(Sheet { who, standing })
}

/// The changes that would most likely lower a score, as far as past data go: up to three of one
/// feature, the largest first, then one of two. Empty when none within reach lowers it by more than
/// the change may be off.
pub(super) fn lowering(cx: &Cx<'_>, basis: &Basis, loaded: &Loaded) -> Result<Vec<Idea>> {
    let asker = Asker::new(cx, basis, loaded)?;
    let mut ideas: Vec<Idea> = Vec::new();
    for change in asker.changes()?.iter().filter(|it| it.effect.is_clearly_lower()) {
        let singles = ideas.iter().filter(|it| it.moves.len() == 1).count();
        let is_pair = change.moves.len() > 1;
        if (!is_pair && singles == SINGLES_MAX) || (is_pair && ideas.len() > singles) {
            continue;
        }
        let idea = asker.idea(change)?;
        // Two at once must be worth more than the best one alone.
        let beaten = ideas.iter().map(|it| it.after.chance).fold(idea.before.chance, f64::min);
        let than = if is_pair { beaten } else { idea.before.chance };
        if than - idea.after.chance >= CHANCE_MIN {
            ideas.push(idea);
        }
    }
    Ok(ideas)
}

fn answer(
    cx: &Cx<'_>,
    basis: &Basis,
    loaded: &Loaded,
    asked: &dyn Fn(&str) -> Option<String>,
) -> Result<WhatIf> {
    let asker = Asker::new(cx, basis, loaded)?;
    let mut row = asker.row.clone();
    let (mut levers, mut problems) = (Vec::new(), Vec::new());
    for (at, feature) in FEATURES.iter().enumerate().filter(|it| it.1.actionable) {
        let Some(bins) = asker.bins(feature) else { continue };
        let entry = Entry::new(feature, bins, asker.row.values[at]);
        let text = asked(feature.id).unwrap_or_else(|| entry.now.clone());
        let value = match entry.parse(&text) {
            Ok(value) => value,
            Err(words) => {
                problems.push((feature.id, words));
                asker.row.values[at]
            }
        };
        row.values[at] = value;
        let moved = value != asker.row.values[at];
        levers.push(Lever {
            feature,
            moved,
            rare: value.filter(|_| moved).and_then(|it| rare(feature, bins, it)),
            words: feature.say(asker.row.values[at], asker.median(feature)),
            text,
            ends: entry.ends,
            now: entry.now,
        });
    }
    if !problems.is_empty() {
        row = asker.row.clone();
    }
    let (reasons, after) = asker.ask(&row)?;
    Ok(WhatIf {
        horizon_days: basis.head.horizon_days,
        version: basis.head.version,
        as_of: basis.evidence.as_of,
        rows: basis.evidence.card.rows,
        people: basis.evidence.card.people,
        levers,
        problems,
        before: asker.before,
        after,
        effect: asker.effect(&row)?,
        intercept: reasons.intercept,
        lines: compared(&basis.reasons, &reasons),
        lowering: lowering(cx, basis, loaded)?,
    })
}

/// Terms side by side: what moved most first, then by size.
fn compared(before: &Reasons, after: &Reasons) -> Vec<Compared> {
    let line = |(from, to): (&score::Term, &score::Term)| {
        let words = sentences::values_of(from, before, None);
        let then = sentences::values_of(to, after, None);
        let moved = (then != words).then_some(then);
        let title = sentences::title_of(&from.feature);
        let term = from.feature.clone();
        Compared { term, title, words: (words, moved), before: from.score, after: to.score }
    };
    let mut lines: Vec<Compared> = before.terms.iter().zip(&after.terms).map(line).collect();
    let key = |it: &Compared| ((it.after - it.before).abs(), it.before.abs());
    lines.sort_by(|a, b| {
        let (a, b) = (key(a), key(b));
        b.0.total_cmp(&a.0).then(b.1.total_cmp(&a.1))
    });
    lines
}

/// One person's row, the model, and the people the level is told among.
struct Asker<'a> {
    loaded: &'a Loaded,
    card: &'a Card,
    row: MonthRow,
    before: Side,
    rule: Rule,
    others: Vec<f64>,
}

impl<'a> Asker<'a> {
    fn new(cx: &Cx<'_>, basis: &'a Basis, loaded: &'a Loaded) -> Result<Self> {
        let person = &basis.person;
        let Verdict::Scored { probability, low, high, band, .. } = person.verdict else {
            return Err(Error::broken("ask what if", "the person has no score"));
        };
        let as_of = basis.evidence.as_of;
        let all = models::predictions(cx.read, basis.head.id, as_of)?;
        let others = all
            .iter()
            .filter(|it| it.office == person.office && it.uid != person.uid)
            .filter_map(|it| Some(it.said.chance?.0));
        Ok(Self {
            loaded,
            card: &basis.evidence.card,
            row: row_of(basis),
            before: Side { chance: probability, low, high, band },
            rule: score::rule(cx, &basis.evidence.card),
            others: others.collect(),
        })
    }

    fn model(&self) -> &'a Ebm {
        &self.loaded.model
    }

    /// The row through the model, whole.
    fn ask(&self, row: &MonthRow) -> Result<(Reasons, Side)> {
        let (reasons, (chance, low, high)) = score::explain(self.loaded, row)?;
        let mut all = vec![chance];
        all.extend(&self.others);
        let band = self.rule.bands(&all)[0];
        Ok((reasons, Side { chance, low, high, band }))
    }

    fn effect(&self, row: &MonthRow) -> Result<Effect> {
        let (from, to) = (frame::cells(&self.row, FEATURES), frame::cells(row, FEATURES));
        effect(self.model(), &from, &to).map_err(super::train::learn_error)
    }

    fn bins(&self, feature: &Feature) -> Option<&'a Bins> {
        let bins = self.model().bins.iter().find(|it| it.name == feature.id)?;
        (bins.is_continuous() && bins.min.is_finite()).then_some(bins)
    }

    fn median(&self, feature: &Feature) -> Option<f64> {
        self.card.features.iter().find(|it| it.id == feature.id)?.median
    }

    /// How far a proposed change may go: to the office's median, not past it. Who already stands on
    /// its better side, where the push is known, may go as far as usual values do. Time since a
    /// raise can only start again.
    fn reach(&self, feature: &'static Feature) -> Option<Reach> {
        let at = self.model().bins.iter().position(|it| it.name == feature.id)?;
        let bins = self.bins(feature).filter(|_| feature.actionable)?;
        let now = frame::value(&self.row, feature)?;
        let (usual_low, usual_high) = usual(bins)?;
        let median = self.median(feature)?;
        let (low, high) = match (feature.unit, feature.direction) {
            (Unit::Months, _) => (0.0, 0.0),
            (_, Some(Direction::Raises)) => (if now > median { median } else { usual_low }, now),
            (_, Some(Direction::Lowers)) => (now, if now < median { median } else { usual_high }),
            (_, None) => (now.min(median), now.max(median)),
        };
        let (low, high) = (low.max(usual_low.min(now)), high.min(usual_high.max(now)));
        let known = self.card.features.iter().find(|it| it.id == feature.id);
        let unit = known.map(|it| it.sd).filter(|it| *it > 0.0 && it.is_finite()).unwrap_or(1.0);
        Some(Reach { feature: at, low, high, decimals: feature.decimals as u32, unit })
    }

    /// The cheapest changes that reach most of what their features allow.
    fn changes(&self) -> Result<Vec<Change>> {
        let reach: Vec<Reach> = FEATURES.iter().filter_map(|it| self.reach(it)).collect();
        let row = frame::cells(&self.row, FEATURES);
        search(self.model(), &row, &reach, Aim::Share(SHARE), ROWS_MIN)
            .map_err(super::train::learn_error)
    }

    fn idea(&self, change: &Change) -> Result<Idea> {
        let mut row = self.row.clone();
        let mut moves = Vec::new();
        for (at, to) in &change.moves {
            let bins = &self.model().bins[*at];
            let place = FEATURES.iter().position(|it| it.id == bins.name);
            let Some((place, from)) = place.and_then(|it| Some((it, self.row.values[it]?))) else {
                continue;
            };
            let feature = FEATURES[place];
            // Within a step every value is the same to the model: the usual one is said then.
            let usual = self.median(feature).and_then(|it| text_value(feature, &text(feature, it)));
            let is_same = |it: &f64| {
                bins.bin(Value::Number(*it)) == bins.bin(Value::Number(*to))
                    && text(feature, *it) != text(feature, from)
            };
            let to = usual.filter(is_same).unwrap_or(*to);
            row.values[place] = Some(to);
            let is_median = usual == Some(to);
            moves.push(Step { feature, from, to, text: text(feature, to), is_median });
        }
        let after = self.ask(&row)?.1;
        Ok(Idea { moves, before: self.before, after, effect: self.effect(&row)? })
    }
}

/// The row that was scored, from the values kept with the score.
fn row_of(basis: &Basis) -> MonthRow {
    let mut values = [None; FEATURE_COUNT];
    for (to, feature) in values.iter_mut().zip(FEATURES) {
        let term = basis.reasons.terms.iter().find(|it| it.feature == feature.id);
        *to = term.and_then(|it| it.value);
    }
    MonthRow {
        technician_id: basis.person.technician_id,
        employment_id: 0,
        month_no: basis.evidence.as_of.month().0,
        as_of: basis.evidence.as_of,
        zone_id: 0,
        office_id: 0,
        values,
    }
}

/// What may be entered for a feature.
struct Entry {
    feature: &'static Feature,
    present: Option<f64>,
    now: String,
    ends: (String, String),
    low: f64,
    high: f64,
}

impl Entry {
    /// From the smallest to the largest value the model has seen, rounded outwards, and in any case
    /// the present one.
    fn new(feature: &'static Feature, bins: &Bins, present: Option<f64>) -> Self {
        let scale = 10_f64.powi(feature.decimals as i32);
        let low = present.map_or(bins.min, |it| it.min(bins.min));
        let high = present.map_or(bins.max, |it| it.max(bins.max));
        let ends = ((low * scale).floor() / scale, (high * scale).ceil() / scale);
        let ends = (text(feature, ends.0), text(feature, ends.1));
        let value = |text: &str, or: f64| text_value(feature, text).unwrap_or(or);
        Self {
            low: value(&ends.0, low),
            high: value(&ends.1, high),
            now: present.map_or_else(String::new, |it| text(feature, it)),
            feature,
            present,
            ends,
        }
    }

    /// The value of an entry; the exact present one when it is entered as shown. Else what is wrong.
    fn parse(&self, entered: &str) -> std::result::Result<Option<f64>, String> {
        let entered = entered.trim();
        if entered == self.now {
            return Ok(self.present);
        }
        let range = format!(
            "from {} to {}, as the model has seen",
            self.ends.0,
            with_unit(self.feature, &self.ends.1)
        );
        match text_value(self.feature, entered) {
            None => Err(format!("{}: enter a number {range}.", self.feature.title)),
            Some(value) if (self.low..=self.high).contains(&value) => Ok(Some(value)),
            Some(_) => Err(format!("{}: choose a value {range}.", self.feature.title)),
        }
    }
}

/// What entries of a feature are multiplied by: shares and ratios are entered in percent.
fn percent(feature: &Feature) -> Option<f64> {
    matches!(feature.unit, Unit::Share | Unit::Ratio).then_some(100.0)
}

/// A value as it is entered.
fn text(feature: &Feature, value: f64) -> String {
    let (shown, decimals) = match percent(feature) {
        Some(times) => (value * times, feature.decimals.saturating_sub(2)),
        None => (value, feature.decimals),
    };
    let text = format!("{shown:.decimals$}");
    match text.strip_prefix('-') {
        Some(rest) if rest.bytes().all(|it| matches!(it, b'0' | b'.')) => rest.to_owned(),
        _ => text,
    }
}

/// The value of an entry, if it is a number.
fn text_value(feature: &Feature, entered: &str) -> Option<f64> {
    let number: f64 = entered.parse().ok()?;
    // Adding zero turns -0.0 into 0.0.
    number.is_finite().then(|| number / percent(feature).unwrap_or(1.0) + 0.0)
}

/// An entry with its unit: `34%`, `41 minutes`.
pub fn with_unit(feature: &Feature, text: &str) -> String {
    if percent(feature).is_some() {
        return format!("{text}%");
    }
    match feature.unit.word(text) {
        "" => text.to_owned(),
        word => format!("{text} {word}"),
    }
}

/// The unit of a feature's entries.
pub fn unit(feature: &Feature) -> &'static str {
    if percent(feature).is_some() { "%" } else { feature.unit.word("") }
}

/// The step of a feature's entries: `1`, `0.1`.
pub fn step(feature: &Feature) -> String {
    let decimals = match percent(feature) {
        Some(_) => feature.decimals.saturating_sub(2),
        None => feature.decimals,
    };
    if decimals == 0 { "1".to_owned() } else { format!("0.{}1", "0".repeat(decimals - 1)) }
}

/// The ends of the steps that hold the 5th and the 95th percentile of the known rows: for the
/// model nothing lies between a step's ends.
fn usual(bins: &Bins) -> Option<(f64, f64)> {
    let real = || 1..bins.unseen();
    let all: u64 = real().map(|bin| bins.counts[bin]).sum();
    let tail = TAIL * all as f64;
    let below =
        |bin: usize| real().take_while(|it| *it <= bin).map(|it| bins.counts[it]).sum::<u64>();
    let low = real().find(|bin| below(*bin) as f64 > tail)?;
    let high = real().rev().find(|bin| (all - below(*bin - 1)) as f64 > tail)?;
    Some((bins.edges(low)?.0, bins.edges(high)?.1))
}

/// Why a value should be read with care, if few rows were like it.
fn rare(feature: &Feature, bins: &Bins, value: f64) -> Option<String> {
    let bin = bins.bin(Value::Number(value));
    let (low, high) = bins.edges(bin)?;
    let (usual_low, usual_high) = usual(bins)?;
    let rows = bins.counts[bin];
    let is_usual = usual_low <= value && value <= usual_high;
    if rows >= ROWS_MIN && is_usual {
        return None;
    }
    Some(format!(
        "{}: few past months are like this. The model saw {} from {} to {} and takes them as one.",
        feature.title,
        counted(rows, "person-month"),
        text(feature, low),
        with_unit(feature, &text(feature, high))
    ))
}

impl Compared {
    /// Whether the points are others after the change.
    pub fn moved(&self) -> bool {
        self.before.to_bits() != self.after.to_bits()
    }
}

impl Step {
    /// `Long drives: over 50 minutes on 34% of jobs → 12% (office median)`.
    pub fn words(&self) -> String {
        let to = match self.feature.unit {
            // A bare ratio says too little, and a raise has no number.
            Unit::Ratio | Unit::Months => (self.feature.phrase)(self.to),
            _ => self.feature.show(self.to),
        };
        let median = if self.is_median { " (office median)" } else { "" };
        format!("{}: {} → {to}{median}", self.feature.title, (self.feature.phrase)(self.from))
    }
}

impl Idea {
    /// `Long drives: over 50 minutes on 34% of jobs → 12% (office median): chance 31% → 22% (between
    /// 17% and 28%)`.
    pub fn words(&self) -> String {
        let moves: Vec<String> = self.moves.iter().map(Step::words).collect();
        let whole = |it: f64| format!("{:.0}%", 100.0 * it);
        format!(
            "{}: chance {} → {} (between {} and {})",
            moves.join("; and "),
            whole(self.before.chance),
            whole(self.after.chance),
            whole(self.after.low),
            whole(self.after.high)
        )
    }
}
