"""``tsunagu token``: who may read through the API; a token's secret is shown once, and only a hash of it is kept."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cli.leaving import PROBLEMS, leave
from cli.output import Output, OutputOption, show
from kernel import settings as settings_module
from services.reporting.api.reader import AGENCY
from services.reporting.api.tokens import Token, Tokens
from services.reporting.resource import Role

COLUMNS = ("id", "role", "agency", "note", "made", "until", "ended")
MOST_DAYS = 366
app = typer.Typer(no_args_is_help=True, help="Tokens with which readers show who they are to the read API.")


@app.command(epilog="Example: tsunagu token add CASEWORKER --agency elder --days 90")
def add(
    role: Annotated[Role, typer.Argument(help="In which role its holder reads.", case_sensitive=False)],
    agency: Annotated[str, typer.Option(help="A caseworker's agency, as in the registry.")] = "",
    days: Annotated[int, typer.Option(min=1, max=MOST_DAYS, help="For how many days it can be used.")] = 90,
    note: Annotated[str, typer.Option(help="What it is for; no name of a person.")] = "",
    output: OutputOption = Output.TABLE,
) -> None:
    """Make a token and show its secret, this once."""
    if (role is Role.CASEWORKER) != bool(agency):
        raise typer.BadParameter("a caseworker is of one agency, and nobody else of any", param_hint="--agency")
    if agency and not _known(agency):
        raise typer.BadParameter(f"no agency {agency!r} is registered; see: tsunagu agency", param_hint="--agency")
    token, secret = _tokens().add(role, agency, days, note)
    show([{**_row(token), "token": secret}], ("token",) if output is Output.TABLE else (*COLUMNS, "token"), output)
    typer.echo("Shown this once; give it to its holder by a safe way.", err=True)


@app.command(epilog="Example: tsunagu token list --output json")
def list(output: OutputOption = Output.TABLE) -> None:
    """Every token that was made, without its secret."""
    show([_row(token) for token in _tokens().all()], COLUMNS, output)


@app.command(epilog="Example: tsunagu token end 0123456789abcdef")
def end(number: Annotated[str, typer.Argument(metavar="ID", help="Id of a token, as `tsunagu token list` shows it.")]) -> None:
    """End a token: from now on it opens nothing."""
    try:
        _tokens().end(number)
    except KeyError:
        leave(f"there is no token {number}", PROBLEMS)


def _tokens() -> Tokens:
    return Tokens(settings_module.load().home)


def _row(token: Token) -> dict[str, Any]:
    return {name: getattr(token, name) for name in COLUMNS}


def _known(agency: str) -> bool:
    from deploy.local.town import agencies

    return bool(AGENCY.fullmatch(agency)) and any(each.id == agency and each.ended is None for each in agencies())
