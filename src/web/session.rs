//! Who may look: whoever opened the link that was printed on this machine.
//!
//! The link works once and gives a cookie; both live in memory only and end with the program. Never
//! here: names or passwords (there are no accounts yet).

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use uuid::Uuid;

use super::State;
use super::error::Failure;
use super::reply::see_other;
use crate::app::frame;

/// Name of the cookie.
const COOKIE: &str = "crewkeep";
/// Browsers that may hold a session at once; the oldest is forgotten.
const SESSIONS_MAX: usize = 32;

/// Links not yet used and sessions in use.
#[derive(Debug, Default)]
pub struct Sessions {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    links: Vec<String>,
    sessions: Vec<String>,
}

impl Sessions {
    /// A new one-time token for a link.
    pub fn link(&self) -> String {
        let token = token();
        self.with(|it| it.links.push(token.clone()));
        token
    }

    /// Uses a token up: the cookie to set, or none when the token is not known (any more).
    pub fn open(&self, link: &str) -> Option<Cookie<'static>> {
        self.with(|it| {
            let at = it.links.iter().position(|known| same(known, link))?;
            it.links.remove(at);
            if it.sessions.len() == SESSIONS_MAX {
                it.sessions.remove(0);
            }
            let session = token();
            it.sessions.push(session.clone());
            Some(
                Cookie::build(COOKIE, session)
                    .path("/")
                    .http_only(true)
                    .same_site(SameSite::Strict)
                    .finish(),
            )
        })
    }

    /// Whether the request carries a session.
    pub fn holds(&self, request: &HttpRequest) -> bool {
        let Some(cookie) = request.cookie(COOKIE) else { return false };
        self.with(|it| it.sessions.iter().any(|known| same(known, cookie.value())))
    }

    fn with<T>(&self, work: impl FnOnce(&mut Inner) -> T) -> T {
        work(&mut self.inner.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// `GET /open?token=`: uses the link up and goes to the first page.
pub(super) async fn open(
    state: web::Data<State>,
    link: web::Query<HashMap<String, String>>,
    request: HttpRequest,
) -> Result<HttpResponse, Failure> {
    if state.sessions.holds(&request) {
        return Ok(see_other("/"));
    }
    let token = link.get("token").map(String::as_str).unwrap_or_default();
    let cookie = state.sessions.open(token).ok_or_else(|| {
        Failure::new(
            StatusCode::UNAUTHORIZED,
            "This link was used already or is of an earlier start.",
            "Start Crewkeep again to get a new one, or use the window that is open.",
        )
    })?;
    Ok(HttpResponse::SeeOther().cookie(cookie).insert_header(("location", "/")).finish())
}

/// `GET /health`: whether the store answers. No session needed, nothing told.
pub(super) async fn health(state: web::Data<State>) -> Result<HttpResponse, Failure> {
    state.office.page(|cx| frame::read(cx).map(|_| ())).await?;
    Ok(HttpResponse::Ok().content_type("text/plain").body("ok\n"))
}

fn token() -> String {
    format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple())
}

/// Compares without telling by its time where the difference is.
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |diff, (a, b)| diff | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_works_once() {
        let sessions = Sessions::default();
        let link = sessions.link();
        assert!(sessions.open("").is_none());
        assert!(sessions.open(&link).is_some());
        assert!(sessions.open(&link).is_none());
    }
}
