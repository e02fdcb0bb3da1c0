//! How long a full rebuild takes on five years of 500 technicians. Ignored: run it by name, with
//! `CARGO_PROFILE_DEV_OPT_LEVEL=3 cargo test --lib feature::tests::speed -- --ignored --nocapture`.

use std::time::Instant;

use super::*;
use crate::feature::months_with;
use crate::store::fixture::Scratch;

const TECHNICIANS: i64 = 500;
const DAYS: i64 = 1826;

struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: i64) -> i64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as i64 % limit
    }
}

#[test]
#[ignore = "a minute of loading"]
fn a_full_rebuild_of_a_million_jobs() {
    let it = Scratch::empty();
    let mut dice = Dice(7);
    let first = Day::from_ymd(2021, 11, 1).unwrap();
    let begin = Instant::now();
    load_people(&it, &mut dice, first);
    load_work(&it, &mut dice, first);
    it.store.settle().unwrap();
    let bytes = it.store.read_long(|read| {
        let sql = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()";
        read.first(sql, [], |row| row.get::<_, i64>(0))
    });
    let megabytes = bytes.unwrap().unwrap_or_default() / 1_000_000;
    eprintln!("loaded in {:.1?}, {megabytes} MB", begin.elapsed());
    let begin = Instant::now();
    let around = it.store.read_long(Around::load).unwrap();
    eprintln!("everyone read in {:.2?}, {} people", begin.elapsed(), around.people().len());
    for round in ["cold", "warm"] {
        let begin = Instant::now();
        let want = Want::all();
        let one =
            it.store.read_long(move |read| months_for(read, &want, &mut |_, _| true)).unwrap();
        eprintln!("{round}, one reader: {} rows in {:.2?}", one.len(), begin.elapsed());
        let begin = Instant::now();
        let two = months_with(&it.store, &Want::all(), &mut |_, _| true).unwrap();
        eprintln!("{round}, two readers: {} rows in {:.2?}", two.len(), begin.elapsed());
        assert!(one == two);
    }
    for what in ["first", "again"] {
        let begin = Instant::now();
        let rows = months_with(&it.store, &Want::all(), &mut |_, _| true).unwrap();
        let kept = it.store.write(move |tx| months::replace(tx, &rows, &Want::all()));
        kept.unwrap();
        eprintln!("computed and kept, {what}: {:.2?}", begin.elapsed());
    }
    let begin = Instant::now();
    let kept = it.store.read_long(months::frame_rows).unwrap();
    eprintln!("{} rows read for training in {:.2?}", kept.len(), begin.elapsed());
    let want = Want::since(&[(0, first.plus(DAYS as i32 - 30))]);
    let begin = Instant::now();
    let rows = months_with(&it.store, &want, &mut |_, _| true).unwrap();
    eprintln!("a month of news: {} rows in {:.2?}", rows.len(), begin.elapsed());
}

fn number(who: i64) -> Cell {
    text(format!("T{who}"))
}

fn load_people(it: &Scratch, dice: &mut Dice, first: Day) {
    let offices = (0..3).map(|o| format!("O{o}"));
    let office = |o: String| fact("office", &[("code", text(o.clone())), ("name", text(o))]);
    it.load("office", offices.map(office).collect());
    let zone = |z: i64| {
        let (code, office) = (text(format!("Z{z}")), text(format!("O{}", z % 3)));
        fact("zone", &[("code", code.clone()), ("office", office), ("name", code)])
    };
    it.load("zone", (0..12).map(zone).collect());
    let trades = crate::domain::fact::TRADES;
    let (mut people, mut spells, mut pay, mut places) = (vec![], vec![], vec![], vec![]);
    for who in 0..TECHNICIANS {
        let z = who % 12;
        let zone = text(format!("Z{z}"));
        people.push(fact(
            "technician",
            &[
                ("employee_no", number(who)),
                ("display_name", number(who)),
                ("office", text(format!("O{}", z % 3))),
                ("zone", zone.clone()),
                ("trade", text(trades[(who / 12 % 4) as usize])),
            ],
        ));
        let hired = first.plus(-(dice.below(900) as i32));
        spells.push(fact("employment", &[("employee_no", number(who)), ("hired_on", on(hired))]));
        for year in 0..7 {
            let from = on(hired.plus(year * 330));
            let cents = Cell::Int(2500 + i64::from(year) * 90 + dice.below(400));
            pay.push(fact(
                "pay",
                &[
                    ("employee_no", number(who)),
                    ("effective_on", from.clone()),
                    ("hourly_cents", cents),
                ],
            ));
            places.push(fact(
                "assignment",
                &[
                    ("employee_no", number(who)),
                    ("from_on", from),
                    ("manager_no", text(format!("M{}", dice.below(30)))),
                    ("zone", zone.clone()),
                    ("crew", text(format!("C{}", dice.below(40)))),
                ],
            ));
        }
    }
    it.load("technician", people);
    it.load("employment", spells);
    it.load("pay", pay);
    it.load("assignment", places);
}

fn load_work(it: &Scratch, dice: &mut Dice, first: Day) {
    let (mut jobs, mut days, mut no) = (vec![], vec![], 0_i64);
    for ahead in 0..DAYS {
        let day = first.plus(ahead as i32);
        for who in 0..TECHNICIANS {
            if (ahead + who) % 7 < 5 {
                days.push(fact(
                    "workday",
                    &[
                        ("employee_no", number(who)),
                        ("on_date", on(day)),
                        ("available_min", Cell::Int(480)),
                        ("booked_min", Cell::Int(360 + dice.below(150))),
                        ("paid_min", Cell::Int(500)),
                        ("overtime_min", Cell::Int(dice.below(60))),
                        ("on_call", Cell::Int(i64::from(dice.below(9) == 0))),
                        ("start_changed", Cell::Int(i64::from(dice.below(12) == 0))),
                    ],
                ));
            }
            for _ in 0..=i64::from(dice.below(10) == 0) {
                no += 1;
                let back = no > 20_000 && dice.below(20) == 0;
                let at = at_eight(day) + dice.below(500);
                let mut job = vec![
                    ("job_no", text(format!("J{no}"))),
                    ("employee_no", number(who)),
                    ("type", text(if back { "recall" } else { "repair" })),
                    ("appliance", text("laundry")),
                    ("booked_at", Cell::Int(at - 2880)),
                    ("started_at", Cell::Int(at)),
                    ("completed_at", Cell::Int(at + 60)),
                    ("drive_min", Cell::Int(10 + dice.below(60))),
                    ("labor_min", Cell::Int(60)),
                    ("billable_min", Cell::Int(60)),
                    ("revenue_cents", Cell::Int(15_000 + dice.below(9000))),
                ];
                if dice.below(3) == 0 {
                    job.push(("csat", Cell::Int(1 + dice.below(5))));
                }
                if back {
                    job.push(("recall_of", text(format!("J{}", no - dice.below(20_000)))));
                }
                jobs.push(fact("job", &job));
            }
        }
        if jobs.len() > 100_000 || ahead == DAYS - 1 {
            it.load("job", std::mem::take(&mut jobs));
            it.load("workday", std::mem::take(&mut days));
        }
    }
}
