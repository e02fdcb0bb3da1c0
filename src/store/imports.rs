//! Loads of files: what each came to, which rows were refused, which columns meant what, and what
//! the last loads found worth a look.
//!
//! Never here: reading files, deciding whether a row is good.

use super::{Read, Result, Tx};
use crate::domain::fact::{Column, Fact, Kind};

/// Most loads a list shows.
const LIST_MAX: i64 = 100;
/// Most loads looked at after an earlier one.
const LATER_MAX: i64 = 10_000;
/// Most mappings kept for one kind of row that are looked at.
const MAPPINGS_MAX: i64 = 1000;
/// Most findings shown.
const FINDINGS_MAX: i64 = 500;

/// One load of one file, as kept.
#[derive(Clone, Debug)]
pub struct LoadRow {
    /// Key inside.
    pub id: i64,
    /// Identity outside.
    pub uid: [u8; 16],
    /// Name of the system the rows come from.
    pub source: String,
    /// Name of the file.
    pub file: String,
    /// Table of the fact.
    pub fact: String,
    /// SHA-256 of the file.
    pub file_hash: String,
    /// The mapping it was read with, as JSON.
    pub mapping: String,
    /// Rows that held anything.
    pub rows_read: u64,
    /// New rows.
    pub inserted: u64,
    /// Rows that changed.
    pub updated: u64,
    /// Rows that were there already.
    pub unchanged: u64,
    /// Rows refused.
    pub quarantined: u64,
    /// Columns that are never read, as JSON.
    pub refused: String,
    /// When, UTC seconds.
    pub created_at: i64,
}

/// A row that was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRow {
    /// Its line in the file; 1 is the header.
    pub row: u64,
    /// The column at fault, or empty.
    pub column: String,
    /// What that cell holds.
    pub value: String,
    /// What is wrong, to be read after column and value.
    pub reason: String,
}

/// Something the last loads found worth a look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingRow {
    /// Table of the fact, or `headcount`.
    pub fact: String,
    /// `stop`, `look` or `note`.
    pub severity: String,
    /// A short sentence without a full stop.
    pub title: String,
    /// Numbers and what to do.
    pub detail: String,
    /// Rows it was found among.
    pub n: u64,
}

/// What is there of one kind of row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// Rows.
    pub rows: u64,
    /// First and last day they are about.
    pub days: Option<(i32, i32)>,
}

/// Notes a load and its refused rows; the key and the identity it gets are made here.
pub fn insert(tx: &Tx<'_>, load: &LoadRow, bad: &[BadRow]) -> Result<[u8; 16]> {
    let uid = tx.new_uid();
    let counts = [load.rows_read, load.inserted, load.updated, load.unchanged, load.quarantined];
    let [read, inserted, updated, unchanged, quarantined] = counts.map(|it| it as i64);
    tx.run("UPDATE derived_state SET revision = revision + 1 WHERE id = 1", [])?;
    tx.run(
        "INSERT INTO import_run
           (uid, source, file, fact, file_hash, mapping, rows_read, inserted, updated, unchanged,
            quarantined, refused, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?13)",
        (
            uid,
            &load.source,
            &load.file,
            &load.fact,
            &load.file_hash,
            &load.mapping,
            read,
            inserted,
            updated,
            unchanged,
            quarantined,
            &load.refused,
            tx.now(),
        ),
    )?;
    let id = tx.last_id();
    for row in bad {
        tx.run(
            "INSERT INTO quarantine
               (uid, import_id, row_no, column_name, value, reason, created_at, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)",
            (tx.new_uid(), id, row.row as i64, &row.column, &row.value, &row.reason, tx.now()),
        )?;
    }
    Ok(uid)
}

/// The latest loads, newest first.
pub fn list(read: &Read<'_>) -> Result<Vec<LoadRow>> {
    select(read, "ORDER BY id DESC LIMIT ?1", [LIST_MAX])
}

/// One load.
pub fn find(read: &Read<'_>, uid: [u8; 16]) -> Result<Option<LoadRow>> {
    Ok(select(read, "WHERE uid = ?1 LIMIT 1", [uid])?.pop())
}

/// The latest load that refused rows.
pub fn last_with_bad(read: &Read<'_>) -> Result<Option<LoadRow>> {
    Ok(select(read, "WHERE quarantined > 0 ORDER BY id DESC LIMIT 1", [])?.pop())
}

/// The latest load of a file with this content under this mapping.
pub fn same(read: &Read<'_>, of: &LoadRow) -> Result<Option<LoadRow>> {
    let tail = "WHERE file_hash = ?1 AND source = ?2 AND fact = ?3 AND mapping = ?4
                ORDER BY id DESC LIMIT 1";
    Ok(select(read, tail, (&of.file_hash, &of.source, &of.fact, &of.mapping))?.pop())
}

/// Fact, new rows and changed rows of each load from the same source after this one.
pub fn later(read: &Read<'_>, than: &LoadRow) -> Result<Vec<(String, u64, u64)>> {
    read.rows(
        "SELECT fact, inserted, updated FROM import_run
          WHERE id > ?1 AND source = ?2 ORDER BY id LIMIT ?3",
        (than.id, &than.source, LATER_MAX),
        |row| Ok((row.get(0)?, row.get::<_, i64>(1)? as u64, row.get::<_, i64>(2)? as u64)),
    )
}

/// Refused rows of a load, in the order of the file, after the first `skip`.
pub fn bad_rows(read: &Read<'_>, load: i64, skip: u64, most: u64) -> Result<Vec<BadRow>> {
    read.rows(
        "SELECT row_no, column_name, value, reason FROM quarantine
          WHERE import_id = ?1 ORDER BY row_no, id LIMIT ?3 OFFSET ?2",
        (load, skip as i64, most as i64),
        |row| {
            Ok(BadRow {
                row: row.get::<_, i64>(0)? as u64,
                column: row.get(1)?,
                value: row.get(2)?,
                reason: row.get(3)?,
            })
        },
    )
}

/// Mappings kept for a kind of row, as JSON, the latest first.
pub fn mappings(read: &Read<'_>, fact: &str) -> Result<Vec<String>> {
    read.rows(
        "SELECT mapping FROM column_mapping WHERE fact = ?1 ORDER BY updated_at DESC, id DESC
          LIMIT ?2",
        (fact, MAPPINGS_MAX),
        |row| row.get(0),
    )
}

/// Keeps a mapping for files with these headers, in place of an earlier one.
pub fn keep_mapping(tx: &Tx<'_>, fact: &str, headers: &str, mapping: &str) -> Result<()> {
    tx.run(
        "INSERT INTO column_mapping (uid, fact, headers, mapping, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?5)
         ON CONFLICT (fact, headers)
         DO UPDATE SET mapping = excluded.mapping, updated_at = excluded.updated_at",
        (tx.new_uid(), fact, headers, mapping, tx.now()),
    )?;
    Ok(())
}

/// Forgets what earlier loads of a kind of row found.
pub fn clear_findings(tx: &Tx<'_>, fact: &str) -> Result<()> {
    tx.run("DELETE FROM finding WHERE fact = ?1", [fact])?;
    Ok(())
}

/// Notes a finding.
pub fn add_finding(tx: &Tx<'_>, it: &FindingRow) -> Result<()> {
    tx.run(
        "INSERT INTO finding (fact, severity, title, detail, n) VALUES (?1, ?2, ?3, ?4, ?5)",
        (&it.fact, &it.severity, &it.title, &it.detail, it.n as i64),
    )?;
    Ok(())
}

/// What the last loads found, the gravest first.
pub fn findings(read: &Read<'_>) -> Result<Vec<FindingRow>> {
    read.rows(
        "SELECT fact, severity, title, detail, n FROM finding
          ORDER BY CASE severity WHEN 'stop' THEN 0 WHEN 'look' THEN 1 ELSE 2 END, id
          LIMIT ?1",
        [FINDINGS_MAX],
        |row| {
            Ok(FindingRow {
                fact: row.get(0)?,
                severity: row.get(1)?,
                title: row.get(2)?,
                detail: row.get(3)?,
                n: row.get::<_, i64>(4)? as u64,
            })
        },
    )
}

/// What is there of one kind of row.
pub fn held(read: &Read<'_>, fact: &Fact) -> Result<Held> {
    let table = fact.table;
    let sql = format!("SELECT count(*) FROM {table}");
    let rows = read.first(&sql, [], |row| row.get::<_, i64>(0))?.unwrap_or(0) as u64;
    let dated = |it: &&Column| it.required && matches!(it.kind, Kind::Day | Kind::Minute);
    let Some(day) = fact.columns.iter().find(dated) else { return Ok(Held { rows, days: None }) };
    let of_technician = |it: &Column| it.required && it.sql == "technician_id";
    let name = day.sql;
    // Rows of a technician are indexed by day: two looks a technician instead of every row.
    let sql = if fact.columns.iter().any(of_technician) {
        format!(
            "SELECT
               min((SELECT min({name}) FROM {table} WHERE technician_id = t.id)),
               max((SELECT max({name}) FROM {table} WHERE technician_id = t.id))
             FROM technician t"
        )
    } else {
        format!("SELECT min({name}), max({name}) FROM {table}")
    };
    let ends = read.first(&sql, [], |row| {
        Ok(row.get::<_, Option<i64>>(0)?.zip(row.get::<_, Option<i64>>(1)?))
    })?;
    let days = |number: i64| match day.kind {
        Kind::Minute => number.div_euclid(1440) as i32,
        _ => number as i32,
    };
    Ok(Held { rows, days: ends.flatten().map(|it| (days(it.0), days(it.1))) })
}

fn select<P: rusqlite::Params>(read: &Read<'_>, tail: &str, params: P) -> Result<Vec<LoadRow>> {
    let sql = format!(
        "SELECT id, uid, source, file, fact, file_hash, mapping, rows_read, inserted, updated,
                unchanged, quarantined, refused, created_at
           FROM import_run {tail}"
    );
    read.rows(&sql, params, |row| {
        let count = |at| Ok::<_, rusqlite::Error>(row.get::<_, i64>(at)? as u64);
        Ok(LoadRow {
            id: row.get(0)?,
            uid: row.get(1)?,
            source: row.get(2)?,
            file: row.get(3)?,
            fact: row.get(4)?,
            file_hash: row.get(5)?,
            mapping: row.get(6)?,
            rows_read: count(7)?,
            inserted: count(8)?,
            updated: count(9)?,
            unchanged: count(10)?,
            quarantined: count(11)?,
            refused: row.get(12)?,
            created_at: row.get(13)?,
        })
    })
}
