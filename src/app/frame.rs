//! What the frame around every page says: whose office, how fresh, how many.

use super::registry::expired_words;
use super::{Cx, Result};
use crate::domain::calendar::{Day, second_text};
use crate::metric;
use crate::store::{hiring, office};

/// The office in one glance.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Its name; of several, how many.
    pub office: String,
    /// Today.
    pub today: Day,
    /// First day with work in the data.
    pub data_from: Option<Day>,
    /// Last day with work in the data: the as-of of every number.
    pub data_to: Option<Day>,
    /// People employed on that day.
    pub employed: u64,
    /// Positions to be filled on that day; none when no requisition was ever loaded.
    pub open_positions: Option<u64>,
    /// Version of the model in use.
    pub model: Option<u32>,
    /// What every page must say first: the model in use has expired.
    pub notice: Option<String>,
    /// What was loaded when, in words.
    pub freshness: Vec<(String, String)>,
}

/// Reads it.
pub fn read(cx: &Cx<'_>) -> Result<Frame> {
    let summary = office::summary(cx.read)?;
    let office = match summary.offices.as_slice() {
        [] => "No office yet".to_owned(),
        [one] => one.clone(),
        many => format!("{} offices", many.len()),
    };
    let mut freshness: Vec<(String, String)> = summary
        .loads
        .iter()
        .map(|(fact, at, rows)| {
            (fact.clone(), format!("{} UTC, {rows} rows read", second_text(*at)))
        })
        .collect();
    if let Some((version, as_of, _)) = summary.model {
        freshness.push(("model".to_owned(), format!("v{version}, on data to {as_of}")));
    }
    Ok(Frame {
        office,
        today: cx.today,
        data_from: summary.span.map(|it| it.0),
        data_to: summary.span.map(|it| it.1),
        employed: summary.employed,
        open_positions: open_positions(cx)?,
        model: summary.model.map(|it| it.0),
        notice: summary.model.and_then(|(version, as_of, expires_on)| {
            let last = expires_on.unwrap_or(as_of.plus(cx.config.model_expires_days));
            expired_words(version, as_of, last, cx.today)
        }),
        freshness,
    })
}

fn open_positions(cx: &Cx<'_>) -> Result<Option<u64>> {
    cx.once("open positions".to_owned(), || {
        let Some(day) = metric::last_day(cx.read)? else { return Ok(None) };
        let some = hiring::any(cx.read)?;
        Ok(some.then(|| hiring::open_positions(cx.read, day)).transpose()?)
    })
}
