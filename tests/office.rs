//! A scratch data folder, and the program run on it.

use std::path::{Path, PathBuf};
use std::process::Output;

use crate::server::{Server, command};

/// A data folder that goes away with it.
pub(crate) struct Office {
    dir: tempfile::TempDir,
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
        Server::start(Path::new(env!("CARGO_BIN_EXE_crewkeep")), &self.path()).unwrap()
    }
}

/// Runs a command on a data folder.
pub(crate) fn run_at(dir: &Path, arguments: &[&str]) -> Output {
    let mut command = command(Path::new(env!("CARGO_BIN_EXE_crewkeep")));
    command.arg("--data-dir").arg(dir).args(arguments).output().unwrap()
}

/// What was printed.
pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
