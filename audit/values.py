"""Values (値): the bytes of a record, read as plain fields, without making an event of them: a third of the time of ``kernel.serde``."""

from __future__ import annotations

import json
from functools import lru_cache
from hashlib import sha256
from typing import Any

from msgspec import Struct

from audit.plans import Plan, plan
from contracts import SCHEMAS
from contracts.catalogue import BY_CLASS
from contracts.envelope import SealedEvent
from contracts.shared import RefusalCode
from kernel import serde
from kernel.failures import PoisonError

_SEALED = BY_CLASS[SealedEvent].full_name.encode()
SHORT, OFTEN = 48, 16_384
"""Bytes of a value that may come again, and how many such values are kept: more than half of what logs hold are short ones, alike byte by byte."""
_SCHEMAS: dict[bytes, tuple[bytes, Plan]] = {}
"""Type and plan by the first bytes of a value."""


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


_short = lru_cache(maxsize=OFTEN)(_read)


def _fields(value: bytes | None) -> tuple[bytes, dict[str, Any]]:
    known = _SCHEMAS.get(value[:serde.PREFIX]) if value and len(value) <= serde.MAX_VALUE else None
    kind, read = known or _known(value)
    try:
        found, end = read(value, serde.PREFIX)  # type: ignore[arg-type]
    except (IndexError, ValueError, OverflowError):  # their texts may quote the bytes
        raise PoisonError(RefusalCode.UNDECODABLE) from None
    if end != len(value):  # type: ignore[arg-type]
        raise PoisonError(RefusalCode.TRAILING_BYTES)
    return kind, found


def _known(value: bytes | None) -> tuple[bytes, Plan]:
    """Type and plan of a value that begins as none before it. Raises PoisonError where it does not begin as ours do."""
    text = SCHEMAS.get(serde.schema_id(value))
    if text is None:
        raise PoisonError(RefusalCode.UNKNOWN_SCHEMA)
    schema = json.loads(text)
    name = f"{schema['namespace']}.{schema['name']}".encode()
    found = _SCHEMAS[value[:serde.PREFIX]] = (_SEALED if name == _SEALED else name), plan(schema)  # type: ignore[index]
    return found
