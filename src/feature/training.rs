//! What was learned.

use super::{Direction, Feature, Group, Unit, words};

const TRAINING_DAYS: i32 = 180;

/// Hours of finished courses.
pub(super) const TRAINING_HOURS_180D: Feature = Feature {
    id: "training_hours_180d",
    title: "Training",
    sentence: "Hours of courses finished in 180 days.",
    unit: Unit::Hours,
    group: Group::Growth,
    actionable: true,
    direction: Some(Direction::Lowers),
    decimals: 0,
    compute: |of, _, as_of| {
        let from = as_of.plus(-TRAINING_DAYS);
        let recent = of.trainings.iter().filter(|it| from <= it.on && it.on < as_of);
        Some(recent.map(|it| i64::from(it.minutes)).sum::<i64>() as f64 / 60.0)
    },
    phrase: |hours| match words::number(hours, 0).as_str() {
        "0" => "no training in 6 months".to_owned(),
        _ => format!("{} of training in 6 months", words::count(hours, 0, "hour", "hours")),
    },
    missing: "training unknown",
};
