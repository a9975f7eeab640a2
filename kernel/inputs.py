"""Inputs: one record of an inbox, read: envelope, message and the codes of its sealed parts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from contracts.catalogue import EventType
from contracts.envelope import SealedEvent
from contracts.shared import RefusalCode
from kernel import envelope, serde
from kernel.causes import Cause, cause_of
from kernel.days import day_in_japan, day_of
from kernel.decider import Context, Part
from kernel.envelope import OURS, Envelope
from kernel.failures import PoisonError
from kernel.records import Record
from kernel.reporters import reporting


@dataclass(slots=True)
class Input:
    """A message as a decider needs it, and what its events must carry on."""

    record: Record
    envelope: Envelope
    kind: EventType
    message: Any
    """The event itself; personal fields are empty."""
    sealed: SealedEvent | None
    digest: str
    """Same id, same digest: a repeat; another digest: a conflict. See ``_identity``."""
    parts: tuple[Part, ...]
    carried: list[tuple[str, bytes]]
    """Headers that every event which this message causes carries on."""

    @property
    def cause(self) -> Cause:
        """Source and id: the identity of the message."""
        return cause_of(self.envelope.source, self.envelope.id)

    @property
    def conflict_id(self) -> str:
        """The id under which it is refused when its own is taken by other bytes."""
        return f"{self.envelope.id}#{self.digest}"

    @property
    def swept_id(self) -> str:
        """The id under which it is noted that every key of the partition has had it."""
        return f"{self.envelope.id}#swept/{self.record.partition}"

    def known_as(self, identity: str) -> Cause:
        """The same message under one of these ids."""
        return cause_of(self.envelope.source, identity)

    def context(self, key: str, function: str, shared: Any) -> Context:
        """What a decision under ``key`` may know of this message."""
        attributes = self.envelope
        return Context(
            at=self.record.timestamp, key=key, function=function, source=attributes.source, message_id=attributes.id,
            message_type=self.kind.name, reported_id=attributes.causation_id, agency=attributes.agency, agency_kind=attributes.agency_kind,
            basis=attributes.basis, purpose=attributes.purpose, authored=_authored(attributes, self.record.timestamp),
            position=attributes.position, parts=self.parts, persons=named(self.kind, self.message),
            reporters=reporting(self.kind, self.message), shared=shared,
        )


def _authored(attributes: Envelope, recorded: int) -> date | None:
    """What nobody says (a tick) was written down on no day; and nothing is written down after it came in."""
    day = day_of(attributes.time) if attributes.agency and attributes.time else None
    return None if day is None else min(day, day_in_japan(recorded))


def read(record: Record) -> Input:
    """Read one record of an inbox. Raises PoisonError."""
    attributes = envelope.read(record.key, record.headers)
    message = serde.decode(record.value)
    sealed = None
    parts: tuple[Part, ...] = ()
    if type(message) is SealedEvent:
        sealed, message = message, serde.decode(message.body)
        parts = tuple([Part(part.person, part.category, part.essential) for part in sealed.parts])
    kind = serde.type_of(message)
    if attributes.type != kind.full_name:
        raise PoisonError(RefusalCode.TYPE_MISMATCH, "ce_type")
    identity = _identity(attributes, record.value or b"")
    return Input(record, attributes, kind, message, sealed, identity, parts, _carried(attributes, record.timestamp, identity))


def named(kind: EventType, message: Any) -> tuple[str, ...]:
    """Pseudonyms of the persons whom the body of an event names, sorted."""
    return tuple(sorted({person for field in kind.persons if (person := getattr(message, field))})) if kind.persons else ()


def _carried(attributes: Envelope, recorded: int, identity: str) -> list[tuple[str, bytes]]:
    texts = (
        ("ce_correlationid", attributes.correlation_id or attributes.id), ("ce_causationsource", attributes.source),
        ("ce_recordedtime", str(recorded)), ("ce_inputdigest", identity), ("ce_time", attributes.time), ("ce_agency", attributes.agency),
    )
    return [(name, text.encode()) for name, text in texts if text]


def _identity(attributes: Envelope, value: bytes) -> str:
    """Of what an agency sent, the digest that the front door took of the outbox value: sealed bytes differ when a key has been renewed."""
    taken = "" if attributes.source.startswith(OURS) else attributes.input_digest
    return taken or digest(value)


def digest(value: bytes) -> str:
    """First 32 hex digits of the SHA-256 of ``value``."""
    return sha256(value).hexdigest()[:32]
