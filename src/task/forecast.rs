//! Makes the usual forecasts of the office's series.

use serde::{Deserialize, Serialize};

use super::{Lane, Task};
use crate::app::progress::Tell;
use crate::app::{Office, Result, outlook, plan};

/// Everything for everyone and each office; for zones what is planned by zone.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Forecast {}

impl Task for Forecast {
    const NAME: &'static str = "forecast";
    const TITLE: &'static str = "Forecast the office's series";
    const LANE: Lane = Lane::Compute;
    const ALONE: bool = true;

    fn run(&self, office: &Office, tell: &dyn Tell) -> Result<String> {
        let made = outlook::refresh(office, tell)?;
        plan::warm(office);
        Ok(made.words())
    }
}
