//! Counts a month: what was as grey bars, what may come as a band with its median.
//!
//! Never here: a bar for a month that has not been.

use super::frame::{Frame, Unit, fixed, num, pct, sound};
use super::{Chart, Hit, Plot, Rect, Seg, Swatch, Text, legend, thin};
use crate::web::parts::{TableView, ThView};

const MONTHS_MAX: usize = 36;
const HEIGHT: u32 = 150;
/// Widest bar, in percent: one month alone is not a wall.
const WIDE_MAX: f64 = 9.0;

/// What [`bars_fc`] draws.
#[derive(Debug, Clone)]
pub struct BarsFc<'a> {
    /// `Exits`.
    pub name: &'a str,
    /// The finding, read aloud.
    pub finding: &'a str,
    /// The sentence above.
    pub say: &'a str,
    /// Oldest first.
    pub months: &'a [BarsMonth],
}

/// One month, known or ahead.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BarsMonth {
    /// `Dec 2026`.
    pub label: String,
    /// `Dec`.
    pub short: String,
    /// What was, or the median of what may come.
    pub value: f64,
    /// Ahead: the 80% band.
    pub band: Option<(f64, f64)>,
}

/// Grey bars behind, bands with a median tick ahead.
pub fn bars_fc(it: &BarsFc<'_>) -> Chart {
    let good = |it: &&BarsMonth| {
        let band = it.band.is_none_or(|(low, high)| sound(low) && sound(high) && high >= low);
        sound(it.value) && it.value >= 0.0 && band
    };
    let cut = it.months.len().saturating_sub(MONTHS_MAX);
    let months: Vec<_> = it.months[cut..].iter().filter(good).collect();
    if months.is_empty() {
        let words = "The first whole month shows here when it is over.";
        return thin(&format!("{}: nothing to draw yet", it.name), words);
    }
    let most = months.iter().map(|it| it.band.map_or(it.value, |band| band.1.max(it.value)));
    let frame = Frame {
        height: HEIGHT.into(),
        top: 26.0,
        bottom: 130.0,
        gut: 4.0,
        right: 100.0,
        x: (-0.5, months.len() as f64 - 0.5),
        y: (0.0, most.fold(1.0, f64::max) * 1.05),
    };
    let slot = (frame.right - frame.gut) / months.len() as f64;
    let wide = (slot * 0.76).min(WIDE_MAX);
    let mut plot = Plot {
        height: HEIGHT,
        label: it.finding.to_owned(),
        grid: frame.grid(Unit::Count, 3),
        axis: words(&frame, &months),
        idle: format!("{} a month", it.name.to_lowercase()),
        ..Plot::default()
    };
    // Whole things: no line between them.
    for line in &mut plot.grid {
        if let Some(whole) = line.text.strip_suffix(".0") {
            line.text = whole.to_owned();
        }
    }
    plot.grid.retain(|line| !line.text.contains('.'));
    for (at, month) in months.iter().enumerate() {
        drawn(&mut plot, &frame, at, month, wide);
        let x = frame.at(at as f64);
        plot.hits.push(Hit {
            x: pct(x - slot / 2.0),
            width: pct(slot),
            rule: pct(x),
            y1: num(16.0),
            y2: num(frame.bottom),
            dots: Vec::new(),
            text: said(it.name, month),
        });
    }
    Chart {
        say: it.say.to_owned(),
        state: None,
        plot,
        legend: vec![
            legend("dens", Swatch::Box, "As it was"),
            legend("b80", Swatch::Box, "Ahead, 80%"),
            legend("ln", Swatch::Line, "Median"),
        ],
        note: String::new(),
        below: None,
        table: Some(table(it.name, &months)),
    }
}

/// A name under every month while they fit, every third of them on phones.
fn words(frame: &Frame, months: &[&BarsMonth]) -> Vec<Text> {
    let every = months.len().div_ceil(18).max(1);
    let word = |(at, it): (usize, &&BarsMonth)| {
        let class = if (at / every).is_multiple_of(3) { "mid" } else { "mid wide" };
        Text {
            class,
            x: pct(frame.at(at as f64)),
            y: num(f64::from(HEIGHT) - 4.0),
            text: it.short.clone(),
        }
    };
    months.iter().enumerate().step_by(every).map(word).collect()
}

fn drawn(plot: &mut Plot, frame: &Frame, at: usize, month: &BarsMonth, wide: f64) {
    let x = frame.at(at as f64);
    let (left, right) = (x - wide / 2.0, x + wide / 2.0);
    let (class, low, high) = match month.band {
        Some((low, high)) => ("b80", low.max(0.0), high),
        None => ("dens", 0.0, month.value),
    };
    plot.rects.push(Rect {
        class,
        x: pct(left),
        width: pct(wide),
        y: num(frame.down(high)),
        height: num((frame.down(low) - frame.down(high)).max(0.0)),
    });
    if month.band.is_some() {
        let y = num(frame.down(month.value));
        plot.segs.push(Seg { class: "ln", x1: pct(left), x2: pct(right), y1: y.clone(), y2: y });
    }
}

fn whole(value: f64) -> String {
    fixed(value, usize::from((value - value.round()).abs() > 0.05))
}

fn said(name: &str, it: &BarsMonth) -> String {
    let value = whole(it.value);
    let name = name.to_lowercase();
    match it.band {
        Some((low, high)) => {
            let (low, high) = (whole(low), whole(high));
            format!("{}: {value} {name}, 80% between {low} and {high}", it.label)
        }
        None => format!("{}: {value} {name}", it.label),
    }
}

fn table(name: &str, months: &[&BarsMonth]) -> TableView {
    let row = |it: &&BarsMonth| {
        let band = it.band.map(|(low, high)| format!("{} to {}", whole(low), whole(high)));
        vec![it.label.clone(), whole(it.value), band.unwrap_or_else(|| "was".to_owned())]
    };
    TableView {
        caption: format!("{name} by month; ahead, the median and its 80% band"),
        caption_hidden: false,
        head: vec![ThView::text("Month"), ThView::number(name), ThView::number("80%")],
        rows: months.iter().map(row).collect(),
    }
}
