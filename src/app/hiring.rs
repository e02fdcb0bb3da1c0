//! Hiring: open positions and when they will be filled, the funnel, how long stages take, which
//! sources' hires stay, how the newest cohorts do.
//!
//! Every figure is one of the dictionary; what is added here are dates ahead, comparisons and
//! counts by cohort. Never here: a candidate's name or score, words in HTML.

mod cohorts;
mod openings;
mod sources;
#[cfg(test)]
mod tests;

use super::metrics::{self, Answer, Figure, Metric, all, find, named, one};
use super::runs::Uid;
use super::scope::Scope;
use super::{Cx, Result};
use crate::domain::calendar::Day;
use crate::metric::{self, Ask};
use crate::store::{hiring, office};

pub use crate::metric::By;
pub use cohorts::{CHECK_DAYS, Cohort, Cohorts, Mark, Starter};
pub use openings::{Expected, FILLS_MIN, Open, Openings};
pub use sources::{Funnel, Quality, SourceRow};

/// How far back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Span {
    /// Six months.
    Half,
    /// Twelve months.
    #[default]
    Year,
    /// Twenty-four months.
    Two,
    /// All there is.
    All,
}

/// What was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Only this office or zone.
    pub scope: Option<Uid>,
    /// How far back.
    pub span: Span,
    /// What time to fill is compared by: office, zone or source.
    pub by: By,
}

/// What is known.
#[derive(Clone, Debug)]
pub struct Report {
    /// Where.
    pub scope: Scope,
    /// Last day with data.
    pub as_of: Day,
    /// First day of the period.
    pub from: Day,
    /// First day after.
    pub to: Day,
    /// What waits to be filled.
    pub openings: Openings,
    /// From the application to the first day.
    pub funnel: Funnel,
    /// How long each stage takes, in order.
    pub stages: Vec<Reading>,
    /// Time to fill, its slow fifth, time to hire, time to start.
    pub clocks: Vec<Reading>,
    /// Time to fill and its slow fifth by what was asked.
    pub groups: Vec<Group>,
    /// Offers accepted, in all.
    pub acceptance: Reading,
    /// The same by source and by month.
    pub acceptance_sources: Vec<Figure>,
    /// The same by month.
    pub acceptance_months: Vec<Figure>,
    /// How fast offers are declined.
    pub decline: Reading,
    /// Which sources' hires stay.
    pub quality: Quality,
    /// How the newest hires do.
    pub cohorts: Cohorts,
}

/// A metric and what it says.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The metric.
    pub metric: &'static Metric,
    /// Its figure.
    pub figure: Figure,
}

/// Time to fill of an office, zone or source.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// The median.
    pub fill: Figure,
    /// The slow fifth; none when nothing is counted.
    pub slow: Option<Figure>,
}

/// The metrics the page is made of and a file holds, by source where they can be.
const EXPORTED: &[&str] = &[
    "open_positions",
    "funnel_screened",
    "funnel_interviewed",
    "funnel_offered",
    "funnel_accepted",
    "funnel_started",
    "funnel_hired",
    "time_to_find",
    "time_to_screen",
    "time_to_interview",
    "time_to_offer",
    "time_to_accept",
    "time_to_first_day",
    "time_to_fill",
    "time_to_fill_p80",
    "time_to_hire",
    "time_to_start",
    "time_to_decline",
    "offer_acceptance",
    "source_quality",
];

/// The whole page; none when no requisition was ever loaded.
pub fn report(cx: &Cx<'_>, look: &Look) -> Result<Option<Report>> {
    if !hiring::any(cx.read)? {
        return Ok(None);
    }
    cx.once(format!("hiring {look:?}"), || Ok(Some(read(cx, look)?)))
}

/// Rows of all the page's metrics, for a file: the whole first, then each source.
pub fn answers(cx: &Cx<'_>, look: &Look) -> Result<Vec<Answer>> {
    let scope = Scope::read(cx, look.scope)?;
    let (from, to) = period(cx, look.span)?;
    let ask = ask(&scope, from, to);
    EXPORTED
        .iter()
        .map(|id| {
            let metric = find(id)?;
            let mut figures = vec![one(cx, metric, &ask)?];
            if metric.by.contains(&By::Source) {
                figures.extend(all(cx, metric, &Ask { by: By::Source, ..ask })?);
            }
            Ok(metrics::answer_of(metric, &figures))
        })
        .collect()
}

fn read(cx: &Cx<'_>, look: &Look) -> Result<Report> {
    let scope = Scope::read(cx, look.scope)?;
    let as_of = metric::last_day(cx.read)?.unwrap_or_default();
    let (from, to) = period(cx, look.span)?;
    let ask = ask(&scope, from, to);
    let reading = |id: &str| reading(cx, id, &ask);
    let by = |id: &str, by: By| all(cx, find(id)?, &Ask { by, ..ask });
    let readings = |ids: &[&str]| ids.iter().map(|id| reading(id)).collect::<Result<Vec<_>>>();
    let slow = by("time_to_fill_p80", look.by)?;
    let fills = named(by("time_to_fill", look.by)?, look.by, &scope);
    let groups = fills.into_iter().map(|fill| Group {
        slow: slow
            .iter()
            .find(|it| match it.group_id {
                Some(id) => fill.group_id == Some(id),
                None => fill.group == it.group,
            })
            .cloned(),
        name: fill.group.clone(),
        fill,
    });
    Ok(Report {
        as_of,
        from,
        to,
        openings: openings::read(cx, &scope, as_of)?,
        funnel: sources::funnel(cx, &ask)?,
        stages: readings(&[
            "time_to_find",
            "time_to_screen",
            "time_to_interview",
            "time_to_offer",
            "time_to_accept",
            "time_to_first_day",
        ])?,
        clocks: readings(&["time_to_fill", "time_to_fill_p80", "time_to_hire", "time_to_start"])?,
        groups: groups.collect(),
        acceptance: reading("offer_acceptance")?,
        acceptance_sources: by("offer_acceptance", By::Source)?,
        acceptance_months: by("offer_acceptance", By::Month)?,
        decline: reading("time_to_decline")?,
        quality: sources::quality(cx, &scope, (from, to))?,
        cohorts: cohorts::read(cx, &scope, as_of)?,
        scope,
    })
}

fn reading(cx: &Cx<'_>, id: &str, ask: &Ask) -> Result<Reading> {
    let metric = find(id)?;
    Ok(Reading { metric, figure: one(cx, metric, ask)? })
}

fn ask(scope: &Scope, from: Day, to: Day) -> Ask {
    let at = scope.at();
    Ask { zone: at.zone, office: at.office, ..Ask::whole(from, to) }
}

/// The months asked for up to the end of the data, or what there is of them.
fn period(cx: &Cx<'_>, span: Span) -> Result<(Day, Day)> {
    let (_, to) = metric::default_period(cx.read)?;
    let first = office::span(cx.read)?.map(|it| it.0);
    let from = match span {
        Span::Half => metric::months_before(to, 6),
        Span::Year => metric::months_before(to, 12),
        Span::Two => metric::months_before(to, 24),
        Span::All => first.unwrap_or_else(|| metric::months_before(to, 120)),
    };
    Ok((first.map_or(from, |it| it.max(from)), to))
}

impl Report {
    /// The stage that takes the most days, when every stage has a figure and no other may be as
    /// long: its interval lies above those of all others. Else the longest, and `false`.
    pub fn slowest(&self) -> Option<(&Reading, bool)> {
        let known = self.stages.iter().filter(|it| it.figure.value.is_some());
        let value = |it: &&Reading| it.figure.value.unwrap_or(0.0);
        let most = known.clone().max_by(|a, b| value(a).total_cmp(&value(b)))?;
        let low = most.figure.low.unwrap_or(0.0);
        let clear = known
            .filter(|it| it.metric.id != most.metric.id)
            .all(|it| it.figure.high.is_some_and(|high| high < low));
        Some((most, clear))
    }
}
