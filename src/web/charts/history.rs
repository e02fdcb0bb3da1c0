//! A number over months: a metric with its interval, a person's score as scored at the time.

use super::frame::{Frame, Unit, between, num, pct, points, short, sound, span};
use super::{Chart, Dot, Hit, LegendItem, Path, Plot, Rect, Seg, Swatch, Text, legend, thin};
use crate::web::parts::{TableView, ThView};

const MONTHS_MAX: usize = 120;
const METRIC_HEIGHT: u32 = 200;
const SCORE_HEIGHT: u32 = 150;
/// What the ends of a metric are; the dictionary has no other level.
const ENDS: &str = "95% interval";

/// What [`metric_line`] draws.
#[derive(Debug, Clone)]
pub struct Metric<'a> {
    /// `First-90-day attrition`.
    pub name: &'a str,
    /// The finding, read aloud.
    pub finding: &'a str,
    /// The sentence above.
    pub say: &'a str,
    /// What counts and what does not.
    pub note: &'a str,
    /// How values are written.
    pub unit: Unit,
    /// A line with a band, or bars with whiskers. Bars start at zero.
    pub style: MetricStyle,
    /// Oldest first.
    pub months: &'a [MetricPoint],
    /// A level worth comparing with, and its name.
    pub target: Option<(f64, &'a str)>,
    /// Events: index of a month, and a word.
    pub marks: &'a [(usize, &'a str)],
}

/// How months are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricStyle {
    /// For rates and levels.
    Line,
    /// For counts and sums.
    Bars,
}

/// One month. Without a value the line has a hole and the table says why.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MetricPoint {
    /// In the table and on hover: `Nov 2025`.
    pub label: String,
    /// Under the line: `Nov`.
    pub short: String,
    /// None below the minimum sample.
    pub value: Option<f64>,
    /// Its interval.
    pub interval: Option<(f64, f64)>,
    /// `5 of 11`, or `3 hires, 5 needed`.
    pub n: String,
}

/// What [`score_history`] draws.
#[derive(Debug, Clone)]
pub struct ScoreHistory<'a> {
    /// The finding, read aloud.
    pub finding: &'a str,
    /// Oldest first.
    pub points: &'a [ScorePoint],
    /// What the ends of a point are: `90% interval`.
    pub ends: &'a str,
    /// Office average.
    pub base: f64,
    /// Events: index of a point, and a word.
    pub marks: &'a [(usize, &'a str)],
}

/// A score as given at the time.
#[derive(Debug, Clone, PartialEq)]
pub struct ScorePoint {
    /// `Nov 2025`.
    pub label: String,
    /// `Nov`.
    pub short: String,
    /// Chance.
    pub chance: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// A metric by month with its interval.
pub fn metric_line(it: &Metric<'_>) -> Chart {
    let months: Vec<_> = it.months.iter().take(MONTHS_MAX).map(cleaned).collect();
    let have = months.iter().filter(|it| it.value.is_some()).count();
    if have == 0 {
        let words = "No month has cases enough for a number that can be trusted.";
        return thin(&format!("{}: nothing to draw yet", it.name), words);
    }
    let target = it.target.filter(|(value, _)| sound(*value));
    let frame = metric_frame(it, &months, target.map(|it| it.0));
    let style = Style::metric(it.style);
    let mut plot = drawn(&frame, METRIC_HEIGHT, it.unit, &months, style);
    it.finding.clone_into(&mut plot.label);
    plot.idle = it.name.to_lowercase();
    marks(&mut plot, &frame, it.marks, months.len());
    if let Some((value, name)) = target {
        level_line(&mut plot, &frame, &months, value, name);
    }
    Chart {
        say: it.say.to_owned(),
        state: None,
        plot,
        legend: legends(style, &months),
        note: it.note.to_owned(),
        below: None,
        table: Some(table(it.name, it.unit, ENDS, &months)),
    }
}

/// A person's chance over time, with the office average.
pub fn score_history(it: &ScoreHistory<'_>) -> Chart {
    let point = |at: &ScorePoint| {
        cleaned(&MetricPoint {
            label: at.label.clone(),
            short: at.short.clone(),
            value: Some(at.chance).filter(|it| (0.0..=1.0).contains(it)),
            interval: Some((at.low, at.high)),
            n: String::new(),
        })
    };
    let months: Vec<_> = it.points.iter().take(MONTHS_MAX).map(point).collect();
    if months.iter().all(|it| it.value.is_none()) {
        let words = "The first score shows here after the next scoring night.";
        return thin("Not scored before", words);
    }
    let base = Some(it.base).filter(|it| (0.0..=1.0).contains(it));
    let highs = months.iter().filter_map(|it| it.interval).map(|it| it.1);
    let values = months.iter().filter_map(|it| it.value);
    let most = highs.chain(values).chain(base).fold(0.1, f64::max);
    let frame = Frame {
        height: SCORE_HEIGHT.into(),
        top: 26.0,
        bottom: 130.0,
        gut: 6.0,
        right: 100.0,
        x: (0.0, last_index(&months)),
        y: (0.0, most * 1.04),
    };
    let mut plot = drawn(&frame, SCORE_HEIGHT, Unit::Share, &months, Style::Score);
    it.finding.clone_into(&mut plot.label);
    "chance in the next 90 days".clone_into(&mut plot.idle);
    if let Some(base) = base {
        level_line(&mut plot, &frame, &months, base, "office average");
    }
    marks(&mut plot, &frame, it.marks, months.len());
    if let Some(at) = months.iter().rposition(|it| it.value.is_some()) {
        plot.dots.push(dot(&frame, "pt ink", at, months[at].value.unwrap_or_default(), "4"));
    }
    Chart {
        say: String::new(),
        state: None,
        plot,
        legend: Vec::new(),
        note: String::new(),
        below: None,
        table: Some(table("Score", Unit::Share, it.ends, &months)),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Line,
    Bars,
    Score,
}

impl Style {
    fn metric(style: MetricStyle) -> Self {
        match style {
            MetricStyle::Line => Self::Line,
            MetricStyle::Bars => Self::Bars,
        }
    }

    fn line(self) -> &'static str {
        if self == Self::Score { "ln ink" } else { "ln" }
    }

    fn band(self) -> &'static str {
        if self == Self::Score { "bandI" } else { "bandA" }
    }

    fn dot(self) -> &'static str {
        if self == Self::Score { "pt ink" } else { "pt" }
    }
}

/// Values and intervals that cannot be drawn are taken away; an interval needs its value.
fn cleaned(it: &MetricPoint) -> MetricPoint {
    let value = it.value.filter(|it| sound(*it));
    let interval = it.interval.filter(|(low, high)| sound(*low) && sound(*high));
    let interval = interval.map(|(low, high)| (low.min(high), low.max(high)));
    MetricPoint { value, interval: interval.filter(|_| value.is_some()), ..it.clone() }
}

fn last_index(months: &[MetricPoint]) -> f64 {
    (months.len().saturating_sub(1)).max(1) as f64
}

fn metric_frame(it: &Metric<'_>, months: &[MetricPoint], target: Option<f64>) -> Frame {
    let ends = months.iter().filter_map(|it| it.interval).flat_map(|(low, high)| [low, high]);
    let values = months.iter().filter_map(|it| it.value).chain(ends).chain(target);
    let (mut low, mut high) = span(values, 0.06);
    let bars = it.style == MetricStyle::Bars;
    let from_zero = bars || it.unit == Unit::Share || (low >= 0.0 && low < high * 0.4);
    if from_zero && low > 0.0 || low < 0.0 && months.iter().all(never_below_zero) {
        low = 0.0;
    }
    if bars && high < 0.0 {
        high = 0.0;
    }
    let half = if bars { 0.6 } else { 0.0 };
    Frame {
        height: METRIC_HEIGHT.into(),
        top: 26.0,
        bottom: 178.0,
        gut: 7.0,
        right: 100.0,
        x: (-half, last_index(months) + half),
        y: (low, high.max(low + 1e-6)),
    }
}

fn never_below_zero(it: &MetricPoint) -> bool {
    it.value.is_none_or(|it| it >= 0.0) && it.interval.is_none_or(|it| it.0 >= 0.0)
}

fn drawn(frame: &Frame, height: u32, unit: Unit, months: &[MetricPoint], style: Style) -> Plot {
    let words: Vec<_> =
        months.iter().enumerate().map(|(at, it)| (at as f64, it.short.clone())).collect();
    let mut plot = Plot {
        height,
        grid: frame.grid(unit, 4),
        axis: frame.x_words(&words),
        hits: hits(frame, unit, months, style),
        ..Plot::default()
    };
    if style == Style::Bars {
        bars(&mut plot, frame, months);
    } else {
        runs(&mut plot, frame, months, style);
    }
    plot
}

/// A month with a value: its index, the value, the interval.
type Known = (usize, f64, Option<(f64, f64)>);

/// Unbroken runs of months as lines with bands; a lone month as a dot with a whisker.
fn runs(plot: &mut Plot, frame: &Frame, months: &[MetricPoint], style: Style) {
    let known: Vec<Known> = months
        .iter()
        .enumerate()
        .filter_map(|(at, it)| Some((at, it.value?, it.interval)))
        .collect();
    for run in known.chunk_by(|a, b| a.0 + 1 == b.0) {
        let [(at, value, interval)] = run else {
            let line: Vec<_> = run.iter().map(|it| frame.point(it.0 as f64, it.1)).collect();
            plot.lines.push(Path { class: style.line(), points: points(&line) });
            for part in run.chunk_by(|a, b| a.2.is_some() && b.2.is_some()) {
                band(plot, frame, part, style);
            }
            continue;
        };
        plot.dots.push(dot(frame, style.dot(), *at, *value, "3.5"));
        if let Some((low, high)) = interval {
            plot.segs.push(whisker(frame, "ptline", *at, *low, *high));
        }
    }
}

fn band(plot: &mut Plot, frame: &Frame, part: &[Known], style: Style) {
    let ends: Vec<_> = part.iter().filter_map(|it| Some((it.0 as f64, it.2?))).collect();
    if ends.len() < 2 {
        return;
    }
    let mut area: Vec<_> = ends.iter().map(|(x, it)| frame.point(*x, it.1)).collect();
    area.extend(ends.iter().rev().map(|(x, it)| frame.point(*x, it.0)));
    plot.areas.push(Path { class: style.band(), points: points(&area) });
}

fn bars(plot: &mut Plot, frame: &Frame, months: &[MetricPoint]) {
    let wide = (frame.right - frame.gut) / (frame.x.1 - frame.x.0) * 0.72;
    let zero = frame.down(0.0);
    for (at, it) in months.iter().enumerate() {
        let Some(value) = it.value else { continue };
        let (x, y) = (frame.at(at as f64), frame.down(value));
        plot.rects.push(Rect {
            class: "dens",
            x: pct(x - wide / 2.0),
            width: pct(wide),
            y: num(y.min(zero)),
            height: num((y - zero).abs()),
        });
        if let Some((low, high)) = it.interval {
            plot.segs.push(whisker(frame, "whisk", at, low, high));
        }
    }
}

fn whisker(frame: &Frame, class: &'static str, at: usize, low: f64, high: f64) -> Seg {
    let x = pct(frame.at(at as f64));
    Seg { class, x1: x.clone(), x2: x, y1: num(frame.down(low)), y2: num(frame.down(high)) }
}

fn dot(frame: &Frame, class: &'static str, at: usize, value: f64, r: &'static str) -> Dot {
    Dot { class, x: pct(frame.at(at as f64)), y: num(frame.down(value)), r }
}

fn hits(frame: &Frame, unit: Unit, months: &[MetricPoint], style: Style) -> Vec<Hit> {
    let wide = (frame.right - frame.gut) / (frame.x.1 - frame.x.0);
    let strip = |(at, it): (usize, &MetricPoint)| {
        let x = frame.at(at as f64);
        let (left, right) = ((x - wide / 2.0).max(0.0), (x + wide / 2.0).min(100.0));
        Hit {
            x: pct(left),
            width: pct(right - left),
            rule: pct(x),
            y1: num(frame.top - 8.0),
            y2: num(frame.bottom),
            dots: it
                .value
                .map(|value| dot(frame, style.dot(), at, value, "3.5"))
                .into_iter()
                .collect(),
            text: said(unit, it),
        }
    };
    months.iter().enumerate().map(strip).collect()
}

fn said(unit: Unit, it: &MetricPoint) -> String {
    let value = it.value.map_or_else(|| "not enough".to_owned(), |value| unit.show(value));
    let range = it.interval.map(|(low, high)| between(unit, low, high));
    let tail = [range, Some(it.n.clone()).filter(|it| !it.is_empty())];
    let tail: Vec<_> = tail.into_iter().flatten().collect();
    let comma = if tail.is_empty() { "" } else { ", " };
    format!("{}: {value}{comma}{}", it.label, tail.join(", "))
}

/// A dashed line with its name: a target, the office average.
fn level_line(plot: &mut Plot, frame: &Frame, months: &[MetricPoint], value: f64, name: &str) {
    let (from, to) = (frame.point(frame.x.0, value), frame.point(frame.x.1, value));
    plot.lines.push(Path { class: "ln ghost dash", points: points(&[from, to]) });
    let (at_end, y) = quiet_place(frame, months, frame.down(value));
    let (class, x) = if at_end { ("end halo", 99.6) } else { ("halo", frame.gut + 0.42) };
    plot.texts.push(Text { class, x: pct(x), y: num(y), text: short(name, 40) });
}

/// The end and the side of a level line where its name is farthest from the months.
fn quiet_place(frame: &Frame, months: &[MetricPoint], y: f64) -> (bool, f64) {
    let near = months.len().div_ceil(4);
    let room = |(at_end, base): &(bool, f64)| {
        let part = if *at_end { &months[months.len() - near..] } else { &months[..near] };
        let away = |it: &MetricPoint| Some((frame.down(it.value?) - (base - 4.0)).abs());
        part.iter().filter_map(away).fold(60.0, f64::min)
    };
    let places = [(false, y + 13.0), (false, y - 5.0), (true, y + 13.0), (true, y - 5.0)];
    let inside = |it: &&(bool, f64)| frame.top + 8.0 < it.1 && it.1 < frame.bottom - 1.0;
    let best = places.iter().filter(inside).max_by(|a, b| room(a).total_cmp(&room(b)));
    best.copied().unwrap_or((false, y - 5.0))
}

fn marks(plot: &mut Plot, frame: &Frame, marks: &[(usize, &str)], months: usize) {
    for (at, word) in marks.iter().filter(|it| it.0 < months).take(4) {
        let x = frame.at(*at as f64);
        let (y1, y2) = (num(frame.top - 8.0), num(frame.bottom));
        plot.rules.push(Seg { class: "ax", x1: pct(x), x2: pct(x), y1, y2 });
        let class = if x > 50.0 { "end" } else { "" };
        let near = if x > 50.0 { x - 0.5 } else { x + 0.5 };
        let text = short(word, 32);
        plot.texts.push(Text { class, x: pct(near), y: num(frame.top - 1.0), text });
    }
}

fn legends(style: Style, months: &[MetricPoint]) -> Vec<LegendItem> {
    if months.iter().all(|it| it.interval.is_none()) {
        return Vec::new();
    }
    match style {
        Style::Bars => {
            vec![legend("dens", Swatch::Box, "Month"), legend("whisk", Swatch::Line, ENDS)]
        }
        _ => {
            vec![legend("ln", Swatch::Line, "Month"), legend("bandA", Swatch::Box, ENDS)]
        }
    }
}

fn table(name: &str, unit: Unit, ends: &str, months: &[MetricPoint]) -> TableView {
    let none = || "not enough".to_owned();
    let with_n = months.iter().any(|it| !it.n.is_empty());
    let row = |it: &MetricPoint| {
        let value = it.value.map_or_else(none, |value| unit.show(value));
        let range =
            it.interval.map_or_else(|| "no interval".to_owned(), |it| between(unit, it.0, it.1));
        let mut cells = vec![it.label.clone(), value, range];
        if with_n {
            cells.push(it.n.clone());
        }
        cells
    };
    let mut head = vec![ThView::text("Month"), ThView::number(name), ThView::number(ends)];
    if with_n {
        head.push(ThView::number("Counted"));
    }
    TableView {
        caption: format!("{name} by month"),
        caption_hidden: false,
        head,
        rows: months.iter().map(row).collect(),
    }
}
