//! The program itself, run on a scratch data folder: commands, and a server to ask pages of.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use crate::http::Connection;

/// A data folder that goes away with it.
pub(crate) struct Office {
    dir: tempfile::TempDir,
}

/// A running server; killed with it.
pub(crate) struct Server {
    child: Child,
    host: String,
    cookie: String,
}

impl Office {
    pub(crate) fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// Runs a command on the folder.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        run_at(&self.path(), arguments)
    }

    /// Runs a command that must succeed; gives what it printed.
    #[track_caller]
    pub(crate) fn done(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert_eq!(output.status.code(), Some(0), "{arguments:?}\n{out}\n{err}");
        out
    }

    /// Starts the pages and opens the printed link.
    pub(crate) fn serve(&self) -> Server {
        let mut child = command(&self.path())
            .args(["serve", "--no-browser", "--port", "0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let link = lines.into_iter().find_map(|it| {
            it.split_whitespace().find_map(|it| it.strip_prefix("http://").map(str::to_owned))
        });
        let link = link.expect("the link is printed");
        let (host, path) = link.split_once('/').unwrap();
        let opened = Connection::open(host, "").unwrap().get(&format!("/{path}")).unwrap();
        assert_eq!(opened.status, 303, "the link opens once");
        let cookie = opened.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
        Server { child, host: host.to_owned(), cookie }
    }
}

impl Server {
    /// A connection that carries the session.
    pub(crate) fn connect(&self) -> Connection {
        Connection::open(&self.host, &self.cookie).unwrap()
    }

    /// The session, as a cookie header's value.
    pub(crate) fn cookie(&self) -> &str {
        &self.cookie
    }

    /// `127.0.0.1:port`.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _gone = self.child.wait();
    }
}

/// Runs a command on a data folder.
pub(crate) fn run_at(dir: &Path, arguments: &[&str]) -> Output {
    command(dir).args(arguments).output().unwrap()
}

/// What was printed.
pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn command(dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_crewkeep"));
    command.env_remove("CREWKEEP_DATA_DIR").env_remove("CREWKEEP_CONFIG");
    command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
    command.arg("--data-dir").arg(dir);
    command
}
