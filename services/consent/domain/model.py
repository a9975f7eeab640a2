"""What a case file is made of: consents (同意) and refusals, conference segments, what waits (保留), what is under way.

Codes, pseudonyms and times only; no name ever comes here. Days are ordinals of the date in Japan; see kernel/days.py.
"""

from __future__ import annotations

from contracts.consent import ConsentGranted, DisclosureDecided, DisclosureReleased
from contracts.envelope import DisclosureRequested
from contracts.record import Record
from contracts.shared import Basis, ConferenceBasis, DataCategory, Outcome, Purpose

GIVEN = (Outcome.PERMIT, Outcome.REDACT)
"""Outcomes that release something."""
UNASKED = frozenset((Basis.V, Basis.L))
"""Bases that release without asking the person."""
Excluded = frozenset[tuple[str, DataCategory]]
"""Pairs of recipient and category that do not go; an empty recipient means all of them, UNMAPPED every category."""
_NO_END = 1 << 32


class Consent(Record, frozen=True, kw_only=True):
    """One consent of one person: one purpose, named recipients, named categories, whole days (consent.md rules 1-3)."""

    id: str
    person: str
    purpose: Purpose
    categories: frozenset[DataCategory]
    recipients: frozenset[str]
    first_day: int
    last_day: int
    first_written: int = 0
    """First day on which the data that it is about were written down: that of signing, unless the form says otherwise (rule 2)."""
    last_written: int = _NO_END
    dated: bool = False
    """The form itself says which dates: data whose day nobody states are not meant then (rule 9)."""
    use_limit: int = 0
    """How often something may be given on it; 0 = any number."""
    exclusions: Excluded = frozenset()
    withdrawn: bool = False
    expired: bool = False
    """Its last day is over, and its recipients have been told."""
    successor: str = ""
    """The consent that replaced it, where that is why it has ended."""


    def speaks_of(self, authored: int | None) -> bool:
        """Whether data that were written down on this day are meant; valid today is another question (rule 2)."""
        return not self.dated if authored is None else self.first_written <= authored <= self.last_written


def recorded(event: ConsentGranted) -> Consent:
    """The consent that was given."""
    signed = event.signed_on or event.valid_from
    return Consent(
        id=event.consent, person=event.person, purpose=event.purpose, categories=frozenset(event.categories),
        recipients=frozenset(event.recipients), first_day=event.valid_from.toordinal(), last_day=event.valid_to.toordinal(),
        first_written=(event.authored_from or signed).toordinal(), last_written=event.authored_to.toordinal() if event.authored_to else _NO_END,
        dated=bool(event.authored_from or event.authored_to), use_limit=event.use_limit,
        exclusions=frozenset([(each.recipient, each.category) for each in event.exclusions]) if event.exclusions else _NOTHING,
    )


_NOTHING: Excluded = frozenset()


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
    reasons: tuple[str, ...] = ()
    """Why it waits, as its sender was told last."""


class Delivery(Record, frozen=True, kw_only=True):
    """A verdict that releases something and has not been carried out yet, as far as the gate knows; and the request it answers."""

    request: DisclosureRequested
    verdict: DisclosureDecided


def received_of(person: str, delivery: DisclosureReleased) -> frozenset[DataCategory]:
    """The categories of one person that a delivery has opened."""
    return frozenset(part.category for part in delivery.released if part.person == person)
