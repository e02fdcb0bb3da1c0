//! The laws: no feature sees its own future, and what is stale is all that changes.

use std::collections::HashMap;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::Config;

use super::random::{AS_OF, Event, PEOPLE, events, load, office};
use super::*;
use crate::feature::{FEATURES, months_with};
use crate::store::fixture::{Scratch, day};

fn config() -> Config {
    Config { cases: 32, failure_persistence: None, ..Config::default() }
}

proptest! {
    #![proptest_config(config())]

    /// Two worlds that agree on everything dated before the day give the same rows, bit by bit.
    #[test]
    fn nothing_dated_on_or_after_the_day_is_seen(
        past in events(-420..0, 250..400),
        one in events(0..120, 0..150),
        two in events(0..120, 0..150),
        open in any::<bool>(),
    ) {
        let rows = |past: &[Event], future: &[Event]| {
            let it = office();
            load(&it, past, "J");
            load(&it, &allowed(past, future), "F");
            rows_of_month(&it.store, AS_OF.month())
        };
        let first = rows(&past, &one);
        let second = rows(&otherwise(&past, open), &two);
        prop_assert_eq!(first.len(), second.len());
        for (left, right) in first.iter().zip(&second) {
            prop_assert_eq!(bits(left), bits(right));
        }
    }

    /// After every load, computing what is stale leaves what computing everything would give, and
    /// rows that remain keep their key.
    #[test]
    fn what_is_stale_is_all_that_changes(
        loads in proptest::collection::vec((events(-420..60, 20..120), any::<bool>()), 2..6),
    ) {
        let it = office();
        let mut before: HashMap<(i64, i32), i64> = HashMap::new();
        for (mut events, of_everyone) in loads {
            // News of pay, places and people make everyone stale: they would hide a missing mark.
            let own = |it: &Event| {
                matches!(it, Event::Job(_) | Event::Workday { .. } | Event::Training { .. })
            };
            events.retain(|it| of_everyone || own(it));
            load(&it, &events, "J");
            refresh(&it.store, None);
            let mut kept = it.store.read_long(months::frame_rows).unwrap();
            kept.sort_by_key(|it| (it.row.technician_id, it.row.month_no));
            let all = months_with(&it.store, &Want::all(), &mut |_, _| true).unwrap();
            prop_assert_eq!(kept.len(), all.len());
            for (kept, all) in kept.iter().zip(&all) {
                prop_assert_eq!(bits(&kept.row), bits(all));
                let key = (all.technician_id, all.month_no);
                prop_assert!(before.get(&key).is_none_or(|id| *id == kept.id), "a key changed");
            }
            before = kept.iter().map(|it| ((it.row.technician_id, it.row.month_no), it.id)).collect();
            let nothing = it.store.read_long(months::read_stale).unwrap();
            prop_assert!(nothing.is_empty(), "{:?} is still stale", nothing);
        }
    }
}

/// Random offices say something: each feature is known, and takes several values.
#[test]
fn random_offices_are_not_empty() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut seen: Vec<Vec<u64>> = vec![vec![]; FEATURES.len()];
    for _ in 0..8 {
        let past = events(-420..0, 250..400).new_tree(&mut runner).unwrap().current();
        let it = office();
        load(&it, &past, "J");
        for row in rows_of_month(&it.store, AS_OF.month()) {
            for (seen, value) in seen.iter_mut().zip(row.values) {
                seen.extend(value.map(f64::to_bits));
            }
        }
    }
    for (feature, mut values) in FEATURES.iter().zip(seen) {
        values.sort_unstable();
        values.dedup();
        assert!(values.len() > 1, "{} never varies", feature.id);
    }
}

#[test]
fn months_follow_the_data() {
    let it = office();
    let kept = |it: &Scratch| {
        let kept = it.store.read_long(months::kept_months).unwrap();
        kept.map(|(first, last)| (first.to_string(), last.to_string()))
    };
    refresh(&it.store, None);
    assert_eq!(kept(&it), None);
    let workday = |on: &str, paid: i64| {
        it.put(
            "workday",
            &[
                ("employee_no", &"T0"),
                ("on_date", &day(on)),
                ("available_min", &480_i64),
                ("booked_min", &400_i64),
                ("paid_min", &paid),
                ("overtime_min", &0_i64),
            ],
        )
    };
    workday("2026-01-31", 480);
    refresh(&it.store, None);
    assert_eq!(kept(&it), Some(("2026-02".into(), "2026-02".into())));
    // A row of everyone for the new month, though only T0 has news.
    workday("2026-03-30", 480);
    refresh(&it.store, None);
    assert_eq!(kept(&it), Some(("2026-02".into(), "2026-03".into())));
    workday("2025-12-31", 480);
    assert_eq!(refresh(&it.store, None), 3 * PEOPLE);
    assert_eq!(kept(&it), Some(("2026-01".into(), "2026-03".into())));
    let march = it.store.read_long(|read| months::latest(read, day("2026-03-01").month())).unwrap();
    assert_eq!(march.len(), PEOPLE);
    assert!(march.iter().all(|it| it.row.as_of == AS_OF && it.exit.is_none()));
    it.store.write(|tx| tx.run("DELETE FROM workday WHERE on_day > 20500", [])).unwrap();
    refresh(&it.store, Some(Want::since(&[])));
    assert_eq!(kept(&it), Some(("2026-01".into(), "2026-02".into())));
}

#[test]
fn a_mark_made_again_meanwhile_is_kept() {
    let it = office();
    let mark = |technician| {
        it.store.write(move |tx| crate::store::facts::mark(tx, technician, 20_000)).unwrap();
    };
    it.store.write(|tx| tx.run("DELETE FROM stale", [])).unwrap();
    mark(1);
    mark(2);
    let want = it.store.read_long(months::read_stale).unwrap();
    mark(2);
    it.store.write(move |tx| months::clear_stale(tx, &want)).unwrap();
    let left = it.store.read_long(months::read_stale).unwrap();
    assert_eq!((left.from_day(1), left.from_day(2)), (None, Some(Day(20_000))));
}

#[test]
fn work_is_told_of_and_can_be_stopped() {
    let it = office();
    let first = Event::Workday { who: 0, at: -200, minutes: [1, 1, 1, 1], flags: [None, None] };
    let last = Event::Workday { who: 0, at: 0, minutes: [1, 1, 1, 1], flags: [None, None] };
    load(&it, &[first, last], "J");
    let mut told = vec![];
    let rows = months_with(&it.store, &Want::all(), &mut |done, of| {
        told.push((done, of));
        true
    });
    assert_eq!(rows.unwrap().iter().filter(|it| it.as_of == AS_OF).count(), PEOPLE);
    assert_eq!(told, (1..=PEOPLE).map(|it| (it, PEOPLE)).collect::<Vec<_>>());
    let stopped =
        it.store.read_long(|read| months_for(read, &Want::all(), &mut |done, _| done < 2));
    assert!(matches!(stopped, Err(crate::store::Error::Cancelled)));
}

/// The past as it might look had the jobs open on the day ended otherwise.
fn otherwise(past: &[Event], open: bool) -> Vec<Event> {
    let mut past = past.to_vec();
    for event in &mut past {
        if let Event::Job(job) = event
            && job.lasts.is_none_or(|days| job.at + days >= 0)
        {
            job.csat = if open { None } else { Some(1) };
            job.lasts = if open { None } else { Some(50 - job.at) };
        }
    }
    past
}

/// Of the drawn future, what touches no fact of the past.
fn allowed(past: &[Event], future: &[Event]) -> Vec<Event> {
    let left =
        |who: usize| past.iter().any(|it| matches!(it, Event::Exit { who: w, .. } if *w == who));
    let keep = |it: &&Event| match it {
        Event::Exit { who, .. } => !left(*who),
        Event::Trade { .. } => false,
        _ => true,
    };
    future.iter().filter(keep).cloned().collect()
}

fn bits(row: &MonthRow) -> (Vec<i64>, Vec<Option<u64>>) {
    let keys = [
        row.technician_id,
        row.employment_id,
        i64::from(row.month_no),
        i64::from(row.as_of.0),
        row.zone_id,
        row.office_id,
    ];
    (keys.to_vec(), row.values.iter().map(|it| it.map(f64::to_bits)).collect())
}
