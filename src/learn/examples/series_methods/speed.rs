//! How well and how fast the methods of smoothing forecast, one table row a method.
//!
//!     cargo run --release -p learn --example series_methods -- [FILE.json]
//!
//! The file is a list of `{"season": 12, "values": [..], "test": [..]}`; without one, the series of
//! `fixtures/series/peers.json`. Seasons of 12 are months, of 52 weeks, all others days. Scores are
//! over the MASE scale: mean absolute error, share inside the 80% bounds, interval score.

#![expect(clippy::print_stdout, reason = "a table for people")]

use std::time::Instant;

use learn::series::{Counts, Ets, Kind, Method, Mstl, Naive, Past, Step, Theta};
use serde::Deserialize;

#[derive(Deserialize)]
struct Series {
    season: usize,
    values: Vec<f64>,
    test: Vec<f64>,
}

/// Scores of one forecast.
struct Score {
    mase: f64,
    inside: f64,
    interval: f64,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let text = match std::env::args().nth(1) {
        Some(path) => std::fs::read_to_string(path)?,
        None => include_str!("../../fixtures/series/peers.json").to_owned(),
    };
    let every: Vec<Series> = serde_json::from_str(&text)?;
    println!("| Method | Fits | MASE | Median | Inside 80% | Interval score | ms a fit |");
    println!("|---|---|---|---|---|---|---|");
    let counts = Counts::default();
    for name in ["naive", "ets", "theta", "mstl", "counts"] {
        let (mut scores, mut spent) = (Vec::new(), 0.0);
        for series in &every {
            let naive = Naive(series.season);
            let method: &dyn Method = match name {
                "naive" => &naive,
                "ets" => &Ets,
                "theta" => &Theta,
                "mstl" => &Mstl,
                _ => &counts,
            };
            let step = match series.season {
                12 => Step::Month,
                52 => Step::Week,
                _ => Step::Day,
            };
            let past = Past::new(step, 0, series.values.clone(), Kind::Real)?;
            let from = Instant::now();
            let Ok(path) = method.forecast(&past, series.test.len()) else { continue };
            spent += from.elapsed().as_secs_f64();
            scores.push(score(series, &path.mean, &path.levels[1].low, &path.levels[1].high));
        }
        let n = scores.len().max(1) as f64;
        let mean = |of: fn(&Score) -> f64| scores.iter().map(of).sum::<f64>() / n;
        let mut sorted: Vec<f64> = scores.iter().map(|it| it.mase).collect();
        sorted.sort_by(f64::total_cmp);
        println!(
            "| {name} | {} | {:.4} | {:.4} | {:.3} | {:.3} | {:.3} |",
            scores.len(),
            mean(|it| it.mase),
            sorted.get(sorted.len() / 2).unwrap_or(&f64::NAN),
            mean(|it| it.inside),
            mean(|it| it.interval),
            1e3 * spent / n
        );
    }
    Ok(())
}

/// Scores over the series' own scale; a scale of 0 counts as 1.
fn score(series: &Series, mean: &[f64], low: &[f64], high: &[f64]) -> Score {
    let values = &series.values;
    let lag = if values.len() > series.season { series.season } else { 1 };
    let pairs = values.len().saturating_sub(lag).max(1) as f64;
    let scale = values.iter().zip(&values[lag..]).map(|(a, b)| (a - b).abs()).sum::<f64>() / pairs;
    let scale = if scale > 0.0 { scale } else { 1.0 };
    let n = series.test.len() as f64;
    let mut out = Score { mase: 0.0, inside: 0.0, interval: 0.0 };
    for (k, value) in series.test.iter().enumerate() {
        let outside = (low[k] - value).max(value - high[k]).max(0.0);
        out.mase += (value - mean[k]).abs() / scale / n;
        out.inside += f64::from(u8::from(outside == 0.0)) / n;
        out.interval += (high[k] - low[k] + 10.0 * outside) / scale / n;
    }
    out
}
