//! Whether a plan's bands hold what they claim, on offices whose future is known.
//!
//! Small demos are planned as of 26 weeks before their end and compared with what came: who left,
//! who started from the openings of that day, what was booked. `CREWKEEP_SLOW=1` takes 200 seeds;
//! `PLAN_SEEDS=FROM-TO` takes others.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use learn::math::wilson;
use learn::staffing::lasting;

use super::super::facts::{self, Facts};
use super::super::openings::begins;
use super::super::ready::Ready;
use super::super::show;
use super::*;
use crate::app::Office;
use crate::app::demo::{self, Spec};
use crate::app::progress::Silent;
use crate::store::staffing;

/// Last day of the data of a seed, at most: a Sunday, so that the last week is whole. Other seeds end
/// some months earlier, so that plans are made in every season.
const END: &str = "2026-11-22";
/// Seasons: the data end this many times four weeks earlier, at most.
const SEASONS: u64 = 13;

/// What one seed showed.
#[derive(Debug)]
struct Seen {
    seed: u64,
    /// Chance that the stated band of the need date claims to hold: at least 0.8.
    claimed: f64,
    /// Whether it held.
    inside: bool,
    /// Chance of an earlier need date than the one that came, and of exactly that one.
    fell: (f64, f64),
    /// Week from which somebody was short; none when nobody was.
    came: Option<usize>,
    /// Weeks in which need, have and shortage lay inside.
    weeks: [u32; 3],
    /// Mean of actual less median, in technicians, over weeks 14 to 26: need and have.
    off: (f64, f64),
    exits: bool,
    /// Exits that came, and the middle of the plan.
    left: (f64, f64),
    /// Zones in which need and have at 13 weeks lay inside, and zones.
    zones: (u32, u32, u32),
}

#[test]
fn bands_hold_what_they_claim() {
    let slow = std::env::var_os("CREWKEEP_SLOW").is_some_and(|it| it == "1");
    let range = std::env::var("PLAN_SEEDS").ok();
    let (from, to) = range
        .as_deref()
        .and_then(|it| it.split_once('-'))
        .and_then(|(from, to)| Some((from.parse().ok()?, to.parse().ok()?)))
        .unwrap_or(if slow { (1, 200) } else { (1, 12) });
    let seen = run(from, to);
    let figures = Figures::of(&seen);
    println!("{figures:#?}");
    if std::env::var_os("PLAN_SHOW").is_some() {
        for it in &seen {
            println!("{it:?}");
        }
    }
    let dates = figures.dates.0;
    if seen.len() >= 100 {
        assert!((dates - figures.claimed).abs() <= 0.07, "{dates} for {}", figures.claimed);
        let drawn = figures.dates_as_drawn;
        assert!((0.72..=0.88).contains(&drawn.0), "need dates, ends in part {drawn:?}");
        assert!((0.72..=0.92).contains(&figures.weekly_need.0), "need {:?}", figures.weekly_need);
        assert!((0.72..=0.92).contains(&figures.weekly_have.0), "have {:?}", figures.weekly_have);
        assert!((0.72..=0.92).contains(&figures.exits.0), "exits {:?}", figures.exits);
    } else {
        assert!(dates >= 0.55 && figures.exits.0 >= 0.55, "{figures:#?}");
    }
}

/// The first plan of a revision reads and forecasts; what comes after it does not.
#[test]
fn a_second_plan_is_quick() {
    if std::env::var_os("CREWKEEP_SLOW").is_none_or(|it| it != "1") {
        return;
    }
    let dir = tempfile::tempdir().expect("a scratch folder");
    let office = fixture::office(dir.path());
    demo::load(&office, &Spec::default_ending(day(END)), None, &Silent).expect("a demo");
    let timed = |ask: Ask| {
        office
            .look(move |cx| {
                let clock = crate::clock::Stopwatch::start();
                plan(cx, &ask)?;
                Ok(clock.elapsed().as_secs_f64() * 1000.0)
            })
            .expect("a plan")
    };
    let first = timed(Ask::default());
    let again = timed(Ask::default());
    let scenario = Scenario { demand_factor: 1.05, ..Scenario::default() };
    let other = timed(Ask { place: None, scenario });
    println!("first plan {first:.0} ms, again {again:.2} ms, another scenario {other:.0} ms");
    assert!(again < 50.0, "{again} ms");
}

/// Two threads, nothing shared but the counter.
fn run(from: u64, to: u64) -> Vec<Seen> {
    let (next, seen) = (AtomicU64::new(from), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed > to {
                        return;
                    }
                    let one = one(seed);
                    seen.lock().expect("no panic before").push(one);
                }
            });
        }
    });
    let mut seen = seen.into_inner().expect("no panic");
    seen.sort_by_key(|it| it.seed);
    seen
}

fn one(seed: u64) -> Seen {
    let dir = tempfile::tempdir().expect("a scratch folder");
    let office = fixture::office(dir.path());
    let spec = Spec {
        technicians: 40,
        years: 3,
        offices: 1,
        jobs_per_technician_year: 40,
        seed,
        end: day(END).plus(-28 * (seed % SEASONS) as i32),
    };
    demo::load(&office, &spec, None, &Silent).expect("a demo");
    look(&office, spec.end, seed)
}

fn look(office: &Office, end: Day, seed: u64) -> Seen {
    let last = end.plus(-7 * WEEKS as i32);
    let (ready, later, came) = office
        .look(move |cx| {
            let ready = Ready::new(cx, &Ask::default(), last)?;
            let came = staffing::came(cx.read, last)?;
            Ok((ready, facts::read(cx, end)?, came))
        })
        .expect("a plan");
    let truth = Truth::of(&ready, &later, &came);
    truth.against(&ready, seed)
}

/// What came, in technicians at the usual pace as the plan counts them.
struct Truth {
    /// By zone and week.
    need: Vec<Vec<f64>>,
    have: Vec<Vec<f64>>,
    exits: f64,
}

impl Truth {
    fn of(ready: &Ready, later: &Facts, came: &[(i64, Day)]) -> Self {
        let last = ready.facts.last;
        let known = ready.facts.weeks();
        let need = ready.zones.iter().zip(&ready.given).map(|(zone, given)| {
            let weeks = &later.zones[*zone].weeks[known..known + WEEKS];
            weeks.iter().map(|it| it.booked_hours / given.hours()).collect()
        });
        let mut truth = Self {
            need: need.collect(),
            have: vec![vec![0.0; WEEKS]; ready.zones.len()],
            exits: 0.0,
        };
        let until = ready.month().plus(super::super::ready::MONTHS).first_day();
        for (at, spell) in later.spells.iter().enumerate() {
            let was = spell.hired_on <= last && spell.exited_on.is_none_or(|it| it > last);
            let comes = came.contains(&(spell.technician_id, spell.hired_on));
            if !was && !comes {
                continue;
            }
            // Where the plan saw the person; somebody who came is where the opening was.
            let here =
                ready.facts.present.iter().find(|it| it.technician_id == spell.technician_id);
            let zone = here.map(|it| it.zone).or(later.zone_of_spell[at]);
            let Some(group) = zone.and_then(|it| ready.zones.iter().position(|at| *at == it))
            else {
                continue;
            };
            truth.exits += f64::from(u8::from(spell.exited_on.is_some_and(|it| it < until)));
            for week in 0..WEEKS {
                let middle = ready.monday(week).plus(3);
                let there =
                    middle >= spell.hired_on && spell.exited_on.is_none_or(|it| middle <= it);
                if there {
                    let days = f64::from(middle.0 - spell.hired_on.0);
                    truth.have[group][week] += ready.facts.pace.at(days);
                }
            }
        }
        truth
    }

    fn against(&self, ready: &Ready, seed: u64) -> Seen {
        let sum = |of: &[Vec<f64>], week: usize| of.iter().map(|it| it[week]).sum::<f64>();
        let short: Vec<f64> =
            (0..WEEKS).map(|it| sum(&self.need, it) - sum(&self.have, it)).collect();
        let came = lasting(&short, SHORT);
        let dates = begins(&ready.drawn, None, SHORT);
        let place = |it: &Option<usize>| it.unwrap_or(WEEKS);
        let at = place(&came);
        let share = |fits: &dyn Fn(usize) -> bool| {
            dates.iter().filter(|it| fits(place(it))).count() as f64 / dates.len() as f64
        };
        let mut sorted: Vec<f64> = dates.iter().map(|it| place(it) as f64).collect();
        let mut edge = |share: f64| learn::staffing::quantile(&mut sorted, share) as usize;
        let (low, high) = (edge(0.1), edge(0.9));
        let mut seen = Seen {
            seed,
            claimed: share(&|it| (low..=high).contains(&it)),
            inside: (low..=high).contains(&at),
            fell: (share(&|it| it < at), share(&|it| it == at)),
            came,
            weeks: [0; 3],
            off: (0.0, 0.0),
            exits: false,
            left: (self.exits, 0.0),
            zones: (0, 0, 0),
        };
        let holds = |band: Band, it: f64| (band.low - 1e-4..=band.high + 1e-4).contains(&it);
        for (week, true_short) in short.iter().enumerate() {
            let (need, have) = ready.drawn.whole(week);
            let short_draws = need.iter().zip(&have).map(|(need, have)| need - have).collect();
            let bands = [show::band(need), show::band(have), show::band(short_draws)];
            let true_ones = [sum(&self.need, week), sum(&self.have, week), *true_short];
            for (count, (band, it)) in seen.weeks.iter_mut().zip(bands.iter().zip(true_ones)) {
                *count += u32::from(holds(*band, it));
            }
            if week >= WEEKS / 2 {
                seen.off.0 += (true_ones[0] - bands[0].mid) / (WEEKS / 2) as f64;
                seen.off.1 += (true_ones[1] - bands[1].mid) / (WEEKS / 2) as f64;
            }
        }
        let mut total = vec![0.0; ready.drawn.draws];
        for month in 0..super::super::ready::MONTHS as usize {
            total.iter_mut().zip(ready.drawn.exits(month)).for_each(|(a, b)| *a += f64::from(*b));
        }
        let band = show::band(total);
        (seen.exits, seen.left.1) = (holds(band, self.exits), band.mid);
        for group in 0..ready.zones.len() {
            let wide = |it: &[f32]| it.iter().copied().map(f64::from).collect::<Vec<_>>();
            let (need, have) = ready.drawn.of(ZONE_WEEKS - 1, group);
            let (need, have) = (show::band(wide(need)), show::band(wide(have)));
            seen.zones.0 += u32::from(holds(need, self.need[group][ZONE_WEEKS - 1]));
            seen.zones.1 += u32::from(holds(have, self.have[group][ZONE_WEEKS - 1]));
            seen.zones.2 += 1;
        }
        seen
    }
}

/// Shares that held, each with its 95% interval (Wilson).
#[derive(Debug)]
#[expect(dead_code, reason = "printed as a whole")]
struct Figures {
    seeds: usize,
    /// Need dates inside their stated bands, whole weeks.
    dates: (f64, f64, f64),
    /// What those bands claim on average: whole weeks hold more than 80%.
    claimed: f64,
    /// The same with the weeks at the ends of a band counted in part: 0.8 when all is well.
    dates_as_drawn: (f64, f64, f64),
    /// Need dates by fifth of the distribution they fell into: each 0.2 when all is well.
    fifths: [f64; 5],
    never_short: usize,
    short_at_once: usize,
    weekly_need: (f64, f64, f64),
    weekly_have: (f64, f64, f64),
    weekly_short: (f64, f64, f64),
    zone_need: (f64, f64, f64),
    zone_have: (f64, f64, f64),
    exits: (f64, f64, f64),
    /// Mean exits that came, mean of the medians.
    exits_mean: (f64, f64),
    /// Mean of actual less median in the second quarter: need, have.
    off: (f64, f64),
}

impl Figures {
    fn of(seen: &[Seen]) -> Self {
        let n = seen.len() as f64;
        let share = |hits: f64, of: f64, independent: f64| {
            let p = hits / of;
            let (low, high) = wilson(p * independent, independent, 1.96);
            (p, low, high)
        };
        let mean = |of: &dyn Fn(&Seen) -> f64| seen.iter().map(of).sum::<f64>() / n;
        let one = |it: bool| f64::from(u8::from(it));
        let weekly = |at: usize| share(mean(&|it| f64::from(it.weeks[at])), WEEKS as f64, n);
        // The part of a seed's own week that lies between two shares of the distribution.
        let between = |it: &Seen, low: f64, high: f64| {
            let (from, width) = it.fell;
            if width <= 0.0 {
                return one((low..high).contains(&from));
            }
            (((from + width).min(high) - from.max(low)).max(0.0)) / width
        };
        let zones: f64 = seen.iter().map(|it| f64::from(it.zones.2)).sum();
        Self {
            seeds: seen.len(),
            dates: share(n * mean(&|it| one(it.inside)), n, n),
            claimed: mean(&|it| it.claimed),
            dates_as_drawn: share(n * mean(&|it| between(it, 0.1, 0.9)), n, n),
            fifths: std::array::from_fn(|at| {
                mean(&|it| between(it, 0.2 * at as f64, 0.2 * (at + 1) as f64))
            }),
            never_short: seen.iter().filter(|it| it.came.is_none()).count(),
            short_at_once: seen.iter().filter(|it| it.came == Some(0)).count(),
            weekly_need: weekly(0),
            weekly_have: weekly(1),
            weekly_short: weekly(2),
            zone_need: share(n * mean(&|it| f64::from(it.zones.0)), zones, zones),
            zone_have: share(n * mean(&|it| f64::from(it.zones.1)), zones, zones),
            exits: share(n * mean(&|it| one(it.exits)), n, n),
            exits_mean: (mean(&|it| it.left.0), mean(&|it| it.left.1)),
            off: (mean(&|it| it.off.0), mean(&|it| it.off.1)),
        }
    }
}
