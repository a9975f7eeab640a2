"""What an agency says and what it hears: an event with its CloudEvents headers, as one Kafka record each way."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from kernel import envelope, serde
from kernel.envelope import Envelope

JAPAN = timezone(timedelta(hours=9), "JST")


def now() -> str:
    """This moment in Japan, RFC 3339 with offset: the claimed time of a fact (``ce_time``)."""
    return datetime.now(JAPAN).isoformat(timespec="milliseconds")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A record as it will lie in the outbox. ``headers`` and ``value`` are raw, so that broken ones can be sent too."""

    id: str
    key: bytes
    value: bytes
    headers: Sequence[tuple[str, bytes]]


def draft(agency: str, event: Any, subject: str, *, id: str = "", time: str = "", basis: str = "", purpose: str = "") -> Draft:
    """``agency`` reports ``event`` (an instance of a contract class) about ``subject``, a case or other entity.

    ``id`` (default: a random UUID) names the message for ever: the same id again must carry the same bytes.
    ``time``: when it happened, RFC 3339 (default: now). ``basis``, ``purpose``: the codes that the agency claims for passing it on.
    """
    kind = serde.type_of(event)
    attributes = Envelope(id=id or str(uuid.uuid4()), source=agency, type=kind.full_name, subject=subject, time=time or now(), basis=basis, purpose=purpose)
    return Draft(id=attributes.id, key=subject.encode(), value=serde.encode(event), headers=attributes.headers())


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One event from the inbox, opened for this agency. ``timestamp``: append time at the broker, ms UTC."""

    id: str
    type: str
    """Short type name."""
    subject: str
    causation_id: str
    correlation_id: str
    event: Any
    timestamp: int
    coordinates: tuple[str, int, int] = field(compare=False)
    request_id: str = ""
    """On what was released: the number by which its receipt is acknowledged."""

    def to_json(self) -> dict[str, Any]:
        """As one JSON object, in the shape that ``tsunagu send`` reads."""
        from cli.agency.body import to_json

        return {"id": self.id, "type": self.type, "subject": self.subject, "body": to_json(self.event.to_avro())}


def heard(key: bytes | None, value: bytes | None, headers: Sequence[tuple[str, bytes]], timestamp: int,
          coordinates: tuple[str, int, int]) -> Heard:
    """One record of an inbox, read. Raises PoisonError."""
    attributes, event = envelope.read(key, headers), serde.decode(value)
    return Heard(
        id=attributes.id, type=type(event).__name__, subject=attributes.subject, causation_id=attributes.causation_id,
        correlation_id=attributes.correlation_id, event=event, timestamp=timestamp, coordinates=coordinates,
        request_id=(envelope.header(headers, "ce_requestid") or b"").decode(),
    )
