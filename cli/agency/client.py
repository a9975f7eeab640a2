"""An agency's own client: writes its outbox, reads its inbox, with its own account and nobody else's.

The inbox may repeat itself (at least once); this client drops by event id, as every reader must.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, Message, Producer, TopicPartition

from cli.account import Account
from cli.agency.message import Draft, Heard, draft, heard
from deploy.local.refusal import is_refusal
from kernel.partitioner import partition_of
from kernel.settings import Settings
from kernel.topics import Topics

DELIVERY_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The broker has the message. ``timestamp``: its append time, ms UTC."""

    id: str
    topic: str
    partition: int
    offset: int
    timestamp: int


class NotAccepted(Exception):
    """The broker did not take the record; ``code`` is Kafka's own name of the reason; ``reached``: whether the broker said so itself;
    ``refused``: whether it is the account that it does not accept."""

    def __init__(self, error: KafkaError) -> None:
        super().__init__(f"{error.name()}: {error.str()}")
        self.code = error.name()
        self.refused = is_refusal(error)
        self.reached = error.code() >= 0  # librdkafka's own codes are negative


class AgencyClient:
    """One agency's connection. Close it when done; both halves connect on first use."""

    def __init__(self, settings: Settings, agency: str) -> None:
        self.agency = agency
        self._settings, self._topics = settings, Topics(settings.municipality)
        self._connection: Account | None = None
        self._producer: Producer | None = None
        self._consumer: Consumer | None = None
        self._known: set[str] = set()
        self._reading = False

    def say(self, event: Any, subject: str, *, id: str = "", time: str = "", basis: str = "", purpose: str = "") -> Sent:
        """Send one event and wait for the broker's acknowledgement. Raises NotAccepted."""
        return self.send(draft(self.agency, event, subject, id=id, time=time, basis=basis, purpose=purpose))

    def send(self, *drafts: Draft) -> Sent:
        """Send records in one burst, in order; the last one's place. Raises NotAccepted."""
        answers: list[tuple[KafkaError | None, Message]] = []
        producer = self._outbox()
        topic = self._topics.outbox(self.agency)
        for each in drafts:
            producer.produce(
                topic, key=each.key, value=each.value, headers=list(each.headers),
                partition=partition_of(each.key, self._settings.agency_partitions),
                on_delivery=lambda error, message: answers.append((error, message)),
            )
        try:
            self._account.flush(producer, DELIVERY_S)
        except KafkaException as error:
            raise NotAccepted(error.args[0]) from error
        if len(answers) < len(drafts):
            raise NotAccepted(KafkaError(KafkaError._TIMED_OUT))
        for error, _ in answers:
            if error is not None:
                raise NotAccepted(error)
        message = answers[-1][1]
        return Sent(id=drafts[-1].id, topic=topic, partition=message.partition(), offset=message.offset(), timestamp=message.timestamp()[1])

    def connect(self) -> None:
        """Connect the outbox now rather than at the first message. Raises KafkaException."""
        self._outbox().list_topics(self._topics.outbox(self.agency), DELIVERY_S)

    def open_inbox(self) -> None:
        """Read the inbox from its beginning."""
        self._read([TopicPartition(topic, number, OFFSET_BEGINNING) for topic, number in self._inbox()])

    def skip_inbox(self) -> None:
        """Read the inbox from its present end on."""
        consumer = self._reader()
        parts = [TopicPartition(topic, number) for topic, number in self._inbox()]
        ends = [self._account.ends(consumer, part, DELIVERY_S)[1] for part in parts]
        self._read([TopicPartition(part.topic, part.partition, end) for part, end in zip(parts, ends, strict=True)])

    def poll(self, timeout: float = 0.0) -> list[Heard]:
        """What has arrived that was not there before, waiting at most ``timeout`` seconds. Raises KafkaException, PoisonError."""
        if not self._reading:
            self.open_inbox()
        found = []
        for message in self._reader().consume(500, timeout):
            if (error := message.error()) is not None:
                raise KafkaException(error)
            each = heard(message.key(), message.value(), message.headers() or (), message.timestamp()[1],
                         (message.topic(), message.partition(), message.offset()))
            if each.id not in self._known:
                self._known.add(each.id)
                found.append(each)
        return found

    def listen(self, seconds: float) -> Iterator[Heard]:
        """Everything that arrives within ``seconds``."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            yield from self.poll(min(left, 0.2))

    def close(self) -> None:
        """Let go of both halves."""
        if self._producer is not None:
            self._producer.flush(DELIVERY_S)
        if self._consumer is not None:
            self._consumer.close()

    @property
    def _principal(self) -> str:
        return f"agency-{self.agency}"

    @property
    def _account(self) -> Account:
        """Of both halves; the password is looked for when it is needed."""
        if self._connection is None:
            self._connection = Account(self._settings, self._principal)
        return self._connection

    def _outbox(self) -> Producer:
        if self._producer is None:
            self._producer = Producer({
                **self._account.options, "acks": "all", "enable.idempotence": True, "linger.ms": 0,
                "compression.type": "lz4", "message.max.bytes": 1_000_000,
            })
        return self._producer

    def _reader(self) -> Consumer:
        if self._consumer is None:
            self._consumer = Consumer({
                **self._account.options, "group.id": self._topics.group(self._principal) + "reader",
                "enable.auto.commit": False, "auto.offset.reset": "earliest", "fetch.wait.max.ms": 100, "allow.auto.create.topics": False,
            })
        return self._consumer

    def _read(self, places: list[TopicPartition]) -> None:
        self._reader().assign(places)
        self._reading = True

    def _inbox(self) -> list[tuple[str, int]]:
        topic = self._topics.agency_inbox(self.agency)
        return [(topic, number) for number in range(self._settings.agency_partitions)]
