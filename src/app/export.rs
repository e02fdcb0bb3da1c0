//! Scores as files: JSON for programs, CSV for spreadsheets. The keys are documented.
//!
//! Never here: files on disk, logging who took them.

use serde_json::{Map, Value, json};

use super::csv::line;
use super::people::{List, Row};
use super::score::{Person, Scores, Verdict};

/// Everyone: `as_of`, `model`, `horizon_days`, `people[].{uid, employee_no, probability, low, high,
/// band, not_scored, intercept, terms[].{feature, value, score}, log_odds, within[].{days,
/// probability, low, high}, clock[], agreed.{bags, top, three}}`.
pub fn scores(it: &Scores) -> Value {
    let people: Vec<Value> = it.people.iter().map(|it| Value::Object(person(it))).collect();
    let mut all = head(it);
    all.insert("people".to_owned(), Value::Array(people));
    Value::Object(all)
}

/// One person: the keys of a person beside `as_of`, `model`, `horizon_days`.
pub fn receipt(of: &Scores, it: &Person) -> Value {
    let mut all = head(of);
    all.extend(person(it));
    Value::Object(all)
}

fn head(it: &Scores) -> Map<String, Value> {
    Map::from_iter([
        ("as_of".to_owned(), json!(it.as_of.to_string())),
        ("model".to_owned(), json!(format!("v{}", it.version))),
        ("horizon_days".to_owned(), json!(it.horizon_days)),
    ])
}

fn person(it: &Person) -> Map<String, Value> {
    let uid = uuid::Uuid::from_bytes(it.uid).to_string();
    let value = match &it.verdict {
        Verdict::Scored { probability, low, high, band, reasons, ahead } => {
            let terms: Vec<Value> = reasons
                .terms
                .iter()
                .map(|it| json!({ "feature": it.feature, "value": it.value, "score": it.score }))
                .collect();
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
