//! Scores as files: JSON for programs, CSV for spreadsheets. The keys are documented.
//!
//! Never here: files on disk, logging who took them.

use serde_json::{Map, Value, json};

use super::alike::{self, Alike};
use super::csv::line;
use super::people::{List, Row};
use super::person::{Evidence, Scored};
use super::score::{Person, Scores, Term, Verdict};
use super::sentences::{self, GroupSaid, LineSaid};
use super::whatif::Idea;

/// Version of the shape of one person's receipt.
const FORMAT: u32 = 2;

/// Everyone: `as_of`, `model`, `horizon_days`, `people[].{uid, employee_no, probability, low, high,
/// band, not_scored, intercept, terms[].{feature, value, score, low, high, chance, sentence},
/// log_odds, within[].{days, probability, low, high}, clock[], agreed.{bags, top, three}}`.
pub fn scores(it: &Scores) -> Value {
    let people: Vec<Value> =
        it.people.iter().map(|one| Value::Object(person(one, it.horizon_days))).collect();
    let mut all = head(it);
    all.insert("people".to_owned(), Value::Array(people));
    Value::Object(all)
}

/// One person: the keys of a person beside `format`, `as_of`, `model`, `horizon_days`, and what
/// stands behind the score. `docs/explanations.md` lists them.
pub fn receipt(of: &Scores, it: &Person, behind: Option<&Scored>) -> Value {
    let mut all = head(of);
    all.insert("format".to_owned(), json!(FORMAT));
    all.extend(person(it, of.horizon_days));
    let more = [
        ("groups", behind.map_or_else(|| json!([]), |it| groups(&it.sentences))),
        ("counterfactuals", behind.map_or_else(|| json!([]), |it| counterfactuals(&it.lowering))),
        ("similar", behind.map_or(Value::Null, |it| similar(&it.alike, it.horizon_days))),
        ("seal", behind.map_or(Value::Null, |it| seal(&it.evidence))),
    ];
    all.extend(more.map(|(key, value)| (key.to_owned(), value)));
    Value::Object(all)
}

fn groups(all: &[GroupSaid]) -> Value {
    let group = |it: &GroupSaid| {
        let terms: Vec<&str> = it.lines.iter().map(|it| it.term.as_str()).collect();
        json!({
            "group": it.title, "score": it.points, "chance": it.chance, "sentence": it.words,
            "terms": terms,
        })
    };
    all.iter().map(group).collect()
}

fn counterfactuals(all: &[Idea]) -> Value {
    let change = |it: &Idea| {
        let moves: Vec<Value> = it
            .moves
            .iter()
            .map(|it| {
                json!({
                    "feature": it.feature.id, "from": it.from, "to": it.to,
                    "office_median": it.is_median,
                })
            })
            .collect();
        json!({
            "changes": moves, "probability": it.after.chance, "low": it.after.low,
            "high": it.after.high, "band": it.after.band.word(),
            "log_odds": {
                "value": it.effect.log_odds, "low": it.effect.low, "high": it.effect.high,
            },
            "sentence": it.words(),
        })
    };
    all.iter().map(change).collect()
}

fn similar(it: &Alike, horizon_days: i32) -> Value {
    match it {
        Alike::TooFew(situations, people) => json!({
            "situations": situations, "people": people, "left": null, "share": null, "low": null,
            "high": null, "sentence": alike::too_few(*situations, *people),
        }),
        Alike::Group(like) => json!({
            "situations": like.situations, "people": like.people, "left": like.left,
            "share": like.share.value, "low": like.share.low, "high": like.share.high,
            "sentence": like.words(horizon_days),
        }),
    }
}

fn seal(it: &Evidence) -> Value {
    json!({
        "data_to": it.as_of.plus(-1).to_string(), "learned_to": it.learned_to.to_string(),
        "trained_at": it.created_at, "model_hash": it.model_hash, "data_hash": it.data_hash,
    })
}

fn head(it: &Scores) -> Map<String, Value> {
    Map::from_iter([
        ("as_of".to_owned(), json!(it.as_of.to_string())),
        ("model".to_owned(), json!(format!("v{}", it.version))),
        ("horizon_days".to_owned(), json!(it.horizon_days)),
    ])
}

fn person(it: &Person, horizon_days: i32) -> Map<String, Value> {
    let uid = uuid::Uuid::from_bytes(it.uid).to_string();
    let value = match &it.verdict {
        Verdict::Scored { probability, low, high, band, reasons, ahead } => {
            let said = sentences::of_person(reasons, &|it| ahead.chance(it, horizon_days));
            let lines: Vec<&LineSaid> = said.iter().flat_map(|it| &it.lines).collect();
            let term = |it: &Term| {
                let half = sentences::HALF_90 * it.sd;
                let line = lines.iter().find(|line| line.term == it.feature);
                json!({
                    "feature": it.feature, "value": it.value, "score": it.score,
                    "low": it.score - half, "high": it.score + half,
                    "chance": line.map(|it| it.chance), "sentence": line.map(|it| &it.words),
                })
            };
            let terms: Vec<Value> = reasons.terms.iter().map(term).collect();
            json!({
                "uid": uid, "employee_no": it.employee_no, "probability": probability, "low": low,
                "high": high, "band": band.word(), "not_scored": null,
                "intercept": reasons.intercept, "terms": terms, "log_odds": reasons.log_odds,
                "within": ahead.within, "clock": ahead.clock, "agreed": ahead.agreed,
            })
        }
        Verdict::NotScored(why) => json!({
            "uid": uid, "employee_no": it.employee_no, "probability": null, "low": null,
            "high": null, "band": null, "not_scored": why, "intercept": null, "terms": [],
            "log_odds": null, "within": [], "clock": [], "agreed": null,
        }),
    };
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// A list of people as CSV; no cell runs as a formula.
pub fn csv<'a>(of: &List, rows: impl Iterator<Item = &'a Row>) -> String {
    let head = [
        "employee_no",
        "name",
        "office",
        "zone",
        "trade",
        "tenure_days",
        "probability",
        "low",
        "high",
        "level",
        "not_scored",
        "probability_4_weeks_ago",
        "main_reason",
        "as_of",
        "model",
        "horizon_days",
    ];
    let mut text = line(head);
    let (as_of, model) = (of.as_of.to_string(), format!("v{}", of.version));
    let horizon = of.horizon_days.to_string();
    for row in rows {
        let it = &row.person;
        let number = |it: f64| format!("{it:.4}");
        let (probability, low, high, level, why) = match &it.verdict {
            Verdict::Scored { probability, low, high, band, .. } => {
                (number(*probability), number(*low), number(*high), band.word(), "")
            }
            Verdict::NotScored(why) => {
                (String::new(), String::new(), String::new(), "", why.as_str())
            }
        };
        let tenure = row.tenure_days.map_or_else(String::new, |it| it.to_string());
        let before = row.before.map_or_else(String::new, |it| number(it.0));
        let reason = row.main.as_ref().map_or("", |it| it.words.as_str());
        text += &line([
            it.employee_no.as_str(),
            &it.name,
            &it.office,
            &it.zone,
            &it.trade,
            &tenure,
            &probability,
            &low,
            &high,
            level,
            why,
            &before,
            reason,
            &as_of,
            &model,
            &horizon,
        ]);
    }
    text
}

#[cfg(test)]
mod tests {
    use learn::whatif::Effect;

    use super::*;
    use crate::app::score::latest;
    use crate::app::whatif::{Side, Step};
    use crate::app::{fixture, person};
    use crate::domain::risk::Band;
    use crate::feature::by_id;

    /// Every key of a value with its place, list items as `[]`.
    fn keys(of: &Value, at: &str, found: &mut Vec<String>) {
        match of {
            Value::Object(map) => {
                for (key, value) in map {
                    found.push(format!("{at}.{key}"));
                    keys(value, &format!("{at}.{key}"), found);
                }
            }
            Value::Array(items) => {
                for it in items {
                    keys(it, &format!("{at}[]"), found);
                }
            }
            _ => {}
        }
        found.sort();
        found.dedup();
    }

    fn idea() -> Idea {
        let side = |chance| Side { chance, low: chance, high: chance, band: Band::Low };
        let feature = by_id("long_drive_share").expect("a feature");
        let text = "12".to_owned();
        Idea {
            moves: vec![Step { feature, from: 0.34, to: 0.12, text, is_median: true }],
            before: side(0.3),
            after: side(0.2),
            effect: Effect { log_odds: -0.5, sd: 0.1, low: -0.7, high: -0.3 },
        }
    }

    #[test]
    fn the_example_of_the_documents_has_the_keys_of_a_receipt() {
        let page = include_str!("../../docs/explanations.md");
        let example = page.split("```json\n").nth(1).and_then(|it| it.split("```").next());
        let example: Value = serde_json::from_str(example.expect("an example")).expect("JSON");
        let uid = fixture::full().look(latest).expect("scores").people[0].uid;
        let (mut live, _) = fixture::full().look(move |cx| person::receipt(cx, uid)).expect("one");
        live["counterfactuals"] = counterfactuals(&[idea()]);
        let (mut told, mut given) = (Vec::new(), Vec::new());
        keys(&example, "", &mut told);
        keys(&live, "", &mut given);
        assert_eq!(told, given);
        for key in given.iter().filter_map(|it| it.rsplit('.').next()) {
            let key = key.trim_end_matches("[]");
            let named = [format!("`{key}`"), format!("`{key}[]`")];
            assert!(named.iter().any(|it| page.contains(it)), "the table does not name {key}");
        }
    }

    #[test]
    fn a_receipt_without_a_score_has_the_same_keys_and_nothing_in_them() {
        let gone = fixture::full().look(|cx| person::someone_for_tests(cx, true)).expect("one");
        let (it, _) = fixture::full().look(move |cx| person::receipt(cx, gone)).expect("a receipt");
        for key in ["terms", "groups", "counterfactuals"] {
            assert_eq!(it[key], json!([]), "{key}");
        }
        for key in ["probability", "intercept", "similar", "seal"] {
            assert!(it.as_object().expect("an object").contains_key(key) && it[key].is_null());
        }
    }
}
