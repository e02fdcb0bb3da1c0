//! Every route, one a line.

use actix_web::web::{ServiceConfig, get, post, resource};
use actix_web::{Route, guard};

use super::pages::{
    data, help, hiring, import, metrics, model, palette, people, person, plan, registry, task,
    today, train, turnover, upload,
};
use super::{assets, session, sse};

/// Adds them. A path that is known answers other methods with 405. What has no end, and the link
/// that works once, answer GET only.
pub(super) fn routes(app: &mut ServiceConfig) {
    app.service(resource("/open").route(get().to(session::open)))
        .service(resource("/health").route(read().to(session::health)))
        .service(resource("/static/{hash}/{name}").route(read().to(assets::serve)))
        .service(resource("/events").route(get().to(sse::page)))
        .service(resource("/palette").route(read().to(palette::found)))
        .service(resource("/").route(read().to(today::show)))
        .service(resource("/people").route(read().to(people::show)))
        .service(resource("/people.csv").route(read().to(people::download)))
        .service(resource("/people/{uid}.json").route(read().to(person::receipt)))
        .service(resource("/people/{uid}/what-if").route(read().to(person::whatif::show)))
        .service(resource("/people/{uid}").route(read().to(person::show)))
        .service(resource("/data").route(read().to(data::show)))
        .service(resource("/data/upload").route(post().to(upload::files)))
        .service(resource("/data/path").route(post().to(upload::path)))
        .service(resource("/data/import/{uid}").route(read().to(import::show)))
        .service(resource("/data/import/{uid}/columns").route(post().to(import::columns)))
        .service(resource("/data/import/{uid}/load").route(post().to(import::load)))
        .service(resource("/data/import/{uid}/discard").route(post().to(import::discard)))
        .service(resource("/data/loads/{uid}").route(read().to(data::load)))
        .service(resource("/data/loads/{uid}/refused.csv").route(read().to(data::refused_csv)))
        .service(resource("/hiring").route(read().to(hiring::show)))
        .service(resource("/hiring.csv").route(read().to(hiring::download)))
        .service(resource("/plan").route(read().to(plan::show)))
        .service(resource("/plan.csv").route(read().to(plan::weeks)))
        .service(resource("/plan/openings.csv").route(read().to(plan::openings)))
        .service(resource("/plan/series").route(read().to(plan::series::show)))
        .service(resource("/plan/series.csv").route(read().to(plan::series::download)))
        .service(resource("/plan/forecast").route(post().to(plan::series::make)))
        .service(resource("/plan/compare").route(read().to(plan::compare::show)))
        .service(resource("/plan/scenarios").route(post().to(plan::compare::save)))
        .service(resource("/plan/scenarios/{uid}/delete").route(post().to(plan::compare::delete)))
        .service(resource("/turnover").route(read().to(turnover::show)))
        .service(resource("/metrics").route(read().to(metrics::list)))
        .service(resource("/metrics/{id}.csv").route(read().to(metrics::download)))
        .service(resource("/metrics/{id}").route(read().to(metrics::show)))
        .service(resource("/help").route(read().to(help::show)))
        .service(resource("/help/theme").route(post().to(help::set_theme)))
        .service(resource("/help/keys").route(post().to(help::set_keys)))
        .service(resource("/model").route(read().to(model::page)))
        .service(resource("/model/test").route(read().to(model::test::page)))
        .service(resource("/model/second").route(read().to(model::second::page)))
        .service(resource("/model.json").route(read().to(model::export)))
        .service(resource("/models").route(read().to(registry::list)))
        .service(resource("/models/compare").route(read().to(registry::compare)))
        .service(resource("/models/rollback").route(post().to(registry::roll_back)))
        .service(resource("/models/bring").route(post().to(registry::bring::take)))
        .service(resource("/models/verify").route(post().to(registry::check)))
        .service(resource("/models/{version}").route(read().to(registry::show)))
        .service(resource("/models/{version}/promote").route(post().to(registry::promote)))
        .service(resource("/models/{version}/retire").route(post().to(registry::retire)))
        .service(resource("/models/{version}/{file}").route(read().to(registry::file)))
        .service(resource("/train").route(read().to(train::list)).route(post().to(train::begin)))
        .service(resource("/score").route(post().to(train::score)))
        .service(resource("/demo").route(post().to(train::load_demo)))
        .service(resource("/demo/remove").route(post().to(train::remove_demo)))
        .service(resource("/tasks/{uid}").route(read().to(task::page)))
        .service(resource("/tasks/{uid}/events").route(get().to(sse::task)))
        .service(resource("/tasks/{uid}/stop").route(post().to(task::stop)))
        .service(resource("/tasks/{uid}/again").route(post().to(task::again)));
}

/// GET, and HEAD like it without the body.
fn read() -> Route {
    Route::new().guard(guard::Any(guard::Get()).or(guard::Head()))
}
