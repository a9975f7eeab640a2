"""Registry (登録簿): tells the installation which agencies there are and which policy pack is in force.

Each fact goes to every partition of the gate's inbox, so that it has one exact place in each case's order, and then to the
registry's own log, which therefore also says what need not be told again.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition

from cli.agency.accounts import connection
from cli.agency.client import NotAccepted
from cli.agency.message import now
from contracts import FINGERPRINTS
from contracts.registry import AgencyRegistered, PolicyActivated
from contracts.shared import AgencyKind
from deploy.local.town import Agency, agencies
from kernel import serde
from kernel.decider import derive_id
from kernel.envelope import Envelope, header
from kernel.settings import Settings
from kernel.topics import Topics

PRINCIPAL = "registry"
POLICIES = Path(__file__).resolve().parents[1] / "policies"
TIMEOUT_S = 30.0
EMERGENCY_KINDS = frozenset({"ELDER", "DISABILITY", "CHILD", "POVERTY", "COORDINATOR", "OUTREACH", "MUNICIPALITY"})
"""Kinds of agency that may give notice of danger to life (basis V, 生命・身体・財産)."""


def publish(settings: Settings) -> int:
    """Publish whatever the registry's log does not hold yet; the number of facts that were new. Raises KafkaException, NotAccepted."""
    topics = Topics(settings.municipality)
    known = _known(settings, topics)
    fresh = [(key, fact) for key, fact in _facts(settings) if _id(key, fact) not in known]
    _write(settings, [(topics.inbox("consent"), number, key, fact) for key, fact in fresh for number in range(settings.partitions)])
    _write(settings, [(topics.registry, 0, key, fact) for key, fact in fresh])
    return len(fresh)


def policy_hash(name: str) -> str:
    """SHA-256 (hex) of the bytes of a policy pack: its identity."""
    return sha256((POLICIES / f"{name}.yaml").read_bytes()).hexdigest()


def registered(agency: Agency) -> AgencyRegistered:
    """The fact that ``agency`` is registered."""
    return AgencyRegistered(
        agency=agency.id, kind=AgencyKind(agency.kind), name=agency.name_ja, emergency_right=agency.kind in EMERGENCY_KINDS,
    )


def _facts(settings: Settings) -> Iterable[tuple[str, Any]]:
    for agency in agencies():
        yield agency.id, registered(agency)
    yield settings.policy, PolicyActivated(pack=settings.policy, hash=policy_hash(settings.policy))


def _id(key: str, fact: Any) -> str:
    """Same fact, same id: derived from the bytes."""
    return derive_id(PRINCIPAL, PRINCIPAL, sha256(serde.encode(fact)).hexdigest(), key, 0)


def _known(settings: Settings, topics: Topics) -> set[str]:
    """The ids of every fact in the registry's log."""
    consumer = Consumer({**connection(settings, PRINCIPAL), "group.id": topics.group(PRINCIPAL), "enable.auto.commit": False})
    try:
        found: set[str] = set()
        low, high = consumer.get_watermark_offsets(TopicPartition(topics.registry, 0), timeout=TIMEOUT_S)
        consumer.assign([TopicPartition(topics.registry, 0, low)])
        position = low
        while position < high:
            for message in consumer.consume(500, 1.0):
                if (error := message.error()) is not None:
                    raise KafkaException(error)
                found.add((header(message.headers() or (), "ce_id") or b"").decode())
                position = message.offset() + 1
        return found
    finally:
        consumer.close()


def _write(settings: Settings, records: list[tuple[str, int, str, Any]]) -> None:
    if not records:
        return
    producer = Producer({**connection(settings, PRINCIPAL), "acks": "all", "enable.idempotence": True, "linger.ms": 5})
    failed = []
    for topic, partition, key, fact in records:
        producer.produce(
            topic, partition=partition, key=key.encode(), value=serde.encode(fact), headers=_headers(settings, key, fact),
            on_delivery=lambda error, _: failed.append(error) if error else None,
        )
    if producer.flush(TIMEOUT_S):
        raise NotAccepted(KafkaError(KafkaError._TIMED_OUT))
    if failed:
        raise NotAccepted(failed[0])


def _headers(settings: Settings, key: str, fact: Any) -> list[tuple[str, bytes]]:
    kind = serde.type_of(fact)
    attributes = Envelope(
        id=_id(key, fact), source=PRINCIPAL, type=kind.full_name, subject=key, time=now(), municipality=settings.municipality,
        dataschema=f"{kind.full_name}:{FINGERPRINTS[kind.schema_id]}",
    )
    return attributes.headers()

