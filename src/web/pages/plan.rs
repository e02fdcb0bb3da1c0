//! Plan: the work that comes, the people who will be here, and when to post the ad.

pub mod compare;
mod outlook;
mod panels;
pub mod series;
#[cfg(test)]
mod tests;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::{Nav, Page, uid_of, uid_text};
use crate::app::outlook::Outlook;
use crate::app::plan::{self, Ask, Plan, Scenario};
use crate::app::runs::Uid;
use crate::app::scope::Scope;
use crate::app::{self, Cx};
use crate::domain::calendar::Day;
use crate::domain::holidays;
use crate::domain::told::Kind;
use crate::web::State;
use crate::web::charts::{Chart, RowChart};
use crate::web::error::Failure;
use crate::web::parts::{ButtonView, OptionView, SegLink, StateKind, StateView};
use crate::web::query::Asked;
use crate::web::reply::{Reply, html, read};
use crate::web::shell::Shell;

/// The page.
pub const PAGE: Page = Page {
    id: "plan",
    path: "/plan",
    title: "Plan",
    help: "Work that comes, people who will be here, when to post the ad; forecasts and scenarios.",
    nav: Some(Nav { group: 0, icon: "plan", key: 'l', tab: true }),
};

const LEDE: &str = "What work is coming, who will be here, and when to post the ad.";

#[derive(Template)]
#[template(path = "pages/plan.html")]
struct PlanPage {
    shell: Shell,
    lede: &'static str,
    /// Without a choice of place: there is none.
    bare: bool,
    places: Vec<OptionView>,
    kept: Vec<(String, String)>,
    seg: Vec<SegLink>,
    compare: String,
    scenario: Option<(String, String)>,
    body: Body,
}

/// Everything under the head, or why there is nothing.
enum Body {
    State(StateView),
    Full(Box<Full>),
}

struct Full {
    hours: Chart,
    hours_meta: String,
    method: String,
    tried: String,
    calendar: Chart,
    calendar_meta: String,
    calendar_foot: String,
    openings: Option<String>,
    zones: RowChart,
    zones_meta: String,
    bands: RowChart,
    tested: String,
    exits: Chart,
    exits_meta: String,
    exits_foot: String,
    giving: Vec<(&'static str, String)>,
    weeks: String,
    notes: Vec<String>,
}

/// `GET /plan`.
pub async fn show(state: web::Data<State>, request: HttpRequest) -> Reply {
    let asked = Asked::of(&request);
    let (place, wanted) = (uid_asked(&asked, "place"), uid_asked(&asked, "scenario"));
    let (shell, (scope, found)) = read(&state, &request, &PAGE, move |cx| {
        let scope = Scope::read(cx, place)?;
        let found = planned(cx, place, wanted);
        Ok((scope, found))
    })
    .await?;
    html(&page(shell, &scope, found, &asked))
}

/// `GET /plan.csv`.
pub async fn weeks(state: web::Data<State>, request: HttpRequest) -> Reply {
    let plan = asked_plan(&state, &request).await?;
    Ok(csv("crewkeep-plan-weeks.csv", panels::weeks_csv(&plan)))
}

/// `GET /plan/openings.csv`.
pub async fn openings(state: web::Data<State>, request: HttpRequest) -> Reply {
    let plan = asked_plan(&state, &request).await?;
    Ok(csv("crewkeep-plan-openings.csv", panels::openings_csv(&plan)))
}

async fn asked_plan(state: &State, request: &HttpRequest) -> Result<Plan, Failure> {
    let asked = Asked::of(request);
    let (place, wanted) = (uid_asked(&asked, "place"), uid_asked(&asked, "scenario"));
    Ok(state.office.page(move |cx| Ok(planned(cx, place, wanted)?.0)).await?)
}

/// The plan of a place under a saved scenario, with the scenario; without one, as things are.
fn planned(
    cx: &Cx<'_>,
    place: Option<Uid>,
    wanted: Option<Uid>,
) -> app::Result<(Plan, Vec<(Day, String)>)> {
    let scenario = match wanted {
        Some(uid) => {
            let saved = plan::list(cx)?.into_iter().find(|it| it.uid == uid);
            saved.map(|it| it.scenario).ok_or_else(gone)?
        }
        None => Scenario::default(),
    };
    let plan = plan::plan(cx, &Ask { place, scenario })?;
    let holidays = holidays(&plan.past, &plan.demand);
    Ok((plan, holidays))
}

fn gone() -> app::Error {
    app::Error::told(
        Kind::NotFound,
        "There is no such scenario.",
        "It may have been deleted. Open Plan for the plan as things are.",
    )
}

/// Holidays that people feel, over the time shown, with short names.
fn holidays(past: &[(Day, f64)], outlook: &Outlook) -> Vec<(Day, String)> {
    const FELT: [(&str, &str); 3] = [
        ("Independence Day", "4 Jul"),
        // Four weeks before Christmas: there is no room for both names.
        ("Thanksgiving Day", ""),
        ("Christmas Day", "Christmas"),
    ];
    let (Some(first), Some(last)) = (past.first(), outlook.points.last()) else {
        return Vec::new();
    };
    let named = |it: holidays::Occasion| {
        let short = FELT.iter().find(|felt| felt.0 == it.name)?;
        Some((it.day, short.1.to_owned()))
    };
    holidays::us(first.0, Day(last.day)).into_iter().filter_map(named).collect()
}

fn uid_asked(asked: &Asked, name: &str) -> Option<Uid> {
    asked.get(name).and_then(uid_of)
}

fn csv(name: &str, text: String) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header(("content-disposition", format!("attachment; filename=\"{name}\"")))
        .body(text)
}

fn page(
    shell: Shell,
    scope: &Scope,
    found: app::Result<(Plan, Vec<(Day, String)>)>,
    asked: &Asked,
) -> PlanPage {
    let chosen = scope.chosen.as_ref().map(|it| it.uid);
    let named = |uid: Uid| zone_name(scope, uid);
    let scenario = match &found {
        Ok((plan, _)) if plan.scenario != Scenario::default() => {
            let words = panels::changes(&plan.scenario, &named);
            Some((
                format!("What if: {}. {words}", plan.scenario.name),
                asked.with(PAGE.path, "scenario", ""),
            ))
        }
        _ => None,
    };
    let kept = ["scenario"]
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), asked.get(name)?.to_owned())));
    PlanPage {
        lede: LEDE,
        bare: scope.choices.is_empty(),
        places: super::places(scope, chosen),
        kept: kept.collect(),
        seg: seg("", chosen),
        compare: at(compare::PAGE.path, chosen),
        scenario,
        body: match found {
            Ok((plan, holidays)) => Body::Full(Box::new(full(&plan, &holidays, asked))),
            Err(error) => Body::State(instead(error, scope.choices.is_empty())),
        },
        shell,
    }
}

fn full(plan: &Plan, holidays: &[(Day, String)], asked: &Asked) -> Full {
    let download = |path: &str| asked.with(path, "", "");
    let notes = plan.notes.iter().chain(&plan.demand.notes);
    let mut said = std::collections::BTreeSet::new();
    Full {
        hours: panels::hours(plan, holidays),
        hours_meta: panels::hours_meta(plan),
        method: outlook::method(&plan.demand),
        tried: series_href(series::HOURS, uid_asked(asked, "place")) + "&step=week",
        calendar: panels::calendar(plan),
        calendar_meta: panels::calendar_meta(plan),
        calendar_foot: panels::calendar_foot(plan),
        openings: (!plan.openings.is_empty()).then(|| download("/plan/openings.csv")),
        zones: panels::zones(plan, PAGE.path),
        zones_meta: panels::zones_meta(plan),
        bands: outlook::coverage(&plan.demand),
        tested: tested(&plan.demand),
        exits: panels::exits(plan),
        exits_meta: panels::exits_meta(plan),
        exits_foot: panels::exits_foot(plan),
        giving: panels::giving(plan),
        weeks: download("/plan.csv"),
        notes: notes.filter(|it| said.insert((*it).clone())).cloned().collect(),
    }
}

fn tested(it: &Outlook) -> String {
    outlook::held_words(it).unwrap_or_else(|| outlook::tested_words(it))
}

/// Hours, headcount, exits: the plan and the two series people ask for most.
fn seg(now: &str, place: Option<Uid>) -> Vec<SegLink> {
    let link = |label: &str, id: &str| SegLink {
        label: label.to_owned(),
        href: if id.is_empty() { at(PAGE.path, place) } else { series_href(id, place) },
        current: id == now,
    };
    vec![link("Hours", ""), link("Headcount", series::HEADCOUNT), link("Exits", series::EXITS)]
}

fn at(path: &str, place: Option<Uid>) -> String {
    place.map_or_else(|| path.to_owned(), |it| format!("{path}?place={}", uid_text(it)))
}

fn series_href(id: &str, place: Option<Uid>) -> String {
    let place = place.map_or_else(String::new, |it| format!("&place={}", uid_text(it)));
    format!("{}?series={id}{place}", series::PAGE.path)
}

fn zone_name(scope: &Scope, uid: Uid) -> String {
    let found = scope.choices.iter().find(|it| it.uid == uid);
    found.map_or_else(|| "a zone that is gone".to_owned(), |it| it.name.clone())
}

/// Why there is no plan: nothing yet, too little, or a failure; the rest of the page stands.
fn instead(error: app::Error, no_data: bool) -> StateView {
    if no_data {
        return StateView {
            buttons: vec![ButtonView::primary("Open Data", "/data")],
            ..StateView::new(
                StateKind::Empty,
                "Nothing to plan yet",
                "It will show the hours that are coming, who will be here, and by when to post an \
                 ad. It needs technicians, their employment and their working days.",
            )
        };
    }
    match error {
        app::Error::Told(told) if told.kind == Kind::NotEnough => StateView {
            buttons: vec![
                ButtonView::primary("Load more data", "/data"),
                ButtonView::plain("Open Turnover", "/turnover"),
            ],
            ..StateView::new(StateKind::Thin, &told.message, &told.hint)
        },
        other => Failure::from(other).state(),
    }
}
