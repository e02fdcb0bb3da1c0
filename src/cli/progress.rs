//! Progress on a terminal, and Ctrl+C as a wish to stop.
//!
//! Never here: what is being done.

use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::app::progress::Tell;
use crate::clock::Stopwatch;

const LINE_EVERY: Duration = Duration::from_millis(200);
/// Width that a line is cut to, so that it can be overwritten.
const LINE_CHARS: usize = 78;

/// A listener that draws one line on standard error when that is a terminal.
#[derive(Debug)]
pub(super) struct Line {
    draws: bool,
    last: Mutex<Option<Stopwatch>>,
    stop: Arc<AtomicBool>,
}

impl Line {
    /// Begins to listen for Ctrl+C too: the work is then stopped at its next step.
    pub(super) fn start() -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let asked = Arc::clone(&stop);
        std::thread::spawn(move || {
            let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build()
            else {
                return;
            };
            if runtime.block_on(tokio::signal::ctrl_c()).is_ok() {
                asked.store(true, Ordering::Relaxed);
            }
        });
        Self { stop, ..Self::drawing() }
    }

    /// Only draws: Ctrl+C ends the program at once, for work that keeps nothing.
    pub(super) fn drawing() -> Self {
        let draws = std::io::stderr().is_terminal();
        Self { draws, last: Mutex::new(None), stop: Arc::default() }
    }

    /// Wipes the line, before anything else is printed.
    pub(super) fn clear(&self) {
        if self.draws {
            draw("");
        }
    }

    fn due(&self) -> bool {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let due = last.is_none_or(|it| it.elapsed() >= LINE_EVERY);
        if due {
            *last = Some(Stopwatch::start());
        }
        due
    }
}

impl Tell for Line {
    fn say(&self, done: u64, of: u64, what: &str) -> bool {
        if self.draws && self.due() {
            let percent = (done.min(of) * 100).checked_div(of).unwrap_or(0);
            draw(&format!("{percent:3}%  {what}"));
        }
        !self.stop.load(Ordering::Relaxed)
    }
}

fn draw(text: &str) {
    let text: String = text.chars().take(LINE_CHARS).collect();
    // A terminal that is gone needs no progress.
    let _gone = write!(std::io::stderr(), "\r{text:LINE_CHARS$}\r");
}
