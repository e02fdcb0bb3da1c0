//! What a training would learn from, and whether it suffices.
//!
//! The same law of labels as the training itself, without its features. Never here: fitting.

use std::collections::BTreeSet;

use learn::evidence::{Plan, needed};

use super::card::Evidence;
use super::train::learn_error;
use super::{Cx, Result};
use crate::domain::calendar::{Day, Month};
use crate::feature::FEATURES;
use crate::feature::label::leaves_in_month;
use crate::store::months::{self, AtRisk, Span};

/// Rows, people, exits and months there are.
#[derive(Clone, Debug, PartialEq)]
pub struct Material {
    /// Months of people that are over in the data.
    pub rows: u64,
    /// Months left out: they are not over in the data.
    pub censored: u64,
    /// People among the rows.
    pub people: u64,
    /// Voluntary exits behind the rows.
    pub exits: u64,
    /// Below this nothing is trained.
    pub floor: u64,
    /// What is asked for.
    pub need: u64,
    /// First and last month with a known outcome.
    pub months: Option<(Month, Month)>,
    /// Last day of the data.
    pub data_to: Day,
    /// Days ahead.
    pub horizon_days: i32,
}

/// Counts what there is; `None` without data.
pub fn material(cx: &Cx<'_>) -> Result<Option<Material>> {
    let Some(span) = months::data_span(cx.read)? else { return Ok(None) };
    let rows = months::at_risk(cx.read)?;
    let (horizon, floor) = (cx.config.score_horizon_days, u64::from(cx.config.score_exits_min));
    Ok(Some(count(&rows, span, horizon, floor)?))
}

fn count(rows: &[AtRisk], span: Span, horizon_days: i32, floor: u64) -> Result<Material> {
    let (mut people, mut spells, mut exits) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let (mut first, mut last) = (None::<Month>, None::<Month>);
    let mut known = 0;
    for row in rows {
        let Some(left) = leaves_in_month(row.as_of, span.to, row.exit) else { continue };
        known += 1;
        people.insert(row.technician_id);
        spells.insert(row.employment_id);
        if left {
            exits.insert(row.employment_id);
        }
        let month = row.as_of.month();
        first = Some(first.map_or(month, |it| it.min(month)));
        last = Some(last.map_or(month, |it| it.max(month)));
    }
    let exits = exits.len() as u64;
    Ok(Material {
        rows: known,
        censored: rows.len() as u64 - known,
        people: people.len() as u64,
        exits,
        floor,
        need: evidence(exits, spells.len() as u64, floor)?.need,
        months: first.zip(last),
        data_to: span.to,
        horizon_days,
    })
}

/// How much is asked for where this many of so many spells of employment ended by choice.
pub(super) fn evidence(have: u64, spells: u64, floor: u64) -> Result<Evidence> {
    let base_rate = (have as f64 / spells.max(1) as f64).clamp(0.001, 0.999);
    let plan = Plan { parameters: FEATURES.len() as u64, base_rate, r_squared: None };
    let need = needed(&plan).map_err(learn_error)?.events;
    Ok(Evidence { have, floor, need, offices: Vec::new() })
}

impl Material {
    /// How much evidence there is, in words.
    pub fn evidence_words(&self) -> String {
        Evidence { have: self.exits, floor: self.floor, need: self.need, ..Evidence::default() }
            .words()
    }

    /// Whether a training would be refused.
    pub fn is_short(&self) -> bool {
        self.exits < self.floor
    }

    /// What is missing and when it will be there, in words.
    pub fn words(&self) -> String {
        let missing = self.floor.saturating_sub(self.exits);
        let months = self.months.map_or(0, |it| it.1.0 - it.0.0 + 1);
        let pace = self.exits as f64 / f64::from(months.max(1));
        if self.exits == 0 || pace <= 0.0 {
            return "No voluntary exit has been seen yet; a model learns from nothing else."
                .to_owned();
        }
        let wait = (missing as f64 / pace).ceil();
        format!(
            "At the present pace of {pace:.1} exits a month the other {missing} take about {wait:.0} \
             months. More years or more offices help at once."
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::months::ExitType;

    fn row(id: i64, as_of: &str, exit: Option<(&str, ExitType)>) -> AtRisk {
        let day = |text| Day::parse(text).expect("an ISO date");
        AtRisk {
            technician_id: id,
            employment_id: id,
            as_of: day(as_of),
            exit: exit.map(|(on, kind)| (day(on), kind)),
        }
    }

    #[test]
    fn people_and_exits_are_counted_once_and_open_months_left_out() {
        let left = Some(("2026-03-10", ExitType::Voluntary));
        let rows = [
            row(1, "2026-01-01", left),
            row(1, "2026-02-01", left),
            row(1, "2026-03-01", left),
            row(2, "2026-01-01", None),
            row(2, "2026-07-01", None),
        ];
        let span = Span { from: rows[0].as_of, to: Day::parse("2026-07-01").expect("an ISO date") };
        let it = count(&rows, span, 90, 40).expect("a count");
        assert_eq!((it.rows, it.censored, it.people, it.exits), (4, 1, 2, 1));
        assert_eq!(it.months.map(|it| it.1.to_string()), Some("2026-03".to_owned()));
        assert!(it.is_short());
        assert_eq!(
            it.words(),
            "At the present pace of 0.3 exits a month the other 39 take about 117 months. More \
             years or more offices help at once."
        );
    }
}
