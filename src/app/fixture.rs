//! Offices in scratch folders, for tests: real store, the clock standing still; empty, or a small demo
//! loaded once a binary through the door everybody's data take.
//!
//! Never outside tests.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use super::demo::{self, Spec};
use super::progress::Silent;
use super::{Office, Place, derive, train};
use crate::clock::Clock;
use crate::config::Settings;
use crate::domain::calendar::Day;
use crate::store::{office, staffing};

/// The day all of them stand on.
pub(crate) const TODAY: &str = "2026-11-24";

/// A small demo with a model and everyone scored.
pub(crate) fn full() -> &'static Office {
    static OFFICE: LazyLock<Office> = LazyLock::new(|| {
        let office = loaded(&["score.exits_min=10", "train.outer_bags=4"]);
        train::train(&office, &Silent).expect("a model");
        office
    });
    &OFFICE
}

/// The same data, enough to learn from, but no model.
pub(crate) fn untrained() -> &'static Office {
    static OFFICE: LazyLock<Office> = LazyLock::new(|| loaded(&["score.exits_min=10"]));
    &OFFICE
}

/// The same data where more exits are asked for than there are.
pub(crate) fn thin() -> &'static Office {
    static OFFICE: LazyLock<Office> = LazyLock::new(|| loaded(&["score.exits_min=900"]));
    &OFFICE
}

/// Scored, and then the data went on for ten days.
pub(crate) fn stale() -> &'static Office {
    static OFFICE: LazyLock<Office> = LazyLock::new(|| {
        let office = loaded(&["score.exits_min=10", "train.outer_bags=2"]);
        train::train(&office, &Silent).expect("a model");
        office.store.write(|tx| office::end_later(tx, 10)).expect("later data");
        office
    });
    &OFFICE
}

/// Two models of different seeds on the same data, in a folder of the caller's own.
pub(crate) fn two_models() -> Office {
    static TEMPLATE: LazyLock<PathBuf> = LazyLock::new(|| {
        let first = loaded(&["score.exits_min=10", "train.outer_bags=3"]);
        train::train(&first, &Silent).expect("a model");
        first.close();
        let dir = first.place().dir().to_owned();
        drop(first);
        let second =
            office_with(&dir, &["score.exits_min=10", "train.outer_bags=3", "train.seed=7"]);
        train::train(&second, &Silent).expect("a second model");
        second.close();
        dir
    });
    let dir = scratch();
    copy(&TEMPLATE, &dir);
    office_with(&dir, &["score.exits_min=10", "train.outer_bags=3"])
}

/// The same data as of a day: what came later taken away.
pub(crate) fn cut(last: Day) -> Office {
    untrained().store.settle().expect("a settled file");
    let dir = scratch();
    copy(untrained().place().dir(), &dir);
    let office = office_with(&dir, &["score.exits_min=10"]);
    office.store.write(move |tx| staffing::forget_after(tx, last)).expect("less data");
    derive::refresh(&office, &Silent).expect("derived tables");
    office
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let other = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &other);
        } else if path.extension().is_some_and(|it| it == "db" || it == "json" || it == "md") {
            std::fs::copy(&path, other).expect("a copy");
        }
    }
}

/// Nothing loaded.
pub(crate) fn empty() -> Office {
    office(&scratch())
}

/// An office in a folder, on `TODAY`. Not to be opened on a request's thread.
pub(crate) fn office(dir: &Path) -> Office {
    office_with(dir, &[])
}

/// The day of an ISO date.
pub(crate) fn day(text: &str) -> Day {
    Day::parse(text).expect("an ISO date")
}

fn loaded(flags: &[&str]) -> Office {
    let office = office_with(&scratch(), flags);
    let spec = Spec {
        technicians: 60,
        years: 3,
        offices: 2,
        jobs_per_technician_year: 60,
        seed: 3,
        end: day(TODAY).plus(-1),
    };
    demo::load(&office, &spec, None, &Silent).expect("a demo");
    office
}

/// A folder that stays: offices kept for the whole run are never dropped.
fn scratch() -> PathBuf {
    tempfile::tempdir().expect("a scratch folder").keep()
}

/// The same with settings of its own, as `key=value`.
pub(crate) fn office_with(dir: &Path, flags: &[&str]) -> Office {
    let noon = i64::from(day(TODAY).0) * 86_400 + 43_200;
    let flags: Vec<String> = flags.iter().map(|it| (*it).to_owned()).collect();
    let settings = Settings::read(None, std::iter::empty(), &flags).expect("the settings");
    let place = Place::lock(dir.to_owned()).expect("a folder of our own");
    Office::open(place, settings, Clock::Fixed(noon)).expect("an office")
}
