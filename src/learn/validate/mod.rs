//! Is a model any good on rows it has not seen: splits, measures, comparison.
//!
//! Files: [`split`] who trains and who tests; [`measure`] numbers with intervals; `number` of predicted numbers; `cluster` the
//! bootstrap by person. Never fits a model, never measures on training rows by itself: the caller
//! brings predictions. Every interval treats persons, not rows, as independent.

mod cluster;
pub mod measure;
mod number;
pub mod split;

pub use measure::{Comparison, Estimate, Headline, Lift, Report, Scored, compare};
pub use number::Misses;
pub use split::{
    RollingOptions, Split, group_folds, out_of_person, part_of_people, rolling_origin, time_split,
};
