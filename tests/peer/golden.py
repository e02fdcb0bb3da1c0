"""Makes the golden files of src/learn/fixtures/interpret: models as InterpretML exports them, rows
to try, and what InterpretML predicts for these rows.

    python tests/peer/golden.py [FOLDER]

Run by hand, when the peer's format changes; the files are checked in, so no test needs the peer.
Every model is small on purpose: a file stays below 400 kB.
"""

import csv
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from interpret.glassbox import ExplainableBoostingClassifier, ExplainableBoostingRegressor

HERE = Path(__file__).resolve().parent
FOLDER = HERE.parent.parent / "src" / "learn" / "fixtures" / "interpret"
TRADES = ["drains", "electric", "gas", "heat & air", "plumbing, other", "roof"]
GRADES = ["1", "2", "3", "10", "20"]
LEVELS = ["low", "middle", "high"]


def holes(values, rng, share):
    """The same values with some taken out; text holes are None, number holes NaN."""
    out = values.astype(object) if values.dtype.kind in "UO" else values.astype(float)
    out[rng.random(len(out)) < share] = None if out.dtype == object else np.nan
    return out


def people(rows, seed):
    """Made-up technicians: numbers with holes, ties and a heavy tail; text with holes."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({
        "tenure": holes(np.floor(rng.gamma(2.0, 20.0, rows)), rng, 0.02),
        "trade": holes(rng.choice(TRADES, rows, p=[.3, .25, .2, .15, .08, .02]), rng, 0.05),
        "pay": holes(np.round(rng.lognormal(3.2, 0.3, rows), 2), rng, 0.10),
        "drive": np.round(rng.normal(40.0, 15.0, rows), 3),
        "grade": rng.choice(GRADES, rows),
        "on_call": rng.integers(0, 2, rows).astype(float),
    })
    frame["level"] = rng.choice(LEVELS, rows)
    pay = frame["pay"].fillna(25.0).to_numpy()
    drive = frame["drive"].to_numpy()
    gas = (frame["trade"] == "gas").to_numpy()
    score = -1.2 - 0.02 * frame["tenure"].fillna(60).to_numpy() + 0.03 * (drive - 40.0)
    score += np.where(gas, 0.08, -0.03) * (pay - 25.0) + 0.8 * ((drive > 50) & (pay < 22))
    score += 0.3 * (frame["grade"] == "10") + 0.5 * frame["on_call"] * (frame["level"] == "low")
    score = score.to_numpy() + rng.normal(0.0, 0.3, rows)
    return frame, score, rng


def probe(frame, bins, seed):
    """Rows to try: some of the training rows, then every edge a reader of the format can miss."""
    rng = np.random.default_rng(seed)
    rows = frame.sample(60, random_state=seed).to_dict("records")
    base = frame.dropna().to_dict("records")
    for name, levels in bins.items():
        values = edges(levels, rng)
        for value in values:
            row = dict(base[rng.integers(len(base))])
            row[name] = value
            rows.append(row)
    rows.append({name: None if bins[name] and isinstance(bins[name][0], dict) else np.nan
                 for name in bins})
    return pd.DataFrame(rows, columns=list(frame.columns))


def edges(levels, rng):
    """Missing, unseen, out of range, exactly at a cut and one float below it, in both levels."""
    if not levels:  # a feature without a term has no bins
        return [np.nan, 1.0]
    if isinstance(levels[0], dict):
        known = list(levels[0])
        picked = known if len(known) < 8 else list(rng.choice(known, 8, replace=False))
        return [None, "never met", "", *picked]
    out = [np.nan, -1e300, 1e300, -0.0]
    for cuts in levels:
        for cut in rng.permutation(cuts)[:6]:
            out += [cut, np.nextafter(cut, -np.inf), np.nextafter(cut, np.inf)]
    return out


def text(value):
    """Shortest text that reads back as the same number; a hole is an empty cell."""
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    return repr(float(value)) if isinstance(value, (float, np.floating)) else str(value)


def table(path, names, rows):
    with open(path, "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(names)
        out.writerows([[text(cell) for cell in row] for row in rows])


def save(folder, name, model, frame, seed):
    """The model in two details, the rows, and what the peer says of them."""
    bins = dict(zip(model.feature_names_in_, model.bins_))
    rows = probe(frame, bins, seed)
    # An empty cell of a CSV file is missing, so the category "" cannot be tried.
    rows = rows[~(rows == "").any(axis=1)].reset_index(drop=True)
    model.to_json(folder / f"{name}.json", detail="all", indent=None)
    if name == "binary":
        model.to_json(folder / f"{name}_minimal.json", detail="minimal", indent=None)
    table(folder / f"{name}_probe.csv", rows.columns, rows.itertuples(index=False))
    terms = model.eval_terms(rows)
    if hasattr(model, "classes_"):
        heads = {"score": model.decision_function(rows), "prediction": model.predict_proba(rows)[:, 1]}
    else:
        heads = {"score": model.predict(rows), "prediction": model.predict(rows)}
    columns = [*heads.values(), *terms.T]
    table(folder / f"{name}_expected.csv", [*heads, *model.term_names_], zip(*columns))
    sums = terms.sum(axis=1) + np.ravel(model.intercept_)[0]
    assert np.abs(sums - heads["score"]).max() < 1e-12
    again = type(model)()._from_json(folder / f"{name}.json")
    other = again.predict(rows) if not hasattr(model, "classes_") else again.decision_function(rows)
    assert np.array_equal(other, heads["score"]), "the peer reads its own file otherwise"
    size = (folder / f"{name}.json").stat().st_size
    assert size < 400_000, f"{name}.json has {size} bytes"
    print(f"{name}: {len(model.term_names_)} terms, {size} bytes, {len(rows)} rows to try")


def binary(folder):
    """Text classes, numbers and categories with holes, pairs of every mixture of kinds."""
    frame, score, rng = people(1500, 1)
    frame = frame.drop(columns="level")
    target = np.where(rng.random(len(score)) < 1 / (1 + np.exp(-score)), "left", "stays")
    # 'left' comes first in the alphabet: the classes are in order, the second one is predicted.
    pairs = [("trade", "pay"), ("pay", "drive"), ("trade", "grade"), ("tenure", "on_call")]
    model = ExplainableBoostingClassifier(
        feature_types=["continuous", "nominal", "continuous", "continuous", "nominal", "continuous"],
        interactions=pairs, max_bins=32, max_interaction_bins=12, outer_bags=3, n_jobs=1,
        max_rounds=400, random_state=1)
    model.fit(frame, target)
    save(folder, "binary", model, frame, 1)


def regression(folder):
    """Squared error, weights, an ordered category, a feature without a main and one without a term."""
    frame, score, rng = people(1500, 2)
    frame["idle"] = rng.normal(size=len(frame))
    weights = np.round(rng.uniform(0.5, 3.0, len(frame)), 3)
    model = ExplainableBoostingRegressor(
        feature_types=["continuous", "nominal", "continuous", "continuous", "nominal", "continuous",
                       LEVELS, "continuous"],
        interactions=[("on_call", "level"), ("trade", "drive")], exclude=["idle", "on_call"],
        max_bins=24, max_interaction_bins=10, outer_bags=3, n_jobs=1, max_rounds=400, random_state=2)
    model.fit(frame, 10.0 + 4.0 * score, sample_weight=weights)
    save(folder, "regression", model, frame, 2)


def wide(folder):
    """More bins than a byte counts: 1021 cuts, and 300 categories."""
    rng = np.random.default_rng(3)
    rows = 6000
    frame = pd.DataFrame({
        "reading": np.round(rng.normal(0.0, 100.0, rows), 2),
        "site": [f"site {it}" for it in rng.integers(0, 300, rows)],
    })
    score = np.sin(frame["reading"] / 60.0) + rng.normal(0.0, 1.0, 300)[
        frame["site"].str.slice(5).astype(int)]
    target = (rng.random(rows) < 1 / (1 + np.exp(-score))).astype(int)
    model = ExplainableBoostingClassifier(
        feature_types=["continuous", "nominal"], interactions=0, outer_bags=2, n_jobs=1,
        max_rounds=300, random_state=3)
    model.fit(frame, target)
    assert len(model.bins_[0][0]) == 1021
    save(folder, "wide", model, frame, 3)


def main():
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for known in ("JSON formats are in beta", "Missing values detected"):
        warnings.filterwarnings("ignore", message=known)
    for make in (binary, regression, wide):
        make(folder)


main()
