//! The innermost loops over rows, compiled once per instruction set and chosen at run time.
//!
//! Every loop works element by element, or adds whole numbers, so an instruction set, a number of
//! lanes or an order of sums never changes a bit. Multiplications and additions are never fused.
//!
//! Gradients are summed as whole numbers: p and h = p (1 - p), times the row's weight, each in
//! parts of 2^-21 of the bag's unit of weight, share one 64-bit word. One addition to memory adds
//! both, where floats need two and conversions; half a part is the most a row is off, far below
//! the noise of a single target.
#![expect(clippy::inline_always, reason = "a loop is compiled for an instruction set by inlining")]

/// Rows whose sums a word can hold: 4032 x 2^21 is below 2^33, 4032 x 2^19 below 2^31.
pub(crate) const BLOCK: usize = 4032;

/// Rows whose words stay in the first-level cache between their making and their adding up.
pub(crate) const STRIP: usize = 504;

/// Parts of the unit of weight.
const PARTS: f32 = 2_097_152.0;

/// Bits of the sum of h in a word.
const H_BITS: u32 = 31;

/// A float at which neighbours are 1 apart: adding it rounds to a whole number.
const ROUNDER: f32 = 8_388_608.0;

/// Odds are held in these bounds (scores within about -+69), so nothing overflows or sticks at 0.
const ODDS_MIN: f32 = 1e-30;
const ODDS_MAX: f32 = 1e30;

/// Per bin: weighted sums of p and of p (1 - p).
pub(crate) type Cell = [f64; 2];

/// A histogram has room for every byte, so an index never needs a check.
pub(crate) type Hist = [Cell; 256];

/// Sums of words per bin, four tables side by side: neighbours often fall in one bin, and would
/// wait for each other in one table. All zero between uses.
pub(crate) type Tables = [[u64; 256]; 4];

/// Starts at a line of the cache, so that no wide store touches two.
#[repr(align(64))]
pub(crate) struct Aligned<T>(pub(crate) T);

/// What the processor can do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Machine(pulp::Arch);

impl Machine {
    pub(crate) fn new() -> Self {
        Self(pulp::Arch::new())
    }

    /// Runs loops with the widest instructions there are. Their `call` must be `#[inline(always)]`
    /// (a closure is not, so it would run with the narrowest), and so must all that it calls.
    pub(crate) fn run<L: pulp::NullaryFnOnce>(self, loops: L) -> L::Output {
        self.0.dispatch(loops)
    }
}

/// Factors of one step for the bins of its term.
pub(crate) enum Factors<T> {
    Cut { cut: u8, missing: T, left: T, right: T },
    Table(Box<[T; 256]>),
}

/// Applies a step to a strip: `one` takes what a row has and the number for its bin.
///
/// The number is chosen by masks: compilers turn a choice between loaded numbers into a load from a
/// chosen address, which is slow.
#[inline(always)]
pub(crate) fn change(
    rows: &mut [f32],
    bins: &[u8],
    factors: &Factors<f32>,
    one: impl Fn(f32, f32) -> f32,
) {
    match factors {
        Factors::Cut { cut, missing, left, right } => {
            let (cut, missing, right) = (*cut, missing.to_bits(), right.to_bits());
            let (other, mend) = (left.to_bits() ^ right, left.to_bits() ^ missing);
            for (row, bin) in rows.iter_mut().zip(bins) {
                let is = |it: bool| u32::from(it).wrapping_neg();
                let bits = right ^ (other & is(*bin <= cut)) ^ (mend & is(*bin == 0));
                *row = one(*row, f32::from_bits(bits));
            }
        }
        Factors::Table(table) => {
            for (row, bin) in rows.iter_mut().zip(bins) {
                *row = one(*row, table[*bin as usize]);
            }
        }
    }
}

/// Odds times a factor, within bounds.
#[inline(always)]
pub(crate) fn times(odds: f32, factor: f32) -> f32 {
    clamp(odds * factor)
}

#[inline(always)]
fn clamp(odds: f32) -> f32 {
    let floored = if odds > ODDS_MIN { odds } else { ODDS_MIN };
    if floored < ODDS_MAX { floored } else { ODDS_MAX }
}

/// The words of rows with these odds e = exp(-score): p = 1 / (1 + e), h = p (e p). A weight is in
/// units, at most 1.
#[inline(always)]
pub(crate) fn derive(odds: &[f32], weight: Option<&[f32]>, words: &mut [u64]) {
    if let Some(weight) = weight {
        for ((e, w), word) in odds.iter().zip(weight).zip(words) {
            let p = 1.0 / (1.0 + *e);
            *word = pack(p * *w, p * (*e * p) * *w);
        }
    } else {
        for (e, word) in odds.iter().zip(words) {
            let p = 1.0 / (1.0 + *e);
            *word = pack(p, p * (*e * p));
        }
    }
}

/// The words of rows with these residuals r, prediction less target: the weight times
/// (1 + r / reach) / 2 in place of p, a quarter of the weight in place of h. A residual beyond the
/// reach counts as the reach.
#[inline(always)]
pub(crate) fn derive_squared(
    residual: &[f32],
    weight: Option<&[f32]>,
    reach: f32,
    words: &mut [u64],
) {
    let share = |r: f32| {
        let x = 0.5 + 0.5 * (r / reach);
        let floored = if x > 0.0 { x } else { 0.0 };
        if floored < 1.0 { floored } else { 1.0 }
    };
    if let Some(weight) = weight {
        for ((r, w), word) in residual.iter().zip(weight).zip(words) {
            *word = pack(share(*r) * *w, 0.25 * *w);
        }
    } else {
        for (r, word) in residual.iter().zip(words) {
            *word = pack(share(*r), 0.25);
        }
    }
}

/// From sums of the words of [`derive_squared`] to sums of w r and of w.
#[inline(always)]
pub(crate) fn squared_sums(reach: f64, hist: &mut [Cell]) {
    for cell in hist {
        let weight = 4.0 * cell[1];
        *cell = [reach * (2.0 * cell[0] - weight), weight];
    }
}

#[inline(always)]
fn pack(p: f32, h: f32) -> u64 {
    let whole = |x: f32| (x * PARTS + ROUNDER).to_bits() & 0x007f_ffff;
    u64::from(whole(p)) << H_BITS | u64::from(whole(h))
}

/// Adds words to the tables.
#[inline(always)]
pub(crate) fn scatter(bins: &[u8], words: &[u64], tables: &mut Tables) {
    let (four_bins, last_bins) = bins.as_chunks::<4>();
    let (four_words, last_words) = words.as_chunks::<4>();
    let [a, b, c, d] = tables;
    for (bin, word) in four_bins.iter().zip(four_words) {
        // One load, for loads are what this loop waits for.
        let bins = u32::from_le_bytes(*bin);
        add(a, bins as u8, word[0]);
        add(b, (bins >> 8) as u8, word[1]);
        add(c, (bins >> 16) as u8, word[2]);
        add(d, (bins >> 24) as u8, word[3]);
    }
    for (bin, word) in last_bins.iter().zip(last_words) {
        add(a, *bin, *word);
    }
}

#[inline(always)]
fn add(table: &mut [u64; 256], bin: u8, word: u64) {
    // Never wraps: a block is short enough.
    let cell = &mut table[bin as usize];
    *cell = cell.wrapping_add(word);
}

/// Adds the tables' first `len` bins to a histogram, or replaces it, and clears them. `unit` is the
/// weight that counts as 1. Sums of whole parts are exact in doubles.
#[inline(always)]
pub(crate) fn collect(tables: &mut Tables, len: usize, unit: f64, fresh: bool, hist: &mut Hist) {
    let scale = unit / f64::from(PARTS);
    let [a, b, c, d] = tables;
    let (a, b, c, d) = (&mut a[..len], &mut b[..len], &mut c[..len], &mut d[..len]);
    for ((((a, b), c), d), cell) in a.iter_mut().zip(b).zip(c).zip(d).zip(&mut hist[..len]) {
        let sum = (*a + *b) + (*c + *d);
        let (p, h) = (double(sum >> H_BITS) * scale, double(sum & ((1 << H_BITS) - 1)) * scale);
        *cell = if fresh { [p, h] } else { [cell[0] + p, cell[1] + h] };
        (*a, *b, *c, *d) = (0, 0, 0, 0);
    }
}

/// A whole number below 2^52 as a double, by setting its bits: vectorises everywhere.
#[inline(always)]
fn double(whole: u64) -> f64 {
    const BASE: f64 = 4_503_599_627_370_496.0;
    f64::from_bits(whole | BASE.to_bits()) - BASE
}

/// Applies a step to held-back rows, as [`change`] does. `after` sees up to 64 rows at a time.
#[inline(always)]
pub(crate) fn change_held(
    rows: &mut [f64],
    bins: &[u8],
    factors: &Factors<f64>,
    one: impl Fn(f64, f64) -> f64,
    mut after: impl FnMut(&[f64]),
) {
    match factors {
        Factors::Cut { cut, missing, left, right } => {
            let (cut, missing, right) = (*cut, missing.to_bits(), right.to_bits());
            let (other, mend) = (left.to_bits() ^ right, left.to_bits() ^ missing);
            let is = |it: bool| u64::from(it).wrapping_neg();
            for (rows, bins) in rows.chunks_mut(64).zip(bins.chunks(64)) {
                for (row, bin) in rows.iter_mut().zip(bins) {
                    let bits = right ^ (other & is(*bin <= cut)) ^ (mend & is(*bin == 0));
                    *row = one(*row, f64::from_bits(bits));
                }
                after(rows);
            }
        }
        Factors::Table(table) => {
            for (rows, bins) in rows.chunks_mut(64).zip(bins.chunks(64)) {
                for (row, bin) in rows.iter_mut().zip(bins) {
                    *row = one(*row, table[*bin as usize]);
                }
                after(rows);
            }
        }
    }
}

/// Odds times a factor, at most 1e30: eight of them never overflow a lane of a [`Product`].
#[inline(always)]
pub(crate) fn times_held(odds: f64, factor: f64) -> f64 {
    least(odds * factor)
}

/// The product of many numbers of at least 1, in eight lanes: mantissas and the sum of exponents.
pub(crate) struct Product {
    mantissa: [f64; 8],
    exponent: [u64; 8],
}

const MANTISSA: u64 = 0x000f_ffff_ffff_ffff;
const ONE: u64 = 0x3ff0_0000_0000_0000;

impl Product {
    pub(crate) const EMPTY: Self = Self { mantissa: [1.0; 8], exponent: [0; 8] };

    /// Takes 1 + odds of some rows into the product.
    #[inline(always)]
    pub(crate) fn absorb(&mut self, odds: &[f64]) {
        let (mut mantissa, mut exponent) = (self.mantissa, self.exponent);
        for odds in odds.chunks(64) {
            let (whole, rest) = odds.as_chunks::<8>();
            for odds in whole {
                mantissa = std::array::from_fn(|lane| mantissa[lane] * (1.0 + odds[lane]));
            }
            for (mantissa, odds) in mantissa.iter_mut().zip(rest) {
                *mantissa *= 1.0 + *odds;
            }
            for lane in 0..8 {
                let bits = mantissa[lane].to_bits();
                exponent[lane] += bits >> 52;
                exponent[lane] -= ONE >> 52;
                mantissa[lane] = f64::from_bits(bits & MANTISSA | ONE);
            }
        }
        (self.mantissa, self.exponent) = (mantissa, exponent);
    }

    /// Natural logarithm of the product.
    pub(crate) fn ln(&self) -> f64 {
        let [a, b, c, d, e, f, g, h] = self.mantissa;
        let product = ((a * b) * (c * d)) * ((e * f) * (g * h));
        let exponent: u64 = self.exponent.iter().sum();
        exponent as f64 * std::f64::consts::LN_2 + crate::math::ln(product)
    }
}

#[inline(always)]
fn least(odds: f64) -> f64 {
    if odds < 1e30 { odds } else { 1e30 }
}

/// ln(x) for x from 1 to 1e300, within 1e-10: exponent apart, atanh series of the mantissa.
#[inline(always)]
pub(crate) fn ln_from_one(x: f64) -> f64 {
    let bits = x.to_bits() + (ONE - 0x3fe6_a09e_667f_3bcd);
    let exponent = double(bits >> 52) - 1023.0;
    let mantissa = f64::from_bits((bits & MANTISSA) + 0x3fe6_a09e_667f_3bcd);
    let s = (mantissa - 1.0) / (mantissa + 1.0);
    let q = s * s;
    let series = 1.0
        + q * (1.0 / 3.0
            + q * (1.0 / 5.0 + q * (1.0 / 7.0 + q * (1.0 / 9.0 + q * (1.0 / 11.0 + q / 13.0)))));
    exponent * std::f64::consts::LN_2 + 2.0 * s * series
}

#[cfg(test)]
mod tests {
    use super::*;
    use pulp::NullaryFnOnce;

    #[test]
    fn the_logarithm_is_close_enough_to_stop_by() {
        for x in [1.0, 1.0 + 1e-12, 1.3, 1.414_3, 2.0, 3.7, 1e5, 1e30, 1e299] {
            let error = (ln_from_one(x) - libm::log(x)).abs();
            assert!(error < 1e-10 * (1.0 + libm::log(x)), "{x}: {error}");
        }
    }

    #[test]
    fn a_word_holds_a_block_of_the_largest_values() {
        let mut tables = [[0; 256]; 4];
        let mut words = vec![0; BLOCK];
        derive(&[ODDS_MIN; BLOCK], None, &mut words);
        scatter(&[255; BLOCK], &words, &mut tables);
        let mut hist = [[0.0; 2]; 256];
        collect(&mut tables, 256, 1.0, true, &mut hist);
        assert_eq!(hist[255], [BLOCK as f64, 0.0]);
        derive(&[1.0; BLOCK], Some(&[0.5; BLOCK]), &mut words);
        scatter(&[255; BLOCK], &words, &mut tables);
        collect(&mut tables, 256, 2.0, false, &mut hist);
        assert_eq!(hist[255], [1.5 * BLOCK as f64, 0.25 * BLOCK as f64]);
        assert!(tables.as_flattened().iter().all(|it| *it == 0));
    }

    #[test]
    fn instruction_sets_agree_bit_for_bit() {
        let odds: Vec<f32> = (0..BLOCK).map(|i| 1e-3 * 1.004_f32.powi(i as i32 % 3000)).collect();
        let bins: Vec<u8> = (0..BLOCK).map(|i| (i * 31 % 251) as u8).collect();
        let factors = Factors::Cut { cut: 99, missing: 0.99, left: 1.013, right: 0.997 };
        let loops = || Everything { odds: &odds, bins: &bins, factors: &factors };
        assert_eq!(Machine::new().run(loops()), loops().call());
    }

    struct Everything<'a> {
        odds: &'a [f32],
        bins: &'a [u8],
        factors: &'a Factors<f32>,
    }

    impl pulp::NullaryFnOnce for Everything<'_> {
        type Output = (Vec<f32>, Vec<u64>, Vec<f64>, u64);

        #[inline(always)]
        fn call(self) -> Self::Output {
            let (mut odds, mut words) = (self.odds.to_vec(), vec![0; BLOCK]);
            let mut checked: Vec<f64> = odds.iter().map(|it| f64::from(*it)).collect();
            let mut product = Product::EMPTY;
            change(&mut odds, self.bins, self.factors, times);
            derive(&odds, Some(self.odds), &mut words);
            let factors = Factors::Cut { cut: 7, missing: 1.01, left: 0.9, right: 1.1 };
            change_held(&mut checked, self.bins, &factors, times_held, |odds| product.absorb(odds));
            (odds, words, checked, product.ln().to_bits())
        }
    }
}
