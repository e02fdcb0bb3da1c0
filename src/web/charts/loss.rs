//! How wrong a model still is while it learns.

use super::frame::{Frame, Unit, fixed, num, pct, points, sound, span, spread, ticks};
use super::{Chart, Dot, Path, Plot, Seg, Text, thin};
use crate::web::parts::{TableView, ThView};

const HEIGHT: u32 = 230;
/// More rounds than this are thinned before they are drawn.
const ROUNDS_MAX: usize = 120;
/// Rows of the table.
const ROWS_MAX: usize = 20;

/// What [`loss`] draws.
#[derive(Debug, Clone)]
pub struct Loss<'a> {
    /// The finding, read aloud.
    pub finding: &'a str,
    /// By round.
    pub rounds: &'a [LossRound],
    /// The most rounds there can be; 0 when nobody knows.
    pub rounds_max: u32,
}

/// Log-loss after a round.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LossRound {
    /// From 0.
    pub round: u32,
    /// On the months it learns from.
    pub seen: f64,
    /// On the months held back.
    pub unseen: f64,
}

/// Two lines with direct labels.
pub fn loss(it: &Loss<'_>) -> Chart {
    let good = |round: &LossRound| sound(round.seen) && sound(round.unseen);
    let rounds = thinned(it.rounds.iter().copied().filter(good).collect());
    let (Some(last), true) = (rounds.last().copied(), rounds.len() > 1) else {
        return thin("No rounds yet", "The first points come after a few seconds.");
    };
    let most = it.rounds_max.max(last.round).max(1);
    let known = it.rounds_max > 0;
    let frame = Frame {
        height: HEIGHT.into(),
        top: 30.0,
        bottom: 208.0,
        gut: 7.0,
        right: 100.0,
        x: (0.0, most.into()),
        y: span(rounds.iter().flat_map(|it| [it.seen, it.unseen]), 0.05),
    };
    let line = |value: fn(&LossRound) -> f64| {
        let list: Vec<_> =
            rounds.iter().map(|it| frame.point(it.round.into(), value(it))).collect();
        points(&list)
    };
    let mut plot = Plot {
        height: HEIGHT,
        label: it.finding.to_owned(),
        grid: frame.grid(Unit::Decimal(2), 5),
        axis: frame.x_words(&x_words(most)),
        lines: vec![
            Path { class: "ln ghost", points: line(|it| it.seen) },
            Path { class: "ln", points: line(|it| it.unseen) },
        ],
        idle: "log-loss, lower is better".to_owned(),
        ..Plot::default()
    };
    here(&mut plot, &frame, last, known.then_some(most));
    Chart {
        say: String::new(),
        state: None,
        plot,
        legend: Vec::new(),
        note: String::new(),
        below: None,
        table: Some(table(&rounds)),
    }
}

/// The last point, a dotted rule through it, and both names.
fn here(plot: &mut Plot, frame: &Frame, last: LossRound, most: Option<u32>) {
    let x = frame.at(last.round.into());
    let (x1, x2) = (pct(x), pct(x));
    plot.rules.push(Seg { class: "link", x1, x2, y1: "24".to_owned(), y2: "208".to_owned() });
    let y = num(frame.down(last.unseen));
    plot.dots.push(Dot { class: "pt", x: pct(x), y, r: "4.5" });
    let ends = vec![frame.down(last.unseen) + 4.0, frame.down(last.seen) + 4.0];
    let ends = spread(ends, 14.0, frame.top, frame.bottom);
    let names = [
        ("strong halo", format!("unseen months {}", fixed(last.unseen, 3))),
        ("halo", format!("seen {}", fixed(last.seen, 3))),
    ];
    let left = x > 56.0;
    for ((class, text), y) in names.into_iter().zip(ends) {
        let class = match (class, left) {
            ("strong halo", true) => "strong halo end",
            (_, true) => "halo end",
            _ => class,
        };
        let y = if left { y - 10.0 } else { y };
        let x = pct(if left { x - 0.93 } else { x + 0.93 });
        plot.texts.push(Text { class, x, y: num(y), text });
    }
    let class = if x < 35.0 { "halo wide" } else { "end halo wide" };
    let near = pct(if x < 35.0 { x + 0.6 } else { x - 0.6 });
    let count = |it: u32| fixed(it.into(), 0);
    let end = most.map_or(String::new(), |it| format!(" of at most {}", count(it)));
    let text = format!("round {}{end}", count(last.round));
    plot.texts.push(Text { class, x: near, y: "34".to_owned(), text });
}

fn x_words(most: u32) -> Vec<(f64, String)> {
    let (list, _) = ticks((0.0, most.into()), 4);
    let last = list.len().saturating_sub(1);
    let word = |(at, round): (usize, f64)| {
        (round, format!("{}{}", fixed(round, 0), if at == last { " rounds" } else { "" }))
    };
    list.into_iter().enumerate().map(word).collect()
}

fn thinned(rounds: Vec<LossRound>) -> Vec<LossRound> {
    let step = rounds.len().div_ceil(ROUNDS_MAX).max(1);
    let last = rounds.len().saturating_sub(1);
    let kept = rounds.into_iter().enumerate().filter(|(at, _)| at % step == 0 || *at == last);
    kept.map(|(_, round)| round).collect()
}

fn table(rounds: &[LossRound]) -> TableView {
    let step = rounds.len().div_ceil(ROWS_MAX).max(1);
    let last = rounds.len() - 1;
    let kept = rounds.iter().enumerate().filter(|(at, _)| at % step == 0 || *at == last);
    TableView {
        caption: "Log-loss by round".to_owned(),
        caption_hidden: false,
        head: vec![
            ThView::text("Round"),
            ThView::number("Unseen months"),
            ThView::number("Seen months"),
        ],
        rows: kept
            .map(|(_, it)| vec![fixed(it.round.into(), 0), fixed(it.unseen, 4), fixed(it.seen, 4)])
            .collect(),
    }
}
