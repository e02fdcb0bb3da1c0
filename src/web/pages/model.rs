//! Models: what the model in use learned, one shape at a time; `test` how well it did, `second` what
//! simpler looks at the data say.

mod panels;
pub mod second;
pub mod test;
#[cfg(test)]
mod tests;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::{Nav, Page, uid_of};
use crate::app::card::month_words;
use crate::app::material::Material;
use crate::app::models::{self, Mark, Model, Standing, Used};
use crate::domain::count::{counted, grouped};
use crate::web::State;
use crate::web::charts::{Chart, RowChart};
use crate::web::error::Failure;
use crate::web::parts::{ButtonView, SealView, SegLink, StateKind, StateView};
use crate::web::reply::{Reply, html, read};
use crate::web::shell::Shell;

/// The model in use.
pub const PAGE: Page = Page {
    id: "model",
    path: "/model",
    title: "Models",
    help: "What the model in use learned, line by line, and what it may read.",
    nav: Some(Nav { group: 1, icon: "models", key: 'o', tab: false }),
};

/// Version of the shape of `/model.json`, described in `docs/model.md`.
const FORMAT: u32 = 2;

/// A view of the model in use.
#[derive(Clone, Copy, PartialEq, Eq)]
enum View {
    Thinks,
    Test,
    Second,
}

/// Which line and which pair are shown, and whose place on them.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    feature: Option<String>,
    pair: Option<String>,
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
    nav: Vec<SegLink>,
    view: Option<Panels>,
}

/// A model's panels.
struct Panels {
    importance: RowChart,
    shape: ShapeView,
    pair: Option<ShapeView>,
    evidence: EvidenceView,
    groups: Vec<GroupView>,
    lines: usize,
    refused: Vec<(String, String)>,
    seal: SealView,
    seal_rows: Vec<(String, String)>,
    registry: (String, String),
}

/// The line, or the pair, that is looked at.
struct ShapeView {
    title: String,
    what: String,
    meta: String,
    chart: Chart,
    back: Option<(String, String)>,
    next: Option<(String, String)>,
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
    let (shell, (standing, mark, used)) = read(&state, &request, &PAGE, move |cx| {
        let standing = models::standing(cx)?;
        let mark = match (&standing, uid) {
            (Standing::Trained(_), Some(uid)) => models::mark(cx, uid)?,
            _ => None,
        };
        Ok((standing, mark, models::used(cx)?))
    })
    .await?;
    html(&match standing {
        Standing::Trained(model) => with(shell, &model, &asked, mark.as_ref(), used.as_ref())?,
        other => empty(shell, &other),
    })
}

/// The links between the views of a model.
fn nav(current: View) -> Vec<SegLink> {
    let link = |label: &str, href: &str, current| SegLink {
        label: label.to_owned(),
        href: href.to_owned(),
        current,
    };
    vec![
        link("Thinks", PAGE.path, current == View::Thinks),
        link("How good", test::TEST.path, current == View::Test),
        link("Second opinions", second::SECOND.path, current == View::Second),
        link("Train", "/train", false),
        link("Registry", "/models", false),
    ]
}

/// Any view without a model.
fn empty(shell: Shell, standing: &Standing) -> ModelPage {
    match standing {
        Standing::NoModel(material) => {
            let (state, trains) = no_model(material);
            without(shell, state, trains)
        }
        _ => without(shell, no_data(), false),
    }
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
    used: Option<&Used>,
) -> Result<ModelPage, Failure> {
    let at = chosen(asked.feature.as_deref(), model.lines.iter().map(|it| it.id), "line")?;
    let pair_at =
        chosen(asked.pair.as_deref(), model.pairs.iter().map(|it| it.id.as_str()), "pair")?;
    let card = &model.card;
    let lede = format!(
        "Model v{} adds {} lines{} to a start that is the same for everyone; nothing is hidden \
         behind them. It learned from {} months of {} people and {} voluntary exits, {} to {}, to \
         say who may leave within {} days.",
        model.seal.version,
        model.lines.len(),
        match model.pairs.len() {
            0 => String::new(),
            pairs => format!(" and {}", counted(pairs as u64, "pair")),
        },
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
        nav: nav(View::Thinks),
        view: Some(Panels {
            importance: panels::importance(model, person),
            shape: panels::shape(model, at, mark, person),
            pair: panels::pair(model, pair_at, mark, person),
            evidence: panels::evidence(model),
            groups: panels::groups(),
            lines: model.lines.len() + model.pairs.len(),
            refused: panels::refused(),
            seal: panels::seal(model),
            seal_rows: panels::seal_rows(model, used),
            registry: (
                format!("v{} in the registry", model.seal.version),
                format!("/models/{}", model.seal.version),
            ),
        }),
    })
}

/// Place of what was asked for; the first when nothing was.
fn chosen<'a>(
    wanted: Option<&str>,
    mut ids: impl Iterator<Item = &'a str>,
    what: &str,
) -> Result<usize, Failure> {
    let Some(wanted) = wanted else { return Ok(0) };
    ids.position(|it| it == wanted).ok_or_else(|| {
        Failure::new(
            actix_web::http::StatusCode::NOT_FOUND,
            format!("This model has no such {what}."),
            "Choose one on the Models page.",
        )
    })
}

fn without(shell: Shell, state: StateView, trains: bool) -> ModelPage {
    let lede = "A model learns who left in which month, is tested on months and people it has not \
                seen, and shows every line of what it learned here.";
    let title = "No model yet".to_owned();
    let nav = Vec::new();
    ModelPage { shell, title, lede: lede.to_owned(), state: Some(state), trains, nav, view: None }
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
