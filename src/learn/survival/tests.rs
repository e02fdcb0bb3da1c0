//! Survival against textbook cases.

use super::*;

fn subjects(rows: &[(f64, bool)]) -> Vec<Subject> {
    rows.iter().map(|it| Subject { entry: 0.0, exit: it.0, event: it.1 }).collect()
}

/// Remission of leukaemia patients, weeks (Freireich et al. 1963): 6-MP.
fn treated() -> Vec<Subject> {
    let events = [6.0, 6.0, 6.0, 7.0, 10.0, 13.0, 16.0, 22.0, 23.0];
    let censored = [6.0, 9.0, 10.0, 11.0, 17.0, 19.0, 20.0, 25.0, 32.0, 32.0, 34.0, 35.0];
    let all = events.iter().map(|it| (*it, true)).chain(censored.iter().map(|it| (*it, false)));
    subjects(&all.collect::<Vec<_>>())
}

fn placebo() -> Vec<Subject> {
    let weeks = [
        1.0, 1.0, 2.0, 2.0, 3.0, 4.0, 4.0, 5.0, 5.0, 8.0, 8.0, 8.0, 8.0, 11.0, 11.0, 12.0, 12.0,
        15.0, 17.0, 22.0, 23.0,
    ];
    subjects(&weeks.map(|it| (it, true)))
}

#[track_caller]
fn near(have: f64, want: f64, tolerance: f64) {
    assert!((have - want).abs() < tolerance, "have {have}, want {want}");
}

#[test]
fn the_leukaemia_curve_is_the_published_one() {
    let curve = KaplanMeier::fit(&treated()).unwrap();
    let risk: Vec<usize> = curve.points().iter().map(|it| it.at_risk).collect();
    assert_eq!(risk, [21, 17, 15, 12, 11, 7, 6]);
    for (time, survival) in [(6.0, 0.8571), (10.0, 0.7529), (16.0, 0.6275), (23.0, 0.4482)] {
        near(curve.at(time).survival, survival, 5e-5);
    }
    // Log-log intervals as printed by R (survfit, conf.type = "log-log").
    near(curve.at(6.0).low, 0.6197, 5e-4);
    near(curve.at(6.0).high, 0.9516, 5e-4);
    assert_eq!(curve.median().time, Some(23.0));
    assert_eq!(curve.median().low, Some(13.0));
    assert_eq!(curve.median().high, None);
    assert_eq!((curve.at_risk(0.0), curve.at_risk(7.0), curve.at_risk(36.0)), (21, 17, 0));
    near(curve.at(5.9).survival, 1.0, 1e-15);
}

#[test]
fn the_log_rank_test_is_the_published_one() {
    let test = log_rank(&[treated(), placebo()]).unwrap();
    near(test.statistic, 16.793, 5e-3);
    near(test.expected[0], 19.25, 5e-3);
    assert_eq!((test.observed[0], test.observed[1], test.degrees), (9.0, 21.0, 1));
    near(test.p, 4.17e-5, 2e-6);
}

#[test]
fn groups_can_be_three_and_order_does_not_matter() {
    let third = subjects(&[(3.0, true), (9.0, false), (14.0, true), (30.0, true)]);
    let one = log_rank(&[treated(), placebo(), third.clone()]).unwrap();
    let other = log_rank(&[third, treated(), placebo()]).unwrap();
    near(one.statistic, other.statistic, 1e-9);
    assert_eq!(one.degrees, 2);
    let same = log_rank(&[treated(), treated()]).unwrap();
    near(same.statistic, 0.0, 1e-12);
    near(same.p, 1.0, 1e-9);
}

#[test]
fn late_entry_counts_only_while_watched() {
    let rows = [(0.0, 2.0, true), (3.0, 5.0, true), (1.0, 6.0, false), (4.0, 6.0, true)];
    let late: Vec<Subject> =
        rows.iter().map(|it| Subject { entry: it.0, exit: it.1, event: it.2 }).collect();
    let curve = KaplanMeier::fit(&late).unwrap();
    // At 2: subjects 1 and 3; at 5: 2, 3 and 4; at 6: 3 and 4.
    let risk: Vec<usize> = curve.points().iter().map(|it| it.at_risk).collect();
    assert_eq!(risk, [2, 3, 2]);
    near(curve.at(6.0).survival, 0.5 * 2.0 / 3.0 * 0.5, 1e-12);
}

#[test]
fn the_restricted_mean_is_the_area() {
    let curve = KaplanMeier::fit(&subjects(&[(1.0, true), (3.0, true)])).unwrap();
    let mean = curve.restricted_mean(4.0).unwrap();
    near(mean.mean, 1.0 + 0.5 * 2.0, 1e-12);
    // Area beyond 1 is 1; d / (n (n - d)) is 1 / 2.
    near(mean.sd, libm::sqrt(0.5), 1e-12);
    near(curve.restricted_mean(0.5).unwrap().mean, 0.5, 1e-12);
    assert!(curve.restricted_mean(f64::NAN).is_err());
}

#[test]
fn bad_times_are_refused() {
    assert_eq!(KaplanMeier::fit(&[]), Err(Error::Empty));
    let bad = |entry, exit| KaplanMeier::fit(&[Subject { entry, exit, event: true }]);
    for (entry, exit) in [(2.0, 2.0), (-1.0, 2.0), (0.0, f64::NAN), (0.0, f64::INFINITY)] {
        assert!(matches!(bad(entry, exit), Err(Error::Value { row: 0, .. })));
    }
    assert!(matches!(log_rank(&[treated()]), Err(Error::TooFewGroups { .. })));
    let none = KaplanMeier::fit(&subjects(&[(1.0, false)])).unwrap();
    assert!(none.points().is_empty() && none.median().time.is_none());
}
