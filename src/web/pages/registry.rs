//! Registry: every model there is, which is used and why, what holds the others, how to change that.

pub mod bring;
mod panels;
#[cfg(test)]
mod tests;

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::{Page, model, uid_text};
use crate::app::audit::{self, Act};
use crate::app::card::{EditCard, Origin};
use crate::app::exchange::{self, Form};
use crate::app::registry::{
    self, CARD_JSON, CARD_TEXT, MANIFEST, MODEL, REASON_MAX, State as Stands,
};
use crate::app::{self, verify};
use crate::task::{Score, Verify};
use crate::web::State;
use crate::web::error::Failure;
use crate::web::parts::{FieldView, OptionView, Problem, StateKind, StateView, TableView};
use crate::web::query::Asked;
use crate::web::reply::{Reply, act, html, html_with, read, see_other};
use crate::web::shell::Shell;

/// Every model.
pub const PAGE: Page = Page {
    id: "registry",
    path: "/models",
    title: "Registry",
    help: "Every model there is: which is used and why, what holds the others, how to go back.",
    nav: None,
};

/// One model.
pub const VERSION: Page = Page {
    id: "registry_version",
    path: "/models/{version}",
    title: "Model version",
    help: "One model: its gates in words, what it was made from, taking it into use.",
    nav: None,
};

/// Two models.
pub const COMPARE: Page = Page {
    id: "registry_compare",
    path: "/models/compare",
    title: "Compare models",
    help: "Two models side by side: figures, lines, and whom they see differently.",
    nav: None,
};

/// One line of the list.
struct VersionLine {
    name: String,
    href: String,
    trained: String,
    state: &'static str,
    icon: &'static str,
    on: bool,
    data_to: String,
    learned: String,
    auc: String,
    gain: String,
    gates: String,
    held: String,
    compare: Option<String>,
}

/// What the last check found.
struct CheckView {
    words: String,
    at: String,
    repaired: Vec<String>,
    faults: Vec<(String, String, String)>,
    more: u64,
    sound: bool,
}

#[derive(Template)]
#[template(path = "pages/registry.html")]
struct RegistryPage {
    shell: Shell,
    problems: Vec<Problem>,
    bring_error: Option<String>,
    title: String,
    lede: String,
    notes: Vec<String>,
    none: Option<StateView>,
    versions: Vec<VersionLine>,
    roll_back: Option<(String, FieldView)>,
    check: Option<CheckView>,
    choices: Option<(Vec<OptionView>, Vec<OptionView>)>,
}

/// One gate.
struct GateLine {
    title: String,
    icon: &'static str,
    outcome: &'static str,
    words: String,
    have: String,
    need: String,
}

/// The form that takes a model into use or sets it aside.
struct PromoteView {
    action: String,
    retire: Option<String>,
    words: String,
    held: bool,
    reason: FieldView,
}

#[derive(Template)]
#[template(path = "pages/registry_version.html")]
struct VersionPage {
    shell: Shell,
    problems: Vec<Problem>,
    title: String,
    lede: String,
    notes: Vec<String>,
    gates: Vec<GateLine>,
    gates_meta: String,
    promote: Option<PromoteView>,
    origin: Vec<String>,
    figures: Vec<(String, String)>,
    made: Vec<(String, String)>,
    files: Vec<(&'static str, String, &'static str)>,
    folder: String,
    compare: Option<String>,
}

/// One person whose level differs.
struct ChangeLine {
    name: String,
    href: String,
    number: String,
    a: String,
    b: String,
}

#[derive(Template)]
#[template(path = "pages/registry_compare.html")]
struct ComparePage {
    shell: Shell,
    title: String,
    lede: String,
    a: (String, String),
    b: (String, String),
    choices: (Vec<OptionView>, Vec<OptionView>),
    figures: Option<TableView>,
    lines: TableView,
    made: Option<TableView>,
    scores: Option<String>,
    changes: Vec<ChangeLine>,
    changes_meta: String,
}

/// `GET /models`.
pub async fn list(state: web::Data<State>, request: HttpRequest) -> Reply {
    list_page(&state, &request, None).await
}

/// The list; with what is wrong with a file that was sent, its form comes back.
async fn list_page(state: &State, request: &HttpRequest, wrong: Option<String>) -> Reply {
    let (mut shell, (entries, check)) =
        read(state, request, &PAGE, |cx| Ok((registry::list(cx)?, verify::last(cx)?))).await?;
    under_models(&mut shell, PAGE.title, None);
    let (today, days) = (state.office.clock().today(), state.office.config().model_expires_days);
    let used = entries.iter().find(|it| it.record.state == Stands::InUse);
    let before = used.and_then(|it| it.record.replaces);
    let before = before.and_then(|id| entries.iter().find(|it| it.record.id == id));
    let none = entries.is_empty().then(|| {
        StateView::new(
            StateKind::Empty,
            "No model has been trained yet",
            "Every training is kept here with what it learned from, how it was tested and who took \
             it into use.",
        )
    });
    let status = if wrong.is_some() {
        shell.title = format!("Error: {}", PAGE.title);
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let problem = |words: &String| Problem { field: bring::FILE.to_owned(), words: words.clone() };
    let page = RegistryPage {
        problems: wrong.iter().map(problem).collect(),
        bring_error: wrong,
        title: panels::title(used),
        lede: panels::lede(&entries),
        notes: used.map(|it| panels::notes(it, today, days)).unwrap_or_default(),
        none,
        versions: entries.iter().map(|it| panels::line(it, used)).collect(),
        roll_back: used.zip(before).map(|(now, before)| {
            let words = format!(
                "v{} was in use before v{}. Going back brings its scores back at once; v{} stays \
                 here.",
                before.record.version, now.record.version, now.record.version
            );
            (words, FieldView::text("reason", "Why go back, if you like", ""))
        }),
        check: check.map(|(at, report)| panels::check(at, &report)),
        choices: (entries.len() > 1).then(|| panels::choices(&entries, used, None)),
        shell,
    };
    html_with(status, &page)
}

/// `GET /models/{version}`.
pub async fn show(
    state: web::Data<State>,
    version: web::Path<String>,
    request: HttpRequest,
) -> Reply {
    page(&state, &request, number(&version)?, None).await
}

/// Which model a form is about, and why.
#[derive(Debug, Deserialize)]
pub struct ReasonForm {
    reason: Option<String>,
}

/// `POST /models/{version}/promote`: without a reason where a gate holds, the page comes back.
pub async fn promote(
    state: web::Data<State>,
    version: web::Path<String>,
    form: web::Form<ReasonForm>,
    request: HttpRequest,
) -> Reply {
    let version = number(&version)?;
    let reason = form.into_inner().reason.unwrap_or_default();
    let entry = state.office.page(move |cx| registry::find(cx, version)).await?;
    let wrong = if reason.chars().count() > REASON_MAX {
        Some(format!("Say it in {REASON_MAX} letters or fewer."))
    } else if entry.needs_reason() && reason.trim().is_empty() {
        Some("Say why this model should be used although a gate holds it.".to_owned())
    } else {
        None
    };
    if let Some(wrong) = wrong {
        return page(&state, &request, version, Some((reason, wrong))).await;
    }
    let office = state.office.clone();
    act(move || registry::promote(&office, version, &reason)).await?;
    scored_anew(&state).await
}

/// `POST /models/{version}/retire`.
pub async fn retire(
    state: web::Data<State>,
    version: web::Path<String>,
    form: web::Form<ReasonForm>,
) -> Reply {
    let version = number(&version)?;
    let reason = form.into_inner().reason.unwrap_or_default();
    let office = state.office.clone();
    act(move || registry::retire(&office, version, &reason)).await?;
    Ok(see_other(PAGE.path))
}

/// `POST /models/rollback`.
pub async fn roll_back(state: web::Data<State>, form: web::Form<ReasonForm>) -> Reply {
    let reason = form.into_inner().reason.unwrap_or_default();
    let office = state.office.clone();
    act(move || registry::roll_back(&office, &reason)).await?;
    scored_anew(&state).await
}

/// `POST /models/verify`.
pub async fn check(state: web::Data<State>) -> Reply {
    let queue = state.queue.clone();
    let run = act(move || queue.ask(&Verify {})).await?;
    Ok(see_other(&format!("/tasks/{}", uid_text(run))))
}

/// `GET /models/{version}/{file}`: a file of its folder, from the store, or the model in another form.
pub async fn file(state: web::Data<State>, at: web::Path<(String, String)>) -> Reply {
    let (version, name) = at.into_inner();
    let version = number(&version)?;
    let form = Form::ALL.into_iter().map(|it| it.1).find(|it| it.file() == name);
    let (name, bytes) = if let Some(form) = form.filter(|it| *it != Form::Crewkeep) {
        state.office.page(move |cx| exchange::written(cx, version, form)).await?
    } else {
        let (_, files) = state.office.page(move |cx| registry::files(cx, version)).await?;
        let found = files.into_iter().find(|it| it.0 == name);
        found.map(|it| (it.0.to_owned(), it.1)).ok_or_else(Failure::not_found)?
    };
    if let Some(form) = form {
        let act = Act::ModelExported(version, form.words().to_owned());
        audit::record(&state.office, act).await?;
    }
    let kind = match name.rsplit_once('.').map(|it| it.1) {
        Some("md") => "text/markdown; charset=utf-8",
        Some("csv") => "text/csv; charset=utf-8",
        _ => "application/json",
    };
    let saved = format!("attachment; filename=\"crewkeep-v{version}-{name}\"");
    Ok(HttpResponse::Ok()
        .content_type(kind)
        .insert_header((header::CONTENT_DISPOSITION, saved))
        .body(bytes))
}

/// `GET /models/compare?a=1&b=2`: without versions, the newest other one against the one in use.
pub async fn compare(state: web::Data<State>, request: HttpRequest) -> Reply {
    let asked = Asked::of(&request);
    let wanted = |name: &str| asked.get(name).map(number).transpose();
    let (a, b) = (wanted("a")?, wanted("b")?);
    let (mut shell, (it, entries)) = read(&state, &request, &COMPARE, move |cx| {
        let entries = registry::list(cx)?;
        let used = entries.iter().find(|it| it.record.state == Stands::InUse);
        let a = a.or(used.map(|it| it.record.version)).unwrap_or(1);
        let other = entries.iter().map(|it| it.record.version).find(|it| *it != a);
        let it = registry::compare(cx, a, b.or(other).unwrap_or(a))?;
        Ok((it, entries))
    })
    .await?;
    let (a, b) = (it.a.record.version, it.b.record.version);
    under_models(&mut shell, &format!("v{a} and v{b}"), Some((PAGE.title, PAGE.path)));
    let of = |version: u32| (format!("v{version}"), format!("/models/{version}"));
    html(&ComparePage {
        title: format!("Models v{a} and v{b}"),
        lede: panels::compare_lede(&it),
        a: of(a),
        b: of(b),
        choices: panels::choices(&entries, Some(&it.a), Some(&it.b)),
        figures: panels::figures(&it),
        lines: panels::lines(&it),
        made: panels::made_differently(&it),
        scores: it.scores.as_ref().map(panels::scores_words),
        changes: it.scores.as_ref().map(panels::changes).unwrap_or_default(),
        changes_meta: it.scores.as_ref().map(panels::changes_meta).unwrap_or_default(),
        shell,
    })
}

/// The page of a version; with a reason that was sent and what is wrong with it, the form comes back.
async fn page(
    state: &State,
    request: &HttpRequest,
    version: u32,
    sent: Option<(String, String)>,
) -> Reply {
    let (mut shell, (entry, used)) = read(state, request, &VERSION, move |cx| {
        Ok((registry::find(cx, version)?, registry::in_use(cx)?))
    })
    .await?;
    let name = format!("Model v{version}");
    under_models(&mut shell, &name, Some((PAGE.title, PAGE.path)));
    shell.title.clone_from(&name);
    let (today, days) = (state.office.clock().today(), state.office.config().model_expires_days);
    let status = if sent.is_some() {
        shell.title = format!("Error: {name}");
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let problems =
        sent.iter().map(|(_, words)| Problem { field: "reason".to_owned(), words: words.clone() });
    let other = used.as_ref().map(|it| it.record.version).filter(|it| *it != version);
    let files = [
        (MODEL, "the model itself"),
        (CARD_TEXT, "its card in words"),
        (CARD_JSON, "its card for programs"),
        (MANIFEST, "hashes of the three"),
        (Form::Interpret.file(), "the model as InterpretML JSON"),
        (Form::Csv.file(), "the model as lookup table (CSV), to score by hand"),
    ];
    let origin = entry.card.origin.as_ref().map(Origin::sentences).unwrap_or_default();
    let edits = entry.card.edits.iter().map(EditCard::words);
    let page = VersionPage {
        title: panels::version_title(&entry),
        lede: app::models::verdict(&entry.card).1,
        notes: panels::notes(&entry, today, days),
        gates: entry.gates.iter().map(panels::gate).collect(),
        gates_meta: "passed: ".to_owned() + &app::gates::passed_words(&entry.gates),
        problems: problems.collect(),
        promote: panels::promote(&entry, used.as_ref(), sent),
        origin: origin.into_iter().chain(edits).collect(),
        figures: panels::card_figures(&entry),
        made: panels::made(&entry, days),
        files: files
            .map(|(name, words)| (name, format!("/models/{version}/{name}"), words))
            .to_vec(),
        folder: format!("models/{}/{version}", entry.record.kind),
        compare: other.map(|it| format!("{}?a={it}&b={version}", COMPARE.path)),
        shell,
    };
    html_with(status, &page)
}

/// Queues a scoring with the model that is in use now and leads back to the list.
async fn scored_anew(state: &State) -> Reply {
    let queue = state.queue.clone();
    act(move || queue.ask(&Score {})).await?;
    Ok(see_other(PAGE.path))
}

fn number(text: &str) -> Result<u32, Failure> {
    text.trim_start_matches('v').parse().map_err(|_not_a_number| Failure::not_found())
}

/// Breadcrumbs below Models.
fn under_models(shell: &mut Shell, name: &str, up: Option<(&str, &str)>) {
    shell.current = model::PAGE.id;
    let link = |(title, path): (&str, &str)| (title.to_owned(), Some(path.to_owned()));
    shell.crumbs = std::iter::once(link((model::PAGE.title, model::PAGE.path)))
        .chain(up.map(link))
        .chain([(name.to_owned(), None)])
        .collect();
}
