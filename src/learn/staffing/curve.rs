//! Chances of leaving over days: a cumulative hazard that is straight between known days.
//!
//! Never here: why anybody leaves, weeks.

use crate::hazard::chance_of;

/// A cumulative hazard over days ahead: 0 at day 0, straight between its knots, and past the last
/// one as steep as before it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Curve {
    /// Days ahead and cumulative hazard, both rising.
    knots: Vec<(f64, f64)>,
}

impl Curve {
    /// From the chances of leaving within some days, the fewest days first. A chance that is not
    /// above the one before adds no hazard; chances are held below 1 - 1e-9.
    pub fn from_chances(chances: &[(f64, f64)]) -> Self {
        let mut knots: Vec<(f64, f64)> = Vec::with_capacity(chances.len());
        for (days, chance) in chances {
            let (before, so_far) = knots.last().copied().unwrap_or_default();
            if *days > before && chance.is_finite() {
                let whole = -libm::log1p(-chance.clamp(0.0, 1.0 - 1e-9));
                knots.push((*days, whole.max(so_far)));
            }
        }
        Self { knots }
    }

    /// Cumulative hazard within `days`.
    pub fn at(&self, days: f64) -> f64 {
        let mut before = (0.0, 0.0);
        for knot in &self.knots {
            if days <= knot.0 {
                return along(before, *knot, days);
            }
            before = *knot;
        }
        before.1 + self.last_slope() * (days - before.0).max(0.0)
    }

    /// The day on which the cumulative hazard reaches `total`; infinite when it never does.
    pub fn when(&self, total: f64) -> f64 {
        let mut before = (0.0, 0.0);
        for knot in &self.knots {
            if total < knot.1 {
                return before.0 + (total - before.1) / (knot.1 - before.1) * (knot.0 - before.0);
            }
            before = *knot;
        }
        match self.last_slope() {
            slope if slope > 0.0 => before.0 + (total - before.1) / slope,
            _ => f64::INFINITY,
        }
    }

    /// Chance of leaving within `days`.
    pub fn chance(&self, days: f64) -> f64 {
        chance_of(self.at(days))
    }

    /// Both ways of leaving together: the hazards add up.
    #[must_use]
    pub fn with(&self, other: &Self) -> Self {
        let mut days: Vec<f64> = self.knots.iter().chain(&other.knots).map(|it| it.0).collect();
        days.sort_by(f64::total_cmp);
        days.dedup();
        Self { knots: days.into_iter().map(|it| (it, self.at(it) + other.at(it))).collect() }
    }

    fn last_slope(&self) -> f64 {
        let Some(last) = self.knots.last() else { return 0.0 };
        let before = self.knots.iter().rev().nth(1).copied().unwrap_or_default();
        (last.1 - before.1) / (last.0 - before.0)
    }
}

fn along(from: (f64, f64), to: (f64, f64), days: f64) -> f64 {
    from.1 + (to.1 - from.1) * ((days - from.0) / (to.0 - from.0)).max(0.0)
}

/// A stretch of a stay that was watched, in days since its beginning.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stay {
    /// Day from which it was watched; 0 from the start.
    pub entry: f64,
    /// Day on which watching ended.
    pub exit: f64,
    /// Whether it ended by leaving.
    pub left: bool,
}

/// First day of each bin of tenure; the last bin has no end.
const BINS: [f64; 7] = [0.0, 30.0, 90.0, 180.0, 365.0, 730.0, 1460.0];

/// Exits that the overall hazard counts for in every bin: a bin of few days leans on all others.
const LEAN: f64 = 3.0;

/// Hazards a day by tenure, each bin shrunk towards the overall hazard.
#[derive(Clone, Debug, PartialEq)]
pub struct Hazards {
    /// A hazard a day for each bin.
    daily: [f64; BINS.len()],
    /// Exits they were counted from.
    pub exits: u64,
    /// Days at risk they were counted from.
    pub days: f64,
}

impl Hazards {
    /// Counts exits and days at risk by tenure. In each bin the hazard is
    /// (exits + 3) / (days + 3 / overall hazard): the mean of a gamma prior worth three exits.
    /// Without any exit the overall hazard is that of half an exit.
    pub fn fit(stays: &[Stay]) -> Self {
        let (mut exits, mut days) = ([0.0; BINS.len()], [0.0; BINS.len()]);
        for it in stays.iter().filter(|it| it.exit > it.entry) {
            for (at, from) in BINS.iter().enumerate() {
                let to = BINS.get(at + 1).copied().unwrap_or(f64::INFINITY);
                days[at] += (it.exit.min(to) - it.entry.max(*from)).max(0.0);
                // An exit on a border ends the bin before it: that is where its days were.
                let here = it.exit > *from && it.exit <= to;
                exits[at] += f64::from(u8::from(it.left && here));
            }
        }
        let (all, whole): (f64, f64) = (exits.iter().sum(), days.iter().sum());
        let overall = all.max(0.5) / whole.max(1.0);
        let daily = std::array::from_fn(|at| (exits[at] + LEAN) / (days[at] + LEAN / overall));
        Self { daily, exits: all as u64, days: whole }
    }

    /// The curve of somebody who has been there for `tenure` days, held at 0 or more.
    pub fn curve(&self, tenure: f64) -> Curve {
        let tenure = tenure.max(0.0);
        let (mut knots, mut total, mut from) = (Vec::new(), 0.0, tenure);
        for (at, daily) in self.daily.iter().enumerate() {
            match BINS.get(at + 1) {
                Some(to) if *to <= from => {}
                Some(to) => {
                    total += daily * (to - from);
                    from = *to;
                    knots.push((to - tenure, total));
                }
                // Steepness past the last knot is that of the bin without an end.
                None => knots.push((from - tenure + 365.0, total + daily * 365.0)),
            }
        }
        Curve { knots }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chances_come_back_and_go_on_at_the_last_pace() {
        let chances = [(30.0, 0.1), (90.0, 0.25), (180.0, 0.4)];
        let curve = Curve::from_chances(&chances);
        for (days, chance) in chances {
            assert!((curve.chance(days) - chance).abs() < 1e-12);
        }
        let slope = (curve.at(180.0) - curve.at(90.0)) / 90.0;
        assert!((curve.at(365.0) - curve.at(180.0) - 185.0 * slope).abs() < 1e-12);
        for total in [0.01, 0.1, 0.2, 0.5, 2.0] {
            assert!((curve.at(curve.when(total)) - total).abs() < 1e-12);
        }
    }

    #[test]
    fn nothing_known_is_no_hazard_and_falling_chances_add_none() {
        assert_eq!(Curve::default().at(100.0), 0.0);
        assert!(Curve::default().when(0.1).is_infinite());
        let curve = Curve::from_chances(&[(30.0, 0.2), (90.0, 0.1)]);
        assert_eq!(curve.at(30.0), curve.at(900.0));
        assert!(curve.when(1.0).is_infinite());
    }

    #[test]
    fn two_ways_of_leaving_add_their_hazards() {
        let (a, b) = (Curve::from_chances(&[(30.0, 0.1)]), Curve::from_chances(&[(60.0, 0.3)]));
        let both = a.with(&b);
        for days in [10.0, 30.0, 45.0, 60.0, 200.0] {
            assert!((both.at(days) - a.at(days) - b.at(days)).abs() < 1e-12, "{days}");
        }
    }

    #[test]
    fn a_table_by_hand() {
        // 10 stays of 30 days, 4 of them end by leaving on day 30; 6 go on to day 90.
        let mut stays = vec![Stay { entry: 0.0, exit: 30.0, left: true }; 4];
        stays.extend(vec![Stay { entry: 0.0, exit: 90.0, left: false }; 6]);
        let table = Hazards::fit(&stays);
        assert_eq!((table.exits, table.days), (4, 660.0));
        let overall = 4.0 / 660.0;
        let first = (4.0 + 3.0) / (300.0 + 3.0 / overall);
        assert!((table.curve(0.0).at(30.0) - 30.0 * first).abs() < 1e-12);
        let second = 3.0 / (360.0 + 3.0 / overall);
        assert!((table.curve(40.0).at(50.0) - 50.0 * second).abs() < 1e-12);
        // Nobody was watched later: the overall hazard.
        assert!((table.curve(2000.0).at(1000.0) - 1000.0 * overall).abs() < 1e-9);
    }

    #[test]
    fn late_entry_counts_only_the_days_watched() {
        let table = Hazards::fit(&[Stay { entry: 400.0, exit: 500.0, left: false }]);
        assert_eq!((table.exits, table.days), (0, 100.0));
        assert!(table.curve(0.0).at(365.0) > 0.0, "half an exit, never certainty of none");
    }
}
