//! The funnel by source, and which sources' hires stay.
//!
//! Whether sources differ is asked once over all of them, not pair by pair: shares by Pearson's
//! chi-squared test, staying by the log-rank test over the first 180 days. Never here: a verdict
//! about a source with too little behind it.

use learn::survival::{Subject, log_rank};

use super::{By, Figure, Reading, reading};
use crate::app::metrics::{all, find};
use crate::app::scope::Scope;
use crate::app::{Cx, Result};
use crate::domain::calendar::Day;
use crate::domain::rate;
use crate::metric::{self, Ask};

/// The steps, in order, and the whole way.
const STEPS: [&str; 6] = [
    "funnel_screened",
    "funnel_interviewed",
    "funnel_offered",
    "funnel_accepted",
    "funnel_started",
    "funnel_hired",
];
/// Days over which staying is compared.
const STAY_DAYS: i32 = 180;
/// Months of hires it is measured on at least: a shorter period holds too few whose day 180 has come.
const QUALITY_MONTHS: i32 = 24;
/// Exits a comparison of sources needs.
const EXITS_MIN: usize = 10;

/// From the application to the first day.
#[derive(Clone, Debug)]
pub struct Funnel {
    /// The five steps and the whole way.
    pub steps: Vec<Reading>,
    /// The same by source.
    pub sources: Vec<SourceRow>,
    /// How likely sources would be this far apart in the whole way if they were alike; none when there
    /// is too little to ask.
    pub alike: Option<f64>,
}

/// The funnel of a source.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceRow {
    /// `referral`, `not recorded`.
    pub name: String,
    /// As `Funnel::steps`; none where nobody came so far.
    pub steps: Vec<Option<Figure>>,
}

/// Which sources' hires stay.
#[derive(Clone, Debug)]
pub struct Quality {
    /// First day of the hires.
    pub from: Day,
    /// First day after.
    pub to: Day,
    /// Everyone.
    pub whole: Reading,
    /// Each source.
    pub sources: Vec<Figure>,
    /// How likely sources would be this far apart if they were alike; none when there is too little to
    /// ask.
    pub alike: Option<f64>,
}

/// The funnel of a question.
pub(super) fn funnel(cx: &Cx<'_>, ask: &Ask) -> Result<Funnel> {
    let steps = STEPS.iter().map(|id| reading(cx, id, ask)).collect::<Result<Vec<_>>>()?;
    let by = |id: &&str| all(cx, find(id)?, &Ask { by: By::Source, ..*ask });
    let columns = STEPS.iter().map(by).collect::<Result<Vec<_>>>()?;
    let sources = columns[0].iter().map(|first| SourceRow {
        name: first.group.clone(),
        steps: columns
            .iter()
            .map(|column| column.iter().find(|it| it.group == first.group).cloned())
            .collect(),
    });
    let counts: Vec<_> = columns[5].iter().filter_map(hits).collect();
    Ok(Funnel { steps, sources: sources.collect(), alike: rate::alike(&counts) })
}

/// How many of how many, where a share is shown.
pub(super) fn hits(figure: &Figure) -> Option<(u64, u64)> {
    figure.value.map(|share| ((share * figure.n as f64).round() as u64, figure.n))
}

/// Which sources' hires stay, over the hires of the period and of two years at least.
pub(super) fn quality(cx: &Cx<'_>, scope: &Scope, (from, to): (Day, Day)) -> Result<Quality> {
    let first = metric::first_day(cx.read)?;
    let long = metric::months_before(to, QUALITY_MONTHS);
    let from = first.map_or(long, |it| it.max(long)).min(from);
    let ask = super::ask(scope, from, to);
    let metric = find("source_quality")?;
    let sources = all(cx, metric, &Ask { by: By::Source, ..ask })?;
    let hires = metric::hires_of(cx.read, from, to, scope.at())?;
    let as_of = to.plus(-1);
    let groups: Vec<Vec<Subject>> = sources
        .iter()
        .filter(|it| it.value.is_some())
        .map(|source| {
            let own = hires.iter().filter(|it| it.hire_source == source.group);
            own.filter_map(|it| subject(it, as_of)).collect()
        })
        .collect();
    let exits = groups.iter().flatten().filter(|it| it.event).count();
    let alike = (groups.len() > 1 && exits >= EXITS_MIN)
        .then(|| log_rank(&groups).ok().map(|it| it.p))
        .flatten();
    Ok(Quality { from, to, whole: reading(cx, "source_quality", &ask)?, sources, alike })
}

/// A hire followed to the exit, to day 180 or to the end of the data; none hired that very day.
fn subject(hire: &metric::Hire, as_of: Day) -> Option<Subject> {
    let gone = hire.exited_on.map(|it| it.0 - hire.hired_on.0 + 1);
    let seen = as_of.0 - hire.hired_on.0 + 1;
    let exit = gone.unwrap_or(seen).min(STAY_DAYS);
    let event = gone.is_some_and(|it| it <= STAY_DAYS);
    (exit > 0).then(|| Subject { entry: 0.0, exit: f64::from(exit), event })
}
