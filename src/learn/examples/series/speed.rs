//! What a fit and a forecast of one series cost: milliseconds of the processor.
//!
//! `cargo run --release -p learn --example series_speed` measures Prophet on the series of the
//! fixtures. Milliseconds are of the processor where the system tells them, of the clock otherwise;
//! each figure is the least of five runs of at least 100 milliseconds.

use std::time::Instant;

use learn::series::prophet::Prophet;
use learn::series::{Kind, Past, Step};

const AIR: &str = include_str!("../../fixtures/series/air_passengers_monthly.csv");
const PEYTON: &str = include_str!("../../fixtures/series/peyton_manning_daily.csv");
const VAN: &str = include_str!("../../fixtures/series/van_drivers_killed_monthly.csv");

#[expect(clippy::print_stdout, reason = "an example prints")]
fn main() -> learn::Result<()> {
    println!("{:<28} {:>5} {:>8} {:>12} {:>6}", "series", "n", "fit ms", "forecast ms", "steps");
    let (air, peyton, van) =
        (read(AIR, Step::Month)?, read(PEYTON, Step::Day)?, read(VAN, Step::Month)?);
    let plain = |past: &Past| Prophet { multiplicative: false, ..Prophet::fitting(past, &[]) };
    for (name, past, prophet) in [
        ("air, multiplicative", &air, Prophet::fitting(&air, &[])),
        ("air, additive", &air, plain(&air)),
        ("air, 48 months", &air.until(48), Prophet::fitting(&air.until(48), &[])),
        ("van drivers", &van, Prophet::fitting(&van, &[])),
        ("peyton manning", &peyton, plain(&peyton)),
        (
            "peyton manning, multiplicative",
            &peyton,
            Prophet { multiplicative: true, ..plain(&peyton) },
        ),
    ] {
        let fitted = prophet.fit(past)?;
        let fit = least(|| prophet.fit(past).map(|_| ()))?;
        let forecast = least(|| fitted.forecast(&prophet, past, 12).map(|_| ()))?;
        println!("{name:<28} {:>5} {fit:>8.3} {forecast:>12.3} {:>6}", fitted.n, fitted.steps);
    }
    Ok(())
}

/// Least milliseconds of five runs, each repeated until the processor's clock has moved enough.
fn least(work: impl Fn() -> learn::Result<()>) -> learn::Result<f64> {
    let mut best = f64::INFINITY;
    for _ in 0..5 {
        let (processor, clock) = (processor_seconds(), Instant::now());
        let mut repeats = 0;
        let mut seconds = 0.0;
        while seconds < 0.1 {
            work()?;
            repeats += 1;
            seconds = match (processor, processor_seconds()) {
                (Some(start), Some(end)) => end - start,
                _ => clock.elapsed().as_secs_f64(),
            };
        }
        best = best.min(seconds * 1000.0 / f64::from(repeats));
    }
    Ok(best)
}

/// Seconds this process has run, in nanosecond steps; none where the system does not tell.
fn processor_seconds() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/self/schedstat").ok()?;
    text.split_whitespace().next()?.parse::<f64>().ok().map(|nanos| nanos / 1e9)
}

/// A series of `ds,y` with a header; days without a row are unknown.
fn read(text: &str, step: Step) -> learn::Result<Past> {
    let bad = || learn::Error::Value { what: "row of the series", row: 0 };
    let mut past = Past::new(step, 0, Vec::new(), Kind::Real)?;
    for (row, line) in text.lines().skip(1).enumerate() {
        let (day, value) = line.split_once(',').ok_or_else(bad)?;
        let day = step_day(day).ok_or_else(bad)?;
        if row == 0 {
            past.first = day;
        }
        while past.day(past.len()) < day {
            past.values.push(f64::NAN);
        }
        past.values.push(value.parse().map_err(|_| bad())?);
    }
    Ok(past)
}

/// Days since 1970-01-01 of an ISO date.
fn step_day(text: &str) -> Option<i32> {
    let date: jiff::civil::Date = text.parse().ok()?;
    jiff::civil::date(1970, 1, 1).until(date).ok().map(|span| span.get_days())
}
