//! Numbered migrations, each in one transaction, and the snapshot of what they add up to.
//!
//! `user_version` holds how many have run. A file newer than this program is refused, never
//! touched; before an older file is changed, a copy is put beside it. Never here: data.

use std::path::Path;
use std::sync::Once;

use rusqlite::Connection;

use super::{Error, Result};

/// Every migration, in order. Landed ones never change: add the next.
pub(super) const MIGRATIONS: &[(&str, &str)] = &[
    ("0001_facts", include_str!("migrations/0001_facts.sql")),
    ("0002_derived", include_str!("migrations/0002_derived.sql")),
    ("0003_decisions", include_str!("migrations/0003_decisions.sql")),
    ("0004_registry", include_str!("migrations/0004_registry.sql")),
    ("0005_horizons", include_str!("migrations/0005_horizons.sql")),
    ("0006_series", include_str!("migrations/0006_series.sql")),
    ("0007_scenarios", include_str!("migrations/0007_scenarios.sql")),
];

/// Marks the file as ours: "Crew" in ASCII.
const APPLICATION_ID: i64 = 0x4372_6577;

/// Makes vector search part of every connection opened afterwards.
#[expect(unsafe_code, reason = "SQLite takes its extensions as C function pointers")]
pub(super) fn register_extensions() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: `sqlite3_vec_init` is an extension entry point with the signature SQLite asks for;
        // the crate declares it without arguments. It lives as long as the program.
        unsafe {
            let init = std::mem::transmute::<*const (), rusqlite::auto_extension::RawAutoExtension>(
                sqlite_vec::sqlite3_vec_init as *const (),
            );
            if let Err(error) = rusqlite::auto_extension::register_auto_extension(init) {
                tracing::error!(%error, "vector search cannot be registered");
            }
        }
    });
}

/// Brings the file up to this program.
///
/// # Errors
/// `Open` for a file of another program, a damaged one or one from a newer version.
pub(super) fn run(conn: &mut Connection, path: &Path) -> Result<()> {
    let id: i64 = pragma(conn, "application_id")?;
    let have = pragma(conn, "user_version")?;
    let want = MIGRATIONS.len() as i64;
    let tables: i64 = conn.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if (id != APPLICATION_ID && tables > 0) || have < 0 {
        return Err(Error::Open(format!(
            "{} belongs to another program. It was left as it is: choose another --data-dir.",
            path.display()
        )));
    }
    if have > want {
        return Err(Error::Open(format!(
            "{} was written by a newer Crewkeep (format {have}, this program knows {want}). \
             Start the newer program.",
            path.display()
        )));
    }
    if have > 0 && have < want {
        let copy = path.with_extension(format!("before-format-{want}.db"));
        if !copy.exists() {
            conn.execute("VACUUM INTO ?1", [copy.to_string_lossy()])?;
        }
    }
    for (done, (name, sql)) in MIGRATIONS.iter().enumerate().skip(have as usize) {
        let tx = conn.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        tx.execute_batch(sql)?;
        tx.pragma_update(None, "user_version", done as i64 + 1)?;
        tx.pragma_update(None, "application_id", APPLICATION_ID)?;
        tx.commit()?;
        tracing::info!(migration = name, "migrated");
    }
    Ok(())
}

/// Refuses a file that `run` would have to change.
pub(super) fn check(conn: &Connection, path: &Path) -> Result<()> {
    let (id, have): (i64, i64) = (pragma(conn, "application_id")?, pragma(conn, "user_version")?);
    if id == APPLICATION_ID && have == MIGRATIONS.len() as i64 {
        return Ok(());
    }
    Err(Error::Open(format!(
        "{} is not in this program's format. Start crewkeep on it once.",
        path.display()
    )))
}

fn pragma(conn: &Connection, name: &str) -> Result<i64> {
    Ok(conn.pragma_query_value(None, name, |row| row.get(0))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn migrated(dir: &Path) -> Connection {
        register_extensions();
        let path = dir.join("t.db");
        let mut conn = Connection::open(&path).unwrap();
        run(&mut conn, &path).unwrap();
        conn
    }

    fn schema(conn: &Connection) -> String {
        let mut statement = conn
            .prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type DESC, name")
            .unwrap();
        let rows: Vec<String> =
            statement.query_map([], |row| row.get(0)).unwrap().map(|it| it.unwrap()).collect();
        rows.join(";\n\n") + ";\n"
    }

    #[test]
    fn snapshot_is_what_the_migrations_make() {
        let dir = tempfile::tempdir().unwrap();
        let found = schema(&migrated(dir.path()));
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store/schema.sql");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&path, &found).unwrap();
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(kept == found, "src/store/schema.sql is old: run UPDATE=1 cargo test snapshot_is");
    }

    #[test]
    fn runs_again_without_change_and_refuses_what_is_not_ours() {
        let dir = tempfile::tempdir().unwrap();
        let mut conn = migrated(dir.path());
        let before = schema(&conn);
        run(&mut conn, Path::new("t.db")).unwrap();
        assert_eq!(before, schema(&conn));
        conn.pragma_update(None, "user_version", 99).unwrap();
        let newer = run(&mut conn, Path::new("t.db")).unwrap_err().to_string();
        assert!(newer.contains("newer Crewkeep"), "{newer}");
        let mut foreign = Connection::open_in_memory().unwrap();
        foreign.execute_batch("CREATE TABLE theirs (x)").unwrap();
        let message = run(&mut foreign, Path::new("x.db")).unwrap_err().to_string();
        assert!(message.contains("another program"), "{message}");
    }

    #[test]
    fn vector_search_is_there() {
        let dir = tempfile::tempdir().unwrap();
        let conn = migrated(dir.path());
        let version: String = conn.query_row("SELECT vec_version()", [], |row| row.get(0)).unwrap();
        assert!(version.starts_with("v0.1"), "{version}");
    }
}
