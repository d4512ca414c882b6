# Two commands matter: `make book` builds the site, `make test` tests everything. Both install what they need first.

PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed

.PHONY: book serve test lint assignments release bench clean
.DEFAULT_GOAL := book

$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13) and "Unrolled needs Python 3.11 to 3.13; this is %s. Try: make PYTHON=python3.12" % sys.version.split()[0])'
	@echo "Installing into .venv: about 7 GB, a few minutes ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[all]'
	@touch $@

book: $(INSTALLED)  ## build the whole site, strictly, and say where it is
	@$(BIN)/python -m editions site

serve: book  ## show it on localhost
	@$(BIN)/python -m http.server --bind 127.0.0.1 --directory _build/site/self-study 8000

test: lint  ## lint and all tests
	@$(BIN)/python -m pytest --numprocesses 2

lint: $(INSTALLED)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

assignments: $(INSTALLED)  ## write assignments/ anew from solutions/ and the library
	@$(BIN)/python -m editions assignments

release: $(INSTALLED)  ## dist/: the student edition and the public edition of the site
	@$(BIN)/python -m editions release

bench: $(INSTALLED)  ## measure side by side with peers; results go to benchmarks/results
	@for benchmark in benchmarks/*.py; do $(BIN)/python $$benchmark || exit 1; done

clean:
	rm -rf _build dist .venv node_modules *.egg-info .pytest_cache .ruff_cache
