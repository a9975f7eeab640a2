"""Runner: leads one rebuild from planned to ready. It keeps nothing in memory that is not in the database: kill -9 costs only time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

import asyncpg

from services.reporting import generations, store
from services.reporting.generations import LIVE_UNIT, Generation, State, unit_of
from services.reporting.rebuild import compare, eta, join, ledger, switch
from services.reporting.rebuild.compare import Compared
from services.reporting.rebuild.crew import Crew
from services.reporting.rebuild.eta import Left
from services.reporting.rebuild.place import Place
from services.reporting.rebuild.worker import Options

_BEGIN = """
    INSERT INTO reporting.progress (unit, topic, partition, next_offset)
    SELECT $1, topic, partition, 0 FROM reporting.rebuild_targets WHERE run = $2 ON CONFLICT DO NOTHING"""
_EVENTS = "SELECT COALESCE(sum(events), 0)::bigint FROM reporting.rebuilds WHERE run = $1 AND phase = 'LOADING'"
_LOADED = "SELECT COALESCE(sum(next_offset), 0)::bigint FROM reporting.progress WHERE unit = $1"


class Shown(Protocol):
    """Where a rebuild shows how far it is."""

    def tell(self, phase: State, done: int, total: int, left: Left) -> None:
        """``done`` of ``total`` units of a phase are done; ``left``: how long the rest takes."""


class UnderWay(Exception):
    """Another rebuild has not come to its end: resume or cancel it. The text names its projections."""


class Stale(Exception):
    """The code has changed since the rebuild that is under way began: its rows would be of two minds. The text names the projections."""


async def begin(place: Place, connection: asyncpg.Connection, names: Sequence[str]) -> int:
    """Plan a rebuild of these projections; what stood beside the live ones is dropped. Returns its number. Raises UnderWay, KeyError."""
    projections = place.named(sorted(names))
    if found := await ledger.current(connection):
        raise UnderWay(", ".join(each.projection for each in found))
    beside = [each for each in await generations.known(connection) if each.projection in names and each.state is not State.LIVE]
    await switch.drop(connection, beside)
    async with connection.transaction():
        run = await ledger.number(connection)
        for projection in projections:
            await generations.create(connection, projection, State.PLANNED, run=run)
        live = await store.positions(connection, LIVE_UNIT)
        await ledger.aim(connection, run, {tp: offset for tp, offset in live.items() if tp.topic in place.logs})
        await connection.execute(_BEGIN, unit_of(run), run)
        await ledger.began(connection, run, State.PLANNED, names)
    return run


async def resume(place: Place, connection: asyncpg.Connection, options: Options, shown: Shown) -> list[Compared]:
    """Lead the rebuild that is under way to its end; what old and new differ in. Raises NotThere, Stale, WorkersDie, OtherCode, NeverThere."""
    found = await ledger.current(connection)
    if not found:
        raise switch.NotThere("nothing is being rebuilt")
    if old := join.strangers(place, found):
        raise Stale(", ".join(old))
    rebuild = _Rebuild(place, connection, found, options, shown)
    return await rebuild.lead()


class _Rebuild:
    """One rebuild under way."""

    def __init__(self, place: Place, connection: asyncpg.Connection, found: list[Generation], options: Options, shown: Shown) -> None:
        self._place, self._connection, self._found, self._options, self._shown = place, connection, found, options, shown
        self._run, self._names = found[0].run, [each.projection for each in found]

    async def lead(self) -> list[Compared]:
        """Phase by phase, from the one that it stands in."""
        if self._state in (State.PLANNED, State.LOADING):
            await self._phase(State.LOADING, self._load)
        if self._state is State.INDEXING:
            await self._phase(State.INDEXING, self._index)
        if self._state is State.CATCHING_UP:
            await self._phase(State.CATCHING_UP, self._join)
        snapshot = await self._place.connect()
        try:
            async with compare.snapshot(snapshot):
                return await self._verify(snapshot)
        finally:
            await snapshot.close()

    @property
    def _state(self) -> State:
        return self._found[0].state

    async def _phase(self, state: State, work: Callable[[], Awaitable[tuple[int, int]]]) -> None:
        if self._state is not state:
            self._found = await ledger.move(self._connection, self._found, state)
        await ledger.began(self._connection, self._run, state, self._names)
        events, size = await work()
        await ledger.ended(self._connection, self._run, state, events, size)

    async def _load(self) -> tuple[int, int]:
        items = await ledger.left(self._connection, self._run)
        before = await self._connection.fetchval(_LOADED, unit_of(self._run))
        crew = Crew(self._place, self._run, self._options, items, before, await ledger.costs(self._connection, self._names))
        if items:
            await crew.work(lambda done, total, left: self._shown.tell(State.LOADING, done, total, left))
        if crew.predicted and not before:
            await ledger.predicted(self._connection, self._run, State.LOADING, crew.predicted)
        await ledger.spent(self._connection, self._run, crew.spent)
        self._found = await ledger.move(self._connection, self._found, State.INDEXING)
        return before + crew.events, crew.size

    async def _index(self) -> tuple[int, int]:
        events = await self._connection.fetchval(_LOADED, unit_of(self._run))
        for number, each in enumerate(self._found):
            self._shown.tell(State.INDEXING, number, len(self._found), await self._by_history(State.INDEXING, events))
            projection = self._place.projections[each.projection]
            await generations.index(self._connection, projection, each)
            for table in projection.tables:
                await self._connection.execute(f"ANALYZE {each.schema}.{table.name}")
        self._shown.tell(State.INDEXING, len(self._found), len(self._found), Left(0))
        self._found = await ledger.move(self._connection, self._found, State.CATCHING_UP)
        return events, 0

    async def _join(self) -> tuple[int, int]:
        async with join.catching(self._place, self._run, self._names) as (moving, reader):
            backlog = join.length(await join.gap(self._place, self._connection, self._run))
            self._shown.tell(State.CATCHING_UP, 0, backlog, await self._by_history(State.CATCHING_UP, backlog))
            events = await join.catch_up(
                self._place, self._run, moving, reader, lambda done, total, left: self._shown.tell(State.CATCHING_UP, done, total, left))
            self._found = await join.join(self._place, self._run, moving, reader)
        return events, 0

    async def _verify(self, snapshot: asyncpg.Connection) -> list[Compared]:
        """Equal: ready. Not equal: it stays here until somebody says why, or cancels."""
        await ledger.began(self._connection, self._run, State.VERIFYING, self._names)
        found = []
        pairs = [pair for pair in await compare.pairs(snapshot, self._names) if pair[1].run == self._run]
        events = await self._connection.fetchval(_EVENTS, self._run)
        for number, (old, new) in enumerate(pairs):
            self._shown.tell(State.VERIFYING, number, len(pairs), await self._by_history(State.VERIFYING, events))
            found.append(await compare.compare(snapshot, old, new))
        self._shown.tell(State.VERIFYING, len(pairs), len(pairs), Left(0))
        async with self._connection.transaction():
            await switch.forget(self._connection, self._run)
            for each, compared in zip([new for _, new in pairs], found, strict=True):
                if compared.equal:
                    await ledger.move(self._connection, [each], State.READY)
            await ledger.ended(self._connection, self._run, State.VERIFYING, events, 0, _note(found))
        return found

    async def _by_history(self, phase: State, events: int) -> Left:
        earlier = [row for row in await ledger.history(self._connection) if row["phase"] == phase and row["run"] != self._run]
        return eta.by_history(events, earlier)


def _note(found: Sequence[Compared]) -> str:
    return "; ".join(each.says for each in found if not each.equal)
