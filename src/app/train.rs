//! From months at risk to a model that was tested before it is used.
//!
//! Tested on the last months, by models that saw neither those months nor those people; then fitted
//! on everything and kept with its card. Never here: numerics (see the crate `learn`), pages.

mod calibrated;
mod contender;
mod course;
mod ear;
mod elsewhere;
mod kept;
mod measured;
mod second;
mod table;
mod trial;

use std::fmt::Write as _;

use learn::ebm::{Direction, Ebm, EbmOptions};
use learn::frame::Frame;
use learn::{artifact, frame::ColumnKind};
use sha2::{Digest, Sha256};

use course::{Course, Fit};
use kept::Kept;
use table::Table;
use trial::Failure;

use super::card::{Card, FORMAT, FeatureCard, Stability};
use super::progress::{Tell, go_on, stopped};
use super::{Error, Office, Result, derive, refuse, registry, score};
use crate::clock::Stopwatch;
use crate::domain::calendar::Month;
use crate::domain::risk::Rule;
use crate::domain::told::Kind;
use crate::feature::{FEATURES, frame};
use crate::store::models::{self, ModelRow};

pub use course::Bags;
pub(super) use elsewhere::card_elsewhere;
pub use kept::{Unfinished, unfinished};
pub use trial::{TestRow, test_rows};

/// Bins of a feature: 32 of about equal weight, missing, unseen. Against 254 this takes half the
/// time, comes 0.002 nearer to the truth's AUC and 0.01 nearer to the true shapes (mean of five
/// demos of 500 people, `tests/truth.rs`), and a page can show every step of the model.
const BINS_MAX: usize = 34;
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
    /// Whether it is in use, and what the gates said.
    pub settled: registry::Settled,
    /// Bags fitted, and taken over from a training that was cut off.
    pub bags: Bags,
}

impl Trained {
    /// In one sentence.
    pub fn words(&self) -> String {
        let test = match self.card.validation.as_ref().and_then(|it| it.ebm.auc.value) {
            Some(auc) => format!("AUC {auc:.3} on months and people it had not seen"),
            None => "not tested: the data are too short".to_owned(),
        };
        format!(
            "Model v{} learned from {} exits, {test}. {} {}{}",
            self.version,
            self.card.exits,
            self.settled.words(),
            self.scored.words(),
            self.bags.words().map_or(String::new(), |it| format!(" {it}"))
        )
    }
}

/// Trains, tests, keeps and scores. No model is kept when it fails or is stopped; finished bags are,
/// and the next training on the same data goes on behind them.
///
/// # Errors
/// `NotEnough` below the evidence floor; `Told` when there is no data.
pub fn train(office: &Office, tell: &dyn Tell) -> Result<Trained> {
    let clock = Stopwatch::start();
    let config = office.config().clone();
    derive::refresh(office, tell)?;
    go_on(tell, 0, 100, "Reading months at risk.")?;
    let table = office.look(move |cx| table::read(cx, config.score_horizon_days))?;
    let frame = &table.labelled.frame;
    refuse::check_columns(frame.columns().iter().map(|it| it.name.as_str()))?;
    let evidence = table.evidence(office.config().score_exits_min)?;
    let data_hash = hash_of(frame);
    let options = options(office, office.config().train_outer_bags as usize);
    let course = Course::new(tell, Kept::open(office, &data_hash, &options));
    course.go_on(TEST_FROM, "Beginning the test.")?;
    course.plan(frame.rows(), &options);
    let tested = trial::run(office, &table, &course)
        .and_then(|trial| Ok((measured::validation(office, &table, &trial)?, trial)));
    let (tested, no_validation) = match tested {
        Ok(tested) => (Some(tested), None),
        Err(Failure::Stopped) => return Err(stopped()),
        Err(Failure::Impossible(why)) => {
            course.give_up();
            course.plan(frame.rows(), &options);
            (None, Some(why))
        }
    };
    course.go_on(FIT_FROM, "Beginning the fit on all months.")?;
    let fit_clock = Stopwatch::start();
    course.stage(FIT_FROM, WRITE_FROM, course::work(frame.rows(), &options));
    let fit = Fit { name: "all", what: "Fitting on all months", rows: &[], shows: true };
    let mut model = course.fit(&fit, frame, &options).map_err(learn_error)?;
    let fit_seconds = fit_clock.elapsed().as_secs_f64();
    course.go_on(WRITE_FROM, "Writing down the model.")?;
    let mut card = Card { evidence, no_validation, ..Card::default() };
    if let Some((validation, trial)) = tested {
        (model, card.calibrated) = calibrated::check(&table, &trial, model);
        card.validation = Some(validation);
    }
    let card = card_of(office, &table, &model, card);
    let rule = Rule { base_rate: card.base_rate, capacity: capacity(office) };
    let seed = office.config().train_seed;
    let mut card = second::opinions(&table, &model, rule, seed, card)?;
    (card.fit_seconds, card.seconds) = (fit_seconds, clock.elapsed().as_secs_f64());
    let (id, version) = keep(office, &table, &model, &card, data_hash)?;
    course.finish();
    course.go_on(SCORE_FROM, "Scoring everyone.")?;
    let scored =
        score::score_with(office, &score::Loaded { id, version, model, card: card.clone() })?;
    let settled = registry::settle(office, id)?;
    Ok(Trained { version, card, scored, settled, bags: course.bags() })
}

fn options(office: &Office, bags: usize) -> EbmOptions {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let seed = office.config().train_seed;
    let monotone = frame::directions(FEATURES);
    EbmOptions { bags, bins_max: BINS_MAX, monotone, ..EbmOptions::new(seed, threads) }
}

/// People of one office a manager can talk to in four weeks.
pub(super) fn capacity(office: &Office) -> usize {
    office.config().score_interviews_per_week as usize * 4
}

fn ends(frame: &Frame) -> (i32, i32) {
    frame.time().iter().fold((i32::MAX, i32::MIN), |it, m| (it.0.min(*m), it.1.max(*m)))
}

/// The card but for what was measured already.
fn card_of(office: &Office, table: &Table, model: &Ebm, measured: Card) -> Card {
    let frame = &table.labelled.frame;
    let (first, last) = ends(frame);
    let directions = frame::directions(FEATURES);
    let importances = model.importances();
    let features = frame.columns().iter().enumerate().map(|(at, column)| {
        let ColumnKind::Continuous(values) = &column.kind else {
            return FeatureCard { id: column.name.clone(), ..FeatureCard::default() };
        };
        let (mean, sd, median) = spread(values);
        let importance = importances.iter().find(|it| model.terms[it.term].features == [at]);
        FeatureCard {
            id: column.name.clone(),
            mean,
            sd,
            median,
            importance: importance.map_or(0.0, |it| it.mean),
            importance_sd: importance.map_or(0.0, |it| it.sd),
            direction: directions.get(at).copied().flatten().map(|it| {
                match it {
                    Direction::Rising => "rising",
                    Direction::Falling => "falling",
                }
                .to_owned()
            }),
        }
    });
    let (horizon_rows, positive_rows) = table.within(table.horizon_days);
    Card {
        format: FORMAT,
        horizon_days: table.horizon_days,
        data_to: table.span.to.to_string(),
        months: (Month(first).to_string(), Month(last).to_string()),
        rows: frame.rows() as u64,
        censored: table.labelled.censored as u64,
        people: frame.groups().len() as u64,
        exits: frame.events() as u64,
        monthly_rate: frame.base_rate(),
        horizon_rows,
        positive_rows,
        base_rate: positive_rows as f64 / horizon_rows.max(1) as f64,
        stability: stability(table, model),
        features: features.collect(),
        capacity: capacity(office) as u64,
        bags: model.bagged_intercept.len() as u64,
        ..measured
    }
}

/// How alike the reasons of those at risk in the last month learned from come out in each bag.
fn stability(table: &Table, model: &Ebm) -> Option<Stability> {
    let frame = &table.labelled.frame;
    let last = ends(frame).1;
    let (mut top, mut three) = (Vec::new(), Vec::new());
    let mut bags = 0;
    for row in (0..frame.rows()).filter(|row| frame.time()[*row] == last) {
        let cells = frame.row(row);
        let (of, bagged) = (model.explain(&cells).ok()?, model.resample(&cells).ok()?);
        let it = bagged.agreement(&of);
        bags = it.bags;
        top.push(it.top as f64 / it.bags as f64);
        three.push(it.three as f64 / it.bags as f64);
    }
    let median = |mut shares: Vec<f64>| {
        shares.sort_by(f64::total_cmp);
        shares.get(shares.len() / 2).copied()
    };
    let people = top.len() as u64;
    Some(Stability { bags: bags as u64, people, top: median(top)?, three: median(three)? })
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

fn keep(
    office: &Office,
    table: &Table,
    model: &Ebm,
    card: &Card,
    data_hash: String,
) -> Result<(i64, u32)> {
    let artifact = artifact::to_json(model).map_err(learn_error)?;
    let json = |error| Error::broken("write down a model's card", error);
    let row = ModelRow {
        id: 0,
        version: 0,
        horizon_days: table.horizon_days,
        as_of: table.span.to,
        data_hash,
        code_version: env!("CARGO_PKG_VERSION").to_owned(),
        seed: model.trained.seed,
        parameters: format!("{:?}", options(office, office.config().train_outer_bags as usize)),
        card: serde_json::to_string(card).map_err(json)?,
        artifact_hash: hex(&Sha256::digest(artifact.as_bytes())),
        artifact,
        created_at: 0,
    };
    let expires_days = office.config().model_expires_days;
    office.store.write(move |tx| {
        let (id, version) = models::insert(tx, &row)?;
        registry::enter(tx, id, &row.card, row.as_of, expires_days)?;
        Ok((id, version))
    })
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
