//! The columns of a Prophet model: Fourier series, holidays, regressors, always in this order.
//!
//! They are made here although augurs makes its own, because its order changes from run to run (it
//! keeps them in a hash map) and its sines are the platform's. Never here: effects of columns.

use std::f64::consts::TAU;

use super::Prophet;
use crate::error::{Error, Result};
use crate::series::{Holiday, Past};

/// One column over the known periods and those ahead.
#[derive(Debug)]
pub(super) struct Column {
    /// The part of the forecast it belongs to.
    pub(super) part: String,
    /// Its own name.
    pub(super) name: String,
    /// Whether it multiplies the trend.
    pub(super) multiplicative: bool,
    /// Standard deviation of the prior of its effect.
    pub(super) prior: f64,
    /// One value a period.
    pub(super) values: Vec<f64>,
}

/// The part all holidays belong to.
pub(super) const HOLIDAYS: &str = "holidays";
/// Days in a year, as Prophet has it.
pub(super) const YEAR: f64 = 365.25;
/// Days in a week.
pub(super) const WEEK: f64 = 7.0;

impl Prophet {
    /// All columns over the known periods and `ahead` more.
    pub(super) fn columns(&self, past: &Past, ahead: usize) -> Result<Vec<Column>> {
        let count = past.len() + ahead;
        let days: Vec<i32> = (0..count).map(|at| past.day(at)).collect();
        let mut columns = Vec::new();
        for (part, period, order) in self.seasons() {
            columns.extend(fourier(&days, period, order).into_iter().enumerate().map(
                |(k, values)| Column {
                    part: part.to_owned(),
                    name: format!("{part} {} {}", ["sin", "cos"][k % 2], k / 2 + 1),
                    multiplicative: self.multiplicative,
                    prior: self.season_prior,
                    values,
                },
            ));
        }
        for (name, values) in self.holiday_columns(past, &days) {
            columns.push(Column {
                part: HOLIDAYS.to_owned(),
                name,
                multiplicative: self.multiplicative,
                prior: self.holiday_prior,
                values,
            });
        }
        for regressor in &self.regressors {
            columns.push(Column {
                part: regressor.name.clone(),
                name: regressor.name.clone(),
                multiplicative: regressor.multiplicative,
                prior: regressor.prior,
                values: standard(&regressor.name, &regressor.values, past, count)?,
            });
        }
        Ok(columns)
    }

    /// One column a name that falls into a known period, in the order in which names first come.
    fn holiday_columns(&self, past: &Past, days: &[i32]) -> Vec<(String, Vec<f64>)> {
        let mut columns: Vec<(String, Vec<f64>)> = Vec::new();
        for holiday in &self.holidays {
            let values = inside(holiday, past, days);
            match columns.iter_mut().find(|it| it.0 == holiday.name) {
                Some((_, same)) => same.iter_mut().zip(values).for_each(|(a, b)| *a = b.max(*a)),
                None => columns.push((holiday.name.clone(), values)),
            }
        }
        let hit = |it: (&f64, &f64)| *it.0 != 0.0 && !it.1.is_nan();
        columns.retain(|(_, values)| values.iter().zip(&past.values).any(hit));
        columns
    }

    /// Seasons in use: name, days, order.
    pub(super) fn seasons(&self) -> impl Iterator<Item = (&'static str, f64, usize)> {
        let all = [("yearly", YEAR, self.yearly), ("weekly", WEEK, self.weekly)];
        all.into_iter()
            .filter_map(|(name, days, order)| Some((name, days, order.filter(|it| *it > 0)?)))
    }
}

/// Sine and cosine of the first `order` multiples of a period, one pair of columns a multiple.
fn fourier(days: &[i32], period: f64, order: usize) -> Vec<Vec<f64>> {
    let mut columns = vec![Vec::with_capacity(days.len()); 2 * order];
    for &day in days {
        let turns = f64::from(day) / period;
        let angle = TAU * (turns - turns.floor());
        let (sin, cos) = (libm::sin(angle), libm::cos(angle));
        let (mut s, mut c) = (sin, cos);
        for pair in columns.chunks_exact_mut(2) {
            pair[0].push(s);
            pair[1].push(c);
            // The next multiple by the addition theorem.
            (s, c) = (s * cos + c * sin, c * cos - s * sin);
        }
    }
    columns
}

/// 1 in the periods that hold a day of the holiday, else 0.
fn inside(holiday: &Holiday, past: &Past, days: &[i32]) -> Vec<f64> {
    let mut values = vec![0.0; days.len()];
    let end = past.day(days.len());
    for &day in holiday.days.iter().filter(|day| **day < end) {
        // The last period that begins on or before the day.
        if let Some(at) = days.partition_point(|first| *first <= day).checked_sub(1) {
            values[at] = 1.0;
        }
    }
    values
}

/// A regressor with mean 0 and standard deviation 1 over the rows in use, as Prophet does it: a
/// column of 0 and 1, or of one value, stays as it is.
fn standard(name: &str, given: &[f64], past: &Past, count: usize) -> Result<Vec<f64>> {
    if given.len() < count {
        return Err(Error::Length { what: name.to_owned(), have: given.len(), need: count });
    }
    let used = |at: usize| past.values.get(at).is_none_or(|it| !it.is_nan());
    if let Some(row) = (0..count).find(|at| used(*at) && !given[*at].is_finite()) {
        return Err(Error::Value { what: "value of a regressor", row });
    }
    let rows: Vec<f64> = (0..past.len()).filter(|at| used(*at)).map(|at| given[at]).collect();
    let plain = rows.iter().all(|it| *it == 0.0 || *it == 1.0);
    let n = rows.len() as f64;
    let mean = rows.iter().sum::<f64>() / n;
    let variance = rows.iter().map(|it| (it - mean) * (it - mean)).sum::<f64>() / (n - 1.0);
    let flat = rows.iter().all(|it| *it == rows[0]) || !(variance > 0.0 && variance.is_finite());
    let (mean, spread) = if plain || flat { (0.0, 1.0) } else { (mean, variance.sqrt()) };
    // Where the series is unknown the regressor may be too; no row of the fit reads it.
    let values = given[..count].iter().map(|it| (it - mean) / spread);
    Ok(values.map(|it| if it.is_finite() { it } else { 0.0 }).collect())
}

/// One holiday for each day around a holiday, from `lower` (negative: before it) to `upper`: the
/// days around it have effects of their own, named `Easter -1`, `Easter`, `Easter +1`.
pub fn windows(holiday: &Holiday, lower: i32, upper: i32) -> Vec<Holiday> {
    let named = |offset: i32| match offset {
        0 => holiday.name.clone(),
        _ => format!("{} {offset:+}", holiday.name),
    };
    (lower..=upper)
        .map(|offset| Holiday {
            name: named(offset),
            days: holiday.days.iter().map(|day| day.saturating_add(offset)).collect(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::past;
    use super::*;
    use crate::series::Step;

    #[test]
    fn fourier_columns_are_those_of_prophet() {
        // Reference values of Prophet's own test, 2012-05-18.
        let day = 15_478;
        let weekly: Vec<f64> = fourier(&[day], WEEK, 3).into_iter().flatten().collect();
        let expected =
            [0.781_831_5, 0.623_489_8, 0.974_927_9, -0.222_520_9, 0.433_883_7, -0.900_968_9];
        assert!(weekly.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6), "{weekly:?}");
        let yearly: Vec<f64> = fourier(&[day], YEAR, 3).into_iter().flatten().collect();
        let expected =
            [0.700_615_2, -0.713_539_3, -0.999_833_0, 0.018_276_56, 0.726_224_9, 0.687_457_2];
        assert!(yearly.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6), "{yearly:?}");
    }

    #[test]
    fn a_holiday_marks_the_period_that_holds_its_day() {
        let weeks = past(Step::Week, vec![1.0; 4]);
        let days: Vec<i32> = (0..5).map(|at| weeks.day(at)).collect();
        let of = |days: Vec<i32>| Holiday { name: "Easter".to_owned(), days };
        let first = weeks.first;
        let hit = of(vec![first - 1, first + 13, first + 34, first + 35, i32::MIN, i32::MAX]);
        assert_eq!(inside(&hit, &weeks, &days), vec![0.0, 1.0, 0.0, 0.0, 1.0]);
    }

    #[test]
    fn windows_name_each_offset() {
        let easter = Holiday { name: "Easter".to_owned(), days: vec![10, 400] };
        let all = windows(&easter, -1, 2);
        let names: Vec<&str> = all.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names, ["Easter -1", "Easter", "Easter +1", "Easter +2"]);
        assert_eq!((all[0].days[1], all[3].days[0]), (399, 12));
        assert!(windows(&easter, 1, 0).is_empty());
    }

    #[test]
    fn a_regressor_is_standardised_over_the_rows_in_use() {
        let known = past(Step::Day, vec![1.0, f64::NAN, 2.0, 3.0]);
        let values = standard("heat", &[1.0, f64::NAN, 2.0, 3.0, 4.0], &known, 5).expect("valid");
        assert_eq!(values, vec![-1.0, 0.0, 0.0, 1.0, 2.0]);
        let binary = standard("heat", &[1.0, 0.0, 0.0, 1.0, 1.0], &known, 5).expect("valid");
        assert_eq!(binary, vec![1.0, 0.0, 0.0, 1.0, 1.0]);
        assert!(standard("heat", &[1.0; 4], &known, 5).is_err(), "no value ahead");
        assert!(standard("heat", &[1.0, 1.0, f64::NAN, 1.0, 1.0], &known, 5).is_err());
    }
}
