//! A program that is killed, at any moment, and the same command typed again.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use crate::office::{Office, run_at, text};
use crate::server::command;

const DEMO: &[&str] =
    &["demo", "--technicians", "40", "--years", "2", "--offices", "2", "--end", "2026-11-20"];

#[test]
fn a_demo_that_was_cut_off_is_loaded_anew() {
    let whole = Office::new();
    whole.done(DEMO);
    let expected = answers(&whole.path());
    for wait_ms in [60, 250, 600, 1200, 2400] {
        let office = Office::new();
        let mut child = command(Path::new(env!("CARGO_BIN_EXE_crewkeep")))
            .arg("--data-dir")
            .arg(office.path())
            .args(DEMO)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(wait_ms));
        child.kill().unwrap();
        child.wait().unwrap();

        // Loaded whole before the kill: then the second load is refused, and what was computed from
        // the facts is brought up to date by the next command that needs it.
        let again = office.run(DEMO);
        let said = text(&again.stderr);
        let was_whole = said.contains("holds data already");
        assert!(again.status.success() || was_whole, "after {wait_ms} ms: {said}");
        let trained = office.run(&["train"]);
        assert!(!text(&trained.stderr).contains("panicked"), "{}", text(&trained.stderr));
        assert_eq!(answers(&office.path()), expected, "after {wait_ms} ms");
    }
}

#[test]
fn only_the_demo_is_removed_as_the_demo() {
    let office = Office::new();
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/example");
    office.done(&["import", example]);
    let before = answers(&office.path());
    let refused = office.run(&["demo", "--remove"]);
    assert_eq!(refused.status.code(), Some(1), "{}", text(&refused.stdout));
    assert_eq!(answers(&office.path()), before);

    let demo = Office::new();
    demo.done(DEMO);
    let mixed = demo.run(&["import", example]);
    assert_eq!(mixed.status.code(), Some(1), "an office's data never mix with the demo");
    demo.done(&["demo", "--remove"]);
    demo.done(&["import", example]);
    assert_eq!(answers(&demo.path()), before, "nothing of the demo is left");
}

/// Figures from people, work and roll-ups.
fn answers(dir: &Path) -> Vec<String> {
    let metrics = ["headcount", "exits", "weekend_share", "offer_acceptance", "recall_rate"];
    metrics.map(|id| text(&run_at(dir, &["metric", id, "--json"]).stdout)).to_vec()
}
