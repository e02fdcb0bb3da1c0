//! Runs of background work: one row each, so that a restart knows what was under way.

use super::{Read, Result, Tx};

/// A run as kept.
#[derive(Clone, Debug)]
pub struct RunRow {
    /// Identity outside.
    pub uid: [u8; 16],
    /// Which task.
    pub name: String,
    /// What it was asked, as JSON.
    pub payload: String,
    /// waiting, running, done, failed, cancelled, interrupted.
    pub state: String,
    /// Units finished.
    pub done: u64,
    /// Units in all.
    pub total: u64,
    /// What it said last.
    pub message: String,
    /// When it began, UTC seconds.
    pub started_at: Option<i64>,
    /// When it ended, UTC seconds.
    pub finished_at: Option<i64>,
    /// What came out, in words.
    pub outcome: Option<String>,
    /// When it was asked for, UTC seconds.
    pub created_at: i64,
}

/// Most runs a list shows.
const LIST_MAX: i64 = 100;

/// Notes a run that waits.
pub fn insert(tx: &Tx<'_>, uid: [u8; 16], name: &str, payload: &str, actor: &str) -> Result<()> {
    tx.run(
        "INSERT INTO task_run (uid, name, payload, state, actor, created_at, updated_at)
         VALUES (?1, ?2, ?3, 'waiting', ?4, ?5, ?5)",
        (uid, name, payload, actor, tx.now()),
    )?;
    Ok(())
}

/// Notes that a run begins.
pub fn begin(tx: &Tx<'_>, uid: [u8; 16]) -> Result<()> {
    tx.run(
        "UPDATE task_run SET state = 'running', started_at = ?2, updated_at = ?2 WHERE uid = ?1",
        (uid, tx.now()),
    )?;
    Ok(())
}

/// Notes how a run ended.
pub fn end(tx: &Tx<'_>, run: &RunRow) -> Result<()> {
    tx.run(
        "UPDATE task_run
            SET state = ?2, done = ?3, total = ?4, message = ?5, outcome = ?6,
                finished_at = ?7, updated_at = ?7
          WHERE uid = ?1",
        (
            run.uid,
            &run.state,
            run.done as i64,
            run.total as i64,
            &run.message,
            &run.outcome,
            tx.now(),
        ),
    )?;
    Ok(())
}

/// At start: what was under way when the program ended is marked; what waited is returned.
pub fn recover(tx: &Tx<'_>) -> Result<Vec<RunRow>> {
    tx.run(
        "UPDATE task_run
            SET state = 'interrupted', message = 'The program ended while this was under way.',
                updated_at = ?1
          WHERE state = 'running'",
        [tx.now()],
    )?;
    select(tx, "WHERE state = 'waiting' ORDER BY id LIMIT ?1", [LIST_MAX])
}

/// The latest runs, newest first.
pub fn list(read: &Read<'_>) -> Result<Vec<RunRow>> {
    select(read, "ORDER BY id DESC LIMIT ?1", [LIST_MAX])
}

/// One run.
pub fn find(read: &Read<'_>, uid: [u8; 16]) -> Result<Option<RunRow>> {
    Ok(select(read, "WHERE uid = ?1 LIMIT 1", [uid])?.pop())
}

fn select<P: rusqlite::Params>(read: &Read<'_>, tail: &str, params: P) -> Result<Vec<RunRow>> {
    let sql = format!(
        "SELECT uid, name, payload, state, done, total, message, started_at, finished_at, outcome,
                created_at
           FROM task_run {tail}"
    );
    read.rows(&sql, params, |row| {
        Ok(RunRow {
            uid: row.get(0)?,
            name: row.get(1)?,
            payload: row.get(2)?,
            state: row.get(3)?,
            done: row.get::<_, i64>(4)? as u64,
            total: row.get::<_, i64>(5)? as u64,
            message: row.get(6)?,
            started_at: row.get(7)?,
            finished_at: row.get(8)?,
            outcome: row.get(9)?,
            created_at: row.get(10)?,
        })
    })
}
