//! Models: what the model in use learned, one shape at a time, and how well it did.

mod panels;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::{Nav, Page, uid_of};
use crate::app::card::month_words;
use crate::app::material::Material;
use crate::app::models::{self, Mark, Model, Standing};
use crate::domain::count::grouped;
use crate::web::State;
use crate::web::charts::{Chart, RowChart};
use crate::web::error::Failure;
use crate::web::parts::{ButtonView, SealView, StateKind, StateView, TableView, Tile};
use crate::web::reply::{Reply, html, read};
use crate::web::shell::Shell;

/// The model in use.
pub const PAGE: Page = Page {
    id: "model",
    path: "/model",
    title: "Models",
    help: "What the model learned, how it was tested, and whether the data support it.",
    nav: Some(Nav { group: 1, icon: "models", key: 'l', tab: true }),
};

/// Version of the shape of `/model.json`, described in `docs/model.md`.
const FORMAT: u32 = 2;

/// Which line is shown, and whose place on it.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    feature: Option<String>,
    person: Option<String>,
}

#[derive(Template)]
#[template(path = "pages/model.html")]
struct ModelPage {
    shell: Shell,
    title: String,
    lede: String,
    state: Option<StateView>,
    trains: bool,
    view: Option<View>,
}

/// A model's panels.
struct View {
    tiles: Vec<Tile>,
    importance: RowChart,
    shape: ShapeView,
    test: TestView,
    evidence: EvidenceView,
    groups: Vec<GroupView>,
    lines: usize,
    refused: Vec<(String, String)>,
    seal: SealView,
    seal_rows: Vec<(String, String)>,
}

/// The line that is looked at.
struct ShapeView {
    title: String,
    what: String,
    meta: String,
    chart: Chart,
    back: Option<(String, String)>,
    next: Option<(String, String)>,
}

/// How it was tested, or why not.
struct TestView {
    layout: String,
    untested: Option<StateView>,
    table: Option<TableView>,
    comparisons: Vec<String>,
    horizons: Option<TableView>,
    calibrated: Option<String>,
    calibration: Option<Chart>,
    lift: Option<String>,
}

/// Exits there are against exits asked for.
struct EvidenceView {
    words: String,
    meter: RowChart,
}

/// Features of one group.
struct GroupView {
    title: &'static str,
    features: Vec<FeatureRow>,
}

/// One feature in use.
struct FeatureRow {
    title: &'static str,
    href: String,
}

/// `GET /model`.
pub async fn page(
    state: web::Data<State>,
    asked: web::Query<Asked>,
    request: HttpRequest,
) -> Reply {
    let asked = asked.into_inner();
    let uid = asked.person.as_deref().and_then(uid_of);
    let (shell, (standing, mark)) = read(&state, &request, &PAGE, move |cx| {
        let standing = models::standing(cx)?;
        let mark = match (&standing, uid) {
            (Standing::Trained(_), Some(uid)) => models::mark(cx, uid)?,
            _ => None,
        };
        Ok((standing, mark))
    })
    .await?;
    html(&match standing {
        Standing::NoData => without(shell, no_data(), false),
        Standing::NoModel(material) => {
            let (state, trains) = no_model(&material);
            without(shell, state, trains)
        }
        Standing::Trained(model) => with(shell, &model, &asked, mark.as_ref())?,
    })
}

/// `GET /model.json`: seal, card and lines, for machines.
pub async fn export(state: web::Data<State>) -> Reply {
    let model = state.office.page(models::in_use).await?.ok_or_else(|| {
        Failure::new(
            actix_web::http::StatusCode::NOT_FOUND,
            "No model has been trained yet.",
            "Train one on the Train page or with `crewkeep train`.",
        )
    })?;
    let name = format!("attachment; filename=\"crewkeep-model-v{}.json\"", model.seal.version);
    let json = serde_json::json!({ "format": FORMAT, "model": model });
    Ok(HttpResponse::Ok()
        .content_type("application/json")
        .insert_header((header::CONTENT_DISPOSITION, name))
        .body(json.to_string()))
}

fn with(
    shell: Shell,
    model: &Model,
    asked: &Asked,
    mark: Option<&Mark>,
) -> Result<ModelPage, Failure> {
    let wanted = asked.feature.as_deref();
    let at = match wanted {
        None => 0,
        Some(id) => model.lines.iter().position(|it| it.id == id).ok_or_else(|| {
            Failure::new(
                actix_web::http::StatusCode::NOT_FOUND,
                "This model has no such line.",
                "Choose one on the Models page.",
            )
        })?,
    };
    let card = &model.card;
    let lede = format!(
        "Model v{} adds {} lines to a start that is the same for everyone; nothing is hidden \
         behind them. It learned from {} months of {} people and {} voluntary exits, {} to {}, to \
         say who may leave within {} days.",
        model.seal.version,
        model.lines.len(),
        grouped(card.rows),
        grouped(card.people),
        grouped(card.exits),
        month_words(&card.months.0),
        month_words(&card.months.1),
        card.horizon_days
    );
    let lede = if model.seal.held_by.is_empty() {
        lede
    } else {
        format!("{lede} It is in use on probation: held by {}.", model.seal.held_by.join(", "))
    };
    let person = mark.and(asked.person.as_deref());
    Ok(ModelPage {
        shell,
        title: models::verdict(card).1,
        lede,
        state: None,
        trains: true,
        view: Some(View {
            tiles: panels::tiles(model),
            importance: panels::importance(model, person),
            shape: panels::shape(model, at, mark, person),
            test: panels::test(model),
            evidence: panels::evidence(model),
            groups: panels::groups(),
            lines: model.lines.len(),
            refused: panels::refused(),
            seal: panels::seal(model),
            seal_rows: panels::seal_rows(model),
        }),
    })
}

fn without(shell: Shell, state: StateView, trains: bool) -> ModelPage {
    let lede = "A model learns who left in which month, is tested on months and people it has not \
                seen, and shows every line of what it learned here.";
    let title = "No model yet".to_owned();
    ModelPage { shell, title, lede: lede.to_owned(), state: Some(state), trains, view: None }
}

fn no_data() -> StateView {
    StateView {
        buttons: vec![ButtonView::primary("Bring in data", "/data")],
        ..StateView::new(
            StateKind::Empty,
            "There is no data to learn from",
            "Import the office's files, or look at the demo office first. A model needs months of \
             work and the exits that followed.",
        )
    }
}

/// Enough exits: train. Too few: what is missing, and when it will be there.
pub(super) fn no_model(material: &Material) -> (StateView, bool) {
    if material.is_short() {
        let title = format!(
            "{} voluntary exits; {} needed for a model",
            grouped(material.exits),
            grouped(material.floor)
        );
        let words = format!("{} Turnover works without one.", material.words());
        let buttons = vec![ButtonView::plain("Open Turnover", "/turnover")];
        return (StateView { buttons, ..StateView::new(StateKind::Thin, &title, &words) }, false);
    }
    let words = format!(
        "{} months of {} people and {} voluntary exits are here, on data to {}. A training takes \
         seconds to minutes.",
        grouped(material.rows),
        grouped(material.people),
        grouped(material.exits),
        material.data_to.words(0)
    );
    (StateView::new(StateKind::Empty, "No model has been trained yet", &words), true)
}
