//! What is learned from: person-months with their outcome, and whose they are.
//!
//! Never here: fitting.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::learn_error;
use crate::app::card::{Evidence, OfficeEvidence};
use crate::app::material::evidence;
use crate::app::{Cx, Error, Result};
use crate::domain::told::Kind;
use crate::feature::label::label;
use crate::feature::{self, FEATURES, Labelled};
use crate::store::months::{self, KeptRow, Span};
use crate::store::places;

/// Labelled rows and where they come from.
pub(super) struct Table {
    /// Every row there is.
    pub(super) kept: Vec<KeptRow>,
    /// Those whose month is over, labelled by it.
    pub(super) labelled: Labelled,
    /// First and last day of data.
    pub(super) span: Span,
    /// The default horizon.
    pub(super) horizon_days: i32,
    /// Names of the offices by key.
    offices: HashMap<i64, String>,
    /// Trades by technician.
    trades: HashMap<i64, String>,
}

pub(super) fn read(cx: &Cx<'_>, horizon_days: i32) -> Result<Table> {
    let Some(span) = months::data_span(cx.read)? else {
        return Err(Error::told(
            Kind::NotEnough,
            "There is no data to learn from.",
            "Import the office's files or load the demo first.",
        ));
    };
    let kept = months::frame_rows(cx.read)?;
    let labelled = feature::frame(&kept, FEATURES, span.to).map_err(|error| match error {
        learn::Error::Empty => Error::told(
            Kind::NotEnough,
            "No month of anyone at work is over in the data yet.",
            "Wait until the data reach further, or import earlier months.",
        ),
        other => learn_error(other),
    })?;
    let offices = places::list(cx.read)?.into_iter().filter(|it| it.zone_id.is_none());
    Ok(Table {
        kept,
        labelled,
        span,
        horizon_days,
        offices: offices.map(|it| (it.office_id, it.office)).collect(),
        trades: months::trades(cx.read)?,
    })
}

impl Table {
    /// The kept row behind a row of the frame.
    pub(super) fn row(&self, at: usize) -> &KeptRow {
        &self.kept[self.labelled.rows[at]]
    }

    /// Whether the person of a row of the frame leaves by choice within `days`; none while the
    /// window is open or another kind of exit cut it short.
    pub(super) fn leaves(&self, at: usize, days: i32) -> Option<bool> {
        let it = self.row(at);
        label(it.row.as_of, days, self.span.to, it.exit)
    }

    /// Rows whose window of `days` has closed, and those of them followed by an exit.
    pub(super) fn within(&self, days: i32) -> (u64, u64) {
        let known = (0..self.labelled.rows.len()).filter_map(|at| self.leaves(at, days));
        known.fold((0, 0), |(rows, left), it| (rows + 1, left + u64::from(it)))
    }

    /// Name of the office someone worked in.
    pub(super) fn office(&self, at: usize) -> &str {
        self.offices.get(&self.row(at).row.office_id).map_or("", String::as_str)
    }

    /// Someone's trade.
    pub(super) fn trade(&self, at: usize) -> &str {
        self.trades.get(&self.row(at).row.technician_id).map_or("", String::as_str)
    }

    /// Counts people with an exit, not rows, and refuses below the floor.
    pub(super) fn evidence(&self, floor: u32) -> Result<Evidence> {
        let everyone = Counted::of(self, |_| true);
        let (have, floor) = (everyone.exits.len() as u64, u64::from(floor));
        if have < floor {
            return Err(Error::told(
                Kind::NotEnough,
                format!("Not enough data to score anyone: {have} voluntary exits, {floor} needed."),
                "Add years or offices. Turnover and every other metric work without a model.",
            ));
        }
        let mut it = evidence(have, everyone.spells.len() as u64, floor)?;
        let named: BTreeMap<&str, i64> =
            self.offices.iter().map(|(id, name)| (name.as_str(), *id)).collect();
        for (office, id) in named {
            let there = Counted::of(self, |row| row.row.office_id == id);
            if there.spells.is_empty() {
                continue;
            }
            let have = there.exits.len() as u64;
            it.offices.push(OfficeEvidence {
                office: office.to_owned(),
                people: there.people.len() as u64,
                have,
                need: evidence(have, there.spells.len() as u64, floor)?.need,
            });
        }
        Ok(it)
    }
}

/// People, spells of employment and exits, each once.
#[derive(Default)]
struct Counted {
    people: BTreeSet<i64>,
    spells: BTreeSet<i64>,
    exits: BTreeSet<i64>,
}

impl Counted {
    fn of(table: &Table, inside: impl Fn(&KeptRow) -> bool) -> Self {
        let mut it = Self::default();
        for (at, target) in table.labelled.frame.target().iter().enumerate() {
            let kept = table.row(at);
            if !inside(kept) {
                continue;
            }
            it.people.insert(kept.row.technician_id);
            it.spells.insert(kept.row.employment_id);
            if *target > 0.5 {
                it.exits.insert(kept.row.employment_id);
            }
        }
        it
    }
}
