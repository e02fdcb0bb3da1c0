//! From a model of the month to the chance of an event within days: discrete-time hazard.
//!
//! A model of the month gives the hazard h: the chance of the event in a month, for those who reached
//! it. The chance within d days is 1 - (1 - h1)(1 - h2)..., the last month to the power of the part
//! of it that is asked for (Singer and Willett 1993; Tutz and Schmid 2016). Sums of -ln(1 - h) stand
//! in for products: they keep small chances exact.
//!
//! Never guesses how inputs will change: the caller says which column is a clock, all else is held.

use crate::ebm::spread;
use crate::error::{Error, Result};
use crate::frame::{Column, ColumnKind};
use crate::math;

/// Days of a month on average, the unit of a hazard: 365.25 / 12.
pub const MONTH_DAYS: f64 = 365.25 / 12.0;

/// Hazards are held this far from 1: a certain event has no cumulative hazard.
const EDGE: f64 = 1e-15;

/// A chance with its interval, all from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Chance {
    /// The chance.
    pub value: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
}

/// Months begun within this many days: 3 within 90. 0 unless `days` is above 0.
pub fn months_begun(days: f64) -> usize {
    libm::ceil(days / MONTH_DAYS).max(0.0) as usize
}

/// The share of month `month` (from 0) that lies within this many days, 0 to 1.
fn share(month: usize, days: f64) -> f64 {
    (days / MONTH_DAYS - month as f64).clamp(0.0, 1.0)
}

/// Cumulative hazard over `days` from the log-odds of each month, the present one first: the sum of
/// -ln(1 - h), the last month in part. The last log-odds hold on past the end; 0 without any.
pub fn cumulative(log_odds: &[f64], days: f64) -> f64 {
    let Some(last) = log_odds.last() else { return 0.0 };
    let month = |at: usize| math::log_loss_of(0.0, *log_odds.get(at).unwrap_or(last));
    (0..months_begun(days)).map(|at| share(at, days) * month(at)).sum()
}

/// The chance of an event under a cumulative hazard: 1 - exp(-cumulative).
pub fn chance_of(cumulative: f64) -> f64 {
    -libm::expm1(-cumulative)
}

/// The chance within `days` from the log-odds of each month, as in [`cumulative`].
pub fn chance(log_odds: &[f64], days: f64) -> f64 {
    chance_of(cumulative(log_odds, days))
}

/// The same with an interval from the bags: each bag's own log-odds make its own cumulative hazard;
/// the spread of their logarithms times `half` is taken to either side. The logarithm of a cumulative
/// hazard is the complementary log-log of the chance, on which proportional hazards are a shift; so
/// the interval never leaves 0 to 1 and is the same for one month and for many when all hold alike.
///
/// `bagged` holds one list of months a bag. `half` is the quantile times [`crate::ebm::Ebm::band_scale`].
pub fn chance_between(log_odds: &[f64], bagged: &[Vec<f64>], days: f64, half: f64) -> Chance {
    let whole = cumulative(log_odds, days);
    let logs: Vec<f64> = bagged.iter().map(|it| math::ln(cumulative(it, days))).collect();
    let width = half * spread(&logs);
    let ends = (whole * math::exp(-width), whole * math::exp(width));
    // Without bags, or days, there is no spread to speak of.
    let (low, high) = if width.is_finite() { ends } else { (whole, whole) };
    Chance { value: chance_of(whole), low: chance_of(low), high: chance_of(high) }
}

/// The columns with a clock set forward: `months` are added to the known values of column `clock`.
/// [`Error::Option`] if there is no such column of numbers.
pub fn advanced(columns: &[Column], clock: usize, months: f64) -> Result<Vec<Column>> {
    let mut columns = columns.to_vec();
    match columns.get_mut(clock).map(|it| &mut it.kind) {
        Some(ColumnKind::Continuous(values)) => values.iter_mut().for_each(|it| *it += months),
        _ => return Err(Error::Option { name: "clock", must: "a column of numbers" }),
    }
    Ok(columns)
}

/// Chances of each row within each of `days`, from any model of the month: per days, per row.
///
/// `hazards` gives the hazard of each row of some columns, 0 to 1; it is asked once for each month,
/// with the clock advanced. Errors: those of [`advanced`] and of `hazards`.
pub fn chances(
    columns: &[Column],
    clock: usize,
    days: &[f64],
    hazards: impl Fn(&[Column]) -> Result<Vec<f64>>,
) -> Result<Vec<Vec<f64>>> {
    let rows = columns.first().map_or(0, Column::len);
    let mut sums = vec![vec![0.0; rows]; days.len()];
    let months = days.iter().map(|it| months_begun(*it)).max().unwrap_or(0);
    for month in 0..months {
        let month_hazards = hazards(&advanced(columns, clock, month as f64)?)?;
        for (sums, days) in sums.iter_mut().zip(days) {
            let share = share(month, *days);
            for (sum, hazard) in sums.iter_mut().zip(&month_hazards) {
                *sum -= share * libm::log1p(-hazard.clamp(0.0, 1.0 - EDGE));
            }
        }
    }
    sums.iter_mut().flatten().for_each(|it| *it = chance_of(*it));
    Ok(sums)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_counted_by_hand() {
        assert_eq!([0.0, 30.0, 30.4375, 31.0, 90.0, 365.0].map(months_begun), [0, 1, 1, 2, 3, 12]);
        assert!((share(2, 90.0) - (90.0 / 30.4375 - 2.0)).abs() < 1e-12);
        assert!((share(0, 90.0) - 1.0).abs() < 1e-12 && share(3, 90.0) == 0.0);
    }

    #[test]
    fn two_months_by_hand() {
        // Hazards 10 % and 20 %: whoever is left after both is 0.9 x 0.8.
        let log_odds = [0.1, 0.2].map(math::logit);
        let both = chance(&log_odds, 2.0 * MONTH_DAYS);
        assert!((both - 0.28).abs() < 1e-12, "{both}");
        // Half of the second month: 0.9 x sqrt(0.8).
        let half = chance(&log_odds, 1.5 * MONTH_DAYS);
        assert!((half - (1.0 - 0.9 * 0.8_f64.sqrt())).abs() < 1e-12, "{half}");
        // Past the end the last hazard holds on: 0.9 x 0.8 x 0.8.
        assert!((chance(&log_odds, 3.0 * MONTH_DAYS) - 0.424).abs() < 1e-12);
        assert_eq!(chance(&log_odds, 0.0), 0.0);
        assert_eq!(chance(&[], 90.0), 0.0);
    }

    #[test]
    fn one_month_is_its_hazard_and_small_ones_stay_exact() {
        assert!((chance(&[math::logit(0.03)], MONTH_DAYS) - 0.03).abs() < 1e-15);
        let tiny = chance(&[math::logit(1e-12)], 10.0 * MONTH_DAYS);
        assert!((tiny / 1e-11 - 1.0).abs() < 1e-9, "{tiny}");
    }

    #[test]
    fn intervals_hold_the_chance_and_stay_inside_0_to_1() {
        let bagged = [vec![-3.0], vec![-2.0], vec![-2.6]];
        for days in [30.0, 365.0, 36_500.0] {
            let it = chance_between(&[-2.5], &bagged, days, 2.0);
            assert!(0.0 < it.low && it.low <= it.value && it.value <= it.high && it.high <= 1.0);
        }
        let alike = [vec![-2.5], vec![-2.5]];
        let it = chance_between(&[-2.5], &alike, 90.0, 4.0);
        assert_eq!((it.low, it.high), (it.value, it.value), "no spread, no width");
        let none = chance_between(&[-2.5], &bagged, 0.0, 4.0);
        assert_eq!((none.low, none.value, none.high), (0.0, 0.0, 0.0));
    }

    #[test]
    fn the_clock_moves_and_nothing_else() {
        let columns = vec![
            Column::continuous("tenure", vec![1.0, f64::NAN]),
            Column::continuous("pay", vec![0.9, 1.1]),
        ];
        let later = advanced(&columns, 0, 2.0).unwrap();
        assert_eq!(later[0].value(0), crate::frame::Value::Number(3.0));
        assert_eq!(later[0].value(1), crate::frame::Value::Missing);
        assert_eq!(later[1], columns[1]);
        assert!(advanced(&columns, 2, 1.0).is_err());
    }

    #[test]
    fn rows_and_lists_of_months_give_the_same_chance() {
        let columns = vec![Column::continuous("tenure", vec![0.0, 5.0])];
        let hazard = |tenure: f64| 0.1 / (1.0 + tenure);
        let hazards = |columns: &[Column]| {
            let ColumnKind::Continuous(values) = &columns[0].kind else { unreachable!() };
            Ok(values.iter().map(|it| hazard(*it)).collect())
        };
        let found = chances(&columns, 0, &[30.0, 90.0], hazards).unwrap();
        for (row, tenure) in [0.0, 5.0].into_iter().enumerate() {
            let months: Vec<f64> =
                (0..3).map(|it| math::logit(hazard(tenure + f64::from(it)))).collect();
            assert!((found[0][row] - chance(&months, 30.0)).abs() < 1e-12);
            assert!((found[1][row] - chance(&months, 90.0)).abs() < 1e-12);
        }
        let certain = chances(&columns, 0, &[30.0], |_| Ok(vec![1.0, 0.0])).unwrap();
        assert!(certain[0][0] > 0.999 && certain[0][1] == 0.0);
    }
}
