//! What the product promises of speed and size, measured on the release program from outside: by
//! its commands and its pages. `make bench` runs it.
//!
//! `BENCH_TECHNICIANS`, `BENCH_YEARS` and `BENCH_JOBS` (a technician and year) make the office
//! smaller; the targets are meant for the full one. Nothing here fails for being slow: the table
//! says `missed`.
#![expect(clippy::print_stdout, reason = "a bench speaks by printing")]

mod http;
mod server;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::time::Instant;

use http::Connection;
use server::Server;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// Requests of each page, over all connections.
const REQUESTS: usize = 96;
/// Pages of one kind (people, metrics) that stand for the rest.
const SAMPLES: usize = 3;

fn main() -> Outcome<()> {
    let program = std::env::var_os("CREWKEEP_PROGRAM")
        .map_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_crewkeep")), PathBuf::from);
    // `cargo test --benches` asks for no measurement.
    if !std::env::args().any(|it| it == "--bench") {
        return Ok(());
    }
    println!("{:<44} {:>14} {:>14}", "what", "measured", "target");
    let bytes = std::fs::metadata(&program)?.len();
    row("release program", &megabytes(bytes), "60 MB", bytes < 60_000_000);
    let scratch = tempfile::tempdir()?;
    let dir = |name: &str| scratch.path().join(name);
    start(&program, &dir("empty"), "first start to first page, no data", 1.0)?;
    command(&program, &dir("default"), "default demo, ready", 15.0, &["demo"])?;
    let big = dir("big");
    fill(&program, &big)?;
    command(&program, &big, "training", f64::INFINITY, &["train", "--json"])?;
    command(&program, &big, "every score with its reasons", 5.0, &["predict", "--json"])?;
    command(&program, &big, "one metric", 2.0, &["metric", "turnover", "--json"])?;
    let server = start(&program, &big, "start to first page, data present", 1.0)?;
    pages(&server)?;
    let peak = memory(&server.child);
    row("peak memory while serving", &megabytes(peak), "400 MB", peak < 400_000_000);
    Ok(())
}

/// Makes the office of bench size; the program prints what each phase took.
fn fill(program: &Path, dir: &Path) -> Outcome<()> {
    let number = |name: &str, usual: &str| std::env::var(name).unwrap_or_else(|_| usual.to_owned());
    let (technicians, years, jobs) = (
        number("BENCH_TECHNICIANS", "500"),
        number("BENCH_YEARS", "5"),
        number("BENCH_JOBS", "400"),
    );
    let what = format!("{technicians} technicians, {years} years, {jobs} jobs a year");
    let sizes = ["--technicians", &technicians, "--years", &years, "--offices", "3"];
    let more = ["--jobs-per-technician-year", &jobs, "--seed", "1"];
    let arguments = [&["demo"][..], &sizes, &more].concat();
    let said = command(program, dir, &what, 120.0, &arguments)?;
    for (phase, seconds, rows) in said.lines().filter_map(phase) {
        let target = match phase {
            "import" => 60.0,
            "features" => 20.0,
            _ => f64::INFINITY,
        };
        let speed = rows.map(|it| format!(", {:.0} rows a second", it / seconds.max(0.001)));
        timed(&format!("  {phase}{}", speed.unwrap_or_default()), seconds, target);
    }
    let files = std::fs::read_dir(dir).into_iter().flatten().flatten();
    let bytes = files.filter_map(|it| Some(it.metadata().ok()?.len())).sum();
    row("  the data folder", &megabytes(bytes), "", true);
    Ok(())
}

/// Reads `phase: 1.2 s, 1,000 rows`; a phase may tell no rows.
fn phase(line: &str) -> Option<(&str, f64, Option<f64>)> {
    let (name, rest) = line.trim().split_once(": ")?;
    let (seconds, rest) = rest.split_once(" s")?;
    let rows = rest.trim_start_matches(", ").split(' ').next()?.replace(',', "");
    Some((name, seconds.parse().ok()?, rows.parse().ok()))
}

/// Runs a command of the program and reports its time; what it printed.
fn command(
    program: &Path,
    dir: &Path,
    what: &str,
    target: f64,
    arguments: &[&str],
) -> Outcome<String> {
    let clock = Instant::now();
    let output = server::command(program).args(arguments).arg("--data-dir").arg(dir).output()?;
    let seconds = clock.elapsed().as_secs_f64();
    if !output.status.success() {
        let words = String::from_utf8_lossy(&output.stderr);
        let last = words.lines().rev().find(|it| !it.trim().is_empty()).unwrap_or("no word");
        println!("{what:<44} failed with {}: {last}", output.status);
        return Ok(String::new());
    }
    timed(what, seconds, target);
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Starts serving and reports the time until the first page is there in full.
fn start(program: &Path, dir: &Path, what: &str, target: f64) -> Outcome<Server> {
    let clock = Instant::now();
    let server = Server::start(program, dir)?;
    let first = server.get("/")?;
    timed(what, clock.elapsed().as_secs_f64(), target);
    if first.status != 200 {
        println!("{:<44} answered {}", "  /", first.status);
    }
    Ok(server)
}

/// Times every page over 1 and over 16 connections.
fn pages(server: &Server) -> Outcome<()> {
    let paths = crawl(server)?;
    for connections in [1, 16] {
        let mut all = Vec::new();
        println!("\npages, {connections} at a time{:>21} {:>10} {:>10}", "p50", "p95", "bytes");
        for path in &paths {
            let (mut times, bytes) = load(server, path, connections)?;
            times.sort_by(f64::total_cmp);
            println!(
                "  {path:<36} {:>7.1} ms {:>7.1} ms {bytes:>10}",
                quantile(&times, 0.5),
                quantile(&times, 0.95)
            );
            all.extend(times);
        }
        all.sort_by(f64::total_cmp);
        let (p50, p95) = (quantile(&all, 0.5), quantile(&all, 0.95));
        let what = format!("all pages, {connections} at a time, p50 {p50:.1} ms, p95");
        row(&what, &format!("{p95:.1} ms"), "50 ms", p95 < 50.0);
    }
    println!();
    Ok(())
}

/// The pages of the navigation, and a few that they link to.
fn crawl(server: &Server) -> Outcome<Vec<String>> {
    let mut connection = server.connect()?;
    let mut found: BTreeSet<String> = ["/".to_owned()].into();
    for known in ["/", "/people", "/metrics", "/train"] {
        let page = connection.get(known)?;
        let links = links(&page.body)
            .map(|it| format!("/{}", it.split(['?', '#']).next().unwrap_or_default()));
        for link in links.filter(|_| page.status == 200) {
            let kind = |it: &str| it.rsplit_once('/').map(|it| it.0.to_owned());
            let alike = found.iter().filter(|it| kind(it) == kind(&link)).count();
            if kind(&link).is_some_and(|it| it.is_empty()) || alike < SAMPLES {
                found.insert(link);
            }
        }
    }
    let mut pages = Vec::new();
    for path in found {
        let page = connection.get(&path)?;
        let html = page.header("content-type").is_some_and(|it| it.starts_with("text/html"));
        if page.status == 200 && html {
            pages.push(path);
        }
    }
    Ok(pages)
}

/// Milliseconds of each request of a page, and the page's size.
fn load(server: &Server, path: &str, connections: usize) -> Outcome<(Vec<f64>, usize)> {
    let mut first = server.connect()?;
    let bytes = first.get(path)?.body.len();
    let share = REQUESTS / connections;
    let times = std::thread::scope(|scope| {
        let ask = || -> std::io::Result<Vec<f64>> {
            let mut connection = server.connect()?;
            (0..share).map(|_| request(&mut connection, path)).collect()
        };
        let threads: Vec<_> = (0..connections).map(|_| scope.spawn(ask)).collect();
        threads.into_iter().map(|it| it.join().map_err(|_| "a thread panicked")).collect::<Vec<_>>()
    });
    let mut all = Vec::new();
    for it in times {
        all.extend(it??);
    }
    Ok((all, bytes))
}

fn request(connection: &mut Connection, path: &str) -> std::io::Result<f64> {
    let clock = Instant::now();
    let answer = connection.get(path)?;
    let time = clock.elapsed().as_secs_f64() * 1000.0;
    if answer.status == 200 {
        Ok(time)
    } else {
        Err(std::io::Error::other(format!("{path} answered {}", answer.status)))
    }
}

/// The largest memory a program ever held, in bytes; 0 where the system does not say.
fn memory(child: &Child) -> u64 {
    let status =
        std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
    let line = status.lines().find_map(|it| it.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or_default() * 1024
}

/// The addresses of this program that a page links to.
fn links(page: &str) -> impl Iterator<Item = &str> {
    let links = page.split("href=\"/").skip(1).filter_map(|it| it.split('"').next());
    links.filter(|it| !it.starts_with("static/"))
}

/// Of sorted values.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let at = (share * sorted.len().saturating_sub(1) as f64).round() as usize;
    sorted.get(at).copied().unwrap_or(f64::NAN)
}

fn timed(what: &str, seconds: f64, target: f64) {
    let wanted = if target.is_finite() { format!("{target} s") } else { String::new() };
    row(what, &format!("{seconds:.2} s"), &wanted, seconds < target);
}

fn row(what: &str, measured: &str, target: &str, held: bool) {
    println!("{what:<44} {measured:>14} {target:>14}{}", if held { "" } else { "  missed" });
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}
