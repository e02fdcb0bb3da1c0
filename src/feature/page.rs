//! `docs/features.md`, written from `FEATURES`.

use std::fmt::Write as _;

use super::{Direction, FEATURES};

const HEAD: &str = "\
# Features

What a model may read about a technician: one row per technician and calendar month at risk, as \
of the month's first day. Every feature is computed from facts dated before that day; changing, \
adding or deleting a fact dated on or after it changes no feature (a property test holds this). \
A missing value is a level of its own to the models, never filled in.

A month has a row when a spell of employment began before its first day and did not end before \
it, from the first month that begins after the first day with data to the last that begins no \
later than the day after the last. Zone, manager and crew are those of the latest assignment begun \
before the day. A month is 30.4375 days. \"Known push\" is the direction in which a feature is \
known to move leaving, for models that are asked to keep it.

This page is written from the code: `UPDATE=1 cargo test page_of_features`.

| feature | column | what it is | unit | group | can be changed | known push | missing when |
|---|---|---|---|---|---|---|---|
";

/// The whole page.
pub fn text() -> String {
    let mut page = HEAD.to_owned();
    for it in FEATURES {
        let push = match it.direction {
            Some(Direction::Raises) => "more raises leaving",
            Some(Direction::Lowers) => "more lowers leaving",
            None => "none assumed",
        };
        // Writing to a string cannot fail.
        let _ok = writeln!(
            page,
            "| {} | `{}` | {} | {} | {} | {} | {push} | {} |",
            it.title,
            it.id,
            it.sentence,
            it.unit.name(),
            it.group.title(),
            if it.actionable { "yes" } else { "no" },
            it.missing,
        );
    }
    page
}
