//! Loads an office's files.

use serde::{Deserialize, Serialize};

use super::{Forecast, Lane, Task};
use crate::app::imports::{self, Order};
use crate::app::progress::Tell;
use crate::app::runs::Uid;
use crate::app::{Error, Office, Result};
use crate::domain::told::Kind;

/// Loads files, one transaction each.
#[derive(Debug, Serialize, Deserialize)]
pub struct Import {
    /// What to load.
    pub order: Order,
    /// The order that waited for a look, if it did; it ends with the load.
    pub stage: Option<Uid>,
}

impl Task for Import {
    const NAME: &'static str = "import";
    const TITLE: &'static str = "Import files";
    const LANE: Lane = Lane::Transfer;
    const ALONE: bool = false;
    const THEN: Option<&'static str> = Some(Forecast::NAME);

    fn run(&self, office: &Office, tell: &dyn Tell) -> Result<String> {
        let report = imports::import(office, &self.order, tell)?;
        if let Some(uid) = self.stage {
            office.end_stage(uid, &report)?;
        }
        match report.failure() {
            Some(file) if report.loaded() == 0 => {
                let why = file.failed.clone().unwrap_or_default();
                Err(Error::told(Kind::Invalid, why, ""))
            }
            Some(file) => {
                let why = file.failed.as_deref().unwrap_or_default();
                Ok(format!("{} {why}", report.summary()))
            }
            None => Ok(report.summary()),
        }
    }
}
