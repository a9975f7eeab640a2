"""Writer: reads the logs from where the database says, and writes the projections' rows there, until it is stopped.

Whatever goes wrong, it starts again from the positions in the database; it keeps no truth of its own.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping

from kernel import log
from kernel.failures import Unavailable
from kernel.meter import Meter
from kernel.records import TP, Record
from services.reporting.logs import Logs
from services.reporting.store import Move, OtherCode, Store, Superseded

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.1, 5.0


class Writer:
    """One unit at work. ``functions`` gives the function of each log topic."""

    def __init__(self, name: str, store: Store, logs: Logs, functions: Mapping[str, str], meter: Meter) -> None:
        self.name = name
        self.parked = 0
        """Log records that are missing from what is read."""
        self._store, self._logs, self._functions, self._meter = store, logs, functions, meter
        self._positions: dict[TP, int] = {}
        self._oldest: int | None = None
        self._stopping = asyncio.Event()
        self._resumed = asyncio.Event()
        self._resumed.set()
        self._pause = _FIRST_PAUSE_S

    async def run(self) -> None:
        """Work until ``stop``; stand still until then where other code feeds. Raises what is neither an outage nor another writer's progress."""
        try:
            while not self._stopping.is_set():
                try:
                    await self._work()
                except (Unavailable, Superseded) as error:
                    await self._wait(error)
                except OtherCode as error:
                    await self._stand(error)
        finally:
            await self._logs.stop()

    def stop(self) -> None:
        """Ask ``run`` to return after the batch under way."""
        self._stopping.set()
        self._resumed.set()

    def pause(self) -> None:
        """Take no further batch until ``resume``."""
        self._resumed.clear()

    def resume(self) -> None:
        """Go on after ``pause``."""
        self._resumed.set()

    def age(self) -> float:
        """Age of the oldest record that is read but not yet in the tables, seconds; 0 when there is none."""
        return 0.0 if self._oldest is None else max(0.0, time.time() - self._oldest / 1000)

    @property
    def applied(self) -> int:
        """Log records that are in the tables: the sum of all positions."""
        return sum(self._positions.values())

    @property
    def log_end(self) -> int:
        """Log records that there are, as far as is known: the sum of all ends."""
        return max(self._logs.end, self.applied)

    async def look(self) -> None:
        """Ask the broker how far the logs go: a partition that has more and does not move is a fault of this process (``kernel.pulse``)."""
        ends = await self._logs.look() if self._resumed.is_set() else None
        self._meter.looked(None if ends is None else {tp: (self._positions.get(tp, 0), end) for tp, end in ends.items()})

    async def _work(self) -> None:
        try:
            await self._logs.start()
            await self._store.open()
            self._positions = await self._store.positions([TP(*tp) for tp in self._logs.partitions])
            self.parked = await self._store.parked()
            for projection in await self._store.outdated():
                log.logger().error("rebuild needed", worker=self.name, projection=projection)
            await self._logs.seek(self._positions)
            self._meter.took(self._positions)
            await self._follow()
        finally:
            await self._store.close()

    async def _follow(self) -> None:
        while not self._stopping.is_set():
            await self._resumed.wait()
            found = await self._logs.read()
            self._meter.stalled(False)
            if found:
                await self._apply(found)
            else:
                self._oldest, self._pause = None, _FIRST_PAUSE_S
                self.parked = await self._store.parked() if self.parked else 0  # a redrive may have come

    async def _apply(self, found: Mapping[TP, list[Record]]) -> None:
        moves: list[Move] = [(tp, self._positions[tp], records[-1].offset + 1) for tp, records in sorted(found.items())]
        batch = [record for tp in sorted(found) for record in found[tp]]
        self._oldest = min(record.timestamp for record in batch)
        self._meter.began()
        for parked in await self._store.apply(batch, moves, self._functions):
            self.parked += 1
            log.logger().error("log record parked", worker=self.name, topic=parked.topic, partition=parked.partition, offset=parked.offset,
                               reason=parked.code)
        self._positions.update((tp, following) for tp, _, following in moves)
        self._oldest, self._pause = None, _FIRST_PAUSE_S
        self._meter.ended(batch, lag=max(0, self.log_end - self.applied))

    async def _stand(self, error: OtherCode) -> None:
        """To open again would be to fight with whoever feeds; a service that ended would be started again."""
        self._meter.stalled(True)
        log.logger().error("standing still", worker=self.name, reason=str(error), hint="stop this service, or begin: tsunagu rebuild --needed")
        await self._stopping.wait()

    async def _wait(self, error: Unavailable | Superseded) -> None:
        self._meter.stalled(True)
        log.logger().warning("waiting", worker=self.name, reason=str(error), error=type(error).__name__)
        try:
            async with asyncio.timeout(self._pause):
                await self._stopping.wait()
        except TimeoutError:
            self._pause = min(2 * self._pause, _LONGEST_PAUSE_S)
