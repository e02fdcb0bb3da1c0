//! A score in plain sentences: fixed templates, filled with what the model said.
//!
//! Points in a hundred are the chance with a line minus the chance without it, at this person's own
//! level. Never here: a word stronger than its number, a cause, a judgement of the person.

use super::card::Card;
use super::score::{Reasons, Term};
use crate::domain::count::counted;
use crate::feature::{self, Feature, Group};

/// Smaller effects round to 0.00 and are called none.
const NOTHING: f64 = 0.005;
/// Half of a 90% range in standard errors.
pub const HALF_90: f64 = 1.645;
/// Between the features of a term of two.
const CROSS: &str = " x ";

/// Reasons of one group in words.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupSaid {
    /// `Travel`.
    pub title: &'static str,
    /// What its lines add to the log-odds together.
    pub points: f64,
    /// The chance with the group minus the chance without it, 0 to 1.
    pub chance: f64,
    /// The sentence.
    pub words: String,
    /// Its lines, largest first.
    pub lines: Vec<LineSaid>,
}

/// One reason in words.
#[derive(Clone, Debug, PartialEq)]
pub struct LineSaid {
    /// The term: a feature, or features joined by ` x `.
    pub term: String,
    /// What it adds to the log-odds.
    pub points: f64,
    /// Half of its 90% range.
    pub half: f64,
    /// The chance with it minus the chance without it, 0 to 1.
    pub chance: f64,
    /// The sentence.
    pub words: String,
}

/// Every reason of a person, by group in the receipt's order. `chance` turns log-odds into a chance.
pub fn of_person(reasons: &Reasons, chance: &dyn Fn(f64) -> f64) -> Vec<GroupSaid> {
    let without = |points: f64| chance(reasons.log_odds) - chance(reasons.log_odds - points);
    let group = |group: Group| {
        let terms = reasons.terms.iter().filter(|it| group_of(it) == Some(group));
        let mut lines: Vec<LineSaid> = terms.map(|it| line(it, reasons, &without)).collect();
        if lines.is_empty() {
            return None;
        }
        lines.sort_by(|a, b| b.points.abs().total_cmp(&a.points.abs()));
        let points = lines.iter().map(|it| it.points).sum();
        let chance = without(points);
        let words = group_words(group.title(), points, chance, &lines);
        Some(GroupSaid { title: group.title(), points, chance, words, lines })
    };
    Group::ALL.into_iter().filter_map(group).collect()
}

/// What one feature does everywhere: what its shape says, and how many rows say it.
pub fn of_feature(title: &str, finding: &str, known: u64, missing: u64) -> String {
    let unknown = match missing {
        0 => String::new(),
        rows => format!(", {} without a value", counted(rows, "person-month")),
    };
    format!("{title}. {finding} Over {} with a value{unknown}.", counted(known, "person-month"))
}

/// The features of a term, in its order.
pub fn features_of(term: &str) -> Vec<&'static Feature> {
    term.split(CROSS).filter_map(feature::by_id).collect()
}

/// `Long drives`; of a term of two features `Overtime with on-call nights`.
pub fn title_of(term: &str) -> String {
    let titles = features_of(term).into_iter().map(|it| it.title);
    titles
        .enumerate()
        .map(|(at, it)| if at == 0 { it.to_owned() } else { lower_first(it) })
        .collect::<Vec<_>>()
        .join(" with ")
}

/// The values behind a term in words, beside the office's medians when there is a card.
pub fn values_of(term: &Term, reasons: &Reasons, card: Option<&Card>) -> String {
    let value = |it: &'static Feature| {
        let own = reasons.terms.iter().find(|term| term.feature == it.id);
        let known = card.and_then(|card| card.features.iter().find(|known| known.id == it.id));
        it.say(own.and_then(|it| it.value), known.and_then(|it| it.median))
    };
    features_of(&term.feature).into_iter().map(value).collect::<Vec<_>>().join(" and ")
}

/// A title as it stands inside a sentence.
pub fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        // An abbreviation stays as it is.
        Some(first) if letters.clone().next().is_some_and(char::is_lowercase) => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => text.to_owned(),
    }
}

/// A difference of chances in words, without its sign: `about 9 points in a hundred`.
pub fn in_a_hundred(chance: f64) -> String {
    match (100.0 * chance.abs()).round() as i64 {
        0 => "under 1 point in a hundred".to_owned(),
        1 => "about 1 point in a hundred".to_owned(),
        points => format!("about {points} points in a hundred"),
    }
}

fn group_of(term: &Term) -> Option<Group> {
    features_of(&term.feature).first().map(|it| it.group)
}

fn line(term: &Term, reasons: &Reasons, without: &dyn Fn(f64) -> f64) -> LineSaid {
    let half = HALF_90 * term.sd;
    let chance = without(term.score);
    let title = title_of(&term.feature);
    let open = if term.score.abs() < half { " Its 90% range holds 0." } else { "" };
    let words = format!(
        "{title}, {}, {}.{open}",
        values_of(term, reasons, None),
        effect(is_plural(&title), term.score, chance, "")
    );
    LineSaid { term: term.feature.clone(), points: term.score, half, chance, words }
}

/// `add 0.82 to the log-odds: about 9 points in a hundred here`.
fn effect(plural: bool, points: f64, chance: f64, in_all: &str) -> String {
    let size = points.abs();
    if size < NOTHING {
        let verb = if plural { "make" } else { "makes" };
        return format!("{verb} no difference{in_all} here");
    }
    let much = in_a_hundred(chance);
    if points > 0.0 {
        let verb = if plural { "add" } else { "adds" };
        return format!("{verb} {size:.2} to the log-odds{in_all}: {much} here");
    }
    let verb = if plural { "take" } else { "takes" };
    format!("{verb} {size:.2} off the log-odds{in_all}: {much} less here")
}

fn group_words(title: &str, points: f64, chance: f64, lines: &[LineSaid]) -> String {
    let most = lines.iter().find(|it| it.points * points > 0.0);
    let mostly = match most.filter(|_| lines.len() > 1 && points.abs() >= NOTHING) {
        Some(most) => format!(", most of it from {}", lower_first(&title_of(&most.term))),
        None => String::new(),
    };
    format!("{title} {}{mostly}.", effect(false, points, chance, " in all"))
}

/// Whether a title takes a verb without s: `Long drives`, `Jobs a day`; not `Time since raise`.
fn is_plural(title: &str) -> bool {
    let own = title.split(" with ").next().unwrap_or(title);
    own.split(' ').any(|word| word.ends_with('s') && !word.ends_with("ss"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use learn::math::sigmoid;

    use crate::feature::FEATURES;

    fn term(feature: &str, value: Option<f64>, score: f64, sd: f64) -> Term {
        Term { feature: feature.to_owned(), value, score, sd }
    }

    fn said(terms: Vec<Term>) -> Vec<GroupSaid> {
        let log_odds = -2.0 + terms.iter().map(|it| it.score).sum::<f64>();
        let reasons = Reasons::new(-2.0, terms, log_odds).expect("they add up");
        of_person(&reasons, &sigmoid)
    }

    #[track_caller]
    fn check(it: Term, expected: &str) {
        assert_eq!(said(vec![it])[0].lines[0].words, expected);
    }

    #[test]
    fn a_line_is_said_with_its_value_its_points_and_its_share_of_the_chance() {
        // 1 / (1 + e^1.18) - 1 / (1 + e^2) is 0.1160.
        check(
            term("long_drive_share", Some(0.34), 0.82, 0.1),
            "Long drives, over 50 minutes on 34% of jobs, add 0.82 to the log-odds: about 12 points \
             in a hundred here.",
        );
        check(
            term("months_since_raise", Some(2.0), -0.31, 0.1),
            "Time since raise, 2 months without a raise, takes 0.31 off the log-odds: about 3 \
             points in a hundred less here.",
        );
        check(
            term("overtime_share", None, 0.02, 0.1),
            "Overtime, no paid time in 60 days, adds 0.02 to the log-odds: under 1 point in a \
             hundred here. Its 90% range holds 0.",
        );
        check(
            term("crew_exits_90d", Some(0.0), 0.001, 0.0),
            "Crew exits, no exits in the crew in 3 months, make no difference here.",
        );
    }

    #[test]
    fn groups_say_what_their_lines_add_up_to() {
        let all = said(vec![
            term("drive_min_per_job", Some(41.0), 0.28, 0.1),
            term("long_drive_share", Some(0.34), 0.82, 0.1),
            term("crew_exits_90d", Some(0.0), -0.2, 0.1),
            term("manager_changes_365d", Some(0.0), 0.2, 0.1),
            term("pay_vs_zone_median", Some(1.1), -0.4, 0.1),
        ]);
        let words: Vec<&str> = all.iter().map(|it| it.words.as_str()).collect();
        assert_eq!(
            words,
            [
                "Travel adds 1.10 to the log-odds in all: about 13 points in a hundred here, most \
                 of it from long drives.",
                "Pay takes 0.40 off the log-odds in all: about 7 points in a hundred less here.",
                "Team makes no difference in all here.",
            ]
        );
        assert!((all[0].points - 1.1).abs() < 1e-12);
        // Chance at -1.3 less chance at -2.4.
        assert!((all[0].chance - (sigmoid(-1.3) - sigmoid(-2.4))).abs() < 1e-12);
        assert_eq!(all[0].lines[0].term, "long_drive_share", "the largest first");
    }

    #[test]
    fn a_term_of_two_features_names_both_and_both_values() {
        let all = said(vec![
            term("overtime_share", Some(0.12), 0.0, 0.0),
            term("on_call_nights", Some(6.0), 0.0, 0.0),
            term("overtime_share x on_call_nights", None, 0.5, 0.1),
        ]);
        assert_eq!(all.len(), 1);
        assert_eq!(
            all[0].lines[0].words,
            "Overtime with on-call nights, overtime in 12% of paid time and 6 nights on call in 4 \
             weeks, adds 0.50 to the log-odds: about 6 points in a hundred here."
        );
    }

    #[test]
    fn what_a_feature_does_everywhere_names_its_rows() {
        assert_eq!(
            of_feature("Overtime", "No clear effect.", 1200, 1),
            "Overtime. No clear effect. Over 1,200 person-months with a value, 1 person-month \
             without a value."
        );
        assert!(of_feature("A", "B.", 1, 0).ends_with("Over 1 person-month with a value."));
    }

    #[test]
    fn every_title_takes_its_verb() {
        let plural: Vec<&str> =
            FEATURES.iter().map(|it| it.title).filter(|it| is_plural(it)).collect();
        assert_eq!(
            plural,
            [
                "Jobs a day",
                "Long drives",
                "On-call nights",
                "Manager changes",
                "Crew exits",
                "Schedule changes"
            ]
        );
    }

    #[test]
    fn no_sentence_is_unkind() {
        for feature in FEATURES {
            for (value, score) in [(Some(0.5), 0.9), (Some(3.0), -0.9), (None, 0.3)] {
                let all = said(vec![term(feature.id, value, score, 0.1)]);
                let words = format!("{} {}", all[0].words, all[0].lines[0].words).to_lowercase();
                for word in
                    ["risk", "problem", "bad", "worst", "poor", "fault", "because", "will leave"]
                {
                    assert!(!words.contains(word), "{word}: {words}");
                }
            }
        }
    }
}
