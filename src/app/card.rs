//! The card of a model: what it was made from, how it was tested, what it is worth.
//!
//! The stored shape is versioned and lives apart from the types in use elsewhere. A figure that could
//! not be computed is absent, never a zero. Never here: computing.

mod origin;
mod second;

use learn::validate::Estimate;
use serde::{Deserialize, Serialize};

use crate::domain::calendar::Month;

pub use origin::{EditCard, HereTest, How, Origin, Part};
pub use second::{Agreement, RuleCard, Seen, SegmentCard, SegmentsCard, TreeCard};

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
    /// Rows left out because their month is not over in the data.
    pub censored: u64,
    /// People among the rows.
    pub people: u64,
    /// Voluntary exits in those months, one row each: the evidence.
    pub exits: u64,
    /// Share of the rows with a voluntary exit in the month itself: the mean monthly hazard.
    #[serde(default)]
    pub monthly_rate: f64,
    /// Rows whose horizon has closed, so that it is known whether an exit came within it.
    #[serde(default)]
    pub horizon_rows: u64,
    /// Of those, rows followed by a voluntary exit within the horizon.
    pub positive_rows: u64,
    /// Their share: what levels are measured against.
    pub base_rate: f64,
    /// How much evidence there is against how much is asked for.
    pub evidence: Evidence,
    /// The test; absent when the data allow none.
    pub validation: Option<Validation>,
    /// Why there is no test.
    pub no_validation: Option<String>,
    /// The features, in the model's order.
    pub features: Vec<FeatureCard>,
    /// Whether the predictions tested were right on average, and what was done about it.
    #[serde(default)]
    pub calibrated: Option<CalibrationCheck>,
    /// How alike the reasons of a person come out in each bag.
    #[serde(default)]
    pub stability: Option<Stability>,
    /// Second opinion: a small tree. Absent in cards of before.
    #[serde(default)]
    pub tree: Option<TreeCard>,
    /// Why there is none.
    #[serde(default)]
    pub no_tree: Option<String>,
    /// Second opinion: kinds of situations. Absent in cards of before.
    #[serde(default)]
    pub segments: Option<SegmentsCard>,
    /// Why there are none.
    #[serde(default)]
    pub no_segments: Option<String>,
    /// Where it comes from, when it was not trained here as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// Lines changed by people, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub edits: Vec<EditCard>,
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
    /// The same for a model of one office alone, offices by name.
    #[serde(default)]
    pub offices: Vec<OfficeEvidence>,
}

/// What a model of one office alone would rest on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct OfficeEvidence {
    /// Its name.
    pub office: String,
    /// People at risk there in the months learned from.
    pub people: u64,
    /// Voluntary exits there.
    pub have: u64,
    /// Exits a model of that office alone would ask for, at its own rate of leaving.
    pub need: u64,
}

/// How the model did on months and people it had not seen.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Validation {
    /// First and last month tested, ISO.
    pub months: (String, String),
    /// Months left out before the test, so that no outcome is known twice. None are needed where
    /// the outcome of a month is known when it ends.
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
    /// The Explainable Boosting Machine, as fitted for the test, not corrected.
    pub ebm: Measures,
    /// The other ways of predicting, on the very same rows, in the order of `CONTENDERS`. Empty in
    /// cards of format 1.
    #[serde(default)]
    pub contenders: Vec<Contender>,
    /// The EBM at each horizon with closed windows among the tested months.
    #[serde(default)]
    pub horizons: Vec<HorizonCard>,
    /// The EBM's error in each office and trade, at the default horizon.
    #[serde(default)]
    pub groups: Vec<GroupCard>,
    /// What fewer people to learn from would have done to the test, with main effects only.
    #[serde(default)]
    pub size_curve: Vec<SizePoint>,
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

/// Another way of predicting the same rows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Contender {
    /// Which: an id of `CONTENDERS`.
    pub id: String,
    /// Its name on pages.
    pub name: String,
    /// Its figures.
    pub measures: Measures,
    /// Log loss of the EBM less its own: negative favours the EBM.
    pub against: Difference,
}

/// The EBM within a number of days.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct HorizonCard {
    /// Days ahead.
    pub days: i32,
    /// Tested rows whose window has closed.
    pub rows: u64,
    /// Those followed by an exit.
    pub events: u64,
    /// People among them.
    pub people: u64,
    /// Mean predicted.
    pub predicted: f64,
    /// Share observed, 95% by person.
    pub observed: Ranged,
    /// Observed over predicted, 95% by person: 1 is right.
    pub ratio: Ranged,
    /// Area under the ROC curve, 95% by person.
    pub auc: Ranged,
}

/// The EBM's error among people of one office or trade.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GroupCard {
    /// `office` or `trade`.
    pub by: String,
    /// Which.
    pub name: String,
    /// Tested rows.
    pub rows: u64,
    /// People among them.
    pub people: u64,
    /// Rows followed by an exit.
    pub events: u64,
    /// Mean predicted.
    pub predicted: f64,
    /// Share observed, 95% by person.
    pub observed: Ranged,
    /// Observed over predicted, 95% by person: 1 is right. Absent without an exit.
    pub ratio: Ranged,
    /// Area under the ROC curve, 95% by person; absent where fewer than `GROUP_EXITS_MIN` people
    /// left.
    pub auc: Ranged,
}

/// The test with a part of the people to learn from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SizePoint {
    /// Share of the people.
    pub share: f64,
    /// People learned from.
    pub people: u64,
    /// Exits among them.
    pub exits: u64,
    /// Area under the ROC curve, 95% by person.
    pub auc: Ranged,
    /// Mean log loss, nats.
    pub log_loss: f64,
    /// Log loss less that of the whole, on the same rows; positive is worse.
    pub against_whole: Difference,
}

/// Whether predictions of the month were right on the tested rows, and the correction if not.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CalibrationCheck {
    /// Rows checked: tested months that are over.
    pub rows: u64,
    /// Exits in those months.
    pub events: u64,
    /// Slope of outcome on predicted log-odds, 95% by person: 1 is right, below it predictions are
    /// too extreme.
    pub slope: Ranged,
    /// Log-odds to add at slope 1, 95% by person: 0 is right.
    pub shift: Ranged,
    /// Whether the kept model was corrected: one of the two intervals left out the right value.
    pub corrected: bool,
    /// Factor on every line of the kept model; 1 when it was not corrected.
    pub factor: f64,
    /// Added to its start, log-odds; 0 when it was not corrected.
    pub added: f64,
    /// At the default horizon as tested.
    pub before: Calibrated,
    /// The same rows, each corrected by what the other parts of the people say; absent when nothing
    /// was corrected.
    pub after: Option<Calibrated>,
}

/// How right predictions are at the default horizon.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Calibrated {
    /// Mean log loss, nats.
    pub log_loss: f64,
    /// Calibration slope, 95% by person.
    pub slope: Ranged,
    /// Observed over predicted, 95% by person.
    pub ratio: Ranged,
}

/// In how many bags a person's reasons are the same as in the model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Stability {
    /// Bags.
    pub bags: u64,
    /// People scored.
    pub people: u64,
    /// Median share of bags with the same top reason.
    pub top: f64,
    /// Median share of bags with the same three reasons on top, in any order.
    pub three: f64,
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
    /// `rising` or `falling` where the shape may only go one way.
    #[serde(default)]
    pub direction: Option<String>,
}

/// Version of the shape written. 1: the model spoke of the horizon at once; 2: of each month.
pub const FORMAT: u32 = 2;
/// Id of predicting the base rate for everyone.
pub const BASE: &str = "base";
/// Id of the logistic regression.
pub const LOGISTIC: &str = "logistic";
/// Fewer people who left give no order of who leaves first.
pub const GROUP_EXITS_MIN: usize = 10;

impl Card {
    /// Whether the model's log-odds are those of one month; else of the horizon at once.
    pub fn is_monthly(&self) -> bool {
        self.format >= 2
    }
}

impl From<Estimate> for Ranged {
    fn from(it: Estimate) -> Self {
        let finite = |it: f64| it.is_finite().then_some(it);
        Self { value: finite(it.value), low: finite(it.low), high: finite(it.high) }
    }
}

/// A month as kept (`2026-03`) in words.
pub fn month_words(month: &str) -> String {
    Month::parse(month).map_or_else(|| month.to_owned(), Month::words)
}

impl Validation {
    /// A contender's figures.
    pub fn contender(&self, id: &str) -> Option<&Contender> {
        self.contenders.iter().find(|it| it.id == id)
    }

    /// Whether the data support the model: its log loss beats both the base rate and the logistic
    /// regression by one standard error.
    pub fn supports_model(&self) -> bool {
        self.beats_base_rate() && self.beats_logistic()
    }

    /// Whether the model beats the base rate by one standard error.
    pub fn beats_base_rate(&self) -> bool {
        self.beats(BASE)
    }

    /// Whether the model beats the logistic regression by one standard error.
    pub fn beats_logistic(&self) -> bool {
        self.beats(LOGISTIC)
    }

    fn beats(&self, id: &str) -> bool {
        self.contender(id).is_some_and(|it| it.against.favours_first())
    }
}

impl Difference {
    fn favours_first(&self) -> bool {
        self.value < -self.se
    }
}
