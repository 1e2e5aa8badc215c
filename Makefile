# Zona. `make help` shows what there is; everything below sets itself up first.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules --no-print-directory

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
N ?= 40
PORT ?= 8080
PYTEST_ARGS ?=
SHORT ?=
FAULT ?=

.PHONY: help
help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo '  PYTHON=python3.12   which Python makes the virtual environment (3.11 or newer)'
	@echo '  PORT=8081           make up, make demo: port of the site'
	@echo '  N=200               make journey, make demo: number of proposals'
	@echo '  BASE_URL=           make journey: drive a system that runs elsewhere (ZONA_ADMIN_PASSWORD, or deploy/secrets)'
	@echo '  PYTEST_ARGS="-k …"  make test: what pytest gets besides'
	@echo '  SHORT=1 FAULT=slug  make chaos: 200 events and outages of 10 s; only these faults, comma between'
	@echo '  AMQP_URI= MONGODB_URI= SMTP_URI=   servers to use in the place of private ones'

.PHONY: setup
setup: $(READY)  ## Make .venv with everything pinned; afterwards .venv/bin/zi runs

# The mark is the last thing that is written: a set-up that was interrupted is done again.
$(READY): requirements/all.lock pyproject.toml deploy/local/setup
	@deploy/local/setup "$(PYTHON)" "$(VENV)" requirements/all.lock 1>&2
	@touch $@

.PHONY: lint
lint: setup  ## Style, types and import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: programs
programs: setup
	@$(BIN)/python -m shared.testing

.PHONY: test
test: programs  ## Every test that CI needs
	$(BIN)/pytest -m 'not slow' $(PYTEST_ARGS)

.PHONY: test-all
test-all: programs  ## The slower tests too
	$(BIN)/pytest $(PYTEST_ARGS)

.PHONY: chaos
chaos: programs  ## Every fault there is, with 2,000 events in flight; the last line is JSON
	@SHORT="$(SHORT)" FAULT="$(FAULT)" exec $(BIN)/python -m tests.chaos

.PHONY: bench
bench: programs  ## Every benchmark there is; the last line is JSON
	@exec $(BIN)/zi bench --json

.PHONY: up
up: setup  ## The whole system on this machine until Ctrl-C
	@exec $(BIN)/zi up --port $(PORT)

.PHONY: demo
demo: setup  ## The whole system with a sample national cycle run through it, until Ctrl-C
	@exec $(BIN)/zi demo --n $(N) --port $(PORT)

.PHONY: journey
journey: setup  ## The sample cycle once, checked; the last line is JSON
	@if [ -n "$${BASE_URL:-}" ] && [ -z "$${ZONA_ADMIN_PASSWORD:-}" ] && [ -r deploy/secrets/admin-password ]; then \
	  export ZONA_ADMIN_PASSWORD="$$(cat deploy/secrets/admin-password)"; fi; exec $(BIN)/zi journey --n $(N)

.PHONY: secrets
secrets: setup  ## Make what is missing in deploy/secrets, for docker compose
	@$(BIN)/python -m deploy.make_secrets

.PHONY: lock
lock:  ## Pin the dependencies anew
	@deploy/local/lock "$(PYTHON)"

.PHONY: clean
clean:  ## Remove .venv, caches and the state of `make up`
	@if [ -e .zona/.zona-state ] && ! flock --nonblock .zona/.zona-state true; then \
	  echo 'Sistem masih berjalan; hentikan dulu. / The system still runs; stop it first.' >&2; exit 1; fi
	rm -rf $(VENV) .zona .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage build
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
