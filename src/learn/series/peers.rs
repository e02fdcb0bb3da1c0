//! Tests of the smoothing methods against statsforecast 2.1.1, whose forecasts are in
//! `fixtures/series/peers.json` (made by `tests/peer/series_golden.py`).

use serde::Deserialize;

use super::season::Join;
use super::{ets, theta};

/// One series and what the peer said of its future.
#[derive(Deserialize)]
pub(super) struct Peer {
    pub(super) name: String,
    pub(super) season: usize,
    pub(super) values: Vec<f64>,
    pub(super) scale: f64,
    ets: Vec<f64>,
    ets_high80: Vec<f64>,
    theta: Vec<f64>,
    theta_model: String,
    theta_season: String,
}

pub(super) fn peers() -> Vec<Peer> {
    serde_json::from_str(include_str!("../fixtures/series/peers.json")).expect("our own file")
}

/// The largest distance of two forecasts over the MASE scale.
fn apart(ours: &[f64], theirs: &[f64], scale: f64) -> f64 {
    assert_eq!(ours.len(), theirs.len());
    ours.iter().zip(theirs).map(|(a, b)| (a - b).abs() / scale).fold(0.0, f64::max)
}

#[test]
fn exponential_smoothing_is_that_of_the_peer() {
    let mut worst = (0.0, String::new());
    for peer in peers() {
        let ours = ets::smooth(&peer.values, peer.ets.len()).expect("fits");
        let far = apart(&ours.mean, &peer.ets, peer.scale);
        let z = crate::math::normal_quantile(0.9);
        let high: Vec<f64> = ours.mean.iter().zip(&ours.spread).map(|(m, s)| m + z * s).collect();
        let wide = apart(&high, &peer.ets_high80, peer.scale);
        if far.max(wide) > worst.0 {
            worst = (far.max(wide), peer.name);
        }
    }
    assert!(worst.0 < 1e-3, "{worst:?}");
}

/// The reference asks for 1e-2 of the scale on 18 of 21.
#[test]
fn theta_is_that_of_the_peer() {
    let mut worst = (0.0, String::new());
    for peer in peers() {
        let ours = theta::fit(&peer.values, peer.season, peer.theta.len()).expect("fits");
        let far = apart(&ours.sums[peer.values.len()..], &peer.theta, peer.scale);
        assert_eq!(ours.chosen.0, peer.theta_model, "{}", peer.name);
        let join = match ours.chosen.1 {
            None => "none",
            Some(Join::Sum) => "additive",
            Some(Join::Product) => "multiplicative",
        };
        assert_eq!(join, peer.theta_season, "{}", peer.name);
        if far > worst.0 {
            worst = (far, peer.name);
        }
    }
    assert!(worst.0 < 1e-3, "{worst:?}");
}
