//! A term of the model as a line people can read: steps with words for their ends.

use learn::ebm::{Ebm, Place, ShapePoint};

use super::words::finding;
use super::{Line, Step};
use crate::app::card::Card;
use crate::app::sentences;
use crate::feature::{Feature, Unit};

/// Steps drawn at most. Models of this program have no more; one that has is joined, see `joined`.
const STEPS_MAX: usize = 64;

/// The line of a term of one feature; `None` when the model has no such term.
pub(super) fn line(model: &Ebm, at: usize, feature: &'static Feature, card: &Card) -> Option<Line> {
    let points = model.shape(at);
    let real: Vec<&ShapePoint> =
        points.iter().filter(|it| matches!(it.place, Place::Range { .. }) && it.rows > 0).collect();
    let last = real.len().saturating_sub(1);
    let steps = real.iter().enumerate().map(|(at, it)| step(feature, it, at == 0, at == last));
    let steps = joined(feature, steps.collect());
    let missing = points
        .iter()
        .find(|it| it.place == Place::Missing)
        .map(|it| Step { label: "not known".to_owned(), ..step(feature, it, false, false) });
    let importance = model.importances().into_iter().find(|it| it.term == at)?;
    let median = card.features.iter().find(|it| it.id == feature.id).and_then(|it| it.median);
    let finding = finding(&steps, missing.as_ref());
    let known = steps.iter().map(|it| it.rows).sum();
    let unknown = missing.as_ref().map_or(0, |it| it.rows);
    Some(Line {
        id: feature.id,
        title: feature.title,
        what: feature.sentence,
        group: feature.group.title(),
        actionable: feature.actionable,
        importance: importance.mean,
        importance_half: importance.sd * model.band_quantile(),
        sentence: sentences::of_feature(feature.title, &finding, known, unknown),
        finding,
        median: median.map(|it| (it, feature.show(it))),
        steps,
        missing,
    })
}

fn step(feature: &Feature, it: &ShapePoint, is_first: bool, is_last: bool) -> Step {
    let (from, to) = match it.place {
        Place::Range { low, high } => (low, high),
        _ => (0.0, 0.0),
    };
    Step {
        label: range(feature, (from, to), (is_first, is_last)),
        begins: feature.show(from),
        from,
        to,
        points: it.score,
        low: it.low,
        high: it.high,
        rows: it.rows,
    }
}

/// Neighbours joined until few enough are left: rows add up, the rest is their mean by rows.
fn joined(feature: &Feature, steps: Vec<Step>) -> Vec<Step> {
    if steps.len() <= STEPS_MAX {
        return steps;
    }
    let size = steps.len().div_ceil(STEPS_MAX);
    let count = steps.len().div_ceil(size);
    let join = |(at, part): (usize, &[Step])| {
        let rows: u64 = part.iter().map(|it| it.rows).sum();
        let mean = |of: fn(&Step) -> f64| {
            part.iter().map(|it| of(it) * it.rows as f64).sum::<f64>() / rows.max(1) as f64
        };
        let ends = (part[0].from, part[part.len() - 1].to);
        Step {
            label: range(feature, ends, (at == 0, at + 1 == count)),
            begins: part[0].begins.clone(),
            from: ends.0,
            to: ends.1,
            points: mean(|it| it.points),
            low: mean(|it| it.low),
            high: mean(|it| it.high),
            rows,
        }
    };
    steps.chunks(size).enumerate().map(join).collect()
}

/// A step in words: `12% to 15%`, `under 40 minutes`, `2 changes and more`.
pub(super) fn range(
    feature: &Feature,
    (low, high): (f64, f64),
    (is_first, is_last): (bool, bool),
) -> String {
    if matches!(feature.unit, Unit::Changes | Unit::People) {
        // A cut lies above the value before it, so a bin holds the whole numbers below its end.
        let top = if is_last { high.floor() } else { (high - 1e-9).floor() };
        let bottom = low.ceil();
        return match (bottom >= top, is_last && !is_first) {
            (_, true) if bottom < top => format!("{} and more", feature.show(bottom)),
            (true, _) => feature.show(top),
            (false, _) => format!("{bottom:.0} to {}", feature.show(top)),
        };
    }
    match (is_first, is_last) {
        (true, true) => feature.show(low),
        (true, false) => format!("under {}", feature.show(high)),
        (false, true) => format!("{} and more", feature.show(low)),
        (false, false) => between(feature, low, high),
    }
}

/// Both ends, the unit once; one more decimal when both would read the same.
fn between(feature: &Feature, low: f64, high: f64) -> String {
    let (mut from, mut to) = (feature.show(low), feature.show(high));
    if from == to {
        (from, to) = (finer(feature, low), finer(feature, high));
    }
    let unit = |text: &str| text.split_once(' ').map(|it| it.1.to_owned());
    match (from.split_once(' '), unit(&to)) {
        (Some((number, one)), Some(many)) if one == many || one.len() < many.len() => {
            format!("{number} to {to}")
        }
        _ => format!("{from} to {to}"),
    }
}

fn finer(feature: &Feature, value: f64) -> String {
    let decimals = feature.decimals + 1;
    match feature.unit {
        Unit::Share => format!("{:.1}%", value * 100.0),
        Unit::Ratio | Unit::Score => format!("{value:.decimals$}"),
        unit => format!("{value:.decimals$} {}", unit.word("2")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feature::by_id;

    #[track_caller]
    fn check(id: &str, ends: (f64, f64), place: (bool, bool), expected: &str) {
        assert_eq!(range(by_id(id).expect("a feature"), ends, place), expected);
    }

    #[test]
    fn steps_are_put_into_words() {
        let (inner, first, last) = ((false, false), (true, false), (false, true));
        check("drive_min_per_job", (40.0, 44.0), inner, "40 to 44 minutes");
        check("drive_min_per_job", (12.0, 40.0), first, "under 40 minutes");
        check("drive_min_per_job", (58.0, 90.0), last, "58 minutes and more");
        check("weekend_share", (0.12, 0.15), inner, "12% to 15%");
        check("weekend_share", (0.121, 0.124), inner, "12.1% to 12.4%");
        check("manager_changes_365d", (0.0, 1.0), first, "0 changes");
        check("manager_changes_365d", (1.0, 2.0), inner, "1 change");
        check("crew_exits_90d", (2.0, 4.0), last, "2 people and more");
        check("crew_exits_90d", (1.0, 1.0), last, "1 person");
    }

    #[test]
    fn many_steps_are_joined_by_rows() {
        let feature = by_id("weekend_share").expect("a feature");
        let one = |at: usize| Step {
            label: String::new(),
            begins: String::new(),
            from: at as f64,
            to: at as f64 + 1.0,
            points: at as f64,
            low: 0.0,
            high: 0.0,
            rows: 1 + at as u64 % 2,
        };
        let all = joined(feature, (0..100).map(one).collect());
        assert_eq!((all.len(), all[0].rows, all[49].to), (50, 3, 100.0));
        assert!((all[0].points - 2.0 / 3.0).abs() < 1e-12);
    }
}
