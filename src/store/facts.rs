//! Facts into their tables, driven by `domain::fact::FACTS`.
//!
//! One loader for every kind: the same row twice changes nothing, a changed row is updated, a row
//! that refers to something unknown is handed back. What changed is remembered in `stale`, so that
//! derived tables follow. Never here: reading files, judging values.

use std::collections::HashMap;

use rusqlite::types::Value;

use super::{Read, Result, Tx};
use crate::domain::fact::{Cell, Fact, Kind, Row, by_table};

/// `stale.technician_id` that stands for everyone.
pub const EVERYONE: i64 = 0;

/// What became of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Put {
    /// New.
    Inserted,
    /// Known, with other values.
    Updated,
    /// Known, with the same values.
    Unchanged,
    /// It refers to something that is not there.
    Unknown {
        /// The column that refers.
        column: &'static str,
        /// What it names.
        value: String,
        /// The table it should be in.
        table: &'static str,
    },
}

/// How many rows became what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// New rows.
    pub inserted: u64,
    /// Rows that changed.
    pub updated: u64,
    /// Rows that were there already.
    pub unchanged: u64,
}

/// Loads rows of one fact inside one transaction.
#[derive(Debug)]
pub struct Loader<'t, 'c> {
    tx: &'t Tx<'c>,
    fact: &'static Fact,
    source: String,
    sql: Sql,
    compares: bool,
    refs: HashMap<&'static str, HashMap<String, i64>>,
    later: Vec<(i64, String)>,
    stale: HashMap<i64, i32>,
    counts: Counts,
    /// The identity of the row inserted last.
    uid: u128,
}

#[derive(Debug)]
struct Sql {
    insert: String,
    update: String,
    find: String,
}

impl<'t, 'c> Loader<'t, 'c> {
    /// Prepares to load `fact` from `source` (a short name such as `csv` or `demo`).
    pub fn new(tx: &'t Tx<'c>, fact: &'static Fact, source: &str) -> Result<Self> {
        let mut refs = HashMap::new();
        for column in fact.columns {
            if let Kind::Ref(table) = column.kind
                && table != fact.table
            {
                refs.insert(table, keys(tx, table, source)?);
            }
        }
        let probe = format!("SELECT id FROM {} LIMIT 1", fact.table);
        let compares = tx.first(&probe, [], |_| Ok(()))?.is_some();
        let sql = Sql::of(fact);
        let (later, stale, counts) = (Vec::new(), HashMap::new(), Counts::default());
        let (source, uid) = (source.to_owned(), first_uid(tx));
        Ok(Self { tx, fact, source, sql, compares, refs, later, stale, counts, uid })
    }

    /// Puts one row.
    pub fn put(&mut self, row: &Row) -> Result<Put> {
        let mut values = Vec::with_capacity(row.cells.len());
        let mut back_to = None;
        for (column, cell) in self.fact.columns.iter().zip(&row.cells) {
            if column.sql == "source_key" {
                continue;
            }
            let value = match (column.kind, cell) {
                (_, Cell::Null) => Value::Null,
                (_, Cell::Int(number)) => Value::Integer(*number),
                (Kind::Ref(table), Cell::Text(key)) if table == self.fact.table => {
                    back_to = Some(key.clone());
                    Value::Null
                }
                (Kind::Ref(table), Cell::Text(key)) => {
                    match self.refs.get(table).and_then(|it| it.get(key)) {
                        Some(id) => Value::Integer(*id),
                        None => {
                            let value = key.clone();
                            return Ok(Put::Unknown { column: column.name, value, table });
                        }
                    }
                }
                (_, Cell::Text(text)) => Value::Text(text.clone()),
            };
            values.push(value);
        }
        self.save(row, values, back_to)
    }

    /// Ends the load: rows that point at rows of the same file are tied, what changed is noted.
    /// Returns the counts and how many ties lead nowhere.
    pub fn finish(self) -> Result<(Counts, u64)> {
        let mut loose = 0;
        for (id, key) in &self.later {
            let tied = self.tx.run(
                "UPDATE job
                    SET recall_of_id =
                        (SELECT o.id FROM job o WHERE o.source = ?2 AND o.source_key = ?3)
                  WHERE id = ?1",
                (id, &self.source, key),
            )?;
            debug_assert_eq!(tied, 1, "the job was put a moment ago");
            let original = self.tx.first(
                "SELECT o.technician_id, r.on_day
                   FROM job r JOIN job o ON o.id = r.recall_of_id
                  WHERE r.id = ?1",
                [id],
                |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i32>(1)?)),
            )?;
            match original {
                Some((technician, day)) => mark(self.tx, technician, day)?,
                None => loose += 1,
            }
        }
        for (technician, day) in &self.stale {
            mark(self.tx, *technician, *day)?;
        }
        Ok((self.counts, loose))
    }

    fn save(&mut self, row: &Row, values: Vec<Value>, back_to: Option<String>) -> Result<Put> {
        let known = if self.compares { self.find(row)? } else { None };
        let put = match &known {
            Some((_, old)) if same(self.fact, old, &values, back_to.is_some()) => Put::Unchanged,
            Some(_) => Put::Updated,
            None => Put::Inserted,
        };
        let id = match (&put, &known) {
            (Put::Unchanged, _) => {
                self.counts.unchanged += 1;
                return Ok(put);
            }
            (_, Some((id, old))) => {
                self.counts.updated += 1;
                self.note_stale(old);
                self.update(*id, &values)?;
                *id
            }
            _ => {
                self.counts.inserted += 1;
                self.insert(row, &values)?;
                self.tx.last_id()
            }
        };
        self.note_stale(&values);
        if let Some(key) = back_to {
            self.later.push((id, key));
        }
        Ok(put)
    }

    fn find(&self, row: &Row) -> Result<Option<(i64, Vec<Value>)>> {
        self.tx.first(&self.sql.find, (&self.source, &row.key), |found| {
            let count = found.as_ref().column_count();
            let old = (1..count).map(|at| found.get(at)).collect::<rusqlite::Result<_>>()?;
            Ok((found.get(0)?, old))
        })
    }

    fn insert(&mut self, row: &Row, values: &[Value]) -> Result<()> {
        self.uid += 1;
        let mut statement = self.tx.conn.prepare_cached(&self.sql.insert)?;
        statement.raw_bind_parameter(1, self.uid.to_be_bytes())?;
        statement.raw_bind_parameter(2, &self.source)?;
        statement.raw_bind_parameter(3, &row.key)?;
        statement.raw_bind_parameter(4, self.tx.now())?;
        for (at, value) in values.iter().enumerate() {
            statement.raw_bind_parameter(at + 5, value)?;
        }
        statement.raw_execute()?;
        Ok(())
    }

    fn update(&self, id: i64, values: &[Value]) -> Result<()> {
        let mut statement = self.tx.conn.prepare_cached(&self.sql.update)?;
        statement.raw_bind_parameter(1, id)?;
        statement.raw_bind_parameter(2, self.tx.now())?;
        for (at, value) in values.iter().enumerate() {
            statement.raw_bind_parameter(at + 3, value)?;
        }
        statement.raw_execute()?;
        Ok(())
    }

    /// Derived rows of this technician (of everyone, for facts that others' features read) are old
    /// from the earliest day the row speaks of.
    fn note_stale(&mut self, values: &[Value]) {
        let whole_office = match self.fact.table {
            "employment" | "assignment" | "pay" | "technician" => true,
            "workday" | "job" | "training" => false,
            _ => return,
        };
        let mut technician = EVERYONE;
        let mut day = None;
        let columns = self.fact.columns.iter().filter(|it| it.sql != "source_key");
        for (column, value) in columns.zip(values) {
            let Value::Integer(number) = value else { continue };
            match column.kind {
                Kind::Ref("technician") if !whole_office => technician = *number,
                Kind::Day => day = earlier(day, *number as i32),
                Kind::Minute => day = earlier(day, number.div_euclid(1440) as i32),
                _ => {}
            }
        }
        let day = day.unwrap_or(0);
        let known = self.stale.entry(technician).or_insert(day);
        *known = day.min(*known);
    }
}

/// Identities of one load count on from one that is drawn: drawing each would cost more than the
/// rest of the row. The highest of the random bits is cleared, so that counting stays among them.
fn first_uid(tx: &Tx<'_>) -> u128 {
    u128::from_be_bytes(tx.new_uid()) & !(1 << 61)
}

/// Notes that derived rows of a technician (or `EVERYONE`) are older than a fact of this day.
pub fn mark(tx: &Tx<'_>, technician: i64, day: i32) -> Result<()> {
    tx.run(
        "INSERT INTO stale (technician_id, from_day)
         VALUES (?1, ?2)
         ON CONFLICT (technician_id) DO UPDATE SET from_day = min(from_day, excluded.from_day)",
        (technician, day),
    )?;
    Ok(())
}

/// Whether a table holds a row with this key from this source.
pub fn has(read: &Read<'_>, table: &'static str, source: &str, key: &str) -> Result<bool> {
    debug_assert!(by_table(table).is_some(), "only fact tables are asked for");
    let sql = format!("SELECT 1 FROM {table} WHERE source = ?1 AND source_key = ?2");
    Ok(read.first(&sql, (source, key), |_| Ok(()))?.is_some())
}

fn earlier(day: Option<i32>, other: i32) -> Option<i32> {
    Some(day.map_or(other, |it| it.min(other)))
}

fn same(fact: &Fact, old: &[Value], new: &[Value], points_back: bool) -> bool {
    let columns = fact.columns.iter().filter(|it| it.sql != "source_key");
    columns.zip(old.iter().zip(new)).all(|(column, (old, new))| match column.kind {
        // A tie to a row of the same table never changes; it is made at the end of the load.
        Kind::Ref(table) if table == fact.table => points_back == (*old != Value::Null),
        _ => old == new,
    })
}

fn keys(tx: &Tx<'_>, table: &str, source: &str) -> Result<HashMap<String, i64>> {
    debug_assert!(by_table(table).is_some(), "only fact tables are referred to");
    let sql = format!("SELECT source_key, id FROM {table} WHERE source = ?1");
    let pairs = tx.rows(&sql, [source], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(pairs.into_iter().collect())
}

impl Sql {
    fn of(fact: &Fact) -> Self {
        let names: Vec<&str> =
            fact.columns.iter().map(|it| it.sql).filter(|it| *it != "source_key").collect();
        let table = fact.table;
        let list = names.join(", ");
        let marks: Vec<String> = (0..names.len()).map(|at| format!("?{}", at + 5)).collect();
        let sets: Vec<String> = names
            .iter()
            .enumerate()
            .filter(|(_, name)| **name != "recall_of_id")
            .map(|(at, name)| format!("{name} = ?{}", at + 3))
            .collect();
        Self {
            insert: format!(
                "INSERT INTO {table}
                   (uid, source, source_key, created_at, updated_at, {list})
                 VALUES (?1, ?2, ?3, ?4, ?4, {})",
                marks.join(", ")
            ),
            update: format!(
                "UPDATE {table} SET updated_at = ?2, {} WHERE id = ?1",
                sets.join(", ")
            ),
            find: format!("SELECT id, {list} FROM {table} WHERE source = ?1 AND source_key = ?2"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Error;
    use super::super::fixture::{Scratch, day};
    use super::*;

    fn stale(scratch: &Scratch) -> Vec<(i64, i32)> {
        let sql = "SELECT technician_id, from_day FROM stale ORDER BY 1";
        scratch
            .store
            .read_long(move |read| -> Result<_> {
                read.rows(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))
            })
            .unwrap()
    }

    #[test]
    fn the_same_row_twice_changes_nothing() {
        let it = Scratch::office();
        it.hire("T1", "Z1", "2026-01-05");
        let pay = |cents: i64| {
            it.put(
                "pay",
                &[
                    ("employee_no", &"T1"),
                    ("effective_on", &day("2026-02-01")),
                    ("hourly_cents", &cents),
                ],
            )
        };
        assert_eq!(pay(3100), Put::Inserted);
        assert_eq!(pay(3100), Put::Unchanged);
        assert_eq!(pay(3200), Put::Updated);
        let unknown =
            it.put("pay", &[("employee_no", &"T9"), ("effective_on", &1), ("hourly_cents", &1)]);
        assert!(matches!(unknown, Put::Unknown { column: "employee_no", .. }));
    }

    #[test]
    fn identities_keep_the_order_of_the_rows() {
        let it = Scratch::office();
        for number in 0..50 {
            it.hire(&format!("T{number:02}"), "Z1", "2026-01-05");
        }
        let uids: Vec<[u8; 16]> = it
            .store
            .read_long(|read| -> Result<_> {
                read.rows("SELECT uid FROM technician ORDER BY id", [], |row| row.get(0))
            })
            .unwrap();
        assert!(uids.is_sorted_by(|one, other| one < other));
        assert!(uids.iter().all(|it| it[6] >> 4 == 7 && it[8] >> 6 == 2));
    }

    #[test]
    fn a_recall_is_tied_to_its_job_and_makes_the_original_stale() {
        let it = Scratch::office();
        it.hire("T1", "Z1", "2026-01-05");
        it.hire("T2", "Z1", "2026-01-05");
        it.store.write(|tx| tx.run("DELETE FROM stale", [])).unwrap();
        let job = |no: &str, who: &str, on: &str, back: Option<&str>| {
            let at = i64::from(day(on).0) * 1440 + 480;
            let mut values: Vec<(&str, &dyn super::super::fixture::IntoCell)> =
                vec![("job_no", &no), ("employee_no", &who), ("started_at", &at)];
            values.extend([("type", &"repair" as _), ("appliance", &"laundry" as _)]);
            if let Some(back) = &back {
                values.push(("recall_of", back));
            }
            it.put("job", &values)
        };
        assert_eq!(job("J1", "T1", "2026-03-02", None), Put::Inserted);
        assert_eq!(job("J2", "T2", "2026-03-20", Some("J1")), Put::Inserted);
        assert_eq!(job("J2", "T2", "2026-03-20", Some("J1")), Put::Unchanged);
        let found = stale(&it);
        let days = [day("2026-03-02").0, day("2026-03-20").0];
        assert_eq!(found.iter().map(|it| it.1).collect::<Vec<_>>(), days);
        let tied: Option<i64> = it
            .store
            .read_long(|read| -> std::result::Result<_, Error> {
                let sql = "SELECT recall_of_id FROM job WHERE source_key = 'J2'";
                read.first(sql, [], |row| row.get(0))
            })
            .unwrap();
        assert!(tied.is_some());
    }
}
