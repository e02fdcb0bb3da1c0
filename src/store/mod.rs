//! The one SQLite file.
//!
//! One writer thread owns the only read-write connection; reader threads own read-only ones, a few
//! for pages and one for long work, so that a page never waits behind a training read. Closures are
//! sent to these threads; the connection itself never leaves this module.
//!
//! Never here: permission checks, arithmetic beyond SQL, HTML.

#[cfg(test)]
pub(crate) mod fixture;
mod migrate;
mod pool;

pub mod audit;
pub mod facts;
pub mod forecasts;
pub mod hiring;
pub mod imports;
pub mod models;
pub mod months;
pub mod office;
pub mod people;
pub mod places;
pub mod registry;
pub mod rollups;
pub mod scenarios;
pub mod situations;
pub mod staffing;
pub mod tasks;
pub mod wipe;

use std::fmt;
use std::ops::Deref;
use std::path::Path;
use std::sync::Arc;

use rusqlite::{Connection, ErrorCode, Params};

use crate::clock::Clock;
use crate::domain::told::{Kind, Told};
use pool::Pool;

pub use rusqlite::{Row, named_params, params, types::Value};

/// File name of the database inside the data directory.
pub const FILE_NAME: &str = "crewkeep.db";

/// The open store. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    pages: Arc<Pool>,
    long: Arc<Pool>,
    writer: Arc<Pool>,
    clock: Clock,
}

/// Why the store could not do something.
#[derive(Debug)]
pub enum Error {
    /// SQLite said no.
    Sql(rusqlite::Error),
    /// The file cannot be opened, or is not ours, or is newer than this program.
    Open(String),
    /// Too many requests are waiting.
    Busy,
    /// The work was stopped by whoever asked for it.
    Cancelled,
    /// The thread that did the work is gone: it panicked or the program is stopping.
    Gone,
}

/// Result of the store.
pub type Result<T> = std::result::Result<T, Error>;

/// Result of mapping one row.
pub type Mapped<T> = rusqlite::Result<T>;

/// A connection lent for reading.
#[derive(Clone, Copy)]
pub struct Read<'c> {
    conn: &'c Connection,
}

/// A connection lent for one write transaction.
pub struct Tx<'c> {
    read: Read<'c>,
    now: i64,
}

impl Store {
    /// Opens (or creates) the file in `dir`, migrates it and starts the threads.
    ///
    /// # Errors
    /// `Open` when the folder or file cannot be used, `Sql` when a migration fails.
    pub fn open(dir: &Path, clock: Clock) -> Result<Self> {
        migrate::register_extensions();
        let path = dir.join(FILE_NAME);
        let mut conn = pool::open_writer(&path)?;
        migrate::run(&mut conn, &path)?;
        let readers = std::thread::available_parallelism().map_or(2, usize::from).clamp(2, 8);
        Ok(Self {
            writer: Arc::new(Pool::start("writer", vec![conn])?),
            pages: Arc::new(Pool::start("reader", pool::open_readers(&path, readers)?)?),
            long: Arc::new(Pool::start("long-reader", pool::open_readers(&path, 2)?)?),
            clock,
        })
    }

    /// Opens an existing file beside a program that may be running: nothing is migrated.
    ///
    /// # Errors
    /// `Open` when there is no file or its format is not this program's.
    pub fn attach(dir: &Path, clock: Clock) -> Result<Self> {
        migrate::register_extensions();
        let path = dir.join(FILE_NAME);
        if !path.exists() {
            return Err(Error::Open(format!(
                "There is no data in {}. Start crewkeep there first, or name another --data-dir.",
                dir.display()
            )));
        }
        let conn = pool::open_writer(&path)?;
        migrate::check(&conn, &path)?;
        Ok(Self {
            writer: Arc::new(Pool::start("writer", vec![conn])?),
            pages: Arc::new(Pool::start("reader", pool::open_readers(&path, 1)?)?),
            long: Arc::new(Pool::start("long-reader", pool::open_readers(&path, 2)?)?),
            clock,
        })
    }

    /// Reads for a page; the caller waits without blocking its thread.
    pub async fn read<T, E, F>(&self, work: F) -> std::result::Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: FnOnce(&Read<'_>) -> std::result::Result<T, E> + Send + 'static,
    {
        self.pages.send(move |conn| work(&Read { conn }))?.await.map_err(|_| Error::Gone)?
    }

    /// Reads on the thread for long work and waits for it. Not for request workers.
    pub fn read_long<T, E, F>(&self, work: F) -> std::result::Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: FnOnce(&Read<'_>) -> std::result::Result<T, E> + Send + 'static,
    {
        self.long
            .send(move |conn| work(&Read { conn }))?
            .blocking_recv()
            .map_err(|_| Error::Gone)?
    }

    /// Writes in one `IMMEDIATE` transaction, rolled back when `work` fails, and waits for it. Not for
    /// request workers.
    pub fn write<T, E, F>(&self, work: F) -> std::result::Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: FnOnce(&Tx<'_>) -> std::result::Result<T, E> + Send + 'static,
    {
        self.send_write(work)?.blocking_recv().map_err(|_| Error::Gone)?
    }

    /// As `write`, for request workers.
    pub async fn write_async<T, E, F>(&self, work: F) -> std::result::Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: FnOnce(&Tx<'_>) -> std::result::Result<T, E> + Send + 'static,
    {
        self.send_write(work)?.await.map_err(|_| Error::Gone)?
    }

    /// Folds the log into the file and refreshes the planner's statistics: after a load, at the end.
    pub fn settle(&self) -> Result<()> {
        let settled = self.writer.send(|conn| -> Result<()> {
            conn.execute_batch("PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE);")?;
            Ok(())
        })?;
        settled.blocking_recv().map_err(|_| Error::Gone)?
    }

    fn send_write<T, E, F>(
        &self,
        work: F,
    ) -> Result<tokio::sync::oneshot::Receiver<std::result::Result<T, E>>>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: FnOnce(&Tx<'_>) -> std::result::Result<T, E> + Send + 'static,
    {
        let now = self.clock.seconds();
        self.writer.send(move |conn| {
            let tx = conn
                .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
                .map_err(Error::from)?;
            let done = work(&Tx { read: Read { conn: &tx }, now })?;
            tx.commit().map_err(Error::from)?;
            Ok(done)
        })
    }
}

impl Read<'_> {
    /// Every row of a query, mapped.
    pub fn rows<T, P, F>(&self, sql: &str, params: P, map: F) -> Result<Vec<T>>
    where
        P: Params,
        F: FnMut(&Row<'_>) -> rusqlite::Result<T>,
    {
        let mut statement = self.conn.prepare_cached(sql)?;
        let rows = statement.query_map(params, map)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The first row of a query, mapped, if there is one.
    pub fn first<T, P, F>(&self, sql: &str, params: P, map: F) -> Result<Option<T>>
    where
        P: Params,
        F: FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    {
        let mut statement = self.conn.prepare_cached(sql)?;
        let mut rows = statement.query(params)?;
        match rows.next()? {
            Some(row) => Ok(Some(map(row)?)),
            None => Ok(None),
        }
    }

    /// Hands each row to `each`, without collecting.
    pub fn each<P, F>(&self, sql: &str, params: P, mut each: F) -> Result<()>
    where
        P: Params,
        F: FnMut(&Row<'_>) -> rusqlite::Result<()>,
    {
        let mut statement = self.conn.prepare_cached(sql)?;
        let mut rows = statement.query(params)?;
        while let Some(row) = rows.next()? {
            each(row)?;
        }
        Ok(())
    }

    /// How SQLite would run a query: the lines of `EXPLAIN QUERY PLAN`.
    pub fn plan<P: Params>(&self, sql: &str, params: P) -> Result<Vec<String>> {
        self.rows(&format!("EXPLAIN QUERY PLAN {sql}"), params, |row| row.get(3))
    }
}

impl<'c> Deref for Tx<'c> {
    type Target = Read<'c>;
    fn deref(&self) -> &Read<'c> {
        &self.read
    }
}

impl Tx<'_> {
    /// Seconds since 1970 (UTC) at the start of the transaction, for `created_at`, `updated_at`.
    pub fn now(&self) -> i64 {
        self.now
    }

    /// Runs a statement; returns the rows it changed.
    pub fn run<P: Params>(&self, sql: &str, params: P) -> Result<usize> {
        Ok(self.conn.prepare_cached(sql)?.execute(params)?)
    }

    /// The key of the row inserted last.
    pub fn last_id(&self) -> i64 {
        self.conn.last_insert_rowid()
    }

    /// A new identity for a row, as kept outside.
    pub fn new_uid(&self) -> [u8; 16] {
        *uuid::Uuid::now_v7().as_bytes()
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Store")
    }
}

impl fmt::Debug for Read<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Read")
    }
}

impl fmt::Debug for Tx<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tx")
    }
}

impl Error {
    /// What a person can do about it, when it is not a defect of the program.
    pub fn remedy(&self) -> Option<Told> {
        let told = |message: &str, hint: &str| Some(Told::new(Kind::Machine, message, hint));
        match self {
            Self::Open(message) => told(message, ""),
            Self::Busy => Some(Told::new(
                Kind::Busy,
                "Too many requests are waiting.",
                "Nothing was lost. Try again in a moment.",
            )),
            Self::Sql(error) => match error.sqlite_error_code()? {
                ErrorCode::DiskFull => told(
                    "The disk is full.",
                    "What was saved before is safe, this change was not made. Free some space and \
                     try again.",
                ),
                ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied => told(
                    "The data folder cannot be written.",
                    "Nothing was changed. Give this account the right to write there, or start \
                     with another --data-dir.",
                ),
                ErrorCode::SystemIoFailure => told(
                    "The disk refused to write: it is full, over its limit or failing.",
                    "What was saved before is safe, this change was not made. Free some space or \
                     check the disk, then try again.",
                ),
                ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => told(
                    "The data file is damaged.",
                    "Stop the program, keep the file aside and put a backup in its place.",
                ),
                ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Some(Told::new(
                    Kind::Busy,
                    "Another program is writing to the data.",
                    "Nothing was changed. Try again in a moment.",
                )),
                ErrorCode::OperationInterrupted => {
                    Some(Told::new(Kind::Busy, "The work was stopped.", "Nothing was changed."))
                }
                _ => None,
            },
            Self::Cancelled => Some(Told::new(Kind::Busy, "Stopped.", "Nothing was changed.")),
            Self::Gone => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sql(error) => write!(f, "the database said: {error}"),
            Self::Open(message) => f.write_str(message),
            Self::Busy => f.write_str("too many requests are waiting"),
            Self::Cancelled => f.write_str("stopped"),
            Self::Gone => f.write_str("the database thread is gone"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Sql(error) => Some(error),
            _ => None,
        }
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}
