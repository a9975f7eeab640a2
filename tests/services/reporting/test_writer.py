"""The writer between a real Kafka and a real PostgreSQL: catches up, resumes, survives outages, and two of it count no event twice."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from confluent_kafka.admin import AdminClient, NewTopic

from kernel.failures import IntegrityError
from kernel.meter import Meter
from kernel.records import TP
from kernel.telemetry import Telemetry
from services.reporting.logs import Logs
from services.reporting.projections.monthly import Monthly
from services.reporting.store import Connect, Store
from services.reporting.writer import Writer
from tests.installation import Broker
from tests.services.reporting.facts import record
from tests.services.reporting.test_monthly import VISIT
from tests.services.reporting.test_store import asked, contacts

pytestmark = pytest.mark.live

PARTITIONS = 2


@dataclass
class Desk:
    """One log of two partitions, the database, and the writers that work between them."""

    broker: Broker
    connect: Connect
    topic: str
    producer: AIOKafkaProducer
    written: dict[int, int] = field(default_factory=dict)

    async def write(self, count: int, partition: int = 0, again: int = 0) -> None:
        """Append the next ``count`` visits of the partition's case; the last ``again`` of the earlier ones come once more before."""
        done = self.written.get(partition, 0)
        for seq in range(done + 1 - again, done + count + 1):
            visit = record(VISIT, self.topic, key=f"case-{partition}", seq=seq)
            await self.producer.send_and_wait(self.topic, visit.value, visit.key, partition=partition, headers=list(visit.headers))
        self.written[partition] = done + count

    def writer(self) -> tuple[Writer, Meter]:
        """A writer as the service would start it."""
        meter = Telemetry("reporting").meter("live")
        logs = Logs([TP(self.topic, number) for number in range(PARTITIONS)], lambda: AIOKafkaConsumer(**self.broker.aiokafka(), enable_auto_commit=False))
        return Writer("live", Store([Monthly()], self.connect, meter.alarm), logs, {self.topic: "outreach"}, meter), meter

    @asynccontextmanager
    async def working(self) -> AsyncIterator[Meter]:
        """A writer at work."""
        writer, meter = self.writer()
        task = asyncio.ensure_future(writer.run())
        try:
            yield meter
        finally:
            writer.stop()
            await task

    async def counts(self, expected: int) -> None:
        """Return when the figure is ``expected``."""
        await until(lambda: self._is(expected))

    async def _is(self, expected: int) -> bool:
        return expected == await contacts(self.connect)


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Return when the condition holds; fail after 20 seconds."""
    async with asyncio.timeout(90):
        while not await condition():
            await asyncio.sleep(0.05)


@pytest.fixture
async def desk(broker: Broker, database: Connect) -> AsyncIterator[Desk]:
    """A fresh log and database."""
    topic = f"reporting-test-{uuid.uuid4().hex}"
    administrator = AdminClient(broker.confluent())
    administrator.create_topics([NewTopic(topic, PARTITIONS, config={"message.timestamp.type": "LogAppendTime"})])[topic].result(30)
    store = Store([Monthly()], database, lambda code: None)
    await store.open()
    await store.close()
    async with AIOKafkaProducer(**broker.aiokafka()) as producer:
        yield Desk(broker, database, topic, producer)


async def test_what_is_in_the_log_and_what_comes_later_is_counted(desk: Desk):
    """From the beginning, all partitions, and on."""
    await desk.write(3, partition=0)
    async with desk.working() as meter:
        await desk.counts(3)
        await desk.write(2, partition=1)
        await desk.counts(5)
    assert meter.ready


async def test_a_restart_goes_on_where_the_tables_end(desk: Desk):
    """No group remembers the position; the database does."""
    await desk.write(3)
    async with desk.working():
        await desk.counts(3)
    await desk.write(2)
    async with desk.working():
        await desk.counts(5)

    assert [(desk.topic, 0, 5), (desk.topic, 1, 0)] == await asked(
        desk.connect, "SELECT topic, partition, next_offset FROM reporting.progress ORDER BY partition")


async def test_repeated_sends_count_once(desk: Desk):
    """The log may hold an event twice; the figures do not."""
    async with desk.working():
        await desk.write(3)
        await desk.counts(3)
        await desk.write(1, again=3)
        await desk.counts(4)


async def test_two_writers_count_each_event_once(desk: Desk):
    """The service started twice by mistake, or a zombie that comes back: one of them wins each batch."""
    async with desk.working(), desk.working():
        for _ in range(20):
            await desk.write(5, partition=0)
            await desk.write(5, partition=1)
        await desk.counts(200)
    await desk.counts(200)


async def test_a_database_that_drops_its_connections_costs_no_event(desk: Desk):
    """It waits, connects anew and goes on from the position that stands there."""
    async with desk.working():
        await desk.write(3)
        await desk.counts(3)
        await asked(desk.connect, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
        await desk.write(3)
        await desk.counts(6)


async def test_a_database_that_does_not_answer_is_waited_for(desk: Desk):
    """Not ready before it is there; then as if nothing had been."""
    closed, real = asyncio.Event(), desk.connect

    async def connect() -> Any:
        if not closed.is_set():
            closed.set()
            raise ConnectionRefusedError
        return await real()

    await desk.write(3)
    desk.connect = connect
    async with desk.working():
        await closed.wait()
        desk.connect = real
        await desk.counts(3)


async def test_a_log_that_ends_before_our_position_stops_the_writer(desk: Desk):
    """Another broker, or a log that was cut: figures of one log are never continued with another."""
    async with desk.working():
        await desk.write(1)
        await desk.counts(1)
    connection = await desk.connect()
    await connection.execute("UPDATE reporting.progress SET next_offset = 99 WHERE partition = 0")
    await connection.close()

    writer, _ = desk.writer()
    with pytest.raises(IntegrityError):
        await writer.run()
