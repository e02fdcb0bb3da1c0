//! How a long fit tells its caller where it is, and how the caller stops it.
//!
//! Never decides anything: results are the same whatever is listened to, unless the answer is stop.

/// What the listener wants next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Go on.
    Continue,
    /// Return [`crate::Error::Cancelled`] as soon as possible.
    Stop,
}

/// A listener. Called from several threads at once, at most about every 10 rounds of a bag.
pub trait Progress: Sync {
    /// `done` of `of` units are finished (for a fit the unit is a bag, counted
    /// once for its mains and, when pairs are asked for, once more for its pairs); `what` has just happened.
    fn step(&self, done: u64, of: u64, what: &Step) -> Flow;
}

/// Listens to nothing and always continues.
#[derive(Clone, Copy, Debug, Default)]
pub struct Quiet;

impl Progress for Quiet {
    fn step(&self, _done: u64, _of: u64, _what: &Step) -> Flow {
        Flow::Continue
    }
}

/// Which of its fits a bag is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Main effects.
    Mains,
    /// Pairs on top of the frozen mains: all that the search proposed.
    Pairs,
    /// The pairs that pay, fitted again without those that do not.
    Refit,
}

/// What has just happened, with figures to draw.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// A bag begins.
    Bag {
        /// Number of the bag, from 0.
        bag: usize,
        /// Bags in all.
        bags: usize,
        /// What is fitted in it now.
        part: Part,
    },
    /// A bag has gone on; sent every 10 rounds.
    Round {
        /// Number of the bag, from 0.
        bag: usize,
        /// What is fitted in it now.
        part: Part,
        /// Rounds so far: applied steps divided by the number of terms.
        round: usize,
        /// Mean log loss on the rows the bag trains on, in nats per unit of weight.
        train_loss: f64,
        /// Mean log loss on the rows the bag holds back, in nats per unit of weight.
        validation_loss: f64,
    },
    /// A part of a bag is finished; sent once for each bag and part.
    Finished {
        /// Number of the bag, from 0.
        bag: usize,
        /// What is finished in it.
        part: Part,
        /// Whether it came from [`crate::ebm::Keep`] and was not fitted here.
        taken: bool,
    },
    /// The search is over: the pairs that will be fitted, most promising first, by name.
    Found(Vec<(String, String)>),
    /// The pairs that pay on held-back rows, in the order of the model's terms, by name.
    Kept(Vec<(String, String)>),
    /// The mains of a bag are finished: the terms as they look over all bags finished so far.
    Shapes(Vec<TermPreview>),
}

/// One term as far as it is known.
#[derive(Clone, Debug, PartialEq)]
pub struct TermPreview {
    /// Name of the feature.
    pub name: String,
    /// Bags behind the figures.
    pub bags: usize,
    /// Mean score of each bin in log-odds, centred; bin 0 is missing, the last one unseen.
    pub scores: Vec<f64>,
    /// Weight of the training rows of each bin.
    pub weight: Vec<f64>,
    /// Lower end of the 90 % band of each bin; equal to the score with one bag.
    pub low: Vec<f64>,
    /// Upper end of the 90 % band of each bin.
    pub high: Vec<f64>,
}
