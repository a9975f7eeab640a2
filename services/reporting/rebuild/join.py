"""Joining (合流): what was loaded is brought to exactly the live positions, and from then on fed beside the live one in the same transactions."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager

import asyncpg

from kernel.logreader import KafkaLogReader
from kernel.records import TP
from services.reporting import generations, store
from services.reporting.definition import definition
from services.reporting.generations import LIVE_UNIT, Generation, State, unit_of
from services.reporting.rebuild import compare, eta, ledger
from services.reporting.rebuild.eta import Left
from services.reporting.rebuild.place import Place
from services.reporting.store import Store

NEAR = 400
"""With so many records to go the live reader may be held for the rest of the way: some tenths of a second."""
ROUNDS = 1_000

_HOLD = "SELECT pg_advisory_lock(hashtextextended('reporting.' || $1, 0))"
_LET_GO = "SELECT pg_advisory_unlock(hashtextextended('reporting.' || $1, 0))"
_FORGET = "DELETE FROM reporting.progress WHERE unit = $1"


class OtherCode(Exception):
    """The service that runs is other code than this: it cannot feed what was rebuilt. The text names the projections."""


class NeverThere(Exception):
    """The log grows faster than the catch-up reads."""


def strangers(place: Place, found: Sequence[Generation]) -> list[str]:
    """Projections of these generations that other code than this has made."""
    ours = {name: definition(each) for name, each in place.projections.items()}
    return sorted({each.projection for each in found if ours.get(each.projection) != each.definition})


async def gap(place: Place, connection: asyncpg.Connection, run: int) -> dict[TP, tuple[int, int]]:
    """From where to where the rebuild has to read to stand where the live one does; nothing where it does."""
    live, own = await store.positions(connection, LIVE_UNIT), await store.positions(connection, unit_of(run))
    ours = {tp: offset for tp, offset in sorted(live.items()) if tp.topic in place.logs}  # others were read by earlier code
    return {tp: (own.get(tp, 0), offset) for tp, offset in ours.items() if own.get(tp, 0) < offset}


def length(found: Mapping[TP, tuple[int, int]]) -> int:
    """Records in a gap, at most."""
    return sum(end - start for start, end in found.values())


@asynccontextmanager
async def catching(place: Place, run: int, names: Sequence[str]) -> AsyncIterator[tuple[Store, KafkaLogReader]]:
    """What catches up: the normal writer's store for the rebuild's unit, and a reader of the logs."""
    moving, reader = Store(place.named(names), place.connect, lambda code: None, unit_of(run)), place.reader(f"{run}-join")
    try:
        await reader.start()
        await moving.open()
        yield moving, reader
    finally:
        await moving.close()
        await reader.stop()


async def catch_up(place: Place, run: int, moving: Store, reader: KafkaLogReader, tell: Callable[[int, int, Left], None]) -> int:
    """Read on until the live positions are near; returns the records read. Raises NeverThere."""
    done, before = 0, 0
    for _ in range(ROUNDS):
        found = await gap(place, moving.connection, run)
        if length(found) <= NEAR:
            return done
        if before and length(found) > 2 * before:
            raise NeverThere
        before, began = length(found), time.monotonic()
        done += await _read(place, moving, reader, found)
        took, grown = time.monotonic() - began, length(await gap(place, moving.connection, run))
        tell(done, done + grown, eta.catching_up(grown, before / took, grown / took))
    raise NeverThere


async def join(place: Place, run: int, moving: Store, reader: KafkaLogReader) -> list[Generation]:
    """Hold the live reader, read the rest, and let the rebuilt generations be fed from here on.

    Whether both have counted the same events is kept in the same transaction. Raises OtherCode, NeverThere.
    """
    connection = moving.connection
    await moving.positions(place.places)
    await connection.execute(_HOLD, LIVE_UNIT)
    try:
        found = await generations.known(connection)
        if strange := strangers(place, [each for each in found if each.fed]):
            raise OtherCode(", ".join(strange))
        rest = await gap(place, connection, run)
        if length(rest) > 10 * NEAR:
            raise NeverThere
        await _read(place, moving, reader, rest)
        async with connection.transaction():
            await ledger.counted(connection, run, await compare.counted_alike(connection, run, list(place.logs)))
            await connection.execute(_FORGET, unit_of(run))
            return await ledger.move(connection, await ledger.current(connection), State.VERIFYING, fed=True)
    finally:
        await connection.execute(_LET_GO, LIVE_UNIT)


async def _read(place: Place, moving: Store, reader: KafkaLogReader, found: Mapping[TP, tuple[int, int]]) -> int:
    done = 0
    await moving.positions(place.places)
    for tp, (start, end) in found.items():
        async for records in reader.scan(*tp, start, end):
            await moving.apply(records, [(tp, start, records[-1].offset + 1)], place.logs)
            start, done = records[-1].offset + 1, done + len(records)
    return done
