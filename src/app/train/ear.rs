//! What a fit says of itself while it runs, as words, percent and pictures for the waiting.
//!
//! Never here: a number of the model.

use std::sync::atomic::{AtomicBool, Ordering};

use learn::ebm::EbmOptions;
use learn::progress::{Flow, Part, Progress, Step};

use super::course::{Course, Fit, Way};
use crate::app::progress::LiveShape;
use crate::domain::count::counted;
use crate::feature;

/// Turns the numeric crate's steps of one fit into words, percent and figures of the training.
pub(super) struct Ear<'a> {
    course: &'a Course<'a>,
    what: &'a str,
    shows: bool,
    bags: u32,
    /// Work that one finished part of a bag is.
    work: f64,
    fitted_any: AtomicBool,
}

/// Rounds of loss kept for the drawing.
const LOSSES_MAX: usize = 300;
/// Pairs told by name.
const PAIRS_NAMED: usize = 3;

impl<'a> Ear<'a> {
    pub(super) fn new(
        course: &'a Course<'a>,
        fit: &Fit<'a>,
        options: &EbmOptions,
        rows: usize,
    ) -> Self {
        let bags = options.bags as u32;
        let mut way = course.way();
        (way.live.bags_done, way.live.bags) = (0, bags);
        way.live.pairs.clear();
        way.at = At::default();
        drop(way);
        let fitted_any = AtomicBool::new(false);
        let work = rows as f64;
        Self { course, what: fit.what, shows: fit.shows, bags, work, fitted_any }
    }

    /// Whether anything was fitted, not taken over.
    pub(super) fn fitted_any(&self) -> bool {
        self.fitted_any.load(Ordering::Relaxed)
    }

    fn finished(&self, way: &mut Way, part: Part, taken: bool) {
        way.at.finished += 1;
        if !taken {
            self.fitted_any.store(true, Ordering::Relaxed);
        }
        if part == Part::Mains {
            way.live.bags_done += 1;
            let bags = &mut way.bags;
            *(if taken { &mut bags.taken } else { &mut bags.fitted }) += 1;
        }
        let work = if part == Part::Refit { 0.0 } else { self.work };
        self.course.count(way, work, taken);
        if !taken {
            let at = format!("{}, {}", self.what, way.at.stage.name());
            self.course.note(way, &at, way.at.finished, self.bags);
        }
    }

    fn begins(way: &mut Way, stage: Stage) {
        way.at = At { stage, finished: 0 };
    }
}

/// Where a fit is.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct At {
    stage: Stage,
    /// Bags finished in it.
    finished: u32,
}

/// What a fit does, in its order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    #[default]
    Mains,
    Search,
    Trying,
    Refit,
}

impl Stage {
    fn name(self) -> &'static str {
        match self {
            Self::Mains => "main effects",
            Self::Search => "looking for pairs",
            Self::Trying => "trying the pairs found",
            Self::Refit => "fitting the kept pairs",
        }
    }

    /// Whether bags are fitted one by one in it.
    fn has_bags(self) -> bool {
        self != Self::Search
    }
}

impl Progress for Ear<'_> {
    fn step(&self, _done: u64, _of: u64, what: &Step) -> Flow {
        let mut way = self.course.way();
        let way = &mut *way;
        let shown = match what {
            Step::Round { bag, part: Part::Mains, round, train_loss, validation_loss } => {
                // One bag is enough to watch: the first that is fitted.
                let is_watched = self.shows && *way.live.watched.get_or_insert(*bag) == *bag;
                if is_watched && way.live.losses.len() < LOSSES_MAX {
                    way.live.losses.push((*round as f64, *train_loss, *validation_loss));
                }
                is_watched
            }
            Step::Shapes(shapes) if self.shows => {
                way.live.shapes = largest_first(shapes);
                true
            }
            Step::Bag { part: Part::Pairs, .. } if way.at.stage == Stage::Mains => {
                Self::begins(way, Stage::Search);
                true
            }
            Step::Found(pairs) => {
                Self::begins(way, Stage::Trying);
                way.found = pairs.len() as u64;
                way.live.pairs = found_words(pairs);
                true
            }
            Step::Kept(pairs) => {
                Self::begins(way, Stage::Refit);
                way.live.pairs = kept_words(pairs, way.found);
                true
            }
            Step::Finished { part, taken, .. } => {
                self.finished(way, *part, *taken);
                true
            }
            Step::Bag { .. } | Step::Round { .. } | Step::Shapes(_) => false,
        };
        way.live.part = part_words(way.at, self.bags);
        if shown {
            self.course.show(way);
        }
        let words = format!("{}: {}", self.what, way.live.part);
        if self.course.say_fit(way, &words) { Flow::Continue } else { Flow::Stop }
    }
}

/// `main effects, bag 3 of 14`.
fn part_words(at: At, bags: u32) -> String {
    let name = at.stage.name();
    if !at.stage.has_bags() {
        return name.to_owned();
    }
    format!("{name}, bag {} of {bags}", (at.finished + 1).min(bags))
}

fn found_words(pairs: &[(String, String)]) -> String {
    match pairs.len() {
        0 => "No pair of features was found that could be cut.".to_owned(),
        _ => format!("{} found in all bags.", counted(pairs.len() as u64, "pair")),
    }
}

fn kept_words(pairs: &[(String, String)], found: u64) -> String {
    let title = |id: &str| feature::by_id(id).map_or(id.to_owned(), |it| it.title.to_owned());
    let name = |it: &(String, String)| format!("{} with {}", title(&it.0), title(&it.1));
    let named: Vec<String> = pairs.iter().take(PAIRS_NAMED).map(name).collect();
    let more = pairs.len() - named.len();
    let and = if more > 0 { format!(" and {more} more") } else { String::new() };
    match pairs.len() {
        0 => format!("{} tried: none pays on people held back.", counted(found, "pair")),
        kept => format!("{kept} of {found} pairs kept: {}{and}.", named.join(", ")),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_and_pairs_are_told_in_words() {
        let at = |stage, finished| part_words(At { stage, finished }, 14);
        assert_eq!(at(Stage::Mains, 2), "main effects, bag 3 of 14");
        assert_eq!(at(Stage::Mains, 14), "main effects, bag 14 of 14");
        assert_eq!(at(Stage::Search, 0), "looking for pairs");
        assert_eq!(at(Stage::Refit, 0), "fitting the kept pairs, bag 1 of 14");
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(kept_words(&[], 1), "1 pair tried: none pays on people held back.");
        assert_eq!(kept_words(&[pair("a", "b")], 9), "1 of 9 pairs kept: a with b.");
        let many = vec![pair("a", "b"); 5];
        assert!(kept_words(&many, 9).ends_with("a with b, a with b and 2 more."));
    }
}
