//! Two models of one office: which is used, how that changes, what is on record, what is found when
//! something was changed behind the program's back.

use super::*;
use crate::app::progress::Silent;
use crate::app::{fixture, score, verify};
use crate::store::registry::damage;

fn state(office: &Office, version: u32) -> State {
    office.look(move |cx| find(cx, version)).expect("a model").record.state
}

/// Versions by state: the one in use and the other.
fn used(office: &Office) -> (u32, u32) {
    let used = office.look(in_use).expect("a read").expect("a model in use").record.version;
    (used, 3 - used)
}

fn chances(office: &Office) -> Vec<(String, Option<u64>)> {
    let scores = office.look(score::latest).expect("scores");
    let bits = |it: &score::Person| match &it.verdict {
        score::Verdict::Scored { probability, .. } => Some(probability.to_bits()),
        score::Verdict::NotScored(_) => None,
    };
    scores.people.iter().map(|it| (it.employee_no.clone(), bits(it))).collect()
}

fn acts(office: &Office) -> Vec<String> {
    office.look(crate::app::audit::last_for_tests).expect("the record")
}

#[track_caller]
fn told<T: std::fmt::Debug>(it: Result<T>) -> (Kind, String) {
    match it {
        Err(Error::Told(told)) => (told.kind, told.to_string()),
        other => panic!("told nothing: {other:?}"),
    }
}

#[test]
fn the_first_model_is_used_and_a_later_one_asks_the_gates() {
    let office = fixture::two_models();
    let entries = office.look(list).unwrap();
    assert_eq!(entries.iter().map(|it| it.record.version).collect::<Vec<_>>(), [2, 1]);
    let in_use: Vec<_> = entries.iter().filter(|it| it.record.state == State::InUse).collect();
    assert_eq!(in_use.len(), 1);
    let second = &entries[0];
    let stored: Vec<Gate> = serde_json::from_str(&second.record.gates).unwrap();
    let passes = gates::all_passed(&stored);
    assert_eq!(passes, second.record.state == State::InUse, "{stored:?}");
    assert!(acts(&office).iter().any(|it| it.starts_with("model.use model v1")));
    let scored = office.look(score::latest).unwrap();
    assert_eq!(scored.version, in_use[0].record.version);
}

#[test]
fn promotion_needs_a_reason_where_a_gate_holds_and_roll_back_brings_the_old_scores() {
    let office = fixture::two_models();
    let (now, other) = used(&office);
    let before = chances(&office);
    let held = office.look(move |cx| find(cx, other)).unwrap().needs_reason();
    if held {
        let (kind, words) = told(promote(&office, other, "  "));
        assert_eq!(kind, Kind::Invalid);
        assert!(words.contains("held by"), "{words}");
        assert_eq!(state(&office, other), State::Candidate);
    }
    let moved = promote(&office, other, "the old one misses the new office").unwrap();
    assert_eq!(moved, Moved { version: other, before: Some(now) });
    score::score(&office, &Silent).unwrap();
    assert_ne!(chances(&office), before, "another seed gives other chances");
    assert_eq!(told(promote(&office, other, "again")).0, Kind::Conflict);

    let back = roll_back(&office, "").unwrap();
    assert_eq!(back, Moved { version: now, before: Some(other) });
    assert_eq!(chances(&office), before, "the scores of the model before are still there");
    score::score(&office, &Silent).unwrap();
    assert_eq!(chances(&office), before, "and come out the same when computed again");
    let acts = acts(&office);
    assert!(acts.iter().any(|it| it.contains("the old one misses the new office")), "{acts:?}");
    assert!(acts.iter().any(|it| it.starts_with("model.rollback")), "{acts:?}");
}

#[test]
fn what_cannot_be_done_says_why_and_changes_nothing() {
    let office = fixture::two_models();
    let (now, _) = used(&office);
    assert_eq!(told(promote(&office, 9, "x")).0, Kind::NotFound);
    assert_eq!(told(retire(&office, now, "x")).0, Kind::Conflict);
    assert_eq!(told(promote(&office, 1, &"x".repeat(REASON_MAX + 1))).0, Kind::Invalid);
    assert_eq!(used(&office).0, now);
    if state(&office, 2) == State::Candidate {
        assert_eq!(told(roll_back(&office, "")).0, Kind::Conflict, "nothing was in use before");
        retire(&office, 2, "made by mistake").unwrap();
        assert_eq!(state(&office, 2), State::Retired);
        assert_eq!(told(retire(&office, 2, "")).0, Kind::Conflict);
        promote(&office, 2, "after all").unwrap();
    }
    assert_eq!(state(&office, 1), State::Retired);
}

#[test]
fn models_grow_old() {
    let office = fixture::two_models();
    let entry = office.look(in_use).unwrap().unwrap();
    let days = office.config().model_expires_days;
    let last = entry.record.as_of.plus(days);
    assert_eq!(entry.expires_on(1), last, "kept with the model, whatever the setting says later");
    assert_eq!(entry.expired_words(last.plus(-1), days), None);
    let words = entry.expired_words(last, days).unwrap();
    assert!(words.contains("expired on") && words.contains("train a new model"), "{words}");
    assert_eq!(entry.train_again_on(days), entry.record.as_of.plus(days / 2));
}

#[test]
fn the_folder_tells_the_model_in_words_and_hashes() {
    let office = fixture::two_models();
    let entry = office.look(|cx| find(cx, 1)).unwrap();
    let folder = dir(&office, &entry.record);
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    assert_eq!(hash(read(MODEL).as_bytes()), entry.record.artifact_hash);
    assert_eq!(read(CARD_JSON), entry.record.card);
    let card = read(CARD_TEXT);
    for words in ["association, not proof", "## Never reads", "Tenure", &entry.record.data_hash] {
        assert!(card.contains(words), "card.md lacks {words}");
    }
    let manifest: serde_json::Value = serde_json::from_str(&read(MANIFEST)).unwrap();
    assert_eq!(manifest["files"][CARD_TEXT], hash(card.as_bytes()).as_str());
    let left: Vec<_> = std::fs::read_dir(&folder).unwrap().collect();
    assert_eq!(left.len(), 4, "no half files stay behind");
    let to = folder.join("copy");
    assert_eq!(export(&office, 1, &to).unwrap().len(), 4);
    assert_eq!(told(export(&office, 1, &to)).0, Kind::Conflict);
}

#[test]
fn two_models_side_by_side() {
    let office = fixture::two_models();
    let it = office.look(|cx| compare(cx, 1, 2)).unwrap();
    assert_eq!(it.lines.len(), it.a.card.features.len());
    let differs: Vec<&str> = it.made.iter().map(|it| it.0.as_str()).collect();
    assert_eq!(differs, ["Model, SHA-256", "Seed"], "the data are the same");
    let scores = it.scores.expect("both scored everyone on the same day");
    assert!(scores.people > 30 && scores.changed >= scores.higher);
    assert!(scores.correlation.expect("a correlation") > 0.5);
}

fn found(office: &Office) -> verify::Report {
    verify::verify(office, &Silent).expect("a check")
}

#[test]
fn a_check_finds_all_in_order_and_mends_a_missing_folder() {
    let office = fixture::two_models();
    let report = found(&office);
    assert!(report.is_sound(), "{report:?}");
    assert_eq!((report.models, report.files, report.unsealed), (2, 8, 0));
    assert!(report.predictions > 100, "{report:?}");
    forget(&office).unwrap();
    let report = found(&office);
    assert!(report.is_sound() && report.repaired.len() == 2, "{report:?}");
    assert_eq!(found(&office).files, 8);
    let (_, last) = office.look(verify::last).unwrap().expect("it was kept");
    assert!(last.is_sound());
}

#[test]
fn a_check_finds_a_flipped_byte_in_a_file() {
    let office = fixture::two_models();
    let entry = office.look(|cx| find(cx, 1)).unwrap();
    let path = dir(&office, &entry.record).join(MODEL);
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let report = found(&office);
    assert_eq!(report.fault_count, 1, "{report:?}");
    assert_eq!(report.faults[0].at, "models/ebm/1/model.json");
    assert!(!report.faults[0].remedy.is_empty());
}

/// What a check finds after a statement ran behind the program's back.
fn after(sql: &'static str) -> verify::Report {
    let office = fixture::two_models();
    let changed = office.store.write(move |tx| damage(tx, sql)).unwrap();
    assert!(changed > 0, "nothing was damaged");
    found(&office)
}

#[test]
fn a_check_finds_a_flipped_byte_in_the_row_of_a_model() {
    let report = after(
        "UPDATE trained_model
            SET artifact = CAST(substr(artifact, 1, 99) || x'FF' || substr(artifact, 101) AS BLOB)
          WHERE version = 1",
    );
    assert_eq!(report.fault_count, 1, "{report:?}");
    assert_eq!(report.faults[0].at, "The artifact of model v1 in the data file");
    let report =
        after("UPDATE trained_model SET card = replace(card, 'rows', 'rowz') WHERE version = 2");
    assert!(report.faults.iter().any(|it| it.at.starts_with("The card of model v2")), "{report:?}");
}

#[test]
fn a_check_finds_a_changed_prediction_with_and_without_its_seal() {
    let report = after(
        "UPDATE prediction SET probability = probability + 1e-15
          WHERE id = (SELECT min(id) FROM prediction WHERE probability IS NOT NULL)",
    );
    assert_eq!(report.fault_count, 1, "{report:?}");
    assert!(report.faults[0].found.contains("seal"), "{report:?}");
    let report = after(
        "UPDATE prediction SET seal = NULL, log_odds = log_odds + 1e-12
          WHERE id = (SELECT min(id) FROM prediction WHERE probability IS NOT NULL)",
    );
    assert_eq!((report.fault_count, report.unsealed), (1, 1), "{report:?}");
    assert!(report.faults[0].found.contains("differently"), "{report:?}");
    let report = after("UPDATE prediction SET band = 'HIGH' WHERE band = 'LOW'");
    assert!(report.fault_count > 20, "{}", report.fault_count);
}
