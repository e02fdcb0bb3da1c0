//! The dictionary pages on real rows.

use actix_web::http::StatusCode;

use crate::app::metrics::METRICS;
use crate::store::fixture::{Scratch, day};
use crate::store::rollups;
use crate::web::fixture::{get, sound, words};

/// Twelve people in North, three in Lakes, each with two days of work.
fn office() -> Scratch {
    let it = Scratch::office();
    for number in 0..15 {
        let no = format!("T{number:02}");
        it.hire(&no, if number < 12 { "Z1" } else { "Z2" }, "2024-09-02");
        for on in ["2024-09-02", "2026-06-01", "2026-11-23"] {
            it.put(
                "workday",
                &[
                    ("employee_no", &no),
                    ("on_date", &day(on)),
                    ("available_min", &480),
                    ("booked_min", &400),
                    ("paid_min", &480),
                    ("overtime_min", &(10 * number)),
                ],
            );
        }
    }
    it.store.write(|tx| rollups::rebuild(tx, None)).unwrap();
    it
}

#[test]
fn the_dictionary_lists_every_metric_with_its_value_or_why_not() {
    let it = office();
    let html = sound(&get(&it, "/metrics"));
    assert_eq!(words(&html, "main tbody th > a").len(), METRICS.len());
    let values = words(&html, "main tbody .numbtn");
    assert_eq!(values.len(), METRICS.len());
    assert_eq!(values[0], "15");
    assert!(values.iter().any(|it| it == "too few"));
    assert!(values.iter().all(|it| !it.is_empty()));
}

#[test]
fn a_metric_has_months_zones_and_its_sql() {
    let it = office();
    let html = sound(&get(&it, "/metrics/headcount"));
    assert_eq!(words(&html, "h1"), ["Headcount"]);
    let rows = words(&html, "main tbody th");
    assert!(rows.contains(&"North".to_owned()), "{rows:?}");
    let cells = words(&html, "main .table td");
    assert!(cells.contains(&"12".to_owned()) && cells.contains(&"3 of 5 needed".to_owned()));
    assert!(words(&html, "pre.code").iter().any(|it| it.contains("SELECT")));
    assert_eq!(words(&html, "svg.plot").len(), 1);
    let all = get(&it, "/metrics/overtime_share?by=technician&from=2026-06&to=2026-06");
    let html = sound(&all);
    assert!(words(&html, "main tbody th").contains(&"T03".to_owned()));
    for metric in METRICS {
        sound(&get(&it, &format!("/metrics/{}", metric.id)));
    }
}

#[test]
fn questions_that_make_no_sense_are_told() {
    let it = office();
    let (status, body) = get(&it, "/metrics/turnovr");
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(body.contains("turnover"), "{body}");
    let (status, _) = get(&it, "/metrics/turnover?from=2026-05&to=2026-03");
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let (status, _) = get(&it, "/metrics/turnover?by=source");
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[test]
fn rows_come_as_a_file() {
    let it = office();
    let (status, body) = get(&it, "/metrics/headcount.csv?by=zone");
    assert_eq!(status, StatusCode::OK);
    let lines: Vec<_> = body.lines().collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[2], "headcount,people,2025-11-24 to 2026-11-23,North,12,12,,,,,2026-11-23");
}

#[test]
fn an_empty_office_has_definitions_without_values() {
    let it = Scratch::empty();
    let html = sound(&get(&it, "/metrics"));
    assert_eq!(words(&html, ".state h2"), ["No values yet"]);
    let html = sound(&get(&it, "/metrics/turnover"));
    assert_eq!(words(&html, ".state h2"), ["No values yet"]);
    assert!(words(&html, "pre.code").len() == 1);
    sound(&get(&it, "/help"));
}
