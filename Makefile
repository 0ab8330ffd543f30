# Two commands: `make` regenerates everything at laptop scale, `make test` runs the tests. `make help` lists the rest.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
SNAKEMAKE := $(BIN)/snakemake

.PHONY: all setup test check smoke dry-runs report benchmark docs clean help

all: setup ## set up and regenerate every figure and claim at laptop scale
	$(SNAKEMAKE)

setup: .venv/ready ## make .venv from the lock

.venv/ready: envs/requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || { \
	  echo "Python 3.11 is needed, $(PYTHON) is $$($(PYTHON) --version); run: make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -r envs/requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

test: setup ## all tests, a file at a time on each core
	OMP_NUM_THREADS=1 $(BIN)/pytest --numprocesses logical --dist loadfile

check: setup ## formatting, lint, types
	$(BIN)/ruff format --check src scripts tests benchmarks examples
	$(BIN)/ruff check src scripts tests benchmarks examples
	$(BIN)/snakefmt --check Snakefile workflow
	$(BIN)/mypy

smoke: setup ## every rule and figure in small, then once more: nothing may be left to do
	$(SNAKEMAKE) --config scale=smoke
	$(SNAKEMAKE) --config scale=smoke 2>&1 | tee .snakemake/second-run.log | grep "Nothing to be done"

dry-runs: setup ## plan all scales
	for scale in smoke laptop thesis; do $(SNAKEMAKE) --dry-run --quiet rules --config scale=$$scale || exit 1; done

report: setup ## Snakemake's own report of the laptop scale
	$(SNAKEMAKE) --report results/laptop/report.zip

benchmark: setup ## speed against references, in the same run
	for script in benchmarks/[a-z]*.py; do echo "== $$script"; PYTHONPATH=tests/oracles $(BIN)/python $$script || exit 1; done

docs: setup ## copy ledger, times and thumbnails of the laptop scale to docs/, for the README
	$(BIN)/python scripts/publish_docs.py laptop

clean: ## remove the results of all scales; downloaded data stay
	rm -rf results/smoke results/laptop results/thesis .snakemake

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:[^#]*##/ -/'
