//! The life of a model: candidate, in use, retired; its gates, its expiry, what the last check found.
//!
//! Never here: deciding which model is used.

use std::fmt;

use super::{Mapped, Read, Result, Row, Tx};
use crate::domain::calendar::Day;

/// Where a model stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Trained, not taken into use.
    Candidate,
    /// Scores everyone; at most one of a kind.
    InUse,
    /// Was in use, or was set aside.
    Retired,
}

/// A model as the registry lists it: everything but what it computes with.
#[derive(Clone, Debug)]
pub struct Record {
    /// Key.
    pub id: i64,
    /// Which sort of model.
    pub kind: String,
    /// Counts up from 1.
    pub version: u32,
    /// Days ahead it speaks of.
    pub horizon_days: i32,
    /// Last day of the data it learned from.
    pub as_of: Day,
    /// SHA-256 of the training table.
    pub data_hash: String,
    /// Version of the program.
    pub code_version: String,
    /// Seed of the fit.
    pub seed: u64,
    /// How it was fitted.
    pub parameters: String,
    /// What it was measured at, as JSON.
    pub card: String,
    /// SHA-256 of the card; none for models older than the registry.
    pub card_hash: Option<String>,
    /// SHA-256 of the artifact.
    pub artifact_hash: String,
    /// What the gates said when they were asked last, as JSON.
    pub gates: String,
    /// Where it stands.
    pub state: State,
    /// First day it is too old to be relied on; none for models older than the registry.
    pub expires_on: Option<Day>,
    /// When it was taken into use last, UTC seconds.
    pub promoted_at: Option<i64>,
    /// By whom.
    pub promoted_by: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// Key of the model that was in use before it.
    pub replaces: Option<i64>,
    /// When it was kept, UTC seconds.
    pub created_at: i64,
}

/// What a model said of someone as of a day, without reasons.
#[derive(Clone, Debug, PartialEq)]
pub struct Chance {
    /// Key of the person.
    pub technician_id: i64,
    /// Identity outside.
    pub uid: [u8; 16],
    /// Number the office knows the person by.
    pub employee_no: String,
    /// Name shown.
    pub name: String,
    /// Probability and level; none when not scored.
    pub said: Option<(f64, String)>,
}

/// One prediction with its seal, to be checked.
#[derive(Clone, Debug)]
pub struct Sealed {
    /// Key.
    pub id: i64,
    /// The model that said it.
    pub model_id: i64,
    /// Number of the person.
    pub employee_no: String,
    /// What was said.
    pub said: super::models::PredictionRow,
    /// The seal; none for predictions older than seals.
    pub seal: Option<String>,
}

/// Most models listed.
const LIST_MAX: u32 = 500;
/// Most people compared.
const PEOPLE_MAX: u32 = 50_000;

impl State {
    /// The word kept.
    pub fn word(self) -> &'static str {
        match self {
            Self::Candidate => "candidate",
            Self::InUse => "in_use",
            Self::Retired => "retired",
        }
    }

    /// The word on pages.
    pub fn title(self) -> &'static str {
        match self {
            Self::Candidate => "Candidate",
            Self::InUse => "In use",
            Self::Retired => "Retired",
        }
    }

    fn read(word: &str) -> Self {
        match word {
            "in_use" => Self::InUse,
            "retired" => Self::Retired,
            _ => Self::Candidate,
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.title())
    }
}

/// Every model, newest first.
pub fn list(read: &Read<'_>) -> Result<Vec<Record>> {
    select(read, "ORDER BY version DESC LIMIT ?1", [LIST_MAX])
}

/// One model.
pub fn by_version(read: &Read<'_>, version: u32) -> Result<Option<Record>> {
    Ok(select(read, "WHERE version = ?1", [version])?.pop())
}

/// One model by its key.
pub fn by_id(read: &Read<'_>, id: i64) -> Result<Option<Record>> {
    Ok(select(read, "WHERE id = ?1", [id])?.pop())
}

/// The model in use.
pub fn in_use(read: &Read<'_>) -> Result<Option<Record>> {
    Ok(select(read, "WHERE state = 'in_use' ORDER BY version DESC LIMIT 1", [])?.pop())
}

/// A model's artifact as it lies in the file.
pub fn artifact(read: &Read<'_>, id: i64) -> Result<Vec<u8>> {
    let found =
        read.first("SELECT artifact FROM trained_model WHERE id = ?1", [id], |row| row.get(0))?;
    Ok(found.unwrap_or_default())
}

/// Enters a model that was just kept.
pub fn enter(tx: &Tx<'_>, id: i64, card_hash: &str, expires_on: Day) -> Result<()> {
    tx.run(
        "UPDATE trained_model SET card_hash = ?2, expires_on = ?3 WHERE id = ?1",
        (id, card_hash, expires_on.0),
    )?;
    Ok(())
}

/// Keeps what the gates said.
pub fn note_gates(tx: &Tx<'_>, id: i64, gates: &str) -> Result<()> {
    tx.run(
        "UPDATE trained_model SET gates = ?2, updated_at = ?3 WHERE id = ?1",
        (id, gates, tx.now()),
    )?;
    Ok(())
}

/// Takes a model into use in the place of the one that is. `replaces` is the model a roll-back would
/// return to; none leaves what was noted.
pub fn take_into_use(
    tx: &Tx<'_>,
    record: &Record,
    by: &str,
    reason: &str,
    replaces: Option<i64>,
) -> Result<()> {
    tx.run(
        "UPDATE trained_model SET state = 'retired', updated_at = ?2
          WHERE kind = ?1 AND state = 'in_use'",
        (&record.kind, tx.now()),
    )?;
    tx.run(
        "UPDATE trained_model
            SET state = 'in_use', promoted_at = ?2, promoted_by = ?3, reason = ?4,
                replaces = coalesce(?5, replaces), updated_at = ?2
          WHERE id = ?1",
        (record.id, tx.now(), by, reason, replaces),
    )?;
    Ok(())
}

/// Sets a model aside.
pub fn retire(tx: &Tx<'_>, id: i64) -> Result<()> {
    tx.run(
        "UPDATE trained_model SET state = 'retired', updated_at = ?2 WHERE id = ?1",
        (id, tx.now()),
    )?;
    Ok(())
}

/// The latest day as of which two models both spoke.
pub fn common_day(read: &Read<'_>, a: i64, b: i64) -> Result<Option<Day>> {
    let found = read.first(
        "SELECT max(as_of) FROM (SELECT as_of FROM prediction WHERE model_id = ?1
                                 INTERSECT
                                 SELECT as_of FROM prediction WHERE model_id = ?2)",
        [a, b],
        |row| row.get::<_, Option<i32>>(0),
    )?;
    Ok(found.flatten().map(Day))
}

/// What a model said of everyone as of a day, by key of the person.
pub fn chances(read: &Read<'_>, model_id: i64, as_of: Day) -> Result<Vec<Chance>> {
    read.rows(
        "SELECT p.technician_id, t.uid, t.source_key, t.display_name, p.probability, p.band
           FROM prediction p
           JOIN technician t ON t.id = p.technician_id
          WHERE p.model_id = ?1 AND p.as_of = ?2
          ORDER BY p.technician_id
          LIMIT ?3",
        (model_id, as_of.0, PEOPLE_MAX),
        |row| {
            let said: (Option<f64>, Option<String>) = (row.get(4)?, row.get(5)?);
            Ok(Chance {
                technician_id: row.get(0)?,
                uid: row.get(1)?,
                employee_no: row.get(2)?,
                name: row.get(3)?,
                said: said.0.zip(said.1),
            })
        },
    )
}

/// Predictions of every model after a key, in order of keys.
pub fn sealed(read: &Read<'_>, after: i64, most: u32) -> Result<Vec<Sealed>> {
    read.rows(
        "SELECT p.id, p.model_id, t.source_key, p.seal, p.technician_id, p.as_of, p.probability,
                p.low, p.high, p.band, p.not_scored, p.intercept, p.log_odds, p.terms, p.ahead
           FROM prediction p
           JOIN technician t ON t.id = p.technician_id
          WHERE p.id > ?1
          ORDER BY p.id
          LIMIT ?2",
        (after, most),
        |row| {
            let ends: (Option<f64>, Option<f64>, Option<f64>) =
                (row.get(6)?, row.get(7)?, row.get(8)?);
            Ok(Sealed {
                id: row.get(0)?,
                model_id: row.get(1)?,
                employee_no: row.get(2)?,
                seal: row.get(3)?,
                said: super::models::PredictionRow {
                    technician_id: row.get(4)?,
                    as_of: Day(row.get(5)?),
                    chance: ends.0.zip(ends.1).zip(ends.2).map(|((a, b), c)| (a, b, c)),
                    band: row.get(9)?,
                    not_scored: row.get(10)?,
                    intercept: row.get(11)?,
                    log_odds: row.get(12)?,
                    terms: row.get(13)?,
                    ahead: row.get(14)?,
                },
            })
        },
    )
}

/// Predictions there are.
pub fn predictions(read: &Read<'_>) -> Result<u64> {
    let found =
        read.first("SELECT count(*) FROM prediction", [], |row| Ok(row.get::<_, i64>(0)? as u64))?;
    Ok(found.unwrap_or(0))
}

/// Keeps what a check found.
pub fn note_verification(tx: &Tx<'_>, faults: u64, report: &str) -> Result<()> {
    tx.run(
        "INSERT INTO verification (uid, faults, report, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?4)",
        (tx.new_uid(), faults as i64, report, tx.now()),
    )?;
    Ok(())
}

/// When the last check was, UTC seconds, and what it found, as JSON.
pub fn last_verification(read: &Read<'_>) -> Result<Option<(i64, String)>> {
    read.first("SELECT created_at, report FROM verification ORDER BY id DESC LIMIT 1", [], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })
}

/// Damages a kept row the way a bad disk would, for tests.
#[cfg(test)]
pub(crate) fn damage(tx: &Tx<'_>, sql: &'static str) -> Result<usize> {
    tx.run(sql, [])
}

/// Gives a model another card and makes it a candidate that has never been asked, for tests.
#[cfg(test)]
pub(crate) fn recard(tx: &Tx<'_>, id: i64, card: &str) -> Result<usize> {
    tx.run(
        "UPDATE trained_model
            SET card = ?2, card_hash = NULL, gates = '[]',
                state = CASE state WHEN 'in_use' THEN state ELSE 'candidate' END
          WHERE id = ?1",
        (id, card),
    )
}

fn select<P: rusqlite::Params>(read: &Read<'_>, tail: &str, params: P) -> Result<Vec<Record>> {
    let sql = format!(
        "SELECT id, kind, version, horizon_days, as_of, data_hash, code_version, seed, parameters,
                card, card_hash, artifact_hash, gates, state, expires_on, promoted_at, promoted_by,
                reason, replaces, created_at
           FROM trained_model {tail}"
    );
    read.rows(&sql, params, record)
}

fn record(row: &Row<'_>) -> Mapped<Record> {
    Ok(Record {
        id: row.get(0)?,
        kind: row.get(1)?,
        version: row.get(2)?,
        horizon_days: row.get(3)?,
        as_of: Day(row.get(4)?),
        data_hash: row.get(5)?,
        code_version: row.get(6)?,
        seed: row.get::<_, i64>(7)? as u64,
        parameters: row.get(8)?,
        card: row.get(9)?,
        card_hash: row.get(10)?,
        artifact_hash: row.get(11)?,
        gates: row.get(12)?,
        state: State::read(&row.get::<_, String>(13)?),
        expires_on: row.get::<_, Option<i32>>(14)?.map(Day),
        promoted_at: row.get(15)?,
        promoted_by: row.get(16)?,
        reason: row.get(17)?,
        replaces: row.get(18)?,
        created_at: row.get(19)?,
    })
}

#[cfg(test)]
mod tests {
    use super::super::models::{self, ModelRow};
    use super::*;
    use crate::store::fixture::Scratch;

    fn row() -> ModelRow {
        ModelRow {
            id: 0,
            version: 0,
            horizon_days: 90,
            as_of: Day(20_000),
            data_hash: "d".to_owned(),
            code_version: "1".to_owned(),
            seed: 42,
            parameters: String::new(),
            card: "{}".to_owned(),
            artifact: "{}".to_owned(),
            artifact_hash: "a".to_owned(),
            created_at: 0,
        }
    }

    #[test]
    fn one_model_is_in_use_and_it_knows_what_it_replaced() {
        let scratch = Scratch::empty();
        let states = scratch.store.write(|tx| -> Result<_> {
            let (first, _) = models::insert(tx, &row())?;
            let (second, _) = models::insert(tx, &row())?;
            assert_eq!(
                in_use(tx)?.map(|it| it.id),
                None,
                "a training alone takes nothing into use"
            );
            let at = |id| Ok::<_, super::super::Error>(by_id(tx, id)?.expect("a model"));
            take_into_use(tx, &at(first)?, "a person", "the first", None)?;
            take_into_use(tx, &at(second)?, "the gates", "all passed", Some(first))?;
            let now = in_use(tx)?.expect("a model in use");
            assert_eq!((now.id, now.replaces), (second, Some(first)));
            assert_eq!(models::in_use_key(tx)?.map(|it| it.0), Some(second));
            Ok(list(tx)?.iter().map(|it| (it.version, it.state)).collect::<Vec<_>>())
        });
        assert_eq!(states.unwrap(), [(2, State::InUse), (1, State::Retired)]);
        let twice = scratch
            .store
            .write(|tx| -> Result<_> { tx.run("UPDATE trained_model SET state = 'in_use'", []) });
        assert!(twice.is_err(), "the table itself refuses a second model in use");
    }

    #[test]
    fn days_both_models_spoke_of() {
        let scratch = Scratch::empty();
        let none = scratch.store.write(|tx| -> Result<_> {
            let (first, _) = models::insert(tx, &row())?;
            let (second, _) = models::insert(tx, &row())?;
            common_day(tx, first, second)
        });
        assert_eq!(none.unwrap(), None);
    }
}
