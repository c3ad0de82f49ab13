# Two commands: `make run` and `make test`. They need Python 3.11 or newer and make, nothing else.
# Each step leaves a stamp; it is done again only when what it was made from has changed.

SHELL := /bin/sh
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/stamps
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq install
# Only what is locked, only if its hash is right.
LOCKED := $(PIP) --require-hashes --requirement
# Node comes from a wheel in .venv.
NPM := PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/npm ci --ignore-scripts --loglevel=error
VENDOR := calendar_app/web/static/vendor/SOURCES.json
NODE_TOOLS := node_modules/.with-tools
# Processes of the tests; a machine may have more cores than memory.
PROCESSES ?= logical

# Compiled files make the next start quicker, whatever the shell has been told.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: $(STAMPS)/run $(VENDOR) ## Set up what is needed, load a demonstration season, serve the site (PORT, HOST)
	@$(BIN)/calendar-app migrate
	@$(BIN)/calendar-app demo --if-empty
	@$(BIN)/calendar-app user list | awk '/@demo\.example/ { \
	    if (!n++) print "\nDemonstration accounts, password demo-demo-demo:"; \
	    if (!/^editor/ || e++ < 4) print "  " $$1; else more++ } \
	    END { if (more) print "  … and " more " more editors: .venv/bin/calendar-app user list" }'
	@echo; echo "Open http://$${HOST:-127.0.0.1}:$${PORT:-8000}/ (Ctrl+C stops the site)"; echo
	@exec $(BIN)/calendar-app serve

.PHONY: test
test: $(STAMPS)/dev $(VENDOR) $(NODE_TOOLS) ## Run all tests, on SQLite and PostgreSQL, and in Chromium where there is one
	@$(BIN)/python scripts/browser.py
	@$(BIN)/python -m pytest --numprocesses=$(PROCESSES) $(TESTS)

.PHONY: check
check: $(STAMPS)/dev ## Style, types, the import ladder, translations, licences
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python scripts/translations.py
	@$(BIN)/reuse --no-multiprocessing lint --quiet || $(BIN)/reuse lint
	@echo "All checks passed."

.PHONY: bench
bench: $(STAMPS)/dev $(VENDOR) $(STAMPS)/peers ## Measure against other software; writes benchmarks/results.json
	@$(BIN)/python -m benchmarks

.PHONY: front-end
front-end: $(VENDOR) ## Fetch the front-end files that pages are served with

.PHONY: wheel
wheel: $(STAMPS)/dev $(VENDOR) ## Build the package into dist/
	@$(BIN)/uv build --quiet --no-build-isolation --python $(BIN)/python --out-dir dist

# The newest versions that the ranges of pyproject.toml and package.json allow, with hashes and
# without addresses. The smaller files hold the versions of the largest.
UV_COMPILE = $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-annotate --no-header --no-config

.PHONY: lock
lock: $(STAMPS)/dev ## Lock the newest allowed requirements anew
	$(UV_COMPILE) pyproject.toml --group dev --output-file requirements/dev.txt
	$(UV_COMPILE) pyproject.toml --group setup --constraint requirements/dev.txt --output-file requirements/setup.txt
	$(UV_COMPILE) pyproject.toml --constraint requirements/dev.txt --output-file requirements/runtime.txt
	$(UV_COMPILE) --group peers --output-file requirements/peers.txt
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/npm update --package-lock-only --ignore-scripts

.PHONY: clean
clean: ## Remove all that was set up; the data under instance/ stays
	rm -rf $(VENV) .venv-peers node_modules calendar_app/web/static/vendor dist

# ── the steps ────────────────────────────────────────────────────────────────────────────────

$(STAMPS)/venv:
	@sh scripts/venv.sh $(VENV)
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/run: $(STAMPS)/venv requirements/setup.txt pyproject.toml scripts/bundle.py
	@echo "Installing the locked requirements (a minute, the first time) …"
	@$(LOCKED) requirements/setup.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(STAMPS)/dev: $(STAMPS)/run requirements/dev.txt
	@echo "Installing what the tests need …"
	@$(LOCKED) requirements/dev.txt
	@touch $@

$(VENDOR): package.json package-lock.json .npmrc scripts/vendor.py | $(STAMPS)/run
	@echo "Fetching the front-end files …"
	@$(NPM) --omit=dev
	@$(BIN)/python scripts/vendor.py

$(NODE_TOOLS): package-lock.json | $(VENDOR) $(STAMPS)/run
	@echo "Fetching the Node tools of the tests …"
	@$(NPM)
	@touch $@

# Other software to measure against; it does not resolve beside ours.
$(STAMPS)/peers: $(STAMPS)/venv requirements/peers.txt
	@echo "Installing what we measure against …"
	@sh scripts/venv.sh .venv-peers
	@.venv-peers/bin/python -m pip --disable-pip-version-check -qq install --require-hashes --requirement requirements/peers.txt
	@touch $@
