"""Values (値): the bytes of a record, read as plain fields, without making an event of them: half the time of ``kernel.serde``."""

from __future__ import annotations

import json
from functools import lru_cache
from hashlib import sha256
from io import BytesIO
from typing import Any, NamedTuple

from fastavro import parse_schema, schemaless_reader

from contracts import SCHEMAS
from contracts.catalogue import BY_CLASS
from contracts.envelope import SealedEvent
from contracts.shared import RefusalCode
from kernel import serde
from kernel.failures import PoisonError
from kernel.history import SHORT

_SEALED = BY_CLASS[SealedEvent].full_name.encode()
_SCHEMAS: dict[int, tuple[bytes, Any]] = {}


class Value(NamedTuple):
    """What a value says."""

    digest: bytes
    """Half of its SHA-256, as ``ce_inputdigest`` is."""
    kind: bytes
    """Full name of the event's type."""
    body: dict[str, Any]
    """Its fields under the schema by which it was written; personal ones are empty."""


def read(value: bytes | None) -> Value:
    """A value, read to its last byte. Raises PoisonError."""
    return _short(value) if value and len(value) <= SHORT else _read(value)


def _read(value: bytes | None) -> Value:
    kind, body = _fields(value)
    if kind is _SEALED:
        kind, body = _fields(body["body"])
    return Value(sha256(value or b"").digest()[:16], kind, body)


_short = lru_cache(maxsize=4_096)(_read)
"""More than half of what logs hold is short and comes again, byte by byte."""


def _fields(value: bytes | None) -> tuple[bytes, dict[str, Any]]:
    identity = serde.schema_id(value)
    try:
        kind, schema = _SCHEMAS[identity]
    except KeyError:
        kind, schema = _parsed(identity)
    body = BytesIO(value or b"")
    body.seek(serde.PREFIX)
    try:
        found = schemaless_reader(body, schema, None)
    except Exception:  # noqa: BLE001 - fastavro raises many kinds; each means the same, and their texts may quote the bytes
        raise PoisonError(RefusalCode.UNDECODABLE) from None
    if body.tell() != len(value or b""):
        raise PoisonError(RefusalCode.TRAILING_BYTES)
    return kind, found  # type: ignore[return-value]


def _parsed(identity: int) -> tuple[bytes, Any]:
    text = SCHEMAS.get(identity)
    if text is None:
        raise PoisonError(RefusalCode.UNKNOWN_SCHEMA)
    schema = json.loads(text)
    name = f"{schema['namespace']}.{schema['name']}".encode()
    found = _SCHEMAS[identity] = (_SEALED if name == _SEALED else name), parse_schema(schema, {})
    return found
