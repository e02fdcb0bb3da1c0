//! Since when a model is in use, until when, and which was in use before it.
//!
//! Never here: changing that.

use crate::app::card::Ranged;
use crate::app::{Cx, Result, gates, registry};
use crate::domain::calendar::Day;

/// Where the model in use stands in the registry.
#[derive(Clone, Debug)]
pub struct Used {
    /// Its version.
    pub version: u32,
    /// When it was taken into use, UTC seconds; none for models older than the registry.
    pub since: Option<i64>,
    /// By whom.
    pub by: Option<String>,
    /// Gates that hold it, when it is on probation.
    pub held_by: Vec<String>,
    /// First day it is too old to be relied on.
    pub expires_on: Day,
    /// The model in use before it.
    pub before: Option<Before>,
}

/// A model that was in use before.
#[derive(Clone, Debug)]
pub struct Before {
    /// Its version.
    pub version: u32,
    /// Its area under the ROC curve, on the rows of its own test.
    pub auc: Ranged,
    /// First and last month of that test, ISO; none when it was not tested.
    pub months: Option<(String, String)>,
}

/// The registry's word on the model in use.
pub fn used(cx: &Cx<'_>) -> Result<Option<Used>> {
    let Some(it) = registry::in_use(cx)? else { return Ok(None) };
    let before = registry::before(cx, &it.record)?.map(|it| Before {
        version: it.record.version,
        auc: it.card.validation.as_ref().map(|it| it.ebm.auc).unwrap_or_default(),
        months: it.card.validation.map(|it| it.months),
    });
    let held_by = if it.on_probation() { gates::held_by(&it.gates) } else { Vec::new() };
    Ok(Some(Used {
        version: it.record.version,
        since: it.record.promoted_at,
        by: it.record.promoted_by.clone(),
        held_by: held_by.iter().map(ToString::to_string).collect(),
        expires_on: it.expires_on(cx.config.model_expires_days),
        before,
    }))
}
