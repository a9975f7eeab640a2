"""The courier (配達): reads ``consent.log`` and writes the agencies' inboxes; opens only the sealed parts that a durable verdict releases.

It decides nothing. What it delivers has ids derived from the verdict, so that doing it twice is harmless to a reader that drops by id
(consent.md rules 22-24). A verdict reaches the function that asked before the event reaches the recipient, so that whatever the
recipient answers finds the function informed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from contracts.consent import DisclosureDecided, ReleaseVoided, ReviewOpened, StopNoticeIssued
from contracts.envelope import MessageRefused, SealedEvent, SealedPart
from contracts.shared import Outcome
from kernel import envelope, serde
from kernel.decider import derive_id
from kernel.envelope import OURS, Envelope
from kernel.place import Place
from kernel.records import MESSAGE, REQUEST, TP, Outgoing, Record, keyed, parse_position, position
from kernel.sealing import Erased, Key, open_part, put_together
from services.consent.fence import Voidings

NAME = "courier"


class Keys(Protocol):
    """What the courier needs of ``kernel.keyring``: keys by id, nothing that makes or destroys them."""

    async def for_opening(self, key_ids: Iterable[str]) -> Mapping[str, Key | Erased]:
        """The keys with these ids. Raises Unavailable when the store does not answer or a key is lost."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One record of the gate's log."""

    record: Record
    envelope: Envelope
    event: Any


class Courier:
    """The handler of the courier. See ``kernel.records.Handler`` for the contract of its methods; it keeps only what it has read ahead."""

    def __init__(self, place: Place, keys: Keys, agency_partitions: int) -> None:
        self._place, self._keys, self._agency_partitions = place, keys, agency_partitions
        self._topics = place.routes.topics
        self._voidings = Voidings()

    async def assigned(self, partitions: Collection[TP]) -> None:
        """Nothing to get ready."""

    async def revoked(self, partitions: Collection[TP]) -> None:
        """What was read ahead is read anew by whoever comes next."""
        self._voidings = Voidings()

    def settled(self) -> None:
        """Nothing to note."""

    async def handle(self, records: Sequence[Record]) -> list[Outgoing]:
        """What one batch of the gate's log gives. Raises Unavailable."""
        facts = [_fact(record) for record in records]
        voidings, sealed = await asyncio.gather(self._look_ahead(records), self._released_events(facts))
        keys = await self._keys.for_opening({part.key_id for fact in facts for part in _released_parts(fact, sealed)})
        return [outgoing for fact in facts for outgoing in self._deliver(fact, sealed, keys, voidings)]

    async def _look_ahead(self, records: Sequence[Record]) -> Voidings:
        """Facts as far as the gate has written: later ones may void a verdict (the fence, rule 24)."""
        voidings, first = self._voidings, {TP(record.topic, record.partition): record.offset for record in reversed(records)}
        voidings.forget_before(first)
        for record in records:
            voidings.read(record)
        async for chunk in self._place.reader.rest({place: voidings.ahead[place] for place in first}):
            for record in chunk:
                voidings.read(record)
        return voidings

    async def _released_events(self, facts: Iterable[Fact]) -> dict[str, Record]:
        """The logged records that the verdicts release, by position."""
        wanted = {parse_position(fact.event.position) for fact in facts if _releases(fact.event)}
        found = await self._place.reader.fetch(wanted) if wanted else {}
        return {position(*place): record for place, record in found.items()}

    def _deliver(self, fact: Fact, sealed: Mapping[str, Record], keys: Mapping[str, Key | Erased], voidings: Voidings) -> list[Outgoing]:
        match fact.event:
            case DisclosureDecided() as verdict:
                return self._deliver_verdict(fact, verdict, sealed, keys, voidings)
            case MessageRefused(agency=agency) | ReleaseVoided(agency=agency) if agency:
                return [self._notice(fact, agency)]
            case StopNoticeIssued(recipient=recipient) | ReviewOpened(recipient=recipient):
                return [self._notice(fact, recipient)]
            case _:
                return []

    def _deliver_verdict(
        self, fact: Fact, verdict: DisclosureDecided, sealed: Mapping[str, Record], keys: Mapping[str, Key | Erased], voidings: Voidings,
    ) -> list[Outgoing]:
        told = [self._to_function(fact, verdict), self._notice(fact, verdict.agency)]
        if not _releases(verdict):
            return told
        cause = voidings.after(fact.record, verdict)
        if cause is not None:
            return [*told, self._voided(fact, verdict, cause)]
        return [*told, self._copy(fact, verdict, sealed[verdict.position], keys)]

    def _to_function(self, fact: Fact, verdict: DisclosureDecided) -> Outgoing:
        """The verdict, codes only, to the function that asked: before anything reaches an agency."""
        inbox = self._topics.inbox(verdict.function.lower())
        return keyed(inbox, self._place.routes.partitions, fact.record.key or b"", fact.record.value or b"", _sent_on(fact), MESSAGE)

    def _notice(self, fact: Fact, agency: str) -> Outgoing:
        """An event of the gate's own log, which never holds personal data, to one agency."""
        return self._to_agency(agency, fact.record.key or b"", fact.record.value or b"", _sent_on(fact))

    def _copy(self, fact: Fact, verdict: DisclosureDecided, logged: Record, keys: Mapping[str, Key | Erased]) -> Outgoing:
        """The event itself, with the released parts only, under an id derived from the verdict."""
        event = serde.decode(logged.value)
        if isinstance(event, SealedEvent):
            opened = [open_part(event, part, key) for part in _released(event, verdict) if isinstance(key := keys[part.key_id], Key)]
            event = put_together(event, opened)
        attributes = envelope.read(logged.key, logged.headers)
        copy = Envelope(
            id=derive_id(NAME, fact.envelope.source, fact.envelope.id, verdict.recipient, 0), source=OURS + NAME, type=attributes.type,
            subject=attributes.subject, time=attributes.time, dataschema=attributes.dataschema, municipality=attributes.municipality,
            agency=attributes.agency, correlation_id=attributes.correlation_id, causation_id=fact.envelope.id,
            causation_source=fact.envelope.source, recorded_time=attributes.recorded_time, traceparent=attributes.traceparent,
        )
        return self._to_agency(verdict.recipient, logged.key or b"", serde.encode(event), [*copy.headers(), *_duties(verdict)])

    def _to_agency(self, agency: str, key: bytes, value: bytes, headers: list[tuple[str, bytes]]) -> Outgoing:
        return keyed(self._topics.agency_inbox(agency), self._agency_partitions, key, value, headers, REQUEST)

    def _voided(self, fact: Fact, verdict: DisclosureDecided, cause: str) -> Outgoing:
        """Nothing was delivered: the gate records it, so that the verdict has its end in the log."""
        event = ReleaseVoided(request_id=verdict.request_id, agency=verdict.agency, recipient=verdict.recipient, cause=cause)
        kind, key = serde.type_of(event), fact.record.key or b""
        message = Envelope(
            id=derive_id(NAME, fact.envelope.source, fact.envelope.id, fact.envelope.subject, 1), source=OURS + NAME, type=kind.full_name,
            subject=fact.envelope.subject, municipality=fact.envelope.municipality, correlation_id=fact.envelope.correlation_id,
            causation_id=fact.envelope.id, causation_source=fact.envelope.source,
        )
        return keyed(self._topics.inbox("consent"), self._place.routes.partitions, key, serde.encode(event), message.headers(), MESSAGE)


def _fact(record: Record) -> Fact:
    return Fact(record, envelope.read(record.key, record.headers), serde.decode(record.value))


def _releases(event: Any) -> bool:
    return isinstance(event, DisclosureDecided) and event.outcome in (Outcome.PERMIT, Outcome.REDACT)


def _released(event: SealedEvent, verdict: DisclosureDecided) -> list[SealedPart]:
    """The sealed parts that the verdict names; any other stays shut."""
    codes = {(part.person, part.category) for part in verdict.released}
    return [part for part in event.parts if (part.person, part.category) in codes]


def _released_parts(fact: Fact, sealed: Mapping[str, Record]) -> list[SealedPart]:
    if not _releases(fact.event):
        return []
    event = serde.decode(sealed[fact.event.position].value)
    return _released(event, fact.event) if isinstance(event, SealedEvent) else []


def _sent_on(fact: Fact) -> list[tuple[str, bytes]]:
    """The headers of a gate's event that travels on: its identity, without its place in the gate's log."""
    return [(name, value) for name, value in fact.record.headers if name not in ("ce_seq", "ce_inputdigest")]


def _duties(verdict: DisclosureDecided) -> list[tuple[str, bytes]]:
    """Purpose, basis and obligations travel with the copy (R11, rule 29)."""
    return [
        ("ce_purpose", verdict.purpose.encode()),
        ("ce_basis", verdict.basis.encode()),
        ("ce_obligations", ",".join(verdict.obligations).encode()),
    ]
