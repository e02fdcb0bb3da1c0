//! Live progress as server-sent events.
//!
//! Two streams from the same channel: `/tasks/{uid}/events` sends `data: {json}` lines and ends with
//! `data: [DONE]`, for programs; `/events` sends the task chip and the watched task's panel as
//! HTML, for pages. Never compressed, a comment every 15 seconds.

use std::time::Duration;

use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{HttpResponse, web};
use askama::Template;
use futures_util::stream;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use super::State;
use super::error::Failure;
use super::pages::train::TaskPanel;
use super::pages::{uid_of, uid_text};
use super::reply::task_chip;
use super::shell::TaskChipPart;
use crate::app::runs::Uid;
use crate::task::RunView;

/// Where every page's chip listens.
pub(super) const CHIP_STREAM: &str = "/events?topics=tasks";
/// What a topic that watches a task begins with.
const TASK_TOPIC: &str = "task:";

/// Tasks one browser may watch at once.
const WATCHED_MAX: usize = 20;
const PING_EVERY: Duration = Duration::from_secs(15);

/// What a program reads of a run.
#[derive(Debug, Serialize)]
struct Progress<'a> {
    task: String,
    name: &'a str,
    state: &'a str,
    done: u64,
    total: u64,
    percent: u64,
    message: &'a str,
    outcome: Option<&'a str>,
    seconds: f64,
}

/// `GET /tasks/{uid}/events`.
pub(super) async fn task(
    state: web::Data<State>,
    uid: web::Path<String>,
) -> Result<HttpResponse, Failure> {
    let uid = uid_of(&uid).ok_or_else(Failure::not_found)?;
    let Some(views) = state.queue.watch(uid) else {
        let run = state.office.page(move |cx| crate::app::runs::find(cx, uid)).await?;
        let last = serde_json::json!({
            "task": uid_text(uid), "name": run.name, "state": run.state, "done": run.done,
            "total": run.total, "message": run.message, "outcome": run.outcome,
        });
        return Ok(reply(stream::iter([data(&last.to_string()), data("[DONE]")])));
    };
    let steps = stream::unfold(Step::First(views), |step| async move {
        let views = match step {
            Step::First(views) => views,
            Step::Next(mut views) => match changed(&mut views).await {
                Some(ping) if ping => return Some((comment(), Step::Next(views))),
                _ => views,
            },
            Step::Last => return Some((data("[DONE]"), Step::Over)),
            Step::Over => return None,
        };
        let view = views.borrow().clone();
        let next = if view.ended() { Step::Last } else { Step::Next(views) };
        Some((data(&json(&view)), next))
    });
    Ok(reply(steps))
}

enum Step {
    First(watch::Receiver<RunView>),
    Next(watch::Receiver<RunView>),
    Last,
    Over,
}

/// What `/events` is asked to watch besides the chip.
#[derive(Debug, Deserialize)]
pub(super) struct Topics {
    topics: Option<String>,
}

/// Where the panel of a task listens; the browser's one stream carries it beside the chip.
pub(super) fn task_stream(uid: Uid) -> String {
    format!("/events?topics={TASK_TOPIC}{}", uid_text(uid))
}

/// `GET /events?topics=tasks,task:{uid}`: one stream serves every tab of a browser.
pub(super) async fn page(state: web::Data<State>, topics: web::Query<Topics>) -> HttpResponse {
    let topics = topics.topics.as_deref().unwrap_or_default().split(',');
    let watched = topics.filter_map(|it| uid_of(it.strip_prefix(TASK_TOPIC)?));
    let watched: Vec<Uid> = watched.take(WATCHED_MAX).collect();
    let changes = state.queue.watch_all();
    let first = (state, watched, changes, true);
    reply(stream::unfold(first, |(state, watched, mut changes, first)| async move {
        if !first {
            match tokio::time::timeout(PING_EVERY, changes.changed()).await {
                Err(_late) => return Some((comment(), (state, watched, changes, false))),
                Ok(Err(_gone)) => return None,
                Ok(Ok(())) => tokio::time::sleep(Duration::from_millis(250)).await,
            }
            changes.mark_unchanged();
        }
        let bytes = events(&state, &watched);
        Some((bytes, (state, watched, changes, false)))
    }))
}

fn events(state: &State, watched: &[Uid]) -> Bytes {
    let chip = task_chip(state);
    let mut text = event("tasks", &TaskChipPart { chip: &chip }.render().unwrap_or_default());
    for views in watched.iter().filter_map(|uid| state.queue.watch(*uid)) {
        let view = views.borrow().clone();
        let name = format!("task-{}", uid_text(view.uid));
        text += &event(&name, &TaskPanel::of(&view).render().unwrap_or_default());
    }
    Bytes::from(text)
}

async fn changed(views: &mut watch::Receiver<RunView>) -> Option<bool> {
    match tokio::time::timeout(PING_EVERY, views.changed()).await {
        Err(_late) => Some(true),
        Ok(Ok(())) => Some(false),
        Ok(Err(_gone)) => None,
    }
}

fn json(view: &RunView) -> String {
    serde_json::to_string(&Progress {
        task: uid_text(view.uid),
        name: &view.name,
        state: view.state,
        done: view.done,
        total: view.total,
        percent: view.percent(),
        message: &view.message,
        outcome: view.outcome.as_deref(),
        seconds: (view.seconds * 10.0).round() / 10.0,
    })
    .unwrap_or_default()
}

fn data(text: &str) -> Bytes {
    Bytes::from(format!("data: {text}\n\n"))
}

fn event(name: &str, html: &str) -> String {
    let lines: Vec<String> = html.lines().map(|it| format!("data: {it}\n")).collect();
    format!("event: {name}\n{}\n", lines.concat())
}

fn comment() -> Bytes {
    Bytes::from_static(b": still here\n\n")
}

fn reply(bytes: impl futures_util::Stream<Item = Bytes> + 'static) -> HttpResponse {
    use futures_util::StreamExt;
    HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .streaming(bytes.map(Ok::<_, std::io::Error>))
}
