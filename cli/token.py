"""``tsunagu token``: who may read through the API; a token's secret is shown once, and only a hash of it is kept."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cli.leaving import PROBLEMS, UNREACHABLE, leave
from cli.output import Output, OutputOption, show
from kernel import settings as settings_module
from services.reporting.api.reader import AGENCY
from services.reporting.api.tokens import Token, Tokens
from services.reporting.resource import Role

COLUMNS = ("id", "role", "agency", "note", "made", "until", "ended")
MOST_DAYS = 366
REACHABLE_S = 5.0
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
        raise typer.BadParameter(f"no agency {agency!r} is registered; see: tsunagu agency list", param_hint="--agency")
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
    """Whether this is an agency now: whoever is registered and not ended, and whoever the town's file names and the registry does not know yet.

    Where the registry cannot be asked, as on a machine beside a cluster, the file alone says it; of whom the file says nothing, nothing is known, and the command ends.
    """
    from deploy.local import enrolled
    from deploy.local.broker_admin import BrokerAdmin
    from deploy.local.layout import CannotRun
    from deploy.local.town import agencies

    if not AGENCY.fullmatch(agency):
        return False
    settings = settings_module.load()
    named = [each for each in agencies() if each.id == agency]
    try:
        BrokerAdmin(settings, ()).reach(REACHABLE_S)
        named = [each for each in enrolled.town(settings) if each.id == agency]
    except (CannotRun, settings_module.SettingsMissing) as problem:
        if not named:
            leave(f"whether {agency} is registered cannot be asked: {problem}", UNREACHABLE)
        typer.echo(f"tsunagu: the registry cannot be asked ({problem}); {agency} stands in the town's file", err=True)
    return any(each.ended is None for each in named)
