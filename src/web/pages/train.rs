//! Train: what a training does and on what, the button that starts it, what has run.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::{Nav, Page, model, task, uid_text};
use crate::app::material::{Material, material};
use crate::app::runs::{self, Run, state};
use crate::app::{self, demo, score, train};
use crate::domain::calendar::second_text;
use crate::domain::count::grouped;
use crate::task::{Demo, Score, Task, Train};
use crate::web::State;
use crate::web::error::Failure;
use crate::web::parts::{ButtonView, RowView, StateKind, StateView};
use crate::web::reply::{Reply, act, html_with, read, see_other};
use crate::web::shell::Shell;

/// The list of tasks and the button that trains.
pub const PAGE: Page = Page {
    id: "train",
    path: "/train",
    title: "Train",
    help: "Train a new model and watch what the machine is working on.",
    nav: Some(Nav { group: 1, icon: "play", key: 'r', tab: false }),
};

#[derive(Template)]
#[template(path = "pages/train.html")]
struct TrainPage {
    shell: Shell,
    lede: String,
    refused: Option<StateView>,
    steps: Vec<&'static str>,
    on: Vec<(String, String)>,
    forms: Vec<FormView>,
    can_load_demo: bool,
    demo: bool,
    runs: Vec<RowView>,
    none_yet: Option<StateView>,
}

/// A button that starts something.
struct FormView {
    action: &'static str,
    class: &'static str,
    label: &'static str,
}

const TRAIN: FormView =
    FormView { action: "/train", class: "btn primary", label: "Train a new model" };
const SCORE: FormView = FormView { action: "/score", class: "btn", label: "Score everyone again" };

/// Makes a date name its year.
const NO_YEAR: i16 = 0;

/// What the page reads.
struct Known {
    material: Option<Material>,
    has_model: bool,
    is_demo: bool,
    is_welcome: bool,
    runs: Vec<Run>,
}

/// `GET /train`.
pub async fn list(state: web::Data<State>, request: HttpRequest) -> Reply {
    answer(&state, &request, StatusCode::OK).await
}

/// `POST /train`: below the floor the page comes back and says what is missing.
pub async fn begin(state: web::Data<State>, request: HttpRequest) -> Reply {
    let material = state.office.page(material).await?;
    if material.is_none_or(|it| it.is_short()) {
        return answer(&state, &request, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    ask(&state, Train {}).await
}

/// `POST /score`.
pub async fn score(state: web::Data<State>, request: HttpRequest) -> Reply {
    if !state.office.page(score::exists).await? {
        return answer(&state, &request, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    ask(&state, Score {}).await
}

/// `POST /demo`: loads the demo office and trains on it.
pub async fn load_demo(state: web::Data<State>) -> Reply {
    if !state.office.page(demo::is_welcome).await? {
        return Err(Failure::new(
            StatusCode::CONFLICT,
            "This office holds data already; the demo would mix with it.",
            "Nothing was changed. Start Crewkeep with an empty folder to look at the demo.",
        ));
    }
    ask(&state, Demo {}).await
}

/// `POST /demo/remove`.
pub async fn remove_demo(state: web::Data<State>) -> Reply {
    let office = state.office.clone();
    act(move || demo::remove(&office)).await?;
    Ok(see_other("/"))
}

/// Queues a task and leads to its page.
async fn ask<T: Task + Send + 'static>(state: &State, task: T) -> Result<HttpResponse, Failure> {
    let queue = state.queue.clone();
    let uid = act(move || queue.ask(&task)).await?;
    Ok(see_other(&format!("/tasks/{}", uid_text(uid))))
}

async fn answer(state: &State, request: &HttpRequest, status: StatusCode) -> Reply {
    let (mut shell, known) = read(state, request, &PAGE, |cx| -> app::Result<Known> {
        Ok(Known {
            material: material(cx)?,
            has_model: score::exists(cx)?,
            is_demo: demo::is_loaded(cx)?,
            is_welcome: demo::is_welcome(cx)?,
            runs: runs::list(cx)?,
        })
    })
    .await?;
    if status != StatusCode::OK {
        shell.title = format!("Error: {}", shell.title);
    }
    html_with(status, &page(shell, &known))
}

fn page(shell: Shell, known: &Known) -> TrainPage {
    let enough = known.material.as_ref().is_some_and(|it| !it.is_short());
    let lede = match (enough, known.has_model) {
        (true, true) => {
            "A training makes a new model from all data there are. The model in use stays in use \
             until the new one is finished; then everyone is scored with the new one."
        }
        (true, false) => {
            "No model has been trained yet. A training makes one from all data there are and \
             scores everyone with it."
        }
        (false, _) => {
            "Nothing can be trained yet. What is missing stands below; everything else works \
             without a model."
        }
    };
    TrainPage {
        shell,
        lede: lede.to_owned(),
        refused: refused(known.material.as_ref()),
        steps: train::STEPS.iter().map(|it| it.1).collect(),
        on: known.material.as_ref().map(on_what).unwrap_or_default(),
        forms: [enough.then_some(TRAIN), known.has_model.then_some(SCORE)]
            .into_iter()
            .flatten()
            .collect(),
        can_load_demo: known.is_welcome,
        demo: known.is_demo,
        runs: known.runs.iter().map(line).collect(),
        none_yet: known.runs.is_empty().then(|| {
            StateView::new(
                StateKind::Empty,
                "Nothing has run yet",
                "Imports, trainings and scorings are listed here with what came out.",
            )
        }),
    }
}

fn refused(material: Option<&Material>) -> Option<StateView> {
    match material {
        None => Some(StateView {
            buttons: vec![ButtonView::primary("Bring in data", "/data")],
            ..StateView::new(
                StateKind::Empty,
                "There is no data to learn from",
                "Import the office's files, or look at the demo office first.",
            )
        }),
        Some(it) if it.is_short() => Some(model::no_model(it).0),
        Some(_) => None,
    }
}

fn on_what(it: &Material) -> Vec<(String, String)> {
    let months =
        it.months.map_or("none".to_owned(), |(a, b)| format!("{} to {}", a.words(), b.words()));
    [
        ("Months with a known outcome", months),
        ("Person-months", grouped(it.rows)),
        ("Left out, outcome not known yet", grouped(it.censored)),
        ("People", grouped(it.people)),
        ("Evidence", it.evidence_words()),
        ("Looks ahead", format!("{} days", it.horizon_days)),
        ("Data to", it.data_to.words(NO_YEAR)),
    ]
    .map(|(name, text)| (name.to_owned(), text))
    .to_vec()
}

fn line(run: &Run) -> RowView {
    let words = match run.state.as_str() {
        state::WAITING => "Waiting for its turn.",
        state::RUNNING => "Under way.",
        _ => run.outcome.as_deref().unwrap_or(&run.message),
    };
    RowView {
        who: task::title(&run.name),
        href: Some(format!("/tasks/{}", uid_text(run.uid))),
        why: words.to_owned(),
        end: Some((format!("{}, {} UTC", run.state, second_text(run.created_at)), false)),
        ..RowView::default()
    }
}
