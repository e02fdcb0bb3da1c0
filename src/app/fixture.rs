//! An office in a scratch folder, for tests: real store, the clock standing still.
//!
//! Never outside tests.

use std::path::Path;

use super::{Office, Place};
use crate::clock::Clock;
use crate::config::Settings;
use crate::domain::calendar::Day;

/// An office in a folder, on 2026-11-24. Not to be opened on a request's thread.
pub(crate) fn office(dir: &Path) -> Office {
    office_with(dir, &[])
}

/// The same with settings of its own, as `key=value`.
pub(crate) fn office_with(dir: &Path, flags: &[&str]) -> Office {
    let flags: Vec<String> = flags.iter().map(|it| (*it).to_owned()).collect();
    let noon = Day::parse("2026-11-24").map_or(0, |it| i64::from(it.0) * 86_400 + 43_200);
    let settings = Settings::read(None, std::iter::empty(), &flags).expect("the settings");
    let place = Place::lock(dir.to_owned()).expect("a folder of our own");
    Office::open(place, settings, Clock::Fixed(noon)).expect("an office")
}
