//! Forecasts of the office's own series: read the series, forecast it, keep it so that it replays.
//!
//! Never here: how a forecast is made (see `learn::series`), a series' SQL (see `metric::series`).

pub use learn::series::{
    Backtest, Candidate, Choice, Held, Holiday, Kind, Mark, MarkKind, Options, Outlook, Part, Past,
    Point, Step,
};
