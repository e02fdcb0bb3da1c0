//! Scenarios of the hiring plan that somebody kept.
//!
//! Never here: what a scenario does to a plan.

use super::{Read, Result, Tx};

/// A scenario as kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScenarioRow {
    /// Its identity outside.
    pub uid: [u8; 16],
    /// Its name, of which there is one.
    pub name: String,
    /// What would be different, as JSON.
    pub body: String,
    /// Who kept it.
    pub made_by: String,
    /// When it was last changed, UTC seconds.
    pub updated_at: i64,
}

/// Most scenarios kept.
pub const SCENARIOS_MAX: i64 = 50;

/// Keeps a scenario under its name, in place of one of that name; returns its identity.
pub fn put(tx: &Tx<'_>, name: &str, body: &str, made_by: &str) -> Result<[u8; 16]> {
    tx.run(
        "INSERT INTO scenario (uid, name, body, made_by, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?5)
         ON CONFLICT (name) DO UPDATE SET
           body = excluded.body, made_by = excluded.made_by, updated_at = excluded.updated_at",
        (tx.new_uid(), name, body, made_by, tx.now()),
    )?;
    let uid = tx.first("SELECT uid FROM scenario WHERE name = ?1", [name], |row| row.get(0))?;
    Ok(uid.unwrap_or_default())
}

/// Removes a scenario; its name, when there was one.
pub fn delete(tx: &Tx<'_>, uid: [u8; 16]) -> Result<Option<String>> {
    let name = tx.first("SELECT name FROM scenario WHERE uid = ?1", [uid], |row| row.get(0))?;
    tx.run("DELETE FROM scenario WHERE uid = ?1", [uid])?;
    Ok(name)
}

/// How many are kept under another name than this.
pub fn others(read: &Read<'_>, name: &str) -> Result<i64> {
    let count =
        read.first("SELECT COUNT(*) FROM scenario WHERE name <> ?1", [name], |row| row.get(0))?;
    Ok(count.unwrap_or(0))
}

/// Every scenario, by name.
pub fn list(read: &Read<'_>) -> Result<Vec<ScenarioRow>> {
    read.rows(
        "SELECT uid, name, body, made_by, updated_at FROM scenario ORDER BY name LIMIT ?1",
        [SCENARIOS_MAX],
        |row| {
            Ok(ScenarioRow {
                uid: row.get(0)?,
                name: row.get(1)?,
                body: row.get(2)?,
                made_by: row.get(3)?,
                updated_at: row.get(4)?,
            })
        },
    )
}
