# Two commands on a machine that has python3 (3.11 or newer) and make: `make run` and `make test`.
# The virtual environment is built once from requirements.lock; afterwards nothing here needs a network.

# ARGS goes to pytest or the benchmarks: make test ARGS="-k house", make bench ARGS=--quick.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.built-from-lock

export PIP_DISABLE_PIP_VERSION_CHECK := 1

DEPARTMENTS ?= 10000

.PHONY: help run test end-to-end verify agree bench size figures conditions notebooks example docs wheels lint format types imports hooks venv lock clean

help:
	@echo "make run      compare every shipped staffing (builds .venv first)"
	@echo "make test     the quick test suite"
	@echo "make end-to-end  whole commands, pages in a browser, notebooks and installations, as a user has them"
	@echo "make verify   all long checks: theory, coverage of intervals, the whole back test, more random departments"
	@echo "make agree    both engines on 10,000 random departments, to the last bit (make agree DEPARTMENTS=200)"
	@echo "make bench    speed, memory and start of the engines, beside other libraries and the unavoidable"
	@echo "make figures  draw docs/figures anew from its tables, or make these from results: ARGS=\"COMPARISON BREAKEVEN VALIDATION SWEEP\""
	@echo "make conditions  play the founding comparison under eight conditions, for the table of docs/what-decides.md"
	@echo "make notebooks  play the notebooks and store them with their figures      make example  make results/example anew"
	@echo "make docs     the site of all pages, in build/docs: open build/docs/index.html, no server and no network needed"
	@echo "make size     lines of code, keys, measures, dependencies"
	@echo "make wheels   a wheel for Linux, macOS and Windows, each for x86-64 and arm64, in dist"
	@echo "make lint     ruff: rules and format          make format   apply them"
	@echo "make types    mypy --strict on sim            make imports  the ring contract"
	@echo "make hooks    have Git check the subject of each commit"
	@echo "make lock     pin dependencies anew           make clean    remove .venv and caches"

run: venv
	$(BIN)/peered

test: venv
	$(BIN)/python -m pytest -m "not slow and not end_to_end" --numprocesses auto --dist worksteal $(ARGS)

end-to-end: venv
	$(BIN)/python -m pytest -m "end_to_end and not slow" --numprocesses auto --dist worksteal $(ARGS)

verify: venv
	$(BIN)/python -m pytest -m "slow or verification" --numprocesses auto $(ARGS)

agree: venv
	$(BIN)/python -m tests.agree --departments $(DEPARTMENTS)

bench: venv
	$(BIN)/python -m benchmarks $(ARGS)

figures: venv
	$(BIN)/python -m benchmarks.figures $(ARGS)

conditions: venv
	$(BIN)/peered -m experiment=founding_conditions output=results/conditions $(ARGS)
	$(BIN)/python -m benchmarks.conditions results/conditions

notebooks: venv
	$(BIN)/python -m benchmarks.notebooks $(ARGS)

docs: venv
	$(BIN)/python -m sphinx -q -W --keep-going --conf-dir docs/site . build/docs
	@echo "open build/docs/index.html"

example: venv
	$(BIN)/python -m benchmarks.example

# One wheel for each system, all from this machine; `python -m engine_build` builds the library of this checkout.
SYSTEMS := manylinux_2_17_x86_64 manylinux_2_17_aarch64 macosx_11_0_x86_64 macosx_11_0_arm64 win_amd64 win_arm64
wheels: venv
	@for system in $(SYSTEMS); do \
	  PEERED_SYSTEM=$$system $(BIN)/python -m hatchling build --target wheel --directory dist || exit 1; done

size: venv
	@$(BIN)/python -m benchmarks.size

lint: venv
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: venv
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: venv
	$(BIN)/mypy

imports: venv
	$(BIN)/lint-imports

hooks:
	git config core.hooksPath .githooks

venv: $(STAMP)

# setuptools comes first and from the lock, so that the one source distribution (antlr4) is built
# with a pinned tool; the project itself is then installed with the locked hatchling, offline.
# Byte code is compiled on all processors at once; pip compiles one file after another. A file that cannot be is skipped.
$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "PeerED needs Python 3.11 or newer; name one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 2; }
	@if cmp -s requirements.lock $(VENV)/requirements.lock; then echo "dependencies: as locked"; else \
	  echo "building $(VENV) from requirements.lock" && \
	  $(PYTHON) -m venv --clear $(VENV) && \
	  sed -n '/^setuptools==/,/# via/p' requirements.lock > $(VENV)/setuptools.lock && \
	  $(BIN)/python -m pip install --quiet --require-hashes --no-deps --requirement $(VENV)/setuptools.lock && \
	  $(BIN)/python -m pip install --quiet --no-compile --require-hashes --no-deps --no-build-isolation --use-pep517 \
	    --requirement requirements.lock && \
	  { $(BIN)/python -m compileall -qq -j 0 $(VENV)/lib || true; } && \
	  cp requirements.lock $(VENV)/requirements.lock; fi
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --no-index --editable .
	touch $@

# One lock for every supported Python and system, with markers. Pins already there stay; to raise them, remove the lock first.
lock:
	$(PYTHON) -m venv $(VENV)-lock
	$(VENV)-lock/bin/python -m pip install --quiet uv
	$(VENV)-lock/bin/uv pip compile --quiet --universal --python-version 3.11 --extra dev --extra dask --extra app --generate-hashes \
	  --no-header --output-file requirements.lock pyproject.toml
	rm -rf $(VENV)-lock

clean:
	rm -rf $(VENV) $(VENV)-lock .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
