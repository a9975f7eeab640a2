"""``tsunagu service NAME``: run one service in the foreground; the supervisor, a container and a developer all start it so."""

from __future__ import annotations

import importlib
import signal
import sys
from typing import Annotated

import typer

from deploy.local.first_start import SERVICES
from kernel import settings as settings_module

EXAMPLE = "Example: tsunagu service consent"


def command(name: Annotated[str, typer.Argument(help=" | ".join(SERVICES), autocompletion=lambda: [*SERVICES])]) -> None:
    """Run one service until it is told to end."""
    if name not in SERVICES:
        raise typer.BadParameter(f"no service {name!r}; there are {', '.join(SERVICES)}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # until the service listens itself: what has done nothing yet has lost nothing
    importlib.import_module(f"services.{name}.app").run(settings_module.load())
