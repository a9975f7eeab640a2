"""Queries: what the reader's account may ask of the projections."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import asyncpg

from services.reporting.projections.counting import Figure, Metric
from services.reporting.projections.metrics import METRICS
from services.reporting.resource import Resource

NOTHING: Mapping[str, Any] = {"divided": "", "dimension": "", "value": 0}
"""What there is to count of a metric of which there is nothing."""

_TIMELINE = """
    SELECT recorded_at, log, seq, type, title_ja, agency, recipient, about, outcome, rule, basis, released, withheld, reasons, event_id
    FROM reporting.timeline WHERE case_id = $1 AND (NOT plumbing OR $2)
    ORDER BY recorded_at, array_position(ARRAY['consent'], log) NULLS FIRST, log, seq"""
_FIGURES = "SELECT metric, divided, dimension, value FROM reporting.figures WHERE period = $1 ORDER BY divided, dimension"
_BEHIND = """
    SELECT period, metric, divided, dimension, log, partition, log_offset, event_id, type, case_id, member, amount
    FROM reporting.figure_events WHERE period = $1 AND metric = $2 AND divided = $3 AND dimension = $4 ORDER BY log, partition, log_offset"""
_EVENTS_OF = """
    SELECT metric, divided, dimension, log, partition, log_offset, event_id FROM reporting.figure_events
    JOIN unnest($2::text[], $3::text[], $4::text[]) AS wanted (metric, divided, dimension) USING (metric, divided, dimension)
    WHERE period = $1 ORDER BY log, partition, log_offset"""
_REPORTED = """
    SELECT metric, divided, dimension, value, hidden, positions FROM reporting.reported_figures
    WHERE municipality = $1 AND period = $2 ORDER BY metric, divided, dimension"""
_PARKED = """
    SELECT count(*) FROM reporting.parked JOIN reporting.generations USING (projection, generation) WHERE projection = $1 AND state = 'LIVE'"""


async def timeline(connection: asyncpg.Connection, case: str, everything: bool = False) -> list[dict[str, Any]]:
    """The rows of one case in the order in which it happened; a verdict after the fact it is about.

    ``everything`` adds what the functions merely noted of each other.
    """
    return [dict(row) for row in await connection.fetch(_TIMELINE, case, everything)]


async def monthly(connection: asyncpg.Connection, month: str) -> list[dict[str, Any]]:
    """Every metric of a month (YYYY-MM, Japan), in the order of their definition, each whole and then divided; 0 where there is nothing to count."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in await connection.fetch(_FIGURES, month):
        found.setdefault(row["metric"], []).append(row)
    return [row for metric in METRICS for row in _rows(metric, month, found.get(metric.code, [NOTHING]))]


def _rows(metric: Metric, month: str, found: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    divisions = {"": "", **{each.code: each.title_ja for each in metric.divisions}}
    for code, title in divisions.items():
        for row in (row for row in found if row["divided"] == code):
            yield {"period": month, "metric": metric.code, "title_ja": metric.title_ja, "divided": code, "divided_ja": title,
                   "dimension": row["dimension"], "value": row["value"], "unit_ja": metric.unit_ja}


async def figures(connection: asyncpg.Connection, month: str) -> dict[Figure, int]:
    """The figures of a month by metric, division and dimension."""
    return {(row["metric"], row["divided"], row["dimension"]): row["value"] for row in await connection.fetch(_FIGURES, month)}


async def behind(connection: asyncpg.Connection, month: str, metric: str, divided: str = "", dimension: str = "") -> list[dict[str, Any]]:
    """The events that one figure counts, in the order of the logs; of the whole figure unless a division and dimension are named."""
    return [dict(row) for row in await connection.fetch(_BEHIND, month, metric, divided, dimension)]


async def reported(connection: asyncpg.Connection, municipality: str, month: str) -> list[dict[str, Any]]:
    """What a town has reported for a month, as corrected last; the metric under its public name. Only of towns that ``towns.see`` names."""
    return [dict(row) for row in await connection.fetch(_REPORTED, municipality, month)]


async def events_of(connection: asyncpg.Connection, month: str, cells: Collection[Figure]) -> dict[Figure, list[tuple[str, int, int, str]]]:
    """Log, partition, offset and id of the events that each of these figures counts."""
    found: dict[Figure, list[tuple[str, int, int, str]]] = {}
    for row in await connection.fetch(_EVENTS_OF, month, *([each[column] for each in sorted(cells)] for column in range(3))):
        found.setdefault((row[0], row[1], row[2]), []).append((row[3], row[4], row[5], row[6]))
    return found


async def shown(connection: asyncpg.Connection, resource: Resource, where: Mapping[str, str]) -> list[dict[str, Any]]:
    """The rows of a resource, in its order; ``where``: values of columns by which it may be asked for. Raises KeyError for any other.

    Of several towns only what ``towns.see`` lets the connection see.
    """
    if where.keys() - set(resource.filters):
        raise KeyError(*sorted(where.keys() - set(resource.filters)))
    wanted = " AND ".join(f"{name}::text = ${number}" for number, name in enumerate(where, 1)) or "true"
    question = f"SELECT {', '.join(resource.headings)} FROM reporting.{resource.view} WHERE {wanted} ORDER BY {', '.join(resource.order)}"
    return [dict(row) for row in await connection.fetch(question, *where.values())]


async def parked(connection: asyncpg.Connection, projection: str) -> int:
    """Log records that the projection could not read: with any, it is incomplete."""
    return int(await connection.fetchval(_PARKED, projection))
