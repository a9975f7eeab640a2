"""``tsunagu topics``: topics, accounts and access rules at the broker, compared with the plan and brought to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from cli.leaving import PROBLEMS
from cli.output import Output, OutputOption, show
from kernel import settings as settings_module

if TYPE_CHECKING:
    from deploy.local.broker_admin import BrokerAdmin, Change

app = typer.Typer(no_args_is_help=True, help="Topics, accounts and access rules: what is planned, what differs, make it so.")
REACHABLE_S = 5.0
COLUMNS = ("kind", "name", "detail", "blocked")


@app.command(epilog="Example: tsunagu topics plan --output csv")
def plan(output: OutputOption = Output.TABLE) -> None:
    """Every topic of the first start with its partitions, and who writes and reads it. Asks no broker: see `agency list` for who is there by now."""
    from deploy.local import access, topic_plan
    from deploy.local.town import agencies
    from kernel.topics import Topics

    settings, town = settings_module.load(), agencies()
    grants = sorted(access.grants(Topics(settings.municipality), town, settings.towns), key=lambda grant: grant.principal)

    def holders(topic: str, operation: str) -> str:
        return " ".join(grant.principal for grant in grants if (grant.topic, grant.operation) == (topic, operation))

    rows = [
        {"topic": topic.name, "partitions": topic.partitions, "writes": holders(topic.name, "WRITE"), "reads": holders(topic.name, "READ")}
        for topic in topic_plan.plan(settings, town)
    ]
    show(rows, ("topic", "partitions", "writes", "reads"), output)


@app.command(epilog="Example: tsunagu topics check")
def check(output: OutputOption = Output.TABLE) -> None:
    """What differs between broker and plan. Exit code 1 when anything does."""
    from deploy.local.passing import patiently

    admin = _admin()
    changes = patiently(lambda: admin.differences(REACHABLE_S))
    show(_rows(changes), COLUMNS, output)
    if changes:
        raise typer.Exit(PROBLEMS)


@app.command(epilog="Example: tsunagu topics apply")
def apply(output: OutputOption = Output.TABLE) -> None:
    """Make every difference vanish; safe to repeat."""
    from deploy.local.passing import patiently

    show(_rows(patiently(_admin().apply, made=True)), COLUMNS, output)


def _admin() -> BrokerAdmin:
    from deploy.local.broker_admin import BrokerAdmin

    return BrokerAdmin(settings_module.load())


def _rows(changes: list[Change]) -> list[dict[str, Any]]:
    return [{name: getattr(change, name) for name in COLUMNS} for change in changes]
