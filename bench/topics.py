"""Topics of the measurements' own, beside those of the town, filled with signals."""

from __future__ import annotations

from collections.abc import Callable

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

from contracts.consultation import SignalReceived
from contracts.shared import Channel
from deploy.local.layout import CannotRun
from kernel import serde
from kernel.settings import Settings

PARTITIONS = 4
KEYS = 1_000
TIMEOUT_S = 60.0


def make(settings: Settings, *names: str) -> None:
    """Fresh topics that only the administrator may use."""
    config = {"message.timestamp.type": "LogAppendTime"}
    admin = AdminClient(settings.account("admin"))
    created = admin.create_topics([NewTopic(name, PARTITIONS, config=config) for name in names])
    for answer in created.values():
        answer.result(TIMEOUT_S)


def fill(settings: Settings, name: str, count: int, headers: Callable[[int], list[tuple[str, bytes]]] = lambda number: []) -> int:
    """Put ``count`` signals of a thousand cases into a topic, with these headers each; the length of one value in bytes. Raises CannotRun."""
    event = SignalReceived(person="a" * 32, channel=Channel.RESIDENT, area_code="12")
    value = serde.encode(event)
    producer = Producer({**settings.account("admin"), "linger.ms": 20, "acks": "all", "queue.buffering.max.messages": count})
    for number in range(count):
        producer.produce(name, key=f"{number % KEYS:032x}", value=value, partition=number % KEYS % PARTITIONS, headers=headers(number))
    if producer.flush(TIMEOUT_S):
        raise CannotRun("the broker did not take the events of the measurement in a minute; is the machine busy?")
    return len(value)
