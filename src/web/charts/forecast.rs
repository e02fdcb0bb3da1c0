//! What was and what may come: the past in thin ink, the middle dashed, bounds of 50, 80 and 95%.
//!
//! The bounds fan out from the last known value. Never here: a forecast without its bounds in the
//! table.

use super::frame::{Frame, Unit, between, num, pct, points, short, sound, span};
use super::{Chart, Dot, Hit, Path, Plot, Seg, Swatch, Text, legend, thin};
use crate::web::parts::{TableView, ThView};

/// Steps drawn at most, the newest kept: two years of days and a quarter ahead.
const STEPS_MAX: usize = 830;
/// Periods ahead that all speak; after them every second one does.
const NEAR: usize = 13;
const HEIGHT: u32 = 320;
/// Words of marks closer than this, in percent, would run into each other.
const WORDS_GAP: f64 = 16.0;
/// The same for the short names of holidays.
const NAMES_GAP: f64 = 9.0;

/// What [`forecast`] draws.
#[derive(Debug, Clone)]
pub struct Forecast<'a> {
    /// `Hours needed`.
    pub name: &'a str,
    /// The finding, read aloud.
    pub finding: &'a str,
    /// The sentence above.
    pub say: &'a str,
    /// What was left out.
    pub note: &'a str,
    /// How values are written.
    pub unit: Unit,
    /// After a value: ` h`, or nothing.
    pub suffix: &'a str,
    /// `week`, the head of the table's first column.
    pub period: &'a str,
    /// `Hours booked`, in the legend.
    pub known_as: &'a str,
    /// The known periods, then those ahead.
    pub steps: &'a [ForecastStep],
    /// How many of them are known.
    pub known: usize,
    /// Strips of the past at most: what they say is also in the table, and a page has its limit.
    pub strips: usize,
    /// A second amount to hold against the first, drawn in violet: `people you have`.
    pub capacity: Option<&'a str>,
    /// Lasting changes and odd periods: place, whether the level changed, words.
    pub marks: &'a [(usize, bool, &'a str)],
    /// Named days: place, name; one without a name is a dot only.
    pub holidays: &'a [(usize, &'a str)],
}

/// One period.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ForecastStep {
    /// On hover and in the table: `14 Dec 2026`.
    pub label: String,
    /// Under the line: `Dec 2026`.
    pub short: String,
    /// What was; ahead, the middle.
    pub value: Option<f64>,
    /// Ahead: bounds of 50, 80 and 95%.
    pub bounds: Option<[(f64, f64); 3]>,
    /// The capacity.
    pub have: Option<f64>,
}

/// The past, the middle and its bounds, today, marks, holidays and the capacity.
pub fn forecast(it: &Forecast<'_>) -> Chart {
    let cut = it.steps.len().saturating_sub(STEPS_MAX);
    let steps: Vec<_> = it.steps[cut..].iter().map(cleaned).collect();
    let known = it.known.saturating_sub(cut).min(steps.len());
    let ahead = steps[known..].iter().filter(|it| it.value.is_some()).count();
    if ahead == 0 {
        let words = "A forecast needs at least a few known periods to start from.";
        return thin(&format!("{}: no forecast yet", it.name), words);
    }
    let frame = framed(&steps, !it.holidays.is_empty());
    let words: Vec<_> =
        steps.iter().enumerate().map(|(at, it)| (at as f64, it.short.clone())).collect();
    let mut plot = Plot {
        height: HEIGHT,
        label: it.finding.to_owned(),
        grid: frame.grid(it.unit, 5),
        axis: frame.x_words(&words),
        idle: format!("{} a {}", it.name.to_lowercase(), it.period),
        ..Plot::default()
    };
    if let Some(top) = plot.grid.last_mut() {
        top.text.push_str(it.suffix);
    }
    fans(&mut plot, &frame, &steps, known);
    history(&mut plot, &frame, &steps[..known]);
    today(&mut plot, &frame, known);
    let marks = it.marks.iter().filter(|mark| mark.0 >= cut && mark.0 - cut < steps.len());
    let marks: Vec<_> = marks.map(|mark| (mark.0 - cut, mark.1, mark.2)).collect();
    marked(&mut plot, &frame, &steps, &marks, known);
    let days = it.holidays.iter().filter(|day| day.0 >= cut && day.0 - cut < steps.len());
    let days: Vec<_> = days.map(|day| (day.0 - cut, day.1)).collect();
    holidays(&mut plot, &frame, &days);
    if let Some(name) = it.capacity {
        capacity(&mut plot, &frame, &steps, name);
    }
    let shown = spoken(&steps, known, it.strips);
    plot.hits = shown.iter().map(|at| strip(it, &frame, &steps, known, *at)).collect();
    widen(&mut plot.hits);
    let odd = marks.iter().any(|mark| !mark.1);
    Chart {
        say: it.say.to_owned(),
        state: None,
        plot,
        legend: legends(it, odd),
        note: it.note.to_owned(),
        below: None,
        table: Some(table(it, &steps, known, &shown)),
    }
}

/// Values that cannot be drawn are taken away; bounds hold their middle and lie inside each other.
fn cleaned(it: &ForecastStep) -> ForecastStep {
    let value = it.value.filter(|it| sound(*it));
    let bounds = it.bounds.filter(|all| all.iter().all(|it| sound(it.0) && sound(it.1)));
    let bounds = bounds.zip(value).map(|(all, middle)| {
        let mut inner = (middle, middle);
        all.map(|(low, high)| {
            inner = (inner.0.min(low).min(high), inner.1.max(low).max(high));
            inner
        })
    });
    ForecastStep { value, bounds, have: it.have.filter(|it| sound(*it)), ..it.clone() }
}

fn framed(steps: &[ForecastStep], with_holidays: bool) -> Frame {
    let all = || {
        let bounds = |it: &ForecastStep| it.bounds.map(|all| [all[2].0, all[2].1]);
        let bounds = steps.iter().filter_map(bounds).flatten();
        steps.iter().flat_map(|it| [it.value, it.have]).flatten().chain(bounds)
    };
    let (mut low, high) = span(all(), 0.05);
    let positive = all().all(|it| it >= 0.0);
    if positive && (low < 0.0 || low < high * 0.2) {
        low = 0.0;
    } else if with_holidays {
        // Their names stand below the lines.
        low -= (high - low) * 0.1;
    }
    Frame {
        height: HEIGHT.into(),
        top: 38.0,
        bottom: 298.0,
        gut: 4.5,
        right: 100.0,
        x: (0.0, (steps.len().saturating_sub(1)).max(1) as f64),
        y: (low, high.max(low + 1e-6)),
    }
}

/// Bands from wide to narrow and the dashed middle, from the last known value on.
fn fans(plot: &mut Plot, frame: &Frame, steps: &[ForecastStep], known: usize) {
    let last = known.checked_sub(1).and_then(|at| Some((at as f64, steps[at].value?)));
    let ahead = || steps.iter().enumerate().skip(known);
    for (level, class) in [(2, "b95"), (1, "b80"), (0, "b50")] {
        let ends: Vec<_> =
            ahead().filter_map(|(at, it)| Some((at as f64, it.bounds?[level]))).collect();
        let start = last.map(|(x, value)| (x, (value, value))).filter(|_| !ends.is_empty());
        let ends: Vec<_> = start.into_iter().chain(ends).collect();
        if ends.len() < 2 {
            continue;
        }
        let mut area: Vec<_> = ends.iter().map(|(x, it)| frame.point(*x, it.1)).collect();
        area.extend(ends.iter().rev().map(|(x, it)| frame.point(*x, it.0)));
        plot.areas.push(Path { class, points: points(&area) });
    }
    let middle = ahead().filter_map(|(at, it)| Some((at as f64, it.value?)));
    let middle: Vec<_> = last.into_iter().chain(middle).map(|(x, y)| frame.point(x, y)).collect();
    match middle[..] {
        [] => {}
        [(x, y)] => {
            plot.dots.push(Dot { class: "pt", x: pct(x / 10.0), y: num(y), r: "3.5" });
        }
        _ => plot.lines.push(Path { class: "ln dash", points: points(&middle) }),
    }
}

/// Unbroken runs of known values; a lone one is a dot.
fn history(plot: &mut Plot, frame: &Frame, steps: &[ForecastStep]) {
    let known: Vec<_> =
        steps.iter().enumerate().filter_map(|(at, it)| Some((at, it.value?))).collect();
    for run in known.chunk_by(|a, b| a.0 + 1 == b.0) {
        let line: Vec<_> = run.iter().map(|it| frame.point(it.0 as f64, it.1)).collect();
        match line[..] {
            [(x, y)] => {
                plot.dots.push(Dot { class: "pt ink", x: pct(x / 10.0), y: num(y), r: "2" });
            }
            _ => plot.lines.push(Path { class: "ln ink thin", points: points(&line) }),
        }
    }
}

fn upright(frame: &Frame, class: &'static str, at: usize) -> Seg {
    let x = pct(frame.at(at as f64));
    let (y1, y2) = (num(24.0), num(frame.bottom));
    Seg { class, x1: x.clone(), x2: x, y1, y2 }
}

fn today(plot: &mut Plot, frame: &Frame, known: usize) {
    let Some(at) = known.checked_sub(1) else { return };
    plot.rules.push(upright(frame, "ax", at));
    let x = frame.at(at as f64);
    let (class, x) = if x < 12.0 { ("halo", x + 0.4) } else { ("end halo", x - 0.4) };
    plot.texts.push(Text { class, x: pct(x), y: num(31.0), text: "today".to_owned() });
}

/// Dotted uprights where the level changed, ochre dots on odd periods. Words that would run into
/// their neighbour stay in the list beside the picture.
fn marked(
    plot: &mut Plot,
    frame: &Frame,
    steps: &[ForecastStep],
    marks: &[(usize, bool, &str)],
    known: usize,
) {
    let mut taken = vec![frame.at(known.saturating_sub(1) as f64)];
    for (at, shift, words) in marks {
        let x = frame.at(*at as f64);
        if !shift {
            let y = steps[*at].value.map(|it| num(frame.down(it)));
            plot.dots.extend(y.map(|y| Dot { class: "pt c", x: pct(x), y, r: "3.5" }));
            continue;
        }
        plot.rules.push(upright(frame, "link", *at));
        if taken.iter().any(|it| (it - x).abs() < WORDS_GAP) {
            continue;
        }
        taken.push(x);
        let (class, x) = match x {
            ..15.0 => ("halo wide", x + 0.5),
            85.0.. => ("end halo wide", x - 0.5),
            _ => ("mid halo wide", x),
        };
        plot.texts.push(Text { class, x: pct(x), y: num(31.0), text: short(words, 40) });
    }
}

fn holidays(plot: &mut Plot, frame: &Frame, days: &[(usize, &str)]) {
    let mut last = f64::NEG_INFINITY;
    for (at, name) in days {
        let x = frame.at(*at as f64);
        plot.dots.push(Dot { class: "f-base", x: pct(x), y: num(frame.bottom - 8.0), r: "3" });
        if name.is_empty() || x - last < NAMES_GAP {
            continue;
        }
        last = x;
        let class = if x > 95.0 { "end halo wide" } else { "mid halo wide" };
        let (y, text) = (num(frame.bottom - 14.0), short(name, 18));
        plot.texts.push(Text { class, x: pct(x), y, text });
    }
}

/// The capacity with its name at the right end; level stretches keep their ends only.
fn capacity(plot: &mut Plot, frame: &Frame, steps: &[ForecastStep], name: &str) {
    let known: Vec<_> =
        steps.iter().enumerate().filter_map(|(at, it)| Some((at as f64, it.have?))).collect();
    let Some((_, end)) = known.last().copied() else { return };
    let mut line: Vec<(f64, f64)> = Vec::new();
    for (x, have) in &known {
        let point = frame.point(*x, *have);
        match line[..] {
            [.., (_, before), (_, last)] if level(before, last) && level(last, point.1) => {
                line.pop();
                line.push(point);
            }
            _ => line.push(point),
        }
    }
    plot.lines.push(Path { class: "ln b", points: points(&line) });
    // Beside its line, on the side where the middle is not.
    let middle = steps.iter().rev().find_map(|it| it.value).unwrap_or(end);
    let below = frame.down(end) + 14.0;
    let y = if middle >= end && below < frame.bottom - 2.0 { below } else { frame.down(end) - 6.0 };
    plot.texts.push(Text { class: "end halo", x: pct(99.77), y: num(y), text: short(name, 40) });
}

fn level(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-9
}

/// Which steps speak: at most so many of the past, the newest always, and those ahead.
fn spoken(steps: &[ForecastStep], known: usize, strips: usize) -> Vec<usize> {
    let every = known.div_ceil(strips.max(1)).max(1);
    let past = (0..known).filter(|at| (known - 1 - at).is_multiple_of(every));
    let far = (steps.len() - known).saturating_sub(NEAR).div_ceil(NEAR).max(2);
    let ahead =
        (known..steps.len()).filter(|at| at - known < NEAR || (at - known).is_multiple_of(far));
    let worth = |at: &usize| steps[*at].value.is_some() || steps[*at].have.is_some();
    past.chain(ahead).filter(worth).collect()
}

fn strip(it: &Forecast<'_>, frame: &Frame, steps: &[ForecastStep], known: usize, at: usize) -> Hit {
    let (step, x) = (&steps[at], frame.at(at as f64));
    let class = if at < known { "pt ink" } else { "pt" };
    let dot = |value: f64| Dot { class, x: pct(x), y: num(frame.down(value)), r: "3.5" };
    Hit {
        x: pct(x),
        width: pct(0.0),
        rule: pct(x),
        y1: num(24.0),
        y2: num(frame.bottom),
        dots: step.value.map(dot).into_iter().collect(),
        text: said(it, step),
    }
}

/// Every strip reaches half way to its neighbours.
fn widen(hits: &mut [Hit]) {
    let at: Vec<f64> =
        hits.iter().map(|it| it.x.trim_end_matches('%').parse().unwrap_or(0.0)).collect();
    for (place, hit) in hits.iter_mut().enumerate() {
        let half = |a: usize, b: usize| at.get(a).zip(at.get(b)).map(|(a, b)| (b - a) / 2.0);
        let before = place.checked_sub(1).and_then(|it| half(it, place));
        let after = half(place, place + 1);
        let before = before.or(after).unwrap_or(1.0);
        let (left, right) =
            ((at[place] - before).max(0.0), (at[place] + after.unwrap_or(before)).min(100.0));
        (hit.x, hit.width) = (pct(left), pct((right - left).max(0.0)));
    }
}

fn said(it: &Forecast<'_>, step: &ForecastStep) -> String {
    let shown = |value: f64| format!("{}{}", it.unit.show(value), it.suffix);
    let mut text = format!("{}: {}", step.label, step.value.map_or("unknown".to_owned(), shown));
    if let Some(all) = step.bounds {
        text += &format!(", 80% {}", between(it.unit, all[1].0, all[1].1));
    }
    if let Some(have) = step.have {
        text += &format!("; have {}", it.unit.show(have));
    }
    text
}

fn legends(it: &Forecast<'_>, odd: bool) -> Vec<super::LegendItem> {
    let mut list = vec![
        legend("ln ink thin", Swatch::Line, it.known_as),
        legend("ln dash", Swatch::Line, "Forecast"),
        legend("b50", Swatch::Box, "50%"),
        legend("b80", Swatch::Box, "80%"),
        legend("b95", Swatch::Box, "95%"),
    ];
    if let Some(name) = it.capacity {
        let mut letters = name.chars();
        let name: String =
            letters.next().map(|it| it.to_uppercase().chain(letters).collect()).unwrap_or_default();
        list.push(legend("ln b", Swatch::Line, &name));
    }
    if odd {
        list.push(legend("pt c", Swatch::Dot, &format!("Odd {}", it.period)));
    }
    list
}

fn table(it: &Forecast<'_>, steps: &[ForecastStep], known: usize, shown: &[usize]) -> TableView {
    let first = it.period.chars().next().map(|it| it.to_uppercase().to_string());
    let period = first.unwrap_or_default() + it.period.get(1..).unwrap_or_default();
    let mut head = vec![ThView::text(&period), ThView::number(it.name)];
    head.push(ThView::number("80%"));
    if it.capacity.is_some() {
        head.push(ThView::number("Have"));
    }
    let row = |at: &usize| {
        let step = &steps[*at];
        let value = step.value.map_or_else(|| "unknown".to_owned(), |value| it.unit.show(value));
        let mut cells = vec![step.label.clone(), value];
        cells.push(match step.bounds {
            Some(all) => format!("{} to {}", it.unit.show(all[1].0), it.unit.show(all[1].1)),
            None if *at < known => "was".to_owned(),
            None => "no bounds".to_owned(),
        });
        if it.capacity.is_some() {
            cells.push(step.have.map_or_else(|| "unknown".to_owned(), |have| it.unit.show(have)));
        }
        cells
    };
    let ahead = shown.iter().filter(|at| **at >= known);
    let before = shown.iter().filter(|at| **at < known).rev();
    TableView {
        caption: format!("{} by {}, ahead first", it.name, it.period),
        caption_hidden: false,
        head,
        rows: ahead.chain(before).map(row).collect(),
    }
}
