# For those who are used to make; the commands themselves are in tools/dev.py and noxfile.py.

PYTHON ?= python3
DEV = $(PYTHON) tools/dev.py
WORDS = docs/spelling_wordlist.txt

.PHONY: help install-dev fmt lint mypy test test-% cov doc doc-spelling clean

help:
	@$(DEV) --help

install-dev:
	$(DEV) build

fmt:
	$(DEV) lint --fix

lint mypy:
	$(DEV) lint

# The linters come first, then all tests interpreted and compiled, the wheels, the documentation.
test:
	$(DEV) test

# One version of Python: `make test-3.12`, or `make test-3.12-no-extensions`.
test-%-no-extensions:
	.venv/bin/nox -s "full-$*(pure)"

test-%:
	.venv/bin/nox -s "full-$*(compiled)"

cov:
	$(DEV) coverage

doc:
	$(DEV) docs

doc-spelling: .venv/bin/codespell
	.venv/bin/codespell --ignore-words $(WORDS) docs/*.md docs/guides docs/migration docs/reference \
	    docs/examples README.md SECURITY.md packages/*/README.md packages/*/changes packages/*/src/*/*.py

.venv/bin/codespell:
	$(DEV) build

clean:
	$(DEV) clean
