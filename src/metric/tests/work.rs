//! Work, quality and money: worked out by hand.

use super::*;

const MARCH: i32 = 2026 * 12 + 2;

fn march() -> Ask {
    whole("2026-03-01", "2026-04-01")
}

/// Three technicians in North with one month each, one in Lakes; the data end in April.
fn office(values: [&[(&'static str, i64)]; 3]) -> Scratch {
    let it = Scratch::office();
    for no in ["T1", "T2", "T3"] {
        it.hire(no, "Z1", "2025-01-06");
    }
    for (who, values) in (1..).zip(values) {
        roll(&it, who, MARCH, if who == 3 { 2 } else { 1 }, values);
    }
    data_end(&it, "2026-04-15");
    it
}

#[test]
fn thirty_of_forty_first_time_fixes() {
    let it = Scratch::office();
    it.hire("T1", "Z1", "2025-01-06");
    it.hire("T2", "Z1", "2025-01-06");
    let job = |no: String, who: &str, on: &str, back: Option<String>| {
        let at = i64::from(day(on).0) * 1440 + 500;
        let (end, back) = (at + 60, back.unwrap_or_default());
        let mut values: Vec<(&str, &dyn IntoCell)> =
            vec![("job_no", &no), ("employee_no", &who), ("started_at", &at)];
        values.extend([
            ("completed_at", &end as &dyn IntoCell),
            ("type", &"repair"),
            ("appliance", &"laundry"),
        ]);
        if !back.is_empty() {
            values.push(("recall_of", &back));
        }
        it.put("job", &values);
    };
    for number in 0..40 {
        job(format!("J{number:02}"), "T1", "2026-03-02", None);
    }
    for number in 0..12 {
        // Ten on day 30; two on day 31, which are recalls but not failed first fixes.
        let on = if number < 10 { "2026-04-01" } else { "2026-04-02" };
        job(format!("R{number:02}"), "T2", on, Some(format!("J{number:02}")));
    }
    rebuild(&it);
    check(&it, "first_time_fix", march(), "75.0%, between 60% and 86% (n=40)");
    check(&it, "recall_rate", march(), "30.0%, between 16% and 52% (n=40)");
    check(
        &it,
        "first_time_fix",
        by(By::Technician, "2026-03-01", "2026-05-01"),
        "T1: 75.0%, between 60% and 86% (n=40)",
    );
    check(
        &it,
        "first_time_fix",
        whole("2026-04-01", "2026-05-01"),
        "too few to say: 0 of 20 needed (n=0)",
    );
}

#[test]
fn ratios_of_three_technicians() {
    let it = office([
        &[
            ("completed", 80),
            ("days_worked", 20),
            ("paid_min", 10_000),
            ("billable_min", 7000),
            ("available_min", 9000),
            ("booked_min", 9000),
            ("overtime_min", 400),
        ],
        &[
            ("completed", 100),
            ("days_worked", 20),
            ("paid_min", 10_000),
            ("billable_min", 7500),
            ("available_min", 9000),
            ("booked_min", 8100),
            ("overtime_min", 500),
        ],
        &[
            ("completed", 120),
            ("days_worked", 20),
            ("paid_min", 10_000),
            ("billable_min", 8000),
            ("available_min", 9000),
            ("booked_min", 9900),
            ("overtime_min", 600),
        ],
    ]);
    // Five a day; residuals -20, 0, 20 over 60 days: 4.3027 * sqrt(800 * 1.5) / 60 = 2.48.
    check(&it, "jobs_per_day", march(), "5.0 jobs a day, between 2.5 and 7.5 (n=60)");
    // 75%; residuals -500, 0, 500 of 30,000: 4.3027 * sqrt(750,000) / 30,000 = 12.4%.
    check(&it, "utilisation", march(), "75.0%, between 63% and 87% (n=60)");
    check(&it, "booking_balance", march(), "100.0%, between 75% and 125% (n=60)");
    check(&it, "overtime_share", march(), "5.0%, between 2.5% and 7.5% (n=60)");
    // One technician, one month: a value without an interval.
    check(
        &it,
        "jobs_per_day",
        by(By::Technician, "2026-03-01", "2026-04-01"),
        "T1: 4.0 jobs a day (n=20)\nT2: 5.0 jobs a day (n=20)\nT3: 6.0 jobs a day (n=20)",
    );
    check(
        &it,
        "jobs_per_day",
        by(By::Zone, "2026-03-01", "2026-04-01"),
        "Lakes: 6.0 jobs a day (n=20)\nNorth: 4.5 jobs a day, between 0.0 and 10.9 (n=40)",
    );
}

#[test]
fn shares_and_means_over_jobs() {
    // Drives: 12 of 30 and 12 of 50 minutes, then 6 of 70: mean 46, squares summed.
    let it = office([
        &[
            ("jobs", 12),
            ("weekend_jobs", 3),
            ("drive_n", 12),
            ("drive_min", 360),
            ("drive_sq", 10_800),
            ("csat_n", 6),
            ("csat_sum", 30),
            ("csat_sq", 150),
            ("revenue_n", 10),
            ("revenue_cents", 100_000),
            ("revenue_sq", 1_000_000_000),
            ("convertible", 10),
            ("converted", 4),
            ("days_worked", 15),
            ("on_call_nights", 5),
        ],
        &[
            ("jobs", 12),
            ("weekend_jobs", 3),
            ("drive_n", 12),
            ("drive_min", 600),
            ("drive_sq", 30_000),
            ("csat_n", 3),
            ("csat_sum", 12),
            ("csat_sq", 48),
            ("revenue_n", 10),
            ("revenue_cents", 200_000),
            ("revenue_sq", 4_000_000_000),
            ("convertible", 5),
            ("converted", 1),
            ("days_worked", 15),
            ("on_call_nights", 7),
        ],
        &[
            ("jobs", 6),
            ("drive_n", 6),
            ("drive_min", 420),
            ("drive_sq", 29_400),
            ("long_drives", 6),
            ("csat_n", 3),
            ("csat_sum", 9),
            ("csat_sq", 27),
        ],
    ]);
    // Variance (70,200 - 1380^2 / 30) / 29 = 231.7; t(29) 2.0452: 46 +- 5.68.
    check(&it, "drive_minutes", march(), "46 min, between 40 min and 52 min (n=30)");
    check(&it, "long_drive_share", march(), "20.0%, between 9.5% and 37% (n=30)");
    check(&it, "weekend_share", march(), "20.0%, between 9.5% and 37% (n=30)");
    // 51 points in 12 answers; variance (225 - 216.75) / 11 = 0.75; t(11) 2.2010: +- 0.55.
    check(&it, "csat", march(), "4.2 of 5, between 3.7 and 4.8 (n=12)");
    // Half at $100, half at $200: deviation 51.3, t(19) 2.0930: $150 +- 24.
    check(&it, "revenue_per_job", march(), "$150, between $126 and $174 (n=20)");
    check(&it, "conversion", march(), "33.3%, between 15% and 58% (n=15)");
    // 12 nights in three technician-months of 31 days: 3.61 in four weeks, limits 6.20 and 20.96.
    check(&it, "on_call_nights", march(), "3.6 nights, between 1.9 nights and 6.3 nights (n=30)");
    check(
        &it,
        "csat",
        by(By::Zone, "2026-03-01", "2026-04-01"),
        "Lakes: too few to say: 3 of 10 needed (n=3)\nNorth: too few to say: 9 of 10 needed (n=9)",
    );
}

#[test]
fn work_covers_whole_months_and_says_which() {
    let it = office([&[("jobs", 30)], &[("jobs", 30)], &[("jobs", 30)]]);
    roll(&it, 1, MARCH + 1, 1, &[("jobs", 25), ("weekend_jobs", 5)]);
    let period = |from: &str, to: &str| {
        let figure = ask(&it, "weekend_share", whole(from, to)).remove(0);
        (figure.period, figure.n)
    };
    // April runs: it counts up to the last day with data.
    assert_eq!(period("2026-02-10", "2026-04-16"), ("2026-02-01 to 2026-04-15".to_owned(), 115));
    assert_eq!(period("2026-02-10", "2026-04-10"), ("2026-02-01 to 2026-04-15".to_owned(), 115));
    assert_eq!(period("2026-03-02", "2026-03-31"), ("2026-03".to_owned(), 90));
    let months = ask(&it, "weekend_share", by(By::Month, "2026-01-01", "2026-12-01"));
    let months: Vec<_> = months.iter().map(|it| (it.group.as_str(), it.n)).collect();
    assert_eq!(months, [("2026-03", 90), ("2026-04", 25)]);
}
