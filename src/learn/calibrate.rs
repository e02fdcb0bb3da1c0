//! Are predicted probabilities right, and the two-number correction if they are not.
//!
//! The correction is linear in the log-odds (Platt 1999; Cox 1958 for the reading of slope and
//! intercept), so a corrected model is still an exact sum of terms. Never isotonic: that overfits
//! below about a thousand events and breaks the sum.

use crate::ebm::{Ebm, on_grid, quantise, settle, standard_errors};
use crate::error::{Error, Result};
use crate::math;
use std::collections::BTreeMap;

/// Log-odds beyond this are held here: a probability of 0 or 1 has none.
const LOG_ODDS_MAX: f64 = 35.0;

/// Logistic recalibration: corrected log-odds = `intercept` + `slope` x log-odds.
///
/// Slope 1 and intercept 0 need no correction; a slope below 1 says predictions are too extreme.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Platt {
    /// Factor on the log-odds.
    pub slope: f64,
    /// Added to the log-odds.
    pub intercept: f64,
    /// Standard error of the slope, rows taken as independent.
    pub slope_sd: f64,
    /// Standard error of the intercept, rows taken as independent.
    pub intercept_sd: f64,
}

impl Platt {
    /// Maximum likelihood by Newton's method with halved steps.
    ///
    /// `log_odds` must come from rows the model was not fitted on; `target` is 0 or 1; `weight` as
    /// long as the others if given. Errors: [`Error::Empty`], [`Error::Length`], [`Error::Value`]
    /// for NaN, [`Error::OneClass`], [`Error::NotConverged`] if log-odds are all equal or separate
    /// the classes.
    pub fn fit(log_odds: &[f64], target: &[f64], weight: Option<&[f64]>) -> Result<Self> {
        check_lengths(log_odds.len(), target, weight)?;
        if let Some(row) = log_odds.iter().position(|it| it.is_nan()) {
            return Err(Error::Value { what: "log-odds", row });
        }
        check_two_classes(target)?;
        let x: Vec<f64> = log_odds.iter().map(|it| it.clamp(-LOG_ODDS_MAX, LOG_ODDS_MAX)).collect();
        Self::newton(&x, target, |row| weight.map_or(1.0, |it| it[row]))
    }

    /// Newton on clean input; a weight of 0 leaves a row out.
    pub(crate) fn newton(x: &[f64], target: &[f64], weight: impl Fn(usize) -> f64) -> Result<Self> {
        let failed = Error::NotConverged { what: "logistic recalibration" };
        let loss = |a: f64, b: f64| -> f64 {
            let rows = x.iter().zip(target).enumerate();
            rows.map(|(i, (x, y))| weight(i) * math::log_loss_of(*y, a + b * x)).sum()
        };
        let (mut a, mut b) = (0.0, 1.0);
        let mut now = loss(a, b);
        for _ in 0..100 {
            let (mut gradient, mut hessian) = ([0.0; 2], [0.0; 4]);
            for (row, (x, y)) in x.iter().zip(target).enumerate() {
                let p = math::sigmoid(a + b * x);
                let (w, h) = (weight(row), weight(row) * p * (1.0 - p));
                gradient[0] += w * (p - y);
                gradient[1] += w * (p - y) * x;
                hessian[0] += h;
                hessian[1] += h * x;
                hessian[3] += h * x * x;
            }
            hessian[2] = hessian[1];
            let (step, inverse) =
                math::solve_positive(&hessian, &gradient).ok_or(failed.clone())?;
            let mut part = 1.0;
            let mut next = loss(a - step[0], b - step[1]);
            while next > now + 1e-12 * now.abs() && part > 1e-6 {
                part /= 2.0;
                next = loss(a - part * step[0], b - part * step[1]);
            }
            a -= part * step[0];
            b -= part * step[1];
            now = next;
            if b.abs() > 1e3 || a.abs() > 1e3 {
                return Err(failed);
            }
            if step[0].abs() + step[1].abs() < 1e-9 {
                let [intercept_sd, slope_sd] = [libm::sqrt(inverse[0]), libm::sqrt(inverse[1])];
                return Ok(Self { slope: b, intercept: a, slope_sd, intercept_sd });
            }
        }
        Err(failed)
    }

    /// The same fit with standard errors clustered by person: the sandwich of Liang and Zeger 1986,
    /// times g / (g - 1). `group` numbers the person of each row. Errors: as [`Platt::fit`], and
    /// [`Error::TooFewGroups`] below two persons.
    pub fn fit_by_group(log_odds: &[f64], target: &[f64], group: &[u32]) -> Result<Self> {
        let it = Self::fit(log_odds, target, None)?;
        let mut bread = [0.0; 4];
        let mut scores: BTreeMap<u32, [f64; 2]> = BTreeMap::new();
        for ((x, y), group) in log_odds.iter().zip(target).zip(check_groups(target, group)?) {
            let x = x.clamp(-LOG_ODDS_MAX, LOG_ODDS_MAX);
            let p = math::sigmoid(it.apply(x));
            let h = p * (1.0 - p);
            bread = [bread[0] + h, bread[1] + h * x, bread[2] + h * x, bread[3] + h * x * x];
            let score = scores.entry(*group).or_default();
            *score = [score[0] + (p - y), score[1] + (p - y) * x];
        }
        let determinant = bread[0] * bread[3] - bread[1] * bread[2];
        // The influence of a person on intercept and slope is the inverse times the person's score.
        let influence = |score: &[f64; 2]| {
            [
                (bread[3] * score[0] - bread[1] * score[1]) / determinant,
                (bread[0] * score[1] - bread[2] * score[0]) / determinant,
            ]
        };
        let g = scores.len() as f64;
        let sum = |of: usize| -> f64 {
            scores.values().map(|it| influence(it)[of] * influence(it)[of]).sum()
        };
        let sd = |of: usize| libm::sqrt(g / (g - 1.0) * sum(of));
        Ok(Self { intercept_sd: sd(0), slope_sd: sd(1), ..it })
    }

    /// The corrected log-odds.
    pub fn apply(&self, log_odds: f64) -> f64 {
        self.intercept + self.slope * log_odds
    }

    /// The corrected model: scores, standard errors and intercepts scaled by the slope, intercept
    /// added. Still an exact sum. [`Error::Option`] unless the slope is above 0 and at most
    /// 10 and the intercept within -+100.
    pub fn correct(&self, ebm: &Ebm) -> Result<Ebm> {
        if !(self.slope > 0.0 && self.slope <= 10.0) {
            return Err(Error::Option { name: "slope", must: "above 0, at most 10" });
        }
        if self.intercept.is_nan() || self.intercept.abs() > 100.0 {
            return Err(Error::Option { name: "intercept", must: "from -100 to 100" });
        }
        let mut ebm = ebm.clone();
        ebm.intercept = self.apply(ebm.intercept);
        for it in &mut ebm.bagged_intercept {
            *it = quantise(self.apply(*it));
        }
        let lies: Vec<_> = ebm.terms.iter().map(|it| ebm.lie(it)).collect();
        for (term, lie) in ebm.terms.iter_mut().zip(lies) {
            term.scores.iter_mut().for_each(|it| *it = settle(*it * self.slope));
            let mut bagged = std::mem::take(&mut term.bagged);
            bagged.iter_mut().flatten().for_each(|it| *it *= self.slope);
            term.bagged = on_grid(bagged, lie, ebm.objective);
            term.sd = standard_errors(&term.bagged, ebm.band_scale);
        }
        for edit in &mut ebm.edits {
            for it in &mut edit.cells {
                it.before = settle(it.before * self.slope);
                it.after = settle(it.after * self.slope);
            }
            edit.intercept = (self.apply(edit.intercept.0), self.apply(edit.intercept.1));
        }
        Ok(ebm)
    }
}

/// What is to be added to the log-odds when their slope is left at 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shift {
    /// Log-odds to add; 0 needs none, below 0 says predictions are too high.
    pub value: f64,
    /// Its standard error, clustered by person.
    pub sd: f64,
}

impl Shift {
    /// Newton's method for calibration in the large (Cox 1958), with the sandwich by person of
    /// [`Platt::fit_by_group`]. Errors as there.
    pub fn fit(log_odds: &[f64], target: &[f64], group: &[u32]) -> Result<Self> {
        check_lengths(log_odds.len(), target, None)?;
        if let Some(row) = log_odds.iter().position(|it| it.is_nan()) {
            return Err(Error::Value { what: "log-odds", row });
        }
        check_two_classes(target)?;
        let group = check_groups(target, group)?;
        let mut value = 0.0;
        for _ in 0..100 {
            let (mut gradient, mut hessian) = (0.0, 0.0);
            let mut scores: BTreeMap<u32, f64> = BTreeMap::new();
            for ((x, y), group) in log_odds.iter().zip(target).zip(group) {
                let p = math::sigmoid(x + value);
                gradient += p - y;
                hessian += p * (1.0 - p);
                *scores.entry(*group).or_default() += p - y;
            }
            // Half a log-odds at a time cannot overshoot far.
            let step = (gradient / hessian).clamp(-0.5, 0.5);
            value -= step;
            if step.abs() < 1e-10 {
                let g = scores.len() as f64;
                let square: f64 = scores.values().map(|it| it * it).sum();
                return Ok(Self { value, sd: libm::sqrt(g / (g - 1.0) * square) / hessian });
            }
        }
        Err(Error::NotConverged { what: "calibration in the large" })
    }
}

/// One group of rows with similar predictions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReliabilityGroup {
    /// Rows.
    pub rows: usize,
    /// Weighted mean of the predicted probabilities.
    pub predicted: f64,
    /// Weighted share of target 1.
    pub observed: f64,
    /// Lower end of the 95 % Wilson interval of the observed share, rows taken as independent.
    pub low: f64,
    /// Upper end of that interval.
    pub high: f64,
}

/// Rows in order of probability, cut into at most `groups` groups of about equal size; equal
/// probabilities stay together. Errors: [`Error::Empty`], [`Error::Length`], [`Error::Value`].
pub fn reliability(
    probability: &[f64],
    target: &[f64],
    weight: Option<&[f64]>,
    groups: usize,
) -> Result<Vec<ReliabilityGroup>> {
    check_lengths(probability.len(), target, weight)?;
    if let Some(row) = probability.iter().position(|it| !(0.0..=1.0).contains(it)) {
        return Err(Error::Value { what: "probability", row });
    }
    let mut order: Vec<usize> = (0..target.len()).collect();
    order.sort_by(|a, b| probability[*a].total_cmp(&probability[*b]));
    let (mut found, mut start) = (Vec::new(), 0);
    let groups = groups.clamp(1, order.len());
    for group in 1..=groups {
        let mut end = (order.len() * group / groups).max(start);
        while end > start
            && end < order.len()
            && probability[order[end]] == probability[order[end - 1]]
        {
            end += 1;
        }
        if end > start {
            found.push(summary(&order[start..end], probability, target, weight));
        }
        start = end;
    }
    Ok(found)
}

fn summary(
    rows: &[usize],
    probability: &[f64],
    target: &[f64],
    weight: Option<&[f64]>,
) -> ReliabilityGroup {
    let (mut predicted, mut hits, mut all) = (0.0, 0.0, 0.0);
    for row in rows {
        let w = weight.map_or(1.0, |it| it[*row]);
        predicted += w * probability[*row];
        hits += w * target[*row];
        all += w;
    }
    let n = rows.len() as f64;
    let (low, high) = math::wilson(hits / all * n, n, math::normal_quantile(0.975));
    let (predicted, observed) = (predicted / all, hits / all);
    ReliabilityGroup { rows: rows.len(), predicted, observed, low, high }
}

pub(crate) fn check_lengths(rows: usize, target: &[f64], weight: Option<&[f64]>) -> Result<()> {
    if rows == 0 {
        return Err(Error::Empty);
    }
    for (what, have) in [("target", Some(target.len())), ("weight", weight.map(<[f64]>::len))] {
        if let Some(have) = have.filter(|have| *have != rows) {
            return Err(Error::Length { what: what.to_owned(), have, need: rows });
        }
    }
    if let Some(row) = target.iter().position(|it| *it != 0.0 && *it != 1.0) {
        return Err(Error::Target { row });
    }
    match weight.and_then(|it| it.iter().position(|w| !w.is_finite() || *w <= 0.0)) {
        Some(row) => Err(Error::Weight { row }),
        None => Ok(()),
    }
}

/// The groups, if there is one for each row and at least two differ.
fn check_groups<'a>(target: &[f64], group: &'a [u32]) -> Result<&'a [u32]> {
    if group.len() != target.len() {
        let what = "group".to_owned();
        return Err(Error::Length { what, have: group.len(), need: target.len() });
    }
    if group.iter().all(|it| *it == group[0]) {
        return Err(Error::TooFewGroups { have: 1, need: 2 });
    }
    Ok(group)
}

pub(crate) fn check_two_classes(target: &[f64]) -> Result<()> {
    let events = target.iter().filter(|it| **it > 0.5).count();
    if events == 0 || events == target.len() { Err(Error::OneClass) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    #[test]
    fn a_known_distortion_is_undone() {
        let mut rng = Rng::new(1);
        let truth: Vec<f64> = (0..40_000).map(|_| -2.0 + 1.5 * rng.normal()).collect();
        let target: Vec<f64> =
            truth.iter().map(|z| f64::from(u8::from(rng.unit() < math::sigmoid(*z)))).collect();
        let shown: Vec<f64> = truth.iter().map(|z| (z + 0.4) / 0.5).collect();
        let platt = Platt::fit(&shown, &target, None).unwrap();
        assert!((platt.slope - 0.5).abs() < 4.0 * platt.slope_sd, "{platt:?}");
        assert!((platt.intercept + 0.4).abs() < 4.0 * platt.intercept_sd);
        assert!(platt.slope_sd < 0.02);
    }

    #[test]
    fn errors_by_person_see_repeated_rows_through() {
        let mut rng = Rng::new(7);
        let truth: Vec<f64> = (0..4_000).map(|_| -2.0 + rng.normal()).collect();
        let target: Vec<f64> =
            truth.iter().map(|z| f64::from(u8::from(rng.unit() < math::sigmoid(*z)))).collect();
        let person: Vec<u32> = (0..4_000).collect();
        let once = Platt::fit_by_group(&truth, &target, &person).unwrap();
        let plain = Platt::fit(&truth, &target, None).unwrap();
        assert!((once.slope_sd / plain.slope_sd - 1.0).abs() < 0.1, "{once:?} {plain:?}");
        let three = |it: &[f64]| [it, it, it].concat();
        let people = [&person[..], &person, &person].concat();
        let again = Platt::fit_by_group(&three(&truth), &three(&target), &people).unwrap();
        assert!((again.slope_sd / once.slope_sd - 1.0).abs() < 1e-6, "rows, not people, are three");
        let low: Vec<f64> = truth.iter().map(|z| z - 0.3).collect();
        let shift = Shift::fit(&low, &target, &person).unwrap();
        let same = Shift::fit(&three(&low), &three(&target), &people).unwrap();
        assert!((shift.value - 0.3).abs() < 4.0 * shift.sd && shift.sd < 0.1, "{shift:?}");
        assert!((shift.sd - same.sd).abs() < 1e-9);
        assert!(Shift::fit(&low, &target, &[1; 4_000]).is_err());
    }

    #[test]
    fn weights_count_as_repeated_rows() {
        let x = [-1.0, 0.5, 2.0, -0.3];
        let y = [0.0, 1.0, 0.0, 1.0];
        let once = Platt::fit(&x, &y, Some(&[2.0, 1.0, 1.0, 1.0])).unwrap();
        let twice =
            Platt::fit(&[-1.0, -1.0, 0.5, 2.0, -0.3], &[0.0, 0.0, 1.0, 0.0, 1.0], None).unwrap();
        assert!((once.slope - twice.slope).abs() < 1e-9);
    }

    #[test]
    fn degenerate_input_is_refused() {
        let failed = Error::NotConverged { what: "logistic recalibration" };
        assert_eq!(Platt::fit(&[1.0, 1.0], &[0.0, 1.0], None), Err(failed.clone()));
        assert_eq!(Platt::fit(&[-1.0, 1.0], &[0.0, 1.0], None), Err(failed));
        assert_eq!(Platt::fit(&[0.0, 1.0], &[1.0, 1.0], None), Err(Error::OneClass));
        assert_eq!(Platt::fit(&[], &[], None), Err(Error::Empty));
        let nan = Error::Value { what: "log-odds", row: 0 };
        assert_eq!(Platt::fit(&[f64::NAN, 1.0], &[0.0, 1.0], None), Err(nan));
    }

    #[test]
    fn groups_hold_equal_numbers_and_never_split_ties() {
        let p = [0.1, 0.1, 0.1, 0.2, 0.3, 0.4];
        let y = [0.0, 0.0, 1.0, 0.0, 1.0, 1.0];
        let groups = reliability(&p, &y, None, 3).unwrap();
        assert_eq!(groups.iter().map(|it| it.rows).collect::<Vec<_>>(), [3, 1, 2]);
        assert!((groups[0].observed - 1.0 / 3.0).abs() < 1e-12);
        assert!((groups[2].predicted - 0.35).abs() < 1e-12);
        assert!(groups.iter().all(|it| it.low <= it.observed && it.observed <= it.high));
    }
}
