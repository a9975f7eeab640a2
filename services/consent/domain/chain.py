"""The chain of a consent's versions (同意の版の連鎖): each version has the hash of the one before it (consent.md rule 6).

Whoever has sent or received a consent can compute its hash: SHA-256 over its fields as canonical JSON (keys in order, no blanks, UTF-8, days as
2026-04-01), without those that have their default. So the bytes on the wire and the schema's version do not matter.
"""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from hashlib import sha256
from typing import Any

from contracts.consent import ConsentExtended, ConsentGranted, ConsentNarrowed
from contracts.record import Record


def of_grant(event: ConsentGranted) -> bytes:
    """The hash of the first version of a consent: as it was given."""
    return _digest(_said(event))


def of_change(previous: bytes, event: ConsentNarrowed | ConsentExtended) -> bytes:
    """The hash of the version that a change has made of the one with the hash ``previous``."""
    return _digest({**_said(event), "previous": previous.hex(), "type": type(event).__name__})


def _digest(fields: dict[str, Any]) -> bytes:
    return sha256(_encode(fields).encode()).digest()


def _said(record: Record) -> dict[str, Any]:
    """The fields that say something: those that do not hold their default."""
    return {name: value for name, default in _fields(type(record)) if (value := getattr(record, name)) != default}


@cache
def _fields(kind: type[Record]) -> tuple[tuple[str, Any], ...]:
    names, defaults = kind.__struct_fields__, kind.__struct_defaults__
    return tuple(zip(names, (*[_NEEDED] * (len(names) - len(defaults)), *defaults), strict=True))


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else _said(value)


_NEEDED = object()
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=_plain).encode
