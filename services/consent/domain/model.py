"""What a case file is made of: consents (同意) and refusals, conference segments, what waits (保留), what is under way.

Codes, pseudonyms and times only; no name ever comes here. Days are ordinals of the date in Japan; see kernel/days.py.
"""

from __future__ import annotations

from contracts.consent import DisclosureDecided, DisclosureReleased
from contracts.envelope import DisclosureRequested
from contracts.record import Record
from contracts.shared import ConferenceBasis, DataCategory, Outcome, Purpose

GIVEN = (Outcome.PERMIT, Outcome.REDACT)
"""Outcomes that release something."""


class Consent(Record, frozen=True, kw_only=True):
    """One consent of one person: one purpose, named recipients, named categories, whole days (consent.md rules 1-3)."""

    id: str
    person: str
    purpose: Purpose
    categories: frozenset[DataCategory]
    recipients: frozenset[str]
    first_day: int
    last_day: int
    withdrawn: bool = False
    expired: bool = False
    """Its last day is over, and its recipients have been told."""
    successor: str = ""
    """The consent that replaced it, where that is why it has ended."""


class Refusal(Record, frozen=True, kw_only=True):
    """A recorded no; empty categories or recipients mean all of them. Stands until a later consent names it in ``supersedes``."""

    id: str
    person: str
    purpose: Purpose
    categories: frozenset[DataCategory]
    recipients: frozenset[str]


class Segment(Record, frozen=True, kw_only=True):
    """A conference segment (会議の区分) of this case: its basis, its listed members, the categories asked for in it."""

    id: str
    sitting: str
    basis: ConferenceBasis
    members: frozenset[str]
    open: bool
    convener: str = ""
    asked: frozenset[DataCategory] = frozenset()


class Hold(Record, frozen=True, kw_only=True):
    """A request that waits (保留): codes and a log position; what is held stays sealed in the function's log."""

    request: DisclosureRequested
    position: str
    at: int
    """When it was last decided about, milliseconds UTC."""
    deadline: int
    unjudged: bool
    """The policy in force was not known: it is decided about as soon as it is."""


class Delivery(Record, frozen=True, kw_only=True):
    """A verdict that releases something and has not been carried out yet, as far as the gate knows; and the request it answers."""

    request: DisclosureRequested
    verdict: DisclosureDecided


def received_of(person: str, delivery: DisclosureReleased) -> frozenset[DataCategory]:
    """The categories of one person that a delivery has opened."""
    return frozenset(part.category for part in delivery.released if part.person == person)
