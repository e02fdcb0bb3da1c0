//! What a forecast is made from, read once: the known values, where, as of which day, with which
//! holidays.
//!
//! Never here: writing.

use learn::progress::Flow;
use learn::series::{self, Holiday, Options, Past, Step};

use super::{AHEAD_MAX, Ask, Cx, Error, Result, SEED, Sort, View, keep, usual_ahead, words};
use crate::app::holidays::Source;
use crate::app::registry;
use crate::app::scope::Scope;
use crate::clock::Stopwatch;
use crate::domain::calendar::Day;
use crate::metric::series::{self as kept, Series};
use crate::metric::{self, Where};
use crate::store::forecasts::{self, ForecastRow, Question};

/// Known periods below which there is nothing to forecast from.
const PERIODS_MIN: usize = 3;

/// A question with all that its answer depends on.
#[derive(Clone, Debug)]
pub(super) struct Material {
    pub(super) series: &'static Series,
    pub(super) step: Step,
    pub(super) place: String,
    pub(super) place_uid: Option<[u8; 16]>,
    pub(super) as_of: Day,
    pub(super) past: Past,
    pub(super) options: Options,
    pub(super) question: Question,
    pub(super) data_hash: String,
}

impl Material {
    /// Reads it as of the data's last day.
    pub(super) fn read(cx: &Cx<'_>, ask: &Ask) -> Result<Self> {
        Self::read_by(cx, ask, metric::last_day(cx.read)?.unwrap_or_default())
    }

    /// Reads it as it was known at the end of a day.
    pub(super) fn read_by(cx: &Cx<'_>, ask: &Ask, as_of: Day) -> Result<Self> {
        let series = kept::find(ask.series)?;
        let step = ask.step.unwrap_or(series.steps[0]);
        let ahead = if ask.ahead == 0 { usual_ahead(step) } else { ask.ahead };
        if ahead > AHEAD_MAX {
            return Err(Error::told(
                Sort::Invalid,
                format!("A forecast of {ahead} periods says nothing."),
                format!("Ask for at most {AHEAD_MAX}."),
            ));
        }
        let scope = Scope::read(cx, ask.place)?;
        let at = scope.at();
        let question = Question {
            series: series.id.to_owned(),
            step: step.word().to_owned(),
            zone_id: at.zone,
            office_id: at.office,
            appliance: ask.appliance.clone().unwrap_or_default(),
            ahead: u32::try_from(ahead).unwrap_or(u32::MAX),
            choice: super::choice_name(ask.choice).to_owned(),
            seed: SEED,
        };
        let past = known(cx, series, step, at, ask.appliance.as_deref(), as_of)?;
        let holidays = holidays(series, &past, ahead);
        let data_hash = hash_of(series, &past, &holidays);
        Ok(Self {
            series,
            step,
            place: scope.words().to_owned(),
            place_uid: ask.place,
            as_of,
            past,
            options: Options { ahead, choice: ask.choice, holidays, seed: SEED },
            question,
            data_hash,
        })
    }

    /// Whether there is anything to forecast from.
    ///
    /// # Errors
    /// `NotEnough` when there is not.
    pub(super) fn enough(&self) -> Result<()> {
        let known = self.past.values.iter().filter(|it| !it.is_nan()).count();
        if known >= PERIODS_MIN {
            return Ok(());
        }
        Err(Error::told(
            Sort::NotEnough,
            format!(
                "{} at {}: {known} whole {}s are known, a forecast needs {PERIODS_MIN}.",
                self.series.title,
                self.place,
                self.step.word()
            ),
            "Load earlier files, choose a shorter step or a larger place.",
        ))
    }

    /// The forecast kept of exactly this, if it is what its hash says.
    pub(super) fn kept(&self, cx: &Cx<'_>) -> Result<Option<ForecastRow>> {
        let row = forecasts::find(cx.read, &self.question, &self.data_hash, keep::CODE_VERSION)?;
        Ok(row.filter(|it| keep::hash(&it.outlook) == it.outlook_hash))
    }

    /// Works it out; nothing is kept.
    pub(super) fn compute(&self, told: &dyn Fn(usize, usize) -> Flow) -> Result<View> {
        let watch = Stopwatch::start();
        let outlook = series::forecast(&self.past, &self.options, told)
            .map_err(|error| self.cannot(error))?;
        let fit_ms = watch.elapsed().as_secs_f64() * 1000.0;
        Ok(words::view(self, outlook, fit_ms, None))
    }

    /// The view of a kept row of this question.
    pub(super) fn view_of_row(&self, row: &ForecastRow) -> Result<View> {
        let outlook = keep::outlook(row)?;
        Ok(words::view(self, outlook, row.fit_ms, Some(row.uid)))
    }

    /// The row to keep.
    pub(super) fn row(&self, view: &View) -> Result<ForecastRow> {
        let outlook = keep::json(&view.outlook)?;
        Ok(ForecastRow {
            id: 0,
            uid: [0; 16],
            question: self.question.clone(),
            as_of: self.as_of,
            data_hash: self.data_hash.clone(),
            code_version: keep::CODE_VERSION.to_owned(),
            past: keep::json(&self.past)?,
            outlook_hash: keep::hash(&outlook),
            outlook,
            fit_ms: view.fit_ms,
            created_at: 0,
        })
    }

    fn cannot(&self, error: learn::Error) -> Error {
        match error {
            learn::Error::Cancelled => super::stopped(),
            learn::Error::Option { .. } => Error::told(
                Sort::Invalid,
                format!("{} cannot be forecast so: {error}.", self.series.title),
                "Choose another horizon or method.",
            ),
            error => Error::told(
                Sort::NotEnough,
                format!(
                    "{} at {} cannot be forecast from {} {}s: {error}.",
                    self.series.title,
                    self.place,
                    self.past.len(),
                    self.step.word()
                ),
                "Leave the method to the program, choose a larger place or load earlier files.",
            ),
        }
    }
}

/// The known values, read once for each revision of the data.
pub(super) fn known(
    cx: &Cx<'_>,
    series: &'static Series,
    step: Step,
    at: Where,
    appliance: Option<&str>,
    as_of: Day,
) -> Result<Past> {
    let key = format!("series {} {step:?} {at:?} {appliance:?} {as_of}", series.id);
    cx.once(key, || Ok(kept::past(cx.read, series, step, at, appliance, as_of)?))
}

/// Named days with an effect of their own, over the known periods and those ahead: the holidays of
/// the United States, for what is worked. People come and go on other days.
pub(super) fn holidays(series: &Series, past: &Past, ahead: usize) -> Vec<Holiday> {
    if !series.is_work() {
        return Vec::new();
    }
    Source::Us.over(past, ahead).map_or_else(|_| Vec::new(), |it| it.0)
}

/// SHA-256 over the series, its calendar, its values bit for bit, and the holidays.
pub(super) fn hash_of(series: &Series, past: &Past, holidays: &[Holiday]) -> String {
    let mut bytes = format!("{} {} {}\n", series.id, past.step.word(), past.first).into_bytes();
    for value in &past.values {
        // One bit pattern for what is not known.
        let bits = if value.is_nan() { f64::NAN.to_bits() } else { value.to_bits() };
        bytes.extend(bits.to_le_bytes());
    }
    for holiday in holidays {
        bytes.extend(format!("{} {:?}\n", holiday.name, holiday.days).into_bytes());
    }
    registry::hash(&bytes)
}
