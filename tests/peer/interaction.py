"""In how many made offices the law's one interaction is the first pair the model keeps.

    python tests/peer/interaction.py PROGRAM [SEEDS] [TECHNICIANS]

Makes an office of 2,000 people and five years for each of ten seeds, trains, and reads the pairs of
the model from its folder. About a minute a seed. Exits with 1 below nine in ten.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

LAW = {"weekend_share", "on_call_nights"}


def pairs(program, seed, technicians):
    """The pairs a training keeps, and how many voluntary exits it had."""
    with tempfile.TemporaryDirectory() as folder:
        crewkeep = [program, "--data-dir", folder]
        office = ["--technicians", technicians, "--years", "5", "--offices", "3", "--seed", str(seed),
                  "--jobs-per-technician-year", "60", "--end", "2026-11-22"]
        for command in (["demo", *office], ["train"]):
            subprocess.run(crewkeep + command, check=True, stdout=subprocess.DEVNULL)
        model = json.loads((Path(folder) / "models/ebm/1/model.json").read_text())
        names = [it["name"] for it in model["features"]]
        return [[names[at] for at in term] for term in model["terms"] if len(term) == 2], model["events"]


def main():
    program, seeds = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 10
    technicians = sys.argv[3] if len(sys.argv) > 3 else "2000"
    kept = alone = 0
    for seed in range(1, seeds + 1):
        found, events = pairs(program, seed, technicians)
        kept += any(set(it) == LAW for it in found)
        alone += len(found) == 1 and set(found[0]) == LAW
        print(f"seed {seed}: {events} exits, pairs {found}", flush=True)
    print(f"the law's interaction is kept for {kept} of {seeds} seeds, and is the only pair for {alone}")
    sys.exit(alone < 0.9 * seeds)


if __name__ == "__main__":
    main()
