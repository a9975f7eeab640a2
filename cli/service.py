"""``tsunagu service NAME``: run one service in the foreground; the supervisor, a container and a developer all start it so."""

from __future__ import annotations

import importlib
from typing import Annotated

import typer

from kernel import settings as settings_module

EXAMPLE = "Example: tsunagu service consent"
NAMES = ("intake", "coordination", "participation", "consent", "reporting")


def command(name: Annotated[str, typer.Argument(help=" | ".join(NAMES))]) -> None:
    """Run one service until it is told to end."""
    if name not in NAMES:
        raise typer.BadParameter(f"no service {name!r}; there are {', '.join(NAMES)}")
    importlib.import_module(f"services.{name}.app").run(settings_module.load())
