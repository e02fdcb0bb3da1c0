//! Forecasts of one series of numbers: methods, their back-test, and the average of the survivors.
//!
//! Modules in reading order: `step` (days, weeks and months as periods), `past` (what is known),
//! `path` (what a method says of the future), `fill` and `season` (shared by the methods of
//! smoothing), one file a method, then the tournament that drops bad methods, averages the rest and
//! scales their intervals to what past errors were.
//!
//! Never here: a clock, files, where a series came from, an unseeded draw, a promise without the
//! coverage it had.

mod backtest;
mod clean;
mod combine;
mod conformal;
mod contest;
mod counts;
mod ets;
mod fill;
mod judge;
mod marks;
mod mstl;
mod naive;
mod outlook;
mod past;
mod path;
pub mod prophet;
mod rough;
mod season;
mod simplex;
mod step;
mod theta;
mod thin;
mod words;

pub use clean::classify;
pub use contest::{Choice, Holiday, Options, forecast};
pub use counts::Counts;
pub use ets::Ets;
pub use mstl::Mstl;
pub use naive::Naive;
pub use outlook::{Backtest, Candidate, Held, Mark, MarkKind, Outlook, Part, Point};
pub use past::{Kind, Past};
pub use path::{LEVELS, Level, Method, Parts, Path};
pub use prophet::Prophet;
pub use step::Step;
pub use theta::Theta;

#[cfg(test)]
mod peers;
#[cfg(test)]
mod properties;
