# Thin: each target calls one command. `make env` is the only step that needs more than this folder (the package index).
.PHONY: env run stop test test-live test-fast bench

env:
	@sh deploy/local/env.sh

run: env
	@.venv/bin/tsunagu run up --day

stop: env
	@.venv/bin/tsunagu run down

# `make -j2 test`: what needs no broker beside what does. The broker starts once.
test: test-live test-fast

test-live: env
	@.venv/bin/python -m pytest -m live

test-fast: env
	@.venv/bin/python -m pytest -m "not live"

bench: env
	@.venv/bin/python -m bench
