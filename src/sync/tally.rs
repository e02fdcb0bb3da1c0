//! What reading a file came to, in numbers: the ground of every finding about it.
//!
//! Memory stays small: numbers are sampled evenly, never kept all. Never here: judgement.

use super::cell::Sort;
use crate::domain::calendar::Day;
use crate::domain::fact::{Column, Fact};

/// What reading a file came to.
#[derive(Clone, Debug)]
pub struct Tally {
    /// What the rows are.
    pub fact: &'static Fact,
    /// Rows that hold anything, the header not counted.
    pub rows: u64,
    /// Rows read.
    pub accepted: u64,
    /// Rows refused.
    pub rejected: u64,
    /// Rows skipped because an earlier one says exactly the same.
    pub duplicates: u64,
    /// Rows with fewer cells than the header.
    pub short: u64,
    /// Rows in which a letter could not be decoded.
    pub garbled: u64,
    /// First and last day the accepted rows are about.
    pub days: Option<(Day, Day)>,
    /// One for each column of the fact, in order.
    pub columns: Vec<ColumnTally>,
}

/// What became of one column.
#[derive(Clone, Debug)]
pub struct ColumnTally {
    /// The fact's column.
    pub column: &'static Column,
    /// The file's header that feeds it, if one does.
    pub header: Option<String>,
    /// Accepted rows that leave it empty.
    pub empty: u64,
    /// Accepted rows in which it lies after the day of reading.
    pub future: u64,
    /// Rows refused because of it, by sort of trouble.
    pub bad: Vec<(Sort, u64)>,
    /// The numbers in it, those out of range too.
    pub numbers: Numbers,
}

impl ColumnTally {
    /// Rows refused for this sort of trouble.
    pub fn bad(&self, sort: Sort) -> u64 {
        self.bad.iter().find(|it| it.0 == sort).map_or(0, |it| it.1)
    }

    pub(super) fn count_bad(&mut self, sort: Sort) {
        match self.bad.iter_mut().find(|it| it.0 == sort) {
            Some((_, count)) => *count += 1,
            None => self.bad.push((sort, 1)),
        }
    }
}

/// Numbers sampled evenly: every one at first, then every second, every fourth and so on.
#[derive(Clone, Debug)]
pub struct Numbers {
    kept: Vec<i64>,
    every: u64,
    seen: u64,
}

impl Numbers {
    const KEPT_MAX: usize = 4096;

    pub(super) fn new() -> Self {
        Self { kept: Vec::new(), every: 1, seen: 0 }
    }

    pub(super) fn take(&mut self, number: i64) {
        if self.seen.is_multiple_of(self.every) {
            if self.kept.len() == Self::KEPT_MAX {
                let mut at = 0;
                self.kept.retain(|_| {
                    at += 1;
                    at % 2 == 1
                });
                self.every *= 2;
            }
            if self.seen.is_multiple_of(self.every) {
                self.kept.push(number);
            }
        }
        self.seen += 1;
    }

    /// How many numbers there were.
    pub fn count(&self) -> u64 {
        self.seen
    }

    /// The middle one of those sampled.
    pub fn median(&self) -> Option<i64> {
        let mut kept = self.kept.clone();
        kept.sort_unstable();
        kept.get(kept.len() / 2).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_survives_sampling() {
        let mut numbers = Numbers::new();
        assert_eq!(numbers.median(), None);
        (0..100_000).for_each(|it| numbers.take(it));
        let median = numbers.median().unwrap_or_default();
        assert!((49_000..51_000).contains(&median), "{median}");
        assert!(numbers.kept.len() <= Numbers::KEPT_MAX);
        assert_eq!(numbers.count(), 100_000);
    }
}
