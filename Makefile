# Answerback: all that is done with this repository, by name. Each target does its own set-up.
#
# Needs Python 3.11 or newer; another one than the first on PATH: make PYTHON=/path/to/python3 ...
# Tests can be narrowed: make test-only ARGS="tests/stats -x"

.DEFAULT_GOAL := help
SHELL := /bin/sh
BIN := .venv/bin
STAGE := scripts/stage
ARGS ?=
export PYTHON

# No target is a file, and the stages of one target share its environment: nothing here gains by running side by side.
.NOTPARALLEL:
.PHONY: help setup demo test test-only check format bench docs docs-serve lock wheel clean stages-check stages-test

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: ## Make or refresh the environment (.venv) from the locked requirements
	@scripts/setup

demo: setup ## See it work on a practice company with a known truth
	@$(BIN)/python scripts/demo.py $(ARGS)

test: setup ## Everything that must pass: the checks, the tests, the wheel on its own
	@$(STAGE) "make test" $(MAKE) --no-print-directory stages-test

stages-test: stages-check
	@$(STAGE) tests $(BIN)/python -m pytest $(ARGS)
	@$(STAGE) wheel $(BIN)/python scripts/check_wheel.py

test-only: setup ## The tests alone: make test-only ARGS="-k link -x"
	@$(BIN)/python -m pytest $(ARGS)

check: setup ## Style, types, the arrows of the house, its rules for code and SQL, the documentation
	@$(STAGE) "make check" $(MAKE) --no-print-directory stages-check

stages-check:
	@$(STAGE) lint $(BIN)/ruff check .
	@$(STAGE) format $(BIN)/ruff format --check .
	@$(STAGE) types $(BIN)/mypy
	@$(STAGE) imports $(BIN)/lint-imports
	@$(STAGE) house $(BIN)/python scripts/check_house.py
	@$(STAGE) docs $(BIN)/mkdocs build --strict --quiet

format: setup ## Put code into its standard form and mend what can be mended without thought
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format .

bench: ## Measure speed against other engines, in an environment of its own
	@scripts/setup bench
	@$(STAGE) "make bench" .venvs/bench/bin/python -m benchmarks $(ARGS)

docs: setup ## Build the documentation into site/
	@$(STAGE) "make docs" $(BIN)/mkdocs build --strict

docs-serve: setup ## Read the documentation while writing it
	@$(BIN)/mkdocs serve

lock: ## Choose exact versions for requirements/*.txt; the newest ones: make lock ARGS=--upgrade
	@scripts/lock $(ARGS)

wheel: setup ## Build the wheel into dist/
	@$(BIN)/hatchling build -t wheel

clean: ## Remove what was built and cached; environments stay (remove .venv, .venvs and .tools by hand)
	@rm -rf build dist site .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find src tests scripts -name __pycache__ -type d -prune -exec rm -rf {} +
