//! What is true today: who moved, the numbers of twelve months, what lies underneath.
//!
//! Never here: words in HTML.

#[cfg(test)]
mod tests;

use super::card::Card;
use super::metrics::{Figure, Metric, find, one};
use super::people::{self, List, Reason, Row, Standing};
use super::{Cx, Result};
use crate::domain::calendar::Day;
use crate::metric::{self, Ask, By, Identity};
use crate::store::{imports, models, office};

/// Numbers shown, from the dictionary.
const TILES: [&str; 4] = ["headcount", TREND, "first_90_day_attrition", "regretted_turnover"];
/// The number that says whether the office is stable.
pub const TREND: &str = "voluntary_turnover";
/// People in the list of those who moved, at most.
pub const MOVED_MAX: usize = 6;

/// The page.
#[derive(Debug)]
pub struct Today {
    /// How far the office is towards scores.
    pub standing: Standing,
    /// Those who moved, into HIGH first; empty without scores.
    pub moved: Vec<Moved>,
    /// The numbers, each over the last twelve months.
    pub figures: Vec<(&'static Metric, Figure)>,
    /// Voluntary turnover of the last twelve months against the twelve before.
    pub trend: Trend,
    /// What lies underneath.
    pub under: Under,
}

/// A person who moved into or out of HIGH.
#[derive(Debug)]
pub struct Moved {
    /// The person.
    pub row: Row,
    /// What moved the score most, then and now; none when there was no score then.
    pub by: Option<(Reason, Reason)>,
}

/// Whether more or fewer leave than a year ago.
#[derive(Clone, Debug, PartialEq)]
pub enum Trend {
    /// The data do not hold two years, or too few people.
    Unknown,
    /// The intervals overlap.
    Stable(Compared),
    /// Clearly more.
    More(Compared),
    /// Clearly fewer.
    Fewer(Compared),
}

/// A number and the same number a year before.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// The last twelve months.
    pub now: Figure,
    /// The twelve months before.
    pub then: Figure,
}

/// What the numbers rest on.
#[derive(Debug, Default)]
pub struct Under {
    /// First and last day with data.
    pub data: Option<(Day, Day)>,
    /// Findings of the last loads that ask for a look, and all of them.
    pub findings: (usize, usize),
    /// The model in use, with its card.
    pub model: Option<Model>,
    /// Heads at the start, movements, heads at the end, of everyone over twelve months.
    pub heads: Option<Identity>,
    /// Findings of the last loads about heads that do not add up.
    pub heads_wrong: usize,
    /// Offices there are.
    pub offices: usize,
}

/// A model as the page speaks of it.
#[derive(Debug)]
pub struct Model {
    /// Version.
    pub version: u32,
    /// Last day of the data it learned from.
    pub learned_to: Day,
    /// When it was kept, UTC seconds.
    pub created_at: i64,
    /// What it was measured at.
    pub card: Card,
}

/// Reads the page.
pub fn read(cx: &Cx<'_>) -> Result<Today> {
    let standing = people::read(cx)?;
    let moved = match &standing {
        Standing::Scored(list) => moved(cx, list)?,
        _ => Vec::new(),
    };
    if matches!(standing, Standing::NoData) {
        let (figures, under) = (Vec::new(), Under::default());
        return Ok(Today { standing, moved, figures, trend: Trend::Unknown, under });
    }
    let (from, to) = metric::default_period(cx.read)?;
    let mut figures = Vec::with_capacity(TILES.len());
    for id in TILES {
        let metric = find(id)?;
        figures.push((metric, one(cx, metric, &Ask::whole(from, to))?));
    }
    let now = figures.iter().find(|it| it.0.id == TREND).map(|it| it.1.clone());
    Ok(Today {
        trend: trend(cx, from, to, now)?,
        under: under(cx, from, to)?,
        standing,
        moved,
        figures,
    })
}

fn moved(cx: &Cx<'_>, list: &List) -> Result<Vec<Moved>> {
    let rows = list.into_high().into_iter().chain(list.out_of_high()).take(MOVED_MAX);
    rows.map(|row| Ok(Moved { by: list.moved_by(cx, row)?, row: row.clone() })).collect()
}

fn trend(cx: &Cx<'_>, from: Day, to: Day, now: Option<Figure>) -> Result<Trend> {
    let before = Day(from.0 - (to.0 - from.0));
    let first = office::span(cx.read)?.map(|it| it.0);
    let Some(now) = now.filter(|_| first.is_some_and(|first| first <= before)) else {
        return Ok(Trend::Unknown);
    };
    let then = one(cx, find(TREND)?, &Ask::whole(before, from))?;
    let (Some((now_low, now_high)), Some((then_low, then_high))) =
        (now.low.zip(now.high), then.low.zip(then.high))
    else {
        return Ok(Trend::Unknown);
    };
    let both = Compared { now, then };
    Ok(if now_low > then_high {
        Trend::More(both)
    } else if now_high < then_low {
        Trend::Fewer(both)
    } else {
        Trend::Stable(both)
    })
}

fn under(cx: &Cx<'_>, from: Day, to: Day) -> Result<Under> {
    let findings = imports::findings(cx.read)?;
    let heads = metric::identity_by(cx.read, from, to, By::None)?;
    let model = match models::in_use_head(cx.read)? {
        Some(head) => Some(Model {
            version: head.version,
            learned_to: head.as_of,
            created_at: head.created_at,
            card: people::card(&head)?,
        }),
        None => None,
    };
    Ok(Under {
        data: office::span(cx.read)?,
        findings: (
            findings.iter().filter(|it| it.severity != super::imports::NOTE).count(),
            findings.len(),
        ),
        model,
        // Looked for at every load, so that no page has to.
        heads_wrong: findings.iter().filter(|it| it.fact == super::imports::HEADCOUNT).count(),
        offices: office::summary(cx.read)?.offices.len(),
        heads: heads.into_iter().next(),
    })
}
