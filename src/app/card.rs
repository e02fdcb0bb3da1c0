//! The card of a model: what it was made from, how it was tested, what it is worth.
//!
//! The stored shape is versioned and lives apart from the types in use elsewhere. A figure that could
//! not be computed is absent, never a zero. Never here: computing.

use learn::validate::Estimate;
use serde::{Deserialize, Serialize};

/// Everything measured at a training.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// Version of this shape.
    pub format: u32,
    /// Days ahead the model speaks of.
    pub horizon_days: i32,
    /// Last day of the data, ISO.
    pub data_to: String,
    /// First and last month it learned from, ISO.
    pub months: (String, String),
    /// Rows learned from (a person's month).
    pub rows: u64,
    /// Rows left out because their outcome is not known yet.
    pub censored: u64,
    /// People among the rows.
    pub people: u64,
    /// Rows followed by an exit within the horizon.
    pub positive_rows: u64,
    /// Voluntary exits behind those rows: the evidence.
    pub exits: u64,
    /// Share of rows followed by an exit within the horizon.
    pub base_rate: f64,
    /// How much evidence there is against how much is asked for.
    pub evidence: Evidence,
    /// The test; absent when the data allow none.
    pub validation: Option<Validation>,
    /// Why there is no test.
    pub no_validation: Option<String>,
    /// The features, in the model's order.
    pub features: Vec<FeatureCard>,
    /// Levels: people of one office who can be talked to in four weeks.
    pub capacity: u64,
    /// Bags averaged.
    pub bags: u64,
    /// Seconds of the final fit.
    pub fit_seconds: f64,
    /// Seconds of the whole training.
    pub seconds: f64,
}

/// Evidence: exits there are and exits that are asked for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Exits in the data.
    pub have: u64,
    /// Below this nobody is scored.
    pub floor: u64,
    /// Exits the number of features asks for (Riley et al. 2019).
    pub need: u64,
}

/// How the model did on months and people it had not seen.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Validation {
    /// First and last month tested, ISO.
    pub months: (String, String),
    /// Months of a label's window left out before the test, so that no outcome is known twice.
    pub gap_months: u32,
    /// Parts the people were dealt into.
    pub folds: u32,
    /// Rows tested.
    pub rows: u64,
    /// Rows followed by an exit.
    pub events: u64,
    /// People tested.
    pub people: u64,
    /// Share of tested rows followed by an exit.
    pub base_rate: f64,
    /// Log loss of predicting that share for everyone.
    pub base_log_loss: f64,
    /// Predicting the base rate of the rows learned from for everyone.
    #[serde(default)]
    pub base: Measures,
    /// The Explainable Boosting Machine.
    pub ebm: Measures,
    /// The logistic regression.
    pub logistic: Measures,
    /// Log loss of the EBM less that of the logistic regression: negative favours the EBM.
    pub against_logistic: Difference,
    /// Log loss of the EBM less that of the base rate: negative favours the EBM.
    pub against_base_rate: Difference,
    /// Predicted against observed.
    pub calibration: Vec<CalibrationGroup>,
    /// What the highest scores hold, as many as can be talked to.
    pub lift: Option<LiftCard>,
}

/// One model's figures, each with its 95% interval by person.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Measures {
    /// Area under the ROC curve.
    pub auc: Ranged,
    /// Mean log loss, nats.
    pub log_loss: Ranged,
    /// Mean squared error of the probability.
    pub brier: Ranged,
    /// Calibration slope, 1 is right.
    pub slope: Ranged,
}

/// A figure with its interval; absent ends could not be computed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Ranged {
    /// The figure.
    pub value: Option<f64>,
    /// Lower end.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
}

/// A difference with its standard error, clustered by person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// The difference.
    pub value: f64,
    /// Its standard error.
    pub se: f64,
}

/// One group of rows of similar prediction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CalibrationGroup {
    /// Rows.
    pub rows: u64,
    /// Mean predicted.
    pub predicted: f64,
    /// Share observed.
    pub observed: f64,
    /// Lower end, Wilson 95%.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// What the highest scores hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LiftCard {
    /// Rows looked at.
    pub k: u64,
    /// Exits among them.
    pub hits: f64,
    /// Share of them followed by an exit, with Wilson 95%.
    pub rate: Ranged,
    /// That share over the base rate, with its interval by person.
    pub lift: Ranged,
}

/// One feature in the model.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FeatureCard {
    /// Feature id.
    pub id: String,
    /// Mean over the training rows.
    pub mean: f64,
    /// Standard deviation over the training rows, 1 when constant.
    pub sd: f64,
    /// Median over the training rows.
    pub median: Option<f64>,
    /// Mean absolute score, log-odds.
    pub importance: f64,
    /// Its standard error.
    pub importance_sd: f64,
}

/// Version of the shape written.
pub const FORMAT: u32 = 1;

impl From<Estimate> for Ranged {
    fn from(it: Estimate) -> Self {
        let finite = |it: f64| it.is_finite().then_some(it);
        Self { value: finite(it.value), low: finite(it.low), high: finite(it.high) }
    }
}

impl Validation {
    /// Whether the data support the model: its log loss beats both the base rate and the logistic
    /// regression by one standard error.
    pub fn supports_model(&self) -> bool {
        [self.against_logistic, self.against_base_rate].iter().all(Difference::favours_first)
    }

    /// Whether the model beats the base rate by one standard error.
    pub fn beats_base_rate(&self) -> bool {
        self.against_base_rate.favours_first()
    }

    /// Whether the model beats the logistic regression by one standard error.
    pub fn beats_logistic(&self) -> bool {
        self.against_logistic.favours_first()
    }
}

impl Difference {
    fn favours_first(&self) -> bool {
        self.value < -self.se
    }
}
