# Thin: each target calls one command. `make env` is the only step that needs more than this folder (the package index).
.PHONY: env run stop test bench

env:
	@sh deploy/local/env.sh

run: env
	@.venv/bin/tsunagu run up --day

stop: env
	@.venv/bin/tsunagu run down

test: env
	@.venv/bin/python -m pytest

bench: env
	@.venv/bin/python -m bench
