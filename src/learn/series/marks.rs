//! Marks on the past: where the level shifted, and which periods were odd.
//!
//! Bayesian online detection proposes shifts; a plain comparison of medians confirms them, because a
//! slope or a wandering level also looks like many small shifts. Never here: a mark that changes
//! the data.

use augurs::changepoint::{Detector, NormalGammaDetector, dist::NormalGamma};

use super::outlook::{Mark, MarkKind};
use super::past::Past;
use super::rough::{Rough, median, spread};
use super::step::Step;

/// Odd periods shown at most; a list of everything says nothing.
const ODD: usize = 8;
/// Robust standard deviations that make a period odd.
const FAR: f64 = 5.0;
/// Robust standard deviations by which a shift leaves the usual moves of the level.
const SHIFT: f64 = 3.5;

/// Share of a shift that must come at once, and that must last.
const MOST: f64 = 0.6;

/// A level that changed and stayed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Shift {
    /// First period of the new level.
    pub(super) at: usize,
    /// Its change, in units of the series.
    pub(super) by: f64,
}

/// Level shifts, oldest first. A level must last a year of months, a quarter of weeks
/// or four weeks of days; a series shorter than three times that has none.
pub(super) fn shifts(past: &Past, rough: &Rough) -> Vec<Shift> {
    let n = past.len();
    let width = match past.step {
        Step::Day => 28,
        Step::Week => 13,
        Step::Month => 12,
    };
    if n < 3 * width {
        return Vec::new();
    }
    let flat = rough.without_season(&past.values);
    let side = |from: usize, to: usize| -> f64 { median(&mut flat[from..to].to_vec()) };
    let move_at = |at: usize| side(at, at + width) - side(at - width, at);
    let moves: Vec<f64> = (width..=n - width).map(move_at).collect();
    let usual = median(&mut moves.clone());
    let typical = spread(&moves);
    let steps: Vec<f64> = flat.windows(2).map(|it| it[1] - it[0]).collect();
    let noise = spread(&steps) / std::f64::consts::SQRT_2;
    let least = (SHIFT * typical).max(2.0 * noise);
    let mut found: Vec<Shift> = Vec::new();
    for near in proposals(&flat) {
        // The jump itself: the sharpest move around the proposal.
        let (from, to) = (near.saturating_sub(width).max(width), (near + width).min(n - width));
        let off = |at: usize| moves[at - width] - usual;
        let sharp = |at: usize| off(at).abs() + steps[at - 1].abs();
        let Some(at) = (from..=to).max_by(|a, b| sharp(*a).total_cmp(&sharp(*b)).then(b.cmp(a)))
        else {
            continue;
        };
        let change = off(at);
        // A slope or a slow slump is no shift: most of the change comes within a few periods. A
        // season longer than the one known comes back: the change lasts as long as can be seen.
        let share = |reach: usize| (side(at, at + reach) - side(at - reach, at)) / change;
        let long = at.min(n - at).min(past.step.a_year() as usize).max(width);
        let new = !found.iter().any(|it| it.at.abs_diff(at) < width);
        if least > 0.0 && change.abs() > least && share(3) > MOST && share(long) > MOST && new {
            let by = rough.back(side(at, at + width)) - rough.back(side(at - width, at));
            found.push(Shift { at, by });
        }
    }
    found.sort_by_key(|it| it.at);
    found
}

/// Places where the level may have changed (Adams and `MacKay` 2007): runs of 60 periods expected, a
/// weak prior, values in robust standard deviations, of at most 500 medians of neighbours.
fn proposals(flat: &[f64]) -> Vec<usize> {
    let size = flat.len().div_ceil(500);
    let groups: Vec<f64> = flat.chunks(size).map(|it| median(&mut it.to_vec())).collect();
    let (middle, wide) = (median(&mut groups.clone()), spread(&groups));
    if wide.is_nan() || wide <= 0.0 {
        return Vec::new();
    }
    let scaled: Vec<f64> =
        groups.iter().map(|it| ((it - middle) / wide).clamp(-20.0, 20.0)).collect();
    let prior = NormalGamma::new_unchecked(0.0, 0.1, 1.0, 1.0);
    let found = NormalGammaDetector::normal_gamma(60.0, prior).detect_changepoints(&scaled);
    found.into_iter().filter(|it| *it > 0).map(|it| it * size).collect()
}

/// Marks of the past, oldest first.
pub(super) fn marks(past: &Past, rough: &Rough, shifts: &[Shift]) -> Vec<Mark> {
    let mut marks: Vec<Mark> = shifts.iter().map(|it| shift(past, *it)).collect();
    marks.extend(odd(past, rough, shifts));
    marks.sort_by_key(|it| it.day);
    marks
}

fn shift(past: &Past, Shift { at, by }: Shift) -> Mark {
    let way = if by < 0.0 { "fell" } else { "rose" };
    let words = format!("The level {way} by about {} and stayed there.", figure(by.abs()));
    Mark { day: past.day(at), kind: MarkKind::Shift, by, words }
}

/// Periods far from what the rough picture expects, the farthest ones.
fn odd(past: &Past, rough: &Rough, shifts: &[Shift]) -> Vec<Mark> {
    let residuals: Vec<f64> =
        past.values.iter().enumerate().map(|(at, it)| rough.residual(at, *it)).collect();
    let wide = spread(&residuals);
    if past.len() < 12 || wide.is_nan() || wide <= 0.0 {
        return Vec::new();
    }
    let near = |at: usize| shifts.iter().any(|it| it.at.abs_diff(at) <= 2);
    let mut far: Vec<usize> =
        (0..past.len()).filter(|at| residuals[*at].abs() > FAR * wide && !near(*at)).collect();
    far.sort_by(|a, b| residuals[*b].abs().total_cmp(&residuals[*a].abs()).then(a.cmp(b)));
    far.truncate(ODD);
    far.into_iter()
        .map(|at| {
            let (value, expected) = (past.values[at], rough.expected(at));
            let way = if value > expected { "above" } else { "below" };
            let words = format!(
                "{} is far {way} the {} expected of this {}.",
                figure(value),
                figure(expected),
                past.step.word()
            );
            Mark { day: past.day(at), kind: MarkKind::Odd, by: value - expected, words }
        })
        .collect()
}

/// A number with as many decimals as its size needs.
pub(super) fn figure(value: f64) -> String {
    let size = value.abs();
    let decimals = if size >= 100.0 { 0 } else { 1 + usize::from(size < 10.0) };
    let text = format!("{value:.decimals$}");
    let text =
        if decimals > 0 { text.trim_end_matches('0').trim_end_matches('.') } else { text.as_str() };
    if text == "-0" { "0".to_owned() } else { grouped(text) }
}

/// Commas between thousands: `1,234`. Numbers that large have no decimals here.
fn grouped(text: &str) -> String {
    let digits = text.trim_start_matches('-');
    let mut out = text[..text.len() - digits.len()].to_owned();
    for (at, letter) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) && !digits.contains('.') {
            out.push(',');
        }
        out.push(letter);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::Kind;
    use super::*;
    use crate::rng::Rng;

    fn noisy(n: usize, level: impl Fn(usize) -> f64) -> Past {
        let mut rng = Rng::new(5);
        let values = (0..n).map(|at| level(at) + 4.0 * (rng.unit() - 0.5)).collect();
        Past::new(Step::Month, 0, values, Kind::Real).expect("valid")
    }

    fn found(past: &Past) -> Vec<usize> {
        shifts(past, &Rough::of(past)).iter().map(|it| it.at).collect()
    }

    #[test]
    fn a_step_is_found_where_it_is() {
        let past = noisy(96, |at| if at < 60 { 100.0 } else { 70.0 });
        let found = shifts(&past, &Rough::of(&past));
        assert_eq!(found.len(), 1);
        assert!(found[0].at.abs_diff(60) <= 1, "{found:?}");
        assert!((found[0].by + 30.0).abs() < 3.0);
        let marks = marks(&past, &Rough::of(&past), &found);
        assert!(marks[0].words.starts_with("The level fell by about "), "{marks:?}");
        assert_eq!(marks[0].kind, MarkKind::Shift);
    }

    #[test]
    fn a_slope_a_season_and_a_wandering_level_do_not_shift() {
        assert_eq!(found(&noisy(96, |at| at as f64)), Vec::<usize>::new());
        let season = |at: usize| 50.0 + 20.0 * f64::from(u8::from(at % 12 < 3));
        assert_eq!(found(&noisy(96, season)), Vec::<usize>::new());
        let mut walks = 0;
        for seed in 0..40 {
            let mut rng = Rng::new(seed);
            let mut level = 100.0;
            let values = (0..120)
                .map(|_| {
                    level += rng.unit() - 0.5;
                    level
                })
                .collect();
            let past = Past::new(Step::Month, 0, values, Kind::Real).expect("valid");
            walks += usize::from(!found(&past).is_empty());
        }
        assert!(walks <= 2, "{walks} of 40 random walks");
    }

    #[test]
    fn one_odd_period_is_marked_with_what_was_expected() {
        let past = noisy(60, |at| if at == 30 { 140.0 } else { 100.0 });
        let rough = Rough::of(&past);
        let marks = marks(&past, &rough, &shifts(&past, &rough));
        assert_eq!(marks.len(), 1, "{marks:?}");
        assert_eq!((marks[0].kind, marks[0].day), (MarkKind::Odd, past.day(30)));
        assert!(marks[0].words.contains("far above the "), "{}", marks[0].words);
        assert!((marks[0].by - 40.0).abs() < 6.0);
    }

    #[test]
    fn figures_read_well() {
        let all = [figure(1234.4), figure(12.34), figure(0.5), figure(2.0), figure(-0.001)];
        assert_eq!(all, ["1,234", "12.3", "0.5", "2", "0"]);
        assert_eq!([figure(-123_456.0), figure(-123.0)], ["-123,456", "-123"]);
    }
}
