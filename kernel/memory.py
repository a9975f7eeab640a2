"""Memory: topics as lists, and a town of handlers around them, in one process, in one order, without a broker or a clock.

The same handlers run here and under ``runner.py``; a scenario that passes here says something about the real thing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kernel.envelope import POSITION, Headers
from kernel.records import TP, Handler, LogReader, Outgoing, Position

START = 1_780_000_000_000
"""Append time of the first record, milliseconds UTC."""


@dataclass(frozen=True, slots=True)
class MemoryRecord:
    """A record as a consumer sees it."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Headers


class MemoryLog(LogReader):
    """All topics of one installation. ``now`` is the broker's clock in milliseconds: it moves by 1 with each record."""

    def __init__(self, now: int = START) -> None:
        self.now = now
        self._partitions: dict[TP, list[MemoryRecord]] = {}

    def append(self, topic: str, partition: int, key: bytes | None, value: bytes | None, headers: Headers) -> int:
        """Append one record and return its offset."""
        records = self._partitions.setdefault(TP(topic, partition), [])
        self.now += 1
        records.append(MemoryRecord(topic, partition, len(records), self.now, key, value, tuple(headers)))
        return len(records) - 1

    def records(self, topic: str, partition: int | None = None, start: int = 0) -> list[MemoryRecord]:
        """The records of one partition from ``start``; of the whole topic, partition by partition, without ``partition``."""
        if partition is not None:
            return self._partitions.get(TP(topic, partition), [])[start:]
        return [record for tp in sorted(self._partitions) if tp.topic == topic for record in self._partitions[tp]]

    def topics(self) -> list[str]:
        """The topics that hold any record, in order."""
        return sorted({tp.topic for tp in self._partitions})

    async def end(self, topic: str, partition: int) -> int:
        """See LogReader."""
        return len(self.records(topic, partition))

    async def scan(self, topic: str, partition: int, start: int, end: int) -> AsyncIterator[Sequence[MemoryRecord]]:
        """See LogReader."""
        yield self.records(topic, partition)[start:end]

    async def rest(self, starts: Mapping[TP, int]) -> AsyncIterator[Sequence[MemoryRecord]]:
        """See LogReader."""
        for place, start in starts.items():
            yield self.records(*place, start)

    async def fetch(self, positions: Collection[Position]) -> dict[Position, MemoryRecord]:
        """See LogReader."""
        return {position: self.records(*position[:2])[position[2]] for position in positions}

    def send(self, outgoings: Sequence[Outgoing]) -> None:
        """Append stage after stage, as the runner does."""
        for outgoing in sorted(outgoings, key=lambda each: each.stage):
            source = outgoing.position_of
            headers = [*outgoing.headers, (POSITION, source.position.encode())] if source else outgoing.headers
            outgoing.offset = self.append(outgoing.topic, outgoing.partition, outgoing.key, outgoing.value, headers)


@dataclass(slots=True)
class _Worker:
    build: Callable[[], Handler]
    topics: dict[str, int]
    handler: Handler
    next: dict[TP, int] = field(default_factory=dict)

    def partitions(self) -> list[TP]:
        return [TP(topic, number) for topic, count in self.topics.items() for number in range(count)]


class MemoryTown:
    """Handlers around one memory log. ``pump`` lets them work until nothing is left to do."""

    def __init__(self, log: MemoryLog | None = None, batch: int = 1) -> None:
        """``batch``: the most records that one call of a handler gets."""
        self.log = log or MemoryLog()
        self.batch = batch
        self._workers: dict[str, _Worker] = {}
        self._loop = asyncio.new_event_loop()

    def add(self, name: str, topics: dict[str, int], build: Callable[[], Handler]) -> None:
        """Start a worker that reads ``topics`` (name → number of partitions; urgent ones first)."""
        self._workers[name] = worker = _Worker(build, topics, build())
        self._run(worker.handler.assigned(worker.partitions()))

    def pump(self) -> int:
        """Let every worker in turn take a batch until all are quiet. Returns the number of records handled."""
        total = 0
        while handled := sum(self._step(worker) for worker in self._workers.values()):
            total += handled
        return total

    def restart(self, name: str, again: int = 0) -> None:
        """kill -9 and start: state is gone, and of each partition the last ``again`` records are seen once more."""
        worker = self._workers[name]
        worker.handler = worker.build()
        worker.next = {tp: max(0, offset - again) for tp, offset in worker.next.items()}
        self._run(worker.handler.assigned(worker.partitions()))

    def handler(self, name: str) -> Handler:
        """The handler that works under this name now."""
        return self._workers[name].handler

    def close(self) -> None:
        """Free the event loop."""
        self._loop.close()

    def _step(self, worker: _Worker) -> int:
        for tp in worker.partitions():
            start = worker.next.get(tp, 0)
            records = self.log.records(tp.topic, tp.partition, start)[:self.batch]
            if records:
                self.log.send(worker.handler.at_once(records))
                self.log.send(self._run(worker.handler.handle(records)))
                worker.handler.settled()
                worker.next[tp] = start + len(records)
                return len(records)
        return 0

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self._loop.run_until_complete(work)
