//! How likely someone is to leave, as an office speaks of it.
//!
//! Levels follow from the base rate and from how many people can be talked to, never from fixed cuts.
//! Never here: how a probability is made.

use std::fmt;

/// A level, given only beside the rule it follows from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Band {
    /// Below the base rate.
    Low,
    /// At or above the base rate.
    Medium,
    /// At least twice the base rate, and among the first whom there is time to talk to.
    High,
}

/// Why there is no score: a proud answer, not an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotScored {
    /// Too short a time here.
    TenureUnder {
        /// Days employed.
        have: i32,
        /// Days needed.
        need: i32,
    },
    /// No job and no workday in the last 60 days.
    NoWork,
}

/// The rule that turns probabilities into levels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    /// Share of people who left within the horizon, in the data the model learned from.
    pub base_rate: f64,
    /// People who can be talked to in four weeks, in one office.
    pub capacity: usize,
}

/// How many times the base rate HIGH asks for.
pub const HIGH_TIMES: f64 = 2.0;

impl Rule {
    /// Levels of the people of one office, in the order given.
    ///
    /// HIGH: at least twice the base rate and among the `capacity` largest; MEDIUM: at least the
    /// base rate; LOW: below. Equal probabilities at the edge of the capacity are treated alike:
    /// none of them is HIGH.
    pub fn bands(&self, probabilities: &[f64]) -> Vec<Band> {
        let mut sorted = probabilities.to_vec();
        sorted.sort_by(|a, b| b.total_cmp(a));
        // The first probability that no longer fits: HIGH lies strictly above it.
        let edge = sorted.get(self.capacity).copied().unwrap_or(f64::NEG_INFINITY);
        let band = |it: &f64| {
            if *it >= HIGH_TIMES * self.base_rate && *it > edge {
                Band::High
            } else if *it >= self.base_rate {
                Band::Medium
            } else {
                Band::Low
            }
        };
        probabilities.iter().map(band).collect()
    }

    /// The rule in words.
    pub fn words(&self) -> String {
        format!(
            "HIGH: at least {:.1}%, twice the base rate of {:.1}%, and among the {} highest of the \
             office, as many as can be talked to in four weeks. MEDIUM: at least the base rate. \
             LOW: below it.",
            100.0 * HIGH_TIMES * self.base_rate,
            100.0 * self.base_rate,
            self.capacity
        )
    }
}

impl Band {
    /// The word, as stored and shown.
    pub fn word(self) -> &'static str {
        match self {
            Self::Low => "LOW",
            Self::Medium => "MEDIUM",
            Self::High => "HIGH",
        }
    }

    /// From its word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Low, Self::Medium, Self::High].into_iter().find(|it| it.word() == word)
    }
}

impl fmt::Display for NotScored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TenureUnder { have, need } => {
                write!(f, "Needs {need} days of employment; has {have}.")
            }
            Self::NoWork => f.write_str("No job and no workday in the last 60 days."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_follow_base_rate_and_capacity() {
        use Band::{High, Low, Medium};
        let rule = Rule { base_rate: 0.1, capacity: 2 };
        let bands = rule.bands(&[0.5, 0.05, 0.3, 0.25, 0.1]);
        assert_eq!(bands, [High, Low, High, Medium, Medium]);
        assert_eq!(rule.bands(&[0.3, 0.3, 0.3]), [Medium; 3], "a tie at the edge is treated alike");
        assert_eq!(Rule { base_rate: 0.1, capacity: 9 }.bands(&[0.3, 0.3]), [High; 2]);
        assert!(rule.bands(&[]).is_empty());
    }
}
