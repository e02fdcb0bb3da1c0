//! The office as a whole: its name, how far its data reach, what was loaded when.

use super::{Read, Result};
use crate::domain::calendar::Day;

/// What every page's frame shows.
#[derive(Clone, Debug)]
pub struct Summary {
    /// Names of the offices, by code.
    pub offices: Vec<String>,
    /// First and last day with work in the data.
    pub span: Option<(Day, Day)>,
    /// People employed on the last day of the data.
    pub employed: u64,
    /// Version, last day of its data and day of expiry of the model in use.
    pub model: Option<(u32, Day, Option<Day>)>,
    /// Fact, last load (UTC seconds) and rows read of each kind of file.
    pub loads: Vec<(String, i64, u64)>,
}

/// Most offices listed.
const OFFICES_MAX: i64 = 200;

/// Reads the summary.
pub fn summary(read: &Read<'_>) -> Result<Summary> {
    let offices =
        read.rows("SELECT name FROM office ORDER BY source_key LIMIT ?1", [OFFICES_MAX], |row| {
            row.get(0)
        })?;
    let span = span(read)?;
    let employed = read.first(
        "SELECT count(*) FROM employment
          WHERE hired_on <= ?1 AND (exited_on IS NULL OR exited_on >= ?1)",
        [span.map_or(0, |it| it.1.0)],
        |row| row.get::<_, i64>(0),
    )?;
    let model = read.first(
        "SELECT version, as_of, expires_on FROM trained_model WHERE state = 'in_use' LIMIT 1",
        [],
        |row| Ok((row.get(0)?, Day(row.get(1)?), row.get::<_, Option<i32>>(2)?.map(Day))),
    )?;
    let loads = read.rows(
        "SELECT fact, max(created_at), sum(rows_read) FROM import_run GROUP BY fact LIMIT 50",
        [],
        |row| Ok((row.get(0)?, row.get(1)?, row.get::<_, i64>(2)? as u64)),
    )?;
    Ok(Summary { offices, span, employed: employed.unwrap_or(0) as u64, model, loads })
}

/// First and last day with work in the data.
pub fn span(read: &Read<'_>) -> Result<Option<(Day, Day)>> {
    let span =
        read.first("SELECT data_from, data_to FROM derived_state WHERE id = 1", [], |row| {
            Ok((row.get::<_, Option<i32>>(0)?, row.get::<_, Option<i32>>(1)?))
        })?;
    Ok(span.and_then(|it| Some((Day(it.0?), Day(it.1?)))))
}

/// Counts up with every load, roll-up and removal: equal revisions, equal facts and roll-ups.
pub fn revision(read: &Read<'_>) -> Result<i64> {
    let found =
        read.first("SELECT revision FROM derived_state WHERE id = 1", [], |row| row.get(0))?;
    Ok(found.unwrap_or(0))
}

/// Whether a file of this fact was loaded from this source.
pub fn was_loaded(read: &Read<'_>, source: &str, fact: Option<&str>) -> Result<bool> {
    let found = read.first(
        "SELECT 1 FROM import_run WHERE source = ?1 AND fact = coalesce(?2, fact) LIMIT 1",
        (source, fact),
        |_| Ok(()),
    )?;
    Ok(found.is_some())
}

/// Short names of the sources there are technicians of.
pub fn sources(read: &Read<'_>) -> Result<Vec<String>> {
    read.rows("SELECT DISTINCT source FROM technician ORDER BY source LIMIT 100", [], |row| {
        row.get(0)
    })
}

/// Lets the data end some days later, for tests of what is older than the data.
#[cfg(test)]
pub(crate) fn end_later(tx: &super::Tx<'_>, days: i32) -> Result<()> {
    tx.run("UPDATE derived_state SET data_to = data_to + ?1", [days])?;
    Ok(())
}
