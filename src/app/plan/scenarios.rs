//! Scenarios: kept under a name, and compared with doing nothing.
//!
//! Never here: what a scenario does to a plan (see `ready`).

use serde::{Deserialize, Serialize};

use super::shape::{Ask, Band, NeedDate, Plan, Scenario};
use super::{ZONE_WEEKS, plan};
use crate::app::audit::{self, ACTOR, Act};
use crate::app::runs::Uid;
use crate::app::{Cx, Error, Office, Result};
use crate::domain::calendar::Day;
use crate::domain::told::Kind;
use crate::store::scenarios::{self, ScenarioRow};

/// Longest name.
const NAME_MAX: usize = 60;
/// Most people one entry may hire.
const HIRES_MAX: u32 = 500;

/// A scenario that is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Saved {
    /// Its identity.
    pub uid: Uid,
    /// What would be different.
    pub scenario: Scenario,
    /// Who kept it.
    pub made_by: String,
    /// When it was last changed, UTC seconds.
    pub updated_at: i64,
}

/// One scenario's figures; the same for all, so that they can stand side by side.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// Its identity; none for "as things are".
    pub uid: Option<Uid>,
    /// What is different.
    pub scenario: Scenario,
    /// Technicians short in 13 weeks.
    pub short_13: Band,
    /// Technicians short in 26 weeks.
    pub short_26: Band,
    /// From when somebody is likely short; none when not within the horizon.
    pub short_from: Option<NeedDate>,
    /// Exits over the months ahead.
    pub exits: Band,
    /// People to post for, over all openings.
    pub openings: u32,
    /// Hours asked for in 13 weeks.
    pub need_hours: Band,
}

/// The stored form.
#[derive(Debug, Serialize, Deserialize)]
struct Body {
    hires: Vec<Hire>,
    demand_factor: f64,
    drive_cap_min: Option<f64>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Hire {
    day: String,
    count: u32,
    zone: Option<Uid>,
}

/// Keeps a scenario under its name, in place of one of that name.
///
/// # Errors
/// `Invalid` without a name, or with a number that means nothing.
pub async fn save(office: &Office, scenario: &Scenario) -> Result<Uid> {
    let scenario = checked(scenario)?;
    let body = Body {
        hires: scenario
            .hires
            .iter()
            .map(|(day, count, zone)| Hire { day: day.to_string(), count: *count, zone: *zone })
            .collect(),
        demand_factor: scenario.demand_factor,
        drive_cap_min: scenario.drive_cap_min,
    };
    let body = serde_json::to_string(&body)
        .map_err(|error| Error::broken("write down a scenario", error))?;
    let name = scenario.name;
    office
        .store
        .write_async(move |tx| -> Result<Uid> {
            if scenarios::others(tx, &name)? >= scenarios::SCENARIOS_MAX {
                return Err(invalid("There are fifty scenarios already.", "Delete one first."));
            }
            let uid = scenarios::put(tx, &name, &body, ACTOR)?;
            audit::note(tx, ACTOR, Act::ScenarioSaved(name, body))?;
            Ok(uid)
        })
        .await
}

/// Removes a scenario.
///
/// # Errors
/// `NotFound` when there is none of this identity.
pub async fn delete(office: &Office, uid: Uid) -> Result<()> {
    office
        .store
        .write_async(move |tx| -> Result<()> {
            let name = scenarios::delete(tx, uid)?.ok_or_else(|| {
                let hint = "It may have been deleted already.";
                Error::told(Kind::NotFound, "There is no such scenario.", hint)
            })?;
            audit::note(tx, ACTOR, Act::ScenarioDeleted(name))
        })
        .await
}

/// Every kept scenario, by name.
pub fn list(cx: &Cx<'_>) -> Result<Vec<Saved>> {
    scenarios::list(cx.read)?.into_iter().map(saved).collect()
}

/// As things are, then every kept scenario, at a place.
///
/// # Errors
/// Those of [`plan`].
pub fn compare(cx: &Cx<'_>, place: Option<Uid>) -> Result<Vec<Compared>> {
    let bare = plan(cx, &Ask { place, scenario: Scenario::default() })?;
    let mut all = vec![compared(None, &bare)];
    for it in list(cx)? {
        let with = plan(cx, &Ask { place, scenario: it.scenario })?;
        all.push(compared(Some(it.uid), &with));
    }
    Ok(all)
}

fn compared(uid: Option<Uid>, plan: &Plan) -> Compared {
    let at = |weeks: usize| plan.weeks.get(weeks - 1);
    Compared {
        uid,
        scenario: plan.scenario.clone(),
        short_13: at(ZONE_WEEKS).map(|it| it.short).unwrap_or_default(),
        short_26: plan.weeks.last().map(|it| it.short).unwrap_or_default(),
        short_from: plan.short_from,
        exits: plan.exits.total,
        openings: plan.openings.iter().map(|it| it.count).sum(),
        need_hours: at(ZONE_WEEKS).map(|it| it.need_hours).unwrap_or_default(),
    }
}

fn saved(row: ScenarioRow) -> Result<Saved> {
    let broken = |error| Error::broken(format!("read the scenario {}", row.name), error);
    let body: Body = serde_json::from_str(&row.body).map_err(broken)?;
    let hire = |it: Hire| Some((Day::parse(&it.day)?, it.count, it.zone));
    Ok(Saved {
        uid: row.uid,
        scenario: Scenario {
            name: row.name,
            hires: body.hires.into_iter().filter_map(hire).collect(),
            demand_factor: body.demand_factor,
            drive_cap_min: body.drive_cap_min,
        },
        made_by: row.made_by,
        updated_at: row.updated_at,
    })
}

fn checked(scenario: &Scenario) -> Result<Scenario> {
    let mut scenario = scenario.clone();
    scenario.name = scenario.name.trim().to_owned();
    let factor = scenario.demand_factor;
    if scenario.name.is_empty() || scenario.name.chars().count() > NAME_MAX {
        let hint = format!("Give it one of at most {NAME_MAX} letters.");
        return Err(invalid("A scenario needs a name.", &hint));
    }
    if !factor.is_finite() || (factor != 0.0 && !(0.5..=2.0).contains(&factor)) {
        return Err(invalid("Demand can be halved or doubled at most.", "5% more is 1.05."));
    }
    if scenario.drive_cap_min.is_some_and(|it| !(5.0..=240.0).contains(&it)) {
        return Err(invalid(
            "A drive cap lies between 5 and 240 minutes.",
            "Leave it out for none.",
        ));
    }
    if scenario.hires.iter().any(|it| it.1 > HIRES_MAX) {
        return Err(invalid("A scenario hires at most 500 people at a time.", "Enter fewer."));
    }
    Ok(scenario)
}

fn invalid(message: &str, hint: &str) -> Error {
    Error::told(Kind::Invalid, message, hint)
}
