"""The kernel's batch runner."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence

import uvloop

from bench.loops.work import Clock, answered, task
from kernel import settings
from kernel.clients import clients
from kernel.records import TP, Outgoing, Record
from kernel.runner import BatchRunner
from kernel.sender import Sender
from kernel.telemetry import Telemetry


class Echo:
    """Answers every record with one, in the same partition. See ``kernel.records.Handler``."""

    def __init__(self, target: str, clock: Clock) -> None:
        self._target, self._clock = target, clock

    async def assigned(self, partitions: Collection[TP]) -> None:
        """Nothing to get ready."""

    async def revoked(self, partitions: Collection[TP]) -> None:
        """Nothing to forget."""

    def at_once(self, records: Sequence[Record]) -> list[Outgoing]:
        """Nothing: see Handler."""
        return []

    async def handle(self, records: Sequence[Record]) -> list[Outgoing]:
        """One answer each."""
        self._clock.begin()
        self._clock.done += len(records)
        return [Outgoing(self._target, record.partition, record.key, answered(record.value or b""), ()) for record in records]

    def settled(self) -> None:
        """End when the last answer is acknowledged."""
        if self._clock.done >= self._clock.count:
            self._clock.end()


async def main() -> None:
    """Move the records of the task."""
    todo, account = task(), clients(settings.load(), "admin")
    echo = Echo(todo.target, Clock(todo.count))
    meter = Telemetry("bench").meter("echo")
    await BatchRunner(echo, (todo.source,), account.consumer(todo.group, todo.group), Sender(lambda: account.producer(todo.group)), meter).run()


if __name__ == "__main__":
    loop = uvloop.new_event_loop()
    asyncio.set_event_loop(loop)
    loop.run_until_complete(main())
