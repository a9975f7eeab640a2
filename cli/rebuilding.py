"""Verbs of ``tsunagu rebuild``, each on a connection that is there; and its progress on stderr."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import asyncpg

from cli import steps
from cli.rebuild import compared
from services.reporting import generations, store
from services.reporting.definition import definition
from services.reporting.generations import LIVE_UNIT, Generation, State
from services.reporting.rebuild import compare, eta, join, ledger, runner, switch
from services.reporting.rebuild.eta import Left
from services.reporting.rebuild.place import Place
from services.reporting.rebuild.worker import Options

Rows = list[dict[str, Any]]
CHANGED = "rebuilt since the definition changed, or since it came after the log began"


async def do(
    verb: str, place: Place, connection: asyncpg.Connection, names: Sequence[str], accept: str, workers: int, max_rate: float,
) -> Rows:
    """One verb. Raises what ``services.reporting.rebuild`` raises."""
    options = Options(workers=workers, max_rate=max_rate)
    if verb in ("status", "dry_run"):
        return await (_status(connection) if verb == "status" else _dry_run(place, connection, names))
    if verb == "compare":
        return await _compare(connection, names)
    await ledger.hold(connection)
    match verb:
        case "switch":
            return compared(await switch.forth(place, connection, names, accept))
        case "back":
            await switch.back(place, connection, names)
            return [{"projection": name, "state": State.LIVE} for name in names]
        case "cancel":
            return [{"projection": name, "state": State.DROPPED} for name in await switch.cancel(connection, names)]
        case "needed":
            return await _needed(place, connection, options)
        case "rebuild":
            await runner.begin(place, connection, names)
    with _shown() as shown:
        return compared(await runner.resume(place, connection, options, shown))


async def _compare(connection: asyncpg.Connection, names: Sequence[str]) -> Rows:
    async with compare.snapshot(connection):
        pairs = await compare.pairs(connection, names)
        if not pairs:
            raise switch.NotThere(f"nothing stands beside what is read of {', '.join(names)}")
        return compared([await compare.compare(connection, old, new) for old, new in pairs])


async def _needed(place: Place, connection: asyncpg.Connection, options: Options) -> Rows:
    """What is under way comes to its end first; what it does not hold and is needed follows.

    That the code has changed explains why a projection differs that was needed; nothing else. Raises Vetoed for what it does not explain.
    """
    rows: Rows = []
    if join.strangers(place, await ledger.current(connection)):
        await switch.cancel(connection, [])
    while names := [each.projection for each in await ledger.current(connection)] or await needed(place, connection):
        if not await ledger.current(connection):
            await runner.begin(place, connection, names)
        with _shown() as shown:
            found = await runner.resume(place, connection, options, shown)
        explained = {each.projection for each in found if each.alike} & set(await needed(place, connection))
        for reason, chosen in ((CHANGED, explained), ("", set(names) - explained)):
            rows += compared(await switch.forth(place, connection, sorted(chosen), reason))
    return rows


async def needed(place: Place, connection: asyncpg.Connection) -> list[str]:
    """Projections whose rows do not follow the log by this code."""
    live = {each.projection: each for each in await generations.known(connection) if each.state is State.LIVE}
    return [name for name, projection in place.projections.items() if name in live and _is_old(live[name], definition(projection))]


def _is_old(live: Generation, ours: str) -> bool:
    return not live.fed or live.definition != ours


async def _status(connection: asyncpg.Connection) -> Rows:
    return await ledger.history(connection)


async def _dry_run(place: Place, connection: asyncpg.Connection, names: Sequence[str]) -> Rows:
    """What is there, what would be read, and how long the phases took for so many records before."""
    found, old = await generations.known(connection), await needed(place, connection)
    events = sum((await store.positions(connection, LIVE_UNIT)).values())
    earlier = await ledger.history(connection)
    left = [eta.by_history(events, [row for row in earlier if row["phase"] == phase]) for phase in ("LOADING", "INDEXING", "CATCHING_UP")]
    seconds, error = sum(each.seconds for each in left), sum(each.error for each in left)
    known = seconds != eta.UNKNOWN
    return [{
        "projection": name, "needed": name in old, "events": events, "seconds": round(seconds, 1) if known else None,
        "error": round(error, 1) if known else None,
        "live": next((each.schema for each in found if each.projection == name and each.state is State.LIVE), None),
        "beside": next((f"{each.schema} ({each.state}), is dropped" for each in found if each.projection == name and each.state is not State.LIVE), None),
    } for name in names]


class _Shown:
    """One step for each phase, with its own ETA in its title."""

    def __init__(self) -> None:
        self._stack, self._phase, self._step = ExitStack(), None, None  # type: ExitStack, State | None, Step | None

    def tell(self, phase: State, done: int, total: int, left: Left) -> None:
        """See Shown."""
        if phase is not self._phase:
            self.close()
            self._phase, self._step = phase, self._stack.enter_context(steps.shown().step(phase.lower().replace("_", " ")))
        assert self._step is not None
        self._step.advance(done, total)
        if isinstance(self._step, steps.Titled):
            self._step.title(f"{phase.lower().replace('_', ' ')}, {left} left" if left.seconds != eta.UNKNOWN else phase.lower().replace("_", " "))

    def close(self) -> None:
        """The last phase is over."""
        self._stack.close()
        self._phase = self._step = None


@contextmanager
def _shown() -> Iterator[_Shown]:
    shown = _Shown()
    try:
        yield shown
    finally:
        shown.close()
