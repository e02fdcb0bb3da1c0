//! Loads the demo office and trains its first model.

use serde::{Deserialize, Serialize};

use super::{Forecast, Lane, Task};
use crate::app::progress::Tell;
use crate::app::{Office, Result, demo, train};

/// The default demo, ending yesterday.
#[derive(Debug, Serialize, Deserialize)]
pub struct Demo {}

impl Task for Demo {
    const NAME: &'static str = "demo";
    const TITLE: &'static str = "Load the demo office";
    const LANE: Lane = Lane::Transfer;
    const ALONE: bool = true;
    const THEN: Option<&'static str> = Some(Forecast::NAME);

    fn run(&self, office: &Office, tell: &dyn Tell) -> Result<String> {
        let spec = demo::default_spec(office.clock().today());
        let report = demo::load(office, &spec, None, tell)?;
        let trained = train::train(office, tell)?;
        Ok(format!("{} {}", report.import.summary(), trained.words()))
    }
}
