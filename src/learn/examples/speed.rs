//! What a fit, a prediction, an explanation and a model cost on one machine.
//!
//! `cargo run --release -p learn --example speed -- fit SET [bags] [threads]` fits mains,
//! `predict` binned rows and explanations, `write SET FILE` gives the same rows as CSV, so that
//! another program can be measured on them. SET: `breast` (455 rows x 30), `people` (1,470 x 30),
//! `table` (100,000 x 20), `large` (1,000,000 x 20). Seconds are of the processor where the system
//! tells them, of the clock otherwise.

use learn::ebm::{Ebm, EbmOptions, fit};
use learn::frame::{Column, Frame, Value};
use learn::math;
use learn::progress::{Flow, Progress, Quiet, Step};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

const BREAST: &str = include_str!("../fixtures/breast_cancer.csv");
const FOLDS: &str = include_str!("../fixtures/breast_cancer_folds.csv");

#[expect(clippy::print_stdout, reason = "an example prints")]
fn main() -> learn::Result<()> {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let word = |at: usize| given.get(at).map_or("", String::as_str);
    let number = |at: usize, usual: usize| word(at).parse().unwrap_or(usual);
    match word(0) {
        "fit" => measure_fit(word(1), number(2, 14), number(3, 1)).map(|_| ()),
        "predict" => predict(&measure_fit("table", 14, 2)?),
        "write" => {
            let text = csv(&set(word(1))?);
            let done = std::fs::write(word(2), text);
            println!("{}: {done:?}", word(2));
            Ok(())
        }
        _ => {
            println!("fit SET [bags] [threads] | predict | write SET FILE");
            Ok(())
        }
    }
}

fn set(name: &str) -> learn::Result<Frame> {
    match name {
        "breast" => breast(),
        "people" => people(1470),
        "large" => table(1_000_000),
        _ => table(100_000),
    }
}

/// Counts the steps of all bags, to the last report of each.
#[derive(Default)]
struct Steps(AtomicU64);

impl Progress for Steps {
    fn step(&self, _done: u64, _of: u64, what: &Step) -> Flow {
        if let Step::Round { .. } = what {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
        Flow::Continue
    }
}

#[expect(clippy::print_stdout, reason = "an example prints")]
fn measure_fit(name: &str, bags: usize, threads: usize) -> learn::Result<Ebm> {
    let frame = set(name)?;
    let options = EbmOptions { bags, pairs: 0, ..EbmOptions::new(7, threads) };
    let steps = Steps::default();
    let (clock, start) = (Instant::now(), Spent::now());
    let ebm = fit(&frame, &options, &steps)?;
    let (wall, spent) = (clock.elapsed().as_secs_f64(), start.seconds());
    let terms = frame.columns().len() as u64;
    let taken = 10 * terms * steps.0.load(Ordering::Relaxed);
    let rows = frame.rows() as f64;
    println!(
        "{name}: {rows} rows x {terms}, {bags} bags, {threads} threads: cpu {spent:.3} s, wall \
         {wall:.3} s, {taken} steps, {:.0} ns a step, {:.2} ns a row and step, peak {} MB",
        spent * 1e9 / taken as f64,
        spent * 1e9 / taken as f64 / rows,
        peak()
    );
    let p = ebm.probabilities(frame.columns())?;
    let loss = p.iter().zip(frame.target()).map(|(p, y)| math::log_loss_of(*y, math::logit(*p)));
    let kept = ebm.trained.steps.iter().sum::<u64>();
    println!("  kept {kept} steps, log loss on its own rows {:.6}", loss.sum::<f64>() / rows);
    Ok(ebm)
}

#[expect(clippy::print_stdout, reason = "an example prints")]
fn predict(ebm: &Ebm) -> learn::Result<()> {
    let frame = table(100_000)?;
    let start = Spent::now();
    let sum: f64 = ebm.log_odds(frame.columns())?.iter().sum();
    let bare = start.seconds();
    let start = Spent::now();
    let all = ebm.predict(frame.columns())?;
    let whole = start.seconds();
    let rows = frame.rows() as f64;
    println!("log-odds of numbers {:.2} M rows/s ({:.4})", rows / bare / 1e6, sum / rows);
    println!("with intervals {:.2} M rows/s ({} rows)", rows / whole / 1e6, all.len());
    let row: Vec<Vec<Value<'_>>> = (0..1000).map(|it| frame.row(it)).collect();
    let start = Spent::now();
    let mut parts = 0;
    for values in &row {
        parts += ebm.explain(values)?.terms.len();
    }
    println!("one row explained {:.2} us ({parts} parts)", start.seconds() * 1e6 / 1000.0);
    for name in ["breast", "people"] {
        let ebm = fit(&set(name)?, &EbmOptions::new(7, 2), &Quiet)?;
        let json = learn::artifact::to_json(&ebm)?;
        println!("{name}: model of {} features {} bytes", ebm.bins.len(), json.len());
    }
    Ok(())
}

/// Seconds spent by this thread and by threads it has joined.
struct Spent(Instant, Option<f64>);

impl Spent {
    fn now() -> Self {
        Self(Instant::now(), processor())
    }

    fn seconds(&self) -> f64 {
        match (processor(), self.1) {
            (Some(now), Some(then)) => now - then,
            _ => self.0.elapsed().as_secs_f64(),
        }
    }
}

/// Processor seconds of the process: nanoseconds of its main thread where only that one worked,
/// else hundredths of all its threads.
fn processor() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/self/schedstat").ok()?;
    let main = text.split(' ').next()?.parse::<f64>().ok()? / 1e9;
    let text = std::fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<&str> = text.rsplit(')').next()?.split_whitespace().collect();
    let ticks = fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?;
    let all = ticks / 100.0;
    Some(if (all - main).abs() < 0.1 { main } else { all })
}

/// Most memory the process has held, in megabytes; 0 where the system does not tell.
fn peak() -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|it| it.strip_prefix("VmHWM:"));
    line.and_then(|it| it.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / 1000
}

/// Number `draw` of `row`: splitmix64 of a counter, so any language makes the same rows. Uniform in
/// [0, 1) with 53 bits.
fn unit(row: usize, draw: u64) -> f64 {
    let counter = (row as u64 * 64 + draw + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut z = counter;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
}

/// Twenty numbers, uniform on -2..2 to four digits (the last four to one digit); ten matter, and
/// 4 x 5 act together. About a quarter events.
fn table(rows: usize) -> learn::Result<Frame> {
    let mut columns = vec![Vec::new(); 20];
    let mut target = Vec::with_capacity(rows);
    for row in 0..rows {
        let mut x = [0.0; 20];
        for (i, value) in x.iter_mut().enumerate() {
            let digits = if i < 16 { 1e4 } else { 10.0 };
            *value = ((unit(row, i as u64) * 4.0 - 2.0) * digits).round() / digits;
        }
        let z = -1.5
            + 0.6 * x[0]
            + 0.8 * libm_sin(2.0 * x[1])
            + if x[2] > 0.5 { 0.9 } else { -0.3 }
            + 0.3 * x[3] * x[3]
            + 0.5 * x[4] * x[5]
            - 0.4 * x[6]
            + 0.2 * x[7]
            + 0.3 * x[16]
            - 0.2 * (x[17] - 1.0).abs();
        target.push(f64::from(u8::from(unit(row, 20) < math::sigmoid(z))));
        columns.iter_mut().zip(x).for_each(|(column, value)| column.push(value));
    }
    frame(
        columns.into_iter().enumerate().map(|(i, it)| Column::continuous(format!("x{i}"), it)),
        target,
    )
}

/// Sine by its own series, so that no mathematics library decides about a row. For |x| <= 4.
fn libm_sin(x: f64) -> f64 {
    let (mut term, mut sum) = (x, x);
    for i in 1..16 {
        let n = f64::from(2 * i);
        term *= -x * x / (n * (n + 1.0));
        sum += term;
    }
    sum
}

/// A table of people as an office of human resources has it: eight numbers of many values,
/// fifteen of few, seven categories; about a sixth events.
fn people(rows: usize) -> learn::Result<Frame> {
    let mut columns = Vec::new();
    let mut z = vec![-2.2; rows];
    for i in 0..23_u64 {
        let levels = if i < 8 { 4000.0 } else { 3.0 + i as f64 };
        let values: Vec<f64> = (0..rows).map(|row| (unit(row, i) * levels).floor()).collect();
        let weight = if i % 2 == 0 { 1.6 / (1.0 + i as f64 / 4.0) } else { 0.0 };
        z.iter_mut().zip(&values).for_each(|(z, x)| *z += weight * (x / levels - 0.5) * 2.0);
        columns.push(Column::continuous(format!("n{i}"), values));
    }
    for i in 23..30_u64 {
        let place = |row: usize| (unit(row, i) * (i as f64 - 20.0)) as usize;
        let labels: Vec<Option<String>> =
            (0..rows).map(|row| Some(format!("c{}", place(row)))).collect();
        z.iter_mut().enumerate().for_each(|(row, z)| *z += 0.2 * place(row) as f64 - 0.4);
        columns.push(Column::nominal(format!("k{i}"), &labels));
    }
    let event = |(row, z): (usize, &f64)| f64::from(u8::from(unit(row, 40) < math::sigmoid(*z)));
    let target = z.iter().enumerate().map(event).collect();
    frame(columns.into_iter(), target)
}

/// The training rows of the first fold.
fn breast() -> learn::Result<Frame> {
    let mut lines = BREAST.lines();
    let names: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    let kept = lines.zip(FOLDS.lines().skip(1)).filter(|it| it.1 != "0");
    let rows: Vec<Vec<f64>> =
        kept.map(|it| it.0.split(',').map(|x| x.parse().unwrap_or(f64::NAN)).collect()).collect();
    let column = |i: usize| rows.iter().map(|row| row[i]).collect::<Vec<f64>>();
    frame((0..30).map(|i| Column::continuous(names[i], column(i))), column(30))
}

/// Every row is a person of its own.
fn frame(columns: impl Iterator<Item = Column>, target: Vec<f64>) -> learn::Result<Frame> {
    let rows = target.len();
    Frame::new(columns.collect(), target, None, (0..rows as u32).collect(), vec![0; rows])
}

fn csv(frame: &Frame) -> String {
    let names: Vec<&str> = frame.columns().iter().map(|it| it.name.as_str()).collect();
    let mut text = format!("{},y\n", names.join(","));
    for row in 0..frame.rows() {
        for value in frame.row(row) {
            match value {
                Value::Number(x) => text += &x.to_string(),
                Value::Label(label) => text += label,
                Value::Missing => {}
            }
            text.push(',');
        }
        text.push_str(&frame.target()[row].to_string());
        text.push('\n');
    }
    text
}
