//! Every route, one a line.

use actix_web::web::{ServiceConfig, get, post};

use super::pages::{help, metrics, train, turnover};
use super::{assets, session, sse};

/// Adds them.
pub(super) fn routes(app: &mut ServiceConfig) {
    app.route("/open", get().to(session::open))
        .route("/health", get().to(session::health))
        .route("/static/{hash}/{name}", get().to(assets::serve))
        .route("/events", get().to(sse::page))
        .route("/turnover", get().to(turnover::show))
        .route("/metrics", get().to(metrics::list))
        .route("/metrics/{id}.csv", get().to(metrics::download))
        .route("/metrics/{id}", get().to(metrics::show))
        .route("/help", get().to(help::show))
        .route("/help/theme", post().to(help::set_theme))
        .route("/help/keys", post().to(help::set_keys))
        .route("/train", get().to(train::list))
        .route("/tasks/{uid}", get().to(train::task))
        .route("/tasks/{uid}/events", get().to(sse::task))
        .route("/tasks/{uid}/stop", post().to(train::stop))
        .route("/tasks/{uid}/again", post().to(train::again));
}
