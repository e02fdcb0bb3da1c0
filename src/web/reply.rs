//! From a handler's data to an answer: the frame around it, the template, the status.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::error::Failure;
use super::pages::{self, Page};
use super::shell::{AsOfView, AssetUrls, FootRow, Shell, TaskChip};
use super::{State, sse};
use crate::app::frame::{self, Frame};
use crate::app::{self, Cx};

/// Result of a handler.
pub type Reply = Result<HttpResponse, Failure>;

/// Reads what a page shows, together with its frame, in one consistent state of the store.
pub async fn read<T, F>(
    state: &State,
    request: &HttpRequest,
    page: &'static Page,
    work: F,
) -> Result<(Shell, T), Failure>
where
    T: Send + 'static,
    F: FnOnce(&Cx<'_>) -> app::Result<T> + Send + 'static,
{
    let (frame, data) = state.office.page(move |cx| Ok((frame::read(cx)?, work(cx)?))).await?;
    Ok((shell(state, request, page, frame), data))
}

/// A rendered page.
pub fn html(page: &impl Template) -> Reply {
    html_with(StatusCode::OK, page)
}

/// A rendered page with another status, such as 422 for a form that comes back.
pub fn html_with(status: StatusCode, page: &impl Template) -> Reply {
    let body =
        page.render().map_err(|error| Failure::from(app::Error::broken("render a page", error)))?;
    Ok(HttpResponse::build(status).content_type("text/html; charset=utf-8").body(body))
}

/// Sends the browser on after a write.
pub fn see_other(path: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header(("location", path)).finish()
}

/// Whether htmx asks for a part of the page only.
pub fn wants_part(request: &HttpRequest) -> bool {
    let headers = request.headers();
    headers.contains_key("hx-request") && !headers.contains_key("hx-boosted")
}

/// Runs blocking work of the application (a write, a question to the queue) off the request's
/// thread.
pub async fn act<T, F>(work: F) -> Result<T, Failure>
where
    T: Send + 'static,
    F: FnOnce() -> app::Result<T> + Send + 'static,
{
    match actix_web::web::block(work).await {
        Ok(done) => Ok(done?),
        Err(error) => Err(app::Error::broken("wait for work", error).into()),
    }
}

fn shell(state: &State, request: &HttpRequest, page: &'static Page, frame: Frame) -> Shell {
    let today = frame.today;
    let short = frame.data_to.map_or("no data yet".to_owned(), |it| it.words(today.year()));
    Shell {
        title: page.title.to_owned(),
        office: frame.office.clone(),
        offices: Vec::new(),
        crumbs: vec![(page.title.to_owned(), None)],
        nav: pages::navigation(&frame),
        current: page.id,
        as_of: AsOfView {
            lead: "As of".to_owned(),
            short,
            rows: frame.freshness,
            href: Some("/data".to_owned()),
        },
        task_chip: task_chip(state),
        events: Some(sse::CHIP_STREAM.to_owned()),
        theme: theme(request),
        assets: AssetUrls::current(),
        notice: frame.notice.clone(),
        toast: None,
        foot: vec![FootRow {
            text: "On this machine. Nothing is sent".to_owned(),
            href: Some("/help#offline".to_owned()),
            icon: None,
            dot: "",
        }],
        palette: Vec::new(),
        palette_from: Some("/palette".to_owned()),
        search_href: "/people".to_owned(),
        single_keys: request.cookie("keys").is_none_or(|it| it.value() != "off"),
    }
}

/// The scheme the person chose; none follows the system.
pub fn theme(request: &HttpRequest) -> Option<&'static str> {
    request.cookie("theme").and_then(|it| match it.value() {
        "light" => Some("light"),
        "dark" => Some("dark"),
        _ => None,
    })
}

/// What runs now, for the chip in the top bar.
pub fn task_chip(state: &State) -> TaskChip {
    match state.queue.active().first() {
        None => TaskChip::idle("/train"),
        Some(view) => TaskChip {
            text: format!("{}, {}%", view.title, view.percent()),
            href: format!("/tasks/{}", pages::uid_text(view.uid)),
            running: true,
        },
    }
}
