# Interlock's few words. All that they make lies in this checkout: .venv, build and docs.
#
#   make demo     set up, then run a session with no outside data
#   make setup    the environment, compiled where there is a C compiler and Python.h
#   make test     everything: check, then the tests interpreted, then the tests compiled
#   make testi    the tests on the source as it stands, and what of every state they exercise
#   make testc    the tests on the compiled build
#   make check    lint, format, types, who imports whom, generated pages
#   make soak     the campaigns in their long form; SEEDS=1000 FLIPS=10000 CUTS=1000 KILLS=200 say how long
#   make mutants  the controls changed in one place at a time: which changes no test notices
#   make tuned    compile once more, for speed: tuned to a profile of the demo and of a benchmark; needs gcc
#   make bench    the figures, one JSON object per line
#   make docs     write the generated pages
#   make clean    remove what was made
#
# PYTHON=python3.12 chooses the interpreter; TESTS=tests/ledger chooses what to test.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: demo setup test testi testc check soak mutants tuned bench docs clean always

# The first interpreter that is new enough, and not newer than what the pinned packages support.
SUPPORTED := import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))
ifndef PYTHON
PYTHON := $(shell for name in python3 python3.13 python3.12 python3.11; do \
	"$$name" -c '$(SUPPORTED)' 2>/dev/null && { echo "$$name"; break; }; done)
endif
TESTS ?= tests
WORKERS ?= 2
FLIPS ?= 10000
CUTS ?= 1000
KILLS ?= 200
SEEDS ?= 1000
FIRST ?= 1

BIN := .venv/bin
SOURCE := $(CURDIR)/src
COMPILED := $(CURDIR)/build/compiled
COVERAGE := build/state-coverage
COMPILE = CC=$$(cat build/ready) INTERLOCK_COMPILE=1
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
PYTEST := $(BIN)/python -m pytest -n $(WORKERS)

# The rooms of setup.py's folder rule, and `messages`, whose types the compiler reads.
COMPILED_ROOMS := ledger decisions controls kernel simulation
FILES := $(sort $(shell find src/interlock -type f ! -path '*/__pycache__/*'))
INNER_FILES := $(foreach room,messages $(COMPILED_ROOMS),$(filter src/interlock/$(room)/%,$(FILES)))

setup: .venv/installed build/copied

demo: setup
	@$(BIN)/interlock demo

test: check testi testc

testi: .venv/developing
	@echo "== tests, interpreted"
	@PYTHONPATH=$(SOURCE) INTERLOCK_EXPECT=interpreted $(PYTEST) --state-coverage=$(COVERAGE).json $(TESTS)
	@if [ "$(TESTS)" = tests ]; then PYTHONPATH=$(SOURCE) $(BIN)/python -m interlock coverage \
		--tests $(COVERAGE).json --html $(COVERAGE).html --fail-under 100 \
		--only halt --only reason; fi
	@if [ "$(TESTS)" = tests ]; then PYTHONPATH=$(SOURCE) $(BIN)/python -m interlock coverage \
		--tests $(COVERAGE).json --fail-under 98 --only order; fi

testc: .venv/developing build/copied
	@test -d build/compiled || { echo "make testc: needs a C compiler and Python.h" >&2; exit 1; }
	@echo "== tests, compiled"
	@PYTHONPATH=$(COMPILED) INTERLOCK_EXPECT=compiled $(PYTEST) $(TESTS)

check: .venv/developing
	@echo "== check"
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@PYTHONPATH=$(SOURCE) $(BIN)/lint-imports --no-logo
	@PYTHONPATH=$(SOURCE) $(BIN)/python docs/generate.py --check

# Campaigns: what `make test` does in a short form. One line each.
soak: .venv/developing build/copied
	@echo "== soak: $(FLIPS) flipped bits and $(CUTS) cuts of a closed journal"
	@INTERLOCK_FLIPS=$(FLIPS) INTERLOCK_CUTS=$(CUTS) $(PYTEST) tests/journal/test_journal_flips.py
	@echo "== soak: $(KILLS) kills of the engine and a quarter as many of its venue, under load"
	@PYTHONPATH=$(firstword $(wildcard $(COMPILED)) $(SOURCE)) $(BIN)/python \
		bench/campaigns/kills.py --engine $(KILLS) --venue $$(( $(KILLS) / 4 ))
	@echo "== soak: seeds $(FIRST) to $$(($(FIRST) + $(SEEDS) - 1)) of markets, people, faults and crashes"
	@PYTHONPATH=$(COMPILED):$(SOURCE):tests $(BIN)/python -m campaign.soak \
		--first $(FIRST) --seeds $(SEEDS)

# On the source as it stands; about half an hour. Those that survive are shown by `mutmut show NAME`.
mutants: .venv/mutating
	@$(BIN)/mutmut run --max-children $(WORKERS)
	@$(BIN)/mutmut results
# The compiler is shown what a session does: an instrumented build is run for a few seconds, and the rooms are
# compiled again to what it counted. The same bytes come of it. Takes four times as long as `make setup`
# compiles, and holds until an inner room changes.
tuned: setup
	@test -e build/ready || { echo "make tuned: needs a C compiler and Python.h" >&2; exit 1; }
	@echo "== an instrumented build"
	@rm -rf build/profile build/counting build/temp* build/lib*
	@$(COMPILE) INTERLOCK_PROFILE=count $(BIN)/python setup.py --quiet build \
		--build-lib build/counting >build/compile.log 2>&1 || { tail -n 40 build/compile.log >&2; exit 1; }
	@cp -pR src/interlock build/counting/
	@echo "== counting"
	@PYTHONPATH=build/counting $(BIN)/python bench/decide.py --runs 1 --decisions 20000 >/dev/null
	@rm -rf build/counted && PYTHONPATH=build/counting $(BIN)/python -m interlock demo \
		--out build/counted --json >/dev/null 2>&1
	@echo "== the tuned build"
	@rm -rf build/temp* build/lib* build/counting build/counted
	@$(COMPILE) INTERLOCK_PROFILE=use $(BIN)/python setup.py --quiet build \
		--build-lib build/compiled --force >build/compile.log 2>&1 || { tail -n 40 build/compile.log >&2; exit 1; }
	@rm -f build/copied && $(MAKE) --no-print-directory build/copied

# What is not a benchmark by itself lies in a folder below bench.
bench: setup
	@for file in bench/*.py; do echo "== $$file" >&2; $(BIN)/python "$$file"; done

docs: .venv/developing
	@PYTHONPATH=$(SOURCE) $(BIN)/python docs/generate.py

clean:
	rm -rf .venv build mutants src/*.egg-info .*_cache .hypothesis

# The environment.

.venv/made:
	@test -n "$(PYTHON)" || { echo "make: no Python found; Interlock needs 3.11, 3.12 or 3.13" \
		"(say which: make PYTHON=/path/to/python3)" >&2; exit 1; }
	@$(PYTHON) -c '$(SUPPORTED)' || { echo "make: $(PYTHON) is $$($(PYTHON) --version 2>&1);" \
		"Interlock needs 3.11, 3.12 or 3.13" >&2; exit 1; }
	@echo "== environment: $$($(PYTHON) --version)"
	@$(PYTHON) -m venv .venv || { echo "make: could not make .venv;" \
		"on Debian and Ubuntu: apt-get install python3-venv" >&2; rm -rf .venv; exit 1; }
	@touch $@

.venv/packages: requirements/run.txt requirements/build.txt | .venv/made
	@$(PIP) install -r requirements/run.txt -r requirements/build.txt
	@touch $@

.venv/developing: requirements/dev.txt .venv/installed
	@$(PIP) install -r requirements/dev.txt
	@touch $@

.venv/mutating: requirements/mutants.txt .venv/developing
	@$(PIP) install -r requirements/mutants.txt
	@touch $@

# The command runs the compiled build where there is one and else the source, in the order in which Python
# reads path files; PYTHONPATH comes before both.
.venv/installed: pyproject.toml .venv/packages
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@$(BIN)/python -c 'import pathlib, sysconfig; \
		pathlib.Path(sysconfig.get_path("purelib"), "0_interlock_compiled.pth").write_text("$(COMPILED)\n")'
	@touch $@

# The compiled build. A change in the inner rooms compiles again; any other change is only copied. Without a
# compiler the file `tried` is not made, so that the next call looks again.

build/inner.list: always
	@mkdir -p build
	@printf '%s\n' $(INNER_FILES) | cmp -s - $@ || printf '%s\n' $(INNER_FILES) > $@

build/files.list: always
	@mkdir -p build
	@printf '%s\n' $(FILES) | cmp -s - $@ || printf '%s\n' $(FILES) > $@

build/tried: $(INNER_FILES) build/inner.list setup.py .venv/packages
	@rm -rf build/compiled build/lib* build/temp* build/ready
	@for cc in "$${CC:-}" $$($(BIN)/python -c 'print(__import__("sysconfig").get_config_var("CC") or "")') \
		cc gcc clang; do \
		include=$$($(BIN)/python -c 'print(__import__("sysconfig").get_path("include"))'); \
		if [ -n "$$cc" ] && command -v "$$cc" >/dev/null && \
			echo '#include <Python.h>' | "$$cc" -x c -fsyntax-only -I"$$include" - 2>/dev/null; \
		then echo "$$cc" > build/ready; break; fi; done
	@if [ -e build/ready ]; then \
		echo "== compiling the inner rooms (about a minute)"; \
		$(COMPILE) $(BIN)/python setup.py --quiet build \
			--build-lib build/compiled >build/compile.log 2>&1 \
			|| { tail -n 40 build/compile.log >&2; rm -rf build/compiled; exit 1; }; \
		touch $@; \
	else echo "== no C compiler with Python.h: the interpreted build is used, slower and equally correct"; fi

build/copied: $(FILES) build/files.list build/tried
	@if [ -d build/compiled ]; then \
		find build/compiled/interlock -type f ! -name '*.so' -delete; \
		cp -pR src/interlock build/compiled/; \
		find build/compiled -name __pycache__ -prune -exec rm -rf {} +; \
	fi
	@touch $@
