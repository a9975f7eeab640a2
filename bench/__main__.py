"""``python -m bench``: run measurements by name, all without names. Exit codes: 0 measured · 2 usage · 3 something that is needed cannot be had."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from importlib import import_module
from typing import Annotated

import typer

from bench.machine import description
from bench.show import Part, Shape, show_data, show_machine, show_part, tell
from bench.stage import Stage
from deploy.local.layout import CannotRun
from deploy.local.lifecycle import DidNotStart

PARTS = ("decision", "decide", "runner", "memory", "latency", "visible", "gate", "withdrawal", "year", "replay", "rebuild", "api", "state", "audit", "metrics")
"""In this order: memory is measured after a day and before a load that no day brings."""
UNREACHABLE = 3


def main(
    parts: Annotated[list[str] | None, typer.Argument(help=f"Which of: {' '.join(PARTS)}. All of them by default.")] = None,
    output: Annotated[Shape, typer.Option("--output", "-o", help="Shape of the figures on stdout.")] = Shape.TABLE,
) -> None:
    """Measure speed and memory on this machine, on an installation of its own that is removed afterwards."""
    if unknown := set(parts or ()) - set(PARTS):
        raise typer.BadParameter(f"there is no measurement {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    try:
        _measure([name for name in PARTS if not parts or name in parts], output)
    except (CannotRun, DidNotStart) as problem:
        tell(str(problem))
        raise typer.Exit(UNREACHABLE) from problem


def _measure(names: list[str], output: Shape) -> None:
    machine, measured = description(), []
    if output is Shape.TABLE:
        show_machine(machine)
    with ExitStack() as stack:
        stage = stack.enter_context(Stage())
        for name in names:
            tell(f"{name} …")
            part: Part = import_module(f"bench.{name}").measure(stage)
            measured.append(part)
            if output is Shape.TABLE:
                show_part(part)
                sys.stdout.flush()
    if output is not Shape.TABLE:
        show_data(measured, machine, output)


if __name__ == "__main__":
    app = typer.Typer(pretty_exceptions_enable=False, add_completion=False)
    app.command()(main)
    app(prog_name="python -m bench")
