//! The sentences, tiles and charts of the hiring page: numbers into words and pictures.
//!
//! Never here: anything computed; `app::hiring` did that.

use crate::app::hiring::{By, Mark, Reading, Report};
use crate::app::metrics::{Figure, Metric, Unit, find, format, interval, needed};
use crate::domain::calendar::Month;
use crate::domain::count::counted;
use crate::web::charts::{self, DotRow, Dots, FunnelStep, RowChart, dots};
use crate::web::numbers::{self, percent, plain};
use crate::web::parts::{StateKind, StateView, Tile};
use crate::web::query::Asked;

/// Groups in one comparison; the file holds the rest.
const ROWS_MAX: usize = 10;
/// Months of offers at most.
const MONTHS_MAX: usize = 12;
/// Below this chance of being as far apart by accident, sources differ.
const DIFFERENT: f64 = 0.05;

/// Open positions, the slowest stage, whether sources differ.
pub(super) fn sentence(it: &Report) -> String {
    let open = it.openings.positions;
    let late = it.openings.rows.iter().filter(|it| it.late == Some(true)).count();
    let open = match (open, late) {
        (0, _) => "No position is open.".to_owned(),
        (1, 0) => "One position is open.".to_owned(),
        (1, _) => "One position is open, and late.".to_owned(),
        (n, 0) => format!("{n} positions are open, none late."),
        (n, late) if late == it.openings.rows.len() => format!("{n} positions are open, all late."),
        (n, 1) => format!("{n} positions are open, one requisition late."),
        (n, late) => format!("{n} positions are open, {late} requisitions late."),
    };
    format!("{open} {} {}", slowest(it), differ(it))
}

fn slowest(it: &Report) -> String {
    let Some((stage, clear)) = it.slowest() else {
        return "How long stages take cannot be told yet.".to_owned();
    };
    let days = stage.figure.value.map_or_else(String::new, |it| format(stage.metric, it));
    let name = stage_words(stage.metric.id);
    if clear {
        format!("The slowest stage is {name}, {days}.")
    } else {
        format!("The slowest stage is probably {name}, {days}.")
    }
}

fn differ(it: &Report) -> &'static str {
    let differ = |p: Option<f64>| p.map(|it| it < DIFFERENT);
    match (differ(it.funnel.alike), differ(it.quality.alike)) {
        (Some(true), Some(true)) => "Sources differ beyond chance in who starts and in who stays.",
        (Some(true), Some(false)) => {
            "Sources differ beyond chance in who starts, not in who stays."
        }
        (Some(false), Some(true)) => {
            "Sources differ beyond chance in who stays, not in who starts."
        }
        (Some(false), Some(false)) => "Sources do not differ beyond chance.",
        (Some(true), None) => "Sources differ beyond chance in who starts.",
        (None, Some(true)) => "Sources differ beyond chance in who stays.",
        (Some(false), None) => "Sources do not differ beyond chance in who starts.",
        (None, Some(false)) => "Sources do not differ beyond chance in who stays.",
        (None, None) => "Too little is known to tell sources apart.",
    }
}

/// Where, as of when, over what.
pub(super) fn lede(it: &Report) -> String {
    format!(
        "As of {}, {}. Shares and days cover {}; each stands with its n and 95% interval. \
         Candidates are counted, never ranked.",
        plain(it.as_of),
        it.scope.words(),
        numbers::period_words(it.from, it.to),
    )
}

/// `7 positions in 6 requisitions`.
pub(super) fn openings_meta(it: &Report) -> String {
    let requisitions = counted(it.openings.rows.len() as u64, "requisition");
    format!("{} in {requisitions}", counted(it.openings.positions, "position"))
}

/// What the dates rest on, and how often they held.
pub(super) fn openings_foot(it: &Report) -> String {
    let base = format!(
        "{}Dates: 80 in 100 positions open as long were taken within these days, from {} positions \
         taken in the last {} months, each office's own where it has 30. Late: open longer than 4 \
         of 5 past ones.",
        super::tables::more(it),
        numbers::whole(it.openings.fills as u64),
        it.openings.months,
    );
    match it.openings.held {
        Some((hits, n)) => {
            format!("{base} Asked this way in the past two years, {hits} of {n} held.")
        }
        None => base,
    }
}

/// Open positions, time to fill, time to start, offer acceptance.
pub(super) fn tiles(it: &Report) -> Vec<Tile> {
    let tile = |label: &str, reading: &Reading| {
        let metric = reading.metric;
        let mut tile = numbers::tile(metric.id, label, metric, &reading.figure, it.as_of.year());
        if let Some(definition) = &mut tile.definition {
            // The statement stands on the metric's page; four of them would weigh as much as a chart.
            definition.sql = None;
            definition.href = Some(format!("/metrics/{}", metric.id));
        }
        tile
    };
    let mut tiles = vec![tile("Offer acceptance", &it.acceptance)];
    let labels = ["Time to fill", "4 of 5 are filled within", "Time to hire", "Time to start"];
    let clocks = it.clocks.iter().zip(labels).filter(|it| it.0.metric.id != "time_to_hire");
    tiles.extend(clocks.map(|(reading, label)| tile(label, reading)));
    tiles.rotate_left(1);
    tiles
}

/// The steps as bars.
pub(super) fn funnel(it: &Report) -> RowChart {
    let (steps, whole) = it.funnel.steps.split_at(5);
    let reached = |at: usize| match steps.get(at) {
        Some(step) => step.figure.n,
        None => 0,
    };
    let mut rows =
        vec![FunnelStep { name: "Applied".to_owned(), n: reached(0), rest: String::new() }];
    for (at, step) in steps.iter().enumerate() {
        let rest = match (step.figure.value, ends(step.metric, &step.figure)) {
            (Some(share), Some(range)) => format!("· {}, {range}", percent(share)),
            _ => "too few to say".to_owned(),
        };
        let last = || taken(&step.figure).or(whole.first().and_then(|it| taken(&it.figure)));
        // Below the minimum of both nothing says how many started: then the row is left out.
        let Some(n) = steps.get(at + 1).map(|it| it.figure.n).or_else(last) else { continue };
        rows.push(FunnelStep { name: STEPS[at].to_owned(), n, rest });
    }
    let say = match whole.first().map(|it| (&it.figure, it.metric)) {
        Some((figure, metric)) => match (figure.value, interval(metric, figure)) {
            (Some(share), Some(range)) => format!(
                "{} of {} applications end in a first day, {range}.",
                percent(share),
                numbers::whole(figure.n)
            ),
            _ => format!(
                "{}: too few to say what share ends in a first day.",
                counted(figure.n, "application")
            ),
        },
        None => String::new(),
    };
    charts::funnel(&say, "Each share is of the step before, with its 95% interval.", &rows)
}

/// Words of the steps.
pub(super) const STEPS: [&str; 5] = ["Screened", "Interviewed", "Offered", "Accepted", "Started"];

/// The rule that keeps young applications out.
pub(super) fn funnel_meta(it: &Report) -> String {
    let n = it.funnel.steps.first().map_or(0, |it| it.figure.n);
    format!("{} of at least 90 days ago", counted(n, "application"))
}

/// The whole way by source.
pub(super) fn sources(it: &Report) -> RowChart {
    let Some(whole) = it.funnel.steps.last() else { return state("No applications", "") };
    let figures = it.funnel.sources.iter().filter_map(|row| row.steps.last().cloned().flatten());
    let say = match it.funnel.alike {
        Some(p) if p < DIFFERENT => format!(
            "Sources differ in how many applications end in a first day, more than chance would \
             make them ({}).",
            chance(p)
        ),
        Some(p) => format!("These sources cannot be told apart yet ({}).", chance(p)),
        None => "Too few applications to tell sources apart.".to_owned(),
    };
    compared(whole.metric, &say, "", whole.figure.value, &figures.collect::<Vec<_>>())
}

/// How long each stage takes.
pub(super) fn stages(it: &Report, asked: &Asked) -> RowChart {
    let rows: Vec<_> = it
        .stages
        .iter()
        .map(|reading| DotRow {
            name: stage_title(reading.metric.id).to_owned(),
            href: Some(metric_page(reading.metric, it, asked)),
            ..row(reading.metric, &reading.figure)
        })
        .collect();
    let say = match it.slowest() {
        Some((stage, true)) => format!(
            "Most days go into {}: clearly more than into any other stage.",
            stage_words(stage.metric.id)
        ),
        Some((stage, false)) => format!(
            "Most days go into {}, though the intervals do not rule out another stage.",
            stage_words(stage.metric.id)
        ),
        None => String::new(),
    };
    dots(&Dots {
        say: &say,
        label: "Days of each stage",
        note: "Median days with their 95% interval, over everyone who ended the stage.",
        unit: charts::Unit::Count,
        base: None,
        rows: &rows,
    })
}

fn metric_page(metric: &Metric, it: &Report, asked: &Asked) -> String {
    let path = format!("/metrics/{}?from={}&to={}", metric.id, it.from, it.to.plus(-1));
    match asked.get("place").filter(|_| it.scope.chosen.is_some()) {
        Some(place) => format!("{path}&place={}", crate::web::query::escaped(place)),
        None => path,
    }
}

/// Time to fill by source, office or zone, with the slow fifth as a tick.
pub(super) fn groups(it: &Report, by: By) -> RowChart {
    let Some(fill) = it.clocks.first() else { return state("No hires", "") };
    let mut groups: Vec<_> = it.groups.iter().collect();
    groups.sort_by(|a, b| order(&a.fill, &b.fill));
    let rows: Vec<_> = groups
        .iter()
        .take(ROWS_MAX)
        .map(|group| {
            let slow = group.slow.as_ref().and_then(|it| it.value);
            let mut row = DotRow { tick: slow, ..row(fill.metric, &group.fill) };
            if let Some(slow) = slow {
                row.rest = format!("{}, 4 of 5 in {slow:.0}", row.rest);
            }
            row
        })
        .collect();
    let what = match by {
        By::Office => "offices",
        By::Zone => "zones",
        _ => "sources",
    };
    let say = overlap(&it.groups.iter().map(|it| it.fill.clone()).collect::<Vec<_>>(), what);
    dots(&Dots {
        say: &say,
        label: &format!("Time to fill of {what}"),
        note: &format!(
            "Dot: median days to fill. Tick: 4 of 5 are filled by then, from n = 17. Line: all.{}",
            left_out(it.groups.len())
        ),
        unit: charts::Unit::Count,
        base: fill.figure.value,
        rows: &rows,
    })
}

/// Offers accepted by source.
pub(super) fn acceptance(it: &Report) -> RowChart {
    let say = overlap(&it.acceptance_sources, "sources");
    let metric = it.acceptance.metric;
    compared(metric, &say, "", it.acceptance.figure.value, &it.acceptance_sources)
}

/// Offers accepted by month, the newest first.
pub(super) fn months(it: &Report) -> RowChart {
    let metric = it.acceptance.metric;
    let shown = it.acceptance_months.iter().rev().take(MONTHS_MAX);
    let name = |it: &Figure| {
        let month = Month::parse(&it.group).map_or(it.group.clone(), Month::words);
        // A month that the period or the end of the data cuts.
        if it.period.contains(" to ") { format!("{month}, in part") } else { month }
    };
    let rows: Vec<_> = shown.map(|it| DotRow { name: name(it), ..row(metric, it) }).collect();
    let say = match apart(&it.acceptance_months) {
        Some(true) => "Some months lie clearly apart: their intervals do not meet.",
        Some(false) => "No month stands out: all intervals overlap.",
        None => "Too few offers a month to compare.",
    };
    dots(&Dots {
        say,
        label: "Offer acceptance by month of the offer",
        note: "A month is shown from 5 offers on. Line: the whole period.",
        unit: charts::Unit::Share,
        base: it.acceptance.figure.value,
        rows: &rows,
    })
}

/// How fast those who decline do so.
pub(super) fn decline(it: &Report) -> String {
    let (metric, figure) = (it.decline.metric, &it.decline.figure);
    match (figure.value, interval(metric, figure)) {
        (Some(days), Some(range)) => format!(
            "Half of those who declined had done so after {}, {range} (n = {}).",
            format(metric, days),
            numbers::whole(figure.n)
        ),
        _ => format!("{} declined: too few to say how fast.", counted(figure.n, "offer")),
    }
}

/// Who is still here on day 180, by source.
pub(super) fn quality(it: &Report) -> RowChart {
    let whole = &it.quality.whole;
    let say = match (whole.figure.value, interval(whole.metric, &whole.figure)) {
        (Some(share), Some(range)) => {
            format!("{} of all hires are here on day 180, {range}.", percent(share))
        }
        _ => "Not enough hires are 180 days old to say who stays.".to_owned(),
    };
    compared(whole.metric, &say, "", whole.figure.value, &it.quality.sources)
}

/// Whether the sources can be told apart.
pub(super) fn quality_note(it: &Report) -> String {
    match it.quality.alike {
        Some(p) if p < DIFFERENT => format!(
            "Sources differ in who stays more than chance would make them (log-rank test, {}). {} It \
             goes with the source; it need not come from it.",
            chance(p),
            if apart(&it.quality.sources) == Some(true) {
                "Those whose intervals do not meet lie clearly apart."
            } else {
                "All intervals overlap, so which of them is better cannot be told yet."
            }
        ),
        Some(p) => {
            format!("These sources cannot be told apart yet (log-rank test, {}).", chance(p))
        }
        None => "These sources cannot be told apart yet: a comparison needs two sources with 10 \
                 hires whose day 180 has come, and 10 exits among them."
            .to_owned(),
    }
}

/// Which hires.
pub(super) fn quality_meta(it: &Report) -> String {
    format!("hires of {}", numbers::period_words(it.quality.from, it.quality.to))
}

/// Whether a cohort is out of its usual range.
pub(super) fn cohorts_say(it: &Report) -> String {
    let odd: Vec<_> = it
        .cohorts
        .months
        .iter()
        .filter(|it| it.marks.iter().any(|it| it.unusual()))
        .map(|it| it.month.words())
        .collect();
    let known = it.cohorts.months.iter().flat_map(|it| it.marks);
    let judged = known.filter(|it| matches!(it, Mark::Told { usual: Some(_), .. })).count();
    match (odd.as_slice(), judged) {
        (_, 0) => "No usual range yet: it needs 30 hires before a cohort.".to_owned(),
        ([], _) => "No cohort lost more people than is usual.".to_owned(),
        (odd, _) => format!("More left than is usual of the hires of {}.", odd.join(", ")),
    }
}

/// How many are in their first 90 days.
pub(super) fn starters_meta(it: &Report) -> String {
    counted(it.cohorts.starters.len() as u64, "technician")
}

/// Groups of a share compared, the largest first, those with too little last.
fn compared(
    metric: &Metric,
    say: &str,
    note: &str,
    base: Option<f64>,
    figures: &[Figure],
) -> RowChart {
    let mut figures: Vec<_> = figures.iter().collect();
    figures.sort_by(|a, b| order(a, b));
    let rows: Vec<_> = figures.iter().take(ROWS_MAX).map(|it| row(metric, it)).collect();
    dots(&Dots {
        say,
        label: metric.title,
        note: &format!("{note}Line: all sources.{}", left_out(figures.len())),
        unit: numbers::chart_unit(metric.unit),
        base,
        rows: &rows,
    })
}

fn order(a: &Figure, b: &Figure) -> std::cmp::Ordering {
    let value = |it: &Figure| it.value.unwrap_or(f64::NEG_INFINITY);
    value(b).total_cmp(&value(a)).then(b.n.cmp(&a.n)).then(a.group.cmp(&b.group))
}

fn left_out(count: usize) -> String {
    match count.saturating_sub(ROWS_MAX) {
        0 => String::new(),
        n => format!(" {n} more stand in the exported file."),
    }
}

/// A figure as a row.
fn row(metric: &Metric, figure: &Figure) -> DotRow {
    let n = numbers::whole(figure.n);
    DotRow {
        name: figure.group.clone(),
        at: figure.value,
        low: figure.low,
        high: figure.high,
        value: match figure.value {
            Some(value) if metric.unit == Unit::Percent => percent(value),
            Some(value) => format(metric, value),
            None => "Not enough data".to_owned(),
        },
        rest: match (ends(metric, figure), figure.too_few) {
            (Some(range), _) => format!("{range}, n {n}"),
            (None, Some(few)) => needed(metric, few),
            (None, None) => format!("n {n}"),
        },
        ..DotRow::default()
    }
}

/// The interval, short: `62 to 73%`, `12 to 18`, `12 and more`.
pub(super) fn ends(metric: &Metric, figure: &Figure) -> Option<String> {
    let low = figure.low?;
    let share = |it: f64| format!("{:.0}", 100.0 * it);
    Some(match figure.high {
        Some(high) if metric.unit == Unit::Percent => format!("{} to {}%", share(low), share(high)),
        Some(high) => format!("{low:.0} to {high:.0}"),
        None => format!("{low:.0} and more"),
    })
}

/// Whether any two intervals lie apart; none with fewer than two.
fn apart(figures: &[Figure]) -> Option<bool> {
    let ends: Vec<_> = figures.iter().filter_map(|it| Some((it.low?, it.high?))).collect();
    let highest = ends.iter().map(|it| it.0).fold(f64::NEG_INFINITY, f64::max);
    let lowest = ends.iter().map(|it| it.1).fold(f64::INFINITY, f64::min);
    (ends.len() > 1).then_some(highest > lowest)
}

fn overlap(figures: &[Figure], what: &str) -> String {
    match apart(figures) {
        None => format!("Not enough data to compare {what}."),
        Some(true) => {
            format!("Some of these {what} lie clearly apart: their intervals do not meet.")
        }
        Some(false) => format!("All intervals overlap: these {what} cannot be told apart yet."),
    }
}

fn taken(figure: &Figure) -> Option<u64> {
    figure.value.map(|share| (share * figure.n as f64).round() as u64)
}

fn chance(p: f64) -> String {
    if p < 0.001 { "p under 0.001".to_owned() } else { format!("p = {p:.2}") }
}

fn state(title: &str, words: &str) -> RowChart {
    RowChart {
        say: String::new(),
        state: Some(StateView::new(StateKind::Thin, title, words)),
        label: String::new(),
        rows: Vec::new(),
        note: String::new(),
        legend: Vec::new(),
        table: None,
    }
}

/// A stage as a row heads it.
fn stage_title(id: &str) -> &'static str {
    match id {
        "time_to_find" => "Approved to applied",
        "time_to_screen" => "Applied to first talk",
        "time_to_interview" => "First talk to interview",
        "time_to_offer" => "Interview to offer",
        "time_to_accept" => "Offer to yes",
        _ => "Yes to first day",
    }
}

/// A stage in a sentence.
fn stage_words(id: &str) -> &'static str {
    match id {
        "time_to_find" => "finding the candidate",
        "time_to_screen" => "the wait for a first talk",
        "time_to_interview" => "the wait for the interview",
        "time_to_offer" => "the wait for the offer",
        "time_to_accept" => "the wait for the yes",
        _ => "the time from the yes to the first day",
    }
}

/// A metric known to exist, for the heads of the funnel's table.
pub(super) fn title(id: &str) -> String {
    find(id).map_or_else(|_| id.to_owned(), |it| it.title.to_owned())
}
