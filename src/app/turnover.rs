//! Turnover: how many leave, by which definition, why, when in their time here.
//!
//! Everything is measured over the same twelve months, or over all the data when they are shorter.
//! Never here: who may leave (that is the model's), words in HTML.

mod tenure;
#[cfg(test)]
mod tests;

use super::metrics::{Figure, Metric, find, one};
use super::runs::Uid;
use super::scope::Scope;
use super::{Cx, Result};
use crate::domain::calendar::Day;
use crate::metric::{self, Ask, Where};
use crate::store::office;

pub use crate::metric::{By, ExitCount, Identity, Ninety};
pub use learn::survival::Point as CurvePoint;
pub use tenure::{EVENTS_MIN, Group, HIRES_MIN, Tenure, Test};

/// Which exits count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// All of them.
    #[default]
    All,
    /// Those the technician chose.
    Voluntary,
    /// Of those, the regretted.
    Regretted,
}

/// What exits are divided by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Base {
    /// Average headcount.
    #[default]
    Average,
    /// Headcount at the start.
    Start,
    /// Headcount at the end.
    End,
}

/// What the curves compare.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Split {
    /// Nothing: one curve.
    #[default]
    All,
    /// Zones.
    Zone,
    /// Sources of hires.
    Source,
}

/// What was asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Which exits.
    pub kind: Kind,
    /// Over what; other than the average only for all exits.
    pub base: Base,
    /// Which curves.
    pub split: Split,
    /// Only this office or zone.
    pub scope: Option<Uid>,
}

/// What is known.
#[derive(Debug)]
pub struct Report {
    /// Where.
    pub scope: Scope,
    /// First and last day of the data.
    pub data: (Day, Day),
    /// First day of the period.
    pub from: Day,
    /// First day after.
    pub to: Day,
    /// The definition in force.
    pub metric: &'static Metric,
    /// Its value.
    pub figure: Figure,
    /// The twelve months before, when the data hold them.
    pub before: Option<Figure>,
    /// Exits the definition counts.
    pub exits: u64,
    /// The rate of the twelve months up to the end of each month.
    pub trend: Vec<TrendPoint>,
    /// Exits by type and reason.
    pub reasons: Vec<ExitCount>,
    /// Hires and their first 90 days.
    pub ninety: Ninety,
    /// The matured cohort's share.
    pub matured: Figure,
    /// Start, movements and end.
    pub identity: Vec<Line>,
    /// How long people stay.
    pub tenure: Tenure,
}

/// A rate over the twelve months that end with a day.
#[derive(Clone, Debug, PartialEq)]
pub struct TrendPoint {
    /// Last day of the twelve months.
    pub until: Day,
    /// The rate.
    pub figure: Figure,
}

/// A line of the headcount identity with the name that tells it apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// `Everyone`, an office, or a zone.
    pub name: String,
    /// The counts.
    pub it: Identity,
}

/// Points of the trend: a year and the month it is compared with.
const POINTS: i32 = 13;

/// The whole page; none when there is no data.
pub fn report(cx: &Cx<'_>, look: &Look) -> Result<Option<Report>> {
    let scope = Scope::read(cx, look.scope)?;
    let Some(last) = metric::last_day(cx.read)? else { return Ok(None) };
    let first = office::span(cx.read)?.map_or(Day(0), |it| it.0);
    let (_, to) = metric::default_period(cx.read)?;
    let year_from = metric::year_before(to);
    let from = year_from.max(first);
    let metric = find(definition(look))?;
    let at = scope.at();
    let over = |metric: &Metric, from: Day, to: Day| {
        one(cx, metric, &Ask { zone: at.zone, office: at.office, ..Ask::whole(from, to) })
    };
    let before_from = Day(year_from.0 - (to.0 - year_from.0));
    let before =
        (before_from >= first).then(|| over(metric, before_from, year_from)).transpose()?;
    let reasons = metric::exits_of(cx.read, from, to, at)?;
    Ok(Some(Report {
        data: (first, last),
        from,
        to,
        metric,
        figure: over(metric, from, to)?,
        before,
        exits: reasons.iter().map(|it| counted(it, look.kind)).sum(),
        trend: trend(first, year_from, to, |from, to| over(metric, from, to))?,
        ninety: metric::ninety_of(cx.read, from, to, at)?,
        matured: over(find("first_90_day_attrition")?, from, to)?,
        identity: identity(cx, &scope, from, to)?,
        tenure: cx.once(format!("tenure {:?} {at:?}", look.split), || {
            tenure::read(cx, look.split, &scope, (first, last))
        })?,
        reasons,
        scope,
    }))
}

/// Id of the definition in the dictionary. Only all exits have three denominators.
fn definition(look: &Look) -> &'static str {
    match (look.kind, look.base) {
        (Kind::All, Base::Average) => "turnover",
        (Kind::All, Base::Start) => "turnover_start",
        (Kind::All, Base::End) => "turnover_end",
        (Kind::Voluntary, _) => "voluntary_turnover",
        (Kind::Regretted, _) => "regretted_turnover",
    }
}

fn counted(exits: &ExitCount, kind: Kind) -> u64 {
    match kind {
        Kind::All => exits.n,
        Kind::Voluntary if exits.exit_type.as_deref() == Some("voluntary") => exits.n,
        Kind::Voluntary => 0,
        Kind::Regretted => exits.regretted,
    }
}

/// Twelve months up to the end of each whole month, and up to the last day. Windows that begin
/// before the data are left out: their exits may be missing.
fn trend(
    first: Day,
    year_from: Day,
    to: Day,
    mut over: impl FnMut(Day, Day) -> Result<Figure>,
) -> Result<Vec<TrendPoint>> {
    let running = to.month();
    let whole = (1 - POINTS..=0).map(|back| {
        let end = running.plus(back);
        (end.plus(-12).first_day(), end.first_day())
    });
    let mut windows: Vec<_> = whole.collect();
    if to != running.first_day() {
        windows.remove(0);
        windows.push((year_from, to));
    }
    windows.retain(|it| it.0 >= first);
    windows
        .into_iter()
        .map(|(from, to)| Ok(TrendPoint { until: to.plus(-1), figure: over(from, to)? }))
        .collect()
}

/// Everyone, offices and zones; of a chosen office its own line and its zones', of a zone its own.
fn identity(cx: &Cx<'_>, scope: &Scope, from: Day, to: Day) -> Result<Vec<Line>> {
    let Where { office, zone } = scope.at();
    let wanted = |it: &Identity| match (it.by, office, zone) {
        (_, None, None) => true,
        (By::Zone, None, Some(zone)) => it.group_id == Some(zone),
        (By::Office, Some(office), None) => it.group_id == Some(office),
        (By::Zone, Some(office), None) => {
            it.group_id.and_then(|id| scope.office_of(id)) == Some(office)
        }
        _ => false,
    };
    let line = |it: Identity| {
        let name = match it.by {
            By::None => "Everyone".to_owned(),
            By::Zone => it.group_id.and_then(|id| scope.zone_name(id)).unwrap_or_default(),
            _ => it.group.clone(),
        };
        Line { name, it }
    };
    let key = format!("identity {from} {to}");
    let all = cx.once(key, || Ok(metric::identity(cx.read, from, to)?))?;
    Ok(all.into_iter().filter(wanted).map(line).collect())
}
