//! Every route, one a line.

use actix_web::web::{ServiceConfig, get, post};

use super::pages::{model, task, train};
use super::{assets, session, sse};

/// Adds them.
pub(super) fn routes(app: &mut ServiceConfig) {
    app.route("/open", get().to(session::open))
        .route("/health", get().to(session::health))
        .route("/static/{hash}/{name}", get().to(assets::serve))
        .route("/events", get().to(sse::page))
        .route("/model", get().to(model::page))
        .route("/model.json", get().to(model::export))
        .route("/train", get().to(train::list))
        .route("/train", post().to(train::begin))
        .route("/score", post().to(train::score))
        .route("/demo", post().to(train::load_demo))
        .route("/demo/remove", post().to(train::remove_demo))
        .route("/tasks/{uid}", get().to(task::page))
        .route("/tasks/{uid}/events", get().to(sse::task))
        .route("/tasks/{uid}/stop", post().to(task::stop))
        .route("/tasks/{uid}/again", post().to(task::again));
}
