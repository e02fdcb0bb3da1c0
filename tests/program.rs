//! The built program from outside: exit codes, flags, and who may read its pages.

use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::http::Connection;
use crate::server::{Server, command};

#[test]
fn questions_end_well() {
    let dir = scratch();
    for arguments in [&["--version"][..], &["--help"], &["serve", "--help"], &["config"]] {
        check(dir.path(), arguments, 0, "");
    }
}

#[test]
fn mistakes_are_told_with_a_hint() {
    let dir = scratch();
    check(dir.path(), &["config", "--set", "server.prot=1"], 1, "server.port");
    check(dir.path(), &["config", "--set", "server.port=many"], 1, "server.port");
    check(dir.path(), &["config", "--config", "/there/is/none.toml"], 1, "none.toml");
    check(dir.path(), &["wander"], 1, "--help");
}

#[test]
fn the_lab_answers_mends_and_asks_for_more() {
    let dir = scratch();
    let data = |name: &str, text: &str| {
        let path = dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let mut table = "age,zone,left\n".to_owned();
    for row in 0..80 {
        table += &format!("{},{},{}\n", row % 23, ["N", "S"][row % 2], u8::from(row % 23 > 14));
    }
    let (good, flat) = (data("good.csv", &table), data("flat.csv", "age,left\n1,0\n2,0\n"));
    let fit = |more: &[&str]| -> Vec<String> {
        ["lab", "fit", "--target", "left"].iter().chain(more).map(|it| (*it).to_owned()).collect()
    };
    let check = |more: &[&str], code: i32, said: &str| {
        let arguments = fit(more);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        check(dir.path(), &arguments, code, said);
    };
    check(&["--data", &good, "--model", "tree", "--explain", "2"], 0, "");
    check(&["--data", &good, "--set", "bags=3", "--json"], 0, "");
    check(&["--data", &good, "--model", "trees"], 1, "Did you mean `tree`?");
    check(&["--data", &good, "--model", "tree", "--set", "depht=3"], 1, "depth");
    check(&["--data", "/there/is/none.csv"], 1, "none.csv");
    check(&["--data", &good, "--explain", "0"], 1, "Rows count from 1");
    check(&["--data", &flat], 3, "nothing to tell apart");
    let saved = dir.path().join("saved.json").display().to_string();
    check(&["--data", &good, "--set", "bags=3", "--save", &saved], 0, "");
    check(&["--data", &good, "--save", &saved], 1, "is there already");
    let predict = ["lab", "predict", "--data", &good, "--model-file", &saved];
    let output = command(program()).args(predict).output().unwrap();
    let rows = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(rows.starts_with("row,probability,log_odds,low,high\n1,"), "{rows}");
    assert_eq!(rows.lines().count(), 81);
    let output = command(program()).args(predict).args(["--explain", "2"]).output().unwrap();
    let words = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(words.starts_with("Row 2: log-odds") && words.contains("intercept"), "{words}");
    let asked = fit(&["--data", &good, "--model", "logistic", "--json"]);
    let output = command(program()).args(asked).output().unwrap();
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(json["mean"]["auc"].as_f64().unwrap() > 0.9, "{json}");
}

#[test]
fn a_series_is_forecast_or_refused_with_its_row() {
    let dir = scratch();
    let data = |name: &str, rows: &dyn Fn(i32) -> String, count: i32| {
        let path = dir.path().join(name);
        let text: String = (0..count).map(|at| rows(at) + "\n").collect();
        std::fs::write(&path, "month,jobs\n".to_owned() + &text).unwrap();
        path.display().to_string()
    };
    let row = |at: i32| format!("{}-{:02},{}", 2019 + at / 12, at % 12 + 1, 90 + at % 12 * 7);
    let good = data("good.csv", &row, 60);
    let short = data("short.csv", &row, 2);
    let twice = data("twice.csv", &|at| row(at.min(40)), 42);
    let ask = |file: &str, more: &[&str]| {
        let fixed = ["lab", "forecast", "--time", "month", "--value", "jobs", "--data", file];
        let output = command(program()).args(fixed).args(more).output().unwrap();
        let out = String::from_utf8_lossy(&output.stdout).into_owned();
        (output.status.code(), out, String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (code, out, _) = ask(&good, &["--horizon", "4"]);
    assert!(
        code == Some(0) && out.contains("jobs by month, 60 values") && out.contains("2024-04-01")
    );
    let json = |more: &[&str]| -> serde_json::Value {
        serde_json::from_str(&ask(&good, &[more, &["--json"]].concat()).1).unwrap()
    };
    let mut first = json(&["--horizon", "4", "--freq", "month"]);
    assert_eq!(first["points"].as_array().map(Vec::len), Some(4));
    assert!(first["fit_ms"].as_f64().unwrap() >= 0.0);
    let mut again = json(&["--horizon", "4"]);
    (first["fit_ms"], again["fit_ms"]) = (0.into(), 0.into());
    assert_eq!(first.to_string(), again.to_string(), "the same bytes run after run");
    let refused = |file: &str, more: &[&str], code: i32, said: &str| {
        let (found, out, words) = ask(file, more);
        assert!(out.is_empty() && words.contains(said), "{out}{words}");
        assert_eq!(found, Some(code), "{words}");
    };
    refused(&short, &["--horizon", "4"], 3, "Not enough data");
    refused(&twice, &["--horizon", "4"], 1, "rows 41 and 42");
    refused(&good, &["--horizon", "0"], 1, "asks for nothing");
    refused(&good, &["--horizon", "4", "--model", "mst"], 1, "Did you mean `mstl`?");
    refused(&good, &["--horizon", "4", "--freq", "day"], 1, "names months, not days");
    refused(&good, &["--horizon", "4", "--holidays", "UK"], 1, "no file of holidays UK");
}

#[test]
fn forecasts_are_listed_made_kept_and_refused() {
    let dir = scratch();
    check(dir.path(), &["forecast"], 0, "");
    check(dir.path(), &["forecast", "job"], 1, "Did you mean `jobs`?");
    check(dir.path(), &["forecast", "jobs", "--model", "prophe"], 1, "Did you mean `prophet`?");
    check(dir.path(), &["forecast", "jobs", "--step", "year"], 1, "day, week or month");
    check(dir.path(), &["forecast", "jobs", "--horizon", "0"], 1, "Choose 1 to");
    check(dir.path(), &["forecast", "jobs"], 1, "There is no data in");
    let demo = ["demo", "--technicians", "24", "--years", "2", "--offices", "1"];
    let size = ["--jobs-per-technician-year", "60", "--seed", "5", "--end", "2025-11-23"];
    check(dir.path(), &[&demo[..], &size[..]].concat(), 0, "");
    check(dir.path(), &["forecast", "jobs", "--zone", "nowhere at all"], 1, "There is no zone");
    check(dir.path(), &["forecast", "exits", "--step", "day"], 1, "not counted by day");
    check(dir.path(), &["forecast", "jobs", "--appliance", "hvac", "--horizon", "2"], 0, "");
    let ask = |more: &[&str]| {
        let output = command(program())
            .args(["forecast", "headcount", "--horizon", "6"])
            .args(more)
            .arg("--data-dir")
            .arg(dir.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let first = ask(&["--json"]);
    assert_eq!(first, ask(&["--json"]), "the kept forecast answers, byte for byte");
    let json: serde_json::Value = serde_json::from_str(&first).unwrap();
    assert_eq!(json["points"].as_array().unwrap().len(), 6);
    assert_eq!(json["points"][0]["time"], "2025-11-01", "November is not over");
    let keys = ["series", "unit", "place", "as_of", "n", "data_hash", "model", "candidates"];
    for key in keys.into_iter().chain(["backtest", "marks", "notes", "sentence", "fit_ms"]) {
        assert!(json.get(key).is_some(), "{key}");
    }
    for key in ["yhat", "lo50", "hi50", "lo80", "hi80", "lo95", "hi95"] {
        assert!(json["points"][5][key].is_number(), "{key}");
    }
    let words = ask(&[]);
    assert!(words.starts_with("Headcount, all offices, by month, as of 2025-11-23"), "{words}");
    assert!(words.contains("80% between") && words.contains("Nov 2025"), "{words}");
    check(dir.path(), &["verify"], 0, "");
    let short = scratch();
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/example");
    check(short.path(), &["import", example], 0, "");
    check(short.path(), &["forecast", "jobs"], 3, "a forecast needs 3");
}

#[test]
fn the_data_folder_stands_before_or_after_the_command() {
    let dir = scratch();
    let shown = dir.path().display().to_string();
    for arguments in [["config", "--data-dir", &shown], ["--data-dir", &shown, "config"]] {
        let output = command(program()).args(arguments).output().unwrap();
        assert!(String::from_utf8_lossy(&output.stdout).contains(&shown), "{arguments:?}");
    }
}

#[test]
fn strangers_get_no_page() {
    let dir = scratch();
    let server = Server::start(program(), dir.path()).unwrap();
    let mut stranger = Connection::open(&server.host, "").unwrap();
    assert_eq!(stranger.get("/train").unwrap().status, 401);
    let mut guesser = Connection::open(&server.host, "crewkeep=0").unwrap();
    assert_eq!(guesser.get("/train").unwrap().status, 401);
    let mut rebound = server.connect().unwrap();
    "office.example".clone_into(&mut rebound.host);
    assert_eq!(rebound.get("/train").unwrap().status, 421);
    let mut forger = server.connect().unwrap();
    assert_eq!(forger.send("POST", "/tasks/x/stop").unwrap().status, 403);
}

#[cfg(unix)]
#[test]
fn an_interrupted_program_ends_well_and_starts_again() {
    let dir = scratch();
    for _ in 0..2 {
        let mut server = Server::start(program(), dir.path()).unwrap();
        let id = server.child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        assert!(server.child.wait().unwrap().success());
    }
}

fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_crewkeep"))
}

fn scratch() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// Runs the program on a folder; `said` is part of what it tells on standard error.
#[track_caller]
fn check(dir: &Path, arguments: &[&str], code: i32, said: &str) {
    let output = command(program()).args(arguments).arg("--data-dir").arg(dir).output().unwrap();
    let words = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{arguments:?} said: {words}");
    assert!(words.contains(said), "{arguments:?} said: {words}");
    assert!(!words.contains("panicked"), "{arguments:?} said: {words}");
}
