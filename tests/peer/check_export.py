"""Whether InterpretML reads a model file and predicts what is expected.

    python tests/peer/check_export.py MODEL.json PROBE.csv EXPECTED.csv

PROBE.csv has the model's columns; EXPECTED.csv a column `score` (log-odds, or the prediction of a
regression) and, if it likes, one column a term under the peer's name for it ("a & b" for a pair).
Exits with 1 if anything differs by more than 1e-9.
"""

import json
import sys
import warnings

import numpy as np
import pandas as pd
from interpret.glassbox import ExplainableBoostingClassifier, ExplainableBoostingRegressor

TOLERANCE = 1e-9


def read(path):
    with open(path) as file:
        task = json.load(file)["ebm"]["outputs"][0]["task"]
    kind = ExplainableBoostingClassifier if task == "classification" else ExplainableBoostingRegressor
    warnings.filterwarnings("ignore", message="JSON formats are in beta")
    return kind()._from_json(path), task


def rows(path, model):
    """The rows with the model's kinds: text columns stay text even where they look like numbers."""
    kinds = dict(zip(model.feature_names_in_, model.feature_types_in_))
    text = {name: str for name, kind in kinds.items() if kind != "continuous"}
    frame = pd.read_csv(path, dtype=text, keep_default_na=False, na_values=[""])
    return frame[list(kinds)].astype({name: object for name in text})


def main():
    path, probe, expected = sys.argv[1:4]
    model, task = read(path)
    frame = rows(probe, model)
    want = pd.read_csv(expected)
    score = model.decision_function(frame) if task == "classification" else model.predict(frame)
    have = pd.DataFrame(model.eval_terms(frame), columns=model.term_names_)
    have["score"] = score
    worst = 0.0
    for name in want.columns.intersection(have.columns):
        apart = float(np.abs(want[name] - have[name]).max())
        worst = max(worst, apart)
        if not apart <= TOLERANCE:
            print(f"{name}: {apart:.3g} apart in row {int(np.abs(want[name] - have[name]).argmax())}")
    print(f"{path}: {len(frame)} rows, {len(model.term_names_)} terms, at most {worst:.3g} apart")
    sys.exit(0 if worst <= TOLERANCE else 1)


main()
