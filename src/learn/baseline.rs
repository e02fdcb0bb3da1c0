//! What every model must beat: the base rate, and ridge logistic regression.
//!
//! Never tuned per feature, never binned: the point is an honest, plain yardstick.

use crate::design::Design;
use crate::error::{Error, Result};
use crate::frame::{Column, Frame};
use crate::math;
use smartcore::linalg::basic::arrays::Array;
use smartcore::linalg::basic::matrix::DenseMatrix;
use smartcore::linear::logistic_regression::{LogisticRegression, LogisticRegressionParameters};

/// Cells of the inputs up to which smartcore looks for a start: on larger ones Newton's method from
/// 0 is there long before.
const START_CELLS_MAX: usize = 100_000;

/// Predicts the same probability for every row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BaseRate {
    /// Weighted share of target 1 in the training rows, in (0, 1).
    pub probability: f64,
}

impl BaseRate {
    /// From the targets alone. [`Error::OneClass`] if all are equal.
    pub fn fit(frame: &Frame) -> Result<Self> {
        frame.check_two_classes()?;
        Ok(Self { probability: frame.base_rate() })
    }

    /// The probability, once per row.
    pub fn probabilities(&self, rows: usize) -> Vec<f64> {
        vec![self.probability; rows]
    }
}

/// Ridge logistic regression on standardised inputs.
///
/// Missing numbers are filled with the mean and flagged by an indicator (only for columns with
/// missing values in training); categories become indicators, the most frequent one left out and at
/// most 40 of a column kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Logistic {
    design: Design,
    coefficients: Vec<f64>,
    sd: Vec<f64>,
    /// Log-odds at the mean of all inputs.
    pub intercept: f64,
    /// Columns without any variation, which have no coefficient.
    pub constant: Vec<String>,
}

/// What one input adds to the log-odds of a row, or how much it moves scores on the whole.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// Name of the input, as in [`Coefficient::name`].
    pub name: String,
    /// Coefficient times standardised value, log-odds; on the whole, the mean absolute of that.
    pub score: f64,
    /// Standard error, rows taken as independent.
    pub sd: f64,
}

/// A coefficient to show.
#[derive(Clone, Debug, PartialEq)]
pub struct Coefficient {
    /// Column, with "missing" or the label for an indicator: `pay`, `pay missing`, `zone = north`.
    pub name: String,
    /// Change in log-odds per standard deviation of the input.
    pub per_sd: f64,
    /// Standard error of `per_sd` under the ridge, rows taken as independent.
    pub sd: f64,
    /// Change in log-odds per unit of the input.
    pub per_unit: f64,
}

impl Logistic {
    /// Minimises the weighted log loss (a sum, in nats) plus `alpha` / 2 x the squared coefficients.
    ///
    /// `alpha` is above 0; 1 is scikit-learn's default. smartcore's L-BFGS finds the neighbourhood;
    /// Newton's method finishes it, because smartcore knows no weights and stops loosely. Errors:
    /// [`Error::OneClass`], [`Error::AllConstant`], [`Error::Option`], [`Error::NotConverged`].
    /// A single constant column is no error: see [`Logistic::constant`].
    pub fn fit(frame: &Frame, alpha: f64) -> Result<Self> {
        if !(alpha > 0.0 && alpha.is_finite()) {
            return Err(Error::Option { name: "alpha", must: "above 0 and finite" });
        }
        frame.check_two_classes()?;
        let design = Design::fit(frame)?;
        let weight: Vec<f64> = (0..frame.rows()).map(|row| frame.weight_of(row)).collect();
        let x = design.matrix(frame.columns(), frame.rows());
        let start = if x.len() <= START_CELLS_MAX {
            start(&x, design.len(), frame.target(), alpha)?
        } else {
            vec![0.0; design.len() + 1]
        };
        let (mut theta, mut sd) = newton(&x, frame.target(), &weight, alpha, start)?;
        let intercept = theta.pop().unwrap_or(0.0);
        sd.pop();
        let constant = design.constant.clone();
        Ok(Self { design, coefficients: theta, sd, intercept, constant })
    }

    /// Log-odds of all rows of columns that match the training columns by name, order and kind.
    /// Categories never seen count as the reference category.
    pub fn log_odds(&self, columns: &[Column]) -> Result<Vec<f64>> {
        let mut sums = vec![self.intercept; self.design.check(columns)?];
        for (input, coefficient) in self.coefficients.iter().enumerate() {
            for (sum, x) in sums.iter_mut().zip(self.design.values(input, columns)) {
                *sum += coefficient * x;
            }
        }
        Ok(sums)
    }

    /// Probabilities of all rows; see [`Logistic::log_odds`].
    pub fn probabilities(&self, columns: &[Column]) -> Result<Vec<f64>> {
        Ok(self.log_odds(columns)?.into_iter().map(math::sigmoid).collect())
    }

    /// The mean absolute part of every input over the rows of columns that match, in column order.
    /// Of a single row without the signs; see [`Logistic::parts`] for those.
    pub fn importances(&self, columns: &[Column]) -> Result<Vec<Part>> {
        self.over(columns, f64::abs)
    }

    /// The mean part of every input over the rows of columns that match; given one row, what each
    /// input adds to its log-odds, so that intercept plus parts is its log-odds.
    pub fn parts(&self, columns: &[Column]) -> Result<Vec<Part>> {
        self.over(columns, |it| it)
    }

    fn over(&self, columns: &[Column], of: fn(f64) -> f64) -> Result<Vec<Part>> {
        let rows = self.design.check(columns)?.max(1) as f64;
        let part = |(input, (coefficient, sd)): (usize, (&f64, &f64))| {
            let values = self.design.values(input, columns);
            let score = values.iter().map(|x| of(coefficient * x)).sum::<f64>() / rows;
            let spread = values.iter().map(|x| x.abs()).sum::<f64>() / rows;
            Part { name: self.design.name(input), score, sd: sd * spread }
        };
        Ok(self.coefficients.iter().zip(&self.sd).enumerate().map(part).collect())
    }

    /// The coefficients in column order.
    pub fn coefficients(&self) -> Vec<Coefficient> {
        let of = |(input, (per_sd, sd)): (usize, (&f64, &f64))| {
            let (name, scale) = (self.design.name(input), self.design.scale(input));
            Coefficient { name, per_sd: *per_sd, sd: *sd, per_unit: per_sd / scale }
        };
        self.coefficients.iter().zip(&self.sd).enumerate().map(of).collect()
    }
}

/// smartcore's solution, weights left out: coefficients, then the intercept.
fn start(x: &[f64], inputs: usize, target: &[f64], alpha: f64) -> Result<Vec<f64>> {
    let failed = |_| Error::NotConverged { what: "logistic regression" };
    let y: Vec<u32> = target.iter().map(|it| u32::from(*it > 0.5)).collect();
    let matrix = DenseMatrix::new(target.len(), inputs, x.to_vec(), false).map_err(failed)?;
    let options = LogisticRegressionParameters::default().with_alpha(alpha);
    let found = LogisticRegression::fit(&matrix, &y, options).map_err(failed)?;
    let coefficients = (0..inputs).map(|i| *found.coefficients().get((0, i)));
    let theta: Vec<f64> = coefficients.chain([*found.intercept().get((0, 0))]).collect();
    let is_finite = theta.iter().all(|it| it.is_finite());
    Ok(if is_finite { theta } else { vec![0.0; inputs + 1] })
}

/// Newton's method with halved steps; the intercept is last and not penalised. Returns the minimum
/// and standard errors.
fn newton(
    x: &[f64],
    target: &[f64],
    weight: &[f64],
    alpha: f64,
    mut theta: Vec<f64>,
) -> Result<(Vec<f64>, Vec<f64>)> {
    let failed = Error::NotConverged { what: "logistic regression" };
    let mut now = objective(x, target, weight, alpha, &theta);
    for _ in 0..100 {
        let (gradient, hessian) = derivatives(x, target, weight, alpha, &theta);
        let (step, inverse) = math::solve_positive(&hessian, &gradient).ok_or(failed.clone())?;
        let mut part = 1.0;
        let moved = |part: f64| -> Vec<f64> {
            theta.iter().zip(&step).map(|(it, step)| it - part * step).collect()
        };
        let mut next = moved(part);
        let mut value = objective(x, target, weight, alpha, &next);
        while value > now + 1e-12 * now.abs() && part > 1e-6 {
            part /= 2.0;
            next = moved(part);
            value = objective(x, target, weight, alpha, &next);
        }
        (theta, now) = (next, value);
        if step.iter().all(|it| it.abs() < 1e-9) {
            return Ok((theta, inverse.into_iter().map(libm::sqrt).collect()));
        }
    }
    Err(failed)
}

fn score(row: &[f64], theta: &[f64]) -> f64 {
    row.iter().zip(theta).map(|(x, it)| x * it).sum::<f64>() + theta[row.len()]
}

fn objective(x: &[f64], target: &[f64], weight: &[f64], alpha: f64, theta: &[f64]) -> f64 {
    let inputs = theta.len() - 1;
    let ridge: f64 = theta[..inputs].iter().map(|it| it * it).sum();
    let rows = x.chunks_exact(inputs).zip(target).zip(weight);
    let loss = |((row, y), w): ((&[f64], &f64), &f64)| w * math::log_loss_of(*y, score(row, theta));
    rows.map(loss).sum::<f64>() + alpha / 2.0 * ridge
}

fn derivatives(
    x: &[f64],
    target: &[f64],
    weight: &[f64],
    alpha: f64,
    theta: &[f64],
) -> (Vec<f64>, Vec<f64>) {
    let (n, inputs) = (theta.len(), theta.len() - 1);
    let (mut gradient, mut hessian) = (vec![0.0; n], vec![0.0; n * n]);
    for ((row, y), w) in x.chunks_exact(inputs).zip(target).zip(weight) {
        let p = math::sigmoid(score(row, theta));
        let (g, h) = (w * (p - y), w * p * (1.0 - p));
        for i in 0..n {
            let xi = row.get(i).copied().unwrap_or(1.0);
            gradient[i] += g * xi;
            let line = &mut hessian[i * n..=i * n + i];
            for (cell, xj) in line.iter_mut().zip(row.iter().chain(&[1.0])) {
                *cell += h * xi * xj;
            }
        }
    }
    for i in 0..inputs {
        gradient[i] += alpha * theta[i];
        hessian[i * n + i] += alpha;
    }
    // Cholesky reads the lower triangle only.
    (gradient, hessian)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    fn frame(rows: usize, weight: Option<Vec<f64>>) -> Frame {
        let mut rng = Rng::new(4);
        let (mut x, mut zone, mut target) = (Vec::new(), Vec::new(), Vec::new());
        for row in 0..rows {
            let value = rng.normal();
            let north = row % 3 == 0;
            let z = -1.0 + 0.8 * value + if north { 1.0 } else { 0.0 };
            x.push(if row % 10 == 0 { f64::NAN } else { 5.0 + 2.0 * value });
            zone.push(Some(if north { "north" } else { "south" }));
            target.push(f64::from(u8::from(rng.unit() < math::sigmoid(z))));
        }
        let columns = vec![
            Column::continuous("x", x),
            Column::nominal("zone", &zone),
            Column::continuous("flat", vec![3.0; rows]),
        ];
        Frame::new(columns, target, weight, (0..rows as u32).collect(), vec![0; rows]).unwrap()
    }

    #[test]
    fn known_coefficients_are_found() {
        let frame = frame(20_000, None);
        let model = Logistic::fit(&frame, 1.0).unwrap();
        let found = model.coefficients();
        let names: Vec<&str> = found.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names, ["x", "x missing", "zone = north"]);
        assert!((found[0].per_unit - 0.4).abs() < 0.04, "{found:?}");
        assert!((found[2].per_unit - 1.0).abs() < 0.12, "{found:?}");
        assert!(found.iter().all(|it| it.sd > 0.0 && it.sd < 0.05));
        assert_eq!(model.constant, ["flat"]);
        let mean: f64 =
            model.probabilities(frame.columns()).unwrap().iter().sum::<f64>() / 20_000.0;
        assert!((mean - frame.base_rate()).abs() < 1e-9, "an unpenalised intercept meets the rate");
    }

    #[test]
    fn parts_add_up_and_rare_categories_are_the_reference() {
        let mut rng = Rng::new(9);
        let label =
            |i: usize| Some(if i.is_multiple_of(2) { "x".to_owned() } else { i.to_string() });
        let ids: Vec<_> = (0..400).map(label).collect();
        let x: Vec<f64> = (0..400).map(|_| rng.normal()).collect();
        let target = x.iter().map(|x| f64::from(u8::from(rng.normal() < *x))).collect();
        let columns = vec![Column::continuous("x", x), Column::nominal("id", &ids)];
        let frame = Frame::new(columns, target, None, vec![0; 400], vec![0; 400]).unwrap();
        let model = Logistic::fit(&frame, 1.0).unwrap();
        assert_eq!(model.coefficients().len(), 1 + crate::design::LABELS_MAX);
        let row = frame.take(&[7]).unwrap();
        let parts = model.parts(row.columns()).unwrap();
        let sum = model.intercept + parts.iter().map(|it| it.score).sum::<f64>();
        assert!((sum - model.log_odds(row.columns()).unwrap()[0]).abs() < 1e-12);
        let whole = model.importances(frame.columns()).unwrap();
        assert!(whole.iter().all(|it| it.score >= 0.0 && it.sd > 0.0));
        assert!(whole[0].score > 5.0 * whole[1].score, "{:?}", &whole[..2]);
    }

    #[test]
    fn weights_count_as_repeated_rows() {
        let plain = frame(300, None);
        let rows: Vec<usize> = (0..300).chain(0..150).collect();
        let weight = (0..300).map(|i| if i < 150 { 2.0 } else { 1.0 }).collect();
        let twice = Logistic::fit(&plain.take(&rows).unwrap(), 1.0).unwrap();
        let heavy = Logistic::fit(&frame(300, Some(weight)), 1.0).unwrap();
        let pairs = twice.coefficients().into_iter().zip(heavy.coefficients());
        assert!(pairs.into_iter().all(|(a, b)| (a.per_unit - b.per_unit).abs() < 1e-8));
    }

    #[test]
    fn bad_input_is_refused() {
        let frame = frame(300, None);
        assert!(matches!(Logistic::fit(&frame, 0.0), Err(Error::Option { .. })));
        let model = Logistic::fit(&frame, 1.0).unwrap();
        assert!(model.log_odds(&frame.columns()[..2]).is_err());
        let build = |x: Vec<f64>, y: Vec<f64>| {
            let columns = vec![Column::continuous("x", x)];
            let rows = y.len();
            Frame::new(columns, y, None, vec![0; rows], vec![0; rows]).unwrap()
        };
        let constant = build(vec![1.0, 1.0], vec![0.0, 1.0]);
        assert_eq!(Logistic::fit(&constant, 1.0), Err(Error::AllConstant));
        assert_eq!(Logistic::fit(&build(vec![1.0, 2.0], vec![1.0; 2]), 1.0), Err(Error::OneClass));
        assert_eq!(BaseRate::fit(&build(vec![1.0], vec![1.0])), Err(Error::OneClass));
        let separated = build(vec![1.0, 2.0, 3.0, 4.0], vec![0.0, 0.0, 1.0, 1.0]);
        assert!(Logistic::fit(&separated, 1.0).is_ok(), "the ridge keeps separated data finite");
    }

    #[test]
    fn more_columns_than_rows_are_no_obstacle() {
        let mut rng = Rng::new(2);
        let columns = (0..30)
            .map(|i| Column::continuous(i.to_string(), (0..8).map(|_| rng.normal()).collect()));
        let target = (0..8).map(|i| f64::from(i % 2)).collect();
        let frame =
            Frame::new(columns.collect(), target, None, (0..8).collect(), vec![0; 8]).unwrap();
        let p = Logistic::fit(&frame, 1.0).unwrap().probabilities(frame.columns()).unwrap();
        assert!(p.iter().all(|it| it.is_finite()));
    }
}
