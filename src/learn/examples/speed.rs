//! Prints how long a fit takes: `cargo run --release -p learn --example speed -- [rows] [threads]`.

use learn::baseline::Logistic;
use learn::ebm::{EbmOptions, fit};
use learn::frame::{Column, Frame};
use learn::math;
use learn::progress::Quiet;
use learn::rng::Rng;
use learn::validate::Scored;
use std::time::Instant;

const FEATURES: usize = 18;
const MONTHS: usize = 24;

#[expect(clippy::print_stdout, reason = "an example prints")]
fn main() -> learn::Result<()> {
    let mut given = std::env::args().skip(1).filter_map(|it| it.parse::<usize>().ok());
    let rows = given.next().unwrap_or(12_000);
    let threads = given.next().unwrap_or(2);
    let frame = hazard(rows)?;
    let options = EbmOptions::new(7, threads);
    let start = Instant::now();
    let ebm = fit(&frame, &options, &Quiet)?;
    let seconds = start.elapsed().as_secs_f64();
    let steps = ebm.trained.steps.iter().sum::<u64>() / ebm.trained.steps.len() as u64;
    println!("rows {rows}, features {FEATURES}, bags {}, threads {threads}", options.bags);
    println!("events {}, steps kept per bag {steps}, seconds {seconds:.2}", frame.events());
    let start = Instant::now();
    let sum: f64 = ebm.predict(frame.columns())?.iter().map(|it| it.probability).sum();
    println!("mean {:.6}, predict {:.3} s", sum / rows as f64, start.elapsed().as_secs_f64());
    let start = Instant::now();
    let p = ebm.probabilities(frame.columns())?;
    let report = Scored::new(frame.target(), &p, None, frame.group())?.report(200, 1);
    println!("AUC {:.3}, report {:.3} s", report.auc.value, start.elapsed().as_secs_f64());
    let start = Instant::now();
    let json = learn::artifact::to_json(&ebm)?;
    learn::artifact::from_json(&json)?;
    println!("json {} bytes, round trip {:.3} s", json.len(), start.elapsed().as_secs_f64());
    let start = Instant::now();
    Logistic::fit(&frame, 1.0)?;
    println!("logistic {:.3} s", start.elapsed().as_secs_f64());
    Ok(())
}

/// Persons by month, about 5 % events, 13 features that matter.
fn hazard(rows: usize) -> learn::Result<Frame> {
    let mut rng = Rng::new(11);
    let mut columns = vec![Vec::new(); FEATURES];
    let (mut target, mut group, mut time) = (Vec::new(), Vec::new(), Vec::new());
    let mut traits = [0.0; FEATURES];
    for row in 0..rows {
        let month = row % MONTHS;
        if month == 0 {
            traits = std::array::from_fn(|_| rng.normal());
        }
        let mut z = -3.6;
        for (i, column) in columns.iter_mut().enumerate() {
            let x = 0.8 * traits[i] + 0.6 * rng.normal();
            column.push((x * 1000.0).round() / 1000.0);
            z += if i < 13 { 0.35 * (x * (1.0 + i as f64 / 6.0)).sin() } else { 0.0 };
        }
        target.push(f64::from(u8::from(rng.unit() < math::sigmoid(z))));
        group.push((row / MONTHS) as u32);
        time.push(month as i32);
    }
    let columns = columns.into_iter().enumerate();
    let columns = columns.map(|(i, it)| Column::continuous(format!("x{i}"), it)).collect();
    Frame::new(columns, target, None, group, time)
}
