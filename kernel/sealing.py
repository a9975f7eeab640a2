"""Sealing (封): take the personal fields out of an event, one ciphertext per person and category, and put them back.

AES-256-GCM-SIV. The nonce is derived from key, event, person and category, so that an honest retry gives equal bytes; the
additional data bind a part to its event, so that it opens nowhere else. Redaction is leaving parts out, erasure is losing a key.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from contracts.catalogue import EventType, Mark
from contracts.envelope import SealedEvent, SealedPart
from contracts.shared import DataCategory, RefusalCode
from kernel import serde
from kernel.failures import IntegrityError, PoisonError

_NONCE = 12
_values = msgspec.json.Decoder().decode
_SEPARATOR = "\x1f"


@dataclass(frozen=True, slots=True)
class Key:
    """One person's key for one retention class: 32 secret bytes and their public id. Never shown."""

    id: str
    secret: bytes
    cipher: AESGCMSIV = field(init=False, repr=False, compare=False)
    """The cipher under this key; to set it up takes longer than to open a part."""

    def __post_init__(self) -> None:
        """Raises ValueError where the secret has no key's length."""
        object.__setattr__(self, "cipher", AESGCMSIV(self.secret))

    def __repr__(self) -> str:
        return f"Key({self.id})"


@dataclass(frozen=True, slots=True)
class Erased:
    """The key was destroyed on purpose: what it sealed is gone for good. Not the same as a store that does not answer."""

    key_id: str


@dataclass(frozen=True, slots=True)
class Origin:
    """The event that was sealed: who minted it, its id at the boundary, its full type name."""

    source: str
    id: str
    type: str


@dataclass(slots=True)
class PlainPart:
    """The personal fields of one event about one person in one category, as (path, value) pairs. Lives in memory only."""

    person: str
    category: DataCategory
    essential: bool
    values: list[tuple[str, Any]]


def take_apart(event: Any) -> tuple[Any, tuple[PlainPart, ...]]:
    """The event with every personal field empty, and those fields by person and category, in the order of the schema.

    Raises PoisonError(UNLABELLED) when a filled field does not say whose it is or of which category.
    """
    kind = serde.type_of(event)
    found: dict[tuple[str, str], PlainPart] = {}
    for mark in kind.personal:
        for path, value, person, category in _marked(event, mark):
            if not person or category == DataCategory.UNMAPPED:
                raise PoisonError(RefusalCode.UNLABELLED, mark.field)
            part = found.setdefault((person, category), PlainPart(person, DataCategory(category), False, []))
            part.essential = part.essential or mark.essential
            part.values.append((path, value))
    empty = {mark.field: () if mark.array else None for mark in kind.personal}
    return event.changed(**empty), tuple(found.values())


def seal(event: Any, parts: Iterable[PlainPart], origin_source: str, origin_id: str, keys: Mapping[str, Key]) -> SealedEvent:
    """Seal what ``take_apart`` gave. ``keys`` holds the key of every person for the type's retention class."""
    origin = Origin(origin_source, origin_id, serde.type_of(event).full_name)
    return SealedEvent(
        body=serde.encode(event), origin_source=origin.source, origin_id=origin.id, origin_type=origin.type,
        parts=tuple(_sealed(part, keys[part.person], origin) for part in parts),
    )


def open_part(sealed: SealedEvent, part: SealedPart, key: Key) -> list[tuple[str, Any]]:
    """The (path, value) pairs of one sealed part. Raises IntegrityError when the seal is broken or bound elsewhere."""
    origin = Origin(sealed.origin_source, sealed.origin_id, sealed.origin_type)
    try:
        plain = key.cipher.decrypt(*_bound(origin, part.person, part.category, key, part.ciphertext))
    except InvalidTag:
        raise IntegrityError(f"the seal of a part under key {part.key_id} is broken") from None
    return [(path, value) for path, value in _values(plain)]


def put_together(sealed: SealedEvent, opened: Iterable[list[tuple[str, Any]]] = ()) -> Any:
    """The event of a sealed body with opened parts filled in; paths that its type does not have are left out."""
    event = serde.decode(sealed.body)
    kind = serde.type_of(event)
    values = {path: value for pairs in opened for path, value in pairs}
    record = event.to_avro()
    for mark in kind.personal:
        record[mark.field] = _members(values, mark.field) if mark.array else values.get(mark.field)
    return type(event).from_avro(record)


def is_sealed_type(kind: EventType) -> bool:
    """Whether events of this type are wrapped behind the front door: exactly those with any personal field."""
    return bool(kind.personal)


def _marked(event: Any, mark: Mark) -> Iterable[tuple[str, Any, str, str]]:
    """Path, value, person and category of everything that one mark stands on."""
    value = getattr(event, mark.field)
    if not mark.array:
        return [(mark.field, value, getattr(event, mark.person_field) or "", mark.category)] if value is not None else []
    members = ((index, member.to_avro()) for index, member in enumerate(value))
    return [
        (f"{mark.field}/{index}", member, member[mark.person_field] or "", member[mark.category_field])
        for index, member in members
    ]


def _members(values: Mapping[str, Any], field: str) -> list[Any]:
    prefix = field + "/"
    found = sorted((int(path[len(prefix):]), value) for path, value in values.items() if path.startswith(prefix))
    return [value for _, value in found]


def _canonical(values: list[tuple[str, Any]]) -> bytes:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def _sealed(part: PlainPart, key: Key, origin: Origin) -> SealedPart:
    ciphertext = key.cipher.encrypt(*_bound(origin, part.person, part.category, key, _canonical(part.values)))
    return SealedPart(person=part.person, category=part.category, key_id=key.id, essential=part.essential, ciphertext=ciphertext)


def _bound(origin: Origin, person: str, category: str, key: Key, data: bytes) -> tuple[bytes, bytes, bytes]:
    """Nonce, data and additional data: bound to the event, the type, the person, the category and the key."""
    nonce = hmac.digest(key.secret, _SEPARATOR.join((origin.id, person, category)).encode(), "sha256")[:_NONCE]
    return nonce, data, _SEPARATOR.join((origin.id, origin.type, person, category, key.id)).encode()
