//! Functions of one number that give the same bits on every machine.
//!
//! Never calls the platform's mathematics library: exp, ln and friends come from `libm`.

/// e to the power of `x`.
pub fn exp(x: f64) -> f64 {
    libm::exp(x)
}

/// Natural logarithm.
pub fn ln(x: f64) -> f64 {
    libm::log(x)
}

/// Probability of a log-odds.
pub fn sigmoid(log_odds: f64) -> f64 {
    if log_odds < 0.0 {
        let e = libm::exp(log_odds);
        e / (1.0 + e)
    } else {
        1.0 / (1.0 + libm::exp(-log_odds))
    }
}

/// Log-odds of a probability in (0, 1).
pub fn logit(probability: f64) -> f64 {
    libm::log(probability) - libm::log1p(-probability)
}

/// Log loss in nats of a target (0 or 1) under a log-odds; never overflows.
pub fn log_loss_of(target: f64, log_odds: f64) -> f64 {
    let margin = if target > 0.5 { log_odds } else { -log_odds };
    if margin > 0.0 {
        libm::log1p(libm::exp(-margin))
    } else {
        libm::log1p(libm::exp(margin)) - margin
    }
}

/// Distribution function of the standard normal.
pub fn normal_cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x * std::f64::consts::FRAC_1_SQRT_2)
}

/// Quantile of the standard normal for `p` in (0, 1), clamped to 1e-12 from either end.
///
/// Newton's method from 0: the distribution function is concave above 0, so it never overshoots.
pub fn normal_quantile(p: f64) -> f64 {
    let upper = p.max(1.0 - p).min(1.0 - 1e-12);
    let mut x = 0.0;
    for _ in 0..200 {
        let density = exp(-0.5 * x * x) / libm::sqrt(std::f64::consts::TAU);
        let step = (upper - normal_cdf(x)) / density;
        x += step;
        if step.abs() < 1e-14 {
            break;
        }
    }
    if p < 0.5 { -x } else { x }
}

/// Quantile of Student's t with `df` degrees of freedom.
///
/// Expansion in 1/df around the normal quantile (Abramowitz and Stegun 26.7.5, four terms): within
/// 0.5 % for `df >= 3` at the 95 % point, closer above; `df` below 1 counts as 1.
pub fn t_quantile(p: f64, df: f64) -> f64 {
    let (z, v) = (normal_quantile(p), 1.0 / df.max(1.0));
    let q = z * z;
    // Plain products: `powi` may round differently from machine to machine.
    let first = (q + 1.0) / 4.0;
    let second = ((5.0 * q + 16.0) * q + 3.0) / 96.0;
    let third = (((3.0 * q + 19.0) * q + 17.0) * q - 15.0) / 384.0;
    let fourth = ((((79.0 * q + 776.0) * q + 1482.0) * q - 1920.0) * q - 945.0) / 92_160.0;
    z + z * v * (first + v * (second + v * (third + v * fourth)))
}

/// Upper tail of the chi-square distribution: P(X > `x`) with `df` degrees of freedom.
pub fn chi_square_p(x: f64, df: f64) -> f64 {
    if x.is_nan() || x <= 0.0 {
        return 1.0;
    }
    upper_gamma(df / 2.0, x / 2.0)
}

/// Regularised upper incomplete gamma: series below a + 1, Lentz's continued fraction above
/// (Numerical Recipes, section 6.2).
fn upper_gamma(a: f64, x: f64) -> f64 {
    let front = exp(a * ln(x) - x - libm::lgamma(a));
    if x < a + 1.0 {
        let (mut term, mut sum, mut n) = (1.0 / a, 1.0 / a, a);
        for _ in 0..1000 {
            n += 1.0;
            term *= x / n;
            sum += term;
            if term < sum * 1e-16 {
                break;
            }
        }
        return 1.0 - front * sum;
    }
    let tiny = 1e-300;
    let mut b = x + 1.0 - a;
    let (mut c, mut d) = (1.0 / tiny, 1.0 / b);
    let mut h = d;
    for i in 1..1000 {
        let an = -f64::from(i) * (f64::from(i) - a);
        b += 2.0;
        d = an * d + b;
        d = 1.0 / if d.abs() < tiny { tiny } else { d };
        c = b + an / c;
        if c.abs() < tiny {
            c = tiny;
        }
        h *= d * c;
        if (d * c - 1.0).abs() < 1e-15 {
            break;
        }
    }
    front * h
}

/// Wilson score interval of `hits` out of `trials` at two-sided level given by `z` (1.96 for 95 %).
///
/// Wilson 1927. Gives (0, 1) without trials. `hits` may be a weighted count.
pub fn wilson(hits: f64, trials: f64, z: f64) -> (f64, f64) {
    if trials <= 0.0 || hits.is_nan() {
        return (0.0, 1.0);
    }
    let (p, z2) = (hits / trials, z * z);
    let middle = (p + z2 / (2.0 * trials)) / (1.0 + z2 / trials);
    let half =
        z / (1.0 + z2 / trials) * libm::sqrt(p * (1.0 - p) / trials + z2 / (4.0 * trials * trials));
    ((middle - half).max(0.0), (middle + half).min(1.0))
}

/// Solves A x = b for a symmetric positive definite A (row by row, n x n) by Cholesky.
///
/// Returns x and the diagonal of the inverse of A; `None` if A is not positive definite.
pub(crate) fn solve_positive(a: &[f64], b: &[f64]) -> Option<(Vec<f64>, Vec<f64>)> {
    let n = b.len();
    let mut l = a.to_vec();
    for i in 0..n {
        for j in 0..=i {
            let inner: f64 = (0..j).map(|k| l[i * n + k] * l[j * n + k]).sum();
            let rest = l[i * n + j] - inner;
            if i != j {
                l[i * n + j] = rest / l[j * n + j];
            } else if rest > 1e-12 * a[i * n + i].abs() && rest.is_finite() {
                l[i * n + i] = libm::sqrt(rest);
            } else {
                return None;
            }
        }
    }
    let solve = |right: &[f64]| {
        let mut x = right.to_vec();
        for i in 0..n {
            let inner: f64 = (0..i).map(|k| l[i * n + k] * x[k]).sum();
            x[i] = (x[i] - inner) / l[i * n + i];
        }
        for i in (0..n).rev() {
            let inner: f64 = (i + 1..n).map(|k| l[k * n + i] * x[k]).sum();
            x[i] = (x[i] - inner) / l[i * n + i];
        }
        x
    };
    let unit = |i: usize| (0..n).map(|k| f64::from(u8::from(k == i))).collect::<Vec<_>>();
    let diagonal = (0..n).map(|i| solve(&unit(i))[i]).collect();
    Some((solve(b), diagonal))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn near(have: f64, want: f64, tolerance: f64) {
        assert!((have - want).abs() < tolerance, "have {have}, want {want}");
    }

    #[test]
    fn quantiles_match_the_tables() {
        near(normal_quantile(0.975), 1.959_963_984_540_054, 1e-12);
        near(normal_quantile(0.05), -1.644_853_626_951_473, 1e-12);
        near(t_quantile(0.95, 13.0), 1.770_933, 1e-5);
        near(t_quantile(0.95, 3.0), 2.353_363, 5e-3);
    }

    #[test]
    fn chi_square_matches_the_tables() {
        near(chi_square_p(3.841_458_820_694_124, 1.0), 0.05, 1e-12);
        near(chi_square_p(11.070_497_693_516_351, 5.0), 0.05, 1e-12);
        near(chi_square_p(0.0, 2.0), 1.0, 1e-15);
        near(chi_square_p(2.0, 2.0), exp(-1.0), 1e-12);
    }

    #[test]
    fn wilson_matches_a_hand_case() {
        // 10 of 100: 0.0552 to 0.1744 (Newcombe 1998).
        let (low, high) = wilson(10.0, 100.0, normal_quantile(0.975));
        near(low, 0.0552, 5e-5);
        near(high, 0.1744, 5e-5);
        assert_eq!(wilson(0.0, 0.0, 1.96), (0.0, 1.0));
        assert_eq!(wilson(0.0, 10.0, 1.96).0, 0.0);
    }

    #[test]
    fn losses_and_logits_survive_extremes() {
        near(logit(sigmoid(-3.0)), -3.0, 1e-12);
        near(log_loss_of(1.0, -800.0), 800.0, 1e-9);
        near(log_loss_of(0.0, 0.0), std::f64::consts::LN_2, 1e-15);
    }
}
