"""Loading: one partition of a log folded into rows, in memory until there are many; rows, sequences and position go to the database together."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from contracts.catalogue import EventType
from kernel.records import TP, Record
from services.reporting import facts, generations, projecting
from services.reporting.folding import fold
from services.reporting.generations import Generation, unit_of
from services.reporting.projections.projection import Fact, Projection
from services.reporting.projections.table import Rows
from services.reporting.rebuild import bulk

FLUSH = 150_000
"""So many rows, or records, come together in memory before they are written; a row takes about a kilobyte."""

_SEQUENCES = "SELECT key, seq FROM reporting.sequences WHERE unit = $1 AND topic = $2 AND partition = $3"
_KEEP = """
    INSERT INTO reporting.sequences (unit, topic, partition, key, seq)
    SELECT $1, $2, $3, * FROM unnest($4::text[], $5::bigint[])
    ON CONFLICT (unit, topic, partition, key) DO UPDATE SET seq = excluded.seq"""
_ADVANCE = """
    UPDATE reporting.progress SET next_offset = $5, updated_at = now()
    WHERE unit = $1 AND topic = $2 AND partition = $3 AND next_offset = $4"""


class Overtaken(Exception):
    """The position is not the one we left: somebody else loads this partition too. Nothing of ours was written."""


class Unfit(Exception):
    """The database does not take some row: what was not written is to be read again, carefully, so that only the row's case is parked."""


@dataclass
class _Fold:
    """One generation under way."""

    generation: Generation
    projection: Projection
    rows: Rows = field(default_factory=Rows)
    keys: set[tuple[str, str]] = field(default_factory=set)
    """Cases that are parked, by topic and key."""
    parked: list[facts.Parked] = field(default_factory=list)
    new: list[Fact] = field(default_factory=list)
    """What is to be written carefully, case by case."""


class Loading:
    """One partition under way. All generations of the rebuild see each record once. ``careful``: as the live writer writes, and as slowly."""

    def __init__(
        self, connection: asyncpg.Connection, place: TP, log: str, projections: Sequence[Projection], found: Sequence[Generation], worker: int,
        flush: int = FLUSH, careful: bool = False,
    ) -> None:
        self._connection, self._place, self._log, self._worker, self._flush = connection, place, log, worker, flush
        self._careful = careful
        by_name = {each.name: each for each in projections}
        self._folds = [_Fold(each, by_name[each.projection]) for each in sorted(found, key=lambda each: each.projection)]
        self._unit = unit_of(found[0].run)
        self._last: dict[facts.Sequence, int] = {}
        self._passed: facts.Passed = {}
        self._changed: dict[facts.Sequence, int] = {}
        self._events = 0
        self._written = self._reached = 0
        self.wrote, self.writing = 0, 0.0
        """Records whose rows are in the database, and the seconds that writing them took."""

    async def begin(self, start: int) -> None:
        """Go on from what the database has of this partition."""
        rows = await self._connection.fetch(_SEQUENCES, self._unit, *self._place)
        self._last = {(*self._place, key): seq for key, seq in rows}
        self._written = self._reached = start
        for each in self._folds:
            each.keys = await projecting.keys_of(self._connection, each.generation)

    async def take(self, records: Sequence[Record]) -> None:
        """Fold the next records of the partition; write when much has come together. Raises Overtaken, Unfit."""
        reading = facts.read(records, {self._place.topic: self._log}, self._wants)
        new, seen = facts.fresh(reading, self._last, lambda code: None, self._passed)
        self._last.update(seen)
        self._changed.update(seen)
        for each in self._folds:
            if self._careful:
                each.new, each.parked = new, reading.parked
                continue
            _, parked = fold(each.projection, new, each.keys, reading.parked, into=each.rows)
            each.keys.update((bad.topic, bad.key) for bad in (*reading.parked, *parked) if bad.key)
            each.parked += [*reading.parked, *parked]
        self._reached, self._events = records[-1].offset + 1, self._events + len(records)
        if self._careful or self._events >= self._flush or sum(len(each.rows) for each in self._folds) >= self._flush:
            await self.flush()

    async def flush(self) -> None:
        """Rows, parked records, sequences and position in one transaction. Raises Overtaken, Unfit."""
        if self._reached == self._written:
            return
        began = time.monotonic()
        try:
            await self._write()
        except projecting.UNFIT as fault:
            raise Unfit from fault
        self.wrote, self.writing = self.wrote + self._events, self.writing + time.monotonic() - began
        for each in self._folds:
            each.rows, each.parked = Rows(), []
        self._written, self._changed, self._events = self._reached, {}, 0

    async def _write(self) -> None:
        async with self._connection.transaction():
            if await self._connection.execute(_ADVANCE, self._unit, *self._place, self._written, self._reached) != "UPDATE 1":
                raise Overtaken(f"{self._place.topic}/{self._place.partition}")
            for each in self._folds:
                if self._careful:
                    await projecting.project(self._connection, each.projection, each.generation, each.new, each.parked)
                    continue
                await bulk.write(self._connection, each.generation, each.rows, self._worker)
                await projecting.park(self._connection, each.generation, each.parked)
            keys, numbers = [key for _, _, key in self._changed], list(self._changed.values())
            await self._connection.execute(_KEEP, self._unit, *self._place, keys, numbers)

    def _wants(self, log: str, kind: EventType) -> bool:
        return any(each.projection.wants(log, kind) for each in self._folds)


async def claim(connection: asyncpg.Connection, run: int, place: TP) -> bool:
    """Whether this connection now has a partition for itself; it has it until ``release``, or until it is gone."""
    return bool(await connection.fetchval("SELECT pg_try_advisory_lock(hashtextextended($1, 1))", _name(run, place)))


async def release(connection: asyncpg.Connection, run: int, place: TP) -> None:
    """Let go of a partition."""
    await connection.execute("SELECT pg_advisory_unlock(hashtextextended($1, 1))", _name(run, place))


async def generations_of(connection: asyncpg.Connection, run: int) -> list[Generation]:
    """The generations that a rebuild loads."""
    return [each for each in await generations.known(connection) if each.run == run and each.state is generations.State.LOADING]


def _name(run: int, place: TP) -> Any:
    return f"reporting.{unit_of(run)}/{place.topic}/{place.partition}"
