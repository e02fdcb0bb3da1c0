//! Live progress as server-sent events.
//!
//! Two streams from the same channel: `/tasks/{uid}/events` sends `data: {json}` lines and ends with
//! `data: [DONE]`, for programs; `/events?topics=tasks,task:{uid}` sends the task chip and panels of
//! the watched tasks as HTML, for pages. A page's stream repeats nothing that has not changed, sends
//! at most four times a second and starts with everything, so that a lost connection loses nothing.
//! Never compressed, a comment every 15 seconds.

use std::collections::HashMap;
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
use super::pages::task::{LossPanel, ShapesPanel, TaskPanel, learns};
use super::pages::{uid_of, uid_text};
use super::reply::task_chip;
use super::shell::TaskChipPart;
use crate::app::runs::Uid;
use crate::task::RunView;

/// Where every page's chip listens.
pub(super) const CHIP_STREAM: &str = "/events?topics=tasks";

const PING_EVERY: Duration = Duration::from_secs(15);
/// Shortest time between two messages to a page.
const PAGE_EVERY: Duration = Duration::from_millis(250);

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
    seconds_left: Option<f64>,
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

/// What `/events` is asked to watch: `tasks` and `task:{uid}`, by commas; others are passed over.
#[derive(Debug, Deserialize)]
pub(super) struct Topics {
    #[serde(default)]
    topics: String,
}

/// What one page's stream watches, and what it said last under each name.
struct Watch {
    state: web::Data<State>,
    chip: bool,
    tasks: Vec<Uid>,
    said: HashMap<String, String>,
}

/// Tasks one stream may watch.
const TASKS_MAX: usize = 16;

/// `GET /events?topics=tasks,task:{uid}`.
pub(super) async fn page(state: web::Data<State>, topics: web::Query<Topics>) -> HttpResponse {
    let words = || topics.topics.split(',');
    let tasks = words().filter_map(|it| uid_of(it.strip_prefix("task:")?)).take(TASKS_MAX);
    let changes = state.queue.watch_all();
    let watch = Watch {
        chip: words().any(|it| it == "tasks"),
        tasks: tasks.collect(),
        said: HashMap::new(),
        state,
    };
    let first = (watch, changes, true);
    reply(stream::unfold(first, |(mut watch, mut changes, first)| async move {
        if !first {
            match tokio::time::timeout(PING_EVERY, changes.changed()).await {
                Err(_late) => return Some((comment(), (watch, changes, false))),
                Ok(Err(_gone)) => return None,
                Ok(Ok(())) => tokio::time::sleep(PAGE_EVERY).await,
            }
            changes.mark_unchanged();
        }
        let text = watch.news();
        let bytes = if text.is_empty() { comment() } else { Bytes::from(text) };
        Some((bytes, (watch, changes, false)))
    }))
}

impl Watch {
    fn news(&mut self) -> String {
        let mut news = String::new();
        if self.chip {
            let chip = task_chip(&self.state);
            self.say(&mut news, "tasks".to_owned(), &TaskChipPart { chip: &chip });
        }
        for uid in self.tasks.clone() {
            let view = self.state.queue.watch(uid).map(|it| it.borrow().clone());
            let Some(view) = view else { continue };
            let name = format!("task-{}", uid_text(uid));
            if learns(&view) {
                self.say(&mut news, format!("{name}-loss"), &LossPanel::of(&view.live));
                self.say(&mut news, format!("{name}-shapes"), &ShapesPanel::of(&view.live));
            }
            self.say(&mut news, name, &TaskPanel::of(&view));
        }
        news
    }

    fn say(&mut self, news: &mut String, name: String, part: &impl Template) {
        let html = part.render().unwrap_or_default();
        if self.said.get(&name) != Some(&html) {
            *news += &event(&name, &html);
            self.said.insert(name, html);
        }
    }
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
        seconds_left: view.live.left.map(|it| (it * 10.0).round() / 10.0),
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
