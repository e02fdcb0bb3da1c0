//! Who looked at whom and took what away: written once, never changed.
//!
//! Never here: reading it back by anybody but the pages of the person in charge.

use super::{Read, Result, Tx};

/// Something that was done, as kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Who did it.
    pub actor: String,
    /// What, in one or two words with a dot: `person.open`.
    pub act: String,
    /// To whom or what.
    pub object: String,
    /// More, such as the filters of an export.
    pub detail: String,
}

/// Writes an entry.
pub fn add(tx: &Tx<'_>, it: &Entry) -> Result<()> {
    tx.run(
        "INSERT INTO audit (uid, actor, act, object, detail, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)",
        (tx.new_uid(), &it.actor, &it.act, &it.object, &it.detail, tx.now()),
    )?;
    Ok(())
}

/// The last entries, newest first.
pub fn last(read: &Read<'_>, most: u32) -> Result<Vec<Entry>> {
    read.rows(
        "SELECT actor, act, object, detail FROM audit ORDER BY id DESC LIMIT ?1",
        [most],
        |row| {
            Ok(Entry {
                actor: row.get(0)?,
                act: row.get(1)?,
                object: row.get(2)?,
                detail: row.get(3)?,
            })
        },
    )
}
