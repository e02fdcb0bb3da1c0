//! The only reader of time.
//!
//! Everything else takes a `Clock` or a value made from one, so tests can stand still. Never here:
//! business rules.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::domain::calendar::Day;

/// Where "now" comes from.
#[derive(Clone, Copy, Debug)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// Always this many seconds since 1970 (UTC).
    Fixed(i64),
}

impl Clock {
    /// Seconds since 1970, UTC: what `created_at` and `updated_at` hold.
    pub fn seconds(self) -> i64 {
        match self {
            Self::System => SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, |it| i64::try_from(it.as_secs()).unwrap_or(i64::MAX)),
            Self::Fixed(seconds) => seconds,
        }
    }

    /// Today on the office's wall.
    pub fn today(self) -> Day {
        match self {
            Self::System => {
                let date = jiff::Zoned::now().date();
                Day::from_ymd(date.year(), date.month(), date.day()).unwrap_or_default()
            }
            Self::Fixed(seconds) => Day((seconds / 86_400) as i32),
        }
    }
}

/// A stopwatch: how long something took. Shown and logged, never stored in a result.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts now.
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Time since the start.
    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}
