//! Failures at the edge: what the person reads, what the log keeps.
//!
//! A failure that was meant to be told is shown as written; any other gets an incident number and
//! its cause goes to the log, once, here.

use std::fmt;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{StatusCode, header};
use actix_web::middleware::Next;
use actix_web::{HttpResponse, ResponseError};
use askama::Template;
use uuid::Uuid;

use super::parts::{StateKind, StateView};
use super::shell::{AlertPart, Shell};
use crate::app;
use crate::domain::told::Kind;

/// A failure ready to be shown.
#[derive(Clone, Debug)]
pub struct Failure {
    status: StatusCode,
    message: String,
    hint: String,
}

/// A whole page about a failure.
#[derive(Template)]
#[template(path = "pages/failure.html")]
struct FailurePage {
    shell: Shell,
    failed: StateView,
}

impl Failure {
    /// A failure with its status, what happened, and what to do.
    pub fn new(status: StatusCode, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { status, message: message.into(), hint: hint.into() }
    }

    /// There is no such page.
    pub fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "There is no such page.",
            "The menu leads to every page there is.",
        )
    }

    /// In the place of a panel that fails alone.
    pub fn state(&self) -> StateView {
        StateView::new(StateKind::Failed, &self.message, &self.hint)
    }

    /// The whole page.
    pub fn page(&self) -> HttpResponse {
        let page = FailurePage { shell: Shell::bare("Failed"), failed: self.state() };
        self.answer(&page.render().unwrap_or_else(|_| self.to_string()))
    }

    fn part(&self) -> HttpResponse {
        let part = AlertPart {
            title: self.message.clone(),
            words: self.hint.clone(),
            hint: String::new(),
        };
        self.answer(&part.render().unwrap_or_else(|_| self.to_string()))
    }

    fn answer(&self, body: &str) -> HttpResponse {
        HttpResponse::build(self.status)
            .content_type("text/html; charset=utf-8")
            .body(body.to_owned())
    }
}

impl From<app::Error> for Failure {
    fn from(error: app::Error) -> Self {
        match error {
            app::Error::Told(told) => {
                let status = match told.kind {
                    Kind::NotFound => StatusCode::NOT_FOUND,
                    Kind::Invalid | Kind::NotEnough => StatusCode::UNPROCESSABLE_ENTITY,
                    Kind::Forbidden => StatusCode::FORBIDDEN,
                    Kind::Conflict => StatusCode::CONFLICT,
                    Kind::Busy => StatusCode::SERVICE_UNAVAILABLE,
                    Kind::Machine => StatusCode::INSUFFICIENT_STORAGE,
                };
                Self::new(status, told.message, told.hint)
            }
            app::Error::Broken { .. } => {
                let incident = &Uuid::new_v4().simple().to_string()[..8];
                tracing::error!(incident, %error, "a page failed");
                Self::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "Something in the program failed. Nothing you saved is lost.",
                    format!("The log says what happened, under incident {incident}."),
                )
            }
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.message, self.hint)
    }
}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = self.answer("");
        response.extensions_mut().insert(self.clone());
        response
    }
}

/// Gives a failed answer its body: a part when htmx asked, a page otherwise. Answers of the server
/// itself (no such route, a body too large) are put into words too.
pub(super) async fn dress(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let boosted = request.headers().contains_key("hx-boosted");
    let part = request.headers().contains_key("hx-request") && !boosted;
    let response = next.call(request).await?;
    let html = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|it| it.as_bytes().starts_with(b"text/html"));
    let told = response.response().extensions().get::<Failure>().cloned();
    let failure = match (told, response.status()) {
        (Some(failure), _) => failure,
        (None, StatusCode::NOT_FOUND) if !html => Failure::not_found(),
        (None, status @ StatusCode::METHOD_NOT_ALLOWED) => Failure::new(
            status,
            "This address cannot be asked in that way.",
            "The menu leads to every page there is.",
        ),
        (None, status) if status.is_client_error() && !html => Failure::new(
            status,
            "The request could not be read.",
            "Go back, check what was entered and send it again.",
        ),
        _ => return Ok(response.map_into_left_body()),
    };
    let mut answer = if part { failure.part() } else { failure.page() };
    if let Some(allowed) = response.headers().get(header::ALLOW) {
        answer.headers_mut().insert(header::ALLOW, allowed.clone());
    }
    Ok(response.into_response(answer).map_into_right_body())
}
