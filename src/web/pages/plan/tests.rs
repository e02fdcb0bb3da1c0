//! The pages over a plan made for the test, and their states.

use askama::Template;

use super::*;
use crate::app::outlook::{Backtest, Candidate, Held, Mark, MarkKind, Part, Point, Step};
use crate::app::plan::{Band, ExitsAhead, Giving, MonthAhead, NeedDate, Opening, Week, ZonePlan};
use crate::app::scope::Choice;
use crate::domain::calendar::Month;
use crate::web::fixture::{sound, words};
use actix_web::http::StatusCode;

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn band(mid: f64, half: f64) -> Band {
    Band { low: mid - half, mid, high: mid + half }
}

/// A forecast of 26 weeks after 104 known ones, with parts that add up.
pub(super) fn outlook_sample() -> Outlook {
    let first = day("2026-11-23");
    let point = |at: i32| {
        let (yhat, half) = (3000.0 + f64::from(at) * 9.0, 30.0 * f64::from(at + 1).sqrt());
        Point {
            day: first.0 + 7 * at,
            yhat,
            lo50: yhat - 0.6 * half,
            hi50: yhat + 0.6 * half,
            lo80: yhat - half,
            hi80: yhat + half,
            lo95: yhat - 1.6 * half,
            hi95: yhat + 1.6 * half,
        }
    };
    let trend: Vec<f64> = (0..130).map(|at| 2900.0 + f64::from(at)).collect();
    let held = |from, to, inside, of| Held { from, to, inside, of };
    Outlook {
        model: "prophet + ets + theta".to_owned(),
        step: Step::Week,
        points: (0..26).map(point).collect(),
        backtest: Some(Backtest {
            mase: 0.62,
            smape: 4.6,
            coverage80: 0.79,
            interval_score: 3.1,
            bias: 0.02,
            naive_mase: 0.95,
            origins: 12,
            held: vec![held(1, 4, 41, 52), held(5, 13, 40, 52), held(14, 26, 23, 26)],
        }),
        candidates: candidates_sample(),
        parts: vec![
            Part { name: "trend".to_owned(), values: trend.clone() },
            Part {
                name: "yearly".to_owned(),
                values: trend
                    .iter()
                    .enumerate()
                    .map(|(at, it)| {
                        let at = at as i32 - 104;
                        if at < 0 { 20.0 } else { 3000.0 + f64::from(at) * 9.0 - it }
                    })
                    .collect(),
            },
        ],
        marks: vec![Mark {
            day: first.0 - 7 * 60,
            kind: MarkKind::Shift,
            by: 120.0,
            words: "The level rose by about 120 and stayed there.".to_owned(),
        }],
        notes: vec!["No better than the same week last year before Christmas.".to_owned()],
        n: 104,
    }
}

fn candidates_sample() -> Vec<Candidate> {
    vec![
        Candidate {
            name: "prophet".to_owned(),
            kept: true,
            mase: Some(0.66),
            coverage80: Some(0.74),
            why: "Within the best third.".to_owned(),
        },
        Candidate {
            name: "naive".to_owned(),
            kept: false,
            mase: Some(0.95),
            coverage80: None,
            why: "Misses half as much again as the best.".to_owned(),
        },
    ]
}

pub(super) fn past_sample() -> Vec<(Day, f64)> {
    let first = day("2026-11-23").plus(-7 * 104);
    (0..104).map(|at| (first.plus(7 * at), 2700.0 + f64::from((at * 37) % 90) * 3.0)).collect()
}

pub(super) fn plan_sample() -> Plan {
    let as_of = day("2026-11-22");
    let demand = outlook_sample();
    let need =
        NeedDate { low: day("2026-11-30"), mid: day("2026-12-14"), high: Some(day("2027-02-01")) };
    let week = |point: &Point| Week {
        monday: Day(point.day),
        need_hours: Band { low: point.lo80, mid: point.yhat, high: point.hi80 },
        have_hours: band(2940.0, 40.0),
        need: band(point.yhat / 33.0, 2.0),
        have: band(88.0, 2.0),
        short: band(point.yhat / 33.0 - 88.0, 3.0),
        chance_short: 0.7,
    };
    let zone = |at: u8, name: &str, today: u64| ZonePlan {
        uid: [at; 16],
        name: name.to_owned(),
        today,
        have: band(today as f64 - 1.0, 1.0),
        need: band(today as f64 + 1.0, 1.5),
        short: band(2.0, 1.4),
    };
    let opening = |zone: &str, count, post: &str, late| Opening {
        zone: zone.to_owned(),
        count,
        post_by: day(post),
        late,
        start: day(post).plus(44),
        need: NeedDate { mid: day(post).plus(44 + 63), ..need },
        fill_days: 44.0,
        fill_n: 23,
    };
    let month = |at| Month::of(2026, 5).unwrap().plus(at);
    Plan {
        as_of,
        place: "All zones".to_owned(),
        scenario: Scenario::default(),
        past: past_sample(),
        past_have: vec![2910.0; 104],
        weeks: demand.points.iter().map(week).collect(),
        demand,
        giving: Giving {
            available_hours: band(33.1, 0.4),
            planned_load: 0.82,
            n: 4120,
            ramp_weeks: 9.0,
            ramp_n: 0,
        },
        zones: vec![zone(1, "North", 26), zone(2, "East", 22)],
        zone_weeks: 13,
        openings: vec![
            opening("East", 2, "2026-11-10", true),
            opening("North", 2, "2026-12-04", false),
        ],
        exits: ExitsAhead {
            past: (0..6).map(|at| (month(at), 1 + at as u64 % 3)).collect(),
            ahead: (6..12)
                .map(|at| MonthAhead {
                    month: month(at),
                    exits: Band { low: 1.0, mid: 2.0, high: 4.0 },
                })
                .collect(),
            total: Band { low: 9.0, mid: 12.0, high: 16.0 },
            from_people: true,
        },
        short_from: Some(need),
        headcount_gap: Some(-0.8),
        notes: vec!["Leave is estimated from the last 52 weeks.".to_owned()],
    }
}

fn scope() -> Scope {
    let choice = |at: u8, name: &str, zone| Choice { uid: [at; 16], name: name.to_owned(), zone };
    let mut scope = Scope::default();
    scope.choices = vec![choice(9, "Northgate", false), choice(1, "Northgate, North", true)];
    scope
}

fn drawn(found: app::Result<Plan>, scope: &Scope) -> (StatusCode, String) {
    let found = found.map(|it| (it, vec![(day("2026-12-25"), "Christmas".to_owned())]));
    let page = page(Shell::bare("Plan"), scope, found, &Asked::default());
    (StatusCode::OK, page.render().unwrap())
}

#[test]
fn the_plan_says_when_somebody_is_short_and_by_how_many() {
    let answer = drawn(Ok(plan_sample()), &scope());
    let html = sound(&answer);
    let say = words(&html, "#hours .say").remove(0);
    for part in [
        "Booked hours",
        "The most in 26 weeks is likely in the week of 17 May 2027: 3,225 hours",
        "With nobody more hired than agreed, you are likely short from the week of 14 Dec on",
        "80%: 30 Nov to 1 Feb 2027",
        "by 7 to 13 technicians in the week of 17 May 2027",
    ] {
        assert!(say.contains(part), "{part:?} is not in {say:?}");
    }
    let foot = words(&html, "#hours footer").remove(0);
    assert!(foot.contains("Average of Prophet, exponential smoothing (ETS) and Theta"), "{foot}");
    assert!(foot.contains("missed by 4.6%, 35% less than the simplest rival"), "{foot}");
    assert_eq!(words(&html, "#bands header .meta"), ["80% bands held 104 of 130 times"]);
    assert_eq!(words(&html, "#zones .v b"), ["1 to 3", "1 to 3"]);
    let ads = words(&html, "#hire-by text.strong");
    assert_eq!(ads, ["Post now, 12 days late", "Post by 4 Dec"]);
    assert_eq!(words(&html, "#hire-by header .meta"), ["4 technicians in 2 openings"]);
    assert!(words(&html, "#exits footer")[0].contains("9 to 16 in 6 months"));
    assert!(words(&html, "#rests-on dd").iter().any(|it| it.contains("a stated default")));
    assert_eq!(words(&html, "#notes .note").len(), 2);
    assert!(answer.1.len() < 56_000, "{} bytes without the frame", answer.1.len());
}

#[test]
fn a_plan_without_a_shortage_says_so_and_asks_for_no_ad() {
    let mut plan = plan_sample();
    plan.openings.clear();
    plan.short_from = None;
    let html = sound(&drawn(Ok(plan), &scope()));
    assert!(words(&html, "#hours .say")[0].contains("never more likely than not"));
    assert_eq!(words(&html, "#hire-by .state h2"), ["No ad to post"]);
    assert!(words(&html, "#hire-by footer a").is_empty(), "nothing to download");
}

#[test]
fn too_little_and_broken_leave_the_head_standing() {
    let thin = app::Error::told(Kind::NotEnough, "12 weeks of jobs; 26 needed.", "Load more.");
    let html = sound(&drawn(Err(thin), &scope()));
    assert_eq!(words(&html, ".state.thin h2"), ["12 weeks of jobs; 26 needed."]);
    assert_eq!(words(&html, "main .seg a").len(), 3);
    let broken = app::Error::broken("plan", std::io::Error::other("x"));
    let html = sound(&drawn(Err(broken), &scope()));
    assert!(words(&html, ".state.failed p")[0].contains("incident"));
    assert_eq!(words(&html, "main .seg a").len(), 3);
}

#[test]
fn downloads_hold_exact_numbers() {
    let plan = plan_sample();
    let weeks = panels::weeks_csv(&plan);
    assert_eq!(weeks.lines().count(), 27);
    assert!(weeks.contains("2026-11-23,2970.000,3000.000,3030.000,"), "{weeks}");
    let openings = panels::openings_csv(&plan);
    assert!(openings.contains("East,2,2026-11-10,yes,2026-12-24,"), "{openings}");
    let series = outlook::csv(&past_sample(), &plan.demand);
    assert_eq!(series.lines().count(), 1 + 104 + 26);
}

#[test]
fn a_scenario_is_said_in_words() {
    let zone = |_| "Lakes".to_owned();
    let it = Scenario {
        name: "Spring".to_owned(),
        hires: vec![(day("2027-03-01"), 3, None), (day("2027-04-01"), 1, Some([1; 16]))],
        demand_factor: 1.05,
        drive_cap_min: Some(45.0),
    };
    assert_eq!(
        panels::changes(&it, &zone),
        "3 more hires on 1 Mar 2027, where needed most; 1 more hire on 1 Apr 2027 in Lakes; 5% more \
         demand; no drive over 45 min."
    );
    assert_eq!(panels::changes(&Scenario::default(), &zone), "Nothing changed.");
}

#[test]
fn parts_of_a_forecast_add_up_in_its_table() {
    let (past, it) = (past_sample(), outlook_sample());
    let shown = outlook::Shown {
        name: "Booked hours",
        known_as: "As it was",
        say: "",
        unit: crate::web::charts::Unit::Count,
        suffix: "",
        past: &past,
        outlook: &it,
        holidays: &[],
    };
    let (charts, table) = outlook::parts(shown).unwrap();
    assert_eq!(charts.len(), 2);
    assert_eq!(table.rows.len(), 26);
    for row in &table.rows {
        assert_eq!(row[3], row[4], "sum and forecast of {}", row[0]);
    }
    let marks =
        outlook::chart(shown, None).plot.rules.iter().filter(|it| it.class == "link").count();
    assert_eq!(marks, 1, "the level shift stands in the picture");
}

#[test]
fn an_office_without_data_gets_a_first_step_and_a_scenario_without_sense_comes_back() {
    let it = crate::store::fixture::Scratch::empty();
    for path in ["/plan", "/plan/series", "/plan/compare"] {
        let html = sound(&crate::web::fixture::get(&it, path));
        assert_eq!(words(&html, ".state h2"), ["Nothing to plan yet"], "{path}");
    }
}
