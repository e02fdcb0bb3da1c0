//! Makes the usual forecasts of the office's series, or one that was asked for.

use serde::{Deserialize, Serialize};

use super::{Lane, Task};
use crate::app::progress::Tell;
use crate::app::runs::Uid;
use crate::app::{Office, Result, outlook, plan};

/// Everything for everyone and each office; for zones what is planned by zone. Or one question.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Forecast {
    /// The one question; none for the usual ones.
    #[serde(default)]
    pub asked: Option<Asked>,
}

/// A question that pages may ask and nobody usually does: days, a series of a zone.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Asked {
    /// Id of the series.
    pub series: String,
    /// Name of the step; none for the series' usual one.
    pub step: Option<String>,
    /// Zone or office; none for everyone.
    pub place: Option<Uid>,
}

impl Task for Forecast {
    const NAME: &'static str = "forecast";
    const TITLE: &'static str = "Forecast the office's series";
    const LANE: Lane = Lane::Compute;
    const ALONE: bool = true;

    fn run(&self, office: &Office, tell: &dyn Tell) -> Result<String> {
        if let Some(it) = &self.asked {
            let series = outlook::find(&it.series)?;
            let step = it.step.as_deref().map(outlook::step).transpose()?;
            let ask = outlook::Ask { step, place: it.place, ..outlook::Ask::of(series.id) };
            return Ok(outlook::answer(office, &ask, tell)?.sentence);
        }
        let made = outlook::refresh(office, tell)?;
        plan::warm(office);
        Ok(made.words())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::{Queue, Refresh};
    use super::*;
    use crate::app::{fixture, runs};

    #[test]
    fn forecasts_follow_what_was_added_up() {
        let office = fixture::empty();
        let queue = Queue::start(office.clone()).unwrap();
        queue.ask(&Refresh {}).unwrap();
        let done = (0..600).any(|_| {
            std::thread::sleep(Duration::from_millis(50));
            let runs = office.look(runs::list).unwrap();
            runs.iter().any(|it| it.name == Forecast::NAME && it.state == runs::state::DONE)
        });
        assert!(done, "the task that follows did not run");
    }
}
