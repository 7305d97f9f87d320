# `make demo` and `make test` set up all they need; the other goals too.
VENV := .venv/bin
# Not to compile the same modules in each of a hundred processes.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: setup demo test check check-python check-extension check-tests bench docs extension lock clean

setup:
	@scripts/setup.sh

demo: setup
	@$(VENV)/trendguard demo

test: setup
	@$(VENV)/pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

check: check-python check-extension check-tests

check-python: setup
	@$(VENV)/ruff check -q .
	@$(VENV)/ruff format -q --check .
	@$(VENV)/mypy --no-error-summary
	@$(VENV)/lint-imports --no-logo >.import_linter.log || { cat .import_linter.log; exit 1; }

check-extension: setup node_modules/.package-lock.json
	@$(VENV)/python scripts/pack_extension.py >/dev/null
	@npm run --silent check

# Every test can be found; and what is compiled here need not be by each test process.
check-tests: setup
	@$(VENV)/pytest --collect-only -q >.pytest_collected.log || { cat .pytest_collected.log; exit 1; }

node_modules/.package-lock.json: package-lock.json
	@command -v npm >/dev/null || { echo "make check needs Node.js 20 or later"; exit 1; }
	@npm ci --silent --no-progress
	@touch $@

bench: setup
	@$(VENV)/python -m bench

extension: setup
	@$(VENV)/python scripts/pack_extension.py

docs: setup
	@$(VENV)/python scripts/write_docs.py

lock: setup
	@$(VENV)/python -m uv pip compile -q --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header --group dev \
		pyproject.toml -o requirements.lock

clean:
	@rm -rf .venv node_modules data dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
