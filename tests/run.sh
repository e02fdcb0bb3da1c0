#!/usr/bin/env bash
# Everything that must hold before a change lands: `make test`. Installs what is missing where it
# may, runs every part even after one has failed, and closes with a table and the sum.
set -uo pipefail
cd "$(dirname "$0")/.."

target="${CARGO_TARGET_DIR:-target}"
logs="$target/test-logs"
mkdir -p "$logs"
passed=0 failed=0 table=()
export CARGO_TERM_COLOR=never

# What may not be asked for twice: root, or sudo without a question.
if [ "$(id -u)" = 0 ]; then root=(); elif sudo -n true 2>/dev/null; then root=(sudo -n); else root=(false); fi

# part NAME COMMAND...: runs it, keeps its output, counts the tests its closing lines tell of.
part() {
  local name="$1" began=$SECONDS code good bad log
  shift
  log="$logs/${name// /-}.log"
  echo "== $name"
  "$@" 2>&1 | tee "$log"
  code=${PIPESTATUS[0]}
  read -r good bad < <(count "$log")
  if [ "$code" != 0 ] && [ "$bad" = 0 ]; then bad=1; fi
  passed=$((passed + good)) failed=$((failed + bad))
  table+=("$(printf '%-28s %5s s  %5s passed  %3s failed' "$name" $((SECONDS - began)) "$good" "$bad")")
  return "$code"
}

# Sums `N passed; N failed` of cargo and `N passed, N failed` of the walk.
count() {
  awk 'match($0, /[0-9]+ passed[;,] [0-9]+ failed/) && /^(test result:|[0-9]+ passed)/ {
         split(substr($0, RSTART, RLENGTH), it, /[ ;,]+/); good += it[1]; bad += it[3] }
       END { print good + 0, bad + 0 }' "$1"
}

# have COMMAND PACKAGES...: installs the packages when the command is missing.
have() {
  local command="$1"
  shift
  command -v "$command" >/dev/null && return 0
  echo "$command is missing: installing $*"
  if command -v apt-get >/dev/null && "${root[@]}" true 2>/dev/null; then
    "${root[@]}" apt-get update -qq &&
      "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"
  fi
  command -v "$command" >/dev/null && return 0
  echo "cannot install $command here: install $* and type the command again"
  return 1
}

needs() {
  have cargo rustup || return 1
  have cc gcc libc6-dev || return 1
  have node nodejs npm && have npm npm || return 1
  [ -n "${CHROMIUM:-}" ] || have chromium chromium fonts-dejavu-core || return 1
  # The stamp is written last, so an installation that was cut off is done again.
  if ! cmp -s tests/browser/package-lock.json tests/browser/node_modules/.done; then
    npm ci --prefix tests/browser --no-audit --no-fund --ignore-scripts || return 1
    cp tests/browser/package-lock.json tests/browser/node_modules/.done
  fi
  echo "everything is there: $(cargo --version), node $(node --version)"
}

docs() { RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps --document-private-items --workspace; }

deny() {
  cargo deny --locked check licenses bans sources || return 1
  if cargo deny fetch db; then
    cargo deny check advisories
  else
    echo "the advisories cannot be had here: not checked"
  fi
}

tests() {
  CREWKEEP_SLOW=1 CREWKEEP_PROGRAM="$PWD_TARGET/release/crewkeep" cargo test --locked --workspace --no-fail-fast
}

PWD_TARGET="$(cd "$target" && pwd)"
part "what is needed" needs
ready=$?
part "format" cargo fmt --all --check
part "lints" cargo clippy --locked --workspace --all-targets -- -D warnings
part "documentation" docs
if command -v cargo-deny >/dev/null; then part "cargo-deny" deny; fi
part "release build" cargo build --release --locked --bin crewkeep
built=$?
part "tests" tests
if [ "$ready" = 0 ] && [ "$built" = 0 ]; then
  part "browser" node tests/browser/walk.mjs "$PWD_TARGET/release/crewkeep"
else
  failed=$((failed + 1))
  table+=("browser                      not run: what it needs is missing")
fi

echo
printf '%s\n' "${table[@]}"
printf 'all of it took %s s; logs in %s\n\n' "$SECONDS" "$logs"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
