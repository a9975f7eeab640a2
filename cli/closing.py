"""Closing a month: the figures from the projection, sent to the reporting function through the reporting account."""

from __future__ import annotations

from collections.abc import Iterable

import asyncpg

from cli import registry, stating
from contracts.shared import Metric
from contracts.topics import Function
from kernel import settings as settings_module
from kernel.partitioner import partition_of
from kernel.settings import Settings
from kernel.topics import Topics
from services.reporting import closing, queries, small_cells, towns
from services.reporting.closing import ACCOUNT, Before, Report
from services.reporting.projections.metrics import REPORTED
from services.reporting.standing import standing

FIGURES, EVENTS, REPORTED_BEFORE = "monthly", "figure_events", "reported"
"""The projections that a closing is made of."""


class Unready(Exception):
    """A month cannot be closed on projections that do not follow the logs or lack records; says which."""


async def figures(connection: asyncpg.Connection, period: str) -> list[list[Report]]:
    """The month's figures, as one list, by the settings' town and the limit of its pack. Raises PackInvalid, SettingsMissing, Unready."""
    settings = settings_module.load()
    return [await of_month(connection, period, settings.municipality, registry.pack(settings.policy).small_cell)]


async def of_month(connection: asyncpg.Connection, period: str, municipality: str, limit: int) -> list[Report]:
    """Every figure of a month that is reported, with what has come since it was reported before; ``limit``: see ``small_cells``.

    To be asked in a transaction (repeatable read): only then positions, figures and what was reported belong together. Raises Unready.
    """
    positions = await _positions(connection)
    values, earlier = await queries.figures(connection, period), await before(connection, municipality, period)
    cells = closing.cells(values, earlier)
    changed = [cell for cell, value in cells.items() if earlier.values and earlier.values.get(cell) != value]
    events = await queries.events_of(connection, period, changed)
    hidden = small_cells.small(cells, limit, earlier.values, earlier.hidden)
    logs = {topic.split(".", 1)[1].removesuffix(".log"): numbers for topic, numbers in positions.items()}
    logs.pop(Function.REPORTING, None)  # what was reported is no ground for what is reported
    return list(closing.reports(period, values, closing.positions_text(logs), hidden, earlier, events))


async def _positions(connection: asyncpg.Connection) -> dict[str, dict[int, int]]:
    """How far all that a closing is made of has read; equal for all, since what is fed is fed together. Raises Unready."""
    there = {name: await standing(connection, name) for name in (FIGURES, EVENTS, REPORTED_BEFORE)}
    lacking = [f"{name} waits for its rebuild" for name, each in there.items() if each.outdated]
    lacking += [f"{name} lacks {each.missing} log records" for name, each in there.items() if each.missing]
    if lacking:
        raise Unready(", ".join(lacking))
    return there[FIGURES].positions


async def before(connection: asyncpg.Connection, municipality: str, period: str) -> Before:
    """What a town has reported for a month already. To be asked in a transaction, which then sees this town alone."""
    await towns.see(connection, [municipality])
    rows = await queries.reported(connection, municipality, period)
    found = {(REPORTED[Metric(row["metric"])].code, row["divided"], row["dimension"]): row for row in rows}
    return Before(
        {cell: row["value"] for cell, row in found.items()}, {cell: row["positions"] for cell, row in found.items()},
        frozenset(cell for cell, row in found.items() if row["hidden"]),
    )


def send(settings: Settings, reports: Iterable[Report]) -> None:
    """Send the figures and wait until the broker has them. Raises NotAccepted, KafkaException."""
    inbox = Topics(settings.municipality).inbox(Function.REPORTING)
    stating.send(settings, ACCOUNT, [(inbox, partition_of(each.key.encode(), settings.partitions), each) for each in reports])
