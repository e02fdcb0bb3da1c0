//! The facts a plan stands on, folded: who was where in which week, and what work there was.
//!
//! Everything is asked for up to a day, so that a plan of the past sees only its past. Never here:
//! chances, draws.

use std::collections::BTreeMap;
use std::sync::Arc;

use learn::staffing::Pace;

use super::work;
use crate::app::{Cx, Error, Result};
use crate::domain::calendar::Day;
use crate::domain::told::Kind;
use crate::store::places::{self, PlaceRow};
use crate::store::staffing::{self, AcceptedRow, FilledRow, MonthWork, OpenRow, PostRow, SpellRow};

/// Fewest whole weeks of work before anything is planned.
pub(super) const WEEKS_MIN: usize = 26;
/// Offers accepted longer ago without a first day have fallen through.
const ACCEPTED_DAYS: i32 = 120;
/// Hires this far back say how long filling takes.
const FILLED_DAYS: i32 = 3 * 365;

/// A zone that is planned.
#[derive(Clone, Debug)]
pub(super) struct Zone {
    pub(super) id: i64,
    pub(super) office: i64,
    pub(super) uid: [u8; 16],
    pub(super) name: String,
    /// Work and people of each whole week.
    pub(super) weeks: Vec<Work>,
}

/// A week of a zone.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Work {
    pub(super) available_hours: f64,
    pub(super) booked_hours: f64,
    /// People employed in mid-week.
    pub(super) heads: f64,
    /// The same, a newcomer counted by pace.
    pub(super) paced: f64,
}

/// Somebody employed at the end of the last day.
#[derive(Clone, Copy, Debug)]
pub(super) struct Present {
    pub(super) technician_id: i64,
    /// Place of the zone.
    pub(super) zone: usize,
    pub(super) hired_on: Day,
}

/// Everything that is read for a plan, of all zones.
#[derive(Debug)]
pub(super) struct Facts {
    /// The last day that is known.
    pub(super) last: Day,
    pub(super) first: Day,
    /// Monday of the first whole week.
    pub(super) monday: Day,
    pub(super) zones: Vec<Zone>,
    pub(super) present: Vec<Present>,
    pub(super) spells: Vec<SpellRow>,
    /// Zone at the end of each spell, or on the last day, by place in `spells`.
    pub(super) zone_of_spell: Vec<Option<usize>>,
    pub(super) open: Vec<OpenRow>,
    pub(super) accepted: Vec<AcceptedRow>,
    pub(super) filled: Vec<FilledRow>,
    /// Roll-ups of the last twelve whole months.
    pub(super) year: Vec<MonthWork>,
    pub(super) pace: Pace,
    /// Newcomers behind the pace; 0 when it is the stated default.
    pub(super) pace_n: u64,
}

/// Reads them once for a revision of the data.
pub(super) fn read(cx: &Cx<'_>, last: Day) -> Result<Arc<Facts>> {
    cx.once(format!("plan facts {last}"), || Facts::read(cx, last).map(Arc::new))
}

impl Facts {
    fn read(cx: &Cx<'_>, last: Day) -> Result<Self> {
        let first = staffing::first_day(cx.read)?.ok_or_else(|| too_few(0))?;
        let monday = first.plus((7 - first.weekday()) % 7);
        let weeks = ((last.0 + 1 - monday.0) / 7).max(0) as usize;
        if weeks < WEEKS_MIN {
            return Err(too_few(weeks));
        }
        let spells = staffing::spells(cx.read, last)?;
        let posts = Posts::of(&staffing::posts(cx.read, last)?, &spells);
        let to = last.plus(1).month().plus(-1);
        let (pace, pace_n) = work::pace(cx, &spells, first, last)?;
        let mut facts = Self {
            last,
            first,
            monday,
            zones: zones(&places::list(cx.read)?, weeks),
            present: Vec::new(),
            zone_of_spell: Vec::new(),
            open: staffing::open(cx.read, last)?,
            accepted: staffing::accepted(cx.read, last, ACCEPTED_DAYS)?,
            filled: staffing::filled(cx.read, last, FILLED_DAYS)?,
            year: staffing::months(cx.read, to.plus(-11), to)?,
            pace,
            pace_n,
            spells,
        };
        facts.add_people(&posts);
        facts.add_work(&staffing::weeks(cx.read, last)?, &posts);
        Ok(facts)
    }

    /// Place of a zone by its key.
    pub(super) fn zone(&self, id: i64) -> Option<usize> {
        self.zones.iter().position(|it| it.id == id)
    }

    /// Whole weeks that are known.
    pub(super) fn weeks(&self) -> usize {
        self.zones.first().map_or(0, |it| it.weeks.len())
    }

    fn add_people(&mut self, posts: &Posts) {
        let by_id: BTreeMap<i64, usize> =
            self.zones.iter().enumerate().map(|(at, it)| (it.id, at)).collect();
        let place = |technician: i64, day: Day, home: i64| {
            by_id.get(&posts.zone(technician, day).unwrap_or(home)).copied()
        };
        for spell in &self.spells {
            let end = spell.exited_on.unwrap_or(self.last);
            let zone = place(spell.technician_id, end, spell.home_zone);
            self.zone_of_spell.push(zone);
            if let Some(zone) = zone
                && spell.exited_on.is_none()
            {
                self.present.push(Present {
                    technician_id: spell.technician_id,
                    zone,
                    hired_on: spell.hired_on,
                });
            }
            let weeks = self.zones.first().map_or(0, |it| it.weeks.len());
            for week in 0..weeks {
                let middle = self.monday.plus(week as i32 * 7 + 3);
                let here = middle >= spell.hired_on
                    && spell.exited_on.is_none_or(|exited_on| middle <= exited_on);
                if !here {
                    continue;
                }
                let Some(zone) = place(spell.technician_id, middle, spell.home_zone) else {
                    continue;
                };
                let work = &mut self.zones[zone].weeks[week];
                work.heads += 1.0;
                work.paced += self.pace.at(f64::from(middle.0 - spell.hired_on.0));
            }
        }
    }

    fn add_work(&mut self, rows: &[staffing::WeekRow], posts: &Posts) {
        for row in rows {
            let week = (row.monday.0 - self.monday.0).div_euclid(7);
            let home = posts.homes.get(&row.technician_id).copied();
            let middle = row.monday.plus(3);
            let zone = posts.zone(row.technician_id, middle).or(home);
            let Some(zone) = zone.and_then(|it| self.zone(it)) else { continue };
            let Ok(week) = usize::try_from(week) else { continue };
            if let Some(work) = self.zones[zone].weeks.get_mut(week) {
                work.available_hours += row.available_min as f64 / 60.0;
                work.booked_hours += row.booked_min as f64 / 60.0;
            }
        }
    }
}

/// Who worked in which zone when.
struct Posts {
    by_technician: BTreeMap<i64, Vec<PostRow>>,
    homes: BTreeMap<i64, i64>,
}

impl Posts {
    fn of(rows: &[PostRow], spells: &[SpellRow]) -> Self {
        let mut by_technician: BTreeMap<i64, Vec<PostRow>> = BTreeMap::new();
        for row in rows {
            by_technician.entry(row.technician_id).or_default().push(*row);
        }
        let homes = spells.iter().map(|it| (it.technician_id, it.home_zone)).collect();
        Self { by_technician, homes }
    }

    /// The zone of the last assignment begun by the day.
    fn zone(&self, technician: i64, day: Day) -> Option<i64> {
        let posts = self.by_technician.get(&technician)?;
        posts.iter().rev().find(|it| it.from_on <= day).map(|it| it.zone_id)
    }
}

fn zones(places: &[PlaceRow], weeks: usize) -> Vec<Zone> {
    let several = places.iter().filter(|it| it.zone_id.is_none()).count() > 1;
    let zone = |it: &PlaceRow| {
        let name = if several { format!("{}, {}", it.office, it.zone) } else { it.zone.clone() };
        Some(Zone {
            id: it.zone_id?,
            office: it.office_id,
            uid: it.uid,
            name,
            weeks: vec![Work::default(); weeks],
        })
    };
    places.iter().filter_map(zone).collect()
}

pub(super) fn too_few(weeks: usize) -> Error {
    Error::told(
        Kind::NotEnough,
        format!("There are {weeks} whole weeks of work, too few to plan ahead."),
        format!("A plan needs {WEEKS_MIN}. Load more workdays, then look again."),
    )
}
