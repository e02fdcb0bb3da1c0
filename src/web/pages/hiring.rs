//! Hiring: what waits to be filled, the funnel, how long stages take, which sources' hires stay, how
//! the newest hires do.

mod panels;
mod tables;
#[cfg(test)]
mod tests;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::{Nav, Page, uid_of};
use crate::app::hiring::{self, By, Look, Report, Span};
use crate::app::metrics;
use crate::app::scope::Scope;
use crate::web::State;
use crate::web::charts::RowChart;
use crate::web::error::Failure;
use crate::web::parts::{ButtonView, OptionView, SegLink, StateKind, StateView, TableView, Tile};
use crate::web::query::Asked;
use crate::web::reply::{Reply, html, read, wants_part};
use crate::web::shell::Shell;
use tables::{FunnelTable, OpenLine, StarterLine};

/// The page.
pub const PAGE: Page = Page {
    id: "hiring",
    path: "/hiring",
    title: "Hiring",
    help: "Open positions and when they will be filled, the funnel by source, who stays.",
    nav: Some(Nav { group: 0, icon: "hiring", key: 'h', tab: false }),
};

/// Periods a person may choose: value in addresses, label.
const SPANS: [(&str, &str, Span); 4] = [
    ("6", "Last 6 months", Span::Half),
    ("", "Last 12 months", Span::Year),
    ("24", "Last 24 months", Span::Two),
    ("all", "All there is", Span::All),
];
/// What time to fill is compared by: value in addresses, label.
const WAYS: [(&str, &str, By); 3] = [
    ("", "By source", By::Source),
    ("office", "By office", By::Office),
    ("zone", "By zone", By::Zone),
];

#[derive(Template)]
#[template(path = "pages/hiring.html")]
struct HiringPage {
    shell: Shell,
    body: Body,
}

/// Everything, or why there is nothing.
enum Body {
    Empty(StateView),
    Full(Box<Part>),
}

/// What a filter changes; returned alone to htmx.
#[derive(Template)]
#[template(path = "parts/_hiring.html")]
struct Part {
    sentence: String,
    lede: String,
    places: Vec<OptionView>,
    spans: Vec<OptionView>,
    kept: Vec<(String, String)>,
    export: String,
    openings_meta: String,
    openings: Vec<OpenLine>,
    openings_state: StateView,
    openings_foot: String,
    tiles: Vec<Tile>,
    funnel: RowChart,
    sources: RowChart,
    funnel_meta: String,
    table: Option<FunnelTable>,
    stages: RowChart,
    ways: Vec<SegLink>,
    groups: RowChart,
    acceptance: RowChart,
    months: RowChart,
    decline: String,
    quality: RowChart,
    quality_note: String,
    quality_meta: String,
    cohorts: Option<TableView>,
    cohorts_say: String,
    cohorts_state: StateView,
    cohorts_foot: String,
    starters: Vec<StarterLine>,
    starters_meta: String,
    starters_more: String,
    starters_state: StateView,
    period: String,
}

/// `GET /hiring`.
pub async fn show(state: web::Data<State>, request: HttpRequest) -> Reply {
    let asked = Asked::of(&request);
    let look = look(&asked);
    let (shell, (report, scope)) = read(&state, &request, &PAGE, move |cx| {
        Ok((hiring::report(cx, &look)?, Scope::read(cx, look.scope)?))
    })
    .await?;
    let Some(report) = report else {
        return html(&HiringPage { shell, body: Body::Empty(empty()) });
    };
    let part = part(&report, &scope, &look, &asked);
    if wants_part(&request) {
        return html(&part);
    }
    html(&HiringPage { shell, body: Body::Full(Box::new(part)) })
}

/// `GET /hiring.csv`: the page's metrics, each in all and by source. Nobody's name is in it.
pub async fn download(
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<HttpResponse, Failure> {
    let look = look(&Asked::of(&request));
    let text = state.office.page(move |cx| metrics::csv(&hiring::answers(cx, &look)?)).await?;
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header(("content-disposition", "attachment; filename=\"hiring.csv\""))
        .body(text))
}

fn look(asked: &Asked) -> Look {
    let span = asked.get("period").unwrap_or_default();
    let by = asked.get("by").unwrap_or_default();
    Look {
        scope: asked.get("place").and_then(uid_of),
        span: SPANS.iter().find(|it| it.0 == span).map_or_else(Span::default, |it| it.2),
        by: WAYS.iter().find(|it| it.0 == by).map_or(By::Source, |it| it.2),
    }
}

fn empty() -> StateView {
    let words = "It will show open positions and when they will be filled, the funnel by source, \
                 how long each stage takes and which sources' hires stay. It needs two files, \
                 requisitions and candidates: one row an opening, one row an application.";
    StateView {
        buttons: vec![
            ButtonView::primary("Load requisitions", "/data"),
            ButtonView::plain("See who is hired and leaves", "/turnover"),
        ],
        ..StateView::new(StateKind::Empty, "No requisitions yet", words)
    }
}

fn part(it: &Report, scope: &Scope, look: &Look, asked: &Asked) -> Part {
    let chosen = scope.chosen.as_ref().map(|it| it.uid);
    let spans = SPANS.iter().map(|(value, label, span)| OptionView {
        value: (*value).to_owned(),
        label: (*label).to_owned(),
        chosen: *span == look.span,
    });
    let ways = WAYS.iter().map(|(value, label, by)| SegLink {
        label: (*label).to_owned(),
        href: asked.with(PAGE.path, "by", value) + "#time",
        current: *by == look.by,
    });
    let kept = ["by", "sort"].iter();
    Part {
        sentence: panels::sentence(it),
        lede: panels::lede(it),
        places: super::places(scope, chosen),
        spans: spans.collect(),
        kept: kept
            .filter_map(|name| Some(((*name).to_owned(), asked.get(name)?.to_owned())))
            .collect(),
        export: asked.with("/hiring.csv", "sort", ""),
        openings_meta: panels::openings_meta(it),
        openings: tables::openings(it),
        openings_state: tables::nothing_open(it),
        openings_foot: panels::openings_foot(it),
        tiles: panels::tiles(it),
        funnel: panels::funnel(it),
        sources: panels::sources(it),
        funnel_meta: panels::funnel_meta(it),
        table: tables::funnel(it, asked),
        stages: panels::stages(it, asked),
        ways: ways.collect(),
        groups: panels::groups(it, look.by),
        acceptance: panels::acceptance(it),
        months: panels::months(it),
        decline: panels::decline(it),
        quality: panels::quality(it),
        quality_note: panels::quality_note(it),
        quality_meta: panels::quality_meta(it),
        cohorts: tables::cohorts(it),
        cohorts_say: panels::cohorts_say(it),
        cohorts_state: tables::no_cohorts(),
        cohorts_foot: tables::COHORTS_FOOT.to_owned(),
        starters: tables::starters(it),
        starters_meta: panels::starters_meta(it),
        starters_more: tables::starters_more(it),
        starters_state: tables::nobody_new(),
        period: crate::web::numbers::period_words(it.from, it.to),
    }
}
