//! Forecasts as they are kept, and one made again from what was kept of it.
//!
//! Never here: reading facts, except to say whether they have changed since.

use learn::progress::Flow;
use learn::series::{self, Options, Outlook, Past};
use serde::Serialize;

use super::{Cx, Error, Result, material};
use crate::app::registry;
use crate::metric::Where;
use crate::metric::series as known;
use crate::store::forecasts::ForecastRow;

/// Version of the program that makes forecasts.
pub(super) const CODE_VERSION: &str = env!("CARGO_PKG_VERSION");

/// What came of making a kept forecast again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replayed {
    /// Byte for byte the same.
    Same,
    /// What is kept is not what its hash says.
    Changed,
    /// Made again from the kept values it comes out differently.
    Differs,
    /// Another version of the program made it; only its hash was checked.
    OtherVersion,
    /// It cannot be read.
    Unreadable,
}

pub(super) fn json<T: Serialize>(it: &T) -> Result<String> {
    serde_json::to_string(it).map_err(|error| Error::broken("write down a forecast", error))
}

pub(super) fn hash(text: &str) -> String {
    registry::hash(text.as_bytes())
}

pub(super) fn outlook(row: &ForecastRow) -> Result<Outlook> {
    serde_json::from_str(&row.outlook).map_err(|error| Error::broken("read a kept forecast", error))
}

/// Makes a kept forecast again from its kept values; with `compute` false only its hash is checked.
pub fn replay(row: &ForecastRow, compute: bool) -> Replayed {
    if hash(&row.outlook) != row.outlook_hash {
        return Replayed::Changed;
    }
    if row.code_version != CODE_VERSION {
        return Replayed::OtherVersion;
    }
    if !compute {
        return Replayed::Same;
    }
    let Ok(past) = serde_json::from_str::<Past>(&row.past) else { return Replayed::Unreadable };
    let Ok(choice) = super::choice(&row.question.choice) else { return Replayed::Unreadable };
    let ahead = row.question.ahead as usize;
    let Ok(series) = known::find(&row.question.series) else { return Replayed::Unreadable };
    let holidays = material::holidays(series, &past, ahead);
    if material::hash_of(series, &past, &holidays) != row.data_hash {
        return Replayed::Changed;
    }
    let options = Options { ahead, choice, holidays, seed: row.question.seed };
    let again = series::forecast(&past, &options, &|_, _| Flow::Continue);
    match again.ok().and_then(|it| json(&it).ok()) {
        Some(text) if text == row.outlook => Replayed::Same,
        _ => Replayed::Differs,
    }
}

/// Whether the facts up to a kept forecast's day are no longer those it was made from.
pub(in crate::app) fn has_changed(cx: &Cx<'_>, row: &ForecastRow) -> Result<bool> {
    let asked = &row.question;
    let series = known::find(&asked.series)?;
    let step = super::step(&asked.step)?;
    let at = Where { office: asked.office_id, zone: asked.zone_id };
    let appliance = Some(asked.appliance.as_str()).filter(|it| !it.is_empty());
    let past = known::past(cx.read, series, step, at, appliance, row.as_of)?;
    let holidays = material::holidays(series, &past, asked.ahead as usize);
    Ok(material::hash_of(series, &past, &holidays) != row.data_hash)
}
