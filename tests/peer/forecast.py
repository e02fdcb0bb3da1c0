"""Crewkeep's forecasts against Python's prophet and statsforecast: same series, same splits, one run.

    python tests/peer/forecast.py [--program PATH] [--series DIR] [--origins N] [--quick] [--json FILE]

Prints accuracy a series, a summary a method, CPU times and the targets, `met` or `missed`. Nothing
fails for being slow or wrong: the tables say so. One process each, one thread each, one at a time.

The folder of --series holds `NAME.csv` with columns ds, y, and perhaps index.json with freq, m, h;
without it the fixtures and published series of Python packages are used (tests/peer/series.py).
Of each series the last h rows are held out, then the h before them, and so on, up to N times.
"""

import argparse
import json
import logging
import os
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", NUMBA_NUM_THREADS="1")
warnings.filterwarnings("ignore")

import numpy as np
import pandas as pd
logging.getLogger("prophet.plot").setLevel(logging.CRITICAL)
from prophet import Prophet
from statsforecast.models import AutoETS, AutoTheta, MSTL, SeasonalNaive

import series as sets

logging.disable(logging.WARNING)

ROOT = Path(__file__).resolve().parent.parent.parent
OURS = ["auto", "prophet", "ets", "theta", "mstl", "naive"]
PEERS = ["py prophet", "sf ets", "sf theta", "sf mstl", "sf naive"]
# The targets of the product, beside which the figures are printed.
FASTER, MONTHLY_MS, ETS_APART, TOURNAMENT_MS = 30.0, 2.0, 1e-3, 250.0
COVERAGE, NAIVE_TIMES = (0.75, 0.87), 1.1


def cpu():
    """Seconds of this process and of its children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + used.ru_utime + used.ru_stime


def regular(it, frame):
    """Values on every period from the first to the last, holes filled by straight lines."""
    dates = pd.date_range(frame["ds"].iloc[0], frame["ds"].iloc[-1], freq=it.pandas_step)
    return frame.set_index("ds")["y"].reindex(dates).interpolate().to_numpy()


def steps_ahead(it, train, test):
    """How far ahead each held-out row lies, from 1."""
    dates = pd.date_range(train["ds"].iloc[-1], test["ds"].iloc[-1], freq=it.pandas_step)
    place = {date: at for at, date in enumerate(dates)}
    return np.array([place[date] for date in test["ds"]])


def scores(it, train, test, yhat, low, high):
    """MASE, coverage and interval score of the 80% bounds, as `learn::series` defines them."""
    known, truth = regular(it, train), test["y"].to_numpy()
    scale = np.mean(np.abs(known[it.m:] - known[:-it.m]))
    below, above = np.maximum(low - truth, 0.0), np.maximum(truth - high, 0.0)
    return {
        "mase": float(np.mean(np.abs(truth - yhat)) / scale),
        "coverage": float(np.mean((low <= truth) & (truth <= high))),
        "interval": float(np.mean(high - low + 10.0 * (below + above)) / scale),
        "yhat": yhat, "scale": float(scale), "outcomes": len(truth),
        "whole": len(known) == len(train),
    }


def ours(program, it, train, test, model, path):
    """One forecast by the command, as anybody would ask for it."""
    far = steps_ahead(it, train, test)
    command = [program, "lab", "forecast", "--data", path, "--time", "ds", "--value", "y",
               "--freq", it.step, "--horizon", int(far[-1]), "--model", model, "--json"]
    began = cpu()
    done = subprocess.run([str(it) for it in command], capture_output=True, text=True, check=False)
    spent = cpu() - began
    if done.returncode != 0:
        raise RuntimeError((done.stderr or done.stdout).strip()[:200])
    found = json.loads(done.stdout)
    points = [found["points"][at - 1] for at in far]
    yhat, low, high = (np.array([it[key] for it in points]) for key in ("yhat", "lo80", "hi80"))
    return {**scores(it, train, test, yhat, low, high), "cpu": spent, "fit_ms": found["fit_ms"],
            "used": found["model"]}


def python_prophet(it, train, test):
    began = cpu()
    model = Prophet(interval_width=0.8)
    model.fit(train)
    fitted = cpu() - began
    np.random.seed(42)
    found = model.predict(test[["ds"]])
    yhat, low, high = (found[key].to_numpy() for key in ("yhat", "yhat_lower", "yhat_upper"))
    return {**scores(it, train, test, yhat, low, high), "cpu": cpu() - began, "fit": fitted}


def stats_model(name, it):
    return {
        "sf ets": lambda: AutoETS(season_length=1),
        "sf theta": lambda: AutoTheta(season_length=it.m),
        "sf mstl": lambda: MSTL(season_length=[it.m], trend_forecaster=AutoETS(model="ZZN")),
        "sf naive": lambda: SeasonalNaive(season_length=it.m),
    }[name]()


def statsforecast(it, train, test, name):
    values, far = regular(it, train), steps_ahead(it, train, test)
    began = cpu()
    found = stats_model(name, it).forecast(y=values, h=int(far[-1]), level=[80])
    spent = cpu() - began
    yhat, low, high = (np.asarray(found[key])[far - 1] for key in ("mean", "lo-80", "hi-80"))
    return {**scores(it, train, test, yhat, low, high), "cpu": spent}


def run(program, every, origins, folder):
    """One result a series, origin and method."""
    rows = []
    for it in every:
        for origin, cut in enumerate(it.cuts(origins)):
            train, test = it.frame[:cut], it.frame[cut:cut + it.h]
            path = folder / "train.csv"
            train.to_csv(path, index=False)
            for method in OURS + PEERS:
                try:
                    if method in OURS:
                        found = ours(program, it, train, test, method, path)
                    elif method == "py prophet":
                        found = python_prophet(it, train, test)
                    else:
                        found = statsforecast(it, train, test, method)
                except Exception as error:  # a method may refuse a series: said in the table
                    found = {"failed": str(error).splitlines()[0] if str(error) else "?"}
                rows.append({"series": it.name, "step": it.step, "origin": origin, "n": cut,
                             "method": method, **found})
        print(".", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return rows


def of(rows, key, **wanted):
    return [it[key] for it in rows
            if key in it and all(it[name] == value for name, value in wanted.items())]


def mean(values):
    return float(np.mean(values)) if len(values) else float("nan")


def accuracy(rows):
    print("\nMASE, mean over origins (held-out periods; below 1 beats last season repeated in sample)")
    print(f"{'series':<27} {'fits':>4} " + " ".join(f"{it[-8:]:>8}" for it in OURS + PEERS))
    for name in dict.fromkeys(it["series"] for it in rows):
        cells = [mean(of(rows, "mase", series=name, method=it)) for it in OURS + PEERS]
        fits = len({it["origin"] for it in rows if it["series"] == name})
        print(f"{name[:27]:<27} {fits:>4} " + " ".join(f"{it:>8.3f}" for it in cells))


def summary(rows):
    print("\nEach method over all splits; CPU is that of the whole command for ours, of fit and "
          "forecast alone for the peers")
    print(f"{'method':<11} {'fits':>4} {'failed':>6} {'MASE':>6} {'median':>6} {'80% held':>8} "
          f"{'interval':>8} {'CPU ms':>8} {'fit_ms':>8}")
    for method in OURS + PEERS:
        mine = [it for it in rows if it["method"] == method]
        found = [it for it in mine if "mase" in it]
        if not found:
            print(f"{method:<11} {0:>4} {len(mine):>6}  {mine[0].get('failed', '') if mine else ''}")
            continue
        held = sum(it["coverage"] * it["outcomes"] for it in found)
        held /= sum(it["outcomes"] for it in found)
        fit_ms = [it["fit_ms"] for it in found if "fit_ms" in it]
        print(f"{method:<11} {len(found):>4} {len(mine) - len(found):>6} "
              f"{mean([it['mase'] for it in found]):>6.3f} "
              f"{np.median([it['mase'] for it in found]):>6.3f} {held:>8.3f} "
              f"{mean([it['interval'] for it in found]):>8.2f} "
              f"{1000 * np.median([it['cpu'] for it in found]):>8.1f} "
              + (f"{np.median(fit_ms):>8.2f}" if fit_ms else ""))
    for why in dict.fromkeys(it["failed"] for it in rows if "failed" in it):
        print(f"  failed: {why}")


def prophet_cpu(rows, folder):
    """Fits alone, in one process each: Python's fit() with its children against ours."""
    example = ROOT / "src" / "learn" / "examples" / "series" / "speed.rs"
    if not example.exists():
        print("\nNo example series_speed: fits alone are not compared.")
        return []
    done = subprocess.run(["cargo", "run", "--quiet", "--release", "--locked", "-p", "learn",
                           "--example", "series_speed"], cwd=ROOT, capture_output=True, text=True,
                          check=False)
    speed = {}
    for line in done.stdout.splitlines()[1:]:
        cells = line.rsplit(None, 4)
        if len(cells) == 5:
            speed[cells[0].strip()] = (int(cells[1]), float(cells[2]))
    plain = [("peyton manning", "peyton_manning_daily", {}),
             ("air, additive", "air_passengers_monthly", {}),
             ("air, multiplicative", "air_passengers_monthly",
              {"seasonality_mode": "multiplicative"})]
    print("\nProphet's fit alone, CPU ms (Python: least of three, child processes included)")
    print(f"{'series':<28} {'rows':>5} {'python':>8} {'ours':>8} {'ratio':>7}")
    found, fixtures = [], {it.name: it for it in sets.folder(sets.FIXTURES)}
    for name, stored, options in plain:
        if name not in speed or stored not in fixtures:
            continue
        frame, times = fixtures[stored].frame, []
        for _ in range(3):
            began = cpu()
            Prophet(**options).fit(frame)
            times.append(cpu() - began)
        python, mine = 1000 * min(times), speed[name][1]
        print(f"{name:<28} {len(frame):>5} {python:>8.1f} {mine:>8.3f} {python / mine:>6.0f}x")
        found.append({"series": name, "rows": len(frame), "python_ms": python, "ours_ms": mine})
    return found


def posterior():
    """The optimum against converged Stan fits: the tests of the prophet hold it to 1e-3 nats."""
    if not (ROOT / "src" / "learn" / "series" / "prophet").exists():
        return None
    done = subprocess.run(["cargo", "test", "--quiet", "--locked", "-p", "learn",
                           "series::prophet::tests"], cwd=ROOT, capture_output=True, text=True,
                          check=False)
    said = [it for it in done.stdout.splitlines() if it.startswith("test result:")]
    return done.returncode == 0, said[0] if said else "no test ran"


def tournament(program, folder):
    """The whole automatic forecast of 60 monthly points: CPU of the command, median of five."""
    found = [it for it in sets.folder(sets.FIXTURES) if it.step == "month"]
    if not found:
        return None
    it = found[0]
    train, test = it.frame[-72:-12], it.frame[-12:]
    path = folder / "sixty.csv"
    train.to_csv(path, index=False)
    return 1000 * float(np.median([ours(program, it, train, test, "auto", path)["cpu"]
                                   for _ in range(5)]))


def targets(rows, fits, sixty):
    print("\nTargets")

    def say(what, figure, met):
        print(f"  {what:<66} {figure:>16}  {'met' if met else 'missed'}")

    auto = mean(of(rows, "mase", method="auto"))
    for peer in ["py prophet", "sf ets", "sf theta"]:
        other = mean(of(rows, "mase", method=peer))
        say(f"auto's mean MASE below {peer}", f"{auto:.3f} < {other:.3f}", auto < other)
    for mine in ["prophet", "ets", "theta"]:
        other = mean(of(rows, "mase", method=mine))
        say(f"auto's mean MASE below our {mine} alone", f"{auto:.3f} < {other:.3f}", auto < other)
    found = [it for it in rows if it["method"] == "auto" and "mase" in it]
    held = sum(it["coverage"] * it["outcomes"] for it in found)
    held /= max(1, sum(it["outcomes"] for it in found))
    say(f"pooled coverage of auto's 80% interval {COVERAGE[0]} to {COVERAGE[1]}", f"{held:.3f}",
        COVERAGE[0] <= held <= COVERAGE[1])
    worst = [(mean(of(rows, "mase", method="auto", series=name))
              / mean(of(rows, "mase", method="sf naive", series=name)), name)
             for name in {it["series"] for it in rows if it["step"] == "month"}]
    if worst:
        say(f"no monthly series above {NAIVE_TIMES} times seasonal naive ({max(worst)[1]})",
            f"{max(worst)[0]:.2f}", max(worst)[0] <= NAIVE_TIMES)
    apart = ets_apart(rows)
    if apart:
        say(f"AutoETS within {ETS_APART} of the MASE scale of statsforecast "
            f"({sum(it <= ETS_APART for it in apart)} of {len(apart)})", f"{max(apart):.4f}",
            max(apart) <= ETS_APART)
    for it in fits:
        ratio = it["python_ms"] / it["ours_ms"]
        say(f"Prophet on {it['series']}: {FASTER:.0f} times less CPU", f"{ratio:.0f}x",
            ratio >= FASTER)
        if it["rows"] < 300:
            say(f"Prophet on {it['series']}: at most {MONTHLY_MS} ms", f"{it['ours_ms']:.3f} ms",
                it["ours_ms"] <= MONTHLY_MS)
    if sixty is not None:
        say(f"automatic forecast of 60 points, whole command, {TOURNAMENT_MS:.0f} ms CPU",
            f"{sixty:.0f} ms", sixty <= TOURNAMENT_MS)
    against = posterior()
    if against:
        say("log posterior and yhat against converged Stan fits (tests)", "tests", against[0])
        print(f"    {against[1]}")


def ets_apart(rows):
    """Largest difference of the two AutoETS forecasts on each split, in the MASE scale.

    Only of series without holes: those are filled in different ways before either method sees them.
    """
    key = lambda it: (it["series"], it["origin"])
    mine = {key(it): it for it in rows if it["method"] == "ets" and it.get("whole")}
    theirs = {key(it): it for it in rows if it["method"] == "sf ets" and it.get("whole")}
    return [float(np.max(np.abs(mine[at]["yhat"] - theirs[at]["yhat"]))) / mine[at]["scale"]
            for at in mine if at in theirs]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", default="target/release/crewkeep")
    parser.add_argument("--series")
    parser.add_argument("--origins", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="the fixtures alone, one origin")
    parser.add_argument("--json")
    arguments = parser.parse_args()
    program = Path(arguments.program).resolve()
    every = sets.every(arguments.series, more=not arguments.quick)
    if not every:
        sys.exit("there is no series: give a folder with --series")
    # What is loaded at the first call is nobody's cost.
    for name in PEERS[1:]:
        statsforecast(every[0], every[0].frame[:-every[0].h], every[0].frame[-every[0].h:], name)
    origins = 1 if arguments.quick else arguments.origins
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        rows = run(program, every, origins, folder)
        accuracy(rows)
        summary(rows)
        fits = prophet_cpu(rows, folder)
        targets(rows, fits, tournament(program, folder))
    if arguments.json:
        for it in rows:
            if "yhat" in it:
                it["yhat"] = it["yhat"].tolist()
        Path(arguments.json).write_text(json.dumps({"rows": rows, "fits": fits}, indent=1))


if __name__ == "__main__":
    main()
