//! From months at risk to a model that was tested before it is used.
//!
//! Tested on the last months, by models that saw neither those months nor those people; then fitted
//! on everything and kept with its card. Never here: numerics (see the crate `learn`), pages.

use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};

use learn::baseline::Logistic;
use learn::ebm::{self, Ebm, EbmOptions};
use learn::frame::Frame;
use learn::progress::{Flow, Part, Progress, Step};
use learn::validate::{self, Scored, Split};
use learn::{artifact, frame::ColumnKind};
use sha2::{Digest, Sha256};

use super::card::{
    CalibrationGroup, Card, Difference, Evidence, FORMAT, FeatureCard, LiftCard, Measures, Ranged,
    Validation,
};
use super::material::evidence;
use super::progress::{Live, LiveShape, Silent, Tell, go_on, stopped};
use super::{Error, Office, Result, derive, score};
use crate::clock::Stopwatch;
use crate::domain::calendar::Month;
use crate::domain::told::Kind;
use crate::feature::{self, FEATURES, Labelled};
use crate::store::models::{self, ModelRow};
use crate::store::months::{self, KeptRow, Span};
use crate::store::situations;

/// Parts the people are dealt into for the test: each test model learns from nine tenths of them,
/// close to the model that is kept.
const FOLDS: usize = 10;
/// Share of the labelled months that are tested on, the last ones.
const TEST_SHARE: f64 = 0.25;
/// Bags of each test model: enough for its probabilities, fewer than for its bands.
const TEST_BAGS: usize = 8;
/// Bins of a feature: 32 of about equal weight, missing, unseen. Against 254 this takes half the
/// time, comes 0.002 nearer to the truth's AUC and 0.01 nearer to the true shapes (mean of five
/// demos of 500 people, `tests/truth.rs`), and a page can show every step of the model.
const BINS_MAX: usize = 34;
/// Draws behind each interval.
const DRAWS: usize = 200;
/// Groups of the calibration.
const GROUPS: usize = 5;
/// Strength of the logistic regression's ridge, scikit-learn's default.
const RIDGE: f64 = 1.0;

/// The steps of a training: the percent each begins at, and what it does.
pub const STEPS: [(u64, &str); 5] = [
    (0, "Read months at risk"),
    (TEST_FROM, "Test on later months and other people"),
    (FIT_FROM, "Fit on all months"),
    (WRITE_FROM, "Write down the model and its card"),
    (SCORE_FROM, "Score everyone"),
];
const TEST_FROM: u64 = 5;
const FIT_FROM: u64 = 45;
const WRITE_FROM: u64 = 90;
const SCORE_FROM: u64 = 94;

/// What a training gave.
#[derive(Clone, Debug)]
pub struct Trained {
    /// Version of the model.
    pub version: u32,
    /// Its card.
    pub card: Card,
    /// People scored and not scored with it.
    pub scored: score::Counts,
}

impl Trained {
    /// In one sentence.
    pub fn words(&self) -> String {
        let test = match self.card.validation.as_ref().and_then(|it| it.ebm.auc.value) {
            Some(auc) => format!("AUC {auc:.3} on months and people it had not seen"),
            None => "not tested: the data are too short".to_owned(),
        };
        format!(
            "Model v{} learned from {} exits, {test}. {}",
            self.version,
            self.card.exits,
            self.scored.words()
        )
    }
}

/// Trains, tests, keeps and scores. Nothing is kept when it fails or is stopped.
///
/// # Errors
/// `NotEnough` below the evidence floor; `Told` when there is no data.
pub fn train(office: &Office, tell: &dyn Tell) -> Result<Trained> {
    let clock = Stopwatch::start();
    let config = office.config().clone();
    derive::refresh(office, tell)?;
    go_on(tell, 0, 100, "Reading months at risk.")?;
    let table = office.look(move |cx| read_table(cx, config.score_horizon_days))?;
    let evidence = evidence_of(&table, office.config().score_exits_min)?;
    let tested = test(office, &table, tell).and_then(|(said, design)| {
        said.validation(&table.labelled.frame, design, office, office.config().train_seed)
    });
    let (validation, no_validation) = match tested {
        Ok(validation) => (Some(validation), None),
        Err(Failure::Stopped) => return Err(stopped()),
        Err(Failure::Impossible(why)) => (None, Some(why)),
    };
    let fit_clock = Stopwatch::start();
    let ear = Ear::new(tell, FIT_FROM, WRITE_FROM, "Fitting on all months");
    let options = options(office, office.config().train_outer_bags as usize);
    let model = ebm::fit(&table.labelled.frame, &options, &ear).map_err(learn_error)?;
    let fit_seconds = fit_clock.elapsed().as_secs_f64();
    go_on(tell, WRITE_FROM, 100, "Writing down the model.")?;
    let mut card = card_of(office, &table, &model, evidence);
    (card.validation, card.no_validation) = (validation, no_validation);
    (card.fit_seconds, card.seconds) = (fit_seconds, clock.elapsed().as_secs_f64());
    let (id, version) = keep(office, &table, &model, &card)?;
    go_on(tell, SCORE_FROM, 100, "Scoring everyone.")?;
    let scored =
        score::score_with(office, &score::Loaded { id, version, model, card: card.clone() })?;
    Ok(Trained { version, card, scored })
}

/// Labelled rows and where they come from.
struct Table {
    kept: Vec<KeptRow>,
    labelled: Labelled,
    span: Span,
    horizon_days: i32,
}

fn read_table(cx: &super::Cx<'_>, horizon_days: i32) -> Result<Table> {
    let Some(span) = months::data_span(cx.read)? else {
        return Err(Error::told(
            Kind::NotEnough,
            "There is no data to learn from.",
            "Import the office's files or load the demo first.",
        ));
    };
    let kept = months::frame_rows(cx.read)?;
    let labelled =
        feature::frame(&kept, FEATURES, horizon_days, span.to).map_err(|error| match error {
            learn::Error::Empty => Error::told(
                Kind::NotEnough,
                format!("No month has {horizon_days} days of data behind it yet."),
                "Wait until the data reach further, or choose a shorter score.horizon_days.",
            ),
            other => learn_error(other),
        })?;
    Ok(Table { kept, labelled, span, horizon_days })
}

/// Counts people with an exit, not rows, and refuses below the floor.
fn evidence_of(table: &Table, floor: u32) -> Result<Evidence> {
    let frame = &table.labelled.frame;
    let rows = table.labelled.rows.iter().zip(frame.target());
    let mut exits: Vec<i64> = rows
        .filter(|(_, target)| **target > 0.5)
        .map(|(at, _)| table.kept[*at].row.employment_id)
        .collect();
    exits.sort_unstable();
    exits.dedup();
    let (have, floor) = (exits.len() as u64, u64::from(floor));
    if have < floor {
        return Err(Error::told(
            Kind::NotEnough,
            format!("Not enough data to score anyone: {have} voluntary exits, {floor} needed."),
            "Add years or offices. Turnover and every other metric work without a model.",
        ));
    }
    let mut spells: Vec<i64> =
        table.labelled.rows.iter().map(|at| table.kept[*at].row.employment_id).collect();
    spells.sort_unstable();
    spells.dedup();
    evidence(have, spells.len() as u64, floor)
}

enum Failure {
    Stopped,
    Impossible(String),
}

impl From<learn::Error> for Failure {
    fn from(error: learn::Error) -> Self {
        match error {
            learn::Error::Cancelled => Self::Stopped,
            other => Self::Impossible(format!("The data allow no test: {other}.")),
        }
    }
}

/// What the test models said of each row they were tested on.
#[derive(Clone, Debug, PartialEq)]
pub struct TestRow {
    /// Number the office knows the person by.
    pub employee_no: String,
    /// The month whose first morning was looked at.
    pub month: Month,
    /// Chance given to an exit within the horizon.
    pub probability: f64,
    /// Whether there was one.
    pub left: bool,
}

/// The test of a training over again, row by row: what `Validation` sums up. Same data, same rows.
///
/// # Errors
/// As [`train`]; `NotEnough` when the data allow no test.
pub fn test_rows(office: &Office) -> Result<Vec<TestRow>> {
    let horizon_days = office.config().score_horizon_days;
    let (table, numbers) = office
        .look(move |cx| Ok((read_table(cx, horizon_days)?, months::employee_numbers(cx.read)?)))?;
    let (said, _) = test(office, &table, &Silent).map_err(|failure| match failure {
        Failure::Stopped => stopped(),
        Failure::Impossible(why) => Error::told(Kind::NotEnough, why, ""),
    })?;
    let row = |at: usize| TestRow {
        employee_no: numbers.get(&i64::from(said.group[at])).cloned().unwrap_or_default(),
        month: Month(said.time[at]),
        probability: said.ebm[at],
        left: said.target[at] > 0.5,
    };
    Ok((0..said.target.len()).map(row).collect())
}

/// How a test was laid out: months left out before it, parts of the people.
type Design = (u32, usize);

/// Tests on the last quarter of the months; every row by a model that knew neither the person nor
/// any outcome of those months.
fn test(
    office: &Office,
    table: &Table,
    tell: &dyn Tell,
) -> std::result::Result<(Predictions, Design), Failure> {
    let frame = &table.labelled.frame;
    let (first, last) = ends(frame);
    let gap = (table.horizon_days as u32).div_ceil(30);
    let tested = ((f64::from(last - first + 1) * TEST_SHARE) as i32).max(1);
    let cutoff = last - tested;
    let whole = validate::time_split(frame, cutoff, gap).map_err(|_empty| {
        Failure::Impossible("The months are too few to test on later ones.".to_owned())
    })?;
    let seed = office.config().train_seed;
    let splits = validate::out_of_person(frame, &whole, FOLDS, seed)?;
    let mut predictions = Predictions::default();
    for (at, split) in splits.iter().enumerate() {
        let begins =
            |part: usize| TEST_FROM + (FIT_FROM - TEST_FROM) * part as u64 / splits.len() as u64;
        let what = format!("Testing on later months, part {} of {}", at + 1, splits.len());
        let ear = Ear::new(tell, begins(at), begins(at + 1), &what);
        predictions.add(frame, split, &options(office, TEST_BAGS), &ear)?;
    }
    Ok((predictions, (gap, splits.len())))
}

/// Test rows with what each model said of them.
#[derive(Default)]
struct Predictions {
    target: Vec<f64>,
    group: Vec<u32>,
    time: Vec<i32>,
    ebm: Vec<f64>,
    logistic: Vec<f64>,
    base: Vec<f64>,
}

impl Predictions {
    fn add(
        &mut self,
        frame: &Frame,
        split: &Split,
        options: &EbmOptions,
        ear: &Ear<'_>,
    ) -> learn::Result<()> {
        let (train, test) = (frame.take(&split.train)?, frame.take(&split.test)?);
        let model = ebm::fit(&train, options, ear)?;
        let logistic = Logistic::fit(&train, RIDGE)?;
        self.ebm.extend(model.probabilities(test.columns())?);
        self.logistic.extend(logistic.probabilities(test.columns())?);
        self.base.extend(vec![train.base_rate(); test.rows()]);
        self.target.extend(test.target());
        self.group.extend(test.group());
        self.time.extend(test.time());
        Ok(())
    }

    fn validation(
        &self,
        frame: &Frame,
        (gap_months, folds): Design,
        office: &Office,
        seed: u64,
    ) -> std::result::Result<Validation, Failure> {
        let scored = |it: &[f64]| Scored::new(&self.target, it, None, &self.group);
        let (ebm, logistic, base) =
            (scored(&self.ebm)?, scored(&self.logistic)?, scored(&self.base)?);
        let report = ebm.report(DRAWS, seed);
        let (first, last) = ends(frame);
        let (first, last) =
            self.time.iter().fold((last, first), |it, m| (it.0.min(*m), it.1.max(*m)));
        // As many people a month as can be talked to in four weeks, in each office of usual size.
        let k = (capacity(office) * (last - first + 1) as usize).min(self.target.len()).max(1);
        Ok(Validation {
            months: (Month(first).to_string(), Month(last).to_string()),
            gap_months,
            folds: folds as u32,
            rows: report.rows as u64,
            events: report.events as u64,
            people: report.groups as u64,
            base_rate: report.base_rate,
            base_log_loss: base.log_loss(),
            base: measures(&base.report(DRAWS, seed)),
            ebm: measures(&report),
            logistic: measures(&logistic.report(DRAWS, seed)),
            against_logistic: difference(&ebm, &logistic)?,
            against_base_rate: difference(&ebm, &base)?,
            calibration: ebm.reliability(GROUPS).iter().map(calibration_group).collect(),
            lift: ebm.lift(k, DRAWS, seed).ok().map(|it| LiftCard {
                k: it.k as u64,
                hits: it.hits,
                rate: Ranged {
                    value: Some(it.rate),
                    low: Some(it.rate_low),
                    high: Some(it.rate_high),
                },
                lift: it.lift.into(),
            }),
        })
    }
}

fn measures(report: &validate::Report) -> Measures {
    Measures {
        auc: report.auc.into(),
        log_loss: report.log_loss.into(),
        brier: report.brier.into(),
        slope: report.slope.into(),
    }
}

fn difference(first: &Scored, second: &Scored) -> learn::Result<Difference> {
    let it = validate::compare(first, second)?;
    Ok(Difference { value: it.difference, se: it.se })
}

fn calibration_group(it: &learn::calibrate::ReliabilityGroup) -> CalibrationGroup {
    CalibrationGroup {
        rows: it.rows as u64,
        predicted: it.predicted,
        observed: it.observed,
        low: it.low,
        high: it.high,
    }
}

fn options(office: &Office, bags: usize) -> EbmOptions {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let seed = office.config().train_seed;
    EbmOptions { bags, bins_max: BINS_MAX, ..EbmOptions::new(seed, threads) }
}

/// People of one office a manager can talk to in four weeks.
pub(super) fn capacity(office: &Office) -> usize {
    office.config().score_interviews_per_week as usize * 4
}

fn ends(frame: &Frame) -> (i32, i32) {
    frame.time().iter().fold((i32::MAX, i32::MIN), |it, m| (it.0.min(*m), it.1.max(*m)))
}

fn card_of(office: &Office, table: &Table, model: &Ebm, evidence: Evidence) -> Card {
    let frame = &table.labelled.frame;
    let (first, last) = ends(frame);
    let importances = model.importances();
    let features = frame.columns().iter().enumerate().map(|(at, column)| {
        let ColumnKind::Continuous(values) = &column.kind else {
            return FeatureCard { id: column.name.clone(), ..FeatureCard::default() };
        };
        let (mean, sd, median) = spread(values);
        let importance = importances.iter().find(|it| it.term == at);
        FeatureCard {
            id: column.name.clone(),
            mean,
            sd,
            median,
            importance: importance.map_or(0.0, |it| it.mean),
            importance_sd: importance.map_or(0.0, |it| it.sd),
        }
    });
    Card {
        format: FORMAT,
        horizon_days: table.horizon_days,
        data_to: table.span.to.to_string(),
        months: (Month(first).to_string(), Month(last).to_string()),
        rows: frame.rows() as u64,
        censored: table.labelled.censored as u64,
        people: frame.groups().len() as u64,
        positive_rows: frame.events() as u64,
        exits: evidence.have,
        base_rate: frame.base_rate(),
        evidence,
        features: features.collect(),
        capacity: capacity(office) as u64,
        bags: model.bagged_intercept.len() as u64,
        ..Card::default()
    }
}

/// Mean, standard deviation (1 when constant) and median of the known values.
fn spread(values: &[f64]) -> (f64, f64, Option<f64>) {
    let mut known: Vec<f64> = values.iter().copied().filter(|it| it.is_finite()).collect();
    if known.is_empty() {
        return (0.0, 1.0, None);
    }
    known.sort_by(f64::total_cmp);
    let n = known.len() as f64;
    let mean = known.iter().sum::<f64>() / n;
    let variance = known.iter().map(|it| (it - mean) * (it - mean)).sum::<f64>() / n;
    let sd = if variance > 0.0 { variance.sqrt() } else { 1.0 };
    (mean, sd, Some(known[known.len() / 2]))
}

fn keep(office: &Office, table: &Table, model: &Ebm, card: &Card) -> Result<(i64, u32)> {
    let artifact = artifact::to_json(model).map_err(learn_error)?;
    let json = |error| Error::broken("write down a model's card", error);
    let row = ModelRow {
        id: 0,
        version: 0,
        horizon_days: table.horizon_days,
        as_of: table.span.to,
        data_hash: hash_of(&table.labelled.frame),
        code_version: env!("CARGO_PKG_VERSION").to_owned(),
        seed: model.trained.seed,
        parameters: format!("{:?}", options(office, office.config().train_outer_bags as usize)),
        card: serde_json::to_string(card).map_err(json)?,
        artifact_hash: hex(&Sha256::digest(artifact.as_bytes())),
        artifact,
        created_at: 0,
    };
    let points = situations_of(table, card);
    office.store.write(move |tx| {
        situations::replace(tx, &points)?;
        Ok(models::insert(tx, &row)?)
    })
}

fn situations_of(table: &Table, card: &Card) -> Vec<(i64, situations::Point)> {
    let rows = table.labelled.rows.iter().map(|at| &table.kept[*at]);
    rows.map(|it| (it.id, score::point(&it.row.values, card))).collect()
}

/// SHA-256 over the training table: columns, targets, people, months.
fn hash_of(frame: &Frame) -> String {
    let mut hash = Sha256::new();
    for column in frame.columns() {
        hash.update(column.name.as_bytes());
        if let ColumnKind::Continuous(values) = &column.kind {
            for it in values {
                hash.update(it.to_bits().to_le_bytes());
            }
        }
    }
    for ((target, group), time) in frame.target().iter().zip(frame.group()).zip(frame.time()) {
        hash.update(target.to_bits().to_le_bytes());
        hash.update(group.to_le_bytes());
        hash.update(time.to_le_bytes());
    }
    hex(&hash.finalize())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}

/// What the numeric crate refused, in the office's words.
pub(super) fn learn_error(error: learn::Error) -> Error {
    match error {
        learn::Error::Cancelled => stopped(),
        learn::Error::OneClass | learn::Error::TooFewGroups { .. } | learn::Error::AllConstant => {
            Error::told(
                Kind::NotEnough,
                format!("Not enough data for a model: {error}."),
                "Add years or offices.",
            )
        }
        other => Error::broken("fit a model", other),
    }
}

/// Turns the numeric crate's steps into words and percent of a part of the work.
struct Ear<'a> {
    tell: &'a dyn Tell,
    from: u64,
    to: u64,
    what: &'a str,
    live: Mutex<Live>,
}

/// Rounds of loss kept for the drawing.
const LOSSES_MAX: usize = 300;

impl<'a> Ear<'a> {
    fn new(tell: &'a dyn Tell, from: u64, to: u64, what: &'a str) -> Self {
        Self { tell, from, to, what, live: Mutex::default() }
    }
}

impl Progress for Ear<'_> {
    fn step(&self, done: u64, of: u64, what: &Step) -> Flow {
        let mut live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        (live.bags_done, live.bags) = (done as u32, of as u32);
        match what {
            // One bag is enough to watch: the first.
            Step::Round { bag: 0, part: Part::Mains, round, train_loss, validation_loss } => {
                if live.losses.len() < LOSSES_MAX {
                    live.losses.push((*round as f64, *train_loss, *validation_loss));
                }
                self.tell.show(live.clone());
            }
            Step::Bag { .. } | Step::Round { .. } | Step::Found(_) | Step::Kept(_) => {}
            Step::Shapes(shapes) => {
                live.shapes = largest_first(shapes);
                self.tell.show(live.clone());
            }
        }
        let done_here = self.from + (self.to - self.from) * done / of.max(1);
        let words = format!("{}: bag {done} of {of}.", self.what);
        if self.tell.say(done_here, 100, &words) { Flow::Continue } else { Flow::Stop }
    }
}

/// Shapes without their bins for missing and unseen values, the largest on average first.
fn largest_first(shapes: &[learn::progress::TermPreview]) -> Vec<LiveShape> {
    let real = |it: &[f64]| it.get(1..it.len().saturating_sub(1)).unwrap_or_default().to_vec();
    let mut shapes: Vec<(f64, LiveShape)> = shapes
        .iter()
        .map(|it| {
            let sum: f64 = it.scores.iter().zip(&it.weight).map(|(s, w)| s.abs() * w).sum();
            let title = feature::by_id(&it.name).map_or(it.name.as_str(), |it| it.title);
            let shape = LiveShape {
                feature: it.name.clone(),
                title: title.to_owned(),
                scores: real(&it.scores),
                low: real(&it.low),
                high: real(&it.high),
            };
            (sum, shape)
        })
        .collect();
    shapes.sort_by(|a, b| b.0.total_cmp(&a.0));
    shapes.into_iter().map(|it| it.1).collect()
}
