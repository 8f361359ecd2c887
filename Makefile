# make help says what each target does.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help setup run twilio-double test benchmark benchmark-understanding benchmark-speed benchmark-growth \
	train lint format lock widget clean

PYTHON := .venv/bin/python
# Compiled files are kept, or each of many processes would compile all of TensorFlow anew.
unexport PYTHONDONTWRITEBYTECODE
MODEL := models/assistant.tar.gz
MODEL_INPUTS := config.yml domain.yml requirements.lock \
	$(shell find data bot/content bot/nlu bot/safety -type f ! -name '*.pyc' \
	! -name 'widget_texts.*' ! -name 'redaction_rules.*' 2>/dev/null)

# make run TEXTS=double: texts go to the Twilio double instead of to telephones.
ifeq ($(TEXTS),double)
include deploy/twilio-double.env
export $(shell sed -n 's/^\([A-Z_]*\)=.*/\1/p' deploy/twilio-double.env)
endif

help: ## Say what each target does
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-24s %s\n", $$1, $$2}' Makefile

setup: ## Make .venv with the packages of requirements.lock (skips what is done)
	@deploy/bootstrap.sh

run: setup $(MODEL) ## Set up, train if the content changed, start everything, print the address
	@exec $(PYTHON) -m bot serve

twilio-double: setup ## Run a Twilio on this machine with a page to text; then: make run TEXTS=double
	@exec $(PYTHON) -m bot twilio-double

test: setup ## Set up and run every check: content, lint, types, rooms, widget, tests
	@deploy/test_packages.sh
	@$(MAKE) --no-print-directory $(MODEL)
	@echo "checking the content"
	@$(PYTHON) -m bot content check
	@$(MAKE) --no-print-directory lint
	@echo "checking the widget"
	@deploy/check_widget.sh
	@echo "running the tests"
	@$(PYTHON) -m pytest -p tests.count_line -n 2 --dist loadgroup --no-loadscope-reorder

benchmark: setup $(MODEL) ## Measure all, or PARTS="product growth": says first how long; DATA=folder: public data too
	@$(PYTHON) -m benchmarks $(PARTS) $(if $(DATA),--data "$(DATA)")

benchmark-understanding: setup ## Our pipeline and Rasa's on public data: make benchmark-understanding DATA=folder
	@test -n "$(DATA)" || { echo "error: DATA=folder is missing: it holds banking77/ and clinc150/" >&2; exit 2; }
	@$(PYTHON) -m benchmarks understanding --data "$(DATA)"

benchmark-speed: setup $(MODEL) ## Measure us against a stock Rasa bot (trains it first: many minutes)
	@$(PYTHON) -m benchmarks speed

benchmark-growth: setup $(MODEL) ## Train libraries of 1, 10, 30 and 100 pages (up to an hour)
	@$(PYTHON) -m benchmarks growth

train: setup ## Train the model now
	@deploy/train.sh $(MODEL)

lint: setup ## Style, types, and who may import whom
	@echo "linting"
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m mypy
	@.venv/bin/lint-imports

format: setup ## Put the code into the project's format
	@$(PYTHON) -m ruff check --fix .
	@$(PYTHON) -m ruff format .

lock: setup ## Resolve pyproject.toml anew into requirements.lock
	@deploy/lock.sh

widget: setup ## Check and build the website widget anew (needs Node 20 or newer)
	@deploy/widget_packages.sh
	@npm --prefix widget run --silent check
	@npm --prefix widget run --silent build
	@$(PYTHON) -m bot widget size

clean: ## Remove .venv, models and caches; keeps var/, where conversations are
	rm -rf .venv .bootstrap models .rasa .cache results .pytest_cache .mypy_cache .ruff_cache \
		.hypothesis .import_linter_cache widget/node_modules widget/src/generated
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(MODEL): $(MODEL_INPUTS) | setup
	@deploy/train.sh $(MODEL)
