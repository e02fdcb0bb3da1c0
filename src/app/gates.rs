//! What a new model must show before it takes the place of the one in use.
//!
//! A pure function of two cards, so that the same figures give the same answer anywhere. A figure that
//! is absent is "not checked" with its reason, never a pass. Never here: reading, writing, deciding.

use serde::{Deserialize, Serialize};

use super::card::{BASE, Card, Difference, GroupCard, LOGISTIC, Ranged, Validation};
use crate::domain::calendar::MONTH_DAYS;
use crate::domain::count::grouped;
use learn::math;

/// One thing that is asked of a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gate {
    /// Name for programs.
    pub id: String,
    /// Name for people.
    pub title: String,
    /// Whether the model passed.
    pub outcome: Outcome,
    /// Whether "not checked" keeps a model from passing by itself.
    pub required: bool,
    /// The figure there is.
    pub have: String,
    /// The figure asked for.
    pub need: String,
    /// One or two sentences.
    pub words: String,
}

/// What a gate says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Good enough.
    Pass,
    /// Not good enough.
    Fail,
    /// The figures for it are not there.
    NotChecked,
}

/// Slopes that are near enough to 1 whatever their interval says.
const SLOPE_NEAR: (f64, f64) = (0.8, 1.25);
/// Exits that came over those foretold that are near enough to 1 whatever chance allows.
const LEVEL_NEAR: (f64, f64) = (0.8, 1.25);
/// Share of bags in which half of the people must have the same first reason.
const STABLE_SHARE_MIN: f64 = 0.5;
/// Exits foretold or come in a group below which its error cannot be told from chance.
const GROUP_EXITS_MIN: f64 = 5.0;
/// How often a fair model may fail: once in twenty for all groups together (Bonferroni).
const GROUPS_ALPHA: f64 = 0.05;
/// 95%, two-sided.
const Z_95: f64 = 1.959_963_984_540_054;

/// Holds a model against everything asked of it, and against the model in use.
pub fn check(card: &Card, in_use: Option<&Card>) -> Vec<Gate> {
    let test = card.validation.as_ref();
    let untested = || {
        let why = card.no_validation.as_deref().unwrap_or("The reason was not kept.");
        format!("The model was not tested. {why}")
    };
    vec![
        test.map_or_else(|| QUALITY.unchecked(untested()), quality),
        test.map_or_else(|| SLOPE.unchecked(untested()), |it| slope(card, it)),
        test.map_or_else(|| LEVEL.unchecked(untested()), |it| level(card, it)),
        stability(card),
        test.map_or_else(|| OFFICE.unchecked(untested()), |it| fairness(card, it, &OFFICE)),
        test.map_or_else(|| TRADE.unchecked(untested()), |it| fairness(card, it, &TRADE)),
        no_regression(card, in_use),
    ]
}

/// Whether a model may be taken into use without a person: nothing failed, and what must be checked
/// was checked.
pub fn all_passed(gates: &[Gate]) -> bool {
    gates.iter().all(|it| match it.outcome {
        Outcome::Pass => true,
        Outcome::Fail => false,
        Outcome::NotChecked => !it.required,
    })
}

/// Names of the gates that keep a model back.
pub fn held_by(gates: &[Gate]) -> Vec<&str> {
    let holds = |it: &&Gate| {
        it.outcome == Outcome::Fail || (it.required && it.outcome == Outcome::NotChecked)
    };
    gates.iter().filter(holds).map(|it| it.title.as_str()).collect()
}

/// `5 of 6`, and how many could not be checked.
pub fn passed_words(gates: &[Gate]) -> String {
    let count = |wanted| gates.iter().filter(|it| it.outcome == wanted).count();
    let (passed, unchecked) = (count(Outcome::Pass), count(Outcome::NotChecked));
    let checked = gates.len() - unchecked;
    match unchecked {
        0 => format!("{passed} of {checked}"),
        _ => format!("{passed} of {checked}, {unchecked} not checked"),
    }
}

/// A gate before anybody has come to it.
struct Blank {
    id: &'static str,
    title: &'static str,
    need: &'static str,
    required: bool,
    /// Which groups of the card it looks at.
    by: &'static str,
}

const QUALITY: Blank = Blank {
    id: "quality",
    title: "Quality",
    need: "Log loss below the base rate's by one standard error, and not above the logistic \
           regression's by one",
    required: true,
    by: "",
};
const SLOPE: Blank = Blank {
    id: "calibration",
    title: "Calibration",
    need: "Slope between 0.8 and 1.25, or an interval that holds 1",
    required: true,
    by: "",
};
const LEVEL: Blank = Blank {
    id: "level",
    title: "Level of the chances",
    need: "As many exits as foretold: a ratio between 0.8 and 1.25, or an interval that holds 1",
    required: true,
    by: "",
};
const STABILITY: Blank = Blank {
    id: "stability",
    title: "Stability of reasons",
    need: "For half of the people the same first reason in at least half of the bags",
    required: false,
    by: "",
};
const OFFICE: Blank = Blank {
    id: "fairness_office",
    title: "Fairness by office",
    need: "In each office as many exits as foretold, within what chance allows",
    required: false,
    by: "office",
};
const TRADE: Blank = Blank {
    id: "fairness_trade",
    title: "Fairness by trade",
    need: "In each trade as many exits as foretold, within what chance allows",
    required: false,
    by: "trade",
};
const REGRESSION: Blank = Blank {
    id: "no_regression",
    title: "No worse than the model in use",
    need: "Gain over the base rate not smaller by one standard error",
    required: false,
    by: "",
};

impl Blank {
    fn gate(&self, passed: bool, have: String, words: String) -> Gate {
        let outcome = if passed { Outcome::Pass } else { Outcome::Fail };
        Gate { outcome, have, ..self.unchecked(words) }
    }

    fn unchecked(&self, words: String) -> Gate {
        Gate {
            id: self.id.to_owned(),
            title: self.title.to_owned(),
            outcome: Outcome::NotChecked,
            required: self.required,
            have: "not known".to_owned(),
            need: self.need.to_owned(),
            words,
        }
    }
}

fn quality(test: &Validation) -> Gate {
    let of = |id| test.contender(id).map(|it| it.against);
    let (Some(base), Some(logistic)) = (of(BASE), of(LOGISTIC)) else {
        let words = "An earlier version of the program tested it, in another way. Train again.";
        return QUALITY.unchecked(words.to_owned());
    };
    let beats = test.beats_base_rate();
    let no_worse = logistic.value <= logistic.se;
    let have = format!("{} to the base rate, {} to the logistic", signed(base), signed(logistic));
    let words = match (beats, no_worse) {
        (true, true) => {
            "On months and people it had not seen it foretells better than the base rate, and is \
             not worse than the simple model."
        }
        (false, _) => {
            "On months and people it had not seen it does not beat giving everyone the same \
             chance by one standard error."
        }
        (true, false) => {
            "It beats the base rate, but the logistic regression foretells better by more than one \
             standard error."
        }
    };
    QUALITY.gate(beats && no_worse, have, words.to_owned())
}

/// Whether a figure whose right value is 1 is near it or cannot be told from it; none without a
/// figure.
fn is_about_one(it: &Ranged, near: (f64, f64)) -> Option<bool> {
    let value = it.value?;
    let holds = it.low.zip(it.high).is_some_and(|(low, high)| low <= 1.0 && 1.0 <= high);
    Some(holds || (near.0..=near.1).contains(&value))
}

/// The slope of the model as it is kept: after its correction, where there was one.
fn slope(card: &Card, test: &Validation) -> Gate {
    let checked = card.calibrated.as_ref();
    let corrected = checked.map(|it| it.after.unwrap_or(it.before).slope);
    let it = corrected.unwrap_or(test.ebm.slope);
    let (Some(passed), Some(value)) = (is_about_one(&it, SLOPE_NEAR), it.value) else {
        return SLOPE.unchecked("The test holds too few exits to tell the slope.".to_owned());
    };
    let words = if passed {
        "High chances are about as much higher than low ones as they should be."
    } else if value < 1.0 {
        "Its chances lie too far apart: high ones are too high, low ones too low."
    } else {
        "Its chances lie too near to each other: high ones are too low, low ones too high."
    };
    SLOPE.gate(passed, ranged(&it), words.to_owned())
}

/// Exits that came over exits foretold, of the model as it is kept.
fn level(card: &Card, test: &Validation) -> Gate {
    let checked = card.calibrated.as_ref().map(|it| it.after.unwrap_or(it.before).ratio);
    let at = || test.horizons.iter().find(|it| it.days == card.horizon_days).map(|it| it.ratio);
    let Some(it) = checked.or_else(at).or_else(|| ratio_of_groups(card, test)) else {
        return LEVEL.unchecked("The card does not say how many exits were foretold.".to_owned());
    };
    let (Some(passed), Some(value)) = (is_about_one(&it, LEVEL_NEAR), it.value) else {
        return LEVEL.unchecked("The test holds too few exits to tell.".to_owned());
    };
    let words = match (passed, value < 1.0) {
        (true, _) => "About as many exits came as were foretold.",
        (false, true) => "More exits were foretold than came.",
        (false, false) => "Fewer exits were foretold than came.",
    };
    LEVEL.gate(passed, format!("{} times as foretold", ranged(&it)), words.to_owned())
}

/// The ratio from the calibration groups of older cards, by Wilson on rows that do not overlap.
fn ratio_of_groups(card: &Card, test: &Validation) -> Option<Ranged> {
    let rows: u64 = test.calibration.iter().map(|it| it.rows).sum();
    let mean = |of: fn(&super::card::CalibrationGroup) -> f64| {
        test.calibration.iter().map(|it| of(it) * it.rows as f64).sum::<f64>() / rows as f64
    };
    let (predicted, observed) = (mean(|it| it.predicted), mean(|it| it.observed));
    let n = rows as f64 / overlap(card);
    (rows > 0 && predicted > 0.0).then(|| {
        let (low, high) = math::wilson(observed * n, n, Z_95);
        let over = |it: f64| Some(it / predicted);
        Ranged { value: over(observed), low: over(low), high: over(high) }
    })
}

/// Windows of neighbouring months overlap: an exit is counted about as often as a window has months.
fn overlap(card: &Card) -> f64 {
    (f64::from(card.horizon_days) / MONTH_DAYS).max(1.0)
}

fn stability(card: &Card) -> Gate {
    let Some(it) = card.stability.filter(|it| it.people > 0) else {
        return STABILITY.unchecked("How often reasons stay the same was not measured.".to_owned());
    };
    let have = format!(
        "{:.0} of {} bags, median of {} people",
        it.top * it.bags as f64,
        it.bags,
        grouped(it.people)
    );
    let passed = it.top >= STABLE_SHARE_MIN;
    let words = if passed {
        "For most people the first reason does not depend on which colleagues were learned from."
    } else {
        "For many people the first reason changes with the colleagues that were learned from."
    };
    STABILITY.gate(passed, have, words.to_owned())
}

/// Whether any group was foretold further off than chance allows, at 5% for all groups together.
fn fairness(card: &Card, test: &Validation, blank: &Blank) -> Gate {
    let groups: Vec<&GroupCard> = test.groups.iter().filter(|it| it.by == blank.by).collect();
    if groups.is_empty() {
        return blank.unchecked("The card does not say how each group was foretold.".to_owned());
    }
    let is_large = |it: &&&GroupCard| exits_in(card, it) >= GROUP_EXITS_MIN;
    let large: Vec<&GroupCard> = groups.iter().filter(is_large).copied().collect();
    let small = groups.len() - large.len();
    let [first, _, ..] = large.as_slice() else {
        return blank.unchecked(format!(
            "Fewer than two groups are large enough: each needs {GROUP_EXITS_MIN:.0} exits, \
             foretold or come."
        ));
    };
    let z = math::normal_quantile(1.0 - GROUPS_ALPHA / (2.0 * large.len() as f64));
    let off = |it: &GroupCard| {
        let (low, high) = ratio_ends(card, it, z);
        low > 1.0 || high < 1.0
    };
    let size = |it: &GroupCard| (ratio(it) - 1.0).abs();
    let most = large.iter().fold(*first, |most, it| if size(it) > size(most) { it } else { most });
    let (low, high) = ratio_ends(card, most, z);
    let have = format!(
        "Most in {}: {:.2} ({low:.2} to {high:.2}) times as foretold, {} people",
        most.name,
        ratio(most),
        grouped(most.people)
    );
    let names: Vec<&str> = large.iter().filter(|it| off(it)).map(|it| it.name.as_str()).collect();
    let mut words = match names.as_slice() {
        [] => format!("All {} groups were foretold within what chance allows.", large.len()),
        names => format!("Foretold further off than chance allows: {}.", names.join(", ")),
    };
    match small {
        0 => {}
        1 => words += " One group is too small to tell.",
        _ => words += &format!(" {small} groups are too small to tell."),
    }
    blank.gate(names.is_empty(), have, words)
}

/// Exits foretold or come, whichever is more, each counted once.
fn exits_in(card: &Card, it: &GroupCard) -> f64 {
    (it.predicted * it.rows as f64).max(it.events as f64) / overlap(card)
}

/// Exits that came over those foretold.
fn ratio(it: &GroupCard) -> f64 {
    it.events as f64 / (it.predicted * it.rows as f64).max(f64::MIN_POSITIVE)
}

/// Ends of the ratio at `z` standard errors: the card's interval by person widened on the scale of
/// logarithms, or Wilson's on rows that do not overlap where the card has none (no exit came).
fn ratio_ends(card: &Card, it: &GroupCard, z: f64) -> (f64, f64) {
    let known = it.ratio.value.zip(it.ratio.low).zip(it.ratio.high);
    if let Some(((value, low), high)) = known
        && low > 0.0
    {
        let wider = |end: f64| value * math::exp(math::ln(end / value) * z / Z_95);
        return (wider(low), wider(high));
    }
    let n = it.rows as f64 / overlap(card);
    let share = it.events as f64 / it.rows as f64;
    let (low, high) = math::wilson(share * n, n, z);
    let predicted = it.predicted.max(f64::MIN_POSITIVE);
    (low / predicted, high / predicted)
}

/// Each model against the base rate of its own test: the months tested are not the same, and the model
/// in use has learned from some of the new ones, so asking it about them would flatter it.
fn no_regression(card: &Card, in_use: Option<&Card>) -> Gate {
    let Some(before) = in_use else {
        return REGRESSION.unchecked("No model is in use yet.".to_owned());
    };
    let gain = |it: &Card| Some(it.validation.as_ref()?.contender(BASE)?.against);
    let (Some(new), Some(old)) = (gain(card), gain(before)) else {
        let words = "One of the two was not tested, or by an earlier version of the program.";
        return REGRESSION.unchecked(words.to_owned());
    };
    if card.horizon_days != before.horizon_days {
        return REGRESSION.unchecked(format!(
            "It looks {} days ahead, the model in use {}: their figures cannot be compared.",
            card.horizon_days, before.horizon_days
        ));
    }
    let se = (new.se * new.se + old.se * old.se).sqrt();
    let passed = new.value - old.value <= se;
    let have = format!("{} to the base rate, in use {}", signed(new), signed(old));
    let words = if passed {
        "It gains as much over the base rate as the model in use did, each on its own test."
    } else {
        "It gains less over the base rate than the model in use did, by more than one standard \
         error."
    };
    REGRESSION.gate(passed, have, words.to_owned())
}

fn ranged(it: &Ranged) -> String {
    match (it.value, it.low, it.high) {
        (Some(value), Some(low), Some(high)) => format!("{value:.2} ({low:.2} to {high:.2})"),
        (Some(value), _, _) => format!("{value:.2}, no interval"),
        _ => "not known".to_owned(),
    }
}

fn signed(it: Difference) -> String {
    format!("{:+.4} ± {:.4}", it.value, it.se).replace('-', "−")
}

#[cfg(test)]
mod tests;
