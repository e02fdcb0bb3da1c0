//! How good forecasts of real series are: each method alone, and the tournament's own answer.
//!
//!     cargo run --release -p learn --example series_score -- month 12 FILE.csv...
//!
//! The first words are the step (`day`, `week` or `month`) and the periods ahead. Files have a line
//! of names, then `date,value` lines, oldest first; a period without a line is a hole. The last
//! `ahead` periods are forecast from what lies before them, then the ones before those, up to three
//! times. Every method is calibrated by its own back-test, as the tournament's answer is. Figures are
//! means over forecasts: MASE and interval score over the in-sample error of the seasonal naive
//! method, share of outcomes inside the 80% bounds, what the back-test had said of that share, and
//! processor milliseconds
//! a forecast (0 where the system does not tell).

#![expect(clippy::print_stdout, reason = "a table for people")]

use jiff::civil::{Date, date};
use learn::progress::Flow;
use learn::series::{Choice, Kind, Options, Outlook, Past, Step, classify, forecast};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

const CHOICES: [(&str, Choice); 7] = [
    ("naive", Choice::Naive),
    ("ets", Choice::Ets),
    ("theta", Choice::Theta),
    ("mstl", Choice::Mstl),
    ("prophet", Choice::Prophet),
    ("counts", Choice::Counts),
    ("auto", Choice::Auto),
];

/// Sums over forecasts.
#[derive(Clone, Copy, Default)]
struct Score {
    forecasts: f64,
    mase: f64,
    inside: f64,
    claimed: f64,
    tested: f64,
    interval: f64,
    seconds: f64,
}

fn main() -> Outcome<()> {
    let mut words = std::env::args().skip(1);
    let step = match words.next().as_deref() {
        Some("day") => Step::Day,
        Some("week") => Step::Week,
        Some("month") => Step::Month,
        _ => return Err("day, week or month?".into()),
    };
    let ahead: usize = words.next().ok_or("how many periods ahead?")?.parse()?;
    let mut totals = [Score::default(); CHOICES.len()];
    println!("| Series | naive | auto | Inside 80% | Kept |");
    println!("|---|---|---|---|---|");
    for file in words {
        let (first, values) = read(&file, step)?;
        let mut own = [Score::default(); CHOICES.len()];
        let mut kept = String::new();
        for back in 1..=3 {
            let Some(end) = values.len().checked_sub(back * ahead) else { break };
            if end < 2 * step.season().max(12) {
                break;
            }
            let kind = classify(&values[..end]);
            let past = Past::new(step, first, values[..end].to_vec(), kind)?;
            for (score, (_, choice)) in own.iter_mut().zip(CHOICES) {
                if choice == Choice::Counts && kind != Kind::Count {
                    continue;
                }
                let options = Options { ahead, choice, holidays: Vec::new(), seed: 1 };
                let from = spent();
                let Ok(out) = forecast(&past, &options, &|_, _| Flow::Continue) else { continue };
                score.seconds += spent() - from;
                score.add(&past, &out, &values[end..end + ahead]);
                if choice == Choice::Auto && back == 1 {
                    kept.clone_from(&out.model);
                }
            }
        }
        let name = file.rsplit('/').next().unwrap_or(&file);
        let (naive, auto) = (own[0].over(|it| it.mase), own[6].over(|it| it.mase));
        println!(
            "| {name} | {naive:.3} | {auto:.3} | {:.2} | {kept} |",
            own[6].over(|it| it.inside)
        );
        totals.iter_mut().zip(own).for_each(|(sum, it)| sum.join(it));
    }
    println!("\n| Method | Forecasts | MASE | Inside 80% | Back-test said | Interval score | ms |");
    println!("|---|---|---|---|---|---|---|");
    for ((name, _), it) in CHOICES.iter().zip(&totals).filter(|it| it.1.forecasts > 0.0) {
        println!(
            "| {name} | {} | {:.3} | {:.3} | {:.3} | {:.2} | {:.1} |",
            it.forecasts,
            it.over(|it| it.mase),
            it.over(|it| it.inside),
            it.claimed / it.tested,
            it.over(|it| it.interval),
            it.over(|it| it.seconds) * 1000.0
        );
    }
    Ok(())
}

impl Score {
    fn add(&mut self, past: &Past, out: &Outlook, came: &[f64]) {
        let season = past.step.season();
        let off: Vec<f64> = (season..past.len())
            .map(|at| (past.values[at] - past.values[at - season]).abs())
            .filter(|it| !it.is_nan())
            .collect();
        let scale = off.iter().sum::<f64>() / off.len() as f64;
        let (mut error, mut inside, mut interval, mut of) = (0.0, 0.0, 0.0, 0.0);
        for (point, came) in out.points.iter().zip(came).filter(|it| !it.1.is_nan()) {
            let beyond = (point.lo80 - came).max(came - point.hi80).max(0.0);
            error += (point.yhat - came).abs() / scale;
            inside += f64::from(u8::from(beyond == 0.0));
            interval += (point.hi80 - point.lo80 + 10.0 * beyond) / scale;
            of += 1.0;
        }
        if of > 0.0 && scale > 0.0 {
            self.forecasts += 1.0;
            self.mase += error / of;
            self.inside += inside / of;
            self.interval += interval / of;
            if let Some(backtest) = &out.backtest {
                self.claimed += backtest.coverage80;
                self.tested += 1.0;
            }
        }
    }

    fn join(&mut self, other: Self) {
        self.forecasts += other.forecasts;
        self.mase += other.mase;
        self.inside += other.inside;
        self.claimed += other.claimed;
        self.tested += other.tested;
        self.interval += other.interval;
        self.seconds += other.seconds;
    }

    fn over(&self, of: impl Fn(&Self) -> f64) -> f64 {
        of(self) / self.forecasts
    }
}

/// Processor seconds of this thread.
fn spent() -> f64 {
    let text = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|it| it.parse::<f64>().ok()).unwrap_or(0.0) / 1e9
}

/// First day and one value a period; NaN where the file has none.
fn read(file: &str, step: Step) -> Outcome<(i32, Vec<f64>)> {
    let text = std::fs::read_to_string(file)?;
    let (mut first, mut values) = (None, Vec::new());
    for (row, line) in text.lines().enumerate().skip(1) {
        let wrong = || format!("{file}, line {}: not date,value", row + 1);
        let (day, value) = line.split_once(',').ok_or_else(wrong)?;
        let day: Date = day.parse().map_err(|_| wrong())?;
        let day = date(1970, 1, 1).until(day).map_err(|_| wrong())?.get_days();
        let from = *first.get_or_insert(day);
        while step.after(from, i32::try_from(values.len())?) < day {
            values.push(f64::NAN);
        }
        values.push(value.trim().parse().map_err(|_| wrong())?);
    }
    Ok((first.ok_or("an empty file")?, values))
}
