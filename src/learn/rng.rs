//! Seeded random numbers, the same on every machine and in every version of this crate.
//!
//! Never reads the system's entropy or the clock. Not for secrets.

use crate::math;

/// xoshiro256++ (Blackman and Vigna 2019), seeded by splitmix64. The stream of a seed is a promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rng {
    state: [u64; 4],
}

impl Rng {
    /// A generator from any seed, zero included.
    pub fn new(seed: u64) -> Self {
        let mut mix = seed;
        Self { state: std::array::from_fn(|_| splitmix(&mut mix)) }
    }

    /// An independent generator for a numbered stream; does not advance `self`.
    #[must_use]
    pub fn fork(&self, stream: u64) -> Self {
        let mut mix = self.state[0] ^ self.state[2].rotate_left(32) ^ 0x6a09_e667_f3bc_c909;
        let salt = splitmix(&mut mix);
        let mut mix = salt ^ stream.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(17);
        Self { state: std::array::from_fn(|_| splitmix(&mut mix)) }
    }

    /// The next 64 random bits.
    pub fn next_u64(&mut self) -> u64 {
        let s = &mut self.state;
        let result = s[0].wrapping_add(s[3]).rotate_left(23).wrapping_add(s[0]);
        let t = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = s[3].rotate_left(45);
        result
    }

    /// Uniform in `0..n`; 0 when `n` is 0. The bias of the multiplication is below n / 2^64.
    pub fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.next_u64()) * n as u128) >> 64) as usize
    }

    /// Uniform in `[0, 1)` with 53 random bits.
    pub fn unit(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
    }

    /// Standard normal, by Box and Muller (one of the two values is used).
    pub fn normal(&mut self) -> f64 {
        let radius = libm::sqrt(-2.0 * math::ln(1.0 - self.unit()));
        radius * libm::cos(std::f64::consts::TAU * self.unit())
    }

    /// Fisher-Yates.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i + 1));
        }
    }
}

fn splitmix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_of_a_seed_never_changes() {
        let mut rng = Rng::new(0);
        // Reference values of xoshiro256++ seeded by splitmix64(0).
        assert_eq!(rng.next_u64(), 0x5317_5d61_490b_23df);
        assert_eq!(rng.next_u64(), 0x61da_6f3d_c380_d507);
    }

    #[test]
    fn moments_and_ranges_are_right() {
        let mut rng = Rng::new(5).fork(3);
        let draws: Vec<f64> = (0..40_000).map(|_| rng.normal()).collect();
        let mean = draws.iter().sum::<f64>() / 40_000.0;
        let square = draws.iter().map(|it| it * it).sum::<f64>() / 40_000.0;
        assert!(mean.abs() < 0.02 && (square - 1.0).abs() < 0.03);
        assert!((0..1000).all(|_| rng.below(7) < 7 && (0.0..1.0).contains(&rng.unit())));
        assert_eq!(rng.below(0), 0);
    }

    #[test]
    fn a_fork_differs_by_stream_and_leaves_the_parent() {
        let rng = Rng::new(1);
        let (mut a, mut b) = (rng.fork(0), rng.fork(1));
        assert_ne!(a.next_u64(), b.next_u64());
        assert_eq!(rng, Rng::new(1));
    }

    #[test]
    fn a_shuffle_keeps_every_item() {
        let mut items: Vec<usize> = (0..100).collect();
        Rng::new(2).shuffle(&mut items);
        assert_ne!(items, (0..100).collect::<Vec<_>>());
        items.sort_unstable();
        assert_eq!(items, (0..100).collect::<Vec<_>>());
    }
}
