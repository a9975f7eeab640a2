"""What a case file is made of: consents (同意) and refusals, conference segments, what waits (保留), what is under way.

Codes, pseudonyms and times only; no name ever comes here. Days are ordinals of the date in Japan; see kernel/days.py.
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

from contracts.consent import ConsentGranted, DisclosureDecided, DisclosureReleased
from contracts.envelope import DisclosureRequested
from contracts.record import Record
from contracts.shared import Basis, ConferenceBasis, DataCategory, Exclusion, Grantor, Outcome, Purpose
from services.consent.domain import chain
from services.consent.domain.reasons import Reason

GIVEN = (Outcome.PERMIT, Outcome.REDACT)
"""Outcomes that release something."""
UNASKED = frozenset((Basis.V, Basis.L))
"""Bases that release without asking the person."""
_NO_END = 1 << 32
NONE: dict[Any, Any] = {}
"""Shared by the many cases in which nothing waits; no dict of a case file is ever changed."""
shared = lru_cache(maxsize=4_096)(frozenset[Any])
"""The set of what a tuple holds; most consents of a town name the same few categories and agencies, and a set takes 200 bytes."""


class LeftOut(NamedTuple):
    """What does not go (除外): to this recipient (empty: to nobody), of this category (UNMAPPED: of none), of this author, of these days, this item."""

    recipient: str
    category: DataCategory
    author: str = ""
    first_written: int = 0
    last_written: int = _NO_END
    item: str = ""

    @property
    def altogether(self) -> bool:
        """Nothing goes at all, whoever wrote it and whenever."""
        return self.category == DataCategory.UNMAPPED and not self.author and not self.item and (self.first_written, self.last_written) == (0, _NO_END)


Excluded = frozenset[LeftOut]


NEVER = (Reason.CONSENT_LAPSED, Reason.CONSENT_INVALIDATED)
"""Bars of what never was a consent."""


class ConsentState(StrEnum):
    """同意の状態: how a consent stands, derived from events alone (consent.md rule 5)."""

    __hash__ = str.__hash__

    REQUESTED = "REQUESTED"
    AWAITED = "AWAITED"
    """Given, and waiting for somebody else's confirmation."""
    GIVEN = "GIVEN"
    REFUSED = "REFUSED"
    NARROWED = "NARROWED"
    EXTENDED = "EXTENDED"
    PAUSED = "PAUSED"
    REPLACED = "REPLACED"
    WITHDRAWN = "WITHDRAWN"
    EXPIRED = "EXPIRED"
    LAPSED = "LAPSED"
    INVALIDATED = "INVALIDATED"


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
    use_period_days: int = 0
    """Within any so many days; 0 = in all."""
    exclusions: Excluded = frozenset()
    withdrawn: bool = False
    expired: bool = False
    """Its last day is over, and its recipients have been told."""
    successor: str = ""
    """The consent that replaced it, where that is why it has ended."""
    barred: Reason | None = None
    """Why it supports nothing although it was not withdrawn and is not over: it is paused, or nobody has confirmed it; or why it never was one."""
    latest: ConsentState = ConsentState.GIVEN
    """What the person has last said of it: given, narrowed or extended."""
    given_by: Grantor = Grantor.SELF
    """Who has said yes for the person."""
    proxy: str = ""
    digest: bytes = b""
    """SHA-256 of its latest version, which chains it to what came before (rule 6)."""

    @property
    def active(self) -> bool:
        """Whether it may support anything within its days."""
        return not self.withdrawn and self.barred is None

    def speaks_of(self, authored: int | None) -> bool:
        """Whether data that were written down on this day are meant; valid today is another question (rule 2)."""
        return not self.dated if authored is None else self.first_written <= authored <= self.last_written


def recorded(event: ConsentGranted, chained: bool = True) -> Consent:
    """The consent that was given; without its hash where nobody will ask for it."""
    signed = event.signed_on or event.valid_from
    return Consent(
        id=event.consent, person=event.person, purpose=event.purpose, categories=shared(event.categories),
        recipients=shared(event.recipients), first_day=event.valid_from.toordinal(), last_day=event.valid_to.toordinal(),
        first_written=(event.authored_from or signed).toordinal(), last_written=event.authored_to.toordinal() if event.authored_to else _NO_END,
        dated=bool(event.authored_from or event.authored_to), use_limit=event.use_limit, use_period_days=event.use_period_days,
        exclusions=frozenset([left_out(each) for each in event.exclusions]) if event.exclusions else _NOTHING,
        given_by=event.given_by, proxy=event.proxy, digest=chain.of_grant(event) if chained else b"",
    )


def left_out(exclusion: Exclusion) -> LeftOut:
    """What the form leaves out there."""
    first, last = exclusion.written_from, exclusion.written_to
    return LeftOut(
        exclusion.recipient, exclusion.category, exclusion.author, first.toordinal() if first else 0, last.toordinal() if last else _NO_END, exclusion.item,
    )


_NOTHING: Excluded = frozenset()


class Refusal(Record, frozen=True, kw_only=True):
    """A recorded no; empty categories or recipients mean all of them. Stands until a later consent names it in ``supersedes``."""

    id: str
    person: str
    purpose: Purpose
    categories: frozenset[DataCategory]
    recipients: frozenset[str]


class Awaited(Record, frozen=True, kw_only=True):
    """A consent that waits for somebody else's confirmation (確認待ち), and what it will replace then."""

    recorder: str
    due: int
    """Until when, milliseconds UTC."""
    replaces: tuple[str, ...] = ()
    """Consents and refusals."""


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
    arrived: bool = False
    """An earlier verdict was carried out before it was to wait: there is nothing left to wait for."""


class Delivery(Record, frozen=True, kw_only=True):
    """A verdict that releases something and has not been carried out yet, as far as the gate knows; and the request it answers."""

    request: DisclosureRequested
    verdict: DisclosureDecided

    def told_by(self, receipt: DisclosureReleased) -> bool:
        """Whether the receipt is of this verdict; parts whose key was destroyed meanwhile are missing from it."""
        verdict = self.verdict
        same = (verdict.request_id, verdict.at, verdict.basis, verdict.consents) == (receipt.request_id, receipt.decided_at, receipt.basis, receipt.consents)
        return same and set(verdict.released).issuperset(receipt.released)


def kept_back(request: DisclosureRequested, receipt: DisclosureReleased) -> bool:
    """Whether nothing was handed over: what releases anything releases all that is essential, so the key of such a part was destroyed."""
    return any(part.essential and part not in receipt.released for part in request.parts)


def received_of(person: str, delivery: DisclosureReleased) -> frozenset[DataCategory]:
    """The categories of one person that a delivery has opened."""
    return shared(tuple([part.category for part in delivery.released if part.person == person]))
