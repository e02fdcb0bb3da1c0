//! Exact minimum of a quadratic form plus an absolute-value penalty on its last variables.
//!
//! The variables without a penalty are eliminated by a Cholesky factor; what remains is solved by
//! feature-sign search (Lee, Battle, Raina and Ng 2006): guess the signs, solve, correct the signs.
//! Coordinate descent needs hundreds of passes here, because neighbouring changepoints are nearly
//! collinear. Never here: what the variables mean.

/// `z'Hz/2 - b'z + penalty * sum |z_j|`, the sum over the variables from `free` on.
#[derive(Debug)]
pub(super) struct Quadratic {
    /// Symmetric and positive semidefinite, row by row.
    pub(super) form: Vec<f64>,
    /// One entry a variable.
    pub(super) linear: Vec<f64>,
    /// How many leading variables carry no penalty.
    pub(super) free: usize,
    /// Weight of the absolute values, from 0.
    pub(super) penalty: f64,
}

/// Diagonal added in turn, relative to the diagonal, until the factor exists: with as many columns
/// as rows the form is singular to rounding.
const JITTERS: [f64; 5] = [0.0, 1e-13, 1e-11, 1e-9, 1e-6];

impl Quadratic {
    /// The minimum, searched from `start`; none when the form is no number or far from positive.
    pub(super) fn minimise(&self, start: &[f64]) -> Option<Vec<f64>> {
        let (size, free) = (self.linear.len(), self.free);
        let factor = JITTERS.iter().find_map(|jitter| self.eliminate(*jitter))?;
        let rest = size - free;
        let lead = substitute(&factor, size, free, &self.linear);
        // The Schur complement: what the penalised variables see once the others follow them.
        let mut small =
            Lasso { form: vec![0.0; rest * rest], linear: vec![0.0; rest], penalty: self.penalty };
        for i in 0..rest {
            let row = &factor[(free + i) * size..][..free];
            small.linear[i] = self.linear[free + i] - dot(row, &lead);
            for j in 0..=i {
                let other = &factor[(free + j) * size..][..free];
                let value = self.form[(free + i) * size + free + j] - dot(row, other);
                small.form[i * rest + j] = value;
                small.form[j * rest + i] = value;
            }
        }
        let tail = small.minimise(&start[free..]);
        let mut found = lead;
        for (i, value) in tail.iter().enumerate().filter(|(_, value)| **value != 0.0) {
            let row = &factor[(free + i) * size..][..free];
            found.iter_mut().zip(row).for_each(|(it, l)| *it -= l * value);
        }
        back_substitute(&factor, size, free, &mut found);
        found.extend(tail);
        found.iter().all(|it| it.is_finite()).then_some(found)
    }

    /// The first `free` columns of the Cholesky factor, all rows; none when a pivot is not positive.
    fn eliminate(&self, jitter: f64) -> Option<Vec<f64>> {
        let size = self.linear.len();
        let mut l = vec![0.0; size * size];
        for i in 0..size {
            for j in 0..=i.min(self.free.wrapping_sub(1)) {
                if j >= self.free {
                    break;
                }
                let (head, row) = l.split_at(i * size);
                let done = if i == j { &row[..j] } else { &head[j * size..][..j] };
                let value = self.form[i * size + j] - dot(&row[..j], done);
                l[i * size + j] = if i == j {
                    let diagonal = self.form[i * size + i];
                    let pivot = value + jitter * diagonal;
                    // A pivot below the rounding of its diagonal is noise.
                    if pivot.is_nan() || pivot <= 1e-15 * diagonal {
                        return None;
                    }
                    pivot.sqrt()
                } else {
                    value / l[j * size + j]
                };
            }
        }
        Some(l)
    }
}

/// The same with every variable penalised.
struct Lasso {
    form: Vec<f64>,
    linear: Vec<f64>,
    penalty: f64,
}

/// A point and the signs it claims; a variable of sign 0 is 0.
#[derive(Clone)]
struct Signed {
    at: Vec<f64>,
    sign: Vec<f64>,
}

impl Lasso {
    fn minimise(&self, start: &[f64]) -> Vec<f64> {
        let size = self.linear.len();
        let sign = start.iter().map(|it| if *it == 0.0 { 0.0 } else { it.signum() }).collect();
        let mut best = Signed { at: start.to_vec(), sign };
        let mut cost = self.cost(&best.at);
        let mut refused = vec![false; size];
        // Every round but a refused one lowers the cost, so no set of signs comes twice.
        for round in 0..40 * (size + 1) {
            let mut next = best.clone();
            let mut entered = None;
            if round > 0 {
                let Some((j, sign)) = self.violator(&best, &refused) else { break };
                next.sign[j] = sign;
                entered = Some(j);
            }
            self.settle(&mut next);
            let value = self.cost(&next.at);
            if value < cost || round == 0 && value <= cost {
                (best, cost) = (next, value);
                refused.fill(false);
            } else if let Some(j) = entered {
                refused[j] = true;
            }
        }
        best.at
    }

    /// Solves for the claimed signs; where a sign fails, moves to the best crossing and drops what
    /// became 0.
    fn settle(&self, point: &mut Signed) {
        for _ in 0..4 * (self.linear.len() + 1) {
            let active: Vec<usize> =
                (0..point.sign.len()).filter(|j| point.sign[*j] != 0.0).collect();
            let Some(aim) = self.solve(&active, &point.sign) else { return };
            let mut crossings = vec![1.0];
            let mut agrees = true;
            for &j in &active {
                if aim[j] * point.sign[j] < 0.0 {
                    agrees = false;
                    crossings.push(point.at[j] / (point.at[j] - aim[j]));
                }
            }
            if agrees {
                point.at = aim;
                return;
            }
            let moved = |by: f64| -> Vec<f64> {
                let along = point.at.iter().zip(&aim).map(|(a, b)| a + by * (b - a));
                along.map(|it| if it.abs() < 1e-14 { 0.0 } else { it }).collect()
            };
            let paths = crossings.iter().map(|by| moved(*by));
            let scored = paths.map(|at| (self.cost(&at), at));
            let Some((_, at)) = scored.min_by(|a, b| a.0.total_cmp(&b.0)) else { return };
            point.at = at;
            for j in active {
                point.sign[j] = if point.at[j] == 0.0 { 0.0 } else { point.at[j].signum() };
            }
        }
    }

    /// The variable at 0 whose slope exceeds the penalty most, with the sign it should take.
    fn violator(&self, point: &Signed, refused: &[bool]) -> Option<(usize, f64)> {
        let size = self.linear.len();
        let mut worst = None;
        let mut most = 1.0 + 1e-9;
        for j in (0..size).filter(|j| point.sign[*j] == 0.0 && !refused[*j]) {
            let row = &self.form[j * size..][..size];
            let slope = dot(row, &point.at) - self.linear[j];
            let rounding = 1e-14 * (self.linear[j].abs() + slope.abs());
            let excess = (slope.abs() - rounding) / self.penalty.max(f64::MIN_POSITIVE);
            if excess > most && row[j] > 0.0 {
                most = excess;
                worst = Some((j, -slope.signum()));
            }
        }
        worst
    }

    fn cost(&self, at: &[f64]) -> f64 {
        let size = at.len();
        let mut sum = 0.0;
        for i in (0..size).filter(|i| at[*i] != 0.0) {
            let row = dot(&self.form[i * size..][..size], at);
            sum += at[i] * (0.5 * row - self.linear[i]) + self.penalty * at[i].abs();
        }
        sum
    }

    /// The stationary point of the claimed signs over `active`, 0 elsewhere.
    fn solve(&self, active: &[usize], sign: &[f64]) -> Option<Vec<f64>> {
        let (all, size) = (self.linear.len(), active.len());
        let form = active.iter().flat_map(|i| active.iter().map(move |j| self.form[i * all + j]));
        let linear = active.iter().map(|j| self.linear[*j] - self.penalty * sign[*j]);
        let inner =
            Quadratic { form: form.collect(), linear: linear.collect(), free: size, penalty: 0.0 };
        let factor = JITTERS.iter().find_map(|jitter| inner.eliminate(*jitter))?;
        let mut found = substitute(&factor, size, size, &inner.linear);
        back_substitute(&factor, size, size, &mut found);
        let mut spread = vec![0.0; all];
        active.iter().zip(found).for_each(|(j, value)| spread[*j] = value);
        Some(spread)
    }
}

/// `L x = b` for the leading `free` rows of a lower factor.
fn substitute(l: &[f64], size: usize, free: usize, b: &[f64]) -> Vec<f64> {
    let mut x: Vec<f64> = Vec::with_capacity(free);
    for i in 0..free {
        let value = (b[i] - dot(&l[i * size..][..i], &x)) / l[i * size + i];
        x.push(value);
    }
    x
}

/// `L' x = x` for the leading `free` rows of a lower factor, in place.
fn back_substitute(l: &[f64], size: usize, free: usize, x: &mut [f64]) {
    for i in (0..free).rev() {
        let value = x[i] / l[i * size + i];
        x[i] = value;
        let row = &l[i * size..][..i];
        x[..i].iter_mut().zip(row).for_each(|(it, l)| *it -= l * value);
    }
}

/// Inner product in four lanes, always added in the same order.
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut lanes = [0.0; 4];
    let (whole, other) = (a.chunks_exact(4), b.chunks_exact(4));
    let rest: f64 = whole.remainder().iter().zip(other.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in whole.zip(other) {
        for lane in 0..4 {
            lanes[lane] += a[lane] * b[lane];
        }
    }
    (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]) + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    /// A random positive form of `size` variables from `rows` rows.
    fn random(size: usize, rows: usize, free: usize, penalty: f64, seed: u64) -> Quadratic {
        let mut rng = Rng::new(seed);
        let x: Vec<f64> = (0..size * rows).map(|_| rng.normal()).collect();
        let y: Vec<f64> = (0..rows).map(|_| rng.normal()).collect();
        let column = |j: usize| &x[j * rows..][..rows];
        let form = (0..size * size).map(|at| dot(column(at / size), column(at % size)));
        let linear = (0..size).map(|j| dot(column(j), &y));
        Quadratic { form: form.collect(), linear: linear.collect(), free, penalty }
    }

    /// How far a point is from satisfying the conditions of the minimum.
    fn violation(of: &Quadratic, at: &[f64]) -> f64 {
        let size = at.len();
        let slope = |j: usize| dot(&of.form[j * size..][..size], at) - of.linear[j];
        let miss = |j: usize| match (j < of.free, at[j] == 0.0) {
            (true, _) => slope(j).abs(),
            (false, true) => (slope(j).abs() - of.penalty).max(0.0),
            (false, false) => (slope(j) + of.penalty * at[j].signum()).abs(),
        };
        (0..size).map(miss).fold(0.0, f64::max)
    }

    #[test]
    fn the_minimum_satisfies_its_conditions() {
        for seed in 0..60 {
            let (size, free) = (3 + seed as usize % 20, seed as usize % 4);
            let of = random(size, 40, free.min(size), 0.3 * (seed % 9) as f64, seed);
            let mut rng = Rng::new(seed + 1000);
            let start: Vec<f64> = (0..size).map(|_| rng.normal()).collect();
            let cold = of.minimise(&vec![0.0; size]).expect("positive form");
            let warm = of.minimise(&start).expect("positive form");
            assert!(violation(&of, &cold) < 1e-10, "seed {seed}: {}", violation(&of, &cold));
            assert!(violation(&of, &warm) < 1e-10, "seed {seed}: {}", violation(&of, &warm));
        }
    }

    #[test]
    fn a_singular_form_still_has_an_answer() {
        for seed in 0..20 {
            let of = random(12, 5, 4, 0.1, seed);
            let at = of.minimise(&[0.0; 12]).expect("regularised");
            assert!(violation(&of, &at) < 1e-4, "{}", violation(&of, &at));
        }
    }

    #[test]
    fn a_heavy_penalty_leaves_nothing() {
        let of = random(10, 30, 2, 1e6, 4);
        let at = of.minimise(&[1.0; 10]).expect("positive form");
        assert!(at[2..].iter().all(|it| *it == 0.0) && at[0] != 0.0);
    }
}
