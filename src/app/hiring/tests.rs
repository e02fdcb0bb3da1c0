//! The report over a demo office: its parts agree with each other and with the dictionary.

use super::*;
use crate::app::fixture;

fn look(span: Span, by: By) -> Look {
    Look { scope: None, span, by }
}

fn full() -> Report {
    let look = look(Span::Year, By::Source);
    fixture::untrained().look(move |cx| report(cx, &look)).unwrap().unwrap()
}

#[test]
fn without_a_requisition_there_is_no_report() {
    let look = look(Span::Year, By::Source);
    assert!(fixture::empty().look(move |cx| report(cx, &look)).unwrap().is_none());
}

#[test]
fn open_positions_are_one_number_everywhere() {
    let it = full();
    let nav = fixture::untrained()
        .look(move |cx| Ok(crate::app::frame::read(cx)?.open_positions))
        .unwrap();
    assert_eq!(nav, Some(it.openings.positions));
    let (from, to) = (it.from, it.to);
    let figure = fixture::untrained()
        .look(move |cx| one(cx, find("open_positions")?, &Ask::whole(from, to)))
        .unwrap();
    assert_eq!(figure.value, Some(it.openings.positions as f64));
    let ages: Vec<_> = it.openings.rows.iter().map(|it| it.days).collect();
    assert!(ages.is_sorted_by(|a, b| a >= b), "{ages:?}");
}

#[test]
fn the_steps_multiply_to_the_whole_way() {
    let look = look(Span::All, By::Source);
    let it = fixture::untrained().look(move |cx| report(cx, &look)).unwrap().unwrap();
    let counts: Vec<_> =
        it.funnel.steps.iter().filter_map(|it| sources::hits(&it.figure)).collect();
    for pair in counts[..5].windows(2) {
        assert_eq!(pair[0].0, pair[1].1, "who passed one step stands before the next");
    }
    assert_eq!((counts[4].0, counts[0].1), (counts[5].0, counts[5].1));
    let whole: u64 = it.funnel.sources.iter().filter_map(|it| Some(it.steps[0].as_ref()?.n)).sum();
    assert_eq!(whole, counts[0].1);
}

#[test]
fn cohorts_count_as_first_90_day_attrition_does() {
    let it = full();
    let asked = it.cohorts.months.iter().filter_map(|cohort| match cohort.marks[2] {
        Mark::Told { left, .. } => Some((cohort.month, cohort.hires, left)),
        Mark::Young(_) => None,
    });
    let asked: Vec<_> = asked.collect();
    assert!(!asked.is_empty());
    let (from, to) = (asked.last().unwrap().0.first_day(), asked[0].0.period().to);
    let ninety = fixture::untrained()
        .look(move |cx| Ok(metric::ninety_of(cx.read, from, to, metric::Where::default())?))
        .unwrap();
    let (hires, left) = asked.iter().fold((0, 0), |sum, it| (sum.0 + it.1, sum.1 + it.2));
    assert_eq!((hires, left), (ninety.matured, ninety.matured_left));
    let marks = it.cohorts.months.iter().flat_map(|it| it.marks);
    assert!(marks.filter(|it| it.unusual()).count() <= 2, "a demo without bad months");
    for it in &it.cohorts.starters {
        assert!((0..90).contains(&it.days) && it.next.1 > it.hired_on.plus(it.days), "{it:?}");
    }
}

#[test]
fn every_span_and_comparison_answers() {
    for span in [Span::Half, Span::Year, Span::Two, Span::All] {
        for by in [By::Source, By::Office, By::Zone] {
            let look = look(span, by);
            let it = fixture::untrained().look(move |cx| report(cx, &look)).unwrap().unwrap();
            assert!(!it.groups.is_empty(), "{look:?}");
        }
    }
    let look = look(Span::Year, By::Source);
    let answers = fixture::untrained().look(move |cx| answers(cx, &look)).unwrap();
    assert_eq!(answers.len(), EXPORTED.len());
}
