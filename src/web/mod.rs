//! The pages, served on this machine only.
//!
//! Server-rendered HTML; htmx makes it faster and adds nothing that is missing without it. Never
//! here: SQL, the store, the models. A handler calls one `app` function and fills one template.

pub mod assets;
pub mod charts;
pub mod error;
#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod gallery;
mod guard;
#[cfg(test)]
mod lint;
pub mod numbers;
pub mod pages;
pub mod parts;
pub mod query;
pub mod reply;
mod router;
mod session;
pub mod shell;
mod sse;

use std::net::{Ipv4Addr, TcpListener};

use actix_web::dev::ServerHandle;
use actix_web::middleware::{Compress, from_fn};
use actix_web::{App, HttpServer, web};

use crate::app::{Error, Office, Result};
use crate::domain::told::Kind;
use crate::task::Queue;

pub use session::Sessions;

/// What every handler can reach.
#[derive(Debug)]
pub struct State {
    /// The office.
    pub office: Office,
    /// Background work.
    pub queue: Queue,
    /// Who may look.
    pub sessions: Sessions,
    /// The port served, for the Host and Origin checks.
    pub port: u16,
}

/// Binds the wanted port on loopback; when it is taken (or 0) and `strict` is false, a free one.
///
/// # Errors
/// `Busy` when `strict` and the port is taken, `Machine` when none can be had.
pub fn bind(port: u16, strict: bool) -> Result<TcpListener> {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
        Ok(listener) => Ok(listener),
        Err(error) if strict => Err(Error::told(
            Kind::Busy,
            format!("Port {port} cannot be used: {error}."),
            "Choose another with --port, or leave --port out to take a free one.",
        )),
        Err(_) => TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(|error| {
            Error::told(Kind::Machine, format!("No port can be opened: {error}."), "")
        }),
    }
}

/// Serves until asked to stop by a signal. `ready` gets a handle once pages are answered.
pub fn serve(state: State, listener: TcpListener, ready: impl FnOnce(ServerHandle)) -> Result<()> {
    let state = web::Data::new(state);
    let queue = state.queue.clone();
    let broken = |error| Error::broken("serve pages", error);
    let done = actix_web::rt::System::new().block_on(async move {
        let server = HttpServer::new(move || {
            App::new()
                .app_data(state.clone())
                .app_data(web::FormConfig::default().limit(256 * 1024))
                .configure(router::routes)
                .wrap(from_fn(error::dress))
                .wrap(Compress::default())
                .wrap(from_fn(guard::check))
        })
        .workers(2)
        .shutdown_timeout(5)
        .listen(listener)?
        .run();
        ready(server.handle());
        server.await
    });
    queue.stop_all();
    done.map_err(broken)
}
