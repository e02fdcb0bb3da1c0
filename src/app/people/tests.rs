//! The list on a small trained demo.

use super::*;
use crate::app::fixture;
use crate::app::{Office, export};

fn list(office: &Office) -> List {
    match office.look(read).unwrap() {
        Standing::Scored(list) => *list,
        other => panic!("no scores: {other:?}"),
    }
}

#[test]
fn everyone_is_listed_with_a_level_or_a_reason() {
    let list = list(fixture::full());
    let Levels { high, medium, low, none } = list.levels();
    assert_eq!((high + medium + low + none) as usize, list.rows.len());
    assert!(low > 0 && list.rows.len() > 40);
    assert_eq!(list.as_of, list.data_to.plus(1));
    assert_eq!(list.earlier, Some(list.as_of.plus(-EARLIER_DAYS)));
    for row in &list.rows {
        match &row.person.verdict {
            Verdict::Scored { probability, low, high, reasons, ahead, .. } => {
                assert!(low <= probability && probability <= high);
                let sum = reasons.intercept + reasons.terms.iter().map(|it| it.score).sum::<f64>();
                assert!((sum - reasons.log_odds).abs() < score::SUM_TOLERANCE);
                let chance = ahead.chance(reasons.log_odds, list.horizon_days);
                assert!((chance - probability).abs() < 1e-9);
                assert!(ahead.within.is_sorted_by(|a, b| a.probability < b.probability));
                let default = ahead.within.iter().find(|it| it.days == list.horizon_days);
                assert_eq!(default.map(|it| it.probability), Some(*probability));
                assert!(ahead.clock.len() == score::MONTHS && ahead.clock[0] == 0.0);
                assert!(ahead.agreed.is_some_and(|it| it.top <= it.bags && it.three <= it.bags));
            }
            Verdict::NotScored(why) => assert!(why.ends_with('.'), "{why}"),
        }
    }
}

#[test]
fn the_earlier_score_is_by_the_same_model_and_rule() {
    let list = list(fixture::full());
    let before = list.rows.iter().filter(|it| it.before.is_some()).count();
    assert!(before > 40, "{before} have an earlier score");
    for row in list.into_high() {
        assert_eq!(row.band(), Some(Band::High));
        assert!(row.before.is_none_or(|it| it.1 != Band::High));
    }
    for row in list.out_of_high() {
        assert!(row.band() != Some(Band::High) && row.before.unwrap().1 == Band::High);
    }
}

#[test]
fn filters_take_away_and_orders_keep_everyone() {
    let list = list(fixture::full());
    let all = list.rows.len();
    for sort in Sort::ALL {
        assert_eq!(list.pick(&Filter::default(), sort).len(), all);
        assert_eq!(Sort::parse(sort.id()), sort);
    }
    let by = |filter: &Filter| list.pick(filter, Sort::Chance);
    let person = &list.rows[3].person;
    let text = Filter { text: person.employee_no.to_lowercase(), ..Filter::default() };
    assert_eq!(by(&text).len(), 1);
    let [offices, zones, _] = list.choices();
    let of = |office: &String| Filter { office: Some(office.clone()), ..Filter::default() };
    assert_eq!(offices.iter().map(|it| by(&of(it)).len()).sum::<usize>(), all);
    let zone = Filter { zone: zones.first().cloned(), ..Filter::default() };
    assert!(by(&zone).iter().all(|it| it.person.zone == zones[0]));
    let unscored = Filter { levels: vec![None], ..Filter::default() };
    assert_eq!(by(&unscored).len(), list.levels().none as usize);
    let groups = reason_groups().into_iter();
    let reasons: usize = groups
        .map(|it| by(&Filter { reason: Some(it.to_owned()), ..Filter::default() }).len())
        .sum();
    assert_eq!(reasons, list.rows.iter().filter(|it| it.main.is_some()).count());
    let chances: Vec<_> =
        list.pick(&Filter::default(), Sort::ChanceUp).iter().map(|it| it.chance()).collect();
    let known: Vec<f64> = chances.iter().flatten().copied().collect();
    assert!(known.is_sorted() && chances[..known.len()].iter().all(Option::is_some));
}

#[test]
fn the_list_as_a_file_holds_what_the_list_holds() {
    let list = list(fixture::full());
    let text = export::csv(&list, list.rows.iter());
    let mut file = csv::Reader::from_reader(text.as_bytes());
    let head = file.headers().unwrap().clone();
    assert_eq!(head.len(), 16);
    let rows: Vec<_> = file.records().map(|it| it.unwrap()).collect();
    assert_eq!(rows.len(), list.rows.len());
    assert_eq!(rows[0].get(0), Some(list.rows[0].person.employee_no.as_str()));
}

#[test]
fn without_a_model_it_says_what_is_missing() {
    assert!(matches!(fixture::empty().look(read), Ok(Standing::NoData)));
    assert!(matches!(fixture::untrained().look(read), Ok(Standing::NoModel)));
    let Ok(Standing::NotEnough(it)) = fixture::thin().look(read) else { panic!("not thin") };
    assert!(it.need == 900 && 0 < it.have && it.have < it.need && it.months.unwrap() > 12);
}
