//! What can be made of a series before any method sees it: its kind, its length, its holes, its shifts.
//!
//! Never here: a changed value; methods that cannot bear holes fill them themselves.

use super::marks::{self, Shift};
use super::past::{Kind, Past};
use crate::error::{Error, Result};

/// Fewer known periods than this: no method, no back-test.
pub(super) const THIN: usize = 12;
/// From here on a season may be told, and bounds calibrated.
pub(super) const SEASON: usize = 24;
/// Whole numbers with a mean below this are counts.
const FEW: f64 = 10.0;

/// What values are when nobody says: whole and few is a count, never negative an amount.
pub fn classify(values: &[f64]) -> Kind {
    let known = || values.iter().filter(|it| !it.is_nan());
    let n = known().count().max(1) as f64;
    if known().any(|it| *it < 0.0) {
        Kind::Real
    } else if known().all(|it| it.fract() == 0.0) && known().sum::<f64>() / n < FEW {
        Kind::Count
    } else {
        Kind::Amount
    }
}

/// A series ready for the tournament.
pub(super) struct Ready {
    /// From the first to the last period used; holes between are NaN.
    pub(super) past: Past,
    /// Periods of the given series before it.
    pub(super) before: usize,
    /// Periods of the given series after it: nothing is known of them.
    pub(super) after: usize,
    /// Known values in it.
    pub(super) known: usize,
    /// What a reader must know.
    pub(super) notes: Vec<String>,
}

/// Cuts unknown ends and, after a level shift, what lies before it.
///
/// # Errors
/// [`Error::Empty`] when nothing is known.
pub(super) fn ready(given: &Past, shifts: &[Shift]) -> Result<Ready> {
    let first = given.values.iter().position(|it| !it.is_nan()).ok_or(Error::Empty)?;
    let end = given.values.iter().rposition(|it| !it.is_nan()).ok_or(Error::Empty)? + 1;
    let word = given.step.word();
    let mut notes = Vec::new();
    let mut before = first;
    if let Some(Shift { at, by }) = shifts.last() {
        let since = end.saturating_sub(*at);
        let way = if *by < 0.0 { "fell" } else { "rose" };
        let what = format!("The level {way} by about {}", marks::figure(by.abs()));
        if since >= SEASON.max(2 * given.step.season()) {
            before = *at;
            notes.push(format!("{what}: only the {since} {word}s since then are used."));
        } else {
            notes.push(format!(
                "{what} {since} {word}s ago: too short a time to use alone, so the past before it \
                 still counts."
            ));
        }
    }
    let values = given.values[before..end].to_vec();
    let holes = values.iter().filter(|it| it.is_nan()).count();
    if holes > 0 {
        notes.push(format!(
            "{holes} of {} {word}s are missing: methods that need every period fill them in; \
             errors are never counted there.",
            values.len()
        ));
    }
    if end < given.len() {
        notes.push(format!("The last {} {word}s are unknown.", given.len() - end));
    }
    let known = values.len() - holes;
    if known < THIN {
        notes.push(format!("Too little data: {known} known {word}s, {THIN} needed."));
    } else if known < SEASON {
        notes.push(format!(
            "Fewer than {SEASON} known {word}s: no season is told and the bounds are not calibrated."
        ));
    }
    let past = Past { first: given.day(before), values, ..*given };
    Ok(Ready { past, before, after: given.len() - end, known, notes })
}

#[cfg(test)]
mod tests {
    use super::super::Step;
    use super::*;

    #[test]
    fn kinds_by_their_values() {
        assert_eq!(classify(&[0.0, 2.0, f64::NAN, 5.0]), Kind::Count);
        assert_eq!(classify(&[0.0, 2.0, 100.0]), Kind::Amount);
        assert_eq!(classify(&[0.5, 2.0]), Kind::Amount);
        assert_eq!(classify(&[-1.0, 2.0]), Kind::Real);
    }

    #[test]
    fn unknown_ends_go_and_holes_are_told() {
        let hole = f64::NAN;
        let mut values = vec![hole, hole];
        values.extend((0..30).map(f64::from));
        values[10] = hole;
        values.push(hole);
        let given = Past::new(Step::Month, 0, values, Kind::Amount).expect("valid");
        let ready = ready(&given, &[]).expect("known");
        assert_eq!((ready.before, ready.after, ready.known), (2, 1, 29));
        assert_eq!(ready.past.day(0), given.day(2));
        assert!(ready.notes[0].starts_with("1 of 30 months are missing"), "{:?}", ready.notes);
    }

    #[test]
    fn nothing_known_is_an_error() {
        let given = Past::new(Step::Day, 0, vec![f64::NAN; 5], Kind::Real).expect("valid");
        assert_eq!(super::ready(&given, &[]).err(), Some(Error::Empty));
    }
}
