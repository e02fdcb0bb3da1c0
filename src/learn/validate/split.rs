//! Who trains and who tests: by time, by person, or both.
//!
//! Never splits rows at random: rows of one person, or with overlapping label windows, on both sides
//! would flatter a model.

use crate::error::{Error, Result};
use crate::frame::Frame;
use crate::rng::Rng;
use std::collections::BTreeSet;

/// Row numbers for training and testing; disjoint, ascending, neither empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// Rows to fit on.
    pub train: Vec<usize>,
    /// Rows to measure on.
    pub test: Vec<usize>,
    /// Last month whose outcome training may know; test rows are later. `None` for folds by person.
    pub cutoff: Option<i32>,
}

/// Rolling origin: several splits by time with a growing training window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RollingOptions {
    /// Splits wanted, 1 to 1000.
    pub folds: usize,
    /// Months a label looks ahead: training rows are at least this much before the cutoff.
    pub gap: u32,
    /// Months in each test window, at least 1.
    pub window: u32,
    /// Months of training rows the first split must have, at least 1.
    pub train_min: u32,
}

/// Trains on months up to `cutoff - gap`, tests on months after `cutoff`.
///
/// With `gap` = months a label looks ahead, the outcome of every training row is known at the
/// cutoff, before the first test row. [`Error::Empty`] if a side has no rows.
pub fn time_split(frame: &Frame, cutoff: i32, gap: u32) -> Result<Split> {
    window_split(frame, cutoff, gap, i32::MAX)
}

/// Splits whose test windows follow one another and end at the last month, earliest first. A split
/// is left out where a side would be empty or the training months too few; [`Error::Empty`] if none
/// is left.
pub fn rolling_origin(frame: &Frame, options: &RollingOptions) -> Result<Vec<Split>> {
    if !(1..=1000).contains(&options.folds) {
        return Err(Error::Option { name: "folds", must: "from 1 to 1000" });
    }
    if options.window == 0 || options.train_min == 0 {
        return Err(Error::Option { name: "window and train_min", must: "at least 1" });
    }
    let months = frame.time().iter();
    let (first, last) = months.fold((i32::MAX, i32::MIN), |it, m| (it.0.min(*m), it.1.max(*m)));
    let mut splits = Vec::new();
    for fold in (1..=options.folds as i64).rev() {
        let cutoff = i64::from(last) - fold * i64::from(options.window);
        let trained_until = cutoff - i64::from(options.gap);
        if trained_until - i64::from(first) + 1 < i64::from(options.train_min) {
            continue;
        }
        let (cutoff, end) = (cutoff as i32, (cutoff + i64::from(options.window)) as i32);
        match window_split(frame, cutoff, options.gap, end) {
            Ok(split) => splits.push(split),
            Err(Error::Empty) => {}
            Err(error) => return Err(error),
        }
    }
    if splits.is_empty() { Err(Error::Empty) } else { Ok(splits) }
}

/// The leak-free variant of a split: persons are dealt into `folds` parts; each part's test rows
/// are tested by a model that trains on the training rows of the other parts. Together the results
/// test the same rows as `split`, and no person is ever on both sides.
///
/// Parts without test rows, or without training rows, are left out. Seeded.
pub fn out_of_person(frame: &Frame, split: &Split, folds: usize, seed: u64) -> Result<Vec<Split>> {
    let part = deal(frame, folds, seed)?;
    let of = |fold: usize| {
        let inside = |row: &&usize| part[**row] == fold;
        let train = split.train.iter().filter(|it| !inside(it)).copied().collect();
        let test = split.test.iter().filter(inside).copied().collect();
        Split { train, test, cutoff: split.cutoff }
    };
    let splits: Vec<Split> =
        (0..folds).map(of).filter(|it| !it.train.is_empty() && !it.test.is_empty()).collect();
    if splits.is_empty() { Err(Error::Empty) } else { Ok(splits) }
}

/// Cross-validation by person, blind to time: persons with an event are dealt evenly over `folds`
/// parts, then the others. Every row is tested once. [`Error::TooFewGroups`] with fewer persons than
/// folds. Seeded.
pub fn group_folds(frame: &Frame, folds: usize, seed: u64) -> Result<Vec<Split>> {
    let part = deal(frame, folds, seed)?;
    let of = |fold: usize| {
        let (test, train) = (0..frame.rows()).partition(|row| part[*row] == fold);
        Split { train, test, cutoff: None }
    };
    Ok((0..folds).map(of).collect())
}

/// Rows of a share of the persons, ascending: of those with an event and of the others about the
/// same share, at least one person each. Smaller shares lie inside larger ones. Seeded.
/// [`Error::Option`] unless the share is above 0 and at most 1.
pub fn part_of_people(frame: &Frame, share: f64, seed: u64) -> Result<Vec<usize>> {
    if !(share > 0.0 && share <= 1.0) {
        return Err(Error::Option { name: "share", must: "above 0, at most 1" });
    }
    let (with, without) = shuffled(frame, seed);
    let part = |it: &[u32]| it[..libm::ceil(share * it.len() as f64) as usize].to_vec();
    let kept: BTreeSet<u32> = part(&with).into_iter().chain(part(&without)).collect();
    Ok((0..frame.rows()).filter(|row| kept.contains(&frame.group()[*row])).collect())
}

fn window_split(frame: &Frame, cutoff: i32, gap: u32, end: i32) -> Result<Split> {
    let trained_until = i64::from(cutoff) - i64::from(gap);
    let rows = |keep: &dyn Fn(i32) -> bool| -> Vec<usize> {
        (0..frame.rows()).filter(|row| keep(frame.time()[*row])).collect()
    };
    let train = rows(&|month| i64::from(month) <= trained_until);
    let test = rows(&|month| month > cutoff && month <= end);
    if train.is_empty() || test.is_empty() {
        return Err(Error::Empty);
    }
    Ok(Split { train, test, cutoff: Some(cutoff) })
}

/// Part of each row; persons with an event are dealt first.
fn deal(frame: &Frame, folds: usize, seed: u64) -> Result<Vec<usize>> {
    if folds < 2 {
        return Err(Error::Option { name: "folds", must: "at least 2" });
    }
    let groups = frame.groups();
    if groups.len() < folds {
        return Err(Error::TooFewGroups { have: groups.len(), need: folds });
    }
    let (with, without) = shuffled(frame, seed);
    let mut part = vec![0; groups.len()];
    for (turn, group) in with.into_iter().chain(without).enumerate() {
        part[groups.binary_search(&group).unwrap_or(0)] = turn % folds;
    }
    let of = |group: &u32| part[groups.binary_search(group).unwrap_or(0)];
    Ok(frame.group().iter().map(of).collect())
}

/// Persons with an event, then the others, each in a random order.
fn shuffled(frame: &Frame, seed: u64) -> (Vec<u32>, Vec<u32>) {
    let hit = |it: &(&u32, &f64)| *it.1 > 0.5;
    let events: BTreeSet<u32> =
        frame.group().iter().zip(frame.target()).filter(hit).map(|it| *it.0).collect();
    let (mut with, mut without): (Vec<u32>, Vec<u32>) =
        frame.groups().into_iter().partition(|it| events.contains(it));
    let mut rng = Rng::new(seed);
    rng.shuffle(&mut with);
    rng.shuffle(&mut without);
    (with, without)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Column;

    /// Ten persons over twelve months; persons 0 to 3 have an event in the last month.
    fn frame() -> Frame {
        let rows = 120;
        let group: Vec<u32> = (0..rows).map(|i| i / 12).collect();
        let time: Vec<i32> = (0..rows as i32).map(|i| i % 12).collect();
        let event = |i: u32| f64::from(u8::from(i % 12 == 11 && i / 12 < 4));
        let x = vec![Column::continuous("x", (0..rows).map(f64::from).collect())];
        Frame::new(x, (0..rows).map(event).collect(), None, group, time).unwrap()
    }

    #[test]
    fn label_windows_never_overlap() {
        let frame = frame();
        let split = time_split(&frame, 7, 3).unwrap();
        assert!(split.train.iter().all(|row| frame.time()[*row] <= 4));
        assert!(split.test.iter().all(|row| frame.time()[*row] >= 8));
        assert_eq!((split.train.len(), split.test.len()), (50, 40));
        assert_eq!(time_split(&frame, 1, 3), Err(Error::Empty));
        assert_eq!(time_split(&frame, i32::MIN, u32::MAX), Err(Error::Empty));
    }

    #[test]
    fn rolling_windows_grow_and_end_at_the_last_month() {
        let options = RollingOptions { folds: 5, gap: 1, window: 2, train_min: 3 };
        let splits = rolling_origin(&frame(), &options).unwrap();
        let cutoffs: Vec<i32> = splits.iter().filter_map(|it| it.cutoff).collect();
        assert_eq!(cutoffs, [3, 5, 7, 9]);
        assert!(splits.iter().all(|it| it.test.len() == 20));
        assert!(splits.windows(2).all(|it| it[0].train.len() < it[1].train.len()));
    }

    #[test]
    fn nobody_is_on_both_sides() {
        let frame = frame();
        let split = time_split(&frame, 7, 1).unwrap();
        let parts = out_of_person(&frame, &split, 3, 1).unwrap();
        let mut tested: Vec<usize> = Vec::new();
        for part in parts.iter().chain(&group_folds(&frame, 4, 2).unwrap()) {
            let persons = |rows: &[usize]| -> BTreeSet<u32> {
                rows.iter().map(|row| frame.group()[*row]).collect()
            };
            assert!(persons(&part.train).is_disjoint(&persons(&part.test)));
        }
        for part in &parts {
            tested.extend(&part.test);
        }
        tested.sort_unstable();
        assert_eq!(tested, split.test);
    }

    #[test]
    fn parts_of_the_people_lie_inside_one_another() {
        let frame = frame();
        let part = |share| part_of_people(&frame, share, 5).unwrap();
        let (half, most, all) = (part(0.5), part(0.75), part(1.0));
        assert!(half.iter().all(|it| most.contains(it)) && all.len() == frame.rows());
        let events = |rows: &[usize]| rows.iter().filter(|it| frame.target()[**it] > 0.5).count();
        assert_eq!((half.len(), events(&half), events(&most)), (60, 2, 3));
        assert!(part_of_people(&frame, 0.0, 5).is_err() && part_of_people(&frame, 1.1, 5).is_err());
    }

    #[test]
    fn folds_share_events_evenly() {
        let frame = frame();
        for fold in group_folds(&frame, 4, 9).unwrap() {
            assert_eq!(fold.test.iter().filter(|row| frame.target()[**row] > 0.5).count(), 1);
        }
        assert!(matches!(group_folds(&frame, 11, 1), Err(Error::TooFewGroups { .. })));
        assert!(group_folds(&frame, 1, 1).is_err());
    }
}
