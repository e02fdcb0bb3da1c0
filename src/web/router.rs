//! Every route, one a line.

use actix_web::web::{ServiceConfig, get, post};

use super::pages::{train, turnover};
use super::{assets, session, sse};

/// Adds them.
pub(super) fn routes(app: &mut ServiceConfig) {
    app.route("/open", get().to(session::open))
        .route("/health", get().to(session::health))
        .route("/static/{hash}/{name}", get().to(assets::serve))
        .route("/events", get().to(sse::page))
        .route("/turnover", get().to(turnover::show))
        .route("/train", get().to(train::list))
        .route("/tasks/{uid}", get().to(train::task))
        .route("/tasks/{uid}/events", get().to(sse::task))
        .route("/tasks/{uid}/stop", post().to(train::stop))
        .route("/tasks/{uid}/again", post().to(train::again));
}
