//! How fast newcomers work, week by week, beside those who have been there for long.
//!
//! Never here: a pace that falls again, or one above the usual.

/// Weeks that are counted one by one; after them the pace is the usual one.
pub const WEEKS: usize = 26;

/// Share of the usual pace by whole weeks since the first day, 0 to 1, never falling.
#[derive(Clone, Debug, PartialEq)]
pub struct Pace {
    weeks: Vec<f64>,
}

impl Pace {
    /// From output and expected output (that of people at the usual pace on as many days) by week,
    /// smoothed by pooling neighbours that fall, and held at 1 (isotonic regression, weighted by
    /// expected output). Weeks without any expected output take the pace of the week before.
    pub fn fit(weeks: &[(f64, f64)]) -> Self {
        // Blocks of output, expected output and weeks, merged while a block is above its successor.
        let mut blocks: Vec<(f64, f64, usize)> = Vec::new();
        for (done, expected) in weeks.iter().take(WEEKS) {
            blocks.push((*done, *expected, 1));
            while let [.., a, b] = blocks[..] {
                let falls = b.1 <= 0.0 || (a.1 > 0.0 && a.0 / a.1 > b.0 / b.1);
                if !falls && a.1 > 0.0 {
                    break;
                }
                blocks.truncate(blocks.len() - 2);
                blocks.push((a.0 + b.0, a.1 + b.1, a.2 + b.2));
            }
        }
        let share = |it: &(f64, f64, usize)| if it.1 > 0.0 { (it.0 / it.1).min(1.0) } else { 1.0 };
        Self { weeks: blocks.iter().flat_map(|it| std::iter::repeat_n(share(it), it.2)).collect() }
    }

    /// A straight ramp from `start` to the usual pace after so many weeks.
    pub fn straight(start: f64, weeks: usize) -> Self {
        let step = (1.0 - start) / weeks.max(1) as f64;
        Self { weeks: (0..weeks).map(|it| start + step * (it as f64 + 0.5)).collect() }
    }

    /// The pace so many days after the first day; 0 before it, 1 once the weeks are over.
    pub fn at(&self, days: f64) -> f64 {
        match days {
            days if days < 0.0 => 0.0,
            days => self.weeks.get((days / 7.0) as usize).copied().unwrap_or(1.0),
        }
    }

    /// Whole weeks until the pace is at least `share`.
    pub fn weeks_to(&self, share: f64) -> usize {
        self.weeks.iter().position(|it| *it >= share).unwrap_or(self.weeks.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn falling_weeks_are_pooled_and_the_usual_pace_is_the_most() {
        let pace = Pace::fit(&[(5.0, 10.0), (8.0, 10.0), (6.0, 10.0), (12.0, 10.0)]);
        assert_eq!([0.0, 7.0, 20.9, 21.0].map(|it| pace.at(it)), [0.5, 0.7, 0.7, 1.0]);
        assert_eq!((pace.at(-1.0), pace.at(400.0)), (0.0, 1.0));
        assert_eq!((pace.weeks_to(0.8), pace.weeks_to(0.6), pace.weeks_to(0.1)), (3, 1, 0));
    }

    #[test]
    fn weeks_without_output_lean_on_their_neighbours() {
        let pace = Pace::fit(&[(0.0, 0.0), (4.0, 10.0), (0.0, 0.0), (9.0, 10.0)]);
        assert_eq!([0, 1, 2, 3].map(|it| pace.at(f64::from(it) * 7.0)), [0.4, 0.4, 0.4, 0.9]);
        assert_eq!(Pace::fit(&[]).at(0.0), 1.0);
    }

    #[test]
    fn a_straight_ramp_rises_evenly() {
        let pace = Pace::straight(0.5, 10);
        assert!((pace.at(0.0) - 0.525).abs() < 1e-12 && (pace.at(69.0) - 0.975).abs() < 1e-12);
        assert_eq!((pace.at(70.0), pace.weeks_to(0.8)), (1.0, 6));
    }
}
