//! Calendar edges, zero against not known, and no look past the day asked for.

use std::fmt::Write;
use std::path::Path;

use proptest::prelude::*;

use super::read::Grid;
use super::*;
use crate::domain::calendar::Day;
use crate::metric::{self, Where};
use crate::store::fixture::{Scratch, day};
use crate::store::{self, Tx, named_params, params, rollups};

#[track_caller]
fn grid(step: Step, first: &str, last: &str, begins: &str, count: usize) {
    let found = Grid::of(step, day(first), day(last));
    assert_eq!((found.first.to_string().as_str(), found.count), (begins, count), "{first} {last}");
}

#[test]
fn only_whole_periods_count() {
    // Weeks over New Year; 2024-12-30 is a Monday, and so is 2026-12-28.
    grid(Step::Week, "2024-12-30", "2025-01-12", "2024-12-30", 2);
    grid(Step::Week, "2024-12-31", "2025-01-12", "2025-01-06", 1);
    grid(Step::Week, "2024-12-30", "2025-01-11", "2024-12-30", 1);
    grid(Step::Week, "2026-12-22", "2027-01-03", "2026-12-28", 1);
    // February with and without its 29th.
    grid(Step::Month, "2024-02-01", "2024-02-28", "2024-02-01", 0);
    grid(Step::Month, "2024-02-01", "2024-02-29", "2024-02-01", 1);
    grid(Step::Month, "2023-02-01", "2023-02-28", "2023-02-01", 1);
    grid(Step::Month, "2024-02-02", "2025-02-28", "2024-03-01", 12);
    grid(Step::Month, "2024-12-31", "2025-01-31", "2025-01-01", 1);
    grid(Step::Day, "2024-02-28", "2024-03-01", "2024-02-28", 3);
    grid(Step::Month, "2024-03-02", "2024-03-20", "2024-04-01", 0);
}

#[test]
fn every_series_explains_itself() {
    for series in SERIES {
        let id = series.id;
        assert!(series.sentence.ends_with('.'), "{id}");
        assert!(metric::find(series.metric).is_ok(), "{id}: {}", series.metric);
        assert!(!series.steps.is_empty() && series.unit.ends_with('s'), "{id}");
        assert_eq!(SERIES.iter().filter(|it| it.id == id).count(), 1, "{id}");
        assert!(sql(series).contains("LIMIT :limit"), "{id}");
        assert_eq!(find(id).unwrap().title, series.title);
    }
    let told = find("exit").unwrap_err();
    assert_eq!(told.hint, "Did you mean `exits`?");
    assert_eq!(find("zzz").unwrap_err().hint, "`crewkeep forecast` lists them all.");
    assert_eq!(format(find("jobs").unwrap(), 1234.4), "1,234 jobs");
    assert_eq!(format(find("exits").unwrap(), 1.01), "1 exit");
    assert_eq!(format(find("hires").unwrap(), 1.25), "1.2 hires");
    assert_eq!(format(find("headcount").unwrap(), 1234.4), "1,234 technicians");
    assert_eq!(format(find("revenue").unwrap(), 12_345.6), "$12,346");
}

#[test]
fn docs_are_the_registry() {
    let found = page();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/series.md");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &found).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == found, "docs/series.md is old: run UPDATE=1 cargo test docs_are");
}

fn page() -> String {
    let mut text = String::from(PAGE);
    for series in SERIES {
        let steps: Vec<&str> = series.steps.iter().map(|it| it.word()).collect();
        write!(
            text,
            "\n### {}\n`{}`\n\n{}\n\n* Counts: {}. Metric: `{}`.\n* By: {}{}.\n",
            series.title,
            series.id,
            series.sentence,
            series.unit,
            series.metric,
            steps.join(", "),
            if series.by_appliance { "; zone, office, appliance" } else { "; zone, office" },
        )
        .unwrap();
    }
    text
}

const PAGE: &str = "# The office's series

Generated from `SERIES` (`UPDATE=1 cargo test docs_are`); do not edit.

What can be forecast. `crewkeep forecast` lists the series, `crewkeep forecast booked_hours --zone
Lakes --step week` forecasts one; `--json` prints the keys of `crewkeep lab forecast`, and besides
them `series`, `unit`, `place`, `step`, `as_of`, `n`, `data_hash`, `marks` and `notes`. Exit code 3
says that there is too little data.

## Which periods count

* Weeks begin on Monday, months are calendar months. A period counts when the data reach its last
  day and began by its first: the running week or month is left out.
* A week or month without an exit or a hire is 0. One in which no job (no workday, for hours) was
  recorded anywhere for seven days or longer is not known, and so is a month without a hire for the
  time to fill. Before the data there is nothing.
* When jobs end seven days or more before the workdays do, or the other way round, the series ends
  with its own.
* A series as of a day reads nothing dated after it: later facts change nothing of it. That is
  tested with random offices.
* Exits, hires and headcount count the same stays in zones as the metrics. Work counts in the zone
  of the job, else where the technician was assigned that day, so days add up to weeks and months;
  the metrics of work take the zone of the month's last day, which differs for who moved within it.

## How forecasts are kept

Each forecast is kept with the series it was made from, the SHA-256 of both, the seed and the
version of the program. The same question on the same data gives the kept one. Of each question the
last three ends of data are kept. After a load the usual ones are made in the background: everything
for everyone and each office; for zones weekly booked hours, monthly jobs, headcount and exits.
`crewkeep verify` checks the hash of every kept forecast, makes the newest 24 again from the values
kept with them and compares them byte for byte. Facts that changed since are told, and no fault.

## The series
";

/// A technician of zone 1, here from a day on.
fn person(tx: &Tx<'_>, id: i64, hired: Day, exit: Option<Day>) -> store::Result<()> {
    tx.run(
        "INSERT INTO technician (id, uid, source, source_key, display_name, office_id, zone_id,
           trade, created_at, updated_at)
         VALUES (?1, ?2, 't', ?1, ?1, 1, 1, 'laundry', 0, 0)",
        params![id, tx.new_uid()],
    )?;
    tx.run(
        "INSERT INTO employment (uid, source, source_key, technician_id, hired_on, exited_on,
           exit_type, created_at, updated_at)
         VALUES (?1, 't', ?2, ?2, ?3, ?4, 'voluntary', 0, 0)",
        params![tx.new_uid(), id, hired.0, exit.map(|it| it.0)],
    )?;
    Ok(())
}

fn job(tx: &Tx<'_>, technician: i64, on: Day, zone: Option<i64>) -> store::Result<()> {
    tx.run(
        "INSERT INTO job (uid, source, source_key, technician_id, zone_id, type, appliance,
           started_at, revenue_cents, created_at, updated_at)
         VALUES (?1, 't', hex(?1), ?2, ?3, 'repair', 'laundry', ?4, 15000, 0, 0)",
        params![tx.new_uid(), technician, zone, i64::from(on.0) * 1440 + 600],
    )?;
    Ok(())
}

fn workday(tx: &Tx<'_>, technician: i64, on: Day, booked: i32) -> store::Result<()> {
    tx.run(
        "INSERT INTO workday (uid, source, source_key, technician_id, on_day, available_min,
           booked_min, paid_min, overtime_min, created_at, updated_at)
         VALUES (?1, 't', hex(?1), ?2, ?3, 480, ?4, 480, 0, 0, 0)",
        params![tx.new_uid(), technician, on.0, booked],
    )?;
    Ok(())
}

fn moved(tx: &Tx<'_>, technician: i64, on: Day, zone: i64) -> store::Result<()> {
    tx.run(
        "INSERT INTO assignment (uid, source, source_key, technician_id, from_on, zone_id,
           created_at, updated_at)
         VALUES (?1, 't', hex(?1), ?2, ?3, ?4, 0, 0)",
        params![tx.new_uid(), technician, on.0, zone],
    )?;
    Ok(())
}

fn known(it: &Scratch, id: &str, step: Step, zone: Option<i64>, as_of: &str) -> Past {
    let (series, as_of) = (find(id).unwrap(), day(as_of));
    let at = Where { office: None, zone };
    it.store.read_long(move |read| past(read, series, step, at, None, as_of)).unwrap()
}

/// First day of the first period, and the values with `?` for what is not known.
fn shown(past: &Past) -> String {
    let value = |it: &f64| if it.is_nan() { "?".to_owned() } else { it.to_string() };
    let values: Vec<String> = past.values.iter().map(value).collect();
    format!("{} {}", Day(past.first), values.join(" "))
}

/// One job and one workday a day from Monday 2025-12-29 to 2026-04-14, except 2026-02-10 to 20.
fn quiet() -> Scratch {
    let it = Scratch::office();
    it.store
        .write(|tx| -> store::Result<()> {
            person(tx, 1, day("2024-06-03"), None)?;
            person(tx, 2, day("2026-01-12"), Some(day("2026-03-31")))?;
            moved(tx, 1, day("2026-03-16"), 2)?;
            for on in (day("2025-12-29").0..=day("2026-04-14").0).map(Day) {
                if on < day("2026-02-10") || on > day("2026-02-20") {
                    job(tx, 1, on, None)?;
                    workday(tx, 1, on, 360)?;
                }
            }
            rollups::rebuild(tx, None)
        })
        .unwrap();
    it
}

#[test]
fn zero_is_not_unknown() {
    let it = quiet();
    let check = |id: &str, step, zone, as_of: &str, expected: &str| {
        assert_eq!(shown(&known(&it, id, step, zone, as_of)), expected, "{id} {as_of}");
    };
    // April is not over, and February had eleven days without anything.
    check("jobs", Step::Month, None, "2026-04-14", "2026-01-01 31 ? 31");
    check("jobs", Step::Month, None, "2026-03-30", "2026-01-01 31 ?");
    check("booked_hours", Step::Month, None, "2026-04-14", "2026-01-01 186 ? 186");
    check("revenue", Step::Month, None, "2026-01-31", "2026-01-01 4650");
    // The 16th of March is a Monday: from then on the work is in the other zone.
    let weeks = "2025-12-29 7 7 7 7 7 7 ? ? 7 7 7 0 0 0 0";
    check("jobs", Step::Week, Some(1), "2026-04-14", weeks);
    check("jobs", Step::Week, Some(2), "2026-04-14", "2026-03-16 7 7 7 7");
    check("jobs", Step::Week, None, "2026-01-10", "2025-12-29 7");
    check("jobs", Step::Day, None, "2026-01-01", "2025-12-29 1 1 1 1");
    // Nothing before the data, zero within them.
    check("exits", Step::Month, None, "2026-04-14", "2026-01-01 0 0 1");
    check("exits", Step::Month, None, "2026-03-30", "2026-01-01 0 0");
    check("hires", Step::Month, None, "2026-04-14", "2026-01-01 1 0 0");
    check("headcount", Step::Month, None, "2026-04-14", "2026-01-01 2 2 2");
    check("headcount", Step::Week, None, "2026-04-12", "2025-12-29 1 1 2 2 2 2 2 2 2 2 2 2 2 1 1");
    check("headcount", Step::Month, Some(2), "2026-04-14", "2026-04-01 ");
    check("time_to_fill", Step::Month, None, "2026-04-14", "2026-04-01 ");
}

#[test]
fn a_month_without_a_hire_has_no_time_to_fill() {
    let it = quiet();
    it.put(
        "requisition",
        &[
            ("requisition_no", &"R1"),
            ("opened_on", &day("2025-12-20")),
            ("positions", &3),
            ("office", &"O1"),
            ("zone", &"Z1"),
        ],
    );
    for (no, accepted) in [("C1", "2026-01-09"), ("C2", "2026-01-29"), ("C3", "2026-03-20")] {
        it.put(
            "candidate",
            &[
                ("candidate_no", &no),
                ("requisition_no", &"R1"),
                ("applied_on", &day("2026-01-05")),
                ("accepted_on", &day(accepted)),
            ],
        );
    }
    let months = known(&it, "time_to_fill", Step::Month, None, "2026-04-14");
    assert_eq!(shown(&months), "2026-01-01 30 ? 90");
    let months = known(&it, "time_to_fill", Step::Month, Some(2), "2026-04-14");
    assert!(months.is_empty());
}

#[test]
fn what_a_series_cannot_be_asked_is_told() {
    let it = quiet();
    let told = |id: &str, step, appliance: Option<&'static str>| {
        let series = find(id).unwrap();
        let asked = move |read: &store::Read<'_>| {
            past(read, series, step, Where::default(), appliance, day("2026-04-14"))
        };
        it.store.read_long(asked).unwrap_err().to_string()
    };
    assert!(told("exits", Step::Day, None).contains("not counted by day"));
    assert!(told("exits", Step::Month, Some("hvac")).contains("not kept by appliance"));
    let empty = Scratch::empty();
    for series in SERIES {
        let found = known(&empty, series.id, series.steps[0], None, "2026-04-14");
        assert!(found.is_empty(), "{}", series.id);
    }
}

#[test]
fn no_series_walks_through_jobs_or_workdays() {
    let it = quiet();
    it.store.settle().unwrap();
    for series in SERIES {
        for line in
            it.store.read_long(move |read| read.plan(sql(series), named_params! {})).unwrap()
        {
            let words: Vec<&str> = line.split_whitespace().collect();
            let walks = words.windows(2).any(|it| ["job", "workday", "j", "w"].contains(&it[1]));
            assert!(!walks, "{}: {line}", series.id);
        }
        assert!(!sql(series).contains("FROM job") && !sql(series).contains("FROM workday"));
    }
}

#[derive(Clone, Debug)]
enum Fact {
    Person(Option<i32>),
    Job(u8, Option<i64>),
    Workday(u8, i32),
    Move(u8, i64),
}

fn facts() -> impl Strategy<Value = Vec<(i32, Fact)>> {
    let fact = prop_oneof![
        proptest::option::of(1..150_i32).prop_map(Fact::Person),
        (0..3_u8, proptest::option::of(1..3_i64)).prop_map(|it| Fact::Job(it.0, it.1)),
        (0..3_u8, 0..600_i32).prop_map(|it| Fact::Workday(it.0, it.1)),
        (0..3_u8, 1..3_i64).prop_map(|it| Fact::Move(it.0, it.1)),
    ];
    proptest::collection::vec((0..200_i32, fact), 0..60)
}

const FIRST: i32 = 20_454; // 2026-01-01

/// Puts those of the facts that `keep` says; an exit is a fact of its own day.
fn put(tx: &Tx<'_>, facts: &[(i32, Fact)], keep: &dyn Fn(Day) -> bool) -> store::Result<()> {
    for (at, (days, fact)) in facts.iter().enumerate() {
        let on = Day(FIRST + days);
        if !keep(on) {
            continue;
        }
        match fact {
            Fact::Person(stays) => {
                let exit = stays.map(|it| on.plus(it)).filter(|it| keep(*it));
                person(tx, 10 + at as i64, on, exit)?;
            }
            Fact::Job(who, zone) => job(tx, 1 + i64::from(*who), on, *zone)?,
            Fact::Workday(who, booked) => workday(tx, 1 + i64::from(*who), on, *booked)?,
            Fact::Move(who, zone) => moved(tx, 1 + i64::from(*who), on, *zone)?,
        }
    }
    rollups::rebuild(tx, None)
}

fn all_known(it: &Scratch, as_of: Day) -> Vec<String> {
    let mut all = Vec::new();
    for series in SERIES {
        for step in series.steps {
            for zone in [None, Some(1), Some(2)] {
                all.push(shown(&known(it, series.id, *step, zone, &as_of.to_string())));
            }
        }
    }
    all
}

fn office_of(facts: &[(i32, Fact)], until: Option<Day>) -> Scratch {
    let it = Scratch::office();
    let facts = facts.to_vec();
    it.store
        .write(move |tx| -> store::Result<()> {
            for id in 1..=3 {
                person(tx, id, Day(FIRST - 40), None)?;
            }
            put(tx, &facts, &|on| until.is_none_or(|it| on <= it))
        })
        .unwrap();
    it
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn later_facts_change_nothing(facts in facts(), after in 0..200_i32) {
        let as_of = Day(FIRST + after);
        let whole = all_known(&office_of(&facts, None), as_of);
        let then = all_known(&office_of(&facts, Some(as_of)), as_of);
        prop_assert_eq!(whole, then);
    }

    #[test]
    fn weeks_and_months_are_sums_of_days(facts in facts()) {
        let it = office_of(&facts, None);
        let as_of = Day(FIRST + 200).to_string();
        for (id, zone) in [("jobs", None), ("booked_hours", Some(1)), ("revenue", Some(2))] {
            let days = known(&it, id, Step::Day, zone, &as_of);
            for step in [Step::Week, Step::Month] {
                let periods = known(&it, id, step, zone, &as_of);
                for (at, value) in periods.values.iter().enumerate().filter(|it| !it.1.is_nan()) {
                    let from = (periods.day(at) - days.first) as usize;
                    let to = (periods.day(at + 1) - days.first) as usize;
                    let sum: f64 = days.values[from..to].iter().sum();
                    prop_assert!((sum - value).abs() < 1e-9, "{} {:?} {}", id, step, at);
                }
            }
        }
    }
}

/// With `SLOW` set: five years of 25 zones, the size of the largest office promised.
#[test]
fn a_large_office_is_read_within_a_page() {
    if std::env::var_os("SLOW").is_none() {
        return;
    }
    let it = Scratch::office();
    it.store
        .write(|tx| {
            tx.run(
                "WITH RECURSIVE d (day) AS (SELECT 18960 UNION ALL SELECT day + 1 FROM d
                   WHERE day < 20786),
                   z (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM z WHERE id < 25)
                 INSERT INTO roll_zone_day SELECT a.column1, day, id, 22, 330000, 20, 9600, 8000
                 FROM (VALUES (''), ('laundry'), ('cooking'), ('hvac'), ('refrigeration')) a, d, z",
                named_params! {},
            )
        })
        .unwrap();
    for (step, zone) in
        [(Step::Month, None), (Step::Week, None), (Step::Day, None), (Step::Week, Some(3))]
    {
        let watch = crate::clock::Stopwatch::start();
        let found = known(&it, "jobs", step, zone, "2026-11-23");
        println!("{step:?} {zone:?}: {} periods in {:?}", found.len(), watch.elapsed());
        assert!(watch.elapsed().as_millis() < 100);
    }
}
