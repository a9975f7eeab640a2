"""Reading a topic once from its first record to its present end, through one account and without a place in any group."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from cli.account import Account
from deploy.local.passing import is_passing
from kernel.envelope import Headers
from kernel.settings import Settings
from kernel.topics import Topics

TIMEOUT_S = 30.0
BATCH = 500
AT_ONCE = {"fetch.wait.max.ms": 10}
"""The broker answers at once where nothing more has come: all other questions on the same connection wait for that answer."""


@dataclass(frozen=True, slots=True)
class Read:
    """A record as the kernel's readers take it."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Headers


def record(message: Message) -> Read:
    """What the kernel reads of a message."""
    return Read(
        message.topic(), message.partition(), message.offset(), message.timestamp()[1], message.key(), message.value(), message.headers() or (),
    )


def whole(settings: Settings, principal: str, topic: str, partition: int = 0, timeout: float = TIMEOUT_S) -> Iterator[Message]:
    """Every record of one partition, in order. Raises KafkaException, also when nothing comes for ``timeout`` seconds."""
    account, group = Account(settings, principal), Topics(settings.municipality).group(principal)
    consumer = Consumer({**account.options, **AT_ONCE, "group.id": group, "enable.auto.commit": False})
    try:
        yield from between(consumer, topic, partition, *account.ends(consumer, TopicPartition(topic, partition), timeout), timeout)
    finally:
        consumer.close()


def between(consumer: Consumer, topic: str, partition: int, position: int, end: int, timeout: float = TIMEOUT_S) -> Iterator[Message]:
    """The records of one partition from an offset up to another, in order. Raises KafkaException, also when nothing comes for ``timeout`` seconds."""
    if position >= end:
        return
    consumer.assign([TopicPartition(topic, partition, position)])
    while position < end:
        for message in _some(consumer, timeout):
            position = message.offset() + 1
            if position > end:
                break
            yield message
    consumer.unassign()


def count(settings: Settings, principal: str, topic: str, partitions: Iterable[int], timeout: float = TIMEOUT_S) -> int:
    """How many records these partitions hold, at most. Raises KafkaException."""
    account, group = Account(settings, principal), Topics(settings.municipality).group(principal)
    consumer = Consumer({**account.options, "group.id": group, "enable.auto.commit": False})
    try:
        ends = [account.ends(consumer, TopicPartition(topic, number), timeout) for number in partitions]
        return sum(end - start for start, end in ends)
    finally:
        consumer.close()


def _some(consumer: Consumer, timeout: float) -> list[Message]:
    found = consumer.consume(1, timeout)
    found += consumer.consume(BATCH, 0) if found else []
    told = [error for message in found if (error := message.error())] if found else [KafkaError(KafkaError._TIMED_OUT)]
    if final := [error for error in told if not found or not is_passing(error, made=True)]:
        raise KafkaException(final[0])
    return [message for message in found if not message.error()]
