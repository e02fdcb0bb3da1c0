//! Trains a model and scores everyone with it.

use serde::{Deserialize, Serialize};

use super::{Lane, Task};
use crate::app::progress::Tell;
use crate::app::{Office, Result, plan, train};

/// A new model on the data there are.
#[derive(Debug, Serialize, Deserialize)]
pub struct Train {}

impl Task for Train {
    const NAME: &'static str = "train";
    const TITLE: &'static str = "Train a model";
    const LANE: Lane = Lane::Compute;
    const ALONE: bool = true;

    fn run(&self, office: &Office, tell: &dyn Tell) -> Result<String> {
        let made = train::train(office, tell)?;
        plan::warm(office);
        Ok(made.words())
    }
}
