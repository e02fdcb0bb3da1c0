//! Small draws on top of the seeded generator: a chance, a range, a pick, a waiting time.

use learn::math;
use learn::rng::Rng;

/// One generator per concern, so that a new sentence in a note moves no exit.
#[derive(Debug)]
pub(super) struct Streams {
    pub(super) place: Rng,
    pub(super) people: Rng,
    pub(super) staff: Rng,
    pub(super) exits: Rng,
    pub(super) hiring: Rng,
    pub(super) work: Rng,
    pub(super) notes: Rng,
    pub(super) dirt: Rng,
}

impl Streams {
    pub(super) fn new(seed: u64) -> Self {
        let root = Rng::new(seed);
        Self {
            place: root.fork(1),
            people: root.fork(2),
            staff: root.fork(3),
            exits: root.fork(4),
            hiring: root.fork(5),
            work: root.fork(6),
            notes: root.fork(7),
            dirt: root.fork(8),
        }
    }
}

/// True with this probability.
pub(super) fn chance(rng: &mut Rng, probability: f64) -> bool {
    rng.unit() < probability
}

/// A whole number, both ends possible.
pub(super) fn between(rng: &mut Rng, low: i32, high: i32) -> i32 {
    low + rng.below((high - low + 1).max(1) as usize) as i32
}

/// A number in `[low, high)`.
pub(super) fn uniform(rng: &mut Rng, low: f64, high: f64) -> f64 {
    low + (high - low) * rng.unit()
}

/// One of a non-empty list.
pub(super) fn pick<'a, T>(rng: &mut Rng, items: &'a [T]) -> &'a T {
    &items[rng.below(items.len())]
}

/// The index of a weight, drawn in proportion.
pub(super) fn weighted(rng: &mut Rng, weights: &[f64]) -> usize {
    let mut left = rng.unit() * weights.iter().sum::<f64>();
    for (at, weight) in weights.iter().enumerate() {
        left -= weight;
        if left < 0.0 {
            return at;
        }
    }
    weights.len() - 1
}

/// A waiting time with this mean.
pub(super) fn waiting(rng: &mut Rng, mean: f64) -> f64 {
    -mean * math::ln(1.0 - rng.unit())
}

/// Normal with a mean and spread, held inside a range.
pub(super) fn normal_in(rng: &mut Rng, mean: f64, spread: f64, low: f64, high: f64) -> f64 {
    (mean + spread * rng.normal()).clamp(low, high)
}
