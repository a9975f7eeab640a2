"""Store: a projection's rows and its log positions in PostgreSQL, changed together or not at all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import asyncpg

from kernel.failures import Unavailable
from kernel.records import TP, Record
from kernel.settings import Settings
from services.reporting import facts
from services.reporting.projections.projection import Projection

DATABASE = "tsunagu_reporting"
CONNECT_S, COMMAND_S = 5.0, 30.0

Connect = Callable[[], Awaitable[asyncpg.Connection]]
Move = tuple[TP, int, int]
"""A partition, the offset expected in the database, the offset to go to."""

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('reporting.' || $1, 0))"
_BEGIN = """
    INSERT INTO reporting.progress (projection, topic, partition, next_offset)
    SELECT $1, topic, partition, 0 FROM unnest($2::text[], $3::int[]) AS new (topic, partition)
    ON CONFLICT DO NOTHING"""
_POSITIONS = "SELECT topic, partition, next_offset FROM reporting.progress WHERE projection = $1"
_ADVANCE = """
    UPDATE reporting.progress AS progress SET next_offset = move.next, updated_at = now()
    FROM unnest($2::text[], $3::int[], $4::bigint[], $5::bigint[]) AS move (topic, partition, expected, next)
    WHERE progress.projection = $1 AND progress.topic = move.topic AND progress.partition = move.partition
      AND progress.next_offset = move.expected"""
_LAST = """
    SELECT topic, partition, key, seq FROM reporting.sequences JOIN unnest($2::text[], $3::int[], $4::text[]) AS wanted (topic, partition, key)
    USING (topic, partition, key) WHERE projection = $1"""
_REMEMBER = """
    INSERT INTO reporting.sequences (projection, topic, partition, key, seq) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (projection, topic, partition, key) DO UPDATE SET seq = excluded.seq"""
_PARKED = "SELECT count(*) FROM reporting.parked WHERE projection = $1"
_PARK = "INSERT INTO reporting.parked (projection, topic, partition, log_offset, code) VALUES ($1, $2, $3, $4, $5)"

_OUTAGES = (
    OSError, TimeoutError, asyncpg.InterfaceError, asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError, asyncpg.InsufficientResourcesError, asyncpg.TransactionRollbackError, asyncpg.InternalClientError,
)
"""What a database does that is down, starting, stopping, full or busy; the last: a connection cut while the client wrote to it."""


class Superseded(Exception):
    """The position in the database is not ours: another writer was there, or our last commit did arrive. Start from what it says."""


def connector(settings: Settings, role: str) -> Connect:
    """How to reach the reporting database as ``role``. Raises SettingsMissing."""
    password = settings.password(role)

    async def connect() -> asyncpg.Connection:
        return await asyncpg.connect(
            host=settings.database_host, port=settings.database_port, database=DATABASE, user=role, password=password,
            timeout=CONNECT_S, command_timeout=COMMAND_S,
        )

    return connect


class Store:
    """One projection's share of the database."""

    def __init__(self, projection: Projection, connect: Connect, alarm: facts.Alarm) -> None:
        self._projection, self._connect, self._alarm = projection, connect, alarm
        self._connection: asyncpg.Connection | None = None

    async def open(self) -> None:
        """Connect anew. Raises Unavailable."""
        with _outage():
            self._connection = await self._connect()

    async def close(self) -> None:
        """Disconnect; a transaction under way is undone."""
        if self._connection is not None:
            with suppress(*_OUTAGES):
                await self._connection.close(timeout=CONNECT_S)
            self._connection = None

    async def positions(self, partitions: Collection[TP]) -> dict[TP, int]:
        """Where to read on, per partition; new ones begin at 0. Raises Unavailable."""
        with _outage():
            await self._open.execute(_BEGIN, self._projection.name, *_columns(sorted(partitions), 2))
            rows = await self._open.fetch(_POSITIONS, self._projection.name)
        found = {TP(topic, partition): offset for topic, partition, offset in rows}
        return {tp: found[tp] for tp in partitions}

    async def parked(self) -> int:
        """How many log records this projection could not read. Raises Unavailable."""
        with _outage():
            return int(await self._open.fetchval(_PARKED, self._projection.name))

    async def apply(self, records: Sequence[Record], moves: Sequence[Move], logs: Mapping[str, str]) -> list[facts.Parked]:
        """Rows of ``records`` and the positions after them, in one transaction; returns what could not be read.

        Raises Superseded when any position is not the expected one, Unavailable when the database does not answer; the rows are then
        not there, or, if only the answer to the commit was lost, there with their positions.
        """
        reading = facts.read(records, logs, self._projection.wants)
        with _outage():
            async with self._open.transaction():
                await self._advance(moves)
                last = await self._last(reading.sequences())
                new, seen = facts.fresh(reading, last, self._alarm)
                for write in self._projection.writes(new):
                    await self._open.executemany(write.statement, write.rows)
                await self._note(_REMEMBER, sorted((*sequence, seq) for sequence, seq in seen.items()))
                await self._note(_PARK, [(bad.topic, bad.partition, bad.offset, bad.code) for bad in reading.parked])
        return reading.parked

    @property
    def _open(self) -> asyncpg.Connection:
        if self._connection is None:
            raise Unavailable("database")
        return self._connection

    async def _advance(self, moves: Sequence[Move]) -> None:
        """Under the projection's lock, so that two writers meet here one after the other and not in a deadlock."""
        await self._open.execute(_LOCK, self._projection.name)
        rows = [(tp.topic, tp.partition, expected, following) for tp, expected, following in moves]
        done = await self._open.execute(_ADVANCE, self._projection.name, *_columns(rows, 4))
        if done != f"UPDATE {len(moves)}":
            raise Superseded(self._projection.name)

    async def _last(self, sequences: Sequence[facts.Sequence]) -> dict[facts.Sequence, int]:
        rows = await self._open.fetch(_LAST, self._projection.name, *_columns(sequences, 3))
        return {(topic, partition, key): seq for topic, partition, key, seq in rows}

    async def _note(self, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
        if rows:
            await self._open.executemany(statement, [(self._projection.name, *row) for row in rows])


def _columns(rows: Sequence[tuple[Any, ...]], width: int) -> list[list[Any]]:
    return [[row[column] for row in rows] for column in range(width)]


@contextmanager
def _outage():
    """Turn what an outage raises into Unavailable; everything else is a fault of ours and goes through."""
    try:
        yield
    except _OUTAGES as error:
        raise Unavailable("database") from error
