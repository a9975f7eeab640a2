"""The gate and its courier in one process: requests in, copies out. With its log, or releasing from the verdict in hand.

The second is no way in which the product can run: it shows what the durable verdict costs. Everything else is the same code.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import uvloop

from bench.loops.work import Clock
from contracts.consent import DisclosureDecided
from contracts.shared import PartCode
from kernel import settings
from kernel.clients import Clients, clients
from kernel.logreader import KafkaLogReader
from kernel.memory import MemoryRecord
from kernel.place import Place
from kernel.processor import Processor
from kernel.records import TP, LogReader, Outgoing, Position, Record
from kernel.routes import Routes
from kernel.runner import BatchRunner
from kernel.sealing import Key
from kernel.sender import Sender
from kernel.telemetry import Telemetry
from kernel.topics import Topics
from kernel.warmup import collect_seldom
from services.consent.app import SERVICE
from services.consent.courier import Courier

GATE_RECORDS = 500
PARTITIONS = 3


class KeysInHand:
    """The keys of the measurement's persons, by id."""

    def __init__(self, file: Path) -> None:
        self._keys = {name: Key(name, bytes.fromhex(secret)) for name, secret in json.loads(file.read_text("utf-8")).items()}

    async def for_opening(self, key_ids: Iterable[str]) -> Mapping[str, Key]:
        """See kernel.keyring."""
        return {each: self._keys[each] for each in key_ids}


class Counted:
    """The courier, and the clock beside it: from the first batch that releases anything to the last acknowledged copy of the backlog."""

    def __init__(self, courier: Any, inbox: str, clock: Clock) -> None:
        self._courier, self._inbox, self._clock, self._under_way, self._told = courier, inbox, clock, 0, False
        self.assigned, self.revoked, self.at_once = courier.assigned, courier.revoked, courier.at_once

    async def handle(self, records: Sequence[Record]) -> list[Outgoing]:
        """See kernel.records.Handler."""
        out = await self._courier.handle(records)
        self._under_way = sum(each.topic == self._inbox for each in out)
        if self._under_way:
            self._clock.begin()
        return out

    def settled(self) -> None:
        """Count what is acknowledged, and say so once when all is."""
        self._courier.settled()
        self._clock.done += self._under_way
        if self._clock.done >= self._clock.count and not self._told:
            self._told = True
            self._clock.tell()


class Unsealed(Courier):
    """Delivers events of which no part is sealed; its receipts say of them what they say of sealed ones."""

    def _receipt(self, fact: Any, verdict: DisclosureDecided, released: tuple[PartCode, ...]) -> Outgoing:
        return super()._receipt(fact, verdict, verdict.released)


class Nothing(LogReader):
    """The log of a gate that writes none; other logs are read as ever."""

    def __init__(self, reader: LogReader, own: str) -> None:
        self._reader, self._own = reader, own

    async def end(self, topic: str, partition: int) -> int:
        """See LogReader."""
        return 0

    async def scan(self, topic: str, partition: int, start: int, end: int) -> AsyncIterator[Sequence[Record]]:
        """See LogReader."""
        return
        yield

    async def rest(self, starts: Mapping[TP, int]) -> AsyncIterator[Sequence[Record]]:
        """See LogReader."""
        return
        yield

    async def fetch(self, positions: Collection[Position]) -> dict[Position, Record]:
        """See LogReader."""
        return await self._reader.fetch(positions)


class Direct:
    """Gate and courier in one step: what the gate would have logged goes to the courier as if it had been."""

    def __init__(self, gate: Processor, courier: Any) -> None:
        self._gate, self._courier, self._next = gate, courier, dict[int, int]()

    async def assigned(self, partitions: Collection[TP]) -> None:
        """See kernel.records.Handler."""
        await self._gate.assigned(partitions)
        await self._courier.assigned(partitions)

    async def revoked(self, partitions: Collection[TP]) -> None:
        """See kernel.records.Handler."""
        await self._gate.revoked(partitions)
        await self._courier.revoked(partitions)

    def at_once(self, records: Sequence[Record]) -> list[Outgoing]:
        """Nothing: see Handler."""
        return []

    async def handle(self, records: Sequence[Record]) -> list[Outgoing]:
        """Decide, and release at once."""
        out = await self._gate.handle(records)
        logged = [self._logged(each) for each in out if each.topic == self._gate.log]
        rest = [each for each in out if each.topic != self._gate.log]
        told = self._courier.at_once(logged)
        return [*rest, *told, *await self._courier.handle(logged)] if logged else rest

    def settled(self) -> None:
        """See kernel.records.Handler."""
        self._gate.settled()
        self._courier.settled()

    def _logged(self, each: Outgoing) -> MemoryRecord:
        each.offset = self._next.get(each.partition, 0)
        self._next[each.partition] = each.offset + 1
        return MemoryRecord(each.topic, each.partition, each.offset, int(time.time() * 1000), each.key, each.value, tuple(each.headers))


class Told(Clock):
    """A clock that says how long it took and lets the process go on."""

    def tell(self) -> None:
        """Report on stdout."""
        print(json.dumps({"events": self.done, **self.took()}), flush=True)


async def main() -> None:
    """Carry out requests until somebody ends the process."""
    prefix, way, count, keys = sys.argv[1:]
    here = replace(settings.load(), municipality=prefix, partitions=PARTITIONS, agency_partitions=1)
    topics, account = Topics(prefix), clients(here, "admin")
    clock = Told(int(count))
    async with AsyncExitStack() as stack:
        gate = Processor(SERVICE.functions[0], await _place(stack, account, topics, "consent", way, urgent=True))
        courier = (Unsealed if way == "unsealed" else Courier)(await _place(stack, account, topics, "courier", way), KeysInHand(Path(keys)), 1)
        counted = Counted(courier, topics.agency_inbox("poverty"), clock)
        collect_seldom()
        if way == "direct":
            runners = [_runner(account, topics, "direct", Direct(gate, counted), gate.inboxes, (topics.urgent,), GATE_RECORDS)]
        else:
            runners = [
                _runner(account, topics, "consent", gate, gate.inboxes, (topics.urgent,), GATE_RECORDS),
                _runner(account, topics, "courier", counted, (gate.log,), (), 2_000),
            ]
        await asyncio.gather(*(runner.run() for runner in runners))


async def _place(stack: AsyncExitStack, account: Clients, topics: Topics, name: str, way: str, urgent: bool = False) -> Place:
    reader = KafkaLogReader(account.reader(f"bench-{name}-reader"))
    stack.push_async_callback(reader.stop)
    await reader.start()
    found: LogReader = Nothing(reader, topics.log("consent")) if way == "direct" else reader
    return Place("consent", Routes(topics, PARTITIONS), found, Telemetry("bench").meter(name), urgent)


def _runner(account: Clients, topics: Topics, name: str, handler: Any, read: Sequence[str], urgent: tuple[str, ...], records: int) -> BatchRunner:
    member = f"{topics.municipality}-{name}"
    return BatchRunner(
        handler, tuple(read), account.consumer(topics.group(f"bench.{name}"), member), Sender(lambda: account.producer(member)),
        Telemetry("bench").meter(name), urgent=urgent, max_records=records,
    )


if __name__ == "__main__":
    loop = uvloop.new_event_loop()
    asyncio.set_event_loop(loop)
    loop.run_until_complete(main())
