//! What a new model must show before it takes the place of the one in use.
//!
//! A pure function of two cards, so that the same figures give the same answer anywhere. A figure that
//! is absent is "not checked" with its reason, never a pass. Never here: reading, writing, deciding.

use serde::{Deserialize, Serialize};

use super::card::{Card, Difference, Validation};
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

/// Predicted against observed in one group of people.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// `North`.
    pub name: String,
    /// Rows tested.
    pub rows: u64,
    /// Rows followed by an exit.
    pub events: u64,
    /// Mean predicted.
    pub predicted: f64,
}

/// Slopes that are near enough to 1 whatever their interval says.
const SLOPE_NEAR: (f64, f64) = (0.8, 1.25);
/// Predicted exits over observed ones that are near enough to 1 whatever chance allows.
const LARGE_NEAR: (f64, f64) = (0.8, 1.25);
/// Share of people whose first reason must be the same in most resamples.
const STABLE_SHARE_MIN: f64 = 0.6;
/// Exits expected in a group below which its error cannot be told from chance.
const GROUP_EXITS_MIN: f64 = 5.0;
/// Error of all groups together that a fair model exceeds once in twenty.
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
        test.map_or_else(|| SLOPE.unchecked(untested()), slope),
        test.map_or_else(|| LARGE.unchecked(untested()), in_the_large),
        stability(card),
        fairness(&OFFICE, &groups(card, "office")),
        fairness(&TRADE, &groups(card, "trade")),
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
}

const QUALITY: Blank = Blank {
    id: "quality",
    title: "Quality",
    need: "Log loss below the base rate's by one standard error, and not above the logistic \
           regression's by one",
    required: true,
};
const SLOPE: Blank = Blank {
    id: "calibration",
    title: "Calibration",
    need: "Slope between 0.8 and 1.25, or an interval that holds 1",
    required: true,
};
const LARGE: Blank = Blank {
    id: "level",
    title: "Level of the chances",
    need: "As many exits as foretold, within a fifth or within chance",
    required: true,
};
const STABILITY: Blank = Blank {
    id: "stability",
    title: "Stability of reasons",
    need: "The same first reason in most resamples for 60% of people",
    required: false,
};
const OFFICE: Blank = Blank {
    id: "fairness_office",
    title: "Fairness by office",
    need: "In each office, the exits foretold lie within what chance allows",
    required: false,
};
const TRADE: Blank = Blank {
    id: "fairness_trade",
    title: "Fairness by trade",
    need: "In each trade, the exits foretold lie within what chance allows",
    required: false,
};
const REGRESSION: Blank = Blank {
    id: "no_regression",
    title: "No worse than the model in use",
    need: "Gain over the base rate not smaller by one standard error",
    required: false,
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
    let (base, logistic) = (test.against_base_rate, test.against_logistic);
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

fn slope(test: &Validation) -> Gate {
    let it = &test.ebm.slope;
    let (Some(value), Some(low), Some(high)) = (it.value, it.low, it.high) else {
        return SLOPE.unchecked("The test holds too few exits to tell the slope.".to_owned());
    };
    let near = (SLOPE_NEAR.0..=SLOPE_NEAR.1).contains(&value);
    let holds_one = low <= 1.0 && 1.0 <= high;
    let have = format!("{value:.2} ({low:.2} to {high:.2})");
    let words = if near || holds_one {
        "High chances are about as much higher than low ones as they should be."
    } else if value < 1.0 {
        "Its chances lie too far apart: high ones are too high, low ones too low."
    } else {
        "Its chances lie too near to each other: high ones are too low, low ones too high."
    };
    SLOPE.gate(near || holds_one, have, words.to_owned())
}

/// Mean foretold against observed over all tested rows. Windows of neighbouring months overlap, so an
/// exit is counted about as often as a window has months: chance is reckoned on rows over that.
fn in_the_large(test: &Validation) -> Gate {
    let rows: u64 = test.calibration.iter().map(|it| it.rows).sum();
    if rows == 0 {
        return LARGE.unchecked("The card holds no groups to compare.".to_owned());
    }
    let mean = |of: fn(&super::card::CalibrationGroup) -> f64| {
        test.calibration.iter().map(|it| of(it) * it.rows as f64).sum::<f64>() / rows as f64
    };
    let (predicted, observed) = (mean(|it| it.predicted), mean(|it| it.observed));
    let apart = rows as f64 / f64::from(test.gap_months.max(1));
    let (low, high) = math::wilson(observed * apart, apart, Z_95);
    let ratio = predicted / observed;
    let near = (LARGE_NEAR.0..=LARGE_NEAR.1).contains(&ratio);
    let passed = near || (low <= predicted && predicted <= high);
    let have = format!(
        "{} foretold, {} came ({} to {})",
        percent(predicted),
        percent(observed),
        percent(low),
        percent(high)
    );
    let words = match (passed, predicted > observed) {
        (true, _) => "About as many exits were foretold as came.",
        (false, true) => "More exits were foretold than came.",
        (false, false) => "Fewer exits were foretold than came.",
    };
    LARGE.gate(passed, have, words.to_owned())
}

fn stability(card: &Card) -> Gate {
    let Some((share, people)) = stable_share(card) else {
        return STABILITY.unchecked(
            "How often reasons stay the same in resamples was not measured.".to_owned(),
        );
    };
    let have = format!("{:.0}% of {} people", 100.0 * share, grouped(people));
    let passed = share >= STABLE_SHARE_MIN;
    let words = if passed {
        "For most people the first reason does not depend on which colleagues were learned from."
    } else {
        "For many people the first reason changes with the colleagues that were learned from."
    };
    STABILITY.gate(passed, have, words.to_owned())
}

/// Whether any group was foretold further off than chance allows, at 5% for all groups together.
fn fairness(blank: &Blank, groups: &[Group]) -> Gate {
    if groups.is_empty() {
        return blank.unchecked("The card does not say how each group was foretold.".to_owned());
    }
    let large: Vec<&Group> = groups.iter().filter(|it| expected(it) >= GROUP_EXITS_MIN).collect();
    if large.len() < 2 {
        return blank.unchecked(format!(
            "Fewer than two groups are large enough: a group needs {GROUP_EXITS_MIN:.0} exits \
             foretold or come."
        ));
    }
    let z = math::normal_quantile(1.0 - GROUPS_ALPHA / (2.0 * large.len() as f64));
    let ends = |it: &Group| math::wilson(it.events as f64, it.rows as f64, z);
    let off: Vec<&&Group> = large
        .iter()
        .filter(|it| {
            let (low, high) = ends(it);
            it.predicted < low || it.predicted > high
        })
        .collect();
    let worst = |it: &&&Group| (it.predicted - it.events as f64 / it.rows as f64).abs();
    let Some(most) = large.iter().max_by(|a, b| worst(&a).total_cmp(&worst(&b))) else {
        return blank.unchecked("No group is large enough.".to_owned());
    };
    let (low, high) = ends(most);
    let have = format!(
        "{}: {} foretold, {} came ({} to {}, {} rows)",
        most.name,
        percent(most.predicted),
        percent(most.events as f64 / most.rows as f64),
        percent(low),
        percent(high),
        grouped(most.rows)
    );
    let names: Vec<&str> = off.iter().map(|it| it.name.as_str()).collect();
    let small = groups.len() - large.len();
    let mut words = match names.as_slice() {
        [] => format!("All {} groups were foretold within what chance allows.", large.len()),
        names => format!("Foretold further off than chance allows: {}.", names.join(", ")),
    };
    if small > 0 {
        words += &format!(" {small} groups are too small to tell.");
    }
    blank.gate(off.is_empty(), have, words)
}

/// Exits foretold or come, whichever is more: a group with neither says nothing.
fn expected(it: &Group) -> f64 {
    (it.predicted * it.rows as f64).max(it.events as f64)
}

/// Each model against the base rate of its own test: the months tested are not the same, and the model
/// in use has learned from some of the new ones, so asking it about them would flatter it.
fn no_regression(card: &Card, in_use: Option<&Card>) -> Gate {
    let Some(before) = in_use else {
        return REGRESSION.unchecked("No model is in use yet.".to_owned());
    };
    let (Some(new), Some(old)) = (&card.validation, &before.validation) else {
        return REGRESSION.unchecked("One of the two models was not tested.".to_owned());
    };
    if card.horizon_days != before.horizon_days {
        return REGRESSION.unchecked(format!(
            "It looks {} days ahead, the model in use {}: their figures cannot be compared.",
            card.horizon_days, before.horizon_days
        ));
    }
    let (new, old) = (new.against_base_rate, old.against_base_rate);
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

/// Groups of one kind on a card; empty when the card has none.
fn groups(_card: &Card, _kind: &str) -> Vec<Group> {
    Vec::new()
}

/// Share of people whose first reason is the same in most resamples, and how many people.
fn stable_share(_card: &Card) -> Option<(f64, u64)> {
    None
}

fn signed(it: Difference) -> String {
    format!("{:+.4} ± {:.4}", it.value, it.se)
}

fn percent(share: f64) -> String {
    format!("{:.1}%", 100.0 * share)
}

#[cfg(test)]
mod tests;
