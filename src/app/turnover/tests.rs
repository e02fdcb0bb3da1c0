//! Turnover of small offices, worked out by hand.

use super::*;
use crate::app::metrics::{Question, answer, csv, day_after, first_day, safe_cell, sheet};
use crate::app::{Cx, Error, Memo};
use crate::config::Config;
use crate::domain::told;
use crate::store::fixture::{IntoCell, Scratch, day};

/// Employed in a zone, perhaps until a last day, by some type of exit.
fn employ(it: &Scratch, no: &str, zone: &str, hired: &str, exit: Option<(&str, &str, i32)>) {
    it.hire(no, zone, hired);
    let hired = day(hired);
    let mut values: Vec<(&str, &dyn IntoCell)> =
        vec![("employee_no", &no), ("hired_on", &hired), ("hire_source", &"referral")];
    let last = exit.map(|it| day(it.0));
    if let (Some(last), Some((_, kind, regretted))) = (&last, &exit) {
        values.extend([("exited_on", last as &dyn IntoCell), ("exit_type", kind)]);
        values.extend([("regretted", regretted as &dyn IntoCell), ("exit_reason", &"pay")]);
    }
    it.put("employment", &values);
}

fn data(it: &Scratch, from: &str, to: &str) {
    let (from, to) = (day(from).0, day(to).0);
    it.store
        .write(move |tx| {
            tx.run("UPDATE derived_state SET data_from = ?1, data_to = ?2", [from, to])
        })
        .unwrap();
}

fn look_at<T: Send + 'static>(
    it: &Scratch,
    work: impl FnOnce(&Cx<'_>) -> Result<T> + Send + 'static,
) -> Result<T> {
    it.store.read_long(move |read| {
        let (config, memo) = (Config::default(), Memo::default());
        work(&Cx { read, today: day("2026-11-24"), config: &config, memo: &memo })
    })
}

fn report_of(it: &Scratch, look: Look) -> Report {
    look_at(it, move |cx| report(cx, &look)).unwrap().unwrap()
}

/// 80 heads for half of a leap year, 72 for the other half: 26 leave, 18 come.
fn shrinking() -> Scratch {
    let it = Scratch::office();
    for number in 0..80 {
        let exit = match number {
            0..20 => Some(("2024-07-01", "voluntary", i32::from(number < 10))),
            20..26 => Some(("2024-07-01", "involuntary", 0)),
            _ => None,
        };
        employ(&it, &format!("A{number:02}"), "Z1", "2020-03-02", exit);
    }
    for number in 0..18 {
        employ(&it, &format!("B{number:02}"), "Z2", "2024-07-02", None);
    }
    data(&it, "2023-11-27", "2024-12-31");
    it
}

#[test]
fn each_definition_counts_its_own_exits_over_its_own_heads() {
    let it = shrinking();
    let shown = |look: Look| {
        let report = report_of(&it, look);
        let value = report.figure.value.unwrap();
        (report.exits, report.figure.n, format!("{:.1}", value * 100.0))
    };
    let all = Look::default();
    assert_eq!(shown(all), (26, 76, "34.2".to_owned()));
    assert_eq!(shown(Look { base: Base::Start, ..all }), (26, 80, "32.5".to_owned()));
    assert_eq!(shown(Look { base: Base::End, ..all }), (26, 72, "36.1".to_owned()));
    assert_eq!(shown(Look { kind: Kind::Voluntary, ..all }), (20, 76, "26.3".to_owned()));
    assert_eq!(shown(Look { kind: Kind::Regretted, ..all }), (10, 76, "13.2".to_owned()));
}

#[test]
fn the_trend_begins_with_twelve_months_of_data_and_the_year_before_with_two() {
    let report = report_of(&shrinking(), Look::default());
    let ends: Vec<_> = report.trend.iter().map(|it| it.until.to_string()).collect();
    assert_eq!(ends, ["2024-11-30", "2024-12-31"]);
    assert_eq!(report.trend[1].figure, report.figure);
    assert!(report.before.is_none());
    let lines: Vec<_> = report.identity.iter().map(|it| (it.name.as_str(), it.it.holds)).collect();
    assert_eq!(lines, [("Everyone", true), ("Northgate", true), ("Lakes", true), ("North", true)]);
    let reasons: Vec<_> = report.reasons.iter().map(|it| (it.n, it.regretted)).collect();
    assert_eq!(reasons, [(20, 10), (6, 0)]);
}

#[test]
fn naive_and_matured_shares_differ_as_they_should() {
    let it = Scratch::office();
    for number in 0..11 {
        let exit = (number < 5).then_some(("2026-04-01", "voluntary", 0));
        employ(&it, &format!("A{number:02}"), "Z1", "2026-01-02", exit);
    }
    for number in 0..7 {
        employ(&it, &format!("B{number:02}"), "Z1", "2026-04-20", None);
    }
    data(&it, "2025-06-13", "2026-07-18");
    let report = report_of(&it, Look::default());
    let expected = Ninety { hires: 18, left: 5, matured: 11, matured_left: 5 };
    assert_eq!(report.ninety, expected);
    assert!((report.matured.value.unwrap() - 5.0 / 11.0).abs() < 1e-12);
    assert_eq!(report.matured.n, 11);
}

/// Twenty hired on one day: five let go on day 49, five leave on day 99, ten stay. Three came
/// long before the data begin.
fn cohort(it: &Scratch, zone: &str, letter: char) {
    for number in 0..20 {
        let exit = match number {
            0..5 => Some((day("2025-06-02").plus(49).to_string(), "involuntary")),
            5..10 => Some((day("2025-06-02").plus(99).to_string(), "voluntary")),
            _ => None,
        };
        let exit = exit.as_ref().map(|it| (it.0.as_str(), it.1, 0));
        employ(it, &format!("{letter}{number:02}"), zone, "2025-06-02", exit);
    }
    for number in 20..23 {
        employ(it, &format!("{letter}{number:02}"), zone, "2021-06-02", None);
    }
}

#[test]
fn the_curve_censors_who_is_let_go_and_admits_who_came_before() {
    let it = Scratch::office();
    cohort(&it, "Z1", 'A');
    let last = day("2025-06-02").plus(364).to_string();
    data(&it, "2024-06-03", &last);
    let tenure = report_of(&it, Look::default()).tenure;
    assert_eq!((tenure.watched, tenure.events, tenure.hires), (23, 5, 20));
    assert_eq!((tenure.horizon, tenure.at_days.as_slice()), (365, [0, 90, 180, 365].as_slice()));
    let group = &tenure.groups[0];
    assert_eq!(group.at_risk, [20, 15, 10, 10]);
    // One step: five of the fifteen still watched leave on day 99, gone on day 100.
    assert_eq!(group.points.len(), 1);
    let step = group.points[0];
    assert_eq!((step.time as i32, step.at_risk, step.events), (100, 15, 5));
    assert!((step.survival - 2.0 / 3.0).abs() < 1e-12 && step.low < step.survival);
    assert_eq!((group.median, tenure.test), (None, None));
}

#[test]
fn curves_by_zone_are_compared_and_small_ones_named() {
    let it = Scratch::office();
    cohort(&it, "Z1", 'A');
    cohort(&it, "Z2", 'B');
    it.put("zone", &[("code", &"Z3"), ("office", &"O1"), ("name", &"Harbor")]);
    employ(&it, "C00", "Z3", "2025-06-02", Some(("2025-07-02", "voluntary", 0)));
    data(&it, "2024-06-03", &day("2025-06-02").plus(364).to_string());
    let tenure = report_of(&it, Look { split: Split::Zone, ..Look::default() }).tenure;
    let names: Vec<_> = tenure.groups.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["Lakes", "North"]);
    let test = tenure.test.unwrap();
    assert!((test.p - 1.0).abs() < 1e-9 && test.degrees == 1, "the same people twice: {test:?}");
    assert_eq!(tenure.left_out, ["Harbor (1 exit by choice, 1 hire watched from the first day)"]);
    // A mover is watched where he works: half of his time in each zone, one spell.
    let moved = day("2025-09-30");
    it.put("assignment", &[("employee_no", &"A15"), ("from_on", &moved), ("zone", &"Z2")]);
    let tenure = report_of(&it, Look { split: Split::Zone, ..Look::default() }).tenure;
    assert_eq!(tenure.watched, 47);
    let at_risk: Vec<_> = tenure.groups.iter().map(|it| (it.watched, it.at_risk[3])).collect();
    assert_eq!(at_risk, [(24, 11), (23, 9)]);
    let source = report_of(&it, Look { split: Split::Source, ..Look::default() }).tenure;
    assert_eq!(source.groups.len(), 1);
}

#[test]
fn thin_and_empty_offices_say_so() {
    let it = Scratch::empty();
    assert!(look_at(&it, |cx| report(cx, &Look::default())).unwrap().is_none());
    let told = look_at(&it, |cx| answer(cx, "turnover", &Question::default())).unwrap_err();
    let Error::Told(told) = told else { panic!("{told}") };
    assert_eq!(told.kind, told::Kind::NotEnough);

    let it = Scratch::office();
    for number in 0..4 {
        employ(&it, &format!("A{number}"), "Z1", "2026-03-02", None);
    }
    data(&it, "2026-03-02", "2026-08-31");
    let report = report_of(&it, Look::default());
    assert_eq!((report.from, report.to), (day("2026-03-02"), day("2026-09-01")));
    assert_eq!(report.figure.value, None);
    assert!(report.trend.is_empty() && report.tenure.groups.is_empty());
    assert!(report.reasons.is_empty());
}

#[test]
fn a_second_spell_of_someone_who_never_left_is_shown() {
    let it = shrinking();
    employ(&it, "A70", "Z1", "2024-09-02", None);
    let report = report_of(&it, Look::default());
    let wrong: Vec<_> =
        report.identity.iter().filter(|it| !it.it.holds).map(|it| it.name.as_str()).collect();
    assert_eq!(wrong, ["Everyone", "Northgate", "North"]);
}

#[test]
fn a_place_narrows_everything() {
    let it = shrinking();
    let all = report_of(&it, Look::default());
    let names: Vec<_> = all.scope.choices.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["Northgate", "Northgate, North", "Northgate, Lakes"]);
    let lakes = all.scope.choices[2].uid;
    let report = report_of(&it, Look { scope: Some(lakes), ..Look::default() });
    assert_eq!(
        (report.exits, report.identity.len(), report.scope.words()),
        (0, 1, "Northgate, Lakes")
    );
    let office = report_of(&it, Look { scope: Some(all.scope.choices[0].uid), ..Look::default() });
    assert_eq!((office.exits, office.identity.len()), (26, 3));
    let look = Look { scope: Some([7; 16]), ..Look::default() };
    assert!(look_at(&it, move |cx| report_unknown(cx, look)).is_err());
}

fn report_unknown(cx: &Cx<'_>, look: Look) -> Result<()> {
    report(cx, &look).map(|_| ())
}

#[test]
fn rows_for_files_and_commands() {
    let it = shrinking();
    let from = first_day("2024-01").unwrap();
    let to = day_after("2024-12").unwrap();
    assert_eq!((from, to), (day("2024-01-01"), day("2025-01-01")));
    assert_eq!(day_after("2024-02-28").unwrap(), day("2024-02-29"));
    assert!(first_day("spring").is_err());
    let question = Question { from: Some(from), to: Some(to), by: Some(By::Zone), scope: None };
    let found = look_at(&it, move |cx| answer(cx, "turnover", &question)).unwrap();
    let groups: Vec<_> = found.rows.iter().map(|it| it.group.as_deref().unwrap()).collect();
    assert_eq!(groups, ["Lakes", "North"]);
    assert_eq!(found.rows[0].too_few.map(|it| (it.have, it.need)), Some((9, 10)));
    let text = csv(std::slice::from_ref(&found)).unwrap();
    assert!(text.starts_with("metric,unit,period,group,value,n,"), "{text}");
    assert_eq!(
        text.lines().nth(1).unwrap(),
        "turnover,share,2024-01-01 to 2024-12-31,Lakes,,9,,,9,10,2024-12-31"
    );
    let sheet = look_at(&it, move |cx| sheet(cx, "turnover", &question)).unwrap();
    assert_eq!((sheet.months.len(), sheet.groups.len(), sheet.whole.n), (12, 2, 76));
    let backwards = Question { from: Some(to), to: Some(from), ..question };
    assert!(look_at(&it, move |cx| answer(cx, "turnover", &backwards)).is_err());
}

#[test]
fn no_cell_runs_as_a_formula() {
    for (text, safe) in [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM", "'@SUM"),
        ("\tx", "'\tx"),
        ("North-1", "North-1"),
        ("", ""),
    ] {
        assert_eq!(safe_cell(text), safe);
    }
}
