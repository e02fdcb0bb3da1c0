//! The card of a model that was not trained here as it is, and how it does on this office's last
//! months.
//!
//! What levels and situations are measured against is this office's; what it learned from is its own.
//! Never here: fitting, and never a test that would pass for one of months and people it had not seen.

use learn::ebm::{Direction, Ebm};
use learn::validate::Scored;

use super::measured::{DRAWS, measures};
use super::table::{self, Table};
use super::trial::{Trial, first_tested, months_of};
use super::{card_of, learn_error};
use crate::app::card::{Card, EditCard, HereTest, Origin};
use crate::app::material::evidence;
use crate::app::{Office, Result};
use crate::domain::calendar::{Day, Month};
use crate::feature::{FEATURES, frame};

/// The card, and the last day of this office's data. `model` has this office's features in their
/// order.
///
/// # Errors
/// `NotEnough` without data: chances have no level then.
pub(in crate::app) fn card_elsewhere(
    office: &Office,
    model: &Ebm,
    mut origin: Origin,
) -> Result<(Card, Day)> {
    let days = office.config().score_horizon_days;
    let table = office.look(move |cx| table::read(cx, days))?;
    origin.against = against(model);
    let has_seen = origin.parts.iter().any(|it| it.from_here);
    origin.here = test_here(&table, model, has_seen, office.config().train_seed);
    let trained = &model.trained;
    let floor = u64::from(office.config().score_exits_min);
    let measured = Card {
        evidence: evidence(trained.events, trained.groups, floor)?,
        no_validation: Some(origin.untested_words()),
        origin: Some(origin),
        edits: edits(model),
        ..Card::default()
    };
    let mut card = Card {
        months: ("unknown".to_owned(), "unknown".to_owned()),
        rows: trained.rows,
        censored: 0,
        people: trained.groups,
        exits: trained.events,
        monthly_rate: trained.base_rate,
        ..card_of(office, &table, model, measured)
    };
    // The lines of others were not held to a direction.
    card.features.iter_mut().for_each(|it| it.direction = None);
    Ok((card, table.span.to))
}

/// Changes people made, for the card.
fn edits(model: &Ebm) -> Vec<EditCard> {
    let of = |it: &learn::ebm::Edit| EditCard {
        term: model.term_name(it.term),
        steps: it.cells.len() as u64,
        reason: it.reason.clone(),
        by: it.by.clone(),
        at: it.at.clone(),
    };
    model.edits.iter().map(of).collect()
}

/// Features whose line somewhere goes against the direction that is known of them.
fn against(model: &Ebm) -> Vec<String> {
    let goes_against = |at: usize, direction: Direction| {
        let bins = &model.bins[at];
        let Some(term) = model.terms.iter().find(|it| it.features == [at]) else { return false };
        let scores = &term.scores[1..bins.unseen()];
        scores.windows(2).any(|it| match direction {
            Direction::Rising => it[1] < it[0],
            Direction::Falling => it[1] > it[0],
        })
    };
    let directions = frame::directions(FEATURES);
    let known = directions.iter().enumerate().filter_map(|(at, it)| Some((at, (*it)?)));
    let found = known.filter(|it| goes_against(it.0, it.1));
    found.map(|it| FEATURES[it.0].id.to_owned()).collect()
}

/// On the months a training would test on; none where these allow no test.
fn test_here(table: &Table, model: &Ebm, has_seen: bool, seed: u64) -> Option<HereTest> {
    let frame = &table.labelled.frame;
    let first = first_tested(table)?;
    let inside =
        |at: &usize| frame.time()[*at] >= first && table.leaves(*at, table.horizon_days).is_some();
    let rows: Vec<usize> = (0..frame.rows()).filter(inside).collect();
    let tested = frame.take(&rows).ok()?;
    let trial = Trial {
        part: vec![0; rows.len()],
        parts: 1,
        months: months_of(model, tested.columns()).map_err(learn_error).ok()?,
        rows,
        ..Trial::default()
    };
    let known = trial.known(table, table.horizon_days);
    let scored = known.scored(&trial.chances(table.horizon_days)).ok()?;
    let report = scored.report(DRAWS, seed);
    let found = measures(&report);
    let share = vec![report.base_rate; known.target.len()];
    let base = Scored::new(&known.target, &share, None, &known.person).ok()?;
    let months = trial.rows.iter().map(|at| frame.time()[*at]);
    let (first, last) = months.fold((i32::MAX, i32::MIN), |it, m| (it.0.min(m), it.1.max(m)));
    Some(HereTest {
        months: (Month(first).to_string(), Month(last).to_string()),
        rows: report.rows as u64,
        events: report.events as u64,
        people: report.groups as u64,
        auc: found.auc,
        log_loss: found.log_loss,
        base_log_loss: base.log_loss(),
        has_seen,
    })
}
