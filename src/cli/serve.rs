//! `crewkeep` and `crewkeep serve`: the pages, and the link to them.

use std::time::Duration;

use clap::Args;

use super::{Global, out};
use crate::app::{Office, Result, demo, derive, outlook, plan};
use crate::clock::Stopwatch;
use crate::task::{Demo, Forecast, Queue, Refresh};
use crate::web::{self, Sessions, State};

#[derive(Debug, Default, Args)]
pub(super) struct Arguments {
    /// Port on this machine; an error when it is taken
    #[arg(long)]
    port: Option<u16>,
    /// Do not open the browser
    #[arg(long)]
    no_browser: bool,
    /// Load the demo office when there is no data yet
    #[arg(long)]
    demo: bool,
}

pub(super) fn run(global: &Global, arguments: &Arguments) -> Result<()> {
    let clock = Stopwatch::start();
    let office = global.open(&[])?;
    let config = office.config().clone();
    let wanted = arguments.port.unwrap_or(config.server_port);
    let strict = arguments.port.is_some_and(|it| it != 0);
    let listener = web::bind(wanted, strict)?;
    let port = listener.local_addr()?.port();
    let address = format!("http://127.0.0.1:{port}");
    office.place().sign(&address)?;
    let queue = Queue::start(office.clone())?;
    let loads_demo = arguments.demo && office.look(demo::is_welcome)?;
    if loads_demo {
        queue.ask(&Demo {})?;
    } else if office.look(derive::is_stale)? {
        queue.ask(&Refresh {})?;
    } else if office.look(outlook::is_behind)? {
        queue.ask(&Forecast::default())?;
    } else {
        warm(office.clone());
    }
    let sessions = Sessions::default();
    let link = format!("{address}/open?token={}", sessions.link());
    let state = State { office: office.clone(), queue, sessions, port };
    let opens = config.server_open_browser && !arguments.no_browser && has_display();
    let served = web::serve(state, listener, move |_handle| {
        out(&format!("Crewkeep is ready after {} ms. Open", clock.elapsed().as_millis()));
        out(&format!("  {link}"));
        if loads_demo {
            out("The demo office is being loaded; the page shows how far it is.");
        }
        out("The link works once. Ctrl+C stops the program; nothing is lost.");
        if opens {
            open_browser(link);
        }
    });
    office.close();
    served
}

/// Nothing is to be made anew, so nothing else works the plan out before the first page of it.
fn warm(office: Office) {
    std::thread::spawn(move || plan::warm(&office));
}

/// Opening a browser where nobody looks would only hang.
fn has_display() -> bool {
    cfg!(any(windows, target_os = "macos"))
        || std::env::var_os("DISPLAY").is_some()
        || std::env::var_os("WAYLAND_DISPLAY").is_some()
}

fn open_browser(link: String) {
    std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(50));
        if webbrowser::open(&link).is_err() {
            tracing::warn!("no browser could be opened; use the printed link");
        }
    });
}
