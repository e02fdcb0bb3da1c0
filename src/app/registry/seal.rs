//! Seals: a hash over everything a prediction says and the model that said it.
//!
//! Numbers enter by their bits, so that two that print alike are still told apart. Never here: secrets
//! (a seal shows that something was changed, not who did).

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use crate::store::models::PredictionRow;

/// SHA-256 in hexadecimal.
pub(in crate::app) fn hash(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// The seal of a prediction by the model whose artifact has this hash. The values scored and the term
/// scores are in the terms' JSON, whose numbers come back bit for bit.
pub(in crate::app) fn seal(artifact_hash: &str, it: &PredictionRow) -> String {
    let mut sum = Sha256::new();
    let mut text = |text: &str| {
        sum.update((text.len() as u64).to_le_bytes());
        sum.update(text.as_bytes());
    };
    text(artifact_hash);
    text(it.band.as_deref().unwrap_or_default());
    text(it.not_scored.as_deref().unwrap_or_default());
    text(&it.terms);
    text(&it.ahead);
    sum.update(it.technician_id.to_le_bytes());
    sum.update(it.as_of.0.to_le_bytes());
    let ends = it.chance.map_or([None; 3], |it| [Some(it.0), Some(it.1), Some(it.2)]);
    for number in ends.into_iter().chain([it.intercept, it.log_odds]) {
        sum.update([u8::from(number.is_some())]);
        sum.update(number.unwrap_or(0.0).to_bits().to_le_bytes());
    }
    hex(&sum.finalize())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::Day;

    fn row() -> PredictionRow {
        PredictionRow {
            technician_id: 7,
            as_of: Day(20_000),
            chance: Some((0.1, 0.05, 0.2)),
            band: Some("LOW".to_owned()),
            not_scored: None,
            intercept: Some(-2.0),
            log_odds: Some(-2.197),
            terms: "[]".to_owned(),
            ahead: "{}".to_owned(),
        }
    }

    #[test]
    fn a_seal_covers_everything_said() {
        let whole = seal("a", &row());
        assert_eq!(whole, seal("a", &row()));
        assert_eq!(whole.len(), 64);
        let next = f64::from_bits(0.1_f64.to_bits() + 1);
        let others = [
            seal("b", &row()),
            seal("a", &PredictionRow { technician_id: 8, ..row() }),
            seal("a", &PredictionRow { as_of: Day(20_001), ..row() }),
            seal("a", &PredictionRow { chance: Some((next, 0.05, 0.2)), ..row() }),
            seal("a", &PredictionRow { band: Some("HIGH".to_owned()), ..row() }),
            seal("a", &PredictionRow { band: None, not_scored: Some("LOW".to_owned()), ..row() }),
            seal("a", &PredictionRow { intercept: None, ..row() }),
            seal("a", &PredictionRow { log_odds: Some(-2.198), ..row() }),
            seal("a", &PredictionRow { terms: "[ ]".to_owned(), ..row() }),
            seal("a", &PredictionRow { ahead: "{ }".to_owned(), ..row() }),
        ];
        assert!(others.iter().all(|it| *it != whole), "something said is not sealed");
    }
}
