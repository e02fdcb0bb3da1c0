//! Outer bags: which persons a bag trains on and which it holds back.
//!
//! Never splits a person: all rows of one person are on the same side.

use super::options::EbmOptions;
use super::prepare::Data;
use crate::error::{Error, Result};
use crate::rng::Rng;

/// One bag. Persons with an event and persons without are drawn apart, so every bag trains on
/// nearly the same number of events.
#[derive(Debug)]
pub(crate) struct Split {
    /// Per person: held back for validation.
    pub(crate) held: Vec<bool>,
    pub(crate) held_groups: usize,
}

impl Split {
    /// Rows trained on and rows held back, each ascending.
    pub(crate) fn rows(&self, data: &Data) -> (Vec<usize>, Vec<usize>) {
        (0..data.rows()).partition(|row| !self.held[data.group[*row] as usize])
    }

    /// sqrt(m / (g - m)), m training persons of g.
    pub(crate) fn band_scale(&self) -> f64 {
        let (all, held) = (self.held.len() as f64, self.held_groups as f64);
        libm::sqrt((all - held) / held)
    }
}

/// All bags of a fit; bag b depends on the seed and on b only.
pub(crate) fn draw(data: &Data, options: &EbmOptions) -> Result<Vec<Split>> {
    let mut with_event = vec![false; data.groups];
    data.group[..data.events].iter().for_each(|it| with_event[*it as usize] = true);
    let (events, others): (Vec<usize>, Vec<usize>) =
        (0..data.groups).partition(|it| with_event[*it]);
    if events.len() < 2 {
        return Err(Error::TooFewGroups { have: events.len(), need: 2 });
    }
    if data.groups < 4 {
        return Err(Error::TooFewGroups { have: data.groups, need: 4 });
    }
    let seeds = Rng::new(options.seed);
    Ok((0..options.bags as u64)
        .map(|bag| draw_one(&events, &others, options.validation_share, &mut seeds.fork(bag)))
        .collect())
}

fn draw_one(events: &[usize], others: &[usize], share: f64, rng: &mut Rng) -> Split {
    let mut split = Split { held: vec![false; events.len() + others.len()], held_groups: 0 };
    let mut hold = |persons: &[usize], least: usize| {
        let mut persons = persons.to_vec();
        rng.shuffle(&mut persons);
        let number = ((persons.len() as f64 * share) as usize).max(least);
        persons[..number].iter().for_each(|it| split.held[*it] = true);
        split.held_groups += number;
    };
    // Both classes stay in training: no stratum is ever held back as a whole.
    hold(events, usize::from(events.len() >= 2));
    hold(others, usize::from(others.len() >= 2));
    split
}
