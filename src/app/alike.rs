//! Past situations of other people most like one person's, and how they went on.
//!
//! Alike is measured as the model sees: each feature in standard deviations, times how much the model
//! makes of it, so that what does not matter to leaving does not decide who is alike. The weights
//! stand in the stored points, so the points belong to the model in use: whoever changes which model
//! that is writes `points` of it. Never here: a share of fewer than `SITUATIONS_MIN` situations of
//! `PEOPLE_MIN` people, the person's own past, names.

use std::collections::HashMap;

use super::card::Card;
use super::score::{Reasons, Term};
use super::{Cx, Result};
use crate::domain::calendar::{Day, Month};
use crate::domain::count::counted;
use crate::domain::rate::{Interval, wilson_ends};
use crate::feature::label::label;
use crate::feature::{FEATURES, Feature};
use crate::store::months::{self, FEATURE_COUNT, KeptRow};
use crate::store::office;
use crate::store::situations::{self, Near, Point};

/// Past situations looked through.
const NEAREST: u32 = 500;
/// Farther ones are not alike: standard deviations, weighted mean over the features.
const DISTANCE_MAX: f64 = 1.0;
/// Situations of one person that count, so that no one's long history decides.
const EACH_MAX: usize = 3;
/// Situations that count in all.
const SITUATIONS_MAX: usize = 100;
/// Fewer situations are not a group: no share is said of them.
pub const SITUATIONS_MIN: usize = 20;
/// Nor are fewer people.
pub const PEOPLE_MIN: usize = 10;
/// Of those, the ones shown.
const SHOWN: usize = 5;
/// Reasons of the person that past situations are shown by.
const SHOWN_REASONS: usize = 3;

/// People alike in past data.
#[derive(Debug)]
pub enum Alike {
    /// Too few to speak of: situations and people there are.
    TooFew(usize, usize),
    /// Enough.
    Group(Like),
}

/// A group of situations alike.
#[derive(Debug)]
pub struct Like {
    /// Situations (a person's month), at least `SITUATIONS_MIN`.
    pub situations: u64,
    /// People they are of, at least `PEOPLE_MIN`.
    pub people: u64,
    /// Situations followed by leaving within the horizon.
    pub left: u64,
    /// Their share. Wilson 95% over the people, not the situations: months of one person are no
    /// independent evidence.
    pub share: Interval,
    /// The most alike, one a person.
    pub nearest: Vec<Neighbour>,
}

/// A past situation of somebody else.
#[derive(Debug)]
pub struct Neighbour {
    /// 1 for the same in everything; 0.5 when one standard deviation apart, by the weighted mean.
    pub alike: f64,
    /// The situation by this person's main reasons.
    pub words: String,
    /// On which day the person left, counted from the situation; none when they stayed.
    pub left_after: Option<i32>,
}

/// The points of the rows a model learned from, as the store keeps them.
pub(super) fn points<'a>(
    rows: impl Iterator<Item = &'a KeptRow>,
    card: &Card,
) -> Vec<(i64, Point)> {
    rows.map(|it| (it.id, point(&it.row.values, card))).collect()
}

/// A row as a point: each feature in standard deviations from its mean, 0 when it is not known,
/// times its weight.
pub(super) fn point(values: &[Option<f64>], card: &Card) -> Point {
    let mut point = Point::default();
    let weighted = card.features.iter().zip(weights(card));
    for ((at, (feature, weight)), known) in point.iter_mut().zip(weighted).zip(values) {
        *at = known.map_or(0.0, |it| ((it - feature.mean) / feature.sd * weight) as f32);
    }
    point
}

/// What the model makes of each feature: importances whose squares add up to 1, so that a distance
/// is a weighted mean in standard deviations. Equal when the model makes nothing of any.
fn weights(card: &Card) -> [f64; FEATURE_COUNT] {
    let mut weights = [0.0; FEATURE_COUNT];
    weights.iter_mut().zip(&card.features).for_each(|(to, from)| *to = from.importance);
    let size = weights.iter().map(|it| it * it).sum::<f64>().sqrt();
    if size > 0.0 && size.is_finite() {
        return weights.map(|it| it / size);
    }
    [1.0 / (FEATURE_COUNT as f64).sqrt(); FEATURE_COUNT]
}

/// Past situations alike, and how many were followed by leaving.
pub(super) fn read(
    cx: &Cx<'_>,
    reasons: &Reasons,
    card: &Card,
    own: i64,
    horizon_days: i32,
) -> Result<Alike> {
    let Some((_, data_to)) = office::span(cx.read)? else { return Ok(Alike::TooFew(0, 0)) };
    let near = nearest(cx, reasons, card, own, (horizon_days, data_to))?;
    let mut people: Vec<i64> = near.iter().map(|it| it.0.technician_id).collect();
    people.sort_unstable();
    people.dedup();
    if near.len() < SITUATIONS_MIN || people.len() < PEOPLE_MIN {
        return Ok(Alike::TooFew(near.len(), people.len()));
    }
    let left = near.iter().filter(|it| it.1).count();
    let value = left as f64 / near.len() as f64;
    let (low, high) = wilson_ends(value, people.len() as f64);
    Ok(Alike::Group(Like {
        situations: near.len() as u64,
        people: people.len() as u64,
        left: left as u64,
        share: Interval { value, low, high, n: people.len() as u64 },
        nearest: shown(cx, &near, &main_features(reasons))?,
    }))
}

/// Situations of others near enough whose outcome is known, nearest first, with the outcome.
fn nearest(
    cx: &Cx<'_>,
    reasons: &Reasons,
    card: &Card,
    own: i64,
    (horizon_days, data_to): (i32, Day),
) -> Result<Vec<(Near, bool)>> {
    let value = |it: &&Feature| {
        reasons.terms.iter().find(|term| term.feature == it.id).and_then(|term| term.value)
    };
    let values: Vec<Option<f64>> = FEATURES.iter().map(value).collect();
    let mut each: HashMap<i64, usize> = HashMap::new();
    let mut found = Vec::new();
    for near in situations::nearest(cx.read, &point(&values, card), NEAREST)? {
        let outcome = label(near.as_of, horizon_days, data_to, near.exit);
        let Some(left) = outcome.filter(|_| near.distance <= DISTANCE_MAX) else { continue };
        let count = each.entry(near.technician_id).or_default();
        *count += 1;
        if near.technician_id != own && *count <= EACH_MAX && found.len() < SITUATIONS_MAX {
            found.push((near, left));
        }
    }
    Ok(found)
}

/// The nearest situation of each of the nearest people.
fn shown(cx: &Cx<'_>, near: &[(Near, bool)], features: &[usize]) -> Result<Vec<Neighbour>> {
    let is_first =
        |at: usize| near[..at].iter().all(|it| it.0.technician_id != near[at].0.technician_id);
    let firsts = (0..near.len()).filter(|at| is_first(*at)).take(SHOWN);
    firsts
        .map(|at| {
            let (it, left) = &near[at];
            Ok(Neighbour {
                alike: 1.0 / (1.0 + it.distance),
                words: situation(cx, it, features)?,
                left_after: it.exit.map(|(on, _)| on.0 - it.as_of.0).filter(|_| *left),
            })
        })
        .collect()
}

/// Places of the features that move this person's score most.
fn main_features(reasons: &Reasons) -> Vec<usize> {
    let mut terms: Vec<&Term> = reasons.terms.iter().collect();
    terms.sort_by(|a, b| b.score.abs().total_cmp(&a.score.abs()));
    let place = |id: &str| FEATURES.iter().position(|it| it.id == id);
    terms.iter().filter_map(|it| place(&it.feature)).take(SHOWN_REASONS).collect()
}

fn situation(cx: &Cx<'_>, it: &Near, shown: &[usize]) -> Result<String> {
    let month = Month(it.month_no);
    let rows = months::of(cx.read, it.technician_id, month, month)?;
    let Some(kept) = rows.first() else { return Ok(String::new()) };
    let words = shown.iter().map(|at| FEATURES[*at].say(kept.row.values[*at], None));
    Ok(words.collect::<Vec<_>>().join("; "))
}

/// Why no share is said.
pub fn too_few(situations: usize, people: usize) -> String {
    format!(
        "Not enough alike: {} of {} in past data are near enough; a share takes {SITUATIONS_MIN} \
         situations of {PEOPLE_MIN} people.",
        counted(situations as u64, "situation"),
        if people == 1 { "1 person".to_owned() } else { format!("{people} people") }
    )
}

impl Like {
    /// `Of 64 similar situations (41 people), 12 were followed by leaving within 90 days: 19%
    /// (between 10% and 33%).`
    pub fn words(&self, horizon_days: i32) -> String {
        let whole = |it: f64| format!("{:.0}%", 100.0 * it);
        format!(
            "Of {} similar situations ({} people), {} were followed by leaving within \
             {horizon_days} days: {} (between {} and {}).",
            self.situations,
            self.people,
            self.left,
            whole(self.share.value),
            whole(self.share.low),
            whole(self.share.high)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::card::FeatureCard;

    fn card(importances: &[f64]) -> Card {
        let feature = |importance: &f64| FeatureCard {
            mean: 1.0,
            sd: 2.0,
            importance: *importance,
            ..FeatureCard::default()
        };
        Card { features: importances.iter().map(feature).collect(), ..Card::default() }
    }

    #[test]
    fn what_the_model_ignores_does_not_part_two_situations() {
        let mut importances = [0.0; FEATURE_COUNT];
        (importances[0], importances[1]) = (0.6, 0.8);
        let card = card(&importances);
        let mut values = [Some(1.0); FEATURE_COUNT];
        assert!(point(&values, &card).iter().all(|it| *it == 0.0), "the mean is the origin");
        (values[0], values[2], values[1]) = (Some(3.0), Some(99.0), None);
        let it = point(&values, &card);
        assert!((it[0] - 0.6).abs() < 1e-6, "one deviation, weighted");
        assert_eq!((it[1], it[2]), (0.0, 0.0), "not known, not used");
    }

    #[test]
    fn weights_have_length_one() {
        for importances in [[0.0; FEATURE_COUNT], [0.3; FEATURE_COUNT]] {
            let sum: f64 = weights(&card(&importances)).iter().map(|it| it * it).sum();
            assert!((sum - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn a_group_is_told_with_its_people_and_its_interval() {
        let (low, high) = wilson_ends(0.1875, 41.0);
        let share = Interval { value: 0.1875, low, high, n: 41 };
        let like = Like { situations: 64, people: 41, left: 12, share, nearest: Vec::new() };
        assert_eq!(
            like.words(90),
            "Of 64 similar situations (41 people), 12 were followed by leaving within 90 days: 19% \
             (between 10% and 33%)."
        );
    }
}
