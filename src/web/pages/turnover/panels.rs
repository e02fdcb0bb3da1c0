//! The panels of the turnover page: numbers into sentences, tiles, charts and tables.
//!
//! Never here: anything computed; `app::turnover` did that.

use crate::app::metrics::{format, interval};
use crate::app::turnover::{By, EVENTS_MIN, HIRES_MIN, Report, Split};
use crate::web::charts::{self, Chart, Km, KmGroup, KmStep, Metric, MetricStyle};
use crate::web::numbers::{self, percent, plain};
use crate::web::parts::{Definition, StateKind, StateView, TableView, ThView, Tile};

/// Lines of the headcount table shown at most; those that fail come first.
const LINES_MAX: usize = 60;

/// What is true, in one sentence.
pub(super) fn sentence(it: &Report) -> String {
    let (one, many) = match it.metric.id {
        "voluntary_turnover" => ("exit by choice", "exits by choice"),
        "regretted_turnover" => ("regretted exit", "regretted exits"),
        _ => ("exit", "exits"),
    };
    let exits = counted(it.exits, one, many);
    let span = months(it);
    let heads = match it.metric.id {
        "turnover_start" => format!("{} people at the start", it.figure.n),
        "turnover_end" => format!("{} people at the end", it.figure.n),
        _ => format!("{} people on average", it.figure.n),
    };
    let what = it.metric.title.to_lowercase();
    if let (Some(value), Some(range)) = (it.figure.value, interval(it.metric, &it.figure)) {
        let value = format(it.metric, value);
        return format!("{exits} in {span} with {heads}: {what} is {value}, {range}.");
    }
    let need = it.metric.minimum;
    format!("{exits} in {span} with {heads}: too few for a rate, which needs {need}.")
}

/// Where, as of when, and against the year before.
pub(super) fn lede(it: &Report) -> String {
    let place = it.scope.words();
    let here = format!("As of {}, {place}.", plain(it.data.1));
    let year = counted_days(it);
    let short = match it.figure.value {
        _ if year >= 360 => String::new(),
        Some(_) => format!(" The data hold {year} days; the rate is scaled to a year."),
        None => format!(" The data hold {year} days."),
    };
    let Some(before) = &it.before else { return format!("{here}{short}") };
    let (Some(value), Some(range)) = (before.value, interval(it.metric, before)) else {
        return format!("{here}{short}");
    };
    let change = match (it.figure.low.zip(it.figure.high), before.low.zip(before.high)) {
        (Some(now), Some(then)) if now.0 > then.1 => "that is clearly more now",
        (Some(now), Some(then)) if now.1 < then.0 => "that is clearly less now",
        _ => "the intervals overlap, so no clear change",
    };
    format!("{here} The twelve months before: {}, {range}; {change}.", format(it.metric, value))
}

/// Where heads do not add up, or nothing.
pub(super) fn banner(it: &Report) -> String {
    let wrong: Vec<_> =
        it.identity.iter().filter(|line| !line.it.holds).map(|line| line.name.as_str()).collect();
    if wrong.is_empty() {
        return String::new();
    }
    let shown = wrong.iter().take(5).copied().collect::<Vec<_>>().join("; ");
    let more = match wrong.len().saturating_sub(5) {
        0 => String::new(),
        n => format!(" and {n} more"),
    };
    format!(
        "Heads do not add up for {shown}{more}. Rates there may be wrong until spells of \
         employment that overlap or end before they begin are mended; the last table shows by how \
         much."
    )
}

/// The rate over the twelve months up to each month's end.
pub(super) fn trend(it: &Report) -> Chart {
    let title = it.metric.title;
    if it.trend.is_empty() {
        let days = counted_days(it);
        let first = plain(it.data.0.plus(364));
        let until = match it.figure.value {
            Some(_) => "Until then the rate above, scaled to a year, is what there is.",
            None => "Until then the tables below hold what there is.",
        };
        let words = format!(
            "A point covers twelve months and the data hold {days} days. The first one shows when \
             they reach {first}. {until}"
        );
        let state = StateView::new(StateKind::Thin, "Not twelve months of data yet", &words);
        return stated(state);
    }
    let points: Vec<_> = it
        .trend
        .iter()
        .map(|point| {
            let month = point.until.month();
            numbers::point(it.metric, &point.figure, plain(point.until), month.short_name())
        })
        .collect();
    let say = trend_words(it);
    charts::metric_line(&Metric {
        name: title,
        finding: &say,
        say: &say,
        note: "Each point covers the twelve months up to that day, so neighbours share most of \
               them.",
        unit: charts::Unit::Share,
        style: MetricStyle::Line,
        months: &points,
        target: None,
        marks: &[],
    })
}

fn trend_words(it: &Report) -> String {
    let known: Vec<_> =
        it.trend.iter().filter_map(|point| Some((point.until, point.figure.value?))).collect();
    match (known.first(), known.last()) {
        (Some(first), Some(last)) if known.len() > 1 => format!(
            "From {} in the twelve months to {} to {} in those to {}.",
            percent(first.1),
            plain(first.0),
            percent(last.1),
            plain(last.0),
        ),
        (Some(one), _) => {
            format!("{} in the twelve months to {}.", percent(one.1), plain(one.0))
        }
        _ => String::new(),
    }
}

/// The rate and the year before it.
pub(super) fn tiles(it: &Report) -> Vec<Tile> {
    let year = it.data.1.year();
    let mut tiles = vec![numbers::tile("now", it.metric.title, it.metric, &it.figure, year)];
    if let Some(before) = &it.before {
        let tile = numbers::tile("before", "The twelve months before", it.metric, before, year);
        let definition = tile.definition.map(|it| Definition { sql: None, ..it });
        let as_of = format!("To {}", plain(it.from.plus(-1)));
        tiles.push(Tile { as_of, definition, ..tile });
    }
    tiles
}

/// Kaplan-Meier curves, or what they would need.
pub(super) fn curves(it: &Report, split: Split) -> Chart {
    let tenure = &it.tenure;
    if tenure.groups.is_empty() {
        let words = format!(
            "So far: {} and {} watched from their first day; a curve needs {EVENTS_MIN} and \
             {HIRES_MIN}. The table of exits holds what there is.",
            counted(tenure.events, "exit by choice", "exits by choice"),
            counted(tenure.hires, "hire", "hires"),
        );
        let title = match split {
            Split::All => "Not enough exits for a curve",
            Split::Zone => "No zone has enough exits for a curve",
            Split::Source => "No source has enough exits for a curve",
        };
        return stated(StateView::new(StateKind::Thin, title, &words));
    }
    let groups: Vec<_> = tenure
        .groups
        .iter()
        .map(|group| KmGroup {
            name: group.name.clone(),
            words: format!(
                "{}: {} watched, {} left by choice",
                group.name, group.watched, group.events
            ),
            steps: group
                .points
                .iter()
                .map(|it| KmStep { day: it.time, share: it.survival, low: it.low, high: it.high })
                .collect(),
            at_risk: group.at_risk.clone(),
        })
        .collect();
    let say = curve_words(it);
    let mut chart = charts::km(&Km {
        finding: &say,
        say: &say,
        groups: &groups,
        horizon_days: f64::from(tenure.horizon),
        at_days: &tenure.at_days,
    });
    if groups.len() > 3 {
        // Four names at the end of four lines hide what they name; the legend has them.
        chart.plot.texts.clear();
    }
    "Across: days since hire. Up: the share that has not left by choice."
        .clone_into(&mut chart.note);
    chart
}

fn curve_words(it: &Report) -> String {
    let tenure = &it.tenure;
    let day = tenure.horizon.min(365);
    let share = |point: &crate::app::turnover::CurvePoint| {
        let (low, high) = (percent(point.low), percent(point.high));
        format!("{} (between {low} and {high})", percent(point.survival))
    };
    if let [group] = tenure.groups.as_slice() {
        let half = group.median.map_or_else(String::new, |median| {
            format!(" Half have left by choice before day {median:.0}.")
        });
        return format!("By day {day}, {} have not left by choice.{half}", share(&group.year));
    }
    let each: Vec<_> =
        tenure.groups.iter().map(|it| format!("{} {}", it.name, share(&it.year))).collect();
    format!("Had not left by choice by day {day}: {}.", each.join(", "))
}

/// What the curves rest on.
pub(super) fn curves_meta(it: &Report) -> String {
    let tenure = &it.tenure;
    format!(
        "{} watched, {}, {} to {}",
        counted(tenure.watched, "spell", "spells"),
        counted(tenure.events, "exit by choice", "exits by choice"),
        plain(it.data.0),
        plain(it.data.1),
    )
}

/// Whether the curves differ, with caution, and who is not drawn.
pub(super) fn difference(it: &Report, split: Split) -> String {
    let tenure = &it.tenure;
    let mut words = Vec::new();
    if let Some(test) = tenure.test {
        let p = if test.p < 0.001 { "under 0.001".to_owned() } else { format!("{:.3}", test.p) };
        let also = match split {
            Split::Source => "people from different sources were also hired at different times",
            _ => "zones also differ in pay, drives and managers",
        };
        words.push(if test.p < 0.05 {
            format!(
                "The curves differ by more than chance would usually make (log-rank p {p}). That \
                 does not say why: {also}."
            )
        } else {
            format!(
                "The curves differ by no more than chance would make (log-rank p {p}). With few \
                 exits a real difference can still hide."
            )
        });
    }
    if !tenure.left_out.is_empty() {
        words.push(format!("Not drawn, too few: {}.", tenure.left_out.join("; ")));
    }
    words.push(
        "Other ends (let go, moved away, end of the data) stop the watching without counting as an \
         exit. Who was hired before the data begin joins at the tenure of that day."
            .to_owned(),
    );
    words.join(" ")
}

/// Hires whose day 90 has passed.
pub(super) fn matured(it: &Report) -> Tile {
    let metric = crate::app::metrics::find("first_90_day_attrition").ok();
    let Some(metric) = metric else { return Tile::default() };
    let tile = numbers::tile("matured", "Day 90 has passed", metric, &it.matured, it.data.1.year());
    let left_out = it.ninety.hires - it.ninety.matured;
    let mut definition = tile.definition;
    if let Some(definition) = &mut definition {
        definition.left_out = Some(format!("{}, too recent", counted(left_out, "hire", "hires")));
    }
    let beside = match it.matured.value {
        Some(_) => format!("{} of {} hires", it.ninety.matured_left, it.ninety.matured),
        None => tile.beside,
    };
    Tile { beside, definition, ..tile }
}

/// The same with everyone in the denominator: wrong, and shown so.
pub(super) fn naive(it: &Report) -> Tile {
    let ninety = &it.ninety;
    let few = ninety.hires < 10;
    let value =
        if few { "Too few".to_owned() } else { percent(ninety.left as f64 / ninety.hires as f64) };
    let of = format!("{} of {} hires", ninety.left, ninety.hires);
    Tile {
        label: "All hires, naive".to_owned(),
        value: value.clone(),
        beside: if few { format!("{} of 10 needed", ninety.hires) } else { of.clone() },
        n_line: "Do not use: too low by design".to_owned(),
        as_of: format!("To {}", it.data.1.words(it.data.1.year())),
        definition: Some(Definition {
            id: "def-naive".to_owned(),
            title: "Naive first-90-day attrition".to_owned(),
            words: "Hires who left before day 90, divided by all hires. Hires of the last 90 days \
                    are counted as stayers although nobody knows yet, so the share comes out too \
                    low, most of all after a wave of hiring. It has no interval because its error \
                    is not chance."
                .to_owned(),
            value: if few { of } else { format!("{value} ({of})") },
            as_of: plain(it.data.1),
            ..Definition::default()
        }),
    }
}

/// Why the two differ.
pub(super) fn why(it: &Report) -> String {
    let ninety = &it.ninety;
    let recent = ninety.hires - ninety.matured;
    if ninety.hires == 0 {
        return "Nobody was hired in this period.".to_owned();
    }
    if recent == 0 {
        return "Every hire of the period has passed day 90, so here both agree.".to_owned();
    }
    format!(
        "{} too recent: day 90 has not come. The naive share counts them as stayers; the matured \
         one waits.",
        if recent == 1 { "1 hire is".to_owned() } else { format!("{recent} hires are") },
    )
}

/// Exits by type and reason; none without exits.
pub(super) fn reasons(it: &Report) -> Option<TableView> {
    let rows: Vec<_> = it
        .reasons
        .iter()
        .map(|exit| {
            vec![
                exit.reason.clone().unwrap_or_else(|| "no reason recorded".to_owned()),
                exit.exit_type.clone().unwrap_or_else(|| "not recorded".to_owned()),
                exit.n.to_string(),
                exit.regretted.to_string(),
                exit.early.to_string(),
            ]
        })
        .collect();
    (!rows.is_empty()).then(|| TableView {
        caption: format!("Exits by reason and type, {}", numbers::period_words(it.from, it.to)),
        caption_hidden: true,
        head: vec![
            ThView::text("Reason"),
            ThView::text("Type"),
            ThView::number("Exits"),
            ThView::number("Regretted"),
            ThView::number("Before day 90"),
        ],
        rows,
    })
}

/// What stands there when nobody left.
pub(super) fn no_exits(it: &Report) -> StateView {
    let words = format!("No exit is recorded from {} on.", plain(it.from));
    StateView::new(StateKind::Empty, "Nobody left", &words)
}

/// Start + hires - exits + transfers = end, by place.
pub(super) fn identity(it: &Report) -> TableView {
    let mut lines: Vec<_> = it.identity.iter().collect();
    if lines.len() > LINES_MAX {
        lines.sort_by_key(|line| line.it.holds);
        lines.truncate(LINES_MAX);
    }
    let row = |line: &&crate::app::turnover::Line| {
        let it = &line.it;
        let sum = it.start + it.hires - it.exits + it.transfers_net;
        let kind = match it.by {
            By::Zone => "zone",
            By::Office => "office",
            _ => "all",
        };
        vec![
            line.name.clone(),
            kind.to_owned(),
            it.start.to_string(),
            format!("+{}", it.hires),
            format!("−{}", it.exits),
            signed(it.transfers_net),
            it.end.to_string(),
            if it.holds {
                "adds up".to_owned()
            } else {
                format!("off by {}", signed(it.end - sum))
            },
        ]
    };
    TableView {
        caption: format!("Heads from start to end, {}", numbers::period_words(it.from, it.to)),
        caption_hidden: true,
        head: vec![
            ThView::text("Where"),
            ThView { class: "hide-md", ..ThView::text("Sum") },
            ThView::number("Start"),
            ThView::number("Hires"),
            ThView::number("Exits"),
            ThView::number("Transfers"),
            ThView::number("End"),
            ThView::text("Check"),
        ],
        rows: lines.iter().map(row).collect(),
    }
}

/// What the check means, and what is not listed.
pub(super) fn identity_foot(it: &Report) -> String {
    let hidden = it.identity.len().saturating_sub(LINES_MAX);
    let more =
        if hidden > 0 { format!(" {hidden} more lines add up or fail.") } else { String::new() };
    format!("Start + hires − exits + transfers = end. Counted, as of {}.{more}", plain(it.data.1))
}

fn stated(state: StateView) -> Chart {
    charts::instead(state)
}

fn signed(number: i64) -> String {
    match number {
        0 => "0".to_owned(),
        1.. => format!("+{number}"),
        _ => format!("−{}", number.unsigned_abs()),
    }
}

pub(super) fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

fn counted_days(it: &Report) -> i32 {
    it.to.0 - it.from.0
}

fn months(it: &Report) -> String {
    match counted_days(it) {
        360.. => "twelve months".to_owned(),
        days => format!("{days} days"),
    }
}
