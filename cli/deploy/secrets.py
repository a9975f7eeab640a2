"""``tsunagu deploy secrets``: one file for each password, and the town's key, made where the containers will read them from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

EXAMPLE = "Example: tsunagu deploy secrets town/secrets"
OF_STORES = ("admin", "controller", "grafana")
"""Accounts of nobody who sends or reads events: the broker's administrator, its link to itself, the administrator of the dashboards."""


def command(folder: Annotated[Path, typer.Argument(help="Where they go; it is made, readable by its owner alone.")]) -> None:
    """Make whatever secret is not there yet; none that exists is touched. Safe to repeat: a new release may want one more."""
    from deploy.local import access
    from deploy.local.first_start import write_credentials
    from deploy.local.town import agencies

    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    before = len(_there(folder))
    write_credentials(folder, (*OF_STORES, *access.principals(agencies())))
    after = len(_there(folder))
    typer.echo(f"tsunagu: {after - before} secrets made, {before} were there: {folder}", err=True)


def _there(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_file() and not path.name.startswith(".")]
