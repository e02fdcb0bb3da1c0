//! `crewkeep predict`: everyone's chance of leaving, with the reasons that add up to it.

use clap::Args;
use serde_json::{Value, json};

use super::{Global, out};
use crate::app::Result;
use crate::app::progress::Silent;
use crate::app::score::{self, Person, Scores, Verdict};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Print JSON, with every term of every score
    #[arg(long)]
    json: bool,
}

pub(super) fn run(global: &Global, arguments: &Arguments) -> Result<()> {
    let office = global.attach()?;
    score::score(&office, &Silent)?;
    let scores = office.look(score::latest)?;
    if arguments.json {
        out(&to_json(&scores).to_string());
        return Ok(());
    }
    out(&format!(
        "As of {}, model v{}, chance of leaving within {} days:",
        scores.as_of, scores.version, scores.horizon_days
    ));
    for person in &scores.people {
        out(&line(person));
    }
    Ok(())
}

fn line(person: &Person) -> String {
    let who = format!("{:<10} {:<24}", person.employee_no, person.name);
    match &person.verdict {
        Verdict::Scored { probability, low, high, band, reasons } => {
            let most = reasons.strongest(true).map_or("", |it| it.feature.as_str());
            format!(
                "{who} {:>5.1}% ({:.1} to {:.1}%)  {:<6}  {most}",
                100.0 * probability,
                100.0 * low,
                100.0 * high,
                band.word()
            )
        }
        Verdict::NotScored(why) => format!("{who} not scored: {why}"),
    }
}

/// The documented keys: `as_of`, `model`, `people[].{uid, employee_no, probability, low, high, band,
/// not_scored, intercept, terms[].{feature, value, score}, log_odds}`.
fn to_json(scores: &Scores) -> Value {
    let people: Vec<Value> = scores.people.iter().map(person).collect();
    json!({
        "as_of": scores.as_of.to_string(),
        "model": format!("v{}", scores.version),
        "horizon_days": scores.horizon_days,
        "people": people,
    })
}

fn person(it: &Person) -> Value {
    let uid = uuid::Uuid::from_bytes(it.uid).to_string();
    match &it.verdict {
        Verdict::Scored { probability, low, high, band, reasons } => {
            let terms: Vec<Value> = reasons
                .terms
                .iter()
                .map(|it| json!({ "feature": it.feature, "value": it.value, "score": it.score }))
                .collect();
            json!({
                "uid": uid, "employee_no": it.employee_no, "probability": probability, "low": low,
                "high": high, "band": band.word(), "not_scored": null,
                "intercept": reasons.intercept, "terms": terms, "log_odds": reasons.log_odds,
            })
        }
        Verdict::NotScored(why) => json!({
            "uid": uid, "employee_no": it.employee_no, "probability": null, "low": null,
            "high": null, "band": null, "not_scored": why, "intercept": null, "terms": [],
            "log_odds": null,
        }),
    }
}
