# Two commands: `make demo` (PORT=8123, AT=2021-04-10T09:00:00+02:00, FRESH=1) and `make test`.
# `make load` measures, `make lock` writes the pins again.

PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/

.PHONY: demo test load lock chromium
.DELETE_ON_ERROR:

demo: $(VENV)/.installed
	@exec $(RUN)consult demo $(if $(PORT),--port '$(PORT)') $(if $(AT),--at '$(AT)') $(if $(filter-out 0 no non,$(FRESH)),--fresh)

# Everything runs, whatever fails: the last line is pytest's, the exit code counts them all.
test: $(VENV)/.installed-tests chromium
	@failed=0; \
	$(RUN)ruff check . || failed=1; \
	$(RUN)ruff format --check . || failed=1; \
	$(RUN)mypy || failed=1; \
	$(RUN)pytest -n 2 --dist loadgroup || failed=1; \
	exit $$failed

load: $(VENV)/.installed-tests
	@for module in tests/load/[a-z]*.py; do \
	  name=$${module%.py}; echo "== $$name"; \
	  $(RUN)python -m "$$(echo $$name | tr / .)" || exit 1; \
	done

# The pins, with their hashes and without the address they came from. Needs uv.
lock:
	uv export -q --no-emit-project --no-header --no-default-groups --group build --format requirements-txt -o requirements.lock
	uv export -q --no-emit-project --no-header --no-default-groups --group build --group test --format requirements-txt -o tests/requirements.lock

# The lock is whole: nothing is installed that it does not name.
# The stamp says that the environment was made to its end: one cut short is made again.
$(VENV)/.created:
	@$(PYTHON) -c 'import sys; v = sys.version_info; v >= (3, 11) or sys.exit("Consult demande Python 3.11 ou plus récent ; « $(PYTHON) » est ici Python %d.%d." % v[:2])'
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo 'Il manque le module venv de Python : installez le paquet python3-venv.' >&2; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/.installed: $(VENV)/.created requirements.lock pyproject.toml
	@echo 'Installation dans $(VENV) : une minute environ, la première fois.'
	@$(RUN)python -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@$(RUN)python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(RUN)python -m compileall -q consult
	@touch $@

$(VENV)/.installed-tests: tests/requirements.lock $(VENV)/.installed
	@echo 'Installation de ce que demandent les essais.'
	@$(RUN)python -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r tests/requirements.lock
	@touch $@

# The same names, in the same order, as tests/support/visitor.py.
chromium:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || { \
	  command -v apt-get >/dev/null || { \
	    echo 'Il manque un navigateur : installez Chromium (commande chromium, chromium-browser ou google-chrome).' >&2; exit 1; }; \
	  echo 'Installation de Chromium par apt-get.'; \
	  sudo=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	  $$sudo apt-get -q update && \
	  $$sudo apt-get -q install -y --no-install-recommends chromium fonts-dejavu-core fonts-liberation; }
