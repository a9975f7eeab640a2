"""Values (値): the bytes of a record, read as plain fields, without making an event of them: half the time of ``kernel.serde``."""

from __future__ import annotations

import json
from functools import lru_cache
from hashlib import sha256
from io import BytesIO
from typing import Any

from fastavro import parse_schema, schemaless_reader
from msgspec import Struct

from contracts import SCHEMAS
from contracts.catalogue import BY_CLASS
from contracts.envelope import SealedEvent
from contracts.shared import RefusalCode
from kernel import serde
from kernel.failures import PoisonError
from kernel.history import SHORT

_SEALED = BY_CLASS[SealedEvent].full_name.encode()
_SCHEMAS: dict[bytes, tuple[bytes, Any]] = {}
"""Type and schema by the first bytes of a value."""


class Value(Struct, frozen=True, gc=False):
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


_short = lru_cache(maxsize=16_384)(_read)
"""More than half of what logs hold is short and comes again, byte by byte."""


def _fields(value: bytes | None) -> tuple[bytes, dict[str, Any]]:
    known = _SCHEMAS.get(value[:serde.PREFIX]) if value and len(value) <= serde.MAX_VALUE else None
    kind, schema = known or _parsed(value)
    body = BytesIO(value)  # type: ignore[arg-type]
    body.seek(serde.PREFIX)
    try:
        found = schemaless_reader(body, schema, None)
    except Exception:  # noqa: BLE001 - fastavro raises many kinds; each means the same, and their texts may quote the bytes
        raise PoisonError(RefusalCode.UNDECODABLE) from None
    if body.tell() != len(value):  # type: ignore[arg-type]
        raise PoisonError(RefusalCode.TRAILING_BYTES)
    return kind, found  # type: ignore[return-value]


def _parsed(value: bytes | None) -> tuple[bytes, Any]:
    """Type and schema of a value that begins as none before it. Raises PoisonError where it does not begin as ours do."""
    text = SCHEMAS.get(serde.schema_id(value))
    if text is None:
        raise PoisonError(RefusalCode.UNKNOWN_SCHEMA)
    schema = json.loads(text)
    name = f"{schema['namespace']}.{schema['name']}".encode()
    found = _SCHEMAS[value[:serde.PREFIX]] = (_SEALED if name == _SEALED else name), parse_schema(schema, {})  # type: ignore[index]
    return found
