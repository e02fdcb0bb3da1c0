//! Heads, exits, cohorts, hiring: worked out by hand.

use super::super::identity;
use super::*;

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
    data_end(&it, "2024-12-31");
    it
}

#[test]
fn turnover_as_the_dictionary_works_it_out() {
    let it = shrinking();
    let year = || whole("2024-01-01", "2025-01-01");
    check(&it, "average_headcount", year(), "76.0 (n=76)");
    check(&it, "turnover", year(), "34.2%, between 22% and 50% (n=76)");
    check(&it, "turnover_start", year(), "32.5%, between 21% and 48% (n=80)");
    check(&it, "turnover_end", year(), "36.1%, between 24% and 53% (n=72)");
    check(&it, "voluntary_turnover", year(), "26.3%, between 16% and 41% (n=76)");
    check(&it, "involuntary_turnover", year(), "7.9%, between 2.9% and 17% (n=76)");
    check(&it, "regretted_turnover", year(), "13.2%, between 6.3% and 24% (n=76)");
    check(&it, "cohort_retention", year(), "67.5%, between 57% and 77% (n=80)");
    check(&it, "headcount", year(), "72 (n=72)");
    check(&it, "hires", year(), "18 (n=98)");
    check(&it, "exits", year(), "26 (n=98)");
}

#[test]
fn months_and_halves_are_scaled_to_a_year() {
    let it = shrinking();
    // July: 80 on the 1st, 72 on the other 30 days: 72.258 heads, 26 exits, times 12.
    let figures = ask(&it, "turnover", by(By::Month, "2024-07-01", "2024-08-01"));
    assert_eq!(figures.len(), 1);
    let value = 26.0 / (80.0 + 72.0 * 30.0) * 31.0 * 12.0;
    assert!((figures[0].value.unwrap() - value).abs() < 1e-9);
    assert_eq!((figures[0].group.as_str(), figures[0].period.as_str()), ("2024-07", "2024-07"));
    // The data end in December: the period is cut there and says so.
    let figure = ask(&it, "turnover", whole("2024-10-01", "2025-03-01")).remove(0);
    assert_eq!(figure.period, "2024-10-01 to 2024-12-31");
    assert_eq!(figure.value, Some(0.0));
    // Months that lie inside: not the halves at both ends.
    let months = ask(&it, "exits", by(By::Month, "2024-05-15", "2024-09-15"));
    let months: Vec<_> = months.iter().map(|it| (it.group.as_str(), it.value)).collect();
    assert_eq!(months, [("2024-06", Some(0.0)), ("2024-07", Some(26.0)), ("2024-08", Some(0.0))]);
    // The running month is listed, up to the last day with data.
    data_end(&it, "2024-12-20");
    let months = ask(&it, "headcount", by(By::Month, "2024-11-01", "2024-12-21"));
    assert_eq!(months[1].group, "2024-12");
    assert_eq!(months[1].period, "2024-12-01 to 2024-12-20");
    check(
        &it,
        "headcount",
        by(By::Zone, "2024-11-01", "2025-01-01"),
        "Lakes: 18 (n=18)\nNorth: 54 (n=54)",
    );
}

#[test]
fn a_mover_counts_where_he_works_and_the_identity_holds() {
    let it = Scratch::office();
    for number in 0..6 {
        employ(&it, &format!("A{number}"), "Z1", "2025-01-06", None);
        employ(&it, &format!("B{number}"), "Z2", "2025-01-06", None);
    }
    it.put(
        "assignment",
        &[("employee_no", &"A0"), ("from_on", &day("2026-03-16")), ("zone", &"Z2")],
    );
    employ(&it, "C0", "Z2", "2026-03-02", Some(("2026-03-31", "other", 0)));
    spell(&it, "B0", "2025-01-06", "2026-03-10", "voluntary", 0, "web");
    data_end(&it, "2026-06-30");
    check(
        &it,
        "headcount",
        by(By::Zone, "2026-03-01", "2026-03-16"),
        "Lakes: 6 (n=6)\nNorth: 6 (n=6)",
    );
    check(
        &it,
        "headcount",
        by(By::Zone, "2026-03-01", "2026-03-17"),
        "Lakes: 7 (n=7)\nNorth: 5 (n=5)",
    );
    // North: 15 days of 6, 16 days of 5.
    let figures = ask(&it, "average_headcount", by(By::Zone, "2026-03-01", "2026-04-01"));
    assert!((figures[1].value.unwrap() - (15.0 * 6.0 + 16.0 * 5.0) / 31.0).abs() < 1e-9);
    let found = read(&it, |read| identity(read, day("2026-03-01"), day("2026-04-01")));
    let shown: Vec<_> = found
        .iter()
        .map(|it| (it.group.as_str(), it.start, it.hires, it.exits, it.transfers_net, it.end))
        .collect();
    assert_eq!(
        shown,
        [
            ("", 12, 1, 2, 0, 11),
            ("Northgate", 12, 1, 2, 0, 11),
            ("Lakes", 6, 1, 2, 1, 6),
            ("North", 6, 0, 0, -1, 5),
        ]
    );
    assert!(found.iter().all(|it| it.holds));
    // A second spell of someone who never left: two hires, one person.
    spell(&it, "A1", "2026-03-09", "", "", 0, "web");
    let found = read(&it, |read| identity(read, day("2026-03-01"), day("2026-04-01")));
    assert!(!found[0].holds, "{found:?}");
}

/// 18 hires: 11 whose day 90 has passed, 5 of whom left; 7 too young to say.
#[test]
fn only_matured_hires_count() {
    let it = Scratch::office();
    for number in 0..11 {
        let exit = match number {
            0..5 => Some(("2026-04-01", "voluntary", 0)), // Day 89.
            5 => Some(("2026-04-02", "voluntary", 0)),    // Day 90 is not early.
            _ => None,
        };
        employ(&it, &format!("A{number:02}"), "Z1", "2026-01-02", exit);
    }
    for number in 0..7 {
        employ(&it, &format!("B{number:02}"), "Z1", "2026-04-20", None);
    }
    data_end(&it, "2026-07-18");
    let half = || whole("2026-01-01", "2026-07-19");
    check(&it, "first_90_day_attrition", half(), "45.5%, between 21% and 72% (n=11)");
    data_end(&it, "2026-07-19");
    check(&it, "first_90_day_attrition", half(), "27.8%, between 12% and 51% (n=18)");
    // Under ten matured hires nothing is said.
    check(
        &it,
        "first_90_day_attrition",
        whole("2026-02-01", "2026-07-19"),
        "too few to say: 7 of 10 needed (n=7)",
    );
    // First-year turnover: all are in their first year; 6 exits over the person-days of 2026.
    let days = 5 * 90 + 91 + 5 * 199 + 7 * 91;
    let figure = ask(&it, "first_year_turnover", whole("2026-01-01", "2026-07-20")).remove(0);
    let months = 6.0 + 19.0 / 31.0;
    let heads = f64::from(days) / 200.0;
    assert!((figure.value.unwrap() - 6.0 / heads * 12.0 / months).abs() < 1e-9);
    assert_eq!(figure.n, heads.round() as u64);
}

#[test]
fn survival_counts_the_young_for_as_long_as_they_were_seen() {
    let it = Scratch::office();
    for number in 0..12 {
        let no = format!("A{number:02}");
        it.hire(&no, "Z1", "2026-01-01");
        let last = if number < 3 { "2026-03-02" } else { "" }; // Day 60.
        spell(&it, &no, "2026-01-01", last, "voluntary", 0, "web");
    }
    for number in 0..4 {
        let no = format!("B{number:02}");
        it.hire(&no, "Z1", "2026-05-01");
        spell(&it, &no, "2026-05-01", "", "", 0, "friend");
    }
    data_end(&it, "2026-06-30");
    // Day 180 of January's hires is 30 June. May's four were followed 60 days: at risk on day 60.
    let half = || whole("2026-01-01", "2026-07-01");
    check(&it, "survival_180d", half(), "81.2%, between 57% and 93% (n=12)");
    check(&it, "source_quality", half(), "81.2%, between 57% and 93% (n=12)");
    check(
        &it,
        "source_quality",
        by(By::Source, "2026-01-01", "2026-07-01"),
        "friend: too few to say: 0 of 10 needed (n=0)\nweb: 75.0%, between 47% and 91% (n=12)",
    );
}

#[test]
fn hiring_clocks_start_and_stop_where_they_say() {
    let it = Scratch::office();
    let requisition = |no: &str, approved: Option<&str>| {
        let approved = approved.map(day);
        let opened = day("2026-01-01");
        let mut values: Vec<(&str, &dyn IntoCell)> =
            vec![("requisition_no", &no), ("opened_on", &opened), ("positions", &4)];
        values.push(("office", &"O1"));
        if let Some(approved) = &approved {
            values.push(("approved_on", approved));
        }
        it.put("requisition", &values);
    };
    requisition("R1", Some("2026-01-11"));
    requisition("R2", None);
    // Offers on 1 February plus 0 to 6 days, accepted the next day; two declined, one left open.
    for number in 0..10_i32 {
        let (no, offered) = (format!("C{number}"), day("2026-02-01").plus(number));
        let (applied, next, start) = (day("2026-01-21"), offered.plus(1), offered.plus(15));
        let requisition = if number < 4 { "R1" } else { "R2" };
        let mut values: Vec<(&str, &dyn IntoCell)> = vec![
            ("candidate_no", &no),
            ("requisition_no", &requisition),
            ("applied_on", &applied),
            ("offered_on", &offered),
        ];
        match number {
            0..7 => {
                values.extend([("accepted_on", &next as &dyn IntoCell), ("started_on", &start)]);
            }
            7 | 8 => values.push(("declined_on", &next)),
            _ => {}
        }
        it.put("candidate", &values);
    }
    data_end(&it, "2026-03-01");
    let spring = || whole("2026-01-01", "2026-03-02");
    // Fill: 22 to 25 days from the approval, 36 to 38 from the opening. Hire: 12 to 18.
    check(&it, "time_to_fill", spring(), "25 days, between 22 days and 38 days (n=7)");
    check(&it, "time_to_hire", spring(), "15 days, between 12 days and 18 days (n=7)");
    check(&it, "time_to_start", spring(), "39 days, between 36 days and 52 days (n=7)");
    // The open offer of 10 February is not 30 days old; on 12 March it counts against us.
    check(&it, "offer_acceptance", spring(), "77.8%, between 45% and 94% (n=9)");
    data_end(&it, "2026-03-12");
    check(&it, "offer_acceptance", spring(), "70.0%, between 40% and 89% (n=10)");
}

#[test]
fn ramp_ends_with_the_month_in_which_the_pace_is_reached() {
    let it = Scratch::office();
    let month = |number: i32| 2026 * 12 + number - 1;
    let pace = |who: i64, number: i32, completed: i64| {
        roll(&it, who, month(number), 1, &[("completed", completed), ("days_worked", 20)]);
    };
    for who in 1..=21 {
        employ(&it, &format!("A{who:02}"), "Z1", "2020-01-06", None);
        (1..=6).for_each(|number| pace(who, number, 100));
    }
    // Ten hires of 12 January: five work at 79 of 100 in February and 80 in March, the others never.
    for who in 22..=31 {
        employ(&it, &format!("B{who:02}"), "Z1", "2026-01-12", None);
        for number in 1..=6 {
            let reaches = who < 27 && number >= 3;
            pace(who, number, if reaches { 80 } else { 79 });
        }
    }
    data_end(&it, "2026-06-30");
    let half = || whole("2026-01-01", "2026-07-01");
    // From 12 January to 1 April are 79 days.
    let figure = ask(&it, "ramp_weeks", half()).remove(0);
    assert!((figure.value.unwrap() - 79.0 / 7.0).abs() < 1e-9, "{figure:?}");
    assert_eq!((figure.n, figure.high), (10, None));
    // With one fewer there the median is not reached, which is said.
    it.store
        .write(|tx| {
            tx.run("UPDATE roll_technician_month SET completed = 79 WHERE technician_id = 26", [])
        })
        .unwrap();
    check(&it, "ramp_weeks", half(), "too few to say: 4 of 5 needed (n=10)");
}
