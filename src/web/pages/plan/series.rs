//! One series of the office with its forecast, what was tried, its parts and what stands out.
//!
//! Never here: how a series is read or forecast.

use actix_web::{HttpRequest, web};
use askama::Template;

use super::outlook::{self as shown, Shown, capital};
use super::{PAGE as PLAN, csv, holidays, instead, seg, tested, uid_asked};
use crate::app;
use crate::app::outlook::{self, Ask, MarkKind, Series, Step, View};
use crate::app::scope::Scope;
use crate::domain::calendar::Day;
use crate::task::{self, Forecast};
use crate::web::State;
use crate::web::charts::{Chart, RowChart, Unit};
use crate::web::error::Failure;
use crate::web::numbers::plain;
use crate::web::pages::{self, Page, uid_text};
use crate::web::parts::{OptionView, SegLink, StateKind, StateView, TableView, ThView};
use crate::web::query::Asked;
use crate::web::reply::{Reply, act, html, read, see_other};
use crate::web::shell::Shell;

/// The page.
pub const PAGE: Page = Page {
    id: "plan_series",
    path: "/plan/series",
    title: "Forecasts",
    help: "Any series of the office with its forecast: what was tried, its parts, how far it held.",
    nav: None,
};

/// Known periods drawn at most; the file has them all.
const DRAWN: usize = 104;

/// Series that the plan links to.
pub(super) const HOURS: &str = "booked_hours";
pub(super) const HEADCOUNT: &str = "headcount";
pub(super) const EXITS: &str = "exits";

#[derive(Template)]
#[template(path = "pages/plan_series.html")]
struct SeriesPage {
    shell: Shell,
    title: &'static str,
    lede: &'static str,
    seg: Vec<SegLink>,
    choices: Vec<OptionView>,
    steps: Vec<OptionView>,
    places: Vec<OptionView>,
    body: Body,
}

enum Body {
    State(StateView),
    /// Not made yet, with a button that makes it.
    Wait {
        /// What is missing.
        state: StateView,
        /// Where the button leads.
        action: String,
    },
    Full(Box<Full>),
}

struct Full {
    name: String,
    meta: String,
    chart: Chart,
    method: String,
    csv: String,
    tried: TableView,
    tried_meta: String,
    tried_foot: &'static str,
    bands: RowChart,
    tested: String,
    parts: Option<(Vec<(String, Chart)>, TableView)>,
    marks: Option<TableView>,
    notes: Vec<String>,
}

/// `GET /plan/series`.
pub async fn show(state: web::Data<State>, request: HttpRequest) -> Reply {
    let asked = Asked::of(&request);
    let ask = ask(&asked)?;
    let (mut shell, (scope, found)) = read(&state, &request, &PAGE, move |cx| {
        Ok((Scope::read(cx, ask.place)?, outlook::view(cx, &ask)))
    })
    .await?;
    let series = series_asked(&asked)?;
    shell.current = PLAN.id;
    shell.title = format!("{}, forecast", series.title);
    shell.crumbs =
        vec![(PLAN.title.to_owned(), Some(PLAN.path.to_owned())), (series.title.to_owned(), None)];
    html(&page(shell, series, &scope, found, &asked))
}

/// `GET /plan/series.csv`.
pub async fn download(state: web::Data<State>, request: HttpRequest) -> Reply {
    let ask = ask(&Asked::of(&request))?;
    let name = format!("crewkeep-{}-forecast.csv", ask.series);
    match state.office.page(move |cx| outlook::view(cx, &ask)).await? {
        Some(it) => Ok(csv(&name, shown::csv(&past(&it), &it.outlook))),
        None => Err(Failure::not_found()),
    }
}

/// `POST /plan/forecast`: makes the forecast of the address and leads to the task.
pub async fn make(state: web::Data<State>, request: HttpRequest) -> Reply {
    let ask = ask(&Asked::of(&request))?;
    let step = ask.step.map(|it| it.word().to_owned());
    let asked = task::Asked { series: ask.series.to_owned(), step, place: ask.place };
    let queue = state.queue.clone();
    let uid = act(move || queue.ask(&Forecast { asked: Some(asked) })).await?;
    Ok(see_other(&format!("/tasks/{}", uid_text(uid))))
}

/// The series of the address; booked hours when none is named.
fn series_asked(asked: &Asked) -> app::Result<&'static Series> {
    Ok(outlook::find(asked.get("series").unwrap_or(HOURS))?)
}

/// A step the series does not have is left at its usual one.
fn ask(asked: &Asked) -> app::Result<Ask> {
    let series = series_asked(asked)?;
    Ok(Ask {
        step: step_asked(series, asked),
        place: uid_asked(asked, "place"),
        ..Ask::of(series.id)
    })
}

fn step_asked(series: &Series, asked: &Asked) -> Option<Step> {
    let name = asked.get("step")?;
    series.steps.iter().copied().find(|it| it.word() == name)
}

fn past(it: &View) -> Vec<(Day, f64)> {
    let past = &it.past;
    past.values.iter().enumerate().map(|(at, value)| (Day(past.day(at)), *value)).collect()
}

fn page(
    shell: Shell,
    series: &'static Series,
    scope: &Scope,
    found: app::Result<Option<View>>,
    asked: &Asked,
) -> SeriesPage {
    let chosen = scope.chosen.as_ref().map(|it| it.uid);
    let option = |it: &&'static Series| OptionView {
        value: it.id.to_owned(),
        label: it.title.to_owned(),
        chosen: it.id == series.id,
    };
    SeriesPage {
        title: series.title,
        lede: series.sentence,
        seg: seg(if series.id == HOURS { "none" } else { series.id }, chosen),
        choices: outlook::SERIES.iter().map(option).collect(),
        steps: steps(series, step_asked(series, asked)),
        places: pages::places(scope, chosen),
        body: match found {
            Ok(Some(it)) => Body::Full(Box::new(full(series, &it, asked))),
            Ok(None) => Body::Wait {
                state: not_made(),
                action: asked.with("/plan/forecast", "series", series.id),
            },
            Err(error) => Body::State(instead(error, scope.choices.is_empty())),
        },
        shell,
    }
}

/// The steps the series may be asked for; with one there is nothing to choose.
fn steps(series: &Series, chosen: Option<Step>) -> Vec<OptionView> {
    let chosen = chosen.or_else(|| series.steps.first().copied());
    let option = |it: &Step| OptionView {
        value: it.word().to_owned(),
        label: format!("By {}", it.word()),
        chosen: chosen == Some(*it),
    };
    series.steps.iter().map(option).collect()
}

fn not_made() -> StateView {
    StateView::new(
        StateKind::Empty,
        "This forecast is not made yet",
        "Every method is tried on the past first, which takes a moment for many weeks or days. The \
         usual forecasts are made in the background whenever data come in; this one when asked for.",
    )
}

fn full(series: &'static Series, it: &View, asked: &Asked) -> Full {
    let outlook = &it.outlook;
    let past = past(it);
    let word = outlook.step.word();
    let say = sentence(it);
    // A month holds its holiday wherever it falls.
    let past = &past[past.len().saturating_sub(DRAWN)..];
    let holidays = if it.step == Step::Month { Vec::new() } else { holidays(past, outlook) };
    let drawn = Shown {
        name: series.title,
        known_as: "As it was",
        say: &say,
        unit: unit(series),
        suffix: "",
        past,
        outlook,
        holidays: &holidays,
    };
    let kept = outlook.candidates.iter().filter(|it| it.kept).count();
    Full {
        name: format!("{} by {word}", series.title),
        meta: format!(
            "n = {} {word}s known, {} drawn, {} ahead; as of {}",
            outlook.n,
            past.len(),
            outlook.points.len(),
            plain(it.as_of)
        ),
        chart: shown::chart(drawn, None),
        method: shown::method(outlook),
        csv: asked.with("/plan/series.csv", "series", series.id),
        tried: shown::candidates(outlook),
        tried_foot: if kept > 1 {
            "The answer is the average of the methods kept, not the winner."
        } else {
            "One method is left, so it alone answers."
        },
        tried_meta: format!("{kept} of {} kept", outlook.candidates.len()),
        bands: shown::coverage(outlook),
        tested: tested(outlook),
        parts: shown::parts(drawn),
        marks: marks(it),
        notes: outlook.notes.clone(),
    }
}

/// Lasting changes and odd periods, newest first.
fn marks(it: &View) -> Option<TableView> {
    let mut marks: Vec<_> = it.outlook.marks.iter().collect();
    marks.sort_by_key(|mark| std::cmp::Reverse(mark.day));
    let row = |mark: &&outlook::Mark| {
        let kind = if mark.kind == MarkKind::Shift { "level" } else { "odd" };
        let when = outlook::period(it.step, Day(mark.day));
        vec![capital(&when), kind.to_owned(), mark.words.clone()]
    };
    (!marks.is_empty()).then(|| TableView {
        caption: "What stands out, newest first".to_owned(),
        caption_hidden: true,
        head: ["When", "Kind", "What happened"].map(ThView::text).to_vec(),
        rows: marks.iter().map(row).collect(),
    })
}

/// What comes next, and how often such bands held.
fn sentence(it: &View) -> String {
    let held = it.held.iter().map(String::as_str);
    std::iter::once(it.sentence.as_str()).chain(held).collect::<Vec<_>>().join(" ")
}

/// Few things a period get a tenth: half an exit a month is not none.
fn unit(series: &Series) -> Unit {
    match series.unit {
        "dollars" => Unit::Dollars,
        "exits" | "hires" => Unit::Decimal(1),
        _ => Unit::Count,
    }
}
