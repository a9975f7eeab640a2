"""A stock client that shows a certificate instead of a password: how it connects, and what the broker says to it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from cli.agency.message import draft
from cli.day.player import pseudonym
from contracts.consultation import InformationRequested
from contracts.shared import DataCategory, Purpose
from kernel.settings import Settings

WITHIN_S = 30.0
QUESTION = InformationRequested(purpose=Purpose.CONSULTATION, wanted=(DataCategory.BASIC,))


def account(settings: Settings, pem: Path | None) -> dict[str, Any]:
    """Options of a client with this key and certificate, or with none."""
    shown = {"ssl.certificate.location": str(pem), "ssl.key.location": str(pem)} if pem else {}
    return {"bootstrap.servers": settings.mtls, "security.protocol": "SSL", "ssl.ca.location": settings.authorities(), "log_level": 0, **shown}


def is_let_in(options: dict[str, Any]) -> bool:
    """Whether the broker answers, or ends the connection before it has said anything."""
    told: list[KafkaError] = []
    client, deadline = AdminClient({**options, "error_cb": told.append}), time.monotonic() + WITHIN_S
    while not told:
        try:
            client.list_topics(timeout=0.2)
            return True
        except KafkaException:
            client.poll(0)
        assert time.monotonic() < deadline, "neither answered nor refused"
    assert {error.code() for error in told} <= {KafkaError._SSL, KafkaError._TRANSPORT, KafkaError._ALL_BROKERS_DOWN}, told
    return False


def written(options: dict[str, Any], agency: str, topic: str) -> str:
    """What comes of writing a question of this agency: the broker's own name of the error, or empty."""
    answers: list[KafkaError | None] = []
    producer, asked = Producer(options), draft(agency, QUESTION, pseudonym())
    producer.produce(topic, asked.value, asked.key, headers=list(asked.headers), on_delivery=lambda error, _: answers.append(error))
    producer.flush(WITHIN_S)
    (error,) = answers
    return error.name() if error else ""


def read(options: dict[str, Any], topic: str, group: str) -> str:
    """What comes of reading a topic that has a record, or will have one soon: the broker's own name of the error, or empty."""
    consumer = Consumer({**options, "group.id": group, "enable.auto.commit": False})
    try:
        error = consumer.list_topics(topic, WITHIN_S).topics[topic].error  # with which a reader begins
        if error is None:
            consumer.assign([TopicPartition(topic, 0, OFFSET_BEGINNING)])
            (message,) = consumer.consume(1, WITHIN_S)
            error = message.error()
    finally:
        consumer.close()
    return error.name() if error else ""
