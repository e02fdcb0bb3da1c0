//! Person: the score taken apart, its past, people alike, the facts, what it cannot see.
//!
//! The person could be reading it: nothing here may be unkind or unfair read aloud.

mod panels;
#[cfg(test)]
mod tests;
pub mod whatif;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::{Page, people, uid_of};
use crate::app::Office;
use crate::app::audit::{self, Act};
use crate::app::person::{self, Scored, Sheet, Standing};
use crate::app::score::Verdict;
use crate::domain::calendar::Day;
use crate::web::State;
use crate::web::charts::Chart;
use crate::web::error::Failure;
use crate::web::numbers;
use crate::web::parts::{
    ButtonView, LevelView, ReceiptView, RowView, ScoreHead, SealView, StateKind, StateView,
    TableView, TimelineItem,
};
use crate::web::reply::{Reply, html, read};
use crate::web::shell::Shell;

/// The page.
pub const PAGE: Page = Page {
    id: "person",
    path: "/people/{uid}",
    title: "Person",
    help: "One person's chance with every reason, its past, people alike, the facts.",
    nav: None,
};

#[derive(Template)]
#[template(path = "pages/person.html")]
struct PersonPage {
    shell: Shell,
    head: ScoreHead,
    stale: Option<String>,
    main: Main,
    unknown: Vec<String>,
    events: Vec<TimelineItem>,
    events_meta: String,
}

/// What stands beside the facts.
enum Main {
    /// No score.
    State(Box<(StateView, Option<SealView>)>),
    /// Everything behind a score.
    Full(Box<Full>),
}

struct Full {
    receipt: ReceiptView,
    receipt_note: String,
    in_words: Vec<(String, Vec<String>)>,
    second: Option<String>,
    json: String,
    what_if: String,
    ideas: Vec<RowView>,
    no_ideas: &'static str,
    history_say: String,
    history: Chart,
    history_meta: String,
    alike: Result<TableView, StateView>,
    alike_say: String,
    alike_meta: String,
    alike_foot: String,
    evidence: Vec<(String, String)>,
}

/// `GET /people/{uid}`.
pub async fn show(state: web::Data<State>, uid: web::Path<String>, request: HttpRequest) -> Reply {
    let uid = uid_of(&uid).ok_or_else(Failure::not_found)?;
    let (mut shell, (sheet, today)) =
        read(&state, &request, &PAGE, move |cx| Ok((person::read(cx, uid)?, cx.today))).await?;
    log(&state.office, &sheet.who.employee_no);
    shell.title.clone_from(&sheet.who.name);
    shell.current = people::PAGE.id;
    shell.crumbs = vec![
        (people::PAGE.title.to_owned(), Some(people::PAGE.path.to_owned())),
        (sheet.who.name.clone(), None),
    ];
    let year = today.year();
    let (events, events_meta) = panels::timeline(&sheet, year);
    html(&PersonPage {
        head: head(&sheet),
        stale: stale(&sheet, year),
        main: main(&sheet, request.path(), year),
        unknown: match &sheet.standing {
            Standing::Scored(it) => it.unknown.clone(),
            _ => Vec::new(),
        },
        events,
        events_meta,
        shell,
    })
}

/// `GET /people/{uid}.json`.
pub async fn receipt(state: web::Data<State>, uid: web::Path<String>) -> Reply {
    let uid = uid_of(&uid).ok_or_else(Failure::not_found)?;
    let (value, number) = state.office.page(move |cx| person::receipt(cx, uid)).await?;
    log(&state.office, &number);
    Ok(HttpResponse::Ok().content_type("application/json").body(value.to_string()))
}

/// Puts the opening on record without keeping the page waiting.
fn log(office: &Office, employee_no: &str) {
    let (office, act) = (office.clone(), Act::Opened(employee_no.to_owned()));
    actix_web::rt::spawn(async move {
        if let Err(error) = audit::record(&office, act).await {
            tracing::error!(%error, "an opened page could not be put on record");
        }
    });
}

fn head(sheet: &Sheet) -> ScoreHead {
    let who = &sheet.who;
    let meta = [
        Some(who.employee_no.clone()),
        Some(who.office.clone()),
        Some(who.zone.clone()),
        Some(who.trade.replace('_', " ")),
        sheet.tenure_days.map(panels::tenure),
    ];
    let meta: Vec<String> = meta.into_iter().flatten().filter(|it| !it.is_empty()).collect();
    let base = ScoreHead {
        meta: meta.join(", "),
        sentence: String::new(),
        chance: None,
        interval: String::new(),
        level: LevelView::NotScored(String::new()),
        like: String::new(),
        left: String::new(),
        alone: None,
        definition: None,
        rule: None,
        within: None,
    };
    let name = &who.name;
    let (sentence, why) = match &sheet.standing {
        Standing::Scored(it) => return scored_head(it, name, base),
        Standing::Left(on, _) => (
            format!("{name} left on {}.", numbers::plain(*on)),
            "No longer employed here".to_owned(),
        ),
        Standing::NoModel => {
            (format!("{name} has no score yet."), "No model has been trained".to_owned())
        }
        Standing::NotScored(why, _) => (format!("{name} has no score yet."), why.clone()),
    };
    ScoreHead { sentence, level: LevelView::NotScored(why), ..base }
}

fn scored_head(it: &Scored, name: &str, base: ScoreHead) -> ScoreHead {
    let level = people::level(&it.person.verdict);
    let Verdict::Scored { probability, low, high, .. } = it.person.verdict else { return base };
    let days = it.horizon_days;
    let main = panels::main_reason(it);
    let sentence = match (&level, main) {
        (LevelView::Low, _) => format!(
            "{name} is less likely to leave in the next {days} days than people here on average."
        ),
        (_, Some(main)) => {
            format!("{name} may leave in the next {days} days, mostly because of {main}.")
        }
        (_, None) => format!("{name} may leave in the next {days} days."),
    };
    let (like, left, alone, definition) = panels::like(it);
    ScoreHead {
        sentence,
        chance: Some(people::percent(probability)),
        interval: format!("between {} and {}", people::percent(low), people::percent(high)),
        level,
        like,
        left,
        alone,
        definition,
        rule: Some(panels::rule(it)),
        within: panels::within(it),
        ..base
    }
}

/// Whether the score is older than the data, in words.
fn stale(sheet: &Sheet, year: i16) -> Option<String> {
    let (to, evidence) = match &sheet.standing {
        Standing::Scored(it) => (sheet.data_to?, &it.evidence),
        Standing::NotScored(_, evidence) => (sheet.data_to?, evidence.as_ref()),
        _ => return None,
    };
    let of = evidence.as_of.plus(-1);
    (to > of).then(|| {
        format!(
            "This score is of {}; the data go on to {}. Score everyone again to bring it up to \
             them.",
            of.words(year),
            to.words(year)
        )
    })
}

fn main(sheet: &Sheet, path: &str, year: i16) -> Main {
    let state = |kind, title: &str, words: &str, buttons| StateView {
        buttons,
        ..StateView::new(kind, title, words)
    };
    let train = || vec![ButtonView::primary("Open Train", "/train")];
    let plain = |state, seal| Main::State(Box::new((state, seal)));
    match &sheet.standing {
        Standing::Scored(it) => Main::Full(Box::new(full(it, path, year))),
        Standing::Left(..) => plain(
            state(
                StateKind::Empty,
                "No score for someone who has left",
                "The facts stay as they were. What happened then helps the model to see others \
                 fairly; nobody is scored after their last day.",
                Vec::new(),
            ),
            None,
        ),
        Standing::NoModel => plain(
            state(
                StateKind::Thin,
                "No model yet",
                "A training on this machine ends with everyone's score and its receipt. The facts \
                 need no model.",
                train(),
            ),
            None,
        ),
        Standing::NotScored(why, evidence) => plain(
            state(
                StateKind::Thin,
                "Not scored",
                &format!(
                    "{why} A number made from so little would not be fair. The facts stand on \
                     this page; everyone else's scores are on People."
                ),
                vec![ButtonView::plain("Open People", "/people")],
            ),
            Some(panels::seal(evidence)),
        ),
    }
}

fn full(it: &Scored, path: &str, year: i16) -> Full {
    let (alike, alike_say, alike_meta, alike_foot) = panels::alike(it);
    let what_if = format!("{path}/what-if");
    Full {
        receipt: panels::receipt(it),
        receipt_note:
            "Points are log-odds; whiskers are the 90% range of each line. A reason goes \
                       with leaving in past data; it is not proof of a cause."
                .to_owned(),
        in_words: panels::in_words(it),
        second: it.second.clone(),
        json: format!("{path}.json"),
        ideas: panels::ideas(&it.lowering, &what_if),
        no_ideas: panels::NO_IDEAS,
        what_if,
        history_say: panels::history_words(it),
        history: panels::history(it, year),
        history_meta: format!("what model v{} says of each month", it.evidence.version),
        alike,
        alike_say,
        alike_meta,
        alike_foot,
        evidence: panels::evidence(it, year),
    }
}

/// The last day of the facts used.
fn last_day(as_of: Day) -> Day {
    as_of.plus(-1)
}
