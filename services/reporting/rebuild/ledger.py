"""Ledger of rebuilds (再構築の記録): what runs, how far it is, what earlier ones took; kept in the database beside the rows."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import asyncpg

from kernel.records import TP
from services.reporting import generations
from services.reporting.generations import Generation, State, unit_of
from services.reporting.rebuild.eta import Cost, Spent

UNDER_WAY = (State.PLANNED, State.LOADING, State.INDEXING, State.CATCHING_UP, State.VERIFYING)
"""States of a generation that a rebuild still works on."""

_LOCK = "SELECT pg_try_advisory_lock(hashtextextended('reporting.rebuild', 0))"
_NEXT = "SELECT 1 + GREATEST((SELECT max(run) FROM reporting.rebuilds), (SELECT max(run) FROM reporting.generations), 0)"
_BEGIN = """
    INSERT INTO reporting.rebuilds (run, phase, projections) VALUES ($1, $2, $3)
    ON CONFLICT (run, phase) DO UPDATE SET finished_at = NULL"""
_END = "UPDATE reporting.rebuilds SET finished_at = now(), events = $3, bytes = $4, note = $5 WHERE run = $1 AND phase = $2"
_PREDICT = "UPDATE reporting.rebuilds SET predicted_at = started_at + $3 WHERE run = $1 AND phase = $2 AND predicted_at IS NULL"
_MOVE = "UPDATE reporting.generations SET state = $3, fed = COALESCE($4, fed), changed_at = now() WHERE projection = $1 AND generation = $2"
_SPEND = "UPDATE reporting.rebuilds SET spent = $2 WHERE run = $1 AND phase = 'LOADING'"
_SPENT = """
    SELECT spent FROM reporting.rebuilds WHERE phase = 'LOADING' AND spent IS NOT NULL
    ORDER BY projections = $1 DESC, run DESC LIMIT 1"""
_COUNT = "UPDATE reporting.rebuilds SET alike = $2 WHERE run = $1 AND phase = 'CATCHING_UP'"
_ALIKE = "SELECT NOT EXISTS (SELECT FROM reporting.rebuilds WHERE run = $1 AND phase = 'CATCHING_UP' AND NOT alike)"
_HISTORY = """
    SELECT run, phase, projections, started_at, finished_at, events, bytes, predicted_at, note FROM reporting.rebuilds
    ORDER BY run DESC, started_at LIMIT $1"""
_AIM = "INSERT INTO reporting.rebuild_targets (run, topic, partition, target) SELECT $1, * FROM unnest($2::text[], $3::int[], $4::bigint[])"
_LEFT = """
    SELECT aim.topic, aim.partition, progress.next_offset, aim.target FROM reporting.rebuild_targets AS aim
    JOIN reporting.progress ON progress.unit = $2 AND progress.topic = aim.topic AND progress.partition = aim.partition
    WHERE aim.run = $1 AND progress.next_offset < aim.target ORDER BY aim.target - progress.next_offset DESC, 1, 2"""


class AnotherRuns(Exception):
    """A rebuild is led by another process now."""


@dataclass(frozen=True, slots=True)
class Item:
    """What one worker takes as a whole: a partition of a log, from where it was loaded to its target."""

    place: TP
    start: int
    target: int

    @property
    def left(self) -> int:
        """Records still to be read, at most."""
        return self.target - self.start


async def hold(connection: asyncpg.Connection) -> None:
    """Be the one runner as long as this connection lives. Raises AnotherRuns."""
    if not await connection.fetchval(_LOCK):
        raise AnotherRuns


async def current(connection: asyncpg.Connection) -> list[Generation]:
    """The generations of the rebuild that is under way; none if there is none."""
    return [each for each in await generations.known(connection) if each.run and each.state in UNDER_WAY]


async def number(connection: asyncpg.Connection) -> int:
    """The number of the next rebuild."""
    return int(await connection.fetchval(_NEXT))


async def aim(connection: asyncpg.Connection, run: int, targets: dict[TP, int]) -> None:
    """Record how far a rebuild loads."""
    rows = [(*place, offset) for place, offset in sorted(targets.items())]
    await connection.execute(_AIM, run, *[[row[column] for row in rows] for column in range(3)])


async def left(connection: asyncpg.Connection, run: int) -> list[Item]:
    """What is still to be loaded, the longest first."""
    return [Item(TP(row[0], row[1]), row[2], row[3]) for row in await connection.fetch(_LEFT, run, unit_of(run))]


async def move(connection: asyncpg.Connection, found: Sequence[Generation], state: State, fed: bool | None = None) -> list[Generation]:
    """All generations of a rebuild go to a state together."""
    for each in found:
        await connection.execute(_MOVE, each.projection, each.number, state, fed)
    return [replace(each, state=state, fed=each.fed if fed is None else fed) for each in found]


async def began(connection: asyncpg.Connection, run: int, phase: str, names: Sequence[str]) -> None:
    """A phase begins, or goes on."""
    await connection.execute(_BEGIN, run, phase, sorted(names))


async def ended(connection: asyncpg.Connection, run: int, phase: str, events: int = 0, size: int = 0, note: str = "") -> None:
    """A phase is over."""
    await connection.execute(_END, run, phase, events, size, note)


async def predicted(connection: asyncpg.Connection, run: int, phase: str, seconds: float) -> None:
    """When the phase was to end, as said first; later guesses do not count."""
    await connection.execute(_PREDICT, run, phase, timedelta(seconds=seconds))


async def spent(connection: asyncpg.Connection, run: int, found: Mapping[str, Spent]) -> None:
    """What the records of each log took to load; of a rebuild that went on after a break, those since."""
    if found:
        await connection.execute(_SPEND, run, json.dumps({log: asdict(each) for log, each in found.items()}))


async def costs(connection: asyncpg.Connection, names: Sequence[str]) -> dict[str, Cost]:
    """What a record of each log cost in the last rebuild of the same projections; without one, in the last of any: some logs are dearer than others in all."""
    found = await connection.fetchval(_SPENT, sorted(names))
    return {log: Spent(**each).cost for log, each in json.loads(found or "{}").items()}


async def counted(connection: asyncpg.Connection, run: int, alike: bool) -> None:
    """Whether a rebuild had counted what the live reader had; known in the transaction in which it joins, and never again."""
    await connection.execute(_COUNT, run, alike)


async def alike(connection: asyncpg.Connection, run: int) -> bool:
    """What was found then; of what no rebuild has made there is nothing to say."""
    return bool(await connection.fetchval(_ALIKE, run))


async def history(connection: asyncpg.Connection, rows: int = 60) -> list[dict[str, Any]]:
    """Phases of the last rebuilds, the newest rebuild first."""
    return [_row(found) for found in await connection.fetch(_HISTORY, rows)]


def _row(found: Any) -> dict[str, Any]:
    row = dict(found)
    row["seconds"] = _seconds(row["started_at"], row["finished_at"])
    promised = _seconds(row["started_at"], row["predicted_at"])
    row["eta_error"] = None if not (row["seconds"] and promised) else round(abs(promised - row["seconds"]) / row["seconds"], 3)
    return row


def _seconds(start: datetime, end: datetime | None) -> float | None:
    return None if end is None else (end - start).total_seconds()
