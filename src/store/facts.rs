//! Facts into their tables, driven by `domain::fact::FACTS`.
//!
//! One loader for every kind: the same row twice changes nothing, a changed row is updated, a row
//! that refers to something unknown is handed back. What changed is remembered in `stale`, so that
//! derived tables follow. Never here: reading files, judging values.

use std::collections::HashMap;

use rusqlite::types::Value;

use super::{Read, Result, Tx};
use crate::domain::fact::{Cell, Column, Fact, Kind, Row, by_table};

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

    /// Puts one row. Keys are unique within the rows of one loader: the reader sees to that.
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
                    back_to = Some(key.as_str());
                    Value::Null
                }
                (Kind::Ref(table), Cell::Text(key)) => {
                    let Some(id) = self.refs.get(table).and_then(|it| it.get(key)) else {
                        let value = key.clone();
                        return Ok(Put::Unknown { column: column.name, value, table });
                    };
                    Value::Integer(*id)
                }
                (_, Cell::Text(text)) => Value::Text(text.clone()),
            };
            values.push(value);
        }
        self.save(row, &values, back_to)
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

    fn save(&mut self, row: &Row, values: &[Value], back_to: Option<&str>) -> Result<Put> {
        let known = if self.compares { self.find(row)? } else { None };
        let (id, put) = if let Some((id, old)) = known {
            if !self.renew(id, &old, values, back_to)? {
                self.counts.unchanged += 1;
                return Ok(Put::Unchanged);
            }
            self.counts.updated += 1;
            (id, Put::Updated)
        } else {
            self.insert(row, values)?;
            self.note_insert(values);
            self.counts.inserted += 1;
            (self.tx.last_id(), Put::Inserted)
        };
        if let Some(key) = back_to {
            self.later.push((id, key.to_owned()));
        }
        Ok(put)
    }

    /// Updates a known row; `false` when there is nothing to change.
    fn renew(
        &mut self,
        id: i64,
        old: &[Value],
        values: &[Value],
        back_to: Option<&str>,
    ) -> Result<bool> {
        let tie = self.tie(id, old)?;
        let same_tie = match (tie.as_ref(), back_to) {
            (Some(tie), Some(key)) => tie.key == key,
            (None, Some(key)) => !has(self.tx, self.fact.table, &self.source, key)?,
            (tie, None) => tie.is_none(),
        };
        if same_tie && self.changes(old, values).next().is_none() {
            return Ok(false);
        }
        if let Some(tie) = tie {
            self.note(tie.technician_id, Some(tie.on_day));
        }
        self.note_update(old, values);
        self.update(id, values)?;
        Ok(true)
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

    /// What a row of this table was tied to before: the job a recall goes back to.
    fn tie(&self, id: i64, old: &[Value]) -> Result<Option<Tie>> {
        let back = |column: &&Column| matches!(column.kind, Kind::Ref(to) if to == self.fact.table);
        let Some(at) = self.columns().position(|it| back(&it)) else { return Ok(None) };
        if old[at] == Value::Null {
            return Ok(None);
        }
        self.tx.first(
            "SELECT o.source_key, o.technician_id, r.on_day
               FROM job r JOIN job o ON o.id = r.recall_of_id
              WHERE r.id = ?1",
            [id],
            |row| Ok(Tie { key: row.get(0)?, technician_id: row.get(1)?, on_day: row.get(2)? }),
        )
    }

    /// Columns whose value changes, ties aside.
    fn changes<'a>(
        &self,
        old: &'a [Value],
        new: &'a [Value],
    ) -> impl Iterator<Item = (&'static Column, &'a Value, &'a Value)> {
        let table = self.fact.table;
        let pairs = self.columns().zip(old.iter().zip(new));
        pairs.filter_map(move |(column, (old, new))| {
            let tie = matches!(column.kind, Kind::Ref(to) if to == table);
            (!tie && old != new).then_some((column, old, new))
        })
    }

    fn columns(&self) -> impl Iterator<Item = &'static Column> + use<'t, 'c> {
        self.fact.columns.iter().filter(|it| it.sql != "source_key")
    }

    /// A new row makes derived rows old from the earliest day it speaks of.
    fn note_insert(&mut self, values: &[Value]) {
        match self.fact.table {
            "employment" | "assignment" | "pay" => self.note(EVERYONE, self.first_day(values)),
            "workday" | "job" | "training" => {
                self.note(self.technician(values), self.first_day(values));
            }
            // A zone or a person without work or employment is in no derived row yet.
            _ => {}
        }
    }

    /// A changed row makes derived rows old from the earliest day that changed; where something else
    /// than a day changed, from the earliest day of the row.
    fn note_update(&mut self, old: &[Value], new: &[Value]) {
        let read: Vec<_> =
            self.changes(old, new).filter(|it| !NEVER_DERIVED.contains(&it.0.sql)).collect();
        if read.is_empty() {
            return;
        }
        let day = if read.iter().all(|it| it.0.kind == Kind::Day) {
            read.iter().flat_map(|it| [day_of(it.0, it.1), day_of(it.0, it.2)]).flatten().min()
        } else {
            self.first_day(old).into_iter().chain(self.first_day(new)).min()
        };
        match self.fact.table {
            "employment" | "assignment" | "pay" | "technician" | "zone" => self.note(EVERYONE, day),
            "workday" | "job" | "training" => {
                self.note(self.technician(old), day);
                self.note(self.technician(new), day);
            }
            _ => {}
        }
    }

    fn note(&mut self, technician: i64, day: Option<i32>) {
        let day = day.unwrap_or(0);
        let known = self.stale.entry(technician).or_insert(day);
        *known = day.min(*known);
    }

    fn first_day(&self, values: &[Value]) -> Option<i32> {
        self.columns().zip(values).filter_map(|(column, value)| day_of(column, value)).min()
    }

    fn technician(&self, values: &[Value]) -> i64 {
        let found = self.columns().zip(values).find_map(|(column, value)| match value {
            Value::Integer(id) if column.kind == Kind::Ref("technician") => Some(*id),
            _ => None,
        });
        found.unwrap_or(EVERYONE)
    }
}

/// A row a row of the same table goes back to.
struct Tie {
    key: String,
    technician_id: i64,
    on_day: i32,
}

/// Columns that neither a feature nor a roll-up reads.
const NEVER_DERIVED: &[&str] = &[
    "exit_type",
    "exit_reason",
    "regretted",
    "hire_source",
    "display_name",
    "level",
    "rehire_eligible",
    "plan",
    "course",
    "certification",
    "name",
];

fn day_of(column: &Column, value: &Value) -> Option<i32> {
    match (column.kind, value) {
        (Kind::Day, Value::Integer(day)) => Some(*day as i32),
        (Kind::Minute, Value::Integer(minute)) => Some(minute.div_euclid(1440) as i32),
        _ => None,
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
        let sets: Vec<String> =
            names.iter().enumerate().map(|(at, name)| format!("{name} = ?{}", at + 3)).collect();
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
        assert_eq!(job("J2", "T2", "2026-03-20", None), Put::Updated, "a tie can be undone");
        assert_eq!(job("J2", "T2", "2026-03-20", Some("J1")), Put::Updated);
        it.store.write(|tx| tx.run("DELETE FROM stale", [])).unwrap();
        job("J2", "T2", "2026-04-02", Some("J1"));
        let marked: Vec<i32> = stale(&it).iter().map(|it| it.1).collect();
        assert_eq!(marked, [day("2026-03-20").0; 2], "the original is old from the earlier recall");
        let tied: Option<i64> = it
            .store
            .read_long(|read| -> std::result::Result<_, Error> {
                let sql = "SELECT recall_of_id FROM job WHERE source_key = 'J2'";
                read.first(sql, [], |row| row.get(0))
            })
            .unwrap();
        assert!(tied.is_some());
    }

    #[test]
    fn an_exit_makes_everyone_stale_from_the_exit_not_from_the_hire() {
        let it = Scratch::office();
        it.hire("T1", "Z1", "2024-01-05");
        it.store.write(|tx| tx.run("DELETE FROM stale", [])).unwrap();
        let leave = |reason: &str| {
            it.put(
                "employment",
                &[
                    ("employee_no", &"T1"),
                    ("hired_on", &day("2024-01-05")),
                    ("exited_on", &day("2026-03-20")),
                    ("exit_type", &"voluntary"),
                    ("exit_reason", &reason),
                ],
            )
        };
        assert_eq!(leave("pay"), Put::Updated);
        assert_eq!(stale(&it), [(EVERYONE, day("2026-03-20").0)]);
        it.store.write(|tx| tx.run("DELETE FROM stale", [])).unwrap();
        assert_eq!(leave("moved away"), Put::Updated);
        assert_eq!(stale(&it), [], "no derived row reads the reason");
    }
}
