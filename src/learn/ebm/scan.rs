//! The best cut of an ordered feature, from its histogram: prefix sums, then all gains at once.
//!
//! Never sees rows, never knows what a step does with the cut.
#![expect(clippy::inline_always, reason = "a loop is compiled for an instruction set by inlining")]

use super::kernel::{Hist, Machine};
use super::options::Direction;
use crate::rng::Rng;
use pulp::NullaryFnOnce;
use std::ops::Range;

/// Which cuts of a term are looked at in a bag. A cut is the last bin on its left.
#[derive(Debug)]
pub(crate) struct Scan {
    /// Cuts with enough rows on either side.
    cuts: Range<usize>,
    /// Real bins: 1..=real.
    real: usize,
    direction: Option<Direction>,
    machine: Machine,
}

/// What a scan found. Sums are of G and H.
#[derive(Debug)]
pub(crate) struct Found {
    /// Over all real bins.
    pub(crate) total: [f64; 2],
    /// The best cut and the sums up to it; `None` if none is allowed.
    pub(crate) cut: Option<(usize, [f64; 2])>,
}

impl Scan {
    /// `count` are the rows per bin, missing first; `least` the fewest rows on a side.
    pub(crate) fn new(
        count: &[u32],
        real: usize,
        least: u32,
        direction: Option<Direction>,
    ) -> Self {
        let all: u64 = count[1..=real].iter().map(|it| u64::from(*it)).sum();
        let (mut left, mut cuts) = (0, 0..0);
        for (cut, count) in count.iter().enumerate().take(real).skip(1) {
            left += u64::from(*count);
            if left >= u64::from(least) && all - left >= u64::from(least) {
                cuts = if cuts.is_empty() { cut..cut + 1 } else { cuts.start..cut + 1 };
            }
        }
        Self { cuts, real, direction, machine: Machine::new() }
    }

    /// Looks at all cuts. `events` is the weight of target 1 per bin, `least` the least H on a side.
    /// Exact ties are broken evenly: bins without rows in this bag make runs of them.
    pub(crate) fn run(&self, hist: &Hist, events: &[f64], least: f64, rng: &mut Rng) -> Found {
        self.machine.run(Look { scan: self, hist, events, least, rng })
    }
}

struct Look<'a> {
    scan: &'a Scan,
    hist: &'a Hist,
    events: &'a [f64],
    least: f64,
    rng: &'a mut Rng,
}

impl NullaryFnOnce for Look<'_> {
    type Output = Found;

    /// With D = GL H - G HL, GL^2 / HL + GR^2 / HR - G^2 / H = D^2 / (H HL HR), and the left leaf
    /// -GL / HL is below the right one where D > 0.
    #[expect(clippy::needless_bitwise_bool, reason = "a loop without branches becomes vectors")]
    #[inline(always)]
    fn call(self) -> Found {
        let Self { scan, hist, events, least, rng } = self;
        let (mut gs, mut hs) = ([0.0; 256], [0.0; 256]);
        let bins = hist[1..=scan.real].iter().zip(&events[1..=scan.real]);
        for (([p, more], events), (g, h)) in bins.zip(gs.iter_mut().zip(&mut hs)) {
            *g = *p - *events;
            *h = *more;
        }
        let padded = scan.real.next_multiple_of(8).min(256);
        prefix(&mut gs[..padded]);
        prefix(&mut hs[..padded]);
        // Sums up to bin b are now at b - 1.
        let total = [gs[scan.real - 1], hs[scan.real - 1]];
        let (rising, falling) = match scan.direction {
            None => (true, true),
            Some(Direction::Rising) => (true, false),
            Some(Direction::Falling) => (false, true),
        };
        let mut worth = [-1.0; 256];
        let places = scan.cuts.start.saturating_sub(1)..scan.cuts.end.saturating_sub(1);
        let sums = gs[places.clone()].iter().zip(&hs[places.clone()]);
        for ((gl, hl), worth) in sums.zip(&mut worth[places.clone()]) {
            let hr = total[1] - *hl;
            let d = *gl * total[1] - total[0] * *hl;
            let legal =
                (*hl >= least) & (hr >= least) & ((d >= 0.0) & rising | (d <= 0.0) & falling);
            let gain = d * d / (*hl * hr);
            *worth = if legal { gain } else { -1.0 };
        }
        let worth = &worth[..padded];
        let best = largest(worth);
        let ties = if best > 0.0 { worth.iter().map(|it| u64::from(*it == best)).sum() } else { 0 };
        let nth = if ties > 1 { rng.below(ties as usize) } else { 0 };
        let place = (0..worth.len()).filter(|it| ties > 0 && worth[*it] == best).nth(nth);
        Found { total, cut: place.map(|it| (it + 1, [gs[it], hs[it]])) }
    }
}

/// Replaces numbers by their sums so far; a whole number of eights. Within eight, three rounds of
/// additions to a shifted copy: an addition alone would wait for the one before it.
#[inline(always)]
fn prefix(numbers: &mut [f64]) {
    let mut before = 0.0;
    for x in numbers.as_chunks_mut::<8>().0 {
        let [a, b, c, d, e, f, g, h] = *x;
        let [a, b, c, d, e, f, g, h] = [a, b + a, c + b, d + c, e + d, f + e, g + f, h + g];
        let [a, b, c, d, e, f, g, h] = [a, b, c + a, d + b, e + c, f + d, g + e, h + f];
        let sums = [a, b, c, d, e + a, f + b, g + c, h + d];
        *x = sums.map(|it| it + before);
        before += sums[7];
    }
}

/// The largest of a whole number of eights.
#[inline(always)]
fn largest(numbers: &[f64]) -> f64 {
    let mut lanes = [f64::NEG_INFINITY; 8];
    for eight in numbers.as_chunks::<8>().0 {
        lanes = std::array::from_fn(|i| if eight[i] > lanes[i] { eight[i] } else { lanes[i] });
    }
    lanes.iter().fold(f64::NEG_INFINITY, |best, it| if *it > best { *it } else { best })
}
