//! Long work: what can be asked for, and the queue that runs it.
//!
//! A task is a small value with an idempotent `run`: its results are written in one transaction at
//! the end, so a run that was cut off is simply asked for again. Never here: SQL, HTTP.

mod demo;
mod forecast;
mod import;
mod queue;
mod refresh;
mod score;
mod train;
mod verify;

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::app::progress::Tell;
use crate::app::{Error, Office, Result};

pub use demo::Demo;
pub use forecast::{Asked, Forecast};
pub use import::Import;
pub use queue::{Queue, RunView};
pub use refresh::Refresh;
pub use score::Score;
pub use train::Train;
pub use verify::Verify;

/// Which thread runs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Training and scoring.
    Compute,
    /// Files and other people's systems.
    Transfer,
}

/// Background work.
pub trait Task: Serialize + DeserializeOwned {
    /// Its name in the store and in addresses.
    const NAME: &'static str;
    /// What a person calls it.
    const TITLE: &'static str;
    /// Where it runs.
    const LANE: Lane;
    /// Whether a second request joins one that waits or runs.
    const ALONE: bool;
    /// What follows when it ended well: a task that takes no orders, by its name.
    const THEN: Option<&'static str> = None;

    /// Does it, telling how far it is; returns what came out in one sentence.
    fn run(&self, office: &Office, tell: &dyn Tell) -> Result<String>;
}

/// A row of the table of tasks.
pub struct Entry {
    /// `Task::NAME`.
    pub name: &'static str,
    /// `Task::TITLE`.
    pub title: &'static str,
    /// `Task::LANE`.
    pub lane: Lane,
    /// `Task::ALONE`.
    pub alone: bool,
    /// `Task::THEN`.
    pub then: Option<&'static str>,
    run: fn(&Office, &str, &dyn Tell) -> Result<String>,
}

/// Every task there is.
pub const TASKS: &[Entry] = &[
    entry::<Demo>(),
    entry::<Import>(),
    entry::<Train>(),
    entry::<Score>(),
    entry::<Refresh>(),
    entry::<Verify>(),
    entry::<Forecast>(),
];

const fn entry<T: Task>() -> Entry {
    fn run<T: Task>(office: &Office, payload: &str, tell: &dyn Tell) -> Result<String> {
        let task: T = serde_json::from_str(payload)
            .map_err(|error| Error::broken(format!("read what {} was asked", T::NAME), error))?;
        task.run(office, tell)
    }
    Entry {
        name: T::NAME,
        title: T::TITLE,
        lane: T::LANE,
        alone: T::ALONE,
        then: T::THEN,
        run: run::<T>,
    }
}

/// The entry of a name.
pub fn find(name: &str) -> Option<&'static Entry> {
    TASKS.iter().find(|it| it.name == name)
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}
