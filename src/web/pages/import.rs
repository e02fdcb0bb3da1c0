//! Import: what each file holds and what each column was taken for, settled by a person before
//! anything is saved.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::{Page, data, first_run, uid_of, uid_text};
use crate::app::imports::{
    self, ChoiceProblem, Chosen, ColumnLook, FileLook, Look, Preview, Take, Use,
};
use crate::app::runs::Uid;
use crate::domain::count::counted;
use crate::domain::fact::{FACTS, Fact};
use crate::task::Import;
use crate::web::State;
use crate::web::error::Failure;
use crate::web::parts::{OptionView, Problem, StepView};
use crate::web::query::escaped;
use crate::web::reply::{Reply, act, html_with, read, see_other};
use crate::web::shell::Shell;

/// The look at files before they are loaded.
pub const PAGE: Page = Page {
    id: "import",
    path: "/data/import/{uid}",
    title: "Check files",
    help: "What each file holds and what each column was taken for, before anything is saved.",
    nav: None,
};

/// One file of the order.
struct FileLine {
    id: String,
    name: String,
    href: String,
    current: bool,
    holds: String,
    rows: String,
    icon: &'static str,
    state: String,
}

/// The file whose columns are shown.
struct Current {
    name: String,
    about: String,
    kinds: Vec<OptionView>,
    kind: &'static str,
    one_row: &'static str,
    columns: Vec<ColumnLine>,
    missing: Vec<String>,
    before: Option<String>,
    failed: Option<String>,
    left_out: bool,
    settled: bool,
    preview: Option<PreviewTable>,
}

/// One column of it.
struct ColumnLine {
    id: String,
    header: String,
    values: String,
    options: Vec<OptionView>,
    /// What it is and why, when it is never read.
    never: Option<(&'static str, &'static str)>,
    icon: &'static str,
    state: String,
    reason: String,
    error: Option<String>,
}

/// Its first rows.
struct PreviewTable {
    head: Vec<String>,
    rows: Vec<PreviewLine>,
    bad: usize,
}

struct PreviewLine {
    row: u64,
    cells: Vec<(String, Option<String>)>,
    problem: Option<String>,
}

#[derive(Template)]
#[template(path = "pages/import.html")]
struct ImportPage {
    shell: Shell,
    steps: Vec<StepView>,
    problems: Vec<Problem>,
    lede: String,
    path: String,
    files: Vec<FileLine>,
    current: Option<Current>,
    ignored: Vec<(String, String)>,
    load: Option<String>,
}

/// Which file is shown, and as what.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    file: Option<String>,
    holds: Option<String>,
}

/// What was sent and could not be taken.
#[derive(Default)]
struct Sent {
    choices: Vec<String>,
    wrong: Vec<ChoiceProblem>,
    problems: Vec<Problem>,
}

/// `GET /data/import/{uid}`.
pub async fn show(
    state: web::Data<State>,
    uid: web::Path<String>,
    asked: web::Query<Asked>,
    request: HttpRequest,
) -> Reply {
    let uid = uid_of(&uid).ok_or_else(Failure::not_found)?;
    page(&state, &request, uid, asked.into_inner(), Sent::default()).await
}

/// `POST /data/import/{uid}/columns`: settles one file, leaves it out or goes back to the guess.
pub async fn columns(
    state: web::Data<State>,
    uid: web::Path<String>,
    form: web::Form<Vec<(String, String)>>,
    request: HttpRequest,
) -> Reply {
    let uid = uid_of(&uid).ok_or_else(Failure::not_found)?;
    let sent = |name: &str| form.iter().find(|it| it.0 == name).map(|it| it.1.clone());
    let file = sent("file").unwrap_or_default();
    let back = format!("/data/import/{}?file={}", uid_text(uid), escaped(&file));
    let office = state.office.clone();
    match sent("then").as_deref() {
        Some("leave") => {
            let chosen = Chosen { file: Some(file), mapping: None };
            act(move || office.settle_stage(uid, chosen)).await?;
            return Ok(see_other(&back));
        }
        Some("guess") => {
            act(move || office.unsettle_stage(uid, &file)).await?;
            return Ok(see_other(&back));
        }
        _ => {}
    }
    let holds = sent("holds").unwrap_or_default();
    let fact = imports::fact_of(&holds).ok_or_else(Failure::not_found)?;
    let choices = choices(&form);
    let (name, sent) = (file.clone(), choices.clone());
    let settled = act(move || {
        let stage = office.stage(uid)?;
        match imports::choose_columns(&stage.order, &name, fact, &sent)? {
            Ok(chosen) => office.settle_stage(uid, chosen).map(|()| Vec::new()),
            Err(wrong) => Ok(wrong),
        }
    })
    .await?;
    if settled.is_empty() {
        return Ok(see_other(&format!("{back}#first-rows")));
    }
    let anchor = |it: &ChoiceProblem| it.column.map_or("columns".to_owned(), |at| format!("m{at}"));
    let problem = |it: &ChoiceProblem| Problem { field: anchor(it), words: it.words.clone() };
    let problems = settled.iter().map(problem).collect();
    let asked = Asked { file: Some(file), holds: Some(holds) };
    page(&state, &request, uid, asked, Sent { choices, wrong: settled, problems }).await
}

/// What is asked of a load.
#[derive(Debug, Deserialize)]
pub struct LoadForm {
    force: Option<String>,
}

/// `POST /data/import/{uid}/load`.
pub async fn load(
    state: web::Data<State>,
    uid: web::Path<String>,
    form: web::Form<LoadForm>,
    request: HttpRequest,
) -> Reply {
    let uid = uid_of(&uid).ok_or_else(Failure::not_found)?;
    let office = state.office.clone();
    let mut stage = act(move || office.stage(uid)).await?;
    stage.order.force = form.force.is_some();
    let order = stage.order.clone();
    let look = state.office.page(move |cx| imports::look(cx, &order, None)).await?;
    let problems = unready(&look);
    if !problems.is_empty() {
        let asked = Asked { file: first_unready(&look), holds: None };
        return page(&state, &request, uid, asked, Sent { problems, ..Sent::default() }).await;
    }
    let queue = state.queue.clone();
    let task = Import { order: stage.order, stage: Some(uid) };
    let run = act(move || queue.ask(&task)).await?;
    Ok(see_other(&format!("/tasks/{}", uid_text(run))))
}

/// `POST /data/import/{uid}/discard`.
pub async fn discard(
    state: web::Data<State>,
    uid: web::Path<String>,
) -> Result<HttpResponse, Failure> {
    let uid = uid_of(&uid).ok_or_else(Failure::not_found)?;
    let office = state.office.clone();
    act(move || office.discard_stage(uid)).await?;
    Ok(see_other("/data"))
}

async fn page(state: &State, request: &HttpRequest, uid: Uid, asked: Asked, sent: Sent) -> Reply {
    let office = state.office.clone();
    let stage = act(move || office.stage(uid)).await?;
    let fact = asked.holds.as_deref().and_then(imports::fact_of);
    let take = asked.file.clone().zip(fact).map(|(file, fact)| Take { file, fact });
    let order = stage.order;
    let (mut shell, look) =
        read(state, request, &PAGE, move |cx| imports::look(cx, &order, take.as_ref())).await?;
    shell.current = data::PAGE.id;
    shell.crumbs = vec![
        (data::PAGE.title.to_owned(), Some(data::PAGE.path.to_owned())),
        (PAGE.title.to_owned(), None),
    ];
    let path = format!("/data/import/{}", uid_text(uid));
    let name = asked.file.or_else(|| first_unready(&look));
    let at = name.and_then(|name| look.files.iter().position(|it| it.name == name)).unwrap_or(0);
    let current = look.files.get(at).map(|it| current(it, fact, &sent));
    let files =
        look.files.iter().enumerate().map(|(index, it)| line(it, index, index == at, &path));
    let ready = look.files.iter().filter(|it| !it.left_out).count() as u64;
    let status = if sent.problems.is_empty() {
        StatusCode::OK
    } else {
        shell.title = format!("Error: {}", shell.title);
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let page = ImportPage {
        steps: first_run::steps(1),
        lede: lede(&look),
        files: files.collect(),
        current,
        ignored: look.ignored,
        load: (ready > 0).then(|| format!("Load {}", counted(ready, "file"))),
        problems: sent.problems,
        path,
        shell,
    };
    html_with(status, &page)
}

fn lede(look: &Look) -> String {
    let rows = look.files.iter().map(|it| it.rows).sum();
    let refused = |it: &&ColumnLook| matches!(it.becomes, Use::Refused { .. });
    let refused = look.files.iter().flat_map(|it| &it.columns).filter(refused).count() as u64;
    let mut text = format!(
        "{}, about {}. Nothing is saved yet.",
        counted(look.files.len() as u64, "file"),
        counted(rows, "row")
    );
    if refused > 0 {
        text += " ";
        text += &counted(refused, "column");
        text += if refused == 1 { " is" } else { " are" };
        text += " never read, whatever you choose: the law treats such columns as protected, or as \
                 a stand-in for something protected.";
    }
    text
}

fn line(file: &FileLook, index: usize, current: bool, path: &str) -> FileLine {
    let (icon, state) = match () {
        () if file.left_out => ("minus", "Left out".to_owned()),
        () if file.failed.is_some() => ("warn", "Cannot be read as it is".to_owned()),
        () if file.mapping.is_none() => ("warn", "A column is missing".to_owned()),
        () if file.before.is_some() => ("clock", "Loaded before".to_owned()),
        () if file.settled => ("check", "Ready".to_owned()),
        () if unsure(file) > 0 => {
            ("info", format!("Ready, check {}", counted(unsure(file), "column")))
        }
        () => ("check", "Ready".to_owned()),
    };
    FileLine {
        id: format!("file-{index}"),
        href: format!("{path}?file={}", escaped(&file.name)),
        name: file.name.clone(),
        current,
        holds: file.fact.map_or("Not known".to_owned(), |it| imports::words(it.file)),
        rows: counted(file.rows, "row"),
        icon,
        state,
    }
}

fn unsure(file: &FileLook) -> u64 {
    let unsure = |it: &&ColumnLook| matches!(it.becomes, Use::Feeds { sure: false, .. });
    file.columns.iter().filter(unsure).count() as u64
}

fn is_unready(file: &FileLook) -> bool {
    !file.left_out && (file.failed.is_some() || file.mapping.is_none())
}

fn first_unready(look: &Look) -> Option<String> {
    look.files.iter().find(|it| is_unready(it)).map(|it| it.name.clone())
}

fn unready(look: &Look) -> Vec<Problem> {
    let problem = |(index, it): (usize, &FileLook)| {
        let why = match &it.failed {
            Some(told) => told.to_string(),
            None => format!("{} lacks a column that every row needs.", it.name),
        };
        Problem { field: format!("file-{index}"), words: format!("{why} Mend it or leave it out.") }
    };
    look.files.iter().enumerate().filter(|it| is_unready(it.1)).map(problem).collect()
}

fn current(file: &FileLook, taken: Option<&'static Fact>, sent: &Sent) -> Current {
    let fact = file.fact;
    let kinds = FACTS.iter().map(|it| OptionView {
        value: it.table.to_owned(),
        label: imports::words(it.file),
        chosen: fact.is_some_and(|fact| fact.table == it.table),
    });
    let missing = |(name, nearest): &(&'static str, Vec<String>)| {
        let near = match nearest.as_slice() {
            [] => String::new(),
            near => format!(" It may be {}.", near.join(" or ")),
        };
        format!("Nothing is {} yet.{near}", imports::words(name))
    };
    let columns = file.columns.iter().enumerate();
    Current {
        name: file.name.clone(),
        about: format!("about {}, {}", counted(file.rows, "row"), file.written),
        kinds: kinds.collect(),
        kind: fact.map_or("", |it| it.table),
        one_row: fact.map_or("", |it| it.one_row),
        columns: columns.map(|(at, it)| column(fact, at, it, sent)).collect(),
        missing: file.missing.iter().map(missing).collect(),
        before: file.before.clone(),
        failed: file.failed.as_ref().map(ToString::to_string),
        left_out: file.left_out,
        settled: file.settled && taken.is_none(),
        preview: file.preview.as_ref().map(preview),
    }
}

fn column(fact: Option<&'static Fact>, at: usize, it: &ColumnLook, sent: &Sent) -> ColumnLine {
    let (guess, icon, state, reason) = match &it.becomes {
        Use::Feeds { choice, confidence, sure, reason, unread } => {
            let state = match (confidence, sure) {
                (None, _) => "Settled".to_owned(),
                _ if !unread.is_empty() => "Some values do not fit".to_owned(),
                (Some(_), true) => "By its name".to_owned(),
                (Some(it), false) => format!("Guessed, {:.0}% sure", it * 100.0),
            };
            let unread = match unread.as_slice() {
                [] => String::new(),
                values => format!(" Cannot be read so: {}.", values.join(", ")),
            };
            let icon = if *sure { "check" } else { "info" };
            (choice.as_str(), icon, state, format!("{reason}{unread}"))
        }
        Use::Refused { what, .. } => ("", "lock", (*what).to_owned(), String::new()),
        Use::LeftOut { reason } => ("", "minus", "Not used".to_owned(), reason.clone()),
    };
    let chosen = sent.choices.get(at).map_or(guess, String::as_str);
    let mut options = vec![OptionView {
        value: String::new(),
        label: "Do not use".to_owned(),
        chosen: chosen.is_empty(),
    }];
    options.extend(
        fact.map(imports::options).unwrap_or_default().into_iter().map(|it| OptionView {
            chosen: it.value == chosen,
            value: it.value,
            label: it.label,
        }),
    );
    let error = sent.wrong.iter().find(|it| it.column == Some(at)).map(|it| it.words.clone());
    ColumnLine {
        id: format!("m{at}"),
        header: it.header.clone(),
        values: it.values.iter().take(3).cloned().collect::<Vec<_>>().join(", "),
        options,
        never: match it.becomes {
            Use::Refused { what, why } => Some((what, why)),
            _ => None,
        },
        icon,
        state,
        reason,
        error,
    }
}

fn preview(preview: &Preview) -> PreviewTable {
    let rows: Vec<_> = preview
        .rows
        .iter()
        .map(|row| PreviewLine {
            row: row.row,
            cells: row
                .cells
                .iter()
                .map(|cell| match &cell.problem {
                    Some(problem) => (cell.raw.clone(), Some(problem.clone())),
                    None => (cell.read.clone(), None),
                })
                .collect(),
            problem: row.problem.clone(),
        })
        .collect();
    let is_bad =
        |it: &&PreviewLine| it.problem.is_some() || it.cells.iter().any(|it| it.1.is_some());
    PreviewTable {
        head: preview.columns.iter().map(|it| imports::words(it.name)).collect(),
        bad: rows.iter().filter(is_bad).count(),
        rows,
    }
}

/// The choices of a form, in the order of the file's columns.
fn choices(form: &[(String, String)]) -> Vec<String> {
    let mut choices = Vec::new();
    for (name, value) in form {
        let Some(at) = name.strip_prefix('m').and_then(|it| it.parse::<usize>().ok()) else {
            continue;
        };
        if at < 1000 {
            choices.resize(choices.len().max(at + 1), String::new());
            choices[at].clone_from(value);
        }
    }
    choices
}
