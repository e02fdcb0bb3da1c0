//! Offices and their zones, for choosing one.

use super::{Read, Result};

/// An office or a zone of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaceRow {
    /// Its identity outside the process.
    pub uid: [u8; 16],
    /// Key of the office.
    pub office_id: i64,
    /// Key of the zone; none for the office itself.
    pub zone_id: Option<i64>,
    /// Name of the office.
    pub office: String,
    /// Name of the zone; empty for the office itself.
    pub zone: String,
}

/// Most places listed.
pub const PLACES_MAX: i64 = 2000;

/// Every office, each followed by its zones, by code.
pub fn list(read: &Read<'_>) -> Result<Vec<PlaceRow>> {
    read.rows(
        "SELECT o.uid, o.id, NULL AS zone_id, o.name, '' AS zone, o.source_key, '' AS zone_key
           FROM office o
          UNION ALL
         SELECT z.uid, o.id, z.id, o.name, z.name, o.source_key, z.source_key
           FROM zone z JOIN office o ON o.id = z.office_id
          ORDER BY 6, 7
          LIMIT ?1",
        [PLACES_MAX],
        |row| {
            Ok(PlaceRow {
                uid: row.get(0)?,
                office_id: row.get(1)?,
                zone_id: row.get(2)?,
                office: row.get(3)?,
                zone: row.get(4)?,
            })
        },
    )
}
