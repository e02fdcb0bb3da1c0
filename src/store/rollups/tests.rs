//! Roll-ups against a hand-computed office, and incremental against whole.

use proptest::prelude::*;

use super::super::Error;
use super::super::fixture::{IntoCell, Scratch, day};
use super::*;
use crate::domain::fact::{Cell, Row, by_table};

fn dump(scratch: &Scratch) -> Vec<Vec<i64>> {
    let sqls = [
        "SELECT * FROM roll_technician_month ORDER BY 1, 2",
        "SELECT zone_id, length(appliance), day, jobs, revenue_cents, workdays, available_min,
                booked_min
           FROM roll_zone_day ORDER BY 1, 2, 3",
        "SELECT data_from, data_to, rolled_to FROM derived_state",
    ];
    scratch
        .store
        .read_long(move |read| -> Result<_> {
            let mut all = Vec::new();
            for sql in sqls {
                all.extend(read.rows(sql, [], |row| {
                    (0..row.as_ref().column_count())
                        .map(|at| row.get::<_, Option<i64>>(at).map(Option::unwrap_or_default))
                        .collect()
                })?);
            }
            Ok(all)
        })
        .unwrap()
}

fn one(scratch: &Scratch, sql: &'static str) -> Vec<i64> {
    scratch
        .store
        .read_long(move |read| -> Result<_> {
            read.first(sql, [], |row| {
                (0..row.as_ref().column_count()).map(|at| row.get(at)).collect()
            })
        })
        .unwrap()
        .unwrap()
}

fn whole(scratch: &Scratch) {
    scratch.store.write(|tx| rebuild(tx, None)).unwrap();
}

/// Takes what the loader marked, as the program does: everyone stands for each.
fn follow(scratch: &Scratch) {
    scratch
        .store
        .write(|tx| -> std::result::Result<(), Error> {
            let marks: Vec<(i64, i32)> =
                tx.rows("SELECT technician_id, from_day FROM stale", [], |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })?;
            let ids: Vec<i64> = tx.rows("SELECT id FROM technician", [], |row| row.get(0))?;
            let mut wanted = Vec::new();
            for (id, from) in marks {
                let all = ids.iter().filter(|it| id == 0 || **it == id);
                wanted.extend(all.map(|it| (*it, from)));
            }
            rebuild(tx, Some(&wanted))?;
            tx.run("DELETE FROM stale", [])?;
            Ok(())
        })
        .unwrap();
}

fn row(table: &str, values: &[(&str, &dyn IntoCell)]) -> Row {
    let fact = by_table(table).unwrap();
    let cell =
        |name: &str| values.iter().find(|it| it.0 == name).map_or(Cell::Null, |it| it.1.cell());
    let text = |name: &&str| match cell(name) {
        Cell::Null => String::new(),
        Cell::Int(number) => number.to_string(),
        Cell::Text(text) => text,
    };
    let key: Vec<String> = fact.key.iter().map(text).collect();
    Row { key: key.join("|"), cells: fact.columns.iter().map(|it| cell(it.name)).collect() }
}

#[derive(Clone, Debug)]
struct Job {
    no: u8,
    who: u8,
    day: i32,
    done: bool,
    drive: Option<i32>,
    back_to: Option<u8>,
    zone: Option<u8>,
    csat: Option<i32>,
}

#[derive(Clone, Debug)]
struct Batch {
    jobs: Vec<Job>,
    days: Vec<(u8, i32, i32)>,
    moves: Vec<(u8, i32, u8)>,
}

const FIRST: i32 = 20_454; // 2026-01-01

fn job() -> impl Strategy<Value = Job> {
    (
        0..40_u8,
        0..3_u8,
        0..200_i32,
        any::<bool>(),
        proptest::option::of(0..90_i32),
        proptest::option::of(1..3_u8),
        proptest::option::of(1..6_i32),
    )
        .prop_map(|(no, who, day, done, drive, zone, csat)| {
            // A tie to another job never changes, so it follows from the number.
            let back_to = (no % 3 == 0 && no > 0).then_some(no / 2);
            Job { no, who, day: FIRST + day, done, drive, back_to, zone, csat }
        })
}

fn batch(most: usize) -> impl Strategy<Value = Batch> {
    let days = (0..3_u8, 0..200_i32, 0..600_i32).prop_map(|it| (it.0, FIRST + it.1, it.2));
    let moves = (0..3_u8, 0..200_i32, 1..3_u8).prop_map(|it| (it.0, FIRST + it.1, it.2));
    (
        proptest::collection::vec(job(), 0..most),
        proptest::collection::vec(days, 0..most),
        proptest::collection::vec(moves, 0..2),
    )
        .prop_map(|(mut jobs, mut days, mut moves)| {
            // A file names each row once.
            jobs.sort_by_key(|it| it.no);
            jobs.dedup_by_key(|it| it.no);
            days.sort_unstable();
            days.dedup_by_key(|it| (it.0, it.1));
            moves.sort_unstable();
            moves.dedup_by_key(|it| (it.0, it.1));
            Batch { jobs, days, moves }
        })
}

fn load(scratch: &Scratch, batch: &Batch) {
    let name = |who: u8| format!("T{who}");
    let jobs = batch.jobs.iter().map(|it| {
        let (no, who) = (format!("J{:02}", it.no), name(it.who));
        let at = i64::from(it.day) * 1440 + 500;
        let end = at + 60;
        let zone = format!("Z{}", it.zone.unwrap_or(1));
        let back = format!("J{:02}", it.back_to.unwrap_or(0));
        let mut values: Vec<(&str, &dyn IntoCell)> = vec![
            ("job_no", &no),
            ("employee_no", &who),
            ("type", &"repair"),
            ("appliance", &"laundry"),
            ("started_at", &at),
        ];
        if it.done {
            values.push(("completed_at", &end));
        }
        if it.zone.is_some() {
            values.push(("zone", &zone));
        }
        if it.back_to.is_some() {
            values.push(("recall_of", &back));
        }
        if let Some(drive) = &it.drive {
            values.push(("drive_min", drive));
        }
        if let Some(csat) = &it.csat {
            values.push(("csat", csat));
        }
        row("job", &values)
    });
    scratch.load("job", jobs.collect());
    let days = batch.days.iter().map(|(who, on, paid)| {
        row(
            "workday",
            &[
                ("employee_no", &name(*who)),
                ("on_date", on),
                ("available_min", &480),
                ("booked_min", &400),
                ("paid_min", paid),
                ("overtime_min", &0),
                ("on_call", &(on % 2)),
            ],
        )
    });
    scratch.load("workday", days.collect());
    let moves = batch.moves.iter().map(|(who, from, zone)| {
        let zone = format!("Z{zone}");
        row("assignment", &[("employee_no", &name(*who)), ("from_on", from), ("zone", &zone)])
    });
    scratch.load("assignment", moves.collect());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn incremental_is_whole(first in batch(30), later in batch(6), last in batch(3)) {
        let it = Scratch::office();
        for who in ["T0", "T1", "T2"] {
            it.hire(who, "Z1", "2025-11-03");
        }
        load(&it, &first);
        whole(&it);
        it.store.write(|tx| tx.run("DELETE FROM stale", [])).unwrap();
        for batch in [&later, &last] {
            load(&it, batch);
            follow(&it);
            let incremental = dump(&it);
            whole(&it);
            prop_assert_eq!(incremental, dump(&it));
        }
    }
}

#[test]
fn a_month_by_hand() {
    let it = Scratch::office();
    it.hire("T0", "Z1", "2026-01-05");
    it.hire("T1", "Z1", "2026-01-05");
    let job = |no: u8, who: u8, on: &str, done: bool| Job {
        no,
        who,
        day: day(on).0,
        done,
        drive: Some(20 + i32::from(no)),
        back_to: None,
        zone: None,
        csat: Some(4),
    };
    // 2026-03-07 is a Saturday. J3 goes back to J1 after 26 days, J6 to J2 after 31.
    let jobs = vec![
        job(1, 0, "2026-03-02", true),
        job(2, 0, "2026-03-07", true),
        Job { drive: Some(51), csat: None, ..job(4, 0, "2026-03-09", false) },
        Job { back_to: Some(1), ..job(3, 1, "2026-03-28", true) },
        Job { back_to: Some(2), ..job(6, 1, "2026-04-07", true) },
    ];
    let days = vec![
        (0, day("2026-03-02").0, 480),
        (0, day("2026-03-03").0, 500),
        (0, day("2026-03-04").0, 0),
    ];
    let moves = vec![(0, day("2026-03-31").0, 2)];
    load(&it, &Batch { jobs, days, moves });
    whole(&it);
    let sql = "SELECT jobs, completed, fixes_due, fixes, recalls, drive_n, drive_min, drive_sq,
                      long_drives, weekend_jobs, csat_n, csat_sum, csat_sq
                 FROM roll_technician_month WHERE technician_id = 1";
    // The data end on 7 April: both jobs' 30 days have closed (the second's on 6 April).
    assert_eq!(one(&it, sql), [3, 2, 2, 1, 2, 3, 94, 441 + 484 + 2601, 1, 1, 2, 8, 32]);
    let sql =
        "SELECT days_worked, available_min, booked_min, paid_min, on_call_nights, z.name = 'Lakes'
                 FROM roll_technician_month m JOIN zone z ON z.id = m.zone_id
                WHERE m.technician_id = 1";
    let nights = i64::from((0..3).map(|it| (day("2026-03-02").0 + it) % 2).sum::<i32>());
    assert_eq!(one(&it, sql), [2, 1440, 1200, 980, nights, 1]);
    // Moved to Lakes on the 31st: what was before stays in North.
    let sql = "SELECT SUM(z.name = 'Lakes'), SUM(jobs), SUM(workdays), SUM(booked_min)
                 FROM roll_zone_day d JOIN zone z ON z.id = d.zone_id WHERE appliance = ''";
    assert_eq!(one(&it, sql), [0, 5, 3, 1200]);
    let sql = "SELECT COUNT(*), SUM(jobs), SUM(workdays) FROM roll_zone_day
                WHERE appliance = 'laundry'";
    assert_eq!(one(&it, sql), [5, 5, 0]);
    let sql = "SELECT data_from, data_to FROM derived_state";
    assert_eq!(one(&it, sql), [day("2026-03-02").0, day("2026-04-07").0].map(i64::from));
}

/// With `SLOW` set: 500 technicians, five years, a million jobs, 650,000 workdays.
#[test]
fn a_large_office_is_rolled_up_in_seconds() {
    if std::env::var_os("SLOW").is_none() {
        return;
    }
    let it = Scratch::office();
    fill_large(&it);
    it.store.settle().unwrap();
    let watch = crate::clock::Stopwatch::start();
    whole(&it);
    let full = watch.elapsed();
    let before = dump(&it);
    let watch = crate::clock::Stopwatch::start();
    let wanted: Vec<(i64, i32)> = (1..=500).map(|id| (id, 20_780)).collect();
    it.store.write(move |tx| rebuild(tx, Some(&wanted))).unwrap();
    let tail = watch.elapsed();
    assert!(before == dump(&it), "incremental differs");
    let watch = crate::clock::Stopwatch::start();
    it.store.write(move |tx| rebuild(tx, Some(&[(7, 20_780)]))).unwrap();
    let one = watch.elapsed();
    println!("full {full:?}, tail of everyone {tail:?}, one {one:?}, {} rows", before.len());
    assert!(full.as_secs_f64() < 10.0, "{full:?}");
}

fn fill_large(it: &Scratch) {
    it.store
        .write(|tx| -> Result<()> {
            for sql in [
                "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
                 INSERT INTO technician (uid, source, source_key, display_name, office_id, zone_id,
                   trade, created_at, updated_at)
                 SELECT randomblob(16), 't', 'T' || i, 'T' || i, 1, 1 + i % 2, 'hvac', 0, 0 FROM n",
                "INSERT INTO employment (uid, source, source_key, technician_id, hired_on, exited_on,
                   created_at, updated_at)
                 SELECT randomblob(16), 't', id, id, 18000 + id * 4,
                   CASE WHEN id % 3 = 0 THEN 19500 + id * 2 END, 0, 0 FROM technician",
                "INSERT INTO assignment (uid, source, source_key, technician_id, from_on, zone_id,
                   created_at, updated_at)
                 SELECT randomblob(16), 't', id || '|' || k.v, t.id, 19000 + k.v * 400, 1 + k.v % 2,
                   0, 0
                 FROM technician t, (SELECT 0 AS v UNION ALL SELECT 1 UNION ALL SELECT 2) k",
                "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 649999)
                 INSERT INTO workday (uid, source, source_key, technician_id, on_day, available_min,
                   booked_min, paid_min, overtime_min, on_call, created_at, updated_at)
                 SELECT randomblob(16), 't', i, 1 + i % 500, 18960 + i / 357, 480, 400 + i % 90, 480,
                   i % 40, i % 15 = 0, 0, 0 FROM n",
                "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 999999)
                 INSERT INTO job (uid, source, source_key, technician_id, zone_id, type, appliance,
                   started_at, completed_at, drive_min, labor_min, billable_min, revenue_cents,
                   convertible, converted, recall_of_id, csat, created_at, updated_at)
                 SELECT randomblob(16), 't', i, 1 + i * 7 % 500, CASE WHEN i % 2 THEN 1 END,
                   'repair', CASE i % 3 WHEN 0 THEN 'hvac' WHEN 1 THEN 'cooking' ELSE 'laundry' END,
                   (18960 + i / 549) * 1440 + 480 + i % 500, i % 20, i % 70, 60, 50, 10000 + i % 9999,
                   i % 2, i % 4 = 1, CASE WHEN i % 20 = 19 THEN i - 5000 + 1 END, 1 + i % 5, 0, 0
                 FROM n WHERE i % 20 <> 19 OR i > 9000",
                "UPDATE job SET recall_of_id = NULL WHERE recall_of_id NOT IN (SELECT id FROM job)",
            ] {
                tx.run(sql, [])?;
            }
            Ok(())
        })
        .unwrap();
}
