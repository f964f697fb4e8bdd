# Needs only Python 3.11 or newer and make; everything else is set up in .venv.
# make experiments   run every study in experiments/ and draw the figures; after calibrating the
#                    case anew with PROFILE=calibration
# make paper         the paper, from experiments that it runs if they are missing
# make docs          the documentation as a site, in build/docs
# make test          ruff, mypy and all tests
# make fuzz          both engines on 20,000 random mechanisms, every memory access checked
# make torture       results are killed, starved and damaged at their file operations; some ten minutes
# make bench         time an event, beside other engines; writes benchmarks/README.md

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	command -v $$p >/dev/null 2>&1 && \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
READY := .venv/.ready
PEERS := .venv-bench/.ready
LOCK := --universal --python-version 3.11 --generate-hashes --no-header --quiet
QUICK ?=
PROFILE ?=
FLAGS := $(if $(QUICK),--quick)

.PHONY: help setup experiments figures paper docs test check fuzz torture bench lock clean

help:
	@sed -n 's/^# make/make/p' Makefile

setup: $(READY)

$(READY): requirements.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "desim needs Python 3.11 or newer; set PYTHON=/path/to/python" >&2; exit 1; }
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)

experiments: $(READY)
	$(if $(filter calibration,$(PROFILE)),$(BIN)/desim calibrate experiments/calibration/sichuan_2022.toml $(or $(FLAGS),--store))
	$(BIN)/desim theory
	$(BIN)/desim experiment --all $(FLAGS)
	$(BIN)/desim figures
	$(if $(QUICK),,$(BIN)/desim chronicle)

figures: $(READY)
	$(BIN)/desim figures

paper: experiments
	$(BIN)/desim paper $(FLAGS)

# The variable keeps an announcement about other tools out of what is read for warnings; --quiet
# would keep warnings from --strict too.
docs: $(READY)
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict
	@echo "build/docs/index.html; to search it, python -m http.server --directory build/docs"

check: $(READY)
	$(BIN)/ruff check desim tests benchmarks docs
	$(BIN)/ruff format --check desim tests benchmarks docs
	$(BIN)/mypy

test: check
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal

fuzz: $(READY)
	FUZZ=20000 $(BIN)/python -m pytest --numprocesses auto tests/engine
	NUMBA_BOUNDSCHECK=1 NUMBA_CACHE_DIR=.numba_checked $(BIN)/python -m tests.engine.bounds 2000

torture: $(READY)
	TORTURE=1 $(BIN)/python -m pytest --numprocesses auto --dist worksteal tests/study/test_store.py tests/torture

bench: $(READY) $(PEERS)
	$(BIN)/python -m pytest benchmarks/test_simpy_engine.py --benchmark-only --benchmark-columns=median,iqr,rounds,ops
	$(BIN)/python -m benchmarks $(FLAGS)

# Other simulation packages, which only the benchmarks need, in a place of their own.
$(PEERS): benchmarks/requirements.txt
	$(PYTHON) -m venv --clear .venv-bench
	.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r benchmarks/requirements.txt
	@touch $(PEERS)

lock:
	uv pip compile pyproject.toml --extra dev $(LOCK) --output-file requirements.txt
	uv pip compile benchmarks/requirements.in --constraint requirements.txt $(LOCK) --output-file benchmarks/requirements.txt

clean:
	rm -rf .venv .venv-bench build benchmarks/build .numba_checked results figures paper/build .pytest_cache .mypy_cache .ruff_cache .hypothesis
