//! Checks models, folders and predictions against what was kept of them.

use serde::{Deserialize, Serialize};

use super::{Lane, Task};
use crate::app::progress::Tell;
use crate::app::{Office, Result, verify};

/// A check of everything the registry holds.
#[derive(Debug, Serialize, Deserialize)]
pub struct Verify {}

impl Task for Verify {
    const NAME: &'static str = "verify";
    const TITLE: &'static str = "Verify models and scores";
    const LANE: Lane = Lane::Compute;
    const ALONE: bool = true;

    fn run(&self, office: &Office, tell: &dyn Tell) -> Result<String> {
        Ok(verify::verify(office, tell)?.words())
    }
}
