//! What if on a small trained demo.

use super::*;
use crate::app::fixture;
use crate::app::person::someone_for_tests;
use crate::app::score::latest;
use crate::domain::told::Kind;
use crate::feature::by_id;

fn scored() -> Vec<[u8; 16]> {
    let scores = fixture::full().look(latest).unwrap();
    let is_scored = |it: &&score::Person| matches!(it.verdict, Verdict::Scored { .. });
    scores.people.iter().filter(is_scored).map(|it| it.uid).collect()
}

fn ask(uid: [u8; 16], entries: &[(&str, &str)]) -> WhatIf {
    let entries: Vec<(String, String)> =
        entries.iter().map(|it| (it.0.to_owned(), it.1.to_owned())).collect();
    let sheet = fixture::full().look(move |cx| {
        read(cx, uid, &|id| entries.iter().find(|it| it.0 == id).map(|it| it.1.clone()))
    });
    match sheet.unwrap().standing {
        Standing::Ready(it) => *it,
        other => panic!("a score, not {other:?}"),
    }
}

fn bits(it: Side) -> [u64; 3] {
    [it.chance, it.low, it.high].map(f64::to_bits)
}

#[test]
fn the_values_as_they_are_give_the_stored_score_bit_for_bit() {
    for uid in scored() {
        let plain = ask(uid, &[]);
        // The same again, every entry sent as it was shown.
        let entries: Vec<(&str, &str)> =
            plain.levers.iter().map(|it| (it.feature.id, it.now.as_str())).collect();
        for it in [&plain, &ask(uid, &entries)] {
            assert_eq!(bits(it.before), bits(it.after));
            assert_eq!(it.before.band, it.after.band);
            assert_eq!((it.effect.log_odds, it.effect.sd), (0.0, 0.0));
            assert!(it.problems.is_empty() && it.levers.iter().all(|it| !it.moved));
            assert!(it.lines.iter().all(|it| it.before.to_bits() == it.after.to_bits()));
        }
    }
}

/// What a person's changes promise, clear or not, and what the page says when they are entered.
fn promised(cx: &Cx<'_>, uid: [u8; 16]) -> Result<Vec<(Idea, WhatIf)>> {
    let who = person::find(cx, uid)?;
    let Said::Scored(basis) = person::said(cx, &who)? else { panic!("scored") };
    let loaded = score::load(cx)?;
    let asker = Asker::new(cx, &basis, &loaded)?;
    let changes = asker.changes()?;
    changes
        .iter()
        .map(|change| {
            let idea = asker.idea(change)?;
            let entry = |id: &str| {
                idea.moves.iter().find(|it| it.feature.id == id).map(|it| it.text.clone())
            };
            let then = answer(cx, &basis, &loaded, &entry)?;
            Ok((idea, then))
        })
        .collect()
}

#[test]
fn what_is_promised_is_what_the_page_then_says() {
    let mut pairs = 0;
    for uid in scored().into_iter().take(10) {
        let all = fixture::full().look(move |cx| promised(cx, uid)).unwrap();
        assert!(!all.is_empty());
        for (idea, then) in all {
            assert!(then.problems.is_empty(), "{:?}", then.problems);
            assert_eq!(bits(then.after), bits(idea.after), "{}", idea.words());
            assert_eq!(then.after.band, idea.after.band);
            assert_eq!(then.effect, idea.effect);
            assert!(then.effect.log_odds < 0.0, "{}", idea.words());
            // A raise is rare by nature: most months follow none.
            let usual = |it: &Lever| it.rare.is_none() || it.feature.unit == Unit::Months;
            assert!(then.levers.iter().all(usual), "only the usual is proposed");
            assert_eq!(then.levers.iter().filter(|it| it.moved).count(), idea.moves.len());
            pairs += usize::from(idea.moves.len() == 2);
            for step in &idea.moves {
                assert!(step.feature.actionable);
                match step.feature.direction {
                    Some(Direction::Raises) => assert!(step.to < step.from),
                    Some(Direction::Lowers) => assert!(step.to > step.from),
                    None => {}
                }
            }
        }
    }
    assert!(pairs > 0, "two at once are tried");
}

#[test]
fn only_clear_changes_are_listed() {
    for uid in scored() {
        let all = ask(uid, &[]).lowering;
        let singles = all.iter().filter(|it| it.moves.len() == 1).count();
        assert!(singles <= SINGLES_MAX && all.len() <= singles + 1);
        for it in &all {
            assert!(it.effect.is_clearly_lower(), "{}", it.words());
            assert!(it.before.chance - it.after.chance >= CHANCE_MIN);
        }
    }
}

#[test]
fn a_moved_value_moves_its_line_and_the_sum() {
    let uid = scored()[0];
    let plain = ask(uid, &[]);
    let mut moved = 0;
    for lever in &plain.levers {
        for end in [&lever.ends.0, &lever.ends.1] {
            let it = ask(uid, &[(lever.feature.id, end)]);
            assert!(it.problems.is_empty(), "{} {end}: {:?}", lever.feature.id, it.problems);
            let sum = |of: fn(&Compared) -> f64| it.lines.iter().map(of).sum::<f64>();
            let apart = sum(|it| it.after) - sum(|it| it.before);
            assert!((apart - it.effect.log_odds).abs() < 1e-9);
            assert!(it.effect.low <= it.effect.log_odds && it.effect.log_odds <= it.effect.high);
            moved += usize::from(it.effect.log_odds != 0.0);
        }
    }
    assert!(moved > 3, "{moved}");
}

#[test]
fn entries_that_cannot_be_used_are_told_and_change_nothing() {
    let uid = scored()[0];
    let hostile = "9".repeat(400);
    for entry in ["x", "-1", "101", "1e999", "NaN", "inf", "--3", "1,5", "0x10", &hostile] {
        let it = ask(uid, &[("weekend_share", entry), ("drive_min_per_job", "20")]);
        assert_eq!(it.problems.len(), 1, "{entry}");
        assert_eq!(it.problems[0].0, "weekend_share");
        assert!(it.problems[0].1.starts_with("Weekend share: "), "{:?}", it.problems);
        assert_eq!(bits(it.before), bits(it.after));
        let lever = it.levers.iter().find(|it| it.feature.id == "weekend_share").unwrap();
        assert_eq!(lever.text, entry, "the entry is kept");
    }
    // What is not the office's to change, or not there, cannot be asked.
    let it = ask(uid, &[("tenure_months", "1"), ("name", "2"), ("csat_90d", "5")]);
    assert_eq!(bits(it.before), bits(it.after));
}

#[test]
fn who_has_no_score_is_told_why() {
    let gone = fixture::full().look(|cx| someone_for_tests(cx, true)).unwrap();
    let sheet = fixture::full().look(move |cx| read(cx, gone, &|_| None)).unwrap();
    assert!(matches!(sheet.standing, Standing::Left(_)));
    let uid = fixture::untrained().look(|cx| someone_for_tests(cx, false)).unwrap();
    let sheet = fixture::untrained().look(move |cx| read(cx, uid, &|_| None)).unwrap();
    assert!(matches!(sheet.standing, Standing::NoModel));
    let none = fixture::full().look(|cx| read(cx, [7; 16], &|_| None));
    assert!(matches!(none, Err(Error::Told(told)) if told.kind == Kind::NotFound));
}

#[test]
fn entries_are_short_and_come_back_as_they_were() {
    let feature = |id| by_id(id).unwrap();
    for (id, value, shown, step_of) in [
        ("long_drive_share", 0.336, "34", "1"),
        ("pay_vs_zone_median", 0.97, "97", "1"),
        ("jobs_per_day", 4.25, "4.2", "0.1"),
        ("drive_min_per_job", 41.4, "41", "1"),
        ("booking_shift", -0.0, "0", "1"),
    ] {
        assert_eq!(text(feature(id), value), shown);
        assert_eq!(step(feature(id)), step_of);
        let back = text_value(feature(id), shown).unwrap();
        assert_eq!(text(feature(id), back), shown);
    }
    assert_eq!(text_value(feature("long_drive_share"), "12"), Some(0.12));
    assert_eq!(with_unit(feature("long_drive_share"), "12"), "12%");
    assert_eq!(with_unit(feature("drive_min_per_job"), "41"), "41 minutes");
    assert_eq!(with_unit(feature("months_since_raise"), "1"), "1 month");
}

#[test]
fn a_change_is_told_with_its_chance_and_its_interval() {
    let side = |chance, low, high| Side { chance, low, high, band: Band::High };
    let feature = by_id("long_drive_share").unwrap();
    let move_to = |to, is_median| Step { feature, from: 0.34, to, text: String::new(), is_median };
    let idea = Idea {
        moves: vec![move_to(0.12, true)],
        before: side(0.31, 0.2, 0.4),
        after: side(0.22, 0.17, 0.28),
        effect: Effect { log_odds: -0.5, sd: 0.1, low: -0.7, high: -0.3 },
    };
    assert_eq!(
        idea.words(),
        "Long drives: over 50 minutes on 34% of jobs → 12% (office median): chance 31% → 22% \
         (between 17% and 28%)"
    );
    let raise = Step {
        feature: by_id("months_since_raise").unwrap(),
        from: 14.0,
        to: 0.0,
        text: "0".to_owned(),
        is_median: false,
    };
    assert_eq!(
        raise.words(),
        "Time since raise: 14 months without a raise → raised within the last month"
    );
}
