//! Past situations as points in space, for "most alike": the vector search of the store.
//!
//! Never here: what makes two situations alike (the caller scales).

use super::months::{ExitType, FEATURE_COUNT};
use super::{Read, Result, Tx};
use crate::domain::calendar::Day;

/// A situation: one number for each feature, as the caller measures.
pub type Point = [f32; FEATURE_COUNT];

/// Replaces all situations.
pub fn replace(tx: &Tx<'_>, points: &[(i64, Point)]) -> Result<()> {
    tx.run("DELETE FROM situation_vec", [])?;
    for (technician_month_id, point) in points {
        tx.run(
            "INSERT INTO situation_vec (technician_month_id, situation) VALUES (?1, ?2)",
            (technician_month_id, bytes(point)),
        )?;
    }
    Ok(())
}

/// The `k` nearest situations, nearest first: the key of each technician-month, the technician, the
/// month, and the distance.
pub fn nearest(read: &Read<'_>, point: &Point, k: u32) -> Result<Vec<Near>> {
    read.rows(
        // Materialised: the index takes no other order than its own.
        "WITH v AS MATERIALIZED (
           SELECT technician_month_id, distance
             FROM situation_vec
            WHERE situation MATCH ?1 AND k = ?2
         )
         SELECT v.technician_month_id, m.technician_id, m.month_no, m.as_of, e.exited_on,
                e.exit_type, v.distance
           FROM v
           JOIN technician_month m ON m.id = v.technician_month_id
           JOIN employment e ON e.id = m.employment_id
          ORDER BY v.distance, v.technician_month_id",
        (bytes(point), k),
        |row| {
            let exited_on: Option<i32> = row.get(4)?;
            let exit_type = ExitType::of(row.get::<_, Option<String>>(5)?.as_deref());
            Ok(Near {
                technician_id: row.get(1)?,
                month_no: row.get(2)?,
                as_of: Day(row.get(3)?),
                exit: exited_on.map(|on| (Day(on), exit_type)),
                distance: row.get(6)?,
            })
        },
    )
}

/// A situation near a point.
#[derive(Clone, Debug, PartialEq)]
pub struct Near {
    /// Whose it was.
    pub technician_id: i64,
    /// In which month.
    pub month_no: i32,
    /// The month's first day.
    pub as_of: Day,
    /// How that spell ended, if it did.
    pub exit: Option<(Day, ExitType)>,
    /// Euclidean distance of the points.
    pub distance: f64,
}

fn bytes(point: &Point) -> Vec<u8> {
    point.iter().flat_map(|it| it.to_le_bytes()).collect()
}
