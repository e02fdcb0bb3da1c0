//! Second opinions in words: the small tree as rules and as a path, kinds of situations by name.
//!
//! Fixed templates, filled with what was kept at the training. Never here: a score, fitting.

use learn::frame::Value;
use learn::tree::{self, Node, Step, Test, Tree};
use serde::Serialize;

use super::card::{Card, RuleCard, Seen, SegmentsCard, TreeCard};
use super::score::Reasons;
use super::sentences::lower_first;
use crate::domain::count::{counted, grouped};
use crate::feature::{self, FEATURES, Feature, Group, Unit};

/// A feature is named for a kind of situation from so many standard deviations on.
const NAMED_MIN: f64 = 0.5;
/// Features in a name, of different groups.
const NAMED_MAX: usize = 2;
/// Below this silhouette the kinds run into one another.
const APART_MIN: f64 = 0.2;

/// Words for a low and a high value of each feature, as they stand in a name.
const ENDS: &[(&str, &str, &str)] = &[
    ("tenure_months", "new here", "long here"),
    ("months_since_raise", "recent raise", "long since a raise"),
    ("pay_vs_zone_median", "lower pay", "higher pay"),
    ("jobs_per_day", "few jobs a day", "many jobs a day"),
    ("drive_min_per_job", "short drives", "long drives"),
    ("long_drive_share", "few long drives", "many long drives"),
    ("weekend_share", "few weekends", "many weekends"),
    ("on_call_nights", "few on-call nights", "many on-call nights"),
    ("overtime_share", "little overtime", "much overtime"),
    ("booking_balance", "room in the calendar", "full calendar"),
    ("booking_shift", "usual bookings", "unusual bookings"),
    ("first_time_fix_90d", "fewer fixed at once", "more fixed at once"),
    ("recall_rate_90d", "few recalls", "many recalls"),
    ("csat_90d", "lower customer scores", "higher customer scores"),
    ("training_hours_180d", "little training", "much training"),
    ("manager_changes_365d", "same manager", "new managers"),
    ("crew_exits_90d", "steady crew", "exits in the crew"),
    ("schedule_changes_per_week", "steady schedule", "changing schedule"),
];

/// The tree as it is read.
#[derive(Clone, Debug, Serialize)]
pub struct TreeSaid {
    /// Tests on the way to a leaf at most.
    pub depth: u32,
    /// Rows it was fitted on.
    pub rows: u64,
    /// People among them.
    pub people: u64,
    /// Rows followed by an exit within the horizon.
    pub events: u64,
    /// Share of people with the model's level, 0 to 1; absent when nobody could be compared.
    pub agreement: Option<f64>,
    /// People compared.
    pub compared: u64,
    /// Leaves as rules, the likeliest to leave first.
    pub rules: Vec<RuleSaid>,
    /// Every node from the root, the yes side first.
    pub nodes: Vec<NodeSaid>,
}

/// A rule in words.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RuleSaid {
    /// `Drive time 43 minutes or more, weekend share under 28%`.
    pub words: String,
    /// Rows that follow it and what came after.
    #[serde(flatten)]
    pub seen: Seen,
}

/// A node of the drawn tree.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NodeSaid {
    /// Tests on the way to it.
    pub depth: usize,
    /// The last of them in words; `Everyone` at the root.
    pub words: String,
    /// Rows.
    pub rows: u64,
    /// Share followed by an exit within the horizon.
    pub share: f64,
    /// Whether no further test follows.
    pub leaf: bool,
}

/// Kinds of situations as they are read.
#[derive(Clone, Debug, Serialize)]
pub struct SegmentsSaid {
    /// The kinds, the likeliest to leave first.
    pub kinds: Vec<Kind>,
    /// How far apart they are, -1 to 1 (simplified silhouette).
    pub silhouette: f64,
    /// Whether they are far enough apart to be told from one another.
    pub apart: bool,
    /// Rows grouped.
    pub rows: u64,
}

/// One kind of situation.
#[derive(Clone, Debug, Serialize)]
pub struct Kind {
    /// `Long drives, many weekends`.
    pub name: String,
    /// Who is in it.
    #[serde(flatten)]
    pub seen: Seen,
    /// In what it differs most from all rows.
    pub differs: Vec<Differs>,
}

/// One feature in which a kind differs.
#[derive(Clone, Debug, Serialize)]
pub struct Differs {
    /// Feature id.
    pub feature: &'static str,
    /// Its name on pages.
    pub title: &'static str,
    /// Standard deviations from the mean of all rows.
    pub deviations: f64,
    /// Its mean here, as text.
    pub here: String,
    /// Its mean over all rows, as text.
    pub usual: String,
}

/// A test in words: `Drive time under 43 minutes`, `Weekend share 28% or more, or not known`.
/// Without a threshold it asks whether there is a value at all.
pub fn test_words(feature: &str, below: Option<f64>, yes: bool, with_missing: bool) -> String {
    let known = feature::by_id(feature);
    let title = known.map_or(feature, |it| it.title);
    let Some(threshold) = below else {
        return format!("{title} {}", if yes { "known" } else { "not known" });
    };
    let end = known.map_or_else(|| threshold.to_string(), |it| end_words(it, threshold));
    let text = if yes { format!("{title} under {end}") } else { format!("{title} {end} or more") };
    if with_missing { format!("{text}, or not known") } else { text }
}

/// A threshold as shown; where only whole numbers occur, the next one.
fn end_words(feature: &Feature, threshold: f64) -> String {
    match feature.unit {
        Unit::Changes | Unit::People => feature.show(threshold.ceil()),
        _ => feature.show(threshold),
    }
}

/// Tests of a rule as one phrase; of a tree without tests, everyone.
fn joined(tests: &[String]) -> String {
    let mut words = String::new();
    for it in tests {
        if words.is_empty() {
            words.push_str(it);
        } else {
            words.push_str(", ");
            words.push_str(&lower_first(it));
        }
    }
    if words.is_empty() { "Everyone".to_owned() } else { words }
}

/// The tree of a card; none in cards of before.
pub fn tree(card: &Card) -> Option<TreeSaid> {
    let it = card.tree.as_ref()?;
    let rule = |rule: &RuleCard| RuleSaid { words: joined(&rule.tests), seen: rule.seen };
    let nodes = tree::from_json(&it.artifact).map(|tree| nodes(&tree)).unwrap_or_default();
    Some(TreeSaid {
        depth: it.depth,
        rows: it.rows,
        people: it.people,
        events: it.events,
        agreement: it.agreement.map(|it| it.share()),
        compared: it.agreement.map_or(0, |it| it.people),
        rules: it.rules.iter().map(rule).collect(),
        nodes,
    })
}

fn nodes(tree: &Tree) -> Vec<NodeSaid> {
    let all = tree.nodes();
    let mut said = Vec::with_capacity(all.len());
    let mut waiting = vec![0];
    while let Some(at) = waiting.pop() {
        let Some(node) = all.get(at) else { continue };
        said.push(NodeSaid {
            depth: node.depth,
            words: last_test(tree, at, node).unwrap_or_else(|| "Everyone".to_owned()),
            rows: node.count(),
            share: node.share(),
            leaf: node.split.is_none(),
        });
        if let Some(split) = &node.split {
            waiting.extend([split.no, split.yes]);
        }
    }
    said
}

fn last_test(tree: &Tree, at: usize, node: &Node) -> Option<String> {
    let parent = node.parent?;
    let split = tree.nodes().get(parent)?.split.as_ref()?;
    let feature = tree.feature(split.feature);
    Some(words(&Step { node: parent, feature, split, yes: split.yes == at }))
}

/// A test and its answer in the office's words.
pub fn words(step: &Step<'_>) -> String {
    let below = match step.split.test {
        Test::Below(threshold) => Some(threshold),
        Test::OneOf(_) | Test::Known => None,
    };
    let with_missing = step.split.missing_rows > 0 && step.split.missing == step.yes;
    test_words(step.feature, below, step.yes, with_missing)
}

/// Where a person ends in the tree, in words; none without a tree.
pub fn of_person(card: &Card, reasons: &Reasons) -> Option<String> {
    let TreeCard { rules, artifact, .. } = card.tree.as_ref()?;
    let tree = tree::from_json(artifact).ok()?;
    let value = |it: &&Feature| {
        let own = reasons.terms.iter().find(|term| term.feature == it.id);
        own.and_then(|it| it.value).map_or(Value::Missing, Value::Number)
    };
    let cells: Vec<Value<'_>> = FEATURES.iter().map(value).collect();
    let leaf = tree.leaf(&cells).ok()?;
    let rule = rules.iter().find(|it| it.node as usize == leaf)?;
    Some(format!(
        "Second opinion, a small tree: {}: {} left within {} days ({}).",
        lower_first(&joined(&rule.tests)),
        percent(rule.seen.share),
        card.horizon_days,
        interval_words(&rule.seen)
    ))
}

/// `20 to 33, n 168 of 41 people`.
pub fn interval_words(it: &Seen) -> String {
    let people = counted_people(it.people);
    format!("{:.0} to {:.0}, n {} of {people}", 100.0 * it.low, 100.0 * it.high, grouped(it.rows))
}

fn percent(share: f64) -> String {
    format!("{:.0}%", 100.0 * share)
}

/// The kinds of situations of a card; none in cards of before.
pub fn segments(card: &Card) -> Option<SegmentsSaid> {
    let it = card.segments.as_ref()?;
    let mut kinds: Vec<Kind> = Vec::with_capacity(it.segments.len());
    for at in 0..it.segments.len() {
        let differs = differs(card, it, at);
        let mut name = name(&differs, NAMED_MAX);
        if kinds.iter().any(|it| it.name == name) {
            name = self::name(&differs, NAMED_MAX + 1);
        }
        if kinds.iter().any(|it| it.name == name) {
            name = format!("{name} ({})", at + 1);
        }
        kinds.push(Kind { name, seen: it.segments[at].seen, differs });
    }
    let apart = it.silhouette >= APART_MIN;
    Some(SegmentsSaid { kinds, silhouette: it.silhouette, apart, rows: it.rows })
}

/// The features in which a kind differs, one of each group, most first.
fn differs(card: &Card, all: &SegmentsCard, at: usize) -> Vec<Differs> {
    let own = &all.segments[at];
    let mut order: Vec<usize> = (0..own.centre.len().min(all.features.len())).collect();
    order.sort_by(|a, b| own.centre[*b].abs().total_cmp(&own.centre[*a].abs()).then(a.cmp(b)));
    let (mut found, mut groups): (Vec<Differs>, Vec<Group>) = (Vec::new(), Vec::new());
    for place in order {
        let Some(feature) = feature::by_id(&all.features[place]) else { continue };
        if own.centre[place].abs() < NAMED_MIN || groups.contains(&feature.group) {
            continue;
        }
        groups.push(feature.group);
        let usual = card.features.iter().find(|it| it.id == feature.id).map(|it| it.mean);
        let show = |it: Option<f64>| it.map_or("not known".to_owned(), |it| feature.show(it));
        found.push(Differs {
            feature: feature.id,
            title: feature.title,
            deviations: own.centre[place],
            here: show(own.means.get(place).copied().flatten()),
            usual: show(usual),
        });
        if found.len() > NAMED_MAX {
            break;
        }
    }
    found
}

/// `Long drives, many weekends`.
fn name(differs: &[Differs], most: usize) -> String {
    let word = |it: &Differs| {
        let (_, low, high) = ENDS.iter().find(|ends| ends.0 == it.feature)?;
        Some(if it.deviations < 0.0 { *low } else { *high })
    };
    let words: Vec<&str> = differs.iter().take(most).filter_map(word).collect();
    if words.is_empty() {
        return "Near the average".to_owned();
    }
    let text = words.join(", ");
    text[..1].to_uppercase() + &text[1..]
}

impl TreeSaid {
    /// How far it goes and how often it says what the model says.
    pub fn words(&self) -> String {
        let agrees = self.agreement.map_or_else(String::new, |it| {
            format!(
                " It gives the model's level to {} of {} at work in the last month.",
                percent(it),
                counted_people(self.compared)
            )
        });
        format!(
            "{} of at most {} tests, found on {} of {}, {} followed by an exit.{agrees}",
            counted(self.rules.len() as u64, "rule"),
            self.depth,
            counted(self.rows, "person-month"),
            counted_people(self.people),
            grouped(self.events)
        )
    }
}

impl SegmentsSaid {
    /// What the kinds rest on.
    pub fn words(&self) -> String {
        let end = if self.apart {
            "The kinds stand apart"
        } else {
            "The kinds run into one another: read them as directions, not as groups of people"
        };
        format!(
            "{} of situations among {}, found without looking at who left. {end} (silhouette {:.2}).",
            counted(self.kinds.len() as u64, "kind"),
            counted(self.rows, "person-month"),
            self.silhouette
        )
    }
}

fn counted_people(number: u64) -> String {
    if number == 1 { "1 person".to_owned() } else { format!("{} people", grouped(number)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::card::{FeatureCard, SegmentCard};

    #[test]
    fn every_feature_has_a_word_for_each_end() {
        let named: Vec<&str> = ENDS.iter().map(|it| it.0).collect();
        let features: Vec<&str> = FEATURES.iter().map(|it| it.id).collect();
        assert_eq!(named, features);
    }

    #[test]
    fn tests_are_told_with_their_unit() {
        let check = |id, below, yes, missing, expected| {
            assert_eq!(test_words(id, below, yes, missing), expected);
        };
        check("weekend_share", Some(0.28), false, false, "Weekend share 28% or more");
        check("weekend_share", Some(0.28), true, true, "Weekend share under 28%, or not known");
        check("crew_exits_90d", Some(0.5), true, false, "Crew exits under 1 person");
        check("crew_exits_90d", Some(1.0), false, false, "Crew exits 1 person or more");
        check("csat_90d", None, false, false, "Customer score not known");
        let tests = ["Drive time 43 minutes or more", "Weekend share under 28%"];
        assert_eq!(
            joined(&tests.map(str::to_owned)),
            "Drive time 43 minutes or more, weekend share under 28%"
        );
        assert_eq!(joined(&[]), "Everyone");
    }

    fn card(centres: &[&[(&str, f64)]]) -> Card {
        let features: Vec<String> = FEATURES.iter().map(|it| it.id.to_owned()).collect();
        let segment = |of: &&[(&str, f64)]| {
            let at = |id: &String| of.iter().find(|it| it.0 == id).map_or(0.0, |it| it.1);
            let centre: Vec<f64> = features.iter().map(at).collect();
            let means = centre.iter().map(|it| Some(it.abs())).collect();
            SegmentCard { centre, means, ..SegmentCard::default() }
        };
        let mean =
            |id: &String| FeatureCard { id: id.clone(), mean: 0.2, ..FeatureCard::default() };
        let segments = centres.iter().map(segment).collect();
        Card {
            features: features.iter().map(mean).collect(),
            segments: Some(SegmentsCard {
                silhouette: 0.12,
                rows: 900,
                features: features.clone(),
                segments,
            }),
            ..Card::default()
        }
    }

    #[test]
    fn kinds_are_named_by_what_differs_most_one_word_a_group() {
        let card = card(&[
            &[("drive_min_per_job", 1.4), ("long_drive_share", 1.3), ("weekend_share", 0.9)],
            &[("drive_min_per_job", 1.1), ("weekend_share", 0.7), ("tenure_months", -0.6)],
            &[("tenure_months", 0.4)],
        ]);
        let said = segments(&card).expect("kinds");
        let names: Vec<&str> = said.kinds.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(
            names,
            [
                "Long drives, many weekends",
                "Long drives, many weekends, new here",
                "Near the average"
            ]
        );
        let first = &said.kinds[0].differs[1];
        assert_eq!((first.title, first.usual.as_str()), ("Weekend share", "20%"));
        assert!(said.words().contains("run into one another"), "{}", said.words());
        assert!(segments(&Card::default()).is_none() && tree(&Card::default()).is_none());
    }

    #[test]
    fn a_damaged_tree_is_left_out_and_never_a_panic() {
        let kept = TreeCard { artifact: "{}".to_owned(), ..TreeCard::default() };
        let card = Card { tree: Some(kept), ..Card::default() };
        assert!(tree(&card).is_some_and(|it| it.nodes.is_empty()));
        let reasons = Reasons { intercept: 0.0, terms: Vec::new(), log_odds: 0.0 };
        assert_eq!(of_person(&card, &reasons), None);
    }
}
