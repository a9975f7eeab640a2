"""The sender: stages, batches, and records that belong together; over aiokafka's own batch builder."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaTimeoutError, MessageSizeTooLargeError

from kernel.clients import MAX_BATCH
from kernel.records import LOG, MESSAGE, REQUEST, Outgoing
from kernel.sender import Sender


@dataclass
class Written:
    """Stands where the broker stands: takes batches in order and gives offsets; may refuse the first attempts."""

    producer: AIOKafkaProducer
    faults: list[Exception] = field(default_factory=list)
    batches: list[tuple[str, int, int]] = field(default_factory=list)
    next: dict[tuple[str, int], int] = field(default_factory=dict)

    def create_batch(self) -> Any:
        """The real builder."""
        return self.producer.create_batch()

    async def send_batch(self, batch: Any, topic: str, *, partition: int) -> asyncio.Future[Any]:
        """Acknowledge at once."""
        if self.faults:
            raise self.faults.pop(0)
        offset = self.next.get((topic, partition), 0)
        self.batches.append((topic, partition, batch.record_count()))
        self.next[topic, partition] = offset + batch.record_count()
        future = asyncio.get_running_loop().create_future()
        future.set_result(type("Metadata", (), {"offset": offset}))
        return future


@pytest.fixture
async def broker() -> AsyncIterator[Written]:
    """A producer that is never started: only its builder is used."""
    producer = AIOKafkaProducer(bootstrap_servers="127.0.0.1:1", max_batch_size=MAX_BATCH, enable_idempotence=True)
    yield Written(producer)
    producer._closed = True


def record(topic: str = "a", partition: int = 0, size: int = 10, **changes: Any) -> Outgoing:
    """An outgoing record of about ``size`` bytes."""
    return Outgoing(topic, partition, b"k", bytes(size), [("h", b"v")], **changes)


async def test_stages_go_one_after_the_other(broker: Written):
    """Whatever names a log position is sent when the position is known."""
    logged = record("log", stage=LOG)
    request = record("gate", stage=REQUEST, position_of=logged)

    await Sender(lambda: broker).send([request, record("inbox", stage=MESSAGE), logged])

    assert ["log", "inbox", "gate"] == [topic for topic, _, _ in broker.batches]
    assert "log/0/0" == logged.position


async def test_records_of_a_partition_share_a_batch_and_keep_their_order(broker: Written):
    """One batch per partition, offsets in the order given."""
    sent = [record(partition=number % 2) for number in range(6)]

    await Sender(lambda: broker).send(sent)

    assert [("a", 0, 3), ("a", 1, 3)] == broker.batches
    assert [0, 0, 1, 1, 2, 2] == [outgoing.offset for outgoing in sent]


async def test_a_full_batch_is_followed_by_another(broker: Written):
    """Nothing is dropped at the edge."""
    sent = [record(size=300_000) for _ in range(10)]

    await Sender(lambda: broker).send(sent)

    assert [3, 3, 3, 1] == [count for _, _, count in broker.batches]
    assert list(range(10)) == [outgoing.offset for outgoing in sent]


async def test_records_that_belong_together_are_never_parted(broker: Written):
    """What one message gave reaches the log in one piece or not at all."""
    group = [record(size=250_000, follows=number > 0) for number in range(3)]

    await Sender(lambda: broker).send([record(size=400_000), *group, record(size=10)])

    assert [1, 4] == [count for _, _, count in broker.batches]


async def test_a_batch_that_was_not_taken_is_offered_again(broker: Written):
    """Waiting is retrying: the broker has not seen it."""
    broker.faults = [KafkaTimeoutError(), KafkaTimeoutError()]
    sent = record()

    await Sender(lambda: broker).send([sent])

    assert 0 == sent.offset


async def test_a_final_refusal_is_raised(broker: Written):
    """Too large, not allowed: a fault of ours, not to be waited for."""
    broker.faults = [MessageSizeTooLargeError()]

    with pytest.raises(MessageSizeTooLargeError):
        await Sender(lambda: broker).send([record()])
