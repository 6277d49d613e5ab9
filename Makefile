# Two commands: `make run` and `make test`. Everything else is for those who change the shop.

PORT ?= 8000
HOST ?= 127.0.0.1
DATA_DIR ?= var
# The embedded Redis has wheels for Python 3.11 and 3.12, so these come first.
PYTHON ?= $(shell for python in python3 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info[:2] not in {(3, 11), (3, 12)})' 2>/dev/null \
	&& echo $$python && exit; done; echo python3)

venv := .venv/bin/python
manage := $(venv) manage.py
# Checks and tests read none of the settings that this shell may hold for a shop.
names := $(sort $(shell grep -oE 'env\.[a-z]+."[A-Z][A-Z0-9_]+' config/settings.py | cut -d'"' -f2))
clean_environment := env $(addprefix -u ,$(names))
production := $(clean_environment) DATA_DIR=var/check HTTPS=true ALLOWED_HOSTS=shop.example \
	DATABASE_URL=postgresql://bookstore@127.0.0.1:1/bookstore REDIS_URL=redis://127.0.0.1:1/0 \
	SECRET_KEY=for-these-checks-only-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJ

.PHONY: help run test check lock clean
.DEFAULT_GOAL := help
.NOTPARALLEL:

help:
	@echo 'make run [PORT=8000] [DATA_DIR=var] [HOST=127.0.0.1]   run the whole shop; Ctrl-C stops it'
	@echo 'make test [ARGS="-k price"]                            run the tests'
	@echo 'make check                                             format, lint, layers, types, schema, settings'
	@echo 'make lock                                              pin what requirements*.txt ask for'
	@echo 'make clean                                             remove .venv and caches; data folders stay'

run: export DATA_DIR := $(DATA_DIR)
run:
	@$(PYTHON) deploy/set_up.py requirements.lock
	@exec $(manage) runshop --host "$(HOST)" --port "$(PORT)" --stop-with-parent

.PHONY: development
development:
	@$(PYTHON) deploy/set_up.py requirements.lock requirements-dev.lock

# A file's tests stay in one process; ARGS="-n 0 --pdb" runs all of them in this one.
test: development
	@$(clean_environment) $(venv) -m pytest -n logical --maxprocesses 4 --dist loadfile $(ARGS)

check: development
	@echo 'format' && $(venv) -m ruff format --quiet --check .
	@echo 'lint' && $(venv) -m ruff check --quiet .
	@echo 'layers' && $(venv) -c 'from importlinter.cli import lint_imports_command as lint; lint()' --no-logo
	@echo 'settings of a production shop' && $(production) $(manage) check --deploy --fail-level WARNING
	@echo 'migrations' && $(production) $(venv) -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	@echo 'API schema' && $(production) $(manage) spectacular --validate --fail-on-warn --file /dev/null
	@echo 'types' && $(clean_environment) $(venv) -m mypy

# Whichever index pip is configured with, the lock names none.
lock: development
	$(venv) -m piptools compile --quiet --allow-unsafe --generate-hashes --strip-extras --no-emit-index-url \
		--no-emit-find-links --no-emit-trusted-host --output-file=requirements.lock requirements.txt
	$(venv) -m piptools compile --quiet --allow-unsafe --generate-hashes --strip-extras --no-emit-index-url \
		--no-emit-find-links --no-emit-trusted-host --output-file=requirements-dev.lock requirements-dev.txt

clean:
	rm -rf .venv .venv.lock .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
