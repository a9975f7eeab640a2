"""Store: the projections' rows and the log positions they follow from in PostgreSQL, changed together or not at all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import asyncpg

from kernel import postgres
from kernel.failures import Unavailable
from kernel.records import TP, Record
from kernel.settings import Settings
from services.reporting import facts, generations, projecting
from services.reporting.definition import definition
from services.reporting.generations import LIVE_UNIT, Generation
from services.reporting.projections.projection import Projection

DATABASE = "tsunagu_reporting"
CONNECT_S, COMMAND_S = 5.0, 30.0
STATEMENTS = 400
"""Prepared statements that a connection keeps: one for each table of each generation that is fed, which after a rebuild are more than the 100 that are usual."""

Connect = Callable[[], Awaitable[asyncpg.Connection]]
Move = tuple[TP, int, int]
"""A partition, the offset expected in the database, the offset to go to."""

_BEGIN = """
    INSERT INTO reporting.progress (unit, topic, partition, next_offset)
    SELECT $1, topic, partition, 0 FROM unnest($2::text[], $3::int[]) AS new (topic, partition)
    ON CONFLICT DO NOTHING"""
_POSITIONS = "SELECT topic, partition, next_offset FROM reporting.progress WHERE unit = $1"
_ADVANCE = """
    UPDATE reporting.progress AS progress SET next_offset = move.next, updated_at = now()
    FROM unnest($2::text[], $3::int[], $4::bigint[], $5::bigint[]) AS move (topic, partition, expected, next)
    WHERE progress.unit = $1 AND progress.topic = move.topic AND progress.partition = move.partition
      AND progress.next_offset = move.expected"""
_LAST = """
    SELECT topic, partition, key, seq FROM reporting.sequences JOIN unnest($2::text[], $3::int[], $4::text[]) AS wanted (topic, partition, key)
    USING (topic, partition, key) WHERE unit = $1"""
_REMEMBER = """
    INSERT INTO reporting.sequences (unit, topic, partition, key, seq)
    SELECT $1, topic, partition, key, seq FROM unnest($2::text[], $3::int[], $4::text[], $5::bigint[]) AS seen (topic, partition, key, seq)
    ON CONFLICT (unit, topic, partition, key) DO UPDATE SET seq = excluded.seq"""
_PARKED = """
    SELECT count(DISTINCT (topic, partition, log_offset)) FROM reporting.parked JOIN reporting.generations USING (projection, generation) WHERE state = 'LIVE'"""

_OUTAGES = (
    OSError, TimeoutError, asyncpg.InterfaceError, asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError, asyncpg.InsufficientResourcesError, asyncpg.TransactionRollbackError, asyncpg.InternalClientError,
)
"""What a database does that is down, starting, stopping, full or busy; the last: a connection cut while the client wrote to it."""


class Superseded(Exception):
    """The position in the database is not ours: another writer was there, or our last commit did arrive. Start from what it says.

    """


class OtherCode(Exception):
    """What is fed is other code's, which began while we ran or is newer than ours: we move nothing any more. The text names the projections."""


def connector(settings: Settings, role: str) -> Connect:
    """How to reach the reporting database as ``role``. Raises SettingsMissing."""
    server, password = postgres.projections(settings), settings.password(role)

    async def connect() -> asyncpg.Connection:
        return await server.connect(
            database=DATABASE, role=role, password=password, timeout=CONNECT_S, command_timeout=COMMAND_S, statement_cache_size=STATEMENTS,
        )

    return connect


class Store:
    """What one unit moves: the unit 'live' all generations that are fed, that of a rebuild its generations."""

    def __init__(self, projections: Sequence[Projection], connect: Connect, alarm: facts.Alarm, unit: str = LIVE_UNIT) -> None:
        self._projections, self._connect, self._alarm, self.unit = {each.name: each for each in projections}, connect, alarm, unit
        self._definitions = {each.name: definition(each) for each in projections}
        self._connection: asyncpg.Connection | None = None
        self._passed: facts.Passed = {}

    async def open(self) -> None:
        """Connect anew; the unit 'live' then has the generations that it needs. Raises Unavailable."""
        with outage():
            self._connection, self._passed = await self._connect(), {}
            if self.unit == LIVE_UNIT:
                await generations.establish(self._connection, list(self._projections.values()))

    async def close(self) -> None:
        """Disconnect; a transaction under way is undone."""
        if self._connection is not None:
            with suppress(*_OUTAGES):
                await self._connection.close(timeout=CONNECT_S)
            self._connection = None

    async def positions(self, partitions: Collection[TP]) -> dict[TP, int]:
        """Where to read on, per partition; new ones begin at 0. Raises Unavailable."""
        with outage():
            await self._open.execute(_BEGIN, self.unit, *_columns(sorted(partitions), 2))
            found = await positions(self._open, self.unit)
        return {tp: found[tp] for tp in partitions}

    async def outdated(self) -> list[str]:
        """Projections that need a rebuild before they follow the log. Raises Unavailable."""
        with outage():
            return generations.outdated(await generations.known(self._open))

    async def parked(self) -> int:
        """How many log records are missing from what is read. Raises Unavailable."""
        with outage():
            return int(await self._open.fetchval(_PARKED))

    async def apply(self, records: Sequence[Record], moves: Sequence[Move], logs: Mapping[str, str]) -> list[facts.Parked]:
        """Rows of ``records`` and the positions after them, in one transaction; returns what could not be read or applied.

        Raises Superseded when any position is not the expected one, OtherCode where other code feeds, Unavailable when the database does not answer; the rows are then
        not there, or, if only the answer to the commit was lost, there with their positions.
        """
        reading, passed = facts.read(records, logs, self._wants), dict(self._passed)
        with outage():
            async with self._open.transaction():
                await self._advance(moves)
                last = await self._last(reading.sequences())
                new, seen = facts.fresh(reading, last, self._alarm, passed)
                parked = await projecting.project_all(self._open, await self._moved(), new, reading.parked)
                await self._note(sorted((*sequence, seq) for sequence, seq in seen.items()))
        self._passed = passed
        return list({(each.topic, each.partition, each.offset): each for each in parked}.values())

    @property
    def connection(self) -> asyncpg.Connection:
        """The connection itself, for what is to happen in a transaction together with ``apply``. Raises Unavailable."""
        return self._open

    @property
    def _open(self) -> asyncpg.Connection:
        if self._connection is None:
            raise Unavailable("database")
        return self._connection

    def _wants(self, log: str, kind: Any) -> bool:
        return any(projection.wants(log, kind) for projection in self._projections.values())

    async def _moved(self) -> list[tuple[Projection, Generation]]:
        """What this unit moves now: a rebuild may have joined, or a switch have come. Nothing moves past what other code is to feed."""
        moved = [each for each in await generations.known(self._open) if each.unit == self.unit]
        if strange := [each.projection for each in moved if self._definitions.get(each.projection) != each.definition]:
            raise OtherCode(f"{self.unit}: other code feeds {', '.join(strange)}")
        return [(self._projections[each.projection], each) for each in moved]

    async def _advance(self, moves: Sequence[Move]) -> None:
        """Under the unit's lock, so that two writers meet here one after the other and not in a deadlock."""
        await generations.lock(self._open, self.unit)
        rows = [(tp.topic, tp.partition, expected, following) for tp, expected, following in moves]
        done = await self._open.execute(_ADVANCE, self.unit, *_columns(rows, 4))
        if done != f"UPDATE {len(moves)}":
            raise Superseded(self.unit)

    async def _last(self, sequences: Sequence[facts.Sequence]) -> dict[facts.Sequence, int]:
        rows = await self._open.fetch(_LAST, self.unit, *_columns(sequences, 3))
        return {(topic, partition, key): seq for topic, partition, key, seq in rows}

    async def _note(self, rows: Sequence[tuple[Any, ...]]) -> None:
        if rows:
            await self._open.execute(_REMEMBER, self.unit, *_columns(rows, 4))


async def positions(connection: asyncpg.Connection, unit: str) -> dict[TP, int]:
    """How far a unit has read, by topic and partition."""
    return {TP(topic, partition): offset for topic, partition, offset in await connection.fetch(_POSITIONS, unit)}


def _columns(rows: Sequence[tuple[Any, ...]], width: int) -> list[list[Any]]:
    return [[row[column] for row in rows] for column in range(width)]


@contextmanager
def outage():
    """Turn what an outage raises into Unavailable; everything else is a fault of ours and goes through."""
    try:
        yield
    except _OUTAGES as error:
        raise Unavailable("database") from error
