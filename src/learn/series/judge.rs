//! What the back-test decides: which methods stay, how wide bounds are, and how well that works.
//!
//! Figures are those of the whole procedure with one origin left out: which methods stay and how
//! wide bounds are is decided from the other origins. Neighbouring origins share outcomes, so the
//! figures of short series are a little kind. Never here: a figure of an origin that helped to decide.

use super::backtest::{Ground, Score};
use super::clean::{self, Ready};
use super::combine;
use super::conformal::{self, Factors, Ratios};
use super::outlook::Backtest;
use super::path::{Method, Path};

/// A method with what it said from every origin and says now.
pub(super) struct Entry<'a> {
    pub(super) method: &'a dyn Method,
    /// One an origin; none where it could not be fitted.
    pub(super) trials: Vec<Option<Path>>,
    pub(super) now: Option<Path>,
}

/// What the back-test says.
pub(super) struct Outcome {
    /// One an entry; none where it could not be judged.
    pub(super) scores: Vec<Option<Score>>,
    /// One an entry.
    pub(super) kept: Vec<bool>,
    pub(super) factors: Factors,
    pub(super) calibrated: bool,
    pub(super) backtest: Option<Backtest>,
    /// Whether methods could be compared at all.
    pub(super) fair: bool,
}

/// Decides who stays, how wide bounds are, and how all this did with one origin left out. `naive`
/// are the seasonal naive method's forecasts, one an origin.
pub(super) fn judge(
    ready: &Ready,
    entries: &[Entry<'_>],
    naive: &[Option<Path>],
    ground: Option<&Ground>,
) -> Outcome {
    let Some(ground) = ground else {
        let kept = entries.iter().map(|it| it.now.is_some()).collect();
        let scores = vec![None; entries.len()];
        let factors = [1.0; 3];
        return Outcome { scores, kept, factors, calibrated: false, backtest: None, fair: false };
    };
    let bench = Bench { entries, naive, ground };
    let (origins, kind) = (ground.origins.len(), ready.past.kind);
    let averages: Vec<Option<Path>> = (0..origins).map(|it| bench.left_out(it)).collect();
    let ratios: Vec<Option<Ratios>> = averages
        .iter()
        .zip(&ground.outcomes)
        .map(|(path, came)| Some(conformal::ratios(path.as_ref()?, came, kind)))
        .collect();
    let calibrated = ready.known >= clean::SEASON && ratios.iter().any(Option::is_some);
    let factors = |without: Option<usize>| -> Factors {
        let others = ratios.iter().enumerate().filter(|it| Some(it.0) != without);
        let others = others.filter_map(|it| it.1.as_ref());
        if calibrated { conformal::factors(others) } else { [1.0; 3] }
    };
    let mut score = Score::default();
    for (at, path) in averages.iter().enumerate() {
        if let Some(path) = path {
            ground.add(&mut score, at, &conformal::bounded(path, factors(Some(at)), kind));
        }
    }
    let used = averages.iter().flatten().count();
    Outcome {
        scores: bench.scores(None),
        kept: bench.kept(None),
        factors: factors(None),
        calibrated,
        backtest: (score.of() > 0).then(|| score.figures(&bench.plain(None), used)),
        fair: ground.fair,
    }
}

/// Forecasts of a back-test; every question can leave one origin out.
struct Bench<'a> {
    entries: &'a [Entry<'a>],
    naive: &'a [Option<Path>],
    ground: &'a Ground,
}

impl Bench<'_> {
    /// The score of forecasts, one an origin.
    fn score(&self, paths: &[Option<Path>], without: Option<usize>) -> Score {
        let mut score = Score::default();
        for (at, path) in paths.iter().enumerate().filter(|it| Some(it.0) != without) {
            if let Some(path) = path {
                self.ground.add(&mut score, at, path);
            }
        }
        score
    }

    /// That of the seasonal naive method.
    fn plain(&self, without: Option<usize>) -> Score {
        self.score(self.naive, without)
    }

    /// Scores, one an entry; none of a method that cannot be fitted now or could not be at more than
    /// a third of the origins, and none at all where methods cannot be judged.
    fn scores(&self, without: Option<usize>) -> Vec<Option<Score>> {
        let of = |entry: &Entry<'_>| {
            let most = 3 * entry.trials.iter().flatten().count() >= 2 * self.ground.origins.len();
            let score = self.score(&entry.trials, without);
            (self.ground.fair && entry.now.is_some() && most && score.of() > 0).then_some(score)
        };
        self.entries.iter().map(of).collect()
    }

    /// Who stays; everyone who can where nobody can be judged.
    fn kept(&self, without: Option<usize>) -> Vec<bool> {
        let errors: Vec<_> =
            self.scores(without).iter().map(|it| it.as_ref().map(Score::mase)).collect();
        let kept = combine::survivors(&errors, self.plain(without).mase());
        if kept.contains(&true) {
            kept
        } else {
            self.entries.iter().map(|it| it.now.is_some()).collect()
        }
    }

    /// The average at an origin of those that the other origins keep.
    fn left_out(&self, at: usize) -> Option<Path> {
        let kept = self.kept(Some(at));
        let entries = self.entries.iter().zip(&kept).filter(|it| *it.1);
        let paths: Vec<&Path> = entries.filter_map(|it| it.0.trials[at].as_ref()).collect();
        (!paths.is_empty()).then(|| combine::average(&paths))
    }
}
