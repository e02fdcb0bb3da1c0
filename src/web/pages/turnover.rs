//! Turnover: the rate by its definition, its trend, when and why people leave, whether heads add up.

mod panels;
#[cfg(test)]
mod tests;

use actix_web::{HttpRequest, web};
use askama::Template;

use super::{Nav, Page, uid_of};
use crate::app::turnover::{self, Base, Kind, Look, Report, Split};
use crate::web::State;
use crate::web::charts::Chart;
use crate::web::numbers;
use crate::web::parts::{ButtonView, OptionView, SegLink, StateKind, StateView, TableView, Tile};
use crate::web::query::Asked;
use crate::web::reply::{Reply, html, read};
use crate::web::shell::Shell;

/// The page.
pub const PAGE: Page = Page {
    id: "turnover",
    path: "/turnover",
    title: "Turnover",
    help: "How many leave, by which definition, when and why; whether heads add up.",
    nav: Some(Nav { group: 0, icon: "out", key: 'u', tab: true }),
};

#[derive(Template)]
#[template(path = "pages/turnover.html")]
struct TurnoverPage {
    shell: Shell,
    places: Vec<OptionView>,
    kept: Vec<(String, String)>,
    body: Body,
}

/// Everything under the filter, or why there is nothing.
enum Body {
    Empty(StateView),
    Full(Box<Full>),
}

struct Full {
    sentence: String,
    lede: String,
    kinds: Vec<SegLink>,
    bases: Vec<SegLink>,
    base_words: String,
    banner: String,
    trend: Chart,
    tiles: Vec<Tile>,
    splits: Vec<SegLink>,
    curves: Chart,
    curves_meta: String,
    curves_note: String,
    matured: Tile,
    naive: Tile,
    why: String,
    reasons: Option<TableView>,
    reasons_state: StateView,
    reasons_meta: String,
    identity: TableView,
    identity_foot: String,
    period: String,
}

/// `GET /turnover`.
pub async fn show(state: web::Data<State>, request: HttpRequest) -> Reply {
    let asked = Asked::of(&request);
    let look = look(&asked);
    let (shell, (report, scope)) = read(&state, &request, &PAGE, move |cx| {
        Ok((turnover::report(cx, &look)?, crate::app::scope::Scope::read(cx, look.scope)?))
    })
    .await?;
    let chosen = scope.chosen.as_ref().map(|it| it.uid);
    html(&TurnoverPage {
        places: super::places(&scope, chosen),
        kept: ["exits", "over", "curves"]
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), asked.get(name)?.to_owned())))
            .collect(),
        body: match report {
            None => Body::Empty(empty()),
            Some(report) => Body::Full(Box::new(full(&report, &look, &asked))),
        },
        shell,
    })
}

fn look(asked: &Asked) -> Look {
    let kind = match asked.get("exits") {
        Some("voluntary") => Kind::Voluntary,
        Some("regretted") => Kind::Regretted,
        _ => Kind::All,
    };
    let base = match asked.get("over") {
        Some("start") => Base::Start,
        Some("end") => Base::End,
        _ => Base::Average,
    };
    let split = match asked.get("curves") {
        Some("zone") => Split::Zone,
        Some("source") => Split::Source,
        _ => Split::All,
    };
    let base = if kind == Kind::All { base } else { Base::Average };
    Look { kind, base, split, scope: asked.get("place").and_then(uid_of) }
}

fn empty() -> StateView {
    let words = "It will show how many left in twelve months, when in their time here they left, \
                 why, and whether heads add up. It needs technicians and their employment.";
    StateView {
        buttons: vec![ButtonView::primary("Open Data", "/data")],
        ..StateView::new(StateKind::Empty, "Nobody to count yet", words)
    }
}

fn full(report: &Report, look: &Look, asked: &Asked) -> Full {
    let curves = panels::curves(report, look.split);
    let reasons = panels::reasons(report);
    Full {
        sentence: panels::sentence(report),
        lede: panels::lede(report),
        kinds: seg(
            asked,
            "exits",
            kind_id(look.kind),
            &[("", "All exits"), ("voluntary", "Voluntary"), ("regretted", "Regretted")],
        ),
        bases: if look.kind == Kind::All {
            seg(
                asked,
                "over",
                base_id(look.base),
                &[("", "Average heads"), ("start", "At the start"), ("end", "At the end")],
            )
        } else {
            Vec::new()
        },
        base_words: if look.kind == Kind::All {
            String::new()
        } else {
            "Over average headcount; other denominators are defined for all exits only.".to_owned()
        },
        banner: panels::banner(report),
        trend: panels::trend(report),
        tiles: panels::tiles(report),
        splits: seg(
            asked,
            "curves",
            split_id(look.split),
            &[("", "Everyone"), ("zone", "By zone"), ("source", "By hire source")],
        ),
        curves_meta: panels::curves_meta(report),
        curves_note: panels::difference(report, look.split),
        curves,
        matured: panels::matured(report),
        naive: panels::naive(report),
        why: panels::why(report),
        reasons,
        reasons_state: panels::no_exits(report),
        reasons_meta: panels::counted(report.reasons.iter().map(|it| it.n).sum(), "exit", "exits"),
        identity: panels::identity(report),
        identity_foot: panels::identity_foot(report),
        period: numbers::period_words(report.from, report.to),
    }
}

fn seg(asked: &Asked, name: &str, now: &str, choices: &[(&str, &str)]) -> Vec<SegLink> {
    choices
        .iter()
        .map(|(id, label)| SegLink {
            label: (*label).to_owned(),
            href: asked.with(PAGE.path, name, id),
            current: *id == now,
        })
        .collect()
}

fn kind_id(kind: Kind) -> &'static str {
    match kind {
        Kind::All => "",
        Kind::Voluntary => "voluntary",
        Kind::Regretted => "regretted",
    }
}

fn base_id(base: Base) -> &'static str {
    match base {
        Base::Average => "",
        Base::Start => "start",
        Base::End => "end",
    }
}

fn split_id(split: Split) -> &'static str {
    match split {
        Split::All => "",
        Split::Zone => "zone",
        Split::Source => "source",
    }
}
