//! Who will be here against what is asked for: paths of demand and of people, drawn together.
//!
//! Modules in reading order: [`curve`] (a person's chance of leaving as a cumulative hazard, and the
//! table of hazards by tenure), [`pace`] (how fast newcomers become useful), [`demand`] (paths that
//! keep the bands of a forecast and the ties between its weeks), [`draw`] (everything together).
//! Bands of sums are taken over sums of draws, never added up from bands.
//!
//! Never here: a calendar, a name, an unseeded draw.

pub mod curve;
pub mod demand;
pub mod draw;
pub mod pace;

pub use curve::{Curve, Hazards, Stay};
pub use demand::{Bands, Sway};
pub use draw::{Drawn, Group, Member, Wait, World, lasting};
pub use pace::Pace;

/// The value that `share` of the values lie at or below: the smallest such value. Reorders them.
/// NaN without values; `share` is held to 0 to 1.
pub fn quantile(values: &mut [f64], share: f64) -> f64 {
    let rank = libm::ceil(share.clamp(0.0, 1.0) * values.len() as f64) as usize;
    match values.len() {
        0 => f64::NAN,
        _ => *values.select_nth_unstable_by(rank.saturating_sub(1), f64::total_cmp).1,
    }
}

#[cfg(test)]
mod tests {
    use super::quantile;

    #[test]
    fn quantiles_are_values_that_occurred() {
        let mut values = vec![5.0, 1.0, 4.0, 2.0, 3.0];
        assert_eq!(quantile(&mut values, 0.5), 3.0);
        assert_eq!(quantile(&mut values, 0.2), 1.0);
        assert_eq!(quantile(&mut values, 0.21), 2.0);
        assert_eq!(quantile(&mut values, 0.0), 1.0);
        assert_eq!(quantile(&mut values, 1.0), 5.0);
        assert!(quantile(&mut [], 0.5).is_nan());
    }
}
