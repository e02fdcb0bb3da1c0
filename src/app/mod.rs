//! What a person can do: read, compute, write, audit. Pages, commands and tasks are thin over this.
//!
//! Never here: HTML, request types, command-line types.

pub mod alike;
pub mod audit;
pub mod card;
pub mod csv;
pub mod demo;
pub mod derive;
pub mod exchange;
pub mod export;
#[cfg(test)]
pub(crate) mod fixture;
pub mod frame;
pub mod gates;
pub mod glossary;
pub mod hiring;
pub mod holidays;
pub mod imports;
pub mod lab;
pub mod material;
pub mod memo;
pub mod metrics;
pub mod models;
pub mod outlook;
pub mod people;
pub mod person;
pub mod place;
pub mod plan;
pub mod progress;
pub mod refuse;
pub mod registry;
pub mod runs;
pub mod scope;
pub mod score;
pub mod second;
pub mod sentences;
pub mod today;
pub mod train;
pub mod turnover;
pub mod verify;
pub mod whatif;

use std::fmt;
use std::sync::Arc;

use crate::clock::Clock;
use crate::config::{Config, Settings};
use crate::domain::calendar::Day;
use crate::domain::told::{Kind, Told};
use crate::store::{self, Read, Store};

pub use memo::Memo;
pub use place::Place;

/// Everything wired together: the office as the program knows it. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Office {
    pub(crate) store: Store,
    clock: Clock,
    settings: Arc<Settings>,
    place: Arc<Place>,
    memo: Arc<Memo>,
}

/// What a read may look at: one consistent state of the store, today, the settings.
#[derive(Clone, Copy, Debug)]
pub struct Cx<'a> {
    pub(crate) read: &'a Read<'a>,
    /// Today on the office's wall.
    pub today: Day,
    /// The settings in force.
    pub config: &'a Config,
    pub(crate) memo: &'a Memo,
}

/// Why something could not be done.
#[derive(Debug)]
pub enum Error {
    /// Said to the person as it is.
    Told(Told),
    /// A defect or a machine failure: the log gets the cause, the person an incident number.
    Broken {
        /// What was being done.
        doing: String,
        /// What went wrong.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// Result of the application.
pub type Result<T> = std::result::Result<T, Error>;

impl Office {
    /// Opens the store at a place the caller holds the lock of.
    pub fn open(place: Place, settings: Settings, clock: Clock) -> Result<Self> {
        let store = Store::open(place.dir(), clock)?;
        imports::stage::sweep(place.dir());
        Ok(Self {
            store,
            clock,
            settings: Arc::new(settings),
            place: Arc::new(place),
            memo: Arc::default(),
        })
    }

    /// Opens the store for reading and short writes beside a program that may be running.
    pub fn attach(place: Place, settings: Settings, clock: Clock) -> Result<Self> {
        let store = Store::attach(place.dir(), clock)?;
        Ok(Self {
            store,
            clock,
            settings: Arc::new(settings),
            place: Arc::new(place),
            memo: Arc::default(),
        })
    }

    /// The settings in force.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The values in force.
    pub fn config(&self) -> &Config {
        &self.settings.config
    }

    /// Where the data lies.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// The clock.
    pub fn clock(&self) -> Clock {
        self.clock
    }

    /// Reads for a page, without blocking the request's thread.
    pub async fn page<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Cx<'_>) -> Result<T> + Send + 'static,
    {
        let (today, settings) = (self.clock.today(), Arc::clone(&self.settings));
        let memo = Arc::clone(&self.memo);
        self.store
            .read(move |read| work(&Cx { read, today, config: &settings.config, memo: &memo }))
            .await
    }

    /// Reads for a command or a task, and waits.
    pub fn look<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Cx<'_>) -> Result<T> + Send + 'static,
    {
        let (today, settings) = (self.clock.today(), Arc::clone(&self.settings));
        let memo = Arc::clone(&self.memo);
        self.store
            .read_long(move |read| work(&Cx { read, today, config: &settings.config, memo: &memo }))
    }

    /// Folds the log into the file before the program ends.
    pub fn close(&self) {
        if let Err(error) = self.store.settle() {
            tracing::warn!(%error, "the store could not be settled");
        }
    }
}

impl Error {
    /// A failure told to the person.
    pub fn told(kind: Kind, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Told(Told::new(kind, message, hint))
    }

    /// A failure for the log.
    pub fn broken(
        doing: impl Into<String>,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Broken { doing: doing.into(), source: source.into() }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Told(told) => told.fmt(f),
            Self::Broken { doing, source } => write!(f, "{doing}: {source}"),
        }
    }
}

impl std::error::Error for Error {}

impl From<Told> for Error {
    fn from(told: Told) -> Self {
        Self::Told(told)
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        match error.remedy() {
            Some(told) => Self::Told(told),
            None => Self::broken("use the store", error),
        }
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        use std::io::ErrorKind;
        match error.kind() {
            ErrorKind::StorageFull => Self::told(
                Kind::Machine,
                "The disk is full.",
                "What was saved before is safe. Free some space and try again.",
            ),
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Self::told(
                Kind::Machine,
                format!("The folder or file cannot be used: {error}."),
                "Choose a folder you may write to with --data-dir.",
            ),
            _ => Self::broken("use a file", error),
        }
    }
}
