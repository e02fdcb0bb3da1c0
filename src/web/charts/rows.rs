//! Charts made of rows: importance, categories, intervals in a list, counts in a bar.

use super::frame::{fixed, num, pct, signed, sound, span};
use super::shape::table;
use super::{RowBar, RowChart, ShapeBin, Swatch, legend};
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
        legend: Vec::new(),
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
        legend: Vec::new(),
        note: "Right of the line raises the score, left of it lowers it.".to_owned(),
        table: Some(table(name, counted, bins.iter().copied())),
    }
}

/// Share of outcomes that 80% bounds aim to hold, and how far off is still well.
const AIM: (f64, f64) = (0.75, 0.85);

/// One line of [`coverage`].
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    /// `Next 4 weeks`.
    pub name: String,
    /// Outcomes inside the 80% bounds.
    pub inside: usize,
    /// Outcomes.
    pub of: usize,
    /// 95% interval of the share (Wilson).
    pub ends: (f64, f64),
}

/// How often the 80% bounds held, with the strip where they should have.
pub fn coverage(note: &str, rows: &[Held]) -> RowChart {
    let label = "Share of outcomes inside the 80% bounds";
    let good = |it: &&Held| it.of > 0 && it.inside <= it.of && sound(it.ends.0) && sound(it.ends.1);
    let rows: Vec<_> = rows.iter().filter(good).collect();
    if rows.is_empty() {
        let words = "The series is too short to test the bounds on periods they had not seen.";
        return empty_rows("Not tested yet", words);
    }
    let at = |share: f64| pct(share.clamp(0.0, 1.0) * 100.0);
    let share = |it: &Held| it.inside as f64 / it.of as f64;
    let whole = |share: f64| format!("{}%", fixed(share * 100.0, 0));
    let of = |it: &Held| format!("{} of {}", it.inside, it.of);
    let row = |it: &&Held| RowBar {
        name: it.name.clone(),
        track: true,
        band: Some((at(AIM.0), at(AIM.1 - AIM.0))),
        whisker: Some((at(it.ends.0.min(it.ends.1)), at(it.ends.1.max(it.ends.0)))),
        dot: Some((at(share(it)), "pt")),
        value: whole(share(it)),
        rest: of(it),
        ..RowBar::default()
    };
    let cells = |it: &&Held| {
        let (low, high) = (it.ends.0.min(it.ends.1), it.ends.1.max(it.ends.0));
        let range = format!("{} to {}", whole(low.clamp(0.0, 1.0)), whole(high.clamp(0.0, 1.0)));
        vec![it.name.clone(), whole(share(it)), of(it), range]
    };
    RowChart {
        say: String::new(),
        state: None,
        label: label.to_owned(),
        rows: rows.iter().map(row).collect(),
        legend: Vec::new(),
        note: note.to_owned(),
        table: Some(TableView {
            caption: format!("{label}; the aim is 80%"),
            caption_hidden: false,
            head: vec![
                ThView::text("How far ahead"),
                ThView::number("Held"),
                ThView::number("Counted"),
                ThView::number("95% interval"),
            ],
            rows: rows.iter().map(cells).collect(),
        }),
    }
}

/// One line of [`need_have`].
#[derive(Debug, Clone, PartialEq)]
pub struct Need {
    /// `North`.
    pub name: String,
    /// This zone's own page.
    pub href: Option<String>,
    /// Technicians there: low, median, high of the 80% band.
    pub have: [f64; 3],
    /// Technicians needed: low, median, high of the 80% band.
    pub need: [f64; 3],
    /// `3 to 7`, or `−1 to 1`.
    pub short: String,
    /// Today.
    pub today: u64,
}

/// What a zone will have over the band of what it will need; one scale for all rows, from zero.
pub fn need_have(when: &str, rows: &[Need]) -> RowChart {
    let good = |it: &&Need| it.have.iter().chain(&it.need).all(|value| sound(*value));
    let rows: Vec<_> = rows.iter().filter(good).collect();
    let most = rows.iter().map(|it| it.need[2].max(it.have[1])).fold(0.0, f64::max) * 1.08;
    if rows.is_empty() || most <= 0.0 {
        let words = "A zone shows here when it has jobs and technicians enough for a forecast.";
        return empty_rows("No zone to compare yet", words);
    }
    let at = |value: f64| (value / most).clamp(0.0, 1.0) * 100.0;
    let row = |it: &&Need| {
        let (low, high) = (at(it.need[0].min(it.need[2])), at(it.need[2].max(it.need[0])));
        RowBar {
            name: it.name.clone(),
            href: it.href.clone(),
            band: Some((pct(low), pct((high - low).max(0.8)))),
            bar: Some(("pt", "0".to_owned(), pct(at(it.have[1])))),
            value: it.short.clone(),
            ..RowBar::default()
        }
    };
    let range = |it: &[f64; 3]| {
        let tenths = |value: f64| fixed(value, 1);
        format!("{} ({} to {})", tenths(it[1]), tenths(it[0]), tenths(it[2]))
    };
    let cells = |it: &&Need| {
        let today = fixed(it.today as f64, 0);
        vec![it.name.clone(), today, range(&it.have), range(&it.need), it.short.clone()]
    };
    RowChart {
        say: String::new(),
        state: None,
        label: "Technicians there over technicians needed".to_owned(),
        rows: rows.iter().map(row).collect(),
        legend: vec![
            legend("pt", Swatch::Bar, "Have, median"),
            legend("b80", Swatch::Box, &format!("Need {when}, 80%")),
        ],
        note: String::new(),
        table: Some(TableView {
            caption: format!("Technicians {when}, median and 80% band"),
            caption_hidden: false,
            head: vec![
                ThView::text("Zone"),
                ThView::number("Today"),
                ThView::number("Have"),
                ThView::number("Need"),
                ThView::number("Short by, 80%"),
            ],
            rows: rows.iter().map(cells).collect(),
        }),
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
        legend: Vec::new(),
        note: String::new(),
        table: None,
    }
}
