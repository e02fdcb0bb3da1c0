#!/usr/bin/env bash
# Makes the Python environment of the peer in $CARGO_TARGET_DIR/peer-venv (or target/peer-venv) and
# prints the path of its Python as the last line. Does nothing when the environment is complete: the
# stamp is written last, so an installation that was cut off is done again.
set -euo pipefail
cd "$(dirname "$0")/../.."

venv="${CARGO_TARGET_DIR:-target}/peer-venv"
wanted=tests/peer/requirements.txt

fail() {
  echo "$*" >&2
  exit 1
}

if ! cmp -s "$wanted" "$venv/.done"; then
  python="$(command -v python3)" || fail "python3 is missing: install Python 3.11 or newer"
  "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "$("$python" --version) is too old for the peer: install Python 3.11 or newer"
  echo "== installing the peer into $venv (once; about 500 MB)" >&2
  rm -rf "$venv"
  "$python" -m venv "$venv" >&2 || fail "cannot make a Python environment: install python3-venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
    --only-binary :all: -r "$wanted" >&2 || fail "cannot install the peer: see the lines above"
  "$venv/bin/python" -c 'import interpret.glassbox' >&2 || fail "the peer does not start"
  cp "$wanted" "$venv/.done"
fi
echo "$venv/bin/python"
