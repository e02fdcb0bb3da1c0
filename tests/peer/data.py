"""The data sets of the peer's measurement: public ones and made-up ones, without the network.

    python tests/peer/data.py FOLDER

Writes NAME.csv (last column `target`, empty cell = missing, text column = nominal) and
NAME_folds.csv (column `fold`, the test fold of each row). Same bytes every time.

Made-up rows come from a counter, not from a stream, so that any program makes the same ones:

    bits(seed, row, column) = splitmix64 finaliser of
        (seed * 0x9E3779B97F4A7C15 + row * 0xD1B54A32D192ED03 + column * 0x8CB92BA72F3D8DD7) mod 2^64
    unit(seed, row, column) = (bits >> 11) / 2^53                                         in [0, 1)
    bell(seed, row, column) = unit of columns 16c .. 16c+11 summed in this order, less 6: mean 0, sd 1

`column` counts draws, not features. No logarithm or cosine is needed, so no two libraries differ.
"""

import csv
import importlib.util
import shutil
import sys
from pathlib import Path

import numpy as np
from sklearn.model_selection import StratifiedKFold

HERE = Path(__file__).resolve().parent
FIXTURES = HERE.parent.parent / "src" / "learn" / "fixtures"
FOLDS = 5
# Columns of draws that are no features: holes, labels.
HOLE, LABEL = 4000, 8000


def bits(seed, rows, column):
    row = np.arange(rows, dtype=np.uint64)
    with np.errstate(over="ignore"):
        z = np.uint64(seed * 0x9E3779B97F4A7C15 % 2**64) + row * np.uint64(0xD1B54A32D192ED03)
        z += np.uint64(column * 0x8CB92BA72F3D8DD7 % 2**64)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def unit(seed, rows, column):
    return (bits(seed, rows, column) >> np.uint64(11)).astype(np.float64) / 2.0**53


def bell(seed, rows, column):
    total = np.zeros(rows)
    for i in range(12):
        total += unit(seed, rows, 16 * column + i)
    return total - 6.0


def below(seed, rows, column, n):
    """Whole numbers from 0 to n - 1."""
    return np.floor(unit(seed, rows, 16 * column) * n).astype(int)


def labelled(seed, score, share):
    """0 or 1 by the law: the score is moved until the mean probability is the share."""
    low, high = -30.0, 30.0
    for _ in range(80):
        middle = (low + high) / 2.0
        high, low = (middle, low) if np.mean(chance(score + middle)) > share else (high, middle)
    return (unit(seed, len(score), LABEL) < chance(score + low)).astype(int)


def chance(score):
    return 1.0 / (1.0 + np.exp(-score))


def text(value):
    """A cell: numbers as the shortest text that reads back the same, whole ones without a point."""
    if value is None or value != value:
        return ""
    if isinstance(value, (float, np.floating)):
        return repr(int(value)) if value == int(value) else repr(float(value))
    return str(value)


def with_holes(seed, column, values, share):
    """The values with some missing."""
    lost = unit(seed, len(values), HOLE + column) < share
    out = np.array(values, dtype=object)
    out[lost] = None
    return out


def rounded(values, digits=3):
    return np.round(values, digits)


def interaction(rows=10_000, seed=1):
    """20 numbers; ten with an effect, one product (4 x 5) that no main effect can show."""
    x = [rounded(bell(seed, rows, j), 4) for j in range(20)]
    score = 0.9 * np.tanh(x[0]) + 0.5 * x[1] + 0.4 * (np.abs(x[2]) - 0.8) + 0.6 * (x[3] > 0.5)
    score = score + 0.3 * x[4] - 0.3 * x[5] + 0.5 * np.minimum(x[6], 0.0) + 0.2 * x[7] - 0.2 * x[8]
    score = score + 0.25 * x[9] * x[9] + 0.9 * x[4] * x[5]
    return {f"x{j}": x[j] for j in range(20)}, labelled(seed, score, 0.4)


def few(rows=300, seed=2):
    """A small office: 300 people, 8 facts with holes, one in five leaves."""
    tenure = rounded(30.0 + 20.0 * bell(seed, rows, 0), 1).clip(0.0)
    drive = rounded(35.0 + 12.0 * bell(seed, rows, 1), 1)
    pay = rounded(26.0 + 4.0 * bell(seed, rows, 2), 2)
    nights = below(seed, rows, 3, 8)
    trade = np.array(["drains", "electric", "gas", "heating"])[below(seed, rows, 4, 4)]
    score = -0.03 * tenure + 0.06 * drive - 0.12 * pay + 0.15 * nights + 0.7 * (trade == "gas")
    columns = {
        "tenure": with_holes(seed, 0, tenure, 0.02), "drive": drive,
        "pay": with_holes(seed, 2, pay, 0.15), "nights": nights,
        "trade": with_holes(seed, 4, trade, 0.05), "jobs": below(seed, rows, 5, 40),
        "noise": rounded(bell(seed, rows, 6)), "coin": below(seed, rows, 7, 2)}
    return columns, labelled(seed, score, 0.2)


def staff(rows=1470, seed=3):
    """A company's people: 30 facts, numbers, marks from 1 to 4 and text; 16 in 100 leave."""
    level = below(seed, rows, 0, 5) * (unit(seed, rows, 16) < 0.6)
    age = np.floor(36.0 + 9.0 * bell(seed, rows, 2)).clip(18, 60)
    worked = np.floor((age - 18.0) * unit(seed, rows, 48))
    here = np.floor(worked * unit(seed, rows, 64))
    income = np.floor(2500.0 + 3600.0 * level + 60.0 * worked + 700.0 * bell(seed, rows, 5))
    overtime = np.where(unit(seed, rows, 96) < 0.28, "Yes", "No")
    travel = choice(seed, rows, 7, ["Non-Travel", "Travel_Frequently", "Travel_Rarely"], [.1, .29, 1])
    marital = choice(seed, rows, 8, ["Divorced", "Married", "Single"], [.22, .68, 1])
    role = choice(seed, rows, 9, [f"role {it}" for it in "ABCDEFGHI"], np.arange(1, 10) / 9)
    marks = {f"mark_{j}": 1 + below(seed, rows, 10 + j, 4) for j in range(6)}
    distance = 1 + below(seed, rows, 17, 29)
    score = 1.5 * (overtime == "Yes") + 0.6 * (travel == "Travel_Frequently") + 0.9 * (marital == "Single")
    score = score - 0.9 * np.log1p(income / 4000.0) - 0.05 * (age - 36.0) - 0.06 * here
    score = score + 0.04 * distance + 0.7 * (role == "role C") - 0.5 * (role == "role G")
    for j in range(4):
        score = score - (0.45 - 0.1 * j) * marks[f"mark_{j}"]
    columns = {
        "age": age, "level": level, "worked": worked, "here": here, "income": income,
        "overtime": overtime, "travel": travel, "marital": marital, "role": role, **marks,
        "distance": distance, "field": choice(seed, rows, 18, list("KLMNOP"), np.arange(1, 7) / 6),
        "unit": choice(seed, rows, 19, ["R&D", "Sales", "HR"], [.65, .95, 1]),
        "gender": choice(seed, rows, 20, ["Female", "Male"], [.4, 1])}
    for j in range(11):
        spread = [100, 60, 25, 15, 4, 7, 18, 16, 10, 5, 3][j]
        columns[f"other_{j}"] = below(seed, rows, 21 + j, spread)
    return columns, labelled(seed, score, 0.161)


def choice(seed, rows, column, names, ends):
    """Labels; `ends` are the upper ends of their shares."""
    u = unit(seed, rows, 16 * column)
    return np.array(names)[np.searchsorted(np.array(ends, float), u, side="right").clip(max=len(names) - 1)]


def rare(rows=6000, seed=4):
    """Ten numbers, three in a hundred are 1."""
    x = [rounded(bell(seed, rows, j)) for j in range(10)]
    score = 0.8 * x[0] + 0.6 * np.sin(2.0 * x[1]) + 0.7 * (x[2] > 1.0) - 0.4 * x[3] + 0.5 * x[4] * (x[0] > 0)
    return {f"x{j}": with_holes(seed, j, x[j], 0.05 * (j % 3)) for j in range(10)}, labelled(seed, score, 0.03)


def places(rows=6000, seed=5):
    """One text column of 400 places, unevenly used and each with its own effect, and few others."""
    place = np.floor(400.0 * unit(seed, rows, 0) ** 1.6).astype(int)
    effect = bell(seed + 1000, 400, 0)
    names = np.array([f"place {it:03}" for it in range(400)])
    kind = choice(seed, rows, 1, ["a", "b", "c"], [.5, .8, 1])
    x = [rounded(bell(seed, rows, 2 + j)) for j in range(4)]
    score = 0.8 * effect[place] + 0.5 * x[0] - 0.3 * np.abs(x[1]) + 0.4 * (kind == "b")
    columns = {"place": with_holes(seed, 0, names[place], 0.03), "kind": kind,
               **{f"x{j}": x[j] for j in range(4)}}
    return columns, labelled(seed, score, 0.3)


def packaged(name, target, features, every=1):
    """A set that statsmodels carries, read from its files: the package itself is not run."""
    home = Path(importlib.util.find_spec("statsmodels").submodule_search_locations[0])
    with open(home / "datasets" / name / f"{name}.csv", newline="") as file:
        lines = [line.rstrip("\n").replace("'", "").replace('"', "") for line in file]
    rows = list(csv.DictReader(lines, delimiter="\t" if "\t" in lines[0] else ","))[::every]
    columns = {it: np.array([float(row[it]) for row in rows]) for it in features}
    return columns, np.array([target(row) for row in rows]).astype(int)


def affairs():
    """Fair's survey of 1974 (by permission of the author, as statsmodels has it)."""
    names = ["rate_marriage", "age", "yrs_married", "children", "religious", "educ", "occupation",
             "occupation_husb"]
    return packaged("fair", lambda row: float(row["affairs"]) > 0, names)


def vote():
    """American election study 1996 (public domain): Dole or Clinton."""
    names = ["popul", "TVnews", "selfLR", "ClinLR", "DoleLR", "PID", "age", "educ", "income"]
    return packaged("anes96", lambda row: float(row["vote"]) > 0, names)


def visits():
    """RAND health insurance experiment (public domain), every fifth row: any visit to a doctor.

    Of all rows a bag learns for 200,000 steps and more, on either side: too long for a bench.
    """
    names = ["lncoins", "idp", "lpi", "fmde", "physlm", "disea", "hlthg", "hlthf", "hlthp"]
    return packaged("randhie", lambda row: float(row["mdvis"]) > 0, names, every=5)


MADE = {
    "staff": staff, "few": few, "rare": rare, "places": places, "interaction": interaction,
    "affairs": affairs, "vote": vote, "visits": visits,
}
COPIED = ["breast_cancer", "telco_churn"]
NAMES = [*COPIED, *MADE]


def write(path, names, rows):
    """Whole or not at all: an interrupted run leaves no half file under the final name."""
    part = path.with_suffix(".part")
    with open(part, "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(names)
        out.writerows(rows)
    part.replace(path)


def make(folder, name):
    """Writes a set unless it is there; gives the two paths."""
    folder.mkdir(parents=True, exist_ok=True)
    data, folds = folder / f"{name}.csv", folder / f"{name}_folds.csv"
    if name in COPIED:
        for path in (data, folds):
            shutil.copyfile(FIXTURES / path.name, path)
        return data, folds
    columns, target = MADE[name]()
    rows = zip(*[[text(it) for it in column] for column in columns.values()], target)
    write(data, [*columns, "target"], rows)
    fold = np.zeros(len(target), int)
    split = StratifiedKFold(FOLDS, shuffle=True, random_state=42)
    for number, (_, test) in enumerate(split.split(fold, target)):
        fold[test] = number
    write(folds, ["fold"], [[it] for it in fold])
    return data, folds


def make_large(folder, rows):
    """The rows of `interaction` in two folds, so that each fit learns from `rows` of them."""
    folder.mkdir(parents=True, exist_ok=True)
    data, folds = folder / f"large_{rows}.csv", folder / f"large_{rows}_folds.csv"
    columns, target = interaction(2 * rows)
    write(data, [*columns, "target"], zip(*[map(text, it) for it in columns.values()], target))
    write(folds, ["fold"], [[it % 2] for it in range(2 * rows)])
    return data, folds


if __name__ == "__main__":
    for each in NAMES:
        print(*make(Path(sys.argv[1]), each))
