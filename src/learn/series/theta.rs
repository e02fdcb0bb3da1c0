//! The Theta method: a line and a smoothed level, averaged with the weight that forecasts best.
//!
//! Assimakopoulos and Nikolopoulos 2000 as the state space models of Fiorucci et al. 2016: standard
//! or optimised theta, each with a fixed line or one that follows the data. As in statsforecast's
//! `AutoTheta`, all four are fitted by least squares of their one-step errors and the best stays; a
//! season that passes the test is taken out by classical decomposition first and put back after.
//!
//! Never here: a draw. The bounds come from the model's own response to a shock.

use super::fill::Grid;
use super::past::Past;
use super::path::{Method, Parts, Path};
use super::season::{Join, is_seasonal, pattern};
use super::simplex::minimise;
use super::step::Step;
use crate::error::{Error, Result};

/// Errors of the first steps, before the level has settled, do not count.
const SETTLING: usize = 3;

/// Fewest known periods: five errors after settling.
const LEAST: usize = 8;

/// Automatic Theta; the season is the usual one of the step.
#[derive(Clone, Copy, Debug, Default)]
pub struct Theta;

impl Method for Theta {
    fn name(&self) -> &'static str {
        "theta"
    }

    /// Parts: `trend`, and `yearly` or `weekly` when there is a season.
    fn forecast(&self, past: &Past, ahead: usize) -> Result<Path> {
        let season = past.step.season();
        let grid = Grid::of(past, season, LEAST)?;
        let made = fit(&grid.values, season, ahead)?;
        let mut path = Path::normal(made.sums[grid.values.len()..].to_vec(), &made.spread);
        let mut named = vec![("trend".to_owned(), made.trend)];
        if let Some(seasonal) = made.seasonal {
            let name = if past.step == Step::Day { "weekly" } else { "yearly" };
            named.push((name.to_owned(), seasonal));
        }
        path.parts = Some(Parts { named });
        grid.finish(path, "the Theta method")
    }
}

/// What a fit says, for the known periods and then those ahead.
pub(crate) struct Made {
    /// The fitted value or forecast: trend plus season.
    pub(crate) sums: Vec<f64>,
    /// Without the season.
    trend: Vec<f64>,
    /// What the season adds, if there is one.
    seasonal: Option<Vec<f64>>,
    /// Standard deviation of the periods ahead.
    spread: Vec<f64>,
    /// Which of the four models, and how the season was joined; for tests.
    #[cfg_attr(not(test), expect(dead_code, reason = "only tests compare the choice"))]
    pub(crate) chosen: (&'static str, Option<Join>),
}

/// Fits values without holes.
///
/// # Errors
/// Fewer than 8 values, or costs that are never finite.
pub(crate) fn fit(values: &[f64], season: usize, ahead: usize) -> Result<Made> {
    let n = values.len();
    if n < LEAST {
        let why = format!("{n} values, at least {LEAST} are needed");
        return Err(Error::Series { why });
    }
    if values.iter().all(|it| *it == values[0]) {
        let sums = vec![values[0]; n + ahead];
        let (trend, spread) = (sums.clone(), vec![0.0; ahead]);
        return Ok(Made { sums, trend, seasonal: None, spread, chosen: ("constant", None) });
    }
    let figures = seasonal(values, season);
    let join = figures.as_ref().map(|it| it.0);
    let figure = |at: usize| figures.as_ref().map_or(0.0, |it| it.1[at % season]);
    let without: Vec<f64> = match join {
        None => values.to_vec(),
        Some(Join::Sum) => (0..n).map(|at| values[at] - figure(at)).collect(),
        Some(Join::Product) => (0..n).map(|at| values[at] / figure(at)).collect(),
    };
    let model = best(&without)?;
    let (trend, errors) = model.run(&without, ahead);
    let figures_fitted = join.map_or(0, |_| season - 1);
    let spread = model.spread(&without, &errors, figures_fitted, ahead);
    let with = |at: usize, it: f64| match join {
        None => it,
        Some(Join::Sum) => it + figure(at),
        Some(Join::Product) => it * figure(at),
    };
    let sums: Vec<f64> = trend.iter().enumerate().map(|(at, it)| with(at, *it)).collect();
    let times = |at: usize| if join == Some(Join::Product) { figure(at) } else { 1.0 };
    let spread = spread.iter().enumerate().map(|(k, sd)| sd * times(n + k)).collect();
    let seasonal = join.map(|_| sums.iter().zip(&trend).map(|(sum, it)| sum - it).collect());
    Ok(Made { sums, trend, seasonal, spread, chosen: (model.name(), join) })
}

/// The season's pattern when the test finds one: factors when all is positive and none is below
/// 0.01, else sums.
fn seasonal(values: &[f64], season: usize) -> Option<(Join, Vec<f64>)> {
    if !is_seasonal(values, season) {
        return None;
    }
    let factors = values
        .iter()
        .all(|it| *it > 0.0)
        .then(|| pattern(values, season, Join::Product, |_| true))
        .flatten()
        .filter(|it| it.iter().all(|factor| *factor >= 0.01));
    factors
        .map(|it| (Join::Product, it))
        .or_else(|| pattern(values, season, Join::Sum, |_| true).map(|it| (Join::Sum, it)))
}

/// One of the four models with its parameters.
#[derive(Clone, Copy, Debug)]
struct Model {
    /// The line follows the data instead of being fitted once to all of it.
    follows: bool,
    /// Theta was searched, not set to 2.
    searched: bool,
    /// Level before the first value.
    level: f64,
    /// Share of an error that enters the level.
    alpha: f64,
    /// Weight: the line counts `1 - 1/theta`.
    theta: f64,
}

/// The line and the level as they stand after a value.
#[derive(Clone, Copy, Debug)]
struct State {
    level: f64,
    mean: f64,
    intercept: f64,
    slope: f64,
    /// `(1 - alpha)` to the power of the number of values seen.
    decay: f64,
    /// Values seen.
    seen: f64,
}

impl Model {
    fn name(&self) -> &'static str {
        match (self.follows, self.searched) {
            (false, false) => "STM",
            (false, true) => "OTM",
            (true, false) => "DSTM",
            (true, true) => "DOTM",
        }
    }

    /// The state before any value, given the line through all of them.
    fn start(&self, line: (f64, f64), first: f64) -> State {
        let (intercept, slope) = if self.follows { (first, 0.0) } else { line };
        State { level: self.level, mean: 0.0, intercept, slope, decay: 1.0, seen: 0.0 }
    }

    /// What the state says of the next value.
    fn says(&self, state: &State) -> f64 {
        let after = state.decay * (1.0 - self.alpha);
        let line = state.intercept * state.decay + state.slope * (1.0 - after) / self.alpha;
        state.level + (1.0 - 1.0 / self.theta) * line
    }

    /// The state after the next value.
    fn takes(&self, state: &mut State, value: f64) {
        let i = state.seen;
        if self.follows {
            if i > 0.0 {
                let step = 6.0 * (value - state.mean) / (i + 1.0);
                state.slope = ((i - 1.0) * state.slope + step) / (i + 2.0);
            }
            state.mean = (i * state.mean + value) / (i + 1.0);
            state.intercept =
                if i > 0.0 { state.mean - state.slope * (i + 2.0) / 2.0 } else { value };
        }
        state.level = self.alpha * value + (1.0 - self.alpha) * state.level;
        state.decay *= 1.0 - self.alpha;
        state.seen = i + 1.0;
    }

    /// Sum of squared one-step errors after settling.
    fn cost(&self, values: &[f64], line: (f64, f64)) -> f64 {
        let mut state = self.start(line, values[0]);
        let mut sum = 0.0;
        for (at, value) in values.iter().enumerate() {
            let error = value - self.says(&state);
            if at >= SETTLING {
                sum += error * error;
            }
            self.takes(&mut state, *value);
        }
        sum
    }

    /// One-step forecasts of the known values, then the path ahead; and the errors of the former.
    fn run(&self, values: &[f64], ahead: usize) -> (Vec<f64>, Vec<f64>) {
        let mut state = self.start(line(values), values[0]);
        let mut said = Vec::with_capacity(values.len() + ahead);
        for value in values {
            said.push(self.says(&state));
            self.takes(&mut state, *value);
        }
        let errors = values.iter().zip(&said).map(|(value, said)| value - said).collect();
        for _ in 0..ahead {
            let next = self.says(&state);
            said.push(next);
            self.takes(&mut state, next);
        }
        (said, errors)
    }

    /// Standard deviations ahead: the model is linear in the values, so the response of the path to
    /// an error of 1 in the first period ahead gives the weights of all errors before each period.
    ///
    /// Level, alpha and theta took three degrees of freedom, a season those of its figures; at least a
    /// quarter of the errors is left.
    fn spread(&self, values: &[f64], errors: &[f64], figures: usize, ahead: usize) -> Vec<f64> {
        let late = &errors[SETTLING..];
        let mean = late.iter().sum::<f64>() / late.len() as f64;
        let square = late.iter().map(|it| (it - mean) * (it - mean)).sum::<f64>();
        let free = late.len().saturating_sub(3 + figures).max(late.len().div_ceil(4));
        let variance = square / free as f64;
        let mut plain = self.start(line(values), values[0]);
        for value in values {
            self.takes(&mut plain, *value);
        }
        let mut shocked = plain;
        let mut sum = 0.0;
        (0..ahead)
            .map(|k| {
                let (a, b) = (self.says(&plain), self.says(&shocked));
                let shock = if k == 0 { variance.sqrt() } else { 0.0 };
                let response = b + shock - a;
                self.takes(&mut plain, a);
                self.takes(&mut shocked, b + shock);
                sum += response * response;
                sum.sqrt()
            })
            .collect()
    }
}

/// The model with the smallest squared errors; the simpler one of equals.
fn best(values: &[f64]) -> Result<Model> {
    let line = line(values);
    let size = values.iter().map(|it| it.abs()).sum::<f64>() / values.len() as f64;
    let size = size.max(1e-10);
    let mut best: Option<(f64, Model)> = None;
    for follows in [false, true] {
        for searched in [false, true] {
            let with = |level: f64, alpha: f64, theta: f64| {
                let model = Model { follows, searched, level, alpha, theta };
                (model.cost(values, line) / size, model)
            };
            let level = values[0] / 2.0;
            let (cost, model) = if searched {
                let low = [-1e10, 0.1, 1.0];
                let high = [1e10, 0.99, 1e10];
                let it = minimise([level, 0.5, 2.0], low, high, |p| with(p[0], p[1], p[2]).0);
                with(it[0], it[1], it[2])
            } else {
                let it =
                    minimise([level, 0.5], [-1e10, 0.1], [1e10, 0.99], |p| with(p[0], p[1], 2.0).0);
                with(it[0], it[1], 2.0)
            };
            if cost.is_finite() && best.is_none_or(|it| cost < it.0) {
                best = Some((cost, model));
            }
        }
    }
    best.map(|it| it.1).ok_or(Error::NotConverged { what: "the Theta method" })
}

/// Intercept and slope of the straight line through all values, the first at 1.
fn line(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let weighted = values.iter().zip(1..).map(|(it, at)| it * f64::from(at)).sum::<f64>() / n;
    let slope = 6.0 * (2.0 * weighted - (n + 1.0) * mean) / (n * n - 1.0);
    (mean - (n + 1.0) * slope / 2.0, slope)
}

#[cfg(test)]
mod tests {
    use super::super::Kind;
    use super::*;

    #[test]
    fn a_line_with_a_season_goes_on_in_parts() {
        let swing =
            |at: usize| [6.0, -2.0, -8.0, 4.0, 0.0, 2.0, -6.0, 8.0, -4.0, -1.0, 3.0, -2.0][at % 12];
        let values: Vec<f64> = (0..60).map(|at| 100.0 + 0.2 * at as f64 + swing(at)).collect();
        let past = Past::new(Step::Month, 0, values, Kind::Real).expect("valid");
        let path = Theta.forecast(&past, 12).expect("fits");
        for k in 0..12 {
            let came = 112.0 + 0.2 * k as f64 + swing(k);
            assert!((path.mean[k] - came).abs() < 6.0, "{k}: {} {came}", path.mean[k]);
        }
        let named = path.parts.expect("has parts").named;
        assert_eq!(named[1].0, "yearly");
        assert!(named[1].1[60 + 7] > 4.0 && named[1].1[60 + 2] < -4.0);
    }

    /// Errors carry on by alpha: variance `sd^2 (1 + (h - 1) alpha^2)` (Fiorucci et al. 2016).
    #[test]
    fn the_spread_of_a_fixed_line_has_a_closed_form() {
        let values: Vec<f64> = (0..30).map(|at| f64::from(at * 7 % 5)).collect();
        let model = Model { follows: false, searched: true, level: 2.0, alpha: 0.3, theta: 3.0 };
        let errors = model.run(&values, 0).1;
        let spread = model.spread(&values, &errors, 0, 9);
        for (k, sd) in spread.iter().enumerate() {
            let expected = spread[0] * (1.0 + k as f64 * 0.09).sqrt();
            assert!((sd - expected).abs() < 1e-9, "{k}: {sd} {expected}");
        }
    }
}
