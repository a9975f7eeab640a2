"""The toy function of tests/kernel on the real broker: own topics for each test, members in this process or in one to be killed."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiokafka.structs import TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from kernel import clients as kernel_clients
from kernel import settings as settings_module
from kernel.clients import Clients, clients
from kernel.decider import Function
from kernel.failures import Unavailable
from kernel.logreader import KafkaLogReader
from kernel.place import Place
from kernel.processor import Processor
from kernel.records import Handler, Outgoing, Record
from kernel.routes import Routes
from kernel.runner import BatchRunner, Growing
from kernel.sender import Sender
from kernel.telemetry import Telemetry
from kernel.topics import Topics
from tests.kernel import toys

PARTITIONS = 4
WITHIN_S = 120.0


@dataclass(frozen=True)
class Site:
    """Topics under a prefix of their own, and the administrator's account."""

    home: Path
    topics: Topics
    clients: Clients

    @property
    def inbox(self) -> str:
        return self.topics.inbox(toys.NAME)

    @property
    def log(self) -> str:
        return self.topics.log(toys.NAME)

    @property
    def routes(self) -> Routes:
        return Routes(self.topics, PARTITIONS)

    def runner(self, handler: Handler, member: str = "one", telemetry: Telemetry | None = None, growing: Growing | None = None) -> BatchRunner:
        """A member of the toy's group, not started."""
        meter = (telemetry or Telemetry("intake")).meter(toys.NAME)
        consumer = self.clients.consumer(self.group, member)
        return BatchRunner(handler, (self.inbox,), consumer, Sender(lambda: self.clients.producer(member)), meter, growing=growing)

    @property
    def group(self) -> str:
        return self.topics.group("intake")

    @asynccontextmanager
    async def reader(self) -> AsyncIterator[KafkaLogReader]:
        """A log reader, connected."""
        reader = KafkaLogReader(self.clients.reader("test-reader"))
        await reader.start()
        try:
            yield reader
        finally:
            await reader.stop()

    @asynccontextmanager
    async def processor(self, telemetry: Telemetry | None = None, function: Function = toys.FUNCTION) -> AsyncIterator[Processor]:
        """The toy function's handler, reading its log from the broker."""
        async with self.reader() as reader:
            yield Processor(function, Place("intake", self.routes, reader, (telemetry or Telemetry("intake")).meter(toys.NAME)))

    async def send(self, *outgoings: Outgoing) -> None:
        """Write records, as the front door would; waits for a broker that is away."""
        sender = Sender(lambda: self.clients.producer("test"))
        await until(lambda: _started(sender))
        try:
            await sender.send(outgoings)
        finally:
            await sender.stop()

    async def read(self, topic: str, partitions: int = PARTITIONS) -> list[Record]:
        """Everything in a topic, partition by partition."""
        found: list[Record] = []
        async with self.reader() as reader:
            for number in range(partitions):
                async for records in reader.scan(topic, number, 0, await reader.end(topic, number)):
                    found.extend(records)
        return found

    async def committed(self) -> int:
        """How many records of the inbox the group has committed, over all partitions."""
        consumer = self.clients.consumer(self.group, "spectator")
        await consumer.start()
        try:
            return sum([await consumer.committed(TopicPartition(self.inbox, number)) or 0 for number in range(PARTITIONS)])
        finally:
            await consumer.stop()


def new_site(settings: settings_module.Settings, prefix: str) -> Site:
    """Fresh topics for one test."""
    site = Site(settings.home, Topics(prefix), clients(settings, "admin"))
    names = [site.inbox, site.log, *(site.topics.inbox(name) for name in ("consent", "outreach", "coordination", "participation", "community"))]
    config = {"message.timestamp.type": "LogAppendTime"}
    topics = [NewTopic(name, PARTITIONS, config=config) for name in names] + [NewTopic(site.topics.dead_letters("intake"), 1, config=config)]
    admin = AdminClient(settings.account("admin"))
    for future in admin.create_topics(topics).values():
        future.result(30)
    return site


@asynccontextmanager
async def running(runner: BatchRunner) -> AsyncIterator[asyncio.Task[None]]:
    """A runner at work; stopped at the end, unless it has ended by itself."""
    task = asyncio.ensure_future(runner.run())
    try:
        yield task
    finally:
        runner.stop()
        await asyncio.wait({task})


async def until(done: Callable[[], Any], watched: asyncio.Task[Any] | None = None) -> Any:
    """Wait for a condition, which may be a coroutine function; give up after WITHIN_S seconds or when the watched task ends."""
    async with asyncio.timeout(WITHIN_S):
        while True:
            found = done()
            if found := (await found if asyncio.iscoroutine(found) else found):
                return found
            if watched and watched.done():
                watched.result()
            await asyncio.sleep(0.02)


class Scripted:
    """A handler whose answer to each batch is a function of the records; remembers what it has seen."""

    def __init__(self, answer: Callable[[Sequence[Record]], Any] = lambda records: []) -> None:
        self.seen: list[bytes | None] = []
        self.settled_batches = 0
        self._answer = answer

    async def assigned(self, partitions: Any) -> None:
        """Nothing to get ready."""

    async def revoked(self, partitions: Any) -> None:
        """Nothing to forget."""

    def settled(self) -> None:
        """Count."""
        self.settled_batches += 1

    def at_once(self, records: Sequence[Record]) -> list[Outgoing]:
        """Nothing: see Handler."""
        return []

    async def handle(self, records: Sequence[Record]) -> list[Outgoing]:
        """Note the values, then answer."""
        self.seen.extend(record.value for record in records)
        found = self._answer(records)
        return await found if asyncio.iscoroutine(found) else found


async def _started(sender: Sender) -> bool:
    try:
        await sender.start()
    except Unavailable:
        return False
    return True


async def start_process(site: Site, session_ms: int = kernel_clients.SESSION_MS) -> asyncio.subprocess.Process:
    """The toy function in a process of its own, to be killed."""
    arguments = json.dumps({"home": str(site.home), "prefix": site.topics.municipality, "session_ms": session_ms})
    return await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.live.runner_site", arguments)


async def _main(home: str, prefix: str, session_ms: int) -> None:
    kernel_clients.SESSION_MS = session_ms
    settings = settings_module.load(Path(home))
    site = Site(settings.home, Topics(prefix), clients(settings, "admin"))
    async with site.processor() as processor:
        await site.runner(processor).run()


if __name__ == "__main__":
    asyncio.run(_main(**json.loads(sys.argv[1])))
