//! Background work as the office remembers it.
//!
//! Never here: how work is run (see `crate::task`).

use super::{Cx, Office, Result};
use crate::domain::told::Kind;
use crate::store::tasks;

pub use crate::store::tasks::RunRow as Run;

/// Identity of a run outside the process.
pub type Uid = [u8; 16];

/// Where a run stands; the words kept in the store.
pub mod state {
    /// Queued.
    pub const WAITING: &str = "waiting";
    /// Under way.
    pub const RUNNING: &str = "running";
    /// Ended well.
    pub const DONE: &str = "done";
    /// Ended badly.
    pub const FAILED: &str = "failed";
    /// Stopped by a person.
    pub const CANCELLED: &str = "cancelled";
    /// The program ended while it was under way.
    pub const INTERRUPTED: &str = "interrupted";
}

impl Office {
    /// Notes a run that waits and gives its identity.
    pub fn note_run(&self, name: &str, payload: &str) -> Result<Uid> {
        let (name, payload) = (name.to_owned(), payload.to_owned());
        self.store.write(move |tx| {
            let uid = tx.new_uid();
            tasks::insert(tx, uid, &name, &payload, "this machine")?;
            Ok(uid)
        })
    }

    /// Notes that a run begins.
    pub fn begin_run(&self, uid: Uid) -> Result<()> {
        Ok(self.store.write(move |tx| tasks::begin(tx, uid))?)
    }

    /// Notes how a run ended.
    pub fn end_run(&self, run: Run) -> Result<()> {
        Ok(self.store.write(move |tx| tasks::end(tx, &run))?)
    }

    /// At start: marks what was interrupted, returns what still waits.
    pub fn recover_runs(&self) -> Result<Vec<Run>> {
        Ok(self.store.write(tasks::recover)?)
    }
}

/// The latest runs, newest first.
pub fn list(cx: &Cx<'_>) -> Result<Vec<Run>> {
    Ok(tasks::list(cx.read)?)
}

/// One run.
pub fn find(cx: &Cx<'_>, uid: Uid) -> Result<Run> {
    tasks::find(cx.read, uid)?.ok_or_else(|| {
        super::Error::told(Kind::NotFound, "There is no such task.", "It may be of another office.")
    })
}
