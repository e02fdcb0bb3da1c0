//! Where the data lies, and the lock that keeps a second program away from it.
//!
//! Never here: what is in the files.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::{Error, Result};
use crate::domain::told::Kind;

/// A file of this name beside the program keeps the data there: portable mode.
pub const PORTABLE_MARKER: &str = "crewkeep-portable";
const LOCK_FILE: &str = "crewkeep.lock";

/// A data directory; with the lock, the right to write in it.
#[derive(Debug)]
pub struct Place {
    dir: PathBuf,
    lock: Option<File>,
}

impl Place {
    /// The directory to use: the one given, else the one beside a portable program, else the
    /// platform's usual place.
    pub fn choose(given: Option<PathBuf>) -> Result<PathBuf> {
        if let Some(dir) = given {
            return Ok(dir);
        }
        let beside = std::env::current_exe().ok().and_then(|it| it.parent().map(Path::to_path_buf));
        if let Some(beside) = beside.filter(|it| it.join(PORTABLE_MARKER).exists()) {
            return Ok(beside.join("crewkeep-data"));
        }
        directories::ProjectDirs::from("", "", "Crewkeep")
            .map(|it| it.data_dir().to_path_buf())
            .ok_or_else(|| {
                Error::told(
                    Kind::Machine,
                    "This machine has no usual place for data: no home folder is set.",
                    "Name a folder with --data-dir.",
                )
            })
    }

    /// Makes the directory if need be and takes its lock.
    ///
    /// # Errors
    /// `Busy` when another program holds it, `Machine` when the folder cannot be written.
    pub fn lock(dir: PathBuf) -> Result<Self> {
        make(&dir)?;
        let path = dir.join(LOCK_FILE);
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&path)
            .map_err(|error| cannot_write(&dir, &error))?;
        match file.try_lock() {
            Ok(()) => {
                file.set_len(0)?;
                Ok(Self { dir, lock: Some(file) })
            }
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                let _unreadable = file.read_to_string(&mut holder);
                let holder = holder.trim();
                let at = if holder.is_empty() { String::new() } else { format!(" ({holder})") };
                Err(Error::told(
                    Kind::Busy,
                    format!("Crewkeep is already running on {}{at}.", dir.display()),
                    "Use the window that is open, stop the other program, or name another folder \
                     with --data-dir.",
                ))
            }
            Err(TryLockError::Error(error)) => Err(cannot_write(&dir, &error)),
        }
    }

    /// The directory without its lock, for commands that read beside a running program.
    pub fn beside(dir: PathBuf) -> Self {
        Self { dir, lock: None }
    }

    /// The directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Leaves word for a second program: the address to use.
    pub fn sign(&self, address: &str) -> Result<()> {
        if let Some(mut file) = self.lock.as_ref() {
            file.set_len(0)?;
            file.seek(SeekFrom::Start(0))?;
            writeln!(file, "process {}, {address}", std::process::id())?;
        }
        Ok(())
    }
}

fn make(dir: &Path) -> Result<()> {
    std::fs::create_dir_all(dir).map_err(|error| cannot_write(dir, &error))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Others on the machine have no business here. A folder somebody else owns stays as it is.
        let _not_ours = std::fs::set_permissions(dir, std::fs::Permissions::from_mode(0o700));
    }
    Ok(())
}

fn cannot_write(dir: &Path, error: &std::io::Error) -> Error {
    let message = format!("The data folder {} cannot be written: {error}.", dir.display());
    match error.kind() {
        std::io::ErrorKind::StorageFull => {
            Error::told(Kind::Machine, message, "Free some space and start again.")
        }
        _ => Error::told(Kind::Machine, message, "Choose a folder of your own with --data-dir."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_program_is_told_where_the_first_is() {
        let dir = tempfile::tempdir().unwrap();
        let first = Place::lock(dir.path().join("a/b")).unwrap();
        first.sign("http://127.0.0.1:8787").unwrap();
        let second = Place::lock(dir.path().join("a/b")).unwrap_err().to_string();
        assert!(second.contains("already running") && second.contains("8787"), "{second}");
        drop(first);
        Place::lock(dir.path().join("a/b")).unwrap();
    }

    #[test]
    fn a_file_in_the_way_is_explained() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        std::fs::write(&path, "x").unwrap();
        let message = Place::lock(path).unwrap_err().to_string();
        assert!(
            message.contains("cannot be written") && message.contains("--data-dir"),
            "{message}"
        );
    }
}
