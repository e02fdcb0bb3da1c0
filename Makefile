# Two commands matter: `make run` and `make test`. Both work again after an interruption.

TARGET := $(or $(CARGO_TARGET_DIR),target)
PROGRAM := $(TARGET)/release/crewkeep
export DATA NO_BROWSER

.PHONY: help run test bench bench-peer bench-forecast build clean

help:
	@echo "make run      build, start with a demo office, open the browser"
	@echo "                DATA=DIR        keep the data there (default: the platform's usual place)"
	@echo "                NO_BROWSER=1    only print the link"
	@echo "                ARGS='--port 0' more flags of 'crewkeep serve'"
	@echo "make test     install what the tests need, run every test"
	@echo "make bench    measure speed and size, targets beside; then bench-peer"
	@echo "make bench-peer  the models beside InterpretML's on the same folds (about half an hour)"
	@echo "                PEER_ARGS='--quick' a minute; --all-folds an hour or two; --large 100000"
	@echo "make bench-forecast  forecasts beside Python's prophet and statsforecast (some minutes); part of"
	@echo "                bench-peer. FORECAST_ARGS='--quick', '--series DIR'"
	@echo "make clean    delete what was built; data stays"

build:
	@echo "== building the program (the first time takes some minutes)"
	cargo build --release --locked --bin crewkeep

run: build
	@echo "== starting; an empty data folder gets the demo office"
	@$(PROGRAM) serve --demo $(if $(DATA),--data-dir "$$DATA") $(if $(NO_BROWSER),--no-browser) $(ARGS)

test:
	@bash tests/run.sh

bench:
	@echo "== measuring; BENCH_TECHNICIANS, BENCH_YEARS, BENCH_JOBS make it smaller"
	cargo bench --locked --bench bench
	@$(MAKE) --no-print-directory bench-peer

bench-peer: build
	@echo "== measuring the models beside InterpretML's; docs/peer.md explains the tables"
	@python="$$(bash tests/peer/venv.sh | tail -n 1)" && [ -n "$$python" ] && \
	  "$$python" tests/peer/ebm.py --program $(PROGRAM) --json $(TARGET)/peer.json $(PEER_ARGS) && \
	  if [ -z "$(PEER_ARGS)" ]; then "$$python" tests/peer/ebm.py --program $(PROGRAM) --large 100000; fi && \
  echo "== models out and in: InterpretML reads what we write and predicts the same" && \
  "$$python" tests/peer/roundtrip.py --release --locked

clean:
	cargo clean
	rm -rf tests/browser/node_modules tests/browser/shots
