//! Sentences about a model: fixed templates, filled with what was measured.
//!
//! Never here: a number that was not measured, a word stronger than its number.

use super::Step;
use crate::app::card::{CalibrationCheck, Card, Evidence, Ranged, Validation, month_words};
use crate::domain::count::{counted, grouped};

/// Least share of rows in clear steps for a shape to be spoken of.
const CLEAR_SHARE_MIN: f64 = 0.05;
/// A run of steps is named while it reaches this share of its summit.
const SUMMIT_SHARE: f64 = 0.6;

/// What the test says of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Better than the base rate and than the logistic regression.
    Supported,
    /// Better than the base rate only.
    SimpleIsEnough,
    /// Not better than the base rate.
    NotSupported,
    /// Not tested.
    Untested,
}

/// The verdict and its sentence.
pub fn verdict(card: &Card) -> (Verdict, String) {
    let Some(test) = &card.validation else {
        let why = card.no_validation.as_deref().unwrap_or("The reason was not kept.");
        return (Verdict::Untested, format!("This model was not tested. {why}"));
    };
    if test.contenders.is_empty() {
        let words = "An earlier version of this program tested this model. Train again to see \
                     whether the data support it."
            .to_owned();
        return (Verdict::Untested, words);
    }
    let ones = "by more than one standard error";
    if test.supports_model() {
        let words = format!(
            "The data support this model: on months and people it had not seen it beats the base \
             rate and the logistic regression {ones}."
        );
        return (Verdict::Supported, words);
    }
    if test.beats_base_rate() {
        let words = format!(
            "The simple model is enough for these data: this one beats the base rate, but not the \
             logistic regression {ones}."
        );
        return (Verdict::SimpleIsEnough, words);
    }
    let words = format!(
        "The data do not support this model: on months and people it had not seen it does not \
         beat the base rate {ones}. Take no score as more than the office average."
    );
    (Verdict::NotSupported, words)
}

/// How much stands behind a model, and what that means.
pub fn evidence_words(card: &Card) -> String {
    let it = &card.evidence;
    let have = counted(it.have, "voluntary exit");
    if it.have < it.need {
        return format!(
            "{have} stand behind this model; {} lines ask for {} (Riley et al. 2019). Read the \
             largest lines only, and their bands.",
            card.features.len(),
            grouped(it.need)
        );
    }
    format!(
        "{have} stand behind this model, enough for its {} lines, which ask for {} (Riley et al. \
         2019).",
        card.features.len(),
        grouped(it.need)
    )
}

/// Offices named one by one at most.
const OFFICES_NAMED: usize = 5;

impl Evidence {
    /// What a model of one office alone would rest on; empty when there is only one.
    pub fn local_words(&self) -> String {
        if self.offices.len() < 2 {
            return String::new();
        }
        let enough = self.offices.iter().filter(|it| it.have >= it.need).count();
        let named = self.offices.iter().take(OFFICES_NAMED).map(|it| {
            format!("{} has {} of {} exits", it.office, grouped(it.have), grouped(it.need))
        });
        let more = self.offices.len().saturating_sub(OFFICES_NAMED);
        let more = if more > 0 { format!("; {more} more") } else { String::new() };
        format!(
            "A model of one office alone would ask for as much there: {}{more}. {}",
            named.collect::<Vec<_>>().join(", "),
            match enough {
                0 => "No office has enough, so they learn together.".to_owned(),
                some => format!("{some} of {} have enough.", self.offices.len()),
            }
        )
    }

    /// What there is, the least and what is asked for, in the same words on every page.
    pub fn words(&self) -> String {
        format!(
            "{}; {} is the least to score anyone, {} are asked for",
            counted(self.have, "voluntary exit"),
            grouped(self.floor),
            grouped(self.need)
        )
    }
}

impl Validation {
    /// How the test was laid out, in words.
    pub fn layout_words(&self) -> String {
        let gap = match self.gap_months {
            0 => String::new(),
            months => format!(" ({} left out before them)", counted(months.into(), "month")),
        };
        format!(
            "Tested on {} to {}: {} of {}, {} before an exit. Each was scored by a model that had \
             seen neither the person ({} parts) nor any outcome of those months{gap}.",
            month_words(&self.months.0),
            month_words(&self.months.1),
            counted(self.rows, "person-month"),
            people(self.people),
            grouped(self.events),
            self.folds
        )
    }
}

impl CalibrationCheck {
    /// What was found and done, in words.
    pub fn words(&self) -> String {
        let figure = |it: &Ranged| match (it.value, it.low, it.high) {
            (Some(value), Some(low), Some(high)) => format!("{value:.2} ({low:.2} to {high:.2})"),
            _ => "cannot be told".to_owned(),
        };
        let found = format!(
            "Checked on {} with {}: slope {} where 1 is right, level {} where 0 is right.",
            counted(self.rows, "tested person-month"),
            counted(self.events, "exit"),
            figure(&self.slope),
            figure(&self.shift)
        );
        if !self.corrected {
            return format!("{found} No correction needed.");
        }
        let after = self.after.map_or_else(String::new, |it| {
            format!(
                " On the same rows, each corrected by what other people say, log loss goes from \
                 {:.4} to {:.4}, and exits seen over exits predicted from {} to {}.",
                self.before.log_loss,
                it.log_loss,
                figure(&self.before.ratio),
                figure(&it.ratio)
            )
        });
        format!(
            "{found} The model was corrected: every line times {:.2}, the start {:+.2}.{after}",
            self.factor, self.added
        )
    }
}

/// What a shape says: where it raises and where it lowers most, where its band is clear of 0.
pub(super) fn finding(steps: &[Step], missing: Option<&Step>) -> String {
    let all: u64 = steps.iter().map(|it| it.rows).sum();
    let clear = steps.iter().filter(|it| is_clear(it)).map(|it| it.rows).sum::<u64>();
    if all == 0 {
        return "No value is known, so this line adds nothing.".to_owned();
    }
    let open = 100.0 * (all - clear) as f64 / all as f64;
    if (clear as f64) < CLEAR_SHARE_MIN * all as f64 {
        return format!(
            "No clear effect: for {open:.0}% of person-months the 90% band holds 0{}.",
            missing_words(missing)
        );
    }
    let raises = run(steps, 1.0).map(|it| part(steps, it, "raises"));
    let lowers = run(steps, -1.0).map(|it| part(steps, it, "lowers"));
    let mut text: Vec<String> = [raises, lowers].into_iter().flatten().collect();
    if open >= 1.0 {
        text.push(format!("For {open:.0}% of person-months the 90% band holds 0."));
    }
    if let Some(it) = missing.filter(|it| is_clear(it)) {
        text.push(format!("A value that is not known adds {}.", points(it.points)));
    }
    text.join(" ")
}

fn missing_words(missing: Option<&Step>) -> String {
    missing.filter(|it| is_clear(it)).map_or(String::new(), |it| {
        format!("; a value that is not known adds {}", points(it.points))
    })
}

/// The clear steps around the summit of one side, first and last.
fn run(steps: &[Step], sign: f64) -> Option<(usize, usize)> {
    let clear = |at: usize| is_clear(&steps[at]) && steps[at].points * sign > 0.0;
    let size = |at: &usize| steps[*at].points * sign;
    let summit =
        (0..steps.len()).filter(|at| clear(*at)).max_by(|a, b| size(a).total_cmp(&size(b)))?;
    let least = size(&summit) * SUMMIT_SHARE;
    let belongs = |at: &usize| clear(*at) && size(at) >= least;
    let first = (0..=summit).rev().take_while(belongs).last()?;
    let last = (summit..steps.len()).take_while(belongs).last()?;
    Some((first, last))
}

/// `From 50 minutes on it raises the score most, by up to 0.82 points (12% of person-months).`
fn part(steps: &[Step], (first, last): (usize, usize), verb: &str) -> String {
    let all: u64 = steps.iter().map(|it| it.rows).sum();
    let rows: u64 = steps[first..=last].iter().map(|it| it.rows).sum();
    let size = steps[first..=last].iter().map(|it| it.points.abs()).fold(0.0, f64::max);
    let place = place(steps, first, last);
    let share = 100.0 * rows as f64 / all as f64;
    let share = if share < 0.5 { "under 1".to_owned() } else { format!("{share:.0}") };
    format!(
        "{place}, this {verb} the score most, by up to {size:.2} points ({share}% of person-months)."
    )
}

fn place(steps: &[Step], first: usize, last: usize) -> String {
    let (from, to) = (steps[first].label.as_str(), steps[last].label.as_str());
    let start = from.split(" to ").next().unwrap_or(from);
    let end = to.rsplit(" to ").next().unwrap_or(to);
    match (first == 0, last + 1 == steps.len()) {
        _ if first == last => format!("At {from}"),
        (true, false) if end.starts_with("under") => format!("At {end}"),
        (true, false) => format!("Up to {end}"),
        (_, true) => format!("From {} on", unit_after(start, to)),
        (false, false) => format!("From {start} to {end}"),
    }
}

/// A range names its unit once, at its end; the start alone needs it back.
fn unit_after(start: &str, last_label: &str) -> String {
    let is_bare = start.bytes().all(|it| it.is_ascii_digit() || it == b'.' || it == b'-');
    let label = last_label.trim_end_matches(" and more");
    match label.split_once(' ') {
        Some((_, unit)) if is_bare && !unit.contains(" to ") => format!("{start} {unit}"),
        _ => start.trim_end_matches(" and more").to_owned(),
    }
}

fn is_clear(it: &Step) -> bool {
    it.low > 0.0 || it.high < 0.0
}

fn points(value: f64) -> String {
    let sign = if value < 0.0 { '−' } else { '+' };
    format!("{sign}{:.2} points", value.abs())
}

fn people(number: u64) -> String {
    if number == 1 { "1 person".to_owned() } else { format!("{} people", grouped(number)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::card::{
        BASE, Calibrated, Contender, Difference, FeatureCard, LOGISTIC, OfficeEvidence,
    };

    fn step(label: &str, points: f64, half: f64, rows: u64) -> Step {
        Step {
            label: label.to_owned(),
            begins: String::new(),
            from: 0.0,
            to: 1.0,
            points,
            low: points - half,
            high: points + half,
            rows,
        }
    }

    #[test]
    fn a_shape_is_told_by_its_summit_and_its_valley() {
        let steps = [
            step("under 40 minutes", -0.31, 0.1, 500),
            step("40 to 44 minutes", 0.05, 0.2, 300),
            step("44 to 50 minutes", 0.7, 0.2, 100),
            step("50 minutes and more", 0.82, 0.2, 100),
        ];
        assert_eq!(
            finding(&steps, None),
            "From 44 minutes on, this raises the score most, by up to 0.82 points (20% of \
             person-months). At under 40 minutes, this lowers the score most, by up to 0.31 points \
             (50% of person-months). For 30% of person-months the 90% band holds 0."
        );
    }

    #[test]
    fn a_flat_shape_is_called_flat() {
        let steps = [step("under 1%", 0.01, 0.05, 10), step("1% and more", -0.02, 0.05, 10)];
        let missing = step("not known", 0.3, 0.1, 4);
        assert_eq!(
            finding(&steps, Some(&missing)),
            "No clear effect: for 100% of person-months the 90% band holds 0; a value that is not \
             known adds +0.30 points."
        );
        assert_eq!(finding(&[], None), "No value is known, so this line adds nothing.");
    }

    #[track_caller]
    fn check(against_base: f64, against_logistic: f64, expected: Verdict, start: &str) {
        let contender = |id: &str, value| Contender {
            id: id.to_owned(),
            against: Difference { value, se: 0.01 },
            ..Contender::default()
        };
        let contenders = vec![contender(LOGISTIC, against_logistic), contender(BASE, against_base)];
        let test = Validation { contenders, ..Validation::default() };
        let (found, words) = verdict(&Card { validation: Some(test), ..Card::default() });
        assert_eq!(found, expected);
        assert!(words.starts_with(start), "{words}");
    }

    #[test]
    fn the_verdict_follows_one_standard_error() {
        check(-0.02, -0.02, Verdict::Supported, "The data support this model");
        check(-0.02, -0.01, Verdict::SimpleIsEnough, "The simple model is enough");
        check(-0.01, -0.02, Verdict::NotSupported, "The data do not support");
        let card = Card { no_validation: Some("Too few months.".to_owned()), ..Card::default() };
        assert_eq!(verdict(&card).1, "This model was not tested. Too few months.");
        let old = Card { validation: Some(Validation::default()), ..Card::default() };
        assert_eq!(verdict(&old).0, Verdict::Untested, "a card of format 1");
    }

    #[test]
    fn the_check_says_what_it_found_and_did() {
        let ranged =
            |value| Ranged { value: Some(value), low: Some(value - 0.1), high: Some(value + 0.1) };
        let it = CalibrationCheck {
            rows: 2000,
            events: 90,
            slope: ranged(0.95),
            shift: ranged(0.0),
            factor: 1.0,
            ..CalibrationCheck::default()
        };
        assert_eq!(
            it.words(),
            "Checked on 2,000 tested person-months with 90 exits: slope 0.95 (0.85 to 1.05) where 1 \
             is right, level 0.00 (-0.10 to 0.10) where 0 is right. No correction needed."
        );
        let after = Some(Calibrated { log_loss: 0.2, slope: ranged(1.0), ratio: ranged(1.0) });
        let it = CalibrationCheck { corrected: true, factor: 0.8, added: -0.1, after, ..it };
        assert!(it.words().contains("every line times 0.80, the start -0.10. On the same rows"));
    }

    #[test]
    fn evidence_is_compared_with_what_is_asked() {
        let card = |have| Card {
            evidence: Evidence { have, floor: 40, need: 900, ..Evidence::default() },
            features: vec![FeatureCard::default(); 18],
            ..Card::default()
        };
        assert!(evidence_words(&card(740)).contains("740 voluntary exits stand behind"));
        assert!(evidence_words(&card(740)).contains("Read the largest lines only"));
        assert!(evidence_words(&card(1900)).contains("enough for its 18 lines"));
        let office = |name: &str, have| OfficeEvidence {
            office: name.to_owned(),
            people: 80,
            have,
            need: 700,
        };
        let offices = vec![office("Northgate", 60), office("Lakes", 55)];
        let it = Evidence { offices, ..Evidence::default() };
        assert_eq!(
            it.local_words(),
            "A model of one office alone would ask for as much there: Northgate has 60 of 700 \
             exits, Lakes has 55 of 700 exits. No office has enough, so they learn together."
        );
        assert_eq!(Evidence::default().local_words(), "");
    }
}
