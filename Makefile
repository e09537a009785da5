# Two commands set up everything: `make demo` and `make test`. They need python3 (>= 3.10) with venv, and PyPI.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
CLUSTER ?= $(or $(HOSTNET_CLUSTER),../shared/cluster/cluster)
CORPUS ?= ../shared/corpus

.PHONY: demo test check format cluster-test bench accuracy docs krew wheel-test matrix lock clean

demo: $(READY)  ## the main job, on the embedded sample cluster
	$(BIN)/kubectl-hostnet demo

test: $(READY)  ## the tests that need no cluster
	$(BIN)/pytest -q -m "not cluster"

check: $(READY)  ## lint, format, types, layers, spelling, generated docs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell
	$(BIN)/python docs/generate.py --check
	$(BIN)/python packaging/manifest.py --check

cluster-test: $(READY)  ## what needs a real cluster: KUBECONFIG, and HOSTNET_CLUSTER for nodes that can be broken
	@test -x "$(CLUSTER)" || test -n "$$KUBECONFIG" || { echo "error: no cluster: set HOSTNET_CLUSTER or KUBECONFIG" >&2; exit 2; }
	if [ -x "$(CLUSTER)" ]; then exports=$$($(CLUSTER) up | grep ^export) || exit 1; eval "$$exports"; export HOSTNET_CLUSTER="$(CLUSTER)"; fi; \
	$(BIN)/pytest -q -m cluster tests

bench: $(READY)  ## time and memory, as ratios to kubectl and curl in the same run
	$(BIN)/python -m benchmarks

accuracy: $(READY)  ## offline claims against the corpus
	$(BIN)/python $(CORPUS)/score.py --program $(BIN)/kubectl-hostnet
	$(BIN)/python -m benchmarks.accuracy $(CORPUS)

docs: $(READY)  ## rewrite what is generated: the README's sessions, docs/
	$(BIN)/python docs/generate.py

krew: $(READY)  ## this platform's archive in dist/, with its manifest; krew-manifest.yaml gets its sum
	$(BIN)/python packaging/build.py
	$(BIN)/python packaging/manifest.py

wheel-test: $(READY)  ## the tests, against the wheel that is built from the sdist
	$(BIN)/python packaging/matrix.py --here

matrix: $(READY)  ## the tests, on every Python found, with the lowest, the newest and the archive's libraries
	$(BIN)/python packaging/matrix.py

lock: $(READY)  ## the archive's libraries, anew from pyproject.toml and packaging/requirements.in
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --upgrade --python-version 3.10 --generate-hashes \
	  --custom-compile-command "make lock" pyproject.toml packaging/requirements.in --output-file packaging/requirements.txt

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(READY): pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/pip install --quiet --editable . --group dev
	touch $@
