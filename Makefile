# Two commands do everything: `make run` and `make test`. The rest is for developers.
.DEFAULT_GOAL := help
SHELL := /bin/sh
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest
BUILT := web/static/build/manifest.json registry/translations/en/LC_MESSAGES/messages.mo
SQL := $(shell find sql -name '*.sql')
NPM := PATH="$(CURDIR)/$(BIN):$$PATH" npm

help: ## show this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | sort

run: setup ## set up what is missing, import the demo district on the first run, and serve
	@exec $(BIN)/registry run

setup: .cache/system .venv/run $(BUILT)

develop: setup .cache/system-test .venv/dev

test: develop ## all tests: lint, types, unit, PostGIS, web, browser; prints how much of the code they run
	rm -f .cache/coverage*
	$(MAKE) --no-print-directory check COVERAGE="$(COVERAGE)"
	$(PYTEST) -n 2 -m slow tests/unit
	sh requirements/newest_postgresql.sh
	$(PYTEST) -n 2 $(COVERAGE) tests/postgis tests/web
	@$(BIN)/coverage report > .cache/coverage.txt
	@echo "Coverage: $$($(BIN)/coverage report --format=total) % of the lines (.cache/coverage.txt)"
	$(PYTEST) tests/browser
test: COVERAGE := --cov --cov-append --cov-report=

# The tests are the longest, and begin first; the linters run beside them.
check: .venv/dev $(BUILT) ## lint, types, import contracts, unit tests (under a minute)
	@$(MAKE) --no-print-directory -j 2 --output-sync=target check-unit check-python check-browser check-templates .cache/sql-checked

check-unit:
	$(PYTEST) -n 2 -m 'not slow' $(COVERAGE) tests/unit

check-python:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check-browser:
	$(NPM) run --silent check
	$(NPM) test --silent

check-templates:
	$(BIN)/djlint --lint --quiet .

# Parsing takes longest: only what has changed since the last time, unless the rules have.
.cache/sql-checked: .sqlfluff $(SQL)
	$(BIN)/sqlfluff lint $(if $(filter .sqlfluff,$?),sql,$?)
	@touch $@

vocabulary: .venv/dev ## write the words of registry/vocabulary for SQL and for the browser
	$(BIN)/python -m registry.vocabulary.written

screenshots: develop ## the pictures of README and docs, from the demo district
	$(BIN)/python -m tests.browser.screenshots

translations: .venv/dev ## gather new texts into the English catalogue
	$(BIN)/pybabel -q extract -F registry/translations/babel.cfg --add-location file --sort-by-file -o .cache/messages.pot registry importers demo web
	$(BIN)/pybabel -q update -l en -d registry/translations -i .cache/messages.pot --no-wrap --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date

bench: develop .venv/bench ## our speed beside a peer's, in one run
	$(BIN)/python -m benchmarks

wheel: setup .venv/dev ## a wheel with SQL, templates and browser assets inside
	rm -rf build dist
	$(BIN)/python -m build --wheel --no-isolation

lock: .venv/dev ## resolve the Python locks anew
	$(BIN)/pip-compile $(LOCK) -o requirements/run.txt setup.cfg requirements/build.in
	$(BIN)/pip-compile $(LOCK) -o requirements/node.txt requirements/node.in
	$(BIN)/pip-compile $(LOCK) -c requirements/run.txt -o requirements/dev.txt requirements/dev.in
	$(BIN)/pip-compile $(LOCK) -c requirements/run.txt -o requirements/bench.txt requirements/bench.in
LOCK := --quiet --strip-extras --generate-hashes --allow-unsafe --no-header --no-emit-index-url --no-emit-trusted-host --no-emit-find-links

clean: ## remove everything that set-up made, but the data in var/
	rm -rf .cache .venv node_modules web/static/build build dist *.egg-info

.cache/system: requirements/system.sh
	sh requirements/system.sh
	@mkdir -p .cache && touch $@

.cache/system-test: requirements/system.sh
	sh requirements/system.sh test
	@mkdir -p .cache && touch $@

.venv/bin/python: | .cache/system
	python3 -m venv .venv

.venv/run: requirements/run.txt setup.cfg | .venv/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	rm -rf *.egg-info # the commands of an earlier install would hide new ones
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev: requirements/dev.txt .venv/run
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

.venv/bench: requirements/bench.txt .venv/dev
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bench.txt
	@touch $@

# Node of the machine if it is new enough and has npm, else one of our own.
.venv/node: requirements/node.txt | .venv/bin/python
	@node -e 'process.exit(parseInt(process.versions.node) < 18)' 2>/dev/null && npm --version >/dev/null 2>&1 || \
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/node.txt
	@touch $@

node_modules/.package-lock.json: package.json package-lock.json | .venv/node
	$(NPM) ci --silent --no-audit --no-fund
	@touch $@

web/static/build/manifest.json: node_modules/.package-lock.json $(wildcard web/browser/*.js web/browser/*.mjs web/browser/*/*.js web/browser/css/*.css)
	$(NPM) run --silent build

%.mo: %.po .venv/run
	$(BIN)/pybabel --quiet compile -i $< -o $@

.PHONY: vocabulary check-unit check-python check-browser check-templates screenshots translations help run setup develop test check bench wheel lock clean
