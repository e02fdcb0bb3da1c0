"""Whether InterpretML reads what we write and predicts the same, within 1e-9.

    python tests/peer/roundtrip.py [CARGO_ARGUMENT ...]

Builds and runs the example `peer` of src/learn (from the root of the repository), which writes a
model of ours and the golden models read and written again; then check_export.py compares each with
its expected predictions. Exits with 1 if any differs.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
GOLDEN = ROOT / "src" / "learn" / "fixtures" / "interpret"


def main():
    with tempfile.TemporaryDirectory() as folder:
        cargo = ["cargo", "run", "-p", "learn", "--example", "peer", *sys.argv[1:], "--", folder]
        subprocess.run(cargo, cwd=ROOT, check=True)
        worst = 0
        for name in ("own", "binary", "regression", "wide"):
            rows = Path(folder) if name == "own" else GOLDEN
            check = [sys.executable, HERE / "check_export.py", Path(folder) / f"{name}.json",
                     rows / f"{name}_probe.csv", rows / f"{name}_expected.csv"]
            worst = max(worst, subprocess.run(check).returncode)
        sys.exit(worst)


main()
