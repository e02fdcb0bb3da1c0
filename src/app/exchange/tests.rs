//! Models in and out of an office with two models: what comes in predicts as it did, what does not
//! belong here is refused with what sets it apart.

use super::*;
use crate::app::audit::last_for_tests;
use crate::app::fixture;
use crate::app::gates::{self, Outcome};
use crate::app::registry::State;

const FOREIGN: &str = include_str!("../../learn/fixtures/interpret/binary.json");
const NUMBERS: &str = include_str!("../../learn/fixtures/interpret/regression.json");

fn given(name: &str, text: &str) -> Given {
    Given { name: name.to_owned(), bytes: text.as_bytes().to_vec(), form: None, monthly: false }
}

fn export(office: &Office, version: u32, form: Form) -> Given {
    let (name, bytes) = office.look(move |cx| written(cx, version, form)).expect("an export");
    Given { name, bytes, form: None, monthly: form == Form::Interpret }
}

/// What a model said of everyone, as bits.
fn said(office: &Office, version: u32) -> Vec<(i64, Option<u64>)> {
    office
        .look(move |cx| {
            let id = registry::find(cx, version)?.record.id;
            let day = models::latest_as_of(cx.read, id)?.expect("scores");
            let rows = models::predictions(cx.read, id, day)?;
            Ok(rows
                .into_iter()
                .map(|it| (it.said.technician_id, it.said.chance.map(|it| it.0.to_bits())))
                .collect())
        })
        .expect("what was said")
}

#[track_caller]
fn told<T: std::fmt::Debug>(it: Result<T>) -> (Kind, String) {
    match it {
        Err(Error::Told(told)) => (told.kind, told.to_string()),
        other => panic!("told nothing: {other:?}"),
    }
}

fn entry(office: &Office, version: u32) -> Entry {
    office.look(move |cx| registry::find(cx, version)).expect("an entry")
}

#[test]
fn what_went_out_comes_in_as_a_candidate_and_says_the_same() {
    let office = fixture::two_models();
    let back = bring(&office, &export(&office, 1, Form::Crewkeep)).expect("an import");
    assert_eq!(back.version, 3);
    assert_eq!(said(&office, 3), said(&office, 1), "bit for bit");
    let it = entry(&office, 3);
    assert_eq!(it.record.state, State::Candidate);
    assert!(it.needs_reason() && it.card.validation.is_none());
    let quality = it.gates.iter().find(|it| it.id == "quality").expect("a gate");
    assert_eq!(quality.outcome, Outcome::NotChecked);
    assert!(quality.words.contains("not tested here"), "{}", quality.words);
    let origin = it.card.origin.as_ref().expect("an origin");
    assert!(origin.parts[0].from_here, "it is v1 of this office");
    let here = origin.here.as_ref().expect("a test here");
    assert!(here.has_seen && here.words().contains("parts of which it has seen"));
    assert!(here.auc.value.is_some_and(|it| it > 0.5), "{here:?}");
    assert_eq!(told(registry::promote(&office, 3, "")).0, Kind::Invalid);
    registry::promote(&office, 3, "tried it for a month").expect("a person may");
    assert!(entry(&office, 3).on_probation());

    // The same through the form of others, whose sums may differ in the last bits.
    let form = export(&office, 1, Form::Interpret);
    let alone = Given { monthly: false, ..form.clone() };
    let (kind, words) = told(bring(&office, &alone));
    assert!(kind == Kind::Invalid && words.contains("--monthly"), "{words}");
    let other = bring(&office, &form).expect("an import");
    for (a, b) in said(&office, other.version).iter().zip(&said(&office, 1)) {
        let of = |it: Option<u64>| it.map(f64::from_bits);
        match (of(a.1), of(b.1)) {
            (Some(a), Some(b)) => assert!((a - b).abs() < 1e-9, "{a} {b}"),
            (a, b) => assert_eq!(a, b),
        }
    }
    let acts = office.look(last_for_tests).expect("the record");
    assert!(acts.iter().any(|it| it.starts_with("model.import model v3 model.json")), "{acts:?}");
    let report = crate::app::verify::verify(&office, &crate::app::progress::Silent);
    assert!(report.expect("a check").is_sound());
}

#[test]
fn what_does_not_belong_here_is_refused_with_what_sets_it_apart() {
    let office = fixture::two_models();
    let refuse = |text: &str, words: &[&str]| {
        let (kind, said) = told(bring(&office, &given("it.json", text)));
        assert_eq!(kind, Kind::Invalid, "{said}");
        for it in words {
            assert!(said.contains(it), "{it:?} is not in {said:?}");
        }
    };
    refuse(FOREIGN, &["it lacks tenure_months", "it reads what is not known here"]);
    refuse(NUMBERS, &["predicts a number"]);
    refuse("{\"format\": 2", &["it.json cannot be read as JSON", "damaged"]);
    refuse("[1, 2]", &["it.json"]);
    refuse("{\"format\": 99}", &["newer than this program"]);
    refuse("{\"hello\": 1}", &["neither a model of Crewkeep nor an export of InterpretML"]);
    let own = String::from_utf8(export(&office, 1, Form::Crewkeep).bytes).expect("text");
    refuse(&own.replace("\"tenure_months\"", "\"birth_date\""), &["birth_date", "age"]);
    refuse(&own.replacen("\"bags\":3", "\"bags\":4", 1), &["it.json"]);
    let csv = Given { form: Some(Form::Csv), ..given("it.csv", "a") };
    assert!(told(bring(&office, &Given { bytes: b"{}".to_vec(), ..csv })).1.contains("read back"));
    let large = Given { bytes: vec![b' '; BYTES_MAX as usize + 1], ..given("large.json", "") };
    assert!(told(bring(&office, &large)).1.contains("32 MB"));
    assert_eq!(office.look(registry::list).expect("a list").len(), 2, "nothing was kept");
}

#[test]
fn offices_learn_together_without_moving_a_row() {
    let office = fixture::two_models();
    let other = export(&office, 2, Form::Crewkeep);
    let merged = merge(&office, 1, std::slice::from_ref(&other)).expect("a merge");
    let it = entry(&office, merged.version);
    let parts = &it.card.origin.as_ref().expect("an origin").parts;
    assert_eq!((parts.len(), parts[0].name.as_str()), (2, "v1"));
    assert_eq!(it.card.rows, parts[0].rows + parts[1].rows);
    assert_eq!(it.card.exits, parts[0].exits + parts[1].exits);
    assert!(!gates::all_passed(&it.gates));
    assert_eq!(said(&office, merged.version).len(), said(&office, 1).len());
    let (kind, words) = told(merge(&office, 1, &[other.clone(), other]));
    assert!(kind == Kind::Invalid && words.contains("among these already"), "{words}");
    let itself = export(&office, 1, Form::Crewkeep);
    assert_eq!(told(merge(&office, 1, &[itself])).0, Kind::Invalid);
    let (name, bytes) = office.look(|cx| registry::files(cx, 3)).expect("files").1.swap_remove(2);
    let card = String::from_utf8(bytes).expect("text");
    assert!(name == "card.md" && card.contains("## Where it comes from"), "{card}");
}

#[test]
fn a_line_is_changed_with_a_reason_that_stays() {
    let office = fixture::two_models();
    let edit = |reason: &str| edit(&office, 1, "tenure_months", Way::Falling, reason);
    assert_eq!(told(edit(" ")).0, Kind::Invalid);
    let made = edit("new people leave first").expect("an edit");
    let it = entry(&office, made.version);
    assert_eq!(it.card.edits.len(), 1);
    let words = it.card.edits[0].words();
    assert!(words.contains("Tenure") && words.contains("new people leave first"), "{words}");
    assert_eq!(it.card.months, entry(&office, 1).card.months);
    let again = super::edit(&office, made.version, "tenure_months", Way::Falling, "again");
    assert_eq!(told(again).0, Kind::Conflict);
    let (kind, words) = told(super::edit(&office, 1, "tenure_month", Way::Rising, "x"));
    assert!(kind == Kind::NotFound && words.contains("tenure_months"), "{words}");
    let edited = export(&office, made.version, Form::Crewkeep);
    assert!(told(merge(&office, 2, &[edited])).1.contains("edits"));
    let acts = office.look(last_for_tests).expect("the record");
    assert!(acts.iter().any(|it| it.contains("model.edit") && it.contains("leave first")));
}

#[test]
fn files_for_others_are_written_once() {
    let office = fixture::two_models();
    let to = tempfile::tempdir().expect("a folder");
    let paths = super::export(&office, 1, Form::Csv, to.path()).expect("an export");
    assert!(paths[0].ends_with("crewkeep-v1-lookup.csv"));
    let table = std::fs::read_to_string(&paths[0]).expect("a file");
    assert!(table.starts_with("term,feature") && table.contains("tenure_months"));
    let file = to.path().join("own.json");
    super::export(&office, 1, Form::Interpret, &file).expect("an export");
    assert_eq!(told(super::export(&office, 1, Form::Interpret, &file)).0, Kind::Conflict);
    let acts = office.look(last_for_tests).expect("the record");
    assert!(acts.iter().any(|it| it.starts_with("model.export model v1 lookup table")), "{acts:?}");
}
