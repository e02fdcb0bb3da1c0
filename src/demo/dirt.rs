//! Rows that no importer may accept, added to the good ones: what real exports hold.
//!
//! Every one is an extra row with its own key, so that a loader that quarantines them all is left
//! with exactly the facts that the exits were drawn from.

use learn::rng::Rng;

use crate::domain::calendar::Day;

use super::draw::pick;
use super::sheet::Sheet;
use super::world::World;

/// The share of dirty rows among days and jobs.
pub(super) const SHARE: f64 = 1.0 / 20_000.0;

const JOBS_LEAST: u64 = 3;
const DAYS_LEAST: u64 = 2;

/// A number nobody has.
const NOBODY: &str = "T0000";

/// One dirty job: five ways to be wrong.
pub(super) fn job(sheet: &mut Sheet, number: u64, employee: u32, day: Day, rng: &mut Rng) {
    let key = format!("J{number}");
    let good = format!("T{employee:04}");
    let at = |clock: &str| format!("{day} {clock}");
    let (morning, noon) = (at("09:05"), at("11:40"));
    let way = rng.below(5);
    let employee = if way == 0 { NOBODY } else { &good };
    let kind = if way == 1 { "callback" } else { "repair" };
    let started = match way {
        2 => format!("{}-02-30 09:05", day.year()),
        3 => noon.clone(),
        _ => morning.clone(),
    };
    let completed = if way == 3 { &morning } else { &noon };
    let drive = if way == 4 { "-25" } else { "25" };
    sheet.dirty(&[
        &key, employee, "", kind, "laundry", "", &started, completed, drive, "90", "90", "24500",
        "no", "no", "", "",
    ]);
}

/// One dirty day.
pub(super) fn workday(sheet: &mut Sheet, day: Day, rng: &mut Rng) {
    let day = day.to_string();
    let cells = pick(rng, &[["480", "400", "480", "0"], ["480", "1900", "480", "0"]]);
    sheet.dirty(&[NOBODY, &day, cells[0], cells[1], cells[2], cells[3], "no", "no"]);
}

impl World {
    /// A few for every file that has none yet.
    pub(super) fn add_dirt(&mut self) {
        let (end, rng) = (self.end, &mut self.streams.dirt);
        let employee = self.people.first().map_or(1, |it| it.number);
        while self.sheets.job.dirty_rows() < JOBS_LEAST {
            job(&mut self.sheets.job, self.next_job, employee, end, rng);
            self.next_job += 1;
        }
        let last = end.to_string();
        let someone = format!("T{employee:04}");
        while self.sheets.workday.dirty_rows() < DAYS_LEAST {
            workday(&mut self.sheets.workday, end, rng);
        }
        let sheets = &mut self.sheets;
        sheets.workday.dirty(&[&someone, "2025-13-01", "480", "-60", "480", "0", "no", "no"]);
        sheets.office.dirty(&["XX", "", "", "", ""]);
        sheets.zone.dirty(&["XX-1", "nowhere", "North"]);
        let home = self.places.offices.first().map_or("", |it| it.code.as_str());
        let zone = self.places.zones.first().map_or("", |it| it.code.as_str());
        sheets.technician.dirty(&["T0000A", "Test Entry", home, zone, "plumbing", "2", "yes"]);
        sheets.employment.dirty(&[&someone, "2019-06-31", "", "", "", "", "referral"]);
        sheets.employment.dirty(&[NOBODY, "2024-05-06", "", "", "", "", "walk-in"]);
        sheets.assignment.dirty(&[&someone, "2024-03-04", "2024-02-01", "M001", zone, ""]);
        sheets.pay.dirty(&[&someone, "2024-03-05", "ask HR", ""]);
        sheets.training.dirty(&[&someone, "2025-02-29", "Gas safety", "6", ""]);
        sheets.training.dirty(&[NOBODY, &last, "Dryer venting", "3", ""]);
        sheets.requisition.dirty(&["R0000", &last, "", "", "0", home, zone]);
        let mut cells = ["C00000", "R0000", "referral", &last, "", "", "", "", "", "", ""];
        sheets.candidate.dirty(&cells);
        cells[0] = "C00000B";
        cells[3] = "soon";
        sheets.candidate.dirty(&cells);
        sheets.note.dirty(&["N00000", &someone, &last, "gossip", "office manager", "Ignore."]);
    }
}
