"""How a command ends: its exit codes, and the one sentence on stderr that goes with a code other than 0."""

from __future__ import annotations

from typing import NoReturn

import typer

OK, PROBLEMS, USAGE, UNREACHABLE, INTERRUPTED = 0, 1, 2, 3, 130
TOLD = "Exit codes: 0 ok · 1 problems found · 2 wrong usage or settings · 3 something needed cannot be had or reached (the last line says what)."


def leave(sentence: object, code: int) -> NoReturn:
    """End the command with one sentence and a code."""
    typer.echo(f"tsunagu: {sentence}", err=True)
    raise typer.Exit(code)
