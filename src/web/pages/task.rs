//! One piece of background work: live while it runs, what came out when it has ended.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::train::GatesView;
use super::{Page, uid_of, uid_text};
use crate::app::progress::{Live, LiveShape};
use crate::app::runs::{self, Run, state};
use crate::app::{self, registry, train};
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
/// Seconds left from which minutes are told.
const MINUTES_FROM: f64 = 100.0;

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
    /// Where it went on, and what is known of pairs.
    notes: Vec<String>,
    stop: Option<StopView>,
    again: Option<AgainView>,
    next: Vec<ButtonView>,
}

/// How to ask for it once more.
#[derive(Debug)]
struct AgainView {
    action: String,
    label: &'static str,
    words: &'static str,
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
    gates: Option<GatesView>,
}

/// `GET /tasks/{uid}`.
pub async fn page(state: web::Data<State>, uid: web::Path<String>, request: HttpRequest) -> Reply {
    let uid = uid_of(&uid).ok_or_else(Failure::not_found)?;
    let (mut shell, (run, gates)) = read(&state, &request, &PAGE, move |cx| -> app::Result<_> {
        let run = runs::find(cx, uid)?;
        let made = registry::list(cx)?.into_iter().find(|it| is_made_by(it, &run));
        Ok((run, made.map(|it| GatesView::of(&it))))
    })
    .await?;
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
        gates: gates.filter(|_| view.state == state::DONE),
    })
}

/// Whether a model was kept while a run went on.
fn is_made_by(it: &registry::Entry, run: &Run) -> bool {
    let during = run.started_at.zip(run.finished_at);
    during.is_some_and(|(from, to)| (from..=to).contains(&it.record.created_at))
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
            notes: if ended { Vec::new() } else { notes(view) },
            stop: (!ended)
                .then(|| StopView { action: format!("{address}/stop"), loses: loses(view) }),
            again: (ended && view.state != state::DONE)
                .then(|| again_view(view, format!("{address}/again"))),
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
        let bag = live.watched.map_or(1, |it| it + 1);
        let meta = format!("log-loss, lower is better; bag {bag} of {}", live.bags.max(1));
        Self { chart, meta }
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
        state::RUNNING => {
            let left = view.live.left.map_or(String::new(), |it| format!(", {}", left_words(it)));
            format!("{} {}%, {seconds:.0} s so far{left}.", view.message, view.percent())
        }
        ended => format!("{}{}, after {seconds:.0} s.", ended[..1].to_uppercase(), &ended[1..]),
    }
}

/// `about 12 s left`, `about 3 min left`.
fn left_words(seconds: f64) -> String {
    let seconds = seconds.max(0.0).ceil();
    if seconds < MINUTES_FROM {
        format!("about {:.0} s left", seconds.max(1.0))
    } else {
        format!("about {:.0} min left", (seconds / 60.0).ceil())
    }
}

fn loses(view: &RunView) -> String {
    match view.state {
        state::WAITING => "Nothing is lost: it has not begun.".to_owned(),
        _ if view.name == Train::NAME => "The bag under way is lost. The bags that are finished are \
             kept: training again on the same data goes on behind them. The model and the scores in \
             use stay."
            .to_owned(),
        _ => format!(
            "{:.0} s of work is dropped. The model and the scores in use stay; nothing else changes.",
            view.seconds
        ),
    }
}

fn notes(view: &RunView) -> Vec<String> {
    let live = &view.live;
    [&live.went_on, &live.pairs].into_iter().filter(|it| !it.is_empty()).cloned().collect()
}

/// A training that was cut off or stopped goes on; anything else is done anew.
fn again_view(view: &RunView, action: String) -> AgainView {
    let goes_on = view.name == Train::NAME && view.state != state::FAILED;
    let (label, words) = if goes_on {
        ("Go on", "Finished bags are kept: it goes on behind them, unless the data have changed.")
    } else {
        ("Do it again", "")
    };
    AgainView { action, label, words }
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
        .enumerate()
        .map(|(at, ((from, words), to))| {
            let state = state(*from, to);
            TaskStep {
                state,
                words: (*words).to_owned(),
                time: step_time(&view.live, at, state, view.seconds),
                sub: (state == StepState::Now).then(|| view.message.clone()),
            }
        })
        .collect()
}

/// `12 s`: from the begin of a step to that of the next; nothing for one that has not begun.
fn step_time(live: &Live, at: usize, state: StepState, now: f64) -> String {
    let Some(begin) = live.begins.get(at) else { return String::new() };
    let end = live.begins.get(at + 1).copied();
    match (state, end) {
        (StepState::Done, Some(end)) => format!("{:.0} s", end - begin),
        (StepState::Done | StepState::Now, None) => format!("{:.0} s", (now - begin).max(0.0)),
        _ => String::new(),
    }
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn training(state: &'static str, live: Live) -> RunView {
        RunView {
            uid: [7; 16],
            name: Train::NAME.to_owned(),
            title: Train::TITLE.to_owned(),
            state,
            done: 50,
            total: 100,
            message: "Fitting on all months: main effects, bag 3 of 14.".to_owned(),
            outcome: None,
            seconds: 21.0,
            live: Arc::new(live),
        }
    }

    #[test]
    fn the_time_left_is_told_once_it_is_known() {
        let said = |left| status(&training(state::RUNNING, Live { left, ..Live::default() }));
        let so_far = "Fitting on all months: main effects, bag 3 of 14. 50%, 21 s so far";
        assert_eq!(said(None), format!("{so_far}."));
        assert_eq!(said(Some(11.2)), format!("{so_far}, about 12 s left."));
        assert_eq!(said(Some(-3.0)), format!("{so_far}, about 1 s left."));
        assert_eq!(said(Some(130.0)), format!("{so_far}, about 3 min left."));
    }

    #[test]
    fn a_training_under_way_says_what_it_knows_and_what_cancelling_loses() {
        let live = Live {
            went_on: "It went on at bag 9 of 14.".to_owned(),
            pairs: "2 of 9 pairs kept.".to_owned(),
            begins: vec![0.0, 2.0, 15.0],
            ..Live::default()
        };
        let panel = TaskPanel::of(&training(state::RUNNING, live));
        assert_eq!(panel.notes, ["It went on at bag 9 of 14.", "2 of 9 pairs kept."]);
        let times: Vec<&str> = panel.view.steps.iter().map(|it| it.time.as_str()).collect();
        assert_eq!(times, ["2 s", "13 s", "6 s", "", ""]);
        assert!(panel.again.is_none());
        let stop = panel.stop.map(|it| it.loses).unwrap_or_default();
        assert!(stop.contains("bags that are finished are kept"), "{stop}");
    }

    #[test]
    fn what_was_cut_off_goes_on_and_what_failed_is_done_again() {
        let label =
            |state| TaskPanel::of(&training(state, Live::default())).again.map(|it| it.label);
        assert_eq!(label(state::INTERRUPTED), Some("Go on"));
        assert_eq!(label(state::CANCELLED), Some("Go on"));
        assert_eq!(label(state::FAILED), Some("Do it again"));
        assert_eq!(label(state::DONE), None);
    }
}
