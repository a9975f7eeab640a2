"""Switching (切替): which generation is read. One short transaction, there and back; and taking away what nobody needs."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import asyncpg

from services.reporting import generations
from services.reporting.definition import definition
from services.reporting.generations import LIVE_UNIT, Generation, State, unit_of
from services.reporting.projections.projection import Projection
from services.reporting.rebuild import compare, ledger
from services.reporting.rebuild.compare import Compared
from services.reporting.rebuild.place import Place

LOCK_TIMEOUT = "2s"
TRIES = 15
PAUSE_S = 0.3
NEW = (State.READY, State.VERIFYING)
"""States of what was rebuilt whole; the second: it differs from the live one."""


class NotThere(Exception):
    """There is nothing to switch to, or nothing to take away; the text says what is missing."""


class Busy(Exception):
    """Whoever reads has not let go in time: nothing was changed."""


class Vetoed(Exception):
    """Old and new differ, and nobody has said why that is right."""

    def __init__(self, found: Sequence[Compared]) -> None:
        super().__init__("; ".join(each.says for each in found if not each.equal))


async def forth(place: Place, connection: asyncpg.Connection, names: Sequence[str], reason: str = "") -> list[Compared]:
    """Read what was rebuilt, if it is equal to what is read now, or for a ``reason``. Raises Vetoed, NotThere, Busy."""
    async with compare.snapshot(connection):
        pairs = [pair for pair in await compare.pairs(connection, names) if pair[1].state in NEW]
        if missing := sorted(set(names) - {new.projection for _, new in pairs}):
            raise NotThere(f"nothing was rebuilt of {', '.join(missing)}")
        if late := [new.projection for _, new in pairs if not new.fed]:
            raise NotThere(f"what was rebuilt of {', '.join(late)} does not follow the log (other code ran since); rebuild it again")
        found = [await compare.compare(connection, old, new) for old, new in pairs]
    if strange := [new.projection for _, new in pairs if definition(place.projections[new.projection]) != new.definition]:
        raise NotThere(f"what was rebuilt of {', '.join(strange)} is not this code's; rebuild it again")
    if not reason and not all(each.equal for each in found):
        raise Vetoed(found)
    for run in sorted({new.run for _, new in pairs}):
        await ledger.began(connection, run, "SWITCHED", [new.projection for _, new in pairs if new.run == run])
    await switch(connection, place.projections, names, NEW)
    for run in sorted({new.run for _, new in pairs}):
        note = "" if all(each.equal for each in found) else f"{reason} ({Vetoed(found)})"
        await ledger.ended(connection, run, "SWITCHED", sum(each.rows for each in found), note=note)
    return found


async def back(place: Place, connection: asyncpg.Connection, names: Sequence[str]) -> None:
    """Read again what was read before. Raises NotThere, also where it does not follow the log any more, and Busy."""
    for each in await generations.known(connection):
        if each.projection in names and each.state is State.WARM and not each.fed:
            raise NotThere(f"what was read of {each.projection} before is other code's: it no longer follows the log")
    await switch(connection, place.projections, names, (State.WARM,))
    for each in await generations.known(connection):
        if each.projection in names and each.state is State.WARM and each.run:
            await ledger.began(connection, each.run, "BACK", [each.projection])
            await ledger.ended(connection, each.run, "BACK")


async def switch(connection: asyncpg.Connection, projections: Mapping[str, Projection], names: Sequence[str], sources: Collection[State]) -> None:
    """Show the generations that are in one of these states and keep the live ones warm. Raises NotThere, Busy."""
    for _ in range(TRIES):
        try:
            async with connection.transaction():
                await connection.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
                await generations.lock(connection, LIVE_UNIT)
                await _switch(connection, projections, names, sources)
                return
        except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError):
            await asyncio.sleep(PAUSE_S)
    raise Busy


async def _switch(connection: asyncpg.Connection, projections: Mapping[str, Projection], names: Sequence[str], sources: Collection[State]) -> None:
    found = await generations.known(connection)
    for name in sorted(names):
        new = next((each for each in found if each.projection == name and each.state in sources), None)
        if new is None:
            raise NotThere(f"{name} has nothing to switch to")
        for old in found:
            if old.projection == name and old.state is State.LIVE:
                await generations.note(connection, replace(old, state=State.WARM))
        await generations.show(connection, projections[name], new)
        await generations.note(connection, replace(new, state=State.LIVE))


async def drop(connection: asyncpg.Connection, found: Sequence[Generation]) -> None:
    """Take generations away whole: tables, positions, what was parked."""
    async with connection.transaction():
        await generations.lock(connection, LIVE_UNIT)
        for each in found:
            await connection.execute(f"DROP SCHEMA IF EXISTS {each.schema} CASCADE")
            await connection.execute("DELETE FROM reporting.parked WHERE projection = $1 AND generation = $2", each.projection, each.number)
            await generations.note(connection, replace(each, state=State.DROPPED, fed=False))
        for run in sorted({each.run for each in found if each.run}):
            await forget(connection, run)


async def forget(connection: asyncpg.Connection, run: int) -> None:
    """What only a rebuild under way needs."""
    for statement in (
        "DELETE FROM reporting.progress WHERE unit = $1", "DELETE FROM reporting.sequences WHERE unit = $1",
    ):
        await connection.execute(statement, unit_of(run))
    await connection.execute("DELETE FROM reporting.rebuild_targets WHERE run = $1", run)


async def cancel(connection: asyncpg.Connection, names: Sequence[str]) -> list[str]:
    """Take away what a rebuild has made and nobody reads: under way, or ready; of these projections, or all. What is live stays whole."""
    found = [
        each for each in await generations.known(connection)
        if each.state in (*ledger.UNDER_WAY, State.READY) and (not names or each.projection in names)
    ]
    if not found:
        raise NotThere("nothing is being rebuilt")
    runs = {each.run for each in found if each.state in ledger.UNDER_WAY}
    whole = [each for each in await ledger.current(connection) if each.run in runs]
    taken = {(each.projection, each.number): each for each in (*found, *whole)}
    await drop(connection, list(taken.values()))
    return sorted(name for name, _ in taken)
