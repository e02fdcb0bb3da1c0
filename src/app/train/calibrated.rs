//! Are predictions right on average, and the correction of the kept model where they are not.
//!
//! Checked on the month itself, where the model speaks directly; the figures before and after are
//! those of the default horizon. Never here: a correction judged on the rows it was made from.

use learn::calibrate::{Platt, Shift};
use learn::ebm::Ebm;
use learn::{hazard, math};

use super::measured::DRAWS;
use super::table::Table;
use super::trial::{Known, Trial};
use crate::app::card::{Calibrated, CalibrationCheck, Ranged};

/// Upper end of a 95% interval.
const UPPER: f64 = 0.975;

/// The model to keep, corrected where the check says so, and the check. A check that cannot be made
/// (all outcomes alike, no slope to be had) leaves the model as it is.
pub(super) fn check(table: &Table, trial: &Trial, model: Ebm) -> (Ebm, Option<CalibrationCheck>) {
    let target = table.labelled.frame.target();
    let known = trial.known_by(table, |row| Some(target[row] > 0.5));
    let seed = model.trained.seed;
    let Ok((slope, shift)) = measure(trial, &known, |_| true) else { return (model, None) };
    let days = table.horizon_days;
    let within = trial.known(table, days);
    let Some(before) = figures(&within, &trial.chances(days), seed) else { return (model, None) };
    let mut check = CalibrationCheck {
        rows: known.target.len() as u64,
        events: known.target.iter().sum::<f64>() as u64,
        slope: ranged(slope.slope, slope.slope_sd),
        shift: ranged(shift.value, shift.sd),
        corrected: false,
        factor: 1.0,
        added: 0.0,
        before,
        after: None,
    };
    let Some(correction) = correction(&slope, &shift) else { return (model, Some(check)) };
    let Ok(corrected) = correction.correct(&model) else { return (model, Some(check)) };
    (check.corrected, check.factor, check.added) = (true, correction.slope, correction.intercept);
    check.after = figures(&within, &crossed(trial, &known, days), seed);
    (corrected, Some(check))
}

/// Slope and shift of the rows in the parts that `keep` names.
fn measure(
    trial: &Trial,
    known: &Known,
    keep: impl Fn(usize) -> bool,
) -> learn::Result<(Platt, Shift)> {
    let (mut said, mut target, mut person) = (Vec::new(), Vec::new(), Vec::new());
    for ((at, left), who) in known.at.iter().zip(&known.target).zip(&known.person) {
        if keep(trial.part[*at]) {
            said.push(trial.months[*at][0]);
            target.push(*left);
            person.push(*who);
        }
    }
    Ok((Platt::fit_by_group(&said, &target, &person)?, Shift::fit(&said, &target, &person)?))
}

/// What is to be corrected: the slope and what goes with it when its 95% interval leaves out 1, else
/// the level alone when its interval leaves out 0; else nothing.
fn correction(slope: &Platt, shift: &Shift) -> Option<Platt> {
    let upper = math::normal_quantile(UPPER);
    if (slope.slope - 1.0).abs() > upper * slope.slope_sd {
        return Some(*slope);
    }
    let level = Platt { slope: 1.0, intercept: shift.value, slope_sd: 0.0, intercept_sd: shift.sd };
    (shift.value.abs() > upper * shift.sd).then_some(level)
}

/// Chances of all rows, each part corrected by what the others say.
fn crossed(trial: &Trial, known: &Known, days: i32) -> Vec<f64> {
    let none = Platt { slope: 1.0, intercept: 0.0, slope_sd: 0.0, intercept_sd: 0.0 };
    let of = |part: usize| {
        let others = measure(trial, known, |it| it != part).ok();
        others.and_then(|(slope, shift)| correction(&slope, &shift)).unwrap_or(none)
    };
    let corrections: Vec<Platt> = (0..trial.parts).map(of).collect();
    let chance = |(months, part): (&[f64; crate::app::score::MONTHS], &usize)| {
        hazard::chance(&months.map(|it| corrections[*part].apply(it)), f64::from(days))
    };
    trial.months.iter().zip(&trial.part).map(chance).collect()
}

fn figures(within: &Known, chances: &[f64], seed: u64) -> Option<Calibrated> {
    let scored = within.scored(chances).ok()?;
    let (report, head) = (scored.report(DRAWS, seed), scored.headline(DRAWS, seed));
    Some(Calibrated {
        log_loss: report.log_loss.value,
        slope: report.slope.into(),
        ratio: head.ratio.into(),
    })
}

fn ranged(value: f64, sd: f64) -> Ranged {
    let half = math::normal_quantile(UPPER) * sd;
    let finite = |it: f64| it.is_finite().then_some(it);
    Ranged { value: finite(value), low: finite(value - half), high: finite(value + half) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(slope: (f64, f64), shift: (f64, f64), expected: Option<(f64, f64)>) {
        let platt = Platt { slope: slope.0, intercept: -0.3, slope_sd: slope.1, intercept_sd: 0.1 };
        let shift = Shift { value: shift.0, sd: shift.1 };
        let found = correction(&platt, &shift).map(|it| (it.slope, it.intercept));
        assert_eq!(found, expected);
    }

    #[test]
    fn only_what_is_clearly_wrong_is_corrected() {
        check((0.9, 0.1), (0.1, 0.1), None);
        check((0.7, 0.1), (0.0, 0.1), Some((0.7, -0.3)));
        check((0.9, 0.1), (-0.25, 0.1), Some((1.0, -0.25)));
        check((1.3, 0.1), (-0.25, 0.1), Some((1.3, -0.3)));
    }
}
