# `make run` starts a node, `make test` checks everything; both set up what they need the first time.
PYTHON ?= python3
PYTEST = .venv/bin/python -m pytest

.PHONY: run test check style types pages unit journeys conformance browser nightly bench bench-quick env tools vendor lock reference clean
.NOTPARALLEL:

run: env ; @exec .venv/bin/openline run
test: style types pages unit conformance journeys browser
check: style types pages unit

style: tools ; .venv/bin/ruff check . && .venv/bin/ruff format --check .
types: tools ; .venv/bin/mypy
pages: tools ; cd web && export PATH="$(CURDIR)/.venv/bin:$$PATH" && npm run --silent types && npm test --silent
unit: tools ; $(PYTEST) -p no:twisted --cov --cov-report=term openline components router bench tests/contract tests/semantics
conformance: tools ; $(PYTEST) -p no:twisted tests/conformance
journeys: tools ; $(PYTEST) tests/journeys
browser: tools ; $(PYTEST) -p no:twisted tests/browser

nightly: tools
	$(PYTEST) -p no:twisted tests/conformance --long
	PRESENCE_SECONDS=120 $(PYTEST) tests/journeys/test_presence.py
	CROWD_MESSAGES=10000 $(PYTEST) -p no:twisted tests/browser/test_crowd.py

BENCH = .venv/bin/python -m bench
bench: tools ; $(BENCH).run --out build/bench/work.json && $(BENCH).run --scenarios idle --rounds 1 --out build/bench/idle.json && $(BENCH).report build/bench/work.json build/bench/idle.json > build/bench/report.md
bench-quick: tools ; $(BENCH).run --systems openline,crossbar,socketio,ws --rounds 2 --seconds 0.5 --connects 500 --out build/bench/quick.json && $(BENCH).report build/bench/quick.json > build/bench/report.md

env: ; @$(PYTHON) tools/setup.py run
tools: ; @$(PYTHON) tools/setup.py test
vendor: ; @rm -rf web/vendor && $(PYTHON) tools/setup.py run
lock: ; $(PYTHON) requirements/lock.py
reference: env ; .venv/bin/python tools/reference.py
clean: ; rm -rf .venv router/edge/*.so web/vendor web/node_modules build *.egg-info .mypy_cache .pytest_cache .ruff_cache .coverage
