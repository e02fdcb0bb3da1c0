//! What a fit says of itself while it runs, as words, percent and pictures for the waiting.
//!
//! Never here: a number of the model.

use std::sync::{Mutex, PoisonError};

use learn::progress::{Flow, Part, Progress, Step};

use crate::app::progress::{Live, LiveShape, Tell};
use crate::feature;

/// Turns the numeric crate's steps into words and percent of a part of the work.
pub(super) struct Ear<'a> {
    tell: &'a dyn Tell,
    from: u64,
    to: u64,
    what: &'a str,
    live: Mutex<Live>,
}

/// Rounds of loss kept for the drawing.
const LOSSES_MAX: usize = 300;

impl<'a> Ear<'a> {
    pub(super) fn new(tell: &'a dyn Tell, from: u64, to: u64, what: &'a str) -> Self {
        Self { tell, from, to, what, live: Mutex::default() }
    }
}

impl Progress for Ear<'_> {
    fn step(&self, done: u64, of: u64, what: &Step) -> Flow {
        let mut live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        (live.bags_done, live.bags) = (done as u32, of as u32);
        match what {
            // One bag is enough to watch: the first.
            Step::Round { bag: 0, part: Part::Mains, round, train_loss, validation_loss } => {
                if live.losses.len() < LOSSES_MAX {
                    live.losses.push((*round as f64, *train_loss, *validation_loss));
                }
                self.tell.show(live.clone());
            }
            Step::Bag { .. } | Step::Round { .. } | Step::Finished { .. } | Step::Found(_) | Step::Kept(_) => {}
            Step::Shapes(shapes) => {
                live.shapes = largest_first(shapes);
                self.tell.show(live.clone());
            }
        }
        let done_here = self.from + (self.to - self.from) * done / of.max(1);
        let words = format!("{}: bag {done} of {of}.", self.what);
        if self.tell.say(done_here, 100, &words) { Flow::Continue } else { Flow::Stop }
    }
}

/// Shapes without their bins for missing and unseen values, the largest on average first.
fn largest_first(shapes: &[learn::progress::TermPreview]) -> Vec<LiveShape> {
    let real = |it: &[f64]| it.get(1..it.len().saturating_sub(1)).unwrap_or_default().to_vec();
    let mut shapes: Vec<(f64, LiveShape)> = shapes
        .iter()
        .map(|it| {
            let sum: f64 = it.scores.iter().zip(&it.weight).map(|(s, w)| s.abs() * w).sum();
            let title = feature::by_id(&it.name).map_or(it.name.as_str(), |it| it.title);
            let shape = LiveShape {
                feature: it.name.clone(),
                title: title.to_owned(),
                scores: real(&it.scores),
                low: real(&it.low),
                high: real(&it.high),
            };
            (sum, shape)
        })
        .collect();
    shapes.sort_by(|a, b| b.0.total_cmp(&a.0));
    shapes.into_iter().map(|it| it.1).collect()
}
