//! Two models side by side: figures, lines, what they learned from, whom they see differently.
//!
//! Never here: saying which is better; that is what the gates are for.

use std::collections::BTreeMap;

use super::{Entry, find};
use crate::app::card::{BASE, Card, Ranged, Validation};
use crate::app::{Cx, Result};
use crate::domain::calendar::Day;
use crate::domain::risk::Band;
use crate::feature;
use crate::store::registry::{self, Chance};

/// Two models.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// The first.
    pub a: Entry,
    /// The second.
    pub b: Entry,
    /// Figures of the test.
    pub figures: Vec<Figure>,
    /// Lines, the largest in either first.
    pub lines: Vec<Pair>,
    /// What they were made from where it differs: name, first, second.
    pub made: Vec<(String, String, String)>,
    /// Scores of the same people on the same day; none when there is no such day.
    pub scores: Option<Scores>,
}

/// One figure of both.
#[derive(Clone, Debug)]
pub struct Figure {
    /// `AUC`.
    pub name: &'static str,
    /// Decimals as shown.
    pub places: usize,
    /// Of the first.
    pub a: Ranged,
    /// Of the second.
    pub b: Ranged,
}

/// Size of one line in both, with half of its 90% interval.
#[derive(Clone, Debug)]
pub struct Pair {
    /// Its name on pages.
    pub title: String,
    /// In the first.
    pub a: Option<(f64, f64)>,
    /// In the second.
    pub b: Option<(f64, f64)>,
}

/// The same people scored by both.
#[derive(Clone, Debug)]
pub struct Scores {
    /// As of which day.
    pub as_of: Day,
    /// People scored by both.
    pub people: usize,
    /// Rank correlation of their chances; none for fewer than three people or equal chances.
    pub correlation: Option<f64>,
    /// People whose level differs.
    pub changed: usize,
    /// Of them those whose level is higher with the second.
    pub higher: usize,
    /// The first of them by size of the difference.
    pub changes: Vec<Change>,
}

/// One person whose level differs.
#[derive(Clone, Debug)]
pub struct Change {
    /// Identity outside.
    pub uid: [u8; 16],
    /// Number the office knows the person by.
    pub employee_no: String,
    /// Name shown.
    pub name: String,
    /// Chance and level by the first.
    pub a: (f64, Band),
    /// By the second.
    pub b: (f64, Band),
}

/// People listed.
const CHANGES_MAX: usize = 25;
/// Half a 90% interval over a standard error.
const Z_90: f64 = 1.644_853_626_951_472_7;

/// Puts two versions side by side.
///
/// # Errors
/// `NotFound` when there is no such version.
pub fn compare(cx: &Cx<'_>, a: u32, b: u32) -> Result<Comparison> {
    let (a, b) = (find(cx, a)?, find(cx, b)?);
    let scores = match registry::common_day(cx.read, a.record.id, b.record.id)? {
        Some(day) => Some(scores(
            day,
            &registry::chances(cx.read, a.record.id, day)?,
            &registry::chances(cx.read, b.record.id, day)?,
        )),
        None => None,
    };
    Ok(Comparison {
        figures: figures(&a.card, &b.card),
        lines: lines(&a.card, &b.card),
        made: made(&a, &b),
        scores,
        a,
        b,
    })
}

fn figures(a: &Card, b: &Card) -> Vec<Figure> {
    let (Some(a), Some(b)) = (&a.validation, &b.validation) else { return Vec::new() };
    let lift = |it: &Validation| it.lift.map(|it| it.lift).unwrap_or_default();
    let gain = |it: &Validation| {
        let Some(it) = it.contender(BASE).map(|it| it.against) else { return Ranged::default() };
        let end = |side: f64| Some(it.value + side * Z_90 * it.se);
        Ranged { value: Some(it.value), low: end(-1.0), high: end(1.0) }
    };
    let figure = |name, places, a, b| Figure { name, places, a, b };
    vec![
        figure("AUC", 3, a.ebm.auc, b.ebm.auc),
        figure("Log loss", 4, a.ebm.log_loss, b.ebm.log_loss),
        figure("Log loss less the base rate's (90%)", 4, gain(a), gain(b)),
        figure("Brier", 4, a.ebm.brier, b.ebm.brier),
        figure("Calibration slope", 2, a.ebm.slope, b.ebm.slope),
        figure("Exits among the highest, over the average", 1, lift(a), lift(b)),
    ]
}

fn lines(a: &Card, b: &Card) -> Vec<Pair> {
    let mut pairs: BTreeMap<&str, Pair> = BTreeMap::new();
    for (card, first) in [(a, true), (b, false)] {
        for it in &card.features {
            let pair = pairs.entry(&it.id).or_insert_with(|| Pair {
                title: feature::by_id(&it.id).map_or(it.id.clone(), |it| it.title.to_owned()),
                a: None,
                b: None,
            });
            let size = Some((it.importance, Z_90 * it.importance_sd));
            if first {
                pair.a = size;
            } else {
                pair.b = size;
            }
        }
    }
    let mut pairs: Vec<Pair> = pairs.into_values().collect();
    let size = |it: &Pair| it.a.map_or(0.0, |it| it.0).max(it.b.map_or(0.0, |it| it.0));
    pairs.sort_by(|a, b| size(b).total_cmp(&size(a)));
    pairs
}

fn made(a: &Entry, b: &Entry) -> Vec<(String, String, String)> {
    let mut rows = Vec::new();
    let mut row = |name: &str, a: String, b: String| {
        if a != b {
            rows.push((name.to_owned(), a, b));
        }
    };
    let months = |it: &Card| format!("{} to {}", it.months.0, it.months.1);
    let (ra, rb) = (&a.record, &b.record);
    row("Data to", ra.as_of.to_string(), rb.as_of.to_string());
    row("Months", months(&a.card), months(&b.card));
    row("Person-months", a.card.rows.to_string(), b.card.rows.to_string());
    row("People", a.card.people.to_string(), b.card.people.to_string());
    row("Voluntary exits", a.card.exits.to_string(), b.card.exits.to_string());
    row("Training table, SHA-256", ra.data_hash.clone(), rb.data_hash.clone());
    row("Model, SHA-256", ra.artifact_hash.clone(), rb.artifact_hash.clone());
    row("Looks ahead, days", ra.horizon_days.to_string(), rb.horizon_days.to_string());
    row("Seed", ra.seed.to_string(), rb.seed.to_string());
    row("Program", ra.code_version.clone(), rb.code_version.clone());
    let (pa, pb) = (parameters(&ra.parameters), parameters(&rb.parameters));
    let mut names: Vec<&String> = pa.keys().chain(pb.keys()).collect();
    names.sort();
    names.dedup();
    for name in names {
        let value = |of: &BTreeMap<String, String>| of.get(name).cloned().unwrap_or_default();
        row(name, value(&pa), value(&pb));
    }
    rows
}

/// `Options { bags: 14, seed: 42 }` taken apart. Threads are left out: they change no result.
fn parameters(text: &str) -> BTreeMap<String, String> {
    let inside = text.split_once('{').map_or(text, |it| it.1).trim_end_matches([' ', '}']);
    let pairs = inside.split(", ").filter_map(|it| it.split_once(": "));
    let known = pairs.map(|(name, value)| (name.trim().to_owned(), value.to_owned()));
    known.filter(|it| it.0 != "threads" && it.0 != "seed").collect()
}

fn scores(as_of: Day, a: &[Chance], b: &[Chance]) -> Scores {
    let second: BTreeMap<i64, &Chance> = b.iter().map(|it| (it.technician_id, it)).collect();
    let scored = |it: &Chance| {
        let (chance, band) = it.said.as_ref()?;
        Some((*chance, Band::parse(band)?))
    };
    let both: Vec<Change> = a
        .iter()
        .filter_map(|it| {
            let other = second.get(&it.technician_id)?;
            Some(Change {
                uid: it.uid,
                employee_no: it.employee_no.clone(),
                name: it.name.clone(),
                a: scored(it)?,
                b: scored(other)?,
            })
        })
        .collect();
    let chances = |of: fn(&Change) -> f64| both.iter().map(of).collect::<Vec<f64>>();
    let correlation = rank_correlation(&chances(|it| it.a.0), &chances(|it| it.b.0));
    let people = both.len();
    let mut changes: Vec<Change> = both.into_iter().filter(|it| it.a.1 != it.b.1).collect();
    let (changed, higher) = (changes.len(), changes.iter().filter(|it| it.b.1 > it.a.1).count());
    let size = |it: &Change| (it.b.0 - it.a.0).abs();
    changes.sort_by(|a, b| {
        size(b).total_cmp(&size(a)).then_with(|| a.employee_no.cmp(&b.employee_no))
    });
    changes.truncate(CHANGES_MAX);
    Scores { as_of, people, correlation, changed, higher, changes }
}

/// Spearman's rank correlation, ties at their mean rank.
fn rank_correlation(a: &[f64], b: &[f64]) -> Option<f64> {
    if a.len() < 3 {
        return None;
    }
    let (a, b) = (ranks(a), ranks(b));
    // Ranks have the same mean whatever their order.
    let mean = f64::midpoint(1.0, a.len() as f64);
    let sum = |x: &[f64], y: &[f64]| -> f64 {
        x.iter().zip(y).map(|(x, y)| (x - mean) * (y - mean)).sum()
    };
    let (both, first, second) = (sum(&a, &b), sum(&a, &a), sum(&b, &b));
    (first > 0.0 && second > 0.0).then(|| both / (first * second).sqrt())
}

fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut ranks = vec![0.0; values.len()];
    let mut from = 0;
    while from < order.len() {
        let mut to = from + 1;
        let first = values[order[from]];
        while to < order.len() && values[order[to]].total_cmp(&first).is_eq() {
            to += 1;
        }
        for at in &order[from..to] {
            ranks[*at] = (from + to + 1) as f64 / 2.0;
        }
        from = to;
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(id: i64, chance: f64, band: &str) -> Chance {
        Chance {
            technician_id: id,
            uid: [id as u8; 16],
            employee_no: format!("T-{id}"),
            name: String::new(),
            said: Some((chance, band.to_owned())),
        }
    }

    #[test]
    fn people_are_matched_and_levels_compared() {
        let a = [
            said(1, 0.1, "LOW"),
            said(2, 0.2, "MEDIUM"),
            said(3, 0.4, "HIGH"),
            said(5, 0.1, "LOW"),
        ];
        let none = Chance { said: None, ..said(4, 0.0, "") };
        let b = [said(1, 0.2, "MEDIUM"), said(2, 0.3, "MEDIUM"), said(3, 0.35, "MEDIUM"), none];
        let it = scores(Day(20_000), &a, &b);
        assert_eq!((it.people, it.changed, it.higher), (3, 2, 1));
        assert_eq!(it.correlation, Some(1.0));
        assert_eq!(it.changes[0].employee_no, "T-1", "the largest difference first");
    }

    #[test]
    fn rank_correlation_by_hand() {
        assert_eq!(rank_correlation(&[1.0, 2.0, 3.0], &[30.0, 20.0, 10.0]), Some(-1.0));
        assert_eq!(ranks(&[5.0, 1.0, 5.0]), [2.5, 1.0, 2.5]);
        assert_eq!(rank_correlation(&[1.0, 1.0, 1.0], &[1.0, 2.0, 3.0]), None);
        assert_eq!(rank_correlation(&[1.0, 2.0], &[1.0, 2.0]), None);
    }

    #[test]
    fn parameters_are_taken_apart() {
        let it = parameters("EbmOptions { seed: 1, threads: 2, bags: 14, rate: 0.015 }");
        let it: Vec<_> = it.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        assert_eq!(it, [("bags", "14"), ("rate", "0.015")]);
    }
}
