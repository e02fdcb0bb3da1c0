//! How long this spell of employment has lasted.

use super::{Feature, Group, MONTH_DAYS, Unit};
use crate::domain::calendar::months_over;
use crate::domain::count::counted;

/// Months since this spell's hire.
pub(super) const TENURE_MONTHS: Feature = Feature {
    id: "tenure_months",
    title: "Tenure",
    sentence: "Months since this spell of employment began.",
    unit: Unit::Months,
    group: Group::Time,
    actionable: false,
    direction: None,
    decimals: 0,
    compute: |of, _, as_of| {
        let spell = of.who.spell_at(as_of)?;
        Some(f64::from(as_of.0 - spell.hired_on.0) / MONTH_DAYS)
    },
    phrase: |months| match months_over(months) {
        0 => "under a month here".to_owned(),
        over => format!("{} here", counted(over.into(), "month")),
    },
    missing: "hire day unknown",
};
