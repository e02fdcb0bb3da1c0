//! Charts made of rows: importance, categories, intervals in a list, counts in a bar.

use super::frame::{fixed, num, pct, signed, sound, span};
use super::shape::table;
use super::{RowBar, RowChart, ShapeBin};
use crate::web::parts::{
    IvlView, LevelView, StackPart, StackbarView, StateKind, StateView, TableView, ThView,
};

/// Every interval in the people list is drawn on 0 to this chance.
const IVL_MAX: f64 = 0.60;

/// One line of [`importance`].
#[derive(Debug, Clone, PartialEq)]
pub struct Importance {
    /// `Long drives`.
    pub name: String,
    /// Its shape.
    pub href: Option<String>,
    /// Mean absolute points.
    pub size: f64,
    /// Half of its 90% interval.
    pub half: f64,
}

/// What moves scores most: mean absolute points with ±, in the order given.
pub fn importance(say: &str, note: &str, terms: &[Importance]) -> RowChart {
    let label = "What moves scores most";
    let good = |it: &&Importance| sound(it.size) && sound(it.half) && it.size >= 0.0;
    let terms: Vec<_> = terms.iter().filter(good).collect();
    let most = terms.iter().map(|it| it.size + it.half.abs()).fold(0.0, f64::max) * 1.04;
    if terms.is_empty() || most <= 0.0 {
        return empty_rows("Nothing moves the scores", "Every line of this model is flat.");
    }
    let rows = terms.iter().map(|it| {
        let at = |value: f64| pct((value / most).clamp(0.0, 1.0) * 100.0);
        RowBar {
            name: it.name.clone(),
            href: it.href.clone(),
            bar: Some(("f-imp", "0".to_owned(), at(it.size))),
            whisker: Some((at(it.size - it.half.abs()), at(it.size + it.half.abs()))),
            value: fixed(it.size, 2),
            rest: format!("±{}", fixed(it.half, 2)),
            ..RowBar::default()
        }
    });
    let cells = |it: &&Importance| vec![it.name.clone(), fixed(it.size, 2), fixed(it.half, 2)];
    RowChart {
        say: say.to_owned(),
        state: None,
        label: label.to_owned(),
        rows: rows.collect(),
        note: note.to_owned(),
        table: Some(TableView {
            caption: format!("{label}, average size in points"),
            caption_hidden: false,
            head: vec![ThView::text("Line"), ThView::number("Points"), ThView::number("± 90%")],
            rows: terms.iter().map(cells).collect(),
        }),
    }
}

/// The shape of a feature without an order: a dot with whiskers a row.
pub fn shape_of_categories(
    name: &str,
    say: &str,
    counted: &str,
    bins: &[ShapeBin],
    own: Option<&str>,
) -> RowChart {
    let bins: Vec<_> = bins.iter().filter(|bin| bin.sound() && bin.n > 0.0).collect();
    if bins.is_empty() {
        let words = "The model has no cases to learn this line from. It adds nothing to any score.";
        return empty_rows(&format!("No cases behind {name}"), words);
    }
    let values = bins.iter().flat_map(|bin| [bin.low, bin.points, bin.high]).chain([0.0]);
    let (low, high) = span(values, 0.06);
    let at = |value: f64| pct(((value - low) / (high - low)).clamp(0.0, 1.0) * 100.0);
    let rows = bins.iter().map(|bin| RowBar {
        name: match own {
            Some(own) if own == bin.label => format!("{} (this person)", bin.label),
            _ => bin.label.clone(),
        },
        whisker: Some((at(bin.low), at(bin.high))),
        dot: Some((at(bin.points), if bin.points > 0.0 { "f-raise" } else { "f-lower" })),
        zero: Some(at(0.0)),
        value: signed(bin.points, 2),
        rest: format!("±{}, n {}", fixed(bin.half(), 2), fixed(bin.n, 0)),
        ..RowBar::default()
    });
    RowChart {
        say: say.to_owned(),
        state: None,
        label: format!("{name}, points by category"),
        rows: rows.collect(),
        note: "Right of the line raises the score, left of it lowers it.".to_owned(),
        table: Some(table(name, counted, bins.iter().copied())),
    }
}

/// A chance with its interval for a row of the people list; none when it cannot be drawn.
pub fn ivl(chance: f64, low: f64, high: f64, level: &LevelView, base: f64) -> Option<IvlView> {
    if ![chance, low, high, base].into_iter().all(sound) {
        return None;
    }
    let (low, high) = (low.min(high), low.max(high));
    let at = |value: f64| (value / IVL_MAX).clamp(0.0, 1.0) * 100.0;
    let whole = |value: f64| fixed(value * 100.0, 0);
    Some(IvlView {
        label: format!("{}%, between {}% and {}%", whole(chance), whole(low), whole(high)),
        class: level.class(),
        x: pct(at(low)),
        width: pct((at(high) - at(low)).max(0.5)),
        mark: pct(at(chance).min(98.5)),
        base: pct(at(base)),
    })
}

/// Counts as one bar; parts of zero stay in the legend only.
pub fn stackbar(what: &str, counts: &[(&'static str, &str, u32)]) -> StackbarView {
    let sum: u64 = counts.iter().map(|it| u64::from(it.2)).sum();
    let mut before = 0.0;
    let parts = counts.iter().map(|(class, name, count)| {
        let wide = if sum == 0 { 0.0 } else { f64::from(*count) / sum as f64 * 100.0 };
        let x = before;
        before += wide;
        StackPart {
            class,
            name: (*name).to_owned(),
            count: fixed((*count).into(), 0),
            x: pct(x),
            width: pct((wide - 0.25).max(0.0)),
        }
    });
    let parts: Vec<_> = parts.collect();
    let words: Vec<_> = parts.iter().map(|it| format!("{} {}", it.count, it.name)).collect();
    StackbarView { label: format!("{} {what}: {}", num(sum as f64), words.join(", ")), parts }
}

pub(super) fn empty_rows(title: &str, words: &str) -> RowChart {
    RowChart {
        say: String::new(),
        state: Some(StateView::new(StateKind::Thin, title, words)),
        label: String::new(),
        rows: Vec::new(),
        note: String::new(),
        table: None,
    }
}
