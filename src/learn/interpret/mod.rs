//! Models from and for `InterpretML`: its JSON export, detail `all`, in and out.
//!
//! `fixtures/interpret/README.md` describes the format as it was found in version 0.7.8. A model that
//! comes in predicts as it did there, term by term, within 1e-9; one that goes out is read there by
//! `ExplainableBoostingClassifier()._from_json` and predicts the same. Never guesses: what this crate
//! cannot hold (more than two classes, terms of three features, other links) is refused by name.

mod export;
mod import;
#[cfg(test)]
pub(crate) mod tests;

pub use export::to_json;
pub use import::{Imported, from_json};

/// Version of the export this was written for.
const VERSION: &str = "1.0";
