//! What one feature does to the score: steps, a band, and how many cases stand behind each step.

use super::frame::{Frame, Unit, fixed, num, pct, points, short, signed, sound, span};
use super::{Chart, Dot, Hit, Mini, Path, Plot, Rect, Seg, Text, thin};
use crate::web::parts::{TableView, ThView};

const HEIGHT: u32 = 250;
const MINI_HEIGHT: f64 = 64.0;
/// Percent kept at the right for the step of missing values.
const MISSING_WIDTH: f64 = 12.0;

/// What [`shape`] draws.
#[derive(Debug, Clone)]
pub struct Shape<'a> {
    /// `Long drives`.
    pub name: &'a str,
    /// The finding, read aloud; also the label of the picture.
    pub finding: &'a str,
    /// The sentence above, or nothing.
    pub say: &'a str,
    /// What is across and which rule holds.
    pub note: &'a str,
    /// What is counted: `person-months`.
    pub counted: &'a str,
    /// From left to right.
    pub bins: &'a [ShapeBin],
    /// The step of missing values; its ends across are not read.
    pub missing: Option<&'a ShapeBin>,
    /// Words along x at values of the feature.
    pub x_words: &'a [(f64, String)],
    /// Where a person stands.
    pub marks: &'a [ShapeMark],
    /// Steps with fewer cases are grey.
    pub floor: f64,
    /// Lowest and highest points, to give several shapes one scale.
    pub range: Option<(f64, f64)>,
}

/// One constant step.
#[derive(Debug, Clone, PartialEq)]
pub struct ShapeBin {
    /// `0% to 3%`, or the name of a category.
    pub label: String,
    /// Left end.
    pub from: f64,
    /// Right end.
    pub to: f64,
    /// Contribution in points.
    pub points: f64,
    /// Lower end of its 90% band.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Cases behind it.
    pub n: f64,
}

impl ShapeBin {
    pub(super) fn sound(&self) -> bool {
        [self.points, self.low, self.high, self.n].into_iter().all(sound) && self.n >= 0.0
    }

    /// `−0.40 ±0.07`.
    pub(super) fn text(&self) -> String {
        format!("{} ±{}", signed(self.points, 2), fixed(self.half(), 2))
    }

    pub(super) fn half(&self) -> f64 {
        (self.high - self.low).abs() / 2.0
    }
}

/// A person's place on a shape.
#[derive(Debug, Clone, PartialEq)]
pub struct ShapeMark {
    /// Value of the feature.
    pub at: f64,
    /// `Marcus Bell, 34%`.
    pub label: String,
}

/// Steps with a 90% band, counts below, zero line, people's places.
pub fn shape(it: &Shape<'_>) -> Chart {
    let bins = drawn(it.bins);
    if bins.is_empty() || bins.iter().all(|bin| bin.n <= 0.0) {
        let words = "The model has no cases to learn this line from. It adds nothing to any score.";
        return thin(&format!("No cases behind {}", it.name), words);
    }
    let missing = it.missing.filter(|bin| bin.sound() && bin.n > 0.0);
    let frame = frame(&bins, missing, it.range);
    let mut plot = Plot {
        height: HEIGHT,
        label: it.finding.to_owned(),
        grid: frame.grid(Unit::Points, 5),
        axis: frame.x_words(it.x_words),
        rects: counts(&frame, &bins),
        hits: bins.iter().map(|bin| hit(&frame, bin, it.counted)).collect(),
        idle: "above 0 raises the score, below 0 lowers it".to_owned(),
        ..Plot::default()
    };
    steps(&mut plot, &frame, &bins, it.floor);
    if let Some(bin) = missing {
        missing_step(&mut plot, &frame, bin, it.counted);
    }
    marks(&mut plot, &frame, it.marks);
    Chart {
        say: it.say.to_owned(),
        state: None,
        plot,
        legend: Vec::new(),
        note: it.note.to_owned(),
        below: None,
        table: Some(table(it.name, it.counted, bins.iter().copied().chain(missing))),
    }
}

/// A thumbnail for a page that watches shapes form.
pub fn mini_shape(name: &str, word: &str, bins: &[ShapeBin], range: Option<(f64, f64)>) -> Mini {
    let bins = drawn(bins);
    let frame = Frame {
        height: MINI_HEIGHT,
        top: 4.0,
        bottom: 60.0,
        gut: 0.0,
        ..frame(&bins, None, range)
    };
    let (area, line) = if bins.is_empty() { Default::default() } else { outline(&frame, &bins) };
    let none = if bins.is_empty() { "no cases yet" } else { "shape so far" };
    Mini {
        name: name.to_owned(),
        word: word.to_owned(),
        label: format!("{name}, {none}"),
        zero: num(frame.down(0.0)),
        area,
        line,
    }
}

/// Rows of bin, points, ± and cases.
pub(super) fn table<'a>(
    name: &str,
    counted: &str,
    bins: impl Iterator<Item = &'a ShapeBin>,
) -> TableView {
    let mut title = counted.chars();
    let counted = title.next().map_or(String::new(), |it| it.to_uppercase().chain(title).collect());
    TableView {
        caption: format!("{name}, values"),
        caption_hidden: false,
        head: vec![
            ThView::text("Step"),
            ThView::number("Points"),
            ThView::number("± 90%"),
            ThView::number(&counted),
        ],
        rows: bins
            .map(|bin| {
                let (points, half) = (signed(bin.points, 2), fixed(bin.half(), 2));
                vec![bin.label.clone(), points, half, fixed(bin.n, 0)]
            })
            .collect(),
    }
}

fn drawn(bins: &[ShapeBin]) -> Vec<&ShapeBin> {
    let ends = |bin: &ShapeBin| sound(bin.from) && sound(bin.to) && bin.from < bin.to;
    bins.iter().filter(|bin| bin.sound() && ends(bin)).collect()
}

fn frame(bins: &[&ShapeBin], missing: Option<&ShapeBin>, range: Option<(f64, f64)>) -> Frame {
    let all = bins.iter().copied().chain(missing);
    let values = all.flat_map(|bin| [bin.low, bin.points, bin.high]).chain([0.0]);
    let given = range.filter(|(low, high)| sound(*low) && sound(*high) && low < high);
    Frame {
        height: HEIGHT.into(),
        top: 24.0,
        bottom: 192.0,
        gut: 7.0,
        right: if missing.is_some() { 100.0 - MISSING_WIDTH } else { 100.0 },
        x: span(bins.iter().flat_map(|bin| [bin.from, bin.to]), 0.0),
        y: given.unwrap_or_else(|| span(values, 0.06)),
    }
}

/// Draws runs of steps: green where there are cases enough, grey where there are not.
fn steps(plot: &mut Plot, frame: &Frame, bins: &[&ShapeBin], floor: f64) {
    let enough = |at: usize| bins[at].n >= floor;
    let mut start = 0;
    for end in 1..=bins.len() {
        if end < bins.len() && enough(end) == enough(start) {
            continue;
        }
        let (area, mut line) = outline(frame, &bins[start..end]);
        let solid = enough(start);
        if !solid {
            line = joined(frame, bins, start, end, &line);
        }
        let (band, stroke) = if solid { ("bandA", "ln") } else { ("bandI", "ln ghost") };
        plot.areas.push(Path { class: band, points: area });
        plot.lines.push(Path { class: stroke, points: line });
        start = end;
    }
}

/// A grey run reaches up to its neighbours, so that the line has no holes.
fn joined(frame: &Frame, bins: &[&ShapeBin], start: usize, end: usize, line: &str) -> String {
    let corner = |at: usize, x: f64| points(&[frame.point(x, bins[at].points)]);
    let before = start.checked_sub(1).map(|at| corner(at, bins[start].from) + " ");
    let after = (end < bins.len()).then(|| format!(" {}", corner(end, bins[end - 1].to)));
    format!("{}{line}{}", before.unwrap_or_default(), after.unwrap_or_default())
}

/// Band and line of a run of steps.
fn outline(frame: &Frame, bins: &[&ShapeBin]) -> (String, String) {
    let step = |value: fn(&ShapeBin) -> f64| -> Vec<(f64, f64)> {
        let ends = bins.iter().flat_map(|bin| [(bin.from, value(bin)), (bin.to, value(bin))]);
        ends.map(|(x, y)| frame.point(x, y)).collect()
    };
    let mut area = step(|bin| bin.low.max(bin.high));
    area.extend(step(|bin| bin.low.min(bin.high)).into_iter().rev());
    (points(&area), points(&step(|bin| bin.points)))
}

fn counts(frame: &Frame, bins: &[&ShapeBin]) -> Vec<Rect> {
    let most = bins.iter().map(|bin| bin.n).fold(1e-9, f64::max);
    let bars = bins.iter().map(|bin| {
        let (left, right) = (frame.at(bin.from), frame.at(bin.to));
        let tall = bin.n / most * 26.0;
        Rect {
            class: "dens",
            x: pct(left + 0.15),
            width: pct((right - left - 0.3).max(0.1)),
            y: num(228.0 - tall),
            height: num(tall),
        }
    });
    bars.collect()
}

fn hit(frame: &Frame, bin: &ShapeBin, counted: &str) -> Hit {
    let (left, right) = (frame.at(bin.from), frame.at(bin.to));
    strip(frame, (left, right), bin, counted)
}

fn strip(frame: &Frame, (left, right): (f64, f64), bin: &ShapeBin, counted: &str) -> Hit {
    let middle = pct(f64::midpoint(left, right));
    let dot = Dot { class: "pt", x: middle.clone(), y: num(frame.down(bin.points)), r: "3.5" };
    Hit {
        x: pct(left),
        width: pct(right - left),
        rule: middle,
        y1: "20".to_owned(),
        y2: "192".to_owned(),
        dots: vec![dot],
        text: format!("{}: {}, {} {counted}", bin.label, bin.text(), fixed(bin.n, 0)),
    }
}

/// A dot with whiskers at the right: missing is a level of its own, not a place on the scale.
fn missing_step(plot: &mut Plot, frame: &Frame, bin: &ShapeBin, counted: &str) {
    let x = pct(100.0 - MISSING_WIDTH / 2.0);
    let (low, high) = (num(frame.down(bin.low)), num(frame.down(bin.high)));
    plot.segs.push(Seg { class: "ptline", x1: x.clone(), x2: x.clone(), y1: low, y2: high });
    let y = num(frame.down(bin.points));
    plot.dots.push(Dot { class: "pt", x: x.clone(), y, r: "4.5" });
    let y = num(f64::from(HEIGHT) - 4.0);
    plot.axis.push(Text { class: "end", x: pct(100.0), y, text: short(&bin.label, 10) });
    plot.hits.push(strip(frame, (100.0 - MISSING_WIDTH, 100.0), bin, counted));
}

fn marks(plot: &mut Plot, frame: &Frame, marks: &[ShapeMark]) {
    for (at, mark) in marks.iter().filter(|mark| sound(mark.at)).take(3).enumerate() {
        let x = frame.at(mark.at);
        let (x1, x2) = (pct(x), pct(x));
        let (y1, y2) = ("20".to_owned(), "192".to_owned());
        plot.rules.push(Seg { class: "link", x1, x2, y1, y2 });
        let class = if x > 65.0 { "ink2 halo end" } else { "ink2 halo" };
        let x = if x > 65.0 { x - 0.6 } else { x + 0.6 };
        let y = num(30.0 + 13.0 * at as f64);
        plot.texts.push(Text { class, x: pct(x), y, text: short(&mark.label, 40) });
    }
}
