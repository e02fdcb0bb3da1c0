//! The bags of one fit on their way through the threads.
//!
//! Never lets a result depend on who finishes first: bags go in and come out by number.

use super::bags::Split;
use super::boost::{Boost, Shape, Task};
use super::keep::Keep;
use super::mains::Mains;
use super::options::EbmOptions;
use super::prepare::Data;
use super::{assemble, band_quantile, spread};
use crate::bins::Bins;
use crate::error::{Error, Result};
use crate::progress::{Flow, Part, Progress, Step, TermPreview};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A fit at work.
pub(crate) struct Run<'a> {
    pub(crate) data: &'a Data,
    pub(crate) options: &'a EbmOptions,
    pub(crate) splits: &'a [Split],
    progress: &'a dyn Progress,
    pub(crate) keep: &'a dyn Keep,
    stop: AtomicBool,
    done: AtomicUsize,
}

impl<'a> Run<'a> {
    pub(crate) fn new(
        data: &'a Data,
        options: &'a EbmOptions,
        splits: &'a [Split],
        progress: &'a dyn Progress,
        keep: &'a dyn Keep,
    ) -> Self {
        let (stop, done) = (AtomicBool::new(false), AtomicUsize::new(0));
        Self { data, options, splits, progress, keep, stop, done }
    }

    /// The centred main effects of every bag.
    pub(crate) fn mains(&self) -> Result<Vec<Shape>> {
        let ready = Mutex::new(vec![None; self.splits.len()]);
        let mains = |bag: usize| {
            let task =
                Task { bag, part: Part::Mains, smoothing_rounds: self.options.smoothing_rounds };
            let mains = Mains::new(self.data, self.options, &self.splits[bag], bag);
            let (mains, steps) =
                Boost::new(self.options, task, mains).run(&|step| self.tell(step))?;
            Some(assemble::centred(self.data, mains.into_shape(steps)))
        };
        self.each_kept(
            Part::Mains,
            |_| Vec::new(),
            mains,
            |bag, shape| {
                let preview = {
                    let mut ready = lock(&ready);
                    ready[bag] = Some(shape.clone());
                    self.preview(&ready)
                };
                self.tell(&Step::Shapes(preview));
            },
        )
    }

    /// Works on every bag and returns the results by number. Bags are taken from a counter; `one`
    /// must depend on the number of the bag only, and answers `None` when told to stop.
    pub(crate) fn each<T: Send>(
        &self,
        part: Part,
        one: impl Fn(usize) -> Option<T> + Sync,
    ) -> Result<Vec<T>> {
        let bags = self.splits.len();
        let found: Mutex<Vec<Option<T>>> = Mutex::new((0..bags).map(|_| None).collect());
        let next = AtomicUsize::new(0);
        let work = || {
            loop {
                let bag = next.fetch_add(1, Ordering::Relaxed);
                if bag >= bags || !self.tell(&Step::Bag { bag, bags, part }) {
                    return;
                }
                let Some(it) = one(bag) else { return };
                lock(&found)[bag] = Some(it);
            }
        };
        std::thread::scope(|scope| {
            for _ in 1..self.options.threads.min(bags) {
                scope.spawn(work);
            }
            work();
        });
        if self.stop.load(Ordering::Relaxed) {
            return Err(Error::Cancelled);
        }
        let found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
        found.into_iter().collect::<Option<Vec<_>>>().ok_or(Error::Cancelled)
    }

    /// Counts units of work as done.
    pub(crate) fn done(&self, units: usize) {
        self.done.fetch_add(units, Ordering::Relaxed);
    }

    /// False once anyone said stop.
    pub(crate) fn tell(&self, step: &Step) -> bool {
        let parts = if self.options.pairs > 0 { 2 } else { 1 };
        let done = self.done.load(Ordering::Relaxed) as u64;
        let of = (parts * self.splits.len()) as u64;
        if self.progress.step(done, of, step) == Flow::Stop {
            self.stop.store(true, Ordering::Relaxed);
        }
        !self.stop.load(Ordering::Relaxed)
    }

    fn preview(&self, ready: &[Option<Shape>]) -> Vec<TermPreview> {
        let ready: Vec<&Shape> = ready.iter().flatten().collect();
        let half = band_quantile(ready.len()) * self.splits[0].band_scale();
        let of = |(feature, bins): (usize, &Bins)| {
            let (mut scores, mut low, mut high) = (Vec::new(), Vec::new(), Vec::new());
            for bin in 0..bins.len() {
                let bagged: Vec<f64> = ready.iter().map(|it| it.scores[feature][bin]).collect();
                let mean = bagged.iter().sum::<f64>() / bagged.len() as f64;
                let width = half * spread(&bagged);
                scores.push(mean);
                low.push(mean - width);
                high.push(mean + width);
            }
            let weight = self.data.bin_weight[feature].clone();
            TermPreview { name: bins.name.clone(), bags: ready.len(), scores, weight, low, high }
        };
        self.data.bins.iter().enumerate().map(of).collect()
    }
}

/// A lock that outlives a panic elsewhere: what it guards is whole at any time.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
