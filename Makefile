.DEFAULT_GOAL := help
.PHONY: help setup run dev check test fix docs bench translations lock clean

BIN := .venv/bin
HOST ?= 127.0.0.1
PORT ?= 8000
DEMO ?= 1
export HOST PORT DEMO
# What a caller's own Python says must not reach ours.
unexport PYTHONPATH PYTHONHOME

help: ## lists these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' Makefile

setup: ## makes .venv with the command .venv/bin/linli, and fetches the scripts of the pages
	@setup/setup.sh run

run: setup ## serves on 127.0.0.1:8000 (PORT=, HOST=), filled with the demo on the first start (DEMO=0: not)
	@setup/run.sh

dev: setup ## serves like run, with one worker that reloads when a file changes
	@setup/run.sh --reload

check: ## reads the code: style, types, import rules, translations, documents
	@setup/setup.sh check
	@$(MAKE) --no-print-directory static
	$(BIN)/python -m pytest tests/house

# One order for check and test: the quickest first.
.PHONY: static
static:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/python setup/check_translations.py
	$(BIN)/python setup/check_documents.py

# Files go in the order of tests/conftest.py: sorted by how many tests they have, the long journeys would come last and alone.
test: ## runs everything, on SpatiaLite and on a PostGIS of its own
	@setup/setup.sh test
	@$(MAKE) --no-print-directory static
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

fix: ## formats the code and mends what the linter can mend safely
	@setup/setup.sh check
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: ## writes the documents that come from the code
	@setup/setup.sh check
	$(BIN)/python setup/check_documents.py --update

bench: ## measures the promised speeds
	@setup/setup.sh bench
	$(BIN)/python -m benchmarks

translations: ## collects what is to be translated into the catalogue of every language
	@setup/setup.sh check
	$(BIN)/python setup/check_translations.py --update

lock: ## pins the packages named in the .in files and package.json
	@setup/setup.sh check
	setup/lock.sh

clean: ## removes what setup made; the store in instance/ stays
	rm -rf .venv node_modules webmap/static/vendor
