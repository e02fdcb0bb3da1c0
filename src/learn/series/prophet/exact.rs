//! The bridge to augurs: its Prophet prepares the data and asks our optimiser for the fit.
//!
//! augurs scales values and times, places the changepoints and starts the search; the columns of the
//! fit are ours, in our order ([`super::columns`]). Its own intervals are never asked for: they draw
//! from an unseeded generator. Never here: prediction, which the stored parameters do alone.

use std::cell::RefCell;
use std::collections::HashMap;

use augurs::prophet::optimizer::{Data, InitialParams, OptimizeOpts, OptimizedParams, Optimizer};
use augurs::prophet::{
    FeatureMode, GrowthType, Holiday, HolidayOccurrence, PositiveFloat, Prophet as Augurs,
    ProphetOptions, Regressor, Seasonality, SeasonalityOption, Standardize, TrainingData,
    optimizer,
};

use super::columns::{Column, HOLIDAYS};
use super::optimise::{Solution, solve};
use super::problem::{Problem, Term};
use super::{Changepoints, Growth, Prophet};
use crate::error::{Error, Result};
use crate::series::Past;

/// Seconds in a day: augurs counts time in seconds since 1970-01-01.
const DAY: i64 = 86_400;

/// Our optimiser, with the columns in our order; keeps what it found.
#[derive(Debug)]
pub(super) struct Exact {
    terms: Vec<Term>,
    found: RefCell<Option<(Solution, Vec<f64>)>>,
}

impl Exact {
    /// Columns cut to the rows in use.
    pub(super) fn new(columns: &[Column], kept: &[usize]) -> Self {
        let term = |it: &Column| Term {
            values: kept.iter().map(|at| it.values[*at]).collect(),
            multiplicative: it.multiplicative,
            prior: it.prior,
        };
        Self { terms: columns.iter().map(term).collect(), found: RefCell::new(None) }
    }

    /// What was found, with the times of the changes.
    pub(super) fn take(self) -> Option<(Solution, Vec<f64>)> {
        self.found.into_inner()
    }

    /// Effects in the order of augurs' columns, which are recognised by what they hold.
    fn arrange(&self, data: &Data, beta: &[f64]) -> Vec<f64> {
        let width = data.s_a.len();
        let mut free = vec![true; self.terms.len()];
        let same = |term: &Term, at: usize| {
            let mut rows = data.X.iter().skip(at).step_by(width.max(1)).zip(&term.values);
            i32::from(term.multiplicative) == data.s_m[at]
                && *data.sigmas[at] == term.prior
                && rows.all(|(theirs, ours)| (theirs - ours).abs() < 1e-8)
        };
        let mut place = |at: usize| {
            let found = (0..free.len()).find(|j| free[*j] && same(&self.terms[*j], at));
            found.map_or(0.0, |j| {
                free[j] = false;
                beta[j]
            })
        };
        (0..width).map(&mut place).collect()
    }
}

impl Optimizer for &Exact {
    fn optimize(
        &self,
        init: &InitialParams,
        data: &Data,
        _: &OptimizeOpts,
    ) -> std::result::Result<OptimizedParams, optimizer::Error> {
        let problem = Problem {
            growth: data.trend_indicator,
            t: &data.t,
            y: &data.y,
            cap: &data.cap,
            changes: &data.t_change,
            tau: *data.tau,
            terms: &self.terms,
        };
        let (k, m) = problem.start((init.k, init.m));
        let solution = solve(&problem, k, m);
        let refused = |_| optimizer::Error::static_str("the noise is no number");
        let params = OptimizedParams {
            k: solution.k,
            m: solution.m,
            sigma_obs: solution.sigma.try_into().map_err(refused)?,
            delta: solution.delta.clone(),
            beta: self.arrange(data, &solution.beta),
            trend: solution.trend.clone(),
        };
        *self.found.borrow_mut() = Some((solution, data.t_change.clone()));
        Ok(params)
    }
}

/// The periods whose value is known.
pub(super) fn kept(past: &Past) -> Vec<usize> {
    (0..past.len()).filter(|at| !past.values[*at].is_nan()).collect()
}

/// Runs augurs' fit with our optimiser and hands back its model.
pub(super) fn run<'a>(
    prophet: &Prophet,
    past: &Past,
    (columns, kept): (&[Column], &[usize]),
    exact: &'a Exact,
) -> Result<Augurs<&'a Exact>> {
    let seconds = |at: usize| i64::from(past.day(at)) * DAY;
    let times: Vec<i64> = kept.iter().map(|at| seconds(*at)).collect();
    let mut model = Augurs::new(options(prophet, past, (columns, kept))?, exact);
    let failed = |_| Error::NotConverged { what: "prophet" };
    for (name, days, order) in prophet.seasons() {
        let order = u32::try_from(order).ok().and_then(std::num::NonZeroU32::new);
        let order = order.ok_or(Error::Option { name: "order", must: "from 1" })?;
        let season = Seasonality::new(positive("period", days)?, order);
        model.add_seasonality(name.to_owned(), season).map_err(failed)?;
    }
    let mut given = HashMap::new();
    let first = exact.terms.len() - prophet.regressors.len();
    for (regressor, term) in prophet.regressors.iter().zip(&exact.terms[first..]) {
        let kind = if regressor.multiplicative {
            Regressor::multiplicative()
        } else {
            Regressor::additive()
        };
        // Ours are standardised over all rows; augurs would take each value once.
        let kind = kind.with_standardize(Standardize::No);
        let kind = kind.with_prior_scale(positive("regressor prior", regressor.prior)?);
        model.add_regressor(regressor.name.clone(), kind);
        given.insert(regressor.name.clone(), term.values.clone());
    }
    let values: Vec<f64> = kept.iter().map(|at| past.values[*at]).collect();
    let mut data = TrainingData::new(times, values)
        .and_then(|it| it.with_regressors(given))
        .map_err(failed)?;
    if let Growth::Logistic { cap, floor } = prophet.growth {
        let same = |value: f64| vec![value; kept.len()];
        data =
            data.with_cap(same(cap)).and_then(|it| it.with_floor(same(floor))).map_err(failed)?;
    }
    model.fit(data, OptimizeOpts::default()).map_err(failed)?;
    Ok(model)
}

fn options(
    prophet: &Prophet,
    past: &Past,
    (columns, kept): (&[Column], &[usize]),
) -> Result<ProphetOptions> {
    let mut options = ProphetOptions {
        growth: match prophet.growth {
            Growth::Linear => GrowthType::Linear,
            Growth::Logistic { .. } => GrowthType::Logistic,
            Growth::Flat => GrowthType::Flat,
        },
        yearly_seasonality: SeasonalityOption::Manual(false),
        weekly_seasonality: SeasonalityOption::Manual(false),
        daily_seasonality: SeasonalityOption::Manual(false),
        seasonality_mode: if prophet.multiplicative {
            FeatureMode::Multiplicative
        } else {
            FeatureMode::Additive
        },
        seasonality_prior_scale: positive("season prior", prophet.season_prior)?,
        changepoint_prior_scale: positive("changepoint prior", prophet.changepoint_prior)?,
        holidays_prior_scale: positive("holiday prior", prophet.holiday_prior)?,
        uncertainty_samples: 0,
        ..ProphetOptions::default()
    };
    match &prophet.changepoints {
        Changepoints::Auto { count, range } => {
            if *range > 1.0 {
                return Err(Error::Option { name: "changepoint range", must: "at most 1" });
            }
            options.n_changepoints = u32::try_from(*count).unwrap_or(u32::MAX);
            options.changepoint_range = positive("changepoint range", *range)?;
        }
        Changepoints::At(days) => {
            let (first, last) = (past.day(kept[0]), past.day(kept[kept.len() - 1]));
            let mut days: Vec<i32> = days.clone();
            // A change before or after everything known cannot be told from none.
            days.retain(|day| (first..=last).contains(day));
            days.sort_unstable();
            days.dedup();
            options.changepoints = Some(days.iter().map(|day| i64::from(*day) * DAY).collect());
        }
    }
    for column in columns.iter().filter(|it| it.part == HOLIDAYS) {
        // augurs compares with the first day of a period, whichever day the holiday falls on.
        let periods = kept.iter().filter(|at| column.values[**at] != 0.0);
        let days = periods.map(|at| HolidayOccurrence::for_day(i64::from(past.day(*at)) * DAY));
        options.holidays.insert(column.name.clone(), Holiday::new(days.collect()));
    }
    Ok(options)
}

fn positive(name: &'static str, value: f64) -> Result<PositiveFloat> {
    PositiveFloat::try_new(value).map_err(|_| Error::Option { name, must: "a number above 0" })
}
