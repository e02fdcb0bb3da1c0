//! The built program from outside: exit codes, what it says when the machine is in its way, and who
//! may read its pages.

use std::collections::{BTreeSet, VecDeque};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::http::Connection;
use crate::server::{Server, command};

/// Pages followed from the first one.
const PAGES_MAX: usize = 60;

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
fn the_data_folder_stands_before_or_after_the_command() {
    let dir = scratch();
    let shown = dir.path().display().to_string();
    for arguments in [["config", "--data-dir", &shown], ["--data-dir", &shown, "config"]] {
        let output = command(program()).args(arguments).output().unwrap();
        assert!(String::from_utf8_lossy(&output.stdout).contains(&shown), "{arguments:?}");
    }
}

#[test]
fn a_file_in_the_way_is_told() {
    let dir = scratch();
    let file = dir.path().join("file");
    std::fs::write(&file, "").unwrap();
    check(&file, &["serve", "--no-browser"], 1, "--data-dir");
}

#[test]
fn a_damaged_store_is_left_as_it_is() {
    let dir = scratch();
    let (file, noise) = (dir.path().join("crewkeep.db"), [7_u8; 9_000]);
    std::fs::write(&file, noise).unwrap();
    check(dir.path(), &["serve", "--no-browser"], 1, "damaged");
    assert_eq!(std::fs::read(&file).unwrap(), noise);
}

#[test]
fn a_taken_port_is_told() {
    let dir = scratch();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    check(dir.path(), &["serve", "--no-browser", "--port", &port], 1, "--port");
}

#[test]
fn a_second_program_is_told_where_the_first_is() {
    let dir = scratch();
    let first = Server::start(program(), dir.path()).unwrap();
    check(dir.path(), &["serve", "--no-browser", "--port", "0"], 1, &first.host);
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

#[test]
fn every_link_leads_to_a_page_under_the_policy() {
    let dir = scratch();
    let server = Server::start(program(), dir.path()).unwrap();
    let mut waiting: VecDeque<String> = ["/".to_owned(), "/train".to_owned()].into();
    let mut seen: BTreeSet<String> = waiting.iter().cloned().collect();
    while let Some(path) = waiting.pop_front() {
        let page = server.get(&path).unwrap();
        assert_eq!(page.status, 200, "{path}");
        let policy = page.header("content-security-policy").unwrap_or_default();
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{path}");
        for link in page.links().map(|it| format!("/{}", it.split('#').next().unwrap())) {
            if seen.len() < PAGES_MAX && seen.insert(link.clone()) {
                waiting.push_back(link);
            }
        }
    }
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
