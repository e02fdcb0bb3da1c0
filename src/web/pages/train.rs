//! Train: start a training, watch it and every other task, stop it, ask again.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::{Nav, Page, uid_of, uid_text};
use crate::app::runs::{self, Run, state};
use crate::domain::calendar::second_text;
use crate::task::RunView;
use crate::web::State;
use crate::web::error::Failure;
use crate::web::reply::{Reply, act, html, read, see_other};
use crate::web::shell::Shell;
use crate::web::sse::task_stream;

/// The list of tasks and the button that trains.
pub const PAGE: Page = Page {
    id: "train",
    path: "/train",
    title: "Train",
    help: "Train a new model and watch what the machine is working on.",
    nav: Some(Nav { group: 1, icon: "train", key: 'r', tab: false }),
};

/// One task.
pub const TASK: Page = Page {
    id: "task",
    path: "/tasks/{uid}",
    title: "Task",
    help: "One piece of background work: how far it is, and what came out.",
    nav: None,
};

/// What changes while a task runs; swapped as a whole.
#[derive(Debug, Template)]
#[template(path = "parts/_task_panel.html")]
pub struct TaskPanel {
    /// What it is called.
    pub title: String,
    /// Where it stands.
    pub state: &'static str,
    /// Percent finished.
    pub percent: u64,
    /// What is happening or what came out.
    pub message: String,
    /// Time so far.
    pub seconds: String,
    /// Whether nothing more will happen.
    pub ended: bool,
    /// Where to ask it to stop.
    pub stop: String,
}

impl TaskPanel {
    /// The panel of a run.
    pub fn of(view: &RunView) -> Self {
        Self {
            title: view.title.clone(),
            state: view.state,
            percent: view.percent(),
            message: view.message.clone(),
            seconds: format!("{:.0} s", view.seconds),
            ended: view.ended(),
            stop: format!("/tasks/{}/stop", uid_text(view.uid)),
        }
    }
}

/// One line of the list.
struct RunLine {
    title: String,
    href: String,
    state: &'static str,
    asked: String,
    words: String,
}

#[derive(Template)]
#[template(path = "pages/train.html")]
struct TrainPage {
    shell: Shell,
    runs: Vec<RunLine>,
}

#[derive(Template)]
#[template(path = "pages/task.html")]
struct TaskPage {
    shell: Shell,
    uid: String,
    stream: String,
    panel: TaskPanel,
    again: Option<String>,
}

/// `GET /train`.
pub async fn list(state: web::Data<State>, request: HttpRequest) -> Reply {
    let (shell, runs) = read(&state, &request, &PAGE, runs::list).await?;
    let runs = runs.iter().map(line).collect();
    html(&TrainPage { shell, runs })
}

/// `GET /tasks/{uid}`.
pub async fn task(state: web::Data<State>, uid: web::Path<String>, request: HttpRequest) -> Reply {
    let uid = uid_of(&uid).ok_or_else(Failure::not_found)?;
    let (mut shell, run) = read(&state, &request, &TASK, move |cx| runs::find(cx, uid)).await?;
    let text = uid_text(uid);
    let panel = match state.queue.watch(uid) {
        Some(views) => TaskPanel::of(&views.borrow()),
        None => kept(&run),
    };
    shell.title.clone_from(&panel.title);
    let again = (panel.ended && panel.state != state::DONE).then(|| format!("/tasks/{text}/again"));
    html(&TaskPage { shell, stream: task_stream(uid), uid: text, panel, again })
}

/// `POST /tasks/{uid}/stop`.
pub async fn stop(
    state: web::Data<State>,
    uid: web::Path<String>,
) -> Result<HttpResponse, Failure> {
    let uid = uid_of(&uid).ok_or_else(Failure::not_found)?;
    state.queue.stop(uid);
    Ok(see_other(&format!("/tasks/{}", uid_text(uid))))
}

/// `POST /tasks/{uid}/again`.
pub async fn again(
    state: web::Data<State>,
    uid: web::Path<String>,
) -> Result<HttpResponse, Failure> {
    let uid = uid_of(&uid).ok_or_else(Failure::not_found)?;
    let run = state.office.page(move |cx| runs::find(cx, uid)).await?;
    let queue = state.queue.clone();
    let new = act(move || queue.ask_again(run)).await?;
    Ok(see_other(&format!("/tasks/{}", uid_text(new))))
}

fn line(run: &Run) -> RunLine {
    RunLine {
        title: title(&run.name),
        href: format!("/tasks/{}", uid_text(run.uid)),
        state: known(&run.state),
        asked: second_text(run.created_at),
        words: run.outcome.clone().unwrap_or_else(|| run.message.clone()),
    }
}

/// A run of an earlier start, as the store remembers it.
fn kept(run: &Run) -> TaskPanel {
    let seconds = run.started_at.zip(run.finished_at).map_or(0, |it| it.1 - it.0);
    TaskPanel {
        title: title(&run.name),
        state: known(&run.state),
        percent: (run.done * 100).checked_div(run.total).unwrap_or(0),
        message: run.outcome.clone().unwrap_or_else(|| run.message.clone()),
        seconds: format!("{seconds} s"),
        ended: true,
        stop: String::new(),
    }
}

fn title(name: &str) -> String {
    crate::task::find(name).map_or(name, |it| it.title).to_owned()
}

fn known(text: &str) -> &'static str {
    use state::{CANCELLED, DONE, FAILED, INTERRUPTED, RUNNING, WAITING};
    [WAITING, RUNNING, DONE, FAILED, CANCELLED]
        .into_iter()
        .find(|it| *it == text)
        .unwrap_or(INTERRUPTED)
}
