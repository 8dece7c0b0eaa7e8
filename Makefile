# How to work here: `make help`. Two commands are enough: `make validate` and `make test`.
PYTHON ?= python3.11
VENV   := .venv
BIN    := $(VENV)/bin
RUN    := $(VENV)/.run-installed
DEV    := $(VENV)/.dev-installed
SITE   := $(VENV)/.site-installed
MATRIX := $(VENV)-matrix
BENCH  := $(VENV)-bench
NPM    := node_modules/.package-lock.json
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps
LOCK   := pip-compile -q --generate-hashes --strip-extras --no-emit-index-url --no-emit-find-links --no-header --allow-unsafe

.DEFAULT_GOAL := help
.PHONY: help validate test fast lint rate package faults fuzz kills examples bench dist matrix site serve sql browser clean lock

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

$(SITE): requirements-site.txt $(RUN)
	@echo "installing pinned parts of the site"
	@$(PIP) -r requirements-site.txt
	@touch $@

$(NPM): package.json package-lock.json .npmrc
	@command -v npm >/dev/null || { echo "npm is needed for the site's search and fonts: install Node.js 20 or newer"; exit 2; }
	@echo "installing pinned search, fonts and axe"
	@npm ci --silent
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

dist: $(DEV) ## write all shipped forms of this version into dist/release
	@$(BIN)/python scripts/dist.py

# Readers from outside have dependencies of their own, so they have an environment and a lock of their own.
$(MATRIX)/.installed: requirements-matrix.txt
	@echo "setting up $(MATRIX) (once)"
	@$(PYTHON) -m venv $(MATRIX)
	@$(MATRIX)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-matrix.txt
	@touch $@

matrix: $(MATRIX)/.installed ## load what is shipped in every reader, and hold it against validators from outside
	@sh tests/matrix/setup.sh $(MATRIX)/bin/python
	@$(MATRIX)/bin/python -m pytest -q --numprocesses 0 tests/matrix

# So have the peers of the benchmark.
$(BENCH)/.installed: requirements-bench.txt
	@echo "setting up $(BENCH) (once)"
	@$(PYTHON) -m venv $(BENCH)
	@$(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-bench.txt
	@touch $@

bench: $(BENCH)/.installed ## time this project against its peers, side by side, and draw docs/performance.md anew (slow)
	@$(BENCH)/bin/python scripts/bench.py

site: $(SITE) $(NPM) ## build the explorer into dist/site
	@$(BIN)/python scripts/site.py

serve: site ## show the explorer at http://localhost:8000
	@echo "http://localhost:8000 (stop with Ctrl-C)"
	@$(BIN)/python -m http.server --bind 127.0.0.1 --directory dist/site 8000 2>/dev/null

sql: $(SITE) ## ask the database in SQL at http://localhost:8001
	@$(BIN)/python scripts/sql.py

browser: $(DEV) $(NPM) ## the explorer in Chromium (needs chromium, as from apt install chromium)
	@$(BIN)/python -m pytest -q -m browser

faults: $(DEV) ## damage the tables in thousands of ways and count what the rules catch
	@$(BIN)/python scripts/faults.py

fuzz: $(DEV) ## throw 100,000 damaged files at validate (slow)
	@FUZZ=100000 $(BIN)/python -m pytest -q tests/test_fuzz.py

kills: $(DEV) ## kill each writing command 200 times and look whether anything is half-written (slow)
	@KILLS=200 $(BIN)/python -m pytest -q tests/test_writing.py

examples: $(DEV) ## write the example messages of docs/rules.md anew
	@PYTHONPATH=schemas $(BIN)/python tests/test_rules.py

lock: ## pin all dependencies again, with hashes (needs pip-tools)
	$(LOCK) -o requirements.txt pyproject.toml
	$(LOCK) --extra dev --extra release --extra site --extra engines -c requirements.txt -o requirements-dev.txt pyproject.toml
	$(LOCK) --extra site -c requirements-dev.txt -o requirements-site.txt pyproject.toml
	$(LOCK) --extra dev --extra release --extra matrix -c requirements-dev.txt -o requirements-matrix.txt pyproject.toml
	$(LOCK) --extra bench --extra engines --extra site -c requirements-dev.txt -o requirements-bench.txt pyproject.toml

clean: ## remove what set-up and tests made
	rm -rf $(VENV) $(MATRIX) $(BENCH) node_modules .cache build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
