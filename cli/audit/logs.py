"""What an auditor reads (監査人が読むもの): every log, and the inboxes where the account may, from their beginning to where they ended at one moment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Self

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from cli import reading
from cli.account import Account, why
from cli.leaving import UNREACHABLE, leave
from contracts.topics import Function
from kernel.records import Record
from kernel.settings import Settings
from kernel.topics import Topics

AUDITOR = "auditor"
_NOT_OURS = (KafkaError.TOPIC_AUTHORIZATION_FAILED, KafkaError.UNKNOWN_TOPIC_OR_PART, KafkaError._UNKNOWN_TOPIC, KafkaError._UNKNOWN_PARTITION)
"""How a client is told that it may not know of a topic."""


class Place(NamedTuple):
    """One partition: of a function's log, or of an agency's inbox."""

    topic: str
    number: int
    owner: str

    @property
    def name(self) -> str:
        """As it is told."""
        return f"{self.topic}/{self.number}"


class Logs:
    """The topics of one installation through the auditor's account, which can write nothing; one connection for all of them."""

    def __init__(self, settings: Settings) -> None:
        self._account, group = Account(settings, AUDITOR), Topics(settings.municipality).group(AUDITOR)
        self._consumer = Consumer({**self._account.options, **reading.AT_ONCE, "group.id": group, "enable.auto.commit": False})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._consumer.close()

    def bounds(self, place: Place) -> tuple[int, int] | None:
        """First offset and present end; None where the account may not read the topic, or there is none. Leaves where nothing can be read."""
        try:
            return self._account.ends(self._consumer, TopicPartition(place.topic, place.number), reading.TIMEOUT_S)
        except KafkaException as error:
            if error.args[0].code() in _NOT_OURS:
                return None
            leave(f"{place.topic} cannot be read {why(error, AUDITOR)}", UNREACHABLE)

    def records(self, place: Place, start: int, end: int) -> Iterator[Record]:
        """The records between two offsets. Leaves where they cannot be read."""
        try:
            for message in reading.between(self._consumer, place.topic, place.number, start, end):
                yield reading.record(message)
        except KafkaException as error:
            leave(f"{place.topic} cannot be read {why(error, AUDITOR)}", UNREACHABLE)


def logs(settings: Settings) -> list[Place]:
    """Every log, partition by partition."""
    topics = Topics(settings.municipality)
    keyed = [function for function in Function if function is not Function.REGISTRY]
    return [Place(topics.registry, 0, str(Function.REGISTRY)), *(Place(topics.log(each), number, str(each)) for each in keyed for number in range(settings.partitions))]


def inboxes(settings: Settings, agencies: Sequence[str]) -> list[Place]:
    """The inboxes of these agencies."""
    topics = Topics(settings.municipality)
    return [Place(topics.agency_inbox(agency), number, agency) for agency in agencies for number in range(settings.agency_partitions)]
