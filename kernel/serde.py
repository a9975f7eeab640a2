"""Serde: events to and from bytes. Confluent framing (0x00, 4-byte schema id, Avro body), schemas from the contracts alone.

Broken bytes never cost more memory than their own length, and always end in a coded ``PoisonError``.
"""

from __future__ import annotations

import json
from functools import cache
from io import BytesIO
from typing import Any

from fastavro import parse_schema, schemaless_reader, schemaless_writer

from contracts import SCHEMAS
from contracts.catalogue import CATALOGUE, EventType
from contracts.envelope import SealedEvent
from contracts.shared import RefusalCode
from kernel.failures import PoisonError

MAGIC = 0
PREFIX = 5
"""Bytes before the Avro body."""
MAX_VALUE = 1_048_576
"""Longest value that is decoded, in bytes."""


@cache
def types_by_full_name() -> dict[str, EventType]:
    """Every event type by its full name, the one in ``ce_type``."""
    return {kind.full_name: kind for kind in CATALOGUE.values()}


def type_of(event: Any) -> EventType:
    """The catalogue's entry for an event's class. Raises KeyError for what is no event."""
    return CATALOGUE[type(event).__name__]


def schema_id(value: bytes | None, limit: int = MAX_VALUE) -> int:
    """The schema id in the framing of ``value``. Raises PoisonError; the body is not looked at."""
    if not value:
        raise PoisonError(RefusalCode.EMPTY)
    if len(value) > limit:
        raise PoisonError(RefusalCode.TOO_LARGE)
    if value[0] != MAGIC or len(value) < PREFIX:
        raise PoisonError(RefusalCode.BAD_MAGIC)
    return int.from_bytes(value[1:PREFIX], "big")


def event_type(value: bytes | None, limit: int = MAX_VALUE) -> EventType:
    """The event type that ``value`` claims by its schema id. Raises PoisonError; the body is not looked at."""
    return _reader(schema_id(value, limit))[0]


def decode(value: bytes | None, limit: int = MAX_VALUE) -> Any:
    """The event in ``value``, as an instance of its generated class (the newest version). Raises PoisonError."""
    kind, writer, reader = _reader(schema_id(value, limit))
    return kind.cls.from_avro(_read(value, writer, reader))  # type: ignore[arg-type]


def encode(event: Any) -> bytes:
    """The framed bytes of an event, under the newest schema of its type. The same event gives the same bytes, always."""
    prefix, schema = _writer(type(event).__name__)
    body = BytesIO(prefix)
    body.seek(PREFIX)
    schemaless_writer(body, schema, event.to_avro())
    return body.getvalue()


def encode_as(event: Any, identity: int) -> bytes:
    """The framed bytes of an event under an older schema of its type: what that has not is left out. Raises KeyError where it is no schema of it."""
    kind, writer, _ = _parsed_reader(identity)
    if kind is not type_of(event):
        raise KeyError(identity)
    body = BytesIO(bytes([MAGIC]) + identity.to_bytes(4, "big"))
    body.seek(PREFIX)
    schemaless_writer(body, writer, event.to_avro())
    return body.getvalue()


def unwrapped(event: Any) -> Any:
    """The event itself, personal fields empty, whether it is sealed or not. Raises PoisonError."""
    return decode(event.body) if type(event) is SealedEvent else event


def _read(value: bytes, writer: Any, reader: Any) -> Any:
    body = BytesIO(value)
    body.seek(PREFIX)
    try:
        found = schemaless_reader(body, writer, reader)
    except Exception:  # noqa: BLE001 - fastavro raises many kinds; each means the same, and their texts may quote the bytes
        raise PoisonError(RefusalCode.UNDECODABLE) from None
    if body.tell() != len(value):
        raise PoisonError(RefusalCode.TRAILING_BYTES)
    return found


def _reader(identity: int) -> tuple[EventType, Any, Any]:
    try:
        return _parsed_reader(identity)
    except KeyError:
        raise PoisonError(RefusalCode.UNKNOWN_SCHEMA) from None


@cache
def _parsed_reader(identity: int) -> tuple[EventType, Any, Any]:
    """Type, writer schema, and the reader schema when the writer's is not the newest. Raises KeyError."""
    schema = json.loads(SCHEMAS[identity])
    kind = types_by_full_name()[f"{schema['namespace']}.{schema['name']}"]
    newest = None if kind.schema_id == identity else parse_schema(json.loads(SCHEMAS[kind.schema_id]), {})
    return kind, parse_schema(schema, {}), newest


@cache
def _writer(name: str) -> tuple[bytes, Any]:
    kind = CATALOGUE[name]
    return bytes([MAGIC]) + kind.schema_id.to_bytes(4, "big"), parse_schema(json.loads(SCHEMAS[kind.schema_id]), {})
