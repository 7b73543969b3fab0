# Two commands are all it takes: `make run` and `make test`.

PYTHON := $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
READY := .venv/ready
UV_VERSION := 0.13.9

.DEFAULT_GOAL := help
.PHONY: help run test format lint types data check-python

help: ## Show what there is.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-10s %s\n", $$1, $$2}'

run: $(READY) ## Run the whole service on this machine, until Ctrl-C.
	@exec $(BIN)/wenjing up

test: $(READY) lint types data ## Run every check and every test, as CI does.
	$(BIN)/pytest

format: $(READY) ## Format the code.
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(READY)
	$(BIN)/mypy

data: $(READY)
	$(BIN)/wenjing faq check
	$(BIN)/wenjing train
	RASA_TELEMETRY_ENABLED=false TF_CPP_MIN_LOG_LEVEL=3 $(BIN)/rasa data validate

check-python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null || \
	  { echo "Wenjing needs Python 3.11: install it, or run make PYTHON=/path/to/python3.11"; exit 1; }

# Exactly what requirements.lock names, nothing newer and nothing else.
$(READY): requirements.lock pyproject.toml | check-python
	@echo "Making the Python environment in .venv (about 2 GB, once) …"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@$(BIN)/uv pip install --python $(BIN)/python --no-deps --require-hashes -r requirements.lock
	@$(BIN)/uv pip install --python $(BIN)/python --quiet --no-deps -e .
	@touch $(READY)
