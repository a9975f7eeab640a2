"""``tsunagu deploy secrets``: passwords, the town's key and the broker's certificate, made where the containers will read them from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from deploy.local.layout import Layout

EXAMPLE = "Example: tsunagu deploy secrets town --name kafka.town.example.lg.jp"
OF_STORES = ("admin", "controller", "grafana")
"""Accounts of nobody who sends or reads events: the broker's administrator, its link to itself, the administrator of the dashboards."""


def secrets(
    folder: Annotated[Path, typer.Argument(help="The town's folder: they go into secrets/ in it, readable by its owner alone.")],
    name: Annotated[list[str] | None, typer.Option("--name", help="A name under which agencies reach the broker, beside localhost; once for each.")] = None,
    of: Annotated[list[str] | None, typer.Option("--of", help="A prefecture's site: code of a town that shares its figures, as in its settings; once for each.")] = None,
) -> None:
    """Make whatever secret is not there yet; none that exists is touched, but for a certificate that ends soon or lacks a name. Safe to repeat."""
    from deploy.local import access, certificates
    from deploy.local.first_start import write_credentials
    from deploy.local.layout import Layout
    from deploy.local.town import agencies

    there = Layout(folder.absolute())
    there.secrets.mkdir(mode=0o700, parents=True, exist_ok=True)
    before = len(_made(there))
    write_credentials(there.secrets, (*OF_STORES, *access.principals(agencies(), of or ())))
    certificates.make(there, folder.absolute().name, [each for each in name or () if each])
    typer.echo(f"tsunagu: {len(_made(there)) - before} secrets made, {before} were there: {there.secrets}", err=True)


def _made(there: Layout) -> list[Path]:
    return [path for path in there.secrets.iterdir() if path.is_file() and not path.name.startswith(".")]
