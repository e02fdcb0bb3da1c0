//! The dictionary: every metric with its present value, and each on a page of its own.

#[cfg(test)]
mod tests;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::{Nav, Page, places, uid_of};
use crate::app::metrics::{
    self, Answer, By, Figure, METRICS, Metric, Question, Sheet, Unit, find, sql,
};
use crate::app::{Error, Result};
use crate::domain::calendar::Day;
use crate::web::State;
use crate::web::charts::{self, Chart, MetricStyle};
use crate::web::error::Failure;
use crate::web::numbers::{self, Cells};
use crate::web::parts::{
    ButtonView, OptionView, PagerView, StateKind, StateView, TableView, ThView, Tile,
};
use crate::web::query::Asked;
use crate::web::reply::{Reply, html, read};
use crate::web::shell::{PaletteEntry, Shell};

/// The dictionary.
pub const PAGE: Page = Page {
    id: "metrics",
    path: "/metrics",
    title: "Metrics",
    help: "The dictionary: what every number means, how it is computed, what it is now.",
    nav: Some(Nav { group: 1, icon: "scale", key: 'k', tab: false }),
};

/// One metric.
pub const METRIC: Page = Page {
    id: "metric",
    path: "/metrics/{id}",
    title: "Metric",
    help: "One number: its months, its zones, its definition, its SQL, its rows as a file.",
    nav: None,
};

/// Rows of a breakdown on one page.
const ROWS: usize = 50;

#[derive(Template)]
#[template(path = "pages/metrics.html")]
struct DictionaryPage {
    shell: Shell,
    lede: String,
    empty: Option<StateView>,
    shelves: Vec<Shelf>,
}

struct Shelf {
    title: &'static str,
    anchor: String,
    count: String,
    lines: Vec<Line>,
}

/// A metric in the list.
struct Line {
    title: &'static str,
    href: String,
    sentence: &'static str,
    formula: &'static str,
    facts: String,
    /// The days it covers, where they are not those of the page.
    period: Option<String>,
    cells: Cells,
}

#[derive(Template)]
#[template(path = "pages/metric.html")]
struct MetricPage {
    shell: Shell,
    title: &'static str,
    sentence: &'static str,
    action: String,
    from: String,
    to: String,
    ways: Vec<OptionView>,
    places: Vec<OptionView>,
    empty: Option<StateView>,
    headline: String,
    tile: Tile,
    months: Option<Chart>,
    groups_title: String,
    groups_meta: String,
    groups: Option<TableView>,
    groups_state: StateView,
    pager: Option<PagerView>,
    facts: Vec<(String, String)>,
    sql: &'static str,
    downloads: Vec<ButtonView>,
}

/// A line of the palette for every metric.
pub fn palette() -> Vec<PaletteEntry> {
    METRICS
        .iter()
        .map(|metric| PaletteEntry {
            label: metric.title.to_owned(),
            kind: "metric".to_owned(),
            href: format!("{}/{}", PAGE.path, metric.id),
            icon: "scale",
            words: format!("{} {}", metric.id, metric.family.title()),
        })
        .collect()
}

/// `GET /metrics`.
pub async fn list(state: web::Data<State>, request: HttpRequest) -> Reply {
    let (shell, dictionary) = read(&state, &request, &PAGE, metrics::dictionary).await?;
    let shown = METRICS.len();
    let usual = dictionary.as_of.map(|it| numbers::period_words(dictionary.from, it.plus(1)));
    let (lede, empty) = match &usual {
        Some(usual) => (
            format!(
                "{shown} numbers, each defined once. Values cover {usual}; those counted in whole \
                 months say what they cover."
            ),
            None,
        ),
        None => (format!("{shown} numbers, each defined once."), Some(no_data())),
    };
    let shelves = dictionary
        .shelves
        .iter()
        .map(|(family, entries)| Shelf {
            title: family.title(),
            anchor: family.title().to_lowercase(),
            count: format!("{} metrics", entries.len()),
            lines: entries.iter().map(|it| line(it.0, &it.1, usual.as_deref())).collect(),
        })
        .collect();
    html(&DictionaryPage { shell, lede, empty, shelves })
}

/// `GET /metrics/{id}`.
pub async fn show(state: web::Data<State>, id: web::Path<String>, request: HttpRequest) -> Reply {
    let id = id.into_inner();
    let metric = find(&id).map_err(Error::from)?;
    let asked = Asked::of(&request);
    let question = question(&asked)?;
    let (mut shell, sheet) =
        read(&state, &request, &METRIC, move |cx| metrics::sheet(cx, &id, &question)).await?;
    metric.title.clone_into(&mut shell.title);
    shell.current = PAGE.id;
    shell.crumbs =
        vec![(PAGE.title.to_owned(), Some(PAGE.path.to_owned())), (metric.title.to_owned(), None)];
    html(&page(shell, &sheet, &asked, question.scope.is_some()))
}

/// `GET /metrics/{id}.csv`.
pub async fn download(
    state: web::Data<State>,
    id: web::Path<String>,
    request: HttpRequest,
) -> std::result::Result<HttpResponse, Failure> {
    let id = id.into_inner();
    let question = question(&Asked::of(&request))?;
    let answer: Answer = state.office.page(move |cx| metrics::answer(cx, &id, &question)).await?;
    let name = format!("attachment; filename=\"{}.csv\"", answer.metric);
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header(("content-disposition", name))
        .body(metrics::csv(std::slice::from_ref(&answer))?))
}

/// What an address asks: months as `2026-03`, a way to break down, a place.
fn question(asked: &Asked) -> Result<Question> {
    Ok(Question {
        from: asked.get("from").map(metrics::first_day).transpose()?,
        to: asked.get("to").map(metrics::day_after).transpose()?,
        by: asked.get("by").and_then(By::parse),
        scope: asked.get("place").and_then(uid_of),
    })
}

fn no_data() -> StateView {
    StateView {
        buttons: vec![ButtonView::primary("Open Data", "/data")],
        ..StateView::new(
            StateKind::Empty,
            "No values yet",
            "The definitions stand; values come with the first import.",
        )
    }
}

fn line(metric: &'static Metric, figure: &Figure, usual: Option<&str>) -> Line {
    let period = numbers::said_period(&figure.period);
    let href = format!("{}/{}", PAGE.path, metric.id);
    Line {
        title: metric.title,
        sentence: metric.sentence,
        formula: metric.formula,
        facts: format!(
            "Unit: {}. Shown from n = {}; {}. Interval: {}",
            unit(metric.unit),
            metric.minimum,
            metric.direction.words(),
            metric.interval,
        ),
        period: usual.filter(|it| *it != period).map(|_| period),
        cells: numbers::cells(metric, figure),
        href,
    }
}

fn page(shell: Shell, sheet: &Sheet, asked: &Asked, narrowed: bool) -> MetricPage {
    let metric = sheet.metric;
    let action = format!("{}/{}", PAGE.path, metric.id);
    let last = sheet.as_of.unwrap_or(sheet.to.plus(-1));
    let number: usize = asked.get("page").and_then(|it| it.parse().ok()).unwrap_or(1);
    let (rows, pager) = paged(sheet, asked, &action, number);
    let chosen = if narrowed { sheet.scope.chosen.as_ref().map(|it| it.uid) } else { None };
    MetricPage {
        shell,
        title: metric.title,
        sentence: metric.sentence,
        from: sheet.from.to_string(),
        to: sheet.to.plus(-1).to_string(),
        ways: ways(sheet),
        places: places(&sheet.scope, chosen),
        empty: sheet.as_of.is_none().then(no_data),
        headline: headline(sheet),
        tile: numbers::tile(metric.id, metric.title, metric, &sheet.whole, last.year()),
        months: months(sheet),
        groups_title: if sheet.by == By::None {
            "Everyone".to_owned()
        } else {
            format!("By {}", sheet.by.id())
        },
        groups_meta: numbers::said_period(&sheet.whole.period),
        groups: (!rows.is_empty()).then(|| table(sheet, rows)),
        groups_state: StateView::new(
            StateKind::Empty,
            "Nothing to count",
            "No group has anything to count in this period. A longer period may have.",
        ),
        pager,
        facts: facts(metric, last),
        sql: sql(metric),
        downloads: downloads(sheet, asked, &action),
        action,
    }
}

fn headline(sheet: &Sheet) -> String {
    let (metric, whole) = (sheet.metric, &sheet.whole);
    let period = numbers::said_period(&whole.period);
    let place = sheet.scope.words();
    match (whole.value, whole.too_few) {
        (Some(_), _) => format!(
            "{} at {place}: {}, {} (n = {}), {period}.",
            metric.title,
            numbers::value(metric, whole),
            numbers::range(metric, whole),
            numbers::whole(whole.n),
        ),
        (None, Some(few)) => format!(
            "{} at {place}: too few to say, {}, {period}.",
            metric.title,
            metrics::needed(metric, few)
        ),
        _ => String::new(),
    }
}

fn ways(sheet: &Sheet) -> Vec<OptionView> {
    let label = |by: By| {
        if by == By::None { "Not broken down".to_owned() } else { format!("By {}", by.id()) }
    };
    let option = |by: &By| OptionView {
        value: by.id().to_owned(),
        label: label(*by),
        chosen: *by == sheet.by,
    };
    sheet.metric.by.iter().map(option).collect()
}

fn months(sheet: &Sheet) -> Option<Chart> {
    let metric = sheet.metric;
    if !metric.by.contains(&By::Month) {
        return None;
    }
    let points: Vec<_> =
        sheet.months.iter().filter_map(|it| numbers::month_point(metric, it)).collect();
    let known = points.iter().filter(|it| it.value.is_some()).count();
    let say = match (known, points.len()) {
        (_, 0) => String::new(),
        (known, all) if known == all => String::new(),
        (known, all) => {
            format!("{known} of {all} months have the {} it takes to show a value.", metric.minimum)
        }
    };
    let counts = matches!(metric.id, "hires" | "exits");
    Some(charts::metric_line(&charts::Metric {
        name: metric.title,
        finding: &format!("{} by month: {}", metric.title, found(metric, &sheet.months)),
        say: &say,
        note: &format!("One value a month; {}.", metric.direction.words()),
        unit: numbers::chart_unit(metric.unit),
        style: if counts { MetricStyle::Bars } else { MetricStyle::Line },
        months: &points,
        target: None,
        marks: &[],
    }))
}

fn found(metric: &Metric, months: &[Figure]) -> String {
    let known: Vec<_> = months.iter().filter(|it| it.value.is_some()).collect();
    match (known.first(), known.last()) {
        (Some(first), Some(last)) => format!(
            "{} in {}, {} in {}.",
            numbers::value(metric, first),
            first.group,
            numbers::value(metric, last),
            last.group
        ),
        _ => "no month has enough cases.".to_owned(),
    }
}

fn paged<'a>(
    sheet: &'a Sheet,
    asked: &Asked,
    action: &str,
    number: usize,
) -> (&'a [Figure], Option<PagerView>) {
    let all = sheet.groups.as_slice();
    if all.len() <= ROWS {
        return (all, None);
    }
    let pages = all.len().div_ceil(ROWS);
    let number = number.clamp(1, pages);
    let (from, to) = ((number - 1) * ROWS, (number * ROWS).min(all.len()));
    let link = |page: usize| asked.with(action, "page", &page.to_string());
    let pager = PagerView {
        words: format!("{} to {to} of {}", from + 1, all.len()),
        back: (number > 1).then(|| link(number - 1)),
        next: (number < pages).then(|| link(number + 1)),
    };
    (&all[from..to], Some(pager))
}

fn table(sheet: &Sheet, rows: &[Figure]) -> TableView {
    let metric = sheet.metric;
    let row = |figure: &Figure| {
        let name = if figure.group.is_empty() { "Everyone" } else { &figure.group };
        let Cells { value, interval, n } = numbers::cells(metric, figure);
        vec![name.to_owned(), value, interval, n]
    };
    let first = match sheet.by {
        By::None => "Who",
        By::Zone => "Zone",
        By::Technician => "Technician",
        By::Month => "Month",
        By::Office => "Office",
        By::Source => "Source",
    };
    TableView {
        caption: format!("{} by {}", metric.title, sheet.by.id()),
        caption_hidden: true,
        head: vec![
            ThView::text(first),
            ThView::number("Value"),
            ThView::number("95% interval"),
            ThView::number("n"),
        ],
        rows: rows.iter().map(row).collect(),
    }
}

fn facts(metric: &Metric, last: Day) -> Vec<(String, String)> {
    let ways: Vec<&str> =
        metric.by.iter().filter(|it| **it != By::None).map(|it| it.id()).collect();
    [
        ("How", metric.formula.to_owned()),
        ("Interval", metric.interval.to_owned()),
        ("Unit", unit(metric.unit).to_owned()),
        ("Shown from", format!("n = {}", metric.minimum)),
        ("Direction", metric.direction.words().to_owned()),
        ("By", ways.join(", ")),
        ("Id", metric.id.to_owned()),
        ("As of", numbers::plain(last)),
    ]
    .map(|(name, text)| (name.to_owned(), text))
    .to_vec()
}

fn downloads(sheet: &Sheet, asked: &Asked, action: &str) -> Vec<ButtonView> {
    if sheet.as_of.is_none() {
        return Vec::new();
    }
    let asked = Asked::parse(asked.with("", "page", "").trim_start_matches('?'));
    let file = format!("{action}.csv");
    // A file without rows is not offered.
    let mut ways = vec![sheet.by];
    ways.retain(|_| !sheet.groups.is_empty());
    if !sheet.months.is_empty() && sheet.by != By::Month {
        ways.push(By::Month);
    }
    ways.into_iter()
        .map(|by| {
            let words =
                if by == By::None { "CSV".to_owned() } else { format!("CSV by {}", by.id()) };
            let link = asked.with(&file, "by", by.id());
            ButtonView { icon: Some("download"), ..ButtonView::plain(&words, &link).small() }
        })
        .collect()
}

/// A unit in words.
pub fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Percent => "percent",
        Unit::People => "people",
        Unit::Positions => "positions",
        Unit::PeopleMean => "people, an average",
        Unit::Days => "days",
        Unit::Weeks => "weeks",
        Unit::Minutes => "minutes",
        Unit::JobsPerDay => "jobs a day",
        Unit::Nights => "nights in four weeks",
        Unit::Points => "points of 5",
        Unit::Cents => "US dollars",
    }
}
