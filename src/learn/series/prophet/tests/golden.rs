//! Against converged Stan fits of Python prophet 1.5.0 (`tests/peer/prophet_golden.py`).

use serde::Deserialize;

use super::*;

#[derive(Deserialize)]
struct Golden {
    settings: Settings,
    first: i32,
    ahead: usize,
    log_posterior: f64,
    changepoints: Vec<i32>,
    at: Vec<usize>,
    yhat: Vec<f64>,
    trend: Vec<f64>,
    #[serde(default)]
    heat: Vec<f64>,
    #[serde(default)]
    campaign: Vec<f64>,
    #[serde(default)]
    values: Vec<Option<f64>>,
}

#[derive(Deserialize)]
struct Settings {
    yearly: Option<usize>,
    weekly: Option<usize>,
    #[serde(default)]
    multiplicative: bool,
    changepoint_prior: Option<f64>,
    growth: Option<Growth>,
}

impl Golden {
    fn read(text: &str) -> Self {
        serde_json::from_str(text).expect("a golden file")
    }

    fn past(&self, step: Step) -> Past {
        let values = self.values.iter().map(|it| it.unwrap_or(f64::NAN)).collect();
        Past::new(step, self.first, values, Kind::Real).expect("valid")
    }

    fn prophet(&self) -> Prophet {
        let regressor = |name: &str, values: &Vec<f64>, multiplicative| Regressor {
            name: name.to_owned(),
            values: values.clone(),
            multiplicative,
            prior: 10.0,
        };
        let mut prophet = Prophet {
            growth: self.settings.growth.unwrap_or_default(),
            yearly: self.settings.yearly,
            weekly: self.settings.weekly,
            multiplicative: self.settings.multiplicative,
            changepoint_prior: self.settings.changepoint_prior.unwrap_or(0.05),
            ..Prophet::default()
        };
        if !self.heat.is_empty() {
            let day = |text: &str| days(text.parse().expect("date"));
            let named = |name: &str, days| Holiday { name: name.to_owned(), days };
            prophet.holidays = vec![
                named("New Year", vec![day("2023-01-01"), day("2024-01-01")]),
                named("Fourth of July", vec![day("2023-07-04")]),
            ];
            prophet.regressors = vec![
                regressor("heat", &self.heat, false),
                regressor("campaign", &self.campaign, true),
            ];
        }
        prophet
    }
}

fn check(name: &str, text: &str, known: &Past) {
    let golden = Golden::read(text);
    let prophet = golden.prophet();
    let fitted = prophet.fit(known).expect("fits");
    let gain = fitted.log_posterior - golden.log_posterior;
    assert!(gain > -1e-3, "{name}: {gain} nats");
    // Stan stops within 0.05 nats on all of them, so the forecasts must agree too.
    assert!(gain < 0.05, "{name}: {gain} nats");
    let days: Vec<i32> = fitted.changepoints.iter().map(|it| it.day).collect();
    assert_eq!(days, golden.changepoints, "{name}");
    let path = fitted.forecast(&prophet, known, golden.ahead).expect("same columns");
    let parts = path.parts.expect("has parts").named;
    let size = golden.yhat.iter().map(|it| it.abs()).fold(0.0, f64::max);
    for (place, at) in golden.at.iter().enumerate() {
        let yhat: f64 = parts.iter().map(|it| it.1[*at]).sum();
        let (yhat, trend) = (yhat - golden.yhat[place], parts[0].1[*at] - golden.trend[place]);
        assert!(
            yhat.abs() < 1e-3 * golden.yhat[place].abs().max(0.01 * size),
            "{name} {at}: {yhat}"
        );
        assert!(trend.abs() < 2e-3 * size, "{name} {at}: {trend}");
    }
}

macro_rules! golden {
    ($name:ident, $step:expr) => {
        #[test]
        fn $name() {
            let text =
                include_str!(concat!("../../../fixtures/prophet/", stringify!($name), ".json"));
            check(stringify!($name), text, &Golden::read(text).past($step));
        }
    };
}

golden!(air_multiplicative, Step::Month);
golden!(air_additive, Step::Month);
golden!(van_drivers, Step::Month);
golden!(weekly, Step::Week);
golden!(monthly_multiplicative, Step::Month);
golden!(logistic, Step::Month);
golden!(flat, Step::Month);
golden!(daily_holidays, Step::Day);

#[test]
fn peyton_manning() {
    let text = include_str!("../../../fixtures/prophet/peyton_manning.json");
    check("peyton_manning", text, &peyton());
}

#[test]
fn our_prediction_is_the_one_of_augurs() {
    let text = include_str!("../../../fixtures/prophet/daily_holidays.json");
    let golden = Golden::read(text);
    let (known, prophet) = (golden.past(Step::Day), golden.prophet());
    for settings in [prophet.clone(), Prophet { multiplicative: true, ..prophet }] {
        let columns = settings.columns(&known, 0).expect("valid");
        let kept = exact::kept(&known);
        let exact = exact::Exact::new(&columns, &kept);
        let theirs = exact::run(&settings, &known, (&columns, &kept), &exact).expect("fits");
        let theirs = theirs.predict(None).expect("predicts").yhat.point;
        let path = settings.fit(&known).expect("fits").path(&columns, &known, 0).expect("same");
        for (at, value) in theirs.iter().enumerate() {
            let parts = &path.parts.as_ref().expect("has parts").named;
            let ours: f64 = parts.iter().map(|it| it.1[at]).sum();
            assert!((ours - value).abs() < 1e-9 * value.abs(), "{at}: {ours} {value}");
        }
    }
}
