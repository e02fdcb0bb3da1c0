//! Scores everyone with the model in use.

use serde::{Deserialize, Serialize};

use super::{Lane, Task};
use crate::app::progress::Tell;
use crate::app::{Office, Result, plan, score};

/// Scores as of the last day of the data.
#[derive(Debug, Serialize, Deserialize)]
pub struct Score {}

impl Task for Score {
    const NAME: &'static str = "score";
    const TITLE: &'static str = "Score everyone";
    const LANE: Lane = Lane::Compute;
    const ALONE: bool = true;

    fn run(&self, office: &Office, tell: &dyn Tell) -> Result<String> {
        let made = score::score(office, tell)?;
        plan::warm(office);
        Ok(made.words())
    }
}
