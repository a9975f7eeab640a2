"""Closing a month: the figures from the projection, sent to the reporting function through the reporting account."""

from __future__ import annotations

from collections.abc import Iterable

import asyncpg
from confluent_kafka import KafkaError, Producer

from cli import reading
from cli.agency.client import NotAccepted
from cli.agency.message import now
from contracts import FINGERPRINTS
from contracts.topics import Function
from kernel import serde
from kernel.envelope import Envelope
from kernel.partitioner import partition_of
from kernel.settings import Settings
from kernel.topics import Topics
from services.reporting import closing, queries
from services.reporting.closing import ACCOUNT, Report


async def figures(connection: asyncpg.Connection, period: str) -> list[list[Report]]:
    """The month's figures, as one list."""
    totals, positions = await queries.totals(connection, period)
    logs = {topic.split(".", 1)[1].removesuffix(".log"): numbers for topic, numbers in positions.items()}
    logs.pop(Function.REPORTING, None)  # what was reported is no ground for what is reported
    return [list(closing.reports(period, totals, closing.positions_text(logs)))]


def send(settings: Settings, reports: Iterable[Report]) -> None:
    """Send the figures and wait until the broker has them. Raises NotAccepted, KafkaException."""
    producer = Producer({**settings.account(ACCOUNT), "acks": "all", "enable.idempotence": True, "linger.ms": 5})
    failed: list[KafkaError] = []
    for each in reports:
        key = each.key.encode()
        producer.produce(
            Topics(settings.municipality).inbox(Function.REPORTING), partition=partition_of(key, settings.partitions), key=key,
            value=serde.encode(each.fact), headers=_headers(settings, each),
            on_delivery=lambda error, _: failed.append(error) if error else None,
        )
    if producer.flush(reading.TIMEOUT_S):
        raise NotAccepted(KafkaError(KafkaError._TIMED_OUT))
    if failed:
        raise NotAccepted(failed[0])


def _headers(settings: Settings, each: Report) -> list[tuple[str, bytes]]:
    kind = serde.type_of(each.fact)
    return Envelope(
        id=each.id, source=ACCOUNT, type=kind.full_name, subject=each.key, time=now(), municipality=settings.municipality,
        dataschema=f"{kind.full_name}:{FINGERPRINTS[kind.schema_id]}",
    ).headers()
