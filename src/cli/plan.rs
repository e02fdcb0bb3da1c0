//! `crewkeep plan`: who is short, where, from when, and by when to post.

use clap::Args;
use serde_json::{Value, json};

use super::{Global, out};
use crate::app::plan::{self, Ask, Band, NeedDate, Opening, Plan, Scenario};
use crate::app::scope::Scope;
use crate::app::{Cx, Error, Result};
use crate::domain::calendar::Day;
use crate::domain::told::Kind;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Zone or office, by its name [default: everyone]
    #[arg(long, value_name = "NAME")]
    zone: Option<String>,
    /// Plan as it would have been made at the end of this day [default: the end of the data]
    #[arg(long, value_name = "YYYY-MM-DD")]
    as_of: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(global: &Global, arguments: &Arguments) -> Result<()> {
    let as_of = arguments.as_of.as_deref().map(day).transpose()?;
    let zone = arguments.zone.clone();
    let office = global.attach()?;
    let plan = office.look(move |cx| {
        let ask = Ask { place: place(cx, zone.as_deref())?, scenario: Scenario::default() };
        match as_of {
            Some(last) => plan::plan_as_of(cx, &ask, last),
            None => plan::plan(cx, &ask),
        }
    })?;
    if arguments.json {
        out(&json_of(&plan).to_string());
    } else {
        out(&text(&plan).join("\n"));
    }
    Ok(())
}

fn day(text: &str) -> Result<Day> {
    Day::parse(text).ok_or_else(|| {
        Error::told(Kind::Invalid, format!("`{text}` is no day."), "Write it as 2026-03-01.")
    })
}

fn place(cx: &Cx<'_>, name: Option<&str>) -> Result<Option<[u8; 16]>> {
    let Some(name) = name else { return Ok(None) };
    let scope = Scope::read(cx, None)?;
    let wanted = name.trim().to_lowercase();
    let fits = |it: &str| {
        let it = it.to_lowercase();
        it == wanted || it.rsplit(", ").next() == Some(wanted.as_str())
    };
    let mut found = scope.choices.iter().filter(|it| fits(&it.name));
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(Some(one.uid)),
        (Some(_), Some(_)) => Err(Error::told(
            Kind::Invalid,
            format!("More than one office has a zone {name}."),
            "Write it with its office: \"Northgate, Lakes\".",
        )),
        (None, _) => {
            let all: Vec<_> = scope.choices.iter().map(|it| it.name.as_str()).collect();
            Err(Error::told(
                Kind::NotFound,
                format!("There is no zone or office {name}."),
                format!("There are: {}.", all.join("; ")),
            ))
        }
    }
}

fn text(plan: &Plan) -> Vec<String> {
    let mut lines = vec![format!("As of {}. {}", plan.as_of, plan::sentence(plan)), String::new()];
    let head = ["week of", "hours needed (80%)", "hours there (80%)", "short (80%)", "chance"];
    lines.push(format!(
        "{:<10}  {:>22}  {:>22}  {:>18}  {:>6}",
        head[0], head[1], head[2], head[3], head[4]
    ));
    for it in &plan.weeks {
        lines.push(format!(
            "{:<10}  {:>22}  {:>22}  {:>18}  {:>5.0}%",
            it.monday.to_string(),
            band(it.need_hours, 0),
            band(it.have_hours, 0),
            band(it.short, 1),
            100.0 * it.chance_short
        ));
    }
    lines.extend([String::new(), format!("In {} weeks, technicians:", plan.zone_weeks)]);
    for it in &plan.zones {
        lines.push(format!(
            "{:<24} today {:>3}  needed {:>18}  there {:>18}  short {:>18}",
            it.name,
            it.today,
            band(it.need, 1),
            band(it.have, 1),
            band(it.short, 1)
        ));
    }
    lines.extend([String::new(), "Hire-by calendar:".to_owned()]);
    lines.extend(plan.openings.iter().map(opening));
    if plan.openings.is_empty() {
        lines.push("Nobody is likely short within the half year.".to_owned());
    }
    lines.extend([String::new(), exits(plan)]);
    lines.extend(plan.notes.iter().cloned());
    lines
}

fn opening(it: &Opening) -> String {
    let late = if it.late { ", which is past" } else { "" };
    format!(
        "{:<24} {:>2}  post by {}{late}; needed from {} ({}); filling takes {:.0} days at most in 4 \
         of 5 (n={})",
        it.zone,
        it.count,
        it.post_by,
        it.need.mid,
        dates(it.need),
        it.fill_days,
        it.fill_n
    )
}

fn dates(it: NeedDate) -> String {
    match it.high {
        Some(high) => format!("80%: {} to {high}", it.low),
        None => format!("80%: {} or later", it.low),
    }
}

fn exits(plan: &Plan) -> String {
    let months: Vec<_> =
        plan.exits.ahead.iter().map(|it| format!("{} {}", it.month, band(it.exits, 0))).collect();
    let total = plan.exits.total;
    format!(
        "Exits ahead: {:.0} to {:.0} (80%); by month {}.",
        total.low,
        total.high,
        months.join(", ")
    )
}

fn band(it: Band, places: usize) -> String {
    format!("{:.places$} ({:.places$} to {:.places$})", it.mid, it.low, it.high)
}

fn json_of(plan: &Plan) -> Value {
    let weeks: Vec<_> = plan
        .weeks
        .iter()
        .map(|it| {
            json!({
                "monday": it.monday.to_string(),
                "need_hours": band_json(it.need_hours), "have_hours": band_json(it.have_hours),
                "need": band_json(it.need), "have": band_json(it.have),
                "short": band_json(it.short), "chance_short": it.chance_short,
            })
        })
        .collect();
    let zones: Vec<_> = plan
        .zones
        .iter()
        .map(|it| {
            json!({
                "zone": it.name, "today": it.today, "need": band_json(it.need),
                "have": band_json(it.have), "short": band_json(it.short),
            })
        })
        .collect();
    let openings: Vec<_> = plan
        .openings
        .iter()
        .map(|it| {
            json!({
                "zone": it.zone, "count": it.count, "post_by": it.post_by.to_string(),
                "late": it.late, "start": it.start.to_string(), "need": date_json(it.need),
                "fill_days": it.fill_days, "fill_n": it.fill_n,
            })
        })
        .collect();
    let months: Vec<_> = plan
        .exits
        .ahead
        .iter()
        .map(|it| json!({ "month": it.month.to_string(), "exits": band_json(it.exits) }))
        .collect();
    json!({
        "as_of": plan.as_of.to_string(), "place": plan.place, "sentence": plan::sentence(plan),
        "short_from": plan.short_from.map(date_json), "weeks": weeks,
        "zone_weeks": plan.zone_weeks, "zones": zones, "openings": openings,
        "exits": { "total": band_json(plan.exits.total), "months": months,
                   "from_people": plan.exits.from_people },
        "giving": {
            "available_hours": band_json(plan.giving.available_hours),
            "planned_load": plan.giving.planned_load, "n": plan.giving.n,
            "ramp_weeks": plan.giving.ramp_weeks, "ramp_n": plan.giving.ramp_n,
        },
        "demand_model": plan.demand.model, "headcount_gap": plan.headcount_gap,
        "notes": plan.notes,
    })
}

fn band_json(it: Band) -> Value {
    json!({ "low": it.low, "mid": it.mid, "high": it.high })
}

fn date_json(it: NeedDate) -> Value {
    json!({
        "low": it.low.to_string(), "mid": it.mid.to_string(),
        "high": it.high.map(|it| it.to_string()),
    })
}
