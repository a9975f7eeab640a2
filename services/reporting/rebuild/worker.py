"""Worker: a process of its own that takes whole partitions, the longest first, until none is left; what another died with, it takes too.

The first worker begins with a little of every log, so that the ETA soon knows what each of them costs.
"""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection

import asyncpg
import uvloop

from kernel.logreader import KafkaLogReader
from kernel.records import TP, Record
from services.reporting.projections.projection import Projection
from services.reporting.rebuild import ledger, loading
from services.reporting.rebuild.eta import Report
from services.reporting.rebuild.ledger import Item
from services.reporting.rebuild.loading import Loading, Overtaken, Unfit
from services.reporting.rebuild.place import Place

FIRST = 1
"""The number of the worker that comes first."""
NICENESS = 5
RETRY_S = 0.2
LITTLE = 4_000
"""Records: about as many as come with one fetch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a rebuild works: worker processes; records a second at most of all together, 0 = no limit; what comes together before it is written."""

    workers: int = 2
    max_rate: float = 0.0
    flush: int = loading.FLUSH


@dataclass(frozen=True, slots=True)
class Told:
    """What a worker has done since it told last, with one partition."""

    place: TP
    report: Report
    size: int
    """Bytes read."""
    busy: float
    """Seconds of its processor, writing included."""


def start(place: Place, run: int, number: int, options: Options) -> tuple[multiprocessing.process.BaseProcess, Connection]:
    """A worker process, and where it tells how far it is."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=work, args=(place, run, number, options, there), daemon=True)
    process.start()
    there.close()
    return process, here


def work(place: Place, run: int, number: int, options: Options, told: Connection) -> None:
    """The life of a worker process. It ends with its parent, which alone is to be interrupted."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(NICENESS)
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    uvloop.run(_work(place, run, number, options, told))


async def _work(place: Place, run: int, number: int, options: Options, told: Connection) -> None:
    connection, reader = await place.connect(), place.reader(f"{run}-{number}")
    await reader.start()
    try:
        worker = _Worker(place, run, number, options, told, connection, reader)
        if number == FIRST:
            await worker.begins()
        while await worker.takes():
            pass
    finally:
        await reader.stop()
        await connection.close()


class _Worker:
    """One worker at work."""

    def __init__(
        self, place: Place, run: int, number: int, options: Options, told: Connection, connection: asyncpg.Connection, reader: KafkaLogReader,
    ) -> None:
        self._place, self._run, self._number, self._told = place, run, number, told
        self._rate, self._flush = options.max_rate / options.workers, options.flush
        self._connection, self._reader = connection, reader
        self._parent, self._busy = multiprocessing.parent_process(), time.process_time()

    async def begins(self) -> None:
        """Load a little of every log."""
        begun: set[str] = set()
        for item in await ledger.left(self._connection, self._run):
            if item.place.topic not in begun and await self._alone(item, LITTLE):
                begun.add(item.place.topic)

    async def takes(self) -> bool:
        """Load one whole partition, if one is free; whether there may be more to do."""
        items = await ledger.left(self._connection, self._run)
        for item in items:
            if await self._alone(item):
                return True
        if items:
            self._alive()
            await asyncio.sleep(RETRY_S)  # the others have them; one of them may die
        return bool(items)

    async def _alone(self, item: Item, most: int = sys.maxsize) -> bool:
        """Load what is left of a partition, or so many records, unless another worker has it; whether none had."""
        if not await loading.claim(self._connection, self._run, item.place):
            return False
        try:
            await self._load(item, most)
        except Unfit:
            await self._load(item, most, careful=True)
        finally:
            await loading.release(self._connection, self._run, item.place)
        return True

    async def _load(self, seen: Item, most: int, careful: bool = False) -> None:
        item = next((each for each in await ledger.left(self._connection, self._run) if each.place == seen.place), None)
        if item is None:
            return  # whoever had it before us has finished it
        found = await loading.generations_of(self._connection, self._run)
        projections: list[Projection] = self._place.named([each.projection for each in found])
        under_way = Loading(self._connection, item.place, self._place.logs[item.place.topic], projections, found, self._number, self._flush, careful)
        await under_way.begin(item.start)
        began, wrote = time.monotonic(), (0, 0.0)
        async for records in self._reader.scan(*item.place, item.start, min(item.target, item.start + most)):
            self._alive()
            try:
                await under_way.take(records)
            except Overtaken:
                return
            if self._rate:
                await asyncio.sleep(max(0.0, began + len(records) / self._rate - time.monotonic()))
            began, wrote = self._tell(item.place, records, began, under_way, wrote)
        await under_way.flush()
        self._tell(item.place, (), began, under_way, wrote)

    def _tell(self, place: TP, records: Sequence[Record], began: float, under_way: Loading, wrote: tuple[int, float]) -> tuple[float, tuple[int, float]]:
        """Tell what was done since ``began``, when the loading that is under way had written what ``wrote`` says. Returns both as they are now."""
        now, busy, written, writing = time.monotonic(), time.process_time(), under_way.wrote - wrote[0], under_way.writing - wrote[1]
        report = Report(place.topic, len(records), now - began - writing, written, writing)
        self._told.send(Told(place, report, sum(len(each.value or b"") for each in records), busy - self._busy))
        self._busy = busy
        return now, (under_way.wrote, under_way.writing)

    def _alive(self) -> None:
        if self._parent is not None and not self._parent.is_alive():
            os._exit(1)  # kill -9 of the runner: nobody leads any more
