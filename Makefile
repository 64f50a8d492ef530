# `make demo` and `make test` need Python >= 3.11 and make, nothing else.
PY ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
DEMO := demo-output
# Two more than processors: tests wait for the programs that they start.
TEST_PROCESSES = $(shell expr $$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1) + 2)

# Compiled modules are kept, whatever the caller's shell says: without them each program starts in twice the time.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup demo test check bench soak audit lock clean

help:  ## list the targets
	@awk -F':.*## ' '/^[a-z]+:.*## /{printf "  make %-7s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.ready  ## create .venv with the pinned versions

# uv installs in seconds where plain pip takes minutes; pip steps in where uv can't be had. Modules are compiled now,
# as pip does it, and not by whichever programs start first, each for itself.
$(VENV)/.ready: pyproject.toml constraints.txt
	@$(PY) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "burden needs Python 3.11 or later; $(PY) is $$($(PY) -V 2>&1). Try: make PY=python3.12" >&2; exit 1; }
	@test -x $(BIN)/python || { echo "Setting up $(VENV) (once) ..."; $(PY) -m venv $(VENV); }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv 2>/dev/null || echo "no uv here, using pip"
	@if test -x $(BIN)/uv; then \
	  $(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python -c constraints.txt -e '.[dev]'; \
	else \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'; \
	fi
	@touch $@

demo: export BURDEN_HOME = $(DEMO)
demo: export BURDEN_DATABASE_URL =
demo: setup  ## read the bundled sample papers into ./demo-output, show the estimates, the results they paid for and their laws
	@rm -rf $(DEMO)
	@$(BIN)/burden ingest --from-folder samples/papers
	@echo
	@$(BIN)/burden export runs --format table
	@echo
	@echo 'Results on benchmarks beside the burden of their models (join: by which rule, how surely)'
	@echo
	@$(BIN)/burden export points --format table
	@echo
	@$(BIN)/burden import computer-progress samples/study >/dev/null
	@echo 'Scaling laws, of invented models in a table of the study'"'"'s layout'
	@echo
	@$(BIN)/burden analyze -o $(DEMO)/report
	@echo
	@echo 'Where to look next'
	@echo '  $(DEMO)/report/index.html                                     fits, projections and figures, in a browser'
	@echo '  sqlite3 $(DEMO)/burden.sqlite "select * from burden_v1"     the same, in SQL'
	@echo '  BURDEN_HOME=$(DEMO) $(BIN)/burden export facts                 every record with its page and quote'
	@echo '  BURDEN_HOME=$(DEMO) $(BIN)/burden export points                the results with all that was joined to them'
	@echo '  BURDEN_HOME=$(DEMO) $(BIN)/burden user add ada --role curator  an account at the desk (it asks for a password)'
	@echo '  BURDEN_HOME=$(DEMO) $(BIN)/burden web                          the desk in a browser: each record beside the page that says it'
	@echo '  $(BIN)/burden extract samples/papers/*.pdf                     without a database'
	@echo '  $(BIN)/burden extract --tables samples/tables/2302.99102.pdf   the tables of a paper'
	@echo '  $(BIN)/burden ingest --since 2026-01-01 --limit 20             real papers from arXiv'

# Files are tested in the order of their names: else those of one long test come last, and all processes wait for it.
test: setup  ## run the whole test suite
	@$(BIN)/python -m pytest -n $(TEST_PROCESSES) --maxprocesses 4 --dist loadfile --no-loadscope-reorder

check: setup  ## lint, format, types and the walls between rooms
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

soak: setup  ## fifty nights with faults and kills into both databases, and 5,000 mutated PDFs, feeds and tars each (an hour)
	@$(BIN)/python -m pytest -s tests/flows/soak/soak_nights.py tests/flows/soak/soak_fuzz.py

bench: setup  ## CPU time of `burden extract` against a bare PyMuPDF pass; fits over 100,000 points; the desk with 100,000 papers, and with 8 curators at once; a million claims, two workers, 5,000 papers
	@$(BIN)/python benchmarks/extract_vs_pymupdf.py
	@$(BIN)/python benchmarks/analyze_100k.py
	@$(BIN)/python benchmarks/desk_100k.py
	@$(BIN)/python benchmarks/desk_many_curators.py --both
	@$(BIN)/python benchmarks/bulk_claims.py
	@$(BIN)/python benchmarks/dask_scale.py
	@$(BIN)/python benchmarks/flat_memory.py

audit: setup  ## known vulnerabilities of the pinned dependencies, where https://api.osv.dev can be reached
	@.ci/audit $(BIN)

lock: setup  ## pin the newest versions that pyproject.toml allows
	$(BIN)/uv pip compile pyproject.toml --universal --all-extras --upgrade --no-header --no-annotate \
	  --no-emit-index-url -o constraints.txt

clean:  ## remove the environment and everything that was made
	rm -rf $(VENV) $(DEMO) build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
