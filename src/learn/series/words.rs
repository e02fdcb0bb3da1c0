//! Sentences of the tournament: why a method stayed or went, what a reader must know.
//!
//! Never here: a decision.

use super::combine::NEAR;
use super::outlook::Candidate;
use super::step::Step;

/// What the tournament found of one method.
pub(super) struct Judged {
    pub(super) name: &'static str,
    pub(super) kept: bool,
    /// Whether it could be fitted to the whole past.
    pub(super) fits: bool,
    pub(super) mase: Option<f64>,
    pub(super) coverage80: Option<f64>,
}

/// The candidates with their sentences, best first; those without a score last.
pub(super) fn candidates(all: &[Judged], naive: Option<f64>) -> Vec<Candidate> {
    let best = all.iter().filter_map(|it| it.mase).fold(f64::INFINITY, f64::min);
    let mut order: Vec<&Judged> = all.iter().collect();
    order.sort_by(|a, b| {
        let key = |it: &Judged| it.mase.unwrap_or(f64::INFINITY);
        key(a).total_cmp(&key(b))
    });
    let one = |it: &Judged| Candidate {
        name: it.name.to_owned(),
        kept: it.kept,
        mase: it.mase,
        coverage80: it.coverage80,
        why: why(it, best, naive, all.len() == 1),
    };
    order.into_iter().map(one).collect()
}

/// Why a method stayed or went.
fn why(of: &Judged, best: f64, naive: Option<f64>, alone: bool) -> String {
    let Some(mase) = of.mase else {
        return match (of.fits, of.kept) {
            (false, _) => "Dropped: it cannot be fitted to this series.".to_owned(),
            (true, true) => "Kept: the past is too short to compare methods.".to_owned(),
            (true, false) => {
                "Dropped: it could be fitted at too few moments of the past.".to_owned()
            }
        };
    };
    let missed = format!("missed by {mase:.2} of the scale");
    match (of.kept, naive) {
        _ if alone => format!("The only method: {missed}."),
        (true, _) if mase <= best => format!("Kept: {missed}, the least of all."),
        (true, naive) if mase > best * NEAR || naive.is_some_and(|it| mase > it) => format!(
            "Kept as the second best: {missed} where the best missed by {best:.2}. One method alone \
             is often just lucky."
        ),
        (true, _) => format!("Kept: {missed} where the best missed by {best:.2}."),
        (false, Some(naive)) if mase > naive => {
            format!("Dropped: {missed} where the seasonal naive method missed by {naive:.2}.")
        }
        (false, _) => format!("Dropped: {missed}, over {NEAR} times the {best:.2} of the best."),
    }
}

/// That the answer is hardly better than repeating the last season.
pub(super) fn no_better(step: Step, season: usize) -> String {
    let same = match step {
        _ if season == 1 => "repeating the last value",
        Step::Day => "the same day last week",
        Step::Week => "the same week last year",
        Step::Month => "the same month last year",
    };
    format!("No better than {same}.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_have_their_figures() {
        let judged = |name, kept, mase| Judged { name, kept, fits: true, mase, coverage80: None };
        let all = [
            judged("naive", false, Some(0.9)),
            judged("theta", true, Some(0.61)),
            judged("mstl", true, Some(0.58)),
            judged("prophet", false, Some(1.05)),
            judged("ets", false, None),
        ];
        let found = candidates(&all, Some(0.9));
        let why: Vec<&str> = found.iter().map(|it| it.why.as_str()).collect();
        assert_eq!(
            why,
            [
                "Kept: missed by 0.58 of the scale, the least of all.",
                "Kept: missed by 0.61 of the scale where the best missed by 0.58.",
                "Dropped: missed by 0.90 of the scale, over 1.5 times the 0.58 of the best.",
                "Dropped: missed by 1.05 of the scale where the seasonal naive method missed by 0.90.",
                "Dropped: it could be fitted at too few moments of the past.",
            ]
        );
        assert_eq!(no_better(Step::Month, 12), "No better than the same month last year.");
    }
}
