"""The gate's log (関門の記録), read once from its beginning to its present end; unless said otherwise by the auditor's account, which can write nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import NoReturn

from confluent_kafka import KafkaException

from cli import reading
from cli.account import why
from cli.leaving import UNREACHABLE, leave
from kernel.partitioner import partition_of
from kernel.records import Record
from kernel.settings import Settings
from kernel.topics import Topics

AUDITOR = "auditor"
Partitions = Mapping[int, Callable[[], Iterator[Record]]]
"""How each partition is read, once."""


def partitions(settings: Settings, case: str = "", account: str = AUDITOR) -> tuple[str, Partitions, int]:
    """The topic, its partitions (only that of ``case``, where one is named) and how many records they hold; leaves where they cannot be read."""
    topic = Topics(settings.municipality).log("consent")
    numbers = [partition_of(case.encode(), settings.partitions)] if case else list(range(settings.partitions))
    try:
        total = reading.count(settings, account, topic, numbers)
    except KafkaException as error:
        _leave(topic, account, error)
    return topic, {number: partial(_records, settings, account, topic, number) for number in numbers}, total


def _records(settings: Settings, account: str, topic: str, number: int) -> Iterator[Record]:
    try:
        for message in reading.whole(settings, account, topic, number):
            yield reading.record(message)
    except KafkaException as error:
        _leave(topic, account, error)


def _leave(topic: str, account: str, error: KafkaException) -> NoReturn:
    leave(f"{topic} cannot be read {why(error, account)}", UNREACHABLE)
