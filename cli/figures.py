"""What ``tsunagu report`` asks about figures besides the month itself: the events behind a number, targets, what a prefecture sees."""

from __future__ import annotations

from typing import Any

import asyncpg

from kernel import settings as settings_module
from services.reporting import queries, towns
from services.reporting.projections import RESOURCES
from services.reporting.projections.metrics import BY_CODE, REPORTED
from services.reporting.resource import Resource

EXPLAINED = {
    "divided": "内訳", "dimension": "区分", "log": "ログ", "partition": "区画", "log_offset": "位置", "type": "種別", "event_id": "事象", "case_id": "事例", "amount": "数",
}
PREFECTURE, TARGETS, SUPPORT, LIBRARY = (
    next(each for each in RESOURCES if each.name == name) for name in ("prefecture-figures", "plan-targets", "prefecture-support", "case-library")
)
SHARED: dict[str, Resource] = {"figures": PREFECTURE, "support": SUPPORT, "library": LIBRARY}
"""What a prefecture and its towns read of each other, by the word for it."""


def asked(metric: str, dimension: str) -> tuple[str, str, str]:
    """The figure that is to be explained; ``dimension`` as DIVISION:VALUE, empty for the whole. Raises ValueError with what there is."""
    if metric not in BY_CODE:
        raise ValueError(f"{metric!r} is no metric; there are {', '.join(BY_CODE)}")
    divided, separator, value = dimension.partition(":")
    divisions = [division.code for division in BY_CODE[metric].divisions]
    if dimension and (not separator or divided not in divisions):
        raise ValueError(f"{dimension!r} is no part of {metric}; write DIVISION:VALUE with one of {', '.join(divisions) or 'none'}")
    return metric, divided, value


async def explained(connection: asyncpg.Connection, month: str, figure: tuple[str, str, str]) -> list[dict[str, Any]]:
    """Exactly the events that a figure counts."""
    return await queries.behind(connection, month, *figure)


async def targets(connection: asyncpg.Connection) -> list[dict[str, Any]]:
    """Targets of the plans and what has been counted in their periods."""
    return await queries.shown(connection, TARGETS, {})


async def shared(connection: asyncpg.Connection, resource: Resource, month: str | None = None, municipality: str | None = None) -> list[dict[str, Any]]:
    """Rows of a resource, of one month and one town where they are named; of other towns only at the site of their prefecture."""
    settings = settings_module.load()
    await towns.see(connection, settings.towns or (settings.municipality,))
    where = {"period": month, "municipality": municipality}
    rows = await queries.shown(connection, resource, {name: value for name, value in where.items() if value is not None and name in resource.filters})
    return [{"title_ja": _title(row["metric"]), **row} if "metric" in row else row for row in rows]


def _title(metric: str) -> str:
    return next((each.title_ja for name, each in REPORTED.items() if name == metric), metric)


def value(figure: tuple[str, str, str], rows: list[dict[str, Any]]) -> int:
    """What these events amount to: members once (実), or amounts added up (延べ)."""
    if BY_CODE[figure[0]].distinct:
        return len({row["member"] for row in rows})
    return sum(row["amount"] for row in rows)
