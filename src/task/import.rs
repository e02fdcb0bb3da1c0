//! Loads an office's files.

use serde::{Deserialize, Serialize};

use super::{Lane, Task};
use crate::app::imports::{self, Order};
use crate::app::progress::Tell;
use crate::app::{Office, Result};

/// Loads files, one transaction each.
#[derive(Debug, Serialize, Deserialize)]
pub struct Import {
    /// What to load.
    pub order: Order,
}

impl Task for Import {
    const NAME: &'static str = "import";
    const TITLE: &'static str = "Import files";
    const LANE: Lane = Lane::Transfer;
    const ALONE: bool = false;

    fn run(&self, office: &Office, tell: &dyn Tell) -> Result<String> {
        Ok(imports::import(office, &self.order, tell)?.summary())
    }
}
