//! Rows of `technician_month` from facts.
//!
//! The same facts give the same rows, bit by bit, on one reader or two and whether everything or
//! only what is stale is asked for. Never here: writing (see `store::months`), labels.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;

use super::around::{Around, Person};
use super::history::History;
use super::values;
use crate::domain::calendar::{Day, Month};
use crate::store::months::{MonthRow, Span, Want};
use crate::store::{Error, Read, Result, Store};

/// One of several equal parts of the technicians.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// Which, from 0.
    pub at: usize,
    /// Of how many, at least 1.
    pub of: usize,
}

/// Computes the wanted rows on one reader, by technician and month. `tell` hears how many
/// technicians are done of how many, and stops the work by returning false (`Error::Cancelled`).
pub fn months_for(
    read: &Read<'_>,
    want: &Want,
    tell: &mut dyn FnMut(usize, usize) -> bool,
) -> Result<Vec<MonthRow>> {
    let around = Around::load(read)?;
    part_of_months(read, &around, want, Part { at: 0, of: 1 }, tell)
}

/// As `months_for`, on both of the store's long readers at once. Not for request workers.
pub fn months_with(
    store: &Store,
    want: &Want,
    tell: &mut dyn FnMut(usize, usize) -> bool,
) -> Result<Vec<MonthRow>> {
    const PARTS: usize = 2;
    let around: Arc<Around> = Arc::new(store.read_long(Around::load)?);
    let stop = Arc::new(AtomicBool::new(false));
    let all = wanted(&around, want).count();
    let (sender, receiver) = mpsc::channel();
    let mut rows = std::thread::scope(|scope| {
        let parts: [_; PARTS] = std::array::from_fn(|at| {
            let (around, stop, want) = (Arc::clone(&around), Arc::clone(&stop), want.clone());
            let sender = sender.clone();
            let work = move |read: &Read<'_>| {
                part_of_months(read, &around, &want, Part { at, of: PARTS }, &mut |_, _| {
                    sender.send(()).is_ok() && !stop.load(Ordering::Relaxed)
                })
            };
            scope.spawn(move || store.read_long(work))
        });
        drop(sender);
        for (done, ()) in receiver.iter().enumerate() {
            if !tell(done + 1, all) {
                stop.store(true, Ordering::Relaxed);
            }
        }
        let mut rows = Vec::new();
        for part in parts {
            rows.append(&mut part.join().map_err(|_| Error::Gone)??);
        }
        Ok::<_, Error>(rows)
    })?;
    rows.sort_by_key(|it| (it.technician_id, it.month_no));
    Ok(rows)
}

/// Computes the wanted rows of one part of the technicians: what `months_with` runs on each reader.
pub fn part_of_months(
    read: &Read<'_>,
    around: &Around,
    want: &Want,
    part: Part,
    tell: &mut dyn FnMut(usize, usize) -> bool,
) -> Result<Vec<MonthRow>> {
    let people: Vec<_> = wanted(around, want).skip(part.at).step_by(part.of).collect();
    let mut rows = Vec::new();
    for (done, (who, months)) in people.iter().enumerate() {
        rows.append(&mut months_of(read, around, who, months)?);
        if !tell(done + 1, people.len()) {
            return Err(Error::Cancelled);
        }
    }
    Ok(rows)
}

/// The rows of one technician for some months: one for each in which the person was at risk.
pub fn months_of(
    read: &Read<'_>,
    around: &Around,
    who: &Person,
    months: &[Month],
) -> Result<Vec<MonthRow>> {
    let Some(first) = months.iter().min() else { return Ok(Vec::new()) };
    let history = History::load(read, around, who, first.first_day())?;
    Ok(months.iter().filter_map(|it| row_on(&history, around, it.first_day())).collect())
}

/// The rows of everyone at risk on the morning of a day, by technician: what is scored. Facts dated
/// before the day count, as in the rows of months.
pub fn rows_on(
    read: &Read<'_>,
    as_of: Day,
    tell: &mut dyn FnMut(usize, usize) -> bool,
) -> Result<Vec<MonthRow>> {
    let mut around = Around::load(read)?;
    around.stand_on(as_of);
    let people: Vec<&Person> =
        around.people().iter().filter(|it| it.spell_at(as_of).is_some()).collect();
    let mut rows = Vec::with_capacity(people.len());
    for (done, who) in people.iter().enumerate() {
        rows.extend(row_on(&History::load(read, &around, who, as_of)?, &around, as_of));
        if !tell(done + 1, people.len()) {
            return Err(Error::Cancelled);
        }
    }
    Ok(rows)
}

fn row_on(history: &History<'_>, around: &Around, as_of: Day) -> Option<MonthRow> {
    let who = history.who;
    let spell = who.spell_at(as_of)?;
    let zone_id = who.zone_at(as_of);
    Some(MonthRow {
        technician_id: who.technician_id,
        employment_id: spell.employment_id,
        month_no: as_of.month().0,
        as_of,
        zone_id,
        office_id: around.office_of(zone_id),
        values: values(history, around, as_of),
    })
}

/// Technicians with a wanted month at risk, and those months.
fn wanted<'a>(
    around: &'a Around,
    want: &'a Want,
) -> impl Iterator<Item = (&'a Person, Vec<Month>)> + 'a {
    around.people().iter().filter_map(move |who| {
        let from = want.from_day(who.technician_id)?;
        let months = around.span().into_iter().flat_map(Span::months);
        let months = months.filter(|it| {
            let as_of = it.first_day();
            as_of > from && who.spell_at(as_of).is_some()
        });
        let months: Vec<Month> = months.collect();
        (!months.is_empty()).then_some((who, months))
    })
}
