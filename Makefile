# The targets that people and CI share. `make demo` and `make test` set up what is missing.

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
FOLDERS ?=
TORCH_INDEX ?=

.PHONY: setup demo run test lint types layers python-tests viewer-tests docs bench soak mutants viewer lock third-party wheel clean
.DEFAULT_GOAL := setup

setup: $(STAMP) viewer ## the virtual environment with everything in it, and the viewer built

$(STAMP): pyproject.toml constraints.txt requirements-dev.txt supply/locked.py
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Muser needs Python 3.11 or newer: make PYTHON=python3.12 …"; exit 1; }
	@# By their hashes, all but PyTorch, of which every kind of machine has a build of its own.
	@$(BIN)/python supply/locked.py requirements-dev.txt > $(VENV)/locked.txt
	$(BIN)/pip install --quiet --no-deps --require-hashes --requirement $(VENV)/locked.txt
	@# Another build of torch comes from its index alone: two indexes of equal rank let either one
	@# answer for any package.
	@test -z "$(TORCH_INDEX)" || $(BIN)/pip install --quiet --index-url "$(TORCH_INDEX)" \
	  $$(grep -E '^torch(vision)?==' constraints.txt)
	$(BIN)/pip install --quiet $$(grep -E '^torch(vision)?==' constraints.txt)
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

viewer: $(STAMP) ## the page, if its sources changed
	@$(BIN)/python hatch_build.py

demo: setup ## the two maps on the demo folders, in the foreground
	@$(BIN)/python demo/make.py
	@MUSER_STATE_DIR=$(CURDIR)/.cache/demo/state MUSER_CACHE_DIR=$(CURDIR)/.cache/demo/cache \
	  $(BIN)/muserd run --folder demo/data/pictures --folder demo/data/notes --open

run: setup ## make run FOLDERS="~/Pictures ~/notes"
	@test -n "$(FOLDERS)" || { echo 'usage: make run FOLDERS="~/Pictures ~/notes"'; exit 2; }
	@$(BIN)/muserd run $(foreach folder,$(FOLDERS),--folder $(folder)) --open

test: setup lint types layers ## every check, ending with a line that counts the tests
	@$(BIN)/python tests/run.py

lint:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@$(BIN)/python hatch_build.py lint

types:
	$(BIN)/mypy muserd

layers:
	$(BIN)/lint-imports

docs: $(STAMP) ## the pages that are made from the program: commands and schemas
	$(BIN)/python -m muserd.ctl man --markdown > docs/commands.md
	$(BIN)/python -m tests.schemas_of_bodies > docs/schemas.md

bench: setup ## every benchmark, as JSON
	@$(BIN)/python -m bench

soak: setup ## hours of random work, kills and faults
	@$(BIN)/python tests/run.py --soak

mutants: $(STAMP) ## make mutants MODULE=muserd/layout/place.py: do the unit tests notice a change?
	@test -n "$(MODULE)" || { echo 'usage: make mutants MODULE=muserd/layout/place.py [ARGS="--most 20"]'; exit 2; }
	@$(BIN)/python -m tests.mutants $(MODULE) $(ARGS)

lock: ## requirements*.txt: every package with its hashes, from pyproject.toml and constraints.txt
	@for file in requirements.txt requirements-dev.txt; do \
	  extras=; test $$file = requirements.txt || extras=--all-extras; \
	  uv pip compile pyproject.toml --constraint constraints.txt $$extras --generate-hashes \
	    --universal --python-version 3.11 --no-header --no-annotate --quiet --output-file .lock && \
	  { printf '%s\n' '# Made by `make lock`. Every package with the SHA-256 of its distributions, for all platforms:' \
	    '# pip install --require-hashes --requirement THIS_FILE'; cat .lock; } > $$file && rm .lock || exit 1; \
	done

third-party: setup ## THIRD_PARTY.md: the licences of all that Muser is built of
	@$(BIN)/python -m supply.inventory

wheel: setup ## wheel, sdist, and a bill of materials beside them
	$(BIN)/python -m build --wheel --sdist
	@$(BIN)/python -m supply.inventory --sbom dist/muser.cdx.json

clean: ## everything that can be made again
	rm -rf $(VENV) .cache build dist *.egg-info muserd/_page viewer/node_modules demo/data \
	  .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
