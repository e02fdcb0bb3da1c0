//! Figures of a test: the EBM and its contenders on the same rows, each with its interval.
//!
//! Never here: fitting, words.

use std::collections::BTreeMap;

use learn::validate::{self, Scored};

use super::contender::CONTENDERS;
use super::table::Table;
use super::trial::{Failure, GAP, Known, Trial};
use super::{capacity, trial};
use crate::app::Office;
use crate::app::card::{
    BASE, CalibrationGroup, Contender, Difference, GROUP_EXITS_MIN, GroupCard, HorizonCard,
    LiftCard, Measures, Ranged, SizePoint, Validation,
};
use crate::domain::calendar::Month;
use crate::domain::rate::wilson;
use crate::feature::label::HORIZONS;

/// Draws behind each interval.
pub(super) const DRAWS: usize = 200;
/// Groups of the calibration.
const GROUPS: usize = 5;

/// Everything measured at the default horizon and the others.
pub(super) fn validation(
    office: &Office,
    table: &Table,
    trial: &Trial,
) -> Result<Validation, Failure> {
    let seed = office.config().train_seed;
    let known = trial.known(table, table.horizon_days);
    let chances = trial.chances(table.horizon_days);
    let ebm = known.scored(&chances)?;
    let report = ebm.report(DRAWS, seed);
    let contenders = contenders(trial, &known, &ebm, seed)?;
    let base = contenders.iter().find(|it| it.id == BASE);
    let base_log_loss = base.and_then(|it| it.measures.log_loss.value).unwrap_or(f64::NAN);
    let months = known.at.iter().map(|at| table.row(trial.rows[*at]).row.month_no);
    let (first, last) = months.fold((i32::MAX, i32::MIN), |it, m| (it.0.min(m), it.1.max(m)));
    // As many people a month as can be talked to in four weeks, in each office of usual size.
    let k = (capacity(office) * (last - first + 1) as usize).min(known.target.len()).max(1);
    let lift = ebm.lift(k, DRAWS, seed).ok();
    Ok(Validation {
        months: (Month(first).to_string(), Month(last).to_string()),
        gap_months: GAP,
        folds: trial.parts as u32,
        rows: report.rows as u64,
        events: report.events as u64,
        people: report.groups as u64,
        base_rate: report.base_rate,
        base_log_loss,
        ebm: measures(&report),
        contenders,
        horizons: HORIZONS.iter().filter_map(|it| horizon(table, trial, *it, seed)).collect(),
        groups: groups(table, trial, &known, &chances, seed),
        size_curve: size_curve(trial, &known, seed)?,
        calibration: ebm.reliability(GROUPS).iter().map(calibration_group).collect(),
        lift: lift.map(|it| LiftCard {
            k: it.k as u64,
            hits: it.hits,
            rate: Ranged { value: Some(it.rate), low: Some(it.rate_low), high: Some(it.rate_high) },
            lift: it.lift.into(),
        }),
    })
}

fn contenders(
    trial: &Trial,
    known: &Known,
    ebm: &Scored,
    seed: u64,
) -> learn::Result<Vec<Contender>> {
    let mut found = Vec::with_capacity(CONTENDERS.len());
    for (it, said) in CONTENDERS.iter().zip(&trial.contenders) {
        let scored = known.scored(said)?;
        let mut measures = measures(&scored.report(DRAWS, seed));
        if it.id == BASE {
            // One chance for everyone orders nobody; parts differ in it only by their people.
            let half = Some(0.5);
            measures.auc = Ranged { value: half, low: half, high: half };
            measures.slope = Ranged::default();
        }
        found.push(Contender {
            id: it.id.to_owned(),
            name: it.name.to_owned(),
            measures,
            against: difference(ebm, &scored)?,
        });
    }
    Ok(found)
}

/// The EBM within so many days; none where no window has closed or all ended alike.
fn horizon(table: &Table, trial: &Trial, days: i32, seed: u64) -> Option<HorizonCard> {
    let scored = trial.known(table, days).scored(&trial.chances(days)).ok()?;
    let it = scored.headline(DRAWS, seed);
    Some(HorizonCard {
        days,
        rows: scored.rows() as u64,
        events: scored.events() as u64,
        people: scored.persons() as u64,
        predicted: it.predicted,
        observed: it.observed.into(),
        ratio: it.ratio.into(),
        auc: it.auc.into(),
    })
}

/// The error in each office, then in each trade.
fn groups(
    table: &Table,
    trial: &Trial,
    known: &Known,
    chances: &[f64],
    seed: u64,
) -> Vec<GroupCard> {
    let mut found = Vec::new();
    for by in ["office", "trade"] {
        let mut inside: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (place, at) in known.at.iter().enumerate() {
            let row = trial.rows[*at];
            let name = if by == "office" { table.office(row) } else { table.trade(row) };
            inside.entry(name).or_default().push(place);
        }
        for (name, places) in inside {
            let part = known.part(&places);
            found.push(group(by, name, &part, chances, seed));
        }
    }
    found
}

fn group(by: &str, name: &str, known: &Known, chances: &[f64], seed: u64) -> GroupCard {
    let rows = known.at.len();
    let mut people = known.person.clone();
    people.sort_unstable();
    people.dedup();
    let said: f64 = known.at.iter().map(|at| chances[*at]).sum();
    let events = known.target.iter().sum::<f64>() as u64;
    let card = GroupCard {
        by: by.to_owned(),
        name: name.to_owned(),
        rows: rows as u64,
        people: people.len() as u64,
        events,
        predicted: said / rows.max(1) as f64,
        ..GroupCard::default()
    };
    let Ok(scored) = known.scored(chances) else {
        // Nobody left, or everybody: people, not rows, are what was seen.
        let share = wilson(if events > 0 { card.people } else { 0 }, card.people);
        let observed = share.map(|it| Ranged {
            value: Some(it.value),
            low: Some(it.low),
            high: Some(it.high),
        });
        return GroupCard { observed: observed.unwrap_or_default(), ..card };
    };
    let it = scored.headline(DRAWS, seed);
    let mut left: Vec<u32> =
        known.person.iter().zip(&known.target).filter(|it| *it.1 > 0.5).map(|it| *it.0).collect();
    left.dedup();
    left.sort_unstable();
    left.dedup();
    let auc = if left.len() < GROUP_EXITS_MIN { Ranged::default() } else { it.auc.into() };
    GroupCard { observed: it.observed.into(), ratio: it.ratio.into(), auc, ..card }
}

fn size_curve(trial: &Trial, known: &Known, seed: u64) -> learn::Result<Vec<SizePoint>> {
    let Some(whole) = trial.sizes.last() else { return Ok(Vec::new()) };
    let whole = known.scored(&whole.chances)?;
    let point = |it: &trial::Size| {
        let scored = known.scored(&it.chances)?;
        Ok(SizePoint {
            share: it.share,
            people: it.people.round() as u64,
            exits: it.exits.round() as u64,
            auc: scored.headline(DRAWS, seed).auc.into(),
            log_loss: scored.log_loss(),
            against_whole: difference(&scored, &whole)?,
        })
    };
    trial.sizes.iter().map(point).collect()
}

pub(super) fn measures(report: &validate::Report) -> Measures {
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
