//! What is loaded, when, and what was refused: for the Data page and the command line.
//!
//! Never here: loading.

use super::{BAD_KEPT_MAX, BadRow, Finding, Load, Refused};
use crate::app::runs::Uid;
use crate::app::{Cx, Error, Result, csv};
use crate::domain::calendar::Day;
use crate::domain::fact::{FACTS, Fact};
use crate::domain::told::Kind;
use crate::store::imports;

/// Refused rows shown at a time.
pub const BAD_PAGE: u64 = 50;

/// What is there of one kind of row.
#[derive(Clone, Debug)]
pub struct FactHeld {
    /// The kind.
    pub fact: &'static Fact,
    /// Rows.
    pub rows: u64,
    /// First and last day they are about.
    pub days: Option<(Day, Day)>,
    /// File and time (UTC seconds) of the last load.
    pub last: Option<(String, i64)>,
}

/// Everything the Data page shows.
#[derive(Clone, Debug, Default)]
pub struct Overview {
    /// Each kind of row.
    pub facts: Vec<FactHeld>,
    /// What the last loads found, the gravest first.
    pub findings: Vec<Finding>,
    /// The latest loads, newest first.
    pub loads: Vec<Load>,
}

impl Overview {
    /// Whether nothing was ever loaded.
    pub fn is_empty(&self) -> bool {
        self.loads.is_empty() && self.facts.iter().all(|it| it.rows == 0)
    }
}

/// Reads everything the Data page shows.
pub fn overview(cx: &Cx<'_>) -> Result<Overview> {
    let loads = imports::list(cx.read)?;
    let mut facts = Vec::new();
    for fact in FACTS {
        let held = imports::held(cx.read, fact)?;
        let last = loads.iter().find(|it| it.fact == fact.table);
        facts.push(FactHeld {
            fact,
            rows: held.rows,
            days: held.days.map(|it| (Day(it.0), Day(it.1))),
            last: last.map(|it| (it.file.clone(), it.created_at)),
        });
    }
    Ok(Overview { facts, findings: imports::findings(cx.read)?, loads })
}

/// One load.
pub fn find(cx: &Cx<'_>, uid: Uid) -> Result<Load> {
    imports::find(cx.read, uid)?.ok_or_else(|| {
        Error::told(Kind::NotFound, "There is no such load.", "The Data page lists the latest.")
    })
}

/// The latest load that refused rows.
pub fn last_with_bad(cx: &Cx<'_>) -> Result<Option<Load>> {
    Ok(imports::last_with_bad(cx.read)?)
}

/// A load and one page of its refused rows, the first page being 0.
pub fn bad_page(cx: &Cx<'_>, uid: Uid, page: u64) -> Result<(Load, Vec<BadRow>)> {
    let load = find(cx, uid)?;
    let page = page.min(BAD_KEPT_MAX as u64 / BAD_PAGE);
    let rows = imports::bad_rows(cx.read, load.id, page * BAD_PAGE, BAD_PAGE)?;
    Ok((load, rows))
}

/// A load and its refused rows as CSV.
pub fn bad_csv(cx: &Cx<'_>, uid: Uid) -> Result<(Load, String)> {
    let load = find(cx, uid)?;
    let rows = imports::bad_rows(cx.read, load.id, 0, BAD_KEPT_MAX as u64)?;
    let mut text = csv::line(["row", "column", "value", "reason"]);
    for row in rows {
        let at = row.row.to_string();
        text.push_str(&csv::line([at.as_str(), &row.column, &row.value, &row.reason]));
    }
    Ok((load, text))
}

/// The columns a load never read.
pub fn refused_of(load: &Load) -> Vec<Refused> {
    serde_json::from_str(&load.refused).unwrap_or_default()
}
