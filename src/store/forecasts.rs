//! Forecasts that were made: from what, how, and what came out, so that each can be made again.
//!
//! Never here: how a forecast is made, what it means.

use super::{Mapped, Read, Result, Row, Tx, named_params, params};
use crate::domain::calendar::Day;

/// Ends of data kept for each question; older forecasts of the same question are forgotten.
pub const KEPT_AS_OF: i64 = 3;

/// What was asked, as the store knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Id of the series.
    pub series: String,
    /// `day`, `week` or `month`.
    pub step: String,
    /// Only this zone.
    pub zone_id: Option<i64>,
    /// Only this office.
    pub office_id: Option<i64>,
    /// Only this appliance family; empty for all.
    pub appliance: String,
    /// Periods ahead.
    pub ahead: u32,
    /// The method asked for.
    pub choice: String,
    /// Seed.
    pub seed: u64,
}

/// A forecast as kept.
#[derive(Clone, Debug, PartialEq)]
pub struct ForecastRow {
    /// Key; given by the store.
    pub id: i64,
    /// Identity outside; given by the store.
    pub uid: [u8; 16],
    /// What was asked.
    pub question: Question,
    /// The last day whose facts it knew.
    pub as_of: Day,
    /// SHA-256 of the series and the holidays.
    pub data_hash: String,
    /// Version of the program.
    pub code_version: String,
    /// The known values, as JSON.
    pub past: String,
    /// What came out, as JSON.
    pub outlook: String,
    /// SHA-256 of it.
    pub outlook_hash: String,
    /// Milliseconds it took.
    pub fit_ms: f64,
    /// When it was made, UTC seconds; given by the store.
    pub created_at: i64,
}

const COLUMNS: &str = "id, uid, series, step, zone_id, office_id, appliance, ahead, choice, seed,
       as_of, data_hash, code_version, past, outlook, outlook_hash, fit_ms, created_at";

/// Keeps a forecast; one of the same question and end of data is replaced, old ones are forgotten.
pub fn keep(tx: &Tx<'_>, row: &ForecastRow) -> Result<()> {
    let asked = &row.question;
    tx.run(
        "DELETE FROM forecast
          WHERE series = :series AND step = :step AND zone_id IS :zone AND office_id IS :office
            AND appliance = :appliance AND ahead = :ahead AND choice = :choice
            AND (as_of = :as_of OR as_of NOT IN (
              SELECT DISTINCT as_of FROM forecast
               WHERE series = :series AND step = :step AND zone_id IS :zone
                 AND office_id IS :office AND appliance = :appliance AND ahead = :ahead
                 AND choice = :choice AND as_of <> :as_of
               ORDER BY as_of DESC
               LIMIT :kept - 1))",
        named_params! {
            ":series": asked.series, ":step": asked.step, ":zone": asked.zone_id,
            ":office": asked.office_id, ":appliance": asked.appliance, ":ahead": asked.ahead,
            ":choice": asked.choice, ":as_of": row.as_of.0, ":kept": KEPT_AS_OF,
        },
    )?;
    tx.run(
        "INSERT INTO forecast (
           uid, series, step, zone_id, office_id, appliance, ahead, choice, seed, as_of, data_hash,
           code_version, past, outlook, outlook_hash, fit_ms, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?17)",
        params![
            tx.new_uid(),
            asked.series,
            asked.step,
            asked.zone_id,
            asked.office_id,
            asked.appliance,
            asked.ahead,
            asked.choice,
            asked.seed as i64,
            row.as_of.0,
            row.data_hash,
            row.code_version,
            row.past,
            row.outlook,
            row.outlook_hash,
            row.fit_ms,
            tx.now(),
        ],
    )?;
    Ok(())
}

/// The forecast of a question made from exactly these data by this version, if it is kept.
pub fn find(
    read: &Read<'_>,
    asked: &Question,
    data_hash: &str,
    code_version: &str,
) -> Result<Option<ForecastRow>> {
    let sql = format!(
        "SELECT {COLUMNS}
           FROM forecast
          WHERE series = :series AND step = :step AND zone_id IS :zone AND office_id IS :office
            AND appliance = :appliance AND ahead = :ahead AND choice = :choice AND seed = :seed
            AND data_hash = :data AND code_version = :code
          ORDER BY id DESC
          LIMIT 1"
    );
    read.first(
        &sql,
        named_params! {
            ":series": asked.series, ":step": asked.step, ":zone": asked.zone_id,
            ":office": asked.office_id, ":appliance": asked.appliance, ":ahead": asked.ahead,
            ":choice": asked.choice, ":seed": asked.seed as i64, ":data": data_hash,
            ":code": code_version,
        },
        row,
    )
}

/// The newest forecasts before a key (`i64::MAX` for the newest of all), newest first.
pub fn before(read: &Read<'_>, id: i64, limit: u32) -> Result<Vec<ForecastRow>> {
    let sql = format!("SELECT {COLUMNS} FROM forecast WHERE id < ?1 ORDER BY id DESC LIMIT ?2");
    read.rows(&sql, (id, limit), row)
}

/// Forecasts kept.
pub fn count(read: &Read<'_>) -> Result<u64> {
    let found = read.first("SELECT count(*) FROM forecast", [], |row| row.get::<_, i64>(0))?;
    Ok(found.unwrap_or(0) as u64)
}

/// Damages a kept row the way a bad disk would, for tests.
#[cfg(test)]
pub(crate) fn damage(tx: &Tx<'_>, sql: &'static str) -> Result<usize> {
    tx.run(sql, [])
}

fn row(row: &Row<'_>) -> Mapped<ForecastRow> {
    Ok(ForecastRow {
        id: row.get(0)?,
        uid: row.get(1)?,
        question: Question {
            series: row.get(2)?,
            step: row.get(3)?,
            zone_id: row.get(4)?,
            office_id: row.get(5)?,
            appliance: row.get(6)?,
            ahead: row.get(7)?,
            choice: row.get(8)?,
            seed: row.get::<_, i64>(9)? as u64,
        },
        as_of: Day(row.get(10)?),
        data_hash: row.get(11)?,
        code_version: row.get(12)?,
        past: row.get(13)?,
        outlook: row.get(14)?,
        outlook_hash: row.get(15)?,
        fit_ms: row.get(16)?,
        created_at: row.get(17)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixture::Scratch;

    fn made(as_of: i32, outlook: &str) -> ForecastRow {
        ForecastRow {
            id: 0,
            uid: [0; 16],
            question: Question {
                series: "exits".to_owned(),
                step: "month".to_owned(),
                zone_id: None,
                office_id: None,
                appliance: String::new(),
                ahead: 12,
                choice: "auto".to_owned(),
                seed: u64::MAX,
            },
            as_of: Day(as_of),
            data_hash: format!("data {as_of}"),
            code_version: "1".to_owned(),
            past: "{}".to_owned(),
            outlook: outlook.to_owned(),
            outlook_hash: "o".to_owned(),
            fit_ms: 1.5,
            created_at: 0,
        }
    }

    #[test]
    fn the_newest_ends_of_data_are_kept_once_each() {
        let it = Scratch::empty();
        for (as_of, outlook) in [(1, "a"), (2, "b"), (3, "c"), (3, "d"), (4, "e"), (2, "f")] {
            it.store.write(move |tx| keep(tx, &made(as_of, outlook))).unwrap();
        }
        let other = ForecastRow {
            question: Question { office_id: None, ahead: 6, ..made(1, "").question },
            ..made(1, "z")
        };
        it.store.write(move |tx| keep(tx, &other)).unwrap();
        let rows = it.store.read_long(|read| before(read, i64::MAX, 100)).unwrap();
        let kept: Vec<_> = rows.iter().map(|it| (it.as_of.0, it.outlook.as_str())).collect();
        assert_eq!(kept, [(1, "z"), (2, "f"), (4, "e"), (3, "d")]);
        let found = |data: &'static str, code: &'static str| {
            let asked = made(0, "").question;
            let row = it.store.read_long(move |read| find(read, &asked, data, code)).unwrap();
            row.map(|it| it.outlook)
        };
        assert_eq!(found("data 3", "1").as_deref(), Some("d"));
        assert_eq!(found("data 3", "2"), None);
        assert_eq!(found("data 9", "1"), None);
        assert_eq!(it.store.read_long(count).unwrap(), 4);
    }
}
