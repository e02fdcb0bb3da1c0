//! Small random offices: what proptest draws, and the facts it stands for.

use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::domain::fact::TRADES;
use crate::store::fixture::Scratch;

/// The morning the laws are tested on: Sunday, 1 March 2026.
pub(super) const AS_OF: Day = Day(20_513);
pub(super) const PEOPLE: usize = 8;
const ZONES: usize = 3;

/// One thing that happened, `at` days from `AS_OF` (negative: before).
#[derive(Clone, Debug)]
pub(super) enum Event {
    Job(Job),
    Workday { who: usize, at: i32, minutes: [i64; 4], flags: [Option<i64>; 2] },
    Pay { who: usize, at: i32, cents: i64 },
    Place { who: usize, at: i32, manager: Option<u8>, zone: Option<usize>, crew: Option<u8> },
    Training { who: usize, at: i32, minutes: i64 },
    Exit { who: usize, at: i32, kind: &'static str },
    Hire { who: usize, at: i32 },
    Trade { who: usize, trade: usize, zone: usize },
}

/// A job: `lasts` days until it is finished.
#[derive(Clone, Debug)]
pub(super) struct Job {
    pub(super) no: u16,
    pub(super) who: usize,
    pub(super) at: i32,
    pub(super) hour: i32,
    pub(super) lasts: Option<i32>,
    pub(super) drive: i64,
    pub(super) csat: Option<i64>,
    /// Number of the job it goes back to.
    pub(super) back: Option<u16>,
}

/// Day of the first hire of a person.
fn hired(who: usize) -> Day {
    AS_OF.plus(-(90 + 130 * who as i32))
}

/// Things that happened in a range of days.
pub(super) fn events(
    days: std::ops::Range<i32>,
    count: std::ops::Range<usize>,
) -> impl Strategy<Value = Vec<Event>> {
    let (from, to) = (days.start, days.end);
    // Half of them within the windows just before (or just after) the day.
    let near = from.max(-95)..to.min(95);
    let day = prop_oneof![days, near];
    proptest::collection::vec(event(day.boxed()), count)
}

fn event(day: BoxedStrategy<i32>) -> impl Strategy<Value = Event> {
    let who = 0..PEOPLE;
    let lasts = proptest::option::weighted(0.9, select(vec![0, 0, 0, 1, 3, 100]));
    let csat = proptest::option::weighted(0.7, 1_i64..6);
    let back = proptest::option::weighted(0.3, 0_u16..100);
    let job = (0_u16..300, who.clone(), day.clone(), 0..20, lasts, 0_i64..100, csat, back)
        .prop_map(|(no, who, at, hour, lasts, drive, csat, back)| {
            Event::Job(Job { no, who, at, hour, lasts, drive, csat, back })
        });
    let flag = || proptest::option::weighted(0.9, 0_i64..2);
    let minutes = [0_i64..600, 0..600, 0..600, 0..90];
    let workday = (who.clone(), day.clone(), minutes, [flag(), flag()])
        .prop_map(|(who, at, minutes, flags)| Event::Workday { who, at, minutes, flags });
    let pay = (who.clone(), day.clone(), 2000_i64..4000).prop_map(|(who, at, cents)| Event::Pay {
        who,
        at,
        cents,
    });
    let maybe = proptest::option::weighted(0.8, 0_u8..3);
    let place = (who.clone(), day.clone(), maybe.clone(), proptest::option::of(0..ZONES), maybe)
        .prop_map(|(who, at, manager, zone, crew)| Event::Place { who, at, manager, zone, crew });
    let training = (who.clone(), day.clone(), 1_i64..2000)
        .prop_map(|(who, at, minutes)| Event::Training { who, at, minutes });
    let kinds = select(crate::domain::fact::EXIT_TYPES.to_vec());
    let exit =
        (who.clone(), day.clone(), kinds).prop_map(|(who, at, kind)| Event::Exit { who, at, kind });
    let hire = (who.clone(), day).prop_map(|(who, at)| Event::Hire { who, at });
    let trade = (who, 0_usize..2, 0..ZONES).prop_map(|(who, trade, zone)| Event::Trade {
        who,
        trade,
        zone,
    });
    prop_oneof![
        120 => job, 80 => workday, 8 => pay, 8 => place, 3 => training, 1 => exit, 1 => hire,
        1 => trade
    ]
}

/// An office of two offices, three zones and eight people hired over three years.
pub(super) fn office() -> Scratch {
    let it = Scratch::empty();
    let office = |no: usize| {
        let code = text(format!("O{no}"));
        fact("office", &[("code", code.clone()), ("name", code)])
    };
    it.load("office", (0..2).map(office).collect());
    let zone = |no: usize| {
        let (code, office) = (text(format!("Z{no}")), text(format!("O{}", no / 2)));
        fact("zone", &[("code", code.clone()), ("office", office), ("name", code)])
    };
    it.load("zone", (0..ZONES).map(zone).collect());
    it.load("technician", (0..PEOPLE).map(|who| technician(who, 0, who / 4)).collect());
    let spell =
        |who| fact("employment", &[("employee_no", number(who)), ("hired_on", on(hired(who)))]);
    it.load("employment", (0..PEOPLE).map(spell).collect());
    let pay = |who| pay(who, hired(who), 3000 + 100 * who as i64);
    it.load("pay", (0..PEOPLE).map(pay).collect());
    it
}

/// Loads what happened, one load for each kind of fact; of two rows of one key the later one.
/// `series` goes before the numbers of jobs.
pub(super) fn load(it: &Scratch, events: &[Event], series: &str) {
    for table in ["technician", "employment", "assignment", "pay", "workday", "job", "training"] {
        let mut rows: Vec<Row> = Vec::new();
        for (_, row) in events.iter().map(|it| facts_of(it, series)).filter(|it| it.0 == table) {
            rows.retain(|it| it.key != row.key);
            rows.push(row);
        }
        it.load(table, rows);
    }
}

fn facts_of(event: &Event, series: &str) -> (&'static str, Row) {
    let maybe = |it: Option<i64>| it.map_or(Cell::Null, Cell::Int);
    match event {
        Event::Job(it) => ("job", job(it, series)),
        Event::Workday { who, at, minutes, flags } => {
            let values = [
                ("employee_no", number(*who)),
                ("on_date", on(AS_OF.plus(*at))),
                ("available_min", Cell::Int(minutes[0])),
                ("booked_min", Cell::Int(minutes[1])),
                ("paid_min", Cell::Int(minutes[2])),
                ("overtime_min", Cell::Int(minutes[3])),
                ("on_call", maybe(flags[0])),
                ("start_changed", maybe(flags[1])),
            ];
            ("workday", fact("workday", &values))
        }
        Event::Pay { who, at, cents } => ("pay", pay(*who, AS_OF.plus(*at), *cents)),
        Event::Place { who, at, manager, zone, crew } => {
            let name = |letter: char, it: Option<u8>| {
                it.map_or(Cell::Null, |it| text(format!("{letter}{it}")))
            };
            let values = [
                ("employee_no", number(*who)),
                ("from_on", on(AS_OF.plus(*at))),
                ("manager_no", name('M', *manager)),
                ("zone", zone.map_or(Cell::Null, |it| text(format!("Z{it}")))),
                ("crew", name('C', *crew)),
            ];
            ("assignment", fact("assignment", &values))
        }
        Event::Training { who, at, minutes } => {
            let values = [
                ("employee_no", number(*who)),
                ("completed_on", on(AS_OF.plus(*at))),
                ("course", text("course")),
                ("hours", Cell::Int(*minutes)),
            ];
            ("training", fact("training", &values))
        }
        Event::Exit { who, at, kind } => {
            let values = [
                ("employee_no", number(*who)),
                ("hired_on", on(hired(*who))),
                ("exited_on", on(AS_OF.plus(*at).max(hired(*who)))),
                ("exit_type", text(*kind)),
            ];
            ("employment", fact("employment", &values))
        }
        Event::Hire { who, at } => {
            let again = hired(*who).plus(1).max(AS_OF.plus(*at));
            let values = [("employee_no", number(*who)), ("hired_on", on(again))];
            ("employment", fact("employment", &values))
        }
        Event::Trade { who, trade, zone } => ("technician", technician(*who, *trade, *zone)),
    }
}

fn job(it: &Job, series: &str) -> Row {
    let start = i64::from(AS_OF.plus(it.at).0) * 1440 + i64::from(it.hour) * 60;
    let end = it.lasts.map_or(Cell::Null, |days| Cell::Int(start + 120 + i64::from(days) * 1440));
    let mut values = vec![
        ("job_no", text(format!("{series}{}", it.no))),
        ("employee_no", number(it.who)),
        ("type", text("repair")),
        ("appliance", text("laundry")),
        ("started_at", Cell::Int(start)),
        ("completed_at", end),
        ("drive_min", if it.drive < 5 { Cell::Null } else { Cell::Int(it.drive) }),
        ("csat", it.csat.map_or(Cell::Null, Cell::Int)),
    ];
    if let Some(back) = it.back {
        // A job that goes back keeps its day: the loader marks the original's technician only from
        // the new day on when it moves.
        values[0].1 = text(format!("R{}-{back}-{}", it.no, it.at));
        values.push(("recall_of", text(format!("J{back}"))));
    }
    fact("job", &values)
}

fn pay(who: usize, from: Day, cents: i64) -> Row {
    let values = [
        ("employee_no", number(who)),
        ("effective_on", on(from)),
        ("hourly_cents", Cell::Int(cents)),
    ];
    fact("pay", &values)
}

fn technician(who: usize, trade: usize, zone: usize) -> Row {
    let values = [
        ("employee_no", number(who)),
        ("display_name", number(who)),
        ("office", text(format!("O{}", zone / 2))),
        ("zone", text(format!("Z{zone}"))),
        ("trade", text(TRADES[trade])),
    ];
    fact("technician", &values)
}

fn number(who: usize) -> Cell {
    text(format!("T{who}"))
}
