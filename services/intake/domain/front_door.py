"""Front door (受付口): what an agency put into its outbox is admitted, or rejected with a code; nothing is guessed, nothing mended.

Who sent a record is known from the outbox it lies in, which only that agency's account can write. Everything else is a claim.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from contracts.catalogue import EventType
from contracts.shared import AgencyKind, Basis, Purpose, RefusalCode
from kernel import envelope, fields, sealing, serde
from kernel.days import day_in_japan
from kernel.envelope import Envelope, header
from kernel.failures import PoisonError
from kernel.fields import ID
from kernel.records import Record
from kernel.sealing import PlainPart

MAX_BYTES = 262_144
"""Longest value that is admitted, in bytes."""
AREA = re.compile(r"[0-9]{6}-[0-9]{2}")
"""An area (地区): the municipality's code and a number within it. Everything else has a pseudonym for its key."""


_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TIME = re.compile(r"(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d{1,9})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)")
_CLAIMS: dict[str, type[Basis | Purpose]] = {"basis": Basis, "purpose": Purpose}
_NOTHING = (Basis.NONE, Purpose.UNMAPPED)
"""Codes that claim nothing."""
_AUTHORITIES = (AgencyKind.MUNICIPALITY, AgencyKind.PREFECTURE)
_FOR_THE_TOWN = (*_AUTHORITIES, AgencyKind.COORDINATOR)
"""What nobody but these may say, the municipality among them, is said for this town: its decisions, its conferences, its desk for rights."""
_TRACE = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A registered agency (登録機関): its kind, and the first and last day of its contract (委託期間); None = no such bound.

    One whose registration has ended stays listed, since what was recorded names it; it sends nothing any more.
    """

    kind: AgencyKind
    contract_from: date | None = None
    contract_until: date | None = None
    ended: bool = False
    ours: bool = True
    """Of this municipality or its prefecture."""

    def under_contract(self, day: date) -> bool:
        """Whether it speaks for the municipality on this day in Japan; both days count. An agency of its own right has no bounds."""
        return (self.contract_from or date.min) <= day <= (self.contract_until or date.max)


Directory = Mapping[str, Listed]
"""The registered agencies by id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """An event of a known agency. ``event`` has its personal fields empty; ``parts`` hold them, in memory only."""

    envelope: Envelope
    kind: EventType
    event: Any
    parts: tuple[PlainPart, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """No event of ours. Id and type as far as the record names well-formed, known ones; otherwise empty."""

    error: PoisonError
    message_id: str
    message_type: str


def examine(record: Record, owner: str, directory: Directory) -> Admitted | Rejected:
    """Judge one record of the outbox of ``owner``."""
    try:
        return _admitted(record, owner, directory)
    except PoisonError as error:
        kind = serde.types_by_full_name().get(_claim(record, "ce_type"))
        identity = _claim(record, "ce_id")
        return Rejected(
            error=error, message_id=identity if _UUID.fullmatch(identity) else "", message_type=kind.name if kind else "",
        )


def _admitted(record: Record, owner: str, directory: Directory) -> Admitted:
    if len(record.value or b"") > MAX_BYTES:
        raise PoisonError(RefusalCode.TOO_LARGE)
    attributes = _attributes(record, owner)
    event = serde.decode(record.value, MAX_BYTES)
    kind = serde.type_of(event)
    if attributes.type != kind.full_name:
        raise PoisonError(RefusalCode.TYPE_MISMATCH, "ce_type")
    if not (AREA if kind.key == "area" else ID).fullmatch(attributes.subject):
        raise PoisonError(RefusalCode.HEADER_INVALID, "ce_subject")
    today = day_in_japan(record.timestamp)
    sender = _publisher(kind, directory.get(owner), today)
    _claims(attributes, event)
    fields.check(event, directory)
    fields.check_days(event, today)
    body, parts = sealing.take_apart(event)
    return Admitted(envelope=replace(attributes, agency_kind=sender.kind.value), kind=kind, event=body, parts=parts)


def _publisher(kind: EventType, sender: Listed | None, today: date) -> Listed:
    """Only kinds of agency that the schema names, of this town where they speak for it, only within their contract; its duties and danger know no end (委託終了後も続く義務).

    Who is registered no more has no account either: what still lies in its outbox is refused, whatever it is.
    """
    if sender is not None and sender.ended:
        raise PoisonError(RefusalCode.SENDER_ENDED)
    if sender is None or sender.kind not in kind.publishers or not (sender.ours or _open_to_neighbours(kind, sender)):
        raise PoisonError(RefusalCode.NOT_PUBLISHABLE)
    if not (kind.after_contract or sender.under_contract(today)):
        raise PoisonError(RefusalCode.CONTRACT_ENDED)
    return sender


def _open_to_neighbours(kind: EventType, sender: Listed) -> bool:
    """Another town's authority speaks for itself: it sets no flag here, decides on nobody's rights, destroys no key, convenes no conference of ours."""
    for_the_town = AgencyKind.MUNICIPALITY in kind.publishers and all(each in _FOR_THE_TOWN for each in kind.publishers)
    return sender.kind not in _AUTHORITIES or not for_the_town


def _attributes(record: Record, owner: str) -> Envelope:
    """The sender's claims, checked, and reduced to those that travel on: whatever else it wrote is left behind."""
    if not all(name.isascii() and name.isprintable() for name, _ in record.headers):
        raise PoisonError(RefusalCode.HEADER_INVALID, "name")
    claimed = envelope.read(record.key, record.headers)
    for name in ("ce_time", "ce_subject"):
        if not header(record.headers, name):
            raise PoisonError(RefusalCode.HEADER_MISSING, name)
    if claimed.source != owner or claimed.agency not in ("", owner):
        raise PoisonError(RefusalCode.IDENTITY_MISMATCH, "ce_source")
    for name, valid in (("ce_id", _UUID.fullmatch(claimed.id)), ("ce_time", _is_time(claimed.time))):
        if not valid:
            raise PoisonError(RefusalCode.HEADER_INVALID, name)
    return Envelope(
        id=claimed.id, source=owner, type=claimed.type, subject=claimed.subject, time=claimed.time, agency=owner,
        correlation_id=claimed.correlation_id if _UUID.fullmatch(claimed.correlation_id) else "",
        basis=claimed.basis, purpose=claimed.purpose,
        traceparent=claimed.traceparent if _TRACE.fullmatch(claimed.traceparent) else "",
    )


def _claims(attributes: Envelope, event: Any) -> None:
    """The claimed basis and purpose (主張する根拠・利用目的) are codes that there are, and say nothing else than the event itself does."""
    for name, choice in _CLAIMS.items():
        claimed, stated = getattr(attributes, name), getattr(event, name, None)
        other = isinstance(stated, choice) and stated not in (claimed, *_NOTHING)
        if claimed and (claimed not in choice.__members__ or claimed in _NOTHING or other):
            raise PoisonError(RefusalCode.HEADER_INVALID, f"ce_{name}")


def _is_time(text: str) -> bool:
    """Whether ``text`` is a time of RFC 3339. It may lie anywhere in past or future: what was written down later than it came counts as of that day."""
    found = _TIME.fullmatch(text)
    try:
        return bool(found and date.fromisoformat(found[1]))
    except ValueError:
        return False


def _claim(record: Record, name: str) -> str:
    """A header as text, whatever is in it; for telling its own sender what was rejected."""
    return (header(record.headers, name) or b"").decode(errors="replace")
