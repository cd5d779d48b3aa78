# `make run` starts a node, `make test` checks everything; both set up what they need the first time.
PYTHON ?= python3
PYTEST = .venv/bin/python -m pytest

.PHONY: run test check style types pages unit journeys browser env tools vendor lock reference clean
.NOTPARALLEL:

run: env ; @exec .venv/bin/openline run
test: style types pages unit journeys browser
check: style types pages unit

style: tools ; .venv/bin/ruff check . && .venv/bin/ruff format --check .
types: tools ; .venv/bin/mypy
pages: tools ; cd web && export PATH="$(CURDIR)/.venv/bin:$$PATH" && npm run --silent types && npm test --silent
unit: tools ; $(PYTEST) -p no:twisted --cov --cov-report=term openline components router tests/contract
journeys: tools ; $(PYTEST) tests/journeys
browser: tools ; $(PYTEST) -p no:twisted tests/browser

env: ; @$(PYTHON) tools/setup.py run
tools: ; @$(PYTHON) tools/setup.py test
vendor: ; @rm -rf web/vendor && $(PYTHON) tools/setup.py run
lock: ; $(PYTHON) requirements/lock.py
reference: env ; .venv/bin/python tools/reference.py
clean: ; rm -rf .venv web/vendor web/node_modules build *.egg-info .mypy_cache .pytest_cache .ruff_cache .coverage
