//! Files that wait for a person's look before they are loaded: a folder each, inside the data
//! folder. Files that were sent are kept there until they are loaded or discarded; a path on this
//! machine is only remembered.
//!
//! Never here: what is in the files.

use std::collections::HashSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Chosen, Order, Report};
use crate::app::runs::Uid;
use crate::app::{Error, Office, Result};
use crate::domain::told::Kind;

/// Bytes that may be sent at once.
pub const UPLOAD_BYTES_MAX: u64 = 2 << 30;
/// Files that may be sent at once.
pub const UPLOAD_FILES_MAX: usize = 200;
/// Characters of a file's name.
const NAME_CHARS_MAX: usize = 120;
/// Orders that may wait.
const STAGES_MAX: usize = 50;
const FOLDER: &str = "uploads";
const NOTE: &str = "order.json";
const FILES: &str = "files";

/// An order that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// Its identity.
    pub uid: Uid,
    /// What is to be loaded.
    pub order: Order,
    /// Whether its files were sent and go away with it.
    pub sent: bool,
}

impl Stage {
    /// When it came, UTC seconds since 1970: its identity tells.
    pub fn at(&self) -> i64 {
        let at = Uuid::from_bytes(self.uid).get_timestamp();
        at.map_or(0, |it| it.to_unix().0.try_into().unwrap_or_default())
    }

    /// Name and bytes of each file that was sent, by name.
    pub fn files(&self) -> Vec<(String, u64)> {
        let dirs = self.order.paths.iter().filter(|_| self.sent);
        let entries = dirs.filter_map(|it| fs::read_dir(it).ok()).flatten().flatten();
        let mut files: Vec<_> = entries
            .filter_map(|it| {
                Some((it.file_name().to_string_lossy().into_owned(), it.metadata().ok()?.len()))
            })
            .collect();
        files.sort();
        files
    }
}

/// The form in which it is kept.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    version: u32,
    order: Order,
    sent: bool,
}

/// Files on their way in. What was not finished is thrown away.
#[derive(Debug)]
pub struct Upload {
    uid: Uid,
    dir: PathBuf,
    names: HashSet<String>,
    finished: bool,
}

impl Office {
    /// Notes an order over a path on this machine.
    pub fn stage_path(&self, path: &Path) -> Result<Uid> {
        let path = fs::canonicalize(path).map_err(|error| {
            let why = match error.kind() {
                std::io::ErrorKind::NotFound => "is not there".to_owned(),
                std::io::ErrorKind::PermissionDenied => "may not be read".to_owned(),
                _ => format!("cannot be opened: {error}"),
            };
            Error::told(
                Kind::Invalid,
                format!("{} {why}.", path.display()),
                "Check the name; it must be a folder or file on the machine Crewkeep runs on.",
            )
        })?;
        let uid = new_uid();
        let stage = Stage { uid, order: Order::of(path), sent: false };
        make(&self.stage_dir(uid))?;
        self.keep_stage(&stage)?;
        Ok(uid)
    }

    /// Begins to take files in.
    pub fn begin_upload(&self) -> Result<Upload> {
        if self.stages()?.len() >= STAGES_MAX {
            return Err(Error::told(
                Kind::Conflict,
                format!("{STAGES_MAX} imports wait to be looked at."),
                "Load or discard some of them on the Data page first.",
            ));
        }
        let uid = new_uid();
        let dir = self.stage_dir(uid);
        make(&dir.join(FILES))?;
        Ok(Upload { uid, dir, names: HashSet::new(), finished: false })
    }

    /// Ends it: the files wait for a look.
    pub fn finish_upload(&self, mut upload: Upload) -> Result<Uid> {
        if upload.names.is_empty() {
            return Err(Error::told(
                Kind::Invalid,
                "Choose at least one file.",
                "CSV files such as technicians.csv and jobs.csv; docs/files.md lists them.",
            ));
        }
        let order = Order::of(upload.dir.join(FILES));
        self.keep_stage(&Stage { uid: upload.uid, order, sent: true })?;
        upload.finished = true;
        Ok(upload.uid)
    }

    /// An order that waits.
    pub fn stage(&self, uid: Uid) -> Result<Stage> {
        let gone = || {
            Error::told(
                Kind::NotFound,
                "This import is not waiting any more.",
                "It was loaded or discarded; the Data page lists both.",
            )
        };
        let text = fs::read_to_string(self.stage_dir(uid).join(NOTE)).map_err(|_| gone())?;
        let stored: Stored = serde_json::from_str(&text).map_err(|_| gone())?;
        Ok(Stage { uid, order: stored.order, sent: stored.sent })
    }

    /// Every order that waits, the newest first.
    pub fn stages(&self) -> Result<Vec<Stage>> {
        let entries = match fs::read_dir(self.place().dir().join(FOLDER)) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error.into()),
        };
        let mut uids: Vec<Uid> = entries
            .filter_map(|it| Uuid::try_parse(it.ok()?.file_name().to_str()?).ok())
            .map(|it| *it.as_bytes())
            .collect();
        uids.sort_unstable();
        Ok(uids.into_iter().rev().filter_map(|it| self.stage(it).ok()).collect())
    }

    /// Keeps what a person settled about one file of an order.
    pub fn settle_stage(&self, uid: Uid, chosen: Chosen) -> Result<()> {
        let mut stage = self.stage(uid)?;
        stage.order.mappings.retain(|it| it.file != chosen.file);
        stage.order.mappings.push(chosen);
        self.keep_stage(&stage)
    }

    /// Takes back what was settled about one file.
    pub fn unsettle_stage(&self, uid: Uid, file: &str) -> Result<()> {
        let mut stage = self.stage(uid)?;
        stage.order.mappings.retain(|it| it.file.as_deref() != Some(file));
        self.keep_stage(&stage)
    }

    /// Throws an order away, and its files if they were sent.
    pub fn discard_stage(&self, uid: Uid) -> Result<()> {
        self.stage(uid)?;
        Ok(fs::remove_dir_all(self.stage_dir(uid))?)
    }

    /// After a load: what is in the store needs no copy. What could not be loaded waits on.
    pub fn end_stage(&self, uid: Uid, report: &Report) -> Result<()> {
        let stage = self.stage(uid)?;
        if report.failure().is_none() {
            return self.discard_stage(uid);
        }
        if stage.sent {
            for file in report.files.iter().filter(|it| it.failed.is_none()) {
                fs::remove_file(self.stage_dir(uid).join(FILES).join(&file.file))?;
            }
        }
        Ok(())
    }

    fn keep_stage(&self, stage: &Stage) -> Result<()> {
        let stored = Stored { version: 1, order: stage.order.clone(), sent: stage.sent };
        let text = serde_json::to_string(&stored)
            .map_err(|error| Error::broken("write down an import", error))?;
        Ok(fs::write(self.stage_dir(stage.uid).join(NOTE), text)?)
    }

    fn stage_dir(&self, uid: Uid) -> PathBuf {
        self.place().dir().join(FOLDER).join(Uuid::from_bytes(uid).to_string())
    }
}

impl Upload {
    /// A new file of the name a browser gave it, without folders.
    pub fn file(&mut self, name: &str) -> Result<File> {
        let told = |message: String, hint: &str| Err(Error::told(Kind::Invalid, message, hint));
        let name = name.rsplit(['/', '\\']).next().unwrap_or_default().trim();
        let odd = name.chars().any(|it| it.is_control() || "<>:\"|?*".contains(it));
        if name.is_empty() || name.starts_with('.') || odd || name.chars().count() > NAME_CHARS_MAX
        {
            return told(
                format!("A file cannot be called \u{201c}{}\u{201d}.", crate::sync::cut(name)),
                "Rename it to letters, digits, - and _, ending in .csv.",
            );
        }
        if self.names.len() >= UPLOAD_FILES_MAX {
            return told(
                format!("More than {UPLOAD_FILES_MAX} files were sent at once."),
                "Send them in parts, or give the path of their folder.",
            );
        }
        if !self.names.insert(name.to_lowercase()) {
            return told(format!("Two files are called {name}."), "Rename one of them.");
        }
        Ok(File::create_new(self.dir.join(FILES).join(name))?)
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        if !self.finished {
            // Nobody waits for the answer; what stays is thrown away with the data folder.
            let _left = fs::remove_dir_all(&self.dir);
        }
    }
}

/// At start: throws away what was on its way in when the program ended.
pub(in crate::app) fn sweep(dir: &Path) {
    let Ok(entries) = fs::read_dir(dir.join(FOLDER)) else { return };
    for path in entries.filter_map(|it| Some(it.ok()?.path())) {
        if !path.join(NOTE).exists()
            && let Err(error) = fs::remove_dir_all(&path)
        {
            tracing::warn!(%error, "an unfinished upload could not be removed");
        }
    }
}

fn new_uid() -> Uid {
    *Uuid::now_v7().as_bytes()
}

fn make(dir: &Path) -> Result<()> {
    Ok(fs::create_dir_all(dir)?)
}
