//! Data: what is loaded, how fresh it is, what looks odd, the latest loads, and the way in.

#[cfg(test)]
mod tests;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::{Nav, Page, uid_of, uid_text};
use crate::app::imports::{self, BAD_PAGE, FactHeld, Finding, Load, Overview, stage::Stage};
use crate::domain::calendar::second_text;
use crate::domain::count::{counted, grouped};
use crate::web::State;
use crate::web::error::Failure;
use crate::web::parts::{PagerView, Problem, TableView, ThView};
use crate::web::reply::{Reply, act, html, html_with, read};
use crate::web::shell::Shell;

/// The state of the data and the way in.
pub const PAGE: Page = Page {
    id: "data",
    path: "/data",
    title: "Data",
    help: "What is loaded, how fresh it is, what looks odd, and how to load more.",
    nav: Some(Nav { group: 1, icon: "data", key: 'd', tab: false }),
};

/// One load.
pub const LOAD: Page = Page {
    id: "load",
    path: "/data/loads/{uid}",
    title: "Load",
    help: "What became of one file, and the rows of it that were refused.",
    nav: None,
};

/// Names of files told of one import that waits.
const NAMED_MAX: usize = 3;

/// The two ways to hand files over; also on the first-run page.
#[derive(Debug, Default)]
pub(super) struct Forms {
    /// The path as sent.
    pub(super) path: String,
    /// What is wrong with it.
    pub(super) path_error: Option<String>,
    /// What is wrong with the files.
    pub(super) files_error: Option<String>,
}

impl Forms {
    /// The lines of the summary: the words of each field's error.
    fn problems(&self) -> Vec<Problem> {
        let fields = [("files", &self.files_error), ("path", &self.path_error)];
        let problem = |(field, error): (&str, &Option<String>)| {
            Some(Problem { field: field.to_owned(), words: error.clone()? })
        };
        fields.into_iter().filter_map(problem).collect()
    }
}

/// Findings of one severity.
struct FindingGroup {
    title: &'static str,
    kind: &'static str,
    items: Vec<(String, String, String)>,
}

/// One line of the latest loads.
struct LoadLine {
    file: String,
    href: String,
    holds: String,
    at: String,
    counts: String,
    refused: u64,
    refused_words: String,
}

/// One import that waits for a look.
struct WaitingLine {
    words: String,
    about: String,
    href: String,
    discard: String,
}

#[derive(Template)]
#[template(path = "pages/data.html")]
struct DataPage {
    shell: Shell,
    lede: String,
    empty: bool,
    problems: Vec<Problem>,
    forms: Forms,
    waiting: Vec<WaitingLine>,
    facts: TableView,
    findings: Vec<FindingGroup>,
    notes: Vec<(String, String, String)>,
    loads: Vec<LoadLine>,
}

#[derive(Template)]
#[template(path = "pages/load.html")]
struct LoadPage {
    shell: Shell,
    file: String,
    lede: String,
    facts: Vec<(String, String)>,
    refused: Vec<(String, String, String)>,
    quarantined: u64,
    rows: TableView,
    pager: Option<PagerView>,
    csv: String,
}

/// `GET /data`.
pub async fn show(state: web::Data<State>, request: HttpRequest) -> Reply {
    with_forms(&state, &request, Forms::default()).await
}

/// The page with the forms as they were sent; 422 when something is wrong with them.
pub(super) async fn with_forms(state: &State, request: &HttpRequest, forms: Forms) -> Reply {
    let (mut shell, overview) = read(state, request, &PAGE, imports::overview).await?;
    let office = state.office.clone();
    let waiting = act(move || Ok(office.stages()?.iter().map(waiting).collect())).await?;
    let problems = forms.problems();
    let status = if problems.is_empty() {
        StatusCode::OK
    } else {
        shell.title = format!("Error: {}", shell.title);
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let (graver, notes): (Vec<_>, Vec<_>) =
        overview.findings.iter().partition(|it| it.severity != imports::NOTE);
    let page = DataPage {
        lede: lede(&overview),
        empty: overview.is_empty(),
        problems,
        forms,
        waiting,
        facts: facts(&overview.facts),
        findings: groups(&graver),
        notes: notes.iter().map(|it| finding(it)).collect(),
        loads: overview.loads.iter().map(line).collect(),
        shell,
    };
    html_with(status, &page)
}

/// What a load is asked for.
#[derive(Debug, Deserialize)]
pub struct Asked {
    page: Option<u64>,
}

/// `GET /data/loads/{uid}`.
pub async fn load(
    state: web::Data<State>,
    uid: web::Path<String>,
    asked: web::Query<Asked>,
    request: HttpRequest,
) -> Reply {
    let uid = uid_of(&uid).ok_or_else(Failure::not_found)?;
    let page = asked.page.unwrap_or(1).max(1);
    let (mut shell, (load, rows)) =
        read(&state, &request, &LOAD, move |cx| imports::bad_page(cx, uid, page - 1)).await?;
    shell.title.clone_from(&load.file);
    shell.current = PAGE.id;
    shell.crumbs =
        vec![(PAGE.title.to_owned(), Some(PAGE.path.to_owned())), (load.file.clone(), None)];
    let path = format!("/data/loads/{}", uid_text(uid));
    let first = (page - 1) * BAD_PAGE;
    let kept = load.quarantined.min(imports::BAD_KEPT_MAX as u64);
    let text = |row: &imports::BadRow| {
        vec![grouped(row.row), row.column.clone(), row.value.clone(), row.reason.clone()]
    };
    let rows = TableView {
        caption: format!("Refused rows of {}", load.file),
        caption_hidden: true,
        head: vec![
            ThView::text("Row"),
            ThView::text("Column"),
            ThView::text("Value"),
            ThView::text("What is wrong"),
        ],
        rows: rows.iter().map(text).collect(),
    };
    let last = first + rows.rows.len() as u64;
    let pager = (kept > BAD_PAGE).then(|| PagerView {
        words: format!("{} to {} of {}", first + 1, last, grouped(kept)),
        back: (page > 1).then(|| format!("{path}?page={}", page - 1)),
        next: (last < kept).then(|| format!("{path}?page={}", page + 1)),
    });
    let refused = imports::refused_of(&load);
    html(&LoadPage {
        lede: load_lede(&load, kept),
        facts: load_facts(&load),
        refused: refused.into_iter().map(|it| (it.header, it.what, it.why)).collect(),
        quarantined: load.quarantined,
        rows,
        pager,
        csv: format!("{path}/refused.csv"),
        file: load.file,
        shell,
    })
}

/// `GET /data/loads/{uid}/refused.csv`.
pub async fn refused_csv(
    state: web::Data<State>,
    uid: web::Path<String>,
) -> Result<HttpResponse, Failure> {
    let uid = uid_of(&uid).ok_or_else(Failure::not_found)?;
    let (load, csv) = state.office.page(move |cx| imports::bad_csv(cx, uid)).await?;
    let plain = |it: char| if it.is_ascii_alphanumeric() || "-_".contains(it) { it } else { '_' };
    let stem = load.file.rsplit_once('.').map_or(load.file.as_str(), |it| it.0);
    let name: String = stem.chars().map(plain).collect();
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}-refused.csv\""),
        ))
        .body(csv))
}

fn lede(overview: &Overview) -> String {
    if overview.is_empty() {
        return "Nothing is loaded yet.".to_owned();
    }
    let rows = overview.facts.iter().map(|it| it.rows).sum();
    let kinds = overview.facts.iter().filter(|it| it.rows > 0).count();
    let mut text = format!("{} of {}.", counted(rows, "row"), counted(kinds as u64, "kind"));
    if let Some(load) = overview.loads.first() {
        text = format!("{text} Last load {} UTC.", second_text(load.created_at));
    }
    let grave = overview.findings.iter().filter(|it| it.severity != imports::NOTE).count();
    match grave {
        0 => text + " Nothing in it looks odd.",
        1 => text + " One thing is worth a look.",
        more => format!("{text} {more} things are worth a look."),
    }
}

fn facts(held: &[FactHeld]) -> TableView {
    let row = |it: &FactHeld| {
        let none = || "none".to_owned();
        vec![
            imports::words(it.fact.file),
            grouped(it.rows),
            it.days.map_or_else(String::new, |days| format!("{} to {}", days.0, days.1)),
            it.last
                .as_ref()
                .map_or_else(none, |(file, at)| format!("{file}, {} UTC", second_text(*at))),
        ]
    };
    TableView {
        caption: "Rows of each kind".to_owned(),
        caption_hidden: true,
        head: vec![
            ThView::text("Kind"),
            ThView::number("Rows"),
            ThView::text("Days they are about"),
            ThView { class: "hide-md", ..ThView::text("Last load") },
        ],
        rows: held.iter().map(row).collect(),
    }
}

fn groups(findings: &[&Finding]) -> Vec<FindingGroup> {
    let group = |severity: &str, title, kind| FindingGroup {
        title,
        kind,
        items: findings.iter().filter(|it| it.severity == severity).map(|it| finding(it)).collect(),
    };
    let mut groups =
        vec![group("stop", "Mend first", "stop"), group("look", "Worth a look", "warn")];
    groups.retain(|it| !it.items.is_empty());
    groups
}

fn finding(it: &Finding) -> (String, String, String) {
    (it.title.clone(), it.detail.clone(), holds(&it.fact))
}

fn line(load: &Load) -> LoadLine {
    LoadLine {
        file: load.file.clone(),
        href: format!("/data/loads/{}", uid_text(load.uid)),
        holds: holds(&load.fact),
        at: format!("{} UTC", second_text(load.created_at)),
        counts: format!(
            "{} new, {} changed, {} as before",
            grouped(load.inserted),
            grouped(load.updated),
            grouped(load.unchanged)
        ),
        refused: load.quarantined,
        refused_words: counted(load.quarantined, "row"),
    }
}

fn waiting(stage: &Stage) -> WaitingLine {
    let path = format!("/data/import/{}", uid_text(stage.uid));
    let at = second_text(stage.at());
    let named = stage.order.paths.first().filter(|_| !stage.sent);
    let (words, about) = if let Some(path) = named {
        (format!("{} on this machine", path.display()), format!("Named {at} UTC."))
    } else {
        let files = stage.files();
        let size = bytes(files.iter().map(|it| it.1).sum());
        let count = counted(files.len() as u64, "file");
        (names(&files), format!("{count}, {size}, sent {at} UTC."))
    };
    WaitingLine { words, about, discard: format!("{path}/discard"), href: path }
}

/// The first names, and how many more there are.
fn names(files: &[(String, u64)]) -> String {
    let named: Vec<_> = files.iter().take(NAMED_MAX).map(|it| it.0.as_str()).collect();
    match (named.is_empty(), files.len().saturating_sub(NAMED_MAX)) {
        (true, _) => "No files".to_owned(),
        (false, 0) => named.join(", "),
        (false, more) => format!("{} and {more} more", named.join(", ")),
    }
}

/// A size as people read it.
fn bytes(size: u64) -> String {
    match size {
        0..1_000 => counted(size, "byte"),
        1_000..1_000_000 => format!("{} kB", size.div_ceil(1_000)),
        _ => format!("{:.1} MB", size as f64 / 1e6),
    }
}

fn load_lede(load: &Load, kept: u64) -> String {
    match load.quarantined {
        0 => format!("Every row of {} is in.", load.file),
        more if more > kept => {
            format!("{} refused; the first {} are kept here.", were(more), grouped(kept))
        }
        more => format!(
            "{} refused. Correct them in the file and load it again: rows that are in do not \
             change.",
            were(more)
        ),
    }
}

fn were(rows: u64) -> String {
    format!("{} {}", counted(rows, "row"), if rows == 1 { "was" } else { "were" })
}

fn load_facts(load: &Load) -> Vec<(String, String)> {
    let fact = |name: &str, value: String| (name.to_owned(), value);
    vec![
        fact("Holds", holds(&load.fact)),
        fact("Loaded", format!("{} UTC", second_text(load.created_at))),
        fact("Source", load.source.clone()),
        fact("Rows read", grouped(load.rows_read)),
        fact("New", grouped(load.inserted)),
        fact("Changed", grouped(load.updated)),
        fact("As before", grouped(load.unchanged)),
        fact("Refused", grouped(load.quarantined)),
        fact("SHA-256 of the file", format!("{}…", load.file_hash.get(..12).unwrap_or_default())),
    ]
}

/// A kind of row as people call it.
fn holds(table: &str) -> String {
    imports::fact_of(table).map_or_else(|| imports::words(table), |it| imports::words(it.file))
}
