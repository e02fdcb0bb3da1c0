//! Removes what came from one source, and all that was made of it.

use super::{Result, Tx};
use crate::domain::fact::FACTS;

/// Removes every fact of a source, every derived row, and every model, prediction and forecast: they knew
/// those facts. What is left of other sources is marked for computing anew.
pub fn source(tx: &Tx<'_>, source: &str) -> Result<()> {
    for made in [
        "DELETE FROM prediction",
        "DELETE FROM verification",
        "DELETE FROM scenario",
        "UPDATE trained_model SET replaces = NULL",
        "DELETE FROM trained_model",
        "DELETE FROM situation_vec",
        "DELETE FROM technician_month",
        "DELETE FROM roll_technician_month",
        "DELETE FROM roll_zone_day",
        "DELETE FROM forecast",
        "DELETE FROM finding",
        "DELETE FROM stale",
        "UPDATE derived_state SET data_from = NULL, data_to = NULL, rolled_to = NULL, revision = revision + 1",
    ] {
        tx.run(made, [])?;
    }
    for fact in FACTS.iter().rev() {
        tx.run(&format!("DELETE FROM {} WHERE source = ?1", fact.table), [source])?;
    }
    tx.run(
        "DELETE FROM quarantine WHERE import_id IN (SELECT id FROM import_run WHERE source = ?1)",
        [source],
    )?;
    tx.run("DELETE FROM import_run WHERE source = ?1", [source])?;
    super::facts::mark(tx, super::facts::EVERYONE, 0)
}
