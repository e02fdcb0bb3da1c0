//! Where the log goes and what it may say.
//!
//! One line an event on standard error. Never here, and never in a log line: names, employee
//! numbers, note texts or any other personal data; tokens; the query part of an address.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

/// Starts logging at this level (`error`, `warn`, `info`, `debug`). A second call does nothing.
pub fn start(level: &str) {
    // What a client sends wrong is answered, not an error of ours: the server library tells it at
    // debug only.
    let server = if level == "debug" { "error" } else { "off" };
    let filter =
        EnvFilter::new(format!("warn,actix_http::h1::dispatcher={server},crewkeep={level}"));
    let _already_started = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(false)
        .with_ansi(std::io::stderr().is_terminal())
        .compact()
        .try_init();
}
