//! One person on a small trained demo.

use super::*;
use crate::app::fixture;
use crate::app::score::{SUM_TOLERANCE, latest};

/// Identities of everyone of the last scoring.
fn everyone() -> Vec<[u8; 16]> {
    let scores = fixture::full().look(latest).unwrap();
    scores.people.iter().map(|it| it.uid).collect()
}

fn sheet(uid: [u8; 16]) -> Sheet {
    fixture::full().look(move |cx| read(cx, uid)).unwrap()
}

#[test]
fn receipts_hold_every_term_once_and_add_up() {
    let mut scored = 0;
    for uid in everyone() {
        let Standing::Scored(it) = sheet(uid).standing else { continue };
        scored += 1;
        let lines = || it.groups.iter().flat_map(|it| &it.lines);
        assert_eq!(lines().count(), FEATURES.len());
        let sum = it.reasons.intercept + lines().map(|it| it.points).sum::<f64>();
        assert!((sum - it.reasons.log_odds).abs() < SUM_TOLERANCE);
        assert_eq!(it.groups.len(), 3);
        assert!(lines().all(|it| it.half >= 0.0 && !it.words.is_empty()));
    }
    assert!(scored > 40);
}

#[test]
fn the_past_is_months_in_order_by_the_same_model() {
    let uid = everyone()[0];
    let Standing::Scored(it) = sheet(uid).standing else { panic!("the first is scored") };
    assert!(it.past.len() <= PAST_MONTHS as usize);
    let as_of = it.evidence.as_of;
    assert!(it.past.is_sorted_by_key(|it| it.on) && it.past.iter().all(|it| it.on < as_of));
    assert!(it.past.iter().all(|it| it.low <= it.chance && it.chance <= it.high));
}

#[test]
fn people_alike_are_other_people_once_each() {
    let mut groups = 0;
    for uid in everyone().into_iter().take(12) {
        let found = fixture::full().look(move |cx| {
            let who = find(cx, uid)?;
            let head = models::in_use_head(cx.read)?.unwrap();
            let as_of = models::latest_as_of(cx.read, head.id)?.unwrap();
            let said = models::prediction_of(cx.read, head.id, as_of, who.id)?.unwrap();
            let Verdict::Scored { reasons, .. } = score::person(said)?.verdict else {
                return Ok(None);
            };
            let card = card(&head)?;
            let near = nearest_people(cx, &reasons, &card, who.id)?;
            Ok(Some((who.id, near, alike(cx, &reasons, &card, who.id, head.horizon_days)?)))
        });
        let Some((own, near, alike)) = found.unwrap() else { continue };
        let people: HashSet<i64> = near.iter().map(|it| it.technician_id).collect();
        assert!(!people.contains(&own), "the person is not their own neighbour");
        assert_eq!(people.len(), near.len());
        assert!(near.is_sorted_by(|a, b| a.distance <= b.distance));
        match alike {
            Alike::TooFew(have) => assert!(have < ALIKE_MIN),
            Alike::Group(like) => {
                groups += 1;
                assert!(like.people as usize >= ALIKE_MIN && like.left <= like.people);
                assert!(like.nearest.iter().all(|it| 0.0 < it.alike && it.alike <= 1.0));
                assert!(like.nearest.iter().all(|it| !it.words.is_empty()));
            }
        }
    }
    assert!(groups > 0, "somebody has a group");
}

#[test]
fn who_has_left_keeps_the_facts_and_no_score() {
    let uid = fixture::full().look(|cx| someone_for_tests(cx, true)).unwrap();
    let sheet = sheet(uid);
    assert!(matches!(sheet.standing, Standing::Left(..)));
    assert!(sheet.events.iter().any(|it| matches!(it.what, What::Left(_))));
    let (json, _) = fixture::full().look(move |cx| receipt(cx, uid)).unwrap();
    assert!(json["probability"].is_null() && json["not_scored"].is_string());
}

#[test]
fn the_receipt_for_programs_is_the_same_receipt() {
    let uid = everyone()[0];
    let Standing::Scored(it) = sheet(uid).standing else { panic!("the first is scored") };
    let (json, number) = fixture::full().look(move |cx| receipt(cx, uid)).unwrap();
    assert_eq!(json["log_odds"].as_f64(), Some(it.reasons.log_odds));
    assert_eq!(json["terms"].as_array().unwrap().len(), it.reasons.terms.len());
    assert_eq!(json["employee_no"].as_str(), Some(number.as_str()));
}

#[test]
fn nobody_is_found_by_an_unknown_identity() {
    let found = fixture::full().look(|cx| read(cx, [7; 16]));
    assert!(matches!(found, Err(Error::Told(told)) if told.kind == Kind::NotFound));
}
