//! Who is still here after so many days, by group.

use super::frame::{Frame, Unit, between, fixed, num, pct, points, short, sound, spread, ticks};
use super::{Chart, Dot, Hit, LegendItem, Path, Plot, Swatch, Text, legend, thin};
use crate::web::parts::{TableView, ThView};

/// Part of the width within which steps are drawn as one.
const CLOSE: f64 = 1.0 / 200.0;
const HEIGHT: u32 = 260;
/// Beyond four curves nobody can tell them apart.
const GROUPS_MAX: usize = 4;
const STEPS_MAX: usize = 400;
const LINES: [&str; GROUPS_MAX] = ["ln", "ln b", "ln c", "ln ink"];
const BANDS: [&str; GROUPS_MAX] = ["bandA", "bandB", "bandC", "bandI"];
const DOTS: [&str; GROUPS_MAX] = ["pt", "pt b", "pt c", "pt ink"];

/// What [`km`] draws.
#[derive(Debug, Clone)]
pub struct Km<'a> {
    /// The finding, read aloud.
    pub finding: &'a str,
    /// The sentence above, or nothing.
    pub say: &'a str,
    /// One to four.
    pub groups: &'a [KmGroup],
    /// Last day drawn.
    pub horizon_days: f64,
    /// Days of the table of numbers at risk, from 0.
    pub at_days: &'a [u32],
}

/// People followed from hire.
#[derive(Debug, Clone, PartialEq)]
pub struct KmGroup {
    /// On the curve: `short drives`.
    pub name: String,
    /// In the legend: `Under 20% of jobs over 50 min`.
    pub words: String,
    /// One a day on which someone left; the first may be left out, everyone starts at 1.
    pub steps: Vec<KmStep>,
    /// Still followed at each of `at_days`.
    pub at_risk: Vec<u32>,
}

/// The share still here from this day on, with its 95% log-log band.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KmStep {
    /// Days since hire.
    pub day: f64,
    /// Share still here.
    pub share: f64,
    /// Lower end of the band.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// Steps with bands, direct labels, and a real table of numbers at risk.
pub fn km(it: &Km<'_>) -> Chart {
    let horizon = it.horizon_days;
    let people = |group: &&KmGroup| group.at_risk.first().is_none_or(|n| *n > 0);
    let groups: Vec<_> = it.groups.iter().filter(people).take(GROUPS_MAX).collect();
    if groups.is_empty() || !sound(horizon) || horizon < 1.0 {
        return thin("Nobody followed yet", "The curve needs people with a day of hire.");
    }
    let curves: Vec<_> = groups.iter().map(|group| curve(group, horizon)).collect();
    let frame = frame(&curves, horizon);
    let x_words: Vec<_> = days(it.at_days, horizon);
    let mut plot = Plot {
        height: HEIGHT,
        label: it.finding.to_owned(),
        grid: frame.grid(Unit::Share, 4),
        axis: frame.x_words(&x_words),
        hits: hits(&frame, &groups, &curves, horizon),
        idle: "share still here".to_owned(),
        ..Plot::default()
    };
    for (at, curve) in curves.iter().enumerate() {
        let (area, line) = outline(&frame, &apart(curve, horizon));
        plot.areas.push(Path { class: BANDS[at], points: area });
        plot.lines.push(Path { class: LINES[at], points: line });
    }
    labels(&mut plot, &frame, &groups, &curves);
    Chart {
        say: it.say.to_owned(),
        state: None,
        plot,
        legend: legends(&groups),
        note: "Across: days since hire.".to_owned(),
        below: Some(at_risk(&groups, it.at_days)),
        table: Some(table(&groups, &curves, it.at_days)),
    }
}

/// Everyone is here on day 0; the last step reaches the horizon.
fn curve(group: &KmGroup, horizon: f64) -> Vec<KmStep> {
    let good = |step: &&KmStep| {
        let shares = [step.share, step.low, step.high];
        (0.0..=horizon).contains(&step.day) && shares.iter().all(|it| (0.0..=1.0).contains(it))
    };
    let mut steps = vec![KmStep { day: 0.0, share: 1.0, low: 1.0, high: 1.0 }];
    let mut rest: Vec<_> = group.steps.iter().filter(good).copied().take(STEPS_MAX).collect();
    rest.sort_by(|a, b| a.day.total_cmp(&b.day));
    steps.extend(rest);
    let last = steps[steps.len() - 1];
    steps.push(KmStep { day: horizon, ..last });
    steps
}

fn frame(curves: &[Vec<KmStep>], horizon: f64) -> Frame {
    let lowest = curves.iter().flatten().map(|it| it.low).fold(1.0, f64::min);
    let floor = ((lowest - 0.02).max(0.0) * 10.0).floor() / 10.0;
    Frame {
        height: HEIGHT.into(),
        top: 18.0,
        bottom: 238.0,
        gut: 7.0,
        right: 100.0,
        x: (0.0, horizon),
        y: (floor.min(0.8), 1.0),
    }
}

fn days(at: &[u32], horizon: f64) -> Vec<(f64, String)> {
    let mut list: Vec<f64> = at.iter().map(|it| f64::from(*it)).collect();
    list.retain(|it| *it <= horizon);
    if list.len() < 2 {
        list = ticks((0.0, horizon), 4).0;
    }
    let last = list.len().saturating_sub(1);
    let word = |(at, day): (usize, f64)| {
        (day, format!("{}{}", fixed(day, 0), if at == last { " days" } else { "" }))
    };
    list.into_iter().enumerate().map(word).collect()
}

/// Steps nobody could tell apart as one, on the day of the first, so that the page stays light however
/// many people left.
fn apart(curve: &[KmStep], horizon: f64) -> Vec<KmStep> {
    let mut list: Vec<KmStep> = Vec::new();
    for (at, step) in curve.iter().enumerate() {
        let inner = list.len() > 1 && at + 1 < curve.len();
        match list.last_mut() {
            Some(last) if inner && step.day - last.day < horizon * CLOSE => {
                *last = KmStep { day: last.day, ..*step };
            }
            _ => list.push(*step),
        }
    }
    list
}

fn outline(frame: &Frame, curve: &[KmStep]) -> (String, String) {
    let stairs = |value: fn(&KmStep) -> f64| {
        let mut list: Vec<(f64, f64)> = Vec::with_capacity(curve.len() * 2);
        for step in curve {
            let (x, y) = frame.point(step.day, value(step));
            if let Some((_, before)) = list.last().copied() {
                list.push((x, before));
            }
            list.push((x, y));
        }
        list
    };
    let mut area = stairs(|it| it.high);
    area.extend(stairs(|it| it.low).into_iter().rev());
    (points(&area), points(&stairs(|it| it.share)))
}

/// Names under the right end, where a falling curve leaves room, pushed apart.
fn labels(plot: &mut Plot, frame: &Frame, groups: &[&KmGroup], curves: &[Vec<KmStep>]) {
    let ends = curves.iter().map(|it| frame.down(it[it.len() - 1].share) + 14.0).collect();
    let ends = spread(ends, 14.0, frame.top + 10.0, frame.bottom - 4.0);
    for (group, y) in groups.iter().zip(ends) {
        let (x, text) = (pct(99.23), short(&group.name, 28));
        plot.texts.push(Text { class: "end halo strong", x, y: num(y), text });
    }
}

fn share_on(curve: &[KmStep], day: f64) -> KmStep {
    let known = curve.iter().take_while(|it| it.day <= day).last();
    known.copied().unwrap_or(curve[0])
}

fn hits(frame: &Frame, groups: &[&KmGroup], curves: &[Vec<KmStep>], horizon: f64) -> Vec<Hit> {
    let strips = 24;
    let wide = horizon / f64::from(strips);
    let strip = |at: i32| {
        let day = (f64::from(at) + 0.5) * wide;
        let (left, right) = (frame.at(f64::from(at) * wide), frame.at(f64::from(at + 1) * wide));
        let x = pct(frame.at(day));
        let said = groups.iter().zip(curves).map(|(group, curve)| {
            format!("{} {}", group.name, Unit::Share.show(share_on(curve, day).share))
        });
        let dots = curves.iter().enumerate().map(|(at, curve)| {
            let y = num(frame.down(share_on(curve, day).share));
            Dot { class: DOTS[at], x: x.clone(), y, r: "3.5" }
        });
        Hit {
            x: pct(left),
            width: pct(right - left),
            rule: x.clone(),
            y1: "18".to_owned(),
            y2: "238".to_owned(),
            text: format!("day {}: {}", fixed(day, 0), said.collect::<Vec<_>>().join(", ")),
            dots: dots.collect(),
        }
    };
    (0..strips).map(strip).collect()
}

fn legends(groups: &[&KmGroup]) -> Vec<LegendItem> {
    let lines = groups.iter().enumerate();
    let lines = lines.map(|(at, group)| legend(LINES[at], Swatch::Line, &group.words));
    lines.chain([legend("bandA", Swatch::Box, "95% band")]).collect()
}

fn at_risk(groups: &[&KmGroup], days: &[u32]) -> TableView {
    let names: Vec<_> = groups.iter().map(|group| group.name.as_str()).collect();
    let head = days.iter().map(|day| ThView::number(&fixed((*day).into(), 0)));
    let cell = |group: &KmGroup, at: usize| {
        group.at_risk.get(at).map_or_else(|| "not counted".to_owned(), |n| fixed((*n).into(), 0))
    };
    TableView {
        caption: format!("Still followed at each day: {}", names.join(", ")),
        caption_hidden: true,
        head: [ThView::text("Still followed on day")].into_iter().chain(head).collect(),
        rows: groups
            .iter()
            .map(|group| {
                let cells = (0..days.len()).map(|at| cell(group, at));
                [group.name.clone()].into_iter().chain(cells).collect()
            })
            .collect(),
    }
}

fn table(groups: &[&KmGroup], curves: &[Vec<KmStep>], days: &[u32]) -> TableView {
    let head = groups.iter().map(|group| ThView::number(&group.name));
    let row = |day: &u32| {
        let cells = curves.iter().map(|curve| {
            let it = share_on(curve, (*day).into());
            format!("{}, {}", Unit::Share.show(it.share), between(Unit::Share, it.low, it.high))
        });
        [format!("Day {}", fixed((*day).into(), 0))].into_iter().chain(cells).collect()
    };
    TableView {
        caption: "Share still here, with 95% intervals".to_owned(),
        caption_hidden: false,
        head: [ThView::text("Day")].into_iter().chain(head).collect(),
        rows: days.iter().map(row).collect(),
    }
}
