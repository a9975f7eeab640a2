"""Measures (投影の計測): how far the projections are and how a rebuild goes, as the database has it, for whoever watches the service.

The database is asked at intervals, never by a scrape: where it does not answer, the last values stand, and the writer says that it waits.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import asyncpg
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from kernel.failures import Unavailable
from kernel.telemetry import Telemetry
from services.reporting import generations
from services.reporting.generations import LIVE_UNIT, State, unit_of
from services.reporting.rebuild.compare import MISCOUNTED
from services.reporting.rebuild.ledger import UNDER_WAY
from services.reporting.store import Connect, outage
from services.reporting.writer import Writer

EVERY_S = 5.0
PHASES: Mapping[State, int] = {
    State.PLANNED: 1, State.LOADING: 1, State.INDEXING: 2, State.CATCHING_UP: 3, State.VERIFYING: 4, State.READY: 5,
}
"""What ``rebuild_phase`` says (docs/rebuild.md); 0: no rebuild, or one that is read already."""
QUANTILES = (0.1, 0.5, 0.9)
_MEMORY = 60
"""Looks that the rate of a rebuild is taken from."""

_DIFFERENCE = re.compile(rf"\w+: |records parked before|{MISCOUNTED}")

_PARKED = """
    SELECT projection, count(DISTINCT (topic, key)) FROM reporting.parked JOIN reporting.generations USING (projection, generation)
    WHERE state = 'LIVE' GROUP BY 1"""
_APPLIED = "SELECT COALESCE(sum(next_offset), 0)::bigint FROM reporting.progress WHERE unit = $1"
_TARGET = "SELECT COALESCE(sum(target), 0)::bigint FROM reporting.rebuild_targets WHERE run = $1"
_EVENTS = "SELECT COALESCE(sum(events), 0)::bigint FROM reporting.rebuilds WHERE phase = 'LOADING' AND finished_at IS NOT NULL"
_NOTE = "SELECT note FROM reporting.rebuilds WHERE run = $1 AND phase = 'VERIFYING' AND finished_at IS NOT NULL"


@dataclass(slots=True)
class Seen:
    """What the database said at the last look."""

    applied: int = 0
    unfed: frozenset[str] = frozenset()
    """Projections of which what is read does not follow the logs."""
    parked: dict[str, int] = field(default_factory=dict)
    """Cases by projection."""
    phases: dict[str, int] = field(default_factory=dict)
    differences: dict[str, int] = field(default_factory=dict)
    events: int = 0
    """Log records that rebuilds have loaded."""
    eta: tuple[float, ...] = (0.0,) * len(QUANTILES)
    """Seconds that are left of loading, at the rates of the last looks; 0 where nothing loads."""


class Eta:
    """How long a rebuild still loads: what is left at the rates that were seen."""

    def __init__(self) -> None:
        self._run, self._seen = 0, deque[tuple[float, int]](maxlen=_MEMORY)

    def left(self, run: int, now: float, loaded: int, target: int) -> tuple[float, ...]:
        """Seconds by QUANTILES; 0 where nothing is left, or no rate is known yet."""
        if run != self._run:
            self._run = run
            self._seen.clear()
        self._seen.append((now, loaded))
        rates = sorted(
            (after - before) / (then - first) for (first, before), (then, after) in zip(self._seen, [*self._seen][1:], strict=False)
            if after > before and then > first
        )
        if not rates or loaded >= target:
            return (0.0,) * len(QUANTILES)
        return tuple((target - loaded) / rates[int((1 - quantile) * (len(rates) - 1))] for quantile in QUANTILES)


class _Eta(Collector):
    """``rebuild_eta_seconds`` by quantile: of type summary, the only one to which the tools grant that label."""

    def __init__(self, service: str, seen: Callable[[], Sequence[float]]) -> None:
        self._service, self._seen = service, seen

    def collect(self) -> Iterator[Metric]:
        """As the registry asks for it."""
        found = Metric("tsunagu_rebuild_eta_seconds", "Seconds until a rebuild has loaded, 0 where none loads", "summary")
        for quantile, seconds in zip(QUANTILES, self._seen(), strict=True):
            found.add_sample(found.name, {"service": self._service, "quantile": str(quantile)}, seconds)
        yield found


class Measuring:
    """A loop that looks at intervals. See ``kernel.service.Loop``; an order to pause does not concern it."""

    def __init__(self, connect: Connect, projections: Sequence[str], writer: Writer, telemetry: Telemetry) -> None:
        self._connect, self._projections, self._writer = connect, projections, writer
        self._seen, self._eta, self._stopping = Seen(), Eta(), asyncio.Event()
        self._connection: asyncpg.Connection | None = None
        self._loaded: int | None = None
        for name, documentation, value in self._of_all():
            telemetry.gauge(name, documentation, ("service",)).labels(telemetry.service).set_function(value)
        for name, documentation, values in self._gauges():
            gauge = telemetry.gauge(name, documentation, ("service", "projection"))
            for projection in projections:
                gauge.labels(telemetry.service, projection).set_function(lambda values=values, projection=projection: values(projection))
        telemetry.registry.register(_Eta(telemetry.service, lambda: self._seen.eta))
        self._events = telemetry.counter("rebuild_events_total", "Log records that rebuilds have loaded", ("service",)).labels(telemetry.service)

    async def run(self) -> None:
        """Look until ``stop``."""
        try:
            while not self._stopping.is_set():
                await self._writer.look()
                with suppress(Unavailable):
                    await self._look()
                with suppress(TimeoutError):
                    async with asyncio.timeout(EVERY_S):
                        await self._stopping.wait()
        finally:
            self._close()

    def stop(self) -> None:
        """Look no more."""
        self._stopping.set()

    def pause(self) -> None:
        """Nothing: looking takes nothing."""

    def resume(self) -> None:
        """Nothing."""

    def _of_all(self) -> Iterator[tuple[str, str, Callable[[], float]]]:
        """Those that are fed stand at equal positions: what is said of all of them has no projection."""
        yield "projection_age_seconds", "Age of the oldest record read and not yet in the tables", self._writer.age
        yield "projection_applied", "Log records that are in the tables (sum of offsets)", lambda: max(self._seen.applied, self._writer.applied)
        yield "projection_log_end", "Log records that there are (sum of offsets)", lambda: max(self._writer.log_end, self._seen.applied)

    def _gauges(self) -> Iterator[tuple[str, str, object]]:
        yield "projection_fed", "1 while what is read of it follows the logs, 0 while it waits for a rebuild", lambda each: each not in self._seen.unfed
        yield "parked_cases", "Cases of which log records could not be applied", lambda each: self._seen.parked.get(each, 0)
        yield "rebuild_phase", "Where a rebuild stands: 0 none, 1 loading, 2 indexing, 3 catching up, 4 verifying, 5 ready", (
            lambda each: self._seen.phases.get(each, 0))
        yield "rebuild_differences", "Differences that a rebuild found", lambda each: self._seen.differences.get(each, 0)

    async def _look(self) -> None:
        """Raises Unavailable; the next look then connects anew."""
        try:
            with outage():
                self._connection = self._connection or await self._connect()
                self._seen = await self.look(self._connection, time.monotonic())
        except Unavailable:
            self._close()
            raise
        self._events.inc(max(0, self._seen.events - (self._seen.events if self._loaded is None else self._loaded)))  # what others saw is not counted again
        self._loaded = self._seen.events

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.terminate()
        self._connection = None

    async def look(self, connection: asyncpg.Connection, now: float) -> Seen:
        """What the database says; ``now`` in monotonic seconds."""
        known = await generations.known(connection)
        rebuilt = [each for each in known if each.run and each.state in PHASES]
        run = max((each.run for each in rebuilt), default=0)
        loading = any(each.state in UNDER_WAY and PHASES[each.state] == 1 for each in rebuilt)
        loaded = await connection.fetchval(_APPLIED, unit_of(run)) if loading else 0
        return Seen(
            applied=await connection.fetchval(_APPLIED, LIVE_UNIT),
            unfed=frozenset(generations.outdated(known)),
            parked=dict(await connection.fetch(_PARKED)),
            phases={each.projection: PHASES[each.state] for each in rebuilt},
            differences=differences(await connection.fetchval(_NOTE, run) or ""),
            events=await connection.fetchval(_EVENTS) + loaded,
            eta=self._eta.left(run, now, loaded, await connection.fetchval(_TARGET, run) if loading else 0),
        )


def differences(note: str) -> dict[str, int]:
    """How many differences a comparison has noted, by projection, from its words (``compare.Compared.says``): each names a table, or what was counted."""
    found = (part.partition(": ") for part in note.split("; ") if ": " in part)
    return {projection: len(_DIFFERENCE.findall(said)) for projection, _, said in found}
