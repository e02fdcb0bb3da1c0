//! What every model must beat: the base rate, and ridge logistic regression.
//!
//! Never tuned per feature, never binned: the point is an honest, plain yardstick.

use crate::error::{Error, Result};
use crate::frame::{Column, ColumnKind, Frame, MISSING};
use crate::math;
use smartcore::linalg::basic::arrays::Array;
use smartcore::linalg::basic::matrix::DenseMatrix;
use smartcore::linear::logistic_regression::{LogisticRegression, LogisticRegressionParameters};

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
/// missing values in training); categories become indicators, the most frequent one left out.
#[derive(Clone, Debug, PartialEq)]
pub struct Logistic {
    columns: Vec<String>,
    inputs: Vec<Input>,
    coefficients: Vec<f64>,
    sd: Vec<f64>,
    /// Log-odds at the mean of all inputs.
    pub intercept: f64,
    /// Columns without any variation, which have no coefficient.
    pub constant: Vec<String>,
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

#[derive(Clone, Debug, PartialEq)]
struct Input {
    column: usize,
    what: What,
    mean: f64,
    scale: f64,
}

#[derive(Clone, Debug, PartialEq)]
enum What {
    Number { fill: f64 },
    Missing,
    Label(String),
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
        frame.check_some_column_varies()?;
        let weight: Vec<f64> = (0..frame.rows()).map(|row| frame.weight_of(row)).collect();
        let (mut inputs, mut constant) = (Vec::new(), Vec::new());
        for (place, column) in frame.columns().iter().enumerate() {
            let before = inputs.len();
            let of = |what| Input::new(place, column, what, &weight);
            inputs.extend(kinds(column, &weight).into_iter().filter_map(of));
            if inputs.len() == before {
                constant.push(column.name.clone());
            }
        }
        // Columns that vary only beyond what a double can square have no input either.
        if inputs.is_empty() {
            return Err(Error::AllConstant);
        }
        let x = design(&inputs, frame.columns(), frame.rows());
        let start = start(&x, inputs.len(), frame.target(), alpha)?;
        let (mut theta, mut sd) = newton(&x, frame.target(), &weight, alpha, start)?;
        let intercept = theta.pop().unwrap_or(0.0);
        sd.pop();
        let columns = frame.columns().iter().map(|it| it.name.clone()).collect();
        Ok(Self { columns, inputs, coefficients: theta, sd, intercept, constant })
    }

    /// Log-odds of all rows of columns that match the training columns by name, order and kind.
    /// Categories never seen count as the reference category.
    pub fn log_odds(&self, columns: &[Column]) -> Result<Vec<f64>> {
        if columns.len() != self.columns.len() {
            let expected = format!("{} columns", self.columns.len());
            return Err(Error::ColumnMismatch { expected, found: columns.len().to_string() });
        }
        if let Some((name, it)) = self.columns.iter().zip(columns).find(|it| *it.0 != it.1.name) {
            return Err(Error::ColumnMismatch { expected: name.clone(), found: it.name.clone() });
        }
        let rows = columns.first().map_or(0, Column::len);
        if let Some(odd) = columns.iter().find(|it| it.len() != rows) {
            return Err(Error::Length { what: odd.name.clone(), have: odd.len(), need: rows });
        }
        let mut sums = vec![self.intercept; rows];
        for (input, coefficient) in self.inputs.iter().zip(&self.coefficients) {
            let column = &columns[input.column];
            if !input.fits(column) {
                let (expected, found) = (column.name.clone(), "a column of the other kind".into());
                return Err(Error::ColumnMismatch { expected, found });
            }
            for (sum, x) in sums.iter_mut().zip(input.values(column)) {
                *sum += coefficient * x;
            }
        }
        Ok(sums)
    }

    /// Probabilities of all rows; see [`Logistic::log_odds`].
    pub fn probabilities(&self, columns: &[Column]) -> Result<Vec<f64>> {
        Ok(self.log_odds(columns)?.into_iter().map(math::sigmoid).collect())
    }

    /// The coefficients in column order.
    pub fn coefficients(&self) -> Vec<Coefficient> {
        let of = |((input, per_sd), sd): ((&Input, &f64), &f64)| {
            let column = &self.columns[input.column];
            let name = match &input.what {
                What::Number { .. } => column.clone(),
                What::Missing => format!("{column} missing"),
                What::Label(label) => format!("{column} = {label}"),
            };
            Coefficient { name, per_sd: *per_sd, sd: *sd, per_unit: per_sd / input.scale }
        };
        self.inputs.iter().zip(&self.coefficients).zip(&self.sd).map(of).collect()
    }
}

impl Input {
    /// `None` if the input does not vary.
    fn new(column: usize, values: &Column, what: What, weight: &[f64]) -> Option<Self> {
        let plain = Self { column, what, mean: 0.0, scale: 1.0 };
        let raw = plain.values(values);
        let total: f64 = weight.iter().sum();
        let mean = raw.iter().zip(weight).map(|(x, w)| x * w).sum::<f64>() / total;
        let square = |(x, w): (&f64, &f64)| w * (x - mean) * (x - mean);
        let scale = libm::sqrt(raw.iter().zip(weight).map(square).sum::<f64>() / total);
        let varies = scale.is_finite() && mean.is_finite() && scale > 1e-12 * mean.abs();
        varies.then_some(Self { mean, scale, ..plain })
    }

    fn fits(&self, column: &Column) -> bool {
        matches!(
            (&self.what, &column.kind),
            (What::Missing, _)
                | (What::Number { .. }, ColumnKind::Continuous(_))
                | (What::Label(_), ColumnKind::Nominal { .. })
        )
    }

    /// Standardised values of all rows.
    fn values(&self, column: &Column) -> Vec<f64> {
        let standard = |x: f64| (x - self.mean) / self.scale;
        let flag = |is: bool| standard(f64::from(u8::from(is)));
        match (&self.what, &column.kind) {
            (What::Number { fill }, ColumnKind::Continuous(values)) => {
                values.iter().map(|x| standard(if x.is_nan() { *fill } else { *x })).collect()
            }
            (What::Missing, ColumnKind::Continuous(values)) => {
                values.iter().map(|x| flag(x.is_nan())).collect()
            }
            (What::Missing, ColumnKind::Nominal { index, .. }) => {
                index.iter().map(|i| flag(*i == MISSING)).collect()
            }
            (What::Label(label), ColumnKind::Nominal { labels, index }) => {
                let place = labels.iter().position(|it| it == label).map(|i| i as u32);
                index.iter().map(|i| flag(Some(*i) == place)).collect()
            }
            // Excluded by `fits`; the mean of a standardised input is 0.
            _ => vec![0.0; column.len()],
        }
    }
}

/// The inputs a column gives rise to.
fn kinds(column: &Column, weight: &[f64]) -> Vec<What> {
    match &column.kind {
        ColumnKind::Continuous(values) => {
            let known = || values.iter().zip(weight).filter(|it| !it.0.is_nan());
            let total: f64 = known().map(|it| it.1).sum();
            let fill = known().map(|(x, w)| x * w).sum::<f64>() / total;
            let mut kinds = vec![What::Number { fill: if fill.is_finite() { fill } else { 0.0 } }];
            kinds.extend(values.iter().any(|x| x.is_nan()).then_some(What::Missing));
            kinds
        }
        ColumnKind::Nominal { labels, index } => {
            let mut counts = vec![0.0; labels.len()];
            let known = index.iter().zip(weight).filter(|it| *it.0 != MISSING);
            known.for_each(|(i, w)| counts[*i as usize] += w);
            let most = (0..labels.len()).rev().max_by(|a, b| counts[*a].total_cmp(&counts[*b]));
            let others = (0..labels.len()).filter(|i| Some(*i) != most && counts[*i] > 0.0);
            let mut kinds: Vec<What> = others.map(|i| What::Label(labels[i].clone())).collect();
            kinds.extend(index.contains(&MISSING).then_some(What::Missing));
            kinds
        }
    }
}

/// All inputs of all rows, row by row.
fn design(inputs: &[Input], columns: &[Column], rows: usize) -> Vec<f64> {
    let mut x = vec![0.0; inputs.len() * rows];
    for (place, input) in inputs.iter().enumerate() {
        for (row, value) in input.values(&columns[input.column]).into_iter().enumerate() {
            x[row * inputs.len() + place] = value;
        }
    }
    x
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
