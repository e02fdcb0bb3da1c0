//! Which days a figure covers, and what is said of days without data.

use super::*;

const MARCH: i32 = 2026 * 12 + 2;

/// Twenty-four people since 2020, one gone in June 2025; jobs in March and April 2026; the data run
/// from 2025-02-10 to 2026-04-15.
fn office() -> Scratch {
    let it = Scratch::office();
    for number in 0..24 {
        let exit = (number == 0).then_some(("2025-06-10", "voluntary", 1));
        employ(&it, &format!("T{number:02}"), "Z1", "2020-01-06", exit);
    }
    for month in [MARCH, MARCH + 1] {
        roll(&it, 2, month, 1, &[("jobs", 40), ("weekend_jobs", 10)]);
    }
    let (from, to) = (day("2025-02-10").0, day("2026-04-15").0);
    it.store
        .write(move |tx| {
            tx.run("UPDATE derived_state SET data_from = ?1, data_to = ?2", [from, to])
        })
        .unwrap();
    it
}

/// The period, n and whether there is a value, one line a figure.
#[track_caller]
fn covers(it: &Scratch, id: &str, question: Ask, expected: &[(&str, u64, bool)]) {
    let figures = ask(it, id, question);
    let found: Vec<_> =
        figures.iter().map(|it| (it.period.as_str(), it.n, it.value.is_some())).collect();
    assert_eq!(found, expected, "{id} {question:?}");
}

#[test]
fn work_covers_every_month_the_question_touches() {
    let it = office();
    for (from, to, period, n) in [
        ("2026-03-15", "2026-03-21", "2026-03", 40),
        ("2026-03-31", "2026-04-02", "2026-03-01 to 2026-04-15", 80),
        ("2026-03-01", "2026-04-01", "2026-03", 40),
        ("2026-04-03", "2026-04-05", "2026-04-01 to 2026-04-15", 40),
        ("2025-04-16", "2026-04-16", "2025-04-01 to 2026-04-15", 80),
        ("1000-01-01", "9999-12-31", "2025-02-10 to 2026-04-15", 80),
    ] {
        covers(&it, "weekend_share", whole(from, to), &[(period, n, true)]);
    }
    let months = by(By::Month, "2026-03-15", "2026-04-03");
    let both = [("2026-03", 40, true), ("2026-04-01 to 2026-04-15", 40, true)];
    covers(&it, "weekend_share", months, &both);
}

#[test]
fn nothing_is_counted_outside_the_data() {
    let it = office();
    let year = [("2025-02-10 to 2026-04-15", 23, true)];
    covers(&it, "turnover", whole("2020-01-01", "2026-04-16"), &year);
    covers(&it, "turnover", whole("1000-01-01", "9999-12-31"), &year);
    let before = [("2022-01-01 to 2022-12-31", 0, false)];
    let after = [("2027-01-01 to 2027-12-31", 0, false)];
    for metric in crate::metric::METRICS {
        covers(&it, metric.id, whole("2022-01-01", "2023-01-01"), &before);
        covers(&it, metric.id, whole("2027-01-01", "2028-01-01"), &after);
    }
    let months = by(By::Month, "2024-11-01", "2025-04-01");
    let known = [("2025-02-10 to 2025-02-28", 24, true), ("2025-03", 24, true)];
    covers(&it, "headcount", months, &known);
    covers(&it, "headcount", by(By::Month, "2022-01-01", "2023-01-01"), &[]);
    // A first month that was asked for only in part is no month.
    let months = by(By::Month, "2025-02-12", "2025-04-01");
    covers(&it, "headcount", months, &[("2025-03", 24, true)]);
}

#[test]
fn the_usual_period_begins_with_the_data() {
    let it = office();
    it.store.write(|tx| tx.run("UPDATE derived_state SET data_from = data_to - 99", [])).unwrap();
    let found = read(&it, super::super::default_period);
    assert_eq!(found, (day("2026-01-06"), day("2026-04-16")));
}

#[test]
fn under_four_weeks_no_rate_is_made_yearly() {
    let it = office();
    let few = |from, to, id| ask(&it, id, whole(from, to)).remove(0).too_few;
    for (from, to, short) in [
        ("2025-06-01", "2025-06-28", Some((27, 28))),
        ("2025-06-01", "2025-06-29", None),
        ("2025-03-01", "2025-04-01", None),
        ("2020-01-01", "2025-02-20", Some((10, 28))),
        ("2026-04-01", "2026-05-01", Some((15, 28))),
    ] {
        for id in ["turnover", "turnover_start", "turnover_end", "regretted_turnover"] {
            let found = few(from, to, id).map(|it| (it.have, it.need));
            assert_eq!(found, short, "{id} {from} {to}");
        }
        assert_eq!(few(from, to, "headcount"), None);
    }
    let zones = ask(&it, "turnover", by(By::Zone, "2025-06-01", "2025-06-11"));
    assert!(zones.iter().all(|it| it.value.is_none() && it.low.is_none()));
    let running = [("2026-04-01 to 2026-04-15", 23, true)];
    covers(&it, "turnover", by(By::Month, "2026-04-01", "2026-05-01"), &running);
}
