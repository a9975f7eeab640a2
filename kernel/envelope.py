"""Envelope: CloudEvents 1.0 headers of a Kafka record (binary mode) to and from one small value.

Headers are claims, never proof: who wrote a record is known from the authenticated topic it was read from.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import Any, NamedTuple

from contracts.shared import RefusalCode
from kernel.failures import PoisonError

OURS = "tsunagu."
"""Begins the source of everything that our own functions write; no agency's id holds a dot."""
Headers = Sequence[tuple[str, bytes]]

CONTENT_TYPE = b"application/avro"
MAX_HEADERS = 64
MAX_LENGTH = 512
"""Longest header value or key, in characters."""
POSITION = "position"
"""``topic/partition/offset`` of the logged event that travels on: a transport hint, no part of the message's identity."""

_NAMES = {
    "id": "ce_id", "source": "ce_source", "type": "ce_type", "time": "ce_time", "subject": "ce_subject",
    "dataschema": "ce_dataschema", "municipality": "ce_municipality", "agency": "ce_agency",
    "correlation_id": "ce_correlationid", "causation_id": "ce_causationid", "causation_source": "ce_causationsource",
    "seq": "ce_seq", "recorded_time": "ce_recordedtime", "input_digest": "ce_inputdigest", "agency_kind": "ce_agencykind",
    "basis": "ce_basis", "purpose": "ce_purpose", "traceparent": "traceparent", "position": POSITION,
}
_TEXTS = attrgetter(*_NAMES)
_FIELDS = {header: field for field, header in _NAMES.items()} | {"ce_specversion": "specversion", "content-type": "content_type"}
_CONTENT_TYPES = frozenset(("application/avro", "application/vnd.apache.avro", "avro/binary"))
_FIXED = (("ce_specversion", b"1.0"), ("content-type", CONTENT_TYPE))


@dataclass(slots=True, kw_only=True)
class Envelope:
    """The attributes of one CloudEvent. Times in milliseconds UTC where they are numbers; absent texts are empty."""

    id: str
    source: str
    type: str
    """Full type name, without a version."""
    subject: str = ""
    """The record key as text: the case or other entity."""
    time: str = ""
    """When the fact happened, as claimed by its sender (RFC 3339)."""
    dataschema: str = ""
    municipality: str = ""
    agency: str = ""
    """Agency on whose behalf the message came."""
    agency_kind: str = ""
    """Its kind in the registry, on what the front door sends on for it."""
    correlation_id: str = ""
    causation_id: str = ""
    causation_source: str = ""
    seq: int = 0
    """Place among the events of this key in this log, gapless from 1; 0 outside logs."""
    recorded_time: int = 0
    """Append time of the causing input record."""
    input_digest: str = ""
    """32 hex digits. In a log: of the causing input. On what the front door sends on for an agency: of the outbox record, keyed."""
    basis: str = ""
    """The lawful basis that an agency claims for passing its message on (主張する根拠), as a code; the gate tests it."""
    purpose: str = ""
    """The purpose that it claims beside it (利用目的)."""
    traceparent: str = ""
    position: str = ""

    def headers(self) -> list[tuple[str, bytes]]:
        """The record headers in a fixed order, absent attributes left out."""
        return [*_FIXED, *[(name, str(text).encode()) for name, text in zip(_NAMES.values(), _TEXTS(self), strict=True) if text]]


def read(key: bytes | None, headers: Headers) -> Envelope:
    """The envelope of one record. Unknown headers are passed over. Raises PoisonError."""
    if len(headers) > MAX_HEADERS:
        raise PoisonError(RefusalCode.HEADER_INVALID)
    values: dict[str, Any] = {}
    for name, value in headers:
        field = _FIELDS.get(name)
        if field is None:
            continue
        if field in values:
            raise PoisonError(RefusalCode.HEADER_INVALID, name)
        values[field] = _text(name, value)
    _check(values)
    values["subject"] = _subject(key, values.get("subject", ""))
    return Envelope(**values)


class Origin(NamedTuple):
    """Of a record in a log of ours: its key, its place among the events of that key, and the message that it answers."""

    subject: str
    seq: int
    source: str
    id: str
    digest: str


def origin(key: bytes | None, headers: Headers) -> Origin:
    """What a replay needs of a record in a log of ours: the rest of its envelope was made by ourselves and is passed over. Raises PoisonError."""
    values = dict(headers)
    if len(values) != len(headers) or values.get("ce_subject", key) != key or not key:
        raise PoisonError(RefusalCode.HEADER_INVALID)
    try:
        source, digest = _plain(values["ce_causationsource"]), values["ce_inputdigest"].decode()
        return Origin(key.decode(), int(values["ce_seq"]), source or "", values["ce_causationid"].decode(), digest)
    except (KeyError, ValueError) as error:
        raise PoisonError(RefusalCode.HEADER_INVALID) from error


def _check(values: dict[str, Any]) -> None:
    """Take out what is the same for every event, and turn numbers into numbers."""
    if values.pop("specversion", "1.0") != "1.0":
        raise PoisonError(RefusalCode.HEADER_INVALID, "ce_specversion")
    content_type = values.pop("content_type", "application/avro")
    if content_type not in _CONTENT_TYPES:
        raise PoisonError(RefusalCode.HEADER_INVALID, "content-type")
    for field in ("id", "source", "type"):
        if not values.get(field):
            raise PoisonError(RefusalCode.HEADER_MISSING, _NAMES[field])
    for field in ("seq", "recorded_time"):
        if field in values:
            values[field] = _number(_NAMES[field], values[field])


def _text(name: str, value: bytes | None) -> str:
    text = _plain(value or b"")
    if text is None:
        raise PoisonError(RefusalCode.HEADER_INVALID, name)
    return text


@lru_cache(maxsize=16_384)
def _plain(value: bytes) -> str | None:
    """A header's value as text, or None where it is none. Most values come again: types, agencies, cases, ids that travel."""
    if len(value) > 4 * MAX_LENGTH:
        return None
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return None
    return text if len(text) <= MAX_LENGTH and text.isprintable() else None


def _number(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise PoisonError(RefusalCode.HEADER_INVALID, name)
    return int(text)


def _subject(key: bytes | None, subject: str) -> str:
    try:
        text = (key or b"").decode()
    except UnicodeDecodeError:
        raise PoisonError(RefusalCode.KEY_MISMATCH) from None
    if not text or len(text) > MAX_LENGTH or not text.isprintable():
        raise PoisonError(RefusalCode.KEY_MISMATCH)
    if subject and subject != text:
        raise PoisonError(RefusalCode.KEY_MISMATCH, "ce_subject")
    return text


def header(headers: Iterable[tuple[str, bytes]], name: str) -> bytes | None:
    """The first value of one header, or None: for readers that need one attribute and not the envelope."""
    for found, value in headers:
        if found == name:
            return value
    return None
