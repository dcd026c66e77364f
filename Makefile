# What can be done with a checkout. `make demo` and `make test` need nothing but Python 3.11+ with venv, git and make.

SHELL := /bin/sh
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
ECOTONE_HOME ?= data
RECORDED ?= ../shared/data
JOBS ?= 2
PYTEST ?=
UPGRADE ?=
SOAK ?= full

export ECOTONE_HOME
export PYTHON

# Compiled with one command for both; no addresses, so that they serve behind any mirror.
COMPILE = $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
	--python-version 3.11 $(if $(UPGRADE),--upgrade) pyproject.toml

COVERAGE = --cov --cov-report=term:skip-covered

.PHONY: help
help: ## this list
	@echo 'Ecotone: the health of open-source AI communities. Targets:'
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

.PHONY: demo
demo: runtime ## a simulated world through the whole pipeline, in under a minute; ends by naming the page to open
	@$(BIN)/ecotone demo

.PHONY: test
test: setup ## the tests but the slow ones, with branch coverage
	@$(BIN)/pytest -m 'not slow' -n $(JOBS) $(COVERAGE) $(PYTEST)

.PHONY: test-all
test-all: setup ## all tests
	@$(BIN)/pytest -n $(JOBS) $(COVERAGE) $(PYTEST)

.PHONY: soak
soak: setup ## the long checks in full, an hour at most (SOAK=sample: as in CI; ECOTONE_SOAK_SEED=… brings a run again)
	@ECOTONE_SOAK=$(SOAK) $(BIN)/pytest -m soak -n $(JOBS) $(PYTEST)

.PHONY: recorded
recorded: runtime ## the pipeline on recorded real data (RECORDED=../shared/data) into recorded/
	@$(BIN)/ecotone replay '$(RECORDED)' --home recorded

.PHONY: dev
dev: runtime ## the Dagster UI of an installation (ECOTONE_HOME=data; try ECOTONE_HOME=demo)
	@$(BIN)/ecotone dev

.PHONY: lint
lint: setup ## ruff, mypy, and which room may import which
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

.PHONY: format
format: setup ## let ruff fix and format what it can
	@$(BIN)/ruff check --fix-only
	@$(BIN)/ruff format

.PHONY: bench
bench: setup ## measure against the peers; rewrites docs/benchmarks.md (some minutes, an idle machine)
	@$(BIN)/python -m benchmarks --write docs/benchmarks.md

.PHONY: contracts
contracts: ## fetch GitHub's schema, by which tests check the queries (needs npm; without it they are skipped)
	@tools/contracts.sh

.PHONY: lock
lock: setup ## compile the lock files again after a change of pyproject.toml (UPGRADE=1: newer versions too)
	@$(COMPILE) --group build --output-file requirements.lock
	@$(COMPILE) --group build --group dev --constraint requirements.lock --output-file requirements-dev.lock
	@tools/setup.sh dev

.PHONY: setup
setup: ## .venv with all that development needs
	@tools/setup.sh dev

.PHONY: runtime
runtime:
	@tools/setup.sh runtime

.PHONY: clean
clean: ## remove .venv, caches and the demo; never data/ or recorded/
	rm -rf .venv .venv-* demo dist .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -not -path './data/*' -prune -exec rm -rf {} +
