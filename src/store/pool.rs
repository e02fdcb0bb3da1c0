//! Threads that own connections, fed by one bounded queue each pool.
//!
//! A panic in one piece of work is caught: the asker gets `Gone`, the thread goes on. Never here:
//! SQL of the business.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, OpenFlags};
use tokio::sync::oneshot;

use super::{Error, Result};

/// Requests that may wait; beyond it the asker is told to come back.
const QUEUE_MAX: usize = 1024;

type Work = Box<dyn FnOnce(&mut Connection) + Send>;

/// Some connections, each on a thread of its own.
#[derive(Debug)]
pub(super) struct Pool {
    queue: SyncSender<Work>,
}

impl Pool {
    /// Starts one thread for each connection.
    pub(super) fn start(name: &str, connections: Vec<Connection>) -> Result<Self> {
        let (queue, waiting) = sync_channel::<Work>(QUEUE_MAX);
        let waiting = Arc::new(Mutex::new(waiting));
        for (number, conn) in connections.into_iter().enumerate() {
            let waiting = Arc::clone(&waiting);
            std::thread::Builder::new()
                .name(format!("{name}-{number}"))
                .spawn(move || serve(conn, &waiting))
                .map_err(|error| Error::Open(format!("no thread for the database: {error}.")))?;
        }
        Ok(Self { queue })
    }

    /// Queues work; its result arrives on the receiver.
    pub(super) fn send<T, F>(&self, work: F) -> Result<oneshot::Receiver<T>>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> T + Send + 'static,
    {
        let (answer, receiver) = oneshot::channel();
        let work: Work = Box::new(move |conn| {
            // The asker may have left; then nobody needs the answer.
            let _gone = answer.send(work(conn));
        });
        self.queue.try_send(work).map_err(|error| match error {
            TrySendError::Full(_) => Error::Busy,
            TrySendError::Disconnected(_) => Error::Gone,
        })?;
        Ok(receiver)
    }
}

fn serve(mut conn: Connection, waiting: &Mutex<Receiver<Work>>) {
    loop {
        let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(work) = next else { return };
        if catch_unwind(AssertUnwindSafe(|| work(&mut conn))).is_err() {
            tracing::error!("work on the database panicked");
        }
    }
}

/// Opens the one read-write connection.
pub(super) fn open_writer(path: &Path) -> Result<Connection> {
    let conn = Connection::open(path).map_err(|error| cannot_open(path, &error))?;
    conn.execute_batch(
        "PRAGMA busy_timeout = 5000;
         PRAGMA journal_mode = WAL;
         PRAGMA synchronous = NORMAL;
         PRAGMA foreign_keys = ON;
         PRAGMA cache_size = -65536;
         PRAGMA temp_store = MEMORY;
         PRAGMA journal_size_limit = 67108864;
         PRAGMA cell_size_check = ON;
         PRAGMA trusted_schema = OFF;",
    )
    .map_err(|error| cannot_open(path, &error))?;
    conn.set_prepared_statement_cache_capacity(128);
    Ok(conn)
}

/// Opens read-only connections on an existing file.
pub(super) fn open_readers(path: &Path, count: usize) -> Result<Vec<Connection>> {
    (0..count)
        .map(|_| {
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
                | OpenFlags::SQLITE_OPEN_NO_MUTEX
                | OpenFlags::SQLITE_OPEN_URI;
            let conn = Connection::open_with_flags(path, flags)
                .map_err(|error| cannot_open(path, &error))?;
            conn.execute_batch(
                "PRAGMA busy_timeout = 5000;
                 PRAGMA query_only = ON;
                 PRAGMA cache_size = -16384;
                 PRAGMA temp_store = MEMORY;
                 PRAGMA trusted_schema = OFF;",
            )?;
            conn.set_prepared_statement_cache_capacity(128);
            Ok(conn)
        })
        .collect()
}

fn cannot_open(path: &Path, error: &rusqlite::Error) -> Error {
    let shown = path.display();
    let code = error.sqlite_error_code();
    let why = match code {
        Some(rusqlite::ErrorCode::NotADatabase | rusqlite::ErrorCode::DatabaseCorrupt) => {
            "it is damaged or is not a Crewkeep file. It was left as it is: move it away and start \
             again, or put a backup in its place"
        }
        Some(rusqlite::ErrorCode::CannotOpen | rusqlite::ErrorCode::ReadOnly) => {
            "the folder or file cannot be written. Choose a folder of your own with --data-dir"
        }
        Some(rusqlite::ErrorCode::DiskFull) => "the disk is full. Free some space and start again",
        _ => return Error::Open(format!("{shown} cannot be opened: {error}.")),
    };
    Error::Open(format!("{shown} cannot be opened: {why}."))
}
