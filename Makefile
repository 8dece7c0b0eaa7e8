# How to work here: `make help`. Two commands are enough: `make validate` and `make test`.
PYTHON ?= python3.11
VENV   := .venv
BIN    := $(VENV)/bin
RUN    := $(VENV)/.run-installed
DEV    := $(VENV)/.dev-installed
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps

.DEFAULT_GOAL := help
.PHONY: help validate test fast lint rate package docs clean lock faults fuzz examples

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is needed: set PYTHON=/path/to/python3.11"; exit 2; }
	@echo "setting up $(VENV) (once)"
	@$(PYTHON) -m venv $(VENV)

$(RUN): requirements.txt | $(BIN)/python
	@echo "installing pinned dependencies"
	@$(PIP) -r requirements.txt
	@touch $@

$(DEV): requirements-dev.txt $(RUN)
	@echo "installing pinned test dependencies"
	@$(PIP) -r requirements-dev.txt
	@touch $@

validate: $(RUN) ## check the published data and print what it holds
	@$(BIN)/python scripts/validate.py

test: $(DEV) ## all tests, linter and type checker
	@$(BIN)/ruff check --quiet . && $(BIN)/ruff format --check --quiet . && $(BIN)/mypy --no-error-summary
	@$(BIN)/python -m pytest -q

fast: $(DEV) ## the tests that take under a second each
	@$(BIN)/python -m pytest -q -m "not slow"

lint: $(DEV) ## format and mend what the linter can mend
	@$(BIN)/ruff format --quiet . && $(BIN)/ruff check --fix . && $(BIN)/mypy

rate: $(RUN) ## compute ratings and rating_steps again
	@$(BIN)/python scripts/rate.py

package: $(RUN) ## bring the descriptor and generated pages up to date
	@$(BIN)/python scripts/package.py

faults: $(DEV) ## damage the tables in thousands of ways and count what the rules catch
	@$(BIN)/python scripts/faults.py

fuzz: $(DEV) ## throw 100,000 damaged files at validate (slow)
	@FUZZ=100000 $(BIN)/python -m pytest -q tests/test_fuzz.py

examples: $(DEV) ## write the example messages of docs/rules.md anew
	@PYTHONPATH=schemas $(BIN)/python tests/test_rules.py

lock: ## pin all dependencies again, with hashes (needs pip-tools)
	pip-compile -q --generate-hashes --strip-extras --no-emit-index-url --no-emit-find-links --no-header --allow-unsafe -o requirements.txt pyproject.toml
	pip-compile -q --generate-hashes --strip-extras --extra dev --no-emit-index-url --no-emit-find-links --no-header --allow-unsafe -c requirements.txt -o requirements-dev.txt pyproject.toml

clean: ## remove what set-up and tests made
	rm -rf $(VENV) .cache build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
