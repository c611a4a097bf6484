# Every command a developer needs. Packages are pinned by constraints.txt; nothing here needs more than python3 and make.
SHELL := bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
PORT ?= 8000
PYTEST_ARGS ?=
BENCH_ARGS ?=
EVERYTHING := .[training,registry,sentence-transformers,dev]

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1

.PHONY: help run test check bench bench-guarantee prove fix lock clean

help:  ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-15s %s\n", $$1, $$2 }'

run: .venv/installed var/bundle/manifest.json  ## Install, train the starter model once, serve it with demo data on this machine alone
	@.venv/bin/replywell migrate
	@exec .venv/bin/replywell serve --open --port $(PORT)

test: .venv-test/installed  ## Install everything, torch included, then all checks and all tests
	@$(MAKE) check
	@OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 .venv-test/bin/python -m pytest -q -n 2 $(PYTEST_ARGS)

check: .venv-test/installed  ## Lint, format, types and import rules
	.venv-test/bin/ruff check .
	.venv-test/bin/ruff format --check .
	.venv-test/bin/mypy
	.venv-test/bin/lint-imports

bench: .venv-test/installed  ## Measure Replywell and its peers side by side
	@.venv-test/bin/python -m tests.benchmarks $(BENCH_ARGS)

bench-guarantee: .venv-test/installed  ## How often a promised error rate is broken, beside the rules of others
	@OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 .venv-test/bin/python -m tests.benchmarks.guarantee $(BENCH_ARGS)

# Each proof is made whatever became of those before it; the ones that failed are named at the end.
prove: .venv-test/installed var/bundle/manifest.json  ## Long proofs: 15,000 answers, promises, drift; MILLION=1 adds a million answers
	@failed=; \
	proof() { .venv-test/bin/python -m "$$@" || failed+="  python -m $$*"$$'\n'; }; \
	export OPENBLAS_NUM_THREADS=1; \
	proof tests.proofs duplicates; \
	proof tests.proofs.questions; \
	proof tests.proofs.search --answers 15000 --http; \
	proof tests.proofs.curators; \
	proof tests.proofs.certificates; \
	proof tests.proofs.growing; \
	proof tests.proofs.foreign; \
	proof tests.proofs.requests; \
	proof tests.proofs.left_out; \
	proof tests.proofs.streams; \
	$(if $(MILLION),proof tests.proofs.search --answers 1000000 --http;) \
	$(if $(MILLION),unset OPENBLAS_NUM_THREADS; proof tests.proofs.large;) \
	[ -z "$$failed" ] || { printf 'Not proven:\n%s' "$$failed" >&2; exit 1; }

fix: .venv-test/installed  ## Mend what the linter can mend, and format
	.venv-test/bin/ruff check --fix .
	.venv-test/bin/ruff format .

lock:  ## Resolve every extra anew and write constraints.txt (needs Python 3.11)
	$(call require,sys.version_info[:2] == (3$(comma) 11),constraints.txt is made with Python 3.11)
	rm -rf var/lock
	$(PYTHON) -m venv var/lock
	var/lock/bin/pip install -q '$(EVERYTHING)'
	{ grep '^#' constraints.txt; var/lock/bin/pip freeze --all --exclude pip --exclude replywell | sed -E 's/^(torch==[^+]+)\+.*/\1/'; } > var/lock/constraints.txt
	mv var/lock/constraints.txt constraints.txt

clean:  ## Remove environments and caches; var/ with your data stays
	rm -rf .venv .venv-test .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis dist

.venv/installed: pyproject.toml constraints.txt
	$(call install,.venv,.[training])

.venv-test/installed: pyproject.toml constraints.txt
	$(call install,.venv-test,$(EVERYTHING))

# var/bundle names the bundle that the service loads; older ones stay in var/bundles, so that their decisions can be replayed.
var/bundle/manifest.json: | .venv/installed
	@echo 'Training the starter model: once, about a minute.'
	@.venv/bin/replywell-train learn data/seeds/examples.jsonl --taxonomy data/seeds/taxonomy.toml --answers data/seeds/answers --out var/bundles/starter
	@ln -sfn bundles/starter var/bundle

comma := ,
define require
	@$(PYTHON) -c 'import sys; sys.exit(not ($(1)))' || { echo "$(2); $(PYTHON) is $$($(PYTHON) --version 2>&1). Name another: make PYTHON=python3.11 …" >&2; exit 1; }
endef

# The build backend comes first, from constraints.txt like everything else, so that nothing is fetched unpinned to build with.
# --no-compile: Python compiles what is imported at its first import, which is a small part of what is installed.
define install
	$(call require,sys.version_info >= (3$(comma) 11),Replywell needs Python 3.11 or newer)
	@echo 'Installing into $(1): one to three minutes the first time.'
	@test -x $(1)/bin/pip || $(PYTHON) -m venv $(1)
	@$(1)/bin/pip install -qq --no-compile -c constraints.txt hatchling editables
	@$(1)/bin/pip install -qq --no-compile -c constraints.txt --no-build-isolation -e '$(2)'
	@touch $(1)/installed
endef
