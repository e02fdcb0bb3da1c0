//! Every route, one a line.

use actix_web::web::{ServiceConfig, get, post};

use super::pages::{
    data, help, import, metrics, model, palette, people, person, task, today, train, turnover,
    upload,
};
use super::{assets, session, sse};

/// Adds them.
pub(super) fn routes(app: &mut ServiceConfig) {
    app.route("/open", get().to(session::open))
        .route("/health", get().to(session::health))
        .route("/static/{hash}/{name}", get().to(assets::serve))
        .route("/events", get().to(sse::page))
        .route("/palette", get().to(palette::found))
        .route("/", get().to(today::show))
        .route("/people", get().to(people::show))
        .route("/people.csv", get().to(people::download))
        .route("/people/{uid}.json", get().to(person::receipt))
        .route("/people/{uid}", get().to(person::show))
        .route("/data", get().to(data::show))
        .route("/data/upload", post().to(upload::files))
        .route("/data/path", post().to(upload::path))
        .route("/data/import/{uid}", get().to(import::show))
        .route("/data/import/{uid}/columns", post().to(import::columns))
        .route("/data/import/{uid}/load", post().to(import::load))
        .route("/data/import/{uid}/discard", post().to(import::discard))
        .route("/data/loads/{uid}", get().to(data::load))
        .route("/data/loads/{uid}/refused.csv", get().to(data::refused_csv))
        .route("/turnover", get().to(turnover::show))
        .route("/metrics", get().to(metrics::list))
        .route("/metrics/{id}.csv", get().to(metrics::download))
        .route("/metrics/{id}", get().to(metrics::show))
        .route("/help", get().to(help::show))
        .route("/help/theme", post().to(help::set_theme))
        .route("/help/keys", post().to(help::set_keys))
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
