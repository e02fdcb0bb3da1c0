//! A program that is killed, at any moment, and the same command typed again.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use crate::office::{Office, run_at, text};
use crate::server::command;

const TRAIN: &[&str] =
    &["--set", "score.exits_min=10", "--set", "train.outer_bags=4", "train", "--json"];

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
fn a_training_that_was_cut_off_goes_on_at_the_last_finished_bag() {
    let whole = Office::new();
    whole.done(DEMO);
    let expected = trained(&whole);
    assert_eq!(expected.taken, 0, "nothing was there to go on from");

    let office = Office::new();
    office.done(DEMO);
    let mut before = 0;
    for bags in [expected.fitted / 4, expected.fitted * 3 / 4] {
        let mut child = command(Path::new(env!("CARGO_BIN_EXE_crewkeep")))
            .arg("--data-dir")
            .arg(office.path())
            .args(TRAIN)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Killed once so many bags lie there, whatever the speed of the machine.
        while kept(&office.path()) < bags && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(2));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let now = kept(&office.path());
        assert!(now >= before, "a second training adds to what the first has kept");
        before = now;
    }
    let again = trained(&office);
    assert!(again.model == expected.model, "not the same bytes as without a kill");
    assert!(again.taken >= expected.fitted * 3 / 4, "{} bags were taken over", again.taken);
    assert_eq!(again.fitted + again.taken, expected.fitted);
    assert!(!office.path().join("models/unfinished").exists(), "a finished training tidies up");
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

/// A training to its end.
struct Training {
    fitted: u64,
    taken: u64,
    /// The bytes of the model.
    model: Vec<u8>,
}

fn trained(office: &Office) -> Training {
    let said: serde_json::Value = serde_json::from_str(&office.done(TRAIN)).unwrap();
    let count = |it: &str| said["bags"][it].as_u64().unwrap();
    let model = format!("models/ebm/{}/model.json", said["version"]);
    let model = std::fs::read(office.path().join(model)).unwrap();
    Training { fitted: count("fitted"), taken: count("taken"), model }
}

/// Bags of main effects that lie in a data folder.
fn kept(dir: &Path) -> u64 {
    let keys = std::fs::read_dir(dir.join("models/unfinished")).into_iter().flatten().flatten();
    let files = keys.flat_map(|it| std::fs::read_dir(it.path()).into_iter().flatten().flatten());
    let is_bag = |name: String| name.contains("-mains-") && !name.starts_with('.');
    files.filter(|it| is_bag(it.file_name().to_string_lossy().into_owned())).count() as u64
}

/// Figures from people, work and roll-ups.
fn answers(dir: &Path) -> Vec<String> {
    let metrics = ["headcount", "exits", "weekend_share", "offer_acceptance", "recall_rate"];
    metrics.map(|id| text(&run_at(dir, &["metric", id, "--json"]).stdout)).to_vec()
}
