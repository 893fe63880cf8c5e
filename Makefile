# One command each: `make demo`, `make test`, `make bench`, `make fuzz`, `make lock`.
PYTHON ?= python3
VENV := .venv

LOCK := uv pip compile -q --generate-hashes --no-emit-index-url --universal --python-version 3.11 \
	--custom-compile-command "make lock" pyproject.toml --group build

.PHONY: lock
lock:  ## resolve the pinned requirements anew
	$(LOCK) -o requirements/run.txt
	$(LOCK) --group test -o requirements/test.txt
	$(LOCK) --group test --group bench -o requirements/bench.txt
