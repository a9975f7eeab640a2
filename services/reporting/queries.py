"""Queries: what the reader's account may ask of the projections."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import asyncpg

from services.reporting import store
from services.reporting.generations import LIVE_UNIT
from services.reporting.projections.metrics import METRICS

_TIMELINE = """
    SELECT recorded_at, log, seq, type, title_ja, agency, recipient, about, outcome, rule, basis, released, withheld, reasons, event_id
    FROM reporting.timeline WHERE case_id = $1 AND (NOT plumbing OR $2)
    ORDER BY recorded_at, array_position(ARRAY['consent'], log) NULLS FIRST, log, seq"""
_FIGURES = "SELECT metric, dimension, value FROM reporting.figures WHERE period = $1 ORDER BY dimension"
_TOTALS = "SELECT metric, sum(value)::bigint AS value FROM reporting.figures WHERE period = $1 GROUP BY metric"
_PARKED = """
    SELECT count(*) FROM reporting.parked JOIN reporting.generations USING (projection, generation) WHERE projection = $1 AND state = 'LIVE'"""


async def timeline(connection: asyncpg.Connection, case: str, everything: bool = False) -> list[dict[str, Any]]:
    """The rows of one case in the order in which it happened; a verdict after the fact it is about.

    ``everything`` adds what the functions merely noted of each other.
    """
    return [dict(row) for row in await connection.fetch(_TIMELINE, case, everything)]


async def monthly(connection: asyncpg.Connection, month: str) -> list[dict[str, Any]]:
    """Every metric of a month (YYYY-MM, Japan), in the order of their definition; one row of 0 where there is nothing to count."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in await connection.fetch(_FIGURES, month):
        found.setdefault(row["metric"], []).append(row)
    return [
        {"period": month, "metric": metric.code, "title_ja": metric.title_ja, "divided_ja": metric.divided_ja,
         "dimension": row["dimension"], "value": row["value"], "unit_ja": metric.unit_ja}
        for metric in METRICS for row in found.get(metric.code, [{"dimension": "", "value": 0}])
    ]


async def totals(connection: asyncpg.Connection, month: str) -> tuple[dict[str, int], dict[str, dict[int, int]]]:
    """The undivided figures of a month by metric, and how far each log had been read for them: by topic and partition."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        found = {row["metric"]: row["value"] for row in await connection.fetch(_TOTALS, month)}
        positions: dict[str, dict[int, int]] = {}
        for (topic, partition), offset in (await store.positions(connection, LIVE_UNIT)).items():
            positions.setdefault(topic, {})[partition] = offset
    return found, positions


async def parked(connection: asyncpg.Connection, projection: str) -> int:
    """Log records that the projection could not read: with any, it is incomplete."""
    return int(await connection.fetchval(_PARKED, projection))
