//! Plain lines over the same periods: a part of a forecast, or one amount in several plans.
//!
//! Never here: more than three lines in a picture, a sum of what was drawn.

use super::frame::{Frame, Unit, num, pct, points, short, sound, span, spread};
use super::{Chart, Dot, Hit, Path, Plot, Seg, Swatch, Text, legend, thin};
use crate::web::parts::{TableView, ThView};

const STEPS_MAX: usize = 830;
const STRIPS_MAX: usize = 27;
/// Colours of lines; a fourth would need a second look.
const CLASSES: [(&str, &str); 3] = [("ln", "pt"), ("ln b", "pt b"), ("ln c", "pt c")];

/// What [`lines`] draws.
#[derive(Debug, Clone)]
pub struct Lines<'a> {
    /// `Trend`.
    pub name: &'a str,
    /// The finding, read aloud.
    pub finding: &'a str,
    /// How values are written.
    pub unit: Unit,
    /// Pixels.
    pub height: u32,
    /// `week`, the head of the table's first column.
    pub period: &'a str,
    /// Each period: for the table, and under the line.
    pub labels: &'a [(String, String)],
    /// Name and a value a period; the first three are drawn.
    pub lines: &'a [(String, Vec<f64>)],
    /// Known periods before those ahead; 0 draws no line of today.
    pub known: usize,
    /// Whether a table follows.
    pub with_table: bool,
}

/// At most three lines with their names at the right end.
pub fn lines(it: &Lines<'_>) -> Chart {
    let cut = it.labels.len().saturating_sub(STEPS_MAX);
    let labels = &it.labels[cut..];
    let known = it.known.saturating_sub(cut);
    let kept = |(name, values): &(String, Vec<f64>)| {
        let values: Vec<_> = values.iter().skip(cut).take(labels.len()).copied().collect();
        (name.clone(), values)
    };
    let list: Vec<_> = it.lines.iter().take(CLASSES.len()).map(kept).collect();
    let all = || list.iter().flat_map(|it| &it.1).copied().filter(|it| sound(*it));
    if all().next().is_none() || labels.len() < 2 {
        let words = "There are too few periods to draw a line.";
        return thin(&format!("{}: nothing to draw yet", it.name), words);
    }
    let (low, high) = span(all(), 0.06);
    let alone = list.len() == 1;
    let height = f64::from(it.height);
    let frame = Frame {
        height,
        top: 26.0,
        bottom: height - 22.0,
        gut: 5.0,
        right: if alone { 100.0 } else { 84.0 },
        x: (0.0, (labels.len() - 1) as f64),
        y: (low, high),
    };
    let words: Vec<_> =
        labels.iter().enumerate().map(|(at, it)| (at as f64, it.1.clone())).collect();
    let mut plot = Plot {
        height: it.height,
        label: it.finding.to_owned(),
        grid: frame.grid(it.unit, if it.height < 140 { 2 } else { 4 }),
        axis: frame.x_words(&words),
        idle: it.name.to_lowercase(),
        ..Plot::default()
    };
    if known > 0 && known < labels.len() {
        let x = pct(frame.at((known - 1) as f64));
        let (y1, y2) = (num(20.0), num(frame.bottom));
        plot.rules.push(Seg { class: "ax", x1: x.clone(), x2: x, y1, y2 });
    }
    for (at, (_, values)) in list.iter().enumerate() {
        line(&mut plot, &frame, values, CLASSES[at]);
    }
    if !alone {
        names(&mut plot, &frame, &list);
    }
    // Hovering only repeats a table; lines whose table stands elsewhere have none.
    if it.with_table {
        plot.hits = hits(it, &frame, labels, &list);
    }
    Chart {
        say: String::new(),
        state: None,
        plot,
        legend: if alone {
            Vec::new()
        } else {
            let item = |(at, it): (usize, &(String, _))| legend(CLASSES[at].0, Swatch::Line, &it.0);
            list.iter().enumerate().map(item).collect()
        },
        note: String::new(),
        below: None,
        table: it.with_table.then(|| table(it, labels, &list)),
    }
}

fn line(plot: &mut Plot, frame: &Frame, values: &[f64], (line, dot): (&'static str, &'static str)) {
    let known: Vec<_> =
        values.iter().enumerate().filter(|it| sound(*it.1)).map(|(at, it)| (at, *it)).collect();
    for run in known.chunk_by(|a, b| a.0 + 1 == b.0) {
        let list: Vec<_> = run.iter().map(|it| frame.point(it.0 as f64, it.1)).collect();
        match list[..] {
            [(x, y)] => plot.dots.push(Dot { class: dot, x: pct(x / 10.0), y: num(y), r: "3" }),
            _ => plot.lines.push(Path { class: line, points: points(&list) }),
        }
    }
}

/// Each name beside the end of its line, pushed apart where they meet.
fn names(plot: &mut Plot, frame: &Frame, list: &[(String, Vec<f64>)]) {
    let ends: Vec<_> = list
        .iter()
        .filter_map(|(name, values)| {
            let last = values.iter().rev().find(|it| sound(**it))?;
            Some((name, frame.down(*last) + 4.0))
        })
        .collect();
    let at = spread(ends.iter().map(|it| it.1).collect(), 13.0, frame.top, frame.bottom);
    for ((name, _), y) in ends.iter().zip(at) {
        let (class, x) = ("halo wide", pct(frame.right + 0.8));
        plot.texts.push(Text { class, x, y: num(y), text: short(name, 24) });
    }
}

fn every(steps: usize) -> usize {
    steps.div_ceil(STRIPS_MAX).max(1)
}

fn hits(
    it: &Lines<'_>,
    frame: &Frame,
    labels: &[(String, String)],
    list: &[(String, Vec<f64>)],
) -> Vec<Hit> {
    let every = every(labels.len());
    let half = (frame.at(every as f64) - frame.at(0.0)) / 2.0;
    let strip = |at: usize| {
        let x = frame.at(at as f64);
        let value =
            |(_, values): &(String, Vec<f64>)| values.get(at).copied().filter(|it| sound(*it));
        let dot = |(place, line): (usize, &(String, Vec<f64>))| {
            let y = num(frame.down(value(line)?));
            Some(Dot { class: CLASSES[place].1, x: pct(x), y, r: "3" })
        };
        let shown = |line: &(String, Vec<f64>)| {
            value(line).map_or_else(|| "unknown".to_owned(), |value| it.unit.show(value))
        };
        let words: Vec<_> = match list {
            [line] => vec![shown(line)],
            _ => {
                list.iter().map(|line| format!("{} {}", short(&line.0, 24), shown(line))).collect()
            }
        };
        let (left, right) = ((x - half).max(0.0), (x + half).min(100.0));
        Hit {
            x: pct(left),
            width: pct(right - left),
            rule: pct(x),
            y1: num(16.0),
            y2: num(frame.bottom),
            dots: list.iter().enumerate().filter_map(dot).collect(),
            text: format!("{}: {}", labels[at].0, words.join(", ")),
        }
    };
    (0..labels.len()).step_by(every).map(strip).collect()
}

fn table(it: &Lines<'_>, labels: &[(String, String)], list: &[(String, Vec<f64>)]) -> TableView {
    let first = it.period.chars().next().map(|it| it.to_uppercase().to_string());
    let period = first.unwrap_or_default() + it.period.get(1..).unwrap_or_default();
    let row = |at: usize| {
        let value = |(_, values): &(String, Vec<f64>)| match values.get(at) {
            Some(value) if sound(*value) => it.unit.show(*value),
            _ => "unknown".to_owned(),
        };
        std::iter::once(labels[at].0.clone()).chain(list.iter().map(value)).collect()
    };
    TableView {
        caption: format!("{} by {}", it.name, it.period),
        caption_hidden: false,
        head: std::iter::once(ThView::text(&period))
            .chain(list.iter().map(|line| ThView::number(&line.0)))
            .collect(),
        rows: (0..labels.len()).step_by(every(labels.len())).map(row).collect(),
    }
}
