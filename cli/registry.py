"""Registry (登録簿): tells the installation which agencies there are and which policy pack is in force.

Each fact goes to every partition of the gate's inbox, so that it has one exact place in each case's order, and then to the
registry's own log, which therefore also says what need not be told again.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any

from confluent_kafka import KafkaError, Producer

from cli import reading
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
EMERGENCY_KINDS = frozenset({"ELDER", "DISABILITY", "CHILD", "POVERTY", "COORDINATOR", "OUTREACH", "MUNICIPALITY"})
"""Kinds of agency that may give notice of danger to life (basis V, 生命・身体・財産)."""


def publish(settings: Settings, town: Iterable[Agency] | None = None) -> int:
    """Publish whatever the registry's log does not hold yet of ``town`` (default: the sample town's agencies); how many facts were new.

    May be called while the system runs. Raises KafkaException, NotAccepted.
    """
    topics = Topics(settings.municipality)
    known = _known(settings, topics)
    fresh = [(key, fact) for key, fact in _facts(settings, agencies() if town is None else town) if _id(key, fact) not in known]
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


def _facts(settings: Settings, town: Iterable[Agency]) -> Iterable[tuple[str, Any]]:
    for agency in town:
        yield agency.id, registered(agency)
    yield settings.policy, PolicyActivated(pack=settings.policy, hash=policy_hash(settings.policy))


def _id(key: str, fact: Any) -> str:
    """Same fact, same id: derived from the bytes."""
    return derive_id(PRINCIPAL, PRINCIPAL, sha256(serde.encode(fact)).hexdigest(), key, 0)


def _known(settings: Settings, topics: Topics) -> set[str]:
    """The ids of every fact in the registry's log."""
    records = reading.whole(settings, PRINCIPAL, topics.registry)
    return {(header(record.headers() or (), "ce_id") or b"").decode() for record in records}


def _write(settings: Settings, records: list[tuple[str, int, str, Any]]) -> None:
    if not records:
        return
    producer = Producer({**settings.account(PRINCIPAL), "acks": "all", "enable.idempotence": True, "linger.ms": 5})
    failed = []
    for topic, partition, key, fact in records:
        producer.produce(
            topic, partition=partition, key=key.encode(), value=serde.encode(fact), headers=_headers(settings, key, fact),
            on_delivery=lambda error, _: failed.append(error) if error else None,
        )
    if producer.flush(reading.TIMEOUT_S):
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
