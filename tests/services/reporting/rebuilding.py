"""A site of its own for rebuilds: logs of some partitions on the real broker, a database, a live writer, and facts that go on coming."""

from __future__ import annotations

import asyncio
import itertools
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from confluent_kafka.admin import AdminClient, NewTopic

from kernel import postgres
from kernel.clients import clients
from kernel.telemetry import Telemetry
from services.reporting import generations, store
from services.reporting.generations import LIVE_UNIT, Generation, State
from services.reporting.logs import Logs
from services.reporting.rebuild import ledger, runner
from services.reporting.rebuild.compare import Compared
from services.reporting.rebuild.eta import Left
from services.reporting.rebuild.place import PROJECTIONS, Place
from services.reporting.rebuild.worker import Options
from services.reporting.store import Connect, Store
from services.reporting.writer import Writer
from tests.installation import Broker
from tests.services.reporting.facts import record
from tests.services.reporting.test_monthly import VISIT

PARTITIONS = 3
NAMES = ["monthly", "timeline"]


class Silent:
    """Shows nothing, and remembers the phases that it was told of."""

    def __init__(self) -> None:
        self.phases: list[State] = []

    def tell(self, phase: State, done: int, total: int, left: Left) -> None:
        """Remember a phase once."""
        if phase not in self.phases:
            self.phases.append(phase)


@dataclass
class Yard:
    """Where a rebuild is tried."""

    broker: Broker
    connect: Connect
    place: Place
    producer: AIOKafkaProducer
    seqs: dict[tuple[str, str], int] = field(default_factory=dict)
    cases: Any = field(default_factory=lambda: itertools.count())

    async def write(self, count: int, cases: int = 40) -> None:
        """Append visits of many cases, spread over logs and partitions."""
        sent = []
        for _ in range(count):
            number = next(self.cases)
            case, topic = f"case-{number % cases}", sorted(self.place.logs)[number % len(self.place.logs)]
            seq = self.seqs[topic, case] = self.seqs.get((topic, case), 0) + 1
            made = record(VISIT, topic, key=case, seq=seq)
            sent.append(await self.producer.send(topic, made.value, made.key, partition=number % cases % PARTITIONS, headers=list(made.headers)))
        for each in sent:
            await each

    def writer(self, place: Place | None = None) -> Writer:
        """A live writer as the service would start it."""
        place, meter = place or self.place, Telemetry("reporting").meter(LIVE_UNIT)
        logs = Logs(place.places, lambda: AIOKafkaConsumer(**self.broker.aiokafka(), enable_auto_commit=False))
        return Writer(LIVE_UNIT, Store(list(place.projections.values()), self.connect, meter.alarm), logs, place.logs, meter)

    @asynccontextmanager
    async def living(self, flowing: bool = False, place: Place | None = None) -> AsyncIterator[None]:
        """The live writer at work, and, where facts are ``flowing``, new ones all the time."""
        writer = self.writer(place)
        tasks = [asyncio.ensure_future(writer.run()), *([asyncio.ensure_future(self._flow())] if flowing else [])]
        try:
            yield
        finally:
            writer.stop()
            for task in tasks[1:]:
                task.cancel()
            await asyncio.wait(tasks)

    async def _flow(self) -> None:
        while True:
            await self.write(5)
            await asyncio.sleep(0.02)

    async def caught_up(self) -> None:
        """Return when the live positions are the ends of the logs; nothing is flowing."""
        await self.caught_up_to(sum(self.seqs.values()))

    async def caught_up_to(self, count: int) -> None:
        """Return when so many records are in the live tables."""
        async with asyncio.timeout(30):
            while True:
                connection = await self.connect()
                live = await store.positions(connection, LIVE_UNIT)
                await connection.close()
                if sum(live.values()) >= count:
                    return
                await asyncio.sleep(0.05)

    async def ask(self, question: str, *arguments: Any) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        connection = await self.connect()
        try:
            return [tuple(row) for row in await connection.fetch(question, *arguments)]
        finally:
            await connection.close()

    async def states(self) -> dict[str, list[State]]:
        """The states of the generations of NAMES, in their order."""
        found: dict[str, list[State]] = {}
        for each in [each for each in await self.known() if each.projection in NAMES]:
            found.setdefault(each.projection, []).append(each.state)
        return found

    async def known(self) -> list[Generation]:
        """Every generation that has its tables."""
        connection = await self.connect()
        try:
            return await generations.known(connection)
        finally:
            await connection.close()

    async def rebuild(self, *names: str, place: Place | None = None, **options: Any) -> list[Compared]:
        """Begin a rebuild and lead it to its end, in this process."""
        place = place or self.place
        connection = await place.connect()
        try:
            await ledger.hold(connection)
            await runner.begin(place, connection, list(names) or NAMES)
            return await runner.resume(place, connection, Options(**options), Silent())
        finally:
            await connection.close()

    async def resume(self, place: Place | None = None, **options: Any) -> list[Compared]:
        """Lead the rebuild that is under way to its end."""
        place = place or self.place
        connection = await place.connect()
        try:
            await ledger.hold(connection)
            return await runner.resume(place, connection, Options(**options), Silent())
        finally:
            await connection.close()


@asynccontextmanager
async def yard(broker: Broker, connect: Connect, source: str = PROJECTIONS) -> AsyncIterator[Yard]:
    """Fresh logs and tables."""
    name = uuid.uuid4().hex
    logs = {f"rebuild-{name}.{function}": function for function in ("outreach", "consultation")}
    administrator = AdminClient(broker.confluent())
    topics = [NewTopic(topic, PARTITIONS, config={"message.timestamp.type": "LogAppendTime"}) for topic in logs]
    for answer in administrator.create_topics(topics).values():
        answer.result(30)
    connection = await connect()
    database = await connection.fetchval("SELECT current_database()")
    await connection.close()
    settings = broker.settings
    place = Place(
        server=postgres.projections(settings), database=database, user="postgres", password=settings.password("postgres"),
        clients=clients(settings, "admin"), logs=logs, partitions=PARTITIONS, source=source,
    )
    async with AIOKafkaProducer(**broker.aiokafka()) as producer:
        yield Yard(broker, connect, place, producer)
