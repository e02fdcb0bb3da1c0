//! Trained models and what they said of whom.

use super::{Mapped, Read, Result, Row, Tx};
use crate::domain::calendar::Day;

/// A trained model as kept.
#[derive(Clone, Debug)]
pub struct ModelRow {
    /// Key.
    pub id: i64,
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
    /// How it was fitted, as JSON.
    pub parameters: String,
    /// What it was measured at, as JSON.
    pub card: String,
    /// The model itself, as JSON.
    pub artifact: String,
    /// SHA-256 of the artifact.
    pub artifact_hash: String,
    /// When it was kept, UTC seconds.
    pub created_at: i64,
}

/// One prediction as kept.
#[derive(Clone, Debug, PartialEq)]
pub struct PredictionRow {
    /// About whom.
    pub technician_id: i64,
    /// Facts before this day were used.
    pub as_of: Day,
    /// Probability of leaving within the horizon, with its 90% interval; none when not scored.
    pub chance: Option<(f64, f64, f64)>,
    /// LOW, MEDIUM, HIGH.
    pub band: Option<String>,
    /// Why there is no score.
    pub not_scored: Option<String>,
    /// Log-odds where every term is 0.
    pub intercept: Option<f64>,
    /// Intercept plus terms.
    pub log_odds: Option<f64>,
    /// The terms, as JSON.
    pub terms: String,
    /// The months to come, as JSON; `{}` when there is nothing to say of them.
    pub ahead: String,
}

/// A prediction with the person it is about.
#[derive(Clone, Debug)]
pub struct PersonPrediction {
    /// Identity outside.
    pub uid: [u8; 16],
    /// Number the office knows the person by.
    pub employee_no: String,
    /// Name shown.
    pub name: String,
    /// Zone's name.
    pub zone: String,
    /// Office's name.
    pub office: String,
    /// Trade.
    pub trade: String,
    /// First day of the spell that was scored.
    pub hired_on: Option<Day>,
    /// What was said.
    pub said: PredictionRow,
}

/// What was said of someone earlier, without its reasons.
#[derive(Clone, Debug, PartialEq)]
pub struct EarlierRow {
    /// About whom.
    pub technician_id: i64,
    /// Probability of leaving within the horizon; none when not scored.
    pub probability: Option<f64>,
    /// LOW, MEDIUM, HIGH.
    pub band: Option<String>,
}

/// A model without what it computes with.
#[derive(Clone, Debug)]
pub struct ModelHead {
    /// Key.
    pub id: i64,
    /// Counts up from 1.
    pub version: u32,
    /// Days ahead it speaks of.
    pub horizon_days: i32,
    /// Last day of the data it learned from.
    pub as_of: Day,
    /// SHA-256 of the training table.
    pub data_hash: String,
    /// SHA-256 of the artifact.
    pub artifact_hash: String,
    /// What it was measured at, as JSON.
    pub card: String,
    /// When it was kept, UTC seconds.
    pub created_at: i64,
    /// First day it is too old to be relied on.
    pub expires_on: Option<Day>,
    /// When it was taken into use, UTC seconds.
    pub promoted_at: Option<i64>,
}

/// Most people in one list.
const PEOPLE_MAX: i64 = 50_000;

/// Columns and table of a model.
macro_rules! model_columns {
    () => {
        "SELECT id, version, horizon_days, as_of, data_hash, code_version, seed, parameters, card,
       CAST(artifact AS TEXT), artifact_hash, created_at
  FROM trained_model"
    };
}

/// Keeps a model under the next version; returns its key and version.
pub fn insert(tx: &Tx<'_>, model: &ModelRow) -> Result<(i64, u32)> {
    let version = tx
        .first("SELECT coalesce(max(version), 0) + 1 FROM trained_model", [], |row| row.get(0))?
        .unwrap_or(1);
    tx.run(
        "INSERT INTO trained_model
           (uid, kind, version, horizon_days, as_of, data_hash, code_version, seed, parameters,
            card, artifact, artifact_hash, created_at, updated_at)
         VALUES (?1, 'ebm', ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, CAST(?10 AS BLOB), ?11, ?12, ?12)",
        (
            tx.new_uid(),
            version,
            model.horizon_days,
            model.as_of.0,
            &model.data_hash,
            &model.code_version,
            model.seed as i64,
            &model.parameters,
            &model.card,
            &model.artifact,
            &model.artifact_hash,
            tx.now(),
        ),
    )?;
    Ok((tx.last_id(), version))
}

/// The model in use.
pub fn in_use(read: &Read<'_>) -> Result<Option<ModelRow>> {
    read.first(
        concat!(model_columns!(), " WHERE state = 'in_use' ORDER BY version DESC LIMIT 1"),
        [],
        model,
    )
}

/// One model.
pub fn by_id(read: &Read<'_>, id: i64) -> Result<Option<ModelRow>> {
    read.first(concat!(model_columns!(), " WHERE id = ?1"), [id], model)
}

fn model(row: &Row<'_>) -> Mapped<ModelRow> {
    Ok(ModelRow {
        id: row.get(0)?,
        version: row.get(1)?,
        horizon_days: row.get(2)?,
        as_of: Day(row.get(3)?),
        data_hash: row.get(4)?,
        code_version: row.get(5)?,
        seed: row.get::<_, i64>(6)? as u64,
        parameters: row.get(7)?,
        card: row.get(8)?,
        artifact: row.get(9)?,
        artifact_hash: row.get(10)?,
        created_at: row.get(11)?,
    })
}

/// Key, version, horizon and last day of data of the model in use.
pub fn in_use_key(read: &Read<'_>) -> Result<Option<(i64, u32, i32, Day)>> {
    read.first(
        "SELECT id, version, horizon_days, as_of
           FROM trained_model
          WHERE state = 'in_use'
          ORDER BY version DESC
          LIMIT 1",
        [],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, Day(row.get(3)?))),
    )
}

/// Replaces what a model said as of a day; `seals` are those of the predictions, in their order.
pub fn put_predictions(
    tx: &Tx<'_>,
    model_id: i64,
    as_of: Day,
    predictions: &[PredictionRow],
    seals: &[String],
) -> Result<()> {
    tx.run("DELETE FROM prediction WHERE model_id = ?1 AND as_of = ?2", (model_id, as_of.0))?;
    for (it, seal) in predictions.iter().zip(seals) {
        tx.run(
            "INSERT INTO prediction
               (uid, model_id, technician_id, as_of, probability, low, high, band, not_scored,
                intercept, log_odds, terms, ahead, seal, created_at, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?15)",
            (
                tx.new_uid(),
                model_id,
                it.technician_id,
                it.as_of.0,
                it.chance.map(|it| it.0),
                it.chance.map(|it| it.1),
                it.chance.map(|it| it.2),
                &it.band,
                &it.not_scored,
                it.intercept,
                it.log_odds,
                &it.terms,
                &it.ahead,
                seal,
                tx.now(),
            ),
        )?;
    }
    Ok(())
}

/// The latest day a model spoke of.
pub fn latest_as_of(read: &Read<'_>, model_id: i64) -> Result<Option<Day>> {
    let found =
        read.first("SELECT max(as_of) FROM prediction WHERE model_id = ?1", [model_id], |row| {
            row.get::<_, Option<i32>>(0)
        })?;
    Ok(found.flatten().map(Day))
}

/// The head of the model in use.
pub fn in_use_head(read: &Read<'_>) -> Result<Option<ModelHead>> {
    read.first(
        "SELECT id, version, horizon_days, as_of, data_hash, artifact_hash, card, created_at,
                expires_on, promoted_at
           FROM trained_model
          WHERE state = 'in_use'
          ORDER BY version DESC
          LIMIT 1",
        [],
        |row| {
            Ok(ModelHead {
                id: row.get(0)?,
                version: row.get(1)?,
                horizon_days: row.get(2)?,
                as_of: Day(row.get(3)?),
                data_hash: row.get(4)?,
                artifact_hash: row.get(5)?,
                card: row.get(6)?,
                created_at: row.get(7)?,
                expires_on: row.get::<_, Option<i32>>(8)?.map(Day),
                promoted_at: row.get(9)?,
            })
        },
    )
}

/// What a model said of everyone as of a day, the likeliest to leave first, not scored last.
pub fn predictions(read: &Read<'_>, model_id: i64, as_of: Day) -> Result<Vec<PersonPrediction>> {
    read.rows(PREDICTIONS, (model_id, as_of.0, None::<i64>, PEOPLE_MAX), person)
}

/// What a model said of one person as of a day.
pub fn prediction_of(
    read: &Read<'_>,
    model_id: i64,
    as_of: Day,
    technician_id: i64,
) -> Result<Option<PersonPrediction>> {
    read.first(PREDICTION_OF, (model_id, as_of.0, technician_id, 1), person)
}

/// What a model said of everyone as of an earlier day, in no order.
pub fn earlier(read: &Read<'_>, model_id: i64, as_of: Day) -> Result<Vec<EarlierRow>> {
    read.rows(EARLIER, (model_id, as_of.0, PEOPLE_MAX), |row| {
        Ok(EarlierRow { technician_id: row.get(0)?, probability: row.get(1)?, band: row.get(2)? })
    })
}

fn person(row: &Row<'_>) -> Mapped<PersonPrediction> {
    let ends: (Option<f64>, Option<f64>, Option<f64>) = (row.get(2)?, row.get(3)?, row.get(4)?);
    Ok(PersonPrediction {
        uid: row.get(10)?,
        employee_no: row.get(11)?,
        name: row.get(12)?,
        zone: row.get(13)?,
        office: row.get(14)?,
        trade: row.get(15)?,
        hired_on: row.get::<_, Option<i32>>(16)?.map(Day),
        said: PredictionRow {
            technician_id: row.get(0)?,
            as_of: Day(row.get(1)?),
            chance: ends.0.zip(ends.1).zip(ends.2).map(|((a, b), c)| (a, b, c)),
            band: row.get(5)?,
            not_scored: row.get(6)?,
            intercept: row.get(7)?,
            log_odds: row.get(8)?,
            terms: row.get(9)?,
            ahead: row.get(17)?,
        },
    })
}

/// Columns and tables of a prediction with its person.
macro_rules! person_predictions {
    ($of:literal) => {
        concat!(
            "SELECT p.technician_id, p.as_of, p.probability, p.low, p.high, p.band, p.not_scored,
       p.intercept, p.log_odds, p.terms, t.uid, t.source_key, t.display_name,
       coalesce(z.name, ''), coalesce(o.name, ''), t.trade,
       (SELECT max(e.hired_on) FROM employment e
         WHERE e.technician_id = p.technician_id AND e.hired_on < p.as_of),
       p.ahead
  FROM prediction p
  JOIN technician t ON t.id = p.technician_id
  LEFT JOIN zone z ON z.id = t.zone_id
  LEFT JOIN office o ON o.id = t.office_id
 WHERE p.model_id = ?1 AND p.as_of = ?2 AND ",
            $of,
            "
 ORDER BY p.probability DESC NULLS LAST, t.source_key
 LIMIT ?4"
        )
    };
}

const PREDICTIONS: &str = person_predictions!("?3 IS NULL");
const PREDICTION_OF: &str = person_predictions!("p.technician_id = ?3");

const EARLIER: &str = "\
SELECT technician_id, probability, band
  FROM prediction
 WHERE model_id = ?1 AND as_of = ?2
 LIMIT ?3";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixture::Scratch;

    #[test]
    fn predictions_are_found_by_their_index_and_no_job_is_read() {
        let scratch = Scratch::empty();
        let plans = scratch.store.read_long(|read| {
            let four = (1_i64, 1_i32, 1_i64, 1_i64);
            Ok::<_, super::super::Error>([
                read.plan(PREDICTIONS, four)?,
                read.plan(PREDICTION_OF, four)?,
                read.plan(EARLIER, (1_i64, 1_i32, 1_i64))?,
            ])
        });
        for plan in plans.unwrap() {
            let lines = plan.join("\n");
            assert!(
                lines.contains("USING INDEX sqlite_autoindex_prediction_2 (model_id=?"),
                "{lines}"
            );
            assert!(!lines.contains("SCAN p") && !lines.contains("job"), "{lines}");
        }
    }
}
