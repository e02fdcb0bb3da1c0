//! Everything together, many times: demand, exits and arrivals of every group, week by week.
//!
//! Each source of chance has its own stream of random numbers, and people draw in their order: what
//! one more arrival or more demand changes is then the change alone, not another set of draws.
//!
//! Never here: bands of sums made from bands.

use super::curve::Curve;
use super::demand::{Bands, Sway};
use super::pace::Pace;
use crate::math;
use crate::rng::Rng;

/// Weeks that a shortage must last on average to count as one.
pub const LASTS: usize = 4;

/// A group of members with a demand of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Hours asked for, one entry a week.
    pub demand: Vec<Bands>,
    /// How its deviations last.
    pub sway: Sway,
    /// Hours that a member at the usual pace gives in a week; above 0.
    pub given: f64,
}

/// Somebody who is there, or who will be.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// Place of the group.
    pub group: usize,
    /// Days since the first day, at the origin; not used when there is a wait.
    pub since: f64,
    /// Chance of leaving: from the origin, or with a wait from the first day.
    pub curve: Curve,
    /// The wait for the first day; none for those who are there.
    pub wait: Option<Wait>,
}

/// When somebody starts.
#[derive(Clone, Debug, PartialEq)]
pub enum Wait {
    /// So many days after the origin.
    Day(f64),
    /// As long as one of these waits, in days, given that it is longer than `waited` already; when
    /// none is, as long again as one of them. Must not be empty.
    Like {
        /// Waits that were seen.
        seen: std::sync::Arc<[f64]>,
        /// Days waited at the origin.
        waited: f64,
    },
}

/// What is drawn.
#[derive(Clone, Debug)]
pub struct World {
    /// Days from the origin to the middle of each week, rising.
    pub middles: Vec<f64>,
    /// Groups.
    pub groups: Vec<Group>,
    /// Demand of all groups together and how its deviations last: groups are scaled to it in every
    /// draw. None lets the groups add up by themselves.
    pub whole: Option<(Vec<Bands>, Sway)>,
    /// Members.
    pub members: Vec<Member>,
    /// Pace of newcomers.
    pub pace: Pace,
    /// Standard deviation of the logarithm of everyone's hazard together: what is not known of its
    /// level.
    pub doubt: f64,
    /// Ends of spans of days from the origin, rising; exits are counted in each.
    pub spans: Vec<f64>,
    /// Number of draws.
    pub draws: usize,
    /// Seed.
    pub seed: u64,
}

/// What came out.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawn {
    /// Weeks.
    pub weeks: usize,
    /// Groups.
    pub groups: usize,
    /// Draws.
    pub draws: usize,
    /// Members needed by week, group and draw, the draw running fastest.
    need: Vec<f32>,
    /// Members there, newcomers by pace, in the same order.
    have: Vec<f32>,
    /// Exits by span and draw.
    exits: Vec<u16>,
}

impl World {
    /// Draws it. The same world gives the same draws.
    pub fn draw(&self) -> Drawn {
        let size = self.middles.len() * self.groups.len() * self.draws;
        let mut drawn = Drawn {
            weeks: self.middles.len(),
            groups: self.groups.len(),
            draws: self.draws,
            need: vec![0.0; size],
            have: vec![0.0; size],
            exits: vec![0; self.spans.len() * self.draws],
        };
        let base = Rng::new(self.seed);
        let mut streams = [0, 1, 2, 3].map(|it| base.fork(it));
        let [demand, doubt, present, coming] = &mut streams;
        let paces = self.paces();
        for draw in 0..self.draws {
            self.demand(demand, draw, &mut drawn);
            let level = math::exp(self.doubt * doubt.normal() - 0.5 * self.doubt * self.doubt);
            for (member, paces) in self.members.iter().zip(&paces) {
                let rng = if member.wait.is_some() { &mut *coming } else { &mut *present };
                self.stay(member, paces, level, rng, draw, &mut drawn);
            }
        }
        drawn
    }

    /// Pace of each member who is there, week by week; empty for those who come.
    fn paces(&self) -> Vec<Vec<f32>> {
        let weeks = |since: f64| self.middles.iter().map(move |it| since + it);
        self.members
            .iter()
            .map(|it| match it.wait {
                Some(_) => Vec::new(),
                None => weeks(it.since).map(|days| self.pace.at(days) as f32).collect(),
            })
            .collect()
    }

    fn demand(&self, rng: &mut Rng, draw: usize, drawn: &mut Drawn) {
        let weeks = self.middles.len();
        let (mut scores, mut sums) = (vec![0.0; weeks], vec![0.0; weeks]);
        for (at, group) in self.groups.iter().enumerate() {
            group.sway.scores(rng, &mut scores);
            for (week, (bands, score)) in group.demand.iter().zip(&scores).enumerate() {
                let hours = bands.value(*score);
                sums[week] += hours;
                let place = drawn.place(week, at, draw);
                drawn.need[place] = (hours / group.given) as f32;
            }
        }
        let Some((whole, sway)) = &self.whole else { return };
        sway.scores(rng, &mut scores);
        for (week, (bands, score)) in whole.iter().zip(&scores).enumerate() {
            let scale = if sums[week] > 0.0 { bands.value(*score) / sums[week] } else { 1.0 };
            for at in 0..self.groups.len() {
                let place = drawn.place(week, at, draw);
                drawn.need[place] *= scale as f32;
            }
        }
    }

    fn stay(
        &self,
        member: &Member,
        paces: &[f32],
        level: f64,
        rng: &mut Rng,
        draw: usize,
        drawn: &mut Drawn,
    ) {
        let start = member.wait.as_ref().map_or(0.0, |it| it.draw(rng));
        let total = -math::ln(1.0 - rng.unit()) / level;
        let end = start + member.curve.when(total);
        if let Some(span) = self.spans.iter().position(|it| end < *it) {
            drawn.exits[span * self.draws + draw] += 1;
        }
        for (week, middle) in self.middles.iter().enumerate() {
            if *middle >= end {
                break;
            }
            let pace = match paces.get(week) {
                Some(pace) => *pace,
                None => self.pace.at(middle - start) as f32,
            };
            let place = drawn.place(week, member.group, draw);
            drawn.have[place] += pace;
        }
    }
}

impl Wait {
    /// Days from the origin to the first day.
    fn draw(&self, rng: &mut Rng) -> f64 {
        match self {
            Self::Day(day) => *day,
            Self::Like { seen, waited } => {
                // `seen` is short and in no order: the ones that fit are counted, then found.
                let at = rng.unit();
                let longer = seen.iter().filter(|it| **it > *waited).count();
                let place = (at * longer as f64) as usize;
                match seen.iter().filter(|it| **it > *waited).nth(place) {
                    Some(all) => all - waited,
                    None => seen[(at * seen.len() as f64) as usize],
                }
            }
        }
    }
}

impl Drawn {
    fn place(&self, week: usize, group: usize, draw: usize) -> usize {
        (week * self.groups + group) * self.draws + draw
    }

    /// Need and have of a group in a week, draw by draw.
    pub fn of(&self, week: usize, group: usize) -> (&[f32], &[f32]) {
        let from = self.place(week, group, 0);
        (&self.need[from..from + self.draws], &self.have[from..from + self.draws])
    }

    /// Need and have of all groups together in a week, draw by draw.
    pub fn whole(&self, week: usize) -> (Vec<f64>, Vec<f64>) {
        let (mut need, mut have) = (vec![0.0; self.draws], vec![0.0; self.draws]);
        for group in 0..self.groups {
            let of = self.of(week, group);
            need.iter_mut().zip(of.0).for_each(|(sum, it)| *sum += f64::from(*it));
            have.iter_mut().zip(of.1).for_each(|(sum, it)| *sum += f64::from(*it));
        }
        (need, have)
    }

    /// Members short by draw and week, of one group or of all together: the week running fastest.
    pub fn short(&self, group: Option<usize>) -> Vec<f64> {
        let mut short = vec![0.0; self.weeks * self.draws];
        let groups = group.map_or(0..self.groups, |it| it..it + 1);
        for at in groups {
            for week in 0..self.weeks {
                let (need, have) = self.of(week, at);
                for (draw, (need, have)) in need.iter().zip(have).enumerate() {
                    short[draw * self.weeks + week] += f64::from(*need) - f64::from(*have);
                }
            }
        }
        short
    }

    /// Exits of a span, draw by draw.
    pub fn exits(&self, span: usize) -> &[u16] {
        &self.exits[span * self.draws..(span + 1) * self.draws]
    }
}

/// The first week from which at least `level` are missing: that week itself, and on average over it
/// and the three after it. None when there is none, as in the last three weeks.
pub fn lasting(short: &[f64], level: f64) -> Option<usize> {
    short
        .windows(LASTS)
        .position(|it| it[0] >= level && it.iter().sum::<f64>() >= level * LASTS as f64)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::staffing::{Hazards, Stay, quantile};

    fn world(draws: usize) -> World {
        let sway = Sway { lasting: 0.8, kept: 0.9 };
        let certain = vec![Bands::certain(400.0); 26];
        let hazard = Hazards::fit(&[Stay { entry: 0.0, exit: 2000.0, left: true }]);
        let member =
            |group| Member { group, since: 1000.0, curve: hazard.curve(1000.0), wait: None };
        World {
            middles: (0..26).map(|it| 3.5 + 7.0 * f64::from(it)).collect(),
            groups: vec![Group { demand: certain.clone(), sway, given: 40.0 }; 2],
            whole: None,
            members: (0..20).map(|it| member(it % 2)).collect(),
            pace: Pace::straight(0.5, 10),
            doubt: 0.0,
            spans: vec![91.0, 182.0],
            draws,
            seed: 3,
        }
    }

    #[test]
    fn the_same_world_gives_the_same_draws() {
        assert_eq!(world(50).draw(), world(50).draw());
        let other = World { seed: 4, ..world(50) };
        assert_ne!(other.draw(), world(50).draw());
    }

    #[test]
    fn exits_follow_their_chances() {
        let world = world(4000);
        let drawn = world.draw();
        let chance = world.members[0].curve.chance(182.0);
        let all = |draw: usize| f64::from(drawn.exits(0)[draw]) + f64::from(drawn.exits(1)[draw]);
        let mean = (0..4000).map(all).sum::<f64>() / 4000.0;
        assert!((mean - 20.0 * chance).abs() < 0.1, "{mean}, expected {}", 20.0 * chance);
        let (need, have) = drawn.whole(25);
        assert!(need.iter().all(|it| *it == 20.0));
        // Who is gone by the middle of the last week is not there.
        let gone = 20.0 - have.iter().sum::<f64>() / 4000.0;
        assert!((gone - 20.0 * world.members[0].curve.chance(178.5)).abs() < 0.1);
    }

    #[test]
    fn groups_add_up_to_the_whole_in_every_draw() {
        let sway = Sway { lasting: 0.8, kept: 0.9 };
        let band = Bands { mid: 900.0, bounds: [(880.0, 920.0), (850.0, 960.0), (800.0, 1000.0)] };
        let world = World { whole: Some((vec![band; 26], sway)), ..world(4000) };
        let drawn = world.draw();
        let (mut need, _) = drawn.whole(12);
        assert!((quantile(&mut need, 0.1) * 40.0 - 850.0).abs() < 6.0);
        assert!((quantile(&mut need, 0.9) * 40.0 - 960.0).abs() < 6.0);
        let (a, b) = (drawn.of(12, 0).0, drawn.of(12, 1).0);
        assert!(a.iter().zip(b).all(|(a, b)| a == b), "equal shares stay equal");
    }

    #[test]
    fn newcomers_come_on_their_day_and_work_by_their_pace() {
        let mut world = world(400);
        world.members.clear();
        let new = |wait| Member { group: 0, since: 0.0, curve: Curve::default(), wait: Some(wait) };
        world.members.push(new(Wait::Day(20.0)));
        let drawn = world.draw();
        assert!(drawn.of(2, 0).1.iter().all(|it| *it == 0.0), "day 17.5 is before");
        assert!(drawn.of(3, 0).1.iter().all(|it| (*it - 0.525).abs() < 1e-6));
        assert!(drawn.of(25, 0).1.iter().all(|it| *it == 1.0));
        let seen: Arc<[f64]> = vec![30.0, 10.0, 50.0].into();
        world.members[0] = new(Wait::Like { seen: Arc::clone(&seen), waited: 20.0 });
        let drawn = world.draw();
        // Ten or thirty days more, each in half of the draws.
        let early = drawn.of(2, 0).1.iter().filter(|it| **it > 0.0).count();
        assert!((150..250).contains(&early), "{early}");
        assert!(drawn.of(5, 0).1.iter().all(|it| *it > 0.0));
        world.members[0] = new(Wait::Like { seen, waited: 90.0 });
        assert!(world.draw().of(8, 0).1.iter().all(|it| *it > 0.0), "as long again");
    }

    #[test]
    fn one_more_arrival_changes_nothing_else() {
        let before = world(300).draw();
        let mut more = world(300);
        more.members.push(Member {
            group: 0,
            since: 0.0,
            curve: Curve::default(),
            wait: Some(Wait::Day(0.0)),
        });
        let after = more.draw();
        for week in [0, 12, 25] {
            assert_eq!(before.of(week, 1), after.of(week, 1));
            assert_eq!(before.of(week, 0).0, after.of(week, 0).0);
            let (a, b) = (before.of(week, 0).1, after.of(week, 0).1);
            assert!(a.iter().zip(b).all(|(a, b)| b > a));
        }
    }

    #[test]
    fn doubt_widens_the_number_of_exits_and_keeps_its_mean() {
        let spread = |doubt: f64| {
            let drawn = World { doubt, ..world(3000) }.draw();
            let mean = drawn.exits(1).iter().map(|it| f64::from(*it)).sum::<f64>() / 3000.0;
            let square = drawn.exits(1).iter().map(|it| f64::from(*it) * f64::from(*it));
            (mean, square.sum::<f64>() / 3000.0 - mean * mean)
        };
        let (sure, unsure) = (spread(0.0), spread(0.5));
        assert!((sure.0 - unsure.0).abs() < 0.15 && unsure.1 > 1.1 * sure.1, "{sure:?} {unsure:?}");
    }

    #[test]
    fn a_busy_week_is_no_shortage() {
        assert_eq!(lasting(&[0.0, 3.0, -2.0, 0.0, 0.0, 0.0], 0.5), None);
        assert_eq!(lasting(&[0.0, 0.6, 0.4, 0.9, 0.5, 0.0], 0.5), Some(1));
        assert_eq!(lasting(&[0.0, 0.0, 3.0, 3.0, 3.0, 3.0], 0.5), Some(2));
        assert_eq!(lasting(&[1.0, 1.0], 0.5), None);
    }
}
