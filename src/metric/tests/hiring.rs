//! The funnel, the stages and open positions: worked out by hand.

use super::*;

/// A candidate by the days after 1 January 2026 of applying, first talk, interview, offer, yes, no
/// and first day; a negative one is not recorded.
fn candidate(it: &Scratch, no: &str, requisition: &str, source: &str, days: [i32; 7]) {
    let days = days.map(|at| (at >= 0).then(|| day("2026-01-01").plus(at)));
    let names = [
        "applied_on",
        "screened_on",
        "interviewed_on",
        "offered_on",
        "accepted_on",
        "declined_on",
        "started_on",
    ];
    let mut values: Vec<(&str, &dyn IntoCell)> =
        vec![("candidate_no", &no), ("requisition_no", &requisition)];
    if !source.is_empty() {
        values.push(("hire_source", &source));
    }
    for (name, day) in names.iter().zip(&days) {
        if let Some(day) = day {
            values.push((name, day));
        }
    }
    it.put("candidate", &values);
}

fn requisition(it: &Scratch, no: &str, zone: &str, opened: &str, closed: &str, positions: i32) {
    let (opened, closed) = (day(opened), Day::parse(closed));
    let mut values: Vec<(&str, &dyn IntoCell)> =
        vec![("requisition_no", &no), ("opened_on", &opened), ("positions", &positions)];
    values.push(("office", &"O1"));
    if !zone.is_empty() {
        values.push(("zone", &zone));
    }
    if let Some(closed) = &closed {
        values.push(("closed_on", closed));
    }
    it.put("requisition", &values);
}

/// 60 applications of 2 January: 40 with a first talk, 20 with an interview, 12 with an offer, 9 yes,
/// 8 first days; 15 of the 40 have no day of their first talk. And 30 of 1 May.
fn funnel() -> Scratch {
    let it = Scratch::office();
    requisition(&it, "R1", "Z1", "2026-01-01", "", 20);
    for number in 0..60 {
        let reached = |most: i32, on: i32| if number < most { on } else { -1 };
        let screened = if (5..20).contains(&number) { -1 } else { reached(40, 4) };
        let days = [
            1,
            screened,
            reached(20, 9),
            reached(12, 11),
            reached(9, 14),
            if (9..12).contains(&number) { 16 } else { -1 },
            reached(8, 28),
        ];
        let source = if number % 2 == 0 { "web" } else { "friend" };
        candidate(&it, &format!("A{number}"), "R1", source, days);
    }
    for number in 0..30 {
        candidate(&it, &format!("B{number}"), "R1", "", [120, 121, -1, -1, -1, -1, -1]);
    }
    data_end(&it, "2026-06-30");
    it
}

#[test]
fn the_steps_of_the_funnel_count_the_same_applications() {
    let it = funnel();
    let half = || whole("2026-01-01", "2026-07-01");
    // May's thirty are 60 days old: they may go on, and are left out.
    check(&it, "funnel_screened", half(), "66.7%, between 54% and 77% (n=60)");
    check(&it, "funnel_interviewed", half(), "50.0%, between 35% and 65% (n=40)");
    check(&it, "funnel_offered", half(), "60.0%, between 39% and 78% (n=20)");
    check(&it, "funnel_accepted", half(), "75.0%, between 47% and 91% (n=12)");
    check(&it, "funnel_started", half(), "too few to say: 9 of 10 needed (n=9)");
    check(&it, "funnel_hired", half(), "13.3%, between 6.9% and 24% (n=60)");
    check(
        &it,
        "funnel_hired",
        by(By::Source, "2026-01-01", "2026-07-01"),
        "friend: 13.3%, between 5.3% and 30% (n=30)\nweb: 13.3%, between 5.3% and 30% (n=30)",
    );
    // On 30 July day 90 of May's is there.
    data_end(&it, "2026-07-30");
    check(&it, "funnel_screened", half(), "77.8%, between 68% and 85% (n=90)");
    // A day that has not come yet is not reached: on 5 January nobody has.
    data_end(&it, "2026-04-01");
    check(
        &it,
        "funnel_screened",
        whole("2026-01-01", "2026-04-02"),
        "too few to say: 0 of 10 needed (n=0)",
    );
}

#[test]
fn stages_end_where_they_say() {
    let it = funnel();
    let spring = || whole("2026-01-01", "2026-03-01");
    check(&it, "time_to_find", spring(), "1 day, between 1 day and 1 day (n=9)");
    check(&it, "time_to_screen", spring(), "3 days, between 3 days and 3 days (n=25)");
    // Five with a first talk on day 4 waited 5 days, fifteen without one 8 since they applied.
    check(&it, "time_to_interview", spring(), "8 days, between 8 days and 8 days (n=20)");
    check(&it, "time_to_offer", spring(), "2 days, between 2 days and 2 days (n=12)");
    check(&it, "time_to_accept", spring(), "3 days, between 3 days and 3 days (n=9)");
    check(&it, "time_to_first_day", spring(), "14 days, between 14 days and 14 days (n=8)");
    check(&it, "time_to_decline", spring(), "too few to say: 3 of 6 needed (n=3)");
    check(&it, "time_to_fill_p80", spring(), "too few to say: 9 of 17 needed (n=9)");
}

#[test]
fn the_slow_fifth_lies_between_observed_values() {
    let it = Scratch::office();
    requisition(&it, "R1", "Z1", "2026-01-01", "", 30);
    for number in 1..=20 {
        candidate(&it, &format!("A{number}"), "R1", "web", [0, -1, -1, number, number, -1, -1]);
    }
    data_end(&it, "2026-06-30");
    // 16 of 20 take 16 days or fewer; binomial (20, 0.8) has 1% at or below 11 and 1.2% at 20: 12th and 20th.
    let figure = ask(&it, "time_to_fill_p80", whole("2026-01-01", "2026-07-01")).remove(0);
    assert_eq!((figure.value, figure.low, figure.high), (Some(16.0), Some(12.0), Some(20.0)));
}

#[test]
fn positions_are_open_until_taken_or_closed() {
    let it = Scratch::office();
    requisition(&it, "R1", "Z1", "2026-01-01", "", 3);
    requisition(&it, "R2", "Z2", "2026-01-10", "2026-02-20", 2);
    requisition(&it, "R3", "", "2026-02-15", "", 1);
    requisition(&it, "R4", "Z1", "2026-02-01", "", 1);
    candidate(&it, "A", "R1", "web", [1, -1, -1, -1, 40, -1, -1]);
    for no in ["B", "C"] {
        candidate(&it, no, "R4", "web", [33, -1, -1, -1, 50, -1, -1]);
    }
    data_end(&it, "2026-03-31");
    // Taken on 10 February: two of R1 left. R2 closed with two never taken. R4 took one too many.
    check(
        &it,
        "open_positions",
        by(By::Month, "2026-01-01", "2026-04-01"),
        "2026-01: 5 (n=5)\n2026-02: 3 (n=7)\n2026-03: 3 (n=7)",
    );
    check(&it, "open_positions", whole("2026-01-01", "2026-02-20"), "6 (n=7)");
    check(&it, "open_positions", whole("2026-01-01", "2026-02-21"), "3 (n=7)");
    check(
        &it,
        "open_positions",
        by(By::Zone, "2026-01-01", "2026-04-01"),
        "Lakes: too few to say: 2 of 5 needed (n=2)\nNorth: too few to say: 4 of 5 needed (n=4)",
    );
}

#[test]
fn hires_are_those_of_the_numbers_by_cohort() {
    let it = Scratch::office();
    for number in 0..12 {
        let exit = (number < 5).then_some(("2026-03-01", "voluntary", 0));
        employ(&it, &format!("A{number:02}"), "Z1", "2026-01-05", exit);
    }
    employ(&it, "LATER", "Z1", "2026-09-01", None);
    it.put(
        "assignment",
        &[("employee_no", &"A00"), ("from_on", &day("2026-02-02")), ("zone", &"Z2")],
    );
    data_end(&it, "2026-06-30");
    let at = super::super::Where::default();
    let found = read(&it, move |read| {
        super::super::hires_of(read, day("2026-01-01"), day("2026-12-01"), at)
    });
    let early = found.iter().filter(|it| it.exited_on.is_some_and(|on| on < it.hired_on.plus(90)));
    assert_eq!((found.len(), early.count()), (12, 5), "{found:?}");
    assert_eq!((found[0].employee_no.as_str(), found[0].zone_id), ("A00", 1));
    check(
        &it,
        "first_90_day_attrition",
        whole("2026-01-01", "2026-07-01"),
        "41.7%, between 19% and 68% (n=12)",
    );
}
