"""Requests that the gate permits, ready to be put before it again and again: played once in memory by our own functions, as they would have come."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta

from cli.agency.message import draft
from contracts.consent import ConsentGranted
from contracts.consultation import LinkedToAgency, SignalReceived
from contracts.envelope import SealedEvent
from contracts.shared import Channel, ConsentMedium, DataCategory, LinkReason, Purpose
from kernel import serde
from kernel.envelope import POSITION, header
from kernel.memory import MemoryRecord
from kernel.sealing import Key, open_part, put_together
from tests.scenarios.memory_stage import PARTITIONS, TOPICS, MemoryStage
from tests.scenarios.town import Keys

CASES = 100
_GIVER, _RECIPIENT = "elder", "poverty"
_WAIT = 200


@dataclass(frozen=True, slots=True)
class Prepared:
    """What stood before the gate: facts first, then requests; the log in which the events lie; every key by its id."""

    facts: list[MemoryRecord]
    requests: list[MemoryRecord]
    log: list[MemoryRecord]
    keys: dict[str, Key]

    def topics(self, prefix: str) -> dict[str, int]:
        """Topics that a run needs, with their partitions."""
        shared = ("consent.inbox", "consent.urgent", "consent.log", "consultation.inbox", "consultation.log", "reporting.inbox")
        alone = ("consent.dead-letters", *(f"agency.{agency}.inbox" for agency in (_GIVER, _RECIPIENT)))
        return {f"{prefix}.{name}": number for names, number in ((shared, PARTITIONS), (alone, 1)) for name in names}

    def recipient(self, prefix: str) -> str:
        """Where the copies arrive."""
        return f"{prefix}.agency.{_RECIPIENT}.inbox"

    def unsealed(self) -> list[MemoryRecord]:
        """The same log with the same events, of which no part is sealed."""
        return [replace(record, value=self._opened(record.value or b"")) for record in self.log]

    def _opened(self, value: bytes) -> bytes:
        event = serde.decode(value)
        if not isinstance(event, SealedEvent):
            return value
        return serde.encode(put_together(event, [open_part(event, part, self.keys[part.key_id]) for part in event.parts]))


def moved(records: Iterable[MemoryRecord], prefix: str) -> Iterator[MemoryRecord]:
    """The records as they stand in topics with another prefix."""
    old, new = f"{TOPICS.municipality}.", f"{prefix}."
    for each in records:
        headers = tuple([(name, value.replace(old.encode(), new.encode(), 1) if name == POSITION else value) for name, value in each.headers])
        yield replace(each, topic=each.topic.replace(old, new, 1), headers=headers)


def prepare(count: int) -> Prepared:
    """``count`` links (つなぎ) with name and address, in cases whose persons have consented to them."""
    with closing(MemoryStage(batch=_WAIT, start=int(time.time() * 1000))) as stage:
        persons = [_open(stage) for _ in range(CASES)]
        stage.town.pump()
        for start in range(0, count, _WAIT):
            stage.post(_GIVER, *(draft(_GIVER, _link(persons[number % CASES][0]), persons[number % CASES][1]) for number in range(start, min(count, start + _WAIT))))
            stage.town.pump()
        inbox = [record for record in stage.log.records(TOPICS.inbox("consent")) if header(record.headers, "ce_source") != b"tsunagu.courier"]
        requests = [record for record in inbox if _is_request(record)]
        log = stage.log.records(TOPICS.log("consultation"))
    assert len(requests) == count, f"{len(requests)} requests of {count}"
    return Prepared([record for record in inbox if not _is_request(record)], requests, log, _keys(log, [person for person, _ in persons]))


def _open(stage: MemoryStage) -> tuple[str, str]:
    """Person and case."""
    person, key = uuid.uuid4().hex, uuid.uuid4().hex
    consent = ConsentGranted(
        consent=uuid.uuid4().hex, person=person, purpose=Purpose.CONSULTATION, categories=(DataCategory.BASIC, DataCategory.ADDRESS),
        recipients=(_RECIPIENT,), valid_from=stage.today - timedelta(days=1), valid_to=stage.today + timedelta(days=300), medium=ConsentMedium.PAPER,
        signed_on=stage.today - timedelta(days=1),
    )
    stage.post(_GIVER, draft(_GIVER, SignalReceived(person=person, channel=Channel.RESIDENT, area_code="990019-03"), key))
    stage.town.pump()
    stage.post(_GIVER, draft(_GIVER, consent, key))
    return person, key


def _link(person: str) -> LinkedToAgency:
    return LinkedToAgency(
        person=person, to_agency=_RECIPIENT, purpose=Purpose.CONSULTATION, reason=LinkReason.JOINT_SUPPORT,
        name="髙橋 花子", address="つなぐ町一丁目二番三号",
    )


def _is_request(record: MemoryRecord) -> bool:
    return (header(record.headers, "ce_type") or b"").endswith(b".DisclosureRequested")


def _keys(log: list[MemoryRecord], persons: list[str]) -> dict[str, Key]:
    kinds = {serde.decode(event.body) for record in log if isinstance(event := serde.decode(record.value), SealedEvent)}
    classes = {serde.type_of(event).retention for event in kinds}
    keys = Keys()
    found = [asyncio.run(keys.for_sealing(persons, each)) for each in sorted(filter(None, classes))]
    return {key.id: key for each in found for key in each.values()}
