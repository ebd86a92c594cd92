# Everything one does with the planner. `make` alone lists it.
# PORT, DATABASE_URL, REDIS_URL and the rest of .env.example are read from the environment, .env, or `make run PORT=8001`.

MAKEFLAGS += --no-print-directory
PY := .venv/bin/python
GATES := gate-format gate-lint gate-types gate-migrations gate-messages gate-templates gate-scripts gate-deploy gate-containers
# A core that has run out of tests takes some of another's; those that share a demo stay together as far as possible.
PYTEST := $(PY) -m pytest -n auto --dist worksteal --durations 10

.DEFAULT_GOAL := help
.PHONY: help run install test check gates $(GATES) gate-tests bench browser messages format lock clean

help: ## List the commands
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-16s %s\n", $$1, $$2 }'

# Python 3.11 to 3.13, written so that the oldest Python can read it.
SUITABLE := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))

# $(call environment,LOCK,NAMES): .venv holds what LOCK names. It only ever adds. The copies of the locks inside
# say what is there already, so that the next start takes no time.
define environment
	@$(PY) -c 'import pip; $(SUITABLE)' 2>/dev/null || { \
	  for each in python3 python3.13 python3.12 python3.11; do \
	    if $$each -c '$(SUITABLE)' 2>/dev/null; then python=$$each; break; fi; \
	  done; \
	  if [ -z "$$python" ]; then \
	    echo "Python 3.11, 3.12 or 3.13 is needed; python3 here is: $$(python3 --version 2>&1 | head -n 1)" >&2; exit 1; \
	  fi; \
	  if ! $$python -c 'import ensurepip, venv' 2>/dev/null; then \
	    echo "Python's venv module is missing: sudo apt install python3-venv" >&2; exit 1; \
	  fi; \
	  $$python -m venv --clear .venv || exit 1; \
	}; \
	cmp -s $(1) .venv/$(1) || { \
	  echo "Installing $(1) into .venv: about a minute, once"; \
	  $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r $(1) && cp $(2) .venv/; \
	}
endef

run: ## Start the planner on http://127.0.0.1:8000, with a demo on the first start
	$(call environment,requirements.lock,requirements.lock)
	@grep -Eqs '^ *(export +)?DEBUG *=' .env || export DEBUG="$${DEBUG-1}"; exec $(PY) manage.py serve

install: ## Install what developers need into .venv
	$(call environment,requirements-dev.lock,requirements-dev.lock requirements.lock)

test: install ## Run every test on SQLite, and those that reach the database on PostgreSQL too
	@status=0; \
	echo "== tests on SQLite"; $(PYTEST) || status=1; \
	echo "== tests on PostgreSQL"; TEST_DATABASE=postgres $(PYTEST) -m "database and not browser and not installation" || status=1; \
	exit $$status

check: gates gate-tests ## Run every gate, and the quick tests on SQLite

gates: install $(GATES) ## Run the gates: format, lint, types, migrations, messages, templates, scripts, settings, containers

gate-format:
	@echo "== format"; $(PY) -m ruff format --check --quiet

gate-lint:
	@echo "== lint"; $(PY) -m ruff check --quiet

gate-types:
	@echo "== types"; $(PY) -m mypy --no-error-summary planner strategies tracking reviews bench

TRIAL := DEBUG=1 SECRET_KEY=gates DATABASE_URL=sqlite://:memory:
gate-migrations:
	@echo "== migrations"; $(TRIAL) $(PY) manage.py makemigrations --check --dry-run --verbosity 1 > .venv/gate.log \
	  || { cat .venv/gate.log; exit 1; }

gate-messages:
	@echo "== messages"; $(PY) -m pytest -q tests/test_messages.py > .venv/gate.log \
	  || { cat .venv/gate.log; exit 1; }

gate-templates:
	@echo "== templates"; $(PY) -m djlint --lint --quiet templates

gate-scripts:
	@echo "== scripts and stylesheets"; .venv/bin/oxlint --quiet --format=unix static/js > .venv/gate.log \
	  && $(PY) -m pytest -q tests/planner/web/test_scripts.py tests/test_stylesheets.py > .venv/gate.log \
	  || { cat .venv/gate.log; exit 1; }

gate-deploy:
	@echo "== settings for production"; SECRET_KEY="$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(50))')" \
	  DEBUG=0 HTTPS=1 DATABASE_URL=sqlite://:memory: ALLOWED_HOSTS=planner.example.com \
	  $(PY) manage.py check --deploy --fail-level WARNING > /dev/null

gate-containers:
	@echo "== containers"; .venv/bin/check-jsonschema --quiet --builtin-schema vendor.compose-spec docker-compose.yml \
	  && .venv/bin/hadolint Dockerfile

gate-tests:
	@echo "== tests"; $(PYTEST) -q -m "not browser and not installation"

bench: install ## Compare pages and jobs with bare ones: ratios, no verdict (OPTIONS=pages, jobs, imports, loading, --quick, --database URL)
	@$(PY) -m bench $(OPTIONS)

browser: ## Install Chromium, fonts, LibreOffice and gettext (Debian): for the tests in real programs and for make messages
	@missing=""; \
	for each in chromium fonts-noto-cjk fonts-inter gettext; do \
	  dpkg-query -W -f '$${Status}' $$each 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$each"; \
	done; \
	command -v soffice > /dev/null || missing="$$missing libreoffice-calc-nogui"; \
	[ -z "$$missing" ] || { \
	  [ "$$(id -u)" = 0 ] || sudo=sudo; \
	  $$sudo apt-get update -qq && \
	  $$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing; \
	}

messages: install ## Collect the texts into locale/: then translate what is empty or fuzzy
	@$(TRIAL) $(PY) manage.py makemessages --locale en --locale zh_Hans --add-location file --no-obsolete --no-wrap \
	  --ignore .venv --ignore var --ignore tests --ignore bench
	@$(PY) -m planner.management.catalogues

format: install ## Format the code
	@$(PY) -m ruff check --quiet --fix-only; $(PY) -m ruff format

# `make lock UPGRADE=--upgrade` takes the newest versions instead of keeping those locked.
LOCK = $(PY) -m uv pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-header --no-annotate \
  $(UPGRADE) pyproject.toml
lock: install ## Write the lock files from pyproject.toml
	@$(LOCK) --extra dev -o requirements-dev.lock
	@$(LOCK) --constraint requirements-dev.lock -o requirements.lock

clean: ## Remove .venv and every cache; var/, with the database, stays
	@rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis test-results
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@find locale -name '*.mo' -delete
