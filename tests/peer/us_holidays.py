"""Makes tests/peer/us_holidays.csv: what Python's package `holidays` knows of the United States.

    python tests/peer/us_holidays.py [FILE]

Run by hand, when the law changes; the file is checked in, so no test needs the package. Prophet takes
its holidays from the same package.
"""

import sys
from pathlib import Path

import holidays

HERE = Path(__file__).resolve().parent
FIRST, LAST = 1990, 2035

if __name__ == "__main__":
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "us_holidays.csv"
    found = holidays.US(years=range(FIRST, LAST + 1))
    rows = [(day, name) for day, names in found.items() for name in names.split("; ")]
    rows = sorted(f"{day},{name}\n" for day, name in rows if FIRST <= day.year <= LAST)
    path.write_text("date,name\n" + "".join(rows), encoding="utf-8")
