//! Series against metrics on a small demo; forecasts kept, found again, replayed.

use super::*;
use crate::app::fixture::{self, day};
use crate::app::progress::Silent;
use crate::app::{demo, derive, verify};
use crate::metric::series::past as read_past;
use crate::metric::{self as metrics, Ask as Question, By, Where};

/// Sum of the months of 2025 of a series somewhere.
fn year(office: &'static Office, id: &'static str, at: Where) -> f64 {
    let months = office
        .look(move |cx| {
            let as_of = metrics::last_day(cx.read)?.unwrap_or_default();
            Ok(read_past(cx.read, find(id)?, Step::Month, at, None, as_of)?)
        })
        .unwrap();
    let inside = |it: &usize| (day("2025-01-01").0..day("2026-01-01").0).contains(&months.day(*it));
    let values: Vec<f64> = (0..months.len()).filter(inside).map(|at| months.values[at]).collect();
    assert_eq!(values.len(), 12, "{id} {at:?}");
    values.iter().sum()
}

/// The figure of a metric over 2025: its value and what it rests on.
fn figure(office: &'static Office, id: &'static str, at: Where) -> (Option<f64>, u64) {
    let (from, to) = (day("2025-01-01"), day("2026-01-01"));
    let figures = office.look(move |cx| {
        let ask = Question { zone: at.zone, office: at.office, ..Question::whole(from, to) };
        Ok(metrics::compute(cx.read, metrics::find(id)?, &ask)?)
    });
    let figure = figures.unwrap().remove(0);
    (figure.value, figure.n)
}

#[test]
fn series_add_up_to_the_metrics_of_the_year() {
    let office = fixture::untrained();
    let everyone = Where::default();
    let mut places = vec![everyone];
    let rows = office.look(|cx| Ok(places::list(cx.read)?)).unwrap();
    places.extend(rows.iter().map(|it| Where {
        office: it.zone_id.is_none().then_some(it.office_id),
        zone: it.zone_id,
    }));
    for at in places {
        for id in ["exits", "hires"] {
            // A zone that nobody worked in has no figure; its months are not there either.
            if let (Some(value), _) = figure(office, id, at) {
                assert!((value - year(office, id, at)).abs() < 1e-9, "{id} at {at:?}");
            }
        }
    }
    let (revenue, n) = figure(office, "revenue_per_job", everyone);
    assert!((revenue.unwrap() * n as f64 / 100.0 - year(office, "revenue", everyone)).abs() < 0.01);
    // The share of weekend jobs rests on all jobs.
    let jobs = figure(office, "weekend_share", everyone).1 as f64;
    assert!((jobs - year(office, "jobs", everyone)).abs() < 1e-9);
    let zones: f64 = rows
        .iter()
        .filter(|it| it.zone_id.is_some())
        .map(|it| year(office, "booked_hours", Where { office: None, zone: it.zone_id }))
        .sum();
    assert!((zones - year(office, "booked_hours", everyone)).abs() < 1e-6, "zones add up");
}

#[test]
fn headcount_by_month_is_the_metric() {
    let office = fixture::untrained();
    let (from, to) = (day("2025-01-01"), day("2026-01-01"));
    let question = Question { by: By::Month, ..Question::whole(from, to) };
    let figures = office
        .look(move |cx| Ok(metrics::compute(cx.read, metrics::find("headcount")?, &question)?))
        .unwrap();
    let past = office.look(|cx| past(cx, &Ask::of("headcount"))).unwrap();
    for figure in figures {
        let month = Day::parse(&format!("{}-01", figure.group)).unwrap();
        let at = (0..past.len()).find(|at| past.day(*at) == month.0).unwrap();
        assert_eq!(figure.value, Some(past.values[at]), "{month}");
    }
}

/// A small demo of its own, with what the task makes.
fn made() -> Office {
    let dir = tempfile::tempdir().unwrap().keep();
    let office = fixture::office(&dir);
    let spec = demo::Spec {
        technicians: 24,
        years: 2,
        offices: 1,
        jobs_per_technician_year: 60,
        seed: 5,
        end: day("2026-11-23"),
    };
    demo::load(&office, &spec, None, &Silent).unwrap();
    office
}

#[test]
fn a_forecast_is_kept_found_and_replayed() {
    let office = made();
    assert!(office.look(is_behind).unwrap());
    let first = refresh(&office, &Silent).unwrap();
    assert!(first.made > 20 && first.kept == 0, "{first:?}");
    let again = refresh(&office, &Silent).unwrap();
    assert_eq!((again.made, again.kept), (0, first.made));
    assert!(!office.look(is_behind).unwrap());
    let seen = office.look(|cx| view(cx, &Ask::of("jobs"))).unwrap().unwrap();
    assert!(seen.uid.is_some(), "the page takes what is kept");
    assert_eq!(seen.outlook.points.len(), 12);
    assert_eq!(seen.outlook.points[0].day, day("2026-11-01").0, "November is not over");
    assert!(
        seen.sentence.starts_with("Jobs at all offices, Nov 2026: about "),
        "{}",
        seen.sentence
    );
    assert!(seen.sentence.contains("In Nov 2025 it was "), "{}", seen.sentence);
    let weeks = Ask { step: Some(Step::Week), ..Ask::of("booked_hours") };
    assert!(office.look(move |cx| view(cx, &weeks)).unwrap().unwrap().uid.is_some());
    let report = verify::verify(&office, &Silent).unwrap();
    assert_eq!((report.forecasts, report.fault_count, report.moved_on), (first.made, 0, 0));
    assert_eq!(report.replayed, first.made.min(24), "{}", report.forecast_words());
    // A value that was changed on disk is found; facts that came later are no fault.
    office
        .store
        .write(|tx| {
            forecasts::damage(tx, "UPDATE forecast SET outlook = outlook || ' ' WHERE id = 1")?;
            forecasts::damage(tx, "UPDATE roll_zone_day SET jobs = jobs + 1, booked_min = booked_min + 60, revenue_cents = 1")
        })
        .unwrap();
    let report = verify::verify(&office, &Silent).unwrap();
    assert_eq!(report.fault_count, 1, "{:?}", report.faults);
    assert!(report.faults[0].found.contains("SHA-256"));
    assert!(report.moved_on > 0 && report.forecast_words().contains("changed since"));
    // Facts computed anew are the old ones: what is kept is good again, but for what was damaged.
    office.store.write(|tx| crate::store::facts::mark(tx, 0, 0)).unwrap();
    derive::refresh(&office, &Silent).unwrap();
    let report = refresh(&office, &Silent).unwrap();
    assert_eq!(report.made, 1, "{report:?}");
    assert!(verify::verify(&office, &Silent).unwrap().is_sound());
}

#[test]
fn a_long_series_waits_for_its_task() {
    let office = fixture::untrained();
    let days = Ask { step: Some(Step::Day), ahead: 7, ..Ask::of("jobs") };
    let asked = days.clone();
    assert!(office.look(move |cx| view(cx, &asked)).unwrap().is_none());
    let made = answer(office, &days, &Silent).unwrap();
    assert!(made.uid.is_none() && made.outlook.points.len() == 7);
    let seen = office.look(move |cx| view(cx, &days)).unwrap().unwrap();
    assert_eq!(seen.outlook, made.outlook);
    assert!(seen.uid.is_some());
}

#[test]
fn what_cannot_be_asked_is_told_with_the_nearest_name() {
    let office = fixture::untrained();
    let rows = office.look(|cx| Ok(places::list(cx.read)?)).unwrap();
    let (town, zone) = (rows[0].office.clone(), rows[1].zone.clone());
    let by_name = |office_name: Option<String>, zone: Option<String>| {
        office.look(move |cx| place(cx, office_name.as_deref(), zone.as_deref()))
    };
    let found = by_name(Some(town.to_uppercase()), Some(zone.clone())).unwrap();
    assert_eq!(found, Some(rows[1].uid));
    assert_eq!(by_name(None, Some(format!("{town}, {zone}"))).unwrap(), Some(rows[1].uid));
    let wrong = format!("{zone}x");
    let said = by_name(Some(town), Some(wrong.clone())).unwrap_err().to_string();
    assert!(said.contains(&format!("no zone `{wrong}`")) && said.contains(&zone), "{said}");
    assert!(choice("prophe").unwrap_err().to_string().contains("Did you mean `prophet`?"));
    assert!(appliance("laundri").unwrap_err().to_string().contains("`laundry`"));
    assert!(step("year").unwrap_err().to_string().contains("day, week or month"));
    let said = office.look(|cx| view(cx, &Ask { ahead: 5000, ..Ask::of("jobs") })).unwrap_err();
    assert!(said.to_string().contains("at most 366"), "{said}");
    let empty = fixture::empty();
    match empty.look(|cx| view(cx, &Ask::of("jobs"))) {
        Err(Error::Told(told)) => assert_eq!(told.kind, Sort::NotEnough),
        other => panic!("{other:?}"),
    }
}

#[test]
fn shifts_are_told_with_their_date() {
    let mut seen = fixture::untrained().look(|cx| view(cx, &Ask::of("jobs"))).unwrap().unwrap();
    seen.outlook.marks = vec![Mark {
        day: day("2026-03-01").0,
        kind: MarkKind::Shift,
        by: -120.0,
        words: "The level fell by about 120 and stayed there.".to_owned(),
    }];
    let marks = words::marks(Step::Month, &seen.outlook);
    assert_eq!(marks[0].words, "From Mar 2026 on: The level fell by about 120 and stayed there.");
}
