"""``tsunagu certificates``: when those end by which the broker is known, and others in their place while everything runs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from cli.leaving import PROBLEMS
from cli.output import Output, OutputOption, show
from kernel import settings as settings_module

app = typer.Typer(no_args_is_help=True, help="Certificates (証明書) of the broker and of the authority that signs it: when each ends; renewal while everything runs.")
LISTED = ("certificate", "ends", "days")


@app.command(epilog="Example: tsunagu certificates list --output json")
def list(output: OutputOption = Output.TABLE) -> None:
    """When each ends: `ca` as in the file that is given to agencies, `kafka` as the broker shows it now, `agency-ID` as last issued to an agency.

    Exit code 1 where one ends within 30 days.
    """
    from kernel.certificates import SOON_DAYS

    rows = _rows()
    show(rows, LISTED, output)
    if any(row["days"] < SOON_DAYS for row in rows):
        raise typer.Exit(PROBLEMS)


@app.command(epilog="Example: tsunagu certificates renew --ca")
def renew(
    ca: Annotated[bool, typer.Option("--ca", help="Another authority too; hand secrets/ca.pem to every agency, the old one stays good meanwhile.")] = False,
    output: OutputOption = Output.TABLE,
) -> None:
    """Give the running broker another certificate. Nothing is interrupted, nobody is refused. May be repeated: what was broken off is finished."""
    from confluent_kafka import KafkaException

    from cli import steps
    from deploy.local import certificates
    from deploy.local.layout import CannotRun, Layout
    from deploy.local.lifecycle import START_OR_STOP
    from deploy.local.turns import turn

    settings, progress = settings_module.load(), steps.shown()
    layout = Layout(settings.home)
    if not settings.encrypted or settings.kafka_external:
        raise CannotRun(f"the broker at {settings.bootstrap} is not one that shows a certificate of our making; see [kafka] in {settings_module.FILE_NAME}")
    try:
        with turn(layout, START_OR_STOP, progress), progress.step("renewing"):
            certificates.renew(layout, settings, with_authority=ca)
    except KafkaException as error:
        raise CannotRun(f"the broker at {settings.bootstrap} does not answer ({error.args[0].name()}); start it: tsunagu run up") from error
    show(_rows(), LISTED, output)


def _rows() -> list[dict[str, str | int]]:
    from kernel.certificates import certificates

    ends, now = certificates(settings_module.load()), datetime.now(UTC)
    return [{"certificate": name, "ends": f"{end:%Y-%m-%dT%H:%M:%SZ}", "days": (end - now).days} for name, end in ends.items()]
