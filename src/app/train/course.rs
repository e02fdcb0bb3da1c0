//! A training on its way through all its fits: how far it is, how long it may still take, where it
//! went on after one that was cut off.
//!
//! Work is counted in rows times bags, once for main effects and once for pairs, so that bags of small
//! fits count for less. Never here: a number
//! of the model.

use std::sync::{Mutex, MutexGuard, PoisonError};

use learn::ebm::{self, Ebm, EbmOptions};
use learn::frame::Frame;

use super::ear::{At, Ear};
use super::kept::{Kept, Unfinished};
use super::{STEPS, WRITE_FROM};
use crate::app::Result;
use crate::app::progress::{Live, Tell, stopped};
use crate::clock::Stopwatch;

/// Bags that must have been fitted before the time left is told.
const BAGS_MIN: u32 = 3;
/// Seconds that must have gone by before the time left is told.
const SECONDS_MIN: f64 = 0.5;

/// What all fits of a training have in common.
pub(super) struct Course<'a> {
    tell: &'a dyn Tell,
    kept: Kept,
    clock: Stopwatch,
    way: Mutex<Way>,
}

/// How far it is.
#[derive(Debug, Default)]
pub(super) struct Way {
    /// Work in all.
    planned: f64,
    /// Work done, taken over included.
    done: f64,
    /// Work done here.
    fitted: f64,
    /// Seconds when the first fit began.
    began: Option<f64>,
    stage: Stage,
    pub(super) bags: Bags,
    /// Where the present fit is.
    pub(super) at: At,
    /// Pairs that the present fit has found.
    pub(super) found: u64,
    /// What is shown.
    pub(super) live: Live,
}

/// A stretch of percents and the work in it.
#[derive(Debug, Default)]
struct Stage {
    from: u64,
    to: u64,
    begins: f64,
    work: f64,
}

/// Bags of all fits of a training.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bags {
    /// There will be.
    pub of: u32,
    /// Fitted by this training.
    pub fitted: u32,
    /// Taken over from one that was cut off.
    pub taken: u32,
}

impl Bags {
    /// Where it went on; none when it began at the beginning.
    pub fn words(self) -> Option<String> {
        let Self { of, fitted, taken } = self;
        match taken {
            0 => None,
            _ if fitted == 0 => {
                Some(format!("It went on behind its last bag: all {taken} were kept."))
            }
            _ => Some(format!(
                "It went on at bag {} of {of}: {taken} were kept from a training that was cut off.",
                taken + 1
            )),
        }
    }
}

/// One fit of a training.
pub(super) struct Fit<'a> {
    /// Its name among the kept bags.
    pub(super) name: &'a str,
    /// What it is for, in words.
    pub(super) what: &'a str,
    /// Its rows among the data, to tell its bags from those of others.
    pub(super) rows: &'a [usize],
    /// Whether its losses and shapes are drawn.
    pub(super) shows: bool,
}

impl<'a> Course<'a> {
    pub(super) fn new(tell: &'a dyn Tell, kept: Kept) -> Self {
        Self { tell, kept, clock: Stopwatch::start(), way: Mutex::default() }
    }

    /// Announces a fit, so that the time left knows of it.
    pub(super) fn plan(&self, rows: usize, options: &EbmOptions) {
        let mut way = self.way();
        way.planned += work(rows, options);
        way.bags.of += options.bags as u32;
    }

    /// What was announced and not done is given up.
    pub(super) fn give_up(&self) {
        let mut way = self.way();
        way.planned = way.done;
        way.bags.of = way.bags.fitted + way.bags.taken;
    }

    /// The percents from here to there are so much work.
    pub(super) fn stage(&self, from: u64, to: u64, work: f64) {
        let mut way = self.way();
        way.stage = Stage { from, to, begins: way.done, work };
    }

    /// Fits a model, or takes over what is there of it.
    pub(super) fn fit(
        &self,
        fit: &Fit<'_>,
        frame: &Frame,
        options: &EbmOptions,
    ) -> learn::Result<Ebm> {
        let now = self.clock.elapsed().as_secs_f64();
        let begins = {
            let mut way = self.way();
            way.began.get_or_insert(now);
            if fit.shows {
                way.live.losses.clear();
                way.live.watched = None;
            }
            way.done
        };
        let work = work(frame.rows(), options);
        let keep = self.kept.fit(fit.name, fit.rows, options);
        let ear = Ear::new(self, fit, options, frame.rows());
        let model = ebm::fit_kept(frame, options, &ear, &keep)?;
        // Without pairs worth trying there was less to do than announced.
        let mut way = self.way();
        let rest = begins + work - way.done;
        way.done += rest;
        way.fitted += if ear.fitted_any() { rest } else { 0.0 };
        Ok(model)
    }

    /// Counts work of a fit.
    pub(super) fn count(&self, way: &mut Way, work: f64, taken: bool) {
        way.done += work;
        way.fitted += if taken { 0.0 } else { work };
        way.live.left = self.left(way);
        way.live.went_on = way.bags.words().unwrap_or_default();
    }

    /// Says where it is, `words` without their full stop.
    pub(super) fn say_fit(&self, way: &Way, words: &str) -> bool {
        let Stage { from, to, begins, work } = way.stage;
        let share = if work > 0.0 { ((way.done - begins) / work).clamp(0.0, 1.0) } else { 0.0 };
        let percent = from + ((to - from) as f64 * share) as u64;
        self.tell.say(percent, 100, &format!("{words}."))
    }

    /// Shows the figures, with the time each step has begun at.
    pub(super) fn show(&self, way: &Way) {
        self.tell.show(way.live.clone());
    }

    /// Notes what a training that is cut off now would have done.
    pub(super) fn note(&self, way: &Way, at: &str, fit_bags: u32, fit_of: u32) {
        let bags = way.bags.fitted + way.bags.taken;
        let at = at.to_owned();
        self.kept.note(&Unfinished { at, fit_bags, fit_of, bags, of: way.bags.of });
    }

    /// A step of the training begins.
    pub(super) fn go_on(&self, percent: u64, words: &str) -> Result<()> {
        let mut way = self.way();
        let now = self.clock.elapsed().as_secs_f64();
        let reached = STEPS.iter().filter(|it| it.0 <= percent).count();
        way.live.begins.resize(reached, now);
        if percent >= WRITE_FROM {
            way.live.left = None;
        }
        self.show(&way);
        drop(way);
        if self.tell.say(percent, 100, words) { Ok(()) } else { Err(stopped()) }
    }

    /// Bags so far.
    pub(super) fn bags(&self) -> Bags {
        self.way().bags
    }

    /// The model is kept: nothing has to go on.
    pub(super) fn finish(&self) {
        self.kept.remove();
    }

    pub(super) fn way(&self) -> MutexGuard<'_, Way> {
        self.way.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Seconds the fits to come may take, from the mean time of those done; none in the first
    /// moments.
    fn left(&self, way: &Way) -> Option<f64> {
        let spent = self.clock.elapsed().as_secs_f64() - way.began?;
        let known = way.bags.fitted >= BAGS_MIN && spent >= SECONDS_MIN && way.fitted > 0.0;
        known.then(|| ((way.planned - way.done) * spent / way.fitted).max(0.0))
    }
}

/// The work of a fit.
pub(super) fn work(rows: usize, options: &EbmOptions) -> f64 {
    let parts = if options.pairs > 0 { 2 } else { 1 };
    (rows * options.bags * parts) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::progress::Silent;

    #[test]
    fn the_time_left_comes_from_work_done_here_and_is_never_negative() {
        let course = Course::new(&Silent, Kept::default());
        course.plan(100, &EbmOptions { bags: 10, pairs: 0, ..EbmOptions::new(1, 1) });
        assert_eq!(course.way().bags.of, 10);
        let mut way = course.way();
        course.count(&mut way, 400.0, true);
        assert_eq!(course.left(&way), None, "nothing was fitted yet");
        // Two seconds ago, so that no test has to wait.
        way.began = Some(course.clock.elapsed().as_secs_f64() - 2.0);
        way.bags = Bags { of: 10, fitted: 2, taken: 4 };
        course.count(&mut way, 200.0, false);
        assert_eq!(way.live.left, None, "two bags are too few to tell");
        way.bags.fitted = 3;
        course.count(&mut way, 100.0, false);
        let left = way.live.left.unwrap();
        assert!((1.9..2.5).contains(&left), "300 of 1000 are left at 150 a second: {left}");
        course.count(&mut way, 500.0, false);
        assert_eq!(way.live.left, Some(0.0), "more was done than planned");
    }

    #[test]
    fn a_training_says_where_it_went_on() {
        let words = |fitted, taken| Bags { of: 14, fitted, taken }.words();
        assert_eq!(words(14, 0), None);
        let went_on = "It went on at bag 9 of 14: 8 were kept from a training that was cut off.";
        assert_eq!(words(6, 8).unwrap(), went_on);
        assert!(words(0, 14).unwrap().contains("all 14 were kept"));
    }
}
