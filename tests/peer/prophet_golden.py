"""Makes the golden files of src/learn/fixtures/prophet: what converged Stan fits of the Prophet
model find on series of every kind we fit.

    pip install prophet==1.5.0
    python tests/peer/prophet_golden.py SERIES_FOLDER

Run by hand; the files are checked in, so no test needs the peer. SERIES_FOLDER holds
`air_passengers_monthly.csv`, `van_drivers_killed_monthly.csv` and `peyton_manning_daily.csv`
(columns `ds`, `y`). Prophet's default optimiser stops short on some of them: the prior of the
changes has a kink at 0. So every series is fitted by Stan's Newton, BFGS and L-BFGS with tight
tolerances, each from the best point so far; in between, SciPy's L-BFGS-B goes on from there with
each change split into its positive and its negative part, which has no kink. The best point that
Stan was given or found is kept. The log posterior is worked out here from the parameters, and
checked against Stan's own figure.
"""

import json
import logging
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from prophet import Prophet
from scipy.optimize import minimize

HERE = Path(__file__).resolve().parent
FOLDER = HERE.parent.parent / "src" / "learn" / "fixtures" / "prophet"
TIGHT = {"tol_obj": 1e-14, "tol_rel_obj": 1.0, "tol_grad": 1e-12, "tol_rel_grad": 1.0, "tol_param": 1e-14}
POINTS = 24


def series(name):
    frame = pd.read_csv(Path(sys.argv[1]) / f"{name}.csv", parse_dates=["ds"])
    return frame[["ds", "y"]]


def made(start, periods, freq, values):
    ds = pd.date_range(start, periods=periods, freq=freq)
    return pd.DataFrame({"ds": ds, "y": np.round(values, 4)})


def weekly():
    """Three years of weeks, a bend, a yearly swing, three holes."""
    at = np.arange(160)
    noise = np.random.default_rng(1).normal(0, 6, 160)
    y = 200 + 0.8 * at - 1.4 * np.maximum(at - 90, 0) + 30 * np.sin(at / 52.18 * 2 * np.pi) + noise
    frame = made("2021-01-04", 160, "W-MON", y)
    frame.loc[[20, 21, 77], "y"] = np.nan
    return frame


def multiplicative():
    """Seven years of months whose swing grows with the level."""
    at = np.arange(84)
    noise = np.random.default_rng(2).normal(1, 0.03, 84)
    y = (50 + 1.5 * at) * (1 + 0.25 * np.cos(at / 12 * 2 * np.pi)) * noise
    return made("2017-01-01", 84, "MS", y)


def logistic():
    """Four years of months that fill a market of 120 above a base of 10."""
    at = np.arange(48)
    noise = np.random.default_rng(3).normal(0, 1.5, 48)
    return made("2020-01-01", 48, "MS", 10 + 110 / (1 + np.exp(-0.15 * (at - 25))) + noise)


def daily():
    """400 days with a weekly swing, two holidays and two regressors, one of them skewed."""
    at = np.arange(400)
    rng = np.random.default_rng(4)
    frame = made("2023-01-01", 400, "D", 80 + 0.05 * at + 9 * np.sin(at / 7 * 2 * np.pi) + rng.normal(0, 3, 400))
    frame["heat"] = np.round(rng.gamma(0.5, 4, 400), 1)
    frame["campaign"] = (at % 41 == 5).astype(float)
    frame["y"] += 1.1 * frame["heat"] + 12 * frame["campaign"]
    for day in holidays()["ds"]:
        frame.loc[frame["ds"] == day, "y"] -= 25
    frame["y"] = frame["y"].round(4)
    return frame


def holidays():
    new_year = pd.DataFrame({"holiday": "New Year", "ds": pd.to_datetime(["2023-01-01", "2024-01-01"])})
    july = pd.DataFrame({"holiday": "Fourth of July", "ds": pd.to_datetime(["2023-07-04"])})
    return pd.concat([new_year, july])


def log_posterior(model, params):
    """Without the constants that Stan drops too."""
    features, priors, columns, _ = model.make_all_seasonality_features(model.history)
    x, priors = features.values, np.array(priors)
    add, times = columns["additive_terms"].values, columns["multiplicative_terms"].values
    beta, delta, sigma = params["beta"], params["delta"], params["sigma_obs"][0]
    mean = params["trend"] * (1 + x @ (beta * times)) + x @ (beta * add)
    rest = model.history["y_scaled"].values - mean
    n = len(rest)
    return float(
        -n * np.log(sigma) - rest @ rest / (2 * sigma**2) - 2 * sigma**2
        - (params["k"][0] ** 2 + params["m"][0] ** 2) / 50
        - np.abs(delta).sum() / model.changepoint_prior_scale
        - (beta**2 / (2 * priors**2)).sum()
    )


def smooth(model, params):
    """Goes on from a point without kinks: SciPy's bounded L-BFGS over [k, m, beta, plus, minus, log sigma]."""
    features, priors, columns, _ = model.make_all_seasonality_features(model.history)
    x, priors = features.values, np.array(priors)
    add, times = columns["additive_terms"].values, columns["multiplicative_terms"].values
    t, y = model.history["t"].values, model.history["y_scaled"].values
    cap = model.history["cap_scaled"].values if model.growth == "logistic" else None
    ramps = np.maximum(t[:, None] - model.changepoints_t[None, :], 0)
    n, p, s, tau = len(t), x.shape[1], ramps.shape[1], model.changepoint_prior_scale

    def cost(z):
        k, m, beta = z[0], z[1], z[2 : 2 + p]
        plus, minus, sigma = z[2 + p : 2 + p + s], z[2 + p + s : 2 + p + 2 * s], np.exp(z[-1])
        line = k * t + m + ramps @ (plus - minus)
        by_m = np.ones(n)
        if cap is not None:
            line, by_m = line - m - k * m, -k * by_m
            trend = cap / (1 + np.exp(-line))
            steep = trend * (1 - trend / cap)
        else:
            trend, steep = line, 1.0
        factor = 1 + x @ (beta * times)
        rest = y - trend * factor - x @ (beta * add)
        value = n * z[-1] + rest @ rest / (2 * sigma**2) + 2 * sigma**2 + (k * k + m * m) / 50
        value += (plus.sum() + minus.sum()) / tau + (beta**2 / (2 * priors**2)).sum()
        pull = -rest / sigma**2
        along = pull * factor * steep
        by_ramp = ramps.T @ along
        slope = np.concatenate([
            [along @ (t - m if cap is not None else t) + k / 25, along @ by_m + m / 25],
            add * (x.T @ pull) + times * (x.T @ (pull * trend)) + beta / priors**2,
            by_ramp + 1 / tau, -by_ramp + 1 / tau,
            [n - rest @ rest / sigma**2 + 4 * sigma**2],
        ])
        return value, slope

    delta = params["delta"]
    at = np.concatenate([params["k"], params["m"], params["beta"], np.maximum(delta, 0), np.maximum(-delta, 0),
                         np.log(params["sigma_obs"])])
    free, bounded = (None, None), (0, None)
    bounds = [free] * (2 + p) + [bounded] * (2 * s) + [free]
    for _ in range(6):
        found = minimize(cost, at, jac=True, method="L-BFGS-B", bounds=bounds,
                         options={"maxiter": 20000, "maxfun": 40000, "maxcor": 60, "ftol": 1e-16, "gtol": 1e-9})
        at = found.x
    moved = {"k": at[:1], "m": at[1:2], "beta": at[2 : 2 + p], "sigma_obs": np.exp(at[-1:])}
    moved["delta"] = at[2 + p : 2 + p + s] - at[2 + p + s : 2 + p + 2 * s]
    print(f"  L-BFGS-B: {-found.fun:.6f}", file=sys.stderr)
    return moved


def at_rest(params):
    """Under flat growth no data speak of slope and changes: both are 0."""
    return params | {"k": np.zeros(1), "delta": np.zeros_like(params["delta"])}


def fitted(build, frame):
    best = None
    rounds = 0
    for algorithm in ["Newton", "BFGS", "smooth", "Newton", "LBFGS", "smooth", "Newton", "BFGS"]:
        if algorithm == "smooth":
            moved = smooth(best[2], best[1]) if best[2].growth != "flat" else at_rest(best[1])
            best = (best[0], moved, best[2])
            continue
        model = build()
        options = {"algorithm": algorithm, "iter": 10000}
        if algorithm != "Newton":
            options |= TIGHT
        if best is not None:
            last = best[1]
            options["init"] = {
                "k": last["k"][0], "m": last["m"][0], "sigma_obs": last["sigma_obs"][0],
                "delta": last["delta"], "beta": last["beta"],
            }
        model.stan_backend.newton_fallback = False
        try:
            model.fit(frame, **options)
        except (RuntimeError, ValueError):
            continue
        params = {name: np.asarray(value, dtype=float).reshape(-1) for name, value in model.params.items()}
        value = log_posterior(model, params)
        assert abs(value - params["lp__"][0]) < 1e-3 * abs(value), (value, params["lp__"])
        rounds += 1
        print(f"  {algorithm}: {value:.6f}", file=sys.stderr)
        if best is None or value > best[0]:
            best = (value, params, model)
    assert rounds > 1, "one fit alone proves nothing"
    return best


def golden(name, build, frame, settings, ahead, future=None, data=True):
    print(name, file=sys.stderr)
    value, params, model = fitted(build, frame)
    dates = pd.concat([frame["ds"], pd.Series(ahead)], ignore_index=True)
    table = pd.DataFrame({"ds": dates})
    for column in ["heat", "campaign"]:
        if column in frame:
            table[column] = np.concatenate([frame[column].values, future[column]])
    if model.growth == "logistic":
        table["cap"], table["floor"] = 120.0, 10.0
    shown = model.predict(table)
    # Rows evenly over the known periods, then everything ahead; periods count the days without a row.
    places = np.unique(np.linspace(0, len(frame) - 1, POINTS).round().astype(int)).tolist()
    places += list(range(len(frame), len(dates)))
    days = (dates - pd.Timestamp("1970-01-01")).dt.days
    daily_step = len(dates) > 1 and days.diff().min() == 1
    periods = [int(days[it] - days[0]) if daily_step else it for it in places]
    out = {
        "made_by": "prophet 1.5.0, tests/peer/prophet_golden.py",
        "settings": settings,
        "first": int(days[0]),
        "ahead": len(ahead),
        "log_posterior": value,
        "k": params["k"][0],
        "m": params["m"][0],
        "sigma": params["sigma_obs"][0],
        "changepoints": [int(it) for it in (model.changepoints - pd.Timestamp("1970-01-01")).dt.days],
        "at": periods,
        "yhat": [float(it) for it in shown["yhat"].values[places]],
        "trend": [float(it) for it in shown["trend"].values[places]],
    }
    for column in ["heat", "campaign"]:
        if column in frame:
            out[column] = [float(it) for it in table[column]]
    if data:
        out["values"] = [None if np.isnan(it) else float(it) for it in frame["y"]]
    text = json.dumps(out, separators=(",", ":"))
    (FOLDER / f"{name}.json").write_text(text.replace(',"', ',\n"') + "\n")


def months(frame, ahead):
    return pd.date_range(frame["ds"].iloc[-1], periods=ahead + 1, freq="MS")[1:]


def main():
    quiet = {"uncertainty_samples": 0}
    yearly = {"yearly_seasonality": 10, "weekly_seasonality": False, "daily_seasonality": False}
    air = series("air_passengers_monthly")
    golden("air_multiplicative", lambda: Prophet(seasonality_mode="multiplicative", **yearly, **quiet), air,
           {"yearly": 10, "multiplicative": True}, months(air, 12))
    golden("air_additive", lambda: Prophet(**yearly, **quiet), air, {"yearly": 10}, months(air, 12))
    van = series("van_drivers_killed_monthly")
    golden("van_drivers", lambda: Prophet(**yearly, **quiet), van, {"yearly": 10}, months(van, 12))
    peyton = series("peyton_manning_daily")
    days = pd.date_range(peyton["ds"].iloc[-1], periods=29, freq="D")[1:]
    both = yearly | {"weekly_seasonality": 3}
    golden("peyton_manning", lambda: Prophet(**both, **quiet), peyton, {"yearly": 10, "weekly": 3}, days,
           data=False)
    weeks = weekly()
    golden("weekly", lambda: Prophet(**yearly, **quiet), weeks, {"yearly": 10},
           pd.date_range(weeks["ds"].iloc[-1], periods=14, freq="W-MON")[1:])
    few = {"yearly_seasonality": 3, "weekly_seasonality": False, "daily_seasonality": False}
    swing = multiplicative()
    golden("monthly_multiplicative",
           lambda: Prophet(seasonality_mode="multiplicative", changepoint_prior_scale=0.5, **few, **quiet), swing,
           {"yearly": 3, "multiplicative": True, "changepoint_prior": 0.5}, months(swing, 12))
    market = logistic()
    market["cap"], market["floor"] = 120.0, 10.0
    golden("logistic", lambda: Prophet(growth="logistic", **few, **quiet), market,
           {"yearly": 3, "growth": {"Logistic": {"cap": 120.0, "floor": 10.0}}}, months(market, 12))
    flat = van.iloc[:60].reset_index(drop=True)
    golden("flat", lambda: Prophet(growth="flat", **few, **quiet), flat, {"yearly": 3, "growth": "Flat"},
           months(flat, 12))
    calls = daily()
    later = np.random.default_rng(5)
    future = {"heat": np.round(later.gamma(0.5, 4, 14), 1), "campaign": np.zeros(14)}
    weekly_only = {"yearly_seasonality": False, "weekly_seasonality": 3, "daily_seasonality": False}

    def with_holidays():
        model = Prophet(holidays=holidays(), **weekly_only, **quiet)
        model.add_regressor("heat")
        return model.add_regressor("campaign", mode="multiplicative")

    dates = pd.date_range(calls["ds"].iloc[-1], periods=15, freq="D")[1:]
    golden("daily_holidays", with_holidays, calls, {"weekly": 3}, dates, future)


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    logging.disable(logging.CRITICAL)
    FOLDER.mkdir(parents=True, exist_ok=True)
    main()
