//! The words of the house, each explained once, for the help page and the palette.
//!
//! Metrics and features explain themselves; here are the words around them. Never here: HTML.

use crate::feature::FEATURES;

pub use crate::domain::deny::{DENIED, Denied};

/// A word and what it means here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// The word.
    pub word: String,
    /// Its name in files and addresses, or nothing.
    pub id: &'static str,
    /// What it means, in one or two sentences.
    pub meaning: String,
}

const WORDS: &[(&str, &str)] = &[
    ("As of", "The last day with data. Every number stops there, whatever today is."),
    (
        "Censored",
        "Watched until some day without the event. It counts for the time it was watched and is \
         never taken for a yes or a no.",
    ),
    ("Crew", "People who work under one manager from one yard, as assignments say."),
    ("Exit", "The last day of a spell of employment, for whatever reason."),
    ("Hire source", "Where a hire came from, as recorded: a referral, a job board, a walk-in."),
    (
        "Interval",
        "The range that holds the true value in 95 of 100 such samples. A wide one means few \
         people, not a bad number.",
    ),
    (
        "Kaplan-Meier curve",
        "The share still here by days since hire, from everyone watched, also those whose end is \
         not known yet.",
    ),
    (
        "Level",
        "HIGH, MEDIUM or LOW: how a chance compares with what the office can act on. Always \
         beside the number it stands for.",
    ),
    (
        "Log-rank p",
        "How often chance alone would make curves differ this much. Small means: hard to call \
         chance. It never says why.",
    ),
    (
        "Matured",
        "A hire whose day 90 (or 180) lies within the data, so that it is known whether the \
         person was still here.",
    ),
    ("n", "What a number rests on: people, hires, jobs or days. Its definition says which."),
    (
        "Not scored",
        "A level of its own: too little is known about this person or office for a chance that \
         can be trusted.",
    ),
    ("Recall", "A second visit for the same fault within 30 days, charged to the first visit."),
    (
        "Receipt",
        "A score taken apart: where everyone starts, what raised it, what lowered it. The lines \
         add up to the score.",
    ),
    ("Regretted", "An exit by choice that the office marked as one it would have prevented."),
    ("Spell", "One stretch of employment. A person who comes back has two."),
    ("Transfer", "A move from one zone to another without leaving."),
    (
        "Voluntary, involuntary, other",
        "Who chose the exit: the technician, the office, or neither (retirement, death, closing).",
    ),
    ("Zone", "A dispatch area of an office. A mover counts where he works on the day."),
];

/// Words of the domain, in order.
pub fn words() -> Vec<Term> {
    let term = |it: &(&str, &str)| Term { word: it.0.to_owned(), id: "", meaning: it.1.to_owned() };
    WORDS.iter().map(term).collect()
}

/// What a model reads about a person, in the order it is stored.
pub fn features() -> Vec<Term> {
    FEATURES
        .iter()
        .map(|it| Term { word: it.title.to_owned(), id: it.id, meaning: it.sentence.to_owned() })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_sorted_once_each_and_full_sentences() {
        let words = words();
        assert!(words.is_sorted_by_key(|it| it.word.to_lowercase()));
        for term in words.iter().chain(&features()) {
            assert!(term.meaning.ends_with('.'), "{}", term.word);
        }
        assert!(words.windows(2).all(|it| it[0].word != it[1].word));
    }
}
