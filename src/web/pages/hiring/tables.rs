//! The tables of the hiring page: requisitions, the funnel by source, cohorts, newest people.
//!
//! Never here: anything computed; `app::hiring` did that.

use super::panels::{ends, title};
use super::{Asked, PAGE};
use crate::app::hiring::{CHECK_DAYS, Expected, Mark, Open, Report, SourceRow};
use crate::app::metrics::{Figure, Metric};
use crate::domain::calendar::Day;
use crate::domain::count::counted;
use crate::web::numbers::{self, percent};
use crate::web::pages::uid_text;
use crate::web::parts::{ButtonView, StateKind, StateView, TableView, ThView};

/// Requisitions shown; the longest open come first.
const OPEN_MAX: usize = 12;
/// Sources shown.
const SOURCES_MAX: usize = 10;
/// People shown.
const STARTERS_MAX: usize = 10;

/// A requisition in the table.
pub(super) struct OpenLine {
    pub(super) number: String,
    pub(super) place: String,
    pub(super) filled: String,
    pub(super) days: String,
    pub(super) since: String,
    pub(super) waiting: String,
    pub(super) expected: String,
    pub(super) half: String,
    /// Whether it is open unusually long; none when that cannot be told.
    pub(super) late: Option<bool>,
}

/// The funnel by source.
pub(super) struct FunnelTable {
    pub(super) head: Vec<ThView>,
    pub(super) whole: Vec<FunnelCell>,
    pub(super) applications: String,
    pub(super) rows: Vec<FunnelLine>,
    pub(super) foot: String,
}

/// A source.
pub(super) struct FunnelLine {
    pub(super) name: String,
    pub(super) applications: String,
    pub(super) cells: Vec<FunnelCell>,
}

/// A share with what it rests on.
pub(super) struct FunnelCell {
    pub(super) value: String,
    pub(super) sub: String,
    pub(super) class: &'static str,
    /// Where the whole is defined.
    pub(super) href: Option<String>,
}

/// Somebody in the first 90 days.
pub(super) struct StarterLine {
    pub(super) name: String,
    pub(super) href: String,
    pub(super) number: String,
    pub(super) place: String,
    pub(super) source: String,
    pub(super) first: String,
    pub(super) days: i32,
    pub(super) next: String,
    pub(super) check: String,
}

/// Under the cohorts.
pub(super) const COHORTS_FOOT: &str = "A cohort is told once the day of its last possible hire has come. In brackets what is usual: how \
     many left of 99 in 100 cohorts of this size, after the hires of the two years before.";

/// Requisitions, the longest open first.
pub(super) fn openings(it: &Report) -> Vec<OpenLine> {
    let year = it.as_of.year();
    it.openings.rows.iter().take(OPEN_MAX).map(|open| opening(open, year)).collect()
}

fn opening(open: &Open, year: i16) -> OpenLine {
    let (expected, half) = expected(open.expected, year);
    let words = ["applied", "talked to", "interviewed", "offered"];
    let waiting: Vec<_> = open
        .it
        .waiting
        .iter()
        .zip(words)
        .filter(|it| *it.0 > 0)
        .map(|(n, word)| format!("{n} {word}"))
        .collect();
    OpenLine {
        number: open.it.number.clone(),
        place: open.place.clone(),
        filled: format!(
            "{} of {}",
            numbers::whole(open.it.taken),
            numbers::whole(open.it.positions)
        ),
        days: numbers::whole(open.days.max(0) as u64),
        since: short(open.it.since, year),
        waiting: if waiting.is_empty() { "nobody waits".to_owned() } else { waiting.join(", ") },
        expected,
        half,
        late: open.late,
    }
}

fn expected(it: Expected, year: i16) -> (String, String) {
    let day = |it: Day| short(it, year);
    let half = |it: Option<Day>| {
        it.map_or_else(
            || "half: not within the past".to_owned(),
            |it| format!("half by {}", day(it)),
        )
    };
    match it {
        Expected::Band { low, middle, high: Some(high) } if low == high => (day(low), half(middle)),
        Expected::Band { low, middle, high: Some(high) } => {
            (format!("{} to {}", day(low), day(high)), half(middle))
        }
        Expected::Band { low, middle, high: None } => {
            (format!("{} or later", day(low)), half(middle))
        }
        Expected::Beyond(sooner, all) => {
            ("No date".to_owned(), format!("{sooner} of {all} were taken sooner"))
        }
        Expected::TooFew(few) => {
            ("No date yet".to_owned(), format!("{} of {} past ones needed", few.have, few.need))
        }
    }
}

/// A day without its weekday, which a range does not need: `26 Nov`, `5 Jan 2027`.
fn short(day: Day, year: i16) -> String {
    let words = day.words(year);
    match words.split_once(' ') {
        Some((weekday, rest)) if weekday.bytes().all(|it| it.is_ascii_alphabetic()) => {
            rest.to_owned()
        }
        _ => words,
    }
}

/// Instead of the requisitions.
pub(super) fn nothing_open(it: &Report) -> StateView {
    let words = format!(
        "Every requisition of {} is filled or closed. A new one stands here with its dates as soon \
         as its file is loaded.",
        it.scope.words()
    );
    StateView {
        buttons: vec![ButtonView::plain("Load requisitions", "/data")],
        ..StateView::new(StateKind::Empty, "Nothing is open", &words)
    }
}

/// How many more requisitions there are.
pub(super) fn more(it: &Report) -> String {
    match it.openings.rows.len().saturating_sub(OPEN_MAX) {
        0 => String::new(),
        n => format!("{} more, open for less long. ", counted(n as u64, "requisition")),
    }
}

/// By what the sources are sorted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Key {
    Name,
    Applications,
    Step(usize),
}

const KEYS: [(&str, Key); 8] = [
    ("source", Key::Name),
    ("applications", Key::Applications),
    ("screened", Key::Step(0)),
    ("interviewed", Key::Step(1)),
    ("offered", Key::Step(2)),
    ("accepted", Key::Step(3)),
    ("started", Key::Step(4)),
    ("hired", Key::Step(5)),
];

/// The funnel by source; none without an application old enough.
pub(super) fn funnel(it: &Report, asked: &Asked) -> Option<FunnelTable> {
    let first = &it.funnel.steps.first()?.figure;
    if first.n == 0 {
        return None;
    }
    let text = asked.get("sort").unwrap_or("-applications");
    let down = text.starts_with('-');
    let known = KEYS.iter().find(|it| it.0 == text.trim_start_matches('-'));
    let (key, down) = known.map_or((Key::Applications, true), |it| (it.1, down));
    let mut rows: Vec<&SourceRow> = it.funnel.sources.iter().collect();
    sort(&mut rows, key, down);
    let whole = it.funnel.steps.iter().enumerate().map(|(at, reading)| FunnelCell {
        href: Some(format!("/metrics/{}", reading.metric.id)),
        ..cell(at, reading.metric, Some(&reading.figure))
    });
    let hidden = rows.len().saturating_sub(SOURCES_MAX);
    Some(FunnelTable {
        head: head(asked, key, down),
        whole: whole.collect(),
        applications: numbers::whole(first.n),
        rows: rows.into_iter().take(SOURCES_MAX).map(|row| line(it, row)).collect(),
        foot: format!(
            "Shares are of the step before, the last of all applications. {}Below n = 10 nothing is \
             said.",
            match hidden {
                0 => String::new(),
                n => format!("{n} more stand in the exported file. "),
            }
        ),
    })
}

fn sort(rows: &mut [&SourceRow], key: Key, down: bool) {
    let step = |row: &SourceRow, at: usize| row.steps.get(at).cloned().flatten();
    let value = |row: &SourceRow| match key {
        Key::Name => 0.0,
        Key::Applications => step(row, 0).map_or(0.0, |it| it.n as f64),
        // What cannot be told comes last either way.
        Key::Step(at) => step(row, at).and_then(|it| it.value).unwrap_or(if down {
            f64::NEG_INFINITY
        } else {
            f64::INFINITY
        }),
    };
    rows.sort_by(|a, b| {
        let order = match key {
            Key::Name => a.name.to_lowercase().cmp(&b.name.to_lowercase()),
            _ => value(a).total_cmp(&value(b)),
        };
        let order = if down { order.reverse() } else { order };
        order.then(a.name.cmp(&b.name))
    });
}

fn head(asked: &Asked, key: Key, down: bool) -> Vec<ThView> {
    let labels = [
        "Source",
        "Applied",
        "Screened",
        "Interviewed",
        "Offered",
        "Accepted",
        "Started",
        "First day of all",
    ];
    let th = |((id, own), label): (&(&str, Key), &str)| {
        let now = *own == key;
        // The first press puts most on top, names from A.
        let next = match (now, *own) {
            (true, _) => !down,
            (false, Key::Name) => false,
            (false, _) => true,
        };
        let value = format!("{}{id}", if next { "-" } else { "" });
        ThView {
            label: label.to_owned(),
            href: Some(asked.with(PAGE.path, "sort", &value) + "#funnel"),
            sort: now.then_some(if down { "descending" } else { "ascending" }),
            class: match own {
                Key::Name => "",
                Key::Applications | Key::Step(5) => "r",
                Key::Step(_) => "r hide-md",
            },
        }
    };
    KEYS.iter().zip(labels).map(th).collect()
}

fn line(it: &Report, row: &SourceRow) -> FunnelLine {
    FunnelLine {
        name: row.name.clone(),
        applications: numbers::whole(row.steps[0].as_ref().map_or(0, |it| it.n)),
        cells: row
            .steps
            .iter()
            .zip(&it.funnel.steps)
            .enumerate()
            .map(|(at, (figure, whole))| cell(at, whole.metric, figure.as_ref()))
            .collect(),
    }
}

fn cell(at: usize, metric: &Metric, figure: Option<&Figure>) -> FunnelCell {
    let class = if at == 5 { "r" } else { "r hide-md" };
    let (value, sub) = match figure {
        None => ("nobody".to_owned(), String::new()),
        Some(it) => match (it.value, ends(metric, it), it.too_few) {
            (Some(share), Some(range), _) => {
                (percent(share), format!("{range}, n {}", numbers::whole(it.n)))
            }
            (_, _, Some(few)) => ("too few".to_owned(), format!("{} of {}", few.have, few.need)),
            _ => ("too few".to_owned(), format!("n {}", it.n)),
        },
    };
    FunnelCell { value, sub, class, href: None }
}

/// Cohorts by month of hire.
pub(super) fn cohorts(it: &Report) -> Option<TableView> {
    if it.cohorts.months.is_empty() {
        return None;
    }
    let year = it.as_of.year();
    let mark = |hires: u64, mark: Mark| match mark {
        Mark::Young(on) => format!("told on {}", short(on, year)),
        Mark::Told { left, usual } => {
            let glyph = if mark.unusual() { "▲ more: " } else { "" };
            let range = match usual {
                Some((low, high)) if low == high => format!(" ({low})"),
                Some((low, high)) => format!(" ({low} to {high})"),
                None => String::new(),
            };
            format!("{glyph}{left} left, {} here{range}", hires - left.min(hires))
        }
    };
    let row = |cohort: &crate::app::hiring::Cohort| {
        let mut cells =
            vec![cohort.month.words().replace(' ', "\u{a0}"), numbers::whole(cohort.hires)];
        cells.extend(cohort.marks.iter().map(|it| mark(cohort.hires, *it)));
        cells
    };
    let mut head = vec![ThView::text("Hired in"), ThView::number("Hires")];
    head.extend(CHECK_DAYS.iter().map(|day| ThView::text(&format!("By day {day} (usual)"))));
    Some(TableView {
        caption: format!("{}: monthly cohorts, left and here", title("first_90_day_attrition")),
        caption_hidden: true,
        head,
        rows: it.cohorts.months.iter().map(row).collect(),
    })
}

/// Instead of the cohorts.
pub(super) fn no_cohorts() -> StateView {
    let words = "Nobody was hired in the twelve months before this one. The first cohort stands here \
                 when its 30th day has come.";
    StateView::new(StateKind::Empty, "No cohort yet", words)
}

/// People in their first 90 days, the next check-in first.
pub(super) fn starters(it: &Report) -> Vec<StarterLine> {
    let year = it.as_of.year();
    let all = it.cohorts.starters.iter().take(STARTERS_MAX);
    all.map(|it| StarterLine {
        name: it.name.clone(),
        href: format!("/people/{}", uid_text(it.uid)),
        number: it.employee_no.clone(),
        place: it.zone.clone(),
        source: it.source.clone(),
        first: it.hired_on.words(year),
        days: it.days,
        next: it.next.1.words(year),
        check: format!("{}-day check-in", it.next.0),
    })
    .collect()
}

/// How many more there are.
pub(super) fn starters_more(it: &Report) -> String {
    match it.cohorts.starters.len().saturating_sub(STARTERS_MAX) {
        0 => String::new(),
        n => format!("{n} more have a later check-in. "),
    }
}

/// Instead of the people.
pub(super) fn nobody_new() -> StateView {
    let words = "Who starts next stands here with the dates of the 30-, 60- and 90-day check-ins.";
    StateView::new(StateKind::Empty, "Nobody is in the first 90 days", words)
}
