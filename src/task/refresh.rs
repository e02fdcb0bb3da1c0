//! Brings derived tables up to facts that were loaded before the program was cut off.

use serde::{Deserialize, Serialize};

use super::{Forecast, Lane, Task};
use crate::app::progress::Tell;
use crate::app::{Office, Result, derive};
use crate::domain::count::counted;

/// Roll-ups and months at risk.
#[derive(Debug, Serialize, Deserialize)]
pub struct Refresh {}

impl Task for Refresh {
    const NAME: &'static str = "refresh";
    const TITLE: &'static str = "Add up what was loaded";
    const LANE: Lane = Lane::Transfer;
    const ALONE: bool = true;
    const THEN: Option<&'static str> = Some(Forecast::NAME);

    fn run(&self, office: &Office, tell: &dyn Tell) -> Result<String> {
        let refreshed = derive::refresh(office, tell)?;
        Ok(format!("{} of technicians brought up to date.", counted(refreshed.months, "month")))
    }
}
