//! Rules that every metric keeps, and the generated page.

use std::fmt::Write;
use std::path::Path;

use super::super::{Error, Family, METRICS, Metric, default_period, sql};
use super::*;
use crate::domain::told::Kind;
use crate::store::named_params;

#[test]
fn every_metric_explains_itself() {
    for metric in METRICS {
        let id = metric.id;
        assert!(metric.sentence.ends_with('.'), "{id}");
        assert!(metric.formula.ends_with('.'), "{id}");
        assert!(metric.interval.ends_with('.'), "{id}");
        assert!(metric.minimum >= 5, "{id}");
        assert!(metric.by.contains(&By::None), "{id}");
        assert!(metric.formula.contains("n is"), "{id}: what does it rest on");
        let plain =
            id.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'_');
        assert!(plain && !id.starts_with('_') && !id.ends_with('_'), "{id}");
        assert_eq!(METRICS.iter().filter(|it| it.id == id).count(), 1, "{id}");
        assert!(sql(metric).contains("LIMIT :limit"), "{id}");
        assert!(Family::ALL.contains(&metric.family), "{id}");
    }
    for by in By::ALL {
        assert_eq!(By::parse(by.id()), Some(*by));
    }
}

/// A small office with everything in it.
fn busy() -> Scratch {
    let it = Scratch::office();
    for number in 0..24 {
        let no = format!("T{number:02}");
        let zone = if number % 3 == 0 { "Z2" } else { "Z1" };
        let exit = (number % 4 == 0).then_some(("2026-08-14", "voluntary", 1));
        let hired = if number % 2 == 0 { "2025-10-06" } else { "2026-01-12" };
        employ(&it, &no, zone, hired, exit);
        for on in ["2025-10-06", "2026-05-04", "2026-06-06", "2026-09-01"] {
            work_day(&it, &no, on, number);
        }
    }
    it.put(
        "requisition",
        &[
            ("requisition_no", &"R1"),
            ("opened_on", &day("2026-01-01")),
            ("positions", &9),
            ("office", &"O1"),
            ("zone", &"Z1"),
        ],
    );
    for number in 0..20 {
        it.put(
            "candidate",
            &[
                ("candidate_no", &format!("C{number}")),
                ("requisition_no", &"R1"),
                ("hire_source", &"web"),
                ("applied_on", &day("2026-01-05")),
                ("screened_on", &day("2026-01-08")),
                ("interviewed_on", &day("2026-01-12")),
                ("offered_on", &day("2026-02-02")),
                ("accepted_on", &day("2026-02-05").plus(number)),
                ("started_on", &day("2026-03-02")),
            ],
        );
        it.put(
            "candidate",
            &[
                ("candidate_no", &format!("D{number}")),
                ("requisition_no", &"R1"),
                ("applied_on", &day("2026-01-05")),
                ("offered_on", &day("2026-02-02")),
                ("declined_on", &day("2026-02-05").plus(number)),
            ],
        );
    }
    rebuild(&it);
    it
}

fn work_day(it: &Scratch, no: &str, on: &str, number: i32) {
    it.put(
        "workday",
        &[
            ("employee_no", &no),
            ("on_date", &day(on)),
            ("available_min", &480),
            ("booked_min", &(400 + number)),
            ("paid_min", &480),
            ("overtime_min", &number),
            ("on_call", &1),
        ],
    );
    let at = i64::from(day(on).0) * 1440 + 500;
    it.put(
        "job",
        &[
            ("job_no", &format!("{no}-{on}")),
            ("employee_no", &no),
            ("type", &"repair"),
            ("appliance", &"laundry"),
            ("started_at", &at),
            ("completed_at", &(at + 50)),
            ("drive_min", &(20 + number)),
            ("billable_min", &300),
            ("revenue_cents", &(12_000 + 100 * number)),
            ("convertible", &1),
            ("converted", &(number % 2)),
            ("csat", &(1 + number % 5)),
        ],
    );
}

#[test]
fn every_metric_answers_in_every_way_it_lists() {
    let it = busy();
    for metric in METRICS {
        for by in By::ALL {
            let mut question = by_all(*by);
            if !metric.by.contains(by) {
                let told = it.store.read_long(move |read| compute(read, metric, &question));
                let Err(Error::Told(told)) = told else { panic!("{} by {by:?}", metric.id) };
                assert_eq!(told.kind, Kind::Invalid);
                continue;
            }
            let figures = ask(&it, metric.id, question);
            assert!(!figures.is_empty(), "{} by {by:?}", metric.id);
            for figure in &figures {
                sane(metric, figure);
                assert_eq!(figure.group.is_empty(), *by == By::None, "{} {figure:?}", metric.id);
            }
            // Narrowed to one zone, office and technician it still runs.
            (question.zone, question.office, question.technician) = (Some(1), Some(1), Some(1));
            for figure in &ask(&it, metric.id, question) {
                sane(metric, figure);
            }
        }
        let figure = ask(&it, metric.id, by_all(By::None)).remove(0);
        let unreached = metric.id == "ramp_weeks";
        assert!(figure.value.is_some() || unreached, "{} {figure:?}", metric.id);
    }
}

fn by_all(way: By) -> Ask {
    by(way, "2025-11-24", "2026-11-24")
}

#[track_caller]
fn sane(metric: &Metric, figure: &Figure) {
    let id = metric.id;
    assert_eq!(figure.value.is_none(), figure.too_few.is_some(), "{id} {figure:?}");
    let ends = [figure.low, figure.value, figure.high];
    let known: Vec<f64> = ends.into_iter().flatten().collect();
    assert!(known.iter().all(|it| it.is_finite()), "{id} {figure:?}");
    assert!(known.is_sorted(), "{id} {figure:?}");
    if figure.value.is_some() {
        assert!(figure.n >= u64::from(metric.minimum), "{id} {figure:?}");
    }
}

#[test]
fn an_empty_office_has_no_numbers_and_no_errors() {
    let it = Scratch::empty();
    for metric in METRICS {
        for way in metric.by {
            let figures = ask(&it, metric.id, by_all(*way));
            assert_eq!(figures.len(), usize::from(*way == By::None), "{}", metric.id);
            assert!(figures.iter().all(|it| it.value.is_none() && it.n == 0));
        }
        // Nor does a period without a day or before all calendars.
        for (from, to) in [("2026-03-01", "2026-03-01"), ("1900-01-01", "1901-01-01")] {
            assert_eq!(ask(&it, metric.id, whole(from, to)).len(), 1, "{}", metric.id);
        }
    }
}

#[test]
fn no_metric_walks_through_jobs_or_workdays() {
    let it = busy();
    it.store.settle().unwrap();
    for metric in METRICS {
        let plan = read(&it, move |read| {
            let none: Option<i64> = None;
            let params = named_params! {
                ":from": day("2025-11-24").0, ":to": day("2026-11-24").0,
                ":as_of": day("2026-11-23").0, ":by": "none", ":zone": none, ":office": none,
                ":technician": none, ":limit": 10,
            };
            Ok(read.plan(sql(metric), params)?)
        });
        for line in &plan {
            let words: Vec<&str> = line.split_whitespace().collect();
            let walks =
                words.windows(2).any(|it| it[0] == "SCAN" && ["job", "workday"].contains(&it[1]));
            assert!(!walks, "{}: {line}", metric.id);
        }
        assert!(!sql(metric).contains("job "), "{} reads jobs", metric.id);
        assert!(!sql(metric).contains("workday "), "{} reads workdays", metric.id);
    }
}

#[test]
fn an_unknown_id_names_the_nearest() {
    let told = find("turn_over").unwrap_err();
    assert_eq!(told.kind, Kind::NotFound);
    assert_eq!(told.hint, "Did you mean `turnover`?");
    assert_eq!(find("recal_rate").unwrap_err().hint, "Did you mean `recall_rate`?");
    assert_eq!(find("zzz").unwrap_err().hint, "`crewkeep metric` lists them all.");
}

#[test]
fn the_default_period_is_the_last_twelve_months() {
    let it = Scratch::office();
    data_end(&it, "2026-11-23");
    let found = read(&it, default_period);
    assert_eq!(found, (day("2025-11-24"), day("2026-11-24")));
    data_end(&it, "2028-02-28");
    let found = read(&it, default_period);
    assert_eq!(found, (day("2027-02-28"), day("2028-02-29")));
}

#[test]
fn docs_are_the_dictionary() {
    let found = page();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/metrics.md");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &found).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == found, "docs/metrics.md is old: run UPDATE=1 cargo test docs_are");
}

fn page() -> String {
    let mut text = String::from(
        "# The metric dictionary\n\n\
         Generated from `METRICS` (`UPDATE=1 cargo test docs_are`); do not edit.\n\n\
         Every number is defined once and shown with what it rests on (n) and a 95% interval. \
         Below its minimum n it is not shown. Periods end on the last day with data. Numbers \
         about work and money, which come from monthly sums, cover every calendar month \
         that the period touches, and say so. Nothing is counted before the first or after the \
         last day with a job or workday.\n",
    );
    for family in Family::ALL {
        write!(text, "\n## {}\n", family.title()).unwrap();
        for metric in METRICS.iter().filter(|it| it.family == *family) {
            let ways: Vec<&str> = metric.by.iter().skip(1).map(|it| it.id()).collect();
            write!(
                text,
                "\n### {}\n`{}`\n\n{}\n\n* How: {}\n* Interval: {}\n* Shown from n = {}; {}.\n* By: {}.\n",
                metric.title,
                metric.id,
                metric.sentence,
                metric.formula,
                metric.interval,
                metric.minimum,
                metric.direction.words(),
                ways.join(", "),
            )
            .unwrap();
        }
    }
    text
}
