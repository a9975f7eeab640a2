"""Deliveries (届けるもの): the records by which a verdict is carried out: the copy for its recipient, the receipt for the gate, the news for who asked.

Ids are derived from the verdict, so that doing it twice is harmless to a reader that drops by id.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from contracts.consent import DisclosureDecided, DisclosureReleased
from contracts.envelope import SealedEvent, SealedPart
from contracts.shared import PartCode
from kernel import envelope, serde, tracing
from kernel.decider import derive_id
from kernel.envelope import OURS, Envelope
from kernel.failures import IntegrityError
from kernel.place import Place
from kernel.records import MESSAGE, RECEIPT, REQUEST, Outgoing, Record, keyed, position
from kernel.sealing import Erased, Key, open_part, put_together

NAME = "courier"


@dataclass(frozen=True, slots=True)
class Fact:
    """One record of the gate's log."""

    record: Record
    envelope: Envelope
    event: Any


@dataclass(frozen=True, slots=True)
class Logged:
    """An event in the log of a function, and its record."""

    record: Record
    event: Any


class Deliveries:
    """Makes them. ``agency_partitions``: of each agency's inbox."""

    def __init__(self, place: Place, agency_partitions: int) -> None:
        self._topics, self._partitions, self._agency_partitions = place.routes.topics, place.routes.partitions, agency_partitions

    def to_function(self, fact: Fact) -> Outgoing:
        """A verdict, codes only, to the function that asked."""
        inbox = self._topics.inbox(fact.event.function.lower())
        return keyed(inbox, self._partitions, fact.record.key or b"", fact.record.value or b"", _sent_on(fact), MESSAGE)

    def to_agency(self, fact: Fact, agency: str) -> Outgoing:
        """An event of the gate's own log, which never holds personal data, as it stands."""
        return self._to_agency(agency, fact.record.key or b"", fact.record.value or b"", _sent_on(fact))

    def release(self, fact: Fact, logged: Logged, keys: Mapping[str, Key | Erased]) -> Iterator[Outgoing]:
        """The event itself, with the released parts only, to the recipient; and to the gate, that this has been done.

        Where the key of an essential part is destroyed nothing goes, and the gate is told so: a husk is of no use (rule 14).
        Raises IntegrityError where ``logged`` is not the event that was decided about.
        """
        verdict: DisclosureDecided = fact.event
        sealed = released_parts(fact, logged)
        released = [part for part in sealed if isinstance(keys[part.key_id], Key)]
        opened = {(part.person, part.category) for part in released}
        if any(code.essential and (code.person, code.category) not in opened for code in verdict.released):
            yield self.receipt(fact, ())
            return
        event = logged.event
        if isinstance(event, SealedEvent):
            event = put_together(event, [open_part(event, part, keys[part.key_id]) for part in released])
        attributes = envelope.read(logged.record.key, logged.record.headers)
        if attributes.id != verdict.event_id:
            raise IntegrityError(f"{position(logged.record.topic, logged.record.partition, logged.record.offset)}: not the event that was decided about")
        identity = _derived(fact, verdict.recipient, 0)
        copy = replace(
            attributes, id=identity, source=OURS + NAME, causation_id=fact.envelope.id,
            traceparent=tracing.child(fact.envelope.traceparent or attributes.traceparent, NAME, identity),
            causation_source=fact.envelope.source, seq=0, input_digest="", position="", basis="", purpose="",
        )
        yield self._to_agency(verdict.recipient, logged.record.key or b"", serde.encode(event), [*copy.headers(), *_duties(verdict)])
        yield self.receipt(fact, tuple(part for part in verdict.released if (part.person, part.category) in opened))

    def receipt(self, fact: Fact, released: tuple[PartCode, ...]) -> Outgoing:
        """Tells the gate what was delivered, once it is: it knows then whom to tell when a consent ends."""
        verdict: DisclosureDecided = fact.event
        event = DisclosureReleased(
            verdict_id=fact.envelope.id, request_id=verdict.request_id, decided_at=verdict.at, event_id=verdict.event_id,
            event_type=verdict.event_type, recipient=verdict.recipient, basis=verdict.basis, consents=verdict.consents,
            released=released,
        )
        told, identity = fact.envelope, _derived(fact, fact.envelope.subject, 1)
        message = Envelope(
            id=identity, source=OURS + NAME, traceparent=tracing.child(told.traceparent, NAME, identity), type=serde.type_of(event).full_name, subject=told.subject,
            municipality=told.municipality, correlation_id=told.correlation_id, causation_id=told.id, causation_source=told.source,
        )
        key = fact.record.key or b""
        return keyed(self._topics.inbox("consent"), self._partitions, key, serde.encode(event), message.headers(), RECEIPT)

    def _to_agency(self, agency: str, key: bytes, value: bytes, headers: list[tuple[str, bytes]]) -> Outgoing:
        return keyed(self._topics.agency_inbox(agency), self._agency_partitions, key, value, headers, REQUEST)


def fact_of(record: Record) -> Fact:
    """Read a record of the gate's log."""
    return Fact(record, envelope.read(record.key, record.headers), serde.decode(record.value))


def released_parts(fact: Fact, logged: Logged) -> list[SealedPart]:
    """The sealed parts that a verdict names; any other stays shut."""
    codes = {(part.person, part.category) for part in fact.event.released}
    return [part for part in logged.event.parts if (part.person, part.category) in codes] if isinstance(logged.event, SealedEvent) else []


def _derived(fact: Fact, key: str, ordinal: int) -> str:
    return derive_id(NAME, fact.envelope.source, fact.envelope.id, key, ordinal)


def _sent_on(fact: Fact) -> list[tuple[str, bytes]]:
    """The headers of a gate's event that travels on: its identity, without its place in the gate's log."""
    trace = tracing.child(fact.envelope.traceparent, NAME, fact.envelope.id)
    sent = [(name, value) for name, value in fact.record.headers if name not in ("ce_seq", "ce_inputdigest", tracing.HEADER)]
    return [*sent, (tracing.HEADER, trace.encode())] if trace else sent


def _duties(verdict: DisclosureDecided) -> list[tuple[str, bytes]]:
    """Purpose, basis and obligations travel with the copy (R11, rule 29), and the number by which its receipt is acknowledged."""
    return [
        ("ce_purpose", verdict.purpose.encode()),
        ("ce_basis", verdict.basis.encode()),
        ("ce_obligations", ",".join(verdict.obligations).encode()),
        ("ce_requestid", verdict.request_id.encode()),
    ]
