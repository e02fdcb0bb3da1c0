//! Train: what a training does and on what, the button that starts it, what has run.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::task::learns;
use super::{Nav, Page, model, task, uid_text};
use crate::app::gates::{self, Gate, Outcome};
use crate::app::material::{Material, material};
use crate::app::registry::Entry;
use crate::app::runs::{self, Run, state};
use crate::app::train::Unfinished;
use crate::app::{self, demo, registry, score, train};
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
    unfinished: Option<String>,
    gates: Option<GatesView>,
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

/// What the gates said of a model.
#[derive(Debug, Template)]
#[template(path = "parts/_gates.html")]
pub(super) struct GatesView {
    title: String,
    href: String,
    words: String,
    rows: Vec<RowView>,
}

impl GatesView {
    /// Of one model.
    pub(super) fn of(it: &Entry) -> Self {
        let version = it.record.version;
        let row = |it: &Gate| RowView {
            who: it.title.clone(),
            why: it.words.clone(),
            end: Some((
                match it.outcome {
                    Outcome::Pass => "Passed",
                    Outcome::Fail => "Failed",
                    Outcome::NotChecked => "Not checked",
                }
                .to_owned(),
                false,
            )),
            ..RowView::default()
        };
        Self {
            title: format!("Gates of model v{version}"),
            href: format!("/models/{version}"),
            words: format!(
                "Passed: {}. It is {}.",
                gates::passed_words(&it.gates),
                it.record.state.title().to_lowercase()
            ),
            rows: it.gates.iter().map(row).collect(),
        }
    }
}

const TRAIN: FormView =
    FormView { action: "/train", class: "btn primary", label: "Train a new model" };
const GO_ON: FormView =
    FormView { action: "/train", class: "btn primary", label: "Go on with the training" };
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
    newest: Option<Entry>,
    unfinished: Option<Unfinished>,
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
    let dir = state.office.place().dir().to_owned();
    // What is under way is not finished either, but nobody has to go on with it.
    let is_busy = state.queue.active().iter().any(learns);
    let (mut shell, known) = read(state, request, &PAGE, move |cx| -> app::Result<Known> {
        Ok(Known {
            material: material(cx)?,
            has_model: score::exists(cx)?,
            is_demo: demo::is_loaded(cx)?,
            is_welcome: demo::is_welcome(cx)?,
            runs: runs::list(cx)?,
            newest: registry::list(cx)?.into_iter().next(),
            unfinished: if is_busy { None } else { train::unfinished(&dir) },
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
    let goes_on = enough && known.unfinished.is_some();
    let train = if goes_on { GO_ON } else { TRAIN };
    TrainPage {
        shell,
        unfinished: known.unfinished.as_ref().filter(|_| goes_on).map(Unfinished::words),
        gates: known.newest.as_ref().map(GatesView::of),
        lede: lede.to_owned(),
        refused: refused(known.material.as_ref()),
        steps: train::STEPS.iter().map(|it| it.1).collect(),
        on: known.material.as_ref().map(on_what).unwrap_or_default(),
        forms: [enough.then_some(train), known.has_model.then_some(SCORE)]
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

#[cfg(test)]
mod tests {
    use crate::app::fixture::two_models;
    use crate::web::pages::fixture::get;

    #[test]
    fn a_training_that_was_cut_off_is_offered_to_go_on() {
        let office = two_models();
        let page = get(&office, "/train");
        assert_eq!(page.text(".page-head button.primary"), "Train a new model");
        let offer = "A training was cut off".to_owned();
        assert!(!page.texts("section h2").contains(&offer));
        assert!(page.texts("section h2").contains(&"Gates of model v2".to_owned()));
        assert_eq!(page.values("section footer a", "href"), ["/models/2"]);

        let place = office.place().dir().join("models/unfinished/key");
        std::fs::create_dir_all(&place).expect("a folder");
        let standing = r#"{"at":"Fitting on all months, main effects","fit_bags":8,"fit_of":14,
                           "bags":104,"of":110}"#;
        std::fs::write(place.join("standing.json"), standing).expect("a file");
        let page = get(&office, "/train");
        assert_eq!(page.text(".page-head button.primary"), "Go on with the training");
        assert!(page.texts("section h2").contains(&offer));
        let said = page.text("section .say");
        assert!(said.contains("8 of 14 bags finished there and 104 of 110 in all"), "{said}");

        std::fs::write(place.join("standing.json"), "half a fi").expect("a file");
        assert_eq!(get(&office, "/train").status, 200, "damage is no offer and no error");
    }
}
