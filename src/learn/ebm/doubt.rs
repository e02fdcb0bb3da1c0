//! What held-back rows cannot rule out, as a part of the loss a bag stops by.
//!
//! A bag whose held-back rows are told apart without an error would otherwise learn on until its
//! scores are huge, for their loss never stops falling; a few such bags then outvote all others.
//! m rows without an error do not show that the error is below about 1 / m, so each counts with
//! probability c / (m + 1) as the other outcome, which adds that share of the mean margin to the
//! loss. Many rows leave next to nothing of it. Never part of a loss that is reported or compared.

/// Sums over held-back rows.
#[derive(Debug)]
pub(crate) struct Doubt {
    share: f64,
    total: f64,
    margin: f64,
}

impl Doubt {
    /// `outcomes` is c. `total` is the weight of the rows, `margin` the weighted sum of their
    /// margins: the score where the target is 1, its negative elsewhere.
    pub(crate) fn new(outcomes: f64, rows: usize, total: f64, margin: f64) -> Self {
        // Rows of weight 2 stand for two; rows of a small weight are still rows.
        let share = outcomes / (total.max(rows as f64) + 1.0);
        Self { share, total, margin }
    }

    /// Takes a change of the sum of margins.
    pub(crate) fn shift(&mut self, by: f64) {
        self.margin += by;
    }

    /// Mean loss with doubt from the sum of losses without. The loss of the other outcome is the
    /// loss plus the margin.
    pub(crate) fn mean(&self, losses: f64) -> f64 {
        (losses + self.share * self.margin) / self.total
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::log_loss_of;

    #[test]
    fn a_row_counts_a_little_as_the_other_outcome() {
        let scores = [3.0, -1.0, 0.5];
        let targets = [1.0, 0.0, 0.0];
        let rows = || scores.iter().zip(targets);
        let margin = rows().map(|(z, y)| if y > 0.5 { *z } else { -z }).sum();
        let losses: f64 = rows().map(|(z, y)| log_loss_of(y, *z)).sum();
        let doubt = Doubt::new(0.25, 3, 3.0, margin);
        let share = 0.25 / 4.0;
        let mixed = |(z, y): (&f64, f64)| {
            (1.0 - share) * log_loss_of(y, *z) + share * log_loss_of(1.0 - y, *z)
        };
        let expected = rows().map(mixed).sum::<f64>() / 3.0;
        assert!((doubt.mean(losses) - expected).abs() < 1e-12);
    }
}
