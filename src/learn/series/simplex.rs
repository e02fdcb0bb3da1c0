//! The simplex search of Nelder and Mead 1965 inside a box, with the coefficients of Gao and Han 2012
//! that adapt to the number of parameters.
//!
//! Never here: randomness, derivatives, more than a handful of parameters.

/// Rounds after which a search ends wherever it is.
const ROUNDS: usize = 1000;

/// A search ends when the costs of the corners have a smaller standard deviation.
const ENOUGH: f64 = 1e-4;

/// A point of the box `low` to `high` with a small `cost`, searched from `start`.
///
/// The first simplex moves every parameter by 5% (a zero by 1e-4). A cost that is NaN counts as
/// infinite. Settings follow statsforecast, so that flat costs stop in the same place.
pub(crate) fn minimise<const N: usize>(
    start: [f64; N],
    low: [f64; N],
    high: [f64; N],
    cost: impl Fn(&[f64; N]) -> f64,
) -> [f64; N] {
    let inside = |point: [f64; N]| -> [f64; N] {
        std::array::from_fn(|k| point[k].max(low[k]).min(high[k]))
    };
    let cost = |point: &[f64; N]| {
        let it = cost(point);
        if it.is_nan() { f64::INFINITY } else { it }
    };
    let n = N as f64;
    let (expand, contract, shrink) = (1.0 + 2.0 / n, 0.75 - 0.5 / n, 1.0 - 1.0 / n);
    let start = inside(start);
    let mut corners: Vec<([f64; N], f64)> = (0..=N)
        .map(|corner| {
            let mut point = start;
            if let Some(it) = corner.checked_sub(1).map(|k| &mut point[k]) {
                *it = if *it == 0.0 { 1e-4 } else { *it * 1.05 };
            }
            let point = inside(point);
            (point, cost(&point))
        })
        .collect();
    for _ in 0..ROUNDS {
        corners.sort_by(|a, b| a.1.total_cmp(&b.1));
        if deviation(&corners) < ENOUGH {
            break;
        }
        let (worst, worst_cost) = corners[N];
        let middle: [f64; N] =
            std::array::from_fn(|k| corners[..N].iter().map(|it| it.0[k]).sum::<f64>() / n);
        let away = |from: &[f64; N], by: f64| -> ([f64; N], f64) {
            let point = inside(std::array::from_fn(|k| middle[k] + by * (from[k] - middle[k])));
            (point, cost(&point))
        };
        let reflected = away(&worst, -1.0);
        let next = if reflected.1 < corners[0].1 {
            let expanded = away(&reflected.0, expand);
            Some(if expanded.1 < reflected.1 { expanded } else { reflected })
        } else if reflected.1 < corners[N - 1].1 {
            Some(reflected)
        } else if reflected.1 < worst_cost {
            Some(away(&reflected.0, contract)).filter(|it| it.1 <= reflected.1)
        } else {
            Some(away(&reflected.0, -contract)).filter(|it| it.1 < worst_cost)
        };
        if let Some(next) = next {
            corners[N] = next;
            continue;
        }
        let best = corners[0].0;
        for corner in &mut corners[1..] {
            let point = std::array::from_fn(|k| best[k] + shrink * (corner.0[k] - best[k]));
            *corner = (inside(point), cost(&inside(point)));
        }
    }
    corners.sort_by(|a, b| a.1.total_cmp(&b.1));
    corners[0].0
}

/// Standard deviation of the costs; infinite costs never count as settled.
fn deviation<const N: usize>(corners: &[([f64; N], f64)]) -> f64 {
    let n = corners.len() as f64;
    let mean = corners.iter().map(|it| it.1).sum::<f64>() / n;
    let square = corners.iter().map(|it| (it.1 - mean) * (it.1 - mean)).sum::<f64>() / n;
    if square.is_finite() { square.sqrt() } else { f64::INFINITY }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bowl_is_found_inside_its_box() {
        let bowl = |p: &[f64; 2]| 1e3 * ((p[0] - 3.0).powi(2) + (p[1] + 1.0).powi(2));
        let found = minimise([1.0, 1.0], [-9.0; 2], [9.0; 2], bowl);
        assert!((found[0] - 3.0).abs() < 1e-2 && (found[1] + 1.0).abs() < 1e-2, "{found:?}");
        let held = minimise([1.0, 1.0], [-9.0, 0.0], [9.0, 9.0], bowl);
        assert!((held[0] - 3.0).abs() < 1e-2 && held[1] < 1e-2, "{held:?}");
        let end = minimise([1.0, 1.0], [-9.0; 2], [9.0; 2], |_| f64::NAN);
        assert!(end.iter().all(|it| it.is_finite()));
    }
}
