//! Fits a table with and without pairs and prints accuracy, seconds and which pairs stayed:
//! `cargo run --release -p learn --example pairs -- TRAIN.csv TEST.csv [pairs] [threads] [bags]`, or
//! `TRAIN.csv FOLDS.csv`, a column `fold` with the test fold of each row.
//!
//! The last column is the target, 0 or 1. Columns that do not parse as numbers are nominal; an empty
//! cell is missing. Seconds are CPU seconds of one thread, where the system tells them.

use learn::ebm::{Ebm, EbmOptions, fit};
use learn::frame::{Column, Frame};
use learn::progress::{Flow, Part, Progress, Step};
use learn::validate::Scored;
use std::sync::Mutex;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

#[expect(clippy::print_stdout, reason = "an example prints")]
fn main() -> Outcome<()> {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let [train, test, rest @ ..] = &given[..] else {
        return Err("give TRAIN.csv and TEST.csv or FOLDS.csv".into());
    };
    let number = |at: usize, or: usize| rest.get(at).and_then(|it| it.parse().ok()).unwrap_or(or);
    let (pairs, threads, bags) = (number(0, 10), number(1, 1), number(2, 14));
    let (all, other) = (read(train)?, std::fs::read_to_string(test)?);
    let sets: Vec<(Frame, Frame)> = if other.starts_with("fold\n") {
        let folds: Vec<&str> = other.lines().skip(1).collect();
        let split = |fold: &str| -> Outcome<(Frame, Frame)> {
            let (test, train): (Vec<usize>, Vec<usize>) =
                (0..all.rows()).partition(|row| folds[*row] == fold);
            Ok((all.take(&train)?, all.take(&test)?))
        };
        ["0", "1", "2", "3", "4"].into_iter().map(split).collect::<Outcome<_>>()?
    } else {
        vec![(all, read(test)?)]
    };
    for pairs in [0, pairs] {
        let mut sums = [0.0; 5];
        for (train, test) in &sets {
            let options = EbmOptions { pairs, bags, ..EbmOptions::new(42, threads) };
            let ear = Ear(Mutex::default());
            let start = seconds();
            let ebm = fit(train, &options, &ear)?;
            let end = seconds();
            let began = ear.0.into_inner().map_err(|_| "a listener failed")?.unwrap_or(end);
            let p = ebm.probabilities(test.columns())?;
            let scored = Scored::new(test.target(), &p, None, test.group())?;
            let n = sets.len() as f64;
            let found = [scored.auc(), scored.log_loss(), began - start, end - began, kept(&ebm)];
            sums.iter_mut().zip(found).for_each(|(sum, it)| *sum += it / n);
            let names: Vec<String> = (0..ebm.terms.len())
                .filter(|it| ebm.terms[*it].features.len() == 2)
                .map(|it| format!("{} {:.4}", ebm.term_name(it), ebm.importances()[it].mean))
                .collect();
            let steps = ebm.trained.steps.iter().sum::<u64>() / bags as u64;
            println!("  {} rows, {steps} steps a bag; {}", train.rows(), names.join(", "));
        }
        let [auc, loss, mains, more, kept] = sums;
        println!(
            "pairs at most {pairs}: AUC {auc:.4}, log loss {loss:.4}, mains {mains:.3} s, \
             pairs {more:.3} s, kept {kept:.1}"
        );
    }
    Ok(())
}

fn kept(ebm: &Ebm) -> f64 {
    ebm.terms.iter().filter(|it| it.features.len() == 2).count() as f64
}

/// Notes when the mains were done.
struct Ear(Mutex<Option<f64>>);

impl Progress for Ear {
    fn step(&self, _done: u64, _of: u64, what: &Step) -> Flow {
        if let (Step::Bag { part: Part::Pairs, .. }, Ok(mut it)) = (what, self.0.lock()) {
            it.get_or_insert_with(seconds);
        }
        Flow::Continue
    }
}

/// Seconds of CPU that this thread has used; NaN on a system that does not tell.
fn seconds() -> f64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = told.split(' ').next().and_then(|it| it.parse::<f64>().ok());
    nanos.map_or(f64::NAN, |it| it / 1e9)
}

fn read(path: &str) -> Outcome<Frame> {
    let text = std::fs::read_to_string(path)?;
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().ok_or("no header")?.split(',').collect();
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    let column = |at: usize| {
        let cells = || rows.iter().map(move |row| row[at]);
        let numbers: Option<Vec<f64>> = cells()
            .map(|it| if it.is_empty() { Some(f64::NAN) } else { it.parse().ok() })
            .collect();
        let labels = || cells().map(|it| (!it.is_empty()).then_some(it)).collect::<Vec<_>>();
        numbers.map_or_else(
            || Column::nominal(names[at], &labels()),
            |it| Column::continuous(names[at], it),
        )
    };
    let last = names.len() - 1;
    let target = rows.iter().map(|row| row[last].parse()).collect::<Result<Vec<f64>, _>>()?;
    let group = (0..rows.len() as u32).collect();
    Ok(Frame::new((0..last).map(column).collect(), target, None, group, vec![0; rows.len()])?)
}
