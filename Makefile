# Two commands: `make demo` and `make test`. Every path is relative, and console scripts are not
# used, so that blanks in the checkout's path, its length and `make -C` make no difference.

PYTHON ?= python3
OWN = .venv/bin/python
export PIP_DISABLE_PIP_VERSION_CHECK = 1
export PIP_ROOT_USER_ACTION = ignore
MAKEFLAGS += --no-print-directory
sized = $(if $(SIZE),--size $(SIZE))

.PHONY: demo test faults bench lint python venv installed-demo installed-test

# SIZE of the invented region, for the first start: docs/operations.md, as for `make bench`.
demo: installed-demo
	@exec $(OWN) -m registratura.cli demo $(sized)

# The checks of style run beside the tests, and speak after them.
test: installed-test
	@$(OWN) tests/machine.py
	@mkdir -p var; $(MAKE) lint >var/lint.txt 2>&1 & style=$$!; \
	$(OWN) -m pytest -n auto --maxprocesses 4 --dist loadscope; tests=$$?; \
	wait $$style; style=$$?; cat var/lint.txt; [ $$tests -ne 0 ] && exit $$tests; exit $$style

# The proof that nothing is lost and nothing doubled, in under three minutes: docs/operations.md.
faults: installed-test
	@$(OWN) -m tests.faults

# How fast it is: docs/performance.md. One measurement alone: make bench KEY=book_api
bench: installed-test
	@$(OWN) -m benchmarks $(sized) $(KEY)

lint: installed-test
	@$(OWN) -m ruff check
	@$(OWN) -m ruff format --check
	@$(OWN) -m mypy
	@PYTHONPATH=. $(OWN) -c 'from importlinter.cli import lint_imports_command as l; l()'

# Python with venv: on Debian as root it is installed, elsewhere one line says how.
python:
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && apt-get install -y -qq python3-venv; \
	  else \
	    echo "apt-get install -y git make python3-venv"; exit 2; \
	  fi; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Нужен Python 3.11 или новее; какой взять, говорит PYTHON: make demo PYTHON=python3.12"; \
	  exit 2; }

# Made again if it does not run, as after an upgrade of the system's Python.
venv: python
	@$(OWN) -m pip --version >/dev/null 2>&1 || { rm -rf .venv; $(PYTHON) -m venv .venv; }

# Installed again only when what is asked for, or the checkout's place, has changed.
mark = $$({ pwd; cat pyproject.toml constraints.txt; } | cksum)
define install
	@if [ "$$(cat .venv/$@ 2>/dev/null)" != "$(mark)" ]; then \
	  $(OWN) -m pip install --quiet -c constraints.txt setuptools && \
	  $(OWN) -m pip install --quiet -c constraints.txt --no-build-isolation -e '.[$(extras)]' && \
	  echo "$(mark)" > .venv/$@; \
	fi
endef

installed-demo: extras = embedded
installed-demo: venv
	$(install)

installed-test: extras = embedded,test
installed-test: venv
	$(install)
