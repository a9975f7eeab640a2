# Thin: each target calls one command. `make env` is the only step that needs more than this folder (the package index).
.PHONY: env run stop test test-live test-fast bench

env:
	@sh deploy/local/env.sh

run: env
	@.venv/bin/tsunagu run up --day

stop: env
	@.venv/bin/tsunagu run down

# tests/live beside all the rest, to the end of both.
test: env
	@.venv/bin/python -m tests.both

test-live: env
	@.venv/bin/python -m pytest -m live

test-fast: env
	@.venv/bin/python -m pytest -m "not live"

bench: env
	@.venv/bin/python -m bench
