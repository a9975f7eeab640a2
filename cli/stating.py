"""Stating (事実の送信): what the desk itself states, under an account of ours, each into a partition that is named."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from confluent_kafka import KafkaError, KafkaException, Producer

from cli import reading
from cli.agency.client import NotAccepted
from cli.agency.message import now
from contracts import FINGERPRINTS
from deploy.local import passing
from kernel import serde
from kernel.envelope import Envelope
from kernel.settings import Settings


class Stated(Protocol):
    """A fact, the key that it is about, and its id."""

    @property
    def key(self) -> str:
        """The record's key."""

    @property
    def id(self) -> str:
        """The same whenever the same is stated again."""

    @property
    def fact(self) -> Any:
        """The event."""


def send(settings: Settings, account: str, records: Sequence[tuple[str, int, Stated]]) -> None:
    """Send facts, each with its topic and partition, until the broker has them all; those that it had already come again under their old id.

    Raises NotAccepted, SettingsMissing.
    """
    try:
        if records:
            passing.patiently(lambda: _send(settings, account, records), made=True)
    except KafkaException as error:
        raise NotAccepted(error.args[0]) from error


def _send(settings: Settings, account: str, records: Sequence[tuple[str, int, Stated]]) -> None:
    producer = Producer({**settings.account(account), "acks": "all", "enable.idempotence": True, "linger.ms": 5})
    failed: list[KafkaError] = []
    for topic, partition, each in records:
        producer.produce(
            topic, partition=partition, key=each.key.encode(), value=serde.encode(each.fact), headers=_headers(settings, account, each),
            on_delivery=lambda error, _: failed.append(error) if error else None,
        )
    if producer.flush(reading.TIMEOUT_S):
        raise KafkaException(KafkaError(KafkaError._TIMED_OUT))
    if failed:
        raise KafkaException(failed[0])


def _headers(settings: Settings, account: str, each: Stated) -> list[tuple[str, bytes]]:
    kind = serde.type_of(each.fact)
    return Envelope(
        id=each.id, source=account, type=kind.full_name, subject=each.key, time=now(), municipality=settings.municipality,
        dataschema=f"{kind.full_name}:{FINGERPRINTS[kind.schema_id]}",
    ).headers()
