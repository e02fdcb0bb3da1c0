//! What the facts as a whole must obey after a load: heads add up.
//!
//! Never here: repairs.

use super::{Finding, HEADCOUNT, Severity, load};
use crate::app::{Error, Office, Result};
use crate::domain::calendar::Day;
use crate::domain::fact::by_table;
use crate::metric::{self, By};
use crate::store::{Read, imports};

/// Places named in the finding.
const PLACES_MAX: usize = 5;
/// Months looked at, up to the last.
const MONTHS_MAX: i32 = 60;

/// Checks that end = start + hires - exits + transfers for every office and zone in every month,
/// and keeps a finding that says where it does not.
pub(super) fn headcount(office: &Office) -> Result<Vec<Finding>> {
    let finding = office.look(|cx| {
        let Some((from, to)) = span(cx.read)? else { return Ok(None) };
        let mut wrong = Vec::new();
        let last = to.month();
        let first = from.month().max(last.plus(1 - MONTHS_MAX));
        for month in (0..MONTHS_MAX).map(|it| first.plus(it)).take_while(|it| *it <= last) {
            let period = month.period();
            let (first, next) = (period.from.max(from), period.to.min(to.plus(1)));
            let all = metric::identity(cx.read, first, next).map_err(told_by_metric)?;
            // A zone that does not add up spoils its office and the whole: the zone is named.
            let zone = all.iter().any(|it| !it.holds && it.by == By::Zone);
            for it in all.iter().filter(|it| !it.holds && (!zone || it.by == By::Zone)) {
                let place = if it.group.is_empty() { "all offices" } else { &it.group };
                wrong.push(format!(
                    "{place} in {}: {} at the start, {} hired, {} left, {} moved in, but {} at the end",
                    month.words(),
                    it.start, it.hires, it.exits, it.transfers_net, it.end
                ));
            }
        }
        Ok(told(&wrong))
    })?;
    let kept = finding.clone();
    office.store.write(move |tx| {
        imports::clear_findings(tx, HEADCOUNT)?;
        kept.iter().try_for_each(|it| imports::add_finding(tx, it))
    })?;
    Ok(finding.into_iter().collect())
}

/// The days that work or, without any, employment covers.
fn span(read: &Read<'_>) -> Result<Option<(Day, Day)>> {
    let mut span: Option<(i32, i32)> = None;
    for table in ["job", "workday"] {
        let Some(fact) = by_table(table) else { continue };
        if let Some((from, to)) = imports::held(read, fact)?.days {
            span = Some(span.map_or((from, to), |it| (it.0.min(from), it.1.max(to))));
        }
    }
    Ok(span.map(|it| (Day(it.0), Day(it.1))))
}

fn told_by_metric(error: metric::Error) -> Error {
    match error {
        metric::Error::Told(told) => told.into(),
        metric::Error::Store(error) => error.into(),
    }
}

fn told(wrong: &[String]) -> Option<Finding> {
    let more = wrong.len().saturating_sub(PLACES_MAX);
    let mut places = wrong.iter().take(PLACES_MAX).cloned().collect::<Vec<_>>().join("; ");
    if more > 0 {
        places += &format!("; and {more} more");
    }
    (!wrong.is_empty()).then(|| Finding {
        fact: HEADCOUNT.to_owned(),
        severity: load::severity_id(Severity::Look).to_owned(),
        title: "Heads do not add up".to_owned(),
        detail: format!(
            "{places}. Look for spells of employment of one person that overlap, and for \
             assignments that leave a gap."
        ),
        n: wrong.len() as u64,
    })
}
