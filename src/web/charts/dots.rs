//! Row charts of recruiting: the funnel as bars, groups compared as dots with whiskers.
//!
//! Every number stands as text in its row, so these need no table of their own.

use super::frame::{Unit, pct, short, sound};
use super::rows::empty_rows;
use super::{RowBar, RowChart};

/// Characters of a name; a row does not wrap.
const NAME_MAX: usize = 26;

/// A group of [`dots`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DotRow {
    /// `referral`.
    pub name: String,
    /// Makes the name a link.
    pub href: Option<String>,
    /// The estimate; none when there is too little to say.
    pub at: Option<f64>,
    /// Lower end of its interval.
    pub low: Option<f64>,
    /// Upper end; none when the data cannot bound it: then the whisker runs to the edge.
    pub high: Option<f64>,
    /// A second value on the same scale, drawn as a tick.
    pub tick: Option<f64>,
    /// `38 days`, `too few`.
    pub value: String,
    /// `between 31 days and 45 days, n 22`.
    pub rest: String,
}

/// Groups on one scale from zero.
#[derive(Debug, Clone, Copy)]
pub struct Dots<'a> {
    /// One plain sentence; may be empty when the page says it.
    pub say: &'a str,
    /// Name of the list, read aloud.
    pub label: &'a str,
    /// Under the rows, before the scale.
    pub note: &'a str,
    /// How the end of the scale is written.
    pub unit: Unit,
    /// Drawn through all rows: everyone's value.
    pub base: Option<f64>,
    /// In the order given.
    pub rows: &'a [DotRow],
}

/// A step of [`funnel`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FunnelStep {
    /// `Interviewed`.
    pub name: String,
    /// How many reached it.
    pub n: u64,
    /// `68% of those before, between 62% and 73%`.
    pub rest: String,
}

/// Groups compared: a dot, its interval, perhaps a tick; the overall value as a line.
pub fn dots(it: &Dots<'_>) -> RowChart {
    let good = |value: Option<f64>| value.filter(|it| sound(*it) && *it >= 0.0);
    let known = |row: &&DotRow| good(row.at).is_some();
    if !it.rows.iter().any(|row| known(&row)) {
        let words = "None of these groups has enough behind it yet. What each has stands in the \
                     file this page exports.";
        return empty_rows("Not enough data to compare", words);
    }
    let drawn = it.rows.iter().filter(known);
    let values = drawn.flat_map(|row| [row.at, row.low, row.high, row.tick]).chain([it.base]);
    let highest = values.filter_map(good).fold(0.0, f64::max);
    let cap = if it.unit == Unit::Share { 1.0 } else { f64::INFINITY };
    let most = if highest > 0.0 { (highest * 1.04).min(cap.max(highest)) } else { 1.0 };
    let at = |value: f64| pct((value / most).clamp(0.0, 1.0) * 100.0);
    let rows = it.rows.iter().map(|row| {
        let dot = good(row.at);
        let ends = good(row.low).zip(row.high.map_or(Some(most), |high| good(Some(high))));
        RowBar {
            name: short(&row.name, NAME_MAX),
            href: row.href.clone(),
            whisker: ends
                .filter(|_| dot.is_some())
                .map(|(low, high)| (at(low.min(high)), at(low.max(high)))),
            dot: dot.map(|value| (at(value), "pt")),
            tick: good(row.tick).filter(|_| dot.is_some()).map(at),
            zero: good(it.base).map(at),
            value: row.value.clone(),
            rest: row.rest.clone(),
            ..RowBar::default()
        }
    });
    let scale = format!("Scale from 0 to {}.", it.unit.show(most));
    RowChart {
        say: it.say.to_owned(),
        state: None,
        label: it.label.to_owned(),
        rows: rows.collect(),
        note: if it.note.is_empty() { scale } else { format!("{} {scale}", it.note) },
        legend: Vec::new(),
        table: None,
    }
}

/// How many reach each step, on the scale of the first.
pub fn funnel(say: &str, note: &str, steps: &[FunnelStep]) -> RowChart {
    let first = steps.first().map_or(0, |it| it.n);
    if first == 0 {
        let words = "No application of this period is old enough to count. Choose a longer period.";
        return empty_rows("No funnel yet", words);
    }
    let rows = steps.iter().map(|step| RowBar {
        name: step.name.clone(),
        bar: Some((
            "f-imp",
            "0".to_owned(),
            pct((step.n as f64 / first as f64).clamp(0.0, 1.0) * 100.0),
        )),
        value: crate::domain::count::grouped(step.n),
        rest: step.rest.clone(),
        ..RowBar::default()
    });
    RowChart {
        say: say.to_owned(),
        state: None,
        label: "The funnel, step by step".to_owned(),
        rows: rows.collect(),
        note: note.to_owned(),
        legend: Vec::new(),
        table: None,
    }
}
