//! What every request passes before it is routed, and the headers every answer carries.
//!
//! A foreign Host is refused (DNS rebinding), a write needs our own Origin (request forgery), and
//! everything but the static files needs a session. Never here: pages.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, web};

use super::State;
use super::error::Failure;

const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
                   font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; \
                   frame-ancestors 'none'";

/// Headers of every answer.
const HEADERS: &[(&str, &str)] = &[
    ("content-security-policy", CSP),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
];

/// The middleware.
pub(super) async fn check(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let refused = refusal(&request);
    let mut response = match refused {
        Some(failure) => request.into_response(failure.page()).map_into_right_body(),
        None => next.call(request).await?.map_into_left_body(),
    };
    dress(response.headers_mut());
    Ok(response)
}

fn refusal(request: &ServiceRequest) -> Option<Failure> {
    let state = request.app_data::<web::Data<State>>()?;
    let headers = request.headers();
    if !own_host(headers, state.port) {
        return Some(Failure::new(
            StatusCode::MISDIRECTED_REQUEST,
            "This address is not served here.",
            "Open the link that was printed when Crewkeep started.",
        ));
    }
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if !reads && !own_origin(headers, state.port) {
        return Some(Failure::new(
            StatusCode::FORBIDDEN,
            "This form did not come from Crewkeep's own pages.",
            "Nothing was changed. Go back, load the page again and send the form from there.",
        ));
    }
    let path = request.path();
    let open = path.starts_with("/static/") || path == "/open" || path == "/health";
    if !open && !state.sessions.holds(request.request()) {
        return Some(Failure::new(
            StatusCode::UNAUTHORIZED,
            "Open the link that was printed when Crewkeep started.",
            "It works once for each browser. Start Crewkeep again to get a new one.",
        ));
    }
    None
}

/// `127.0.0.1:port` or `localhost:port`: anything else is somebody's name for this machine.
fn own_host(headers: &HeaderMap, port: u16) -> bool {
    let host = text(headers, &header::HOST);
    host == format!("127.0.0.1:{port}") || host == format!("localhost:{port}")
}

/// Browsers say where a form came from: by fetch metadata, else by Origin.
fn own_origin(headers: &HeaderMap, port: u16) -> bool {
    let site = text(headers, &HeaderName::from_static("sec-fetch-site"));
    if !site.is_empty() {
        return site == "same-origin";
    }
    let origin = text(headers, &header::ORIGIN);
    origin == format!("http://127.0.0.1:{port}") || origin == format!("http://localhost:{port}")
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> &'a str {
    headers.get(name).and_then(|it| it.to_str().ok()).unwrap_or_default()
}

fn dress(headers: &mut HeaderMap) {
    for (name, value) in HEADERS {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}
