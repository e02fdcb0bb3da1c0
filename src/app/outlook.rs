//! Forecasts of the office's own series: read the series, forecast it, keep it so that it replays.
//!
//! A page takes what is kept or works out what is cheap ([`view`]); a command and the task work it
//! out and keep it ([`answer`], [`refresh()`]). Never here: how a forecast is made (see
//! `learn::series`), a series' SQL (see `metric::series`), a fact dated after the forecast's day.

mod keep;
mod material;
mod refresh;
#[cfg(test)]
mod tests;
mod words;

pub use learn::series::{
    Backtest, Candidate, Choice, Held, Holiday, Kind, Mark, MarkKind, Options, Outlook, Part, Past,
    Point, Step,
};

pub use crate::domain::fact::TRADES as APPLIANCES;
pub use crate::metric::series::{SERIES, Series, find, format};
pub(in crate::app) use keep::has_changed;
pub use keep::{Replayed, replay};
pub use refresh::{Made, is_behind, refresh};
pub use words::{Dated, period};

use super::progress::{Tell, go_on, stopped};
use super::runs::Uid;
use super::{Cx, Error, Office, Result};
use crate::domain::calendar::Day;
use crate::domain::near;
use crate::domain::told::Kind as Sort;
use crate::store::{forecasts, places};
use learn::progress::Flow;
use material::Material;

/// Periods up to which a page may work a forecast out by itself: five years of months.
const CHEAP_PERIODS: usize = 60;
/// Longest horizon, in periods.
pub const AHEAD_MAX: usize = 366;
/// The one source of randomness of every forecast kept.
pub const SEED: u64 = 42;

/// What to forecast.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
    /// The series.
    pub series: &'static str,
    /// Its step; none for the series' usual one.
    pub step: Option<Step>,
    /// Zone or office; none for everyone.
    pub place: Option<Uid>,
    /// Only this appliance family, one of [`APPLIANCES`].
    pub appliance: Option<String>,
    /// Periods ahead, at most [`AHEAD_MAX`]; 0 for the step's usual horizon.
    pub ahead: usize,
    /// Which method.
    pub choice: Choice,
}

/// A series with its forecast, and everything needed to judge and to show it.
#[derive(Clone, Debug)]
pub struct View {
    /// The series.
    pub series: &'static Series,
    /// Its step.
    pub step: Step,
    /// `all offices`, `Northgate`, `Northgate, Lakes`.
    pub place: String,
    /// Which zone or office; none for everyone.
    pub place_uid: Option<Uid>,
    /// Only this appliance family.
    pub appliance: Option<String>,
    /// The known values.
    pub past: Past,
    /// The forecast.
    pub outlook: Outlook,
    /// The last day whose facts it knows.
    pub as_of: Day,
    /// SHA-256 of the known values and the holidays.
    pub data_hash: String,
    /// Version of the program that made it.
    pub code_version: String,
    /// Milliseconds it took.
    pub fit_ms: f64,
    /// Its identity, when it is kept.
    pub uid: Option<Uid>,
    /// What comes next, in a plain sentence with its band.
    pub sentence: String,
    /// How often the 80% band held before, in a plain sentence; none without a back-test.
    pub held: Option<String>,
    /// Level shifts and odd periods, oldest first, each with its date in the sentence.
    pub marks: Vec<Dated>,
}

impl Ask {
    /// The usual forecast of a series for everyone.
    pub fn of(series: &'static str) -> Self {
        Self {
            series,
            step: None,
            place: None,
            appliance: None,
            ahead: 0,
            choice: Choice::default(),
        }
    }
}

/// The usual horizon of a step: 28 days, 26 weeks, 12 months.
pub fn usual_ahead(step: Step) -> usize {
    match step {
        Step::Day => 28,
        Step::Week => 26,
        Step::Month => 12,
    }
}

/// The known values of a series as of the data's last day: what a chart shows without a forecast.
///
/// # Errors
/// `Told` when there is no such series, step, place or appliance.
pub fn past(cx: &Cx<'_>, ask: &Ask) -> Result<Past> {
    Ok(Material::read(cx, ask)?.past)
}

/// The known values of a series as they stood at the end of a day.
///
/// # Errors
/// As [`past`].
pub(in crate::app) fn past_by(cx: &Cx<'_>, ask: &Ask, last: Day) -> Result<Past> {
    Ok(Material::read_by(cx, ask, last)?.past)
}

/// The forecast of a series as it stood at the end of a day: the kept one if there is one of exactly
/// this, else worked out, once for each revision of the data; none when it cannot be forecast.
///
/// # Errors
/// `Told` when there is no such series or place.
pub(in crate::app) fn known_by(cx: &Cx<'_>, ask: &Ask, last: Day) -> Result<Option<Outlook>> {
    let material = Material::read_by(cx, ask, last)?;
    if material.enough().is_err() {
        return Ok(None);
    }
    if let Some(row) = material.kept(cx)? {
        return Ok(Some(material.view_of_row(&row)?.outlook));
    }
    cx.once(format!("outlook {} {:?}", material.data_hash, material.question), || {
        Ok(Some(material.compute(&|_, _| Flow::Continue)?))
    })
    .map(|it: Option<View>| it.map(|it| it.outlook))
}

/// The forecast for a page: the kept one, or one worked out when that is cheap; none when the task
/// has to make it first.
///
/// # Errors
/// `NotEnough` when the series is too short; `Told` when the question cannot be answered.
pub fn view(cx: &Cx<'_>, ask: &Ask) -> Result<Option<View>> {
    let material = Material::read(cx, ask)?;
    material.enough()?;
    if let Some(row) = material.kept(cx)? {
        return Ok(Some(material.view_of_row(&row)?));
    }
    if material.past.len() > CHEAP_PERIODS {
        return Ok(None);
    }
    cx.once(format!("outlook {} {:?}", material.data_hash, material.question), || {
        Ok(Some(material.compute(&|_, _| Flow::Continue)?))
    })
}

/// The kept forecast, or a new one that is kept.
///
/// # Errors
/// As [`view`]; stopped when `tell` says so.
pub fn answer(office: &Office, ask: &Ask, tell: &dyn Tell) -> Result<View> {
    let asked = ask.clone();
    let (material, row) = office.look(move |cx| {
        let material = Material::read(cx, &asked)?;
        let row = material.kept(cx)?;
        Ok((material, row))
    })?;
    material.enough()?;
    if let Some(row) = row {
        return material.view_of_row(&row);
    }
    let view = material.compute(&|done, of| {
        flow(tell.say(done as u64, of as u64, "Trying methods on the past."))
    })?;
    let row = material.row(&view)?;
    office.store.write(move |tx| forecasts::keep(tx, &row))?;
    Ok(view)
}

/// The place of a zone's or office's name, code-free: `Lakes`, `Northgate, Lakes`, `Northgate`.
///
/// # Errors
/// `NotFound` with the nearest known name; `Invalid` when several zones share the name.
pub fn place(cx: &Cx<'_>, office: Option<&str>, zone: Option<&str>) -> Result<Option<Uid>> {
    let rows = places::list(cx.read)?;
    let same = |a: &str, b: &str| a.trim().eq_ignore_ascii_case(b.trim());
    let offices: Vec<_> = rows.iter().filter(|it| it.zone_id.is_none()).collect();
    let chosen = match office {
        None => None,
        Some(name) => Some(offices.iter().find(|it| same(&it.office, name)).ok_or_else(|| {
            unknown("office", name, &offices.iter().map(|it| it.office.clone()).collect::<Vec<_>>())
        })?),
    };
    let Some(name) = zone else { return Ok(chosen.map(|it| it.uid)) };
    let zones: Vec<_> = rows
        .iter()
        .filter(|it| it.zone_id.is_some())
        .filter(|it| chosen.is_none_or(|office| office.office_id == it.office_id))
        .collect();
    let full = |it: &places::PlaceRow| format!("{}, {}", it.office, it.zone);
    let found: Vec<_> =
        zones.iter().filter(|it| same(&it.zone, name) || same(&full(it), name)).collect();
    match found[..] {
        [one] => Ok(Some(one.uid)),
        [] => {
            Err(unknown("zone", name, &zones.iter().map(|it| it.zone.clone()).collect::<Vec<_>>()))
        }
        _ => Err(Error::told(
            Sort::Invalid,
            format!("{} zones are called {name}.", found.len()),
            format!(
                "Say which: {}.",
                found.iter().map(|it| format!("`{}`", full(it))).collect::<Vec<_>>().join(", ")
            ),
        )),
    }
}

/// The choice of a name, as in `--model`.
///
/// # Errors
/// `Invalid` with the nearest known name.
pub fn choice(name: &str) -> Result<Choice> {
    let found = CHOICES.iter().find(|it| it.0 == name).map(|it| it.1);
    found.ok_or_else(|| {
        let known: Vec<&str> = CHOICES.iter().map(|it| it.0).collect();
        let hint = near::nearest(name, known.iter().copied()).map_or_else(
            || format!("Choose one of: {}.", known.join(", ")),
            |it| format!("Did you mean `{it}`?"),
        );
        Error::told(Sort::Invalid, format!("There is no model `{name}`."), hint)
    })
}

/// The step of a name: `day`, `week`, `month`.
///
/// # Errors
/// `Invalid` for anything else.
pub fn step(name: &str) -> Result<Step> {
    [Step::Day, Step::Week, Step::Month].into_iter().find(|it| it.word() == name).ok_or_else(|| {
        Error::told(Sort::Invalid, format!("`{name}` is no step."), "Choose day, week or month.")
    })
}

/// The appliance family of a name.
///
/// # Errors
/// `Invalid` with the nearest known name.
pub fn appliance(name: &str) -> Result<String> {
    let found = APPLIANCES.iter().find(|it| it.eq_ignore_ascii_case(name.trim()));
    found.map(|it| (*it).to_owned()).ok_or_else(|| {
        let hint = near::nearest(name, APPLIANCES.iter().copied()).map_or_else(
            || format!("Choose one of: {}.", APPLIANCES.join(", ")),
            |it| format!("Did you mean `{it}`?"),
        );
        Error::told(Sort::Invalid, format!("There is no appliance `{name}`."), hint)
    })
}

/// Names of the choices.
const CHOICES: [(&str, Choice); 7] = [
    ("auto", Choice::Auto),
    ("prophet", Choice::Prophet),
    ("ets", Choice::Ets),
    ("theta", Choice::Theta),
    ("mstl", Choice::Mstl),
    ("naive", Choice::Naive),
    ("counts", Choice::Counts),
];

fn choice_name(choice: Choice) -> &'static str {
    CHOICES.iter().find(|it| it.1 == choice).map_or("auto", |it| it.0)
}

fn flow(on: bool) -> Flow {
    if on { Flow::Continue } else { Flow::Stop }
}

fn unknown(what: &str, name: &str, known: &[String]) -> Error {
    let hint = match near::nearest(name, known.iter().map(String::as_str)) {
        Some(it) => format!("Did you mean `{it}`?"),
        None if known.len() <= 12 && !known.is_empty() => {
            format!("There are: {}.", known.join(", "))
        }
        None => "The Data page lists offices and zones.".to_owned(),
    };
    Error::told(Sort::NotFound, format!("There is no {what} `{name}`."), hint)
}
