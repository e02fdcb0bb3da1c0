//! The program, started as a person would start it, and the session its link gives.

use std::error::Error;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use crate::http::{Answer, Connection};

/// Longest wait for the link.
const READY: Duration = Duration::from_mins(1);

/// A program that serves; it ends with this value.
#[derive(Debug)]
pub(crate) struct Server {
    /// The process.
    pub(crate) child: Child,
    /// Such as `127.0.0.1:8787`.
    pub(crate) host: String,
    /// The session.
    pub(crate) cookie: String,
}

impl Server {
    /// Starts serving a data folder on a free port and uses its link.
    pub(crate) fn start(program: &Path, dir: &Path) -> Result<Self, Box<dyn Error>> {
        let mut child = command(program)
            .args(["serve", "--no-browser", "--port", "0", "--data-dir"])
            .arg(dir)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let lines = read(&mut child);
        let mut server = Self { child, host: String::new(), cookie: String::new() };
        let link = loop {
            let line = lines.recv_timeout(READY).map_err(|error| {
                format!("no link from {} on {}: {error}", program.display(), dir.display())
            })?;
            if let Some((_, link)) = line.split_once("http://") {
                break link.to_owned();
            }
        };
        let (host, path) = link.split_once('/').ok_or("no address in the link")?;
        host.clone_into(&mut server.host);
        let opened = server.connect()?.get(&format!("/{path}"))?;
        let cookie = opened.header("set-cookie").ok_or("the link gave no session")?;
        cookie.split(';').next().unwrap_or_default().clone_into(&mut server.cookie);
        Ok(server)
    }

    /// A connection within the session (or without one, before there is any).
    pub(crate) fn connect(&self) -> std::io::Result<Connection> {
        Connection::open(&self.host, &self.cookie)
    }

    /// One page.
    pub(crate) fn get(&self, path: &str) -> std::io::Result<Answer> {
        self.connect()?.get(path)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ended_already = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// A command of the program that no `CREWKEEP_` variable of the caller changes: they are settings.
pub(crate) fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    let ours = std::env::vars_os().map(|it| it.0);
    for name in ours.filter(|it| it.to_string_lossy().starts_with("CREWKEEP_")) {
        command.env_remove(name);
    }
    command
}

/// What a program prints, line by line; the pipe is kept empty to its end.
fn read(child: &mut Child) -> Receiver<String> {
    let (send, lines) = channel();
    if let Some(output) = child.stdout.take() {
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                let _nobody_listens_any_more = send.send(line);
            }
        });
    }
    lines
}
