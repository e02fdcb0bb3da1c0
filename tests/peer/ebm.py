"""Crewkeep's EBM against InterpretML's: same rows, folds, bags, rate and stopping rule, one run.

    python tests/peer/ebm.py [--program PATH] [--folder DIR] [--sets NAME,...] [--modes mains,pairs]
                             [--all-folds] [--large ROWS] [--quick] [--json FILE]

Prints one table of accuracy and one of CPU seconds, with the targets and `met` or `missed`. Nothing
fails for being slow or wrong: the tables say so. One process each, one thread each, one at a time.

CPU seconds are those of a fit: the peer's `fit` alone, but of ours the whole command (start, reading
the file, predicting, writing), which flatters the peer a little.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
import warnings
from pathlib import Path

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import numpy as np
import pandas as pd
from interpret.glassbox import ExplainableBoostingClassifier

import data

BAGS = 14
# On small sets the luck of the bags moves the log loss by some percent: the mean of three seeds.
SEEDS, SEEDS_SMALL = [42], [42, 43, 44]
# What the modes mean for either side. The peer's default is "3x": three pairs a feature.
MODES = {"mains": (0, ["--set", "pairs=0"]), "pairs": ("3x", [])}
# AUC at most this much below, log loss at most this share above the peer's.
AUC_SLACK, LOSS_SLACK = 0.003, 1.01
# CPU: at least this many times less than the peer, on sets of about 1,500 rows, and on large ones.
FASTER_SMALL = {"mains": 5.0, "pairs": 20.0}
FASTER_LARGE = {"mains": 2.0}
SMALL_ROWS, LARGE_ROWS = 3000, 50_000
# The peer's pairs on wide sets take minutes a fold; without --all-folds one fold stands for all.
PAIRS_FEATURES_MAX = 12
QUICK = ["breast_cancer", "staff", "few", "vote"]


def measures(target, chance):
    """AUC (ties count half), log loss and Brier, as `learn::validate` has them."""
    ranks = pd.Series(chance).rank().to_numpy()
    ones = target == 1
    n1, n0 = ones.sum(), (~ones).sum()
    auc = (ranks[ones].sum() - n1 * (n1 + 1) / 2.0) / (n1 * n0)
    held = np.clip(chance, 1e-15, 1.0 - 1e-15)
    loss = -np.mean(np.where(ones, np.log(held), np.log1p(-held)))
    return {"auc": auc, "log_loss": loss, "brier": np.mean((chance - target) ** 2)}


def peer(path, folds_path, mode, folds, bags, seed):
    """One result a fold: measures, CPU seconds of the fit, steps kept a bag."""
    frame = pd.read_csv(path, keep_default_na=False, na_values=[""])
    fold = pd.read_csv(folds_path)["fold"].to_numpy()
    target, rows = frame.pop("target").to_numpy(), []
    kinds = ["continuous" if it.kind in "if" else "nominal" for it in frame.dtypes]
    for number in folds:
        train, test = fold != number, fold == number
        model = ExplainableBoostingClassifier(
            interactions=MODES[mode][0], feature_types=kinds, outer_bags=bags, n_jobs=1,
            random_state=seed)
        began = time.process_time()
        model.fit(frame[train], target[train])
        cpu = time.process_time() - began
        found = measures(target[test], model.predict_proba(frame[test])[:, 1])
        rows.append({**found, "cpu": cpu, "steps": model.best_iteration_.mean(axis=1).tolist()})
    return rows


def ours(program, path, folds_path, mode, folds, bags, seed):
    """The same from `crewkeep lab fit`; the command's CPU is shared out evenly over its folds."""
    command = [program, "lab", "fit", "--data", path, "--target", "target", "--folds", folds_path,
               "--model", "ebm", "--seed", seed, "--set", "threads=1", "--set", f"bags={bags}",
               *MODES[mode][1], "--json"]
    began = children()
    done = subprocess.run([str(it) for it in command], capture_output=True, text=True, check=False)
    cpu = children() - began
    if done.returncode != 0:
        raise RuntimeError(f"crewkeep: {(done.stderr or done.stdout).strip()[:200]}")
    found = json.loads(done.stdout)["folds"]
    for it in found:
        it["cpu"] = cpu / len(found)
    return [found[it] for it in folds]


def children():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def over(runs):
    """Per fold the mean over runs that differ by their seed."""
    return [{key: np.mean([it[key] for it in fold], axis=0) for key in
             ("auc", "log_loss", "brier", "cpu", "fit_seconds", "steps") if key in fold[0]}
            for fold in zip(*runs)]


def mean(rows, key):
    return float(np.mean([it[key] for it in rows]))


def compare(name, mode, shape, here, there):
    """One line of the tables, as numbers and verdicts."""
    apart = np.array([a["auc"] - b["auc"] for a, b in zip(here, there)])
    line = {
        "set": name, "mode": mode, "rows": shape[0], "features": shape[1], "folds": len(here),
        "auc": mean(here, "auc"), "auc_peer": mean(there, "auc"), "auc_apart": float(apart.mean()),
        "auc_se": float(apart.std(ddof=1) / len(apart) ** 0.5) if len(apart) > 1 else float("nan"),
        "loss": mean(here, "log_loss"), "loss_peer": mean(there, "log_loss"),
        "cpu": mean(here, "cpu"), "cpu_peer": mean(there, "cpu"),
        "fit_seconds": mean(here, "fit_seconds"),
        "steps_peer": np.mean([it["steps"] for it in there], axis=0).tolist(),
    }
    line["loss_ratio"] = line["loss"] / line["loss_peer"]
    line["faster"] = line["cpu_peer"] / line["cpu"]
    line["faster_target"] = faster_target(mode, shape[0])
    line["auc_met"] = line["auc_apart"] >= -AUC_SLACK
    line["loss_met"] = line["loss_ratio"] <= LOSS_SLACK
    line["faster_met"] = line["faster_target"] is None or line["faster"] >= line["faster_target"]
    return line


def faster_target(mode, rows):
    if rows <= SMALL_ROWS:
        return FASTER_SMALL[mode]
    return FASTER_LARGE.get(mode) if rows >= LARGE_ROWS else None


def verdict(met):
    return "met" if met else "missed"


def accuracy(lines):
    print(f"\nAccuracy. Targets: AUC at most {AUC_SLACK} below the peer's, log loss at most "
          f"{LOSS_SLACK} times the peer's.")
    print(f"{'set':<14} {'rows x features':>15} {'mode':<5} {'folds':>5} {'AUC ours':>8} {'peer':>7} "
          f"{'apart':>8} {'+-se':>7} {'':<6} {'loss ours':>9} {'peer':>7} {'ratio':>6}")
    for it in lines:
        if "failed" in it:
            print(f"{it['set']:<14} {'':>15} {it['mode']:<5} {it['failed']}: missed")
            continue
        shape = f"{it['rows']:,} x {it['features']}"
        print(f"{it['set']:<14} {shape:>15} {it['mode']:<5} {it['folds']:>5} {it['auc']:>8.4f} "
              f"{it['auc_peer']:>7.4f} {it['auc_apart']:>+8.4f} {it['auc_se']:>7.4f} "
              f"{verdict(it['auc_met']):<6} {it['loss']:>9.4f} {it['loss_peer']:>7.4f} "
              f"{it['loss_ratio']:>6.3f} {verdict(it['loss_met'])}")


def speed(lines):
    print("\nCPU seconds of a fit, one thread. The target is how many times less than the peer.")
    print(f"{'set':<14} {'rows x features':>15} {'mode':<5} {'ours':>8} {'peer':>8} {'times':>6} "
          f"{'target':>6}")
    for it in lines:
        if "failed" in it:
            continue
        shape = f"{it['rows']:,} x {it['features']}"
        target = it["faster_target"]
        words = f"{target:>6.0f} {verdict(it['faster_met'])}" if target else ""
        print(f"{it['set']:<14} {shape:>15} {it['mode']:<5} {it['cpu']:>8.3f} {it['cpu_peer']:>8.2f} "
              f"{it['faster']:>6.1f} {words}")


def one(program, paths, name, mode, folds, bags, seeds):
    """A comparison, or what went wrong with ours."""
    shape = pd.read_csv(paths[0]).shape
    try:
        here = over([ours(program, *paths, mode, folds, bags, seed) for seed in seeds])
    except (RuntimeError, KeyError, ValueError) as error:
        return {"set": name, "mode": mode, "failed": str(error)}
    there = over([peer(*paths, mode, folds, bags, seed) for seed in seeds])
    rows = int(name[6:]) if name.startswith("large_") else shape[0]
    return compare(name, mode, (rows, shape[1] - 1), here, there)


def folds_of(mode, features, everything):
    return [0] if mode == "pairs" and features > PAIRS_FEATURES_MAX and not everything else range(5)


def arguments():
    target = Path(os.environ.get("CARGO_TARGET_DIR", "target"))
    known = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    known.add_argument("--program", default=target / "release" / "crewkeep")
    known.add_argument("--folder", type=Path, default=target / "peer-data")
    known.add_argument("--sets", default="")
    known.add_argument("--modes", default="mains,pairs")
    known.add_argument("--all-folds", action="store_true")
    known.add_argument("--large", type=int, default=0, help="only this many rows to learn from x 20, mains, 2 bags")
    known.add_argument("--quick", action="store_true", help="four small sets, mains only")
    known.add_argument("--json", type=Path, help="also write every figure here")
    return known.parse_args()


def plan(given):
    """(set, paths, mode, folds, bags, seeds) of every comparison."""
    if given.large:
        paths = data.make_large(given.folder, given.large)
        return [(f"large_{given.large}", paths, "mains", [0], 2, SEEDS)]
    names = given.sets.split(",") if given.sets else QUICK if given.quick else data.NAMES
    modes = ["mains"] if given.quick else given.modes.split(",")
    out = []
    for name in names:
        paths = data.make(given.folder, name)
        rows, columns = pd.read_csv(paths[0]).shape
        for mode in modes:
            several = rows <= SMALL_ROWS and (mode == "mains" or given.all_folds)
            folds = folds_of(mode, columns - 1, given.all_folds)
            out.append((name, paths, mode, folds, BAGS, SEEDS_SMALL if several else SEEDS))
    return out


def main():
    given = arguments()
    warnings.filterwarnings("ignore")
    lines = []
    for name, paths, mode, folds, bags, seeds in plan(given):
        began = time.monotonic()
        it = one(given.program, paths, name, mode, folds, bags, seeds)
        lines.append(it)
        words = it.get("failed") or (f"AUC {it['auc']:.4f} / {it['auc_peer']:.4f}, loss {it['loss']:.4f} / "
                                     f"{it['loss_peer']:.4f}, CPU {it['cpu']:.2f} / {it['cpu_peer']:.2f} s")
        seconds = time.monotonic() - began
        print(f"  {name}, {mode}: {words} ({seconds:.0f} s)", file=sys.stderr, flush=True)
    accuracy(lines)
    speed(lines)
    missed = sum(not it.get(key, False) for it in lines for key in ("auc_met", "loss_met", "faster_met"))
    print(f"\n{3 * len(lines) - missed} met, {missed} missed; one fold stands for all where it says 1.")
    if given.json:
        given.json.write_text(json.dumps(lines, indent=1) + "\n")


main()
