# Everything a person does with this tree. `make help` lists it.
# A target sets up what it needs; the second run of a set-up takes no time.

HOST ?= 127.0.0.1
PORT ?= 8080
BIN  := .venv/bin
INPUTS := pyproject.toml constraints.txt scripts/setup.sh scripts/requirements.py

.DEFAULT_GOAL := help
.PHONY: help demo test test-long check lint bench build-tag schema wheel clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.venv/.ready-run: $(INPUTS)
	@sh scripts/setup.sh run

.venv/.ready-dev: $(INPUTS)
	@sh scripts/setup.sh dev

node_modules/.ready: package.json package-lock.json
	@sh scripts/need.sh node npm
	@echo "Installing the tag's build tools and the YAML test suite ..."
	@npm ci --silent --no-fund --no-audit </dev/null
	@touch $@

demo: .venv/.ready-run ## serve the demo shop: make demo PORT=8080 HOST=127.0.0.1 DIR=a/copy/of/the/shop
	@exec $(BIN)/tagwerk demo --host $(HOST) --port $(PORT) $(if $(DIR),--dir "$(DIR)")

test: .venv/.ready-dev node_modules/.ready ## run every test, the browser journeys included
	@sh scripts/need.sh libatomic1 browser nginx openssl
	@$(BIN)/python -m pytest -n 2 --dist loadgroup -m "not long"

test-long: .venv/.ready-dev node_modules/.ready ## run every test with full counts
	@sh scripts/need.sh libatomic1 browser nginx openssl
	@TAGWERK_LONG=1 $(BIN)/python -m pytest -n 2 --dist loadgroup

# test_bench_mix.py is slow as a whole: left out here, nothing waits for the other engines to be imported.
check: .venv/.ready-dev ## the fast inner loop: ruff, mypy, tests without a browser
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest -n 2 --ignore tests/test_bench_mix.py --hypothesis-profile quick -m "not browser and not long and not wheel and not slow"

lint: .venv/.ready-dev node_modules/.ready ## every check that runs no test; prints the tag's and the banner's size
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@node_modules/.bin/tsc --checkJs -p .
	@said=$$(node snippet/build.mjs --check) || { echo "$$said"; exit 1; }
	@$(BIN)/python scripts/schema.py --check
	@$(BIN)/python scripts/sizes.py

bench: .venv/.ready-dev node_modules/.ready ## measure the rules, other engines beside them, and decide against a bare JSON echo
	@sh scripts/need.sh wrk taskset
	@PYTHONPATH=tests $(BIN)/python -m benchmarks.rules; rules=$$?; \
	PYTHONPATH=tests $(BIN)/python -m benchmarks.decide && exit $$rules

build-tag: node_modules/.ready ## build snippet/ into static/
	@node snippet/build.mjs

schema: .venv/.ready-dev ## write schema/ and the demo's, from the tables that the rules are read by
	@$(BIN)/python scripts/schema.py

wheel: .venv/.ready-dev ## build the wheel into dist/
	@$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .

clean: ## remove all that was made here: .venv, node_modules, build, dist, var, caches
	@rm -rf .venv node_modules build dist var .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
