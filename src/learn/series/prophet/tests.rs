//! Settings, storing, changepoints and bounds; never a series read from outside the fixtures.

mod golden;
mod optimum;
mod safety;

use super::super::step::days;
use super::super::{Kind, Naive};
use super::*;

/// A series of any numbers from 2010-01-01 on.
pub(super) fn past(step: Step, values: Vec<f64>) -> Past {
    Past::new(step, 14_610, values, Kind::Real).expect("valid")
}

/// A series of the fixtures: `ds,y` with a header.
fn read(text: &str, step: Step) -> Past {
    let rows = text.lines().skip(1).filter_map(|line| line.split_once(','));
    let rows: Vec<(i32, f64)> = rows
        .map(|(day, value)| (days(day.parse().expect("date")), value.parse().expect("number")))
        .collect();
    let mut values = Vec::new();
    let mut known = Past::new(step, rows[0].0, Vec::new(), Kind::Real).expect("valid");
    for (day, value) in rows {
        while known.day(values.len()) < day {
            values.push(f64::NAN);
        }
        values.push(value);
    }
    known.values = values;
    known
}

fn air() -> Past {
    read(include_str!("../../fixtures/series/air_passengers_monthly.csv"), Step::Month)
}

fn van() -> Past {
    read(include_str!("../../fixtures/series/van_drivers_killed_monthly.csv"), Step::Month)
}

fn peyton() -> Past {
    read(include_str!("../../fixtures/series/peyton_manning_daily.csv"), Step::Day)
}

/// Mean absolute error of `ahead` periods over the last `origins` yearly origins.
fn error(settings: impl Fn(&Past) -> Prophet, of: &Past, ahead: usize, origins: usize) -> f64 {
    let mut sum = 0.0;
    for origin in 0..origins {
        let known = of.until(of.len() - ahead - 12 * origin);
        let path = settings(&known).forecast(&known, ahead).expect("fits");
        let truth = &of.values[known.len()..];
        sum += path.mean.iter().zip(truth).map(|(a, b)| (a - b).abs()).sum::<f64>();
    }
    sum / (ahead * origins) as f64
}

#[test]
fn a_line_goes_on() {
    let known = past(Step::Month, (0..48).map(|at| 10.0 + f64::from(at)).collect());
    let path = Prophet::fitting(&known, &[]).forecast(&known, 6).expect("fits");
    for (k, value) in path.mean.iter().enumerate() {
        assert!((value - (58.0 + k as f64)).abs() < 0.5, "{value}");
    }
}

#[test]
fn the_settings_follow_step_and_length() {
    let of = |step, n| Prophet::fitting(&past(step, vec![1.0; n]), &[]);
    let months = of(Step::Month, 48);
    assert_eq!((months.yearly, months.changepoint_prior), (Some(3), 0.5));
    assert_eq!(of(Step::Month, 23).yearly, None);
    let late = [vec![f64::NAN; 40], vec![1.0; 20]].concat();
    assert_eq!(Prophet::fitting(&past(Step::Month, late), &[]).yearly, None);
    let long = of(Step::Month, 60);
    assert_eq!((long.yearly, long.changepoint_prior, long.weekly), (Some(6), 0.05, None));
    assert_eq!(of(Step::Week, 104).yearly, Some(10));
    let days = of(Step::Day, 729);
    assert_eq!((days.yearly, days.weekly), (None, Some(3)));
    assert_eq!(of(Step::Day, 13).weekly, None);
}

#[test]
fn a_holiday_counts_from_its_second_time_on() {
    let known = past(Step::Day, vec![1.0; 400]);
    let holiday = |name: &str, offsets: &[i32]| Holiday {
        name: name.to_owned(),
        days: offsets.iter().map(|it| known.first + it).collect(),
    };
    let all = [holiday("once", &[5, 500]), holiday("twice", &[5, 370, 735])];
    let kept = Prophet::fitting(&known, &all).holidays;
    assert_eq!(kept, vec![all[1].clone()]);
    let months = past(Step::Month, vec![1.0; 60]);
    assert!(Prophet::fitting(&months, &all).holidays.is_empty());
    // Days of one name share one effect, wherever they stand in the list.
    let prophet = Prophet { holidays: all.to_vec(), ..Prophet::default() };
    let split = [holiday("twice", &[370]), all[0].clone(), holiday("twice", &[735, 5])];
    let split = Prophet { holidays: split.to_vec(), ..Prophet::default() };
    let names = |of: &Prophet| -> Vec<String> {
        of.fit(&known).expect("fits").effects.into_iter().map(|it| it.name).collect()
    };
    assert_eq!(names(&prophet), ["once", "twice"]);
    assert_eq!(names(&split), ["twice", "once"]);
}

#[test]
fn swings_that_grow_with_the_level_multiply() {
    let air = air();
    assert!(Prophet::fitting(&air, &[]).multiplicative);
    assert!(!Prophet::fitting(&van(), &[]).multiplicative);
    assert!(!Prophet::fitting(&peyton(), &[]).multiplicative);
    let additive = |known: &Past| Prophet { multiplicative: false, ..Prophet::fitting(known, &[]) };
    let (chosen, other) =
        (error(|it| Prophet::fitting(it, &[]), &air, 12, 5), error(additive, &air, 12, 5));
    assert!(chosen < 0.8 * other, "{chosen} {other}");
    let naive = Naive(12).forecast(&air.until(132), 12).expect("known");
    let naive: f64 =
        naive.mean.iter().zip(&air.values[132..]).map(|(a, b)| (a - b).abs()).sum::<f64>() / 12.0;
    assert!(error(|it| Prophet::fitting(it, &[]), &air, 12, 1) < 0.7 * naive);
}

#[test]
fn a_stored_fit_forecasts_the_same() {
    let known = air().until(120);
    let prophet = Prophet::fitting(&known, &[]);
    let fitted = prophet.fit(&known).expect("fits");
    let text = serde_json::to_string(&fitted).expect("writes");
    let back: Fitted = serde_json::from_str(&text).expect("reads");
    let again = back.forecast(&prophet, &known, 12).expect("same columns");
    assert_eq!(again, prophet.forecast(&known, 12).expect("fits"));
    let other = Prophet { yearly: Some(2), ..prophet };
    assert!(back.forecast(&other, &known, 12).is_err(), "columns of other settings");
}

#[test]
fn changepoints_can_be_given_and_say_their_slopes() {
    let bend = |at: i32| f64::from(at) + 3.0 * f64::from((at - 100).max(0));
    let known = past(Step::Day, (0..200).map(bend).collect());
    let on = known.first + 100;
    let changepoints = Changepoints::At(vec![on, known.first - 5, known.first + 900, on]);
    let prophet = Prophet { changepoints, ..Prophet::default() };
    let fitted = prophet.fit(&known).expect("fits");
    let [only] = &fitted.changepoints[..] else { panic!("one is inside") };
    assert_eq!(only.day, on);
    assert!((only.slope - 4.0).abs() < 0.01, "{}", only.slope);
    let none = Prophet { changepoints: Changepoints::At(Vec::new()), ..Prophet::default() };
    assert!(none.fit(&known).expect("fits").sigma > fitted.sigma);
}

#[test]
fn bounds_widen_and_hold_their_order() {
    let known = air();
    let path = Prophet::fitting(&known, &[]).forecast(&known, 24).expect("fits");
    let width = |level: usize, k: usize| path.levels[level].high[k] - path.levels[level].low[k];
    assert!(width(0, 0) < width(1, 0) && width(1, 0) < width(2, 0));
    assert!(width(1, 23) > width(1, 0));
}
