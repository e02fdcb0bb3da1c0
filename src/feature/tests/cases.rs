//! One case computed by hand for each feature, on the morning of 1 March 2026.

use super::*;
use crate::feature::{FEATURES, by_id};
use crate::store::fixture::{IntoCell, Scratch, day};

/// Sunday, 1 March 2026.
fn as_of() -> Day {
    day("2026-03-01")
}

/// The day this many days before 1 March 2026.
fn ago(days: i32) -> Day {
    as_of().plus(-days)
}

struct Desk(Scratch);

impl Desk {
    /// Four laundry technicians of zone `Z1`, hired 400 days ago.
    fn new() -> Self {
        let it = Scratch::office();
        for who in ["T1", "T2", "T3", "T4"] {
            it.hire(who, "Z1", &ago(400).to_string());
        }
        Self(it)
    }

    fn put(&self, table: &str, who: &str, values: &[(&str, &dyn IntoCell)]) {
        let mut all: Vec<(&str, &dyn IntoCell)> = vec![("employee_no", &who)];
        all.extend_from_slice(values);
        self.0.put(table, &all);
    }

    /// A job of T1, completed the same day, with what else is given.
    fn job(&self, no: &str, on: Day, more: &[(&str, &dyn IntoCell)]) {
        let (start, end) = (at_eight(on), at_eight(on) + 60);
        let mut all: Vec<(&str, &dyn IntoCell)> = vec![
            ("job_no", &no),
            ("type", &"repair"),
            ("appliance", &"laundry"),
            ("started_at", &start),
        ];
        if !more.iter().any(|it| it.0 == "completed_at") {
            all.push(("completed_at", &end));
        }
        all.extend_from_slice(more);
        if more.iter().any(|it| it.0 == "employee_no") {
            self.0.put("job", &all);
        } else {
            self.put("job", "T1", &all);
        }
    }

    /// A day of T1: 480 minutes open, `booked` booked, 500 paid.
    fn workday(&self, on: Day, booked: i64, more: &[(&str, &dyn IntoCell)]) {
        let mut all: Vec<(&str, &dyn IntoCell)> =
            vec![("on_date", &on), ("available_min", &480_i64), ("booked_min", &booked)];
        let or = |name: &'static str| more.iter().any(|it| it.0 == name);
        if !or("paid_min") {
            all.push(("paid_min", &500_i64));
        }
        if !or("overtime_min") {
            all.push(("overtime_min", &0_i64));
        }
        all.extend_from_slice(more);
        self.put("workday", "T1", &all);
    }

    fn pay(&self, who: &str, on: Day, cents: i64) {
        self.put("pay", who, &[("effective_on", &on), ("hourly_cents", &cents)]);
    }

    fn place(&self, who: &str, on: Day, more: &[(&str, &dyn IntoCell)]) {
        let mut all: Vec<(&str, &dyn IntoCell)> = vec![("from_on", &on)];
        all.extend_from_slice(more);
        self.put("assignment", who, &all);
    }

    fn leave(&self, who: &str, on: Day) {
        let (hired, kind) = (ago(400), "voluntary");
        self.put(
            "employment",
            who,
            &[("hired_on", &hired), ("exited_on", &on), ("exit_type", &kind)],
        );
    }

    /// T1's value of a feature on 1 March 2026.
    #[track_caller]
    fn check(&self, feature: &str, expected: Option<f64>) {
        let rows = rows_of_month(&self.0.store, as_of().month());
        let at = FEATURES.iter().position(|it| it.id == feature).expect("a feature");
        let found = rows[0].values[at];
        match (found, expected) {
            (Some(found), Some(expected)) => {
                assert!((found - expected).abs() < 1e-12, "{feature}: {found}, not {expected}");
            }
            _ => assert_eq!(found, expected, "{feature}"),
        }
    }
}

#[test]
fn tenure_counts_from_this_spell() {
    let desk = Desk::new();
    desk.check("tenure_months", Some(400.0 / 30.4375));
    desk.leave("T1", ago(100));
    desk.put("employment", "T1", &[("hired_on", &ago(30))]);
    desk.check("tenure_months", Some(30.0 / 30.4375));
}

#[test]
fn a_row_is_of_a_month_at_risk() {
    let desk = Desk::new();
    desk.leave("T1", ago(0));
    desk.leave("T2", ago(1));
    desk.0.hire("T5", "Z2", &ago(1).to_string());
    desk.0.hire("T6", "Z2", &ago(0).to_string());
    let rows = rows_of_month(&desk.0.store, as_of().month());
    assert_eq!(rows.iter().map(|it| it.technician_id).collect::<Vec<_>>(), [1, 3, 4, 5]);
    assert_eq!(rows.iter().map(|it| it.zone_id).collect::<Vec<_>>(), [1, 1, 1, 2]);
}

#[test]
fn a_raise_is_a_rate_above_the_one_before() {
    let desk = Desk::new();
    desk.check("months_since_raise", Some(400.0 / 30.4375));
    desk.pay("T1", ago(400), 3000);
    desk.check("months_since_raise", Some(400.0 / 30.4375));
    desk.pay("T1", ago(200), 3100);
    desk.pay("T1", ago(100), 3050);
    desk.pay("T1", ago(50), 3050);
    desk.pay("T1", ago(0), 4000);
    desk.check("months_since_raise", Some(200.0 / 30.4375));
}

#[test]
fn pay_is_measured_in_the_zone_then_in_the_office() {
    let desk = Desk::new();
    let rates = [("T1", 3000), ("T2", 3200), ("T3", 3400)];
    for (who, cents) in rates {
        desk.pay(who, ago(300), cents);
    }
    desk.check("pay_vs_zone_median", None);
    desk.pay("T4", ago(300), 3600);
    desk.check("pay_vs_zone_median", Some(3000.0 / 3300.0));
    // T4 works in the other zone now: the zone has too few, the office has the same four.
    desk.place("T4", ago(10), &[("zone", &"Z2")]);
    desk.check("pay_vs_zone_median", Some(3000.0 / 3300.0));
    desk.leave("T4", ago(5));
    desk.check("pay_vs_zone_median", None);
    desk.0.hire("T5", "Z2", &ago(50).to_string());
    desk.pay("T5", ago(50), 9000);
    desk.check("pay_vs_zone_median", Some(3000.0 / 3300.0));
    desk.0.hire("T6", "Z1", &ago(50).to_string());
    desk.pay("T6", ago(50), 3100);
    // Four in the zone now: T5 of the other zone no longer counts.
    desk.check("pay_vs_zone_median", Some(3000.0 / 3150.0));
}

#[test]
fn jobs_are_counted_by_days_worked() {
    let desk = Desk::new();
    desk.job("a", ago(61), &[]);
    desk.job("b", ago(60), &[]);
    desk.job("c", ago(1), &[]);
    // Began before, finished on the day itself: not known to be finished.
    desk.job("d", ago(1), &[("completed_at", &at_eight(ago(0)))]);
    desk.job("e", ago(0), &[]);
    desk.check("jobs_per_day", None);
    desk.workday(ago(61), 400, &[]);
    desk.workday(ago(60), 400, &[]);
    desk.workday(ago(2), 400, &[]);
    desk.workday(ago(1), 400, &[("paid_min", &0_i64)]);
    desk.check("jobs_per_day", Some(2.0 / 2.0));
    desk.workday(ago(3), 400, &[]);
    desk.check("jobs_per_day", Some(2.0 / 3.0));
}

#[test]
fn drives_count_where_they_are_known() {
    let desk = Desk::new();
    desk.job("a", ago(5), &[]);
    desk.check("drive_min_per_job", None);
    desk.check("long_drive_share", None);
    desk.job("b", ago(60), &[("drive_min", &50_i64)]);
    desk.job("c", ago(6), &[("drive_min", &51_i64)]);
    desk.job("d", ago(1), &[("drive_min", &10_i64)]);
    desk.job("e", ago(61), &[("drive_min", &500_i64)]);
    desk.job("f", ago(0), &[("drive_min", &500_i64)]);
    desk.check("drive_min_per_job", Some(111.0 / 3.0));
    desk.check("long_drive_share", Some(1.0 / 3.0));
}

#[test]
fn weekends_are_saturday_and_sunday() {
    let desk = Desk::new();
    desk.check("weekend_share", None);
    // 28 February 2026 is a Saturday.
    (1..=7).for_each(|days| desk.job(&days.to_string(), ago(days), &[]));
    desk.check("weekend_share", Some(2.0 / 7.0));
    desk.job("sunday", ago(0), &[]);
    desk.check("weekend_share", Some(2.0 / 7.0));
}

#[test]
fn flags_of_days_are_rates() {
    let desk = Desk::new();
    desk.workday(ago(61), 400, &[("on_call", &1_i64), ("start_changed", &1_i64)]);
    desk.check("on_call_nights", None);
    desk.workday(ago(60), 400, &[("on_call", &1_i64)]);
    desk.workday(ago(1), 400, &[("on_call", &0_i64)]);
    desk.workday(ago(2), 400, &[("on_call", &1_i64)]);
    desk.check("on_call_nights", Some(2.0 / 60.0 * 28.0));
    desk.check("schedule_changes_per_week", None);
    desk.workday(ago(3), 400, &[("start_changed", &1_i64)]);
    desk.check("schedule_changes_per_week", Some(7.0 / 60.0));
}

#[test]
fn overtime_is_a_share_of_paid_time() {
    let desk = Desk::new();
    desk.workday(ago(5), 400, &[("paid_min", &0_i64)]);
    desk.check("overtime_share", None);
    desk.workday(ago(60), 400, &[("overtime_min", &30_i64)]);
    desk.workday(ago(1), 400, &[("overtime_min", &60_i64)]);
    desk.workday(ago(0), 400, &[("overtime_min", &480_i64)]);
    desk.check("overtime_share", Some(90.0 / 1000.0));
}

#[test]
fn booking_is_compared_with_the_persons_own() {
    let desk = Desk::new();
    desk.workday(ago(57), 0, &[]);
    desk.workday(ago(56), 240, &[]);
    desk.workday(ago(29), 240, &[]);
    desk.check("booking_balance", None);
    desk.check("booking_shift", None);
    desk.workday(ago(28), 432, &[]);
    desk.workday(ago(1), 480, &[]);
    desk.workday(ago(0), 0, &[]);
    desk.check("booking_balance", Some(912.0 / 960.0));
    // Days of 0.5, 0.5, 0.9 and 1: the median is 0.7.
    desk.check("booking_shift", Some(0.95 - 0.7));
}

#[test]
fn a_fix_is_a_job_whose_thirty_days_stayed_quiet() {
    let desk = Desk::new();
    (0..9).for_each(|n| desk.job(&format!("a{n}"), ago(31 + n), &[]));
    desk.job("late", ago(30), &[]);
    desk.job("early", ago(91), &[]);
    desk.check("first_time_fix_90d", None);
    desk.job("a9", ago(90), &[]);
    desk.check("first_time_fix_90d", Some(1.0));
    let back = |no: &str, of: &str, on: Day| {
        desk.job(no, on, &[("employee_no", &"T2"), ("recall_of", &of)]);
    };
    back("r1", "a0", ago(1));
    desk.check("first_time_fix_90d", Some(0.9));
    // On the 31st day: too late to count. Of a job too young to judge: not yet.
    back("r2", "a1", ago(32).plus(31));
    back("r3", "late", ago(1));
    desk.check("first_time_fix_90d", Some(0.9));
    back("r4", "a9", ago(60));
    desk.check("first_time_fix_90d", Some(0.8));
}

#[test]
fn recalls_are_charged_to_the_original_technician() {
    let desk = Desk::new();
    (0..9).for_each(|n| desk.job(&format!("a{n}"), ago(1 + n), &[]));
    desk.job("open", ago(3), &[("completed_at", &at_eight(ago(0)))]);
    desk.check("recall_rate_90d", None);
    desk.job("a9", ago(90), &[]);
    desk.check("recall_rate_90d", Some(0.0));
    let back = |no: &str, of: &str, on: Day| {
        desk.job(no, on, &[("employee_no", &"T2"), ("recall_of", &of)]);
    };
    back("r1", "a9", ago(2));
    back("r2", "a9", ago(1));
    back("r3", "a3", ago(1));
    back("r4", "a4", ago(0));
    desk.check("recall_rate_90d", Some(0.2));
}

#[test]
fn answers_count_from_ten_and_from_completion() {
    let desk = Desk::new();
    (0..9).for_each(|n| desk.job(&format!("a{n}"), ago(1 + n), &[("csat", &5_i64)]));
    desk.job("open", ago(1), &[("csat", &1_i64), ("completed_at", &at_eight(ago(0)))]);
    desk.check("csat_90d", None);
    // Begun before the window, finished inside.
    desk.job("a9", ago(95), &[("csat", &3_i64), ("completed_at", &at_eight(ago(90)))]);
    desk.check("csat_90d", Some(48.0 / 10.0));
}

#[test]
fn training_is_summed_in_hours() {
    let desk = Desk::new();
    desk.check("training_hours_180d", Some(0.0));
    for (on, minutes) in [(181, 600_i64), (180, 90), (1, 240), (0, 600)] {
        let on = ago(on);
        let course = format!("course {minutes}");
        desk.put(
            "training",
            "T1",
            &[("completed_on", &on), ("course", &course), ("hours", &minutes)],
        );
    }
    desk.check("training_hours_180d", Some(5.5));
}

#[test]
fn a_new_manager_is_a_change() {
    let desk = Desk::new();
    desk.check("manager_changes_365d", None);
    let managed = |on: i32, manager: &str| desk.place("T1", ago(on), &[("manager_no", &manager)]);
    managed(399, "M1");
    desk.check("manager_changes_365d", Some(0.0));
    managed(366, "M2");
    managed(365, "M1");
    managed(200, "M1");
    desk.place("T1", ago(150), &[("zone", &"Z2")]);
    managed(100, "M1");
    managed(1, "M3");
    managed(0, "M4");
    desk.check("manager_changes_365d", Some(2.0));
}

#[test]
fn exits_near_someone_are_those_of_the_crew() {
    let desk = Desk::new();
    desk.check("crew_exits_90d", None);
    for who in ["T1", "T2", "T3", "T4"] {
        desk.place(who, ago(399), &[("crew", &"A")]);
    }
    desk.check("crew_exits_90d", Some(0.0));
    desk.leave("T2", ago(90));
    desk.leave("T3", ago(0));
    // T4 went to another crew on the last day.
    desk.place("T4", ago(20), &[("crew", &"B")]);
    desk.leave("T4", ago(20));
    desk.check("crew_exits_90d", Some(1.0));
    // One's own exit, before coming back, is not near oneself.
    desk.leave("T1", ago(60));
    desk.put("employment", "T1", &[("hired_on", &ago(30))]);
    desk.check("crew_exits_90d", Some(1.0));
    // A crew of the same letter in another office is another crew.
    desk.0.put("office", &[("code", &"O2"), ("name", &"South")]);
    desk.0.put("zone", &[("code", &"Z9"), ("office", &"O2"), ("name", &"South")]);
    desk.place("T2", ago(395), &[("crew", &"A"), ("zone", &"Z9")]);
    desk.check("crew_exits_90d", Some(0.0));
}

#[test]
fn features_explain_themselves() {
    assert_eq!(FEATURES.map(|it| it.id), months::COLUMNS);
    for feature in FEATURES {
        assert!(feature.sentence.ends_with('.') && !feature.sentence.contains('\n'));
        assert!(!feature.title.is_empty() && !feature.missing.ends_with('.'), "{}", feature.id);
        for value in [0.0, 0.004, 0.34, 1.0, 14.26] {
            let said = (feature.phrase)(value);
            let shown = feature.show(value);
            assert!(!said.is_empty() && !said.ends_with('.') && !shown.ends_with(' '), "{said}");
            assert!(said.starts_with(|it: char| it.is_lowercase() || it.is_ascii_digit()));
        }
    }
}

#[test]
fn receipts_read_as_people_speak() {
    let say = |id: &str, value, median| by_id(id).expect("a feature").say(value, median);
    let cases = [
        ("long_drive_share", 0.34, "over 50 minutes on 34% of jobs; office median 12%"),
        ("weekend_share", 0.31, "31% of jobs on weekends; office median 12%"),
        ("tenure_months", 14.2, "14 months here; office median 0 months"),
        ("tenure_months", 3.9, "3 months here; office median 0 months"),
        (
            "pay_vs_zone_median",
            0.94,
            "6% under the local median; usual here: 88% under the local median",
        ),
        (
            "pay_vs_zone_median",
            1.001,
            "at the local median; usual here: 88% under the local median",
        ),
        (
            "on_call_nights",
            0.467,
            "0.5 nights on call in 4 weeks; office median 0.1 nights in 4 weeks",
        ),
        (
            "crew_exits_90d",
            1.0,
            "1 exit in the crew in 3 months; usual here: no exits in the crew in 3 months",
        ),
        (
            "booking_shift",
            0.01,
            "1 point away from the person's usual booking; usual here: 12 points away from the \
             person's usual booking",
        ),
    ];
    for (id, value, expected) in cases {
        assert_eq!(say(id, Some(value), Some(0.12)), expected);
    }
    assert_eq!(
        say("csat_90d", None, Some(4.61)),
        "fewer than 10 answers in 90 days; office median 4.6"
    );
    assert_eq!(say("csat_90d", Some(4.0), None), "customers' mean score 4");
}

/// `docs/features.md` is written from `FEATURES`.
#[test]
fn the_page_of_features_is_current() {
    let found = crate::feature::page::text();
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/features.md");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &found).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == found, "docs/features.md is old: run UPDATE=1 cargo test page_of_features");
}
