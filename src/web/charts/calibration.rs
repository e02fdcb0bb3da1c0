//! When the model says 28%, do 28% leave?

use super::frame::{Frame, Unit, fixed, num, pct, points, sound, ticks};
use super::{Chart, Dot, Hit, Path, Plot, Seg, Text, thin};
use crate::web::parts::{TableView, ThView};

const HEIGHT: u32 = 250;
const GROUPS_MAX: usize = 12;
/// Percent across that two labels need between them.
const LABELS_APART: f64 = 9.0;

/// What [`calibration`] draws.
#[derive(Debug, Clone)]
pub struct Calibration<'a> {
    /// The finding, read aloud.
    pub finding: &'a str,
    /// The sentence above.
    pub say: &'a str,
    /// Groups of person-months by predicted chance.
    pub groups: &'a [CalibrationGroup],
}

/// Person-months that were given about the same chance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CalibrationGroup {
    /// Mean predicted chance, 0 to 1.
    pub predicted: f64,
    /// Share who left.
    pub left: f64,
    /// Lower end of its 95% Wilson interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Cases.
    pub n: u32,
}

/// Points with whiskers and n against the diagonal.
pub fn calibration(it: &Calibration<'_>) -> Chart {
    let good = |group: &CalibrationGroup| {
        let shares = [group.predicted, group.left, group.low, group.high];
        group.n > 0 && shares.into_iter().all(|share| (0.0..=1.0).contains(&share))
    };
    let mut groups: Vec<_> = it.groups.iter().copied().filter(good).collect();
    groups.sort_by(|a, b| a.predicted.total_cmp(&b.predicted));
    groups.truncate(GROUPS_MAX);
    if groups.is_empty() {
        let words = "Calibration needs scored months whose 90 days have passed.";
        return thin("No months to check yet", words);
    }
    let frame = frame(&groups);
    let (across, step) = ticks(frame.x, 5);
    let x_words: Vec<_> = across.iter().map(|x| (*x, Unit::Share.tick(*x, step))).collect();
    let diagonal = points(&[frame.point(0.0, 0.0), frame.point(frame.x.1, frame.y.1)]);
    let mut plot = Plot {
        height: HEIGHT,
        label: it.finding.to_owned(),
        grid: frame.grid(Unit::Share, 4),
        axis: frame.x_words(&x_words),
        lines: vec![Path { class: "ln ghost dash", points: diagonal }],
        idle: "share who left".to_owned(),
        ..Plot::default()
    };
    let (mut above, mut below) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
    for group in &groups {
        let x = frame.at(group.predicted);
        let side = if x - above > LABELS_APART {
            above = x;
            Some(true)
        } else if x - below > LABELS_APART {
            below = x;
            Some(false)
        } else {
            None
        };
        draw(&mut plot, &frame, group, side);
    }
    Chart {
        say: it.say.to_owned(),
        state: None,
        plot,
        legend: Vec::new(),
        note: "Across: predicted chance. Points are groups of person-months with 95% intervals. \
               On the dashed line is perfect."
            .to_owned(),
        below: None,
        table: Some(table(&groups)),
    }
}

fn frame(groups: &[CalibrationGroup]) -> Frame {
    let most = groups.iter().map(|it| it.high.max(it.predicted)).fold(0.05, f64::max);
    let (lines, step) = ticks((0.0, most), 5);
    let top = lines.last().map_or(most, |it| if *it < most { it + step } else { *it });
    Frame {
        height: HEIGHT.into(),
        top: 20.0,
        bottom: 228.0,
        gut: 9.0,
        right: 100.0,
        x: (0.0, top.min(1.0)),
        y: (0.0, top.min(1.0)),
    }
}

/// A point, its whisker, and n above it, or below when the one before is near; where neither side has
/// room, the strip and the table say it.
fn draw(plot: &mut Plot, frame: &Frame, group: &CalibrationGroup, above: Option<bool>) {
    let x = frame.at(group.predicted);
    let (low, high) = (frame.down(group.low), frame.down(group.high));
    let at = pct(x);
    let (y1, y2) = (num(low), num(high));
    plot.segs.push(Seg { class: "ptline", x1: at.clone(), x2: at.clone(), y1, y2 });
    let y = num(frame.down(group.left));
    plot.dots.push(Dot { class: "pt", x: at.clone(), y, r: "4.5" });
    let class = if x > 94.0 { "end halo" } else { "mid halo" };
    if let Some(above) = above {
        let y = if above { (high - 6.0).max(20.0) } else { (low + 14.0).min(frame.bottom - 2.0) };
        let text = format!("n {}", fixed(group.n.into(), 0));
        plot.texts.push(Text { class, x: at.clone(), y: num(y), text });
    }
    plot.hits.push(Hit {
        x: pct((x - 3.64).max(0.0)),
        width: pct(7.28_f64.min(100.0 - (x - 3.64).max(0.0))),
        rule: at,
        y1: "20".to_owned(),
        y2: "228".to_owned(),
        dots: Vec::new(),
        text: format!(
            "predicted {}, left {} (between {} and {}), n {}",
            Unit::Share.show(group.predicted),
            Unit::Share.show(group.left),
            Unit::Share.show(group.low),
            Unit::Share.show(group.high),
            fixed(group.n.into(), 0)
        ),
    });
}

fn table(groups: &[CalibrationGroup]) -> TableView {
    debug_assert!(groups.iter().all(|it| sound(it.left)));
    let share = |value: f64| Unit::Share.show(value);
    TableView {
        caption: "Predicted chance and share who left".to_owned(),
        caption_hidden: false,
        head: vec![
            ThView::text("Predicted"),
            ThView::number("Left"),
            ThView::number("95% low"),
            ThView::number("95% high"),
            ThView::number("Person-months"),
        ],
        rows: groups
            .iter()
            .map(|it| {
                let n = fixed(it.n.into(), 0);
                vec![share(it.predicted), share(it.left), share(it.low), share(it.high), n]
            })
            .collect(),
    }
}
