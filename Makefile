# Answerback: all that is done with this repository, by name. Each target does its own set-up.
#
# Needs Python 3.11 or newer; another one than the first on PATH: make PYTHON=/path/to/python3 ...
# Tests can be narrowed: make test-only ARGS="tests/stats -x"

.DEFAULT_GOAL := help
SHELL := /bin/sh
BIN := .venv/bin
STAGE := scripts/stage
ARGS ?=
CHECKS := lint-stage format-stage types-stage imports-stage house-stage security-stage docs-stage
export PYTHON
# The docs tool announces a successor at each run; the lock decides when we move.
export NO_MKDOCS_2_WARNING := 1
# The tests start hundreds of processes: without kept bytecode each would compile every library that it imports anew.
unexport PYTHONDONTWRITEBYTECODE

# No target is a file, and the stages of one target share its environment: nothing here gains by running side by side.
.NOTPARALLEL:
.PHONY: help setup system demo test test-only pages-on-postgres check format bench calibrate oracles docs docs-serve lock wheel clean \
	$(CHECKS) tests-stage pages-on-postgres-stage wheel-stage

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

system:
	@scripts/system_packages

setup: ## Make or refresh the environment (.venv) from the locked requirements
	@scripts/setup

demo: setup ## See it work on a practice company with a known truth; ends on its pages in the browser (ARGS=--no-serve: not)
	@$(BIN)/answerback demo --serve $(ARGS)

test: setup system ## Everything that must pass: the checks, the tests, the pages on PostgreSQL, the wheel on its own
	@$(STAGE) "make test" $(MAKE) -k --no-print-directory $(CHECKS) tests-stage pages-on-postgres-stage wheel-stage

test-only: setup system ## The tests alone: make test-only ARGS="-k link -x"
	@$(BIN)/python -m pytest $(ARGS)

pages-on-postgres: setup system ## The tests of the pages on PostgreSQL
	@$(MAKE) --no-print-directory pages-on-postgres-stage

check: setup ## Style, types, the arrows of the house, its rules for code and SQL, the documentation
	@$(STAGE) "make check" $(MAKE) -k --no-print-directory $(CHECKS)

# The stages. A failing one does not keep the others (-k) from saying what they have to say.
lint-stage:
	@$(STAGE) lint $(BIN)/ruff check .
format-stage:
	@$(STAGE) format $(BIN)/ruff format --check .
types-stage:
	@$(STAGE) types $(BIN)/mypy
imports-stage:
	@$(STAGE) imports $(BIN)/lint-imports --no-logo
security-stage:
	@$(STAGE) security $(BIN)/bandit -q -c pyproject.toml -r src
house-stage:
	@$(STAGE) house $(BIN)/python scripts/check_house.py
docs-stage:
	@$(STAGE) docs $(BIN)/mkdocs build --strict --quiet
# Three side by side on two cores, since many wait for a process, a server or a kill; the tests of one file share what they have built.
tests-stage:
	@$(STAGE) tests $(BIN)/python -m pytest -n 3 --dist loadfile --durations 40 --durations-min 8 $(ARGS)
# What a browser does is the same on either database.
pages-on-postgres-stage:
	@$(STAGE) pages-on-postgres scripts/with_postgres $(BIN)/python -m pytest tests/web --ignore tests/web/browser \
		--ignore tests/web/test_serving.py -n 2 --dist loadfile
wheel-stage:
	@$(STAGE) wheel $(BIN)/python scripts/check_wheel.py

format: setup ## Put code into its standard form and mend what can be mended without thought
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format .

bench: ## Measure speed against other engines, in an environment of its own
	@scripts/setup bench
	@scripts/setup bench-pm4py
	@$(STAGE) "make bench" .venvs/bench/bin/python -m benchmarks $(or $(ARGS),all)

calibrate: setup ## Measure how often the methods are right and write the tables of docs/methods: ARGS="detect" for one
	@$(STAGE) "make calibrate" $(BIN)/python -m calibration $(ARGS)

oracles: ## Ask lifelines, scikit-survival and pm4py again what ours is held against, in environments of their own
	@scripts/setup oracle-survival
	@.venvs/oracle-survival/bin/python tests/reference/incidence_python.py
	@scripts/setup bench-pm4py
	@.venvs/bench-pm4py/bin/python tests/reference/process_pm4py.py

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
