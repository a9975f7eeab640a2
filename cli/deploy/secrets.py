"""``tsunagu deploy secrets``: passwords, the town's key and the broker's certificate, made where the containers will read them from."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.leaving import USAGE, leave

if TYPE_CHECKING:
    from deploy.local.layout import Layout

EXAMPLE = "Example: tsunagu deploy secrets town --name kafka.town.example.lg.jp"
OF_STORES = ("admin", "controller", "grafana")
"""Accounts of nobody who sends or reads events: the broker's administrator, its link to itself, the administrator of the dashboards."""
_LABEL, _LONGEST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"), 253


def secrets(
    folder: Annotated[Path, typer.Argument(help="The town's folder: they go into secrets/ in it, readable by its owner alone.")],
    name: Annotated[list[str] | None, typer.Option("--name", help="A name under which agencies reach the broker, beside localhost; once for each.")] = None,
    of: Annotated[list[str] | None, typer.Option("--of", help="A prefecture's site: code of a town that shares its figures, as in its settings; once for each.")] = None,
) -> None:
    """Make whatever secret is not there yet; none that exists is touched, but for a certificate that ends soon or lacks a name. Safe to repeat."""
    from deploy.local import access, certificates, first_start
    from deploy.local.layout import Layout
    from deploy.local.town import agencies

    if wrong := [each for each in name or () if each and not is_host(each)]:
        raise typer.BadParameter(f"{wrong[0]!r} is no name under which a broker is reached: a DNS name in ASCII (xn--… for others) or an IP address, no wildcard",
                                 param_hint="--name")
    there = Layout(folder.absolute())
    if empty := sorted(path for path in _made(there) if not path.read_bytes().strip()) if there.secrets.exists() else []:
        leave(f"secret file {empty[0]} is empty; put its content back, or remove it, and it is made anew (a kek made anew opens nothing that is sealed)", USAGE)
    there.secrets.mkdir(mode=0o700, parents=True, exist_ok=True)
    before = len(_made(there))
    first_start.write_credentials(there.secrets, (*OF_STORES, *access.principals(agencies(), of or ())))
    certificates.make(there, folder.absolute().name, [each for each in name or () if each])
    typer.echo(f"tsunagu: {len(_made(there)) - before} secrets made, {before} were there: {there.secrets}", err=True)


def is_host(name: str) -> bool:
    """Whether a certificate may name it: an IP address, or a host's name (RFC 1123: labels of 1 to 63, at most 253 characters)."""
    try:
        return bool(ipaddress.ip_address(name))
    except ValueError:
        return len(name) <= _LONGEST and all(_LABEL.fullmatch(label) for label in name.split("."))


def _made(there: Layout) -> list[Path]:
    return [path for path in there.secrets.iterdir() if path.is_file() and not path.name.startswith(".")]
