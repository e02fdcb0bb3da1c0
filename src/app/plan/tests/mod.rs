//! What a plan promises, on a small demo.

mod held;

use super::ready::Ready;
use super::*;
use crate::app::fixture::{self, day};

fn whole(last: &'static str) -> Plan {
    let office = fixture::untrained();
    office.look(move |cx| plan_as_of(cx, &Ask::default(), day(last))).unwrap()
}

#[test]
fn a_plan_is_whole_and_its_bands_are_in_order() {
    let plan = fixture::untrained().look(|cx| plan(cx, &Ask::default())).unwrap();
    assert_eq!(plan.as_of, day("2026-11-23"));
    assert_eq!((plan.weeks.len(), plan.past.len(), plan.past_have.len()), (WEEKS, 104, 104));
    let ordered = |it: Band| it.low <= it.mid && it.mid <= it.high;
    for week in &plan.weeks {
        assert_eq!(week.monday.weekday(), 0);
        for band in [week.need, week.have, week.short, week.need_hours, week.have_hours] {
            assert!(ordered(band), "{week:?}");
        }
        assert!((0.0..=1.0).contains(&week.chance_short));
    }
    assert!(plan.weeks[0].monday <= plan.as_of.plus(1) && plan.weeks[1].monday > plan.as_of);
    assert!(plan.weeks[25].have.mid < plan.weeks[0].have.mid, "people leave");
    assert!(plan.giving.planned_load > 0.5 && plan.giving.planned_load < 1.1);
    assert!((25.0..45.0).contains(&plan.giving.available_hours.mid), "{:?}", plan.giving);
    assert!(plan.giving.ramp_n > 5 && plan.giving.ramp_weeks > 1.0, "{:?}", plan.giving);
    let today: u64 = plan.zones.iter().map(|it| it.today).sum();
    assert!((50..=66).contains(&today), "{today}");
    assert_eq!(plan.exits.ahead.len(), 6);
    assert!(ordered(plan.exits.total) && plan.exits.total.high > 1.0);
    assert!(plan.openings.is_sorted_by_key(|it| it.post_by));
    for it in &plan.openings {
        assert!(it.count > 0 && it.post_by < it.need.mid && it.start > it.post_by);
        assert_eq!(it.late, it.post_by <= plan.as_of);
    }
    assert!(sentence(&plan).starts_with("All zones: "));
}

#[test]
fn a_plan_of_the_past_reads_nothing_later() {
    // The same office, cut off by deleting what came later, plans the same.
    let before = whole("2026-03-04");
    let office = fixture::cut(day("2026-03-04"));
    let cut = office.look(|cx| plan(cx, &Ask::default())).unwrap();
    assert_eq!(before.as_of, cut.as_of);
    assert_eq!(before.past, cut.past);
    assert_eq!(before.exits, cut.exits);
    assert_eq!(before.weeks, cut.weeks);
    assert_eq!(before, cut);
}

#[test]
fn the_same_data_give_the_same_plan() {
    let again = |last| {
        let office = fixture::untrained();
        office.look(move |cx| show::plan(Ready::new(cx, &Ask::default(), last)?)).unwrap()
    };
    let last = day("2026-06-14");
    assert_eq!(again(last), again(last));
}

#[test]
fn a_zone_is_planned_by_itself_and_chances_of_need_make_its_date() {
    let office = fixture::untrained();
    let zone = office.look(|cx| Ok(plan(cx, &Ask::default())?.zones[0].clone())).unwrap();
    let ask = Ask { place: Some(zone.uid), scenario: Scenario::default() };
    let (own, chances) = office
        .look(move |cx| Ok((plan(cx, &ask)?, chances_of_need(cx, &ask, day("2026-11-23"))?)))
        .unwrap();
    assert_eq!((own.zones.len(), own.zones[0].today), (1, zone.today));
    let mut sum = 0.0;
    let middle = chances.iter().position(|it| {
        sum += it;
        sum >= 0.5
    });
    assert_eq!(middle.map(|it| own.weeks[it].monday), own.short_from.map(|it| it.mid));
}

#[test]
fn hires_and_demand_move_the_shortage_by_what_they_are() {
    let office = fixture::untrained();
    let with = |scenario: Scenario| {
        office.look(move |cx| plan(cx, &Ask { place: None, scenario })).unwrap()
    };
    let bare = with(Scenario::default());
    let three = with(Scenario { hires: vec![(day("2026-12-07"), 3, None)], ..Scenario::default() });
    let gain = three.weeks[25].have.mid - bare.weeks[25].have.mid;
    assert!((1.5..=3.0).contains(&gain), "{gain}");
    assert_eq!(bare.weeks[0].need, three.weeks[0].need);
    let more = with(Scenario { demand_factor: 1.05, ..Scenario::default() });
    assert!((more.weeks[12].need.mid / bare.weeks[12].need.mid - 1.05).abs() < 1e-6);
    assert_eq!(more.weeks[12].have, bare.weeks[12].have);
    let cap = with(Scenario { drive_cap_min: Some(30.0), ..Scenario::default() });
    assert!(cap.weeks[12].need.mid < bare.weeks[12].need.mid);
    let uncapped = with(Scenario { drive_cap_min: Some(240.0), ..Scenario::default() });
    assert!((uncapped.weeks[12].need.mid - bare.weeks[12].need.mid).abs() < 0.02);
}

#[test]
fn people_with_a_model_go_by_their_own_chances() {
    let office = fixture::full();
    let plan = office.look(|cx| plan(cx, &Ask::default())).unwrap();
    assert!(plan.exits.from_people);
    // The model saw all of the data: a plan of the past must not use it.
    let past = office.look(|cx| plan_as_of(cx, &Ask::default(), day("2026-03-01"))).unwrap();
    assert!(!past.exits.from_people);
    assert!(past.notes.iter().any(|it| it.contains("tenure")), "{:?}", past.notes);
}

#[test]
fn too_little_is_said() {
    let error = fixture::empty().look(|cx| plan(cx, &Ask::default())).unwrap_err();
    assert!(error.to_string().contains("0 whole weeks"), "{error}");
    let office = fixture::untrained();
    let early = office.look(|cx| plan_as_of(cx, &Ask::default(), day("2024-02-01"))).unwrap_err();
    assert!(early.to_string().contains("too few"), "{early}");
}

#[test]
fn scenarios_are_kept_compared_and_deleted() {
    let office = fixture::cut(day("2026-11-23"));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let scenario = Scenario {
        name: " Three in March ".to_owned(),
        hires: vec![(day("2027-03-01"), 3, None)],
        demand_factor: 1.05,
        drive_cap_min: Some(45.0),
    };
    let uid = runtime.block_on(save(&office, &scenario)).unwrap();
    assert_eq!(runtime.block_on(save(&office, &scenario)).unwrap(), uid, "the name is the same");
    let kept = office.look(list).unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].scenario, Scenario { name: "Three in March".to_owned(), ..scenario });
    let compared = office.look(|cx| compare(cx, None)).unwrap();
    assert_eq!((compared.len(), compared[0].uid, compared[1].uid), (2, None, Some(uid)));
    let bad = Scenario { demand_factor: 9.0, name: "x".to_owned(), ..Scenario::default() };
    assert!(runtime.block_on(save(&office, &bad)).is_err());
    assert!(runtime.block_on(save(&office, &Scenario::default())).is_err(), "no name");
    runtime.block_on(delete(&office, uid)).unwrap();
    assert!(runtime.block_on(delete(&office, uid)).is_err());
    assert_eq!(office.look(list).unwrap(), vec![]);
    let acts = office.look(crate::app::audit::last_for_tests).unwrap();
    assert!(acts.iter().any(|it| it.starts_with("scenario.delete Three in March")), "{acts:?}");
}
