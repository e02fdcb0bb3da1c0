//! Tests of the whole demo: what is promised of the files, the rates and the truth.

mod windows;

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::*;
use crate::domain::calendar::{Month, parse_minute};
use crate::domain::fact::{self, Column, FACTS, Fact};

/// An office made once for all tests that only look.
struct Made {
    _scratch: tempfile::TempDir,
    spec: Spec,
    summary: Summary,
    facts: PathBuf,
    rows: HashMap<&'static str, Vec<Named>>,
    truth: Vec<Named>,
}

/// A row by column name.
type Named = HashMap<String, String>;

fn made() -> &'static Made {
    static MADE: OnceLock<Made> = OnceLock::new();
    MADE.get_or_init(|| {
        let scratch = tempfile::tempdir().expect("a scratch folder");
        let spec = Spec {
            technicians: 70,
            years: 3,
            offices: 2,
            jobs_per_technician_year: 110,
            seed: 11,
            end: day(2026, 11, 22),
        };
        let (facts, truth) = (scratch.path().join("facts"), scratch.path().join("truth.csv"));
        let summary = write(&spec, &facts, Some(&truth), &mut |_, _| true).expect("a demo");
        let rows = FACTS.iter().map(|it| (it.table, read(&file_of(&facts, it))));
        let (rows, truth) = (rows.collect(), read(&truth));
        Made { _scratch: scratch, spec, summary, facts, rows, truth }
    })
}

fn day(year: i16, month: i8, day: i8) -> Day {
    Day::from_ymd(year, month, day).expect("a date")
}

fn small(seed: u64) -> Spec {
    let years = 1;
    let end = day(2025, 3, 14);
    Spec { technicians: 6, years, offices: 1, jobs_per_technician_year: 60, seed, end }
}

/// Every file of a folder, its name and bytes.
fn bytes_of(spec: &Spec) -> Vec<(String, Vec<u8>)> {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    write(spec, scratch.path(), None, &mut |_, _| true).expect("a demo");
    let mut files: Vec<(String, Vec<u8>)> = std::fs::read_dir(scratch.path())
        .expect("the folder")
        .map(|it| it.expect("an entry"))
        .map(|it| (it.file_name().to_string_lossy().into(), std::fs::read(it.path()).expect("it")))
        .collect();
    files.sort();
    files
}

fn read(path: &Path) -> Vec<Named> {
    let mut reader = csv::Reader::from_path(path).expect("a file");
    reader.deserialize().map(|it| it.expect("a row of the header's width")).collect()
}

fn file_of(folder: &Path, fact: &Fact) -> PathBuf {
    folder.join(format!("{}.csv", fact.file))
}

fn rows_of(table: &str) -> &'static [Named] {
    &made().rows[table]
}

/// Whether a cell can be what its column says; references are checked apart.
fn fits(column: &Column, cell: &str) -> bool {
    use fact::Kind;
    if cell.is_empty() {
        return !column.required;
    }
    let int = || cell.parse::<i64>().ok();
    match column.kind {
        Kind::Text(most) => cell.chars().count() <= most,
        Kind::OneOf(words) => words.contains(&cell),
        Kind::Day => Day::parse(cell).is_some(),
        Kind::Minute => parse_minute(cell).is_some(),
        Kind::Minutes => int().is_some_and(|it| (0..=1440).contains(&it)),
        Kind::Hours => cell.parse::<f64>().is_ok_and(|it| it > 0.0),
        Kind::Cents => int().is_some(),
        Kind::Int(low, high) => int().is_some_and(|it| (low..=high).contains(&it)),
        Kind::Bool => matches!(cell, "yes" | "no"),
        Kind::Ref(_) => true,
    }
}

/// Cells fit, later days are later, and what is referred to stands above.
fn is_good(fact: &Fact, row: &Named, keys: &HashMap<&str, HashSet<String>>) -> bool {
    let cells = fact.columns.iter().all(|it| fits(it, &row[it.name]));
    let when = |name: &str| parse_minute(&row[name]);
    let order = fact.order.iter().all(|(earlier, later)| {
        when(earlier).zip(when(later)).is_none_or(|(earlier, later)| earlier <= later)
    });
    let known = fact.columns.iter().all(|it| match it.kind {
        fact::Kind::Ref(table) => {
            row[it.name].is_empty()
                || keys.get(table).is_some_and(|it_| it_.contains(&row[it.name]))
        }
        _ => true,
    });
    cells && order && known
}

#[test]
fn the_same_seed_makes_the_same_bytes_and_another_does_not() {
    let first = bytes_of(&small(3));
    assert_eq!(first.len(), FACTS.len());
    assert!(first == bytes_of(&small(3)));
    assert!(first != bytes_of(&small(4)));
}

#[test]
fn every_file_reads_as_its_fact_and_only_the_dirty_rows_do_not() {
    let mut keys: HashMap<&str, HashSet<String>> = HashMap::new();
    for (fact, written) in FACTS.iter().zip(&made().summary.files) {
        assert_eq!(fact.file, written.file);
        let path = file_of(&made().facts, fact);
        let mut reader = csv::Reader::from_path(&path).expect("a file");
        let header: Vec<&str> = fact.columns.iter().map(|it| it.name).collect();
        assert_eq!(reader.headers().expect("a header"), header);
        let mut bad = 0;
        let rows = rows_of(fact.table);
        for row in rows {
            if !is_good(fact, row, &keys) {
                bad += 1;
                continue;
            }
            let key: Vec<&str> = fact.key.iter().map(|it| row[*it].as_str()).collect();
            let new = keys.entry(fact.table).or_default().insert(key.join("|"));
            assert!(new, "{} {key:?} stands twice", fact.file);
        }
        assert_eq!((rows.len() as u64, bad), (written.rows, written.dirty_rows), "{}", fact.file);
        assert!(written.dirty_rows >= if fact.table == "job" { 3 } else { 1 }, "{}", fact.file);
    }
}

#[test]
fn no_fact_lies_after_the_end() {
    let end = made().spec.end;
    for fact in FACTS {
        for row in rows_of(fact.table) {
            for column in fact.columns {
                if matches!(column.kind, fact::Kind::Day | fact::Kind::Minute)
                    && let Some(day) = Day::parse(&row[column.name])
                {
                    assert!(day <= end, "{} {} {day}", fact.table, column.name);
                }
            }
        }
    }
}

#[test]
fn people_work_only_while_employed() {
    let mut spells: HashMap<String, Vec<(Day, Day)>> = HashMap::new();
    for row in rows_of("employment") {
        if let Some(hired) = Day::parse(&row["hired_on"]) {
            let left = Day::parse(&row["exited_on"]).unwrap_or(made().spec.end);
            spells.entry(row["employee_no"].clone()).or_default().push((hired, left));
        }
    }
    for (table, column) in [("job", "started_at"), ("workday", "on_date"), ("note", "written_on")] {
        let mut checked = 0;
        for row in rows_of(table) {
            let on = Day::parse(&row[column]);
            if let (Some(on), Some(spells)) = (on, spells.get(&row["employee_no"])) {
                assert!(spells.iter().any(|it| it.0 <= on && on <= it.1), "{table} {row:?}");
                checked += 1;
            }
        }
        assert!(checked > 100, "{table}");
    }
}

#[test]
fn sizes_and_rates_are_what_was_asked() {
    let Made { spec, summary, .. } = made();
    let asked = f64::from(spec.technicians);
    let years = f64::from(summary.days) / 365.25;
    let headcount = summary.average_headcount;
    assert!((headcount / asked - 1.0).abs() < 0.06, "headcount {headcount}");
    let jobs = summary.completed_jobs as f64 / headcount / years;
    let wanted = f64::from(spec.jobs_per_technician_year);
    assert!((jobs / wanted - 1.0).abs() < 0.05, "{jobs} jobs a technician-year");
    let turnover = summary.voluntary_exits as f64 / headcount / years;
    assert!((0.15..0.40).contains(&turnover), "{turnover} a year leave by choice");
    let others = (summary.exits - summary.voluntary_exits) as f64 / headcount / years;
    assert!((0.03..0.13).contains(&others), "{others} a year leave otherwise");
}

#[test]
fn jobs_come_back_and_customers_answer_as_often_as_they_should() {
    let jobs = rows_of("job");
    let share = |column: &str| {
        let set = jobs.iter().filter(|it| !it[column].is_empty()).count();
        set as f64 / jobs.len() as f64
    };
    assert!((0.03..0.06).contains(&share("recall_of")), "{}", share("recall_of"));
    assert!((0.30..0.40).contains(&share("csat")), "{}", share("csat"));
    assert!((0.96..0.99).contains(&share("completed_at")), "{}", share("completed_at"));
    let days: Vec<Option<Day>> = jobs.iter().map(|it| Day::parse(&it["started_at"])).collect();
    assert!(!days.is_sorted(), "late rows stand at the end");
}

#[test]
fn openings_are_filled_in_time_and_some_stay_open() {
    let reqs = rows_of("requisition");
    let open = reqs.iter().filter(|it| it["closed_on"].is_empty()).count();
    assert!(open > 0 && open < reqs.len() / 4, "{open} of {}", reqs.len());
    for row in reqs.iter().filter(|it| it["positions"] == "1") {
        if let (Some(from), Some(to)) =
            (Day::parse(&row["opened_on"]), Day::parse(&row["closed_on"]))
        {
            assert!((15..=60).contains(&(to.0 - from.0)), "{row:?}");
        }
    }
    let candidates = rows_of("candidate");
    assert!(candidates.iter().any(|it| !it["declined_on"].is_empty()));
    let sources: HashSet<&str> = candidates.iter().map(|it| it["hire_source"].as_str()).collect();
    assert!(sources.len() >= 6, "{sources:?}");
}

/// The chance that a random leaver was ranked above a random stayer.
fn auc(scored: &mut [(f64, bool)]) -> f64 {
    scored.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut below, mut wins) = (0_u64, 0_u64);
    for (_, left) in scored.iter() {
        if *left {
            wins += below;
        } else {
            below += 1;
        }
    }
    let leavers = scored.len() as u64 - below;
    wins as f64 / (below * leavers) as f64
}

/// The truth's chance and what came, for every month whose window of `days` has closed.
fn scored(days: i32) -> Vec<(f64, bool)> {
    let mut left: HashMap<String, Vec<(Day, bool)>> = HashMap::new();
    for row in rows_of("employment") {
        if let Some(on) = Day::parse(&row["exited_on"]) {
            let chosen = row["exit_type"] == "voluntary";
            left.entry(row["employee_no"].clone()).or_default().push((on, chosen));
        }
    }
    let chance = format!("leaves_within_{days}");
    let mut scored = Vec::new();
    for row in &made().truth {
        let as_of = Month::parse(&row["month"]).expect("a month").first_day();
        if as_of.plus(days) > made().spec.end.plus(1) {
            continue;
        }
        let window = as_of..as_of.plus(days);
        let exits = left.get(&row["employee_no"]).map_or(&[][..], Vec::as_slice);
        match exits.iter().find(|it| window.contains(&it.0)) {
            Some((_, false)) => {}
            exit => scored.push((row[&chance].parse().expect("a chance"), exit.is_some())),
        }
    }
    scored
}

#[test]
fn the_truth_counts_right() {
    let scored = scored(30);
    let expected: f64 = scored.iter().map(|it| it.0).sum();
    let came = scored.iter().filter(|it| it.1).count() as f64;
    // Months hardly overlap, so the count scatters like a Poisson number.
    assert!((came - expected).abs() < 4.0 * expected.sqrt(), "{came} came, {expected} expected");
}

#[test]
fn the_truth_ranks_right() {
    let auc = auc(&mut scored(90));
    assert!((0.66..0.88).contains(&auc), "{auc}");
}

#[test]
fn what_cannot_be_made_is_refused() {
    let end = day(2026, 11, 22);
    assert!(Spec::default_ending(end).check().is_ok());
    let refused = |spec: Spec| spec.check().expect_err("a refusal").to_string();
    let none = refused(Spec { technicians: 0, ..Spec::default_ending(end) });
    assert_eq!(none, "The demo cannot have 0 technicians. Choose 1 to 20000.");
    let many = refused(Spec { technicians: 2, ..Spec::default_ending(end) });
    assert_eq!(many, "The demo cannot have 3 offices. Choose 1 to 2.");
    refused(Spec { years: 9, ..Spec::default_ending(day(1999, 1, 1)) });
}

#[test]
fn the_truth_stays_away_from_the_facts_and_a_stop_stops() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let inside = scratch.path().join("truth.csv");
    let refused = write(&small(1), scratch.path(), Some(&inside), &mut |_, _| true);
    assert!(matches!(refused, Err(Error::Told(_))) && !inside.exists());
    let mut months = 0;
    let stopped = write(&small(1), scratch.path(), None, &mut |done, of| {
        months = done;
        assert_eq!(of, 12);
        done < 3
    });
    assert!(matches!(stopped, Err(Error::Stopped)) && months == 3);
}

#[test]
fn one_technician_is_an_office_too() {
    let spec = Spec { technicians: 1, ..small(9) };
    let files = bytes_of(&spec);
    assert!(files.iter().all(|it| String::from_utf8_lossy(&it.1).lines().count() > 1));
}

#[test]
fn the_first_month_and_the_columns_of_the_truth_are_known() {
    let spec = Spec { years: 1, ..small(2) };
    assert_eq!(spec.first_day(), day(2024, 4, 1));
    let columns = truth_columns();
    assert_eq!(columns.len(), 2 + 18 + 18 + 1 + 4 + 4);
    let unlike: HashSet<&String> = columns.iter().collect();
    assert_eq!(unlike.len(), columns.len());
}

#[test]
fn the_page_about_the_demo_shows_every_shape() {
    let page = include_str!("../../docs/demo.md");
    for shape in shapes() {
        let row = format!("| `{}` | {:.1} |", shape.feature, shape.spans);
        assert!(page.contains(&row), "docs/demo.md has no row that begins {row}");
    }
    let pair = format!("| `weekend_share` x `on_call_nights` | {TOGETHER_SPANS:.1} |");
    assert!(page.contains(&pair), "{pair}");
}
