//! Answers kept while the data stay as they are.
//!
//! A figure over twelve months reads the same rows on every page that shows it; it is worked out once
//! for each revision of the data. Never here: anything that depends on the clock, on who asks, or on
//! decisions (predictions, tasks): those change without a new revision.

use std::any::Any;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use super::{Cx, Result};
use crate::store::office;

/// Answers kept at once; beyond it all are forgotten.
const KEPT_MAX: usize = 1024;

/// Answers of one revision of the data.
#[derive(Default)]
pub struct Memo {
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    revision: i64,
    answers: HashMap<String, Box<dyn Any + Send>>,
}

impl Cx<'_> {
    /// The answer kept under `key`, or the one `work` gives, which is kept. The key names everything
    /// the answer depends on besides the data.
    pub(super) fn once<T, F>(&self, key: String, work: F) -> Result<T>
    where
        T: Clone + Send + 'static,
        F: FnOnce() -> Result<T>,
    {
        let revision = office::revision(self.read)?;
        if let Some(answer) = self.memo.find(revision, &key) {
            return Ok(answer);
        }
        // Worked out without the lock: two who ask at once both work, and agree.
        let answer = work()?;
        self.memo.keep(revision, key, answer.clone());
        Ok(answer)
    }
}

impl Memo {
    fn find<T: Clone + 'static>(&self, revision: i64, key: &str) -> Option<T> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = kept.answers.get(key).filter(|_| kept.revision == revision)?;
        answer.downcast_ref::<T>().cloned()
    }

    fn keep<T: Send + 'static>(&self, revision: i64, key: String, answer: T) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.revision != revision || kept.answers.len() >= KEPT_MAX {
            kept.answers.clear();
            kept.revision = revision;
        }
        kept.answers.insert(key, Box::new(answer));
    }
}

impl fmt::Debug for Memo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Memo")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_lasts_as_long_as_its_data() {
        let memo = Memo::default();
        memo.keep(1, "a".to_owned(), 5_u32);
        assert_eq!(memo.find::<u32>(1, "a"), Some(5));
        assert_eq!(memo.find::<u32>(1, "b"), None);
        assert_eq!(memo.find::<u32>(2, "a"), None, "the data have changed");
        memo.keep(2, "b".to_owned(), 6_u32);
        assert_eq!(memo.find::<u32>(1, "a"), None, "the old answers are gone");
    }
}
