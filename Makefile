# `make demo` shows Ostiary, `make test` runs everything that CI runs. `make help` lists the rest.
VENV ?= .venv
BIN := $(VENV)/bin
ARGS ?=

.DEFAULT_GOAL := help

.PHONY: help
help:  ## list what make can do
	@grep -hE '^[a-z][a-z-]*:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

$(VENV)/%.installed: requirements/%.txt pyproject.toml make/venv.sh
	@make/venv.sh $(VENV) $<
	@touch $@

.PHONY: demo
demo: $(VENV)/run.installed  ## the example shop behind Ostiary, with a tour; ARGS="--tour-only" ends after it
	@$(BIN)/ostiary demo $(ARGS)

.PHONY: packages
packages:
	@make/debian.sh initdb:postgresql chromium:chromium nginx:nginx haproxy:haproxy node:nodejs npm:npm \
		|| echo "Tests that need these are left out; each is named with its reason below." >&2

tests/flows/node/node_modules/.package-lock.json: tests/flows/node/package-lock.json | packages
	@if command -v npm >/dev/null; then npm ci --prefix tests/flows/node --no-audit --no-fund --loglevel=error; fi

.PHONY: lint
lint: $(VENV)/test.installed  ## style, types and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: test
test: packages tests/flows/node/node_modules/.package-lock.json lint  ## everything that CI runs, in under 10 minutes on 2 cores
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder -rs $(ARGS)

.PHONY: bench
bench: $(VENV)/bench.installed  ## the benchmarks beside their peers; ARGS="--quick" takes a minute each
	@make/debian.sh nginx:nginx haproxy:haproxy wrk:wrk node:nodejs npm:npm
	$(BIN)/python -m bench.gateway $(ARGS)
	$(BIN)/python -m bench.issuer $(ARGS)

.PHONY: fuzz
fuzz: $(VENV)/fuzz.installed  ## fuzz the paths of requests, tokens and signatures for SECONDS (600) each
	PYTHONPATH=tests $(BIN)/python -m tests.fuzz.http -max_total_time=$(or $(SECONDS),600)
	PYTHONPATH=tests $(BIN)/python -m tests.fuzz.token -max_total_time=$(or $(SECONDS),600)
	PYTHONPATH=tests $(BIN)/python -m tests.fuzz.signature -max_total_time=$(or $(SECONDS),600)

LOCK := uv pip compile -q --generate-hashes --no-emit-index-url --universal --python-version 3.11 \
	--custom-compile-command "make lock" pyproject.toml --group build

.PHONY: lock
lock:  ## resolve the pinned requirements anew (needs uv)
	$(LOCK) -o requirements/run.txt
	$(LOCK) --group test -o requirements/test.txt
	$(LOCK) --group test --group bench -o requirements/bench.txt
	$(LOCK) --group test --group fuzz -o requirements/fuzz.txt
