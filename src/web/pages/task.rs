//! One piece of background work: live while it runs, what came out when it has ended.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::{Page, uid_of, uid_text};
use crate::app::progress::{Live, LiveShape};
use crate::app::runs::{self, Run, state};
use crate::app::train;
use crate::task::{self, RunView, Task, Train};
use crate::web::State;
use crate::web::charts::{self, Chart, Loss, LossRound, Mini, ShapeBin};
use crate::web::error::Failure;
use crate::web::parts::{ButtonView, StepState, TaskStep, TaskView};
use crate::web::reply::{Reply, act, html, read, see_other};
use crate::web::shell::Shell;

/// One task.
pub const PAGE: Page = Page {
    id: "task",
    path: "/tasks/{uid}",
    title: "Task",
    help: "One piece of background work: how far it is, and what came out.",
    nav: None,
};

/// Shapes shown while they form.
const SHAPES_MAX: usize = 6;
/// Steps of a shape that is forming, so that a message stays small.
const STEPS_MAX: usize = 16;
/// Rounds of loss drawn, for the same reason.
const ROUNDS_MAX: usize = 60;
/// A band no wider than this share of its shape's height is called settled.
const SETTLED_SHARE: f64 = 0.5;

/// Where a task leads when it is done: name, words, address.
const NEXT: &[(&str, &str, &str)] = &[
    ("train", "Open the model", "/model"),
    ("train", "See people", "/people"),
    ("train", "Open the registry", "/models"),
    ("score", "See people", "/people"),
    ("verify", "Open the registry", "/models"),
    ("demo", "Open Today", "/"),
    ("demo", "See people", "/people"),
    ("demo", "Open the model", "/model"),
    ("import", "Open Data", "/data"),
];

/// What changes while a task runs; swapped as a whole.
#[derive(Debug, Template)]
#[template(path = "parts/_task_panel.html")]
pub struct TaskPanel {
    view: TaskView,
    state: &'static str,
    words: String,
    stop: Option<StopView>,
    again: Option<String>,
    next: Vec<ButtonView>,
}

/// How to stop it and what that loses.
#[derive(Debug)]
struct StopView {
    action: String,
    loses: String,
}

/// How wrong a model that is learning still is.
#[derive(Debug, Template)]
#[template(path = "parts/_task_loss.html")]
pub struct LossPanel {
    chart: Chart,
    meta: String,
}

/// Shapes on their way.
#[derive(Debug, Template)]
#[template(path = "parts/_task_shapes.html")]
pub struct ShapesPanel {
    minis: Vec<Mini>,
    meta: String,
}

#[derive(Template)]
#[template(path = "pages/task.html")]
struct TaskPage {
    shell: Shell,
    ended: bool,
    uid: String,
    stream: String,
    panel: TaskPanel,
    figures: bool,
    loss: LossPanel,
    shapes: ShapesPanel,
}

/// `GET /tasks/{uid}`.
pub async fn page(state: web::Data<State>, uid: web::Path<String>, request: HttpRequest) -> Reply {
    let uid = uid_of(&uid).ok_or_else(Failure::not_found)?;
    let (mut shell, run) = read(&state, &request, &PAGE, move |cx| runs::find(cx, uid)).await?;
    let view = match state.queue.watch(uid) {
        Some(views) => views.borrow().clone(),
        None => kept(&run),
    };
    let text = uid_text(uid);
    shell.title.clone_from(&view.title);
    shell.current = "train";
    shell.crumbs =
        vec![("Train".to_owned(), Some("/train".to_owned())), (view.title.clone(), None)];
    html(&TaskPage {
        shell,
        ended: view.ended(),
        stream: format!("/events?topics=task:{text}"),
        uid: text,
        panel: TaskPanel::of(&view),
        figures: learns(&view),
        loss: LossPanel::of(&view.live),
        shapes: ShapesPanel::of(&view.live),
    })
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

/// What a person calls a task of this name.
pub(super) fn title(name: &str) -> String {
    task::find(name).map_or(name, |it| it.title).to_owned()
}

impl TaskPanel {
    /// The panel of a run.
    pub fn of(view: &RunView) -> Self {
        let address = format!("/tasks/{}", uid_text(view.uid));
        let ended = view.ended();
        let next = NEXT.iter().filter(|it| view.state == state::DONE && it.0 == view.name);
        Self {
            view: TaskView {
                name: view.title.clone(),
                percent: percent(view),
                status: status(view),
                running: !ended,
                steps: if view.name == Train::NAME { steps(view) } else { Vec::new() },
            },
            state: view.state,
            words: if ended { view.message.clone() } else { String::new() },
            stop: (!ended)
                .then(|| StopView { action: format!("{address}/stop"), loses: loses(view) }),
            again: (ended && view.state != state::DONE).then(|| format!("{address}/again")),
            next: next
                .enumerate()
                .map(|(at, (_, label, href))| match at {
                    0 => ButtonView::primary(label, href),
                    _ => ButtonView::plain(label, href),
                })
                .collect(),
        }
    }
}

impl LossPanel {
    /// Of the figures so far.
    pub fn of(live: &Live) -> Self {
        let step = live.losses.len().div_ceil(ROUNDS_MAX).max(1);
        let last = live.losses.len().saturating_sub(1);
        let rounds: Vec<LossRound> = live
            .losses
            .iter()
            .enumerate()
            .filter(|(at, _)| at % step == 0 || *at == last)
            .map(|(_, it)| LossRound { round: it.0 as u32, seen: it.1, unseen: it.2 })
            .collect();
        let finding = rounds.last().map_or(String::new(), |it| {
            format!("After round {}, log-loss on people held back is {:.3}.", it.round, it.unseen)
        });
        let loss = Loss { finding: &finding, rounds: &rounds, rounds_max: 0 };
        // The table would close at every message; the model's page has the figures that count.
        let chart = Chart { table: None, ..charts::loss(&loss) };
        Self { chart, meta: format!("log-loss, lower is better; bag 1 of {}", live.bags.max(1)) }
    }
}

impl ShapesPanel {
    /// Of the figures so far.
    pub fn of(live: &Live) -> Self {
        let shown: Vec<Vec<ShapeBin>> = live.shapes.iter().take(SHAPES_MAX).map(bins).collect();
        // Bands of rare values reach far; the picture is for the shapes.
        let points = shown.iter().flatten().map(|it| it.points.abs());
        let reach = 1.3 * points.filter(|it| it.is_finite()).fold(0.05, f64::max);
        let minis = live.shapes.iter().zip(&shown).map(|(shape, bins)| {
            charts::mini_shape(&shape.title, word(live, bins), bins, Some((-reach, reach)))
        });
        let meta = if live.shapes.is_empty() {
            "they come with the first bag".to_owned()
        } else {
            let all = live.shapes.len();
            format!("top {} of {all}, bag {} of {}", shown.len(), live.bags_done, live.bags)
        };
        Self { minis: minis.collect(), meta }
    }
}

/// Whether the task fits models, so that there are figures to draw.
pub(crate) fn learns(view: &RunView) -> bool {
    view.name == Train::NAME || !view.live.losses.is_empty()
}

fn percent(view: &RunView) -> Option<u8> {
    match view.state {
        state::DONE => Some(100),
        state::RUNNING if view.total == 0 => None,
        _ => Some(view.percent() as u8),
    }
}

fn status(view: &RunView) -> String {
    let seconds = view.seconds;
    match view.state {
        state::WAITING => "Waiting: it begins when what runs now has ended.".to_owned(),
        state::RUNNING => format!("{} {}%, {seconds:.0} s so far.", view.message, view.percent()),
        ended => format!("{}{}, after {seconds:.0} s.", ended[..1].to_uppercase(), &ended[1..]),
    }
}

fn loses(view: &RunView) -> String {
    match view.state {
        state::WAITING => "Nothing is lost: it has not begun.".to_owned(),
        _ => format!(
            "{:.0} s of work is dropped. The model and the scores in use stay; nothing else changes.",
            view.seconds
        ),
    }
}

/// The steps of a training by how far it is; where it ended badly, that step says so.
fn steps(view: &RunView) -> Vec<TaskStep> {
    let percent = view.percent();
    let ends = train::STEPS.iter().skip(1).map(|it| it.0).chain([100]);
    let state = |from: u64, to: u64| match view.state {
        state::DONE => StepState::Done,
        state::WAITING => StepState::Todo,
        _ if percent >= to => StepState::Done,
        _ if percent < from => StepState::Todo,
        state::RUNNING => StepState::Now,
        _ => StepState::Failed,
    };
    train::STEPS
        .iter()
        .zip(ends)
        .map(|((from, words), to)| {
            let state = state(*from, to);
            TaskStep {
                state,
                words: (*words).to_owned(),
                time: String::new(),
                sub: (state == StepState::Now).then(|| view.message.clone()),
            }
        })
        .collect()
}

/// The steps of a forming shape, each as wide as the others, joined to a few.
fn bins(shape: &LiveShape) -> Vec<ShapeBin> {
    let size = shape.scores.len().div_ceil(STEPS_MAX).max(1);
    let mean = |part: &[f64]| part.iter().sum::<f64>() / part.len().max(1) as f64;
    let parts = shape.scores.chunks(size).zip(shape.low.chunks(size)).zip(shape.high.chunks(size));
    parts
        .enumerate()
        .map(|(at, ((scores, low), high))| ShapeBin {
            label: String::new(),
            from: at as f64,
            to: at as f64 + 1.0,
            points: mean(scores),
            low: mean(low),
            high: mean(high),
            n: 1.0,
        })
        .collect()
}

fn word(live: &Live, bins: &[ShapeBin]) -> &'static str {
    let high = bins.iter().map(|it| it.points).fold(f64::MIN, f64::max);
    let low = bins.iter().map(|it| it.points).fold(f64::MAX, f64::min);
    let band = bins.iter().map(|it| it.high - it.low).sum::<f64>() / bins.len().max(1) as f64;
    match live.bags_done {
        0 | 1 => "first bag, no band yet",
        _ if band <= SETTLED_SHARE * (high - low) => "settled",
        _ => "still moving",
    }
}

/// A run of an earlier start, as the store remembers it.
fn kept(run: &Run) -> RunView {
    let seconds = run.started_at.zip(run.finished_at).map_or(0, |it| it.1 - it.0);
    RunView {
        uid: run.uid,
        name: run.name.clone(),
        title: title(&run.name),
        state: known(&run.state),
        done: run.done,
        total: run.total,
        message: run.outcome.clone().unwrap_or_else(|| run.message.clone()),
        outcome: run.outcome.clone(),
        seconds: seconds as f64,
        live: std::sync::Arc::default(),
    }
}

/// A run the queue does not know any more has ended, whatever its row says.
fn known(text: &str) -> &'static str {
    use state::{CANCELLED, DONE, FAILED, INTERRUPTED};
    [DONE, FAILED, CANCELLED].into_iter().find(|it| *it == text).unwrap_or(INTERRUPTED)
}
